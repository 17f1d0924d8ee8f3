//! Faults by script: what goes wrong between acquirer and terminal, how often, on which operation.
//!
//! A fault is a line of text ("loses the answer to pay, once"); [`Fault`] reads and writes it.
//! Faults wait in a list; the first that fits an exchange strikes it and counts down. They win
//! over what the amount would choose, and they never touch the customer's phone. The wallet gateway
//! and the bank host share them; each has operations of its own ([`FaultTarget`]).

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::exchange::Operation;

/// Longest delay that a fault may ask for: above any terminal's patience, below a stuck test.
pub const FAULT_SECONDS_MAX: u32 = 3_600;

/// What a line of a fault script may say; [`fault_help`] explains `OP`, `N` and the count.
pub const FAULT_PHRASES: [&str; 9] = [
    "loses the request to OP",
    "loses the answer to OP",
    "answers OP N s late",
    "takes N s for OP",
    "answers OP twice",
    WITH_CODE,
    "signs the answer to OP badly",
    "drops the connection on OP",
    "refuses connections",
];

/// The phrase of [`FaultKind::Refused`], for servers that answer by a code.
const WITH_CODE: &str = "answers OP with CODE";

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The request never reaches the books. Silence on an open connection until the client leaves.
    RequestLost,
    /// Booked, then silence on an open connection until the client leaves.
    AnswerLost,
    /// Booked at once, answered so many seconds later.
    Late(u32),
    /// Booked so many seconds later, client gone or not, then answered.
    Slow(u32),
    /// Booked once; the same bytes are answered twice on the one connection.
    Twice,
    /// Not carried out, and answered with this code.
    Refused(&'static str),
    /// Booked; the answer's signature has the right form and fits nothing.
    BadlySigned,
    /// Booked; the connection is closed instead of answered.
    Dropped,
    /// Closed before TLS begins, so no byte of a request is sent. Strikes connections, so the
    /// operation does not matter.
    RefusesConnections,
}

/// What a fault can wait for: the operations of one server.
pub trait FaultTarget: Copy + Eq + 'static {
    /// Every operation.
    fn all() -> &'static [Self];
    /// Its name in a fault's line.
    fn name(self) -> &'static str;
    /// The server's own form of `code`, where it has such a code to refuse by.
    #[must_use]
    fn code(_code: &str) -> Option<&'static str> {
        None
    }
    /// The operation of that name.
    #[must_use]
    fn named(name: &str) -> Option<Self> {
        Self::all().iter().copied().find(|target| target.name() == name)
    }
}

impl FaultTarget for Operation {
    fn all() -> &'static [Self] {
        &Self::ALL
    }

    fn name(self) -> &'static str {
        self.name()
    }
}

/// A fault that strikes `times` times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault<O = Operation> {
    /// The operation that it waits for; none: any operation.
    pub operation: Option<O>,
    /// What goes wrong.
    pub kind: FaultKind,
    /// How often; `u32::MAX` is "always".
    pub times: u32,
}

/// A line that is no fault; the text shows the line and every accepted form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line:?} is no fault; {forms}")]
pub struct FaultSyntax {
    /// The line as it was written.
    pub line: String,
    /// Every accepted form.
    pub forms: String,
}

/// The accepted forms of a fault of the wallet gateway, for a help text.
#[must_use]
pub fn fault_help() -> String {
    fault_help_of::<Operation>()
}

/// The accepted forms of a fault that strikes operations of this kind, for a help text.
#[must_use]
pub fn fault_help_of<O: FaultTarget>() -> String {
    let names: Vec<_> = O::all().iter().map(|operation| operation.name()).collect();
    let has_codes = O::code("05").is_some();
    let phrases: Vec<_> =
        FAULT_PHRASES.into_iter().filter(|phrase| has_codes || *phrase != WITH_CODE).collect();
    let codes = if has_codes { " CODE is one that declines, such as 05;" } else { "" };
    format!(
        "write one of:\n  {}\nOP is {} or anything; N is 1 to {FAULT_SECONDS_MAX};{codes} add \
         \", once\" (also without a word), \", twice\", \", N times\" or \", always\"",
        phrases.join("\n  "),
        names.join(", "),
    )
}

