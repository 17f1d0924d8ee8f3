//! Which object of the token is which slot's.
//!
//! Guarantees: an object is ours only if its id says so, `caisson:` and a usage; a session key's id
//! also names its master key and the sign-on that brought it, and counts only if that sign-on is
//! the one that the master key's newest marker names. Objects of others are left alone.

use super::token::Token;
use crate::card::CipherAlgorithm;
use crate::{PublicKey, Slot, Usage, VaultError};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use std::collections::BTreeMap;

const OURS: &str = "caisson";
/// The public half of a signing key.
const PUBLIC: &str = "public";
/// The DER head of an EC point of 32 bytes: an octet string.
const POINT_HEAD: [u8; 2] = [0x04, 32];

/// What a slot's objects are.
pub(super) enum Entry {
    Sign { key: ObjectHandle, public: PublicKey },
    Verify(PublicKey),
    Seal(ObjectHandle),
    KeyEncryption { key: ObjectHandle, algorithm: CipherAlgorithm },
    Session(SessionEntry),
}

/// A session key's objects.
pub(super) struct SessionEntry {
    pub(super) usage: Usage,
    pub(super) master: Slot,
    pub(super) algorithm: CipherAlgorithm,
    pub(super) key: ObjectHandle,
    /// The left half of a double-length MAC key, twice: single DES with it, for the retail MAC.
    pub(super) left: Option<ObjectHandle>,
}

impl Entry {
    pub(super) fn usage(&self) -> Usage {
        match self {
            Self::Sign { .. } => Usage::Sign,
            Self::Verify(_) => Usage::Verify,
            Self::Seal(_) => Usage::Seal,
            Self::KeyEncryption { .. } => Usage::KeyEncryption,
            Self::Session(session) => session.usage,
        }
    }
}

/// The token's objects that are ours.
#[derive(Default)]
pub(super) struct Index {
    entries: BTreeMap<Slot, Entry>,
    /// The newest marker of each master key: the sign-on that counts.
    sign_ons: BTreeMap<Slot, (u64, ObjectHandle)>,
    /// Session keys of sign-ons that do not count, and markers of older ones.
    left_over: Vec<ObjectHandle>,
}

/// A name for the objects of one slot.
pub(super) fn id(usage: Usage) -> Attribute {
    Attribute::Id(format!("{OURS}:{usage}").into())
}

pub(super) fn public_id() -> Attribute {
    Attribute::Id(format!("{OURS}:{PUBLIC}").into())
}

pub(super) fn session_id(usage: Usage, master: &Slot, sign_on: u64, is_left: bool) -> Attribute {
    let part = if is_left { "left" } else { "whole" };
    Attribute::Id(format!("{OURS}:{usage}:{master}:{sign_on}:{part}").into())
}

pub(super) fn label(slot: &Slot) -> Attribute {
    Attribute::Label(slot.as_str().into())
}

/// A marker: from the moment that it is there, the keys of that sign-on count, and none of another.
/// It is a new object each time, as not every token lets a value be changed.
pub(super) fn marker(master: &Slot, sign_on: u64) -> [Attribute; 6] {
    [
        Attribute::Class(ObjectClass::DATA),
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Application(OURS.into()),
        label(master),
        Attribute::Value(sign_on.to_string().into()),
    ]
}

