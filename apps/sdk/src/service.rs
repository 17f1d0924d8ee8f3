//! What the cashier can choose.

pub use crate::bindings::exports::caisson::app::app::Service;

impl Service {
    /// Takes money. `id`: 1 to 20 characters of a-z, 0-9 and `-`; `zh`, `en`: what the cashier
    /// reads.
    #[must_use]
    pub fn sale(id: &str, zh: &str, en: &str) -> Self {
        Self::of("sale", id, zh, en)
    }

    /// Gives money back, as [`Service::sale`].
    #[must_use]
    pub fn refund(id: &str, zh: &str, en: &str) -> Self {
        Self::of("refund", id, zh, en)
    }

    /// Reserves money, as [`Service::sale`].
    #[must_use]
    pub fn pre_auth(id: &str, zh: &str, en: &str) -> Self {
        Self::of("pre-auth", id, zh, en)
    }

    /// Takes some or all of what was reserved, as [`Service::sale`].
    #[must_use]
    pub fn completion(id: &str, zh: &str, en: &str) -> Self {
        Self::of("completion", id, zh, en)
    }

    /// Lets all of what was reserved go, as [`Service::sale`].
    #[must_use]
    pub fn release(id: &str, zh: &str, en: &str) -> Self {
        Self::of("release", id, zh, en)
    }

    /// Moves no money, as [`Service::sale`].
    #[must_use]
    pub fn serve(id: &str, zh: &str, en: &str) -> Self {
        Self::of("serve", id, zh, en)
    }

    /// Has the acquirer close what was paid so far; not called while a payment of the app is not
    /// certain. Else as [`Service::serve`].
    #[must_use]
    pub fn settle(id: &str, zh: &str, en: &str) -> Self {
        Self::of("settle", id, zh, en)
    }

    /// Of a kind that only later terminals know, and earlier ones leave out; else as
    /// [`Service::sale`].
    #[must_use]
    pub fn of_kind(kind: &str, id: &str, zh: &str, en: &str) -> Self {
        Self::of(kind, id, zh, en)
    }

    fn of(kind: &str, id: &str, zh: &str, en: &str) -> Self {
        Self { id: id.into(), kind: kind.into(), zh: zh.into(), en: en.into() }
    }
}
