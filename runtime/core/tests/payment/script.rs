//! A payment as a line of words, and what came of it as another.
//!
//! Steps are separated by `|`; the first names the payment. What comes out has one part per step:
//! events, effects and refusals, or `-`; the last part is where the payment stands. The journal of
//! each step is folded again, so that no scenario passes whose memory and journal differ.

use caisson_core::operation::{OperationKind, Reading};
use caisson_core::payment::{
    Digest, Effect, Ending, Event, Fact, Input, Intent, Kind, Payment, ResolveError, Step,
    Submission,
};
use caisson_core::{Currency, Money, PaymentKey, Reason};
use std::time::Duration;

#[track_caller]
pub(crate) fn check(steps: &str, expected: &str) {
    assert_eq!(transcript(steps), expected);
}

pub(crate) fn yuan(text: &str) -> Money {
    Money::parse(text, Currency::Cny).unwrap()
}

pub(crate) fn intent(kind: Kind, amount: Money) -> Intent {
    Intent {
        key: PaymentKey::derive(7, "T1000001", 3, 41).unwrap(),
        kind,
        app: "qr".to_owned(),
        service: "scan".to_owned(),
        amount,
        original: None,
        merchant_order: None,
        released: None,
    }
}

pub(crate) fn submission(kind: OperationKind) -> Submission {
    Submission {
        operation: "pay".to_owned(),
        kind,
        of: Kind::Sale,
        request: Digest::of(b"the request"),
        request_bytes: 200,
        recovery_bytes: 20,
        repeatable: true,
        expires: (kind == OperationKind::Offer).then_some(Duration::from_secs(120)),
    }
}

/// The payment as a restart finds it.
pub(crate) fn folded(journal: &[Event]) -> Option<Payment> {
    Payment::from_events(journal)
}

/// What the journal must be able to give back.
pub(crate) fn remembered(payment: &Payment) -> String {
    format!(
        "{} approved {:?} facts {:?} reason {:?} watched {} fault {:?} copies {} signature {:?} at risk \
         {}",
        payment.state(),
        payment.approved(),
        payment.facts(),
        payment.reason(),
        payment.is_watched(),
        payment.fault(),
        payment.copies(),
        payment.signature(),
        payment.is_at_risk(),
    )
}

fn transcript(steps: &str) -> String {
    let mut steps = steps.split('|').map(str::trim);
    let mut payment = Payment::new(match words(steps.next().unwrap()).as_slice() {
        [kind, amount] => {
            let named = Kind::ALL.into_iter().find(|known| known.name() == *kind);
            intent(named.unwrap_or_else(|| panic!("no kind {kind}")), yuan(amount))
        }
        other => panic!("a script begins with a kind and an amount, not {other:?}"),
    });
    let mut journal = Vec::new();
    let mut parts = Vec::new();
    for text in steps {
        if text == "recover runs" {
            payment.count_attempt();
            parts.push("-".to_owned());
            continue;
        }
        if text == "restart" {
            payment = folded(&journal).unwrap();
        }
        let before = payment.clone();
        let stepped = match text.strip_prefix("owner says ") {
            Some(said) => owner_says(&mut payment, said),
            None => {
                payment.step(input(text, payment.intent().kind)).map_err(|rule| format!("{rule:?}"))
            }
        };
        parts.push(match stepped {
            Ok(step) => {
                journal.extend(step.events.iter().cloned());
                told(&step)
            }
            Err(why) => {
                assert_eq!(payment, before, "a refused call changed the payment: {text}");
                format!("refused {why}")
            }
        });
        if let Some(folded) = folded(&journal) {
            assert_eq!(remembered(&folded), remembered(&payment), "the journal after: {text}");
        }
    }
    parts.push(stands(&payment));
    parts.join(" | ")
}

