//! What three of the witnesses are expected to say. The fourth, the screen, is asked for texts.

use caisson_core::payment::State;
use caisson_core::{Currency, Money};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// The forms of a sheet, for help and errors.
pub(super) const PAPER_FORMS: &str = "\"receipt 12.00, original\", \"refund 5.00, duplicate\" (or \
    pre-auth, completion, release), each with \", incomplete\"; or \"none\" alone";
/// The forms of a statement about the books, for help and errors.
pub(super) const BOOKS_FORMS: &str = "\"captured 1200 CNY, once\" (\"twice\", \"3 times\"), \
    \"given back 500 CNY\", \"net 700 CNY\", \"held 1200 CNY\" (minor units), \"nothing\"";

/// What a sheet is of.
const SHEETS: [&str; 5] = ["receipt", "refund", "pre-auth", "completion", "release"];

/// A sheet that is expected, as `check` words those that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paper(pub(crate) String);

impl FromStr for Paper {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is not a sheet; write {PAPER_FORMS}");
        let mut parts = text.split(", ");
        let (what, copy, rest) = (parts.next(), parts.next(), parts.collect::<Vec<_>>());
        let is_sheet = what.and_then(|what| what.split_once(' ')).is_some_and(|(kind, amount)| {
            let amount = amount.parse::<f64>().is_ok() && amount.contains('.');
            SHEETS.contains(&kind) && amount
        });
        let is_copy = matches!(copy, Some("original" | "duplicate"));
        let is_sheet = is_sheet && is_copy && (rest.is_empty() || rest == ["incomplete"]);
        if text == "none" || is_sheet { Ok(Self(text.to_owned())) } else { Err(wrong()) }
    }
}

/// The states of each payment, by its number from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Journal(pub(crate) BTreeMap<usize, Vec<State>>);

/// The key `journal` as it is written.
#[derive(Debug)]
pub(super) struct RawJournal(BTreeMap<String, Vec<String>>);

impl Journal {
    pub(super) fn new(raw: RawJournal) -> Result<Self, String> {
        let mut payments = BTreeMap::new();
        for (number, states) in raw.0 {
            let wrong = || format!("journal: \"{number}\" is not the number of a payment, from 1");
            let number = number.parse().ok().filter(|number| *number > 0).ok_or_else(wrong)?;
            let states = states.iter().map(|name| state(name)).collect::<Result<_, _>>()?;
            payments.insert(number, states);
        }
        Ok(Self(payments))
    }
}

fn state(name: &str) -> Result<State, String> {
    let known = State::ALL.into_iter().find(|state| state.name() == name);
    known.filter(|state| *state != State::Created).ok_or_else(|| {
        let names: Vec<_> = State::ALL.iter().skip(1).map(|state| state.name()).collect();
        format!("journal: \"{name}\" is not a state; write {}", names.join(", "))
    })
}

impl<'de> Deserialize<'de> for RawJournal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;

        impl<'de> Visitor<'de> for Form {
            type Value = RawJournal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of states, or a table of lists by the payment's number")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawJournal, A::Error> {
                let mut states = Vec::new();
                while let Some(state) = list.next_element()? {
                    states.push(state);
                }
                let none = states.is_empty();
                Ok(RawJournal((!none).then_some(("1".to_owned(), states)).into_iter().collect()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<RawJournal, A::Error> {
                let mut payments = BTreeMap::new();
                while let Some((number, states)) = table.next_entry()? {
                    payments.insert(number, states);
                }
                Ok(RawJournal(payments))
            }
        }

        deserializer.deserialize_any(Form)
    }
}

/// A statement about the acquirer's books. Amounts are the sum over all orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Books {
    /// Nobody was ever charged.
    Nothing,
    /// So much was taken, in so many charges.
    Captured {
        /// How much.
        amount: Money,
        /// How often.
        times: u32,
    },
    /// So much went back.
    GivenBack(Money),
    /// So much is left.
    Net(Money),
    /// So much is reserved and was not taken.
    Held(Money),
}

impl FromStr for Books {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" says nothing about books; write {BOOKS_FORMS}");
        let read = if text == "nothing" {
            Some(Self::Nothing)
        } else if let Some(rest) = text.strip_prefix("captured ") {
            rest.split_once(", ").and_then(|(amount, times)| {
                Some(Self::Captured { amount: minor(amount)?, times: times_of(times)? })
            })
        } else if let Some(rest) = text.strip_prefix("given back ") {
            minor(rest).map(Self::GivenBack)
        } else if let Some(rest) = text.strip_prefix("held ") {
            minor(rest).map(Self::Held)
        } else {
            text.strip_prefix("net ").and_then(minor).map(Self::Net)
        };
        read.ok_or_else(wrong)
    }
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minor = |amount: &Money| format!("{} {}", amount.minor(), amount.currency());
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Captured { amount, times: 1 } => write!(f, "captured {}, once", minor(amount)),
            Self::Captured { amount, times: 2 } => write!(f, "captured {}, twice", minor(amount)),
            Self::Captured { amount, times } => {
                write!(f, "captured {}, {times} times", minor(amount))
            }
            Self::GivenBack(amount) => write!(f, "given back {}", minor(amount)),
            Self::Held(amount) => write!(f, "held {}", minor(amount)),
            Self::Net(amount) => write!(f, "net {}", minor(amount)),
        }
    }
}

fn minor(text: &str) -> Option<Money> {
    let (amount, currency) = text.split_once(' ')?;
    Money::new(amount.parse().ok()?, currency.parse::<Currency>().ok()?).ok()
}

fn times_of(text: &str) -> Option<u32> {
    match text {
        "once" => Some(1),
        "twice" => Some(2),
        _ => text.strip_suffix(" times")?.parse().ok().filter(|times| *times > 0),
    }
}
