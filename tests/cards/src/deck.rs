//! The cards of `deck/`, compiled in, so that an emulator has them wherever it runs.

use crate::profile::{CardProfile, ProfileError};

/// Name and text of each card file, by name.
#[rustfmt::skip]
pub const CARDS: &[(&str, &str)] = &[
    ("union-debit", include_str!("../deck/union-debit.toml")),
    ("union-credit-pin", include_str!("../deck/union-credit-pin.toml")),
    ("union-credit-signature", include_str!("../deck/union-credit-signature.toml")),
    ("union-long-pan", include_str!("../deck/union-long-pan.toml")),
    ("union-long-pin", include_str!("../deck/union-long-pin.toml")),
    ("visa-dda", include_str!("../deck/visa-dda.toml")),
    ("visa-offline-plain-pin", include_str!("../deck/visa-offline-plain-pin.toml")),
    ("visa-offline-enciphered-pin", include_str!("../deck/visa-offline-enciphered-pin.toml")),
    ("visa-long-pin", include_str!("../deck/visa-long-pin.toml")),
    ("mastercard-cda", include_str!("../deck/mastercard-cda.toml")),
    ("dual-application", include_str!("../deck/dual-application.toml")),
    ("dual-brand", include_str!("../deck/dual-brand.toml")),
    ("sda-only", include_str!("../deck/sda-only.toml")),
    ("no-oda", include_str!("../deck/no-oda.toml")),
    ("stripe-only", include_str!("../deck/stripe-only.toml")),
    ("stripe-with-chip", include_str!("../deck/stripe-with-chip.toml")),
    ("chip-broken", include_str!("../deck/chip-broken.toml")),
    ("tap-union", include_str!("../deck/tap-union.toml")),
    ("tap-visa", include_str!("../deck/tap-visa.toml")),
    ("tap-mastercard", include_str!("../deck/tap-mastercard.toml")),
    ("two-cards", include_str!("../deck/two-cards.toml")),
    ("tap-torn", include_str!("../deck/tap-torn.toml")),
    ("unknown-application", include_str!("../deck/unknown-application.toml")),
    ("pin-blocked", include_str!("../deck/pin-blocked.toml")),
    ("pin-last-try", include_str!("../deck/pin-last-try.toml")),
    ("expired", include_str!("../deck/expired.toml")),
    ("not-yet-valid", include_str!("../deck/not-yet-valid.toml")),
    ("domestic-only", include_str!("../deck/domestic-only.toml")),
    ("application-blocked", include_str!("../deck/application-blocked.toml")),
    ("card-blocked", include_str!("../deck/card-blocked.toml")),
    ("declines-offline", include_str!("../deck/declines-offline.toml")),
    ("unknown-ca", include_str!("../deck/unknown-ca.toml")),
    ("sda-failure", include_str!("../deck/sda-failure.toml")),
    ("dda-failure", include_str!("../deck/dda-failure.toml")),
    ("cda-failure", include_str!("../deck/cda-failure.toml")),
    ("wrong-cryptogram", include_str!("../deck/wrong-cryptogram.toml")),
    ("aac-at-second", include_str!("../deck/aac-at-second.toml")),
    ("torn-at-select", include_str!("../deck/torn-at-select.toml")),
    ("torn-at-read-record", include_str!("../deck/torn-at-read-record.toml")),
    ("torn-at-first-cryptogram", include_str!("../deck/torn-at-first-cryptogram.toml")),
    ("torn-at-second-cryptogram", include_str!("../deck/torn-at-second-cryptogram.toml")),
    ("mute-at-read-record", include_str!("../deck/mute-at-read-record.toml")),
    ("malformed-tlv", include_str!("../deck/malformed-tlv.toml")),
    ("malformed-options", include_str!("../deck/malformed-options.toml")),
    ("wrong-status", include_str!("../deck/wrong-status.toml")),
    ("endless-get-response", include_str!("../deck/endless-get-response.toml")),
];

/// Why a card of the deck cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeckError {
    /// Whoever asked: take one of [`CARDS`].
    #[error("no card of the deck is named `{0}`")]
    Unknown(String),
    /// Author of the deck: correct the file.
    #[error("deck/{name}.toml: {error}")]
    Profile {
        /// Which card.
        name: &'static str,
        /// What is wrong.
        error: ProfileError,
    },
}

/// The card file of this name.
///
/// # Errors
///
/// [`DeckError`]: there is none, or it is no card file.
pub fn profile(name: &str) -> Result<CardProfile, DeckError> {
    let found = CARDS.iter().find(|(known, _)| *known == name);
    let (name, text) = found.ok_or_else(|| DeckError::Unknown(name.to_owned()))?;
    CardProfile::parse(text).map_err(|error| DeckError::Profile { name, error })
}
