//! What stands when the kernel has decided. Closed shapes: nothing else can become of a
//! transaction. Whatever identifies the account is out of every `Debug`.

use caisson_tlv::mask::mask_pan;
use std::fmt;
use zeroize::Zeroize;

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The issuer must be asked.
    GoOnline,
    /// Approved.
    Approved,
    /// Declined. After an issuer's approval: the card refused, so reverse.
    Declined,
    /// Contactless only: have the card inserted.
    OtherInterface,
    /// Ended without a decision. After an issuer's approval: reverse.
    Ended(End),
}

/// Why a transaction ended before its decision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}: {detail}")]
pub struct End {
    /// Decide by this only.
    pub cause: Cause,
    /// English, for the log, without card data.
    pub detail: String,
}

/// The causes of an [`End`]. Frozen, as in the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No application in common, or none that can be used.
    NoApplication,
    /// The card is blocked.
    CardBlocked,
    /// The only application in common is blocked.
    ApplicationBlocked,
    /// Torn away.
    CardRemoved,
    /// No answer in time.
    CardTimeout,
    /// The reader does not work.
    ReaderFailed,
    /// An answer that no specification allows.
    CardData,
    /// The card refused a command.
    CardRefused,
    /// This service is not allowed with this card.
    NotAllowed,
    /// The cardholder or the cashier cancelled.
    Cancelled,
    /// Cancel was pressed while the PIN was asked for, or nobody keyed one in time.
    PinCancelled,
    /// See the detail.
    Other,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoApplication => "no application",
            Self::CardBlocked => "card blocked",
            Self::ApplicationBlocked => "application blocked",
            Self::CardRemoved => "card removed",
            Self::CardTimeout => "card timeout",
            Self::ReaderFailed => "reader failed",
            Self::CardData => "card data",
            Self::CardRefused => "card refused",
            Self::NotAllowed => "not allowed",
            Self::Cancelled => "cancelled",
            Self::PinCancelled => "PIN cancelled",
            Self::Other => "other",
        })
    }
}

impl End {
    pub(crate) fn new(cause: Cause, detail: impl Into<String>) -> Self {
        Self { cause, detail: detail.into() }
    }

    pub(crate) fn data(detail: impl Into<String>) -> Self {
        Self::new(Cause::CardData, detail)
    }
}

/// The account, as the card says. Erased when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// 5A: 8 to 19 digits.
    pub pan: String,
    /// 5F34.
    pub sequence: Option<u8>,
    /// 5F24 as `YYMM`.
    pub expiry: Option<String>,
    /// 57: digits with `D` between PAN and expiry, without padding.
    pub track_2: Option<String>,
}

impl Account {
    /// The first six and the last four digits, the others as `*`.
    #[must_use]
    pub fn masked(&self) -> String {
        mask_pan(&self.pan)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("pan", &self.masked()).finish_non_exhaustive()
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.pan.zeroize();
        self.expiry.zeroize();
        self.track_2.zeroize();
    }
}

/// How the cardholder was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verification {
    /// Not asked for, or none was needed.
    #[default]
    None,
    /// By signature alone.
    Signature,
    /// By a PIN that the card compared.
    OfflinePin,
    /// By a PIN that the card compared, and a signature.
    OfflinePinAndSignature,
    /// By a PIN that travels to the issuer.
    OnlinePin,
    /// On the cardholder's own device.
    OwnDevice,
    /// All methods failed.
    Failed,
}

impl Verification {
    /// Whether the receipt needs a signature.
    #[must_use]
    pub fn needs_signature(self) -> bool {
        matches!(self, Self::Signature | Self::OfflinePinAndSignature)
    }
}

/// What kind of cryptogram the card made (EMV Book 3, table 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CryptogramKind {
    /// Declined.
    Aac,
    /// Approved.
    Tc,
    /// The issuer must be asked.
    Arqc,
}

impl CryptogramKind {
    /// As receipts name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Aac => "AAC",
            Self::Tc => "TC",
            Self::Arqc => "ARQC",
        }
    }
}

/// 9F27, 9F26 and 9F36.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cryptogram {
    /// What the card decided.
    pub kind: CryptogramKind,
    /// The eight bytes.
    pub value: [u8; 8],
    /// The application transaction counter.
    pub counter: u16,
}

/// A line for the receipt: plain characters, nothing secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// At most 60 characters.
    pub name: &'static str,
    /// At most 60 characters.
    pub value: String,
}

/// Which offline data authentication ran (EMV Book 3, 10.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Authentication {
    /// None: card and terminal have no method in common, or it was not reached.
    #[default]
    NotPerformed,
    /// Static.
    Sda,
    /// Dynamic.
    Dda,
    /// Combined with the cryptogram.
    Cda,
}

/// What stands after `first`, and again after `complete`.
#[derive(Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was decided.
    pub decision: Decision,
    /// The account; none where the card was not read that far.
    pub account: Option<Account>,
    /// 84: the selected application.
    pub aid: Option<Vec<u8>>,
    /// What the cardholder calls it.
    pub label: String,
    /// How the cardholder was verified.
    pub verification: Verification,
    /// Which offline data authentication ran; whether it failed is in the TVR.
    pub authentication: Authentication,
    /// 95.
    pub tvr: [u8; 5],
    /// 9B.
    pub tsi: [u8; 2],
    /// The last cryptogram.
    pub cryptogram: Option<Cryptogram>,
    /// TLV for DE55; empty where the card made no cryptogram.
    pub de55: Vec<u8>,
    /// Lines for the receipt.
    pub facts: Vec<Fact>,
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("decision", &self.decision)
            .field("account", &self.account)
            .field("label", &self.label)
            .field("verification", &self.verification)
            .field("authentication", &self.authentication)
            .field("tvr", &self.tvr)
            .field("tsi", &self.tsi)
            .field("cryptogram", &self.cryptogram.map(|made| made.kind))
            .finish_non_exhaustive()
    }
}

/// The issuer's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether the acquirer's answer means yes.
    pub approved: bool,
    /// 8A, two characters of 0-9 and A-Z.
    pub code: String,
    /// 91: 8 to 16 bytes.
    pub authentication: Option<Vec<u8>>,
    /// Issuer scripts as whole TLV objects 71 or 72; at most 8, each of at most 256 bytes.
    pub scripts: Vec<Vec<u8>>,
}

/// What became of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnlineAnswer {
    /// It was answered.
    Answered(Answer),
    /// It was not; card and terminal decide by their action codes.
    Unable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_debug_text_tells_the_account() {
        let account = Account {
            pan: "6225760012345678".to_owned(),
            sequence: Some(1),
            expiry: Some("3012".to_owned()),
            track_2: Some("6225760012345678D30122010000".to_owned()),
        };
        assert_eq!(format!("{account:?}"), "Account { pan: \"622576******5678\", .. }");
    }
}