impl<O: FaultTarget> FromStr for Fault<O> {
    type Err = FaultSyntax;

    fn from_str(line: &str) -> Result<Self, FaultSyntax> {
        let wrong = || FaultSyntax { line: line.to_owned(), forms: fault_help_of::<O>() };
        read(line.trim()).ok_or_else(wrong)
    }
}

fn read<O: FaultTarget>(line: &str) -> Option<Fault<O>> {
    let (phrase, times) = match line.split_once(',') {
        Some((phrase, count)) => (phrase.trim_end(), read_times(count.trim())?),
        None => (line, 1),
    };
    let (operation, kind) = if phrase == "refuses connections" {
        ("anything", FaultKind::RefusesConnections)
    } else if let Some(operation) = phrase.strip_prefix("loses the request to ") {
        (operation, FaultKind::RequestLost)
    } else if let Some(operation) = phrase.strip_prefix("loses the answer to ") {
        (operation, FaultKind::AnswerLost)
    } else if let Some(operation) = phrase.strip_prefix("drops the connection on ") {
        (operation, FaultKind::Dropped)
    } else if let Some(rest) = phrase.strip_prefix("signs the answer to ") {
        (rest.strip_suffix(" badly")?, FaultKind::BadlySigned)
    } else if let Some(rest) = phrase.strip_prefix("takes ") {
        let (seconds, operation) = rest.split_once(" s for ")?;
        (operation, FaultKind::Slow(read_seconds(seconds)?))
    } else {
        let rest = phrase.strip_prefix("answers ")?;
        if let Some(operation) = rest.strip_suffix(" twice") {
            (operation, FaultKind::Twice)
        } else if let Some((operation, code)) = rest.split_once(" with ") {
            (operation, FaultKind::Refused(O::code(code)?))
        } else {
            let (operation, seconds) = rest.strip_suffix(" s late")?.rsplit_once(' ')?;
            (operation, FaultKind::Late(read_seconds(seconds)?))
        }
    };
    let operation = match operation {
        "anything" => None,
        name => Some(O::named(name)?),
    };
    Some(Fault { operation, kind, times })
}

fn read_seconds(text: &str) -> Option<u32> {
    text.parse().ok().filter(|seconds| (1..=FAULT_SECONDS_MAX).contains(seconds))
}

fn read_times(text: &str) -> Option<u32> {
    match text {
        "once" => Some(1),
        "twice" => Some(2),
        "always" => Some(u32::MAX),
        _ => text.strip_suffix(" times")?.parse().ok().filter(|times| *times > 0),
    }
}

impl fmt::Display for FaultKind {
    /// The phrase, with `OP` where the operation stands.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RequestLost => out.write_str("loses the request to OP"),
            Self::AnswerLost => out.write_str("loses the answer to OP"),
            Self::Late(seconds) => write!(out, "answers OP {seconds} s late"),
            Self::Slow(seconds) => write!(out, "takes {seconds} s for OP"),
            Self::Twice => out.write_str("answers OP twice"),
            Self::Refused(code) => write!(out, "answers OP with {code}"),
            Self::BadlySigned => out.write_str("signs the answer to OP badly"),
            Self::Dropped => out.write_str("drops the connection on OP"),
            Self::RefusesConnections => out.write_str("refuses connections"),
        }
    }
}

impl<O: FaultTarget> fmt::Display for Fault<O> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.operation.map_or("anything", O::name);
        out.write_str(&self.kind.to_string().replace("OP", operation))?;
        match self.times {
            1 => out.write_str(", once"),
            2 => out.write_str(", twice"),
            u32::MAX => out.write_str(", always"),
            times => write!(out, ", {times} times"),
        }
    }
}

/// The faults still to strike. Clones share one list, so a test keeps a handle of a running
/// gateway's faults.
#[derive(Debug, Clone)]
pub struct Faults<O = Operation>(Arc<Mutex<Vec<Fault<O>>>>);

