//! Terminal risk management (EMV Book 3, 10.6): floor limit, chance, velocity.
//!
//! The crate asks the card for its counters always, and ends the transaction when the card's
//! answer is malformed or its records held the counter already. Here they are asked for only where
//! the card has limits, and a counter that cannot be read is one that the card does not give,
//! which the TVR says.

use crate::outcome::End;
use crate::session::Session;
use emv::Tag;
use emv::contact::terminal_risk_management::{
    RandomSelectionParameters, TerminalRiskManagementContext, evaluate,
};
use emv::core::get_data;
use emv::core::tags;
use emv::core::tlv::Tlv;

/// Manages the terminal's risk; the result is in the TVR.
pub(super) fn manage(session: &mut Session<'_, '_>) -> Result<(), End> {
    let lower = limit(session, tags::LOWER_CONSECUTIVE_OFFLINE_LIMIT);
    let upper = limit(session, tags::UPPER_CONSECUTIVE_OFFLINE_LIMIT);
    let (mut made, mut last_online) = (None, None);
    if lower.is_some() && upper.is_some() {
        made = counter(session, tags::APPLICATION_TRANSACTION_COUNTER)?;
        last_online = counter(session, tags::LAST_ONLINE_ATC_REGISTER)?;
    }
    let Some(application) = session.tx.ctx.selected.as_ref().map(|selected| selected.config) else {
        return Err(End::data("no application is selected"));
    };
    let random = match (
        application.rts_target_percentage,
        application.rts_max_target_percentage,
        application.rts_threshold_value,
    ) {
        (Some(target_percentage), Some(max_target_percentage), Some(threshold_value)) => {
            Some(RandomSelectionParameters {
                target_percentage,
                max_target_percentage,
                threshold_value,
            })
        }
        _ => None,
    };
    let nothing = RandomSelectionParameters {
        threshold_value: 0,
        target_percentage: 0,
        max_target_percentage: 0,
    };
    let inputs = &session.tx.ctx.inputs;
    let outcome = evaluate(&TerminalRiskManagementContext {
        amount_authorised: inputs.amount_authorised,
        floor_limit: application.terminal_floor_limit.into(),
        prior_amount_for_pan: None,
        random_selection_parameters: random.unwrap_or(nothing),
        random_number: random.map(|_| chance(inputs.unpredictable_number)),
        lower_consecutive_offline_limit: lower,
        upper_consecutive_offline_limit: upper,
        atc: made,
        last_online_atc_register: last_online,
    })
    .map_err(|error| End::data(format!("terminal risk management: {error}")))?;
    let tvr = &mut session.tx.ctx.tvr;
    tvr.transaction_exceeds_floor_limit |= outcome.transaction_exceeds_floor_limit;
    tvr.transaction_selected_randomly_for_online_processing |=
        outcome.transaction_selected_randomly_for_online_processing;
    tvr.lower_consecutive_offline_limit_exceeded |=
        outcome.lower_consecutive_offline_limit_exceeded;
    tvr.upper_consecutive_offline_limit_exceeded |=
        outcome.upper_consecutive_offline_limit_exceeded;
    tvr.new_card |= outcome.new_card;
    session.tx.ctx.tsi.terminal_risk_management_was_performed = true;
    Ok(())
}

/// 1 to 99, from the one unpredictable number that there is. A card may know it by then, but it can
/// change neither the number nor the amount any more.
fn chance(unpredictable: [u8; 4]) -> u8 {
    let number = u32::from_be_bytes(unpredictable) % 99 + 1;
    u8::try_from(number).unwrap_or(1)
}

fn limit(session: &Session<'_, '_>, tag: Tag) -> Option<u8> {
    session.object(tag).and_then(|value| value.first().copied())
}

/// A counter by GET DATA; none where the card does not give it.
fn counter(session: &mut Session<'_, '_>, tag: Tag) -> Result<Option<u16>, End> {
    let command = get_data::command(tag).map_err(|error| End::data(format!("{tag}: {error}")))?;
    let response = session.send(&command)?;
    if response.status_word() != 0x9000 {
        return Ok(None);
    }
    let value = Tlv::from_bytes(response.data()).ok().filter(|object| object.tag() == tag);
    let bytes = value.as_ref().and_then(|object| object.value().as_primitive());
    Ok(bytes.and_then(|bytes| Some(u16::from_be_bytes(bytes.try_into().ok()?))))
}
