//! Tags that are no payment cards: which of them a merchant's app may meet, and what it may say.
//!
//! Guarantees: an [`Aid`] is never one of a payment system's, so no list of them can name a payment
//! application. What [`TagRules::select`] makes is the only SELECT that reaches a tag for an app, and
//! it names a listed AID byte for byte; [`check_command`] lets no other command through by which an
//! application could be chosen, in whatever class, channel or length. What is not known to be
//! harmless is refused.
//!
//! Deliberately not here: the reader (`devices`), who holds the tag and for how long (`terminal`),
//! the form of a command's lengths (`devices`), a tag's UID, which no app is told.

use crate::hex;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

mod payment_systems;

pub use payment_systems::{DIRECTORIES, is_no_payment_card};

/// Shortest AID, in bytes: a registered provider's identifier whole (ISO/IEC 7816-4, 12.2.3).
pub const AID_BYTES_MIN: usize = 5;
/// Longest AID, in bytes.
pub const AID_BYTES_MAX: usize = 16;
/// Most AIDs of one app: no merchant's app speaks more, and people are shown them.
pub const AIDS_MAX: usize = 16;

/// The name of an application on a tag, and of no payment system's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Aid(Vec<u8>);

/// Not an AID that a merchant's app may list. Author of the manifest: correct it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AidError {
    /// A sign that is no hex digit, half a byte, or a length that no AID has.
    #[error("write {AID_BYTES_MIN} to {AID_BYTES_MAX} bytes as hex digits, two each")]
    Form,
    /// Of a payment system; its cards are for system apps alone.
    #[error("this is an application of {owner}; no merchant's app speaks to payment cards")]
    Payment {
        /// Whose it is.
        owner: &'static str,
    },
}

impl Aid {
    /// Checks an AID.
    ///
    /// # Errors
    /// [`AidError`].
    pub fn new(bytes: &[u8]) -> Result<Self, AidError> {
        if !(AID_BYTES_MIN..=AID_BYTES_MAX).contains(&bytes.len()) {
            return Err(AidError::Form);
        }
        match payment_systems::owner(bytes) {
            Some(owner) => Err(AidError::Payment { owner }),
            None => Ok(Self(bytes.to_vec())),
        }
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl FromStr for Aid {
    type Err = AidError;

    /// Pairs of hex digits, in either case, without blanks.
    fn from_str(text: &str) -> Result<Self, AidError> {
        let digits: Option<Vec<u8>> = text
            .chars()
            .take(2 * AID_BYTES_MAX + 1)
            .map(|sign| sign.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect();
        let digits = digits.ok_or(AidError::Form)?;
        let pairs = digits.chunks_exact(2);
        if !pairs.remainder().is_empty() {
            return Err(AidError::Form);
        }
        let bytes: Vec<u8> =
            pairs.map(|pair| pair.iter().fold(0, |byte, nibble| byte << 4 | nibble)).collect();
        Self::new(&bytes)
    }
}

impl fmt::Display for Aid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::text(&self.0).to_uppercase())
    }
}

impl fmt::Debug for Aid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Aid({self})")
    }
}

/// What a tag is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TagKind {
    /// It takes commands (ISO/IEC 14443-4).
    Iso14443Part4,
    /// It is memory (NFC Forum Type 2).
    Type2,
}

impl TagKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Iso14443Part4, Self::Type2];

    /// The word of manifests and of the contract.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Iso14443Part4 => "iso-14443-4",
            Self::Type2 => "type-2",
        }
    }
}

impl fmt::Display for TagKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Not a type of tag. Author of the manifest: use one of the listed words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the types of tag are iso-14443-4 and type-2")]
pub struct UnknownTagKind;

impl FromStr for TagKind {
    type Err = UnknownTagKind;

    fn from_str(text: &str) -> Result<Self, UnknownTagKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(UnknownTagKind)
    }
}

/// What an app's manifest says of the tags that it speaks to. Empty: it meets none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagRules {
    /// The applications, at most [`AIDS_MAX`].
    pub aids: BTreeSet<Aid>,
    /// The kinds.
    pub kinds: BTreeSet<TagKind>,
}

