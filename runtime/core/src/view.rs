//! What the screen shows: typed, bounded views. Drawn by the host's own components.
//!
//! Guarantees: a text over its cap, or with control or direction-override characters, is a typed
//! error to whoever asked, never a silent cut; no view has a masked field, and nothing that can be
//! answered with more than "read" asks for a PIN, a password or a card number. The amount stays on
//! every view of a payment. Between two views of an app the host shows [`View::Wait`].

use crate::desk::Page;
use crate::document::Document;
use crate::language::{Language, Text};
use crate::money::{MINOR_MAX, Money};
use crate::reason::{Class, Reason};
use serde::{Deserialize, Serialize};
use std::time::Duration;

mod check;
mod form;

pub use form::{FIELDS_MAX, Field, FieldKind, LABEL_CHARS_MAX, VALUE_CHARS_MAX, check_fields};

/// Longest title, in characters: two lines at 480 dots.
pub const TITLE_CHARS_MAX: usize = 60;
/// Longest text below the title, in characters.
pub const BODY_CHARS_MAX: usize = 2_000;
/// Longest row of a menu, in characters.
pub const ROW_CHARS_MAX: usize = 60;
/// Most rows of a menu.
pub const ROWS_MAX: usize = 200;
/// Largest content of a shown code, in bytes.
pub const CODE_BYTES_MAX: usize = 1_000;
/// Longest wait that an app can ask for.
pub const WAIT_MAX: Duration = Duration::from_secs(5 * 60);
/// Most points of a signature, over all its strokes.
pub const SIGNATURE_POINTS_MAX: usize = 4_000;
/// Width and height of the field in which a signature's points are given.
pub const SIGNATURE_SIZE: (u16, u16) = (1_000, 400);
/// Most view changes of an app in one second.
pub const CHANGES_PER_SECOND_MAX: u32 = 10;

/// Why a view cannot be shown. App developer: shorten or clean the named part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// Over its cap.
    #[error("{part} holds {length}, limit {max}")]
    TooLong {
        /// `title`, `body`, `caption`, `row`, `rows`, `code`, `fields`, `label` or `value`.
        part: &'static str,
        /// Length found (characters, rows, fields or bytes).
        length: usize,
        /// The cap in the same unit.
        max: usize,
    },
    /// An amount that no money can reach.
    #[error("the largest amount is {max_minor} minor units, limit {max}", max = MINOR_MAX)]
    AmountTooLarge {
        /// What was asked for, in minor units.
        max_minor: u64,
    },
    /// A title, row, code or document without content.
    #[error("{part} is empty")]
    Empty {
        /// Which part.
        part: &'static str,
    },
    /// A field that asks for what only the host may ask for.
    #[error(
        "field {field}: no app may ask for a PIN, a password, a card number or its code; the host \
         asks for these itself"
    )]
    SecretField {
        /// Which field, from 0.
        field: usize,
    },
    /// A title that asks for the same, above something that can be answered.
    #[error(
        "title: no app may ask for a PIN, a password, a card number or its code; the host asks \
         for these itself"
    )]
    SecretTitle,
    /// A control or direction-override character.
    #[error("{part} holds the character U+{character:04X}, which no screen may carry")]
    BadCharacter {
        /// Which part.
        part: &'static str,
        /// The character's code point.
        character: u32,
    },
}

/// How a payment ended, as people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Money was taken.
    Approved,
    /// Money was given back.
    Refunded,
    /// Money was reserved.
    Reserved,
    /// What was reserved was let go.
    Released,
    /// Refused.
    Declined,
    /// Ended before money moved.
    Cancelled,
    /// Not known yet.
    Unknown,
}

/// How something that moves no money ended, in an app's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// It was done.
    Done,
    /// It was not.
    Failed,
    /// Somebody must look at it.
    Attention,
}

/// Why a PIN is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PinAsk {
    /// The card wants one.
    First,
    /// The card refused the one before.
    Wrong {
        /// How many tries the card still allows, where it says so.
        tries_left: Option<u8>,
    },
}

