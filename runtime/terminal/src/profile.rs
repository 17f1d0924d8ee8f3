//! The device profile: one TOML file that says what this terminal is, has and may.
//!
//! Guarantee: a key that is not known is an error that names it and its line; paths are taken from
//! the profile's own folder, so that a terminal's folder can be moved as a whole.

use caisson_core::Language;
use caisson_core::permission::{Permission, UnknownPermission};
use caisson_core::receipt::Merchant;
use caisson_core::risk::Limits;
use caisson_network::links::LinkRules;
use caisson_packages::{BuildHosts, Publisher, PublisherError, Publishers, Tier};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

mod build_hosts;
mod devices;
mod operators;
mod risk;
mod token;

use devices::at_home_printer;
pub(crate) use devices::paper_mm;
pub use devices::{
    CameraProfile, CardReaderProfile, EmvProfile, PrinterProfile, ScreenProfile, SpeakerProfile,
};
pub use operators::{OperatorProfile, is_operators_name};
pub use risk::{Notify, Owner};
pub use token::TokenProfile;

/// Largest profile, in bytes.
const PROFILE_BYTES_MAX: u64 = 64 * 1024;

/// Why a profile cannot be used. Integrator: change the named place.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// Too large to be a profile.
    #[error("{path}: {bytes} bytes, limit {max}", max = PROFILE_BYTES_MAX)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// Not TOML, an unknown key, a missing one or a wrong type; the text shows the line.
    #[error("{path}: {error}")]
    Form {
        /// The file.
        path: PathBuf,
        /// The parser's words with line and column.
        error: Box<toml::de::Error>,
    },
    /// A value that cannot be.
    #[error("{path}: {key}: {remedy}")]
    Value {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
        /// What is wrong and what to write instead.
        remedy: String,
    },
}

/// An acquirer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DestinationProfile {
    /// Its signed configuration; the signature stands beside it as `FILE.sig`.
    pub file: PathBuf,
    /// The acquirer's public key, base64, that signed the configuration.
    pub key: String,
}

/// What an app gets on this terminal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AppSettings {
    /// What policy grants.
    pub grants: BTreeSet<Permission>,
    /// Settings that replace the manifest's.
    pub settings: BTreeMap<String, String>,
}

