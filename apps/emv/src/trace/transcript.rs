//! The file: lines to commands and answers.

use crate::configuration::fields::from_hex;
use std::collections::BTreeMap;

/// Most exchanges that are read.
const EXCHANGES_MAX: usize = 1000;
/// Most complaints about lines.
const NOTES_MAX: usize = 20;
/// Longest name and value of a header.
const HEADER_CHARACTERS_MAX: usize = 64;

/// A command and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exchange {
    pub(super) command: Vec<u8>,
    /// Data and status word.
    pub(super) answer: Vec<u8>,
}

impl Exchange {
    /// The answer without its status word.
    pub(super) fn data(&self) -> &[u8] {
        self.answer.len().checked_sub(2).and_then(|end| self.answer.get(..end)).unwrap_or_default()
    }

    /// The status word; 0000 where there is none.
    pub(super) fn status(&self) -> u16 {
        match *self.answer.as_slice() {
            [.., first, second] => u16::from_be_bytes([first, second]),
            _ => 0,
        }
    }

    /// INS.
    pub(super) fn instruction(&self) -> u8 {
        self.command.get(1).copied().unwrap_or_default()
    }

    /// The data of the command.
    pub(super) fn sent(&self) -> &[u8] {
        sent(&self.command)
    }
}

/// The data of a command, as far as it is there.
pub(super) fn sent(command: &[u8]) -> &[u8] {
    let Some(length) = command.get(4).filter(|_| command.len() > 5) else { return &[] };
    let end = 5 + usize::from(*length);
    command.get(5..end.min(command.len())).unwrap_or_default()
}

/// A file that was read.
pub(super) struct Transcript {
    pub(super) headers: BTreeMap<String, String>,
    pub(super) exchanges: Vec<Exchange>,
    /// What of the file was not understood.
    pub(super) notes: Vec<String>,
}

/// Reads `text`; whatever it is.
pub(super) fn read(text: &str) -> Transcript {
    let mut reader = Reader::default();
    for (at, line) in text.lines().enumerate() {
        reader.line(at + 1, line.trim());
        if reader.exchanges.len() > EXCHANGES_MAX {
            reader.exchanges.truncate(EXCHANGES_MAX);
            reader.note(format!("only the first {EXCHANGES_MAX} exchanges are read"));
            break;
        }
    }
    if reader.command.is_some() {
        reader.note("the last command has no answer".to_owned());
    }
    let exchanges = join(reader.exchanges);
    Transcript { headers: reader.headers, exchanges, notes: reader.notes }
}

#[derive(Default)]
struct Reader {
    headers: BTreeMap<String, String>,
    exchanges: Vec<Exchange>,
    notes: Vec<String>,
    command: Option<Vec<u8>>,
}

impl Reader {
    fn note(&mut self, note: String) {
        if self.notes.len() < NOTES_MAX {
            self.notes.push(note);
        } else if self.notes.len() == NOTES_MAX {
            self.notes.push("further lines are not understood either".to_owned());
        }
    }

    fn line(&mut self, at: usize, line: &str) {
        if let Some(header) = line.strip_prefix('#') {
            if let Some((name, value)) = header.split_once(':')
                && header.chars().count() <= HEADER_CHARACTERS_MAX
            {
                self.headers.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        } else if let Some(hex) = line.strip_prefix('>') {
            match bytes(hex) {
                Some(command) if command.len() >= 4 => {
                    if self.command.replace(command).is_some() {
                        self.note(format!("line {at}: the command before has no answer"));
                    }
                }
                _ => self.note(format!("line {at}: a command is hex of at least four bytes")),
            }
        } else if let Some(hex) = line.strip_prefix('<') {
            match (bytes(hex), self.command.take()) {
                (Some(answer), Some(command)) if answer.len() >= 2 => {
                    self.exchanges.push(Exchange { command, answer });
                }
                (_, None) => self.note(format!("line {at}: an answer without a command")),
                _ => self.note(format!("line {at}: an answer is hex of at least two bytes")),
            }
        } else if !line.is_empty() {
            self.note(format!("line {at}: neither `#`, `>` nor `<`"));
        }
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: String = hex.chars().filter(|sign| !sign.is_whitespace()).collect();
    from_hex(&digits)
}

/// Joins what a reader without GET RESPONSE of its own spread over several exchanges: 61xx, then
/// GET RESPONSE; 6Cxx, then the command again.
fn join(exchanges: Vec<Exchange>) -> Vec<Exchange> {
    let mut joined: Vec<Exchange> = Vec::with_capacity(exchanges.len());
    for exchange in exchanges {
        let before = joined.last_mut();
        match before {
            Some(before) if before.status() >> 8 == 0x61 && exchange.instruction() == 0xC0 => {
                before.answer.truncate(before.answer.len().saturating_sub(2));
                before.answer.extend(exchange.answer);
            }
            Some(before)
                if before.status() >> 8 == 0x6C
                    && before.command.get(..4) == exchange.command.get(..4) =>
            {
                before.answer = exchange.answer;
            }
            _ => joined.push(exchange),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_exchanges_and_what_is_not_understood_is_named() {
        let text = "# amount: 1200\n# a remark\n\n> 00 A4 04 00 00\n< 90 00\nhello\n> 00\n< 9000\n\
                    > 80A8000000\n> 00B2010C00\n< 6A83";
        let read = read(text);
        assert_eq!(read.headers.get("amount").map(String::as_str), Some("1200"));
        assert_eq!(read.exchanges.len(), 2);
        let notes = [
            "line 6: neither `#`, `>` nor `<`",
            "line 7: a command is hex of at least four bytes",
            "line 8: an answer without a command",
            "line 10: the command before has no answer",
        ];
        assert_eq!(read.notes, notes);
    }

    #[test]
    fn an_answer_that_was_fetched_in_parts_is_one_answer() {
        let text = "> 00A4040000\n< 6102\n> 00C0000002\n< 6F009000\n\
                    > 00B2010C00\n< 6C02\n> 00B2010C02\n< 70009000";
        let answers: Vec<_> = read(text).exchanges.into_iter().map(|one| one.answer).collect();
        assert_eq!(answers, [[0x6F, 0, 0x90, 0], [0x70, 0, 0x90, 0]]);
    }
}
