//! The issuer of chip cards as the bank host asks it: is this cryptogram true, and what answers it.
//! The virtual cards' issuer stands behind it in whole sales; the host itself knows no card key.

/// Believes cryptograms, or not.
pub trait IssuerHost: Send + Sync {
    /// Checks the cryptogram in `de55` (objects of EMV Book 3, among them 9F26) for the card `pan`
    /// with its sequence number (DE23; 0 where the message has none).
    ///
    /// # Errors
    /// [`CryptogramRefused`]: the host declines with 59.
    fn verify_arqc(
        &self,
        de55: &[u8],
        pan: &str,
        sequence: u8,
    ) -> Result<Box<dyn BelievedCryptogram>, CryptogramRefused>;
}

/// A cryptogram that was believed. Only from one can an answer to the card be made.
pub trait BelievedCryptogram {
    /// Issuer authentication data, the value of tag 91, for this DE39: the ARPC and what goes with
    /// it. Empty if this card gets none.
    fn arpc(&self, code: [u8; 2]) -> Vec<u8>;
}

/// Why a cryptogram is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the cryptogram is not believed: {0}")]
pub struct CryptogramRefused(pub String);
