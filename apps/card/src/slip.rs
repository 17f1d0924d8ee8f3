//! What the app knows of its one request: enough to make the reversal, or the request again to the
//! byte. It is the recovery note.
//!
//! Must never happen: a track or a PIN block in it. PAN and expiry may stand there, for the
//! terminal seals it and erases it when the payment is final.

use crate::operation::Deed;
use crate::words::Words;
use caisson_sdk::note::NoteError;
use caisson_sdk::{Sensitive, note};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A request that was, or may have been, sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// What it does.
    pub deed: Deed,
    /// Language of the views.
    pub language: Language,
    /// How the card was read.
    pub way: Way,
    /// True where the terminal held a PIN block for it.
    pub has_pin: bool,
    /// The card's number; none where no card was read.
    #[serde(with = "hidden")]
    pub pan: Option<Sensitive>,
    /// `YYMM`.
    #[serde(with = "hidden")]
    pub expiry: Option<Sensitive>,
    /// The number of the card among those of the account, 0 to 99.
    pub sequence: Option<u8>,
    /// The batch's number, six digits.
    pub batch: String,
    /// Which row of the batch an approval becomes.
    pub row: u64,
    /// The first two digits of field 60.
    pub kind: String,
    /// The earlier payment.
    pub original: Option<Original>,
    /// What of the chip's data a reversal carries, in hex: no number and no track.
    pub chip: String,
}

/// How a card was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// By its chip.
    Chip,
    /// In the field.
    Contactless,
    /// By its stripe.
    Stripe,
    /// By its stripe, because its chip cannot be read.
    Fallback,
    /// Not at all.
    Absent,
}

impl Way {
    /// The first two digits of field 22, as UnionPay's terminals use them.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Chip => "05",
            Self::Contactless => "07",
            Self::Stripe => "02",
            Self::Fallback => "80",
            Self::Absent => "01",
        }
    }

    /// On the receipt.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Chip => "CHIP",
            Self::Contactless => "CONTACTLESS",
            Self::Stripe => "STRIPE",
            Self::Fallback => "FALLBACK",
            Self::Absent => "NO CARD",
        }
    }
}

/// What is known of an earlier payment: from the facts of its approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// Its batch's number.
    pub batch: String,
    /// Its trace number.
    pub stan: String,
    /// Its date, `MMDD`.
    pub date: Option<String>,
    /// Its retrieval reference number.
    pub rrn: Option<String>,
    /// Its authorisation code.
    pub auth: Option<String>,
}

/// A language of this app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Chinese.
    Zh,
    /// English, and for whoever reads another language.
    En,
}

impl Language {
    /// The language for the terminal's `name` of one.
    #[must_use]
    pub fn of(name: &str) -> Self {
        if name == "zh" { Self::Zh } else { Self::En }
    }

    /// The app's texts in it.
    #[must_use]
    pub const fn words(self) -> &'static Words {
        match self {
            Self::Zh => &Words::ZH,
            Self::En => &Words::EN,
        }
    }
}

impl Slip {
    /// The recovery note. Wiped when it is dropped: the terminal has its own copy, sealed.
    ///
    /// # Errors
    /// [`NoteError`].
    pub fn sealed(&self) -> Result<Zeroizing<Vec<u8>>, NoteError> {
        note::encode(self).map(Zeroizing::new)
    }

    /// The slip of a recovery note.
    ///
    /// # Errors
    /// [`NoteError`].
    pub fn unsealed(bytes: &[u8]) -> Result<Self, NoteError> {
        note::decode(bytes)
    }

    /// The card's number as people may see it.
    #[must_use]
    pub fn masked(&self) -> Option<String> {
        self.pan.as_ref().map(|pan| caisson_tlv::mask::mask_pan(pan.exposed()))
    }
}

/// Hidden text in the note, and nowhere else: the type itself cannot be written.
mod hidden {
    use caisson_sdk::Sensitive;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        text: &Option<Sensitive>,
        into: S,
    ) -> Result<S::Ok, S::Error> {
        text.as_ref().map(Sensitive::exposed).serialize(into)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(
        from: D,
    ) -> Result<Option<Sensitive>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.map(Sensitive::new))
    }
}
