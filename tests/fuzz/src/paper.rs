//! What is printed: documents to dots, dots to bytes, and bytes back to dots.

use caisson_core::document::{
    Align, BLOCKS_MAX, Block, CODE_BYTES_MAX, Document, LINE_CHARS_MAX, Size,
    is_forbidden_character,
};
use caisson_devices::escpos::Finish;
use caisson_devices::escpos::encode::encode;
use caisson_devices::escpos::interpret::interpret;
use caisson_devices::escpos::status::{decode, is_at_once, is_in_order};
use caisson_devices::raster::{Paper, ROWS_MAX, Raster, render};

/// A line each: `= text` is large, `- text` small, `name | value` a pair, `# text` a code, `---` a
/// rule, `^ 3` feeds, `8<` cuts, all else is a line as it stands.
///
/// # Panics
/// Where a document is over its limits, or what is drawn and sent is not what was drawn.
pub fn document(data: &[u8]) {
    let blocks: Vec<Block> = String::from_utf8_lossy(data).split('\n').map(block).collect();
    let document = match Document::new(blocks.clone()) {
        Ok(document) => document,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert_eq!(document.blocks(), blocks);
    assert!(blocks.len() <= BLOCKS_MAX);
    for block in &blocks {
        let is_plain = |text: &str| {
            text.chars().count() <= LINE_CHARS_MAX && !text.contains(is_forbidden_character)
        };
        match block {
            Block::Line { text, .. } => assert!(is_plain(text)),
            Block::Pair { name, value } => assert!(is_plain(name) && is_plain(value)),
            Block::Qr { text } => assert!((1..=CODE_BYTES_MAX).contains(&text.len())),
            Block::Feed { lines } => assert!(*lines <= 20),
            Block::Rule | Block::Cut => {}
        }
    }
    for paper in [Paper::Mm58, Paper::Mm80] {
        if let Ok(sheets) = render(&document, paper) {
            assert!(sheets.iter().map(Raster::height).sum::<u32>() <= ROWS_MAX);
            check_sent(&sheets, paper);
        }
    }
}

fn block(line: &str) -> Block {
    let text = |text: &str, size| Block::Line {
        text: text.to_owned(),
        align: Align::Left,
        size,
        bold: size == Size::Large,
    };
    match line.split_once(' ') {
        _ if line == "---" => Block::Rule,
        _ if line == "8<" => Block::Cut,
        Some(("=", rest)) => text(rest, Size::Large),
        Some(("-", rest)) => text(rest, Size::Small),
        Some(("#", rest)) => Block::Qr { text: rest.to_owned() },
        Some(("^", rest)) => Block::Feed { lines: rest.parse().unwrap_or(u8::MAX) },
        _ => match line.split_once(" | ") {
            Some((name, value)) => Block::Pair { name: name.to_owned(), value: value.to_owned() },
            None => text(line, Size::Normal),
        },
    }
}

/// What is sent for `sheets` gives these sheets again.
fn check_sent(sheets: &[Raster], paper: Paper) {
    for finish in [Finish::Cut, Finish::Tear] {
        let sent = encode(sheets, finish).concat();
        let printed = interpret(&sent, paper).expect("what is sent is understood");
        let expected: Vec<_> = sheets.iter().map(|sheet| (sheet.clone(), finish)).collect();
        assert_eq!(printed, expected);
    }
}

/// What comes over a printer's line, in either direction.
///
/// # Panics
/// Where what is read gives other dots when it is sent again.
pub fn escpos(data: &[u8]) {
    for paper in [Paper::Mm58, Paper::Mm80] {
        let Ok(sheets) = interpret(data, paper) else { continue };
        for (sheet, finish) in sheets {
            if sheet.height() > 0 {
                let sent = encode(std::slice::from_ref(&sheet), finish).concat();
                assert_eq!(interpret(&sent, paper).unwrap(), [(sheet, finish)]);
            }
        }
    }
    if let Some(answer) = data.first_chunk::<4>() {
        let _status = decode(*answer);
        let both = answer.iter().filter(|byte| is_at_once(**byte) && is_in_order(**byte));
        assert_eq!(both.count(), 0, "an answer at once is not taken for one in order");
    }
}
