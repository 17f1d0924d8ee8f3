//! A page of the desk and what a person is keying on it.
//!
//! Guarantees: what is keyed ends with its page; a code is never in a model, only how many digits
//! it has; while a lock runs no code is taken. A page shown anew with the same content keeps what
//! is keyed, but never a code. Deliberately not here: the toolkit's handles (`desk`).

use super::model::Model;
use super::words;
use crate::entry::{AmountEntry, CodeEntry};
use crate::generated::DeskPlace;
use caisson_core::desk::{Act, Page, SEARCH_CHARS_MAX, Settings, SignInTrouble, Theme, Volume};
use caisson_core::payment::Kind;
use caisson_core::{Language, Money, PaymentKey};
use caisson_devices::screen::{Key, Place};

/// What is being keyed.
enum Entry {
    Nothing,
    Amount(AmountEntry, Money),
    Code(CodeEntry),
    Search(String),
}

/// The page, what is keyed on it, and how long it is locked.
pub(super) struct DeskState {
    page: Page,
    language: Language,
    entry: Entry,
    locked_seconds: u32,
}

impl DeskState {
    /// A page as it is shown first.
    pub(super) fn new(page: &Page, language: Language) -> Self {
        let amount = |max: Money| Entry::Amount(AmountEntry::new(max.currency(), max.minor()), max);
        let entry = match page {
            Page::Keypad { max, .. } => amount(*max),
            Page::RefundAmount { left, .. } => amount(*left),
            Page::Code { .. } => Entry::Code(CodeEntry::new()),
            Page::History { search, .. } => Entry::Search(search.clone()),
            _ => Entry::Nothing,
        };
        let locked_seconds = match page {
            Page::Code { trouble: Some(SignInTrouble::Locked { seconds }), .. } => *seconds,
            _ => 0,
        };
        Self { page: page.clone(), language, entry, locked_seconds }
    }

    /// This page in place of the one before. An amount that is half keyed stays where only a
    /// number beside it has changed, as that of the open problems does.
    pub(super) fn show(&mut self, page: &Page, language: Language) {
        let entry = std::mem::replace(&mut self.entry, Entry::Nothing);
        let is_same_amount = match (&self.page, page) {
            (Page::Keypad { max: before, .. }, Page::Keypad { max, .. }) => before == max,
            _ => false,
        };
        *self = Self::new(page, language);
        if is_same_amount {
            self.entry = entry;
        }
    }

    /// What is drawn.
    pub(super) fn model(&self) -> Model {
        let model = Model::of(&self.page, self.language);
        match &self.entry {
            Entry::Nothing => model,
            Entry::Amount(amount, max) => self.amount_model(model, amount, *max),
            Entry::Code(code) => {
                let is_locked = self.locked_seconds > 0;
                let note = if is_locked {
                    let lock = SignInTrouble::Locked { seconds: self.locked_seconds };
                    words::trouble(lock, self.language)
                } else if self.is_locked_out() || code.digits() > 0 {
                    String::new()
                } else {
                    model.note.clone()
                };
                Model { note, is_locked, digits: code.digits(), is_ready: code.is_whole(), ..model }
            }
            Entry::Search(typed) => Model { typed: typed.clone(), ..model },
        }
    }

    /// `0` to `9`, `00`, or a character to search for.
    pub(super) fn key(&mut self, key: &str) {
        let is_locked = self.locked_seconds > 0;
        match &mut self.entry {
            Entry::Amount(amount, _) => amount.key(key),
            Entry::Code(code) if !is_locked => code.key(key),
            Entry::Search(typed) if typed.chars().count() < SEARCH_CHARS_MAX => typed.push_str(key),
            _ => {}
        }
    }

    /// One character less.
    pub(super) fn backspace(&mut self) {
        match &mut self.entry {
            Entry::Amount(amount, _) => amount.backspace(),
            Entry::Code(code) => code.backspace(),
            Entry::Search(typed) => drop(typed.pop()),
            Entry::Nothing => {}
        }
    }

    /// Nothing is keyed.
    pub(super) fn clear(&mut self) {
        match &mut self.entry {
            Entry::Amount(amount, _) => amount.clear(),
            Entry::Code(code) => code.clear(),
            Entry::Search(typed) => typed.clear(),
            Entry::Nothing => {}
        }
    }

    /// The largest amount that can be.
    pub(super) fn all(&mut self) {
        if let Entry::Amount(amount, _) = &mut self.entry {
            amount.all();
        }
    }

