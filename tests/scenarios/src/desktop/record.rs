//! What people do, as lines of the transcript: sentences, whoever said them, and keys that a person
//! pressed on the screen.
//!
//! Guarantees: a code is in no line; what a line says can be done again as a sentence, but where a
//! code would have to be in it.

use super::shared::Shared;
use super::wire::Order;
use crate::customer::is_secret;
use crate::emulated_profile::{OWNER_CODE, operator};
use crate::step::{DeskStep, Step, act_word, place_word};
use caisson_acquirer::Wallet;
use caisson_core::PaymentKey;
use caisson_core::desk::{Page, Settings, Theme, Volume};
use caisson_core::view::View;
use caisson_core::{Currency, Language, Money};
use caisson_devices::screen::{Key, ReceiptWish, Showing};
use caisson_vault::Passcode;
use serde_json::json;

/// Who a wait comes from: whoever wrote the sentence.
pub(super) const WAITS: &str = "waits for";

/// A line of the transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) who: String,
    pub(super) what: String,
}

impl Line {
    fn of(sentence: &str) -> Self {
        let (who, what) = sentence.split_once(' ').unwrap_or((sentence, ""));
        Self { who: who.to_owned(), what: what.to_owned() }
    }

    /// As it is said.
    pub(super) fn sentence(&self) -> String {
        if self.who == WAITS { self.what.clone() } else { format!("{} {}", self.who, self.what) }
    }
}

/// The line of a sentence; `None` where nothing happens to the terminal.
pub(super) fn line_of(step: &Step, sentence: &str) -> Option<Line> {
    match step {
        Step::ShowText(text) if is_secret(text) => Some(Line::of(&match Wallet::of_code(text) {
            // For whoever does it again a fresh one is the same.
            Some(wallet) => format!("customer shows {} code", wallet.name()),
            None => format!("customer shows a code of {} characters", text.chars().count()),
        })),
        Step::Desk(DeskStep::SignIn { name, code: Some(code) }) => Some(Line::of(&{
            let is_theirs = operator(name).is_some_and(|one| code.expose() == one.code);
            let how = if is_theirs { "" } else { " with a code that is not told" };
            format!("cashier signs in as {name}{how}")
        })),
        Step::Window(_) => None,
        // What is waited for has not happened yet: no witness must take it for said.
        Step::Shows(_) | Step::Ends | Step::Settles | Step::Hears(_) | Step::BooksAgree => {
            Some(Line { who: WAITS.to_owned(), what: sentence.to_owned() })
        }
        _ => Some(Line::of(sentence)),
    }
}

impl Shared {
    /// A key that a person pressed on the screen: written as the sentence that does the same, then
    /// handed to the terminal.
    pub(super) async fn key_of_a_person(&self, key: Key) {
        let Ok(running) = self.running() else { return };
        let showing = running.screen.current();
        let sentence = match &key {
            Key::Do(act, of) => match showing.as_ref().map(|showing| &showing.view) {
                Some(View::Page(page)) if matches!(**page, Page::Details(_) | Page::Problem(_)) => {
                    format!("cashier presses {}", act_word(*act))
                }
                _ => self.about_a_payment(act_word(*act), of).await,
            },
            key => in_words(key, showing.as_ref()),
        };
        let Line { who, what } = Line::of(&sentence);
        self.note(&who, &what);
        if matches!(key, Key::Amount(_)) {
            self.state().begun = *running.screen.changes().borrow();
        }
        if !running.screen.press(key) {
            self.note("screen", "the key is lost: nobody takes keys");
        }
    }

    async fn about_a_payment(&self, act: &str, key: &PaymentKey) -> String {
        let number = match self.running() {
            Ok(running) => running.order(Order::NumberOf(key.clone())).await,
            Err(off) => Err(off),
        };
        let number = number.unwrap_or_else(|_| json!("?"));
        format!("cashier asks for {act} of payment {number}")
    }
}

/// The sentence that presses this key on what is shown.
fn in_words(key: &Key, showing: Option<&Showing>) -> String {
    let page = showing.and_then(|showing| match &showing.view {
        View::Page(page) => Some(&**page),
        _ => None,
    });
    match key {
        Key::Ok => "cashier presses ok".to_owned(),
        Key::Cancel => "cashier cancels".to_owned(),
        Key::Row(row) => format!("cashier chooses row {}", u64::from(*row) + 1),
        Key::Yes => "cashier says yes".to_owned(),
        Key::No => "cashier says no".to_owned(),
        Key::Code(code) => with_code(code, page),
        // Whose PIN it is, the deck knows; a transcript never does.
        Key::Pin(_) => "customer keys the PIN".to_owned(),
        Key::Amount(minor) => format!("cashier keys {}", amount(*minor, showing, page)),
        Key::Values(values) => format!("customer fills in {}", values.join("; ")),
        Key::Strokes(_) => "customer signs".to_owned(),
        Key::Receipt(ReceiptWish::Paper) => "cashier wants paper".to_owned(),
        Key::Receipt(ReceiptWish::Code) => "cashier wants a code".to_owned(),
        Key::Receipt(ReceiptWish::Nothing) => "cashier wants no receipt".to_owned(),
        Key::Go(place) => format!("cashier {}", place_word(*place)),
        Key::Do(act, _) => format!("cashier presses {}", act_word(*act)),
        Key::Search(text) => format!("cashier searches \"{text}\""),
        Key::Set(settings) => set(settings, showing),
    }
}

