//! The paper roll of the emulated printer, and the handle with which a person or a test looks at
//! it and breaks the printer.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::escpos::interpret::{Event, InterpretError};
use crate::escpos::status::{encode_at_once, encode_in_order};
use crate::printer::{JobKey, PaperSupply, PrinterStatus};
use crate::raster::{Paper, Raster};
use tokio::sync::watch;

/// Sheets kept in memory; the oldest is forgotten first. Files stay.
const SHEETS_KEPT_MAX: usize = 1_024;

/// What can go wrong with the emulated printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The roll has ended.
    PaperOut,
    /// The cover is open.
    CoverOpen,
    /// Paper is stuck.
    Jammed,
    /// The head is too hot.
    Overheated,
    /// Only service can help.
    Broken,
    /// Power or cable is gone; within a job, the link is lost.
    Offline,
    /// Another program holds the printer.
    Busy,
    /// It takes everything and answers nothing.
    Silent,
}

/// A sheet that was torn off the roll.
#[derive(Clone, PartialEq, Eq)]
pub struct PrintedSheet {
    /// The job it belongs to; `None` for a connection from outside.
    pub key: Option<JobKey>,
    /// Its picture.
    pub raster: Raster,
    /// Its text; `None` for an incomplete sheet or a connection from outside.
    pub text: Option<String>,
    /// False where a fault or a lost link ended it early.
    pub complete: bool,
    /// Where its picture was written.
    pub picture: Option<PathBuf>,
}

/// Without the text and the dots, which are a customer's.
impl fmt::Debug for PrintedSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrintedSheet")
            .field("key", &self.key)
            .field("raster", &self.raster)
            .field("complete", &self.complete)
            .finish_non_exhaustive()
    }
}

/// A handle on the roll; clones are handles on the same one.
#[derive(Clone)]
pub struct PaperRoll(Arc<Mutex<State>>);

/// What the next job is, for names and texts that the bytes do not carry.
pub(super) struct Label {
    pub(super) key: JobKey,
    pub(super) texts: Vec<String>,
}

/// What the head does after an event.
#[derive(Default)]
pub(super) struct Reaction {
    pub(super) reply: Option<u8>,
    pub(super) files: Option<Files>,
    pub(super) hang_up: bool,
}

/// Files of one sheet.
pub(super) struct Files {
    picture: PathBuf,
    raster: Raster,
    text: Option<String>,
}

struct State {
    paper: Paper,
    folder: Option<PathBuf>,
    next_label: Option<Label>,
    key: Option<JobKey>,
    /// Texts of the job's sheets that are still to come.
    texts: VecDeque<String>,
    open: Raster,
    sheets: VecDeque<PrintedSheet>,
    torn_off: usize,
    news: watch::Sender<usize>,
    fault: Option<Fault>,
    /// Bands until a fault, and which.
    countdown: Option<(u32, Fault)>,
    low: bool,
    /// A fault ended the job: everything but status questions is passed over until the next one.
    passing_over: bool,
    trouble: Option<String>,
}

impl PaperRoll {
    /// A full roll without faults.
    #[must_use]
    pub fn new(paper: Paper, folder: Option<PathBuf>) -> Self {
        Self(Arc::new(Mutex::new(State {
            paper,
            folder,
            next_label: None,
            key: None,
            texts: VecDeque::new(),
            open: Raster::empty(paper),
            sheets: VecDeque::new(),
            torn_off: 0,
            news: watch::Sender::new(0),
            fault: None,
            countdown: None,
            low: false,
            passing_over: false,
            trouble: None,
        })))
    }

    /// The fault begins now.
    pub fn fail(&self, fault: Fault) {
        self.state().fault = Some(fault);
    }

    /// The fault begins when `bands` more bands are printed, within the one after them.
    pub fn fail_after(&self, bands: u32, fault: Fault) {
        self.state().countdown = Some((bands, fault));
    }

    /// Ends every fault, also one that is still to come.
    pub fn restore(&self) {
        let mut state = self.state();
        state.fault = None;
        state.countdown = None;
    }

    /// Sets the sensor for a roll that ends soon.
    pub fn set_low(&self, low: bool) {
        self.state().low = low;
    }

