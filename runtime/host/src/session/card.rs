//! Cards and PINs as one call of a system app sees them. No type here can carry a PIN: what comes
//! back is how an entry ended.

use async_trait::async_trait;
use caisson_core::permission::{CardReader, Emv, Permit, PinPad};
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

/// Where a card may be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// In the slot.
    pub chip: bool,
    /// In the field.
    pub contactless: bool,
    /// Through the stripe's reader.
    pub stripe: bool,
}

/// A card that was found. `Debug` shows no track.
#[derive(Clone, PartialEq, Eq)]
pub enum Found {
    /// In the slot, powered up.
    Chip,
    /// In the field, powered up.
    Contactless,
    /// A stripe: track 2 without sentinels.
    Stripe(Zeroizing<String>),
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chip => "Chip",
            Self::Contactless => "Contactless",
            Self::Stripe(_) => "Stripe(hidden)",
        })
    }
}

/// Why there is no card, or no answer of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardStop {
    /// Cancel was pressed.
    Cancelled,
    /// Nothing in time.
    Timeout,
    /// The reader does not work.
    Offline(String),
    /// Another app has it.
    Busy,
    /// More than one card in the field.
    Several,
    /// The card is gone.
    Removed,
    /// A stripe or a chip that cannot be read.
    Unreadable(String),
    /// No card was found before, or one of another kind.
    NoCard,
    /// Another fault.
    Other(String),
}

/// How the entry of a PIN ended that goes to the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinEntry {
    /// The host holds the block.
    Entered,
    /// None was entered, which the configuration allows.
    Bypassed,
}

/// Why no PIN was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinStop {
    /// Cancel was pressed.
    Cancelled,
    /// Nobody entered one in time.
    Timeout,
    /// There is no payment, or its acquirer takes no PIN.
    Refused(String),
    /// The PAN is none.
    BadPan,
    /// The PIN pad, or the key store behind it, does not work.
    Offline(String),
}

/// How a PIN that the card compares goes to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfflinePin {
    /// As it is.
    Plain,
    /// Enciphered under this public key of the card, most significant bytes first.
    Enciphered {
        /// 64 to 248 bytes.
        modulus: Vec<u8>,
        /// 3 or 65537.
        exponent: Vec<u8>,
    },
}

/// What became of a PIN that the card compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfflinePinEnd {
    /// The card said yes.
    Verified,
    /// The card said no, or stopped answering.
    Failed,
    /// No tries are left.
    Blocked,
    /// None was entered, which the configuration allows.
    Bypassed,
    /// The PIN pad does not work.
    PadFailed,
    /// Cancel was pressed.
    Cancelled,
}

/// What an acquirer sets for the kernel; `None` for the file that the kernel brings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KernelFiles {
    /// `terminal.toml`.
    pub terminal: Option<Vec<u8>>,
    /// `aids.toml`.
    pub applications: Option<Vec<u8>>,
    /// `capk.toml`.
    pub authorities: Option<Vec<u8>>,
}

/// What the host alone writes into a kernel's sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// `YYMMDD`, local.
    pub date: String,
    /// `HHMMSS`, local.
    pub time: String,
    /// 9F37, fresh.
    pub unpredictable: u32,
    /// 9F41, 1 to 99,999,999.
    pub counter: u32,
}

/// The card's side of a [`Session`](super::Session). A terminal without a reader takes every default.
#[async_trait]
pub trait CardSession: Send + Sync {
    /// Shows the card screen and waits for the first card.
    async fn detect(
        &self,
        _permit: Permit<CardReader>,
        _prompt: String,
        _entry: Entry,
        _within: Duration,
    ) -> Result<Found, CardStop> {
        Err(CardStop::Offline(NO_READER.to_owned()))
    }

    /// Sends an APDU to the chip that was found. The kernel's calls come here too.
    async fn transmit(
        &self,
        _permit: Permit<CardReader>,
        _command: Vec<u8>,
    ) -> Result<Vec<u8>, CardStop> {
        Err(CardStop::NoCard)
    }

    /// Powers the card down and waits until it is gone.
    async fn remove(&self, _permit: Permit<CardReader>, _within: Duration) -> Result<(), CardStop> {
        Ok(())
    }

    /// Asks for the PIN of `pan` on the host's own screen, and keeps its block for the payment.
    async fn enter_pin(
        &self,
        _permit: Permit<PinPad>,
        _pan: Zeroizing<String>,
    ) -> Result<PinEntry, PinStop> {
        Err(PinStop::Offline(NO_READER.to_owned()))
    }

    /// Asks for the PIN and has the card compare it, again while tries remain.
    async fn offline_pin(&self, _permit: Permit<PinPad>, _method: OfflinePin) -> OfflinePinEnd {
        OfflinePinEnd::PadFailed
    }

    /// Lets the cardholder choose an application by its label; `None` where nobody did.
    async fn choose(&self, _permit: Permit<Emv>, _labels: Vec<String>) -> Option<u32> {
        None
    }

    /// What the acquirer set for the kernel.
    fn kernel_files(&self, _permit: &Permit<Emv>) -> KernelFiles {
        KernelFiles::default()
    }

    /// Date, time, chance and counter of a sale that begins now; `None` where the system gives no
    /// random numbers.
    fn moment(&self, _permit: &Permit<Emv>) -> Option<Moment> {
        None
    }
}

const NO_READER: &str = "this terminal has no card reader; add [card-reader] to its profile";
