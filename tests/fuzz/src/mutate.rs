//! Changes to inputs, from a seed: the same seed gives the same inputs, on any machine.
//!
//! It knows nothing of a format but its corpus, from which it takes pieces. Deliberately not here:
//! coverage. That is `cargo-fuzz`'s.

use crate::corpus::Input;

/// Longest input: twice the largest of a corpus.
pub const INPUT_BYTES_MAX: usize = 8 * 1024;
/// Most changes to one input.
const CHANGES_MAX: usize = 6;
/// Longest piece that is taken out, put in or repeated.
const PIECE_BYTES_MAX: usize = 64;

/// What parsers stumble over: ends of ranges, empty things, characters that turn or end a text.
const WORDS: &[&[u8]] = &[
    b"0",
    b"1",
    b"-1",
    b"255",
    b"256",
    b"65536",
    b"-2147483648",
    b"2147483647",
    b"4294967295",
    b"4294967296",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"18446744073709551615",
    b"1e999",
    b"1e-999",
    b"0.1",
    b"nan",
    b"inf",
    b"null",
    b"true",
    b"\"\"",
    b"[]",
    b"{}",
    b"''",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\0",
    b"\r\n",
    b"\n",
    b" ",
    b"#",
    b"=",
    b"..",
    b"/",
    b"\x1b[2J",
    b"\xff",
    b"\xf0\x9f\x92\xb3",
    b"\xe2\x80\xae",
    b"\xef\xbb\xbf",
    b"\xef\xbc\x91",
    b"{\"a\":",
    b"[[[[[[[[[[[[[[[[",
    b"}}}}}}}}",
];

/// Makes inputs out of a corpus.
#[derive(Debug)]
pub struct Mutator<'c> {
    corpus: &'c [Input],
    state: u64,
}

impl<'c> Mutator<'c> {
    /// Begins at `seed`.
    #[must_use]
    pub const fn new(corpus: &'c [Input], seed: u64) -> Self {
        Self { corpus, state: seed }
    }

    /// The next input: one of the corpus, changed in one to six places.
    pub fn next_input(&mut self) -> Vec<u8> {
        let mut bytes = self.any().to_vec();
        for _ in 0..=self.below(CHANGES_MAX) {
            self.change(&mut bytes);
        }
        bytes.truncate(INPUT_BYTES_MAX);
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        let end = (at + 1 + self.below(PIECE_BYTES_MAX)).min(bytes.len());
        match self.below(9) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << self.below(8);
                }
            }
            1 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = self.byte();
                }
            }
            2 => drop(bytes.drain(at..end)),
            3 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => bytes.truncate(at),
            5 => {
                let word = WORDS[self.below(WORDS.len())];
                bytes.splice(at..at, word.iter().copied());
            }
            6 => {
                let word = WORDS[self.below(WORDS.len())];
                let span = self.token(bytes, at);
                bytes.splice(span, word.iter().copied());
            }
            7 => {
                let other = self.any();
                let from = self.below(other.len() + 1);
                let to = (from + 1 + self.below(PIECE_BYTES_MAX)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            _ => {
                let other = self.any();
                let from = self.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
    }

    /// The number or name that stands at `at`.
    fn token(&self, bytes: &[u8], at: usize) -> std::ops::Range<usize> {
        let is_inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let before = bytes[..at].iter().rev().take_while(|byte| is_inside(byte)).count();
        let after = bytes[at..].iter().take_while(|byte| is_inside(byte)).count();
        at - before..at + after
    }

    fn any(&mut self) -> &'c [u8] {
        let index = self.below(self.corpus.len());
        &self.corpus[index].bytes
    }

    fn byte(&mut self) -> u8 {
        self.random().to_le_bytes()[0]
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap();
        usize::try_from(self.random() % end).unwrap()
    }

    /// SplitMix64: each step of the state gives another number.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(seed: u64) -> Vec<Vec<u8>> {
        let input = |bytes: &[u8]| Input { name: String::new(), bytes: bytes.to_vec() };
        let corpus = [input(b"{\"amount\":1200}"), input(b"GET / HTTP/1.1")];
        let mut mutator = Mutator::new(&corpus, seed);
        (0..1_000).map(|_| mutator.next_input()).collect()
    }

    #[test]
    fn a_seed_gives_the_same_inputs_again_and_another_one_others() {
        assert_eq!(inputs(1), inputs(1));
        assert_ne!(inputs(1), inputs(2));
    }

    #[test]
    fn a_thousand_inputs_are_mostly_different() {
        let mut inputs = inputs(1);
        inputs.sort();
        inputs.dedup();
        assert!(inputs.len() > 600, "{}", inputs.len());
    }
}
