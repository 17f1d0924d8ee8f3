//! One page at a time: what the hand presses there, and the wait for what comes next.

use super::{Hand, HandError, Offered, PAGE_WITHIN, code_of, currency};
use crate::emulated_profile::{self, EMULATED_OPERATORS};
use crate::step::Setting;
use crate::world::HANGING_APP;
use caisson_core::desk::{Act, Operator, Page, PaymentRow, Settings};
use caisson_core::view::View;
use caisson_core::{Currency, Language, Money, PaymentKey};
use caisson_devices::screen::{Key, Place, Showing};
use caisson_vault::Passcode;
use tokio::sync::watch;
use tokio::time::timeout;

impl Hand {
    /// Signs in; somebody else signs out before.
    pub(super) async fn sign_in(
        &self,
        name: &str,
        code: Option<Passcode>,
    ) -> Result<(), HandError> {
        if !self.page_is(|page| matches!(page, Page::SignIn { .. } | Page::Code { .. })) {
            self.home().await?;
            self.press_through(Key::Go(Place::SignOut)).await?;
        }
        let is_theirs =
            |page: &Page| matches!(page, Page::Code { operator, .. } if is_called(operator, name));
        if !self.page_is(is_theirs) {
            if self.page_is(|page| matches!(page, Page::Code { .. })) {
                self.press_through(Key::Cancel).await?;
            }
            let Some(Page::SignIn { operators }) = self.page() else {
                return Err(self.elsewhere("who is at the till"));
            };
            let row = operators.iter().position(|operator| is_called(operator, name));
            let row = row.ok_or_else(|| HandError::NoOperator {
                name: name.to_owned(),
                there: names(&operators),
            })?;
            self.press_through(Key::Row(u32::try_from(row).unwrap_or(u32::MAX))).await?;
        }
        let code = code.or_else(|| code_of(name)).ok_or_else(|| HandError::NoOperator {
            name: name.to_owned(),
            there: EMULATED_OPERATORS.map(|one| one.name.en).join(", "),
        })?;
        let after = self.press_through(Key::Code(code)).await?;
        match after.view {
            View::Page(page) if matches!(*page, Page::Code { .. }) => {
                Err(HandError::NotDone { line: format!("the code is wrong: {}", self.line()) })
            }
            _ => Ok(()),
        }
    }

    /// Whoever the profile names first.
    pub(super) async fn sign_in_first(&self) -> Result<(), HandError> {
        let Some(Page::SignIn { operators }) = self.page() else { return Ok(()) };
        let known = operators.iter().find(|operator| code_of(&operator.name).is_some());
        match known {
            Some(operator) => self.press_sign_in(&operator.name.clone(), &operators).await,
            None => Err(HandError::NoOperator {
                name: EMULATED_OPERATORS[0].name.en.to_owned(),
                there: names(&operators),
            }),
        }
    }

    async fn press_sign_in(&self, name: &str, operators: &[Operator]) -> Result<(), HandError> {
        let row = operators.iter().position(|operator| operator.name == name).unwrap_or_default();
        self.press_through(Key::Row(u32::try_from(row).unwrap_or(u32::MAX))).await?;
        let Some(code) = code_of(name) else { return Err(self.elsewhere("an emulated operator")) };
        self.press_through(Key::Code(code)).await.map(drop)
    }

    pub(super) async fn go(&self, place: Place) -> Result<(), HandError> {
        if place == Place::Keypad {
            return self.home().await;
        }
        if place != Place::Back && !matches!(self.settled().await?.view, View::Page(_)) {
            self.home().await?;
        }
        if self.page_is(|page| matches!(page, Page::SignIn { .. })) {
            self.sign_in_first().await?;
        }
        let shown = self.press_through(Key::Go(place)).await?;
        match shown.view {
            View::Page(page) if matches!(*page, Page::Denied { .. }) => {
                Err(HandError::Denied { line: self.line() })
            }
            _ => Ok(()),
        }
    }

    /// An amount, on the page that asks for one.
    pub(super) async fn amount(&self, amount: &str) -> Result<(), HandError> {
        let wrong = |why: String| HandError::Amount { amount: amount.to_owned(), why };
        let minor = match self.settled().await?.view {
            View::Page(page) => {
                let currency = currency(&page);
                let currency = currency.ok_or_else(|| self.elsewhere("a page for an amount"))?;
                Money::parse(amount, currency).map_err(|error| wrong(error.to_string()))?.minor()
            }
            // An app's own question, in the payment's currency.
            View::Amount { .. } => {
                let asked = self.screen.current().and_then(|showing| showing.amount);
                let currency = asked.map_or(Currency::Cny, Money::currency);
                Money::parse(amount, currency).map_err(|error| wrong(error.to_string()))?.minor()
            }
            _ => return Err(self.elsewhere("a page for an amount")),
        };
        self.press_through(Key::Amount(minor)).await.map(drop)
    }

