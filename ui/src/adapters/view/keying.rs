//! Keys and strokes, and the answers that they become.

use super::{Keying, State};
use crate::adapters::PosWindow;
use crate::generated::{KeySet, Layer, Wish};
use caisson_core::view::FieldKind;
use caisson_devices::screen::{Key, ReceiptWish};
use std::rc::Rc;

/// Connects every callback of the global `View`.
pub(super) fn connect<W: PosWindow>(window: &W, state: &Rc<State<W>>) {
    let view = window.view();
    // A window outlives its callbacks, and must not be kept by them.
    let on = |answer: fn(&State<W>)| {
        let state = Rc::downgrade(state);
        move || {
            if let Some(state) = state.upgrade() {
                answer(&state);
            }
        }
    };
    view.on_ok(on(|state| state.out.key(Key::Ok)));
    view.on_cancel(on(|state| state.out.key(Key::Cancel)));
    view.on_yes(on(|state| state.out.key(Key::Yes)));
    view.on_no(on(|state| state.out.key(Key::No)));
    view.on_backspace(on(|state| state.change(Change::Backspace)));
    view.on_clear(on(|state| state.change(Change::Clear)));
    view.on_previous(on(|state| state.change(Change::Previous)));
    view.on_submit(on(State::submit));
    let weak = Rc::downgrade(state);
    view.on_row(move |row| {
        if let (Some(state), Ok(row)) = (weak.upgrade(), u32::try_from(row)) {
            state.out.key(Key::Row(row));
        }
    });
    let weak = Rc::downgrade(state);
    view.on_receipt(move |wish| {
        if let Some(state) = weak.upgrade() {
            state.out.key(Key::Receipt(match wish {
                Wish::Paper => ReceiptWish::Paper,
                Wish::Code => ReceiptWish::Code,
                Wish::Nothing => ReceiptWish::Nothing,
            }));
        }
    });
    let weak = Rc::downgrade(state);
    view.on_key(move |text| {
        if let Some(state) = weak.upgrade() {
            state.change(Change::Key(&text));
        }
    });
    let weak = Rc::downgrade(state);
    view.on_stroke(move |x, y, begins| {
        if let Some(state) = weak.upgrade() {
            state.change(Change::Stroke(x, y, begins));
        }
    });
    let weak = window.as_weak();
    view.on_to_layer(move |layer| {
        if let Some(window) = weak.upgrade() {
            window.view().set_layer(layer);
        }
    });
}

/// What a key or a finger does to what is being keyed.
enum Change<'a> {
    Key(&'a str),
    Backspace,
    Clear,
    Previous,
    Stroke(i32, i32, bool),
}

impl<W: PosWindow> State<W> {
    fn change(&self, change: Change<'_>) {
        match (&mut *self.keying.borrow_mut(), change) {
            (Keying::Amount(entry), Change::Key(text)) => entry.key(text),
            (Keying::Amount(entry), Change::Backspace) => entry.backspace(),
            (Keying::Amount(entry), Change::Clear) => entry.clear(),
            (Keying::Code(entry, _), Change::Key(text)) => entry.key(text),
            (Keying::Code(entry, _), Change::Backspace) => entry.backspace(),
            (Keying::Code(entry, _), Change::Clear) => entry.clear(),
            (Keying::Pin(entry, _), Change::Key(text)) => entry.key(text),
            (Keying::Pin(entry, _), Change::Backspace) => entry.backspace(),
            (Keying::Pin(entry, _), Change::Clear) => entry.clear(),
            (Keying::Form(entry), Change::Key(text)) => entry.key(text),
            (Keying::Form(entry), Change::Backspace) => entry.backspace(),
            (Keying::Form(entry), Change::Clear) => entry.clear(),
            (Keying::Form(entry), Change::Previous) => entry.previous(),
            (Keying::Strokes(entry), Change::Stroke(x, y, begins)) => entry.add(x, y, begins),
            (Keying::Strokes(entry), Change::Clear) => entry.clear(),
            _ => {}
        }
        self.write_entry();
    }

    /// Sends what is whole; goes to a form's next field.
    fn submit(&self) {
        let key = match &mut *self.keying.borrow_mut() {
            Keying::Nothing => None,
            Keying::Amount(entry) => entry.whole().map(Key::Amount),
            Keying::Code(entry, _) => entry.whole().map(Key::Code),
            Keying::Pin(entry, _) => entry.whole().map(Key::Pin),
            Keying::Form(entry) => entry.next().map(Key::Values),
            Keying::Strokes(entry) => entry.whole().map(Key::Strokes),
        };
        match key {
            Some(key) => self.out.key(key),
            None => self.write_entry(),
        }
    }

    /// Writes what is keyed.
    pub(super) fn write_entry(&self) {
        let Some(window) = self.window.upgrade() else { return };
        let view = window.view();
        let language = self.language.get();
        let (mut text, mut trouble) = (String::new(), String::new());
        let (mut is_empty, mut is_whole) = (true, false);
        match &*self.keying.borrow() {
            Keying::Nothing => {}
            Keying::Amount(entry) => {
                text = entry.text();
                trouble = entry.trouble(language);
                is_whole = entry.whole().is_some();
                is_empty = !is_whole;
            }
            Keying::Code(entry, before) => {
                trouble.clone_from(before);
                is_empty = entry.digits() == 0;
                is_whole = entry.is_whole();
                view.set_code_digits(i32::try_from(entry.digits()).unwrap_or(i32::MAX));
            }
            Keying::Pin(entry, before) => {
                trouble.clone_from(before);
                is_empty = entry.digits() == 0;
                is_whole = entry.is_whole();
                view.set_code_digits(i32::try_from(entry.digits()).unwrap_or(i32::MAX));
            }
            Keying::Form(entry) => {
                text = entry.value().to_owned();
                is_empty = text.is_empty();
                is_whole = entry.is_taken();
                let (number, count) = entry.place();
                view.set_field_number(i32::try_from(number).unwrap_or(i32::MAX));
                view.set_field_count(i32::try_from(count).unwrap_or(i32::MAX));
                view.set_field_rule(entry.rule(language).into());
                let label = entry.field().map_or("", |field| field.label.as_str());
                // Another field begins with small letters, whatever the one before ended with.
                if view.get_field_label() != label {
                    view.set_layer(Layer::Lower);
                }
                view.set_field_label(label.into());
                view.set_key_set(match entry.field().map(|field| field.kind) {
                    None | Some(FieldKind::Digits) => KeySet::Digits,
                    Some(FieldKind::Phone) => KeySet::Phone,
                    Some(FieldKind::Email) => KeySet::Email,
                    Some(FieldKind::Text) => KeySet::Text,
                });
            }
            Keying::Strokes(entry) => {
                is_empty = entry.is_empty();
                is_whole = !is_empty;
                view.set_strokes(entry.path().into());
            }
        }
        view.set_entry(text.into());
        view.set_entry_is_empty(is_empty);
        view.set_entry_is_complete(is_whole);
        view.set_entry_trouble(trouble.into());
    }
}
