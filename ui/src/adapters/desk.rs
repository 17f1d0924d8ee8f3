//! The desk's pages: writes the global `Desk` whole for every page, and turns what is pressed there
//! into keys.
//!
//! Guarantees: what is not on the page now is empty, so that no page shows what belongs to another.

mod model;
mod state;
mod words;

use super::{Outbox, PosWindow};
use crate::generated::Desk;
use crate::picture;
use caisson_core::desk::{Page, Settings};
use caisson_devices::screen::{Key, Showing};
use model::Model;
use slint::{ModelRc, SharedString, Timer, TimerMode, VecModel};
use state::DeskState;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

/// How often a lock is counted down.
const SECOND: Duration = Duration::from_secs(1);

/// What the callbacks share.
struct Shared<W: PosWindow> {
    window: slint::Weak<W>,
    out: Outbox,
    state: RefCell<Option<DeskState>>,
    settings: Cell<Settings>,
}

/// Writes the desk's globals.
pub(crate) struct DeskAdapter<W: PosWindow> {
    shared: Rc<Shared<W>>,
    lock: Rc<Timer>,
}

impl<W: PosWindow> DeskAdapter<W> {
    /// Connects the callbacks of `window`.
    pub(crate) fn new(window: &W, out: Outbox) -> Self {
        let shared = Rc::new(Shared {
            window: window.as_weak(),
            out,
            state: RefCell::new(None),
            settings: Cell::default(),
        });
        connect_keys(window, &shared);
        connect_answers(window, &shared);
        connect_settings(window, &shared);
        Self { shared, lock: Rc::default() }
    }

    /// Shows `page`, which is the view of `showing`.
    pub(crate) fn show(&self, page: &Page, showing: &Showing) {
        {
            let mut state = self.shared.state.borrow_mut();
            match &mut *state {
                Some(state) => state.show(page, showing.language),
                None => *state = Some(DeskState::new(page, showing.language)),
            }
        }
        self.shared.write();
        self.count_down();
    }

    /// Something else is on the screen: what was keyed is gone.
    pub(crate) fn leave(&self) {
        self.lock.stop();
        if self.shared.state.borrow_mut().take().is_some() {
            self.shared.write();
        }
    }

    /// What anybody can set, as it is set now.
    pub(crate) fn settings(&self, settings: Settings) {
        self.shared.settings.set(settings);
        self.shared.write_settings();
    }

    /// Counts while a lock runs, and not otherwise: an idle screen draws nothing.
    fn count_down(&self) {
        if !self.shared.with(|state| state.is_locked()).unwrap_or(false) {
            self.lock.stop();
            return;
        }
        let (shared, timer) = (Rc::downgrade(&self.shared), Rc::downgrade(&self.lock));
        self.lock.start(TimerMode::Repeated, SECOND, move || {
            let Some(shared) = shared.upgrade() else { return };
            let is_counting = shared.with(DeskState::tick).unwrap_or(false);
            shared.write();
            if let (false, Some(timer)) = (is_counting, timer.upgrade()) {
                timer.stop();
            }
        });
    }
}

impl<W: PosWindow> Shared<W> {
    fn with<T>(&self, act: impl FnOnce(&mut DeskState) -> T) -> Option<T> {
        self.state.borrow_mut().as_mut().map(act)
    }

    /// Something was keyed: draws what has changed.
    fn keyed(&self, act: impl FnOnce(&mut DeskState)) {
        if self.with(act).is_some() {
            self.write_keyed();
        }
    }

    fn send(&self, key: Option<Key>) {
        if let Some(key) = key {
            self.out.key(key);
        }
    }

    fn write(&self) {
        let Some(window) = self.window.upgrade() else { return };
        let (model, code) = {
            let state = self.state.borrow();
            let model = state.as_ref().map(DeskState::model).unwrap_or_default();
            (model, state.as_ref().and_then(|state| state.code().and_then(picture::code)))
        };
        write(&window.desk(), model);
        window.desk().set_code(code.unwrap_or_default());
    }

    /// Only what a key changes: the lists stay as they are, and are not drawn anew.
    fn write_keyed(&self) {
        let Some(window) = self.window.upgrade() else { return };
        if let Some(model) = self.with(|state| state.model()) {
            write_entry(&window.desk(), &model);
        }
    }

    fn write_settings(&self) {
        let Some(window) = self.window.upgrade() else { return };
        let (language, theme, volume) = state::chosen(self.settings.get());
        window.desk().set_language(language);
        window.desk().set_theme(theme);
        window.desk().set_volume(volume);
    }
}

