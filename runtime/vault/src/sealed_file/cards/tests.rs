//! Power cuts and write errors at each step of a change, and files that were put back.

use super::super::disk::{Faults, Step};
use super::*;
use crate::{NewSlot, SealedFile};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

const STEPS: [Step; 4] = [Step::Write, Step::Sync, Step::Rename, Step::SyncFolder];
/// The session key of `load`, which is enciphered under a master key of zeros.
const CLEAR: [[u8; 16]; 2] = [*b"the first key...", *b"the second key.."];

/// Fails once, before the operation that is counted down to.
#[derive(Debug)]
struct Countdown(Arc<AtomicUsize>);

/// Nothing fails.
const NEVER: usize = usize::MAX;

impl Faults for Countdown {
    fn before(&self, _step: Step) -> io::Result<()> {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.wrapping_sub(1), Ordering::Relaxed);
        if left == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

struct Room {
    folder: TempDir,
}

impl Room {
    fn provisioned() -> Self {
        let room = Self { folder: tempfile::tempdir().unwrap() };
        let slots = [
            NewSlot::dukpt_initial(slot("dukpt"), InitialKey::tdes(&[5; 16], &[0xFF; 10])),
            NewSlot::key_encryption(slot("tmk"), CipherKey::tdes2(&[0; 16])),
        ];
        SealedFile::provision(&room.path("keys"), &room.path("kek"), &slots).unwrap();
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Opened, with the number of operations until one fails.
    fn open(&self) -> (SealedFile, Arc<AtomicUsize>) {
        let mut keys = SealedFile::open(&self.path("keys"), &self.path("kek")).unwrap();
        let left = Arc::new(AtomicUsize::new(NEVER));
        let faults = Box::new(Countdown(Arc::clone(&left)));
        keys.cards.as_mut().unwrap().file_mut().set_faults(faults);
        (keys, left)
    }

    /// The error's text without this folder's path.
    fn text(&self, error: &VaultError) -> String {
        error.to_string().replace(&format!("{}/", self.folder.path().display()), "")
    }
}

fn slot(name: &str) -> Slot {
    name.parse().unwrap()
}

fn counter(keys: &SealedFile) -> u32 {
    keys.begin_transaction(&slot("dukpt")).unwrap().counter()
}

fn load(keys: &SealedFile, clear: &[u8; 16]) -> Result<(), VaultError> {
    let mut cryptogram = *clear;
    CipherKey::tdes2(&[0; 16]).encrypt(&mut cryptogram);
    let mut check_value = [0; 8];
    CipherKey::tdes2(clear).encrypt(&mut check_value);
    let named = |slot, usage| SessionKey {
        slot,
        usage,
        cryptogram: &cryptogram,
        check_value: &check_value,
    };
    let (pin, mac) = (slot("pin"), slot("mac"));
    let keys_of = [named(&pin, Usage::PinEncryption), named(&mac, Usage::Mac)];
    keys.load_session_keys(&slot("tmk"), &keys_of)
}

/// Which of [`CLEAR`] both session keys are, if they are the same.
fn loaded(keys: &SealedFile) -> Option<usize> {
    let key = |name: &str, usage| keys.session_key(&slot(name), usage).ok();
    let pin = key("pin", &[Usage::PinEncryption])?;
    let mac = key("mac", &[Usage::Mac])?;
    assert_eq!(pin.as_bytes(), mac.as_bytes(), "keys of two downloads are in use");
    CLEAR.iter().position(|clear| clear == pin.as_bytes())
}

#[test]
fn a_failed_write_never_gives_a_key_and_never_brings_one_back() {
    for (at, step) in STEPS.iter().enumerate() {
        let room = Room::provisioned();
        let (keys, left) = room.open();
        assert_eq!(counter(&keys), 1);
        left.store(at, Ordering::Relaxed);
        let error = keys.begin_transaction(&slot("dukpt")).unwrap_err();
        let action = if at < 3 { "replace" } else { "make durable" };
        assert_eq!(
            room.text(&error),
            format!(
                "cannot {action} keys.cards: no storage space; check that its folder exists \
                     and is ours"
            ),
            "{step:?}"
        );
        // Nobody used the second key, so it may be the next one; the first may not.
        assert_eq!(counter(&keys), 2, "{step:?}");
        assert_eq!(counter(&keys), 3, "{step:?}");
        drop(keys);
        assert_eq!(counter(&room.open().0), 4, "{step:?}");
    }
}

#[test]
fn a_restart_after_a_failed_write_skips_a_key_at_most() {
    for (at, step) in STEPS.iter().enumerate() {
        let room = Room::provisioned();
        let (keys, left) = room.open();
        assert_eq!(counter(&keys), 1);
        left.store(at, Ordering::Relaxed);
        keys.begin_transaction(&slot("dukpt")).unwrap_err();
        drop(keys);
        let expected = if *step == Step::SyncFolder { 3 } else { 2 };
        assert_eq!(counter(&room.open().0), expected, "{step:?}");
    }
}

#[test]
fn a_crash_between_write_and_use_skips_the_key() {
    let room = Room::provisioned();
    let (keys, _) = room.open();
    let lost = keys.begin_transaction(&slot("dukpt")).unwrap();
    assert_eq!(lost.counter(), 1);
    drop((lost, keys));
    assert_eq!(counter(&room.open().0), 2);
}

#[test]
fn a_failed_download_leaves_all_keys_or_brings_all() {
    let [first, second] = &CLEAR;
    for (at, step) in STEPS.iter().enumerate() {
        let room = Room::provisioned();
        let (keys, left) = room.open();
        load(&keys, first).unwrap();
        left.store(at, Ordering::Relaxed);
        load(&keys, second).unwrap_err();
        assert_eq!(loaded(&keys), Some(0), "{step:?}: the keys in use stay");
        drop(keys);
        let (keys, _) = room.open();
        let expected = usize::from(*step == Step::SyncFolder);
        assert_eq!(loaded(&keys), Some(expected), "{step:?}");
        load(&keys, second).unwrap();
        assert_eq!(loaded(&keys), Some(1), "{step:?}");
    }
}

#[test]
fn a_file_that_was_put_back_is_noticed_while_it_is_in_use() {
    let room = Room::provisioned();
    let old = std::fs::read(room.path("keys.cards")).unwrap();
    let (keys, _) = room.open();
    assert_eq!(counter(&keys), 1);
    std::fs::write(room.path("keys.cards"), old).unwrap();
    let error = keys.begin_transaction(&slot("dukpt")).unwrap_err();
    let expected = "keys.cards was replaced while it was in use; find out by whom, then restart";
    assert_eq!(room.text(&error), expected);
    let error = load(&keys, &CLEAR[0]).unwrap_err();
    assert_eq!(room.text(&error), expected);
}

#[test]
fn every_key_is_used_once_and_then_the_slot_is_exhausted() {
    let room = Room::provisioned();
    let (keys, _) = room.open();
    let last = 0x1F_F800;
    keys.cards
        .as_ref()
        .unwrap()
        .change("a test", |state| Ok(state.counters.insert(slot("dukpt"), last - 0x400)))
        .unwrap();
    assert_eq!(counter(&keys), last);
    for _ in 0..2 {
        let error = keys.begin_transaction(&slot("dukpt")).unwrap_err();
        assert_eq!(error, VaultError::DukptExhausted { slot: slot("dukpt") });
    }
    drop(keys);
    let error = room.open().0.begin_transaction(&slot("dukpt")).unwrap_err();
    assert_eq!(error, VaultError::DukptExhausted { slot: slot("dukpt") });
}
