//! What a person is keying, apart from how it looks. A key that cannot be taken changes nothing.

mod amount;
mod code;
mod form;
mod pad;
mod strokes;

pub(crate) use amount::AmountEntry;
pub(crate) use code::{CodeEntry, PinEntry};
pub(crate) use form::FormEntry;
pub(crate) use pad::pad;
pub(crate) use strokes::Strokes;
