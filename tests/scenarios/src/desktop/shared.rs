//! What the parts of the window's process share: surroundings, state, and the running terminal.

use super::paper::RollSheet;
use super::process::Running;
use super::wire::{Devices, Held};
use super::{DesktopOptions, TerminalOptions, Window};
use crate::acquirer_folder::AcquirerFolder;
use crate::hand::Hand;
use crate::phone::Phone;
use crate::transcript::Transcript;
use caisson_acquirer::Gateway;
use caisson_acquirer::bank::Bank;
use caisson_devices::emulated::screen::EmulatedScreen;
use caisson_devices::screen::Power;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{Mutex as AsyncMutex, Notify};

/// What surrounds the terminal.
pub(super) struct Surroundings {
    pub(super) acquirer: AcquirerFolder,
    pub(super) gateway: Gateway,
    pub(super) bank: Bank,
    pub(super) phone: Phone,
    pub(super) transcript: Transcript,
    pub(super) window: Arc<dyn Window>,
}

/// The window's process.
pub(super) struct Shared {
    pub(super) options: DesktopOptions,
    pub(super) around: Surroundings,
    pub(super) state: Mutex<State>,
    /// One hand at the keypad at a time.
    pub(super) hand: AsyncMutex<()>,
    /// One start or end of the terminal at a time.
    pub(super) power: AsyncMutex<()>,
    /// The panel has something new.
    pub(super) news: Notify,
}

/// What changes.
pub(super) struct State {
    pub(super) terminal: TerminalOptions,
    pub(super) power: Power,
    pub(super) running: Option<Arc<Running>>,
    pub(super) devices: Devices,
    /// What is before the camera, in words, and as the terminal is told.
    pub(super) camera: (String, Held),
    /// What the customer's phone said last.
    pub(super) phone: String,
    /// Codes that the customer has shown.
    pub(super) codes: Vec<String>,
    /// Makes the fresh codes.
    pub(super) seed: u64,
    /// Sheets on the roll.
    pub(super) roll: Vec<RollSheet>,
    /// What outlives the terminal's power, by what it is about: a sentence each.
    pub(super) lasting: BTreeMap<String, String>,
    /// Only lines of the transcript that hold this are shown.
    pub(super) filter: String,
    /// Lines of the transcript before this one were matched.
    pub(super) matched: usize,
    /// Views that were shown when the cashier last began something.
    pub(super) begun: usize,
    /// Requests that were waited for, by the operation's name.
    pub(super) heard: BTreeMap<&'static str, usize>,
}

impl Shared {
    pub(super) fn new(
        options: DesktopOptions,
        terminal: TerminalOptions,
        around: Surroundings,
    ) -> Arc<Self> {
        // Another start on the same books must show other codes.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let state = State {
            terminal,
            power: Power::Off,
            running: None,
            devices: Devices::default(),
            camera: (String::new(), Held::Nothing),
            phone: String::new(),
            codes: Vec::new(),
            seed: u64::try_from(since.as_nanos()).unwrap_or(u64::MAX),
            roll: Vec::new(),
            lasting: BTreeMap::new(),
            filter: String::new(),
            matched: around.transcript.len(),
            begun: 0,
            heard: BTreeMap::new(),
        };
        Arc::new(Self {
            options,
            around,
            state: Mutex::new(state),
            hand: AsyncMutex::default(),
            power: AsyncMutex::default(),
            news: Notify::new(),
        })
    }

    /// What changes, for a moment.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A line of the transcript.
    pub(super) fn note(&self, who: &str, what: &str) {
        self.around.transcript.add(who, what);
        self.news.notify_one();
    }

    /// The running terminal.
    pub(super) fn running(&self) -> Result<Arc<Running>, String> {
        self.state().running.clone().ok_or_else(|| "the power is off; write `power on`".to_owned())
    }

    /// The running terminal's screen.
    pub(super) fn screen(&self) -> Result<EmulatedScreen, String> {
        Ok(self.running()?.screen.clone())
    }

    /// A hand at the running terminal's screen.
    pub(super) fn hand_there(&self) -> Result<Hand, String> {
        let running = self.running()?;
        Ok(Hand::new(running.screen.clone(), running.offered()))
    }
}
