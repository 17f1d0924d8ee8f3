//! The exchanges of the gateway: one file each, holding what it asks, how it is read, what it does.
//!
//! An exchange works on the desk of the books, inside one commit. It knows neither HTTP nor
//! signatures nor faults; what the amount chose comes in as an [`Effect`].

use serde_json::{Map, Value};

use crate::amounts::Effect;
use crate::books::desk::Desk;
use crate::books::order::Order;

mod answer;
mod cancel;
mod close;
mod create;
mod fields;
mod notice;
mod pay;
pub(crate) mod phone;
mod query;
mod refund;

pub(crate) use answer::{Answer, Outcome};
pub(crate) use fields::{BadRequest, Fields};

/// What a terminal may ask. Each is `POST /v1/<name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Takes money with a code that the customer shows.
    Pay,
    /// Asks what became of an order.
    Query,
    /// Takes an order back, whatever became of it.
    Cancel,
    /// Opens an order and gives the code to show to the customer.
    Create,
    /// Ends a shown code unless it was paid.
    Close,
    /// Gives money back.
    Refund,
    /// Asks what became of a refund.
    RefundQuery,
    /// `query` for people at a desk. Moves nothing.
    Lookup,
    /// A word to the shop's owner. Moves nothing.
    Notice,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 9] = [
        Self::Pay,
        Self::Query,
        Self::Cancel,
        Self::Create,
        Self::Close,
        Self::Refund,
        Self::RefundQuery,
        Self::Lookup,
        Self::Notice,
    ];

    /// Its name in paths, fault lines and books.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pay => "pay",
            Self::Query => "query",
            Self::Cancel => "cancel",
            Self::Create => "create",
            Self::Close => "close",
            Self::Refund => "refund",
            Self::RefundQuery => "refund-query",
            Self::Lookup => "lookup",
            Self::Notice => "notice",
        }
    }

    /// The operation of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.name() == name)
    }
}

/// Why something was declined. The name is what stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The customer has not enough money.
    BalanceShort,
    /// The customer's code is too old.
    CodeExpired,
    /// The code fits no wallet, or another wallet than the one named.
    CodeInvalid,
    /// The code belongs to an earlier order.
    CodeUsed,
    /// The customer said no.
    CustomerRefused,
    /// Over the customer's limit.
    AmountLimit,
    /// The wallet's risk rules.
    Risk,
    /// Not offered to this merchant, or not for this order.
    NotSupported,
    /// More than is left of the payment.
    RefundExceeds,
    /// There is no money to give back.
    NotPaid,
    /// The order was cancelled, closed or ran out.
    OrderClosed,
    /// The number was used before with other data.
    DuplicateDiffers,
    /// The request cannot be read; `detail` names the field.
    BadRequest,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 13] = [
        Self::BalanceShort,
        Self::CodeExpired,
        Self::CodeInvalid,
        Self::CodeUsed,
        Self::CustomerRefused,
        Self::AmountLimit,
        Self::Risk,
        Self::NotSupported,
        Self::RefundExceeds,
        Self::NotPaid,
        Self::OrderClosed,
        Self::DuplicateDiffers,
        Self::BadRequest,
    ];

    /// Its name on the wire and in the books.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BalanceShort => "balance-short",
            Self::CodeExpired => "code-expired",
            Self::CodeInvalid => "code-invalid",
            Self::CodeUsed => "code-used",
            Self::CustomerRefused => "customer-refused",
            Self::AmountLimit => "amount-limit",
            Self::Risk => "risk",
            Self::NotSupported => "not-supported",
            Self::RefundExceeds => "refund-exceeds",
            Self::NotPaid => "not-paid",
            Self::OrderClosed => "order-closed",
            Self::DuplicateDiffers => "duplicate-differs",
            Self::BadRequest => "bad-request",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// A request of a terminal that was read.
pub(crate) enum Request {
    Pay(pay::Pay),
    Query(query::Query),
    Cancel(cancel::Cancel),
    Create(create::Create),
    Close(close::Close),
    Refund(refund::Refund),
    RefundQuery(refund::RefundQuery),
    Notice(notice::Notice),
    /// Cannot be read; moves nothing.
    Bad(BadRequest),
}

impl Request {
    /// Reads a body. What cannot be read becomes a request that is declined as such.
    pub(crate) fn read(operation: Operation, body: &[u8]) -> Self {
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
            return Self::Bad(BadRequest::new("the body", "is not a JSON object", &Map::new()));
        };
        let fields = Fields::new(&object);
        let read = match operation {
            Operation::Pay => pay::Pay::read(&fields).map(Self::Pay),
            Operation::Query | Operation::Lookup => query::Query::read(&fields).map(Self::Query),
            Operation::Cancel => cancel::Cancel::read(&fields).map(Self::Cancel),
            Operation::Create => create::Create::read(&fields).map(Self::Create),
            Operation::Close => close::Close::read(&fields).map(Self::Close),
            Operation::Refund => refund::Refund::read(&fields).map(Self::Refund),
            Operation::RefundQuery => refund::RefundQuery::read(&fields).map(Self::RefundQuery),
            Operation::Notice => notice::Notice::read(&fields).map(Self::Notice),
        };
        read.unwrap_or_else(Self::Bad)
    }

    /// The order or refund that it is about.
    pub(crate) fn subject(&self) -> Option<&str> {
        match self {
            Self::Pay(request) => Some(&request.order),
            Self::Query(request) => Some(&request.order),
            Self::Cancel(request) => Some(&request.order),
            Self::Create(request) => Some(&request.order),
            Self::Close(request) => Some(&request.order),
            Self::Refund(request) => Some(&request.refund),
            Self::RefundQuery(request) => Some(&request.refund),
            Self::Notice(request) => Some(&request.order),
            Self::Bad(_) => None,
        }
    }

    /// The amount that may choose what happens.
    pub(crate) fn amount(&self) -> Option<i64> {
        match self {
            Self::Pay(request) => Some(request.amount),
            Self::Create(request) => Some(request.amount),
            Self::Refund(request) => Some(request.amount),
            _ => None,
        }
    }

    /// The operation whose amount chooses, for the three that have one.
    pub(crate) const fn operation(&self) -> Option<Operation> {
        match self {
            Self::Pay(_) => Some(Operation::Pay),
            Self::Create(_) => Some(Operation::Create),
            Self::Refund(_) => Some(Operation::Refund),
            _ => None,
        }
    }

    /// Does it.
    pub(crate) fn book(&self, desk: &Desk<'_>, effect: Effect) -> rusqlite::Result<Answer> {
        match self {
            Self::Pay(request) => request.book(desk, effect),
            Self::Query(request) => request.book(desk),
            Self::Cancel(request) => request.book(desk),
            Self::Create(request) => request.book(desk, effect),
            Self::Close(request) => request.book(desk),
            Self::Refund(request) => request.book(desk, effect),
            Self::RefundQuery(request) => request.book(desk),
            Self::Notice(request) => Ok(request.answer()),
            Self::Bad(bad) => Ok(bad.answer()),
        }
    }

    /// The answer that says nothing about what became of it.
    pub(crate) fn busy(&self) -> Answer {
        let number = self.subject().unwrap_or_default();
        match self {
            Self::Refund(_) | Self::RefundQuery(_) => Answer::new(Outcome::Busy).refund(number),
            _ => Answer::new(Outcome::Busy).order(number),
        }
    }
}

/// The answer of an order that was paid.
fn paid(order: &Order) -> Answer {
    Answer::new(Outcome::Paid)
        .order(&order.number)
        .amount(order.amount, &order.currency)
        .text("transaction", &order.transaction())
}
