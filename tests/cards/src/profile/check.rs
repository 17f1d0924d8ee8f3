//! What must hold between the values of a card file.

use super::{APPLICATIONS_MAX, Application, CardProfile, Chip, Interface, ProfileError};
use crate::cryptogram::{Scheme, TERMINAL_DATA};
use crate::pan::Brand;
use crate::profile::IssuerAuthentication;
use crate::tlv::Dol;

/// Most applications by tap: all their directory entries stand in one answer of 256 bytes.
const TAPPED_MAX: usize = 5;
/// Longest data object list, so that two fit into one record, and the data that it asks for, so
/// that they fit into one command.
const LIST_BYTES_MAX: usize = 100;
const LIST_DATA_BYTES_MAX: usize = 250;
/// Longest answer to reset in bytes (ISO/IEC 7816-3, 8.2).
const ATR_BYTES: std::ops::RangeInclusive<usize> = 2..=33;

pub(super) fn check(profile: &CardProfile) -> Result<(), ProfileError> {
    let rule = |holds: bool, place: &str, rule: &'static str| match holds {
        true => Ok(()),
        false => Err(ProfileError::Rule { place: place.to_owned(), rule }),
    };
    rule(profile.pan.brand() == profile.brand, "pan", "is a test number of another brand")?;
    rule(profile.sequence <= 99, "sequence", "is 0 to 99")?;
    rule(profile.about.len() <= 200, "about", "is at most 200 bytes")?;
    let name = &profile.cardholder;
    let stripe_sign = |sign: u8| (b' '..=b'_').contains(&sign);
    let well_named = (2..=26).contains(&name.len()) && name.bytes().all(stripe_sign);
    rule(well_named, "cardholder", "is 2 to 26 signs: capital letters, digits, blank, . / -")?;
    let service = profile.service_code.as_bytes();
    let three_digits = service.len() == 3 && service.iter().all(u8::is_ascii_digit);
    rule(three_digits, "service-code", "is three digits")?;
    let says_chip = matches!(service.first(), Some(b'2' | b'6'));
    rule(
        says_chip == profile.chip.is_some(),
        "service-code",
        "begins with 2 or 6 if the card has a chip, else with another digit",
    )?;
    if let Some(stripe) = &profile.stripe {
        let digits = stripe.discretionary.bytes().all(|digit| digit.is_ascii_digit());
        rule(digits, "stripe.discretionary", "is digits")?;
        // ISO/IEC 7811-2: 40 signs with sentinels and check sign.
        let length = profile.track_2().map_or(0, |track| track.len());
        rule(length <= 37, "stripe.discretionary", "makes track 2 longer than 37 signs")?;
    }
    let Some(chip) = &profile.chip else {
        return rule(profile.stripe.is_some(), "stripe", "is needed on a card without a chip");
    };
    check_chip(profile, chip, &rule)
}