/// Why something is not said to a tag; nothing was sent. App developer: the text says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TagRefusal {
    /// The manifest does not list it.
    #[error("an AID that the manifest's [nfc] aids do not list")]
    NotListed,
    /// An application is chosen by the interface's own function, and by nothing else.
    #[error("instruction {instruction:02X} chooses an application; call select with a listed AID")]
    Select {
        /// INS.
        instruction: u8,
    },
    /// It opens a channel with an application of its own.
    #[error("instruction {instruction:02X} opens a logical channel; there is only the basic one")]
    Channel {
        /// INS.
        instruction: u8,
    },
    /// It carries another command, or fetches what the host fetches.
    #[error("instruction {instruction:02X} is the host's: it joins commands and answers itself")]
    Transport {
        /// INS.
        instruction: u8,
    },
    /// Another channel, chaining, another secure messaging, or nobody's.
    #[error("class {class:02X}; the classes for tags are 00, 04, 0C, 80, 84 and 90")]
    Class {
        /// CLA.
        class: u8,
    },
    /// It has no class and no instruction.
    #[error("a command of {bytes} bytes; the least is 4")]
    TooShort {
        /// Its length.
        bytes: usize,
    },
}

impl TagRules {
    /// The one SELECT for an app: by name, first occurrence, control information wanted (ISO/IEC
    /// 7816-4, 11.2.2).
    ///
    /// # Errors
    /// [`TagRefusal::NotListed`].
    pub fn select(&self, aid: &[u8]) -> Result<Vec<u8>, TagRefusal> {
        let listed = self.aids.iter().find(|listed| listed.bytes() == aid);
        Ok(select_by_name(listed.ok_or(TagRefusal::NotListed)?.bytes()))
    }
}

/// SELECT by name. `name` has at most [`AID_BYTES_MAX`] bytes: an AID, or a directory's name.
fn select_by_name(name: &[u8]) -> Vec<u8> {
    let mut command = vec![0x00, 0xA4, 0x04, 0x00, u8::try_from(name.len()).unwrap_or(0)];
    command.extend_from_slice(name);
    command.push(0x00);
    command
}

/// True for a status after which the application of a SELECT is the one that answers: success, or
/// with a warning (ISO/IEC 7816-4, 5.6).
#[must_use]
pub const fn is_selected(status: u16) -> bool {
    status == 0x9000 || matches!(status >> 8, 0x62 | 0x63)
}

/// Lets a command through to the application that is selected. Class and instruction decide,
/// whatever the lengths say, so no form of a command can hide what it is.
///
/// # Errors
/// [`TagRefusal`].
pub fn check_command(command: &[u8]) -> Result<(), TagRefusal> {
    let (Some(&class), Some(&instruction)) = (command.first(), command.get(1)) else {
        return Err(TagRefusal::TooShort { bytes: command.len() });
    };
    match instruction {
        // SELECT, SELECT DATA (ISO/IEC 7816-4, 11.2); DESFire's own SelectApplication.
        0xA4 | 0xA5 | 0x5A => Err(TagRefusal::Select { instruction }),
        // MANAGE CHANNEL (ISO/IEC 7816-4, 11.1.2), and its odd neighbour, which is nobody's.
        0x70 | 0x71 => Err(TagRefusal::Channel { instruction }),
        // GET RESPONSE and ENVELOPE (ISO/IEC 7816-4, 11.8).
        0xC0..=0xC3 => Err(TagRefusal::Transport { instruction }),
        _ => match class {
            // The basic channel without chaining, plain or with secure messaging, where class and
            // instruction stay readable (ISO/IEC 7816-4, 5.4.1); and proprietary classes alike.
            0x00 | 0x04 | 0x0C | 0x80 | 0x84 | 0x90 => Ok(()),
            _ => Err(TagRefusal::Class { class }),
        },
    }
}

#[cfg(test)]
mod tests;
