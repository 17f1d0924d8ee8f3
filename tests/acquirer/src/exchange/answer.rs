//! A business answer: a result and the fields that go with it.

use serde_json::{Map, Value};

use super::Reason;

/// The `result` of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Paid,
    Waiting,
    Declined,
    Busy,
    Created,
    Closed,
    TooEarly,
    NotFound,
    Refunded,
    /// A notice was taken.
    Received,
    /// To a phone: this is what the code asks for.
    Shown,
    /// To a phone: the customer's refusal was taken.
    Refused,
}

impl Outcome {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Paid => "PAID",
            Self::Waiting => "WAITING",
            Self::Declined => "DECLINED",
            Self::Busy => "BUSY",
            Self::Created => "CREATED",
            Self::Closed => "CLOSED",
            Self::TooEarly => "TOO_EARLY",
            Self::NotFound => "NOT_FOUND",
            Self::Refunded => "REFUNDED",
            Self::Received => "RECEIVED",
            Self::Shown => "SHOWN",
            Self::Refused => "REFUSED",
        }
    }
}

/// An answer in the making.
pub(crate) struct Answer {
    fields: Map<String, Value>,
}

impl Answer {
    pub(crate) fn new(outcome: Outcome) -> Self {
        let mut fields = Map::new();
        fields.insert("result".to_owned(), outcome.name().into());
        Self { fields }
    }

    pub(crate) fn declined(reason: Reason) -> Self {
        Self::new(Outcome::Declined).text("reason", reason.name())
    }

    pub(crate) fn order(self, number: &str) -> Self {
        self.text("order", number)
    }

    pub(crate) fn refund(self, number: &str) -> Self {
        self.text("refund", number)
    }

    /// An amount in minor units, never without its currency.
    pub(crate) fn amount(mut self, minor: i64, currency: &str) -> Self {
        self.fields.insert("amount".to_owned(), minor.into());
        self.text("currency", currency)
    }

    pub(crate) fn minor(mut self, name: &str, minor: i64) -> Self {
        self.fields.insert(name.to_owned(), minor.into());
        self
    }

    pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// The body.
    pub(crate) fn to_body(&self) -> String {
        Value::Object(self.fields.clone()).to_string()
    }
}
