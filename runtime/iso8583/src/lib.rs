//! ISO 8583:1987 as Chinese acquirers speak it: TPDU, header, MTI and lengths in BCD, a binary
//! bitmap, fields by a table.
//!
//! Guarantees: a spec is data ([`Spec`]), so another acquirer is another table; a [`Message`] holds
//! only values that its spec allows, and packs to bytes that unpack to itself; whatever bytes come,
//! they are read within limits or refused with the field's number, name and reason; `Debug` and
//! [`describe`] show no card number beyond its mask, no track, no PIN block and no key.
//!
//! Deliberately not here: keys and the MAC's arithmetic (the caller computes it over
//! [`Unsealed::covered`] or [`Layout::mac_covers`]), what DE39 means, sockets.
//!
//! ```
//! use caisson_iso8583::{CUP, Message, Mti};
//!
//! let mut sale = Message::new(&CUP, Mti::literal(0x0200));
//! sale.set(3, "000000")?.set_number(4, 1200)?.set_number(11, 7)?.set(41, "10000001")?;
//! let unsealed = sale.pack_unsealed()?;
//! let mac = [0; 8]; // the vault's answer to unsealed.covered()
//! let bytes = unsealed.seal(mac);
//! assert_eq!(Message::unpack(&CUP, &bytes)?.number(4), Some(1200));
//!
//! let refused = sale.set(4, "00A000001200").unwrap_err();
//! assert_eq!(refused.to_string(), "field 4 (amount): 12 digits expected, found 'A' at digit 3");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use caisson_tlv::mask;
pub use cup::CUP;
pub use describe::{describe, describe_bytes};
pub use error::{Expected, FieldError, Found, PackError, Reason, Unit, UnpackCause, UnpackError};
pub use frame::{FrameError, MESSAGE_BYTES_MAX, Tpdu, frame, framed_length, unframe};
pub use layout::Layout;
pub use message::{Message, Unsealed};
pub use mti::Mti;
pub use spec::{Content, FieldSpec, HEADER_BYTES_MAX, Justify, Length, Shows, Spec, SpecError};

mod cup;
mod describe;
mod error;
mod field;
mod frame;
mod layout;
mod message;
mod mti;
mod spec;
