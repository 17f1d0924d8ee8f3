//! What the app leaves for a fresh instance of itself. Never the customer's code: the order number
//! finds the payment, and that is the terminal's.

use crate::wallet::Wallet;
use crate::words::Words;
use serde::{Deserialize, Serialize};

/// The recovery note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Language of the receipt's facts.
    pub language: Language,
    /// Whose code was submitted; none for a shown code or a refund.
    pub wallet: Option<Wallet>,
    /// How long a shown code can be paid; none for anything else.
    pub expires_ms: Option<u64>,
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
