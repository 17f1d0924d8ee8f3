//! The pages of the terminal's own desk: what a cashier, a supervisor and an owner see besides the
//! views of an app.
//!
//! Guarantees: a page is data, complete in itself; its words are made where it is drawn, from this
//! data and the language. No app can ask for a page. Deliberately not here: who may do what
//! (`terminal`), and how it looks (`ui`).

use crate::key::PaymentKey;
use crate::language::{Language, Text};
use crate::money::Money;
use crate::payment::{Kind, State};
use crate::reason::Reason;
use crate::view::Outcome;
use serde::{Deserialize, Serialize};

mod event;

pub use event::DeskEvent;

/// Most operators of a terminal: as many as one page lists.
pub const OPERATORS_MAX: usize = LIST_ROWS_MAX;
/// Longest name of an operator, in characters.
pub const OPERATOR_CHARS_MAX: usize = 20;
/// Most rows of a list page at a time; more are a search away.
pub const LIST_ROWS_MAX: usize = 50;
/// Longest text that is searched for, in characters.
pub const SEARCH_CHARS_MAX: usize = 40;

/// Who somebody is at this terminal, and so what they may do. Each may do what those before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Takes money, prints copies, looks things up.
    Cashier,
    /// Gives money back, and sees the day's totals.
    Supervisor,
    /// Decides what is held or parked, and changes settings.
    Owner,
}

impl Role {
    /// Every role, the lowest first.
    pub const ALL: [Self; 3] = [Self::Cashier, Self::Supervisor, Self::Owner];

    /// What people read.
    #[must_use]
    pub const fn word(self) -> Text {
        match self {
            Self::Cashier => Text { zh: "收银员", en: "Cashier" },
            Self::Supervisor => Text { zh: "主管", en: "Supervisor" },
            Self::Owner => Text { zh: "店主", en: "Owner" },
        }
    }
}

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// As the shop calls them.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// Something that needs a role. Named in the journal where it was denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Another copy of a receipt.
    Reprint,
    /// A part or the rest of a sale goes back.
    Refund,
    /// Some or all of what is reserved is taken.
    Complete,
    /// All of a sale of today goes back, or all of what is reserved is let go.
    Void,
    /// The day's totals.
    Totals,
    /// What a parked payment became, by an owner's word.
    Resolve,
    /// Settings of the whole terminal. Language, look and volume are anybody's.
    Settings,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 7] = [
        Self::Reprint,
        Self::Refund,
        Self::Complete,
        Self::Void,
        Self::Totals,
        Self::Resolve,
        Self::Settings,
    ];

    /// The lowest role that may do it.
    #[must_use]
    pub const fn needs(self) -> Role {
        match self {
            Self::Reprint => Role::Cashier,
            Self::Refund | Self::Complete | Self::Void | Self::Totals => Role::Supervisor,
            Self::Resolve | Self::Settings => Role::Owner,
        }
    }

    /// What people read.
    #[must_use]
    pub const fn word(self) -> Text {
        match self {
            Self::Reprint => Text { zh: "重印小票", en: "Print again" },
            Self::Refund => Text { zh: "退款", en: "Refund" },
            Self::Complete => Text { zh: "完成", en: "Complete" },
            Self::Void => Text { zh: "撤销", en: "Void" },
            Self::Totals => Text { zh: "当日合计", en: "Day totals" },
            Self::Resolve => Text { zh: "处理未决交易", en: "Resolve" },
            Self::Settings => Text { zh: "设置", en: "Settings" },
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// For the day.
    #[default]
    Light,
    /// For the night.
    Dark,
}

/// How loud tones and announcements are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Volume {
    /// Silent.
    Off,
    /// For a quiet room.
    Low,
    /// For a shop.
    #[default]
    Loud,
}

/// What anybody at the terminal can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Settings {
    /// Language of screen, paper and announcements.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// How loud.
    pub volume: Volume,
}

/// A way to pay, as a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodRow {
    /// Its name in the page's language.
    pub name: String,
    /// Why it takes no payment now.
    pub trouble: Option<Reason>,
}

