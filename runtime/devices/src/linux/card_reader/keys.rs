//! From key presses to a stripe: what a reader types that pretends to be a keyboard.
//!
//! A pure function over events. The reader types each track between its sentinels, `%` or `;` and
//! `?`, on a US keyboard, with or without the check character behind it, and ends with Enter.
//! Guarantees: nothing is kept beyond [`LINE_CHARS_MAX`]; what was kept is wiped; whatever is typed
//! gives a stripe, an error or nothing.

use std::fmt;

use evdev::KeyCode;
use zeroize::Zeroizing;

use crate::card_reader::{Stripe, StripeError};

/// Most characters of one swipe: tracks 1, 2 and 3 (79, 40 and 107) and room for a prefix.
const LINE_CHARS_MAX: usize = 256;

/// Where a track may begin. Track 3 begins with `+`, and is passed over.
const START_SENTINELS: [u8; 3] = [b'%', b';', b'+'];
const END_SENTINEL: u8 = b'?';

/// What a keyboard says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Pressed(KeyCode),
    Released(KeyCode),
    /// The kernel's queue was full: some are missing.
    Lost,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// Collects the keys of a swipe.
pub(super) struct Decoder {
    line: Zeroizing<Vec<u8>>,
    is_left_shift_down: bool,
    is_right_shift_down: bool,
    /// Keys are missing, or too many: the rest of the swipe is only waited out.
    is_spoilt: bool,
}

impl Decoder {
    pub(super) fn new() -> Self {
        // Its full size from the start: growing would leave a copy behind.
        let line = Zeroizing::new(Vec::with_capacity(LINE_CHARS_MAX));
        Self { line, is_left_shift_down: false, is_right_shift_down: false, is_spoilt: false }
    }

    /// A swipe is under way, so that a pause now ends it.
    pub(super) fn is_busy(&self) -> bool {
        self.is_spoilt || !self.line.is_empty()
    }

    /// Takes a key; gives the stripe, or what is wrong with it, when Enter has ended it.
    pub(super) fn feed(&mut self, key: Key) -> Option<Result<Stripe, StripeError>> {
        match key {
            Key::Lost => {
                self.is_spoilt = true;
                (self.is_left_shift_down, self.is_right_shift_down) = (false, false);
            }
            Key::Pressed(KeyCode::KEY_LEFTSHIFT) => self.is_left_shift_down = true,
            Key::Released(KeyCode::KEY_LEFTSHIFT) => self.is_left_shift_down = false,
            Key::Pressed(KeyCode::KEY_RIGHTSHIFT) => self.is_right_shift_down = true,
            Key::Released(KeyCode::KEY_RIGHTSHIFT) => self.is_right_shift_down = false,
            Key::Pressed(KeyCode::KEY_ENTER | KeyCode::KEY_KPENTER) if self.is_whole() => {
                return self.pause();
            }
            Key::Pressed(code) => {
                let is_shifted = self.is_left_shift_down || self.is_right_shift_down;
                if let Some(character) = character(code, is_shifted) {
                    self.take(character);
                }
            }
            Key::Released(_) => {}
        }
        None
    }

    /// Takes the silence that follows a swipe: gives what was typed so far, if anything was.
    pub(super) fn pause(&mut self) -> Option<Result<Stripe, StripeError>> {
        let is_busy = self.is_busy();
        let is_spoilt = std::mem::take(&mut self.is_spoilt);
        let line = std::mem::replace(self, Self { ..Self::new() }).line;
        is_busy.then(|| if is_spoilt { Err(StripeError::Incomplete) } else { read(&line) })
    }

    /// Some readers end each track with Enter: only the one after track 2 ends the swipe.
    fn is_whole(&self) -> bool {
        self.line.contains(&b';') && self.line.contains(&END_SENTINEL)
    }

    fn take(&mut self, character: u8) {
        // What comes before a sentinel is no track: a prefix, or somebody's cat.
        if self.line.is_empty() && !START_SENTINELS.contains(&character) {
            return;
        }
        if self.line.len() == LINE_CHARS_MAX {
            self.is_spoilt = true;
            return;
        }
        self.line.push(character);
    }
}

/// The character of a key on a US keyboard; none for a key that no track has.
fn character(code: KeyCode, is_shifted: bool) -> Option<u8> {
    const DIGITS: (&[u8], &[u8]) = (b"1234567890-=", b"!@#$%^&*()_+");
    // A track has no small letters, and Caps Lock may be on: a letter is a capital one.
    const ROWS: [(u16, &[u8], &[u8]); 5] = [
        (KeyCode::KEY_1.code(), DIGITS.0, DIGITS.1),
        (KeyCode::KEY_Q.code(), b"QWERTYUIOP[]", b"QWERTYUIOP{}"),
        (KeyCode::KEY_A.code(), b"ASDFGHJKL;'", b"ASDFGHJKL:\""),
        (KeyCode::KEY_BACKSLASH.code(), b"\\ZXCVBNM,./", b"|ZXCVBNM<>?"),
        (KeyCode::KEY_SPACE.code(), b" ", b" "),
    ];
    ROWS.iter().find_map(|(first, plain, shifted)| {
        let place = usize::from(code.code().checked_sub(*first)?);
        if is_shifted { shifted.get(place).copied() } else { plain.get(place).copied() }
    })
}

/// Reads tracks 1 and 2 out of a swipe.
fn read(line: &[u8]) -> Result<Stripe, StripeError> {
    let (mut track_1, mut track_2) = (None, None);
    let mut rest = line;
    while let Some((sentinel, after)) = rest.split_first() {
        let end = after.iter().position(|byte| *byte == END_SENTINEL);
        let (data, after) = after.split_at(end.ok_or(StripeError::Incomplete)?);
        let check;
        (check, rest) = check_character(after.get(1..).unwrap_or_default());
        let (track, number) = match sentinel {
            b'%' => (&mut track_1, 1),
            b';' => (&mut track_2, 2),
            b'+' => continue,
            _ => return Err(StripeError::Track2Form),
        };
        if check.is_some_and(|check| check != lrc(*sentinel, data)) {
            return Err(StripeError::CheckCharacter { track: number });
        }
        // The first counts: a third track may begin with `;` too (ISO/IEC 4909).
        track.get_or_insert(data);
    }
    let text = |track| str::from_utf8(track).map_err(|_| StripeError::Track2Form);
    let track_2 = track_2.ok_or(StripeError::NoTrack2)?;
    Stripe::new(track_1.map(text).transpose()?, text(track_2)?)
}

/// Takes the check character off what follows a track, where the reader types it: it is the last,
/// or a sentinel follows it.
fn check_character(rest: &[u8]) -> (Option<u8>, &[u8]) {
    match rest {
        [check] => (Some(*check), &[]),
        [check, next, ..] if START_SENTINELS.contains(next) => {
            (Some(*check), rest.get(1..).unwrap_or_default())
        }
        _ => (None, rest),
    }
}

/// The check character of a track (ISO/IEC 7811-2, LRC): each bit but the parity makes the number
/// of ones even, sentinels included. Track 1 counts characters from a blank, track 2 from `0`.
fn lrc(sentinel: u8, data: &[u8]) -> u8 {
    let base = if sentinel == b'%' { b' ' } else { b'0' };
    let all = data.iter().chain([&sentinel, &END_SENTINEL]);
    base.wrapping_add(all.fold(0, |sum, byte| sum ^ byte.wrapping_sub(base)))
}

#[cfg(test)]
pub(super) mod tests;
