//! A destination: where an acquirer is, who signs, and what each of its operations may do.
//!
//! Guarantees: a [`Destination`] exists only if its whole file made sense (`config`), so nobody
//! checks it again. Operations never change while the terminal runs.
//!
//! Deliberately not here: how the file is read (`config`), how a request is made (`request`), how
//! an answer is read (`read`).

use crate::pointer::Pointer;
use caisson_core::Reason;
use caisson_core::operation::{OperationKind, Reading};
use caisson_vault::Slot;
use rustls::RootCertStore;
use rustls::pki_types::ServerName;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// An acquirer as its signed file describes it.
#[derive(Debug, Clone)]
pub struct Destination {
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) server_name: ServerName<'static>,
    pub(crate) roots: Arc<RootCertStore>,
    pub(crate) key_id: String,
    pub(crate) signing_slot: Slot,
    pub(crate) verifying_slot: Slot,
    pub(crate) connect_timeout: Duration,
    pub(crate) operations: BTreeMap<String, Arc<Operation>>,
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
    pub(crate) path: String,
    pub(crate) timeout: Duration,
    pub(crate) repeatable: bool,
    pub(crate) fields: HostFields,
    pub(crate) expires: Option<Expires>,
    pub(crate) result: Option<ResultRules>,
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

    /// True where the acquirer answers a repeat with the same number and data as it answered the
    /// first, so that repeating cannot move money twice.
    #[must_use]
    pub const fn is_repeatable(&self) -> bool {
        self.repeatable
    }
}

/// Where the host writes what an app must not choose.
#[derive(Debug, Clone, Default)]
pub(crate) struct HostFields {
    pub(crate) order: Option<Pointer>,
    pub(crate) original: Option<Pointer>,
    pub(crate) amount: Option<Pointer>,
    pub(crate) currency: Option<Pointer>,
}

/// Where an offer's app says for how many seconds it can be paid.
#[derive(Debug, Clone)]
pub(crate) struct Expires {
    pub(crate) pointer: Pointer,
    pub(crate) max_s: u32,
}

/// How an answer is read.
#[derive(Debug, Clone)]
pub(crate) struct ResultRules {
    pub(crate) pointer: Pointer,
    pub(crate) words: BTreeMap<String, Reading>,
    pub(crate) order: Pointer,
    pub(crate) amount: Option<Pointer>,
    pub(crate) currency: Option<Pointer>,
    pub(crate) refunded: Option<Pointer>,
    pub(crate) reason: Option<Pointer>,
    pub(crate) unproved: BTreeSet<String>,
    pub(crate) reasons: Arc<BTreeMap<String, Reason>>,
}
