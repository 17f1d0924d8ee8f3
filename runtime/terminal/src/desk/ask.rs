//! One page and the first key that answers it, with what every page has in common: back, other
//! places, settings, the status bar, and the return of a page that nobody touches.

use super::{At, Desk, Shift, lock, move_to};
use crate::error::TerminalError;
use caisson_core::Money;
use caisson_core::desk::Page;
use caisson_core::view::View;
use caisson_devices::screen::{Key, Showing};
use caisson_journal::JournalError;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

/// A page that nobody touches goes back to the keypad after this.
const PAGE_WAIT: Duration = Duration::from_secs(2 * 60);

/// Where to go from a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Move {
    /// Nowhere: the page is drawn anew.
    Stay,
    /// To where the page was opened from.
    Back,
    /// To the keypad.
    Home,
    /// To a page that is opened from this one.
    Into(At),
    /// To a page in place of this one.
    Instead(At),
    /// Out.
    SignOut,
    /// The desk ends.
    Stop,
}

/// Why a page is left before its own answer.
pub(super) enum Leave {
    /// For another one.
    Go(Move),
    /// The terminal cannot go on.
    Broken(TerminalError),
}

impl From<TerminalError> for Leave {
    fn from(error: TerminalError) -> Self {
        Self::Broken(error)
    }
}

impl From<JournalError> for Leave {
    fn from(error: JournalError) -> Self {
        Self::Broken(error.into())
    }
}

/// A page, and how it is left without an answer.
pub(super) struct Ask {
    view: View,
    amount: Option<Money>,
    wait: Duration,
    /// True where people see how long it still waits.
    counts: bool,
    on_silence: Move,
    can_cancel: bool,
    /// True where news of payments draw it anew.
    is_fresh: bool,
}

impl Ask {
    /// A page with a way back, which returns to the keypad by itself.
    pub(super) fn of(page: Page) -> Self {
        Self {
            view: View::Page(Box::new(page)),
            amount: None,
            wait: PAGE_WAIT,
            counts: false,
            on_silence: Move::Home,
            can_cancel: true,
            is_fresh: false,
        }
    }

    /// With the amount of a payment.
    pub(super) fn amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// A decision that is waited for so long, which people see.
    pub(super) const fn within(mut self, wait: Duration) -> Self {
        (self.wait, self.counts) = (wait, true);
        self
    }

    /// The page that others return to: nothing lies below it.
    pub(super) fn root(mut self, wait: Duration, on_silence: Move) -> Self {
        (self.wait, self.on_silence, self.can_cancel) = (wait, on_silence, false);
        self
    }

    /// Goes there where nobody touches it.
    pub(super) fn silent(mut self, on_silence: Move) -> Self {
        self.on_silence = on_silence;
        self
    }

    /// Drawn anew when a payment becomes certain.
    pub(super) const fn fresh(mut self) -> Self {
        self.is_fresh = true;
        self
    }
}

/// Ends when somebody said so.
async fn told(stop: &mut watch::Receiver<bool>) {
    // The sender lives in the desk, so this ends only when it says so.
    drop(stop.wait_for(|stops| *stops).await);
}

impl Desk {
    /// Shows a page and waits for the first key that `read` takes for an answer.
    pub(super) async fn ask<T>(
        &self,
        shift: &mut Shift,
        ask: Ask,
        read: impl FnMut(Key) -> Option<T>,
    ) -> Result<T, Leave> {
        let until = Instant::now() + ask.wait;
        self.refresh(shift).await?;
        self.draw(Showing {
            app: None,
            view: ask.view,
            amount: ask.amount,
            language: self.inner().language(),
            can_cancel: ask.can_cancel,
            until: ask.counts.then_some(until),
        });
        self.answer(shift, (until, ask.on_silence), ask.is_fresh, read).await
    }

    /// Waits for the first key that `read` takes for an answer to what is on the screen.
    pub(super) async fn answer<T>(
        &self,
        shift: &mut Shift,
        (until, on_silence): (Instant, Move),
        is_fresh: bool,
        mut read: impl FnMut(Key) -> Option<T>,
    ) -> Result<T, Leave> {
        let screen = &self.inner().equipment.screen;
        let mut stop = self.stop.subscribe();
        loop {
            let tick = self.until_next_minute();
            let mut news = shift.news.clone();
            let key = tokio::select! {
                biased;
                () = told(&mut stop) => return Err(Leave::Go(Move::Stop)),
                key = screen.next_key() => Some(key),
                Ok(()) = news.changed(), if is_fresh => return Err(Leave::Go(Move::Stay)),
                () = sleep_until(until) => return Err(Leave::Go(on_silence)),
                () = sleep(tick) => None,
            };
            let Some(key) = key else {
                self.refresh(shift).await?;
                continue;
            };
            match key {
                Key::Cancel => return Err(Leave::Go(Move::Back)),
                // Before anybody has signed in there is nowhere to go but back.
                Key::Go(place) if !self.must_sign_in(shift) => {
                    return Err(Leave::Go(move_to(place)));
                }
                Key::Go(_) => return Err(Leave::Go(Move::Back)),
                Key::Set(settings) => {
                    self.terminal.set_volume(settings.volume);
                    if let Err(error) = self.inner().settings.set(settings).await {
                        tracing::error!(%error, "the settings are forgotten at the next start");
                    }
                    return Err(Leave::Go(Move::Stay));
                }
                key => {
                    if let Some(answer) = read(key) {
                        return Ok(answer);
                    }
                }
            }
        }
    }

    /// Draws what is not on the screen already: somebody may be keying on it.
    fn draw(&self, showing: Showing) {
        let mut shown = lock(&self.shown);
        let is_there = shown.as_ref() == Some(&showing);
        if !is_there {
            self.inner().equipment.screen.show(showing.clone());
            *shown = Some(showing);
        }
    }

    /// From here on somebody else draws.
    pub(super) fn hand_over(&self) {
        *lock(&self.shown) = None;
    }
}