/// `AMOUNT: WHY` or `nothing: WHY`.
fn owner_says(payment: &mut Payment, said: &str) -> Result<Step, String> {
    let (paid, why) = said.split_once(": ").unwrap();
    let paid = (paid != "nothing").then(|| yuan(paid));
    let refused = |error: ResolveError| match error {
        ResolveError::NotParked(state) => format!("NotParked {state}"),
        ResolveError::Why => "Why".to_owned(),
        ResolveError::Amount { paid, asked } => format!("Amount {paid} of {asked}"),
    };
    payment.resolve(paid, &why.replace("ESC", "\u{1b}")).map_err(refused)
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn reason(text: &str) -> Reason {
    text.parse().unwrap()
}

fn input(text: &str, own: Kind) -> Input {
    let heard = |reading, amount: Option<&str>, why: Option<&str>| Input::Heard {
        reading,
        amount: amount.map(yuan),
        reason: why.map(reason),
    };
    match words(text).as_slice() {
        ["submit", rest @ ..] => submit(rest, own, false),
        ["repeat", rest @ ..] => submit(rest, own, true),
        ["inquire"] => Input::Ask { kind: OperationKind::Inquiry },
        ["undo"] => Input::Ask { kind: OperationKind::Undo },
        ["take", "back"] => Input::TakeBackRefund,
        ["ask", "service"] => Input::Ask { kind: OperationKind::Service },
        ["ask", "financial"] => Input::Ask { kind: OperationKind::Financial },
        ["not", "sent", why] => Input::NotSent { reason: reason(why) },
        ["heard", "paid"] => heard(Reading::Paid, None, None),
        ["heard", "paid", "USD", amount] => Input::Heard {
            reading: Reading::Paid,
            amount: Some(Money::parse(amount, Currency::Usd).unwrap()),
            reason: None,
        },
        ["heard", "paid", amount] => heard(Reading::Paid, Some(amount), None),
        ["heard", "not-paid"] => heard(Reading::NotPaid, None, None),
        ["heard", "not-paid", why] => heard(Reading::NotPaid, None, Some(why)),
        ["heard", "open"] => heard(Reading::Open, None, None),
        ["heard", "undone"] => heard(Reading::Undone, None, None),
        ["heard", "unreadable"] => heard(Reading::Unreadable, None, None),
        ["approves", amount, facts @ ..] => Input::Ended(Ending::Approved {
            amount: yuan(amount),
            facts: facts.iter().flat_map(|text| fact(text)).collect(),
        }),
        ["declines", why] => Input::Ended(Ending::Declined { reason: reason(why) }),
        ["cancels", why] => Input::Ended(Ending::Cancelled { reason: reason(why) }),
        ["unsure", why] => Input::Ended(Ending::Unknown { reason: reason(why) }),
        ["dies"] => Input::Ended(Ending::Died),
        ["restart"] => Input::Rebooted,
        ["printed"] => Input::Printed { failed: None },
        ["print", "fails", why] => Input::Printed { failed: Some(reason(why)) },
        ["signs"] => Input::Signed,
        ["served"] => Input::Served,
        ["given", "back"] => Input::GivenBack,
        ["watch", "again"] => Input::WatchAgain,
        ["watch", "over"] => Input::WatchOver,
        other => panic!("no such step: {other:?}"),
    }
}

/// `name=value`, or `name=value*21` for many, or `name=x^61` for a long value.
fn fact(text: &str) -> Vec<Fact> {
    let (text, count) = text.split_once('*').map_or((text, 1), |(t, n)| (t, n.parse().unwrap()));
    let (name, value) = text.split_once('=').unwrap();
    let value = match value.split_once('^') {
        Some((piece, times)) => piece.repeat(times.parse().unwrap()),
        None => value.replace("ESC", "\u{1b}"),
    };
    vec![Fact { name: name.to_owned(), value }; count]
}

/// `own` is the kind of the payment, for which the operation is unless `of=KIND` says otherwise.
fn submit(rest: &[&str], own: Kind, recovering: bool) -> Input {
    let mut submission = submission(OperationKind::Financial);
    submission.of = own;
    for word in rest {
        match word.split_once('=').unwrap_or((word, "")) {
            ("offer", "") => {
                submission.kind = OperationKind::Offer;
                submission.expires = Some(Duration::from_secs(120));
            }
            ("of", of) => {
                submission.of = Kind::ALL.into_iter().find(|kind| kind.name() == of).unwrap();
            }
            ("service", "") => submission.kind = OperationKind::Service,
            ("inquiry", "") => submission.kind = OperationKind::Inquiry,
            ("undo", "") => submission.kind = OperationKind::Undo,
            ("changed", "") => submission.request = Digest::of(b"another request"),
            ("unrepeatable", "") => submission.repeatable = false,
            ("bytes", bytes) => submission.request_bytes = bytes.parse().unwrap(),
            ("note", bytes) => submission.recovery_bytes = bytes.parse().unwrap(),
            other => panic!("no such word of submit: {other:?}"),
        }
    }
    Input::Submit { submission, recovering }
}

fn told(step: &Step) -> String {
    let events = step.events.iter().map(event);
    let all: Vec<_> = events.chain(step.effects.iter().map(effect)).collect();
    if all.is_empty() { "-".to_owned() } else { all.join(", ") }
}

fn event(event: &Event) -> String {
    let kind = event.kind();
    match event {
        Event::Created { intent } => format!("{kind} {} {}", intent.kind, intent.amount),
        Event::Authorising { offer: true, expires_ms, .. } => {
            format!("{kind} an offer for {} s", expires_ms.unwrap_or(0) / 1_000)
        }
        Event::Authorising { .. }
        | Event::Signed
        | Event::Completed
        | Event::WatchEnded
        | Event::Parked => kind.to_owned(),
        Event::NotSent { reason }
        | Event::Unknown { reason }
        | Event::Declined { reason }
        | Event::Reversed { reason }
        | Event::Cancelled { reason, watch_ms: 0 } => format!("{kind}: {reason}"),
        Event::Cancelled { reason, watch_ms } => {
            format!("{kind}: {reason}; watched {} s", watch_ms / 1_000)
        }
        Event::AppFault { rule } => format!("{kind} {rule:?}"),
        Event::Approved { amount, facts } => facts
            .iter()
            .fold(format!("{kind} {amount}"), |text, f| format!("{text} {}={}", f.name, f.value)),
        Event::PaidLate { amount } => format!("{kind} {amount}"),
        Event::Resolved { paid, why } => {
            let paid = paid.map_or_else(|| "nothing".to_owned(), |paid| paid.to_string());
            format!("{kind} {paid}: {why}")
        }
        Event::Printed { copy, failed } => match failed {
            None => format!("{kind} copy {copy}"),
            Some(reason) => format!("{kind} copy {copy}: {reason}"),
        },
    }
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Send => "SEND".to_owned(),
        Effect::RecoverIn(wait) => format!("RECOVER in {} s", wait.as_secs()),
        Effect::Tell => "TELL".to_owned(),
        Effect::Watch(time) => format!("WATCH {} s", time.as_secs()),
        Effect::Refund(amount) => format!("REFUND {amount}"),
        Effect::Alarm => "ALARM".to_owned(),
    }
}

fn stands(payment: &Payment) -> String {
    let mut text = format!("= {}", payment.state());
    if let Some(amount) = payment.approved() {
        text += &format!(" {amount}");
    }
    if let Some(reason) = payment.reason() {
        text += &format!(" ({reason})");
    }
    if let Some(rule) = payment.fault() {
        text += &format!(" fault {rule:?}");
    }
    if payment.is_watched() {
        text += " watched";
    }
    text
}
