//! Apps of a terminal: installing with everything checked that would keep it from starting,
//! removing, listing.

use crate::chronicle::Chronicle;
use crate::error::CliError;
use crate::keys;
use crate::out::table;
use caisson_core::payment::Digest;
use caisson_core::{Language, Text};
use caisson_host::{
    App, AppImage, ComponentCache, HostEngine, Kernel, LoadError, Origin, own_purpose,
};
use caisson_journal::JournalError;
use caisson_packages::{
    Approved, Health, Installation, Installed, InstalledApps, Package, ReturnCause, Returned,
    STARTS_MAX, World,
};
use caisson_terminal::Profile;
use std::path::Path;
use std::sync::Arc;

/// The head of the list.
const HEADER: [Text; 7] = [
    Text { zh: "应用", en: "id" },
    Text { zh: "版本", en: "version" },
    Text { zh: "名称", en: "name" },
    Text { zh: "发布者", en: "publisher" },
    Text { zh: "状态", en: "state" },
    Text { zh: "权限", en: "granted" },
    Text { zh: "SHA-256", en: "sha256" },
];
const NOBODY: Text = Text { zh: "未签名（开发模式）", en: "unsigned (development)" };
const GONE: Text = Text { zh: "已不在配置中", en: "no longer in the profile" };
const CONFIRMED: Text = Text { zh: "已确认", en: "confirmed" };
const NONE: Text = Text { zh: "没有安装应用", en: "no app is installed" };

/// Installs the package in `folder` on the terminal of `profile`. The app is loaded first with what
/// the profile grants, so that an installed app is one with which the terminal starts. Says where
/// its machine code is from, too.
pub(crate) fn install(
    folder: &Path,
    profile: &Profile,
    dev: bool,
) -> Result<(Installation, Origin), CliError> {
    let package = Package::read(folder)?;
    let id = package.manifest().id.clone();
    refuse_open(&id, profile)?;
    let approved = package.approve(&profile.publishers, dev)?;
    let approved = approved.carrying(&own_purpose().target, &profile.build_hosts)?;
    let origin = check(&approved, profile)?;
    // Loading took its time, and the terminal may have run meanwhile.
    refuse_open(&id, profile)?;
    let apps = InstalledApps::at(&profile.apps);
    let done = apps.install(&approved)?;
    ComponentCache::keep_only(&profile.cache, &apps.components()?);
    Ok((done, origin))
}

/// Where an app's machine code is from, in words.
pub(crate) fn compiled_by(origin: &Origin) -> String {
    match origin {
        Origin::BuildHost(name) => format!("compiled by the build host {name}"),
        Origin::Here { passed_over: None } => "compiled here".to_owned(),
        Origin::Here { passed_over: Some(why) } => {
            format!("compiled here, without the package's own machine code: {why}")
        }
    }
}

