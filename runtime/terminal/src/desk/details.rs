//! One payment, and what can be done with it: another copy, a refund, a void.
//!
//! A void is the whole rest of a sale of the same shop day, given back as a linked refund; after
//! that day there is only the refund.

use super::{Ask, At, Desk, Leave, Move, Shift};
use crate::counter::Request;
use caisson_core::desk::{Act, Details, Page};
use caisson_core::payment::Kind;
use caisson_core::{Money, PaymentKey, Reason};
use caisson_devices::screen::Key;
use caisson_journal::JournalError;
use std::time::Duration;

/// How long a question about money stands.
const DECIDE_WAIT: Duration = Duration::from_secs(60);

/// A payment, as much as this page needs.
struct Known {
    details: Details,
    app: String,
    /// What can go back of it.
    left: Option<Money>,
}

impl Desk {
    pub(super) async fn details(&self, shift: &mut Shift, key: &PaymentKey) -> Result<Move, Leave> {
        let Some(known) = self.known(key).await? else {
            return self.said(shift, false, Some(Reason::OriginalNotFound)).await;
        };
        let acts = known.details.acts.clone();
        let page = Ask::of(Page::Details(known.details)).fresh();
        let act = self.ask(shift, page, |pressed| match pressed {
            Key::Do(act, of) if of == *key && acts.contains(&act) => Some(act),
            _ => None,
        });
        let act = act.await?;
        if self.allow(shift, act).await? == super::Allowed::Denied {
            return Ok(Move::Stay);
        }
        match act {
            Act::Reprint => self.reprint(shift, key).await,
            Act::Refund => Ok(Move::Into(At::Refund(key.clone()))),
            Act::Void => Ok(Move::Into(At::Void(key.clone()))),
            Act::Totals | Act::Resolve | Act::Settings => Ok(Move::Stay),
        }
    }

    async fn reprint(&self, shift: &mut Shift, key: &PaymentKey) -> Result<Move, Leave> {
        let failed = self.terminal.reprint(key).await?;
        self.said(shift, failed.is_none(), failed).await?;
        Ok(Move::Stay)
    }

    pub(super) async fn refund(&self, shift: &mut Shift, key: &PaymentKey) -> Result<Move, Leave> {
        let Some((known, left)) = self.refundable(key, Act::Refund).await? else {
            return Ok(Move::Back);
        };
        let row = known.details.row;
        let page = Ask::of(Page::RefundAmount { row, left }).within(DECIDE_WAIT);
        let amount = self.ask(shift, page, |pressed| match pressed {
            Key::Amount(minor) => Money::new(minor, left.currency())
                .ok()
                .filter(|amount| !amount.is_zero() && amount.is_within(left).unwrap_or(false)),
            _ => None,
        });
        let amount = amount.await?;
        self.give_back(shift, key, (&known.app, Act::Refund), amount).await
    }

    pub(super) async fn void(&self, shift: &mut Shift, key: &PaymentKey) -> Result<Move, Leave> {
        let Some((known, left)) = self.refundable(key, Act::Void).await? else {
            return Ok(Move::Back);
        };
        let row = known.details.row;
        let page = Ask::of(Page::VoidConfirm { row, left }).within(DECIDE_WAIT);
        let is_sure = self.ask(shift, page, |pressed| match pressed {
            Key::Yes => Some(true),
            Key::No => Some(false),
            _ => None,
        });
        if is_sure.await? {
            self.give_back(shift, key, (&known.app, Act::Void), left).await
        } else {
            Ok(Move::Back)
        }
    }

    async fn give_back(
        &self,
        shift: &mut Shift,
        key: &PaymentKey,
        (app, act): (&str, Act),
        amount: Money,
    ) -> Result<Move, Leave> {
        let Some(service) = self.inner().refund_service(app, act) else {
            return self.said(shift, false, Some(Reason::AppMissing)).await;
        };
        let request = Request {
            app: app.to_owned(),
            service,
            amount: amount.to_string(),
            currency: Some(amount.currency().code().to_owned()),
            original: Some(key.clone()),
            merchant_order: None,
        };
        self.take(shift, request).await
    }

    /// The payment and what is left of it, where `act` can still be done.
    async fn refundable(
        &self,
        key: &PaymentKey,
        act: Act,
    ) -> Result<Option<(Known, Money)>, Leave> {
        let known = self.known(key).await?.filter(|known| known.details.acts.contains(&act));
        Ok(known.and_then(|known| known.left.map(|left| (known, left))))
    }

    async fn known(&self, key: &PaymentKey) -> Result<Option<Known>, Leave> {
        let inner = self.inner();
        let wanted = key.clone();
        let found = inner.journal.with(move |journal| {
            let (payment, row) = (journal.payment(&wanted)?, journal.row(&wanted)?);
            let refunded = match &row {
                Some(row) if row.kind == Kind::Sale => Some(journal.refunded(&wanted)?),
                Some(_) | None => None,
            };
            Ok::<_, JournalError>(payment.zip(row).map(|(payment, row)| (payment, row, refunded)))
        });
        let Some((payment, row, refunded)) = found.await?? else { return Ok(None) };
        let approved = payment.approved().filter(|_| payment.state().has_moved_money());
        let left = approved.zip(refunded).and_then(|(approved, back)| approved.minus(back).ok());
        let left = left.filter(|left| !left.is_zero());
        let mut acts = Vec::new();
        acts.extend(approved.map(|_| Act::Reprint));
        if left.is_some() && inner.refund_service(&row.app, Act::Refund).is_some() {
            acts.push(Act::Refund);
            let is_today = inner.day_of(row.first_at) == inner.day_of(inner.clock.now());
            acts.extend(is_today.then_some(Act::Void));
        }
        let facts = payment.facts().iter().map(|fact| (fact.name.clone(), fact.value.clone()));
        let details = Details {
            row: inner.payment_row(&row),
            reason: row.reason,
            refunded: refunded.filter(|money| !money.is_zero()),
            facts: facts.collect(),
            acts,
        };
        Ok(Some(Known { details, app: row.app, left }))
    }
}
