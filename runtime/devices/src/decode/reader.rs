//! The decoder library behind our words: luma in, at most one [`Decoded`] out.

use std::collections::HashSet;

use rxing::common::{GlobalHistogramBinarizer, HybridBinarizer};
use rxing::qrcode::QRCodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{
    BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Luma8Source, RXingResult,
    RXingResultMetadataType, RXingResultMetadataValue, Reader,
};

use super::picture::View;
use super::{Decoded, Formats, Symbology, TEXT_BYTES_MAX};

/// How brightness becomes black and white before a QR code is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Threshold {
    /// Block by block; best for photographs.
    Local,
    /// As `Local`, with gaps of one pixel between dark pixels closed; for dotted and worn codes.
    LocalClosed,
    /// One for the whole picture; for what is black and white already.
    Global,
}

/// Looks for a QR code, dark on bright, then bright on dark when `inverted` is asked for too.
pub(super) fn qr(view: View<'_>, threshold: Threshold, inverted: bool) -> Option<Decoded> {
    let source = Luma8Source::new_with_slice(view.pixels, view.width, view.height).ok()?;
    match threshold {
        Threshold::Local => qr_in(BinaryBitmap::new(HybridBinarizer::new(source)), inverted),
        Threshold::LocalClosed => {
            let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
            bitmap.close().ok()?;
            qr_in(bitmap, inverted)
        }
        Threshold::Global => {
            qr_in(BinaryBitmap::new(GlobalHistogramBinarizer::new(source)), inverted)
        }
    }
}

fn qr_in<B: Binarizer>(mut bitmap: BinaryBitmap<B>, inverted: bool) -> Option<Decoded> {
    let hints = hints(Formats::NONE.with(Symbology::Qr));
    let read = |bitmap: &mut BinaryBitmap<B>| {
        QrReader.decode_with_hints(bitmap, &hints).ok().and_then(|result| decoded(&result))
    };
    read(&mut bitmap).or_else(|| {
        if !inverted {
            return None;
        }
        bitmap.invert();
        read(&mut bitmap)
    })
}

/// The older finder of the library, which sees some blurred QR codes that the other one misses.
pub(super) fn qr_by_older_finder(view: View<'_>) -> Option<Decoded> {
    let source = Luma8Source::new_with_slice(view.pixels, view.width, view.height).ok()?;
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = hints(Formats::NONE.with(Symbology::Qr));
    let mut finder = QRCodeReader::new();
    let mut read = |bitmap: &mut BinaryBitmap<_>| {
        let result = finder.decode_with_hints(bitmap, &hints).ok()?;
        let found = decoded(&result)?;
        // This finder hands out code words; the payload stands in the segments.
        let bytes = byte_segments(&result).unwrap_or_else(|| found.text.clone().into_bytes());
        Some(Decoded { bytes, ..found })
    };
    read(&mut bitmap).or_else(|| {
        bitmap.invert();
        read(&mut bitmap)
    })
}

/// The payload when the whole code is made of byte segments.
fn byte_segments(result: &RXingResult) -> Option<Vec<u8>> {
    let metadata = result.getRXingResultMetadata();
    match metadata.get(&RXingResultMetadataType::BYTE_SEGMENTS)? {
        RXingResultMetadataValue::ByteSegments(segments) => {
            let bytes = segments.concat();
            (bytes.len() >= result.getText().chars().count()).then_some(bytes)
        }
        _ => None,
    }
}

/// What the library is asked to look for.
pub(super) fn hints(formats: Formats) -> DecodeHints {
    let wanted = Symbology::ALL.into_iter().filter(|symbology| formats.contains(*symbology));
    DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some(wanted.map(library_name).collect::<HashSet<_>>()),
        ..DecodeHints::default()
    }
}

const fn library_name(symbology: Symbology) -> BarcodeFormat {
    match symbology {
        Symbology::Qr => BarcodeFormat::QR_CODE,
        Symbology::Code128 => BarcodeFormat::CODE_128,
        Symbology::Ean13 => BarcodeFormat::EAN_13,
    }
}

/// The library's answer in our words; none for a kind that was not read here, or an empty or
/// impossibly long text.
pub(super) fn decoded(result: &RXingResult) -> Option<Decoded> {
    let symbology = Symbology::ALL
        .into_iter()
        .find(|symbology| library_name(*symbology) == *result.getBarcodeFormat())?;
    let text = result.getText();
    if text.is_empty() || text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let bytes = match result.getRawBytes() {
        payload if symbology == Symbology::Qr && !payload.is_empty() => payload.to_vec(),
        _ => text.as_bytes().to_vec(),
    };
    Some(Decoded { symbology, text: text.to_owned(), bytes })
}
