//! What holds in any order of anything that can happen, restarts included.

use crate::script::{folded, intent, remembered, submission, yuan};
use caisson_core::operation::{OperationKind, Reading};
use caisson_core::payment::{
    Digest, Effect, Ending, Event, Fact, Input, Kind, Payment, Proof, State, Step, Submission,
};
use caisson_core::{Money, Reason};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

/// A thing that happens: an input, a power cut, or a recovery that begins.
#[derive(Debug, Clone)]
enum Happening {
    Input(Input),
    Restart,
    RecoverRuns,
}

fn amounts() -> impl Strategy<Value = Money> {
    prop::sample::select(vec![yuan("0.00"), yuan("8.00"), yuan("12.00"), yuan("12.01")])
}

fn reasons() -> impl Strategy<Value = Reason> {
    prop::sample::select(Reason::ALL.to_vec())
}

fn kinds() -> impl Strategy<Value = OperationKind> {
    prop::sample::select(vec![
        OperationKind::Financial,
        OperationKind::Financial,
        OperationKind::Offer,
        OperationKind::Offer,
        OperationKind::Inquiry,
        OperationKind::Undo,
        OperationKind::Undo,
        OperationKind::Service,
    ])
}

fn readings() -> impl Strategy<Value = Reading> {
    prop::sample::select(vec![
        Reading::Paid,
        Reading::NotPaid,
        Reading::Open,
        Reading::Undone,
        Reading::Unreadable,
    ])
}

fn submissions() -> impl Strategy<Value = Submission> {
    let often = || prop::bool::weighted(0.8);
    let seldom = || prop::bool::weighted(0.05);
    (kinds(), often(), often(), seldom(), seldom()).prop_map(
        |(kind, same, repeatable, too_large, of_another)| Submission {
            of: if of_another { Kind::Release } else { Kind::Sale },
            request: Digest::of(if same { b"one" } else { b"two" }),
            repeatable,
            request_bytes: if too_large { usize::MAX } else { 200 },
            ..submission(kind)
        },
    )
}

fn endings() -> impl Strategy<Value = Ending> {
    let fact = |value: &str| Fact { name: "wallet".to_owned(), value: value.to_owned() };
    let facts = prop::sample::select(vec![vec![], vec![fact("wechat")], vec![fact("\u{1b}@")]]);
    prop_oneof![
        3 => (amounts(), facts).prop_map(|(amount, facts)| Ending::Approved { amount, facts }),
        2 => reasons().prop_map(|reason| Ending::Declined { reason }),
        2 => reasons().prop_map(|reason| Ending::Cancelled { reason }),
        1 => reasons().prop_map(|reason| Ending::Unknown { reason }),
        1 => Just(Ending::Died),
    ]
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let input = prop_oneof![
        4 => (submissions(), any::<bool>())
            .prop_map(|(submission, recovering)| Input::Submit { submission, recovering }),
        3 => kinds().prop_map(|kind| Input::Ask { kind }),
        1 => Just(Input::TakeBackRefund),
        1 => reasons().prop_map(|reason| Input::NotSent { reason }),
        6 => (readings(), prop::option::of(amounts()), prop::option::of(reasons()))
            .prop_map(|(reading, amount, reason)| Input::Heard { reading, amount, reason }),
        6 => endings().prop_map(Input::Ended),
        1 => prop::option::of(reasons()).prop_map(|failed| Input::Printed { failed }),
        1 => Just(Input::Signed),
        1 => Just(Input::Served),
        1 => Just(Input::GivenBack),
        1 => Just(Input::WatchAgain),
        2 => Just(Input::WatchOver),
    ];
    let happening = prop_oneof![
        20 => input.prop_map(Happening::Input),
        1 => Just(Happening::Restart),
        3 => Just(Happening::RecoverRuns),
    ];
    prop::collection::vec(happening, 0..=40)
}

/// A payment, its journal, and what an onlooker remembers of this run of the terminal.
struct Onlooker {
    payment: Payment,
    journal: Vec<Event>,
    asked: Money,
    /// Amounts that a verified answer called paid, ever.
    paid_amounts: Vec<Money>,
    /// Something was heard that can end a payment without money.
    unpaid_heard: bool,
}

impl Onlooker {
    fn new(kind: Kind) -> Self {
        let asked = yuan("12.00");
        Self {
            payment: Payment::new(intent(kind, asked)),
            journal: Vec::new(),
            asked,
            paid_amounts: Vec::new(),
            unpaid_heard: false,
        }
    }

