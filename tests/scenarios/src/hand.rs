//! A cashier's hand at the terminal's desk: reads the page that is shown, and presses keys.
//!
//! Guarantees: every key is one that a person could press on the page that is shown; each wait for
//! the next page ends within [`PAGE_WITHIN`]. It works on whatever screen shows the desk: that of a
//! terminal in this process, or the mirror of one in another.

mod pages;

use crate::emulated_profile;
use crate::step::DeskStep;
use caisson_core::desk::{Act, Page};
use caisson_core::view::View;
use caisson_core::{Currency, PaymentKey};
use caisson_devices::emulated::screen::EmulatedScreen;
use caisson_devices::screen::{Key, Place, Showing};
use caisson_vault::Passcode;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long the desk has to show the next page. A code is compared in tens of milliseconds; a
/// machine with a full load takes seconds.
const PAGE_WITHIN: Duration = Duration::from_secs(20);
/// How long what an app shows may last before somebody who wants the keypad gives up: its last page
/// was answered, and the desk's comes.
const APP_ENDS_WITHIN: Duration = Duration::from_secs(1);
/// Most keys on the way to the keypad: a page, its questions, signing in.
const KEYS_HOME_MAX: usize = 8;

/// Why the hand stops. Whoever wrote the sentence: the text says what is on the screen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandError {
    /// The desk is not where the sentence needs it.
    #[error("the screen does not show {wanted}; it shows: {shown}")]
    Elsewhere {
        /// What was wanted.
        wanted: &'static str,
        /// The line of the screen.
        shown: String,
    },
    /// Something is done with a customer at the moment.
    #[error("a payment is at the counter; the screen shows: {shown}")]
    Busy {
        /// The line of the screen.
        shown: String,
    },
    /// The customer is still asked for the receipt.
    #[error("the receipt is still asked for; write `cashier wants paper` or the like before this")]
    ReceiptAsked,
    /// Nothing is on the screen.
    #[error("the screen is dark")]
    Dark,
    /// The desk did not take the key.
    #[error("the desk does not take it; the screen still shows: {shown}")]
    NotTaken {
        /// The line of the screen.
        shown: String,
    },
    /// Nobody of that name.
    #[error("nobody called \"{name}\" signs in here; there are {there}")]
    NoOperator {
        /// As it was written.
        name: String,
        /// Who can.
        there: String,
    },
    /// No such way to pay, or service.
    #[error("there is no \"{service}\" to pick; there are {there}")]
    NoService {
        /// As it was written.
        service: String,
        /// What there is.
        there: String,
    },
    /// Not an amount.
    #[error("\"{amount}\" is no amount: {why}")]
    Amount {
        /// As it was written.
        amount: String,
        /// Why.
        why: String,
    },
    /// The payment is on no page.
    #[error("payment {key} is not in the history")]
    NotListed {
        /// Its key.
        key: PaymentKey,
    },
    /// Whoever is signed in may not.
    #[error("{line}")]
    Denied {
        /// The line of the screen.
        line: String,
    },
    /// The desk said that it was not done.
    #[error("{line}")]
    NotDone {
        /// The line of the screen.
        line: String,
    },
    /// So many keys wait already that this one is lost.
    #[error("the key is lost: nobody takes keys")]
    KeyLost,
}

/// A service as a terminal offers it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Offered {
    /// The app's id.
    pub(crate) app: String,
    /// The service's id.
    pub(crate) service: String,
    /// Its name in Chinese.
    pub(crate) zh: String,
    /// In English.
    pub(crate) en: String,
    /// True for what takes or reserves money, false for a service that moves none.
    pub(crate) is_sale: bool,
}

/// The hand, at one screen.
#[derive(Debug, Clone)]
pub(crate) struct Hand {
    screen: EmulatedScreen,
    offered: Vec<Offered>,
}

