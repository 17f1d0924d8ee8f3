//! A document as plain text: the emulator's text receipt, and what a scenario compares.
//!
//! Guarantees: no line is wider than the paper's columns, where a Chinese character takes two;
//! blocks, their order and their wording are those of the paper. Deliberately not here: sizes and
//! bold, which plain text cannot carry. The text of a receipt belongs to its customer: callers keep
//! it out of logs.

use caisson_core::document::{Align, Block, Document};

use crate::raster::Paper;
use crate::wrap::{is_wide, measured, wrap};

/// The sheets of `document` in the columns of `paper`, each line ended by a line feed; as many
/// sheets as [`render`](crate::raster::render) draws.
#[must_use]
pub fn plain_text(document: &Document, paper: Paper) -> Vec<String> {
    let sheets = document.blocks().split(|block| *block == Block::Cut);
    sheets.filter(|blocks| !blocks.is_empty()).map(|blocks| sheet(blocks, paper)).collect()
}

fn sheet(blocks: &[Block], paper: Paper) -> String {
    let width = paper.columns();
    let mut text = String::new();
    for block in blocks {
        match block {
            Block::Line { text: line, align, .. } => lines(&mut text, line, *align, width),
            Block::Pair { name, value } => pair(&mut text, name, value, width),
            Block::Qr { text: content } => {
                lines(&mut text, &format!("[QR] {content}"), Align::Left, width);
            }
            Block::Rule => fill(&mut text, '-', width, "\n"),
            Block::Feed { lines } => fill(&mut text, '\n', u32::from(*lines), ""),
            Block::Cut => {}
        }
    }
    text
}

fn columns(text: &str) -> u32 {
    measured(text, |character| if is_wide(character) { 2 } else { 1 })
}

fn lines(text: &mut String, content: &str, align: Align, width: u32) {
    for line in wrap(content, width, |character| if is_wide(character) { 2 } else { 1 }) {
        let spare = width.saturating_sub(columns(line));
        let before = match align {
            Align::Left => 0,
            Align::Centre => spare / 2,
            Align::Right => spare,
        };
        fill(text, ' ', before, line);
        text.push('\n');
    }
}

fn pair(text: &mut String, name: &str, value: &str, width: u32) {
    match width.checked_sub(columns(name) + columns(value)) {
        Some(gap) if gap > 0 => {
            text.push_str(name);
            fill(text, ' ', gap, value);
            text.push('\n');
        }
        _ => {
            lines(text, name, Align::Left, width);
            lines(text, value, Align::Right, width);
        }
    }
}

fn fill(text: &mut String, character: char, count: u32, then: &str) {
    text.extend((0..count).map(|_| character));
    text.push_str(then);
}

#[cfg(test)]
mod tests {
    use caisson_core::document::Size;

    use super::*;

    #[track_caller]
    fn check(block: Block, expected: &str) {
        let document = Document::new(vec![block]).unwrap();
        assert_eq!(plain_text(&document, Paper::Mm58), [expected]);
    }

    fn line(text: &str, align: Align) -> Block {
        Block::Line { text: text.to_owned(), align, size: Size::Normal, bold: false }
    }

    fn pair(name: &str, value: &str) -> Block {
        Block::Pair { name: name.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn a_chinese_character_takes_two_columns() {
        check(line("晨光茶铺", Align::Centre), "            晨光茶铺\n");
        check(line("晨光茶铺", Align::Right), "                        晨光茶铺\n");
        check(pair("合计", "12.00"), "合计                       12.00\n");
    }

    #[test]
    fn a_pair_that_does_not_fit_puts_its_value_below() {
        check(
            pair("Order number", "4200001234202611220001"),
            "Order number\n          4200001234202611220001\n",
        );
    }

    #[test]
    fn rules_codes_and_feeds_are_visible() {
        check(Block::Rule, "--------------------------------\n");
        check(Block::Feed { lines: 2 }, "\n\n");
        check(Block::Qr { text: "https://a.example/1".to_owned() }, "[QR] https://a.example/1\n");
    }

    #[test]
    fn a_cut_begins_a_new_sheet_and_two_in_a_row_make_no_empty_one() {
        let blocks = vec![Block::Rule, Block::Cut, Block::Cut, line("2", Align::Left), Block::Cut];
        let sheets = plain_text(&Document::new(blocks).unwrap(), Paper::Mm58);
        assert_eq!(sheets, ["--------------------------------\n", "2\n"]);
    }
}
