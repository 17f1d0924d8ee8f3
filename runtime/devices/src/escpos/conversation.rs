//! One open channel: bytes out, answers in, each with its deadline.
//!
//! A printer may hear a status question in the middle of a picture that happens to hold the same
//! bytes, and answer it. So before a round of questions whatever lies in the input is dropped,
//! and answers in order, which only a printed band gives, are counted apart.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};

use super::link::{Channel, PortStatus};
use super::status::{NUMBERS, decode, is_at_once, is_in_order};
use super::{PAPER_IN_ORDER, STATUS_AT_ONCE};
use crate::printer::{PaperSupply, PrinterError, PrinterStatus, Progress};

/// How long the printer may be silent about a band before it is asked for the reason.
const POLL: Duration = Duration::from_millis(300);
/// Bytes dropped at most before a round of questions; more in the input is a printer gone mad,
/// which the deadline of the round then ends.
const DROPPED_BYTES_MAX: usize = 256;

/// Why a conversation cannot go on.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The channel broke.
    Lost(io::Error),
    /// No answer until the deadline.
    Silent,
    /// The printer says why it does not print.
    Fault(PrinterStatus),
}

/// An open channel to a printer.
pub(super) struct Conversation {
    channel: Box<dyn Channel>,
    printed_answers: usize,
}

impl Conversation {
    pub(super) fn new(channel: Box<dyn Channel>) -> Self {
        Self { channel, printed_answers: 0 }
    }

    /// What the port's own lines say.
    pub(super) fn port_status(&self) -> Option<PortStatus> {
        self.channel.port_status()
    }

    /// Hands all bytes to the link.
    pub(super) async fn send(&mut self, bytes: &[u8], deadline: Instant) -> Result<(), Trouble> {
        let write = async {
            self.channel.write_all(bytes).await?;
            self.channel.flush().await
        };
        match timeout_at(deadline, write).await {
            Ok(written) => written.map_err(Trouble::Lost),
            Err(_) => Err(Trouble::Silent),
        }
    }

    /// Asks all four statuses.
    pub(super) async fn status(&mut self, deadline: Instant) -> Result<PrinterStatus, Trouble> {
        self.drop_input().await?;
        let mut answers = [0; NUMBERS.len()];
        for (answer, number) in answers.iter_mut().zip(NUMBERS) {
            let [first, second] = STATUS_AT_ONCE;
            self.send(&[first, second, number], deadline).await?;
            *answer = loop {
                let byte = self.next(deadline).await?.ok_or(Trouble::Silent)?;
                if is_at_once(byte) {
                    break byte;
                }
            };
        }
        Ok(decode(answers))
    }

    /// Sends a band and waits until it is on paper, as far as the printer can tell.
    pub(super) async fn print(
        &mut self,
        part: &[u8],
        in_order: bool,
        deadline: Instant,
    ) -> Result<(), Trouble> {
        self.printed_answers = 0;
        self.send(part, deadline).await?;
        if in_order {
            self.send(&PAPER_IN_ORDER, deadline).await?;
            while !self.is_printed(deadline).await? {
                let status = self.status(deadline).await?;
                if self.printed_answers == 0 && cause(status).is_some() {
                    return Err(Trouble::Fault(status));
                }
            }
            return Ok(());
        }
        let status = self.status(deadline).await?;
        if cause(status).is_some() { Err(Trouble::Fault(status)) } else { Ok(()) }
    }

    /// True once the answer in order has come; false after a while without it.
    async fn is_printed(&mut self, deadline: Instant) -> Result<bool, Trouble> {
        let poll = deadline.min(Instant::now() + POLL);
        while self.printed_answers == 0 {
            if self.next(poll).await?.is_none() {
                return if poll < deadline { Ok(false) } else { Err(Trouble::Silent) };
            }
        }
        Ok(true)
    }

    /// The next byte, or `None` at the deadline.
    async fn next(&mut self, deadline: Instant) -> Result<Option<u8>, Trouble> {
        match timeout_at(deadline, self.channel.read_u8()).await {
            Ok(Ok(byte)) => {
                self.count(byte);
                Ok(Some(byte))
            }
            Ok(Err(error)) => Err(Trouble::Lost(error)),
            Err(_) => Ok(None),
        }
    }

    async fn drop_input(&mut self) -> Result<(), Trouble> {
        for _ in 0..DROPPED_BYTES_MAX {
            match timeout(Duration::ZERO, self.channel.read_u8()).await {
                Ok(Ok(byte)) => self.count(byte),
                Ok(Err(error)) => return Err(Trouble::Lost(error)),
                Err(_) => break,
            }
        }
        Ok(())
    }

    fn count(&mut self, byte: u8) {
        if is_in_order(byte) {
            self.printed_answers = self.printed_answers.saturating_add(1);
        }
    }
}

/// The reason why a printer in this state does not print, the one that a person sees first.
/// `None` also where it is off line without a reason.
pub(super) fn cause(status: PrinterStatus) -> Option<fn(Progress) -> PrinterError> {
    if status.broken {
        Some(PrinterError::Broken)
    } else if status.cover_open {
        Some(PrinterError::CoverOpen)
    } else if status.paper == PaperSupply::Out {
        Some(PrinterError::PaperOut)
    } else if status.jammed {
        Some(PrinterError::Jammed)
    } else if status.overheated {
        Some(PrinterError::Overheated)
    } else {
        None
    }
}
