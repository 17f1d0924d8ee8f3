//! Data objects by tag: for the card's lists (EMV Book 3, 5.4) and for DE55.
//!
//! Guarantee: what is the terminal's to say is never taken from a card. The crate resolves a list
//! from the terminal's data alone, so that 8A, 91, 9F34 and all that the card itself supplied
//! would be zeros; here everything known is found.

use crate::outcome::End;
use crate::session::{Session, Stage};
use emv::Tag;
use emv::contact::dol_resolve::bcd_u64;
use emv::core::dol::{Dol, ValueFormat};
use emv::core::tags;
use emv::core::tlv::{Tlv, encode_length};
use sha1::{Digest, Sha1};

/// Most bytes that a list of data objects may ask for: what fits into a command, less a template.
const LIST_BYTES_MAX: usize = 252;
/// Longest DE55.
const DE55_BYTES_MAX: usize = 512;

/// What the terminal or the issuer says, or the kernel makes; a record with one of these is not
/// heard.
pub(crate) const NOT_THE_CARDS: [u32; 38] = [
    0x81, 0x83, 0x86, 0x89, 0x8A, 0x91, 0x95, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x5F2A, 0x5F36, 0x9F01,
    0x9F02, 0x9F03, 0x9F04, 0x9F06, 0x9F09, 0x9F15, 0x9F16, 0x9F1A, 0x9F1B, 0x9F1C, 0x9F1D, 0x9F1E,
    0x9F21, 0x9F33, 0x9F34, 0x9F35, 0x9F37, 0x9F39, 0x9F40, 0x9F41, 0x9F4E, 0x9F5B, 0x9F66,
];

/// The list's values, one after another.
///
/// # Errors
/// The list asks for more than a command holds.
pub(crate) fn resolve(session: &Session<'_, '_>, list: &Dol) -> Result<Vec<u8>, End> {
    let length: usize = list.0.iter().map(|object| usize::from(object.length)).sum();
    if length > LIST_BYTES_MAX {
        return Err(End::data(format!("a list of data objects asks for {length} bytes")));
    }
    Ok(list.build(|tag| value(session, tag)))
}

/// The list of data objects `tag` of the card, parsed.
///
/// # Errors
/// It is missing, or it is no such list.
pub(crate) fn list(session: &Session<'_, '_>, tag: Tag) -> Result<Dol, End> {
    let bytes = session.object(tag).ok_or_else(|| End::data(format!("{tag} is missing")))?;
    Dol::parse(bytes).map_err(|error| End::data(format!("{tag}: {error}")))
}

/// Makes 98 where `list` asks for it (EMV Book 3, 9.2.2).
pub(crate) fn hash_for(session: &mut Session<'_, '_>, list: &Dol) -> Result<(), End> {
    if !list.0.iter().any(|object| object.tag == tags::TC_HASH_VALUE) {
        return Ok(());
    }
    let of_card = session.object(tags::TDOL).map(<[u8]>::to_vec);
    let selected = session.tx.ctx.selected.as_ref();
    let of_terminal = selected.and_then(|selected| selected.config.default_tdol.clone());
    if of_card.is_none() && of_terminal.is_some() {
        session.tx.ctx.tvr.default_tdol_used = true;
    }
    let bytes = of_card.or(of_terminal).unwrap_or_default();
    let list = Dol::parse(&bytes).map_err(|error| End::data(format!("97: {error}")))?;
    let data = resolve(session, &list)?;
    session.tx.ctx.tc_hash_value = Some(Sha1::digest(&data).into());
    Ok(())
}

/// DE55 after the configured list; an object that the transaction does not have is left out, and
/// so is one that would make it too long.
pub(crate) fn de55(session: &Session<'_, '_>, stage: Stage) -> Vec<u8> {
    let data = session.configuration.terminal();
    let wanted = match stage {
        Stage::Request => &data.request,
        Stage::Confirmation => &data.confirmation,
    };
    let mut out = Vec::new();
    for tag in wanted {
        let tag = Tag(*tag);
        let Some((_, value)) = value(session, tag) else { continue };
        let mut object = tag.to_bytes();
        object.extend(encode_length(value.len()));
        object.extend(value);
        if out.len() + object.len() <= DE55_BYTES_MAX {
            out.extend(object);
        }
    }
    out
}

/// The object `tag`, wherever it is from.
fn value(session: &Session<'_, '_>, tag: Tag) -> Option<(ValueFormat, Vec<u8>)> {
    of_sale(session, tag)
        .or_else(|| of_terminal(session, tag))
        .or_else(|| of_transaction(session, tag))
        .or_else(|| {
            let ours = [0x9F34, 0x9F37].contains(&tag.0);
            let heard = ours || !NOT_THE_CARDS.contains(&tag.0);
            let value = session.object(tag).filter(|_| heard)?;
            Some((ValueFormat::Other, value.to_vec()))
        })
}

fn numeric(value: impl Into<u64>, bytes: usize) -> Option<(ValueFormat, Vec<u8>)> {
    Some((ValueFormat::Numeric, bcd_u64(value.into(), bytes)))
}

