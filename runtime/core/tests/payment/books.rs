//! A payment beside the acquirer that it is about: whatever is lost, late, repeated, lied about or
//! restarted, both tell the same of the money in the end, and nothing stays unknown.
//!
//! The acquirer is taken at its word that an answer to a question counts every undo that it has
//! received before; a request that can move money may come as late as it likes.

use crate::script::{folded, intent, submission, yuan};
use caisson_core::operation::{OperationKind, Reading};
use caisson_core::payment::{
    Effect, Ending, Event, Input, Kind, Payment, Proof, State, Submission,
};
use caisson_core::{Money, Reason};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

/// Tries of an honest app after everything works again; each is a question and an undo.
const HEALING_TRIES: u32 = 4;

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Nothing left the terminal.
    NotSent,
    /// It left; an undo is gone for good, anything else may still arrive.
    Lost,
    /// It arrived, and its answer did not.
    AnswerLost,
    /// All is well.
    Answered,
}

/// Something that happens to terminal, line, acquirer or customer.
#[derive(Debug, Clone)]
enum Happening {
    /// The app submits; `other` data under the same number is refused by the terminal.
    Submit {
        kind: OperationKind,
        way: Way,
        recovering: bool,
    },
    Inquire {
        way: Way,
    },
    /// `cancels` takes a paid order back, else it is only closed while nobody has paid.
    Undo {
        way: Way,
        cancels: bool,
    },
    /// The app ends with these words, true or not.
    Says(Ending),
    LateRequestArrives,
    CustomerPays,
    CustomerRefuses,
    Restart,
    RecoverRuns,
    /// The time to watch a closed offer is over: the terminal has its app ask once more.
    WatchOver {
        way: Way,
    },
    /// The owner asks the acquirer about a parked payment, and says what it said.
    OwnerResolves,
}

/// Where the acquirer has the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Unheard,
    Open,
    Paid,
    NotPaid,
    Undone,
}

struct Acquirer {
    order: Order,
    /// What a financial request does when it is decided at once.
    decides: Order,
    /// How much it takes; may be less than was asked.
    takes: Money,
    is_offer: bool,
    captures: u32,
    given_back: bool,
    /// A request that can move money is still under way.
    late: bool,
}

impl Acquirer {
    fn reading(&self) -> Reading {
        match self.order {
            Order::Unheard => Reading::Unreadable,
            Order::Open => Reading::Open,
            Order::Paid => Reading::Paid,
            Order::NotPaid => Reading::NotPaid,
            Order::Undone => Reading::Undone,
        }
    }

    /// A request that can move money; a second one is answered as the first.
    fn request(&mut self) {
        if self.order == Order::Unheard {
            self.become_(if self.is_offer { Order::Open } else { self.decides });
        }
    }

    fn become_(&mut self, order: Order) {
        self.captures += u32::from(order == Order::Paid);
        self.order = order;
    }

    fn undo(&mut self, cancels: bool) {
        match self.order {
            Order::Paid if cancels => {
                self.given_back = true;
                self.order = Order::Undone;
            }
            // Whoever was refused for good cannot pay after that.
            Order::Paid | Order::NotPaid => {}
            Order::Unheard | Order::Open | Order::Undone => self.order = Order::Undone,
        }
    }

    fn net_minor(&self) -> u64 {
        let kept = self.captures > 0 && !self.given_back;
        if kept { self.takes.minor() } else { 0 }
    }
}

struct Counter {
    payment: Payment,
    journal: Vec<Event>,
    kind: Kind,
    acquirer: Acquirer,
}

impl Counter {
    fn new(kind: Kind, decides: Order, takes: Money) -> Self {
        let acquirer = Acquirer {
            order: Order::Unheard,
            decides,
            takes,
            is_offer: false,
            captures: 0,
            given_back: false,
            late: false,
        };
        let payment = Payment::new(intent(kind, yuan("12.00")));
        Self { payment, journal: Vec::new(), kind, acquirer }
    }

    /// One input; the effects, or nothing where a rule refuses the app's call.
    fn step(&mut self, input: Input) -> Vec<Effect> {
        let Ok(step) = self.payment.step(input) else { return Vec::new() };
        self.journal.extend(step.events);
        step.effects
    }

    /// The host gives a late payment back by a refund of its own.
    fn follow(&mut self, effects: &[Effect]) {
        if effects.iter().any(|effect| matches!(effect, Effect::Refund(_))) {
            self.acquirer.given_back = true;
            self.step(Input::GivenBack);
        }
    }

    fn hear(&mut self) {
        let (reading, takes) = (self.acquirer.reading(), self.acquirer.takes);
        let amount = (reading == Reading::Paid).then_some(takes);
        self.step(Input::Heard { reading, amount, reason: None });
    }

