//! One application of a chip: what it is called, how it decides, and how it can be checked.

use serde::Deserialize;

use crate::cryptogram::Scheme;
use crate::hex::Hex;

/// Where an application can be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interface {
    /// Inserted.
    Contact,
    /// Tapped.
    Contactless,
}

/// Offline data authentication (EMV Book 2, chapters 5 and 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Oda {
    /// None: online only.
    None,
    /// Static: a signature of the issuer.
    Sda,
    /// Dynamic: INTERNAL AUTHENTICATE.
    Dda,
    /// Combined with GENERATE AC. The card does DDA as well.
    Cda,
}

/// Cardholder verification method (EMV Book 3, table 39 of Annex C3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CvmMethod {
    /// Fail CVM processing.
    Fail,
    /// Plaintext PIN verified by the card.
    PlainPin,
    /// Enciphered PIN verified online.
    OnlinePin,
    /// Plaintext PIN verified by the card, and signature.
    PlainPinAndSignature,
    /// Enciphered PIN verified by the card.
    EncipheredPin,
    /// Enciphered PIN verified by the card, and signature.
    EncipheredPinAndSignature,
    /// Signature on paper or screen.
    Signature,
    /// None needed.
    NoCvm,
}

impl CvmMethod {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Fail => 0x00,
            Self::PlainPin => 0x01,
            Self::OnlinePin => 0x02,
            Self::PlainPinAndSignature => 0x03,
            Self::EncipheredPin => 0x04,
            Self::EncipheredPinAndSignature => 0x05,
            Self::Signature => 0x1E,
            Self::NoCvm => 0x1F,
        }
    }

    /// Needs a PIN in the card.
    pub(crate) const fn is_offline_pin(self) -> bool {
        matches!(
            self,
            Self::PlainPin
                | Self::PlainPinAndSignature
                | Self::EncipheredPin
                | Self::EncipheredPinAndSignature
        )
    }

    /// Needs a key for PINs in the card.
    pub(crate) const fn is_enciphered(self) -> bool {
        matches!(self, Self::EncipheredPin | Self::EncipheredPinAndSignature)
    }
}

/// When a rule applies (EMV Book 3, table 40 of Annex C3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CvmCondition {
    /// Always.
    #[default]
    Always,
    /// Unattended cash.
    UnattendedCash,
    /// Neither cash nor cashback.
    NoCash,
    /// If the terminal supports the method.
    Supported,
    /// Manual cash.
    ManualCash,
    /// Purchase with cashback.
    Cashback,
    /// In the card's currency and under amount X.
    UnderX,
    /// In the card's currency and over amount X.
    OverX,
    /// In the card's currency and under amount Y.
    UnderY,
    /// In the card's currency and over amount Y.
    OverY,
}

impl CvmCondition {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Always => 0,
            Self::UnattendedCash => 1,
            Self::NoCash => 2,
            Self::Supported => 3,
            Self::ManualCash => 4,
            Self::Cashback => 5,
            Self::UnderX => 6,
            Self::OverX => 7,
            Self::UnderY => 8,
            Self::OverY => 9,
        }
    }
}

/// One row of the CVM list (8E).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CvmRule {
    /// What to do.
    pub method: CvmMethod,
    /// When.
    #[serde(default)]
    pub when: CvmCondition,
    /// If it fails, go on with the next row; by default the whole verification has failed.
    #[serde(default)]
    pub else_next: bool,
}

impl CvmRule {
    pub(crate) const fn bytes(self) -> [u8; 2] {
        let go_on = if self.else_next { 0x40 } else { 0 };
        [self.method.code() | go_on, self.when.code()]
    }
}

/// What the card grants at the first GENERATE AC, at most (EMV Book 3, table 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// A TC where the terminal asks for one.
    Approve,
    /// An ARQC where the terminal asks for a TC: the card wants to go online.
    #[default]
    Online,
    /// An AAC, whatever the terminal asks for.
    Decline,
}

/// How the issuer's answer reaches the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IssuerAuthentication {
    /// By EXTERNAL AUTHENTICATE; the AIP says so.
    #[default]
    External,
    /// As 91 in the data of the second GENERATE AC.
    Cdol2,
    /// Not at all.
    None,
}

/// What a tapped application asks for where the terminal wants a cardholder verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TapCvm {
    /// Online PIN.
    #[default]
    OnlinePin,
    /// Signature.
    Signature,
    /// It knows none.
    None,
}

