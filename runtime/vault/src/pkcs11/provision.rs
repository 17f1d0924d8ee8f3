//! Making a slot's objects in the token.
//!
//! Guarantees: a secret object is sensitive, not extractable, not for wrapping or deriving, and
//! allowed only what its usage needs.

use super::Live;
use super::objects::{Index, id, label, point, public_id};
use super::token::Token;
use crate::card::{CipherAlgorithm, CipherKey};
use crate::new_slot::{NewSlot, SigningSeed, Source};
use crate::{PublicKey, Slot, Usage, VaultError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, KeyType, ObjectClass};
use std::collections::BTreeSet;
use std::path::Path;

/// The curve's object identifier, in DER: 1.3.101.112, Ed25519 (RFC 8410, 3).
const ED25519: [u8; 5] = [0x06, 0x03, 0x2B, 0x65, 0x70];
/// What no token can do for a slot.
pub(super) const NO_DUKPT: &str = "derive DUKPT keys";
const SEALING_KEY_BYTES: u64 = 32;

/// What a secret object may do.
#[derive(Clone, Copy)]
pub(super) enum Allowed {
    Encrypt,
    Decrypt,
    Both,
    Sign,
}

pub(super) fn provision(
    live: &mut Live,
    module: &Path,
    slots: &[NewSlot],
) -> Result<(), VaultError> {
    let mut names = BTreeSet::new();
    for NewSlot { slot, source } in slots {
        if live.index.entry(slot).is_some() || !names.insert(slot) {
            return Err(VaultError::SlotTwice { file: module.into(), slot: slot.clone() });
        }
        if matches!(source, Source::DukptInitial(_)) {
            let store = live.token.name().to_owned();
            return Err(VaultError::Unsupported { store, what: NO_DUKPT });
        }
    }
    for NewSlot { slot, source } in slots {
        make(&live.token, slot, source)?;
    }
    live.index = Index::read(&live.token)?;
    Ok(())
}

fn make(token: &Token, slot: &Slot, source: &Source) -> Result<(), VaultError> {
    match source {
        Source::RandomSigning => {
            let mut public = public_template(slot, public_id());
            public.push(Attribute::Verify(true));
            let mut private = signing_template(slot);
            private.retain(|attribute| !matches!(attribute, Attribute::EcParams(_)));
            token.generate_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private)
        }
        Source::Seed(seed) => make_signing(token, slot, seed),
        Source::Public(public) => make_public(token, slot, id(Usage::Verify), public),
        Source::RandomSealing => {
            let mut template = secret_template(slot, id(Usage::Seal), Allowed::Both);
            template.push(Attribute::KeyType(KeyType::AES));
            template.push(Attribute::ValueLen(SEALING_KEY_BYTES.into()));
            token.generate(&Mechanism::AesKeyGen, &template)
        }
        Source::KeyEncryption(key) => {
            let id = id(Usage::KeyEncryption);
            make_cipher(token, slot, id, Allowed::Decrypt, key)
        }
        Source::DukptInitial(_) => Ok(()),
    }
}

fn make_signing(token: &Token, slot: &Slot, seed: &SigningSeed) -> Result<(), VaultError> {
    let mut template = signing_template(slot);
    template.push(Attribute::Class(ObjectClass::PRIVATE_KEY));
    template.push(Attribute::KeyType(KeyType::EC_EDWARDS));
    template.push(Attribute::Value(seed.signing_key().to_bytes().to_vec()));
    token.create(template)?;
    make_public(token, slot, public_id(), &seed.public_key())
}

fn make_public(
    token: &Token,
    slot: &Slot,
    id: Attribute,
    public: &PublicKey,
) -> Result<(), VaultError> {
    let mut template = public_template(slot, id);
    template.push(Attribute::Class(ObjectClass::PUBLIC_KEY));
    template.push(Attribute::KeyType(KeyType::EC_EDWARDS));
    template.push(point(public));
    token.create(template)
}

/// Makes the object of a block cipher's key.
pub(super) fn make_cipher(
    token: &Token,
    slot: &Slot,
    id: Attribute,
    allowed: Allowed,
    key: &CipherKey,
) -> Result<(), VaultError> {
    let mut template = secret_template(slot, id, allowed);
    template.push(Attribute::Class(ObjectClass::SECRET_KEY));
    template.push(Attribute::KeyType(match key.algorithm() {
        CipherAlgorithm::Tdes2 => KeyType::DES2,
        CipherAlgorithm::Tdes3 => KeyType::DES3,
        CipherAlgorithm::Aes128 | CipherAlgorithm::Aes256 => KeyType::AES,
    }));
    template.push(Attribute::Value(key.as_bytes().to_vec()));
    token.create(template)
}

fn secret_template(slot: &Slot, id: Attribute, allowed: Allowed) -> Vec<Attribute> {
    vec![
        label(slot),
        id,
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Derive(false),
        Attribute::Unwrap(false),
        Attribute::Sign(matches!(allowed, Allowed::Sign)),
        Attribute::Encrypt(matches!(allowed, Allowed::Encrypt | Allowed::Both)),
        Attribute::Decrypt(matches!(allowed, Allowed::Decrypt | Allowed::Both)),
    ]
}

fn signing_template(slot: &Slot) -> Vec<Attribute> {
    let mut template = secret_template(slot, id(Usage::Sign), Allowed::Sign);
    // No private key of a curve encrypts, and a token may refuse to be told so.
    template.retain(|attribute| !matches!(attribute, Attribute::Encrypt(_)));
    template.push(Attribute::EcParams(ED25519.to_vec()));
    template
}

fn public_template(slot: &Slot, id: Attribute) -> Vec<Attribute> {
    vec![
        label(slot),
        id,
        Attribute::Token(true),
        Attribute::Private(false),
        Attribute::EcParams(ED25519.to_vec()),
    ]
}
