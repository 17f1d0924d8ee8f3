//! Why a terminal does not start, or must stop.

use crate::profile::ProfileError;
use caisson_core::key::KeyError;
use caisson_core::payment::Rule;
use caisson_host::LoadError;
use caisson_journal::JournalError;
use caisson_network::{ClientError, ConfigError};
use caisson_packages::InstallError;
use caisson_vault::{TextError, VaultError};
use std::path::PathBuf;

/// Why a terminal does not start, or must stop. Each text names file, place and remedy.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// The profile is wrong.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The journal cannot be opened or written. Take no money until it can.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The key store is wrong.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A destination's file is wrong.
    #[error(transparent)]
    Destination(#[from] ConfigError),
    /// A destination cannot be spoken to with these keys.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// An app's folder is wrong.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// An app cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The terminal id or a counter does not fit a payment key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A device of the profile cannot be set up. Integrator: as the text says.
    #[error("{path}: {cause}")]
    Device {
        /// The device's file, port or folder.
        path: PathBuf,
        /// What the system or driver says.
        cause: String,
    },
    /// An app names a destination that the profile does not have.
    #[error(
        "app {app} asks for the destination \"{destination}\", which the profile does not have; add [destination.{destination}]"
    )]
    NoDestination {
        /// The app's id.
        app: String,
        /// The name.
        destination: String,
    },
    /// The owner's notices have nowhere to go.
    #[error(
        "[owner] notify: the destination \"{destination}\" has no operation \"{operation}\" of the kind service"
    )]
    NoNotice {
        /// The destination.
        destination: String,
        /// The operation.
        operation: String,
    },
    /// A name inside this program is not a slot's name. Report this.
    #[error("not a slot of the key store: {0}")]
    Slot(#[from] TextError),
    /// The journal could not be written before. Restart the terminal: it verifies the journal and
    /// asks about every open payment.
    #[error("the terminal has stopped taking money: {cause}; restart it")]
    Halted {
        /// What the journal said.
        cause: String,
    },
    /// Caller: end the other desk first.
    #[error("another desk serves this terminal's screen; end it first")]
    DeskTaken,
    /// A step of the terminal's own broke a rule. Report this.
    #[error("the terminal's own step broke a rule: {0}")]
    OwnRule(Rule),
}
