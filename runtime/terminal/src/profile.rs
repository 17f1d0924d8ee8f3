//! The device profile: one TOML file that says what this terminal is, has and may.
//!
//! Guarantee: a key that is not known is an error that names it and its line; paths are taken from
//! the profile's own folder, so that a terminal's folder can be moved as a whole.

use caisson_core::money::Currency;
use caisson_core::permission::{Permission, UnknownPermission};
use caisson_core::receipt::Merchant;
use caisson_core::risk::Limits;
use caisson_core::{Language, Money};
use caisson_network::links::LinkRules;
use caisson_packages::{Publisher, PublisherError, Publishers, Tier};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

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

/// Where codes are read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "driver", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CameraProfile {
    /// Pictures are held before it by commands.
    Emulated {},
    /// A V4L2 device.
    V4l2 {
        /// Its node or index: `/dev/video0`.
        device: String,
    },
}

/// Where receipts come out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "driver", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PrinterProfile {
    /// Pictures and texts in a folder.
    Emulated {
        /// The folder.
        folder: PathBuf,
        /// Width of the roll: 58 or 80.
        paper_mm: u32,
    },
    /// ESC/POS on a USB printer node.
    Usb {
        /// `/dev/usb/lp0`.
        device: PathBuf,
        /// Width of the roll: 58 or 80.
        paper_mm: u32,
    },
    /// ESC/POS on a serial line.
    Serial {
        /// `/dev/ttyS1`.
        device: PathBuf,
        /// Bits a second.
        baud: u32,
        /// Width of the roll: 58 or 80.
        paper_mm: u32,
    },
    /// ESC/POS over TCP.
    Tcp {
        /// `printer.shop:9100`.
        address: String,
        /// Width of the roll: 58 or 80.
        paper_mm: u32,
    },
}

/// What people see.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "driver", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ScreenProfile {
    /// Lines of text, and commands from standard input.
    Headless {},
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
    /// Folder of the journal.
    pub journal: PathBuf,
    /// The key store.
    pub vault: PathBuf,
    /// Its key-encryption key.
    pub kek: PathBuf,
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
    limits: RawLimits,
    folders: RawFolders,
    #[serde(default)]
    app: BTreeMap<String, RawApp>,
    #[serde(default)]
    publisher: BTreeMap<String, RawPublisher>,
    #[serde(default)]
    destination: BTreeMap<String, DestinationProfile>,
    links: Option<LinkRules>,
    camera: CameraProfile,
    printer: PrinterProfile,
    screen: ScreenProfile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMerchant {
    name: String,
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawLimits {
    currency: String,
    payment_max: String,
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
        let limits = limits(&raw.limits).map_err(|(key, remedy)| wrong(key, remedy))?;
        // The one place where a terminal id that fits no payment key must be refused.
        caisson_core::PaymentKey::derive(0, &raw.terminal, 0, 0)
            .map_err(|error| wrong("terminal", error.to_string()))?;
        if raw.utc_offset_minutes.abs() > 14 * 60 {
            let remedy = format!("{} minutes; a time zone is within 840", raw.utc_offset_minutes);
            return Err(wrong("utc-offset-minutes", remedy));
        }
        let printer = at_home_printer(home, raw.printer);
        if !matches!(paper_mm(&printer), 58 | 80) {
            let remedy = format!("{}; write 58 or 80", paper_mm(&printer));
            return Err(wrong("printer.paper_mm", remedy));
        }
        let mut app = BTreeMap::new();
        for (id, policy) in raw.app {
            let grants = policy.grants.iter().map(|name| name.parse()).collect::<Result<_, _>>();
            let grants = grants.map_err(|error: UnknownPermission| {
                wrong(&format!("app.{id}.grants"), error.to_string())
            })?;
            app.insert(id, AppSettings { grants, settings: policy.settings });
        }
        let publishers = publishers(raw.publisher).map_err(|(key, remedy)| wrong(&key, remedy))?;
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
            journal: at_home(raw.folders.journal),
            vault: at_home(raw.folders.vault),
            kek: at_home(raw.folders.kek),
            apps: at_home(raw.folders.apps),
            cache: at_home(raw.folders.cache),
            storage: at_home(raw.folders.storage),
            app,
            publishers,
            links: raw.links,
            destination: raw
                .destination
                .into_iter()
                .map(|(name, d)| (name, DestinationProfile { file: home.join(d.file), ..d }))
                .collect(),
            camera: raw.camera,
            printer,
            screen: raw.screen,
        })
    }
}

fn limits(raw: &RawLimits) -> Result<Limits, (&'static str, String)> {
    let currency =
        raw.currency.parse::<Currency>().map_err(|error| ("limits.currency", error.to_string()))?;
    let max = Money::parse(&raw.payment_max, currency)
        .map_err(|error| ("limits.payment-max", error.to_string()))?;
    Ok(Limits { currency, payment_max_minor: max.minor() })
}

fn publishers(raw: BTreeMap<String, RawPublisher>) -> Result<Publishers, (String, String)> {
    let mut list = Vec::new();
    for (name, RawPublisher { key, tier }) in raw {
        let key = key.parse::<caisson_vault::PublicKey>();
        let key = key.map_err(|error| (format!("publisher.{name}.key"), error.to_string()))?;
        list.push(Publisher { name, key, tier });
    }
    Publishers::new(list)
        .map_err(|error: PublisherError| ("publisher".to_owned(), error.to_string()))
}

