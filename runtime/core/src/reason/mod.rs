//! Why something did not go as wished, and what to do next: one table for screen and paper.
//!
//! Guarantees: every [`Reason`] has a class, somebody who acts, a retry rule, and a text for the
//! cashier (why, and what next) and one for the customer, in zh and en; a variant without a row
//! does not compile. Customer texts never reveal why an issuer suspects fraud.
//!
//! Codes in log, journal and contract are [`Reason::code`]; nobody decides by a text.

mod table;

use crate::language::Text;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

pub use table::Reason;

/// What is certain about the money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// No money has moved, and none will.
    NotPaid,
    /// Not known yet; the terminal is finding out.
    Unknown,
    /// The payment stands; something else went wrong.
    Paid,
    /// Money moved after all and is being given back.
    GivingBack,
}

/// Who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The person paying.
    Customer,
    /// The person at the till.
    Cashier,
    /// The shop's owner or manager.
    Owner,
    /// The acquirer's service.
    Acquirer,
    /// Who wrote the payment app.
    Developer,
    /// The terminal itself; people only wait.
    Terminal,
}

/// Whether and how to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// A new payment may be started at once.
    Now,
    /// A new payment, with another code, card or amount.
    Otherwise,
    /// Later.
    Later,
    /// Not before this one is certain.
    AfterThis,
    /// Not until somebody has changed something.
    AfterRepair,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Name in journal, log and contract: lower case with hyphens.
    pub code: &'static str,
    /// What is certain about the money.
    pub class: Class,
    /// Who acts.
    pub actor: Actor,
    /// Whether to try again.
    pub retry: Retry,
    /// For the cashier: why.
    pub why: Text,
    /// For the cashier: what to do next.
    pub next: Text,
    /// For the customer.
    pub customer: Text,
}

impl Reason {
    /// The name in journal, log and contract.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.row().code
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// Not a reason of the table. Author of the destination file: use one of
/// [`Reason::ALL`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a reason of the terminal's table")]
pub struct UnknownReason(String);

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.code() == text)
            .ok_or_else(|| UnknownReason(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Reason {
    type Error = UnknownReason;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.code().to_owned()
    }
}

impl Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_says_why_and_what_next_in_both_languages() {
        for reason in Reason::ALL {
            let row = reason.row();
            for text in [row.why, row.next, row.customer] {
                assert!(text.en.is_ascii(), "{reason}: {}", text.en);
                assert!(text.en.ends_with('.'), "{reason}: {}", text.en);
                assert!(text.zh.ends_with('。'), "{reason}: {}", text.zh);
                assert!(text.en.chars().count() <= 120, "{reason}: {}", text.en);
            }
        }
    }

    #[test]
    fn codes_are_unique_and_read_back() {
        let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(reason.code().parse(), Ok(reason));
        }
    }

    #[test]
    fn the_customer_is_never_told_of_suspected_fraud() {
        for reason in Reason::ALL {
            let customer = reason.row().customer;
            for word in ["fraud", "risk", "suspect", "stolen", "lost", "pick up", "picked up"] {
                assert!(!customer.en.to_lowercase().contains(word), "{reason}");
            }
            for word in ["风险", "欺诈", "可疑", "作弊", "挂失", "被窃", "没收"] {
                assert!(!customer.zh.contains(word), "{reason}");
            }
        }
    }

    #[test]
    fn a_card_that_its_bank_wants_back_reads_like_any_other_that_cannot_be_used() {
        let customer = |reason: Reason| reason.row().customer.en;
        assert_eq!(
            customer(Reason::CardPickUp),
            "This card cannot be used. Please pay in another way."
        );
        assert_eq!(customer(Reason::RiskRefused), customer(Reason::DeclinedOther));
    }

    #[test]
    fn while_the_money_is_unknown_nobody_is_told_to_pay_again() {
        for reason in Reason::ALL {
            if reason.row().class == Class::Unknown {
                assert!(
                    matches!(reason.row().retry, Retry::AfterThis | Retry::AfterRepair),
                    "{reason}"
                );
            }
        }
    }
}
