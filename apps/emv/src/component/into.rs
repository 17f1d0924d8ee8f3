//! What goes out: the kernel's values as the contract's.

use super::bindings::exports::caisson::emv::kernel;
use crate::{Cause, CryptogramKind, Decision, End, Error, Outcome, Verification};

/// Longest detail, in characters.
const DETAIL_MAX: usize = 200;

pub(super) fn error(error: &Error) -> kernel::Error {
    let code = match error {
        Error::BadInput { .. } => kernel::Code::BadInput,
        Error::BadConfiguration(_) => kernel::Code::BadConfiguration,
        Error::WrongOrder { .. } => kernel::Code::WrongOrder,
    };
    kernel::Error { code, detail: detail(&error.to_string()) }
}

pub(super) fn outcome(outcome: Outcome) -> kernel::Outcome {
    let account = outcome.account.as_ref().map(|account| kernel::Account {
        pan: account.pan.clone(),
        masked: account.masked(),
        sequence: account.sequence,
        expiry: account.expiry.clone(),
        track_2: account.track_2.clone(),
    });
    let cryptogram = outcome.cryptogram.map(|made| kernel::Cryptogram {
        kind: match made.kind {
            CryptogramKind::Aac => kernel::CryptogramKind::Aac,
            CryptogramKind::Tc => kernel::CryptogramKind::Tc,
            CryptogramKind::Arqc => kernel::CryptogramKind::Arqc,
        },
        value: made.value.to_vec(),
        counter: made.counter,
    });
    let facts = outcome.facts.into_iter();
    kernel::Outcome {
        decision: decision(outcome.decision),
        account,
        aid: outcome.aid,
        label: outcome.label,
        verification: verification(outcome.verification),
        signature: outcome.verification.needs_signature(),
        online_pin: outcome.verification == Verification::OnlinePin,
        tvr: outcome.tvr.to_vec(),
        tsi: outcome.tsi.to_vec(),
        cryptogram,
        de55: outcome.de55,
        facts: facts
            .map(|fact| kernel::Fact { name: fact.name.to_owned(), value: fact.value })
            .collect(),
    }
}

fn decision(decision: Decision) -> kernel::Decision {
    match decision {
        Decision::GoOnline => kernel::Decision::GoOnline,
        Decision::Approved => kernel::Decision::Approved,
        Decision::Declined => kernel::Decision::Declined,
        Decision::OtherInterface => kernel::Decision::OtherInterface,
        Decision::Ended(End { cause, detail: text }) => kernel::Decision::Ended(kernel::End {
            cause: self::cause(cause),
            detail: detail(&text),
        }),
    }
}

fn cause(cause: Cause) -> kernel::Cause {
    match cause {
        Cause::NoApplication => kernel::Cause::NoApplication,
        Cause::CardBlocked => kernel::Cause::CardBlocked,
        Cause::ApplicationBlocked => kernel::Cause::ApplicationBlocked,
        Cause::CardRemoved => kernel::Cause::CardRemoved,
        Cause::CardTimeout => kernel::Cause::CardTimeout,
        Cause::ReaderFailed => kernel::Cause::ReaderFailed,
        Cause::CardData => kernel::Cause::CardData,
        Cause::CardRefused => kernel::Cause::CardRefused,
        Cause::NotAllowed => kernel::Cause::NotAllowed,
        Cause::Cancelled => kernel::Cause::Cancelled,
        Cause::PinCancelled => kernel::Cause::PinCancelled,
        Cause::Other => kernel::Cause::Other,
    }
}

fn verification(verification: Verification) -> kernel::Verification {
    match verification {
        Verification::None => kernel::Verification::None,
        Verification::Signature => kernel::Verification::Signature,
        Verification::OfflinePin => kernel::Verification::OfflinePin,
        Verification::OfflinePinAndSignature => kernel::Verification::OfflinePinAndSignature,
        Verification::OnlinePin => kernel::Verification::OnlinePin,
        Verification::OwnDevice => kernel::Verification::OwnDevice,
        Verification::Failed => kernel::Verification::Failed,
    }
}

fn detail(text: &str) -> String {
    text.chars().take(DETAIL_MAX).collect()
}