impl PinAsk {
    /// What was wrong before, and how many tries are left; empty at first.
    #[must_use]
    pub fn trouble(self, language: Language) -> String {
        match (self, language) {
            (Self::First, _) => String::new(),
            (Self::Wrong { tries_left: None }, Language::Zh) => "密码错误，请重新输入。".to_owned(),
            (Self::Wrong { tries_left: None }, Language::En) => "Wrong PIN, try again.".to_owned(),
            (Self::Wrong { tries_left: Some(1) }, Language::Zh) => {
                "密码错误，还可再试1次，再错将锁卡。".to_owned()
            }
            (Self::Wrong { tries_left: Some(1) }, Language::En) => {
                "Wrong PIN. One try left, then the card is blocked.".to_owned()
            }
            (Self::Wrong { tries_left: Some(left) }, Language::Zh) => {
                format!("密码错误，还可再试{left}次。")
            }
            (Self::Wrong { tries_left: Some(left) }, Language::En) => {
                format!("Wrong PIN, {left} tries left.")
            }
        }
    }
}

/// One thing on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum View {
    /// Ready for the next amount.
    Idle,
    /// "Please wait": between two views of an app.
    Wait,
    /// Something to read, with one button.
    Message {
        /// The title.
        title: String,
        /// The text.
        body: String,
    },
    /// Something is being done.
    Progress {
        /// The title.
        title: String,
        /// The text.
        body: String,
    },
    /// The camera is looking for a code.
    Scan {
        /// What to hold before it.
        prompt: String,
    },
    /// A code for the customer's phone.
    Qr {
        /// The code's content.
        text: String,
        /// The line below it.
        caption: String,
    },
    /// A choice.
    Menu {
        /// The title.
        title: String,
        /// The rows.
        rows: Vec<String>,
    },
    /// The cashier or the customer keys an amount, in the payment's currency.
    Amount {
        /// What for.
        title: String,
        /// The largest that is taken, in minor units.
        max_minor: u64,
    },
    /// Fields to fill in, one after the other where the screen is small.
    Form {
        /// The title.
        title: String,
        /// The fields; none is masked.
        fields: Vec<Field>,
    },
    /// A card is wanted: where to hold, insert or swipe it is the host's to draw.
    PresentCard {
        /// What for.
        prompt: String,
    },
    /// The customer signs.
    Signature {
        /// What is signed.
        title: String,
    },
    /// How a service that moves no money ended. In a payment the host alone says how it ended.
    Result {
        /// Which way.
        mark: Mark,
        /// The title.
        title: String,
        /// The text.
        body: String,
    },
    /// A document as the paper will show it.
    Preview {
        /// The document.
        document: Document,
    },
    /// A page of the terminal's own desk: no app can ask for one.
    Page(Box<Page>),
    /// The host asks for a yes.
    Confirm {
        /// Why it asks.
        reason: Reason,
    },
    /// The host asks for the owner's code.
    Hold {
        /// Why the payment is held.
        reason: Reason,
        /// How many wrong codes may still follow.
        tries_left: u32,
        /// True after a wrong one.
        was_wrong: bool,
    },
    /// The host asks the cardholder for the PIN. No app can show this, and none sees a key of it.
    Pin {
        /// Why it is asked now.
        ask: PinAsk,
        /// True where the cardholder may go on without one.
        can_bypass: bool,
        /// True where the digits stand in another order each time, so that whoever sees the fingers
        /// does not know the PIN.
        is_shuffled: bool,
    },
    /// The way to pay that was chosen cannot be used: the host offers the others.
    Instead {
        /// Why it cannot.
        reason: Reason,
        /// The others by name, as rows.
        rows: Vec<String>,
    },
    /// How the payment ended, with reason and next step.
    Outcome {
        /// Which way.
        outcome: Outcome,
        /// Why; `None` for a plain approval.
        reason: Option<Reason>,
        /// True where the cashier is asked what receipt the customer wants.
        asks_receipt: bool,
    },
    /// Something about a device, the payment being certain.
    Notice {
        /// What.
        reason: Reason,
    },
}

