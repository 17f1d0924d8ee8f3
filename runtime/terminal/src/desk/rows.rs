//! Payments of the journal as rows of the desk.

use crate::clock::local_text;
use crate::counter::shown_as;
use crate::terminal::Inner;
use caisson_core::desk::{Act, PaymentRow};
use caisson_core::payment::Kind;
use caisson_host::ServiceKind;
use caisson_journal::{PaymentRow as Journalled, WallTime};

/// The id of the service that takes a whole payment of the day back, as the contract says.
const VOID: &str = "void";

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

    /// The service with which `app` does `act` with a payment of the kind `of`. Where all of what
    /// was taken goes back on its own day, that is the one with the id `void`, where the app has
    /// such a one.
    pub(super) fn linked_service(&self, app: &str, of: Kind, act: Act) -> Option<String> {
        let services = self.hosted(app)?.services();
        let reserved = match (of, act) {
            (Kind::PreAuth, Act::Complete) => Some(ServiceKind::Completion),
            (Kind::PreAuth, Act::Void) => Some(ServiceKind::Release),
            _ => None,
        };
        if let Some(kind) = reserved {
            return services.iter().find(|s| s.kind == kind).map(|s| s.id.clone());
        }
        let mut refunds = services.iter().filter(|s| s.kind == ServiceKind::Refund);
        let void = refunds.clone().find(|s| act == Act::Void && s.id == VOID);
        void.or_else(|| refunds.next()).map(|s| s.id.clone())
    }

    /// The shop's day at that time, `2026-11-22`.
    pub(super) fn day_of(&self, at: WallTime) -> String {
        let text = local_text(at, self.utc_offset_minutes);
        text.split_once(' ').map_or(text.clone(), |(day, _)| day.to_owned())
    }
}
