//! Action analysis and GENERATE AC (EMV Book 3, 10.7 and 10.8; Book 2, 6.6).
//!
//! What must never happen: a card that answers with more than it was asked for. The crate takes a
//! TC for an approval even where the terminal asked for an AAC.

use crate::objects;
use crate::outcome::{Cause, Cryptogram, CryptogramKind, Decision, End};
use crate::session::Session;
use emv::core::application_cryptogram_type::ApplicationCryptogramType as Request;
use emv::core::generate_ac::{self, GenerateAcResponse, SignatureRequest};
use emv::core::oda;
use emv::core::tag_store::Source;
use emv::core::tags;
use emv::de::cryptogram_information_data::ReasonAdviceCode;

/// Longest 9F10 (EMV Book 3, annex A).
const ISSUER_DATA_MAX: usize = 32;
/// Declined offline (EMV Book 4, annex A6).
const DECLINED_OFFLINE: [u8; 2] = *b"Z1";

/// Which GENERATE AC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    First,
    Second,
}

/// What the card made of it.
pub(super) struct Reply {
    pub(super) kind: CryptogramKind,
    /// False: it should be signed, and the signature does not hold.
    pub(super) is_authentic: bool,
    reason: ReasonAdviceCode,
}

/// Decides with the card whether to approve, to decline or to ask.
pub(super) fn first(session: &mut Session<'_, '_>) -> Result<Decision, End> {
    let request = session
        .tx
        .ctx
        .terminal_action_analysis(false)
        .map_err(|error| End::data(format!("issuer action codes: {error}")))?;
    let reply = generate(session, Round::First, request)?;
    session.tx.ctx.tsi.card_risk_management_was_performed = true;
    match reply.kind {
        CryptogramKind::Aac if reply.reason == ReasonAdviceCode::ServiceNotAllowed => {
            Err(End::new(Cause::NotAllowed, "GENERATE AC: service not allowed"))
        }
        CryptogramKind::Aac => Ok(Decision::Declined),
        // EMV Book 4, 6.3.2.1: a TC with a bad signature is declined as it is, an ARQC by asking
        // for an AAC.
        CryptogramKind::Tc if !reply.is_authentic => Ok(Decision::Declined),
        CryptogramKind::Arqc if !reply.is_authentic => {
            session.notes.response_code = Some(DECLINED_OFFLINE);
            // Declined it is, whatever the card still says.
            let _ = generate(session, Round::Second, Request::Aac);
            Ok(Decision::Declined)
        }
        CryptogramKind::Tc => Ok(Decision::Approved),
        CryptogramKind::Arqc => Ok(Decision::GoOnline),
    }
}

/// Asks the card for a cryptogram.
pub(super) fn generate(
    session: &mut Session<'_, '_>,
    round: Round,
    request: Request,
) -> Result<Reply, End> {
    let list = match round {
        Round::First => objects::list(session, tags::CDOL1)?,
        Round::Second => objects::list(session, tags::CDOL2)?,
    };
    objects::hash_for(session, &list)?;
    let data = objects::resolve(session, &list)?;
    let is_signed = session.tx.ctx.cda.is_some() && matches!(request, Request::Tc | Request::Arqc);
    if let Some(armed) = session.tx.ctx.cda.as_mut() {
        match round {
            Round::First => armed.cdol1_data.clone_from(&data),
            Round::Second => armed.cdol2_data.clone_from(&data),
        }
    }
    let signature = if is_signed { SignatureRequest::Cda } else { SignatureRequest::None };
    let command = generate_ac::command(request, signature, data);
    let answer = session.send_expecting_success("GENERATE AC", &command)?;
    let response = GenerateAcResponse::parse(&answer)
        .map_err(|error| End::data(format!("GENERATE AC: {error}")))?;
    let kind = kind(round, request, response.cid.cryptogram_type)?;
    if response.iad.as_ref().is_some_and(|data| data.len() > ISSUER_DATA_MAX) {
        return Err(End::data("GENERATE AC: 9F10 has more than 32 bytes"));
    }
    let signature = if is_signed && kind != CryptogramKind::Aac {
        check_signature(session, round, &response, &answer)
    } else {
        Signature::None
    };
    // What was signed stands before what was only said.
    let value = match signature {
        Signature::Good(value) => Some(value),
        Signature::None | Signature::Bad => response.ac,
    };
    session.notes.information = Some(response.cid.to_byte());
    session.notes.issuer_data = response.iad;
    let counter = u16::from_be_bytes(response.atc);
    session.notes.cryptogram = value.map(|value| Cryptogram { kind, value, counter });
    let is_authentic = signature != Signature::Bad;
    Ok(Reply { kind, is_authentic, reason: response.cid.reason_advice_code })
}

