//! The texts that requests and answers are signed over, and the nonces in them.
//!
//! Guarantees: an answer's text names its request's nonce and body, so an answer to anything else
//! never verifies. Request and answer begin with different words: neither can stand for the other.

use caisson_core::hex;
use sha2::{Digest as _, Sha256};

/// Header with the id of the terminal's key.
pub(crate) const KEY_HEADER: &str = "caisson-key";
/// Header with the request's nonce.
pub(crate) const NONCE_HEADER: &str = "caisson-nonce";
/// Header with the signature, of requests and of answers.
pub(crate) const SIGNATURE_HEADER: &str = "caisson-signature";
/// The method of every operation.
pub(crate) const METHOD: &str = "POST";

/// Bytes in a nonce: 128 random bits never meet by chance.
pub const NONCE_BYTES: usize = 16;

/// The system gave no random bytes. Terminal maker: check its random number source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random bytes for a nonce; check its random number source")]
pub struct NoncesError;

/// Where nonces come from. A simulator gives seeded ones; a terminal uses [`SystemNonces`].
pub trait Nonces: Send + Sync {
    /// A nonce that was never given before.
    ///
    /// # Errors
    /// [`NoncesError`]: nothing may be sent without one.
    fn next(&self) -> Result<[u8; NONCE_BYTES], NoncesError>;
}

/// Nonces from the system's random number source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNonces;

impl Nonces for SystemNonces {
    fn next(&self) -> Result<[u8; NONCE_BYTES], NoncesError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| NoncesError)?;
        Ok(nonce)
    }
}

/// What the terminal signs.
pub(crate) fn request_text(path: &str, nonce: &str, body: &[u8]) -> String {
    format!("caisson-request-v1\n{METHOD}\n{path}\n{nonce}\n{}", sha256_hex(body))
}

/// What the acquirer signs.
pub(crate) fn answer_text(status: u16, nonce: &str, request: &[u8], answer: &[u8]) -> String {
    let (request, answer) = (sha256_hex(request), sha256_hex(answer));
    format!("caisson-answer-v1\n{status}\n{nonce}\n{request}\n{answer}")
}

/// SHA-256 in lowercase hex.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::text(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn the_texts_are_those_that_the_wire_defines() {
        let nonce = "00112233445566778899aabbccddeeff";
        assert_eq!(
            request_text("/v1/pay", nonce, b""),
            format!("caisson-request-v1\nPOST\n/v1/pay\n{nonce}\n{OF_NOTHING}")
        );
        assert_eq!(
            answer_text(200, nonce, b"", b""),
            format!("caisson-answer-v1\n200\n{nonce}\n{OF_NOTHING}\n{OF_NOTHING}")
        );
    }

    #[test]
    fn the_system_gives_another_nonce_each_time() {
        assert_ne!(SystemNonces.next(), SystemNonces.next());
    }
}
