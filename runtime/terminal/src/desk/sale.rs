//! A sale at the desk: amount, way to pay, the payment itself, and how it ended.

use super::{Ask, Desk, Leave, Move, Shift};
use crate::counter::{Report, Request, shown_as};
use crate::methods::Method;
use crate::receipts::{OUTCOME_WAIT, Receipts};
use caisson_core::desk::{MethodRow, Page};
use caisson_core::payment::State;
use caisson_core::view::{Outcome, View};
use caisson_core::{Language, Money, Reason};
use caisson_devices::screen::Key;
use caisson_host::Service;
use caisson_journal::PaymentRow;
use std::time::Duration;
use tokio::time::Instant;

/// How long a way to pay can be chosen.
const METHODS_WAIT: Duration = Duration::from_secs(60);
/// Whoever is signed in and away so long is signed out.
const SIGN_OUT_AFTER: Duration = Duration::from_secs(15 * 60);

impl Desk {
    pub(super) async fn keypad(&self, shift: &mut Shift) -> Result<Move, Leave> {
        let problems = self.problem_count().await?;
        let limits = &self.inner().limits;
        let currency = limits.currency;
        let max = Money::new(limits.payment_max_minor, currency);
        let max = max.unwrap_or(Money::zero(currency));
        let page = Ask::of(Page::Keypad { problems, max });
        let page = page.root(SIGN_OUT_AFTER, Move::SignOut).fresh();
        let keyed = self.ask(shift, page, |key| match key {
            Key::Amount(minor) => Money::new(minor, currency)
                .ok()
                .filter(|amount| !amount.is_zero() && amount.is_within(max).unwrap_or(false)),
            _ => None,
        });
        let amount = keyed.await?;
        self.sale(shift, amount).await
    }

    async fn sale(&self, shift: &mut Shift, amount: Money) -> Result<Move, Leave> {
        if self.inner().apps().any(|(_, hosted)| hosted.is_doubtful()) {
            self.hand_over();
            self.inner().show(View::Wait, Some(amount), None);
        }
        let methods = self.terminal.methods().await?;
        let chosen = match methods.as_slice() {
            [] => return self.said(shift, false, Some(Reason::AppMissing)).await,
            [only] if only.trouble.is_none() => only,
            several => {
                let language = self.inner().language();
                let rows = several.iter().map(|method| row(method, language)).collect();
                let page = Ask::of(Page::Methods { rows }).amount(amount).within(METHODS_WAIT);
                self.ask(shift, page, |key| match key {
                    Key::Row(row) => several.get(usize::try_from(row).unwrap_or(usize::MAX)),
                    _ => None,
                })
                .await?
            }
        };
        let request = Request {
            app: chosen.app.clone(),
            service: chosen.service.id.clone(),
            amount: amount.to_string(),
            currency: Some(amount.currency().code().to_owned()),
            original: None,
            merchant_order: None,
        };
        self.take(shift, request).await
    }

    /// Runs a payment, and lets its end stand until somebody has read it.
    pub(super) async fn take(&self, shift: &mut Shift, request: Request) -> Result<Move, Leave> {
        self.hand_over();
        let report = self.terminal.pay_with(request, Receipts::Asked).await?;
        let was_served = matches!(
            report.outcome,
            Outcome::Approved | Outcome::Refunded | Outcome::Reserved | Outcome::Released
        );
        if was_served && report.print_failed.is_none() {
            return Ok(Move::Home);
        }
        self.read(shift, report).await
    }

    /// The outcome stands on the screen; one that is not known yet is told anew when it is.
    async fn read(&self, shift: &mut Shift, report: Report) -> Result<Move, Leave> {
        let mut until = Instant::now() + OUTCOME_WAIT;
        let mut state = report.state;
        loop {
            let done = |key| matches!(key, Key::Ok | Key::Yes | Key::No).then_some(());
            let is_unknown = state.is_some_and(State::is_open);
            let answer = self.answer(shift, (until, Move::Home), is_unknown, done).await;
            match answer {
                Err(Leave::Go(Move::Stay)) if is_unknown => {
                    shift.news.mark_unchanged();
                    let now = self.state_of(&report, state).await?;
                    if let Some(row) = now {
                        until = Instant::now() + OUTCOME_WAIT;
                        state = Some(row.state);
                        self.tell_again(&row, until);
                    }
                }
                Ok(()) | Err(Leave::Go(Move::Back | Move::Stay)) => return Ok(Move::Home),
                Err(leave) => return Err(leave),
            }
        }
    }

    /// The payment, where it stands elsewhere than before.
    async fn state_of(
        &self,
        report: &Report,
        before: Option<State>,
    ) -> Result<Option<PaymentRow>, Leave> {
        let Some(key) = report.key.clone() else { return Ok(None) };
        let journal = &self.inner().journal;
        let row = journal.with(move |journal| journal.row(&key)).await??;
        Ok(row.filter(|row| Some(row.state) != before))
    }

    fn tell_again(&self, row: &PaymentRow, until: Instant) {
        let outcome = shown_as(row.kind, row.state, row.reason);
        let view = View::Outcome { outcome, reason: row.reason, asks_receipt: false };
        self.inner().show(view, Some(row.approved.unwrap_or(row.amount)), Some(until));
        self.inner().sound_outcome(outcome, row.approved);
    }

    /// One sentence, and back.
    pub(super) async fn said(
        &self,
        shift: &mut Shift,
        is_done: bool,
        reason: Option<Reason>,
    ) -> Result<Move, Leave> {
        let page = Ask::of(Page::Said { is_done, reason }).within(OUTCOME_WAIT);
        let page = page.silent(Move::Back);
        self.ask(shift, page, |key| (key == Key::Ok).then_some(())).await?;
        Ok(Move::Back)
    }
}

fn row(method: &Method, language: Language) -> MethodRow {
    MethodRow { name: service_name(&method.service, language), trouble: method.trouble }
}

/// What people call a service.
pub(super) fn service_name(service: &Service, language: Language) -> String {
    match language {
        Language::Zh => service.zh.clone(),
        Language::En => service.en.clone(),
    }
}
