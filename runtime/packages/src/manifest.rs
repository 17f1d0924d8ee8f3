//! The manifest `caisson.toml`: what an app says of itself.

use caisson_core::Language;
use caisson_core::permission::{NAME_CHARS_MAX, Permission};
use caisson_core::tag::TagRules;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

mod tags;

/// The file's name beside the component.
pub const MANIFEST_NAME: &str = "caisson.toml";
/// Largest manifest, in bytes.
pub const MANIFEST_BYTES_MAX: u64 = 64 * 1024;
/// Longest name and version, in characters: what a list and a button have room for.
const WORDS_CHARS_MAX: usize = 24;
/// Most default settings.
const SETTINGS_MAX: usize = 64;

/// A name in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// 简体中文.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Name {
    /// The name in `language`.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

/// What an app is to a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// Takes payments. (The worlds `merchant-app` and `system-app` are this one, with tags, and with
    /// cards besides: what an app may see is decided by who signed it and by its permissions, not
    /// by its word.)
    PaymentApp,
    /// The EMV kernel that system apps call; at most one in a terminal.
    EmvKernel,
}

impl World {
    fn of(name: &str) -> Option<Self> {
        match name {
            "payment-app" | "merchant-app" | "system-app" => Some(Self::PaymentApp),
            "emv-kernel" => Some(Self::EmvKernel),
            _ => None,
        }
    }
}

/// A checked manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// 1 to 20 characters of a-z, 0-9 and `-`.
    pub id: String,
    /// What people call it.
    pub name: Name,
    /// For people: `1.2.0`.
    pub version: String,
    /// For the terminal: never falls.
    pub version_code: u32,
    /// What it is.
    pub world: World,
    /// What it asks for.
    pub permissions: BTreeSet<Permission>,
    /// The acquirer's destination that it talks to.
    pub destination: Option<String>,
    /// The tags that it speaks to; none without the permission `nfc`.
    pub tags: TagRules,
    /// Settings that it comes with; the terminal's profile can change each.
    pub settings: BTreeMap<String, String>,
}

/// What is wrong with a manifest. App developer: change the named place.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// Too large to be a manifest.
    #[error("{path}: {bytes} bytes, limit {max}", max = MANIFEST_BYTES_MAX)]
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
    #[error("{path}: {key} = \"{value}\": {remedy}")]
    Value {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// Its value, cut to 40 characters.
        value: String,
        /// What to write instead.
        remedy: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    id: String,
    name: Name,
    version: String,
    version_code: u32,
    world: String,
    permissions: Vec<String>,
    destination: Option<String>,
    nfc: Option<tags::Raw>,
    #[serde(default)]
    settings: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads the manifest in `folder`.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn read(folder: &Path) -> Result<Self, ManifestError> {
        let path = folder.join(MANIFEST_NAME);
        let file = |source| ManifestError::File { path: path.clone(), source };
        let bytes = fs::metadata(&path).map_err(file)?.len();
        if bytes > MANIFEST_BYTES_MAX {
            return Err(ManifestError::TooLarge { path, bytes });
        }
        let content = fs::read(&path).map_err(file)?;
        Self::parse(&path, &content)
    }

    /// Parses the content of the file `path`.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn parse(path: &Path, content: &[u8]) -> Result<Self, ManifestError> {
        let raw: Raw = toml::from_slice(content).map_err(|error| ManifestError::Form {
            path: path.to_owned(),
            error: Box::new(error),
        })?;
        let wrong = |key, value: &str, remedy: &str| ManifestError::Value {
            path: path.to_owned(),
            key,
            value: value.chars().take(40).collect(),
            remedy: remedy.to_owned(),
        };
        if !is_id(&raw.id) {
            return Err(wrong("id", &raw.id, "write 1 to 20 characters of a-z, 0-9 and -"));
        }
        let Some(world) = World::of(&raw.world) else {
            let remedy = "this terminal runs payment-app, merchant-app, system-app and emv-kernel";
            return Err(wrong("world", &raw.world, remedy));
        };
        for (key, text) in
            [("name", &raw.name.zh), ("name", &raw.name.en), ("version", &raw.version)]
        {
            let plain = !text.chars().any(caisson_core::document::is_forbidden_character);
            if !(1..=WORDS_CHARS_MAX).contains(&text.chars().count()) || !plain {
                return Err(wrong(key, text, "write 1 to 24 plain characters"));
            }
        }
        if let Some(destination) = &raw.destination
            && !is_id(destination)
        {
            return Err(wrong("destination", destination, "write a destination's name"));
        }
        if raw.settings.len() > SETTINGS_MAX
            || raw
                .settings
                .iter()
                .any(|(key, value)| key.len() > NAME_CHARS_MAX || value.len() > 200)
        {
            let remedy = "at most 64 settings, names of 40 and values of 200 characters";
            return Err(wrong("settings", "", remedy));
        }
        let permission = |name: &String| {
            name.parse::<Permission>()
                .map_err(|error| wrong("permissions", name, &error.to_string()))
        };
        let permissions: BTreeSet<_> =
            raw.permissions.iter().map(permission).collect::<Result<_, _>>()?;
        let tags = tags::rules(raw.nfc, permissions.contains(&Permission::Nfc))
            .map_err(|wrongly| wrong(wrongly.key, &wrongly.value, &wrongly.remedy))?;
        Ok(Self {
            permissions,
            tags,
            world,
            id: raw.id,
            name: raw.name,
            version: raw.version,
            version_code: raw.version_code,
            destination: raw.destination,
            settings: raw.settings,
        })
    }
}