    fn submit(&mut self, kind: OperationKind, way: Way, recovering: bool) {
        let first = !self.payment.is_at_risk();
        let effects = self.step(Input::Submit {
            submission: Submission { of: self.kind, ..submission(kind) },
            recovering,
        });
        if !effects.contains(&Effect::Send) {
            return;
        }
        if first {
            self.acquirer.is_offer = kind == OperationKind::Offer;
        }
        match way {
            Way::NotSent => {
                self.step(Input::NotSent { reason: Reason::Offline });
            }
            Way::Lost => self.acquirer.late = true,
            Way::AnswerLost => self.acquirer.request(),
            Way::Answered => {
                self.acquirer.request();
                self.hear();
            }
        }
    }

    fn ask(&mut self, kind: OperationKind, way: Way, cancels: bool) {
        let by_its_own =
            kind == OperationKind::Undo && matches!(self.kind, Kind::Completion | Kind::Release);
        let asked = if by_its_own { Input::TakeBackRefund } else { Input::Ask { kind } };
        let sent = self.step(asked).contains(&Effect::Send);
        if !sent || matches!(way, Way::NotSent | Way::Lost) {
            return;
        }
        if kind == OperationKind::Undo {
            self.acquirer.undo(cancels);
        }
        if way == Way::Answered {
            self.hear();
        }
    }

    fn happens(&mut self, happening: Happening) {
        match happening {
            Happening::Submit { kind, way, recovering } => self.submit(kind, way, recovering),
            Happening::Inquire { way } => self.ask(OperationKind::Inquiry, way, false),
            Happening::Undo { way, cancels } => self.ask(OperationKind::Undo, way, cancels),
            Happening::Says(ending) => {
                let effects = self.step(Input::Ended(ending));
                self.follow(&effects);
            }
            Happening::LateRequestArrives if self.acquirer.late => {
                self.acquirer.late = false;
                self.acquirer.request();
            }
            Happening::CustomerPays if self.can_be_paid() => self.acquirer.become_(Order::Paid),
            Happening::CustomerRefuses if self.acquirer.order == Order::Open => {
                self.acquirer.order = Order::NotPaid;
            }
            Happening::Restart => self.restart(),
            Happening::RecoverRuns => self.payment.count_attempt(),
            Happening::WatchOver { way } => {
                self.step(Input::WatchAgain);
                self.ask(OperationKind::Inquiry, way, false);
                let effects = self.step(Input::WatchOver);
                self.follow(&effects);
            }
            Happening::OwnerResolves => self.owner_resolves(),
            Happening::LateRequestArrives
            | Happening::CustomerPays
            | Happening::CustomerRefuses => {}
        }
    }

    /// An open order; and a code that was closed, by a phone that was slow, while it is watched.
    fn can_be_paid(&self) -> bool {
        let slow = self.acquirer.is_offer
            && self.acquirer.order == Order::Undone
            && self.acquirer.captures == 0
            && (self.payment.state().is_open() || self.payment.is_watched());
        self.acquirer.order == Order::Open || slow
    }

    fn restart(&mut self) {
        match folded(&self.journal) {
            Some(payment) => {
                self.payment = payment;
                let effects = self.step(Input::Rebooted);
                self.follow(&effects);
            }
            // What nobody risked anything for is gone with the power.
            None => self.payment = Payment::new(intent(self.kind, yuan("12.00"))),
        }
    }

    fn owner_resolves(&mut self) {
        let settled = matches!(self.acquirer.order, Order::Paid | Order::NotPaid)
            || (self.acquirer.order == Order::Undone && !self.acquirer.is_offer);
        if settled {
            let paid = (self.acquirer.net_minor() > 0).then_some(self.acquirer.takes);
            if let Ok(step) = self.payment.resolve(paid, "asked the acquirer") {
                self.journal.extend(step.events);
            }
        }
    }

    /// What people were told is true at every moment.
    fn told_the_truth(&self) -> TestCaseResult {
        let acquirer = &self.acquirer;
        prop_assert!(acquirer.captures <= 1, "captured {} times", acquirer.captures);
        match self.payment.state() {
            State::Approved | State::Completed => {
                prop_assert_eq!(acquirer.net_minor(), self.payment.approved().unwrap().minor());
            }
            State::Declined | State::Reversed => prop_assert_eq!(acquirer.net_minor(), 0),
            State::Cancelled if !self.payment.is_watched() => {
                prop_assert_eq!(acquirer.net_minor(), 0);
            }
            _ => {}
        }
        Ok(())
    }

