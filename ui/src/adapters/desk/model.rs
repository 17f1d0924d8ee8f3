//! A page of the desk as what is drawn of it: every word and every amount, in one language.
//!
//! Guarantees: a page and a language always give the same model. Deliberately not here: what a
//! person is keying meanwhile (`state`), and the toolkit's handles (`desk`).

use super::words;
use crate::adapters::words::{headline, tone};
use crate::generated::{DeskFact, DeskKind, DeskRow, DeskTotal, Tone};
use crate::money;
use caisson_core::desk::{Details, MethodRow, Operator, Page, PaymentRow, Problem, TotalRow};
use caisson_core::payment::Kind;
use caisson_core::{Language, Money, Reason};

/// What is drawn of a page.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Model {
    pub(super) kind: DeskKind,
    pub(super) title: String,
    pub(super) who: String,
    pub(super) role: String,
    pub(super) amount: String,
    pub(super) word: String,
    pub(super) tone: Tone,
    pub(super) about: String,
    pub(super) why: String,
    pub(super) next: String,
    pub(super) note: String,
    pub(super) is_note_bad: bool,
    pub(super) main: String,
    pub(super) problems: u32,
    pub(super) rows: Vec<DeskRow>,
    pub(super) others: Vec<DeskRow>,
    pub(super) facts: Vec<DeskFact>,
    pub(super) totals: Vec<DeskTotal>,
    pub(super) acts: Vec<String>,
    pub(super) search: String,
    pub(super) is_more: bool,
    pub(super) is_asking: bool,
    pub(super) is_ready: bool,
    pub(super) is_keyed: bool,
    pub(super) is_locked: bool,
    pub(super) digits: usize,
    pub(super) typed: String,
}

impl Model {
    /// What is drawn of `page`.
    pub(super) fn of(page: &Page, language: Language) -> Self {
        let title = headline(page.title().in_language(language));
        let model = Self { kind: kind(page), title, ..Self::default() };
        match page {
            Page::SignIn { operators } => {
                Self { rows: operators.iter().map(|one| person(one, language)).collect(), ..model }
            }
            Page::Code { operator, trouble } => model.whose(operator, language).noting(
                trouble.map(|trouble| words::trouble(trouble, language)).unwrap_or_default(),
                trouble.is_some(),
            ),
            Page::Keypad { problems, .. } => Self { problems: *problems, ..model },
            Page::Methods { rows } => {
                Self { rows: rows.iter().map(|row| method(row, language)).collect(), ..model }
            }
            Page::Menu { problems, services } => {
                let others = services.iter().map(|name| plain(name)).collect();
                Self { problems: *problems, others, ..model }
            }
            Page::History { rows, search, is_more } => {
                let note = words::nothing_found(search, language);
                let rows = rows.iter().map(|row| payment(row, language)).collect();
                Self { rows, search: search.clone(), is_more: *is_more, note, ..model }
            }
            Page::Details(details) => model.details(details, language),
            Page::RefundAmount { row, .. } => model.about(row, language),
            Page::VoidConfirm { row, left } => model.void(row, *left, language),
            Page::Totals { day, rows } => {
                let totals = rows.iter().map(|row| total(row, language)).collect();
                Self { about: day.clone(), totals, ..model }
            }
            Page::Problems { rows, methods } => Self {
                rows: rows.iter().map(|one| trouble(one, language)).collect(),
                others: methods.iter().map(|row| method(row, language)).collect(),
                ..model
            },
            Page::Problem(problem) => model.problem(problem, language),
            Page::ResolveConfirm { problem, paid } => {
                let became = words::became(problem.row.kind, *paid).in_language(language);
                Self { main: became.to_owned(), ..model.about(&problem.row, language) }
                    .numbered(&problem.row, language)
            }
            Page::Denied { act, operator } => Self {
                why: words::needs(*act, language),
                note: words::signed_in_as(operator, language),
                next: words::ask(act.needs(), language),
                ..model
            },
            Page::Settings | Page::ReceiptCode { .. } => model,
            Page::About { parts } => Self { facts: facts(parts), ..model },
            Page::Said { is_done, reason } => {
                let (tone, next) = if *is_done {
                    (Tone::Approved, words::GO_ON)
                } else {
                    (Tone::Attention, words::TRY_AGAIN)
                };
                let said = Self { tone, ..model }.because(*reason, language);
                match reason {
                    Some(_) => said,
                    None => Self { next: next.in_language(language).to_owned(), ..said },
                }
            }
        }
    }

    fn whose(self, operator: &Operator, language: Language) -> Self {
        let role = operator.role.word().in_language(language).to_owned();
        Self { who: operator.name.clone(), role, ..self }
    }

    fn noting(self, note: String, is_note_bad: bool) -> Self {
        Self { note, is_note_bad, ..self }
    }

    /// Amount, outcome, way to pay and time of the page's payment.
    fn about(self, row: &PaymentRow, language: Language) -> Self {
        Self {
            amount: words::row_money(row),
            word: headline(row.outcome.word().in_language(language)),
            tone: tone(row.outcome),
            about: format!("{} · {}", words::method(row, language), row.when),
            ..self
        }
    }

    /// All of it goes back; of a pre-authorisation nothing does, it is let go.
    fn void(self, row: &PaymentRow, left: Money, language: Language) -> Self {
        let (main, why) = match row.kind {
            Kind::PreAuth => {
                (words::let_go(left, language), words::LETS_GO.in_language(language).to_owned())
            }
            _ => (words::give_back(Some(left), language), String::new()),
        };
        Self { amount: money::text(left), main, why, ..self.about(row, language) }
    }

