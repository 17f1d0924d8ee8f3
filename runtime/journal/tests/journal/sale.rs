//! What a sale leaves in the journal, and what the terminal can ask.

use crate::common::*;
use caisson_core::operation::{OperationKind, Reading};
use caisson_core::payment::{Effect, Ending, Event, Input, Payment, State};
use caisson_core::{PaymentKey, Reason};
use caisson_journal::{Commit, Filter, Journal, JournalError, Order, Recovery, verify};
use std::time::Duration;

#[test]
fn a_sale_reopened_after_every_commit_is_what_was_acknowledged() {
    let steps = [
        (submit(OperationKind::Financial), Recovery::Store(SEALED), State::Unknown),
        (heard(Reading::Paid), Recovery::Keep, State::Unknown),
        (approved(1200), Recovery::Erase, State::Approved),
        (Input::Printed { failed: None }, Recovery::Keep, State::Approved),
        (Input::Served, Recovery::Keep, State::Completed),
    ];
    for commits in 1..=steps.len() {
        let dir = created();
        let (mut journal, boot) = open(dir.path());
        assert_eq!((boot.number, boot.journal_id, boot.rows_verified), (1, ID, 1));
        let mut payment = Payment::new(sale(&mut journal, 1200));
        let mut state = State::Created;
        let mut has_note = false;
        for (input, recovery, after) in steps.iter().take(commits).cloned() {
            step(&mut journal, &mut payment, input, recovery).unwrap();
            state = after;
            has_note = recovery != Recovery::Erase && (has_note || recovery != Recovery::Keep);
        }
        drop(journal);
        let (journal, boot) = open(dir.path());
        let key = &payment.intent().key;
        assert_eq!(boot.number, 2);
        assert_eq!(journal.payment(key).unwrap().unwrap().state(), state, "{commits} commits");
        assert_eq!(journal.recovery(key).unwrap().is_some(), has_note && state.is_open());
    }
}

#[test]
fn a_boot_makes_authorising_unknown_and_says_what_to_do_for_each_open_payment() {
    let dir = created();
    let (mut journal, _) = open(dir.path());
    let intents = [1, 2, 3, 4, 5].map(|minor| sale(&mut journal, minor));
    let keys = intents.clone().map(|intent| intent.key);
    let [authorising, unknown, parked, done, offer] = intents;
    brought_to(&mut journal, authorising, State::Authorising);
    brought_to(&mut journal, unknown, State::Unknown);
    brought_to(&mut journal, parked, State::Parked);
    brought_to(&mut journal, done, State::Completed);
    let mut watched = Payment::new(offer);
    step(&mut journal, &mut watched, submit(OperationKind::Offer), Recovery::Store(SEALED))
        .unwrap();
    let cancelled = Input::Ended(Ending::Cancelled { reason: Reason::CancelledByCashier });
    for input in [heard(Reading::Undone), cancelled] {
        step(&mut journal, &mut watched, input, Recovery::Keep).unwrap();
    }
    assert!(watched.is_watched());
    drop(journal);

    let rows = kinds(dir.path()).len();
    let (journal, boot) = open(dir.path());
    let recover = vec![Effect::RecoverIn(Duration::ZERO)];
    let watch = vec![Effect::Watch(Duration::ZERO)];
    let [a, u, p, _, o] = keys;
    assert_eq!(
        boot.open,
        [(a.clone(), recover.clone()), (u, recover.clone()), (p, recover), (o, watch)]
    );
    let history = journal.history(&a).unwrap();
    assert_eq!(history.last().unwrap().event, Event::Unknown { reason: Reason::Restarted });
    assert_eq!(history.last().unwrap().state, State::Unknown);
    drop(journal);
    assert_eq!(kinds(dir.path())[rows..], ["boot", "unknown"]);
    assert_eq!(verify(dir.path()).unwrap().open, 4);
}

#[test]
fn a_payment_that_was_certainly_not_sent_is_over_after_a_boot_and_its_note_erased() {
    let dir = created();
    let (mut journal, _) = open(dir.path());
    let intent = sale(&mut journal, 1);
    let mut payment = submitted(&mut journal, intent);
    let not_sent = Input::NotSent { reason: Reason::NoAnswer };
    step(&mut journal, &mut payment, not_sent, Recovery::Keep).unwrap();
    drop(journal);
    let (journal, boot) = open(dir.path());
    let key = &payment.intent().key;
    assert_eq!(boot.open, [(key.clone(), vec![Effect::Tell])]);
    assert_eq!(journal.payment(key).unwrap().unwrap().state(), State::Cancelled);
    assert_eq!(journal.recovery(key).unwrap(), None);
    drop(journal);
    verify(dir.path()).unwrap();
}

