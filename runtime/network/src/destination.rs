//! A destination: where an acquirer is, who signs, and what each of its operations may do.
//!
//! Guarantees: a [`Destination`] exists only if its whole file made sense (`config`), so nobody
//! checks it again. Operations never change while the terminal runs.
//!
//! Deliberately not here: how the file is read (`config`), how a request is made (`request`), how
//! an answer is read (`read`).

use crate::bank::{Bank, BankForm, PinUse};
use crate::wallet::{Wallet, WalletForm};
use caisson_core::operation::OperationKind;
use rustls::RootCertStore;
use rustls::pki_types::ServerName;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// An acquirer as its signed file describes it.
#[derive(Debug, Clone)]
pub struct Destination {
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) connect_timeout: Duration,
    pub(crate) protocol: Protocol,
    pub(crate) operations: BTreeMap<String, Arc<Operation>>,
}

/// The language that an acquirer speaks, and what goes with it.
#[derive(Debug, Clone)]
pub(crate) enum Protocol {
    /// Signed JSON over HTTPS.
    Wallet(Wallet),
    /// ISO 8583 in frames over TLS or a private line.
    Bank(Arc<Bank>),
}

/// Who may prove to be the acquirer.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    pub(crate) server_name: ServerName<'static>,
    pub(crate) roots: Arc<RootCertStore>,
}

impl Destination {
    /// The name that apps and the terminal's profile use.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Host name or address to connect to.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// TCP port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Who may prove to be the acquirer; `None` on a private line, which has no TLS.
    pub(crate) fn trust(&self) -> Option<&Trust> {
        match &self.protocol {
            Protocol::Wallet(wallet) => Some(&wallet.trust),
            Protocol::Bank(bank) => bank.trust.as_ref(),
        }
    }

    /// True for a bank: each request carries a trace number (STAN), and what is taken back comes
    /// before what is new.
    #[must_use]
    pub const fn is_bank(&self) -> bool {
        matches!(self.protocol, Protocol::Bank(_))
    }

    /// The operation of that name.
    #[must_use]
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name).map(AsRef::as_ref)
    }

    /// Every operation, by name.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values().map(AsRef::as_ref)
    }
}

/// One thing that can be asked of an acquirer.
#[derive(Debug, Clone)]
pub struct Operation {
    pub(crate) name: String,
    pub(crate) kind: OperationKind,
    pub(crate) timeout: Duration,
    pub(crate) repeatable: bool,
    pub(crate) form: Form,
}

/// What an operation is in the acquirer's language.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    Wallet(Box<WalletForm>),
    Bank(BankForm),
}

impl Operation {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it may do to money.
    #[must_use]
    pub const fn kind(&self) -> OperationKind {
        self.kind
    }

    /// How long an exchange may take in all, connecting included.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Whether its request carries a PIN.
    #[must_use]
    pub const fn pin(&self) -> PinUse {
        match &self.form {
            Form::Wallet(_) => PinUse::None,
            Form::Bank(form) => form.pin,
        }
    }

    /// True where the acquirer answers a repeat with the same number and data as it answered the
    /// first, so that repeating cannot move money twice.
    #[must_use]
    pub const fn is_repeatable(&self) -> bool {
        self.repeatable
    }
}
