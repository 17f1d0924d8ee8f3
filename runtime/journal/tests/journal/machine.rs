//! Whatever happens to a payment, the journal's fold of it is the machine's.

use crate::common::*;
use caisson_core::Reason;
use caisson_core::operation::{OperationKind, Reading};
use caisson_core::payment::{Effect, Ending, Input, Payment};
use caisson_journal::{Commit, Journal, Recovery, verify};
use proptest::prelude::*;

fn any_input() -> impl Strategy<Value = Input> {
    let reading = prop_oneof![
        Just(Reading::Paid),
        Just(Reading::NotPaid),
        Just(Reading::Open),
        Just(Reading::Undone),
        Just(Reading::Unreadable),
    ];
    let reason = Reason::NoAnswer;
    prop_oneof![
        Just(submit(OperationKind::Financial)),
        Just(submit(OperationKind::Offer)),
        Just(Input::Ask { kind: OperationKind::Inquiry }),
        Just(Input::Ask { kind: OperationKind::Undo }),
        Just(Input::NotSent { reason }),
        (reading, proptest::option::of(0..20_u64)).prop_map(|(reading, minor)| Input::Heard {
            reading,
            amount: minor.map(cny),
            reason: None,
        }),
        (0..20_u64).prop_map(approved),
        Just(Input::Ended(Ending::Declined { reason })),
        Just(Input::Ended(Ending::Cancelled { reason })),
        Just(Input::Ended(Ending::Unknown { reason })),
        Just(Input::Ended(Ending::Died)),
        Just(Input::Rebooted),
        Just(Input::Printed { failed: None }),
        Just(Input::Signed),
        Just(Input::Served),
        Just(Input::GivenBack),
        Just(Input::WatchOver),
    ]
}

/// What both know: not what was heard in this run, and not how often recovery was tried.
fn known(payment: &Payment) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        (payment.intent().clone(), payment.state(), payment.approved(), payment.facts().to_vec()),
        (payment.reason(), payment.fault(), payment.is_watched(), payment.copies()),
        payment.is_at_risk(),
    )
}

/// Runs the inputs; a submit comes first, as nothing before it is journalled.
fn run(journal: &mut Journal, inputs: Vec<Input>) -> Payment {
    let intent = sale(journal, 12);
    let mut payment = submitted(journal, intent);
    for input in inputs {
        let Ok(step) = payment.step(input) else { continue };
        let over = step.effects.contains(&Effect::Tell);
        let recovery = if over { Recovery::Erase } else { Recovery::Keep };
        let key = &payment.intent().key;
        journal.commit(&Commit { key, events: &step.events, recovery, at: at(3) }).unwrap();
        let folded = journal.payment(key).unwrap().unwrap();
        assert_eq!(known(&folded), known(&payment));
        let row = journal.row(key).unwrap().unwrap();
        assert_eq!((row.state, row.approved), (payment.state(), payment.approved()));
        assert_eq!(row.is_open(), payment.state().is_open() || payment.is_watched());
    }
    payment
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_fold_of_the_stored_events_is_the_payment(
        runs in proptest::collection::vec(proptest::collection::vec(any_input(), 0..12), 1..6),
    ) {
        let dir = created();
        let (mut journal, _) = open(dir.path());
        let payments: Vec<Payment> =
            runs.into_iter().map(|inputs| run(&mut journal, inputs)).collect();
        drop(journal);
        verify(dir.path()).unwrap();
        let (journal, _) = open(dir.path());
        for mut payment in payments {
            payment.step(Input::Rebooted).unwrap();
            let key = payment.intent().key.clone();
            let folded = journal.payment(&key).unwrap().unwrap();
            prop_assert_eq!(known(&folded), known(&payment));
        }
    }
}
