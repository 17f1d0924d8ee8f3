//! What lies in the field: something that takes commands, or memory.
//!
//! The reader says so in the answer to reset that it makes up: it spoke to the tag before, so a tag
//! that takes commands cannot pass for memory, nor memory for a card.

use caisson_core::tag::TagKind;

use super::{CardSession, Interface};

/// How the made-up answer to reset of something that is memory goes on after its first four bytes
/// (PC/SC part 3, 3.1.3.2.3.2): the workgroup's identifier, then the standard and the name.
const MEMORY: &[u8] = &[0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06];
/// The standard ISO/IEC 14443 A, part 3, and the names of Ultralight and Ultralight C (PC/SC part 3,
/// supplement, tables 3 and 4), under which readers file NFC Forum Type 2 tags.
const TYPE_2: [&[u8]; 2] = [&[0x03, 0x00, 0x03], &[0x03, 0x00, 0x3A]];

/// What a card with power is to an app for tags; `None` for a card in the slot, and for memory of a
/// kind that nobody here reads.
#[must_use]
pub fn kind_of(session: &CardSession) -> Option<TagKind> {
    if session.interface() != Interface::Contactless {
        return None;
    }
    let memory = session.atr().get(4..).and_then(|bytes| bytes.strip_prefix(MEMORY));
    match memory {
        None => Some(TagKind::Iso14443Part4),
        Some(name) if TYPE_2.iter().any(|known| name.starts_with(known)) => Some(TagKind::Type2),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use zeroize::Zeroizing;

    use super::*;
    use crate::card_reader::{CardError, CardLink, Command};

    struct NoLink;

    #[async_trait]
    impl CardLink for NoLink {
        async fn exchange(&mut self, _: &Command) -> Result<Zeroizing<Vec<u8>>, CardError> {
            Err(CardError::Removed)
        }

        async fn removed(&mut self) {}
    }

    #[track_caller]
    fn check(interface: Interface, atr: &[u8], expected: Option<TagKind>) {
        assert_eq!(kind_of(&CardSession::new(Box::new(NoLink), interface, atr)), expected);
    }

    #[test]
    fn memory_is_told_from_what_takes_commands_by_what_the_reader_says() {
        let memory = |standard: u8, name: [u8; 2]| {
            let head = [&[0x3B, 0x8F, 0x80, 0x01][..], MEMORY].concat();
            [&head[..], &[standard], &name, &[0, 0, 0, 0, 0x68]].concat()
        };
        let field = Interface::Contactless;
        check(field, &memory(3, [0x00, 0x03]), Some(TagKind::Type2));
        check(field, &memory(3, [0x00, 0x3A]), Some(TagKind::Type2));
        // MIFARE Classic, whose memory is under keys; and memory by another standard.
        check(field, &memory(3, [0x00, 0x01]), None);
        check(field, &memory(11, [0x00, 0x14]), None);
        check(field, &[0x3B, 0x80, 0x80, 0x01, 0x01], Some(TagKind::Iso14443Part4));
        check(field, &[], Some(TagKind::Iso14443Part4));
        check(Interface::Contact, &memory(3, [0x00, 0x03]), None);
        check(Interface::Contact, &[0x3B, 0x60, 0, 0], None);
    }
}
