//! A card of our own making, for both twins.

use std::sync::mpsc::{Receiver, Sender};

use caisson_devices::card_reader::Interface;
use caisson_devices::emulated::card_reader::{Silence, VirtualCard};

/// Gives its data back in reverse; with Lc, data and Le.
pub(crate) const ECHO: [u8; 9] = [0x80, 0x01, 0x00, 0x00, 0x03, 1, 2, 3, 0x00];
/// Has 600 bytes to say, by GET RESPONSE.
pub(crate) const LONG_ANSWER: [u8; 5] = [0x80, 0x02, 0x00, 0x00, 0x00];
/// Wants Le to be 8.
pub(crate) const PARTICULAR: [u8; 5] = [0x80, 0x03, 0x00, 0x00, 0x00];
/// Always has 16 more bytes to say.
pub(crate) const ENDLESS: [u8; 5] = [0x80, 0x04, 0x00, 0x00, 0x00];
/// How often it was asked this since it got power.
pub(crate) const COUNT: [u8; 5] = [0x80, 0x05, 0x00, 0x00, 0x01];

/// Answers the commands above.
#[derive(Default)]
pub(crate) struct Clerk {
    count: u8,
    left: Vec<u8>,
    is_endless: bool,
    /// Hears of each command `C`, and of the loss of power `-`.
    diary: Option<Sender<char>>,
}

impl Clerk {
    pub(crate) fn boxed() -> Box<dyn VirtualCard> {
        Box::new(Self::default())
    }

    /// A card, and what happens to it.
    pub(crate) fn with_diary() -> (Box<dyn VirtualCard>, Receiver<char>) {
        let (diary, read) = std::sync::mpsc::channel();
        (Box::new(Self { diary: Some(diary), ..Self::default() }), read)
    }

    fn note(&self, entry: char) {
        if let Some(diary) = &self.diary {
            // Nobody reads it any more.
            let _ = diary.send(entry);
        }
    }

    /// The next part of a long answer, or how much is left.
    fn part(&mut self, most: usize) -> Vec<u8> {
        let rest = self.left.split_off(most.min(self.left.len()));
        let mut part = std::mem::replace(&mut self.left, rest);
        part.extend(match self.left.len() {
            0 => [0x90, 0x00],
            left => [0x61, u8::try_from(left).unwrap_or(0)],
        });
        part
    }
}

impl VirtualCard for Clerk {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Silence> {
        self.note('C');
        let le = |most: u8| if most == 0 { 256 } else { usize::from(most) };
        Ok(match *command {
            [0x80, 0x01, _, _, 3, a, b, c, ..] => vec![c, b, a, 0x90, 0x00],
            [0x80, 0x02, ..] => {
                self.left = (0..600_u16).map(|n| n.to_be_bytes()[1]).collect();
                self.part(0)
            }
            [0x80, 0x03, _, _, 8] => [&[8; 8][..], &[0x90, 0x00]].concat(),
            [0x80, 0x03, ..] => vec![0x6C, 0x08],
            [0x80, 0x04, ..] => {
                self.is_endless = true;
                vec![0x61, 0x10]
            }
            [0x80, 0x05, ..] => {
                self.count += 1;
                vec![self.count, 0x90, 0x00]
            }
            [0x00, 0xC0, _, _, 16] if self.is_endless => [&[0; 16][..], &[0x61, 0x10]].concat(),
            [0x00, 0xC0, _, _, most] => self.part(le(most)),
            _ => vec![0x6D, 0x00],
        })
    }

    fn power_on(&mut self, _: Interface) {
        *self = Self { diary: self.diary.take(), ..Self::default() };
    }

    fn power_off(&mut self) {
        self.note('-');
    }
}