/// A checked profile; all paths are absolute or relative to the working folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The shop.
    pub merchant: Merchant,
    /// Language of screen and paper.
    pub language: Language,
    /// The shop's time zone, in minutes east of UTC.
    pub utc_offset_minutes: i32,
    /// What may be paid.
    pub limits: Limits,
    /// Who releases what is held; always there where a rule holds.
    pub owner: Option<Owner>,
    /// Who signs in; where nobody is named, whoever is at the till may do everything.
    pub operators: Vec<OperatorProfile>,
    /// Folder of the journal.
    pub journal: PathBuf,
    /// The key store.
    pub vault: PathBuf,
    /// Its key-encryption key.
    pub kek: PathBuf,
    /// The token that holds the keys instead.
    pub token: Option<TokenProfile>,
    /// True for a terminal that takes no real money: keys of a file will do.
    pub test_keys: bool,
    /// Folder of installed apps.
    pub apps: PathBuf,
    /// Folder of compiled apps.
    pub cache: PathBuf,
    /// Folder of apps' stored values.
    pub storage: PathBuf,
    /// Policy per app.
    pub app: BTreeMap<String, AppSettings>,
    /// Whose packages may be installed.
    pub publishers: Publishers,
    /// Whose machine code may be run.
    pub build_hosts: BuildHosts,
    /// Acquirers by name.
    pub destination: BTreeMap<String, DestinationProfile>,
    /// Which of the machine's links comes first; `None` where the system chooses.
    pub links: Option<LinkRules>,
    /// The camera.
    pub camera: CameraProfile,
    /// The printer.
    pub printer: PrinterProfile,
    /// The screen.
    pub screen: ScreenProfile,
    /// The speaker.
    pub speaker: SpeakerProfile,
    /// The card reader; `None` where there is none.
    pub card_reader: Option<CardReaderProfile>,
    /// What the acquirer sets for the EMV kernel.
    pub emv: EmvProfile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    terminal: String,
    #[serde(default)]
    language: Language,
    #[serde(default)]
    utc_offset_minutes: i32,
    merchant: RawMerchant,
    limits: risk::RawLimits,
    #[serde(default)]
    risk: Vec<risk::RawRule>,
    owner: Option<risk::RawOwner>,
    #[serde(default)]
    operator: Vec<operators::RawOperator>,
    folders: RawFolders,
    token: Option<TokenProfile>,
    #[serde(default)]
    test_keys: bool,
    #[serde(default)]
    app: BTreeMap<String, RawApp>,
    #[serde(default)]
    publisher: BTreeMap<String, RawPublisher>,
    #[serde(default)]
    build_host: BTreeMap<String, build_hosts::RawBuildHost>,
    #[serde(default)]
    destination: BTreeMap<String, DestinationProfile>,
    links: Option<LinkRules>,
    camera: CameraProfile,
    printer: PrinterProfile,
    screen: ScreenProfile,
    #[serde(default)]
    speaker: SpeakerProfile,
    card_reader: Option<CardReaderProfile>,
    #[serde(default)]
    emv: EmvProfile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMerchant {
    name: String,
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFolders {
    journal: PathBuf,
    vault: PathBuf,
    kek: PathBuf,
    apps: PathBuf,
    cache: PathBuf,
    storage: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawApp {
    grants: Vec<String>,
    #[serde(default)]
    settings: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPublisher {
    key: String,
    tier: Tier,
}

impl Profile {
    /// Reads and checks the profile at `path`.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn read(path: &Path) -> Result<Self, ProfileError> {
        let file = |source| ProfileError::File { path: path.to_owned(), source };
        let bytes = fs::metadata(path).map_err(file)?.len();
        if bytes > PROFILE_BYTES_MAX {
            return Err(ProfileError::TooLarge { path: path.to_owned(), bytes });
        }
        let text = fs::read_to_string(path).map_err(file)?;
        Self::parse(path, &text)
    }

    /// Parses `text`, which stands in `path`.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn parse(path: &Path, text: &str) -> Result<Self, ProfileError> {
        let raw: Raw = toml::from_str(text).map_err(|error| ProfileError::Form {
            path: path.to_owned(),
            error: Box::new(error),
        })?;
        let wrong = |key: &str, remedy: String| ProfileError::Value {
            path: path.to_owned(),
            key: key.to_owned(),
            remedy,
        };
        let home = path.parent().unwrap_or(Path::new(""));
        let named = |(key, remedy): risk::Wrong| wrong(&key, remedy);
        let limits = risk::limits(&raw.limits, &raw.risk).map_err(named)?;
        let owner = risk::owner(raw.owner, &limits).map_err(named)?;
        risk::known_apps(&limits, |app| raw.app.contains_key(app)).map_err(named)?;
        let operators = operators::operators(raw.operator).map_err(named)?;
        let known = |name: &str| raw.destination.contains_key(name);
        risk::known_destination(owner.as_ref(), known).map_err(named)?;
        // The one place where a terminal id that fits no payment key must be refused.
        caisson_core::PaymentKey::derive(0, &raw.terminal, 0, 0)
            .map_err(|error| wrong("terminal", error.to_string()))?;
        if raw.utc_offset_minutes.unsigned_abs() > 14 * 60 {
            let remedy = format!("{} minutes; a time zone is within 840", raw.utc_offset_minutes);
            return Err(wrong("utc-offset-minutes", remedy));
        }
        let printer = at_home_printer(home, raw.printer);
        if !matches!(paper_mm(&printer), 58 | 80) {
            let remedy = format!("{}; write 58 or 80", paper_mm(&printer));
            return Err(wrong("printer.paper_mm", remedy));
        }
        let app = apps(raw.app).map_err(named)?;
        let publishers = publishers(raw.publisher).map_err(named)?;
        let build_hosts = build_hosts::build_hosts(raw.build_host, &publishers).map_err(named)?;
        let at_home = |path: PathBuf| home.join(path);
        Ok(Self {
            merchant: Merchant {
                name: raw.merchant.name,
                merchant_id: raw.merchant.id,
                terminal_id: raw.terminal,
            },
            language: raw.language,
            utc_offset_minutes: raw.utc_offset_minutes,
            limits,
            owner,
            operators,
            journal: at_home(raw.folders.journal),
            vault: at_home(raw.folders.vault),
            kek: at_home(raw.folders.kek),
            token: raw.token.map(|token| token.at_home(home)),
            test_keys: raw.test_keys,
            apps: at_home(raw.folders.apps),
            cache: at_home(raw.folders.cache),
            storage: at_home(raw.folders.storage),
            app,
            publishers,
            build_hosts,
            links: raw.links,
            destination: raw
                .destination
                .into_iter()
                .map(|(name, d)| (name, DestinationProfile { file: home.join(d.file), ..d }))
                .collect(),
            camera: raw.camera,
            printer,
            screen: raw.screen,
            speaker: raw.speaker,
            card_reader: raw.card_reader,
            emv: raw.emv.at_home(home),
        })
    }
}

fn apps(raw: BTreeMap<String, RawApp>) -> Result<BTreeMap<String, AppSettings>, risk::Wrong> {
    let mut apps = BTreeMap::new();
    for (id, policy) in raw {
        let grants = policy.grants.iter().map(|name| name.parse()).collect::<Result<_, _>>();
        let wrong = |error: UnknownPermission| (format!("app.{id}.grants"), error.to_string());
        let grants = grants.map_err(wrong)?;
        apps.insert(id, AppSettings { grants, settings: policy.settings });
    }
    Ok(apps)
}

fn publishers(raw: BTreeMap<String, RawPublisher>) -> Result<Publishers, risk::Wrong> {
    let mut list = Vec::new();
    for (name, RawPublisher { key, tier }) in raw {
        let key = key.parse::<caisson_vault::PublicKey>();
        let key = key.map_err(|error| (format!("publisher.{name}.key"), error.to_string()))?;
        list.push(Publisher { name, key, tier });
    }
    Publishers::new(list)
        .map_err(|error: PublisherError| ("publisher".to_owned(), error.to_string()))
}

#[cfg(test)]
mod tests;
