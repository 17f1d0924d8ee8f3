//! After the issuer's answer (EMV Book 3, 10.9 to 10.11): its authentication, its scripts, the
//! second GENERATE AC.
//!
//! Guarantee: approved only where the issuer said yes (or the action codes did, with nobody to
//! ask) *and* the card made a TC. What comes after the card's decision, scripts 72, changes nothing
//! about it.

use super::cryptogram::{Round, generate};
use crate::outcome::{Answer, CryptogramKind, Decision, End, OnlineAnswer};
use crate::session::Session;
use emv::contact::issuer_script::{self, ScriptTag};
use emv::contact::online_processing;
use emv::core::application_cryptogram_type::ApplicationCryptogramType as Request;
use emv::core::external_authenticate;
use emv::core::tlv::Tlv;
use emv::core::{tag::Tag, tags};
use emv::de::issuer_script_results::{IssuerScriptResult, ScriptResultNibble};
use emv::de::terminal_type::AttendanceCapability;

/// Unable to go online, approved offline and declined offline (EMV Book 4, annex A6).
const UNABLE_APPROVED: [u8; 2] = *b"Y3";
const UNABLE_DECLINED: [u8; 2] = *b"Z3";
/// Lengths of a command in a script.
const COMMAND_BYTES: std::ops::RangeInclusive<usize> = 4..=261;

/// Runs to the card's last cryptogram.
pub(crate) fn complete(
    session: &mut Session<'_, '_>,
    answer: &OnlineAnswer,
) -> Result<Decision, End> {
    let OnlineAnswer::Answered(answer) = answer else { return unable(session) };
    session.notes.response_code = answer.code.as_bytes().try_into().ok();
    session.notes.issuer_authentication.clone_from(&answer.authentication);
    authenticate_issuer(session)?;
    run_scripts(session, answer, ScriptTag::BeforeFinalGenerateAc)?;
    let request = if answer.approved { Request::Tc } else { Request::Aac };
    let decision = last(session, request)?;
    // The card has decided. A script that fails now, or a card that is gone, is only reported.
    let _ = run_scripts(session, answer, ScriptTag::AfterFinalGenerateAc);
    Ok(decision)
}

fn unable(session: &mut Session<'_, '_>) -> Result<Decision, End> {
    let ctx = &session.tx.ctx;
    let decided = ctx
        .unable_to_go_online_decision()
        .map_err(|error| End::data(format!("issuer action codes: {error}")))?;
    // The crate asks the default action codes of every terminal; one that is online only approves
    // nothing by itself (EMV Book 3, 10.7).
    let request = match ctx.terminal.terminal_type.attendance_capability() {
        AttendanceCapability::OnlineOnly => Request::Aac,
        _ => decided,
    };
    let code = if request == Request::Tc { UNABLE_APPROVED } else { UNABLE_DECLINED };
    session.notes.response_code = Some(code);
    last(session, request)
}

fn last(session: &mut Session<'_, '_>, request: Request) -> Result<Decision, End> {
    let reply = generate(session, Round::Second, request)?;
    let approved = reply.kind == CryptogramKind::Tc && reply.is_authentic;
    Ok(if approved { Decision::Approved } else { Decision::Declined })
}

/// EXTERNAL AUTHENTICATE, where the card wants it (EMV Book 3, 10.9). Otherwise 91 reaches it in
/// its list for the second GENERATE AC, or not at all.
fn authenticate_issuer(session: &mut Session<'_, '_>) -> Result<(), End> {
    let is_supported =
        session.tx.ctx.aip.is_some_and(|profile| profile.issuer_authentication_is_supported);
    let Some(data) = session.notes.issuer_authentication.clone().filter(|_| is_supported) else {
        return Ok(());
    };
    let command = online_processing::external_authenticate(&data)
        .map_err(|error| End::data(format!("91: {error}")))?;
    let response = session.send(&command)?;
    let ctx = &mut session.tx.ctx;
    ctx.tsi.issuer_authentication_was_performed = true;
    let result = external_authenticate::interpret_response(response.sw1(), response.sw2());
    if result != external_authenticate::Outcome::Successful {
        ctx.tvr.issuer_authentication_failed = true;
    }
    Ok(())
}

/// Sends the scripts that belong to `position` (EMV Book 3, 10.10 and annex E).
fn run_scripts(
    session: &mut Session<'_, '_>,
    answer: &Answer,
    position: ScriptTag,
) -> Result<(), End> {
    let template = match position {
        ScriptTag::BeforeFinalGenerateAc => tags::ISSUER_SCRIPT_TEMPLATE_1,
        ScriptTag::AfterFinalGenerateAc => tags::ISSUER_SCRIPT_TEMPLATE_2,
    };
    let mine = |script: &&Vec<u8>| script.first().map(|tag| Tag(u32::from(*tag))) == Some(template);
    let mut gone = None;
    let mut failed = false;
    for script in answer.scripts.iter().filter(mine) {
        session.tx.ctx.tsi.script_processing_was_performed = true;
        let Ok(script) = Tlv::from_bytes(script) else {
            failed = true;
            session.tx.ctx.issuer_script_results.push(not_performed());
            continue;
        };
        let card = &mut session.tx.card;
        let outcome = issuer_script::process_scripts(&[&script], |command| {
            if gone.is_some() || !COMMAND_BYTES.contains(&command.len()) {
                return (0x6F, 0x00);
            }
            match card.send(command) {
                Ok(response) => (response.sw1(), response.sw2()),
                Err(end) => {
                    gone = Some(end);
                    (0x6F, 0x00)
                }
            }
        });
        let updates = outcome.tvr_updates;
        failed |= updates.script_processing_failed_before_final_generate_ac
            || updates.script_processing_failed_after_final_generate_ac;
        let results = outcome.script_results.iter().map(|script| script.result);
        session.tx.ctx.issuer_script_results.extend(results);
    }
    let tvr = &mut session.tx.ctx.tvr;
    match position {
        ScriptTag::BeforeFinalGenerateAc => {
            tvr.script_processing_failed_before_final_generate_ac |= failed;
        }
        ScriptTag::AfterFinalGenerateAc => {
            tvr.script_processing_failed_after_final_generate_ac |= failed;
        }
    }
    gone.map_or(Ok(()), Err)
}

fn not_performed() -> IssuerScriptResult {
    IssuerScriptResult {
        script_result: ScriptResultNibble::ScriptNotPerformed,
        script_number: 0,
        script_identifier: [0; 4],
    }
}
