//! Virtual payment cards: files that answer APDUs as a chip card would.
//!
//! A card is a TOML file ([`CardProfile`]): brand, test PAN, applications, PIN, keys and
//! misbehaviour. [`Card`] is the engine: commands in, answers out, with real RSA certificates and
//! real cryptograms, so that a kernel which accepts it has checked them. [`issuer`] is the bank's
//! side of the same keys; [`capk`] lists the CA keys that a terminal must know. `deck/` has cards
//! ready to use, each named in [`deck`]. [`Tag`] is what is no payment card; `tags/` has some.
//!
//! Guarantees: any bytes get an answer and never a panic; a card decides by its file, its state
//! and the commands alone (its random numbers come from a seed), so that a run can be repeated.
//! What must never happen: a PAN outside the known test ranges, and a PIN, a key or a whole PAN in
//! a `Debug` or an error.
//!
//! Deliberately not here: time (a mute card is a typed fault and the reader decides how long that
//! takes), the reader, and the terminal's rules. All keys are TEST keys, committed with this
//! source; they protect nothing, so they are neither wiped nor used in constant time.
//!
//! ```
//! use caisson_cards::{Card, Interface, deck};
//!
//! let mut card = Card::load(&deck::profile("visa-dda")?)?;
//! let _atr = card.power_on(Interface::Contact)?;
//! let answer = card.transmit(b"\x00\xA4\x04\x00\x07\xA0\x00\x00\x00\x03\x10\x10\x00")?;
//! assert!(answer.ends_with(&[0x90, 0x00]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod apdu;
mod card;
mod certificate;
mod cryptogram;
mod hex;
mod keys;
mod pan;
mod profile;
mod rsa;
mod symmetric;
mod tag;
mod tlv;

pub mod capk;
pub mod deck;
pub mod issuer;

pub use card::{Atr, Card, Fault};
pub use cryptogram::Scheme;
pub use hex::{Hex, HexError};
pub use keys::{KeyError, KeyRole, RsaKey, rsa_keys};
pub use pan::{Brand, Pan, PanError};
pub use profile::{
    Application, At, CardProfile, Chip, CommandName, CvmCondition, CvmMethod, CvmRule, Decision,
    Interface, IssuerAuthentication, Malformation, Malformed, Misbehaviour, Oda, Pin, ProfileError,
    Stripe, Tap, TapCvm, Transport, WrongStatus, YearMonth,
};
pub use rsa::generate_prime;
pub use tag::{TAGS, Tag, TagApplication, TagCommand, TagError, TagProfile};
pub use tlv::{Dol, TlvError};
