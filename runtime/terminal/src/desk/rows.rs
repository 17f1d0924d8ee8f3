//! Payments of the journal as rows of the desk.

use crate::clock::local_text;
use crate::counter::shown_as;
use crate::terminal::Inner;
use caisson_core::desk::PaymentRow;
use caisson_journal::{PaymentRow as Journalled, WallTime};

impl Inner {
    /// A payment as a row of a list.
    pub(super) fn payment_row(&self, row: &Journalled) -> PaymentRow {
        PaymentRow {
            key: row.key.clone(),
            kind: row.kind,
            state: row.state,
            outcome: shown_as(row.kind, row.state, row.reason),
            amount: row.approved.unwrap_or(row.amount),
            method: self.method_name(&row.app),
            when: local_text(row.first_at, self.utc_offset_minutes),
        }
    }

    /// What people call the way to pay of `app`, as on paper; its id where it is not installed.
    pub(super) fn method_name(&self, app: &str) -> String {
        let name = self.hosted(app).map(|hosted| hosted.manifest.name.in_language(self.language()));
        name.unwrap_or(app).to_owned()
    }

    /// The shop's day at that time, `2026-11-22`.
    pub(super) fn day_of(&self, at: WallTime) -> String {
        let text = local_text(at, self.utc_offset_minutes);
        text.split_once(' ').map_or(text.clone(), |(day, _)| day.to_owned())
    }
}