impl<O> Default for Faults<O> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<O: FaultTarget> Faults<O> {
    /// Adds a fault behind those that wait.
    pub fn push(&self, fault: Fault<O>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    /// Forgets every fault that has not struck.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What still waits, in the order in which it strikes.
    #[must_use]
    pub fn waiting(&self) -> Vec<Fault<O>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes the fault that strikes an exchange of `operation`.
    pub(crate) fn take(&self, operation: O) -> Option<FaultKind> {
        self.strike(|fault| {
            fault.kind != FaultKind::RefusesConnections
                && fault.operation.is_none_or(|wanted| wanted == operation)
        })
    }

    /// Takes the fault that refuses a connection.
    pub(crate) fn take_refusal(&self) -> bool {
        self.strike(|fault| fault.kind == FaultKind::RefusesConnections).is_some()
    }

    fn strike(&self, fits: impl Fn(&Fault<O>) -> bool) -> Option<FaultKind> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = faults.iter_mut().find(|fault| fault.times > 0 && fits(fault))?;
        if fault.times != u32::MAX {
            fault.times -= 1;
        }
        let kind = fault.kind;
        faults.retain(|fault| fault.times > 0);
        Some(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, FaultKind, u32)>) {
        let read: Option<Fault> = line.parse().ok();
        let expected = expected.map(|(operation, kind, times)| Fault {
            operation: Operation::named(operation),
            kind,
            times,
        });
        assert_eq!(read, expected, "{line}");
        if let Some(fault) = read {
            assert_eq!(fault.to_string().parse(), Ok(fault), "{fault}");
        }
    }

    #[test]
    fn a_line_is_read_as_the_fault_that_it_names() {
        check("loses the request to pay, once", Some(("pay", FaultKind::RequestLost, 1)));
        check("loses the answer to anything", Some(("", FaultKind::AnswerLost, 1)));
        check("answers query 45 s late, twice", Some(("query", FaultKind::Late(45), 2)));
        check("takes 6 s for cancel", Some(("cancel", FaultKind::Slow(6), 1)));
        check("answers refund-query twice, 3 times", Some(("refund-query", FaultKind::Twice, 3)));
        check("signs the answer to close badly", Some(("close", FaultKind::BadlySigned, 1)));
        check("drops the connection on create", Some(("create", FaultKind::Dropped, 1)));
        let refuses = FaultKind::RefusesConnections;
        check("refuses connections, always", Some(("", refuses, u32::MAX)));
        check(" answers lookup twice , once ", Some(("lookup", FaultKind::Twice, 1)));
    }

    #[test]
    fn a_line_that_is_no_fault_is_refused() {
        for line in [
            "",
            "loses pay",
            "loses the answer to payment",
            "answers pay 0 s late",
            "answers pay 3601 s late",
            "takes -1 s for pay",
            "answers pay twice, 0 times",
            "answers pay twice, never",
            "signs the answer to pay",
            "answers pay with 05",
            "Refuses connections",
        ] {
            check(line, None);
        }
    }

    #[test]
    fn the_error_shows_the_line_and_every_phrase() {
        let text = "eats pay".parse::<Fault>().unwrap_err().to_string();
        assert!(text.starts_with("\"eats pay\" is no fault; write one of:\n"), "{text}");
        for phrase in FAULT_PHRASES {
            // The wallet gateway answers by no code.
            assert_eq!(text.contains(phrase), phrase != WITH_CODE, "{phrase}: {text}");
        }
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_says_and_only_its_operation() {
        let faults = Faults::default();
        faults.push("loses the answer to pay, twice".parse().unwrap());
        faults.push("refuses connections".parse().unwrap());
        assert_eq!(faults.take(Operation::Query), None);
        assert_eq!(faults.take(Operation::Pay), Some(FaultKind::AnswerLost));
        assert_eq!(faults.take(Operation::Pay), Some(FaultKind::AnswerLost));
        assert_eq!(faults.take(Operation::Pay), None);
        assert!(faults.take_refusal());
        assert!(!faults.take_refusal());
        assert!(faults.waiting().is_empty());
    }
}