impl View {
    /// The view as one line of text, for transcripts and for a terminal without a screen.
    #[must_use]
    pub fn line(&self, amount: Option<Money>, language: Language) -> String {
        let words = |text: Text| text.in_language(language);
        match self {
            Self::Idle => words(READY).to_owned(),
            Self::Wait => words(PLEASE_WAIT).to_owned(),
            Self::Message { title, body }
            | Self::Progress { title, body }
            | Self::Result { title, body, .. } => {
                if body.is_empty() {
                    title.clone()
                } else {
                    format!("{title}: {body}")
                }
            }
            Self::Scan { prompt: title }
            | Self::PresentCard { prompt: title }
            | Self::Amount { title, .. }
            | Self::Signature { title } => title.clone(),
            Self::Form { title, fields } => {
                let labels: Vec<_> = fields.iter().map(|field| field.label.as_str()).collect();
                format!("{title}: {}", labels.join(" | "))
            }
            Self::Preview { .. } => words(PREVIEW).to_owned(),
            Self::Page(page) => page.line(language),
            Self::Qr { caption, .. } => caption.clone(),
            Self::Menu { title, rows } => format!("{title}: {}", rows.join(" | ")),
            Self::Confirm { reason } | Self::Notice { reason } => {
                let row = reason.row();
                format!("{} {}", words(row.why), words(row.next))
            }
            Self::Hold { reason, tries_left, was_wrong } => {
                let row = reason.row();
                let wrong =
                    if *was_wrong { wrong_code(*tries_left, language) } else { String::new() };
                format!("{wrong}{} {}", words(row.why), words(row.next))
            }
            Self::Pin { ask, .. } => {
                let trouble = ask.trouble(language);
                let gap = if trouble.is_empty() { "" } else { " " };
                format!("{trouble}{gap}{}", words(ENTER_PIN))
            }
            Self::Instead { reason, rows } => {
                let why = words(reason.row().why);
                format!("{why} {}: {}", words(INSTEAD), rows.join(" | "))
            }
            Self::Outcome { outcome, reason, .. } => {
                let amount = amount.map_or_else(String::new, |amount| format!(" {amount}"));
                let head = format!("{}{amount}", words(outcome.word()));
                match reason {
                    Some(reason) => {
                        let row = reason.row();
                        format!("{head}: {} {}", words(row.why), words(row.next))
                    }
                    None => head,
                }
            }
        }
    }
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> Text {
        match self {
            Self::Approved => Text { zh: "收款成功", en: "approved" },
            Self::Refunded => Text { zh: "退款成功", en: "refunded" },
            Self::Reserved => Text { zh: "预授权成功", en: "reserved" },
            Self::Released => Text { zh: "预授权已撤销", en: "released" },
            Self::Declined => Text { zh: "未成功", en: "declined" },
            Self::Cancelled => Text { zh: "已取消", en: "cancelled" },
            Self::Unknown => Text { zh: "结果待确认", en: "not certain yet" },
        }
    }

    /// The outcome that fits a reason whose payment did not go through.
    #[must_use]
    pub const fn of_reason(reason: Reason) -> Self {
        match reason.row().class {
            Class::Unknown => Self::Unknown,
            Class::Paid => Self::Approved,
            Class::NotPaid | Class::GivingBack => match reason {
                Reason::CancelledByCashier
                | Reason::NobodyActed
                | Reason::OfferExpired
                | Reason::CustomerWaits
                | Reason::GivenBack => Self::Cancelled,
                _ => Self::Declined,
            },
        }
    }
}

const READY: Text = Text { zh: "请输入金额", en: "enter the amount" };
const PREVIEW: Text = Text { zh: "打印预览", en: "what the paper will show" };
/// What the PIN page is titled.
pub const ENTER_PIN: Text = Text { zh: "请持卡人输入密码", en: "Cardholder: key your PIN" };
const PLEASE_WAIT: Text = Text { zh: "请稍候", en: "please wait" };

const INSTEAD: Text = Text { zh: "请选择其他付款方式", en: "Choose another way to pay" };

/// A wrong code, and how many may still be tried; ends with a space where another sentence follows.
#[must_use]
pub fn wrong_code(tries_left: u32, language: Language) -> String {
    match language {
        Language::Zh => format!("授权码错误，还可再试{tries_left}次。"),
        Language::En if tries_left == 1 => "Wrong code, one try left. ".to_owned(),
        Language::En => format!("Wrong code, {tries_left} tries left. "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_says_how_much_why_and_what_next() {
        let amount = Money::parse("12.00", crate::Currency::Cny).ok();
        let view = View::Outcome {
            outcome: Outcome::Declined,
            reason: Some(Reason::BalanceShort),
            asks_receipt: false,
        };
        assert_eq!(
            view.line(amount, Language::En),
            "declined 12.00: The balance is too low. Ask for another way to pay, or a smaller \
             amount."
        );
    }
}