fn other(value: impl Into<Vec<u8>>) -> Option<(ValueFormat, Vec<u8>)> {
    Some((ValueFormat::Other, value.into()))
}

/// An amount in four bytes of binary; one that is too large is all ones, never a smaller one.
fn binary(amount: u64) -> [u8; 4] {
    u32::try_from(amount).unwrap_or(u32::MAX).to_be_bytes()
}

fn of_sale(session: &Session<'_, '_>, tag: Tag) -> Option<(ValueFormat, Vec<u8>)> {
    let inputs = &session.tx.ctx.inputs;
    match tag.0 {
        0x9F02 => numeric(inputs.amount_authorised, 6),
        0x9F03 => numeric(inputs.amount_other, 6),
        0x81 => other(binary(inputs.amount_authorised)),
        0x9F04 => other(binary(inputs.amount_other)),
        0x5F2A => numeric(inputs.transaction_currency_code, 2),
        0x5F36 => numeric(inputs.transaction_currency_exponent, 1),
        0x9A => Some((ValueFormat::Numeric, inputs.transaction_date.to_vec())),
        0x9F21 => Some((ValueFormat::Numeric, inputs.transaction_time.to_vec())),
        0x9C => Some((ValueFormat::Numeric, vec![inputs.transaction_type])),
        0x9F37 => other(inputs.unpredictable_number),
        0x9F41 => numeric(inputs.transaction_sequence_counter, 4),
        // POS entry mode (EMV Book 4, annex A): contactless or contact chip.
        0x9F39 => other([if session.notes.qualifiers.is_some() { 0x07 } else { 0x05 }]),
        _ => None,
    }
}

fn of_terminal(session: &Session<'_, '_>, tag: Tag) -> Option<(ValueFormat, Vec<u8>)> {
    let ctx = &session.tx.ctx;
    let terminal = ctx.terminal;
    let application = ctx.selected.as_ref().map(|selected| selected.config);
    match tag.0 {
        0x9F01 => terminal.acquirer_identifier.map(|id| (ValueFormat::Numeric, id.to_vec())),
        0x9F15 => numeric(terminal.merchant_category_code, 2),
        0x9F16 => other(terminal.merchant_identifier),
        0x9F1A => numeric(terminal.terminal_country_code, 2),
        0x9F1C => other(terminal.terminal_identification),
        0x9F1E => other(terminal.ifd_serial_number),
        0x9F33 => other(terminal.terminal_capabilities.to_bytes()),
        0x9F35 => Some((ValueFormat::Numeric, vec![terminal.terminal_type.to_byte()])),
        0x9F40 => other(terminal.additional_terminal_capabilities.to_bytes()),
        0x9F4E => other(terminal.merchant_name_and_location.clone()),
        0x9F06 => other(application?.aid.clone()),
        0x9F09 => other(application?.application_version_number),
        0x9F1B => other(application?.terminal_floor_limit.to_be_bytes()),
        0x9F1D => other(application?.terminal_risk_management_data.clone()?),
        _ => None,
    }
}

fn of_transaction(session: &Session<'_, '_>, tag: Tag) -> Option<(ValueFormat, Vec<u8>)> {
    let (ctx, notes) = (&session.tx.ctx, &session.notes);
    match tag.0 {
        0x84 => other(ctx.selected.as_ref()?.df_name.clone()),
        0x82 => other(ctx.aip?.to_bytes()),
        0x8A => other(notes.response_code?),
        0x91 => other(notes.issuer_authentication.clone()?),
        0x95 => other(ctx.tvr.to_bytes()),
        0x98 => other(ctx.tc_hash_value?),
        0x9B => other(ctx.tsi.to_bytes()),
        0x9F10 => other(notes.issuer_data.clone()?),
        0x9F26 => other(notes.cryptogram?.value),
        0x9F27 => other([notes.information?]),
        0x9F36 => other(notes.cryptogram?.counter.to_be_bytes()),
        0x9F66 => other(notes.qualifiers?),
        // DF31 is UnionPay's name for the results of issuer scripts.
        0x9F5B | 0xDF31 => {
            let results = &ctx.issuer_script_results;
            let bytes: Vec<u8> = results.iter().flat_map(|result| result.to_bytes()).collect();
            (!bytes.is_empty()).then_some((ValueFormat::Other, bytes))
        }
        _ => None,
    }
}

/// The objects of a template as they came, each with its bytes; padding of zeros is left out.
pub(crate) fn parts(template: &[u8]) -> Option<Vec<(Tlv, Vec<u8>)>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(first) = rest.first() {
        if *first == 0 {
            rest = rest.get(1..)?;
            continue;
        }
        let (object, length) = Tlv::parse(rest).ok()?;
        parts.push((object, rest.get(..length)?.to_vec()));
        rest = rest.get(length..)?;
    }
    Some(parts)
}

/// What is inside a template with a tag of one byte.
pub(crate) fn inside(template: &[u8]) -> Option<&[u8]> {
    let (length, bytes) = emv::core::tlv::parse_length(template.get(1..)?).ok()?;
    let start = bytes + 1;
    let end = start.checked_add(length)?;
    template.get(start..end)
}
