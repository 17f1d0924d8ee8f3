//! The key store's file.

use caisson_vault::{KeyStore as _, NewSlot, SealedFile, SigningSeed, Slot, Usage};
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use tempfile::TempDir;

/// A key store of three slots, made once.
struct Store {
    home: TempDir,
    bytes: Vec<u8>,
}

static STORE: OnceLock<Store> = OnceLock::new();

const MESSAGE: &[u8] = b"a message";

impl Store {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let seed = |byte: u8| SigningSeed::from_bytes(&[byte; 32]);
        let slots = [
            NewSlot::sign_with_seed(slot("signing"), seed(1)),
            NewSlot::verify(slot("answers"), seed(2).public_key()),
        ];
        SealedFile::provision(&home.path().join("keys"), &home.path().join("kek"), &slots).unwrap();
        let bytes = fs::read(home.path().join("keys")).unwrap();
        Self { home, bytes }
    }

    fn kek(&self) -> PathBuf {
        self.home.path().join("kek")
    }
}

fn slot(name: &str) -> Slot {
    name.parse().unwrap()
}

/// Changes to a key store's file, a line each: `offset = text` writes the text there, `offset -
/// count` takes so many bytes out. A line that is neither is the file's text from its beginning on.
///
/// # Panics
/// Where a changed file is opened, or what opens is not the store that was made.
pub fn sealed_file(data: &[u8]) {
    let store = STORE.get_or_init(Store::new);
    let mut bytes = store.bytes.clone();
    for line in data.split(|byte| *byte == b'\n') {
        change(&mut bytes, line);
    }
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("keys");
    fs::write(&path, &bytes).unwrap();
    match SealedFile::open(&path, &store.kek()) {
        Err(error) => {
            assert_ne!(bytes, store.bytes, "{error}");
            let shown = error.to_string();
            assert!(shown.contains("keys"), "{shown}");
        }
        Ok(opened) => {
            assert_eq!(bytes, store.bytes, "a byte was changed, and nobody saw it");
            let slots: Vec<_> =
                opened.slots().map(|(slot, usage)| (slot.as_str(), usage)).collect();
            assert_eq!(slots, [("answers", Usage::Verify), ("signing", Usage::Sign)]);
            let signed = opened.sign(&slot("signing"), MESSAGE).unwrap();
            let own = SigningSeed::from_bytes(&[1; 32]).public_key();
            caisson_vault::verify_detached(&own, MESSAGE, &signed).unwrap();
        }
    }
}

fn change(bytes: &mut Vec<u8>, line: &[u8]) {
    let text = String::from_utf8_lossy(line);
    let words: Vec<&str> = text.splitn(3, ' ').collect();
    let end = bytes.len();
    let place = |text: &str| text.parse::<usize>().ok().map(|place| place % (end + 1));
    match words[..] {
        [""] => {}
        [at, "=", with] if place(at).is_some() => {
            let at = place(at).unwrap_or_default();
            bytes.splice(at..(at + with.len()).min(end), with.bytes());
        }
        [at, "-", count] if place(at).is_some() => {
            let at = place(at).unwrap_or_default();
            let count = count.parse::<usize>().unwrap_or_default();
            bytes.drain(at..at.saturating_add(count).min(end));
        }
        _ => {
            bytes.clear();
            bytes.extend_from_slice(line);
        }
    }
}
