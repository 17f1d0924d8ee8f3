//! The cards' end of vpcd: a connection inserts a card, closing it takes the card out.
//!
//! Every message is a length of two bytes, big end first, and a body. A body of one byte is for the
//! slot (power off, power on, reset, the ATR please), a longer one is a command for the card. vpcd
//! asks for the ATR all the time, to see whether the card is still there.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread::{self, JoinHandle};

use caisson_devices::card_reader::Interface;
use caisson_devices::emulated::card_reader::VirtualCard;
use rustix::net::sockopt::set_tcp_quickack;

use super::{START_WITHIN, until};

/// The reader's slots.
pub(crate) const SLOTS: usize = 2;
/// The port of the first slot.
const PORT: u16 = 35_963;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mishap {
    None,
    TornAway(u32),
    Mute(u32),
}

/// Both slots of the virtual reader.
pub(crate) struct Vpcd {
    slots: [Option<Placed>; SLOTS],
    mishap: Mishap,
}

impl Default for Vpcd {
    fn default() -> Self {
        Self { slots: [None, None], mishap: Mishap::None }
    }
}

impl Vpcd {
    pub(crate) fn insert(&mut self, card: Box<dyn VirtualCard>) {
        self.put(card, Interface::Contact);
    }

    pub(crate) fn tap(&mut self, card: Box<dyn VirtualCard>) {
        self.put(card, Interface::Contactless);
    }

    pub(crate) fn remove(&mut self) {
        self.slots = [None, None];
    }

    pub(crate) fn tear_away_at(&mut self, command: u32) {
        self.mishap = Mishap::TornAway(command);
    }

    pub(crate) fn mute_at(&mut self, command: u32) {
        self.mishap = Mishap::Mute(command);
    }

    /// Puts a card into the first free slot; a card that tore itself away has left its own.
    fn put(&mut self, card: Box<dyn VirtualCard>, interface: Interface) {
        let is_free = |slot: &Option<Placed>| slot.as_ref().is_none_or(Placed::is_gone);
        let free = self.slots.iter().position(is_free).unwrap();
        let mishap = std::mem::replace(&mut self.mishap, Mishap::None);
        let port = PORT + u16::try_from(free).unwrap();
        let connected = until(START_WITHIN, || TcpStream::connect(("127.0.0.1", port)).ok());
        let stream = connected.expect("vpcd listens");
        let ours = stream.try_clone().unwrap();
        let slot = Slot { stream, card, interface, mishap, sent: 0 };
        let thread = thread::spawn(move || slot.serve());
        self.slots[free] = Some(Placed { stream: ours, thread });
    }
}

/// A card in a slot; dropping it takes it out.
struct Placed {
    stream: TcpStream,
    thread: JoinHandle<()>,
}

impl Placed {
    fn is_gone(&self) -> bool {
        self.thread.is_finished()
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

struct Slot {
    stream: TcpStream,
    card: Box<dyn VirtualCard>,
    interface: Interface,
    mishap: Mishap,
    /// Commands since the card got power.
    sent: u32,
}

impl Slot {
    /// Serves the reader until one of the two ends the connection.
    fn serve(mut self) {
        while let Some(body) = self.read() {
            let answer = match body[..] {
                [0x00] => {
                    self.card.power_off();
                    continue;
                }
                [0x01 | 0x02] => {
                    self.sent = 0;
                    self.card.power_on(self.interface);
                    continue;
                }
                [0x04] => Some(self.card.atr(self.interface)),
                _ => self.answer(&body),
            };
            let Some(answer) = answer else { break };
            let length = u16::try_from(answer.len()).unwrap().to_be_bytes();
            if self.stream.write_all(&[&length[..], &answer].concat()).is_err() {
                break;
            }
        }
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    fn answer(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        self.sent += 1;
        match self.mishap {
            Mishap::Mute(at) if self.sent >= at => {
                // Says nothing until it is taken out.
                while self.read().is_some() {}
                None
            }
            Mishap::TornAway(at) if self.sent == at => {
                self.card.transmit(command).ok();
                None
            }
            _ => self.card.transmit(command).ok(),
        }
    }

    /// vpcd sends length and body in two packets; without a quick acknowledgement of the first the
    /// second waits 40 ms.
    fn read(&mut self) -> Option<Vec<u8>> {
        let mut length = [0; 2];
        set_tcp_quickack(&self.stream, true).ok()?;
        self.stream.read_exact(&mut length).ok()?;
        let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
        set_tcp_quickack(&self.stream, true).ok()?;
        self.stream.read_exact(&mut body).ok()?;
        Some(body)
    }
}