    /// The present fault.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.state().fault
    }

    /// The sheets on the roll, oldest first; incomplete ones too.
    #[must_use]
    pub fn sheets(&self) -> Vec<PrintedSheet> {
        self.state().sheets.iter().cloned().collect()
    }

    /// The sheets after the first `seen` that are still on the roll, oldest first, and how many there
    /// were in all.
    #[must_use]
    pub fn since(&self, seen: usize) -> (Vec<PrintedSheet>, usize) {
        let state = self.state();
        let new = state.torn_off.saturating_sub(seen).min(state.sheets.len());
        let skipped = state.sheets.len() - new;
        (state.sheets.iter().skip(skipped).cloned().collect(), state.torn_off)
    }

    /// How many sheets there were in all, to wait for the next one.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<usize> {
        self.state().news.subscribe()
    }

    /// Why the emulator itself went wrong: bytes that it does not understand, or a folder that it
    /// cannot write. For the developer; the printer then reports an unrecoverable error or hangs
    /// up. Without the text of a receipt.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    /// The roll's width.
    #[must_use]
    pub fn paper(&self) -> Paper {
        self.state().paper
    }

    pub(super) fn label_next(&self, label: Label) {
        self.state().next_label = Some(label);
    }

    pub(super) fn not_understood(&self, error: &InterpretError) {
        self.state().trouble = Some(error.to_string());
    }

    pub(super) fn not_saved(&self, error: &io::Error) {
        let mut state = self.state();
        state.trouble = Some(format!("the paper folder cannot be written: {error}"));
        state.fault = Some(Fault::Broken);
        state.passing_over = true;
    }

    /// The connection has ended.
    pub(super) fn abandon(&self) -> Reaction {
        Reaction { files: self.state().tear_off(false), ..Reaction::default() }
    }

    pub(super) fn react(&self, event: Event) -> Reaction {
        self.state().react(event)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn react(&mut self, event: Event) -> Reaction {
        if let Event::Band(_) = event {
            self.count_down();
        }
        if matches!(self.fault, Some(Fault::Offline | Fault::Busy)) {
            return Reaction { hang_up: true, ..Reaction::default() };
        }
        let answers = self.fault != Some(Fault::Silent);
        match event {
            Event::StatusAtOnce(number) if answers => Reaction {
                reply: Some(encode_at_once(self.status(), number)),
                ..Reaction::default()
            },
            Event::StatusAtOnce(_) => Reaction::default(),
            Event::Initialise => self.begin(),
            _ if self.passing_over => Reaction::default(),
            Event::Band(_) if self.fault.is_some_and(|fault| fault != Fault::Silent) => {
                self.passing_over = true;
                Reaction { files: self.tear_off(false), ..Reaction::default() }
            }
            Event::Band(band) => {
                self.open.append(&band);
                Reaction::default()
            }
            Event::End(_) => Reaction { files: self.tear_off(true), ..Reaction::default() },
            Event::PaperInOrder if answers => {
                Reaction { reply: Some(encode_in_order(self.status())), ..Reaction::default() }
            }
            Event::PaperInOrder => Reaction::default(),
        }
    }

    fn begin(&mut self) -> Reaction {
        let files = self.tear_off(false);
        self.passing_over = false;
        let label = self.next_label.take();
        (self.key, self.texts) =
            label.map_or((None, VecDeque::new()), |label| (Some(label.key), label.texts.into()));
        Reaction { files, ..Reaction::default() }
    }

    fn count_down(&mut self) {
        match &mut self.countdown {
            Some((0, fault)) => {
                self.fault = Some(*fault);
                self.countdown = None;
            }
            Some((bands, _)) => *bands = bands.saturating_sub(1),
            None => {}
        }
    }

    fn tear_off(&mut self, complete: bool) -> Option<Files> {
        let raster = std::mem::replace(&mut self.open, Raster::empty(self.paper));
        if raster.height() == 0 {
            return None;
        }
        self.torn_off = self.torn_off.saturating_add(1);
        let text = self.texts.pop_front().filter(|_| complete);
        let name = self.key.as_ref().map_or("outside", JobKey::as_str);
        let mark = if complete { "" } else { "-incomplete" };
        let file = format!("{:04}-{name}{mark}.png", self.torn_off);
        let picture = self.folder.as_ref().map(|folder| folder.join(file));
        if self.sheets.len() >= SHEETS_KEPT_MAX {
            self.sheets.pop_front();
        }
        self.sheets.push_back(PrintedSheet {
            key: self.key.clone(),
            raster: raster.clone(),
            text: text.clone(),
            complete,
            picture: picture.clone(),
        });
        self.news.send_replace(self.torn_off);
        picture.map(|picture| Files { picture, raster, text })
    }

    fn status(&self) -> PrinterStatus {
        let paper = match (self.fault, self.low) {
            (Some(Fault::PaperOut), _) => PaperSupply::Out,
            (_, true) => PaperSupply::Low,
            (_, false) => PaperSupply::Enough,
        };
        PrinterStatus {
            paper,
            offline: self.fault.is_some(),
            cover_open: self.fault == Some(Fault::CoverOpen),
            jammed: self.fault == Some(Fault::Jammed),
            broken: self.fault == Some(Fault::Broken),
            overheated: self.fault == Some(Fault::Overheated),
        }
    }
}

impl Files {
    pub(super) fn write(self) -> io::Result<()> {
        if let Some(png) = self.raster.to_png() {
            std::fs::write(&self.picture, png)?;
        }
        match self.text {
            Some(text) => std::fs::write(self.picture.with_extension("txt"), text),
            None => Ok(()),
        }
    }
}
