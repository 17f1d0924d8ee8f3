//! How a slot of a PC/SC reader speaks: the service does not say, its name or its card does.

use super::watch::SlotSeen;
use crate::card_reader::Interface;

/// Words in the name of a slot that say contactless, in small letters.
const CONTACTLESS_WORDS: [&str; 4] = ["contactless", "picc", "nfc", "rfid"];
/// Words that say contact; looked for after the others, since *contactless* has one in it.
const CONTACT_WORDS: [&str; 2] = ["contact", "icc"];

/// A reader of the device profile. Without any rule, every reader is used but those whose name says
/// that they hold a security module (SAM).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderRule {
    /// A part of the reader's name as the PC/SC service gives it.
    pub part: String,
    /// How it speaks; found out from its name, or else from the card's ATR, where `None`.
    pub interface: Option<Interface>,
}

/// How a slot speaks; `None` where it is not to be used.
pub(super) fn of(rules: &[ReaderRule], slot: &SlotSeen) -> Option<Interface> {
    let name = slot.name.to_string_lossy();
    let told = match rules.iter().find(|rule| name.contains(&rule.part)) {
        Some(rule) => rule.interface,
        None if rules.is_empty() && !words(&name).any(|word| word == "sam") => None,
        None => return None,
    };
    Some(told.or_else(|| by_name(&name)).unwrap_or_else(|| by_atr(&slot.atr)))
}

fn by_name(name: &str) -> Option<Interface> {
    let says = |known: &[&str]| words(name).any(|word| known.contains(&word.as_str()));
    match () {
        () if says(&CONTACTLESS_WORDS) => Some(Interface::Contactless),
        () if says(&CONTACT_WORDS) => Some(Interface::Contact),
        () => None,
    }
}

fn words(name: &str) -> impl Iterator<Item = String> {
    let split = name.split(|character: char| !character.is_alphanumeric());
    split.map(str::to_lowercase)
}

/// A PC/SC reader makes up `3B 8n 80 01 …` for a contactless card (PC/SC part 3, 3.1.3.2.3).
fn by_atr(atr: &[u8]) -> Interface {
    match atr {
        [0x3B, 0x80..=0x8F, 0x80, 0x01, ..] => Interface::Contactless,
        _ => Interface::Contact,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTACT_ATR: [u8; 4] = [0x3B, 0x60, 0x00, 0x00];
    const CONTACTLESS_ATR: [u8; 5] = [0x3B, 0x80, 0x80, 0x01, 0x01];

    #[track_caller]
    fn check(rules: &[ReaderRule], name: &str, atr: &[u8], expected: Option<Interface>) {
        assert_eq!(of(rules, &SlotSeen::for_test(name, atr)), expected, "{name}");
    }

    #[test]
    fn a_slots_name_says_how_it_speaks_and_else_its_card_does() {
        let (contact, field) = (Some(Interface::Contact), Some(Interface::Contactless));
        for (name, by_contact_atr, by_field_atr) in [
            ("ACS ACR1281 1S Dual Reader [ACR1281 Dual Reader ICC] 00 00", contact, contact),
            ("ACS ACR1281 1S Dual Reader [ACR1281 Dual Reader PICC] 00 01", field, field),
            ("ACS ACR1281 1S Dual Reader [ACR1281 Dual Reader SAM] 00 02", None, None),
            ("Identive CLOUD 4700 F [CLOUD 4700 F Contactless Reader] 01 00", field, field),
            ("Identive CLOUD 4700 F [CLOUD 4700 F Contact Reader] 01 01", contact, contact),
            ("Samsung POS 00 00", contact, field),
            ("Virtual PCD 00 00", contact, field),
        ] {
            check(&[], name, &CONTACT_ATR, by_contact_atr);
            check(&[], name, &CONTACTLESS_ATR, by_field_atr);
        }
    }

    #[test]
    fn with_rules_only_the_named_readers_are_used_and_as_they_say() {
        let rule = |part: &str, interface| ReaderRule { part: part.to_owned(), interface };
        let rules = [rule("SAM", None), rule("Field", Some(Interface::Contactless))];
        check(&rules, "Some SAM 00 00", &CONTACT_ATR, Some(Interface::Contact));
        check(&rules, "Field 00 00", &CONTACT_ATR, Some(Interface::Contactless));
        check(&rules, "Other 00 00", &CONTACT_ATR, None);
    }
}
