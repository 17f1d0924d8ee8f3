//! Signing, verifying and sealing with a token.
//!
//! Verification is our own, the strict one, with the public key that the token keeps. Sealed data is
//! AES-256-GCM with a random nonce; its first byte differs from the sealed file's, so that neither
//! store takes the other's for damage of its own.

use super::objects::Entry;
use super::token::Token;
use super::{Live, Pkcs11, wrong_usage};
use crate::{
    KeyStore, Kind, PLAIN_BYTES_MAX, PublicKey, SEAL_OVERHEAD_BYTES, Signature, Slot, Usage,
    VaultError,
};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::ObjectHandle;
use zeroize::Zeroizing;

const SEAL_FORMAT: u8 = 2;
const SEAL_LABEL: &[u8] = b"caisson sealed data 2\0";
const NONCE_BYTES: usize = 12;
const TAG_BITS: u64 = 128;

impl Live {
    fn sealing_key(&self, slot: &Slot) -> Result<ObjectHandle, VaultError> {
        match self.entry(slot)? {
            Entry::Seal(key) => Ok(*key),
            other => Err(wrong_usage(slot, &[Usage::Seal], other)),
        }
    }
}

impl KeyStore for Pkcs11 {
    fn kind(&self) -> Kind {
        Kind::Token
    }

    fn sign(&self, slot: &Slot, message: &[u8]) -> Result<Signature, VaultError> {
        self.with(|live| match live.entry(slot)? {
            Entry::Sign { key, .. } => signed(&live.token, *key, message),
            other => Err(wrong_usage(slot, &[Usage::Sign], other)),
        })
    }

    fn verify(&self, slot: &Slot, message: &[u8], signature: &Signature) -> Result<(), VaultError> {
        self.with(|live| match live.entry(slot)? {
            Entry::Verify(public) if public.accepts(message, signature) => Ok(()),
            Entry::Verify(_) => Err(VaultError::BadSignature { slot: slot.clone() }),
            other => Err(wrong_usage(slot, &[Usage::Verify], other)),
        })
    }

    fn seal(&self, slot: &Slot, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.with(|live| {
            let key = live.sealing_key(slot)?;
            if plain.len() > PLAIN_BYTES_MAX {
                return Err(VaultError::PlainTooLarge { slot: slot.clone(), bytes: plain.len() });
            }
            let mut nonce = [0; NONCE_BYTES];
            getrandom::fill(&mut nonce).map_err(|_| VaultError::Random)?;
            let (mut used, binding) = (nonce, binding(slot, context));
            let mechanism = gcm(&mut used, &binding)?;
            let ciphertext = live.token.encrypt(&mechanism, key, plain)?;
            Ok([&[SEAL_FORMAT], nonce.as_slice(), &ciphertext].concat())
        })
    }

    fn open(
        &self,
        slot: &Slot,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.with(|live| {
            let key = live.sealing_key(slot)?;
            let refused = || VaultError::SealRefused { slot: slot.clone() };
            let (nonce, ciphertext) = split(sealed).ok_or_else(refused)?;
            let (mut nonce, binding) = (*nonce, binding(slot, context));
            let mechanism = gcm(&mut nonce, &binding)?;
            live.token.decrypt_checked(&mechanism, key, ciphertext)?.ok_or_else(refused)
        })
    }

    fn public_key(&self, slot: &Slot) -> Result<PublicKey, VaultError> {
        self.with(|live| match live.entry(slot)? {
            Entry::Sign { public, .. } | Entry::Verify(public) => Ok(*public),
            other => Err(wrong_usage(slot, &[Usage::Sign, Usage::Verify], other)),
        })
    }
}

fn signed(token: &Token, key: ObjectHandle, message: &[u8]) -> Result<Signature, VaultError> {
    let scheme = EddsaParams::new(EddsaSignatureScheme::Pure);
    let bytes = token.sign(&Mechanism::Eddsa(scheme), key, message)?;
    let bytes = bytes.as_slice().try_into().map_err(|_| VaultError::Cipher)?;
    Ok(Signature::from_bytes(bytes))
}

fn gcm<'a>(nonce: &'a mut [u8], binding: &'a [u8]) -> Result<Mechanism<'a>, VaultError> {
    let params = GcmParams::new(nonce, binding, TAG_BITS.into());
    Ok(Mechanism::AesGcm(params.map_err(|_| VaultError::Cipher)?))
}

/// What sealed data is bound to. A slot name has no NUL, so slot and context cannot run together.
fn binding(slot: &Slot, context: &[u8]) -> Vec<u8> {
    [SEAL_LABEL, slot.as_str().as_bytes(), b"\0", context].concat()
}

fn split(sealed: &[u8]) -> Option<(&[u8; NONCE_BYTES], &[u8])> {
    let (format, rest) = sealed.split_first()?;
    let fits =
        (SEAL_OVERHEAD_BYTES..=PLAIN_BYTES_MAX + SEAL_OVERHEAD_BYTES).contains(&sealed.len());
    (*format == SEAL_FORMAT && fits).then(|| rest.split_first_chunk()).flatten()
}
