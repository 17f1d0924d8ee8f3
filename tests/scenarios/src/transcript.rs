//! What happened in a scenario, in order: virtual time, who, what.
//!
//! Guarantees: a line is in the file before the next thing happens, so that a killed process
//! leaves what it saw; payment codes are never in it.

use caisson_devices::emulated::paper_roll::{PaperRoll, PrintedSheet};
use caisson_devices::emulated::screen::EmulatedScreen;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Name of the file in a scenario's folder.
const FILE: &str = "transcript.jsonl";
/// Who a line of the screen comes from.
pub(crate) const SCREEN: &str = "screen";
/// Who a sheet of paper comes from.
const PAPER: &str = "paper";

/// A sheet as the roll had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sheet {
    /// The print job: payment key and copy.
    pub(crate) job: String,
    /// False where a fault ended it early.
    pub(crate) complete: bool,
    /// Its text; `None` where it is not complete.
    pub(crate) text: Option<String>,
    /// Its picture.
    pub(crate) picture: Option<PathBuf>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Milliseconds since the scenario began.
    pub(crate) at_ms: u64,
    /// Who: cashier, customer, screen, paper …
    pub(crate) who: String,
    /// What.
    pub(crate) what: String,
    /// For a sheet of paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sheet: Option<Sheet>,
}

impl Entry {
    /// When, as people read it: `00:00:01.250`.
    pub(crate) fn clock(&self) -> String {
        let (seconds, ms) = (self.at_ms / 1_000, self.at_ms % 1_000);
        let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
        format!("{hours:02}:{minutes:02}:{seconds:02}.{ms:03}")
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.what.replace('\n', " ");
        write!(f, "{}  {:9} {what}", self.clock(), self.who)
    }
}

/// The transcript; clones share it.
#[derive(Clone)]
pub(crate) struct Transcript(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    lines: watch::Sender<usize>,
}

struct State {
    file: File,
    began: Instant,
    began_ms: u64,
    entries: Vec<Entry>,
    /// Showings and sheets of this phase that are written already.
    screens: usize,
    sheets: usize,
}

impl Transcript {
    /// Goes on with the transcript of `folder`, whose phases before this one may have written some.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let entries = read(folder)?;
        let path = folder.join(FILE);
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let state = State {
            file,
            began: Instant::now(),
            began_ms: entries.last().map_or(0, |entry| entry.at_ms),
            entries,
            screens: 0,
            sheets: 0,
        };
        Ok(Self(Arc::new(Shared { state: Mutex::new(state), lines: watch::Sender::new(0) })))
    }

    /// Adds a line.
    pub(crate) fn add(&self, who: &str, what: &str) {
        self.state().add(who, what, None);
        self.changed();
    }

    /// Adds what screen and printer have shown since the last time.
    pub(crate) fn look(&self, screen: &EmulatedScreen, roll: &PaperRoll) {
        let mut state = self.state();
        let shown = screen.shown();
        for showing in shown.iter().skip(state.screens) {
            state.add(SCREEN, &showing.line(), None);
        }
        state.screens = shown.len();
        let sheets = roll.sheets();
        for sheet in sheets.iter().skip(state.sheets) {
            let complete = if sheet.complete { "complete" } else { "incomplete" };
            state.add(PAPER, &format!("a {complete} sheet"), Some(Sheet::of(sheet)));
        }
        state.sheets = sheets.len();
        drop(state);
        self.changed();
    }

    /// Adds a sheet that came out of a printer.
    pub(crate) fn add_sheet(&self, sheet: Sheet) {
        let complete = if sheet.complete { "complete" } else { "incomplete" };
        self.state().add(PAPER, &format!("a {complete} sheet"), Some(sheet));
        self.changed();
    }

    /// The lines after the first `seen`.
    pub(crate) fn since(&self, seen: usize) -> Vec<Entry> {
        self.state().entries.iter().skip(seen).cloned().collect()
    }

    /// How many lines there are.
    pub(crate) fn len(&self) -> usize {
        self.state().entries.len()
    }

    /// Every line so far, those of earlier phases included.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.state().entries.clone()
    }

    /// How many lines there are: to wait for the next one.
    pub(crate) fn lines(&self) -> watch::Receiver<usize> {
        self.0.lines.subscribe()
    }

    fn changed(&self) {
        let lines = self.state().entries.len();
        self.0.lines.send_replace(lines);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, who: &str, what: &str, sheet: Option<Sheet>) {
        let passed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let at_ms = self.began_ms.saturating_add(passed);
        let entry = Entry { at_ms, who: who.to_owned(), what: what.to_owned(), sheet };
        // A line that cannot be written is missed by the checks, which then fail and say so.
        if let Ok(line) = serde_json::to_string(&entry) {
            let _ = writeln!(self.file, "{line}");
        }
        self.entries.push(entry);
    }
}

impl Sheet {
    /// As the roll has it.
    pub(crate) fn of(sheet: &PrintedSheet) -> Self {
        Self {
            job: sheet.key.as_ref().map_or_else(String::new, |key| key.as_str().to_owned()),
            complete: sheet.complete,
            text: sheet.text.clone(),
            picture: sheet.picture.clone(),
        }
    }
}

/// The transcript that stands in `folder`; empty where there is none.
pub(crate) fn read(folder: &Path) -> io::Result<Vec<Entry>> {
    let text = match fs::read_to_string(folder.join(FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read?,
    };
    text.lines().map(|line| serde_json::from_str(line).map_err(io::Error::from)).collect()
}

/// As a clock of people shows it: `90 s`, `10 min`.
pub(crate) fn words(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}