    /// A button of the payment on the page.
    pub(super) async fn act(&self, act: Act) -> Result<(), HandError> {
        let key = match self.page() {
            Some(Page::Details(details)) => details.row.key,
            Some(Page::Problem(problem)) => problem.row.key,
            _ => return Err(self.elsewhere("a payment")),
        };
        let shown = self.press_through(Key::Do(act, key)).await?;
        match shown.view {
            View::Page(page) if matches!(*page, Page::Denied { .. }) => {
                Err(HandError::Denied { line: self.line() })
            }
            _ => Ok(()),
        }
    }

    pub(super) async fn set(&self, setting: Setting) -> Result<(), HandError> {
        let language = self.screen.current().map_or(Language::En, |showing| showing.language);
        let now = self.screen.status_bar().borrow().settings;
        let now = Settings { language, ..now };
        let then = match setting {
            Setting::Language(language) => Settings { language, ..now },
            Setting::Theme(theme) => Settings { theme, ..now },
            Setting::Volume(volume) => Settings { volume, ..now },
        };
        if then == now {
            return Ok(());
        }
        let mut bar = self.screen.status_bar();
        bar.mark_unchanged();
        self.press(Key::Set(then))?;
        let set = timeout(PAGE_WITHIN, bar.wait_for(|status| status.settings == then)).await;
        match set {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(HandError::NotTaken { shown: self.line() }),
        }
    }

    /// The page of the payment `key`, by the history.
    pub(super) async fn open(&self, key: &PaymentKey) -> Result<(), HandError> {
        self.home().await?;
        self.go(Place::History).await?;
        let mut row = self.listed(key);
        if row.is_none() {
            self.press_through(Key::Search(key.as_str().to_owned())).await?;
            row = self.listed(key);
        }
        let row = row.ok_or_else(|| HandError::NotListed { key: key.clone() })?;
        self.press_through(Key::Row(row)).await.map(drop)
    }

    fn listed(&self, key: &PaymentKey) -> Option<u32> {
        let Some(Page::History { rows, .. }) = self.page() else { return None };
        let row = rows.iter().position(|PaymentRow { key: listed, .. }| listed == key)?;
        u32::try_from(row).ok()
    }

    /// The row of a service among the names that the page shows, in the page's order.
    pub(super) fn row_of(
        &self,
        service: &str,
        is_sale: bool,
        names: &[String],
    ) -> Result<u32, HandError> {
        let unknown = || HandError::NoService {
            service: service.to_owned(),
            there: self.services(is_sale).join(", "),
        };
        let offered: Vec<&Offered> =
            self.offered.iter().filter(|one| one.is_sale == is_sale).collect();
        // The hanging app's only service is called by the app's name.
        let is_it = |one: &&&Offered| one.service == service && one.app != HANGING_APP;
        let found =
            offered.iter().find(is_it).or_else(|| offered.iter().find(|one| one.app == service));
        let found = found.ok_or_else(unknown)?;
        let fits = |name: &String| *name == found.zh || *name == found.en;
        // Where the page lists what is offered, the place decides; else the name.
        let place = offered.iter().position(|one| one == found);
        let place =
            place.filter(|at| names.len() == offered.len() && names.get(*at).is_some_and(fits));
        let row = place.or_else(|| names.iter().position(fits)).ok_or_else(unknown)?;
        Ok(u32::try_from(row).unwrap_or(u32::MAX))
    }

    fn services(&self, is_sale: bool) -> Vec<String> {
        let of_kind = self.offered.iter().filter(|one| one.is_sale == is_sale);
        of_kind.map(|one| one.service.clone()).collect()
    }

    /// Presses a key, and waits until something else is shown.
    pub(super) async fn press_through(&self, key: Key) -> Result<Showing, HandError> {
        let mut changes = self.screen.changes();
        changes.mark_unchanged();
        self.press(key)?;
        match timeout(PAGE_WITHIN, changes.changed()).await {
            Ok(Ok(())) => self.settled().await,
            Ok(Err(_)) | Err(_) => Err(HandError::NotTaken { shown: self.line() }),
        }
    }

    /// What is shown as soon as it is neither "please wait" nor what a terminal shows before its
    /// desk is manned.
    pub(super) async fn settled(&self) -> Result<Showing, HandError> {
        let mut changes: watch::Receiver<usize> = self.screen.changes();
        let is_on_the_way = |showing: &Showing| {
            showing.app.is_none() && matches!(showing.view, View::Wait | View::Idle)
        };
        let shown = timeout(PAGE_WITHIN, async {
            loop {
                let now = self.screen.current().filter(|showing| !is_on_the_way(showing));
                if let Some(showing) = now {
                    return showing;
                }
                // The screen lives as long as this.
                let _ = changes.changed().await;
            }
        });
        match shown.await {
            Ok(showing) => Ok(showing),
            // An app may think for longer than a page takes.
            Err(_) => self.screen.current().ok_or(HandError::Dark),
        }
    }
}

fn is_called(operator: &Operator, name: &str) -> bool {
    let emulated = emulated_profile::operator(name);
    operator.name == name
        || emulated.is_some_and(|one| [one.name.zh, one.name.en].contains(&operator.name.as_str()))
}

fn names(operators: &[Operator]) -> String {
    operators.iter().map(|operator| operator.name.as_str()).collect::<Vec<_>>().join(", ")
}