/// Whether `text` is the id of an app: 1 to 20 characters of a-z, 0-9 and `-`, so that it is also
/// a folder's name that leads nowhere else.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=20).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = r#"id = "qr"
name = { zh = "扫码", en = "QR" }
version = "0.1.0"
version-code = 1
world = "payment-app"
permissions = ["payment", "ui"]
destination = "wallet"
"#;

    #[track_caller]
    fn check(change: (&str, &str), expected: &str) {
        let text = GOOD.replace(change.0, change.1);
        let verdict = match Manifest::parse(Path::new("caisson.toml"), text.as_bytes()) {
            Ok(manifest) => format!("{manifest:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(verdict, expected);
    }

    #[test]
    fn a_wrong_value_is_refused_with_file_key_and_remedy() {
        check(
            ("\"qr\"", "\"QR pay\""),
            "caisson.toml: id = \"QR pay\": write 1 to 20 characters of a-z, 0-9 and -",
        );
        check(
            ("\"ui\"", "\"sockets\""),
            "caisson.toml: permissions = \"sockets\": \"sockets\" is not a permission; there are: \
             payment, card-reader, pin-pad, emv, nfc, ui, camera, printer, network, storage",
        );
        check(
            ("0.1.0", "0.1.0\\u001b[2J"),
            "caisson.toml: version = \"0.1.0\u{1b}[2J\": write 1 to 24 plain characters",
        );
        check(
            ("payment-app", "command"),
            "caisson.toml: world = \"command\": this terminal runs payment-app, \
             merchant-app, system-app and emv-kernel",
        );
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_it_and_its_line() {
        check(
            ("version-code", "colour = 1\nversion-code"),
            "caisson.toml: TOML parse error at line 4, column 1\n  |\n4 | colour = 1\n  | \
             ^^^^^^\nunknown field `colour`, expected one of `id`, `name`, `version`, \
             `version-code`, `world`, `permissions`, `destination`, `nfc`, `settings`\n",
        );
    }

    #[test]
    fn the_good_one_is_read_whole() {
        let manifest = Manifest::parse(Path::new("caisson.toml"), GOOD.as_bytes()).unwrap();
        assert_eq!(manifest.id, "qr");
        assert_eq!(manifest.name.in_language(Language::Zh), "扫码");
        assert_eq!(manifest.permissions.len(), 2);
        assert_eq!(manifest.destination.as_deref(), Some("wallet"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            bytes in proptest::collection::vec(any::<u8>(), 0..2_000),
        ) {
            prop_assert!(Manifest::parse(Path::new("caisson.toml"), &bytes).is_err());
        }

        #[test]
        fn a_manifest_with_any_part_replaced_is_read_or_refused(
            from in 0..GOOD.len(),
            length in 0_usize..40,
            put in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut bytes = GOOD.as_bytes().to_vec();
            let to = (from + length).min(bytes.len());
            bytes.splice(from..to, put);
            if let Ok(manifest) = Manifest::parse(Path::new("caisson.toml"), &bytes) {
                prop_assert!(is_id(&manifest.id), "{}", manifest.id);
            }
        }
    }
}
