//! The shapes of a bank's file, with the place of each value.

use crate::bank::PinUse;
use crate::config::raw::{Protocol, Text};
use caisson_core::operation::OperationKind;
use caisson_core::payment::Kind;
use caisson_vault::{MacAlgorithm, PinFormat};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Destination {
    #[expect(dead_code, reason = "was read to find this shape")]
    protocol: Protocol,
    pub(super) name: Text,
    pub(super) host: Text,
    pub(super) port: Spanned<u16>,
    pub(super) connect_timeout_ms: Spanned<u32>,
    pub(super) tls: Option<Spanned<bool>>,
    pub(super) server_name: Option<Text>,
    pub(super) roots: Option<Text>,
    pub(super) roots_file: Option<Text>,
    pub(super) roots_sha256: Option<Text>,
    pub(super) spec: Text,
    pub(super) tpdu: Text,
    pub(super) header: Text,
    pub(super) terminal_id: Text,
    pub(super) merchant_id: Text,
    pub(super) currencies: Spanned<BTreeMap<String, Text>>,
    pub(super) keys: Spanned<Keys>,
    pub(super) operation: Spanned<BTreeMap<String, Spanned<Operation>>>,
    #[serde(default)]
    pub(super) results: BTreeMap<String, Spanned<Results>>,
    #[serde(default)]
    pub(super) reasons: BTreeMap<String, Text>,
}

/// `[keys]`. Which of the rest belongs there, the scheme says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    pub(super) scheme: Scheme,
    pub(super) tmk_slot: Option<Text>,
    pub(super) pin_slot: Option<Text>,
    pub(super) mac_slot: Option<Text>,
    pub(super) key_bytes: Option<Spanned<u32>>,
    pub(super) check_value_bytes: Option<Spanned<u32>>,
    pub(super) slot: Option<Text>,
    pub(super) ksn_field: Option<Spanned<u8>>,
    pub(super) mac: Mac,
    pub(super) pin_format: Format,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Scheme {
    MasterSession,
    Dukpt,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Mac {
    Retail,
    Cmac,
}

impl Mac {
    pub(super) const fn algorithm(self) -> MacAlgorithm {
        match self {
            Self::Retail => MacAlgorithm::Retail,
            Self::Cmac => MacAlgorithm::Cmac,
        }
    }
}

#[derive(Deserialize, Clone, Copy)]
pub(super) enum Format {
    #[serde(rename = "iso-0")]
    Iso0,
    #[serde(rename = "iso-3")]
    Iso3,
    #[serde(rename = "iso-4")]
    Iso4,
}

impl Format {
    pub(super) const fn format(self) -> PinFormat {
        match self {
            Self::Iso0 => PinFormat::Iso0,
            Self::Iso3 => PinFormat::Iso3,
            Self::Iso4 => PinFormat::Iso4,
        }
    }
}

/// `[operation.NAME]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Operation {
    pub(super) kind: Spanned<OperationKind>,
    pub(super) mti: Text,
    pub(super) processing_code: Option<Text>,
    pub(super) timeout_ms: Spanned<u32>,
    pub(super) fields: Spanned<Vec<u8>>,
    pub(super) original: Option<Spanned<bool>>,
    pub(super) of: Option<Spanned<Kind>>,
    pub(super) pin: Option<Spanned<Pin>>,
    pub(super) mac: Option<Spanned<bool>>,
    pub(super) keys: Option<Spanned<bool>>,
    pub(super) repeatable: Option<Spanned<bool>>,
    pub(super) result: Option<Text>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Pin {
    None,
    Optional,
    Required,
}

impl Pin {
    pub(super) const fn usage(self) -> PinUse {
        match self {
            Self::None => PinUse::None,
            Self::Optional => PinUse::Optional,
            Self::Required => PinUse::Required,
        }
    }
}

/// `[results.NAME]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Results {
    pub(super) paid: Option<Spanned<Vec<String>>>,
    pub(super) partial: Option<Spanned<Vec<String>>>,
    pub(super) not_paid: Option<Spanned<Vec<String>>>,
    pub(super) undone: Option<Spanned<Vec<String>>>,
    pub(super) unproved: Option<Spanned<Vec<String>>>,
}
