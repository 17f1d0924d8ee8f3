//! One payment, and what can be done with it: another copy, a refund, a completion, a void.
//!
//! A void is the whole rest of a sale of the same shop day, given back as a linked refund; after
//! that day there is only the refund. The void of a pre-authorisation lets all of it go, on any day.

use super::{Ask, At, Desk, Leave, Move, Shift};
use crate::counter::Request;
use caisson_core::desk::{Act, Details, Page};
use caisson_core::payment::Kind;
use caisson_core::{Money, PaymentKey, Reason};
use caisson_devices::screen::Key;
use caisson_journal::{JournalError, PaymentRow as Journalled};
use std::time::Duration;

/// How long a question about money stands.
const DECIDE_WAIT: Duration = Duration::from_secs(60);

/// A payment, as much as this page needs.
struct Known {
    details: Details,
    app: String,
    /// What can go back of it, or is still reserved.
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
            Act::Refund | Act::Complete => Ok(Move::Into(At::Amount(key.clone(), act))),
            Act::Void => Ok(Move::Into(At::Void(key.clone()))),
            Act::Totals | Act::Resolve | Act::Settings => Ok(Move::Stay),
        }
    }

    async fn reprint(&self, shift: &mut Shift, key: &PaymentKey) -> Result<Move, Leave> {
        let failed = self.terminal.reprint(key).await?;
        self.said(shift, failed.is_none(), failed).await?;
        Ok(Move::Stay)
    }

    /// How much goes back, or of what is reserved is taken?
    pub(super) async fn amount(
        &self,
        shift: &mut Shift,
        key: &PaymentKey,
        act: Act,
    ) -> Result<Move, Leave> {
        let Some((known, left)) = self.doable(key, act).await? else {
            return Ok(Move::Back);
        };
        let row = known.details.row.clone();
        let page = Ask::of(Page::RefundAmount { row, left }).within(DECIDE_WAIT);
        let amount = self.ask(shift, page, |pressed| match pressed {
            Key::Amount(minor) => Money::new(minor, left.currency())
                .ok()
                .filter(|amount| !amount.is_zero() && amount.is_within(left).unwrap_or(false)),
            _ => None,
        });
        let amount = amount.await?;
        self.do_linked(shift, key, (&known, act), amount).await
    }

    pub(super) async fn void(&self, shift: &mut Shift, key: &PaymentKey) -> Result<Move, Leave> {
        let Some((known, left)) = self.doable(key, Act::Void).await? else {
            return Ok(Move::Back);
        };
        let row = known.details.row.clone();
        let page = Ask::of(Page::VoidConfirm { row, left }).within(DECIDE_WAIT);
        let is_sure = self.ask(shift, page, |pressed| match pressed {
            Key::Yes => Some(true),
            Key::No => Some(false),
            _ => None,
        });
        if is_sure.await? {
            self.do_linked(shift, key, (&known, Act::Void), left).await
        } else {
            Ok(Move::Back)
        }
    }

    async fn do_linked(
        &self,
        shift: &mut Shift,
        key: &PaymentKey,
        (known, act): (&Known, Act),
        amount: Money,
    ) -> Result<Move, Leave> {
        let of = known.details.row.kind;
        // A void takes all of a payment back, and a part of this one is back already.
        let act = match act {
            Act::Void if known.details.refunded.is_some() => Act::Refund,
            act => act,
        };
        let Some(service) = self.inner().linked_service(&known.app, of, act) else {
            return self.said(shift, false, Some(Reason::AppMissing)).await;
        };
        let request = Request {
            app: known.app.clone(),
            service,
            amount: amount.to_string(),
            currency: Some(amount.currency().code().to_owned()),
            original: Some(key.clone()),
            merchant_order: None,
        };
        self.take(shift, request).await
    }

    /// The payment and what is left of it, where `act` can still be done.
    async fn doable(&self, key: &PaymentKey, act: Act) -> Result<Option<(Known, Money)>, Leave> {
        let known = self.known(key).await?.filter(|known| known.details.acts.contains(&act));
        Ok(known.and_then(|known| known.left.map(|left| (known, left))))
    }

    async fn known(&self, key: &PaymentKey) -> Result<Option<Known>, Leave> {
        let inner = self.inner();
        let wanted = key.clone();
        let found = inner.journal.with(move |journal| {
            let (payment, row) = (journal.payment(&wanted)?, journal.row(&wanted)?);
            let leads_on = |row: &Journalled| row.kind.takes_money() || row.kind == Kind::PreAuth;
            let used = match &row {
                Some(row) if leads_on(row) => Some(journal.used(&wanted)?),
                Some(_) | None => None,
            };
            Ok::<_, JournalError>(payment.zip(row).map(|(payment, row)| (payment, row, used)))
        });
        let Some((payment, row, used)) = found.await?? else { return Ok(None) };
        let approved = payment.approved().filter(|_| payment.state().has_moved_money());
        let left = approved.zip(used).and_then(|(approved, used)| approved.minus(used).ok());
        let left = left.filter(|left| !left.is_zero());
        let mut acts = Vec::new();
        acts.extend(approved.map(|_| Act::Reprint));
        if left.is_some() {
            let is_today = inner.day_of(row.first_at) == inner.day_of(inner.clock.now());
            let further: &[Act] = match row.kind {
                Kind::PreAuth => &[Act::Complete, Act::Void],
                _ if is_today => &[Act::Refund, Act::Void],
                _ => &[Act::Refund],
            };
            let offers = |act: &&Act| inner.linked_service(&row.app, row.kind, **act).is_some();
            acts.extend(further.iter().filter(offers));
        }
        let facts = payment.facts().iter().map(|fact| (fact.name.clone(), fact.value.clone()));
        let details = Details {
            row: inner.payment_row(&row),
            reason: row.reason,
            // What was reserved and is used did not go back.
            refunded: used.filter(|used| row.kind.takes_money() && !used.is_zero()),
            facts: facts.collect(),
            acts,
        };
        Ok(Some(Known { details, app: row.app, left }))
    }
}