fn connect_keys<W: PosWindow>(window: &W, shared: &Rc<Shared<W>>) {
    let desk = window.desk();
    let with = || shared.clone();
    let it = with();
    desk.on_key(move |key| it.keyed(|state| state.key(&key)));
    let it = with();
    desk.on_backspace(move || it.keyed(DeskState::backspace));
    let it = with();
    desk.on_clear(move || it.keyed(DeskState::clear));
    let it = with();
    desk.on_all(move || it.keyed(DeskState::all));
    let it = with();
    desk.on_submit(move || {
        let key = it.with(DeskState::submit).flatten();
        it.write_keyed();
        it.send(key);
    });
}

fn connect_answers<W: PosWindow>(window: &W, shared: &Rc<Shared<W>>) {
    let desk = window.desk();
    let with = || shared.clone();
    let it = with();
    desk.on_chosen(move |row| it.send(u32::try_from(row).ok().map(Key::Row)));
    let it = with();
    desk.on_leave(move || it.send(it.with(|state| state.leave()).flatten()));
    let it = with();
    desk.on_go(move |to| it.send(Some(Key::Go(state::place(to)))));
    let it = with();
    desk.on_act(move |index| {
        let index = usize::try_from(index).ok();
        let key = index.and_then(|index| it.with(|state| state.act(index)).flatten());
        it.send(key);
    });
    let it = with();
    desk.on_yes(move || it.send(Some(Key::Yes)));
    let it = with();
    desk.on_no(move || it.send(Some(Key::No)));
    let it = with();
    desk.on_ok(move || it.send(Some(Key::Ok)));
}

fn connect_settings<W: PosWindow>(window: &W, shared: &Rc<Shared<W>>) {
    let desk = window.desk();
    // What is pressed before the terminal has answered adds to what was pressed before.
    let set = |change: fn(&mut Settings, i32)| {
        let it = shared.clone();
        move |value: i32| {
            let mut settings = it.settings.get();
            change(&mut settings, value);
            it.settings.set(settings);
            it.write_settings();
            it.send(Some(Key::Set(settings)));
        }
    };
    desk.on_set_language(set(|settings, value| {
        settings.language = one(&state::LANGUAGES, value).unwrap_or(settings.language);
    }));
    desk.on_set_theme(set(|settings, value| {
        settings.theme = one(&state::THEMES, value).unwrap_or(settings.theme);
    }));
    desk.on_set_volume(set(|settings, value| {
        settings.volume = one(&state::VOLUMES, value).unwrap_or(settings.volume);
    }));
}

fn one<T: Copy>(all: &[T], index: i32) -> Option<T> {
    usize::try_from(index).ok().and_then(|index| all.get(index).copied())
}

fn write(desk: &Desk<'_>, model: Model) {
    write_entry(desk, &model);
    desk.set_title(model.title.into());
    desk.set_who(model.who.into());
    desk.set_role(model.role.into());
    desk.set_word(model.word.into());
    desk.set_tone(model.tone);
    desk.set_about(model.about.into());
    desk.set_why(model.why.into());
    desk.set_next(model.next.into());
    desk.set_problems(i32::try_from(model.problems).unwrap_or(i32::MAX));
    desk.set_rows(list(model.rows));
    desk.set_others(list(model.others));
    desk.set_facts(list(model.facts));
    desk.set_totals(list(model.totals));
    desk.set_acts(list(model.acts.into_iter().map(SharedString::from).collect()));
    desk.set_search(model.search.into());
    desk.set_is_more(model.is_more);
    desk.set_is_asking(model.is_asking);
    // Last, so that a new page finds its content.
    desk.set_kind(model.kind);
}

fn write_entry(desk: &Desk<'_>, model: &Model) {
    desk.set_amount(model.amount.as_str().into());
    desk.set_note(model.note.as_str().into());
    desk.set_is_note_bad(model.is_note_bad);
    desk.set_main(model.main.as_str().into());
    desk.set_is_ready(model.is_ready);
    desk.set_is_keyed(model.is_keyed);
    desk.set_is_locked(model.is_locked);
    desk.set_digits(i32::try_from(model.digits).unwrap_or(i32::MAX));
    desk.set_typed(model.typed.as_str().into());
}

fn list<T: Clone + 'static>(rows: Vec<T>) -> ModelRc<T> {
    ModelRc::from(Rc::new(VecModel::from(rows)))
}
