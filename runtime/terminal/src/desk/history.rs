//! Payments, the newest first, and the search among them.

use super::{Ask, At, Desk, Leave, Move, Shift};
use caisson_core::desk::{LIST_ROWS_MAX, Page, PaymentRow, SEARCH_CHARS_MAX};
use caisson_devices::screen::Key;
use std::sync::Arc;

/// Payments that one search looks at: more would keep people, and the next payment, waiting.
const LOOKED_AT_MAX: usize = 20_000;
/// Shortest end of a key that is searched for, in characters: fewer are on every second payment.
const KEY_END_CHARS_MIN: usize = 4;

impl Desk {
    pub(super) async fn history(&self, shift: &mut Shift, search: String) -> Result<Move, Leave> {
        let (rows, is_more) = self.found(&search).await?;
        let keys: Vec<_> = rows.iter().map(|row| row.key.clone()).collect();
        let page = Ask::of(Page::History { rows, search, is_more });
        self.ask(shift, page, |key| match key {
            Key::Row(row) => {
                let key = keys.get(usize::try_from(row).unwrap_or(usize::MAX))?;
                Some(Move::Into(At::Details(key.clone())))
            }
            Key::Search(search) if search.chars().count() <= SEARCH_CHARS_MAX => {
                Some(Move::Instead(At::History { search: search.trim().to_owned() }))
            }
            _ => None,
        })
        .await
    }

    /// The newest payments that match, and whether there are more.
    async fn found(&self, search: &str) -> Result<(Vec<PaymentRow>, bool), Leave> {
        let (inner, search) = (Arc::clone(self.inner()), search.to_owned());
        let journal = inner.journal.clone();
        let found = journal.with(move |journal| {
            let (mut rows, mut looked_at) = (Vec::new(), 0_usize);
            journal.newest_first(|row| {
                looked_at += 1;
                let row = inner.payment_row(&row);
                rows.extend(is_match(&row, &search).then_some(row));
                rows.len() <= LIST_ROWS_MAX && looked_at < LOOKED_AT_MAX
            })?;
            let is_more = rows.len() > LIST_ROWS_MAX || looked_at >= LOOKED_AT_MAX;
            rows.truncate(LIST_ROWS_MAX);
            Ok::<_, caisson_journal::JournalError>((rows, is_more))
        });
        Ok(found.await??)
    }
}

/// True where the amount, the end of the key, the way to pay or the state is as searched for, in
/// either language.
fn is_match(row: &PaymentRow, search: &str) -> bool {
    if search.is_empty() {
        return true;
    }
    let wanted = search.to_lowercase();
    let word = row.outcome.word();
    let begins = |text: &str| text.to_lowercase().starts_with(&wanted);
    row.amount.to_string() == wanted
        || (wanted.len() >= KEY_END_CHARS_MIN && row.key.as_str().to_lowercase().ends_with(&wanted))
        || row.method.to_lowercase().contains(&wanted)
        || [word.zh, word.en, row.state.name()].into_iter().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_core::payment::{Kind, State};
    use caisson_core::view::Outcome;
    use caisson_core::{Currency, Money};

    #[test]
    fn a_search_finds_amount_end_of_key_way_to_pay_and_state() {
        let row = PaymentRow {
            key: "000000AB12CD".parse().unwrap(),
            kind: Kind::Sale,
            state: State::Completed,
            outcome: Outcome::Approved,
            amount: Money::new(1_200, Currency::Cny).unwrap(),
            method: "QR payment".to_owned(),
            when: String::new(),
        };
        for found in ["", "12.00", "12cd", "qr", "PAYMENT", "appr", "completed"] {
            assert!(is_match(&row, found), "{found}");
        }
        for other in ["12", "12.0", "2cd", "ab12", "card", "declined"] {
            assert!(!is_match(&row, other), "{other}");
        }
    }
}
