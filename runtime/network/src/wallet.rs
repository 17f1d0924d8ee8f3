//! A wallet's side of a destination: who signs, where the host writes, how an answer is read.
//!
//! Guarantees: what stands here came whole out of a signed file (`config`). A wallet is reached over
//! TLS only.

pub(crate) mod exchange;
mod http;
pub(crate) mod json;
pub(crate) mod pointer;
pub(crate) mod read;
mod request;
pub(crate) mod signature;

use crate::destination::Trust;
use caisson_core::Reason;
use caisson_core::operation::Reading;
use caisson_vault::Slot;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use pointer::Pointer;

/// What a wallet gateway is to a terminal.
#[derive(Debug, Clone)]
pub(crate) struct Wallet {
    pub(crate) trust: Trust,
    pub(crate) key_id: String,
    pub(crate) signing_slot: Slot,
    pub(crate) verifying_slot: Slot,
}

/// What is a wallet's alone in an operation.
#[derive(Debug, Clone)]
pub(crate) struct WalletForm {
    pub(crate) path: String,
    pub(crate) fields: HostFields,
    pub(crate) expires: Option<Expires>,
    pub(crate) result: Option<ResultRules>,
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
