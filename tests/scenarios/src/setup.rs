//! What a world is made of.

use crate::emulated_profile::PinRules;
use caisson_core::Language;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where the acquirer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcquirerAt {
    /// In this process, over links in memory; its folder is `acquirer` in the world's folder.
    InProcess,
    /// A process of its own, whose folder this is; TCP and TLS over loopback.
    Folder(PathBuf),
}

/// What a world is made of.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Journal, keys, apps, receipts: lives on over restarts.
    pub folder: PathBuf,
    /// Folder of built apps, one folder each.
    pub apps: PathBuf,
    /// The app's id.
    pub app: String,
    /// Language of screen and paper.
    pub language: Language,
    /// Settings of the app that differ from its defaults.
    pub settings: BTreeMap<String, String>,
    /// The owner's rules, as tables of the profile's `[[risk]]`.
    pub risk: Vec<toml::Table>,
    /// Where the acquirer is.
    pub acquirer: AcquirerAt,
}

/// What an emulator's terminal has besides a scenario's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extra {
    /// Operators sign in: their names and codes are those of [`EMULATED_OPERATORS`](crate::EMULATED_OPERATORS).
    pub has_operators: bool,
    /// An app that never comes back is one more way to pay.
    pub has_hanging_app: bool,
    /// The bank's card app is one more way to pay, where it was built.
    pub has_cards: bool,
    /// How a PIN is asked for.
    pub pin: PinRules,
}
