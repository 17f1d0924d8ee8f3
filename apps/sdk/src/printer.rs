//! Paper that is not a receipt: order slips, coupons. Permission `printer`.

use crate::bindings::caisson::printer::printer as host;

pub use host::{Code, Document, Error};

/// Prints `lines`, at most 200 of at most 48 columns each, as one sheet; returns when the paper is
/// out, within 30 seconds.
///
/// # Errors
/// *Too large*: nothing was printed. *Paper out*, *cover open*: the sheet is incomplete and is not
/// continued; say so, and print anew.
pub fn print<'l>(lines: impl IntoIterator<Item = &'l str>) -> Result<(), Error> {
    let sheet = Document::new();
    for line in lines {
        sheet.line(line)?;
    }
    host::print(sheet)
}