/// A payment, as a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRow {
    /// Its key.
    pub key: PaymentKey,
    /// What it does.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// How that is told.
    pub outcome: Outcome,
    /// What was asked for, or what was approved where that is known.
    pub amount: Money,
    /// The way to pay, in the page's language.
    pub method: String,
    /// The shop's time at which it began, `2026-11-22 10:00:00`.
    pub when: String,
}

/// Everything about one payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// As in a list.
    pub row: PaymentRow,
    /// Why it stands where it stands.
    pub reason: Option<Reason>,
    /// What has gone back of it, or may have.
    pub refunded: Option<Money>,
    /// Names and values of its receipt.
    pub facts: Vec<(String, String)>,
    /// What can be done with it, whoever may.
    pub acts: Vec<Act>,
}

/// One line of the day's totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalRow {
    /// The way to pay, in the page's language; empty for the sum over all.
    pub method: String,
    /// How many sales.
    pub sales: u32,
    /// Their sum.
    pub sold: Money,
    /// How many refunds.
    pub refunds: u32,
    /// Their sum.
    pub refunded: Money,
}

/// What the terminal is doing about a payment that is not settled, and what a person can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The payment.
    pub row: PaymentRow,
    /// Why.
    pub reason: Option<Reason>,
    /// True where the terminal goes on asking by itself; false where an owner must decide.
    pub is_asking: bool,
}

/// Why somebody could not sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignInTrouble {
    /// The code was wrong; so many tries are left.
    WrongCode {
        /// How many.
        tries_left: u32,
    },
    /// Too many wrong codes: locked for so many seconds more.
    Locked {
        /// How many.
        seconds: u32,
    },
}

/// A page of the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Page {
    /// Who is at the till?
    SignIn {
        /// Who can be chosen.
        operators: Vec<Operator>,
    },
    /// The chosen operator's code.
    Code {
        /// Whose.
        operator: Operator,
        /// What was wrong with the last one.
        trouble: Option<SignInTrouble>,
    },
    /// The amount of the next sale.
    Keypad {
        /// How many payments need attention.
        problems: u32,
        /// The largest amount that is taken.
        max: Money,
    },
    /// How does the customer pay?
    Methods {
        /// Every way, those that are down included.
        rows: Vec<MethodRow>,
    },
    /// Everything else.
    Menu {
        /// How many payments need attention.
        problems: u32,
        /// Services of apps that move no money, by name.
        services: Vec<String>,
    },
    /// Payments, the newest first.
    History {
        /// At most [`LIST_ROWS_MAX`].
        rows: Vec<PaymentRow>,
        /// What was searched for; empty for all.
        search: String,
        /// True where there are more than these.
        is_more: bool,
    },
    /// One payment.
    Details(Details),
    /// How much goes back, or of a pre-authorisation is taken?
    RefundAmount {
        /// Of which payment.
        row: PaymentRow,
        /// At most this.
        left: Money,
    },
    /// Really give back all of it, or let go what is reserved?
    VoidConfirm {
        /// Of which payment.
        row: PaymentRow,
        /// So much.
        left: Money,
    },
    /// The day so far.
    Totals {
        /// The shop's day, `2026-11-22`.
        day: String,
        /// A line for each way to pay and currency, then the sums.
        rows: Vec<TotalRow>,
    },
    /// What is not settled.
    Problems {
        /// At most [`LIST_ROWS_MAX`].
        rows: Vec<Problem>,
        /// Ways to pay that are down, by name, with the reason.
        methods: Vec<MethodRow>,
    },
    /// One of them.
    Problem(Problem),
    /// Really end a parked payment by an owner's word?
    ResolveConfirm {
        /// Which.
        problem: Problem,
        /// True for "the customer has paid", false for "has not".
        paid: bool,
    },
    /// Somebody may not do that.
    Denied {
        /// What.
        act: Act,
        /// Who asked.
        operator: Operator,
    },
    /// What anybody can set.
    Settings,
    /// What this is.
    About {
        /// Names and versions: terminal, runtime, apps.
        parts: Vec<(String, String)>,
    },
    /// The receipt as a code for the customer's phone.
    ReceiptCode {
        /// The code's content.
        text: String,
    },
    /// Something was done or not, in one sentence.
    Said {
        /// True where it was done.
        is_done: bool,
        /// Title and text.
        reason: Option<Reason>,
    },
}

