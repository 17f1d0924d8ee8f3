//! Signatures of requests and answers: Ed25519 over a text of a few lines, base64 in a header.
//!
//! The texts stand in the crate's page for developers. Nothing here keeps state: whether a nonce
//! was seen before is the books' question.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::AcquirerError;

/// Header with the id of the terminal's key.
pub(crate) const KEY_HEADER: &str = "caisson-key";
/// Header with the request's nonce.
pub(crate) const NONCE_HEADER: &str = "caisson-nonce";
/// Header with the signature, of requests and of answers.
pub(crate) const SIGNATURE_HEADER: &str = "caisson-signature";
/// Lowercase hex digits in a nonce: 128 bits, so that two terminals never meet by chance.
const NONCE_DIGITS: usize = 32;

/// What a request says about who sent it. Not yet believed.
pub(crate) struct Claim {
    pub(crate) key_id: String,
    pub(crate) nonce: String,
    pub(crate) signature: String,
}

/// Why a request is not believed. The text goes to the sender, who is the one to mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Distrust {
    #[error("caisson-key names a key that is not registered here")]
    UnknownKey,
    #[error("caisson-nonce is not 32 lowercase hex digits")]
    Nonce,
    #[error("caisson-nonce was used before; take a new one for each request, repeats included")]
    NonceUsed,
    #[error("caisson-signature is not the base64 of 64 bytes")]
    Encoding,
    #[error("caisson-signature does not fit key, method, path, nonce and body")]
    Mismatch,
}

/// The terminals' public keys by key id.
pub(crate) struct Terminals(BTreeMap<String, VerifyingKey>);

impl Terminals {
    pub(crate) fn new(keys: &BTreeMap<String, [u8; 32]>) -> Result<Self, AcquirerError> {
        let read = |(id, bytes): (&String, &[u8; 32])| match VerifyingKey::from_bytes(bytes) {
            Ok(key) if !key.is_weak() => Ok((id.clone(), key)),
            _ => Err(AcquirerError::TerminalKey { key_id: id.clone() }),
        };
        keys.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Believes the request or says why not.
    pub(crate) fn verify(&self, claim: &Claim, path: &str, body: &[u8]) -> Result<(), Distrust> {
        let key = self.0.get(&claim.key_id).ok_or(Distrust::UnknownKey)?;
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if claim.nonce.len() != NONCE_DIGITS || !claim.nonce.bytes().all(hex) {
            return Err(Distrust::Nonce);
        }
        let bytes = STANDARD.decode(&claim.signature).map_err(|_| Distrust::Encoding)?;
        let signature = Signature::from_slice(&bytes).map_err(|_| Distrust::Encoding)?;
        let text = request_text(path, &claim.nonce, body);
        key.verify_strict(text.as_bytes(), &signature).map_err(|_| Distrust::Mismatch)
    }
}

/// The acquirer's own key.
pub(crate) struct AnswerKey(SigningKey);

impl AnswerKey {
    pub(crate) fn new(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    pub(crate) fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The header's text. With `badly`, one bit is wrong: it has the right form and fits nothing.
    pub(crate) fn sign(&self, text: &str, badly: bool) -> String {
        let mut bytes = self.0.sign(text.as_bytes()).to_bytes();
        if badly && let Some(last) = bytes.first_mut() {
            *last ^= 1;
        }
        STANDARD.encode(bytes)
    }
}

fn request_text(path: &str, nonce: &str, body: &[u8]) -> String {
    format!("caisson-request-v1\nPOST\n{path}\n{nonce}\n{}", hex(&sha256(body)))
}

/// The text that an answer's signature covers.
pub(crate) fn answer_text(status: u16, nonce: &str, request: &[u8], answer: &[u8]) -> String {
    let (request, answer) = (hex(&sha256(request)), hex(&sha256(answer)));
    format!("caisson-answer-v1\n{status}\n{nonce}\n{request}\n{answer}")
}

/// SHA-256 of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Lowercase hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
