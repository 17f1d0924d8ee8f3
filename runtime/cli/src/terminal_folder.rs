//! A terminal's folder made from an acquirer's: profile, keys, journal, apps.
//!
//! Everything that can be wrong is found before anything is made, and nothing that is there is
//! overwritten. The profile is written last: a folder with one is whole.

use crate::apps;
use crate::error::CliError;
use caisson_core::Language;
use caisson_core::permission::Permission;
use caisson_packages::{Manifest, Package, World};
use caisson_scenarios::{
    AcquirerFolder, EmulatedApp, EmulatedProfile, PinRules, TERMINAL_KEY_ID, VERIFYING_SLOT,
};
use caisson_terminal::{Profile, Provisioning, provision};
use caisson_vault::PublicKey;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The profile's name in a terminal's folder.
const PROFILE_NAME: &str = "profile.toml";
/// The kernel that comes with an app that reads chips.
const KERNEL: &str = "emv";

/// What a terminal's folder shall be.
pub(crate) struct Wanted {
    pub(crate) folder: PathBuf,
    pub(crate) acquirer: PathBuf,
    pub(crate) apps: PathBuf,
    pub(crate) ids: Vec<String>,
    pub(crate) language: Language,
    pub(crate) merchant: String,
    pub(crate) currency: String,
    pub(crate) payment_max: String,
}

/// Makes it; returns the profile's path.
pub(crate) fn make(wanted: &Wanted) -> Result<PathBuf, CliError> {
    let acquirer = AcquirerFolder::open(&wanted.acquirer)?;
    let key = PublicKey::from_bytes(&acquirer.public_key()?)
        .map_err(|error| CliError::environment(format!("the acquirer's key: {error}")))?
        .to_string();
    let mut manifests: Vec<Manifest> =
        wanted.ids.iter().map(|id| manifest(&wanted.apps.join(id))).collect::<Result<_, _>>()?;
    let reads_chips = manifests.iter().any(|one| one.permissions.contains(&Permission::Emv));
    if reads_chips && !manifests.iter().any(|one| one.world == World::EmvKernel) {
        manifests.push(manifest(&wanted.apps.join(KERNEL))?);
    }
    let path = wanted.folder.join(PROFILE_NAME);
    refuse_existing(&path, &acquirer)?;
    let text = profile_text(wanted, &manifests, &acquirer, &key)?;
    let profile = Profile::parse(&path, &text)?;

    fs::create_dir_all(&wanted.folder).map_err(|error| at(&wanted.folder, &error))?;
    let public = provision(&Provisioning {
        journal: profile.journal.clone(),
        vault: profile.vault.clone(),
        kek: profile.kek.clone(),
        token: profile.token.clone(),
        acquirers: vec![(VERIFYING_SLOT.to_owned(), key)],
        bank_keys: vec![acquirer.bank_slot()?],
    })?;
    acquirer.enrol(TERMINAL_KEY_ID, &public.to_bytes())?;
    for manifest in &manifests {
        apps::install(&wanted.apps.join(&manifest.id), &profile, true)?;
    }
    fs::write(&path, text).map_err(|error| at(&path, &error))?;
    Ok(path)
}

/// The manifest of a package that is whole.
fn manifest(folder: &Path) -> Result<Manifest, CliError> {
    Ok(Package::read(folder)?.manifest().clone())
}

fn refuse_existing(profile: &Path, acquirer: &AcquirerFolder) -> Result<(), CliError> {
    if profile.exists() {
        let text = format!("{} exists: this folder is a terminal's already", profile.display());
        return Err(
            CliError::environment(text).hinted("name another --folder; nothing was changed")
        );
    }
    let known = acquirer.path().join("terminals").join(format!("{TERMINAL_KEY_ID}.pub"));
    if known.exists() {
        let text = format!("{}: this acquirer has a terminal already", known.display());
        return Err(CliError::environment(text)
            .hinted("make another acquirer with `caisson acquirer --init`; nothing was changed"));
    }
    Ok(())
}

fn profile_text(
    wanted: &Wanted,
    manifests: &[Manifest],
    acquirer: &AcquirerFolder,
    key: &str,
) -> Result<String, CliError> {
    let destination = acquirer.destination();
    let destination = destination.canonicalize().map_err(|error| at(&destination, &error))?;
    let bank = acquirer.bank_destination();
    let bank = bank.canonicalize().map_err(|error| at(&bank, &error))?;
    let apps = manifests.iter().map(|manifest| EmulatedApp {
        id: &manifest.id,
        grants: manifest.permissions.iter().map(|permission| permission.name()).collect(),
        settings: BTreeMap::new(),
    });
    let profile = EmulatedProfile {
        utc_offset_minutes: caisson_scenarios::UTC_OFFSET_MINUTES,
        language: wanted.language,
        merchant: &wanted.merchant,
        currency: &wanted.currency,
        payment_max: &wanted.payment_max,
        destination: &destination,
        bank: &bank,
        acquirer_key: key,
        risk: &[],
        has_operators: false,
        pin: PinRules::default(),
        apps: apps.collect(),
    };
    Ok(profile.text())
}

fn at(path: &Path, error: &std::io::Error) -> CliError {
    CliError::environment(format!("{}: {error}", path.display()))
        .hinted("check the path, and the rights of the folder")
}