impl Hand {
    /// A hand at `screen`, whose terminal offers these services, sales in the desk's order.
    pub(crate) const fn new(screen: EmulatedScreen, offered: Vec<Offered>) -> Self {
        Self { screen, offered }
    }

    /// Does what needs no number of a payment.
    pub(crate) async fn desk(&self, step: &DeskStep) -> Result<(), HandError> {
        match step {
            DeskStep::SignIn { name, code } => self.sign_in(name, code.clone()).await,
            DeskStep::Go(Place::SignOut) => {
                self.home().await?;
                self.press_through(Key::Go(Place::SignOut)).await.map(drop)
            }
            DeskStep::Go(place) => self.go(*place).await,
            DeskStep::Amount(amount) => self.amount(amount).await,
            DeskStep::Do(act) => self.act(*act).await,
            DeskStep::Search(text) => self.press_through(Key::Search(text.clone())).await.map(drop),
            DeskStep::Set(setting) => self.set(*setting).await,
            DeskStep::Void { .. } => Err(self.elsewhere("a payment")),
        }
    }

    /// Keys an amount, and picks a way to pay where the desk asks for one.
    pub(crate) async fn sale(&self, amount: &str, service: &str) -> Result<(), HandError> {
        self.home().await?;
        self.amount(amount).await?;
        if self.page_is(|page| matches!(page, Page::Methods { .. })) {
            self.pick(service).await?;
        }
        Ok(())
    }

    /// Picks a way to pay where the desk asks for one, else a service of the menu.
    pub(crate) async fn pick(&self, service: &str) -> Result<(), HandError> {
        if !self.page_is(|page| matches!(page, Page::Methods { .. })) {
            self.home().await?;
            self.go(Place::Menu).await?;
        }
        let row = match self.page() {
            Some(Page::Methods { rows }) => {
                let names: Vec<String> = rows.into_iter().map(|row| row.name).collect();
                self.row_of(service, true, &names)?
            }
            Some(Page::Menu { services, .. }) => self.row_of(service, false, &services)?,
            _ => return Err(self.elsewhere("ways to pay, or the menu")),
        };
        self.press_through(Key::Row(row)).await.map(drop)
    }

    /// Gives back some of the payment `key`, or takes some of what it reserved.
    pub(crate) async fn some_of(
        &self,
        key: &PaymentKey,
        act: Act,
        amount: &str,
    ) -> Result<(), HandError> {
        self.open(key).await?;
        self.act(act).await?;
        self.amount(amount).await
    }

    /// Gives all of the payment `key` back, or lets go what it reserved.
    pub(crate) async fn void(&self, key: &PaymentKey) -> Result<(), HandError> {
        self.open(key).await?;
        self.act(Act::Void).await?;
        self.press_through(Key::Yes).await.map(drop)
    }

    /// Prints another copy of the receipt of `key`.
    pub(crate) async fn reprint(&self, key: &PaymentKey) -> Result<(), HandError> {
        self.open(key).await?;
        self.act(Act::Reprint).await?;
        match self.page() {
            Some(Page::Said { is_done: true, .. }) => Ok(()),
            Some(Page::Said { .. }) => Err(HandError::NotDone { line: self.line() }),
            _ => Err(self.elsewhere("whether it was printed")),
        }
    }

    /// A key of whoever stands before the screen.
    pub(crate) fn press(&self, key: Key) -> Result<(), HandError> {
        if self.screen.press(key) { Ok(()) } else { Err(HandError::KeyLost) }
    }

