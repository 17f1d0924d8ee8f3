//! The cashier's desk: owns the counter's screen between payments, and calls the terminal for what
//! is done at it.
//!
//! Guarantees: whoever may not do something is shown so, and every denial, wrong code, lock,
//! sign-in and sign-out is in the journal before the screen says it; every page has a way back, and
//! one that nobody touches returns by itself. No code outlives its comparison.
//!
//! Deliberately not here: rules of money (`admit`, `core::risk`), payments (`counter`), how a page
//! looks (`ui`). A payment that is held for the owner is no problem of [`Page::Problems`]: it is
//! held at the counter, where somebody stands, and has not begun.

mod ask;
mod away;
mod details;
mod history;
mod locks;
mod problems;
mod rows;
mod sale;
mod sign_in;
mod status;
mod totals;

use crate::error::TerminalError;
use crate::terminal::{Inner, Terminal};
use ask::{Ask, Leave, Move};
use caisson_core::PaymentKey;
use caisson_core::desk::{Act, DeskEvent, Operator, Page};
use caisson_devices::screen::{Key, Place, Showing, Status};
use caisson_journal::JournalError;
use locks::Locks;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// Pages that can lie upon one another: beyond, the lowest is forgotten.
const PAGES_MAX: usize = 16;

/// The desk of one terminal.
pub struct Desk {
    terminal: Terminal,
    locks: Locks,
    /// What the desk itself showed last; `None` where somebody else drew since.
    shown: Mutex<Option<Showing>>,
    bar: Mutex<Option<Status>>,
    stop: watch::Sender<bool>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("terminal", &self.terminal).finish_non_exhaustive()
    }
}

/// Where somebody is at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
enum At {
    /// The code of the operator of this number.
    Code(usize),
    Menu,
    History {
        search: String,
    },
    Details(PaymentKey),
    /// The amount of a refund or a completion.
    Amount(PaymentKey, Act),
    Void(PaymentKey),
    Totals,
    Problems,
    Problem(PaymentKey),
    Resolve(PaymentKey, bool),
    Settings,
    About,
}

/// See [`Desk::allow`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowed {
    Yes,
    Denied,
}

/// One person's time at the desk.
struct Shift {
    /// Who is signed in; `None` before, and where nobody has to.
    who: Option<Operator>,
    /// The pages that were opened, the latest last; none is the sign-in or the keypad.
    pages: Vec<At>,
    news: watch::Receiver<u64>,
}

impl Desk {
    /// The desk of `terminal`. Operators are those of its profile; where it has none, nobody signs
    /// in, and whoever is at the till may do everything.
    #[must_use]
    pub fn new(terminal: Terminal) -> Self {
        let locks = Locks::after_restart(&terminal.boot().codes);
        let (shown, bar, stop) = (Mutex::default(), Mutex::default(), watch::Sender::new(false));
        Self { terminal, locks, shown, bar, stop }
    }

    /// Serves the desk until [`Desk::stop`]; a payment that is under way then is finished first.
    /// Dropping the future stops it too, wherever it is.
    ///
    /// # Errors
    /// Only what stops the terminal; [`TerminalError::DeskTaken`] where another desk serves it.
    pub async fn run(&self) -> Result<(), TerminalError> {
        let inner = Arc::clone(self.inner());
        let Some(_manned) = inner.news.man() else { return Err(TerminalError::DeskTaken) };
        self.terminal.set_volume(inner.settings.now().volume);
        let news = inner.news.subscribe();
        let mut shift = Shift { who: None, pages: Vec::new(), news };
        loop {
            shift.news.mark_unchanged();
            let went = match self.visit(&mut shift).await {
                Ok(went) | Err(Leave::Go(went)) => went,
                Err(Leave::Broken(error)) => return Err(error),
            };
            if went == Move::Stop {
                return Ok(());
            }
            self.go(&mut shift, went).await?;
        }
    }

