//! What journal and books hold at the end of a scenario.

use crate::world::{World, WorldError};
use caisson_acquirer::bank::{Kind as BankKind, TransactionEntry};
use caisson_acquirer::{OrderEntry, Totals};
use caisson_core::payment::{Event, Kind, Rule, State};
use caisson_core::{Money, PaymentKey};
use caisson_journal::{Filter, JournalError, JournalHandle, LIST_ROWS_MAX, PaymentRow};

/// What the simulated bank takes.
const BANK_CURRENCY: &str = "CNY";

/// A payment as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PaymentSeen {
    /// Its key, which is its order number.
    pub(crate) key: PaymentKey,
    /// What it does.
    pub(crate) kind: Kind,
    /// The earlier payment, for a kind that has one.
    pub(crate) original: Option<PaymentKey>,
    /// How much was asked.
    pub(crate) amount: Money,
    /// Where it stands.
    pub(crate) state: State,
    /// True while something is still to be done about it.
    pub(crate) is_open: bool,
    /// How much moved.
    pub(crate) approved: Option<Money>,
    /// How much came after the code was closed.
    pub(crate) late: Option<Money>,
    /// The states that it passed through, each change once; without `created`, which is always in
    /// one commit with `authorising`.
    pub(crate) passed: Vec<State>,
    /// The rules that its app broke with an outcome.
    pub(crate) broken: Vec<Rule>,
}

/// Journal and books.
#[derive(Debug)]
pub(crate) struct Evidence {
    /// The journal's payments, in order of creation.
    pub(crate) payments: Vec<PaymentSeen>,
    /// What wallet and bank keep.
    pub(crate) kept: Vec<Kept>,
    /// What the bank holds for each pre-authorisation, captured or not.
    pub(crate) held: Vec<Held>,
    /// Their sums.
    pub(crate) totals: Vec<Totals>,
    /// The DUKPT key serial numbers that came to the bank, in the order of their messages.
    pub(crate) serials: Vec<String>,
}

/// What the bank holds of a pre-authorisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// The payment's order number, as [`Kept::order`].
    pub(crate) order: String,
    /// In minor units.
    pub(crate) minor: i64,
}

/// What an acquirer keeps of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The payment's order number; a bank's trace number where no payment of the journal has it.
    pub(crate) order: String,
    /// Captured less given back, in minor units.
    pub(crate) net: i64,
    /// How often the customer was charged.
    pub(crate) captures: u32,
}

impl Evidence {
    /// Reads both.
    pub(crate) async fn read(world: &World) -> Result<Self, WorldError> {
        let journal = world.terminal.journal();
        let mut payments = Vec::new();
        for row in rows(journal).await.map_err(caisson_terminal::TerminalError::from)? {
            payments
                .push(payment(journal, row).await.map_err(caisson_terminal::TerminalError::from)?);
        }
        let books = match &world.gateway {
            Some(gateway) => gateway.books()?,
            None => world.books()?,
        };
        let kept = |order: OrderEntry| {
            let net = order.net();
            Kept { net, order: order.order, captures: order.captures }
        };
        let mut kept: Vec<Kept> = books.list()?.into_iter().map(kept).collect();
        let mut totals = books.totals()?;
        let bank = match &world.bank {
            Some(bank) => bank.books()?,
            None => world.acquirer().bank_books()?,
        };
        let transactions = bank.transactions()?;
        add_bank(&transactions, &payments, (&mut kept, &mut totals));
        let held = held(&transactions, &payments);
        let serials =
            bank.exchanges()?.into_iter().filter_map(|exchange| exchange.serial).collect();
        Ok(Self { payments, kept, held, totals, serials })
    }

    /// What the journal shows as reserved by `payment` and not used since, in minor units: at least
    /// and at most, for while a payment is open nobody claims to know.
    pub(crate) fn reserved(&self, payment: &PaymentSeen) -> (i128, i128) {
        let asked = i128::from(payment.amount.minor());
        let uses = |later: &&PaymentSeen| {
            let went_back = later.kind == Kind::Completion && self.shown(later) == 0;
            later.original.as_ref() == Some(&payment.key)
                && (later.is_open || (later.state.has_moved_money() && !went_back))
        };
        let later: Vec<_> = self.payments.iter().filter(uses).collect();
        match (payment.is_open, later.as_slice()) {
            (true, _) => (0, asked),
            (false, []) => (moved(payment), moved(payment)),
            (false, later) if later.iter().any(|later| later.is_open) => (0, moved(payment)),
            (false, _) => (0, 0),
        }
    }

