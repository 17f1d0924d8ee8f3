//! BER-TLV as EMV uses it (EMV Book 3, Annex B), with the names of its tags.
//!
//! Guarantees: every reader here is bounded (size, depth, number of objects), copies nothing, and
//! has an answer for any bytes: an object, or the offset and the cause of what is wrong.
//! [`describe`] decodes what it can of a broken input and never prints a whole card number, a
//! track, a cardholder's name or PIN data.
//!
//! Deliberately not here: what an object means for a payment (the kernel decides), I/O, and the
//! full generality of BER (indefinite lengths, tags over four bytes): EMV has neither.

pub mod bits;
pub mod dol;
pub mod mask;
pub mod names;

pub use describe::describe;
pub use dol::{Dol, DolEntry};
pub use error::{Cause, TlvError};
pub use names::{Format, Shows, TagInfo, info};
pub use reader::{DEPTH_MAX, INPUT_BYTES_MAX, Node, OBJECTS_MAX, Object, Reader, find, read_tree};
pub use tag::Tag;
pub use writer::Writer;

mod describe;
mod error;
mod reader;
mod tag;
mod writer;