    fn happens(&mut self, happening: Happening) -> TestCaseResult {
        match happening {
            Happening::RecoverRuns => {
                self.payment.count_attempt();
                Ok(())
            }
            Happening::Input(Input::Submit { submission, recovering }) => {
                // For its own kind of payment, unless the strategy made it another's.
                let own = self.payment.intent().kind;
                let is_own = submission.of == Kind::Sale;
                let of = if is_own { own } else { submission.of };
                self.takes(&Input::Submit {
                    submission: Submission { of, ..submission },
                    recovering,
                })
            }
            Happening::Input(input) => self.takes(&input),
            Happening::Restart => match folded(&self.journal) {
                // What nobody risked anything for is gone with the power.
                None => Ok(()),
                Some(payment) => {
                    self.payment = payment;
                    self.takes(&Input::Rebooted)
                }
            },
        }
    }

    fn takes(&mut self, input: &Input) -> TestCaseResult {
        let before = self.payment.clone();
        self.listens(input);
        let Ok(step) = self.payment.step(input.clone()) else {
            prop_assert_eq!(&self.payment, &before, "a refused call changed the payment");
            return Ok(());
        };
        self.journal.extend(step.events.iter().cloned());
        self.memory_equals_journal()?;
        self.events_are_proved(&before, &step)?;
        self.finals_stay(&before, &step)?;
        if matches!(input, Input::Ended(_) | Input::Rebooted) {
            self.nothing_is_forgotten(&step)?;
        }
        Ok(())
    }

    fn listens(&mut self, input: &Input) {
        if let Input::Heard { reading, amount, .. } = input
            && self.payment.is_at_risk()
        {
            match reading {
                Reading::Paid => self.paid_amounts.push(amount.unwrap_or(self.asked)),
                Reading::NotPaid | Reading::Undone => self.unpaid_heard = true,
                Reading::Open | Reading::Unreadable => {}
            }
        }
    }

    fn memory_equals_journal(&self) -> TestCaseResult {
        match folded(&self.journal) {
            Some(folded) => prop_assert_eq!(remembered(&folded), remembered(&self.payment)),
            None => {
                prop_assert!(self.journal.is_empty(), "a journal that begins in the middle");
                prop_assert!(!self.payment.is_at_risk());
            }
        }
        let exchanges =
            self.journal.iter().filter(|event| matches!(event, Event::Authorising { .. })).count();
        prop_assert!(exchanges <= 1, "{exchanges} exchanges");
        Ok(())
    }

    fn events_are_proved(&self, before: &Payment, step: &Step) -> TestCaseResult {
        for event in &step.events {
            match event {
                Event::Approved { amount, .. } | Event::PaidLate { amount } => {
                    prop_assert_eq!(before.proof(), Proof::Paid { amount: *amount });
                    prop_assert!(self.paid_amounts.contains(amount));
                    prop_assert!(amount.is_within(self.asked).unwrap() && !amount.is_zero());
                }
                Event::Declined { .. } | Event::Cancelled { .. } => {
                    prop_assert!(self.unpaid_heard || !before.is_at_risk());
                    let paid = matches!(before.proof(), Proof::Paid { .. });
                    prop_assert!(!paid, "{:?} although paid", event);
                }
                Event::Reversed { .. } => prop_assert!(self.unpaid_heard),
                Event::WatchEnded => {
                    let unpaid = matches!(before.proof(), Proof::NotPaid { .. } | Proof::Undone);
                    prop_assert!(unpaid, "watched no longer, and nothing was heard");
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn finals_stay(&self, before: &Payment, step: &Step) -> TestCaseResult {
        let (from, to) = (before.state(), self.payment.state());
        if from.is_final() && to != from {
            let served = (from, to) == (State::Approved, State::Completed);
            let late = (from, to) == (State::Cancelled, State::Reversing) && before.is_watched();
            prop_assert!(served || late, "{from} became {to}");
        }
        if to.is_final() && !from.is_final() {
            prop_assert!(step.effects.contains(&Effect::Tell), "{to} and nobody was told");
        }
        Ok(())
    }

    fn nothing_is_forgotten(&self, step: &Step) -> TestCaseResult {
        let open = self.payment.is_at_risk() && !self.payment.state().is_final();
        if open && self.payment.state() != State::Reversing {
            let asked_again = |effect: &Effect| matches!(effect, Effect::RecoverIn(_));
            prop_assert!(step.effects.iter().any(asked_again), "{:?}", step);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn no_order_of_events_loses_or_doubles_a_sale(happenings in happenings()) {
        let mut onlooker = Onlooker::new(Kind::Sale);
        for happening in happenings {
            onlooker.happens(happening)?;
        }
    }

    #[test]
    fn no_order_of_events_loses_or_doubles_a_refund(happenings in happenings()) {
        let mut onlooker = Onlooker::new(Kind::Refund);
        for happening in happenings {
            onlooker.happens(happening)?;
        }
    }

    #[test]
    fn no_order_of_events_loses_or_doubles_what_is_reserved_completed_or_let_go(
        kind in prop::sample::select(vec![Kind::PreAuth, Kind::Completion, Kind::Release]),
        happenings in happenings(),
    ) {
        let mut onlooker = Onlooker::new(kind);
        for happening in happenings {
            onlooker.happens(happening)?;
        }
    }
}