    /// What the journal shows as kept of `sale`, in minor units: what moved, less what was given
    /// back. What was only reserved is kept by nobody.
    pub(crate) fn shown(&self, sale: &PaymentSeen) -> i128 {
        if !sale.kind.takes_money() {
            return 0;
        }
        let refunds = self
            .payments
            .iter()
            .filter(|p| p.kind == Kind::Refund && p.original.as_ref() == Some(&sale.key));
        let late = i128::from(sale.late.map_or(0, Money::minor));
        moved(sale) + late - refunds.map(moved).sum::<i128>()
    }
}

/// What moved by `payment`.
fn moved(payment: &PaymentSeen) -> i128 {
    let approved = payment.approved.filter(|_| payment.state.has_moved_money());
    i128::from(approved.map_or(0, Money::minor))
}

/// The payment's order number; the trace number where no payment has it.
fn order_of(entry: &TransactionEntry, payments: &[PaymentSeen]) -> String {
    let has_stan = |payment: &&PaymentSeen| {
        payment.key.sequence().is_some_and(|number| format!("{number:06}") == entry.stan)
    };
    let payment = payments.iter().find(has_stan);
    payment.map_or_else(|| entry.stan.clone(), |found| found.key.to_string())
}

fn held(transactions: &[TransactionEntry], payments: &[PaymentSeen]) -> Vec<Held> {
    let reserved = transactions.iter().filter(|entry| entry.kind == BankKind::Authorisation);
    let held = |entry| Held { order: order_of(entry, payments), minor: entry.held };
    reserved.map(held).collect()
}

/// Adds what the bank captured. It knows payments by their trace numbers, and one currency.
fn add_bank(
    transactions: &[TransactionEntry],
    payments: &[PaymentSeen],
    (kept, totals): (&mut Vec<Kept>, &mut Vec<Totals>),
) {
    let taken: Vec<_> = transactions.iter().filter(|entry| entry.captures > 0).collect();
    for entry in &taken {
        let order = order_of(entry, payments);
        kept.push(Kept { order, net: entry.net, captures: entry.captures });
    }
    if taken.is_empty() {
        return;
    }
    let captured = taken.iter().map(|entry| entry.approved).sum::<i64>();
    let net = taken.iter().map(|entry| entry.net).sum::<i64>();
    let orders_charged = u32::try_from(taken.len()).unwrap_or(u32::MAX);
    let captures = taken.iter().map(|entry| entry.captures).sum();
    let currency = BANK_CURRENCY.to_owned();
    match totals.iter_mut().find(|total| total.currency == currency) {
        Some(total) => {
            total.orders_charged += orders_charged;
            total.captures += captures;
            total.captured += captured;
            total.given_back += captured - net;
        }
        None => totals.push(Totals {
            currency,
            orders_charged,
            captures,
            captured,
            given_back: captured - net,
        }),
    }
}

/// Every payment of the journal, in order of creation.
pub(crate) async fn rows(journal: &JournalHandle) -> Result<Vec<PaymentRow>, JournalError> {
    let filter = Filter { limit: LIST_ROWS_MAX, ..Filter::default() };
    let mut rows = journal.with(move |journal| journal.list(filter)).await??;
    rows.sort_by_key(|row| row.first_seq);
    Ok(rows)
}

async fn payment(journal: &JournalHandle, row: PaymentRow) -> Result<PaymentSeen, JournalError> {
    let key = row.key.clone();
    let history = journal.with(move |journal| journal.history(&key)).await??;
    let mut passed: Vec<State> = history.iter().filter_map(|e| e.event.leads_to()).collect();
    passed.retain(|state| *state != State::Created);
    passed.dedup();
    let late = history.iter().find_map(|entry| match &entry.event {
        Event::PaidLate { amount } => Some(*amount),
        _ => None,
    });
    let broken = history.iter().filter_map(|entry| match &entry.event {
        Event::AppFault { rule } => Some(*rule),
        _ => None,
    });
    Ok(PaymentSeen {
        broken: broken.collect(),
        is_open: row.is_open(),
        key: row.key,
        kind: row.kind,
        original: row.original,
        amount: row.amount,
        state: row.state,
        approved: row.approved,
        late,
        passed,
    })
}
