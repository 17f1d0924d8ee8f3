//! Which applications card and terminal have in common (EMV Book 1, 12.3): the card's directory,
//! else the terminal's own list.
//!
//! The crate walks all 255 records of a directory, has no limit on what it finds there, and asks
//! for no next occurrence of a partial name. Here both are bounded, and occurrences are asked for.

use crate::label::label;
use crate::outcome::{Cause, End};
use crate::session::Session;
use emv::contact::application_selection::Candidate;
use emv::contact::fci::PseFci;
use emv::core::fci::AdfFci;
use emv::core::read_record;
use emv::core::select::{SelectOccurrence, select_by_name};
use emv::de::payment_system_directory::PaymentSystemDirectoryRecord;

/// The directory's name.
const DIRECTORY: &[u8] = b"1PAY.SYS.DDF01";
/// Most records of a directory; its file has at most ten entries a record (EMV Book 1, 12.2.3).
const RECORDS_MAX: u8 = 16;
/// Most applications that a cardholder is asked about.
const CANDIDATES_MAX: usize = 30;
/// Most occurrences of one partial name.
const OCCURRENCES_MAX: usize = 8;
/// Lengths of an application's name.
const NAME_BYTES: std::ops::RangeInclusive<usize> = 5..=16;

const SUCCESS: u16 = 0x9000;
const INVALIDATED: u16 = 0x6283;
const NOT_SUPPORTED: u16 = 0x6A81;
const NO_RECORD: u16 = 0x6A83;

/// What was found.
pub(super) struct Found {
    pub(super) candidates: Vec<Candidate>,
    /// An application in common is there, but blocked.
    pub(super) has_blocked: bool,
}

/// Finds the applications in common.
pub(super) fn find(session: &mut Session<'_, '_>) -> Result<Found, End> {
    let mut found = Found { candidates: Vec::new(), has_blocked: false };
    if !of_directory(session, &mut found)? || found.candidates.is_empty() {
        found.candidates.clear();
        of_list(session, &mut found)?;
    }
    Ok(found)
}

impl Found {
    fn add(&mut self, candidate: Candidate) {
        let known = self.candidates.iter().any(|known| known.df_name == candidate.df_name);
        if !known && self.candidates.len() < CANDIDATES_MAX {
            self.candidates.push(candidate);
        }
    }
}

/// Whether the card has a directory that can be read; what is in it that the terminal takes.
fn of_directory(session: &mut Session<'_, '_>, found: &mut Found) -> Result<bool, End> {
    let Ok(command) = select_by_name(DIRECTORY, SelectOccurrence::FirstOrOnly) else {
        return Ok(false);
    };
    let response = session.send(&command)?;
    match response.status_word() {
        SUCCESS => {}
        NOT_SUPPORTED => return Err(blocked_card()),
        _ => return Ok(false),
    }
    let Ok(directory) = PseFci::parse(response.data()) else { return Ok(false) };
    // A directory's file is one of 1 to 10 (EMV Book 1, 12.2.2).
    if !(1..=10).contains(&directory.sfi_of_directory_ef) {
        return Ok(false);
    }
    for record in 1..=RECORDS_MAX {
        let Ok(command) = read_record::command(directory.sfi_of_directory_ef, record) else {
            return Ok(false);
        };
        let response = session.send(&command)?;
        match response.status_word() {
            SUCCESS => {}
            NO_RECORD => break,
            _ => return Ok(false),
        }
        let Ok(record) = PaymentSystemDirectoryRecord::parse(response.data()) else {
            return Ok(false);
        };
        for entry in record.entries {
            if session.tx.ctx.terminal.find_application(&entry.adf_name).is_some() {
                let table = directory.issuer_code_table_index;
                found.add(Candidate::from_directory_entry(entry, table));
            }
        }
    }
    Ok(true)
}

fn of_list(session: &mut Session<'_, '_>, found: &mut Found) -> Result<(), End> {
    let terminal = session.tx.ctx.terminal;
    for application in &terminal.applications {
        let mut last = Vec::new();
        for occurrence in 0..OCCURRENCES_MAX {
            let which = match occurrence {
                0 => SelectOccurrence::FirstOrOnly,
                _ => SelectOccurrence::NextOccurrence,
            };
            let Ok(command) = select_by_name(&application.aid, which) else { break };
            let response = session.send(&command)?;
            let is_blocked = match response.status_word() {
                SUCCESS => false,
                INVALIDATED => true,
                NOT_SUPPORTED if occurrence == 0 => return Err(blocked_card()),
                _ => break,
            };
            let Ok(fci) = AdfFci::parse(response.data()) else { break };
            let name = fci.df_name.clone();
            let taken = match application.partial_match_allowed {
                true => name.starts_with(&application.aid),
                false => name == application.aid,
            };
            if !taken || !NAME_BYTES.contains(&name.len()) || name == last {
                break;
            }
            if is_blocked {
                found.has_blocked = true;
            } else {
                found.add(Candidate::from_adf_fci(fci));
            }
            if !application.partial_match_allowed {
                break;
            }
            last = name;
        }
    }
    Ok(())
}

/// What a person reads for `candidate`.
pub(super) fn text(candidate: &Candidate) -> String {
    label(
        &candidate.df_name,
        candidate.application_label.as_deref(),
        candidate.application_preferred_name.as_deref(),
        candidate.issuer_code_table_index.map(|table| table.part()),
    )
}

fn blocked_card() -> End {
    End::new(Cause::CardBlocked, "SELECT: 6A81")
}
