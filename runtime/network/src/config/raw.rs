//! The shapes of the file, with the place of each value. Meaning is checked in `check`.

use caisson_core::operation::OperationKind;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

pub(crate) type Text = Spanned<String>;

/// Which of the shapes the file has; everything else in it is read by that shape.
#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    pub(super) protocol: Protocol,
}

/// The language that the acquirer speaks.
#[derive(Deserialize, Default, Clone, Copy)]
pub(crate) enum Protocol {
    /// A wallet.
    #[default]
    #[serde(rename = "signed-json")]
    SignedJson,
    /// A bank.
    #[serde(rename = "iso8583")]
    Iso8583,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Destination {
    #[expect(dead_code, reason = "read by `Which`")]
    protocol: Option<Protocol>,
    pub(super) name: Text,
    pub(super) host: Text,
    pub(super) port: Spanned<u16>,
    pub(super) server_name: Text,
    pub(super) roots: Option<Text>,
    pub(super) roots_file: Option<Text>,
    pub(super) roots_sha256: Option<Text>,
    pub(super) key_id: Text,
    pub(super) signing_slot: Text,
    pub(super) verifying_slot: Text,
    pub(super) connect_timeout_ms: Spanned<u32>,
    pub(super) operation: Spanned<BTreeMap<String, Spanned<Operation>>>,
    #[serde(default)]
    pub(super) reasons: BTreeMap<String, Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Operation {
    pub(super) kind: Spanned<OperationKind>,
    pub(super) path: Text,
    pub(super) timeout_ms: Spanned<u32>,
    pub(super) order: Option<Text>,
    pub(super) original: Option<Text>,
    pub(super) amount: Option<Text>,
    pub(super) currency: Option<Text>,
    pub(super) expires: Option<Text>,
    pub(super) expires_max_s: Option<Spanned<u32>>,
    pub(super) repeatable: Option<Spanned<bool>>,
    pub(super) result: Option<Spanned<Outcome>>,
}

/// `[operation.NAME.result]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outcome {
    pub(super) pointer: Text,
    pub(super) order: Text,
    pub(super) amount: Option<Text>,
    pub(super) currency: Option<Text>,
    pub(super) refunded: Option<Text>,
    pub(super) reason: Option<Text>,
    pub(super) paid: Option<Spanned<Vec<String>>>,
    pub(super) not_paid: Option<Spanned<Vec<String>>>,
    pub(super) open: Option<Spanned<Vec<String>>>,
    pub(super) undone: Option<Spanned<Vec<String>>>,
    pub(super) unproved: Option<Spanned<Vec<String>>>,
}
