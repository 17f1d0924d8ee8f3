//! The entry point (EMV contactless Book B, in its simplest form): limits, PPSE, selection, GET
//! PROCESSING OPTIONS. The card's first choice is taken; nobody is asked.

use super::none_found;
use crate::configuration::Contactless;
use crate::label::label;
use crate::objects;
use crate::outcome::{Cause, End};
use crate::records;
use crate::session::Session;
use emv::Tag;
use emv::core::fci::AdfFci;
use emv::core::processing_options::{self, ProcessingOptionsResponse};
use emv::core::select::{SelectOccurrence, select_by_name};
use emv::core::tag_store::Source;
use emv::core::tags;
use emv::core::tlv::Tlv;
use emv::de::application_file_locator::ApplicationFileLocator;

/// The directory's name.
const DIRECTORY: &[u8] = b"2PAY.SYS.DDF01";
/// Most entries of a directory that are tried.
const CANDIDATES_MAX: usize = 16;
/// 9F66 in a card's list.
const QUALIFIERS: u32 = 0x9F66;
/// An application without a priority comes last.
const LAST: u8 = 0x10;

const SUCCESS: u16 = 0x9000;
/// GET PROCESSING OPTIONS: try another interface.
const OTHER_INTERFACE: u16 = 0x6984;
/// GET PROCESSING OPTIONS: select the next application.
const NEXT: u16 = 0x6985;

/// What the card answered.
pub(super) struct Started {
    pub(super) locator: Option<ApplicationFileLocator>,
    /// The amount asks for the cardholder's verification.
    pub(super) needs_verification: bool,
}

pub(super) enum Entry {
    Started(Started),
    OtherInterface,
}

/// Selects an application and starts it.
pub(super) fn start(session: &mut Session<'_, '_>) -> Result<Entry, End> {
    let amount = session.tx.ctx.inputs.amount_authorised;
    let all = session.configuration.applications().iter();
    let mut limits = all.filter_map(|application| application.contactless);
    // Before the card is asked for anything (Book B, 3.1).
    if limits.all(|limit| amount >= limit.transaction_limit) {
        return Ok(Entry::OtherInterface);
    }
    let mut over_limit = false;
    for name in directory(session)? {
        let Some(limits) = limits_of(session, &name) else { continue };
        if amount >= limits.transaction_limit {
            over_limit = true;
            continue;
        }
        if let Some(entry) = attempt(session, &name, limits)? {
            return Ok(entry);
        }
        session.tx.ctx.selected = None;
    }
    if over_limit {
        return Ok(Entry::OtherInterface);
    }
    Err(none_found("no application in common that can be used in the field"))
}

fn limits_of(session: &Session<'_, '_>, name: &[u8]) -> Option<Contactless> {
    let all = session.configuration.applications().iter();
    let taken = all.filter(|application| application.contactless.is_some());
    let best = taken.filter(|application| application.takes(name));
    best.max_by_key(|application| application.aid.len())?.contactless
}

/// The names in the card's directory, the card's first choice first.
fn directory(session: &mut Session<'_, '_>) -> Result<Vec<Vec<u8>>, End> {
    let command = select_by_name(DIRECTORY, SelectOccurrence::FirstOrOnly)
        .map_err(|error| End::new(Cause::Other, error.to_string()))?;
    let response = session.send(&command)?;
    if response.status_word() != SUCCESS {
        return Err(none_found("the card has no contactless directory"));
    }
    let template = Tlv::from_bytes(response.data())
        .map_err(|error| End::data(format!("contactless directory: {error}")))?;
    let mut found: Vec<(u8, Vec<u8>)> = Vec::new();
    for entry in template.find_all(tags::APPLICATION_TEMPLATE) {
        let part = |tag: Tag| entry.find(tag).and_then(|object| object.value().as_primitive());
        let Some(name) = part(tags::APPLICATION_DEDICATED_FILE_NAME) else { continue };
        if !(5..=16).contains(&name.len()) || found.len() == CANDIDATES_MAX {
            continue;
        }
        let priority = part(tags::APPLICATION_PRIORITY_INDICATOR)
            .and_then(|value| value.first())
            .map_or(LAST, |byte| if byte & 0x0F == 0 { LAST } else { byte & 0x0F });
        found.push((priority, name.to_vec()));
    }
    found.sort_by_key(|(priority, _)| *priority);
    Ok(found.into_iter().map(|(_, name)| name).collect())
}

