//! The person before the terminal, as the host asks them.
//!
//! No digit of a PIN comes through here: the host talks to the card itself while the kernel waits,
//! and returns what became of it.

/// Whoever can ask the cardholder.
pub trait Cardholder {
    /// Asks for the PIN and has the card compare it, again while tries remain. `key` is there for
    /// [`PinMethod::Enciphered`] alone.
    fn offline_pin(&mut self, method: PinMethod, key: Option<&PinKey>) -> PinResult;

    /// Asks for the PIN of the account `pan` and keeps its block. Never [`PinResult::Blocked`].
    fn online_pin(&mut self, pan: &str) -> PinResult;

    /// Lets the cardholder choose among applications, or agree to the only one. The index of the
    /// chosen one; none: cancelled, or nobody chose.
    fn choose(&mut self, choices: &[Choice]) -> Option<usize>;
}

/// An application that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the cardholder reads: 1 to 40 plain characters.
    pub label: String,
    /// Its name on the card.
    pub aid: Vec<u8>,
}

/// How a PIN goes to the card (EMV Book 3, 6.5.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinMethod {
    /// As it is.
    Plain,
    /// Enciphered under the card's key (EMV Book 2, 7.2).
    Enciphered,
}

/// An RSA key of the card, recovered from its certificates: public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinKey {
    /// Most significant byte first, 64 to 248 bytes.
    pub modulus: Vec<u8>,
    /// 3 or 65537, most significant byte first.
    pub exponent: Vec<u8>,
}

/// What became of a PIN entry. Closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinResult {
    /// The card said yes; for a PIN that goes online: it was entered, and the host holds its block.
    Verified,
    /// The card said no, and the entry is over.
    Failed,
    /// No tries are left.
    Blocked,
    /// The cardholder entered none, where that is allowed.
    Bypassed,
    /// The PIN pad does not work.
    PadFailed,
    /// Cancel was pressed: the transaction ends.
    Cancelled,
}