/// Width of the printer's roll in millimetres.
pub(crate) const fn paper_mm(printer: &PrinterProfile) -> u32 {
    match printer {
        PrinterProfile::Emulated { paper_mm, .. }
        | PrinterProfile::Usb { paper_mm, .. }
        | PrinterProfile::Serial { paper_mm, .. }
        | PrinterProfile::Tcp { paper_mm, .. } => *paper_mm,
    }
}

fn at_home_printer(home: &Path, printer: PrinterProfile) -> PrinterProfile {
    match printer {
        PrinterProfile::Emulated { folder, paper_mm } => {
            PrinterProfile::Emulated { folder: home.join(folder), paper_mm }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"terminal = "T1"
[merchant]
name = "Shop"
id = "1"
[limits]
currency = "CNY"
payment-max = "100.00"
[folders]
journal = "journal"
vault = "vault.toml"
kek = "vault.kek"
apps = "apps"
cache = "cache"
storage = "storage"
[camera]
driver = "emulated"
[printer]
driver = "emulated"
folder = "receipts"
paper_mm = 58
[screen]
driver = "headless"
"#;

    #[track_caller]
    fn check(change: (&str, &str), expected: &str) {
        let text = GOOD.replacen(change.0, change.1, 1);
        let verdict = match Profile::parse(Path::new("shop/profile.toml"), &text) {
            Ok(_) => "accepted".to_owned(),
            Err(ProfileError::Form { error, .. }) => error.message().to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(verdict, expected);
    }

    #[test]
    fn an_unknown_key_is_an_error_in_every_table() {
        check(("T1", "T1"), "accepted");
        for (table, rest) in [
            ("[camera]", "`colour`, there are no fields"),
            ("[screen]", "`colour`, there are no fields"),
        ] {
            let line = format!("{table}\ncolour = 1");
            check((table, &line), &format!("unknown field {rest}"));
        }
        check(
            ("[printer]", "[printer]\ncolour = 1"),
            "unknown field `colour`, expected `folder` or `paper_mm`",
        );
        check(
            ("[merchant]", "[merchant]\ncolour = 1"),
            "unknown field `colour`, expected `name` or `id`",
        );
    }

    #[test]
    fn a_value_that_cannot_be_names_the_key_and_the_remedy() {
        check(
            ("paper_mm = 58", "paper_mm = 70"),
            "shop/profile.toml: printer.paper_mm: 70; write 58 or 80",
        );
        check(
            ("100.00", "100,00"),
            "shop/profile.toml: limits.payment-max: \"100,00\" is not an amount in CNY; write it \
             like 12.00",
        );
        check(
            ("\"T1\"", "\"till 1\""),
            "shop/profile.toml: terminal: terminal id \"till 1\" does not fit a payment key (1 to 8 \
             of 0-9 and A-Z)",
        );
    }

    #[test]
    fn links_are_ranked_where_the_profile_asks_for_it() {
        let with = |links: &str| format!("{links}\n[camera]");
        let parse = |text: &str| Profile::parse(Path::new("profile.toml"), text).unwrap().links;
        assert_eq!(parse(GOOD), None);
        let ranked = with("[links]\norder = [\"usb0\"]\nkinds = { usb0 = \"cellular\" }");
        let links = parse(&GOOD.replacen("[camera]", &ranked, 1)).unwrap();
        assert_eq!(links.order, ["usb0"]);
        check(("[camera]", &with("[links]")), "accepted");
        check(
            ("[camera]", &with("[links]\nbest = 1")),
            "unknown field `best`, expected `order` or `kinds`",
        );
    }

    #[test]
    fn a_publisher_has_a_key_and_a_tier() {
        let key = caisson_vault::SigningSeed::from_bytes(&[7; 32]).public_key();
        let publisher = |rest: &str| format!("[publisher.acme]\n{rest}\n[camera]");
        let good = format!("key = \"{key}\"\ntier = \"system\"");
        check(("[camera]", &publisher(&good)), "accepted");
        let text = GOOD.replacen("[camera]", &publisher(&good), 1);
        let profile = Profile::parse(Path::new("profile.toml"), &text).unwrap();
        let found = profile.publishers.of_key(&key).unwrap();
        assert_eq!((found.name.as_str(), found.tier), ("acme", Tier::System));
        check(
            ("[camera]", &publisher("key = \"AAAA\"\ntier = \"merchant\"")),
            "shop/profile.toml: publisher.acme.key: not a public key: it must be 32 bytes in base64 \
             with padding; copy it again, whole",
        );
        check(
            ("[camera]", &publisher(&good.replace("system", "owner"))),
            "unknown variant `owner`, expected `merchant` or `system`",
        );
        let twice = format!("[publisher.bank]\n{good}\n{}", publisher(&good));
        check(
            ("[camera]", &twice),
            "shop/profile.toml: publisher: acme and bank have the same key; list it once",
        );
    }

    #[test]
    fn paths_are_taken_from_the_profiles_own_folder() {
        let profile = Profile::parse(Path::new("shop/profile.toml"), GOOD).unwrap();
        assert_eq!(profile.journal, Path::new("shop/journal"));
    }
}
