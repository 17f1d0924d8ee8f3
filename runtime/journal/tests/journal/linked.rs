//! What is left of a pre-authorisation after payments that complete it or let it go.

use crate::common::{brought_to, cny, created, open, refund, sale};
use caisson_core::PaymentKey;
use caisson_core::payment::{Intent, Kind, State};
use caisson_journal::{Journal, JournalError};
use std::path::Path;

fn linked(journal: &mut Journal, kind: Kind, original: &PaymentKey, minor: u64) -> Intent {
    Intent { kind, ..refund(journal, original, minor) }
}

/// A journal with a pre-authorisation of 12.00.
fn reserved(dir: &Path) -> (Journal, PaymentKey) {
    let (mut journal, _) = open(dir);
    let intent = Intent { kind: Kind::PreAuth, ..sale(&mut journal, 1_200) };
    let key = intent.key.clone();
    brought_to(&mut journal, intent, State::Completed);
    (journal, key)
}

#[track_caller]
fn check(kind: Kind, state: State, used: u64) {
    let dir = created();
    let (mut journal, reserved) = reserved(dir.path());
    let minor = if kind == Kind::Completion { 800 } else { 1_200 };
    let intent = linked(&mut journal, kind, &reserved, minor);
    brought_to(&mut journal, intent, state);
    assert_eq!(journal.used(&reserved).unwrap(), cny(used), "{kind} {state}");
    drop(journal);
    assert_eq!(open(dir.path()).0.used(&reserved).unwrap(), cny(used), "{kind} {state}, reopened");
}

#[test]
fn a_completion_in_part_uses_all_that_is_reserved_and_one_that_is_unknown_may_have() {
    for kind in [Kind::Completion, Kind::Release] {
        for state in [State::Approved, State::Completed, State::Unknown, State::Parked] {
            check(kind, state, 1_200);
        }
        check(kind, State::Declined, 0);
    }
}

/// What is used of a completed pre-authorisation after refunds of its completion of 8.00.
#[track_caller]
fn after_refunds(refunds: &[(u64, State)], of_reserved: u64, of_taken: u64) {
    let dir = created();
    let (mut journal, reserved) = reserved(dir.path());
    let completion = linked(&mut journal, Kind::Completion, &reserved, 800);
    let taken = completion.key.clone();
    brought_to(&mut journal, completion, State::Completed);
    for (minor, state) in refunds {
        let intent = refund(&mut journal, &taken, *minor);
        brought_to(&mut journal, intent, *state);
    }
    assert_eq!(journal.used(&reserved).unwrap(), cny(of_reserved));
    assert_eq!(journal.used(&taken).unwrap(), cny(of_taken));
}

#[test]
fn only_what_went_back_whole_and_for_certain_may_be_completed_again() {
    after_refunds(&[], 1_200, 0);
    after_refunds(&[(300, State::Completed)], 1_200, 300);
    after_refunds(&[(300, State::Completed), (500, State::Unknown)], 1_200, 800);
    after_refunds(&[(800, State::Unknown)], 1_200, 800);
    after_refunds(&[(800, State::Declined)], 1_200, 0);
    after_refunds(&[(300, State::Completed), (500, State::Completed)], 0, 800);
    after_refunds(&[(800, State::Completed)], 0, 800);
}

#[test]
fn of_a_payment_that_is_not_there_nothing_is_said() {
    let dir = created();
    let (mut journal, _) = reserved(dir.path());
    let stranger = sale(&mut journal, 1).key;
    assert!(matches!(journal.used(&stranger), Err(JournalError::NoPayment { .. })));
}

#[test]
fn a_kind_has_one_name_in_events_and_in_the_table() {
    for kind in Kind::ALL {
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
    }
}
