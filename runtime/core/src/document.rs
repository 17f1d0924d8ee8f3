//! A document in the words that every printer shares: blocks in, each device's language out.
//!
//! Guarantees: a [`Document`] holds at most [`BLOCKS_MAX`] blocks, no line is longer than
//! [`LINE_CHARS_MAX`], and no text carries control or direction-override characters, so that a
//! printer driver never meets an escape sequence that came from an app or an acquirer.
//! Deliberately not here: widths in dots, fonts, cutting distances (`devices`).

use serde::{Deserialize, Serialize};

/// Longest document: a settlement list of a busy day; more would jam a roll change into one job.
pub const BLOCKS_MAX: usize = 500;
/// Longest text of one block, before the driver wraps it.
pub const LINE_CHARS_MAX: usize = 400;
/// Largest content of a printed code: fits a QR code of version 25 at error level M.
pub const CODE_BYTES_MAX: usize = 1_000;

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Align {
    /// At the left margin.
    Left,
    /// In the middle.
    Centre,
    /// At the right margin.
    Right,
}

/// How large a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Size {
    /// Remarks and numbers for the clerk.
    Small,
    /// Everything else.
    Normal,
    /// The amount and the outcome.
    Large,
}

/// One thing on the paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Block {
    /// A line of text, wrapped by the driver where it is wider than the paper.
    Line {
        /// What it says.
        text: String,
        /// Where it stands.
        align: Align,
        /// How large.
        size: Size,
        /// Heavier strokes.
        bold: bool,
    },
    /// A name at the left, its value at the right, on one line where both fit.
    Pair {
        /// The name.
        name: String,
        /// The value; kept whole, wrapped under the name where it must be.
        value: String,
    },
    /// A QR code in the middle of the paper.
    Qr {
        /// Its content, at most [`CODE_BYTES_MAX`] bytes.
        text: String,
    },
    /// A line across the paper.
    Rule,
    /// Empty paper, in lines of normal size; at most 20.
    Feed {
        /// How many lines.
        lines: u8,
    },
    /// Cut the paper where the printer can.
    Cut,
}

/// What is wrong with a document. Whoever composed it: shorten or clean the named block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// More than [`BLOCKS_MAX`] blocks.
    #[error("document has more than {max} blocks; print it in parts", max = BLOCKS_MAX)]
    TooManyBlocks,
    /// Text over its limit.
    #[error("block {block} holds {length}, limit {max}")]
    TooLong {
        /// Which block, from 0.
        block: usize,
        /// Length found, in characters (text) or bytes (code).
        length: usize,
        /// The limit in the same unit.
        max: usize,
    },
    /// A control or direction-override character.
    #[error("block {block} holds the character U+{character:04X}, which no paper may carry")]
    BadCharacter {
        /// Which block, from 0.
        block: usize,
        /// The character's code point.
        character: u32,
    },
    /// A feed of more than 20 lines.
    #[error("block {block} feeds {lines} lines, limit 20")]
    FeedTooLong {
        /// Which block, from 0.
        block: usize,
        /// Lines asked for.
        lines: u8,
    },
}

/// A checked sequence of blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawDocument")]
pub struct Document {
    blocks: Vec<Block>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDocument {
    blocks: Vec<Block>,
}

impl TryFrom<RawDocument> for Document {
    type Error = DocumentError;

    fn try_from(raw: RawDocument) -> Result<Self, DocumentError> {
        Self::new(raw.blocks)
    }
}

impl Document {
    /// Checks and keeps `blocks`.
    ///
    /// # Errors
    /// The first block over a limit, by [`DocumentError`].
    pub fn new(blocks: Vec<Block>) -> Result<Self, DocumentError> {
        if blocks.len() > BLOCKS_MAX {
            return Err(DocumentError::TooManyBlocks);
        }
        for (index, block) in blocks.iter().enumerate() {
            match block {
                Block::Line { text, .. } => check_text(index, text)?,
                Block::Pair { name, value } => {
                    check_text(index, name)?;
                    check_text(index, value)?;
                }
                Block::Qr { text } if text.is_empty() || text.len() > CODE_BYTES_MAX => {
                    return Err(DocumentError::TooLong {
                        block: index,
                        length: text.len(),
                        max: CODE_BYTES_MAX,
                    });
                }
                Block::Feed { lines } if *lines > 20 => {
                    return Err(DocumentError::FeedTooLong { block: index, lines: *lines });
                }
                Block::Qr { .. } | Block::Rule | Block::Feed { .. } | Block::Cut => {}
            }
        }
        Ok(Self { blocks })
    }

    /// The blocks in order.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }
}

/// True for characters that could steer a printer or turn text around: never drawn, never printed.
#[must_use]
pub fn is_forbidden_character(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

fn check_text(block: usize, text: &str) -> Result<(), DocumentError> {
    let length = text.chars().count();
    if length > LINE_CHARS_MAX {
        return Err(DocumentError::TooLong { block, length, max: LINE_CHARS_MAX });
    }
    match text.chars().find(|character| is_forbidden_character(*character)) {
        Some(character) => {
            Err(DocumentError::BadCharacter { block, character: u32::from(character) })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(block: Block, expected: &str) {
        let verdict = match Document::new(vec![Block::Rule, block]) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(verdict, expected);
    }

    fn line(text: &str) -> Block {
        Block::Line { text: text.to_owned(), align: Align::Left, size: Size::Normal, bold: false }
    }

    #[test]
    fn plain_text_in_both_languages_is_accepted() {
        check(line("Total 12.00 合计"), "accepted");
    }

    #[test]
    fn an_escape_sequence_never_reaches_a_printer() {
        check(line("\u{1b}@"), "block 1 holds the character U+001B, which no paper may carry");
    }

    #[test]
    fn turned_around_text_is_refused_in_names_and_values() {
        check(
            Block::Pair { name: "Amount".to_owned(), value: "\u{202e}00.21".to_owned() },
            "block 1 holds the character U+202E, which no paper may carry",
        );
    }

    #[test]
    fn a_line_one_over_its_limit_is_refused_and_one_at_it_is_not() {
        check(line(&"永".repeat(LINE_CHARS_MAX)), "accepted");
        check(line(&"永".repeat(LINE_CHARS_MAX + 1)), "block 1 holds 401, limit 400");
    }

    #[test]
    fn a_code_without_content_or_over_its_limit_is_refused() {
        check(Block::Qr { text: String::new() }, "block 1 holds 0, limit 1000");
        check(Block::Qr { text: "7".repeat(1_001) }, "block 1 holds 1001, limit 1000");
    }

    #[test]
    fn a_long_feed_is_refused() {
        check(Block::Feed { lines: 21 }, "block 1 feeds 21 lines, limit 20");
    }
}