/// The tapped side: one GET PROCESSING OPTIONS answers everything, online only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tap {
    /// What it asks for where the terminal wants a cardholder verification.
    #[serde(default)]
    pub cvm: TapCvm,
    /// The answer has an AFL (94) with one record to read: expiry, PAN, usage control.
    #[serde(default)]
    pub records: bool,
}

/// One application.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Application {
    /// Application identifier, 5 to 16 bytes; its RID may be another than that of the card's brand
    /// (a card of two brands has one PAN and one issuer).
    pub aid: Hex,
    /// Application label (50), 1 to 16 signs of ASCII.
    pub label: String,
    /// Application priority (87), 1 to 15; 1 is the first.
    #[serde(default = "first")]
    pub priority: u8,
    /// The cardholder must confirm the choice (87, bit 8).
    #[serde(default)]
    pub confirm: bool,
    /// Where it can be selected.
    #[serde(default = "contact")]
    pub interfaces: Vec<Interface>,
    /// Blocked: SELECT warns, GENERATE AC gives an AAC.
    #[serde(default)]
    pub blocked: bool,
    /// Name of the CA key in `keys/TEST-rsa.toml`.
    pub ca: String,
    /// Offline data authentication.
    pub oda: Oda,
    /// Cryptogram scheme.
    pub scheme: Scheme,
    /// CVM list, in order; empty for none.
    #[serde(default)]
    pub cvm: Vec<CvmRule>,
    /// Amounts X and Y of the CVM list, in minor units.
    #[serde(default)]
    pub cvm_amounts: [u32; 2],
    /// Application usage control (9F07), 2 bytes.
    #[serde(default = "any_use")]
    pub auc: Hex,
    /// Issuer action code, denial (9F0E), 5 bytes.
    #[serde(default = "deny_forbidden_use")]
    pub iac_denial: Hex,
    /// Issuer action code, online (9F0F), 5 bytes.
    #[serde(default = "online_for_much")]
    pub iac_online: Hex,
    /// Issuer action code, default (9F0D), 5 bytes.
    #[serde(default = "online_for_much")]
    pub iac_default: Hex,
    /// PDOL (9F38) by contact; empty for none.
    #[serde(default)]
    pub pdol: Hex,
    /// CDOL1 (8C); by default what a cryptogram needs.
    #[serde(default = "cdol_1")]
    pub cdol1: Hex,
    /// CDOL2 (8D); by default the response code and what a cryptogram needs; with issuer
    /// authentication by CDOL2 it needs 91 as well.
    #[serde(default = "cdol_2")]
    pub cdol2: Hex,
    /// What the card grants at the first GENERATE AC.
    #[serde(default)]
    pub decision: Decision,
    /// How the issuer's answer reaches the card.
    #[serde(default)]
    pub issuer_authentication: IssuerAuthentication,
    /// Answers of GPO and GENERATE AC in format 2 (template 77); by default in format 1 (80). A
    /// CDA answer always is in format 2.
    #[serde(default)]
    pub format_2: bool,
    /// Issuer country (5F28) and currency (9F42), ISO 3166 and 4217 numbers. 156: China, yuan.
    #[serde(default = "china")]
    pub country: u16,
    /// See `country`.
    #[serde(default = "china")]
    pub currency: u16,
    /// The tapped side.
    #[serde(default)]
    pub tap: Tap,
}

const fn first() -> u8 {
    1
}

const fn china() -> u16 {
    156
}

fn contact() -> Vec<Interface> {
    vec![Interface::Contact]
}

/// Everything, everywhere (EMV Book 3, table 38).
fn any_use() -> Hex {
    Hex(vec![0xFF, 0xC0])
}

/// A use that the card does not allow is denied without asking the issuer.
fn deny_forbidden_use() -> Hex {
    Hex(vec![0x00, 0x10, 0x00, 0x00, 0x00])
}

/// Online for failed ODA, failed CVM, exceeded limits and a new card.
fn online_for_much() -> Hex {
    Hex(vec![0xFC, 0x78, 0xBC, 0x98, 0x00])
}

/// 9F02 9F03 9F1A 95 5F2A 9A 9C 9F37, as [`crate::cryptogram::TERMINAL_DATA`] has them.
const NEEDED: [u8; 21] = [
    0x9F, 0x02, 6, 0x9F, 0x03, 6, 0x9F, 0x1A, 2, 0x95, 5, 0x5F, 0x2A, 2, 0x9A, 3, 0x9C, 1, 0x9F,
    0x37, 4,
];

fn cdol_1() -> Hex {
    Hex(NEEDED.to_vec())
}

fn cdol_2() -> Hex {
    let mut list = vec![0x8A, 2];
    list.extend(NEEDED);
    Hex(list)
}
