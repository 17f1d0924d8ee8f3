//! A card in a reader that settles GET RESPONSE, as the host does, and that can be disturbed.

use caisson_cards::{Fault, Interface};
use caisson_emv::{Card, CardError};
use std::cell::RefCell;
use std::rc::Rc;

/// Most GET RESPONSE in a row.
const RESPONSES_MAX: usize = 16;

/// What happens to the answer of a command.
pub(crate) enum Disturbance {
    None,
    /// The card is torn away at the command of this number, from 0.
    TornAt(usize),
    /// The answer to the command of this number is another one.
    Answer(usize, Vec<u8>),
}

pub(crate) struct Reader {
    card: caisson_cards::Card,
    pub(crate) disturbance: Disturbance,
    /// Commands and answers, without GET RESPONSE.
    pub(crate) log: Vec<(Vec<u8>, Vec<u8>)>,
    is_gone: bool,
}

/// Card and cardholder share a reader.
#[derive(Clone)]
pub(crate) struct Wire(pub(crate) Rc<RefCell<Reader>>);

impl Wire {
    pub(crate) fn new(mut card: caisson_cards::Card, interface: Interface) -> Option<Self> {
        card.power_on(interface).ok()?;
        let reader =
            Reader { card, disturbance: Disturbance::None, log: Vec::new(), is_gone: false };
        Some(Self(Rc::new(RefCell::new(reader))))
    }

    pub(crate) fn disturb(&self, disturbance: Disturbance) {
        self.0.borrow_mut().disturbance = disturbance;
    }

    pub(crate) fn commands(&self) -> usize {
        self.0.borrow().log.len()
    }

    /// INS of each command, in hex.
    pub(crate) fn instructions(&self) -> String {
        let log = &self.0.borrow().log;
        let names: Vec<String> =
            log.iter().map(|(command, _)| format!("{:02X}", command[1])).collect();
        names.join(" ")
    }
}

impl Card for Wire {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        self.0.borrow_mut().transmit(command)
    }
}

impl Reader {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        if self.is_gone {
            return Err(CardError::Removed);
        }
        let number = self.log.len();
        let answer = self.whole(command);
        let answer = match &self.disturbance {
            Disturbance::TornAt(at) if *at == number => {
                self.is_gone = true;
                Err(CardError::Removed)
            }
            Disturbance::Answer(at, other) if *at == number => Ok(other.clone()),
            _ => answer,
        };
        self.log.push((command.to_vec(), answer.clone().unwrap_or_default()));
        answer
    }

    fn whole(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        let mut answer = self.once(command)?;
        let mut whole = Vec::new();
        for _ in 0..RESPONSES_MAX {
            let [data @ .., first, second] = answer.as_slice() else { panic!("no status word") };
            match *first {
                0x61 => {
                    whole.extend_from_slice(data);
                    answer = self.once(&[0x00, 0xC0, 0x00, 0x00, *second])?;
                }
                0x6C => {
                    let mut again = command.to_vec();
                    *again.last_mut().unwrap() = *second;
                    answer = self.once(&again)?;
                }
                _ => {
                    whole.extend_from_slice(&answer);
                    return Ok(whole);
                }
            }
        }
        Err(CardError::Wedged)
    }

    fn once(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        self.card.transmit(command).map_err(|fault| match fault {
            Fault::Mute => CardError::Timeout,
            Fault::Torn | Fault::NoPower | Fault::NoInterface => CardError::Removed,
        })
    }
}
