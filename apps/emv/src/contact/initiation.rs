//! Final selection and GET PROCESSING OPTIONS (EMV Book 1, 12.4; Book 3, 10.1). An application
//! that refuses is taken from the list, and the others get their chance.

use super::selection::{self, Found};
use crate::cardholder::{Cardholder, Choice};
use crate::label::label;
use crate::objects;
use crate::outcome::{Cause, End};
use crate::session::Session;
use emv::contact::application_selection::{Candidate, FinalSelectionOutcome, final_selection};
use emv::core::fci::AdfFci;
use emv::core::processing_options::{self, ProcessingOptionsResponse};
use emv::core::select::{SelectOccurrence, select_by_name};
use emv::de::application_file_locator::ApplicationFileLocator;

const SUCCESS: u16 = 0x9000;
const INVALIDATED: u16 = 0x6283;
const NOT_SATISFIED: u16 = 0x6985;

/// Selects an application and starts it; returns where its records are.
pub(super) fn initiate(
    session: &mut Session<'_, '_>,
    cardholder: &mut dyn Cardholder,
) -> Result<ApplicationFileLocator, End> {
    let Found { mut candidates, mut has_blocked } = selection::find(session)?;
    let mut asked = false;
    loop {
        let Some(index) = next(session, cardholder, &candidates, &mut asked)? else {
            return Err(none_left(has_blocked));
        };
        let Some(candidate) = candidates.get(index).cloned() else {
            return Err(End::new(Cause::Other, "what was chosen is not in the list"));
        };
        match attempt(session, &candidate)? {
            Attempt::Started(locator) => return Ok(locator),
            Attempt::Eliminated { is_blocked } => {
                has_blocked |= is_blocked;
                session.tx.ctx.selected = None;
                candidates.remove(index);
            }
        }
    }
}

fn none_left(has_blocked: bool) -> End {
    if has_blocked {
        End::new(Cause::ApplicationBlocked, "SELECT: 6283")
    } else {
        End::new(Cause::NoApplication, "no application in common that can be used")
    }
}

/// The index of the candidate to try; none: there is none left.
fn next(
    session: &Session<'_, '_>,
    cardholder: &mut dyn Cardholder,
    candidates: &[Candidate],
    asked: &mut bool,
) -> Result<Option<usize>, End> {
    let may_ask = session.tx.ctx.terminal.cardholder_selection_and_confirmation_supported;
    let order = match final_selection(candidates, may_ask) {
        FinalSelectionOutcome::Terminate => return Ok(None),
        // Once the cardholder has chosen, nothing is chosen for them (EMV Book 1, 12.4).
        FinalSelectionOutcome::Select(index) if !*asked => return Ok(Some(index)),
        FinalSelectionOutcome::Select(index) | FinalSelectionOutcome::ConfirmAndSelect(index) => {
            vec![index]
        }
        FinalSelectionOutcome::OfferToCardholder(order) => order,
    };
    *asked = true;
    let choice = |candidate: &Candidate| Choice {
        label: selection::text(candidate),
        aid: candidate.df_name.clone(),
    };
    let offered: Vec<(usize, Choice)> = order
        .into_iter()
        .filter_map(|index| Some((index, choice(candidates.get(index)?))))
        .collect();
    let choices: Vec<Choice> = offered.iter().map(|(_, choice)| choice.clone()).collect();
    let cancelled = || End::new(Cause::Cancelled, "no application was chosen");
    let chosen = cardholder.choose(&choices).ok_or_else(cancelled)?;
    Ok(offered.get(chosen).map(|(index, _)| *index).or(Some(usize::MAX)))
}

enum Attempt {
    Started(ApplicationFileLocator),
    Eliminated { is_blocked: bool },
}

fn attempt(session: &mut Session<'_, '_>, candidate: &Candidate) -> Result<Attempt, End> {
    let eliminated = Ok(Attempt::Eliminated { is_blocked: false });
    let Ok(command) = select_by_name(&candidate.df_name, SelectOccurrence::FirstOrOnly) else {
        return eliminated;
    };
    let response = session.send(&command)?;
    match response.status_word() {
        SUCCESS => {}
        word => return Ok(Attempt::Eliminated { is_blocked: word == INVALIDATED }),
    }
    let Ok(fci) = AdfFci::parse(response.data()) else { return eliminated };
    if fci.df_name != candidate.df_name
        || session.tx.ctx.select_application(fci.df_name.clone()).is_none()
    {
        return eliminated;
    }
    session.notes.label = label(
        &fci.df_name,
        fci.application_label.as_deref().or(candidate.application_label.as_deref()),
        fci.application_preferred_name.as_deref(),
        fci.issuer_code_table_index.map(|table| table.part()),
    );
    let data = objects::resolve(session, &fci.pdol.unwrap_or_default())?;
    let command =
        processing_options::command(&data).map_err(|error| End::data(format!("9F38: {error}")))?;
    let response = session.send(&command)?;
    match response.status_word() {
        SUCCESS => {}
        NOT_SATISFIED => return eliminated,
        word => {
            let detail = format!("GET PROCESSING OPTIONS: {word:04X}");
            return Err(End::new(Cause::CardRefused, detail));
        }
    }
    let options = ProcessingOptionsResponse::parse(response.data())
        .map_err(|error| End::data(format!("GET PROCESSING OPTIONS: {error}")))?;
    session.tx.ctx.aip = Some(options.aip);
    session.tx.ctx.gpo_pdol_data = data;
    let locator = options.afl.ok_or_else(|| End::data("GET PROCESSING OPTIONS: 94 is missing"))?;
    Ok(Attempt::Started(locator))
}
