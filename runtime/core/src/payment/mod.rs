//! One payment, as a function of what has happened to it.
//!
//! Guarantees, whatever an app says (DESIGN: the money never lies):
//! - a key has at most one financial exchange or offer, ever;
//! - an outcome stands only where it agrees with what the acquirer's verified answers prove;
//! - once something that can move money was handed to the network, only an answer ends the payment;
//! - whatever is decided comes back as [`Event`]s, which the caller makes durable *before* it acts
//!   on the [`Effect`]s beside them: intent before bytes, outcome before screen.
//!
//! Deliberately not here: time (waits come back as durations), storage, words for people.

mod event;
mod input;
mod kind;
mod machine;
mod proof;
mod resolve;
mod rule;
mod signature;
mod state;

pub use event::{Event, FACT_CHARS_MAX, FACTS_MAX, Fact};
pub use input::{Effect, Ending, Input, Step, Submission};
pub use kind::Kind;
pub use machine::Payment;
pub use proof::Proof;
pub use resolve::{ResolveError, WHY_CHARS_MAX, is_owners_reason};
pub use rule::Rule;
pub use signature::{SIGNATURE_FACT, Signature};
pub use state::State;

use crate::key::PaymentKey;
use crate::money::Money;
use crate::reason::Reason;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// Largest recovery note that an app may leave, in bytes: a code, an order, a few numbers.
pub const RECOVERY_BYTES_MAX: usize = 4 * 1024;
/// Largest request of an app to an operation, in bytes.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024;

/// Waits before each try to recover, in milliseconds. Ends with [`State::Parked`]; the sum, about
/// an hour, outlasts a night-time maintenance window of an acquirer only together with the slow
/// tries after parking ([`PARKED_RETRY`]) and those after each restart.
const RECOVERY_WAITS_MS: [u64; 12] = [
    2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 600_000, 900_000,
    900_000,
];
/// Wait between tries for a parked payment.
pub const PARKED_RETRY: Duration = Duration::from_secs(60 * 60);
/// How long after its expiry a closed offer is still asked about: a customer's phone that was
/// offline delivers late, and wallets close an order within three minutes.
pub const OFFER_MARGIN: Duration = Duration::from_secs(3 * 60);

/// The wait before try `attempt` (from 0), or `None` where the budget is spent.
#[must_use]
pub fn recovery_wait(attempt: u32) -> Option<Duration> {
    let index = usize::try_from(attempt).ok()?;
    RECOVERY_WAITS_MS.get(index).copied().map(Duration::from_millis)
}

/// What is to be done; fixed when the payment is created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The payment's own key, which is its order number.
    pub key: PaymentKey,
    /// What it does.
    pub kind: Kind,
    /// The app's id.
    pub app: String,
    /// Which of the app's services.
    pub service: String,
    /// How much.
    pub amount: Money,
    /// The earlier payment, for a kind that has one.
    pub original: Option<PaymentKey>,
    /// The merchant's own order number, where there is one.
    pub merchant_order: Option<String>,
    /// Why it was held until the owner gave a code; `None` where nobody had to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Reason>,
}

/// SHA-256 of a request as it was handed to the network.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The raw digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::hex::text(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        crate::hex::text(&digest.0)
    }
}

impl TryFrom<String> for Digest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "a digest is 64 lowercase hex digits";
        let mut bytes = [0_u8; 32];
        if text.len() != 64 {
            return Err(WRONG);
        }
        // `from_str_radix` alone would also take capitals and a plus sign: two texts for one digest.
        if !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(WRONG);
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| WRONG)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| WRONG)?;
        }
        Ok(Self(bytes))
    }
}
