//! The driver: a job as a conversation of bands, each with its deadline.
//!
//! Before each band the printer is asked how it is; after each band it answers in order, which it
//! can only do once the band is on paper. So at most one band is ever in doubt, whatever the
//! link's and the printer's buffers hold. The link is open only during a job or a question.
//! Deliberately not here: retries, and a queue; the caller has one job at a time (`&mut self`).

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use async_trait::async_trait;
use caisson_core::document::Document;
use caisson_core::permission::{self, Permit};
use tokio::time::{Instant, timeout};

use super::conversation::{Conversation, Trouble, cause};
use super::encode::encode;
use super::link::Link;
use super::{BAND_ROWS_MAX, Finish};
use crate::printer::{
    JOBS_REMEMBERED_MAX, JobKey, JobState, Printer, PrinterError, PrinterStatus, Progress,
};
use crate::raster::{Paper, RasterError, render};

/// How long opening may take: a printer on a network that is gone answers nothing.
const OPEN_WAIT: Duration = Duration::from_secs(5);
/// How long the four status answers may take together while nothing prints (measured on USB: 1 to
/// 12 ms each).
const STATUS_WAIT: Duration = Duration::from_secs(3);
/// How long a band may take from its first byte to its answer: 18 kB at 19,200 baud take 10 s,
/// 32 mm at 20 mm/s take 2 s more; the rest is for a head that pauses to cool.
const BAND_WAIT: Duration = Duration::from_secs(20);

/// What a model can do; from the device profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The roll's width.
    pub paper: Paper,
    /// Whether it has a cutter.
    pub finish: Finish,
    /// Whether it answers `GS r` after what it has printed. Most do. Where it does not, *done*
    /// only means that the printer took every band and saw no fault until then.
    pub in_order_status: bool,
}

/// A printer that speaks ESC/POS over a link.
pub struct EscPosPrinter<L> {
    link: L,
    options: Options,
    jobs: Jobs,
    /// A link broke within a band: the printer may still take the next bytes as its picture.
    half_sent: bool,
}

impl<L: Link> EscPosPrinter<L> {
    /// A printer behind `link`; opens nothing yet.
    #[must_use]
    pub const fn new(link: L, options: Options) -> Self {
        Self { link, options, jobs: Jobs(VecDeque::new()), half_sent: false }
    }