impl Page {
    /// What the page is called: its title where it has no other.
    #[must_use]
    pub const fn title(&self) -> Text {
        match self {
            Self::SignIn { .. } => Text { zh: "请选择操作员", en: "Who is at the till?" },
            Self::Code { .. } => Text { zh: "请输入操作员密码", en: "Key your code" },
            Self::Keypad { .. } => Text { zh: "请输入金额", en: "enter the amount" },
            Self::Methods { .. } => {
                Text { zh: "请选择付款方式", en: "How does the customer pay?" }
            }
            Self::Menu { .. } => Text { zh: "菜单", en: "Menu" },
            Self::History { .. } => Text { zh: "交易记录", en: "History" },
            Self::Details(_) => Text { zh: "交易详情", en: "Payment" },
            Self::RefundAmount { row: PaymentRow { kind: Kind::PreAuth, .. }, .. } => {
                Text { zh: "请输入完成金额", en: "How much is taken?" }
            }
            Self::RefundAmount { .. } => {
                Text { zh: "请输入退款金额", en: "How much goes back?" }
            }
            Self::VoidConfirm { row: PaymentRow { kind: Kind::PreAuth, .. }, .. } => {
                Text { zh: "确认撤销预授权？", en: "Let go what is reserved?" }
            }
            Self::VoidConfirm { .. } => {
                Text { zh: "确认撤销整笔交易？", en: "Give all of it back?" }
            }
            Self::Totals { .. } => Text { zh: "当日合计", en: "Day totals" },
            Self::Problems { .. } => Text { zh: "待处理事项", en: "Open problems" },
            Self::Problem(_) => Text { zh: "未决交易", en: "Open payment" },
            Self::ResolveConfirm { .. } => {
                Text { zh: "确认处理结果？", en: "Settle it by your word?" }
            }
            Self::Denied { .. } => Text { zh: "权限不足", en: "Not allowed" },
            Self::Settings => Text { zh: "设置", en: "Settings" },
            Self::About { .. } => Text { zh: "关于", en: "About" },
            Self::ReceiptCode { .. } => {
                Text { zh: "请顾客扫码获取小票", en: "Scan for the receipt" }
            }
            Self::Said { is_done: true, .. } => Text { zh: "已完成", en: "Done" },
            Self::Said { is_done: false, .. } => Text { zh: "未完成", en: "Not done" },
        }
    }

    /// The page as one line of text, for transcripts and for a terminal without a screen.
    #[must_use]
    pub fn line(&self, language: Language) -> String {
        let title = self.title().in_language(language);
        match self {
            Self::SignIn { operators } => {
                let names: Vec<_> = operators.iter().map(|one| one.name.as_str()).collect();
                format!("{title}: {}", names.join(" | "))
            }
            Self::Code { operator, .. } => format!("{title}: {}", operator.name),
            Self::Methods { rows } => {
                let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
                format!("{title}: {}", names.join(" | "))
            }
            Self::Details(Details { row, .. }) | Self::Problem(Problem { row, .. }) => {
                let outcome = row.outcome.word().in_language(language);
                format!("{title}: {outcome} {}", row.amount)
            }
            Self::Denied { act, operator } => {
                let act = act.word().in_language(language);
                format!("{title}: {act}, {}", operator.name)
            }
            Self::Said { reason: Some(reason), .. } => {
                let row = reason.row();
                let next = row.next.in_language(language);
                format!("{title}: {} {next}", row.why.in_language(language))
            }
            _ => title.to_owned(),
        }
    }
}
