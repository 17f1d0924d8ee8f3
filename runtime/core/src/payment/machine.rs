//! The machine: [`Payment::step`] takes what happened and returns what to record and what to do.

mod replay;

use super::event::check_facts;
use super::{
    Digest, Effect, Ending, Event, Fact, Input, Intent, Kind, OFFER_MARGIN, PARKED_RETRY, Proof,
    RECOVERY_BYTES_MAX, REQUEST_BYTES_MAX, Rule, Signature, State, Step, Submission, recovery_wait,
};
use crate::money::Money;
use crate::operation::OperationKind;
use crate::reason::{Class, Reason};
use std::time::Duration;

/// What was handed to the network.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Handed {
    Nothing,
    NotSent { reason: Reason },
    Sent { offer: bool, request: Digest, expires: Duration },
}

/// One payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    intent: Intent,
    state: State,
    handed: Handed,
    proof: Proof,
    /// True from the first submit until anything is heard, asked or ended: only so long can
    /// "not sent" be about it.
    fresh: bool,
    /// True from an undo until the acquirer says again that the money is there.
    undoing: bool,
    approved: Option<Money>,
    facts: Vec<Fact>,
    signed: bool,
    reason: Option<Reason>,
    fault: Option<Rule>,
    attempts: u32,
    watched: bool,
    copies: u32,
}

impl Payment {
    /// A payment that nobody has risked anything for.
    #[must_use]
    pub const fn new(intent: Intent) -> Self {
        Self {
            intent,
            state: State::Created,
            handed: Handed::Nothing,
            proof: Proof::Nothing,
            fresh: false,
            undoing: false,
            approved: None,
            facts: Vec::new(),
            signed: false,
            reason: None,
            fault: None,
            attempts: 0,
            watched: false,
            copies: 0,
        }
    }