/// Tries one application; none: the next one is to be tried.
fn attempt(
    session: &mut Session<'_, '_>,
    name: &[u8],
    limits: Contactless,
) -> Result<Option<Entry>, End> {
    let Ok(command) = select_by_name(name, SelectOccurrence::FirstOrOnly) else {
        return Ok(None);
    };
    let response = session.send(&command)?;
    if response.status_word() != SUCCESS {
        return Ok(None);
    }
    let Ok(fci) = AdfFci::parse(response.data()) else { return Ok(None) };
    let Some(list) = fci.pdol else { return Ok(None) };
    // A card that does not ask for the terminal's qualifiers speaks another flow.
    let speaks = list.0.iter().any(|object| object.tag.0 == QUALIFIERS && object.length == 4);
    if !speaks || !(5..=16).contains(&fci.df_name.len()) {
        return Ok(None);
    }
    if session.tx.ctx.select_application(fci.df_name.clone()).is_none() {
        return Ok(None);
    }
    session.notes.label = label(
        &fci.df_name,
        fci.application_label.as_deref(),
        fci.application_preferred_name.as_deref(),
        fci.issuer_code_table_index.map(|table| table.part()),
    );
    let needs_verification = session.tx.ctx.inputs.amount_authorised >= limits.verification_limit;
    session.notes.qualifiers = Some(qualifiers(limits, needs_verification));
    let data = objects::resolve(session, &list)?;
    let command =
        processing_options::command(&data).map_err(|error| End::data(format!("9F38: {error}")))?;
    let response = session.send(&command)?;
    match response.status_word() {
        SUCCESS => {}
        OTHER_INTERFACE => return Ok(Some(Entry::OtherInterface)),
        NEXT => return Ok(None),
        word => {
            let detail = format!("GET PROCESSING OPTIONS: {word:04X}");
            return Err(End::new(Cause::CardRefused, detail));
        }
    }
    session.tx.ctx.gpo_pdol_data = data;
    let locator = keep(session, response.data())?;
    Ok(Some(Entry::Started(Started { locator, needs_verification })))
}

/// 9F66: always an online cryptogram, verification by amount; never stripe, never offline only.
fn qualifiers(limits: Contactless, needs_verification: bool) -> [u8; 4] {
    let [first, second, third, fourth] = limits.qualifiers;
    let verification = if needs_verification { 0x40 } else { 0 };
    [first & !0x88, second & !0x40 | 0x80 | verification, third, fourth]
}

fn keep(
    session: &mut Session<'_, '_>,
    answer: &[u8],
) -> Result<Option<ApplicationFileLocator>, End> {
    let wrong = |error: emv::Error| End::data(format!("GET PROCESSING OPTIONS: {error}"));
    let template = Tlv::from_bytes(answer).map_err(wrong)?;
    let options = ProcessingOptionsResponse::from_tlv(&template).map_err(wrong)?;
    session.tx.ctx.aip = Some(options.aip);
    let store = &mut session.tx.ctx.tag_store;
    records::keep_all(store, &template, Source::Gpo, "GET PROCESSING OPTIONS")?;
    Ok(options.afl)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_asks_for_an_online_cryptogram_always_and_for_verification_by_amount() {
        let limits = |qualifiers| Contactless {
            qualifiers,
            transaction_limit: 0,
            verification_limit: 0,
            floor_limit: 0,
        };
        assert_eq!(qualifiers(limits([0x36, 0, 0x40, 0]), false), [0x36, 0x80, 0x40, 0]);
        assert_eq!(qualifiers(limits([0x36, 0, 0x40, 0]), true), [0x36, 0xC0, 0x40, 0]);
        assert_eq!(qualifiers(limits([0xBE, 0x40, 0, 0x80]), false), [0x36, 0x80, 0, 0x80]);
    }
}