    /// Ends [`Desk::run`], at once or after the payment that is under way.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    const fn inner(&self) -> &Arc<Inner> {
        self.terminal.inner()
    }

    /// The page on top, until somebody leaves it.
    async fn visit(&self, shift: &mut Shift) -> Result<Move, Leave> {
        let Some(at) = shift.pages.last().cloned() else {
            return if self.must_sign_in(shift) {
                self.sign_in(shift).await
            } else {
                self.keypad(shift).await
            };
        };
        match at {
            At::Code(number) => self.code(shift, number).await,
            At::Menu => self.menu(shift).await,
            At::History { search } => self.history(shift, search).await,
            At::Details(key) => self.details(shift, &key).await,
            At::Amount(key, act) => self.amount(shift, &key, act).await,
            At::Void(key) => self.void(shift, &key).await,
            At::Totals => self.totals(shift).await,
            At::Problems => self.problems(shift).await,
            At::Problem(key) => self.problem(shift, &key).await,
            At::Resolve(key, paid) => self.resolve(shift, &key, paid).await,
            At::Settings => self.settings(shift).await,
            At::About => self.about(shift).await,
        }
    }

    async fn go(&self, shift: &mut Shift, went: Move) -> Result<(), TerminalError> {
        match went {
            Move::Stay | Move::Stop => {}
            Move::Back => {
                shift.pages.pop();
            }
            Move::Home => shift.pages.clear(),
            Move::Into(at) => {
                // A page that lies below already is gone back to.
                if let Some(below) = shift.pages.iter().position(|page| *page == at) {
                    shift.pages.truncate(below);
                }
                if shift.pages.len() >= PAGES_MAX {
                    shift.pages.remove(0);
                }
                shift.pages.push(at);
            }
            Move::Instead(at) => {
                shift.pages.pop();
                shift.pages.push(at);
            }
            Move::SignOut => {
                shift.pages.clear();
                if let Some(operator) = shift.who.take() {
                    self.inner().record(DeskEvent::SignedOut { operator }).await?;
                }
            }
        }
        Ok(())
    }

    /// Whether `shift` may do `act`. Where not, the journal and then the screen have said so.
    async fn allow(&self, shift: &mut Shift, act: Act) -> Result<Allowed, Leave> {
        let Some(operator) = shift.who.clone() else { return Ok(Allowed::Yes) };
        if operator.role >= act.needs() {
            return Ok(Allowed::Yes);
        }
        self.inner().record(DeskEvent::Denied { operator: operator.clone(), act }).await?;
        let page = Page::Denied { act, operator };
        let read = self.ask(shift, Ask::of(page), |key| (key == Key::Ok).then_some(())).await;
        match read {
            Ok(()) | Err(Leave::Go(Move::Back)) => Ok(Allowed::Denied),
            Err(leave) => Err(leave),
        }
    }
}

impl Inner {
    /// Puts what happened at the desk into the journal. A medium that is nearly full keeps it out,
    /// which is logged: it stops no terminal.
    pub(crate) async fn record(&self, event: DeskEvent) -> Result<(), TerminalError> {
        let (at, told) = (self.clock.now(), event.clone());
        let done = self.journal.with(move |journal| journal.record(&event, at)).await?;
        match self.heard(done) {
            Ok(()) => tracing::info!(?told, "at the desk"),
            Err(error @ JournalError::StorageFull { .. }) => {
                tracing::error!(%error, ?told, "at the desk, and not in the journal");
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

/// Where `place` leads.
fn move_to(place: Place) -> Move {
    match place {
        Place::Back => Move::Back,
        Place::Keypad => Move::Home,
        Place::Menu => Move::Into(At::Menu),
        Place::History => Move::Into(At::History { search: String::new() }),
        Place::Totals => Move::Into(At::Totals),
        Place::Problems => Move::Into(At::Problems),
        Place::Settings => Move::Into(At::Settings),
        Place::About => Move::Into(At::About),
        Place::SignOut => Move::SignOut,
    }
}

/// What is inside a lock, whoever panicked while holding it.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