    fn because(self, reason: Option<Reason>, language: Language) -> Self {
        let text = |of: caisson_core::Text| of.in_language(language).to_owned();
        let row = reason.map(Reason::row);
        Self {
            why: row.map(|row| text(row.why)).unwrap_or_default(),
            next: row.map(|row| text(row.next)).unwrap_or_default(),
            ..self
        }
    }

    /// The order number, at the end of the facts unless the receipt has it.
    fn numbered(mut self, row: &PaymentRow, language: Language) -> Self {
        let key = row.key.to_string();
        if !self.facts.iter().any(|fact| fact.value == key.as_str()) {
            let name = words::ORDER.in_language(language);
            self.facts.push(DeskFact { name: name.into(), value: key.into() });
        }
        self
    }

    fn details(self, details: &Details, language: Language) -> Self {
        let mut listed = Vec::new();
        if let Some(refunded) = details.refunded.filter(|refunded| !refunded.is_zero()) {
            let name = words::REFUNDED.in_language(language).into();
            listed.push(DeskFact { name, value: money::text(refunded).into() });
        }
        listed.extend(facts(&details.facts));
        let acts =
            details.acts.iter().map(|act| act.word().in_language(language).to_owned()).collect();
        Self { facts: listed, acts, ..self }
            .about(&details.row, language)
            .because(details.reason, language)
            .numbered(&details.row, language)
    }

    fn problem(self, problem: &Problem, language: Language) -> Self {
        let text = |of: caisson_core::Text| of.in_language(language).to_owned();
        let why = problem.reason.map(|reason| text(reason.row().why)).unwrap_or_default();
        let kind = problem.row.kind;
        let acts = if problem.is_asking {
            Vec::new()
        } else {
            vec![text(words::became(kind, true)), text(words::became(kind, false))]
        };
        Self {
            why,
            note: text(words::doing(problem)),
            next: text(words::owner(problem)),
            acts,
            is_asking: problem.is_asking,
            ..self
        }
        .about(&problem.row, language)
        .numbered(&problem.row, language)
    }
}

const fn kind(page: &Page) -> DeskKind {
    match page {
        Page::SignIn { .. } => DeskKind::SignIn,
        Page::Code { .. } => DeskKind::Code,
        Page::Keypad { .. } => DeskKind::Keypad,
        Page::Methods { .. } => DeskKind::Methods,
        Page::Menu { .. } => DeskKind::Menu,
        Page::History { .. } => DeskKind::History,
        Page::Details(_) => DeskKind::Details,
        Page::RefundAmount { .. } => DeskKind::RefundAmount,
        Page::VoidConfirm { .. } => DeskKind::VoidConfirm,
        Page::Totals { .. } => DeskKind::Totals,
        Page::Problems { .. } => DeskKind::Problems,
        Page::Problem(_) => DeskKind::Problem,
        Page::ResolveConfirm { .. } => DeskKind::ResolveConfirm,
        Page::Denied { .. } => DeskKind::Denied,
        Page::Settings => DeskKind::Settings,
        Page::About { .. } => DeskKind::About,
        Page::ReceiptCode { .. } => DeskKind::ReceiptCode,
        Page::Said { .. } => DeskKind::Said,
    }
}

/// The character of a row's tile: the first of the name.
fn mark(name: &str) -> String {
    name.chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default()
}

fn plain(name: &str) -> DeskRow {
    DeskRow { mark: mark(name).into(), title: name.into(), is_enabled: true, ..DeskRow::default() }
}

fn person(operator: &Operator, language: Language) -> DeskRow {
    let detail = operator.role.word().in_language(language).into();
    DeskRow { detail, ..plain(&operator.name) }
}

/// A way to pay; one that is down says why and what next.
fn method(row: &MethodRow, language: Language) -> DeskRow {
    let Some(trouble) = row.trouble.map(Reason::row) else { return plain(&row.name) };
    let (why, next) = (trouble.why.in_language(language), trouble.next.in_language(language));
    let detail = match language {
        Language::Zh => format!("{why}{next}"),
        Language::En => format!("{why} {next}"),
    };
    DeskRow {
        detail: detail.into(),
        word: words::DOWN.in_language(language).into(),
        tone: Tone::Attention,
        is_enabled: false,
        ..plain(&row.name)
    }
}

fn payment(row: &PaymentRow, language: Language) -> DeskRow {
    DeskRow {
        mark: String::new().into(),
        title: words::method(row, language).into(),
        detail: words::short_time(&row.when).into(),
        amount: words::row_money(row).into(),
        word: headline(row.outcome.word().in_language(language)).into(),
        tone: tone(row.outcome),
        is_enabled: true,
    }
}

/// An open payment says what is being done about it in place of how it stands.
fn trouble(problem: &Problem, language: Language) -> DeskRow {
    let (word, tone) = if problem.is_asking {
        (words::ASKS, Tone::Unknown)
    } else {
        (words::OWNER_DECIDES, Tone::Attention)
    };
    let word = word.in_language(language).into();
    DeskRow { word, tone, ..payment(&problem.row, language) }
}

fn total(row: &TotalRow, language: Language) -> DeskTotal {
    let name = if row.method.is_empty() {
        words::ALL.in_language(language).to_owned()
    } else {
        row.method.clone()
    };
    DeskTotal {
        name: name.into(),
        sold: money::text(row.sold).into(),
        sales: words::sales(row.sales, language).into(),
        refunded: if row.refunds == 0 {
            money::text(row.refunded).into()
        } else {
            format!("-{}", money::text(row.refunded)).into()
        },
        refunds: words::refunds(row.refunds, language).into(),
        net: words::net(row.sold, row.refunded).into(),
        is_sum: row.method.is_empty(),
    }
}

fn facts(pairs: &[(String, String)]) -> Vec<DeskFact> {
    pairs.iter().map(|(name, value)| DeskFact { name: name.into(), value: value.into() }).collect()
}
