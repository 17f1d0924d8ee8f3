//! What the panel beside the screen shows: everything at once, made anew when something changed.

use super::shared::Shared;
use crate::transcript::Entry;
use caisson_acquirer::Fault;
use caisson_cards::deck;
use caisson_devices::screen::{LinkState, PanelState, TRANSCRIPT_LINES_MAX, TranscriptLine};
use caisson_journal::{Quality, WallTime};
use caisson_terminal::local_text;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::{sleep, timeout};

/// Lines among which a filter looks for these.
const LINES_SEARCHED_MAX: usize = 5_000;
/// The panel is made at most this often.
const NOT_BEFORE: Duration = Duration::from_millis(100);
/// The clock of the panel.
const TICK: Duration = Duration::from_secs(1);

/// Keeps the window's panel as things are.
pub(super) async fn keep(shared: Arc<Shared>) {
    let mut before = PanelState::default();
    loop {
        shared.shorten_roll();
        let panel = shared.panel();
        if panel != before {
            before.clone_from(&panel);
            shared.around.window.panel(panel).await;
        }
        sleep(NOT_BEFORE).await;
        // Whether there is news or not, the clock goes on.
        let _ = timeout(TICK, shared.news.notified()).await;
    }
}

impl Shared {
    fn panel(&self) -> PanelState {
        let waiting = self.around.gateway.faults().waiting();
        let of_bank = self.around.bank.faults().waiting();
        let acquirer: Vec<String> = waiting
            .iter()
            .map(Fault::to_string)
            .chain(of_bank.iter().map(|fault| format!("bank: {fault}")))
            .collect();
        let transcript = &self.around.transcript;
        let state = self.state();
        let entries = transcript.since(transcript.len().saturating_sub(LINES_SEARCHED_MAX));
        let shown: Vec<TranscriptLine> =
            entries.iter().filter(|entry| fits(entry, &state.filter)).map(line).collect();
        let surplus = shown.len().saturating_sub(TRANSCRIPT_LINES_MAX);
        let devices = &state.devices;
        let link = |(name, state): &(String, String)| LinkState {
            name: name.clone(),
            state: state.clone(),
        };
        PanelState {
            power: state.power,
            camera: match devices.camera.as_str() {
                "" | "ready" => state.camera.0.clone(),
                fault => fault.to_owned(),
            },
            phone: state.phone.clone(),
            cards: deck::CARDS.iter().map(|(name, _)| (*name).to_owned()).collect(),
            printer: devices.printer.clone(),
            links: devices.links.iter().map(link).collect(),
            clock: clock(devices.clock_ahead_ms, devices.utc_offset_minutes),
            is_storage_full: devices.is_storage_full,
            acquirer,
            transcript: shown.into_iter().skip(surplus).collect(),
            filter: state.filter.clone(),
        }
    }
}

fn fits(entry: &Entry, filter: &str) -> bool {
    filter.is_empty() || entry.who.contains(filter) || entry.what.contains(filter)
}

fn line(entry: &Entry) -> TranscriptLine {
    TranscriptLine {
        at: entry.clock(),
        who: entry.who.clone(),
        what: entry.what.replace('\n', " "),
    }
}

fn clock(ahead_ms: i64, utc_offset_minutes: i32) -> String {
    let machine = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let ms = u64::try_from(machine.as_millis()).unwrap_or(u64::MAX).saturating_add_signed(ahead_ms);
    local_text(WallTime { ms, quality: Quality::Guessed }, utc_offset_minutes)
}