    /// What was keyed, whole; `None` while it is not.
    pub(super) fn submit(&mut self) -> Option<Key> {
        match &mut self.entry {
            Entry::Amount(amount, _) => amount.whole().map(Key::Amount),
            Entry::Code(code) => {
                let whole = code.whole()?;
                code.clear();
                Some(Key::Code(whole))
            }
            Entry::Search(typed) => Some(Key::Search(typed.trim().to_owned())),
            Entry::Nothing => None,
        }
    }

    /// Something with the page's payment: of `acts`, this one.
    pub(super) fn act(&self, index: usize) -> Option<Key> {
        let (act, key): (Act, &PaymentKey) = match &self.page {
            Page::Details(details) => (*details.acts.get(index)?, &details.row.key),
            _ => return None,
        };
        Some(Key::Do(act, key.clone()))
    }

    /// Back, or "no" to a question; `None` where there is nowhere to go back to.
    pub(super) fn leave(&self) -> Option<Key> {
        match self.page {
            Page::SignIn { .. } | Page::Keypad { .. } | Page::Said { .. } => None,
            Page::VoidConfirm { .. } | Page::ResolveConfirm { .. } => Some(Key::No),
            _ => Some(Key::Go(Place::Back)),
        }
    }

    /// A second has gone by. True while there is something to count.
    pub(super) fn tick(&mut self) -> bool {
        self.locked_seconds = self.locked_seconds.saturating_sub(1);
        self.locked_seconds > 0
    }

    /// True while no code is taken.
    pub(super) const fn is_locked(&self) -> bool {
        self.locked_seconds > 0
    }

    /// The text of the page's code.
    pub(super) fn code(&self) -> Option<&str> {
        match &self.page {
            Page::ReceiptCode { text } => Some(text),
            _ => None,
        }
    }

    const fn is_locked_out(&self) -> bool {
        matches!(self.page, Page::Code { trouble: Some(SignInTrouble::Locked { .. }), .. })
    }

    fn amount_model(&self, model: Model, amount: &AmountEntry, max: Money) -> Model {
        let keyed = amount.whole().and_then(|minor| Money::new(minor, max.currency()).ok());
        let is_note_bad = !amount.trouble(self.language).is_empty();
        let note = match (&self.page, is_note_bad) {
            (Page::RefundAmount { row, .. }, _) if row.kind == Kind::PreAuth => {
                words::reserved(max, self.language)
            }
            (Page::RefundAmount { .. }, _) => words::left(max, self.language),
            (_, true) => words::at_most(max, self.language),
            (_, false) if keyed.is_none() => words::BEGIN.in_language(self.language).to_owned(),
            (_, false) => String::new(),
        };
        let main = match &self.page {
            Page::RefundAmount { row, .. } if row.kind != Kind::PreAuth => {
                words::give_back(keyed, self.language)
            }
            _ => words::charge(keyed, self.language),
        };
        Model {
            amount: amount.text(),
            is_keyed: keyed.is_some(),
            is_ready: keyed.is_some(),
            note,
            is_note_bad,
            main,
            ..model
        }
    }
}

/// The place that a button of the desk leads to.
pub(super) const fn place(place: DeskPlace) -> Place {
    match place {
        DeskPlace::Back => Place::Back,
        DeskPlace::Keypad => Place::Keypad,
        DeskPlace::Menu => Place::Menu,
        DeskPlace::History => Place::History,
        DeskPlace::Totals => Place::Totals,
        DeskPlace::Problems => Place::Problems,
        DeskPlace::Settings => Place::Settings,
        DeskPlace::About => Place::About,
        DeskPlace::SignOut => Place::SignOut,
    }
}

/// What can be chosen of the settings, in the order of the page's buttons.
pub(super) const LANGUAGES: [Language; 2] = [Language::Zh, Language::En];
/// Light and dark.
pub(super) const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];
/// How loud.
pub(super) const VOLUMES: [Volume; 3] = [Volume::Off, Volume::Low, Volume::Loud];

/// Which button of the settings page holds: language, look, volume.
pub(super) fn chosen(settings: Settings) -> (i32, i32, i32) {
    (
        index(&LANGUAGES, settings.language),
        index(&THEMES, settings.theme),
        index(&VOLUMES, settings.volume),
    )
}

fn index<T: PartialEq + Copy>(all: &[T], one: T) -> i32 {
    let found = all.iter().position(|other| *other == one);
    found.and_then(|index| i32::try_from(index).ok()).unwrap_or(-1)
}