impl Index {
    /// Reads all objects of the token.
    pub(super) fn read(token: &Token) -> Result<Self, VaultError> {
        let mut index = Self::default();
        index.read_markers(token)?;
        let mut publics = BTreeMap::new();
        let mut privates = Vec::new();
        let mut sessions = BTreeMap::new();
        for object in token.find(&[Attribute::Token(true)])? {
            let Some(found) = Found::read(token, object)? else { continue };
            let parts: Vec<&str> = found.id.split(':').skip(1).collect();
            match parts.as_slice() {
                [PUBLIC] => {
                    publics.insert(found.slot.clone(), found.public(token)?);
                }
                ["sign"] => privates.push((found.slot, object)),
                ["verify"] => {
                    let entry = Entry::Verify(found.public(token)?);
                    index.entries.insert(found.slot, entry);
                }
                ["seal"] => {
                    index.entries.insert(found.slot, Entry::Seal(object));
                }
                ["key-encryption"] => {
                    let algorithm = found.algorithm(token)?;
                    let entry = Entry::KeyEncryption { key: object, algorithm };
                    index.entries.insert(found.slot, entry);
                }
                [usage, master, sign_on, part] => {
                    let place = (*usage, *master, *sign_on, *part);
                    index.take_session(&mut sessions, token, &found, place)?;
                }
                _ => return Err(found.changed(token)),
            }
        }
        let changed = |slot: &Slot| VaultError::TokenObject {
            token: token.name().to_owned(),
            slot: slot.clone(),
        };
        for (slot, key) in privates {
            let public = publics.remove(&slot).ok_or_else(|| changed(&slot))?;
            index.entries.insert(slot, Entry::Sign { key, public });
        }
        for (slot, parts) in sessions {
            let session = parts.complete().ok_or_else(|| changed(&slot))?;
            index.entries.insert(slot, Entry::Session(session));
        }
        Ok(index)
    }

    pub(super) fn entry(&self, slot: &Slot) -> Option<&Entry> {
        self.entries.get(slot)
    }

    pub(super) fn usages(&self) -> impl Iterator<Item = (Slot, Usage)> {
        self.entries.iter().map(|(slot, entry)| (slot.clone(), entry.usage()))
    }

    /// The sign-on whose keys count; zero before the first.
    pub(super) fn sign_on(&self, master: &Slot) -> u64 {
        self.sign_ons.get(master).map_or(0, |(sign_on, _)| *sign_on)
    }

    pub(super) fn left_over(&self) -> &[ObjectHandle] {
        &self.left_over
    }

    pub(super) fn forget_left_over(&mut self) {
        self.left_over.clear();
    }

    fn read_markers(&mut self, token: &Token) -> Result<(), VaultError> {
        let ours = [Attribute::Class(ObjectClass::DATA), Attribute::Application(OURS.into())];
        for object in token.find(&ours)? {
            let (mut slot, mut sign_on) = (None, None);
            for attribute in
                token.attributes(object, &[AttributeType::Label, AttributeType::Value])?
            {
                match attribute {
                    Attribute::Label(label) => slot = parsed(&label),
                    Attribute::Value(value) => sign_on = parsed(&value),
                    _ => {}
                }
            }
            let Some(slot) = slot else { continue };
            let Some(sign_on) = sign_on else {
                return Err(VaultError::TokenObject { token: token.name().to_owned(), slot });
            };
            let older = match self.sign_ons.get(&slot).copied() {
                Some((newer, _)) if newer > sign_on => Some(object),
                before => {
                    self.sign_ons.insert(slot, (sign_on, object));
                    before.map(|(_, older)| older)
                }
            };
            self.left_over.extend(older);
        }
        Ok(())
    }

    fn take_session(
        &mut self,
        sessions: &mut BTreeMap<Slot, Parts>,
        token: &Token,
        found: &Found,
        (usage, master, sign_on, part): (&str, &str, &str, &str),
    ) -> Result<(), VaultError> {
        let changed = || found.changed(token);
        let usage = match usage {
            "pin-encryption" => Usage::PinEncryption,
            "mac" => Usage::Mac,
            _ => return Err(changed()),
        };
        let master: Slot = master.parse().map_err(|_| changed())?;
        let sign_on: u64 = sign_on.parse().map_err(|_| changed())?;
        if self.sign_on(&master) != sign_on {
            self.left_over.push(found.object);
            return Ok(());
        }
        let algorithm = found.algorithm(token)?;
        let parts = sessions.entry(found.slot.clone()).or_insert(Parts {
            usage,
            master,
            algorithm,
            whole: None,
            left: None,
        });
        let before = match part {
            "whole" => parts.whole.replace(found.object),
            "left" => parts.left.replace(found.object),
            _ => return Err(changed()),
        };
        // Two of them: which one counts could only be guessed.
        before.map_or(Ok(()), |_| Err(changed()))
    }
}

