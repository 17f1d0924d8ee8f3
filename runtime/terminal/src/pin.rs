//! The cardholder's PIN: asked for on the terminal's own screen, and gone at once.
//!
//! Guarantees: from the pad a PIN goes to the vault, which enciphers it for the host or makes the
//! card's block of it, and nowhere else; no app hears of a digit, and of the entry only how it
//! ended. An offline PIN is compared while the kernel waits, and asked for again while the card has
//! tries left.
//!
//! Deliberately not here: the pad (`ui`), the ciphers (`caisson_vault`).

use crate::card::CardAtHand;
use crate::keys::{Answer, Keys};
use crate::terminal::Inner;
use caisson_core::Money;
use caisson_core::view::{PinAsk, View};
use caisson_devices::screen::Key;
use caisson_host::{OfflinePin, OfflinePinEnd};
use caisson_vault::{CardPinKey, Pin};
use std::time::Duration;
use tokio::time::Instant;
use zeroize::Zeroizing;

/// Longest entry.
const ENTRY: Duration = Duration::from_secs(60);
/// Most PINs that one call compares, whatever the card says of its tries.
const TRIES_MAX: u32 = 16;
/// GET CHALLENGE (EMV Book 3, 6.5.6), and GET DATA of the PIN try counter (6.5.7).
const GET_CHALLENGE: [u8; 5] = [0x00, 0x84, 0x00, 0x00, 0x00];
const GET_TRIES: [u8; 5] = [0x80, 0xCA, 0x9F, 0x17, 0x00];

/// How an entry ended.
pub(crate) enum Entered {
    /// With a PIN.
    Pin(Pin),
    /// Without one, which is allowed.
    Bypassed,
    /// Cancel.
    Cancelled,
    /// Nobody keyed one in time.
    Silence,
}

impl Inner {
    /// Asks for a PIN.
    pub(crate) async fn ask_pin(&self, ask: PinAsk, amount: Option<Money>, keys: &Keys) -> Entered {
        let can_bypass = self.pin_bypass;
        let until = Instant::now() + ENTRY;
        keys.forget().await;
        let is_shuffled = self.shuffled_pin_pad;
        self.show(View::Pin { ask, can_bypass, is_shuffled }, amount, Some(until));
        let answer = keys.answer(until, |key| match key {
            Key::Pin(digits) => Pin::new(digits.expose().as_bytes()).map(Entered::Pin),
            Key::No if can_bypass => Some(Entered::Bypassed),
            _ => None,
        });
        let entered = match answer.await {
            Answer::Given(entered) => entered,
            Answer::Cancelled => Entered::Cancelled,
            Answer::Silence => Entered::Silence,
        };
        self.show(View::Wait, amount, None);
        entered
    }

    /// Has the card compare a PIN, again while it has tries left.
    pub(crate) async fn compare_pin(
        &self,
        method: &OfflinePin,
        amount: Option<Money>,
        keys: &Keys,
        card: &CardAtHand,
    ) -> OfflinePinEnd {
        let mut ask = match tries_left(card).await {
            Some(0) => return OfflinePinEnd::Blocked,
            Some(1) => PinAsk::Wrong { tries_left: Some(1) },
            _ => PinAsk::First,
        };
        for _ in 0..TRIES_MAX {
            let pin = match self.ask_pin(ask, amount, keys).await {
                Entered::Pin(pin) => pin,
                Entered::Bypassed => return OfflinePinEnd::Bypassed,
                Entered::Cancelled | Entered::Silence => return OfflinePinEnd::Cancelled,
            };
            let status = match verify(card, method, &pin).await {
                Ok(status) => status,
                Err(end) => return end,
            };
            ask = match status {
                0x9000 => return OfflinePinEnd::Verified,
                // EMV Book 3, 6.5.12: no tries left; the method is blocked.
                0x63C0 | 0x6983 | 0x6984 => return OfflinePinEnd::Blocked,
                0x63C1..=0x63CF => PinAsk::Wrong { tries_left: u8::try_from(status & 0x0F).ok() },
                _ => return OfflinePinEnd::Failed,
            };
        }
        OfflinePinEnd::Failed
    }
}

/// What the card says of its tries; `None` where it does not say.
async fn tries_left(card: &CardAtHand) -> Option<u8> {
    let answer = card.transmit(&GET_TRIES).await.ok()?;
    match answer.as_slice() {
        [0x9F, 0x17, 0x01, tries, 0x90, 0x00] => Some(*tries),
        _ => None,
    }
}

/// Sends VERIFY and returns its status word.
async fn verify(card: &CardAtHand, method: &OfflinePin, pin: &Pin) -> Result<u16, OfflinePinEnd> {
    let (reference, data) = match method {
        OfflinePin::Plain => (0x80, pin.card_block()),
        OfflinePin::Enciphered { modulus, exponent } => {
            let key = CardPinKey::new(modulus, exponent).ok_or(OfflinePinEnd::PadFailed)?;
            let challenge =
                card.transmit(&GET_CHALLENGE).await.map_err(|_| OfflinePinEnd::Failed)?;
            // Eight bytes, and the status (EMV Book 2, 7.1).
            let Some((challenge, [0x90, 0x00])) = challenge.split_first_chunk::<8>() else {
                return Err(OfflinePinEnd::Failed);
            };
            let block = key.encipher(pin, challenge).map_err(|_| OfflinePinEnd::PadFailed)?;
            (0x88, block)
        }
    };
    let length = u8::try_from(data.len()).map_err(|_| OfflinePinEnd::PadFailed)?;
    let mut command = Zeroizing::new(Vec::with_capacity(5 + data.len()));
    command.extend_from_slice(&[0x00, 0x20, 0x00, reference, length]);
    command.extend_from_slice(&data);
    let answer = card.transmit(&command).await.map_err(|_| OfflinePinEnd::Failed)?;
    match answer.last_chunk::<2>() {
        Some(status) => Ok(u16::from_be_bytes(*status)),
        None => Err(OfflinePinEnd::Failed),
    }
}
