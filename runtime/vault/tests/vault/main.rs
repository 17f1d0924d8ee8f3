//! The vault from outside: what its calls promise, what its file refuses, what it never shows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy takes only functions marked as tests for tests, not their helpers"
)]

mod card_secrecy;
mod cards;
mod contract;
mod damage;
mod host;
mod keys;
mod provisioning;
mod secrecy;
#[cfg(feature = "pkcs11")]
mod token;

use caisson_vault::{NewSlot, PublicKey, SealedFile, SigningSeed, Slot, VaultError};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The acquirer's seed; its public key stands in the slot `acquirer-wallet`.
const ACQUIRER_SEED: [u8; 32] = *b"the acquirer's seed, 32 bytes...";
/// The seed in the slot `terminal-signing`.
const TERMINAL_SEED: [u8; 32] = *b"the terminal's seed, 32 bytes...";

/// A folder with a key file and its key-encryption key.
struct Room {
    folder: TempDir,
}

impl Room {
    fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Provisioned with a slot for each usage.
    fn provisioned() -> Self {
        let room = Self::empty();
        room.provision(&room.keys(), &usual_slots()).unwrap();
        room
    }

    fn keys(&self) -> PathBuf {
        self.folder.path().join("keys.toml")
    }

    fn kek(&self) -> PathBuf {
        self.folder.path().join("keys.kek")
    }

    fn provision(&self, path: &Path, slots: &[NewSlot]) -> Result<SealedFile, VaultError> {
        SealedFile::provision(path, &self.kek(), slots)
    }

    fn open(&self) -> Result<SealedFile, VaultError> {
        SealedFile::open(&self.keys(), &self.kek())
    }

    /// Opens after the key file got other content.
    fn open_with(&self, content: &[u8]) -> Result<SealedFile, VaultError> {
        std::fs::write(self.keys(), content).unwrap();
        self.open()
    }

    fn content(&self) -> String {
        std::fs::read_to_string(self.keys()).unwrap()
    }

    /// The error's text with this folder's path taken out, so that it can be compared whole.
    fn text(&self, error: &VaultError) -> String {
        error.to_string().replace(&format!("{}/", self.folder.path().display()), "")
    }
}

fn slot(name: &str) -> Slot {
    name.parse().unwrap()
}

fn seed(bytes: [u8; 32]) -> SigningSeed {
    SigningSeed::from_bytes(&bytes)
}

fn acquirer_key() -> PublicKey {
    seed(ACQUIRER_SEED).public_key()
}

fn usual_slots() -> Vec<NewSlot> {
    vec![
        NewSlot::sign_with_seed(slot("terminal-signing"), seed(TERMINAL_SEED)),
        NewSlot::sign(slot("terminal-spare")),
        NewSlot::verify(slot("acquirer-wallet"), acquirer_key()),
        NewSlot::seal(slot("recovery")),
        NewSlot::seal(slot("tickets")),
    ]
}