/// Who keys a code, and whether it is theirs; never the code.
fn with_code(code: &Passcode, page: Option<&Page>) -> String {
    match page {
        Some(Page::Code { operator: there, .. }) => {
            let is_theirs = operator(&there.name).is_some_and(|one| one.code == code.expose());
            let wrong = || "cashier keys a wrong code".to_owned();
            if is_theirs { format!("cashier signs in as {}", there.name) } else { wrong() }
        }
        _ if code.expose() == OWNER_CODE => "owner keys the code".to_owned(),
        _ => "owner keys a wrong code".to_owned(),
    }
}

fn amount(minor: u64, showing: Option<&Showing>, page: Option<&Page>) -> String {
    let currency = match page {
        Some(Page::Keypad { max, .. }) => Some(max.currency()),
        Some(Page::RefundAmount { left, .. }) => Some(left.currency()),
        _ => showing.and_then(|showing| showing.amount).map(Money::currency),
    };
    let money = Money::new(minor, currency.unwrap_or(Currency::Cny));
    money.map_or_else(|_| minor.to_string(), |money| money.to_string())
}

/// What is set; where several are at once, the first that differs from what is shown.
fn set(settings: &Settings, showing: Option<&Showing>) -> String {
    let language = showing.map_or(settings.language, |showing| showing.language);
    let (name, value) = match (settings.language, settings.theme, settings.volume) {
        (Language::Zh, ..) if language == Language::En => ("language", "zh"),
        (Language::En, ..) if language == Language::Zh => ("language", "en"),
        (_, Theme::Dark, _) => ("theme", "dark"),
        (_, Theme::Light, Volume::Off) => ("volume", "off"),
        (_, Theme::Light, Volume::Low) => ("volume", "low"),
        (_, Theme::Light, Volume::Loud) => ("theme", "light"),
    };
    format!("cashier sets {name} {value}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_core::desk::{Operator, Role};

    fn said(sentence: &str) -> String {
        let step = sentence.parse().unwrap();
        line_of(&step, sentence).map_or_else(|| "nothing".to_owned(), |line| line.sentence())
    }

    #[test]
    fn a_code_that_is_keyed_or_shown_is_in_no_line() {
        assert_eq!(said("cashier signs in as Wang with 220022"), "cashier signs in as Wang");
        assert_eq!(
            said("cashier signs in as Wang with 999999"),
            "cashier signs in as Wang with a code that is not told"
        );
        assert_eq!(said("customer shows code 134567890123456789"), "customer shows wechat code");
        assert_eq!(
            said("customer shows code 9999999999999999"),
            "customer shows a code of 16 characters"
        );
        assert_eq!(said("customer shows code hello"), "customer shows code hello");
        assert_eq!(said("screenshot x"), "nothing");
    }

    #[test]
    fn a_key_is_the_sentence_that_presses_it() {
        let showing = |page: Page| Showing {
            app: None,
            view: View::Page(Box::new(page)),
            amount: None,
            language: Language::En,
            can_cancel: true,
            until: None,
        };
        let operator = Operator { name: "Li".to_owned(), role: Role::Cashier };
        let code = showing(Page::Code { operator, trouble: None });
        let key = |digits: &str| Key::Code(Passcode::new(digits).unwrap());
        assert_eq!(in_words(&key("110011"), Some(&code)), "cashier signs in as Li");
        assert_eq!(in_words(&key("110012"), Some(&code)), "cashier keys a wrong code");
        assert_eq!(in_words(&key(OWNER_CODE), None), "owner keys the code");
        let max = Money::new(500_000, Currency::Cny).unwrap();
        let keypad = showing(Page::Keypad { problems: 0, max });
        assert_eq!(in_words(&Key::Amount(1_250), Some(&keypad)), "cashier keys 12.50");
        for key in [Key::Ok, Key::Cancel, Key::Row(0), Key::Search(String::new())] {
            let sentence = in_words(&key, Some(&keypad));
            assert!(sentence.parse::<Step>().is_ok(), "{sentence}");
        }
    }
}