    /// What is to be done.
    #[must_use]
    pub const fn intent(&self) -> &Intent {
        &self.intent
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// How much moved; `None` where nothing is known to have.
    #[must_use]
    pub const fn approved(&self) -> Option<Money> {
        self.approved
    }

    /// Lines for the receipt.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// What became of the customer's signature, where its app said that there must be one.
    #[must_use]
    pub fn signature(&self) -> Signature {
        Signature::of(&self.facts, self.signed)
    }

    /// Why it stands where it stands.
    #[must_use]
    pub const fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// The rule that its app broke, if any.
    #[must_use]
    pub const fn fault(&self) -> Option<Rule> {
        self.fault
    }

    /// What was heard so far in this run of the terminal.
    #[must_use]
    pub const fn proof(&self) -> Proof {
        self.proof
    }

    /// True while a closed offer is still asked about.
    #[must_use]
    pub const fn is_watched(&self) -> bool {
        self.watched
    }

    /// How many receipts came out, or may have: the number of the next copy.
    #[must_use]
    pub const fn copies(&self) -> u32 {
        self.copies
    }

    /// True where something that can move money may have left the terminal.
    #[must_use]
    pub const fn is_at_risk(&self) -> bool {
        matches!(self.handed, Handed::Sent { .. })
    }

    /// Takes one input. On `Ok` the payment has moved on as the events say: the caller makes them
    /// durable first, or stops taking money.
    ///
    /// # Errors
    /// The [`Rule`] that a call of the app breaks; the payment is as before.
    pub fn step(&mut self, input: Input) -> Result<Step, Rule> {
        let step = match input {
            Input::Submit { submission, recovering } => self.submit(&submission, recovering)?,
            Input::Ask { kind } => self.ask(kind, false)?,
            Input::TakeBackRefund => self.ask(OperationKind::Undo, true)?,
            Input::NotSent { reason } if self.fresh => record([Event::NotSent { reason }]),
            Input::Heard { reading, amount, reason } if self.is_at_risk() => {
                self.fresh = false;
                let asked = self.intent.amount;
                self.proof = self.proof.after(reading, amount, reason, asked);
                let alone = Proof::Nothing.after(reading, amount, reason, asked);
                self.undoing &= !matches!(alone, Proof::Paid { .. });
                Step::default()
            }
            Input::Ended(ending) => {
                self.fresh = false;
                self.ended(ending)
            }
            Input::Rebooted => self.rebooted(),
            Input::Printed { failed } if self.handed != Handed::Nothing => {
                record([Event::Printed { copy: self.copies, failed }])
            }
            Input::Signed if self.state == State::Approved && !self.signed => {
                record([Event::Signed])
            }
            Input::Served if self.state == State::Approved => record([Event::Completed]),
            Input::GivenBack if self.state == State::Reversing => {
                tell(Event::Reversed { reason: Reason::GivenBack })
            }
            Input::WatchAgain if self.watched => {
                self.proof = self.proof.asked_anew();
                Step::default()
            }
            Input::WatchOver if self.watched => self.watch_over(),
            Input::NotSent { .. }
            | Input::Heard { .. }
            | Input::Printed { .. }
            | Input::Signed
            | Input::Served
            | Input::GivenBack
            | Input::WatchAgain
            | Input::WatchOver => Step::default(),
        };
        for event in &step.events {
            self.replay(event);
        }
        Ok(step)
    }

    fn submit(&mut self, submission: &Submission, recovering: bool) -> Result<Step, Rule> {
        // An offer lets a customer pay: it is a sale and nothing else.
        if !submission.kind.moves_money()
            || (submission.kind == OperationKind::Offer && self.intent.kind != Kind::Sale)
            || submission.of != self.intent.kind
        {
            return Err(Rule::WrongKind);
        }
        if submission.request_bytes > REQUEST_BYTES_MAX
            || submission.recovery_bytes > RECOVERY_BYTES_MAX
        {
            return Err(Rule::TooLarge);
        }
        match &self.handed {
            // It was told as cancelled; an app that is slow to stop must not charge after that.
            Handed::Nothing if self.state.is_final() => Err(Rule::AlreadyFinal),
            Handed::Nothing if recovering => Err(Rule::NothingSubmitted),
            Handed::Nothing => {
                self.fresh = true;
                Ok(Step {
                    events: vec![
                        Event::Created { intent: self.intent.clone() },
                        Event::Authorising {
                            operation: submission.operation.clone(),
                            offer: submission.kind == OperationKind::Offer,
                            request: submission.request,
                            expires_ms: submission.expires.map(millis),
                        },
                    ],
                    effects: vec![Effect::Send],
                })
            }
            // The same number with the same data, where the acquirer keeps to its first answer:
            // not a second exchange but the first one asked again.
            Handed::Sent { request, .. }
                if recovering
                    && submission.repeatable
                    && *request == submission.request
                    && self.may_still_move() =>
            {
                self.fresh = false;
                self.proof = self.proof.asked_anew();
                Ok(Step { events: Vec::new(), effects: vec![Effect::Send] })
            }
            Handed::Sent { .. } | Handed::NotSent { .. } => Err(Rule::SubmittedTwice),
        }
    }

    /// True where the app may still repeat or undo: not after the outcome, and not while the
    /// host's own refund gives the money back.
    const fn may_still_move(&self) -> bool {
        !self.state.is_final() && !matches!(self.state, State::Reversing)
    }

    fn ask(&mut self, kind: OperationKind, of_refund: bool) -> Result<Step, Rule> {
        match (kind, &self.handed) {
            (
                OperationKind::Inquiry | OperationKind::Undo,
                Handed::Nothing | Handed::NotSent { .. },
            ) => Err(Rule::NothingSubmitted),
            (OperationKind::Undo, _) if !self.intent.kind.is_linked() && of_refund => {
                Err(Rule::WrongKind)
            }
            (OperationKind::Undo, _) if self.intent.kind.is_linked() && !of_refund => {
                Err(Rule::UndoOfRefund)
            }
            (OperationKind::Undo, _) if !self.may_still_move() => Err(Rule::AlreadyFinal),
            (OperationKind::Inquiry | OperationKind::Undo, Handed::Sent { .. }) => {
                self.fresh = false;
                self.undoing |= kind == OperationKind::Undo;
                Ok(Step { events: Vec::new(), effects: vec![Effect::Send] })
            }
            (OperationKind::Financial | OperationKind::Offer | OperationKind::Service, _) => {
                Err(Rule::WrongKind)
            }
        }
    }

    fn ended(&mut self, ending: Ending) -> Step {
        if self.state.is_final() {
            return self.watched_again();
        }
        match &self.handed {
            Handed::Nothing => self.ended_before_risk(&ending),
            Handed::NotSent { reason } => {
                let mut step = tell(Event::Cancelled { reason: *reason, watch_ms: 0 });
                if matches!(ending, Ending::Approved { .. }) {
                    step.events.insert(0, Event::AppFault { rule: Rule::ApprovedUnproved });
                }
                step
            }
            Handed::Sent { .. } if self.state == State::Reversing => Step::default(),
            Handed::Sent { offer, expires, .. } => match self.verdict(ending, *offer, *expires) {
                Ok(step) => step,
                Err(rule) => self.unknown(Some(rule), Reason::AppBrokeRule),
            },
        }
    }

    /// Nothing was handed over: whatever the app says or does, no money moved, and the journal
    /// has nothing to remember.
    fn ended_before_risk(&mut self, ending: &Ending) -> Step {
        let reason = match ending {
            Ending::Declined { reason } | Ending::Cancelled { reason } => {
                unpaid(*reason, Reason::AppFailed)
            }
            Ending::Approved { .. } => {
                self.fault = Some(Rule::ApprovedUnproved);
                Reason::AppFailed
            }
            Ending::Unknown { .. } | Ending::Died => Reason::AppFailed,
        };
        self.state = State::Cancelled;
        self.reason = Some(reason);
        Step { events: Vec::new(), effects: vec![Effect::Tell] }
    }

    /// What an ending means once something may have left: the app's word against the record.
    fn verdict(&self, ending: Ending, offer: bool, expires: Duration) -> Result<Step, Rule> {
        match (ending, self.proof) {
            // An undo without an answer may have taken the money back: the proof is from before.
            (Ending::Approved { .. }, _) if self.undoing => Err(Rule::ApprovedUnproved),
            (Ending::Approved { amount, facts }, Proof::Paid { amount: proved }) => {
                if amount != proved {
                    return Err(Rule::ApprovedOtherAmount);
                }
                check_facts(&facts)?;
                Ok(tell(Event::Approved { amount, facts }))
            }
            (Ending::Approved { .. }, _) => Err(Rule::ApprovedUnproved),
            (Ending::Declined { .. } | Ending::Cancelled { .. }, Proof::Paid { .. }) => {
                Err(Rule::DeclinedButPaid)
            }
            (Ending::Declined { .. } | Ending::Cancelled { .. }, Proof::NotPaid { reason }) => {
                Ok(tell(Event::Declined { reason: unpaid(reason, Reason::DeclinedOther) }))
            }
            (Ending::Declined { reason } | Ending::Cancelled { reason }, Proof::Undone) => {
                Ok(taken_back(unpaid(reason, Reason::DeclinedOther), offer, expires))
            }
            (Ending::Declined { .. } | Ending::Cancelled { .. }, Proof::Nothing | Proof::Open) => {
                Err(Rule::EndedButOpen)
            }
            (Ending::Unknown { reason }, _) => Ok(self.unknown(None, reason)),
            (Ending::Died, _) => Ok(self.unknown(None, Reason::AppFailedAfterSend)),
        }
    }

    /// The payment is (still) unknown: record it once, then try again or park.
    fn unknown(&self, rule: Option<Rule>, reason: Reason) -> Step {
        let mut step = Step::default();
        step.events.extend(rule.map(|rule| Event::AppFault { rule }));
        if self.state == State::Authorising {
            step.events.push(Event::Unknown { reason });
        }
        match recovery_wait(self.attempts) {
            Some(wait) if self.state != State::Parked => {
                step.effects.push(Effect::RecoverIn(wait));
            }
            Some(_) | None => {
                if self.state != State::Parked {
                    step.events.push(Event::Parked);
                    step.effects.push(Effect::Alarm);
                }
                step.effects.push(Effect::RecoverIn(PARKED_RETRY));
            }
        }
        step
    }

    /// A closed offer that was asked about again.
    fn watched_again(&self) -> Step {
        match self.proof {
            Proof::Paid { amount } if self.watched => Step {
                events: vec![Event::PaidLate { amount }],
                effects: vec![Effect::Refund(amount)],
            },
            _ => Step::default(),
        }
    }

    /// The watch ends only on an answer about the closed offer: one that was paid while the line
    /// was down must not be forgotten.
    fn watch_over(&self) -> Step {
        match self.proof {
            Proof::Paid { .. } => self.watched_again(),
            Proof::NotPaid { .. } | Proof::Undone => record([Event::WatchEnded]),
            Proof::Nothing | Proof::Open => {
                Step { events: Vec::new(), effects: vec![Effect::Watch(OFFER_MARGIN)] }
            }
        }
    }

    fn rebooted(&self) -> Step {
        match self.state {
            State::Created | State::Authorising => match &self.handed {
                Handed::Sent { .. } => {
                    let mut step = record([Event::Unknown { reason: Reason::Restarted }]);
                    step.effects.push(Effect::RecoverIn(Duration::ZERO));
                    step
                }
                Handed::Nothing => {
                    tell(Event::Cancelled { reason: Reason::AppFailed, watch_ms: 0 })
                }
                Handed::NotSent { reason } => {
                    tell(Event::Cancelled { reason: *reason, watch_ms: 0 })
                }
            },
            // After a reboot every deadline counts as passed: ask at once.
            State::Unknown | State::Parked => {
                Step { events: Vec::new(), effects: vec![Effect::RecoverIn(Duration::ZERO)] }
            }
            State::Reversing => Step {
                events: Vec::new(),
                effects: self.approved.map(Effect::Refund).into_iter().collect(),
            },
            State::Cancelled if self.watched => {
                Step { events: Vec::new(), effects: vec![Effect::Watch(Duration::ZERO)] }
            }
            // The customer was perhaps never told, and has no receipt.
            State::Approved => Step { events: Vec::new(), effects: vec![Effect::Tell] },
            State::Completed | State::Declined | State::Reversed | State::Cancelled => {
                Step::default()
            }
        }
    }

    /// Counts a try to recover. Called when `recover` is about to run.
    pub const fn count_attempt(&mut self) {
        self.attempts = self.attempts.saturating_add(1);
    }
}

fn record(events: impl Into<Vec<Event>>) -> Step {
    Step { events: events.into(), effects: Vec::new() }
}

fn tell(event: Event) -> Step {
    Step { events: vec![event], effects: vec![Effect::Tell] }
}

/// The reason of a payment without money. An app or acquirer that gives one of another class
/// ("not known yet", "paid, but the paper is out") must not make people read that.
fn unpaid(reason: Reason, otherwise: Reason) -> Reason {
    if reason.row().class == Class::NotPaid { reason } else { otherwise }
}

/// An undo was read as done. An offer can still be paid by a phone that was slow; it is watched.
fn taken_back(reason: Reason, offer: bool, expires: Duration) -> Step {
    if offer {
        let watch = expires.saturating_add(OFFER_MARGIN);
        let mut step = tell(Event::Cancelled { reason, watch_ms: millis(watch) });
        step.effects.push(Effect::Watch(watch));
        step
    } else {
        tell(Event::Reversed { reason })
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
