//! Makes an unknown payment certain: no views, no waits, one or two exchanges. What is not certain
//! after them stays unknown, and the terminal calls again.

use crate::case::{Case, Heard, Undoing, ended, why_taken_back};
use crate::note::{Language, Note};
use crate::till::{Till, nothing_to_add};
use crate::wallet::{Figures, Wallet};
use crate::{PAY, REFUND, SHOW_CODE, pay, refund, show_code};
use caisson_sdk::{Money, Outcome, reason};
use std::time::Duration;

/// What the terminal knows about a payment in trouble.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// Which service.
    pub service: String,
    /// How much was asked for.
    pub asked: Money,
    /// What the app noted when it submitted.
    pub note: Vec<u8>,
    /// How long ago that was, at least.
    pub age: Duration,
    /// True for a closed offer: only ask.
    pub is_closed: bool,
}

/// Goes on where a story could not.
pub fn recover<T: Till>(till: &mut T, trouble: &Trouble) -> Outcome {
    let note = caisson_sdk::note::decode(&trouble.note).unwrap_or_else(|error| {
        till.log(&error.to_string());
        Note { language: Language::Zh, wallet: None, expires_ms: None }
    });
    // Without a note nobody knows the wallet, and the one with the longest patience is assumed.
    let figures = Figures::of(till, note.wallet.unwrap_or(Wallet::WeChat));
    let mut case = Case::new(till, trouble.asked.clone(), note, trouble.age);
    match trouble.service.as_str() {
        PAY => {
            let undo_after = figures.undo_after;
            let way = Undoing { undo: pay::UNDO, inquiry: pay::INQUIRY, not_before: undo_after };
            sale(&mut case, trouble, &way)
        }
        SHOW_CODE => {
            let undo_after = Duration::ZERO;
            let way = Undoing {
                undo: show_code::UNDO,
                inquiry: show_code::INQUIRY,
                not_before: undo_after,
            };
            offer(&mut case, trouble, &way, note.expires_ms)
        }
        REFUND => given_back(&mut case),
        _ => Outcome::Unknown,
    }
}

fn sale<T: Till>(case: &mut Case<'_, T>, trouble: &Trouble, way: &Undoing<'_>) -> Outcome {
    match case.inquire(way.inquiry) {
        Heard::Open | Heard::Unreadable if trouble.age >= way.not_before => {
            let why = why_taken_back(case.was_open());
            ended(case.undo(way.undo), why).unwrap_or(Outcome::Unknown)
        }
        // Nobody to hear is no ground to take money back that was perhaps paid.
        heard => ended(heard, reason::ORDER_CLOSED).unwrap_or(Outcome::Unknown),
    }
}

fn offer<T: Till>(
    case: &mut Case<'_, T>,
    trouble: &Trouble,
    way: &Undoing<'_>,
    expires_ms: Option<u64>,
) -> Outcome {
    let has_expired = trouble.is_closed
        || expires_ms.is_some_and(|expires| trouble.age >= Duration::from_millis(expires));
    let why = if has_expired { reason::OFFER_EXPIRED } else { reason::ORDER_CLOSED };
    match case.inquire(way.inquiry) {
        Heard::Open | Heard::Unreadable if !trouble.is_closed => {
            ended(case.undo(way.undo), why).unwrap_or(Outcome::Unknown)
        }
        heard => ended(heard, why).unwrap_or(Outcome::Unknown),
    }
}

fn given_back<T: Till>(case: &mut Case<'_, T>) -> Outcome {
    match case.inquire(refund::INQUIRY) {
        Heard::Ended(outcome) => outcome,
        // The acquirer does not know it: the same request again, to the byte, under the same
        // number. It is the first one asked again, never a second refund.
        Heard::Unreadable => match case.submit(refund::SUBMIT, &nothing_to_add()) {
            Ok((Heard::Ended(outcome), _)) => outcome,
            Ok(_) | Err(_) => Outcome::Unknown,
        },
        Heard::Undone | Heard::Open | Heard::Silent => Outcome::Unknown,
    }
}
