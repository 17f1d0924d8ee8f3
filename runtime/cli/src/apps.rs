//! Apps of a terminal: installing with everything checked that would keep it from starting.

use crate::chronicle::Chronicle;
use crate::error::CliError;
use crate::inspect::COMPONENT_NAME;
use crate::out::table;
use caisson_host::{App, AppImage, ComponentCache, HostEngine};
use caisson_journal::JournalError;
use caisson_packages::{Installed, InstalledApps, Manifest};
use caisson_terminal::Profile;
use std::path::Path;
use std::sync::Arc;

/// Installs the built app in `folder` on the terminal of `profile`. The app is loaded first with
/// what the profile grants, so that an installed app is one with which the terminal starts.
pub(crate) fn install(folder: &Path, profile: &Profile, dev: bool) -> Result<Installed, CliError> {
    let manifest = Manifest::read(folder)?;
    refuse_open(&manifest.id, profile)?;
    let apps = InstalledApps::at(&profile.apps);
    let component = folder.join(COMPONENT_NAME);
    if dev {
        check(&manifest, &component, profile)?;
    }
    Ok(apps.install(folder, &component, dev)?)
}

/// An app with an open payment is needed as it is, to ask what became of it.
fn refuse_open(id: &str, profile: &Profile) -> Result<(), CliError> {
    let (chronicle, error) = Chronicle::read(&profile.journal);
    match error {
        None => {}
        // A terminal that has no journal yet has no payments.
        Some(JournalError::Missing { .. }) => return Ok(()),
        Some(error) => return Err(error.into()),
    }
    let open = chronicle.open_of(id);
    match open.first() {
        None => Ok(()),
        Some(key) => {
            let text = format!("{id} has {} open payment(s), the first is {key}", open.len());
            Err(CliError::failed(text)
                .hinted("start `caisson run` and wait until every payment is certain"))
        }
    }
}

fn check(manifest: &Manifest, component: &Path, profile: &Profile) -> Result<(), CliError> {
    let id = &manifest.id;
    if let Some(name) = &manifest.destination
        && !profile.destination.contains_key(name)
    {
        let text = format!("{id} calls the destination {name}, which the profile does not have");
        return Err(CliError::failed(text)
            .hinted(format!("add [destination.{name}] to the profile; nothing was changed")));
    }
    let policy = profile.app.get(id).cloned().unwrap_or_default();
    let wasm = std::fs::read(component).map_err(|source| {
        let path = component.to_owned();
        caisson_packages::InstallError::File { path, source }
    })?;
    let engine = Arc::new(HostEngine::start()?);
    let cache = ComponentCache::open(&profile.cache).map_err(caisson_host::LoadError::from)?;
    let (asked, policy) = (&manifest.permissions, &policy.grants);
    App::load(&engine, &cache, AppImage { id, wasm: &wasm, asked, policy })?;
    Ok(())
}

/// The installed apps as a table.
pub(crate) fn list(profile: &Profile) -> Result<String, CliError> {
    let mut rows = vec![["id", "version", "name", "granted", "sha256"].map(str::to_owned).to_vec()];
    for app in InstalledApps::at(&profile.apps).list()? {
        app.component()?;
        let manifest = app.manifest;
        let grants = profile.app.get(&manifest.id).cloned().unwrap_or_default().grants;
        let granted: Vec<&str> = manifest
            .permissions
            .intersection(&grants)
            .map(|permission| permission.name())
            .collect();
        rows.push(vec![
            manifest.id.clone(),
            format!("{} ({})", manifest.version, manifest.version_code),
            manifest.name.in_language(profile.language).to_owned(),
            granted.join(" "),
            app.digest.to_string().chars().take(16).collect(),
        ]);
    }
    Ok(if rows.len() == 1 { "no app is installed\n".to_owned() } else { table(&rows) })
}
