//! Moving money: one [`submit`] per payment, ever; then [`inquire`] and [`undo`] until the answer
//! is certain, or [`Outcome::Unknown`], with which the terminal goes on by itself.

use crate::reason;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};

pub use crate::bindings::caisson::payment::payment::{
    Answer, Code, Errand, Error, Intent, Money, Reading, Ticket,
};
pub use crate::bindings::exports::caisson::app::app::{Approval, Fact, Outcome};

use crate::bindings::caisson::payment::payment as host;

/// Most characters in a fact's name or value.
pub const FACT_CHARS_MAX: usize = 60;

/// Set once a request that can move money may have left. An instance serves one call, so this is
/// one payment's flag.
static MAY_HAVE_LEFT: AtomicBool = AtomicBool::new(false);

/// Hands the one request that can move money to a financial or offer operation and waits for the
/// verified answer, as long as the operation's configuration says. `request`: a JSON object without
/// order, amount and currency, which the terminal writes. `recovery`: at most 4 KiB, see
/// [`note`](crate::note).
///
/// # Errors
/// *Not sent*: the payment can end as cancelled. *No answer*: it cannot; inquire, undo, or return
/// unknown. *Refused*: a second submit.
pub fn submit(operation: &str, request: &Value, recovery: &[u8]) -> Result<Answer, Error> {
    submit_message(operation, request.to_string().as_bytes(), recovery)
}

/// As [`submit`], for an acquirer that speaks ISO 8583: `request` is the message from its type to
/// its last field, without amount, trace number, terminal, merchant, currency, PIN block and MAC,
/// which the terminal writes.
///
/// # Errors
/// As [`submit`].
pub fn submit_message(operation: &str, request: &[u8], recovery: &[u8]) -> Result<Answer, Error> {
    let said = host::submit(operation, request, recovery);
    if !matches!(&said, Err(error) if error.is_certainly_unsent()) {
        MAY_HAVE_LEFT.store(true, Ordering::Relaxed);
    }
    said
}

/// Asks an inquiry operation what became of the payment. May repeat.
///
/// # Errors
/// Any [`Code`]; none of them proves anything about the money.
pub fn inquire(operation: &str, request: &Value) -> Result<Answer, Error> {
    host::inquire(operation, request.to_string().as_bytes())
}

/// Takes the payment back by an undo operation. May repeat; never for a refund.
///
/// # Errors
/// Any [`Code`]; none of them proves anything about the money.
pub fn undo(operation: &str, request: &Value) -> Result<Answer, Error> {
    undo_message(operation, request.to_string().as_bytes())
}

/// As [`undo`], with a message as [`submit_message`] takes it.
///
/// # Errors
/// As [`undo`].
pub fn undo_message(operation: &str, request: &[u8]) -> Result<Answer, Error> {
    host::undo(operation, request)
}

/// True where a submitted request may have left the terminal in this call.
pub(crate) fn may_have_left() -> bool {
    MAY_HAVE_LEFT.load(Ordering::Relaxed)
}

impl Error {
    /// True where the call that got this error certainly sent nothing.
    #[must_use]
    pub const fn is_certainly_unsent(&self) -> bool {
        match self.code {
            Code::Denied
            | Code::UnknownOperation
            | Code::BadRequest
            | Code::Refused
            | Code::NotSent => true,
            Code::NoAnswer | Code::Other => false,
        }
    }
}

impl Answer {
    /// The amount that the answer proves: its own, else the one that was asked for.
    #[must_use]
    pub fn amount_or(&self, asked: &Money) -> Money {
        self.amount.clone().unwrap_or_else(|| asked.clone())
    }

    /// The acquirer's reason, else the terminal's word for "refused without one".
    #[must_use]
    pub fn reason_or_other(&self) -> &str {
        self.reason.as_deref().unwrap_or(reason::DECLINED_OTHER)
    }

    /// The answer as JSON; `None` where it is none.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl Outcome {
    /// Money moved: the amount that the acquirer's answer proves, and at most 20 facts.
    #[must_use]
    pub const fn approved(amount: Money, facts: Vec<Fact>) -> Self {
        Self::Approved(Approval { amount, facts })
    }

    /// No money moved, and none will, for one of the terminal's reasons.
    #[must_use]
    pub fn declined(reason: &str) -> Self {
        Self::Declined(reason.into())
    }

    /// Ended before money moved, or taken back, for one of the terminal's reasons.
    #[must_use]
    pub fn cancelled(reason: &str) -> Self {
        Self::Cancelled(reason.into())
    }
}

impl Fact {
    /// A line for the receipt; `None` where paper cannot carry it: name and value are 1 to 60
    /// characters, none of them a control or direction-override character.
    #[must_use]
    pub fn new(name: &str, value: &str) -> Option<Self> {
        (is_plain(name) && is_plain(value)).then(|| Self { name: name.into(), value: value.into() })
    }
}

fn is_plain(text: &str) -> bool {
    let forbidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{061c}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
    };
    let chars = text.chars().count();
    (1..=FACT_CHARS_MAX).contains(&chars) && !text.chars().any(forbidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_only_what_paper_can_carry() {
        let check = |value: &str, fits: bool| {
            assert_eq!(Fact::new("Transaction", value).is_some(), fits, "{value:?}");
        };
        check("4200001", true);
        check("支付宝", true);
        check("", false);
        check(&"7".repeat(60), true);
        check(&"7".repeat(61), false);
        check("two\nlines", false);
        check("turned\u{202e}round", false);
    }
}