#[test]
fn no_two_boots_give_the_same_key() {
    let dir = created();
    let mut keys: Vec<PaymentKey> = Vec::new();
    for _ in 0..3 {
        let (mut journal, _) = open(dir.path());
        keys.extend((0..3).map(|_| journal.next_key(TERMINAL).unwrap()));
    }
    let mut distinct = keys.clone();
    distinct.dedup();
    assert_eq!(distinct.len(), 9);
    assert!(keys.is_sorted());
}

/// A bank counts traces (STAN) by it: a number goes out once, and none is left out.
#[test]
fn numbers_go_on_behind_the_last_payment_that_was_journalled() {
    let dir = created();
    let numbers = |journal: &mut Journal, count: usize| -> Vec<u64> {
        (0..count).map(|_| journal.next_key(TERMINAL).unwrap().sequence().unwrap()).collect()
    };
    let (mut journal, _) = open(dir.path());
    assert_eq!(numbers(&mut journal, 2), [1, 2]);
    let payment = sale(&mut journal, 1000);
    let third = brought_to(&mut journal, payment, State::Completed).intent().key.clone();
    assert_eq!(third.sequence(), Some(3));
    assert_eq!(numbers(&mut journal, 2), [4, 5]);
    drop(journal);
    let (mut journal, _) = open(dir.path());
    assert_eq!(numbers(&mut journal, 1), [4]);
}

#[test]
fn the_terminal_is_told_what_stands_in_the_way_of_a_payment() {
    let dir = created();
    let (mut journal, _) = open(dir.path());
    let [done, unknown, parked] = [1000, 200, 300].map(|minor| sale(&mut journal, minor));
    let done = brought_to(&mut journal, done, State::Completed).intent().key.clone();
    assert_eq!(journal.same_order_open("order-1000").unwrap(), None);
    assert_eq!(journal.method_parked("qr").unwrap(), None);
    let unknown = brought_to(&mut journal, unknown, State::Unknown).intent().key.clone();
    let parked = brought_to(&mut journal, parked, State::Parked).intent().key.clone();

    assert_eq!(journal.same_order_open("order-200").unwrap(), Some(unknown.clone()));
    assert_eq!(journal.same_amount_open("qr", "pay", cny(200)).unwrap(), Some(unknown.clone()));
    assert_eq!(journal.same_amount_open("qr", "pay", cny(201)).unwrap(), None);
    assert_eq!(journal.same_amount_open("card", "pay", cny(200)).unwrap(), None);
    assert_eq!(journal.method_parked("qr").unwrap(), Some(parked.clone()));
    assert_eq!(journal.method_parked("card").unwrap(), None);

    let keys = |filter| -> Vec<PaymentKey> {
        journal.list(filter).unwrap().into_iter().map(|row| row.key).collect()
    };
    let all = Filter { limit: 10, ..Filter::default() };
    assert_eq!(keys(all), [done, unknown.clone(), parked.clone()]);
    assert_eq!(keys(Filter { open_only: true, ..all }), [unknown.clone(), parked.clone()]);
    let newest = Filter { limit: 2, order: Order::NewestFirst, ..all };
    assert_eq!(keys(newest), [parked.clone(), unknown]);
    assert_eq!(keys(Filter { open_only: true, limit: 1, ..newest }), [parked]);
}

#[test]
fn refunds_count_when_approved_and_when_undecided() {
    let dir = created();
    let (mut journal, _) = open(dir.path());
    let intent = sale(&mut journal, 1000);
    let sold = brought_to(&mut journal, intent, State::Completed).intent().key.clone();
    assert_eq!(journal.refunded(&sold).unwrap(), cny(0));
    assert_eq!(journal.linked_refund_open(&sold).unwrap(), None);
    for (minor, state) in [(100, State::Approved), (20, State::Declined), (3, State::Unknown)] {
        let intent = refund(&mut journal, &sold, minor);
        let key = brought_to(&mut journal, intent, state).intent().key.clone();
        let open = journal.linked_refund_open(&sold).unwrap();
        assert_eq!(open, (state == State::Unknown).then_some(key));
    }
    assert_eq!(journal.refunded(&sold).unwrap(), cny(103));
    let stranger = journal.next_key(TERMINAL).unwrap();
    assert!(matches!(journal.refunded(&stranger), Err(JournalError::NoPayment { .. })));
}

