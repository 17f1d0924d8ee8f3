//! App packages: the manifest, the signature's file, and a whole folder.

use caisson_core::document::is_forbidden_character;
use caisson_packages::{
    COMPONENT_NAME, MANIFEST_NAME, Manifest, Package, PackageSignature, Publisher, PublisherKey,
    Publishers, SIGNATURE_NAME, Tier, sign,
};
use std::fs;
use std::path::Path;

/// A manifest.
///
/// # Panics
/// Where a value beyond its limits is accepted, what is printed reads as something else, or a
/// refusal names no file.
pub fn manifest(data: &[u8]) {
    let path = Path::new(MANIFEST_NAME);
    let manifest = match Manifest::parse(path, data) {
        Ok(manifest) => manifest,
        Err(error) => {
            return assert!(error.to_string().starts_with("caisson.toml: "), "{error}");
        }
    };
    let is_id = |text: &str| {
        (1..=20).contains(&text.len())
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    assert!(is_id(&manifest.id));
    assert!(manifest.destination.as_deref().is_none_or(is_id));
    for text in [&manifest.name.zh, &manifest.name.en, &manifest.version] {
        assert!((1..=24).contains(&text.chars().count()) && !text.contains(is_forbidden_character));
    }
    assert!(manifest.settings.len() <= 64);
    assert!(manifest.settings.iter().all(|(name, value)| name.len() <= 40 && value.len() <= 200));
    assert_eq!(Manifest::parse(path, printed(&manifest).as_bytes()).unwrap(), manifest);
}

fn printed(manifest: &Manifest) -> String {
    let mut table = toml::Table::new();
    let mut put = |key: &str, value: toml::Value| drop(table.insert(key.to_owned(), value));
    put("id", manifest.id.clone().into());
    put("version", manifest.version.clone().into());
    put("version-code", i64::from(manifest.version_code).into());
    put("world", "payment-app".into());
    let permissions: Vec<&str> = manifest.permissions.iter().map(|asked| asked.name()).collect();
    put("permissions", permissions.into());
    if let Some(destination) = &manifest.destination {
        put("destination", destination.clone().into());
    }
    let name = [("zh", &manifest.name.zh), ("en", &manifest.name.en)];
    let name = name.map(|(language, name)| (language.to_owned(), name.clone().into()));
    put("name", toml::Table::from_iter(name).into());
    let settings =
        manifest.settings.iter().map(|(name, value)| (name.clone(), value.clone().into()));
    put("settings", settings.collect::<toml::Table>().into());
    table.to_string()
}

/// A signature's file.
///
/// # Panics
/// Where two texts are one signature, or a refusal names no line.
pub fn signature(data: &[u8]) {
    let path = Path::new(SIGNATURE_NAME);
    match PackageSignature::parse(path, data) {
        Ok(signature) => {
            assert_eq!(signature.text().as_bytes(), data, "one content has one text");
            assert_eq!(PackageSignature::parse(path, data).unwrap(), signature);
        }
        Err(error) => {
            let shown = error.to_string();
            let line =
                shown.strip_prefix("caisson.sig: line ").and_then(|rest| rest.chars().next());
            assert!(line.is_some_and(|line| ('1'..='8').contains(&line)), "{shown}");
        }
    }
}

/// What stands between the files of a package in one input.
const NEXT_FILE: &[u8] = b"\n=== next file ===\n";
/// A publisher's key file, as `keygen` writes it: the seed is 32 times 7.
const KEY_FILE: &str = "caisson publisher key 1\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n";

/// Manifest, component and signature, one after the other. Where the signature reads `@SIGNED@`,
/// the publisher signs what is there; where there is none, nobody did.
///
/// # Panics
/// Where a package is approved that the publisher did not sign as it is, or still is with another
/// byte.
pub fn package(data: &[u8]) {
    let mut files = split(data);
    let [manifest, component, signature] = [files.next(), files.next(), files.next()];
    let home = tempfile::tempdir().unwrap();
    let key = publisher(home.path());
    let folder = home.path().join("package");
    fs::create_dir(&folder).unwrap();
    let write = |name: &str, content: &[u8]| fs::write(folder.join(name), content).unwrap();
    write(MANIFEST_NAME, manifest.unwrap_or_default());
    write(COMPONENT_NAME, component.unwrap_or_default());
    let is_ours = signature == Some(b"@SIGNED@");
    if is_ours {
        if sign(&folder, &key).is_err() {
            return;
        }
    } else if let Some(signature) = signature {
        write(SIGNATURE_NAME, signature);
    }
    let tier = Tier::Merchant;
    let acme = Publisher { name: "acme".to_owned(), key: key.public(), tier };
    let publishers = Publishers::new([acme]).unwrap();
    let approve = |development| Package::read(&folder)?.approve(&publishers, development);
    match approve(false) {
        Err(error) => {
            assert!(!is_ours, "what the publisher signed is refused: {error}");
            assert!(!error.to_string().is_empty());
            let taken = approve(true);
            assert!(taken.is_err() || signature.is_none(), "a wrong signature is worse than none");
        }
        Ok(approved) => {
            assert_eq!(approved.publisher().unwrap().name, "acme");
            assert_eq!(approved.package().component(), component.unwrap_or_default());
            let found = fs::read(folder.join(SIGNATURE_NAME)).unwrap();
            sign(&folder, &key).unwrap();
            let own = fs::read(folder.join(SIGNATURE_NAME)).unwrap();
            assert_eq!(found, own, "the publisher's own signature of this very content");
            for name in [MANIFEST_NAME, COMPONENT_NAME, SIGNATURE_NAME] {
                let content = fs::read(folder.join(name)).unwrap();
                for other in others(&content) {
                    write(name, &other);
                    assert!(approve(false).is_err(), "{name} is another one");
                }
                write(name, &content);
            }
        }
    }
}

/// `content` with a byte more, one less, and one changed.
fn others(content: &[u8]) -> Vec<Vec<u8>> {
    let mut others = vec![[content, b"\n"].concat()];
    if let Some((last, before)) = content.split_last() {
        others.extend([before.to_vec(), [before, &[last ^ 1]].concat()]);
    }
    others
}

fn split(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(data);
    std::iter::from_fn(move || {
        let here = rest?;
        let end = here.windows(NEXT_FILE.len()).position(|window| window == NEXT_FILE);
        rest = end.map(|end| &here[end + NEXT_FILE.len()..]);
        Some(&here[..end.unwrap_or(here.len())])
    })
}

fn publisher(home: &Path) -> PublisherKey {
    use std::os::unix::fs::PermissionsExt as _;
    let path = home.join("acme.key");
    fs::write(&path, KEY_FILE).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    PublisherKey::read(&path).unwrap()
}