    /// To the keypad, from wherever the desk is; signs in where nobody is.
    pub(crate) async fn home(&self) -> Result<(), HandError> {
        let mut until = Instant::now() + APP_ENDS_WITHIN;
        for _ in 0..KEYS_HOME_MAX {
            let showing = self.settled().await?;
            let key = match showing.view {
                View::Page(page) => match *page {
                    Page::Keypad { .. } => return Ok(()),
                    Page::SignIn { .. } => {
                        self.sign_in_first().await?;
                        continue;
                    }
                    Page::Code { .. } => Key::Cancel,
                    Page::Said { .. } | Page::Denied { .. } | Page::ReceiptCode { .. } => Key::Ok,
                    _ => Key::Go(Place::Keypad),
                },
                View::Outcome { asks_receipt: true, .. } => return Err(HandError::ReceiptAsked),
                View::Outcome { .. } | View::Notice { .. } | View::Result { .. } => Key::Ok,
                _ if Instant::now() < until => {
                    self.let_app_end(until).await;
                    continue;
                }
                _ => return Err(HandError::Busy { shown: self.line() }),
            };
            self.press_through(key).await?;
            until = Instant::now() + APP_ENDS_WITHIN;
        }
        Err(HandError::NotTaken { shown: self.line() })
    }

    /// Until something is shown that a key leads on from, at most until then.
    async fn let_app_end(&self, until: Instant) {
        let mut changes = self.screen.changes();
        let leads_on = |showing: Showing| {
            matches!(
                showing.view,
                View::Page(_) | View::Outcome { .. } | View::Notice { .. } | View::Result { .. }
            )
        };
        let ended = timeout_at(until, async {
            while !self.screen.current().is_some_and(leads_on) {
                // The screen lives as long as this.
                let _ = changes.changed().await;
            }
        });
        // Whether it came, the next look says.
        let _ = ended.await;
    }

    fn elsewhere(&self, wanted: &'static str) -> HandError {
        HandError::Elsewhere { wanted, shown: self.line() }
    }

    /// How many views were shown.
    pub(crate) fn shown(&self) -> usize {
        *self.screen.changes().borrow()
    }

    /// The line of the screen.
    pub(crate) fn line(&self) -> String {
        self.screen.current().map_or_else(|| "nothing".to_owned(), |showing| showing.line())
    }

    fn page(&self) -> Option<Page> {
        match self.screen.current()?.view {
            View::Page(page) => Some(*page),
            _ => None,
        }
    }

    fn page_is(&self, is_it: impl FnOnce(&Page) -> bool) -> bool {
        self.page().as_ref().is_some_and(is_it)
    }
}

/// Where an amount is keyed, in which currency.
fn currency(page: &Page) -> Option<Currency> {
    match page {
        Page::Keypad { max, .. } => Some(max.currency()),
        Page::RefundAmount { left, .. } => Some(left.currency()),
        _ => None,
    }
}

/// The code of an emulated operator.
fn code_of(name: &str) -> Option<Passcode> {
    emulated_profile::operator(name).and_then(|one| Passcode::new(one.code))
}

/// Ends with the line that told how a payment ended that began after the first `begun` views: its
/// outcome was shown, and the question for the receipt is over.
pub(crate) async fn ended(screen: &EmulatedScreen, begun: usize) -> String {
    let mut changes = screen.changes();
    loop {
        let shown = screen.since(begun).0;
        // Who signs was told before that it was approved, and is told again afterwards.
        let signs = |showing: &Showing| matches!(showing.view, View::Signature { .. });
        let from = shown.iter().rposition(signs).map_or(0, |at| at + 1);
        let outcome = shown.iter().skip(from).position(is_end).map(|at| from + at);
        if let Some(at) = outcome
            && let Some(told) = shown.get(at)
        {
            let asks = matches!(told.view, View::Outcome { asks_receipt: true, .. });
            if !asks || shown.len() > at + 1 {
                return told.line();
            }
        }
        // The screen lives as long as this.
        let _ = changes.changed().await;
    }
}

/// How a payment ended, or why none began.
fn is_end(showing: &Showing) -> bool {
    match &showing.view {
        View::Outcome { .. } => true,
        View::Page(page) => matches!(**page, Page::Said { .. }),
        _ => false,
    }
}

/// How a payment ended.
pub(crate) const fn is_outcome(showing: &Showing) -> bool {
    matches!(showing.view, View::Outcome { .. })
}
