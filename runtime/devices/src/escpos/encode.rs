//! Pictures to bytes. Sends nothing and asks nothing: the questions are the driver's.

use super::{BAND, BAND_ROWS_MAX, CUT, FEED, Finish, INITIALISE};
use crate::raster::Raster;

/// The bytes for `sheets`, in parts after each of which the driver makes sure that it was printed.
/// A part is one band; the first also initialises, a sheet's last also ends the sheet. Put together
/// they are the whole stream. No sheets, no parts.
#[must_use]
pub fn encode(sheets: &[Raster], finish: Finish) -> Vec<Vec<u8>> {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    for sheet in sheets {
        let row_bytes = sheet.paper().row_bytes();
        let band_bytes = row_bytes.saturating_mul(usize::try_from(BAND_ROWS_MAX).unwrap_or(1));
        for rows in sheet.bits().chunks(band_bytes) {
            let mut part = Vec::with_capacity(rows.len().saturating_add(16));
            if parts.is_empty() {
                part.extend(INITIALISE);
            }
            part.extend(BAND);
            part.extend(low_high(row_bytes));
            part.extend(low_high(rows.len() / row_bytes));
            part.extend_from_slice(rows);
            parts.push(part);
        }
        if let Some(last) = parts.last_mut()
            && sheet.height() > 0
        {
            match finish {
                Finish::Cut => last.extend(CUT),
                Finish::Tear => last.extend(FEED),
            }
        }
    }
    parts
}

/// A count as the two bytes of a band's header; bands keep it far below their end.
fn low_high(count: usize) -> [u8; 2] {
    u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes()
}
