//! What is shown now: writes the global `View` whole for every [`Showing`], and keeps what a person
//! is keying until it is whole.

mod keying;
mod write;

use super::{Outbox, PosWindow, speak};
use crate::entry::{AmountEntry, CodeEntry, FormEntry, PinEntry, Strokes};
use caisson_core::view::View;
use caisson_core::{Currency, Language};
use caisson_devices::screen::Showing;
use slint::{Timer, TimerMode};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use tokio::time::Instant;

/// What time it is. The countdown's only clock, so that a test can stop it.
pub(super) type Clock = fn() -> Instant;

/// How often the countdown is looked at: often enough that no second is seen to be skipped.
const TICK: Duration = Duration::from_millis(250);

/// What is being keyed.
enum Keying {
    Nothing,
    Amount(AmountEntry),
    // With what was wrong with the code before.
    Code(CodeEntry, String),
    // With what was wrong with the PIN before.
    Pin(PinEntry, String),
    Form(FormEntry),
    Strokes(Strokes),
}

/// What the callbacks share.
struct State<W: PosWindow> {
    window: slint::Weak<W>,
    out: Outbox,
    keying: RefCell<Keying>,
    language: Cell<Language>,
    until: Cell<Option<Instant>>,
    clock: Clock,
}

/// Writes the global `View`.
pub(crate) struct ViewAdapter<W: PosWindow> {
    state: Rc<State<W>>,
    timer: Timer,
}

impl<W: PosWindow> ViewAdapter<W> {
    /// Connects the callbacks of `window`.
    pub(crate) fn new(window: &W, out: Outbox, clock: Clock) -> Self {
        let state = Rc::new(State {
            window: window.as_weak(),
            out,
            keying: RefCell::new(Keying::Nothing),
            language: Cell::default(),
            until: Cell::default(),
            clock,
        });
        keying::connect(window, &state);
        Self { state, timer: Timer::default() }
    }

    /// Shows it in place of what was there.
    pub(crate) fn show(&self, showing: &Showing) {
        let Some(window) = self.state.window.upgrade() else { return };
        speak(showing.language);
        self.state.language.set(showing.language);
        self.state.until.set(showing.until);
        *self.state.keying.borrow_mut() = begin(showing);
        write::view(&window.view(), showing);
        self.state.write_entry();
        self.state.write_countdown();
        self.state.out.open();
        self.count_down(showing.until.is_some());
    }

    /// Looks at the clock while there is something to count, and not otherwise: an idle screen
    /// draws nothing.
    fn count_down(&self, is_counting: bool) {
        if !is_counting {
            self.timer.stop();
            return;
        }
        let state = Rc::downgrade(&self.state);
        self.timer.start(TimerMode::Repeated, TICK, move || {
            if let Some(state) = state.upgrade() {
                state.write_countdown();
            }
        });
    }
}

impl<W: PosWindow> State<W> {
    fn write_countdown(&self) {
        let Some(window) = self.window.upgrade() else { return };
        let left = self.until.get().map(|until| {
            let left = until.saturating_duration_since((self.clock)());
            // The last second is shown as 1, not as 0.
            let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
            format!("{}:{:02}", seconds / 60, seconds % 60)
        });
        // Setting what is there already repaints nothing.
        window.view().set_countdown(left.unwrap_or_default().into());
    }
}

/// What can be keyed on a view.
fn begin(showing: &Showing) -> Keying {
    match &showing.view {
        View::Amount { max_minor, .. } => {
            let currency = showing.amount.map_or(Currency::Cny, |amount| amount.currency());
            Keying::Amount(AmountEntry::new(currency, *max_minor))
        }
        View::Hold { .. } => {
            Keying::Code(CodeEntry::new(), write::code_trouble(&showing.view, showing.language))
        }
        View::Pin { ask, .. } => Keying::Pin(PinEntry::new(), ask.trouble(showing.language)),
        View::Form { fields, .. } => Keying::Form(FormEntry::new(fields)),
        View::Signature { .. } => Keying::Strokes(Strokes::default()),
        _ => Keying::Nothing,
    }
}
