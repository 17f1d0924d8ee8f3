//! What comes in: the contract's values as the kernel's.

use super::bindings::caisson::emv::cardholder;
use super::bindings::exports::caisson::emv::kernel;
use crate::{Answer, Entry, Extent, OnlineAnswer, PinResult, Sale};

pub(super) fn sale(sale: kernel::Sale) -> Sale {
    Sale {
        entry: match sale.entry {
            kernel::Entry::Contact => Entry::Contact,
            kernel::Entry::Contactless => Entry::Contactless,
        },
        extent: match sale.extent {
            kernel::Extent::Full => Extent::Full,
            kernel::Extent::ReadOnly => Extent::ReadOnly,
        },
        amount: sale.amount,
        amount_other: sale.amount_other,
        currency: sale.currency,
        exponent: sale.exponent,
        transaction_type: sale.transaction_type,
        date: sale.date,
        time: sale.time,
        unpredictable: sale.unpredictable,
        counter: sale.counter,
    }
}

pub(super) fn answer(answer: kernel::OnlineAnswer) -> OnlineAnswer {
    match answer {
        kernel::OnlineAnswer::Unable => OnlineAnswer::Unable,
        kernel::OnlineAnswer::Answered(answer) => OnlineAnswer::Answered(Answer {
            approved: answer.approved,
            code: answer.code,
            authentication: answer.authentication,
            scripts: answer.scripts,
        }),
    }
}

pub(super) fn pin(result: cardholder::PinResult) -> PinResult {
    match result {
        cardholder::PinResult::Verified => PinResult::Verified,
        cardholder::PinResult::Failed => PinResult::Failed,
        cardholder::PinResult::Blocked => PinResult::Blocked,
        cardholder::PinResult::Bypassed => PinResult::Bypassed,
        cardholder::PinResult::PadFailed => PinResult::PadFailed,
        cardholder::PinResult::Cancelled => PinResult::Cancelled,
    }
}
