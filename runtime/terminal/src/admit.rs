//! Whether a payment may begin: what the request says, the owner's rules, and what people answer.

use crate::counter::Request;
use crate::error::TerminalError;
use crate::keys::{Answer, Keys};
use crate::terminal::{Hosted, Inner};
use caisson_core::money::MoneyError;
use caisson_core::payment::{Intent, Kind};
use caisson_core::risk::{self, Original, Surroundings, Verdict};
use caisson_core::view::View;
use caisson_core::{Money, Reason};
use caisson_devices::screen::Key;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long the cashier has to answer the host's question.
pub(crate) const CONFIRM_WAIT: Duration = Duration::from_secs(60);

/// Why a payment does not begin, and its amount where that could be read.
pub(crate) type Refusal = (Reason, Option<Money>);

/// A payment that may start.
pub(crate) struct Ready {
    pub(crate) hosted: Arc<Hosted>,
    pub(crate) intent: Intent,
}

impl Inner {
    /// Checks the request, and where its way to pay cannot be used offers the others. The outer
    /// error stops the terminal, the inner one is the refusal.
    pub(crate) async fn admit(
        self: &Arc<Self>,
        mut request: Request,
        keys: &Keys,
    ) -> Result<Result<Ready, Refusal>, TerminalError> {
        loop {
            let (reason, amount) = match self.check(&request, keys).await? {
                Ok(ready) => return Ok(Ok(ready)),
                Err(refusal) => refusal,
            };
            match self.instead(&request, reason, amount, keys).await? {
                Some((app, service)) => request = Request { app, service, ..request },
                None => return Ok(Err((reason, amount))),
            }
        }
    }

    /// Checks the request as it stands.
    async fn check(
        self: &Arc<Self>,
        request: &Request,
        keys: &Keys,
    ) -> Result<Result<Ready, Refusal>, TerminalError> {
        let amount = match amount(request, self.limits.currency) {
            Ok(amount) => amount,
            Err(reason) => return Ok(Err((reason, None))),
        };
        let refuse = |reason| Ok(Err((reason, Some(amount))));
        let offered = self.payment_service(&request.app, &request.service);
        let fits = |kind: &Kind| kind.is_linked() == request.original.is_some();
        let Some((hosted, kind)) = offered.filter(|(_, kind)| fits(kind)) else {
            return refuse(Reason::AppMissing);
        };
        if !self.journal.with(|journal| journal.has_room()).await?? {
            return refuse(Reason::StorageFull);
        }
        self.take_back_first(&hosted).await?;
        let terminal_id = self.merchant.terminal_id.clone();
        let mut intent = Intent {
            key: self.journal.with(move |journal| journal.next_key(&terminal_id)).await??,
            kind,
            app: request.app.clone(),
            service: request.service.clone(),
            amount,
            original: request.original.clone(),
            merchant_order: request.merchant_order.as_ref().map(|order| order.text()),
            released: None,
        };
        let original = self.original(&intent).await?;
        let mut around = self.surroundings(&intent).await?;
        if hosted.is_doubtful() {
            self.show(View::Wait, Some(amount), None);
            around.method_down = hosted.is_down().await;
        }
        loop {
            match risk::check(&intent, &self.limits, &around, original.as_ref()) {
                Verdict::Allow => return Ok(Ok(Ready { hosted, intent })),
                Verdict::Refuse(reason) => return refuse(reason),
                Verdict::Ask(reason) => match self.confirm(reason, amount, keys).await {
                    None => around.confirmed = true,
                    Some(refusal) => return refuse(refusal),
                },
                Verdict::Hold(reason) => match self.hold(&intent, reason, keys).await? {
                    None => (around.released, intent.released) = (true, Some(reason)),
                    Some(refusal) => return refuse(refusal),
                },
            }
        }
    }

    /// Asks the cashier; `None` for yes.
    async fn confirm(&self, reason: Reason, amount: Money, keys: &Keys) -> Option<Reason> {
        let until = Instant::now() + CONFIRM_WAIT;
        keys.forget().await;
        self.show(View::Confirm { reason }, Some(amount), Some(until));
        let answer = keys.answer(until, |key| match key {
            Key::Yes => Some(true),
            Key::No => Some(false),
            _ => None,
        });
        match answer.await {
            Answer::Given(true) => None,
            Answer::Given(false) => Some(reason),
            Answer::Cancelled => Some(Reason::CancelledByCashier),
            Answer::Silence => Some(Reason::NobodyActed),
        }
    }

    async fn original(&self, intent: &Intent) -> Result<Option<Original>, TerminalError> {
        let Some(key) = intent.original.clone() else {
            return Ok(None);
        };
        let found = self
            .journal
            .with(move |journal| {
                let Some(payment) = journal.payment(&key)? else {
                    return Ok(None);
                };
                let (kind, used) = (payment.intent().kind, journal.used(&key)?);
                let approved = payment.approved().filter(|_| payment.state().has_moved_money());
                let original = Original { key, kind, approved, used };
                Ok::<_, caisson_journal::JournalError>(Some(original))
            })
            .await??;
        Ok(found)
    }

    async fn surroundings(&self, intent: &Intent) -> Result<Surroundings, TerminalError> {
        let (intent, past) = (intent.clone(), self.past());
        let found = self
            .journal
            .with(move |journal| {
                let same_order_open = match &intent.merchant_order {
                    Some(order) => journal.same_order_open(order)?.is_some(),
                    None => false,
                };
                let same_amount =
                    journal.same_amount_open(&intent.app, &intent.service, intent.amount)?;
                Ok::<_, caisson_journal::JournalError>(Surroundings {
                    method_parked: journal.method_parked(&intent.app)?.is_some(),
                    same_order_open,
                    same_amount_open: same_amount.is_some(),
                    method_down: false,
                    confirmed: false,
                    released: false,
                    earlier: past.earlier(journal)?,
                    minute: past.minute(),
                })
            })
            .await??;
        Ok(found)
    }
}

fn amount(request: &Request, own: caisson_core::Currency) -> Result<Money, Reason> {
    let currency = match &request.currency {
        None => own,
        Some(text) => text.parse().map_err(|_| Reason::WrongCurrency)?,
    };
    Money::parse(&request.amount, currency).map_err(|error| match error {
        MoneyError::TooLarge => Reason::AmountTooLarge,
        _ => Reason::AmountMalformed,
    })
}
