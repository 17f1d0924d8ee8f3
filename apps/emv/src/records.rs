//! Reading the records that a card's file locator names (EMV Book 3, 10.2), and keeping its
//! objects.
//!
//! The crate reads without a limit (63 entries of 255 records), keeps whatever tag a record holds,
//! and measures what is signed after having encoded it anew, so that a length field in a longer
//! form than needed breaks the signature. Here reading is bounded, only the card's own objects are
//! kept, and what is signed are the bytes as they came.

use crate::configuration::is_exponent;
use crate::objects::{self, NOT_THE_CARDS};
use crate::outcome::{Cause, End};
use crate::session::Session;
use emv::core::read_record;
use emv::core::tag_store::{Source, TagStore};
use emv::core::tlv::{Tlv, Value};
use emv::de::application_file_locator::ApplicationFileLocator;

/// Most records of one application. Real ones have fewer than 20.
const RECORDS_MAX: usize = 64;
/// Deepest template within a template in a record. EMV needs two.
const DEPTH_MAX: usize = 8;
/// Answers to READ RECORD are templates with this tag.
const RECORD_TEMPLATE: u8 = 0x70;
/// Made by the kernel from a signature, so never heard from a record: 9F45, 9F4C.
const FROM_SIGNATURES: [u32; 2] = [0x9F45, 0x9F4C];
/// Exponents of public keys: 9F2E, 9F32, 9F47.
const EXPONENTS: [u32; 3] = [0x9F2E, 0x9F32, 0x9F47];

/// What offline data authentication is about.
pub(crate) struct Records {
    /// The records that are signed, as EMV Book 3, 10.3 joins them.
    pub(crate) signed: Vec<u8>,
    /// False: one of them cannot be signed, so authentication fails.
    pub(crate) is_signable: bool,
}

/// Reads all records of `locator` and keeps their objects.
pub(crate) fn read(
    session: &mut Session<'_, '_>,
    locator: &ApplicationFileLocator,
) -> Result<Records, End> {
    let mut records = Records { signed: Vec::new(), is_signable: true };
    let reads: Vec<_> = locator.iter_reads().take(RECORDS_MAX + 1).collect();
    if reads.len() > RECORDS_MAX {
        return Err(End::data(format!("94 names more than {RECORDS_MAX} records")));
    }
    for step in reads {
        let (sfi, record) = (step.sfi, step.record_number);
        let named = format!("READ RECORD {record} of file {sfi}");
        let command = read_record::command(sfi, record)
            .map_err(|error| End::data(format!("{named}: {error}")))?;
        let data = session.send_expecting_success(&named, &command)?;
        if data.first() != Some(&RECORD_TEMPLATE) {
            // It ends nothing, but what it holds is not heard (EMV Book 3, 10.2 and 10.3).
            records.is_signable &= !step.in_oda;
            continue;
        }
        let template =
            Tlv::from_bytes(&data).map_err(|error| End::data(format!("{named}: {error}")))?;
        keep_all(&mut session.tx.ctx.tag_store, &template, Source::Record { sfi, record }, &named)?;
        if step.in_oda {
            // Files 1 to 10 are signed without the template around them (EMV Book 3, 10.3).
            let part = if sfi <= 10 { objects::inside(&data) } else { Some(data.as_slice()) };
            records.signed.extend(part.unwrap_or_default());
        }
    }
    Ok(records)
}

/// Keeps the objects within `template`.
pub(crate) fn keep_all(
    store: &mut TagStore,
    template: &Tlv,
    source: Source,
    named: &str,
) -> Result<(), End> {
    for child in template.value().as_constructed().unwrap_or_default() {
        keep(store, child, source, named, DEPTH_MAX)?;
    }
    Ok(())
}

fn keep(
    store: &mut TagStore,
    object: &Tlv,
    source: Source,
    named: &str,
    depth: usize,
) -> Result<(), End> {
    let tag = object.tag();
    match object.value() {
        Value::Constructed(children) => {
            let depth = depth
                .checked_sub(1)
                .ok_or_else(|| End::data(format!("{named}: templates within templates")))?;
            children.iter().try_for_each(|child| keep(store, child, source, named, depth))
        }
        Value::Primitive(_) if NOT_THE_CARDS.contains(&tag.0) => Ok(()),
        Value::Primitive(_) if FROM_SIGNATURES.contains(&tag.0) => Ok(()),
        // Any other exponent only costs time; without one the key counts as missing.
        Value::Primitive(value) if EXPONENTS.contains(&tag.0) && !is_exponent(value) => Ok(()),
        Value::Primitive(value) => {
            measure(tag.0, value.len(), named)?;
            store
                .insert_primitive(tag, value.clone(), source)
                .map_err(|_| End::data(format!("{named}: {tag} is there twice")))
        }
    }
}

/// Objects that go on to people or to the acquirer have the lengths that EMV Book 3, annex A
/// allows.
fn measure(tag: u32, length: usize, named: &str) -> Result<(), End> {
    let allowed = match tag {
        0x5A => 4..=10,
        0x57 => 5..=19,
        0x5F24 | 0x5F25 => 3..=3,
        0x5F34 => 1..=1,
        0x9F07 | 0x9F08 | 0x9F42 | 0x5F28 => 2..=2,
        0x9F0D..=0x9F0F => 5..=5,
        0x9F10 => 1..=32,
        0x9F14 | 0x9F23 => 1..=1,
        _ => return Ok(()),
    };
    if allowed.contains(&length) || length == 0 {
        return Ok(());
    }
    Err(End::data(format!("{named}: {tag:02X} has {length} bytes")))
}

/// A mandatory object is there (EMV Book 3, table 28).
pub(crate) fn expect(session: &Session<'_, '_>, tags: &[u32]) -> Result<(), End> {
    match tags.iter().find(|tag| session.object(emv::Tag(**tag)).is_none()) {
        None => Ok(()),
        Some(tag) => Err(End::new(Cause::CardData, format!("{tag:02X} is missing"))),
    }
}