    async fn open(&mut self) -> Result<Conversation, PrinterError> {
        match timeout(OPEN_WAIT, self.link.open()).await {
            Ok(Ok(channel)) => {
                let mut conversation = Conversation::new(channel);
                self.complete_half_sent_band(&mut conversation).await?;
                Ok(conversation)
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::ResourceBusy => {
                Err(PrinterError::Busy { place: self.link.place() })
            }
            Ok(Err(error)) => Err(self.offline(&error.to_string())),
            Err(_) => Err(self.offline("it does not answer")),
        }
    }

    fn offline(&self, cause: &str) -> PrinterError {
        PrinterError::Offline { place: self.link.place(), cause: cause.to_owned() }
    }

    /// The printer's state before anything was sent.
    async fn ask(
        &self,
        conversation: &mut Conversation,
        at: Progress,
    ) -> Result<PrinterStatus, PrinterError> {
        match conversation.status(Instant::now() + STATUS_WAIT).await {
            Ok(status) | Err(Trouble::Fault(status)) => Ok(status),
            Err(Trouble::Lost(error)) => Err(self.offline(&error.to_string())),
            Err(Trouble::Silent) => {
                // A silent firmware may still raise the port's paper line.
                let paper_out = conversation.port_status().is_some_and(|port| port.paper_out);
                Err(match paper_out {
                    true => PrinterError::PaperOut(at),
                    false => self.offline("no answer to a status question"),
                })
            }
        }
    }

    async fn run(&mut self, key: &JobKey, parts: &[Vec<u8>]) -> Result<(), PrinterError> {
        let mut at = Progress { printed: 0, total: parts.len() };
        if parts.is_empty() {
            return Ok(());
        }
        let mut conversation = self.open().await?;
        let status = self.ask(&mut conversation, at).await?;
        if let Some(cause) = cause(status) {
            return Err(cause(at));
        }
        if status.offline {
            return Err(self.offline("the printer is off line and gives no reason"));
        }
        // From here on, whoever drops this future leaves an uncertain job behind.
        self.jobs.set(key, JobState::Uncertain(at));
        for part in parts {
            if at.printed > 0 {
                between(conversation.status(Instant::now() + STATUS_WAIT).await, at)?;
            }
            self.half_sent = true;
            let deadline = Instant::now() + BAND_WAIT;
            let printed = conversation.print(part, self.options.in_order_status, deadline).await;
            // Only a fault that the printer reports, or its answer, proves that it took the band.
            self.half_sent = !matches!(printed, Ok(()) | Err(Trouble::Fault(_)));
            printed.map_err(|trouble| failure(&trouble, at))?;
            at.printed = at.printed.saturating_add(1);
            self.jobs.set(key, JobState::Uncertain(at));
        }
        Ok(())
    }

    /// Sends as many zeros as a band can lack: white rows where the printer still waits for dots,
    /// nothing where it does not. Before any question, which it would take for dots as well.
    async fn complete_half_sent_band(
        &mut self,
        conversation: &mut Conversation,
    ) -> Result<(), PrinterError> {
        if self.half_sent {
            let rows = usize::try_from(BAND_ROWS_MAX).unwrap_or(0);
            let zeros = vec![0; self.options.paper.row_bytes().saturating_mul(rows)];
            let sent = conversation.send(&zeros, Instant::now() + BAND_WAIT).await;
            sent.map_err(|_| self.offline("the link broke again"))?;
            self.half_sent = false;
        }
        Ok(())
    }
}

#[async_trait]
impl<L: Link> Printer for EscPosPrinter<L> {
    async fn print(
        &mut self,
        _permit: &Permit<permission::Printer>,
        key: &JobKey,
        document: &Document,
    ) -> Result<(), PrinterError> {
        match self.jobs.state(key) {
            JobState::Done => return Ok(()),
            JobState::Uncertain(progress) => return Err(PrinterError::Uncertain(progress)),
            JobState::Unknown | JobState::Failed(_) => {}
        }
        let outcome = match parts(document, self.options).await {
            Ok(parts) => self.run(key, &parts).await,
            Err(error) => Err(error.into()),
        };
        self.jobs.set(
            key,
            match &outcome {
                Ok(()) => JobState::Done,
                Err(PrinterError::Uncertain(progress)) => JobState::Uncertain(*progress),
                Err(error) => JobState::Failed(error.clone()),
            },
        );
        outcome
    }

    fn job(&self, key: &JobKey) -> JobState {
        self.jobs.state(key)
    }

    async fn status(&mut self) -> Result<PrinterStatus, PrinterError> {
        let mut conversation = self.open().await?;
        self.ask(&mut conversation, Progress { printed: 0, total: 0 }).await
    }

    fn paper(&self) -> Paper {
        self.options.paper
    }
}

/// Draws and encodes on a thread of its own: a long list takes a slow processor a while.
async fn parts(document: &Document, options: Options) -> Result<Vec<Vec<u8>>, RasterError> {
    let document = document.clone();
    let work =
        move || render(&document, options.paper).map(|sheets| encode(&sheets, options.finish));
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(RasterError::Stopped))
}

/// The answer between two bands: everything before is on paper.
fn between(answer: Result<PrinterStatus, Trouble>, at: Progress) -> Result<(), PrinterError> {
    let status = answer.map_err(|trouble| failure(&trouble, at))?;
    cause(status).map_or(Ok(()), |cause| Err(cause(at)))
}

fn failure(trouble: &Trouble, at: Progress) -> PrinterError {
    match trouble {
        Trouble::Lost(_) | Trouble::Silent => PrinterError::Uncertain(at),
        Trouble::Fault(status) => cause(*status).map_or(PrinterError::Uncertain(at), |c| c(at)),
    }
}

/// The ends of the latest jobs, oldest first.
struct Jobs(VecDeque<(JobKey, JobState)>);

impl Jobs {
    fn state(&self, key: &JobKey) -> JobState {
        let found = self.0.iter().find(|(known, _)| known == key);
        found.map_or(JobState::Unknown, |(_, state)| state.clone())
    }

    fn set(&mut self, key: &JobKey, state: JobState) {
        if let Some((_, known)) = self.0.iter_mut().find(|(known, _)| known == key) {
            *known = state;
            return;
        }
        if self.0.len() >= JOBS_REMEMBERED_MAX {
            self.0.pop_front();
        }
        self.0.push_back((key.clone(), state));
    }
}