/// Removes the app `id` from the terminal of `profile`.
pub(crate) fn remove(id: &str, profile: &Profile) -> Result<(), CliError> {
    refuse_open(id, profile)?;
    let apps = InstalledApps::at(&profile.apps);
    apps.remove(id)?;
    ComponentCache::keep_only(&profile.cache, &apps.components()?);
    Ok(())
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

fn check(approved: &Approved, profile: &Profile) -> Result<Origin, CliError> {
    let package = approved.package();
    let manifest = package.manifest();
    let id = &manifest.id;
    if let Some(name) = &manifest.destination
        && !profile.destination.contains_key(name)
    {
        let text = format!("{id} calls the destination {name}, which the profile does not have");
        return Err(CliError::failed(text)
            .hinted(format!("add [destination.{name}] to the profile; nothing was changed")));
    }
    let policy = profile.app.get(id).cloned().unwrap_or_default();
    let engine = Arc::new(HostEngine::start()?);
    let keys = keys::open(profile)?;
    let cache = ComponentCache::open(&profile.cache, keys).map_err(LoadError::from)?;
    let (asked, policy) = (&manifest.permissions, &policy.grants);
    let image = AppImage { id, wasm: package.component(), asked, policy };
    let compiled = (package.forms(), &profile.build_hosts);
    if manifest.world == World::EmvKernel {
        Kernel::load(&engine, &cache, image, compiled)?;
        return kernels_origin(package, profile);
    }
    Ok(App::load_compiled(&engine, &cache, image, compiled)?.1)
}

/// A kernel that was loaded runs by its form for this terminal, where it has one.
fn kernels_origin(package: &Package, profile: &Profile) -> Result<Origin, CliError> {
    let Some(form) = package.forms().find(&own_purpose()) else {
        return Ok(Origin::Here { passed_over: None });
    };
    let code = form.trusted(&Digest::of(package.component()), &profile.build_hosts)?;
    Ok(Origin::BuildHost(code.build_host().to_owned()))
}

/// The installed apps as a table, and below it which versions gave way and why.
pub(crate) fn list(profile: &Profile) -> Result<String, CliError> {
    let language = profile.language;
    let mut rows = vec![HEADER.map(|text| text.in_language(language).to_owned()).to_vec()];
    let mut notes = String::new();
    for app in InstalledApps::at(&profile.apps).list()? {
        app.component()?;
        if let Some(returned) = &app.returned {
            notes.push_str(&gave_way(&app, returned, language));
        }
        rows.push(row(&app, profile));
    }
    if rows.len() == 1 {
        return Ok(format!("{}\n", NONE.in_language(language)));
    }
    let mut text = table(&rows);
    if !notes.is_empty() {
        text.push('\n');
        text.push_str(&notes);
    }
    Ok(text)
}

fn row(app: &Installed, profile: &Profile) -> Vec<String> {
    let manifest = &app.manifest;
    let grants = profile.app.get(&manifest.id).cloned().unwrap_or_default().grants;
    let granted: Vec<&str> =
        manifest.permissions.intersection(&grants).map(|permission| permission.name()).collect();
    vec![
        manifest.id.clone(),
        format!("{} ({})", manifest.version, manifest.version_code),
        manifest.name.in_language(profile.language).to_owned(),
        publisher(app, profile),
        health(&app.health, profile.language),
        granted.join(" "),
        app.digest.to_string().chars().take(16).collect(),
    ]
}

/// Who signed it, with the tier that the profile gives to their key today.
pub(crate) fn publisher(app: &Installed, profile: &Profile) -> String {
    match &app.publisher {
        None => NOBODY.in_language(profile.language).to_owned(),
        Some(publisher) => match profile.publishers.of_key(&publisher.key) {
            Some(known) => format!("{} ({})", known.name, known.tier),
            None => format!("{} ({})", publisher.name, GONE.in_language(profile.language)),
        },
    }
}

fn health(health: &Health, language: Language) -> String {
    match (health, language) {
        (Health::Confirmed, language) => CONFIRMED.in_language(language).to_owned(),
        (Health::Trial { starts, failure: None }, Language::Zh) => {
            format!("试用中（已启动 {starts}/{STARTS_MAX} 次）")
        }
        (Health::Trial { starts, failure: None }, Language::En) => {
            format!("on trial, {starts} of {STARTS_MAX} starts")
        }
        (Health::Trial { failure: Some(_), .. }, Language::Zh) => "出错，将退回上一版本".to_owned(),
        (Health::Trial { failure: Some(_), .. }, Language::En) => "failed, gives way".to_owned(),
    }
}

/// Why the version before is back.
fn gave_way(app: &Installed, returned: &Returned, language: Language) -> String {
    let (id, new) = (&app.manifest.id, returned.version_code);
    let old = app.manifest.version_code;
    match language {
        Language::Zh => {
            let why = match &returned.cause {
                ReturnCause::Unconfirmed => {
                    format!("终端启动 {STARTS_MAX} 次后仍没有一笔交易得到确认")
                }
                ReturnCause::Failed(word) => format!("运行出错：{word}"),
                ReturnCause::Replaced => "安装更新的版本时被中断".to_owned(),
            };
            format!("{id}：版本 {new} 已退回版本 {old}。{why}。\n")
        }
        Language::En => {
            let why = match &returned.cause {
                ReturnCause::Unconfirmed => {
                    format!("no payment proved it in {STARTS_MAX} starts of the terminal")
                }
                ReturnCause::Failed(word) => format!("it failed: {word}"),
                ReturnCause::Replaced => {
                    "the install of a newer version did not come to its end".to_owned()
                }
            };
            format!("{id}: version code {new} gave way to {old}: {why}\n")
        }
    }
}