/// A session key's objects as they are found, in any order.
struct Parts {
    usage: Usage,
    master: Slot,
    algorithm: CipherAlgorithm,
    whole: Option<ObjectHandle>,
    left: Option<ObjectHandle>,
}

impl Parts {
    /// The session key, if nothing of it is missing.
    fn complete(self) -> Option<SessionEntry> {
        let Self { usage, master, algorithm, whole, left } = self;
        let key = whole?;
        let needs_left = needs_left(usage, algorithm);
        (needs_left == left.is_some()).then_some(SessionEntry {
            usage,
            master,
            algorithm,
            key,
            left,
        })
    }
}

/// Whether a session key has an object with its left half, for the retail MAC.
pub(super) fn needs_left(usage: Usage, algorithm: CipherAlgorithm) -> bool {
    usage == Usage::Mac && algorithm == CipherAlgorithm::Tdes2
}

/// One of our objects.
struct Found {
    object: ObjectHandle,
    slot: Slot,
    id: String,
    key_type: Option<KeyType>,
    length: Option<u64>,
    point: Option<Vec<u8>>,
}

impl Found {
    /// `None` for an object of somebody else's.
    fn read(token: &Token, object: ObjectHandle) -> Result<Option<Self>, VaultError> {
        let wanted = [
            AttributeType::Label,
            AttributeType::Id,
            AttributeType::KeyType,
            AttributeType::ValueLen,
            AttributeType::EcPoint,
        ];
        let (mut slot, mut id) = (None, None);
        let (mut key_type, mut length, mut point) = (None, None, None);
        for attribute in token.attributes(object, &wanted)? {
            match attribute {
                Attribute::Label(label) => slot = parsed(&label),
                Attribute::Id(bytes) => id = String::from_utf8(bytes).ok(),
                Attribute::KeyType(kind) => key_type = Some(kind),
                Attribute::ValueLen(bytes) => length = Some(*bytes),
                Attribute::EcPoint(bytes) => point = Some(bytes),
                _ => {}
            }
        }
        let ours = |id: &String| id.strip_prefix(OURS).is_some_and(|rest| rest.starts_with(':'));
        let (Some(slot), Some(id)) = (slot, id.filter(ours)) else { return Ok(None) };
        Ok(Some(Self { object, slot, id, key_type, length, point }))
    }

    fn algorithm(&self, token: &Token) -> Result<CipherAlgorithm, VaultError> {
        match (self.key_type, self.length) {
            (Some(KeyType::DES2), _) => Ok(CipherAlgorithm::Tdes2),
            (Some(KeyType::DES3), _) => Ok(CipherAlgorithm::Tdes3),
            (Some(KeyType::AES), Some(16)) => Ok(CipherAlgorithm::Aes128),
            (Some(KeyType::AES), Some(32)) => Ok(CipherAlgorithm::Aes256),
            _ => Err(self.changed(token)),
        }
    }

    fn public(&self, token: &Token) -> Result<PublicKey, VaultError> {
        self.point
            .as_deref()
            .and_then(|point| point.strip_prefix(&POINT_HEAD))
            .and_then(|point| point.try_into().ok())
            .and_then(|point| PublicKey::from_bytes(point).ok())
            .ok_or_else(|| self.changed(token))
    }

    fn changed(&self, token: &Token) -> VaultError {
        VaultError::TokenObject { token: token.name().to_owned(), slot: self.slot.clone() }
    }
}

/// An EC point as PKCS#11 wants it.
pub(super) fn point(public: &PublicKey) -> Attribute {
    Attribute::EcPoint([POINT_HEAD.as_slice(), &public.to_bytes()].concat())
}

fn parsed<T: std::str::FromStr>(bytes: &[u8]) -> Option<T> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}