fn check_chip(
    profile: &CardProfile,
    chip: &Chip,
    rule: &dyn Fn(bool, &str, &'static str) -> Result<(), ProfileError>,
) -> Result<(), ProfileError> {
    let atr = chip.atr.as_ref().is_none_or(|atr| ATR_BYTES.contains(&atr.0.len()));
    rule(atr, "chip.atr", "is 2 to 33 bytes")?;
    rule((1..=15).contains(&chip.pin_tries), "chip.pin-tries", "is 1 to 15")?;
    let left = chip.pin_tries_left.unwrap_or(chip.pin_tries);
    rule(left <= chip.pin_tries, "chip.pin-tries-left", "is more than chip.pin-tries")?;
    let number = chip.applications.len();
    rule((1..=APPLICATIONS_MAX).contains(&number), "chip.applications", "are 1 to 8")?;
    let tapped = |one: &&Application| one.interfaces.contains(&Interface::Contactless);
    let tapped = chip.applications.iter().filter(tapped).count();
    rule(tapped <= TAPPED_MAX, "chip.applications", "are at most 5 by tap")?;
    let status = profile.misbehaviour.wrong_status.as_ref();
    let two = status.is_none_or(|wrong| wrong.status.0.len() == 2);
    rule(two, "misbehaviour.wrong-status", "is two bytes")?;
    for (at, application) in chip.applications.iter().enumerate() {
        let broken = broken_rule(chip, application);
        if let Some((name, rule)) = broken {
            let place = format!("chip.applications[{at}].{name}");
            return Err(ProfileError::Rule { place, rule });
        }
    }
    Ok(())
}

/// The first rule that an application breaks.
fn broken_rule(chip: &Chip, application: &Application) -> Option<(&'static str, &'static str)> {
    let aid = &application.aid.0;
    let of_a_brand = Brand::ALL.iter().any(|brand| aid.starts_with(&brand.rid()));
    let label = &application.label;
    let printable = label.bytes().all(|sign| (b' '..=b'~').contains(&sign));
    let offline_pin = application.cvm.iter().any(|row| row.method.is_offline_pin());
    let by_cdol2 = application.issuer_authentication == IssuerAuthentication::Cdol2;
    let asks_issuer = Dol::parse(&application.cdol2.0)
        .is_ok_and(|dol| dol.items().iter().any(|(tag, _)| *tag == 0x91));
    let vis_18 = application.scheme == Scheme::Vis18;
    let issuer_len = Dol::parse(&application.cdol2.0).ok().and_then(|dol| {
        dol.items().iter().find(|(tag, _)| *tag == 0x91).map(|(_, length)| *length)
    });
    let rules = [
        ((5..=16).contains(&aid.len()), "aid", "is 5 to 16 bytes"),
        (of_a_brand, "aid", "begins with the RID of UnionPay, Visa or Mastercard"),
        ((1..=16).contains(&label.len()) && printable, "label", "is 1 to 16 signs of ASCII"),
        ((1..=15).contains(&application.priority), "priority", "is 1 to 15"),
        (!application.interfaces.is_empty(), "interfaces", "names at least one"),
        (application.cvm.len() <= 8, "cvm", "has at most 8 rows"),
        (application.auc.0.len() == 2, "auc", "is 2 bytes"),
        (application.iac_denial.0.len() == 5, "iac-denial", "is 5 bytes"),
        (application.iac_online.0.len() == 5, "iac-online", "is 5 bytes"),
        (application.iac_default.0.len() == 5, "iac-default", "is 5 bytes"),
        (application.country <= 999, "country", "is at most 999"),
        (application.currency <= 999, "currency", "is at most 999"),
        (!offline_pin || chip.pin.is_some(), "cvm", "has offline PIN, but chip.pin is missing"),
        (
            is_list(&application.pdol.0),
            "pdol",
            "is a list of tags and lengths, at most 100 bytes for at most 250",
        ),
        (
            has_needed(&application.cdol1.0),
            "cdol1",
            "is a list of at most 100 bytes that asks for what a cryptogram covers",
        ),
        (
            has_needed(&application.cdol2.0),
            "cdol2",
            "is a list of at most 100 bytes that asks for what a cryptogram covers",
        ),
        (by_cdol2 == asks_issuer, "cdol2", "asks for 91 if, and only if, it authenticates so"),
        (
            !asks_issuer || issuer_len == Some(if vis_18 { 8 } else { 10 }),
            "cdol2",
            "asks for 91 in 10 bytes, or 8 for vis-18",
        ),
        (is_contact_or_tap(application), "interfaces", "names each interface once"),
    ];
    rules.into_iter().find(|(holds, ..)| !holds).map(|(_, name, rule)| (name, rule))
}

fn is_contact_or_tap(application: &Application) -> bool {
    let count = |wanted: Interface| {
        application.interfaces.iter().filter(|interface| **interface == wanted).count()
    };
    count(Interface::Contact) <= 1 && count(Interface::Contactless) <= 1
}

fn is_list(bytes: &[u8]) -> bool {
    let short = bytes.len() <= LIST_BYTES_MAX;
    short && Dol::parse(bytes).is_ok_and(|dol| dol.data_len() <= LIST_DATA_BYTES_MAX)
}

fn has_needed(bytes: &[u8]) -> bool {
    let asks = |dol: Dol| TERMINAL_DATA.iter().all(|item| dol.items().contains(item));
    is_list(bytes) && Dol::parse(bytes).is_ok_and(asks)
}
