//! Reads the fields of a request's JSON object. Fields that nobody asks for are ignored.

use serde_json::{Map, Value};

use super::{Answer, Reason};
use crate::wallet::Wallet;

/// Most characters in an order or refund number.
const NUMBER_CHARS_MAX: usize = 32;
/// Most that one request may move, in minor units: ten million of a two-digit currency. Keeps
/// every sum of the books far inside 64 bits.
pub(crate) const AMOUNT_MINOR_MAX: i64 = 1_000_000_000;
/// Most characters of a code, an address or a subject: beyond any real one.
const TEXT_CHARS_MAX: usize = 512;

/// A request that cannot be read. Names the field and what is wrong with it, never its value.
pub(crate) struct BadRequest {
    detail: String,
    order: Option<String>,
    refund: Option<String>,
}

impl BadRequest {
    pub(crate) fn new(field: &str, wrong: &str, object: &Map<String, Value>) -> Self {
        let number = |name| {
            let text = object.get(name)?.as_str()?;
            is_number(text).then(|| text.to_owned())
        };
        let (order, refund) = (number("order"), number("refund"));
        Self { detail: format!("{field} {wrong}"), order, refund }
    }

    pub(crate) fn answer(&self) -> Answer {
        let mut answer = Answer::declined(Reason::BadRequest).text("detail", &self.detail);
        if let Some(order) = &self.order {
            answer = answer.order(order);
        }
        if let Some(refund) = &self.refund {
            answer = answer.refund(refund);
        }
        answer
    }
}

/// A request's object, read field by field.
pub(crate) struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    pub(crate) fn new(object: &'a Map<String, Value>) -> Self {
        Self(object)
    }

    /// An order or refund number: 1 to 32 of `[0-9A-Z]`.
    pub(crate) fn number(&self, name: &str) -> Result<String, BadRequest> {
        let text = self.text(name)?;
        if is_number(text) {
            Ok(text.to_owned())
        } else {
            Err(self.bad(name, "is not 1 to 32 characters of [0-9A-Z]"))
        }
    }

    /// An amount in minor units, more than nothing.
    pub(crate) fn amount(&self) -> Result<i64, BadRequest> {
        let amount = self.integer("amount")?;
        if (1..=AMOUNT_MINOR_MAX).contains(&amount) {
            Ok(amount)
        } else {
            Err(self.bad("amount", "is not within 1 and 1000000000 minor units"))
        }
    }

    /// An ISO 4217 code.
    pub(crate) fn currency(&self) -> Result<String, BadRequest> {
        let text = self.text("currency")?;
        if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            Ok(text.to_owned())
        } else {
            Err(self.bad("currency", "is not three capital letters"))
        }
    }

    pub(crate) fn wallet(&self) -> Result<Wallet, BadRequest> {
        Wallet::named(self.text("wallet")?)
            .ok_or_else(|| self.bad("wallet", "is not wechat, alipay or unionpay"))
    }

    pub(crate) fn wallet_if_any(&self) -> Result<Option<Wallet>, BadRequest> {
        match self.0.get("wallet") {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.wallet().map(Some),
        }
    }

    pub(crate) fn integer(&self, name: &str) -> Result<i64, BadRequest> {
        self.value(name)?.as_i64().ok_or_else(|| self.bad(name, "is not an integer"))
    }

    pub(crate) fn text(&self, name: &str) -> Result<&'a str, BadRequest> {
        let text = self.value(name)?.as_str().ok_or_else(|| self.bad(name, "is not a text"))?;
        if text.is_empty() || text.len() > TEXT_CHARS_MAX {
            return Err(self.bad(name, "is empty or longer than 512 bytes"));
        }
        Ok(text)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn bad(&self, field: &str, wrong: &str) -> BadRequest {
        BadRequest::new(field, wrong, self.0)
    }

    fn value(&self, name: &str) -> Result<&'a Value, BadRequest> {
        self.0.get(name).ok_or_else(|| self.bad(name, "is missing"))
    }
}

fn is_number(text: &str) -> bool {
    (1..=NUMBER_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}
