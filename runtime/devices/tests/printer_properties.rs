//! What holds for every document and every stream of bytes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_possible_truncation)] // A test may stop at once.

use caisson_core::document::{Align, Block, Document, Size};
use caisson_devices::escpos::Finish;
use caisson_devices::escpos::encode::encode;
use caisson_devices::escpos::interpret::{Interpreter, interpret};
use caisson_devices::raster::{Paper, ROWS_MAX, RasterError, render};
use caisson_devices::text::plain_text;
use proptest::prelude::*;

fn text(longest: usize) -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => proptest::char::range(' ', '~'),
        4 => proptest::char::range('一', '龥'),
        1 => any::<char>(),
    ];
    prop::collection::vec(character, 0..=longest).prop_map(|characters| {
        let allowed = |c: &char| !caisson_core::document::is_forbidden_character(*c);
        characters.into_iter().filter(allowed).collect()
    })
}

fn block() -> impl Strategy<Value = Block> {
    let align = prop_oneof![Just(Align::Left), Just(Align::Centre), Just(Align::Right)];
    let size = prop_oneof![Just(Size::Small), Just(Size::Normal), Just(Size::Large)];
    prop_oneof![
        (text(400), align, size, any::<bool>()).prop_map(|(text, align, size, bold)| Block::Line {
            text,
            align,
            size,
            bold
        }),
        (text(60), text(60)).prop_map(|(name, value)| Block::Pair { name, value }),
        text(300)
            .prop_map(|text| Block::Qr { text: format!("q{text}").chars().take(250).collect() }),
        Just(Block::Rule),
        (0..=20_u8).prop_map(|lines| Block::Feed { lines }),
        Just(Block::Cut),
    ]
}

fn document(blocks: usize) -> impl Strategy<Value = Document> {
    prop::collection::vec(block(), 0..=blocks).prop_map(|blocks| Document::new(blocks).unwrap())
}

fn paper() -> impl Strategy<Value = Paper> {
    prop_oneof![Just(Paper::Mm58), Just(Paper::Mm80)]
}

/// Bytes that come near our commands more often than chance would.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(vec![0x1B, 0x40]),
        Just(vec![0x1D, 0x56, 0x42, 0x00]),
        Just(vec![0x1D, 0x72, 0x01]),
        Just(vec![0x1B, 0x4A, 120]),
        (any::<u8>()).prop_map(|number| vec![0x10, 0x04, number % 6]),
        (0..60_u8, any::<u8>()).prop_map(|(rows, seed)| {
            let mut band = vec![0x1D, 0x76, 0x30, 0, 48, 0, rows, 0];
            band.extend((0..usize::from(rows) * 48).map(|at| seed.wrapping_mul(at as u8)));
            band
        }),
        prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_document_is_drawn_within_its_bound_and_survives_the_wire(
        document in document(12), paper in paper(), tear in any::<bool>(),
    ) {
        let finish = if tear { Finish::Tear } else { Finish::Cut };
        let sheets = render(&document, paper).unwrap();
        prop_assert!(sheets.iter().all(|sheet| sheet.height() > 0));
        prop_assert!(sheets.iter().map(|sheet| sheet.height()).sum::<u32>() <= ROWS_MAX);
        let stream = encode(&sheets, finish).concat();
        let back = interpret(&stream, paper).unwrap();
        prop_assert!(back == sheets.into_iter().map(|sheet| (sheet, finish)).collect::<Vec<_>>());
    }

    #[test]
    fn plain_text_has_the_sheets_of_the_picture_and_never_passes_its_columns(
        document in document(12), paper in paper(),
    ) {
        let texts = plain_text(&document, paper);
        prop_assert_eq!(texts.len(), render(&document, paper).unwrap().len());
        let longest = texts.iter().flat_map(|text| text.lines()).map(|line| line.chars().count());
        prop_assert!(longest.max().unwrap_or(0) <= paper.columns() as usize);
    }

    #[test]
    fn any_bytes_are_events_or_an_error_that_names_their_place(bytes in bytes()) {
        let mut interpreter = Interpreter::new(Paper::Mm58);
        for byte in &bytes {
            if let Err(error) = interpreter.feed(*byte) {
                prop_assert!(error.to_string().contains("offset"));
                break;
            }
        }
        let _ = interpret(&bytes, Paper::Mm58);
    }

    #[test]
    fn a_stream_with_a_byte_changed_never_panics(
        document in document(3), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let sheets = render(&document, Paper::Mm58).unwrap();
        let mut stream = encode(&sheets, Finish::Cut).concat();
        if !stream.is_empty() {
            let at = at.index(stream.len());
            stream[at] = byte;
            let _ = interpret(&stream, Paper::Mm58);
        }
    }
}

#[test]
fn the_largest_documents_are_drawn_or_refused_and_never_longer_than_the_bound() {
    let line = |size| Block::Line { text: "W".repeat(400), align: Align::Left, size, bold: true };
    let largest = Document::new(vec![line(Size::Large); 500]).unwrap();
    assert_eq!(render(&largest, Paper::Mm58).unwrap_err(), RasterError::TooLong);
    let feeds = Document::new(vec![Block::Feed { lines: 20 }; 500]).unwrap();
    assert_eq!(render(&feeds, Paper::Mm80).unwrap_err(), RasterError::TooLong);
    let settlement =
        Block::Pair { name: "15:04 微信 000017".to_owned(), value: "86.50".to_owned() };
    let sheets = render(&Document::new(vec![settlement; 500]).unwrap(), Paper::Mm58).unwrap();
    assert!(sheets[0].height() < ROWS_MAX);
}
