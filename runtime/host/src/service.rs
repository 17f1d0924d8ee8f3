//! What an app offers, and what each kind of it does.

use caisson_core::payment::Kind;

/// What a service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceKind {
    /// Takes money.
    Sale,
    /// Gives money back.
    Refund,
    /// Reserves money.
    PreAuth,
    /// Takes what was reserved.
    Completion,
    /// Lets what was reserved go.
    Release,
    /// Moves none.
    Serve,
    /// Moves none, and has the acquirer close what was paid so far: only once all of it is certain.
    Settle,
}

impl ServiceKind {
    /// Every kind.
    pub(crate) const ALL: [Self; 7] = [
        Self::Sale,
        Self::Refund,
        Self::PreAuth,
        Self::Completion,
        Self::Release,
        Self::Serve,
        Self::Settle,
    ];

    /// The name in the contract.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match (self.of_payment(), self) {
            (Some(kind), _) => kind.name(),
            (None, Self::Settle) => "settle",
            (None, _) => "serve",
        }
    }

    /// What a payment by it does; `None` for what moves no money.
    #[must_use]
    pub const fn of_payment(self) -> Option<Kind> {
        match self {
            Self::Sale => Some(Kind::Sale),
            Self::Refund => Some(Kind::Refund),
            Self::PreAuth => Some(Kind::PreAuth),
            Self::Completion => Some(Kind::Completion),
            Self::Release => Some(Kind::Release),
            Self::Serve | Self::Settle => None,
        }
    }

    /// True for what takes or reserves money without an earlier payment.
    #[must_use]
    pub const fn begins(self) -> bool {
        matches!(self, Self::Sale | Self::PreAuth)
    }

    /// True for what moves no money.
    #[must_use]
    pub const fn is_errand(self) -> bool {
        self.of_payment().is_none()
    }
}

/// Something that the cashier can choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: String,
    /// What it does.
    pub kind: ServiceKind,
    /// Name, zh.
    pub zh: String,
    /// Name, en.
    pub en: String,
}