/// What the card may answer to `request` (EMV Book 3, 9.3). In the second round anything else
/// counts as an AAC.
fn kind(round: Round, request: Request, answered: Request) -> Result<CryptogramKind, End> {
    let kind = match answered {
        Request::Aac => Some(CryptogramKind::Aac),
        Request::Tc => Some(CryptogramKind::Tc),
        Request::Arqc => Some(CryptogramKind::Arqc),
        Request::Rfu(_) => None,
    };
    let may = |kind: &CryptogramKind| {
        matches!(
            (round, request, kind),
            (_, _, CryptogramKind::Aac)
                | (Round::First, Request::Tc, _)
                | (Round::First, Request::Arqc, CryptogramKind::Arqc)
                | (Round::Second, Request::Tc, CryptogramKind::Tc)
        )
    };
    match (kind.filter(may), round) {
        (Some(kind), _) => Ok(kind),
        (None, Round::Second) => Ok(CryptogramKind::Aac),
        (None, Round::First) => {
            Err(End::data("GENERATE AC: a cryptogram that was not asked for (EMV Book 3, 9.3)"))
        }
    }
}

/// The signature around a cryptogram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signature {
    /// None was asked for, or an AAC carries none.
    None,
    /// It is missing or does not hold; the TVR says so.
    Bad,
    /// It holds, and this is the cryptogram within.
    Good([u8; 8]),
}

/// Verifies the signature around a cryptogram (EMV Book 2, 6.6.2).
fn check_signature(
    session: &mut Session<'_, '_>,
    round: Round,
    response: &GenerateAcResponse,
    answer: &[u8],
) -> Signature {
    let verified = verify(session, round, response, answer);
    let ctx = &mut session.tx.ctx;
    ctx.tsi.offline_data_authentication_was_performed = true;
    let Some(verified) = verified else {
        ctx.tvr.cda_failed = true;
        return Signature::Bad;
    };
    // The store takes each object once, so the number of the first round stands.
    let _ = ctx.tag_store.insert_primitive(
        tags::ICC_DYNAMIC_NUMBER,
        verified.icc_dynamic_number,
        Source::TerminalGenerated,
    );
    Signature::Good(verified.application_cryptogram)
}

fn verify(
    session: &Session<'_, '_>,
    round: Round,
    response: &GenerateAcResponse,
    answer: &[u8],
) -> Option<oda::CdaVerified> {
    let ctx = &session.tx.ctx;
    let armed = ctx.cda.as_ref()?;
    let signature = response.sdad.as_deref()?;
    let mut signed = ctx.gpo_pdol_data.clone();
    signed.extend(&armed.cdol1_data);
    if round == Round::Second {
        signed.extend(&armed.cdol2_data);
    }
    // The answer's objects as they came, without the signature itself.
    for (object, bytes) in objects::parts(objects::inside(answer)?)? {
        if object.tag() != tags::SIGNED_DYNAMIC_APPLICATION_DATA {
            signed.extend(bytes);
        }
    }
    oda::verify_cda(
        &armed.icc_public_key,
        signature,
        ctx.inputs.unpredictable_number,
        &signed,
        response.cid.to_byte(),
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(round: Round, request: Request, answered: Request, expected: Option<CryptogramKind>) {
        assert_eq!(kind(round, request, answered).ok(), expected, "{request:?}, {answered:?}");
    }

    #[test]
    fn a_card_may_answer_with_less_than_it_was_asked_for_but_never_with_more() {
        use CryptogramKind::{Aac, Arqc, Tc};
        let first = Round::First;
        check(first, Request::Tc, Request::Tc, Some(Tc));
        check(first, Request::Tc, Request::Arqc, Some(Arqc));
        check(first, Request::Tc, Request::Aac, Some(Aac));
        check(first, Request::Arqc, Request::Tc, None);
        check(first, Request::Arqc, Request::Arqc, Some(Arqc));
        check(first, Request::Aac, Request::Tc, None);
        check(first, Request::Aac, Request::Arqc, None);
        check(first, Request::Tc, Request::Rfu(3), None);
        let second = Round::Second;
        check(second, Request::Tc, Request::Tc, Some(Tc));
        check(second, Request::Tc, Request::Arqc, Some(Aac));
        check(second, Request::Aac, Request::Tc, Some(Aac));
        check(second, Request::Aac, Request::Rfu(3), Some(Aac));
    }
}
