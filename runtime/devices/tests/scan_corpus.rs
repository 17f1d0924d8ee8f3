//! Codes as a camera sees them: how many are read, that none is read wrongly, and that no fewer
//! are read than by the decoder library on its own.

// A test may fail by panicking. Pictures are computed in floats; a cast back saturates, which is
// what a sensor does.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod corpus;

use std::collections::HashSet;

use caisson_devices::decode::{Formats, decode_still};
use corpus::{KINDS, LEVELS, Sample, sample};
use rxing::{BarcodeFormat, DecodeHints};

/// Pictures of each kind at each level: 312 in all.
const EACH: [u64; 3] = [42, 42, 20];

/// What of a set of pictures was read.
#[derive(Default)]
struct Tally {
    pictures: u32,
    read: u32,
    by_library: u32,
}

/// What the library reads when called directly, trying harder and inverted too.
fn by_library(sample: &Sample) -> Option<String> {
    let formats = [BarcodeFormat::QR_CODE, BarcodeFormat::CODE_128, BarcodeFormat::EAN_13];
    let mut hints = DecodeHints {
        TryHarder: Some(true),
        AlsoInverted: Some(true),
        PossibleFormats: Some(HashSet::from(formats)),
        ..DecodeHints::default()
    };
    let (width, height) = sample.picture.dimensions();
    let luma = sample.picture.as_raw();
    rxing::helpers::detect_in_luma_slice_with_hints(luma, width, height, None, &mut hints)
        .ok()
        .map(|result| result.getText().to_owned())
}

#[track_caller]
fn check(kind: usize) {
    let mut all = Tally::default();
    for level in 0..LEVELS.len() {
        let mut tally = Tally::default();
        for number in 0..EACH[level] {
            let sample = sample(kind, level, number);
            let found = decode_still(sample.picture.clone(), Formats::ALL).unwrap();
            let name = format!("{} {} {number}", KINDS[kind], LEVELS[level]);
            if let Some(found) = &found {
                assert_eq!(found.text, sample.text, "{name}: wrong text");
                assert_eq!(found.symbology.name(), KINDS[kind], "{name}");
            }
            tally.pictures += 1;
            tally.read += u32::from(found.is_some());
            tally.by_library += u32::from(by_library(&sample) == Some(sample.text));
        }
        let Tally { pictures, read, by_library } = tally;
        let set = format!("{} {}", KINDS[kind], LEVELS[level]);
        println!("{set}: {read} of {pictures}, the library {by_library}");
        assert!(level == 2 || read * 100 >= pictures * 95, "{set}: {read} of {pictures}");
        all.read += read;
        all.by_library += by_library;
    }
    assert!(all.read >= all.by_library, "{} read, the library {}", all.read, all.by_library);
}

#[test]
fn qr_codes_are_read_at_least_as_often_as_by_the_library_and_never_wrongly() {
    check(0);
}

#[test]
fn code_128_is_read_at_least_as_often_as_by_the_library_and_never_wrongly() {
    check(1);
}

#[test]
fn ean_13_is_read_at_least_as_often_as_by_the_library_and_never_wrongly() {
    check(2);
}
