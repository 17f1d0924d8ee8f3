//! The keys of one exchange, whatever the terminal's scheme is.

use super::aes::{self, AesKey};
use super::cipher::{self, DoubleKey};

/// A working key. TDES goes with the retail MAC and format 0, AES with CMAC and format 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Tdes(DoubleKey),
    Aes(AesKey),
}

/// What an exchange is checked and answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ExchangeKeys {
    pub(super) pin: Key,
    /// Of the terminal's MAC.
    pub(super) request: Key,
    /// Of the host's.
    pub(super) response: Key,
}

impl ExchangeKeys {
    /// Those that a sign-on brought: one MAC key for both ways.
    pub(super) const fn session(pin: DoubleKey, mac: DoubleKey) -> Self {
        Self { pin: Key::Tdes(pin), request: Key::Tdes(mac), response: Key::Tdes(mac) }
    }
}

impl Key {
    /// The leftmost eight bytes of a message's MAC.
    pub(super) fn mac(&self, message: &[u8]) -> [u8; 8] {
        match self {
            Self::Tdes(key) => key.mac(message),
            Self::Aes(key) => {
                let [a, b, c, d, e, f, g, h, ..] = key.mac(message);
                [a, b, c, d, e, f, g, h]
            }
        }
    }

    /// The PIN in a block for the card `pan`; none if it is no block of this key's.
    pub(super) fn pin(&self, block: &[u8], pan: &str) -> Option<String> {
        match self {
            Self::Tdes(key) => {
                let block: [u8; cipher::BLOCK_BYTES] = block.try_into().ok()?;
                cipher::pin_of_block(key.decrypt(block), pan)
            }
            Self::Aes(key) => {
                let block: [u8; aes::BLOCK_BYTES] = block.try_into().ok()?;
                key.pin_of_block(block, pan)
            }
        }
    }
}