    /// Everything works again, the app is honest, and the terminal goes on as it does.
    fn heals(&mut self) -> TestCaseResult {
        self.happens(Happening::LateRequestArrives);
        self.restart();
        for _ in 0..HEALING_TRIES {
            if self.payment.is_at_risk() {
                self.ask(OperationKind::Inquiry, Way::Answered, false);
            }
            if self.payment.state().is_open() {
                self.payment.count_attempt();
                let certain = matches!(
                    self.payment.proof(),
                    Proof::Paid { .. } | Proof::NotPaid { .. } | Proof::Undone
                );
                match self.kind {
                    _ if certain => {}
                    // Taken back by an operation made for that, where it is linked.
                    Kind::Sale | Kind::PreAuth | Kind::Completion | Kind::Release => {
                        self.ask(OperationKind::Undo, Way::Answered, true);
                    }
                    Kind::Refund => {
                        self.submit(OperationKind::Financial, Way::Answered, true);
                        self.happens(Happening::CustomerRefuses);
                    }
                }
            }
            let effects = self.step(Input::Ended(self.honest_word()));
            self.follow(&effects);
            let effects = self.step(Input::WatchOver);
            self.follow(&effects);
        }
        self.told_the_truth()?;
        let state = self.payment.state();
        prop_assert!(!state.is_open() || !self.payment.is_at_risk(), "still {state}");
        prop_assert!(!self.payment.is_watched(), "still watched");
        let shown = self.payment.approved().filter(|_| state.has_moved_money());
        prop_assert_eq!(shown.map_or(0, Money::minor), self.acquirer.net_minor());
        Ok(())
    }

    fn honest_word(&self) -> Ending {
        let reason = Reason::DeclinedOther;
        match self.payment.proof() {
            Proof::Paid { amount } => Ending::Approved { amount, facts: Vec::new() },
            Proof::NotPaid { .. } | Proof::Undone => Ending::Declined { reason },
            Proof::Nothing | Proof::Open => Ending::Unknown { reason: Reason::NoAnswer },
        }
    }
}

fn ways() -> impl Strategy<Value = Way> {
    prop::sample::select(vec![Way::NotSent, Way::Lost, Way::AnswerLost, Way::Answered])
}

fn words() -> impl Strategy<Value = Ending> {
    let amounts = prop::sample::select(vec![yuan("8.00"), yuan("12.00")]);
    let reason = Reason::DeclinedOther;
    prop_oneof![
        3 => amounts.prop_map(|amount| Ending::Approved { amount, facts: Vec::new() }),
        2 => Just(Ending::Declined { reason }),
        2 => Just(Ending::Cancelled { reason }),
        1 => Just(Ending::Unknown { reason }),
        1 => Just(Ending::Died),
    ]
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let kinds = prop::sample::select(vec![OperationKind::Financial, OperationKind::Offer]);
    let happening = prop_oneof![
        4 => (kinds, ways(), any::<bool>())
            .prop_map(|(kind, way, recovering)| Happening::Submit { kind, way, recovering }),
        4 => ways().prop_map(|way| Happening::Inquire { way }),
        2 => (ways(), any::<bool>()).prop_map(|(way, cancels)| Happening::Undo { way, cancels }),
        6 => words().prop_map(Happening::Says),
        2 => Just(Happening::LateRequestArrives),
        2 => Just(Happening::CustomerPays),
        1 => Just(Happening::CustomerRefuses),
        1 => Just(Happening::Restart),
        3 => Just(Happening::RecoverRuns),
        1 => ways().prop_map(|way| Happening::WatchOver { way }),
        1 => Just(Happening::OwnerResolves),
    ];
    prop::collection::vec(happening, 0..=40)
}

fn decisions() -> impl Strategy<Value = (Order, Money)> {
    let orders = prop::sample::select(vec![Order::Paid, Order::Paid, Order::NotPaid, Order::Open]);
    (orders, prop::sample::select(vec![yuan("8.00"), yuan("12.00")]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn a_sale_and_its_acquirer_agree_in_the_end(
        decision in decisions(), happenings in happenings(),
    ) {
        let mut counter = Counter::new(Kind::Sale, decision.0, decision.1);
        for happening in happenings {
            counter.happens(happening);
            counter.told_the_truth()?;
        }
        counter.heals()?;
    }

    #[test]
    fn a_refund_and_its_acquirer_agree_in_the_end(
        decision in decisions(), happenings in happenings(),
    ) {
        let mut counter = Counter::new(Kind::Refund, decision.0, decision.1);
        for happening in happenings {
            counter.happens(happening);
            counter.told_the_truth()?;
        }
        counter.heals()?;
    }

    #[test]
    fn what_reserves_completes_or_lets_go_agrees_with_its_acquirer_in_the_end(
        kind in prop::sample::select(vec![Kind::PreAuth, Kind::Completion, Kind::Release]),
        decision in decisions(), happenings in happenings(),
    ) {
        let mut counter = Counter::new(kind, decision.0, decision.1);
        for happening in happenings {
            counter.happens(happening);
            counter.told_the_truth()?;
        }
        counter.heals()?;
    }
}
