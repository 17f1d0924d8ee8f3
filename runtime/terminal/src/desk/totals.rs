//! The shop's day in sums: per way to pay and currency, then over all.

use super::{Ask, Desk, Leave, Move, Shift};
use caisson_core::desk::{Act, Page, TotalRow};
use caisson_core::payment::Kind;
use caisson_core::{Currency, Money};
use caisson_devices::screen::Key;
use caisson_journal::{JournalError, PaymentRow};
use std::collections::BTreeMap;

/// So many payments of other days in a row, and reading back ends: more than one, for payments of
/// an hour when the clock was wrong stand between the others.
const OTHER_DAYS_MAX: u32 = 100;

/// Counts and sums of one line.
#[derive(Clone, Copy, Default)]
struct Sums {
    sales: u32,
    sold: u64,
    refunds: u32,
    refunded: u64,
}

impl Sums {
    const fn add(&mut self, kind: Kind, moved: Money) {
        let (count, sum) = match kind {
            Kind::Sale | Kind::Completion => (&mut self.sales, &mut self.sold),
            Kind::Refund => (&mut self.refunds, &mut self.refunded),
            Kind::PreAuth | Kind::Release => return,
        };
        *count = count.saturating_add(1);
        *sum = sum.saturating_add(moved.minor());
    }

    /// As people read it. A sum above the largest amount cannot be told as money, and is told as
    /// that amount.
    fn row(self, method: String, currency: Currency) -> TotalRow {
        let money = |minor: u64| {
            let largest = Money::new(caisson_core::money::MINOR_MAX, currency);
            Money::new(minor, currency).or(largest).unwrap_or(Money::zero(currency))
        };
        TotalRow {
            method,
            sales: self.sales,
            sold: money(self.sold),
            refunds: self.refunds,
            refunded: money(self.refunded),
        }
    }
}

impl Desk {
    pub(super) async fn totals(&self, shift: &mut Shift) -> Result<Move, Leave> {
        if self.allow(shift, Act::Totals).await? == super::Allowed::Denied {
            return Ok(Move::Back);
        }
        let day = self.inner().day_of(self.inner().clock.now());
        let rows = self.sums(&day).await?;
        let page = Ask::of(Page::Totals { day, rows }).fresh();
        self.ask(shift, page, |key| (key == Key::Ok).then_some(())).await?;
        Ok(Move::Back)
    }

    async fn sums(&self, day: &str) -> Result<Vec<TotalRow>, Leave> {
        let inner = self.inner();
        let (asked, day) = (std::sync::Arc::clone(inner), day.to_owned());
        let today = inner.journal.with(move |journal| {
            let (mut today, mut others) = (Vec::new(), 0_u32);
            journal.newest_first(|row| {
                if asked.day_of(row.first_at) == day {
                    today.push(row);
                    others = 0;
                } else {
                    others = others.saturating_add(1);
                }
                others < OTHER_DAYS_MAX
            })?;
            Ok::<_, JournalError>(today)
        });
        let today = today.await??;
        Ok(lines(&today, |app| inner.method_name(app)))
    }
}

fn lines(today: &[PaymentRow], name: impl Fn(&str) -> String) -> Vec<TotalRow> {
    let mut each: BTreeMap<(&'static str, String), (Currency, Sums)> = BTreeMap::new();
    let mut all: BTreeMap<&'static str, (Currency, Sums)> = BTreeMap::new();
    // What was only reserved, or let go, is in no line.
    let counts = |row: &&PaymentRow| {
        row.state.has_moved_money() && !matches!(row.kind, Kind::PreAuth | Kind::Release)
    };
    for row in today.iter().filter(counts) {
        let moved = row.approved.unwrap_or(row.amount);
        let currency = moved.currency();
        let of_method = each.entry((currency.code(), name(&row.app)));
        of_method.or_insert((currency, Sums::default())).1.add(row.kind, moved);
        let of_all = all.entry(currency.code()).or_insert((currency, Sums::default()));
        of_all.1.add(row.kind, moved);
    }
    let each = each.into_iter().map(|((_, name), (currency, sums))| sums.row(name, currency));
    let all = all.into_values().map(|(currency, sums)| sums.row(String::new(), currency));
    each.chain(all).collect()
}
