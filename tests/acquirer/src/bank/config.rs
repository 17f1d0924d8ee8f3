//! How a bank host is set up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use super::BankFaults;
use super::base_key::{BaseKey, Cipher};
use super::issuer::IssuerHost;

/// A card's money when nothing else is said, in minor units: more than any test spends.
const BALANCE_MINOR: i64 = 100_000_000_000;

/// A TEST key. `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TestKey<const N: usize = 16>(pub [u8; N]);

impl<const N: usize> std::fmt::Debug for TestKey<N> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("TestKey(…)")
    }
}

/// How a terminal's keys come to be.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum KeyScheme {
    /// PIN and MAC keys are downloaded at sign-on, under this master key.
    MasterSession {
        /// The terminal's master key (TMK), of TDES.
        master: BaseKey,
    },
    /// Every message has keys of its own, which follow from this key and its serial number.
    Dukpt {
        /// The base derivation key (BDK).
        base: BaseKey,
    },
}

/// How much of a MAC stands in DE64; zeros fill the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MacLength {
    /// The first four bytes.
    Four,
    /// All eight.
    #[default]
    Eight,
}

/// A terminal that the host knows.
#[derive(Debug, Clone)]
pub struct BankTerminal {
    /// Its merchant, 15 characters (DE42).
    pub merchant: String,
    /// How its keys come to be.
    pub scheme: KeyScheme,
}

/// A card that the host can charge.
#[derive(Clone, PartialEq, Eq)]
pub struct BankCard {
    /// Its PIN; none: no PIN is right.
    pub pin: Option<String>,
    /// What is on it before the first sale, in minor units.
    pub balance: i64,
}

impl Default for BankCard {
    fn default() -> Self {
        Self { pin: None, balance: BALANCE_MINOR }
    }
}

impl std::fmt::Debug for BankCard {
    /// Without the PIN.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "BankCard(balance {})", self.balance)
    }
}

/// How a bank host is set up.
#[derive(Clone)]
pub struct BankConfig {
    /// The terminals by their number, 8 characters (DE41).
    pub terminals: BTreeMap<String, BankTerminal>,
    /// The cards by their number. Another card is declined with 14.
    pub cards: BTreeMap<String, BankCard>,
    /// Checks cryptograms. None: chip data is not looked at.
    pub issuer: Option<Arc<dyn IssuerHost>>,
    /// The seed of the session keys that it gives out.
    pub seed: [u8; 32],
    /// The one currency that it takes, ISO 4217 numeric (DE49); another is declined with 40.
    pub currency: String,
    /// How much of a MAC it writes and looks at.
    pub mac: MacLength,
    /// DE39 for a reversal of what it has never seen: 25, with some acquirers 12 or 00.
    pub reversal_of_unknown: String,
    /// False: amounts choose nothing, whatever their last digits.
    pub amounts_choose: bool,
    /// Faults that wait from the start.
    pub faults: BankFaults,
    /// The clock's first moment, ms since 1970. Reopened books never go back before their latest.
    pub opened_at_ms: i64,
}

/// A configuration that cannot be. Whoever wrote it must mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BankConfigError {
    /// DE41 has eight characters of ASCII.
    #[error("terminal {0:?}: a terminal's number has 8 printable characters")]
    Terminal(String),
    /// DE42 has fifteen.
    #[error("terminal {terminal:?}: the merchant {merchant:?} has not 15 printable characters")]
    Merchant {
        /// Whose.
        terminal: String,
        /// What was given.
        merchant: String,
    },
    /// Two letters or digits.
    #[error("{0:?} is no answer code: two letters or digits")]
    Code(String),
    /// Three digits.
    #[error("{0:?} is no numeric currency of ISO 4217: three digits")]
    Currency(String),
    /// TDES and AES have PIN blocks (DE52) of different lengths, and a host has one form of messages.
    #[error("terminal {0:?}: its keys are of another cipher than those of the terminals before it")]
    Cipher(String),
    /// Session keys are of TDES.
    #[error("terminal {0:?}: session keys come under a master key of TDES")]
    Master(String),
    /// The number is not shown, its place in the order of all is.
    #[error("card {0} of the list: its number has not 13 to 19 digits")]
    Card(usize),
}

impl BankConfig {
    /// Takes CNY, from no terminal and no card yet, with no issuer and no fault, from now on.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self {
            terminals: BTreeMap::new(),
            cards: BTreeMap::new(),
            issuer: None,
            seed,
            currency: "156".to_owned(),
            mac: MacLength::default(),
            reversal_of_unknown: "25".to_owned(),
            amounts_choose: true,
            faults: BankFaults::default(),
            opened_at_ms: i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        }
    }

    /// Finds the first thing in it that cannot be.
    ///
    /// # Errors
    /// [`BankConfigError`] names it.
    pub fn check(&self) -> Result<(), BankConfigError> {
        for (number, terminal) in &self.terminals {
            if !is_text(number, 8) {
                return Err(BankConfigError::Terminal(number.clone()));
            }
            if !is_text(&terminal.merchant, 15) {
                let (terminal, merchant) = (number.clone(), terminal.merchant.clone());
                return Err(BankConfigError::Merchant { terminal, merchant });
            }
        }
        self.check_ciphers()?;
        let wrong = self.cards.keys().position(|pan| !is_digits(pan, 13..=19));
        if let Some(at) = wrong {
            return Err(BankConfigError::Card(at + 1));
        }
        if !is_digits(&self.currency, 3..=3) {
            return Err(BankConfigError::Currency(self.currency.clone()));
        }
        let code = &self.reversal_of_unknown;
        if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(BankConfigError::Code(code.clone()));
        }
        Ok(())
    }

    fn check_ciphers(&self) -> Result<(), BankConfigError> {
        let has_long_blocks = self.has_long_blocks();
        for (number, terminal) in &self.terminals {
            match &terminal.scheme {
                KeyScheme::MasterSession { master } if master.cipher() != Cipher::Tdes => {
                    return Err(BankConfigError::Master(number.clone()));
                }
                _ if terminal.scheme.has_long_blocks() != has_long_blocks => {
                    return Err(BankConfigError::Cipher(number.clone()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// True where PIN blocks have the 16 bytes of AES.
    pub(super) fn has_long_blocks(&self) -> bool {
        self.terminals.values().next().is_some_and(|terminal| terminal.scheme.has_long_blocks())
    }
}

impl KeyScheme {
    fn has_long_blocks(&self) -> bool {
        let (Self::MasterSession { master: key } | Self::Dukpt { base: key }) = self;
        key.cipher() != Cipher::Tdes
    }
}

fn is_text(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| matches!(byte, 0x20..=0x7E))
}

fn is_digits(text: &str, count: std::ops::RangeInclusive<usize>) -> bool {
    count.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
