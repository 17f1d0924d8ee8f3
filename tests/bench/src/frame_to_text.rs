//! Budget: a frame of 1280 x 720 with a code in it becomes text in at most 10 ms at p50, no slower
//! than rxing called directly (TRY_HARDER, inverted too), and in no fewer frames.
//!
//! Each frame is drawn from its number: a wallet's QR code or Code 128, turned, shifted, at several
//! sizes, with noise and uneven light, some bright on dark. Both get the same pixels.

use crate::figures::Pair;
use crate::frames::{Kind, SENSOR};
use crate::run::{Failure, Scale};
use caisson_devices::decode::{Effort, Formats, decode};
use caisson_devices::frame::Frame;
use rxing::{BarcodeFormat, DecodeHints};
use std::collections::HashSet;
use std::time::Duration;

/// Most that a frame should take.
const BUDGET: Duration = Duration::from_millis(10);
/// Most that ours may take, in limits.
const RATIO_MAX: f64 = 1.0;
/// Frames of each kind.
const FRAMES: u32 = 100;
/// Times that each frame is read by each.
const REPEATS: u32 = 3;

pub(crate) fn bench(scale: Scale) -> Result<bool, Failure> {
    let mut within = true;
    for kind in [Kind::Qr, Kind::Bars] {
        let mut pair = Pair::new(kind.name(), "rxing, TRY_HARDER and inverted").budget(50, BUDGET);
        if kind == Kind::Qr {
            pair = pair.gate(50, RATIO_MAX);
        }
        let (mut read, mut read_directly) = (0_u32, 0_u32);
        let mut missed = Vec::new();
        let frames = scale.of(FRAMES, 1);
        for number in 0..frames {
            let (pixels, text) = kind.draw(number)?;
            let frame = Frame::from_luma(pixels.clone(), SENSOR, SENSOR.width)?;
            for repeat in 0..scale.of(REPEATS, 1) {
                let directly = pair.limit(|| read_by_rxing(&pixels));
                let found = pair.ours(|| decode(&frame, Formats::ALL, Effort::Frame))?;
                let wrong = found.as_ref().is_some_and(|found| found.text != text);
                if wrong {
                    return Err(format!("{}, frame {number}: wrong text", kind.name()).into());
                }
                if repeat == 0 {
                    read += u32::from(found.is_some());
                    read_directly += u32::from(directly.as_ref() == Some(&text));
                    if found.is_none() {
                        missed.push(number);
                    }
                }
            }
        }
        within &= pair.report() & (read >= read_directly);
        println!("  read: {read} of {frames}; rxing: {read_directly}; missed: {missed:?}");
    }
    Ok(within)
}

fn read_by_rxing(pixels: &[u8]) -> Option<String> {
    let formats = [BarcodeFormat::QR_CODE, BarcodeFormat::CODE_128, BarcodeFormat::EAN_13];
    let mut hints = DecodeHints {
        TryHarder: Some(true),
        AlsoInverted: Some(true),
        PossibleFormats: Some(HashSet::from(formats)),
        ..DecodeHints::default()
    };
    let (width, height) = (SENSOR.width, SENSOR.height);
    rxing::helpers::detect_in_luma_slice_with_hints(pixels, width, height, None, &mut hints)
        .ok()
        .map(|result| result.getText().to_owned())
}