#[test]
fn a_commit_that_contradicts_the_journal_is_refused_and_nothing_is_written() {
    let dir = created();
    let (mut journal, _) = open(dir.path());
    let intent = sale(&mut journal, 1);
    let key = &intent.key.clone();
    let other = &journal.next_key(TERMINAL).unwrap();
    let first = Payment::new(intent).step(submit(OperationKind::Financial)).unwrap().events;
    let head = journal.head();
    let mut refused = |key: &PaymentKey, events: &[Event], recovery: Recovery<'_>| {
        let refused = journal.commit(&Commit { key, events, recovery, at: at(1) }).unwrap_err();
        assert_eq!(journal.head(), head);
        assert!(!refused.is_fatal());
        refused.to_string().replace(key.as_str(), "K")
    };
    let keep = Recovery::Keep;
    assert_eq!(
        refused(other, &first, keep),
        "payment K: commit refused: the intent has another key"
    );
    assert_eq!(
        refused(key, &first[1..], keep),
        "payment K: commit refused: the payment is not in this journal; its first event is created"
    );
    assert_eq!(
        refused(key, &first[..1], keep),
        "payment K: commit refused: created without authorising: nothing to remember yet"
    );
    assert_eq!(
        refused(key, &[&first[..], &first[..]].concat(), keep),
        "payment K: commit refused: a payment is created once"
    );
    assert_eq!(
        refused(key, &first, Recovery::Store(&[7; 8193])),
        "payment K: sealed bytes of 8193, limit 8192"
    );
    assert_eq!(
        refused(key, &first, Recovery::Store(&[])),
        "payment K: commit refused: a sealed note is never empty"
    );
    assert_eq!(
        refused(key, &vec![first[1].clone(); 17], keep),
        "payment K: events of 17, limit 16"
    );
}

#[test]
fn a_payment_that_is_begun_again_is_refused_and_the_journal_goes_on() {
    let dir = created();
    let (mut journal, _) = open(dir.path());
    let intent = sale(&mut journal, 1);
    let key = &intent.key.clone();
    let done = brought_to(&mut journal, intent.clone(), State::Completed);
    let head = journal.head();
    let first = Payment::new(intent).step(submit(OperationKind::Financial)).unwrap().events;
    let again = Commit { key, events: &first, recovery: Recovery::Store(SEALED), at: at(3) };
    let refused = journal.commit(&again).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!("payment {key}: commit refused: a payment is created once")
    );
    assert_eq!((journal.head(), refused.is_fatal()), (head, false));
    assert_eq!(journal.payment(key).unwrap().unwrap().state(), done.state());
    let next = sale(&mut journal, 2);
    brought_to(&mut journal, next, State::Completed);
    drop(journal);
    assert_eq!(verify(dir.path()).unwrap().payments, 2);
}

#[test]
fn a_mad_clock_stops_no_payment() {
    let dir = created();
    let (mut journal, _) = Journal::open(dir.path(), at(u64::MAX)).unwrap();
    let intent = sale(&mut journal, 1);
    let payment = submitted(&mut journal, intent);
    let events = [Event::Unknown { reason: Reason::Restarted }];
    let key = &payment.intent().key;
    let recovery = Recovery::Keep;
    journal.commit(&Commit { key, events: &events, recovery, at: at(u64::MAX) }).unwrap();
    drop(journal);
    assert_eq!(verify(dir.path()).unwrap().open, 1);
}

#[tokio::test]
async fn a_handle_runs_one_at_a_time_and_is_stopped_by_a_panic() {
    let dir = created();
    let handle = caisson_journal::JournalHandle::new(open(dir.path()).0);
    let twin = handle.clone();
    let (a, b) = tokio::join!(
        handle.with(|journal| journal.next_key(TERMINAL).unwrap()),
        twin.with(|journal| journal.next_key(TERMINAL).unwrap()),
    );
    assert_ne!(a.unwrap(), b.unwrap());
    let died = handle.with(|_| -> () { panic!("a bug in the terminal") }).await;
    assert!(matches!(died, Err(JournalError::Stopped { .. })));
    let after = twin.with(|journal| journal.head()).await;
    assert!(matches!(after, Err(JournalError::Stopped { .. })));
}
