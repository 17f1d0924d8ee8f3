//! One thread for each session: it owns the context and the card, and takes commands by a channel.
//!
//! Guarantees: the reader counts as used from before the card is powered until the thread has taken
//! its power again, so a second session never meets the first one's card. A call into the service
//! cannot be cancelled; when its caller has gone away, the card loses its power as soon as the
//! call returns, and until then the reader is wedged.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use pcsc::{Card, Context, Disposition, Protocol, Protocols, Scope, ShareMode, Transaction};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::watch::{Seen, SlotSeen, Watch};
use crate::card_reader::{CardError, CardLink, Command, LINK_ANSWER_BYTES_MAX};

/// Room for an answer: a little more than a card may send, so that a longer one is seen as such.
const BUFFER_BYTES: usize = LINK_ANSWER_BYTES_MAX + 6;
/// Longest wait for the service to notice that a card is gone, after a command failed: it looks
/// every 400 ms at the rarest (pcsc-lite's `PCSCLITE_STATUS_POLL_RATE`).
const GONE_WITHIN: Duration = Duration::from_secs(1);

/// What a reader is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// A session has it.
    Session,
    /// Its session is over, but a call has not come back.
    Wedged,
}

/// Which readers are in use.
#[derive(Clone)]
pub(super) struct Uses {
    change: watch::Sender<BTreeMap<CString, Use>>,
    seen: watch::Receiver<BTreeMap<CString, Use>>,
}

impl Default for Uses {
    fn default() -> Self {
        let (change, seen) = watch::channel(BTreeMap::new());
        Self { change, seen }
    }
}

impl Uses {
    pub(super) fn of(&mut self, reader: &CStr) -> Option<Use> {
        self.seen.borrow_and_update().get(reader).copied()
    }

    /// Waits for a change since the last look.
    pub(super) async fn changed(&mut self) {
        // Its sender is our own: it does not end.
        let _ = self.seen.changed().await;
    }

    /// Takes a reader for a session; `None` where it is in use.
    pub(super) fn take(&self, reader: &CStr) -> Option<Held> {
        let is_taken = self.change.send_if_modified(|uses| {
            let is_free = !uses.contains_key(reader);
            uses.entry(reader.to_owned()).or_insert(Use::Session);
            is_free
        });
        is_taken.then(|| Held { change: self.change.clone(), reader: reader.to_owned() })
    }
}

/// A reader in use, until dropped.
pub(super) struct Held {
    change: watch::Sender<BTreeMap<CString, Use>>,
    reader: CString,
}

impl Held {
    fn wedge(change: &watch::Sender<BTreeMap<CString, Use>>, reader: &CStr) {
        change.send_if_modified(|uses| match uses.get_mut(reader) {
            Some(use_) => std::mem::replace(use_, Use::Wedged) != Use::Wedged,
            None => false,
        });
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.change.send_if_modified(|uses| uses.remove(&self.reader).is_some());
    }
}

/// Why a card has no power.
pub(super) enum NotPowered {
    /// It does not answer its reset.
    Mute,
    /// It is not there any more.
    Gone,
    /// Another program has it.
    Busy,
    /// Something else; the driver's words.
    Failed(String),
}

impl From<pcsc::Error> for NotPowered {
    fn from(error: pcsc::Error) -> Self {
        match error {
            pcsc::Error::UnresponsiveCard
            | pcsc::Error::UnsupportedCard
            | pcsc::Error::ProtoMismatch
            | pcsc::Error::CardUnsupported => Self::Mute,
            pcsc::Error::NoSmartcard
            | pcsc::Error::RemovedCard
            | pcsc::Error::UnpoweredCard
            | pcsc::Error::UnknownReader
            | pcsc::Error::ReaderUnavailable => Self::Gone,
            pcsc::Error::SharingViolation => Self::Busy,
            other => Self::Failed(other.to_string()),
        }
    }
}

/// Powers the card in `slot` up on a thread of its own. When the future is dropped, the thread
/// powers it down again.
pub(super) async fn power_up(
    slot: &SlotSeen,
    held: Held,
    watch: Watch,
) -> Result<(PcscLink, Vec<u8>), NotPowered> {
    let (commands, asked) = mpsc::channel();
    let (opened, is_open) = oneshot::channel();
    let change = held.change.clone();
    let body = move || serve(held, opened, &asked);
    let thread = thread::Builder::new().name("card-session".to_owned());
    thread.spawn(body).map_err(|error| NotPowered::Failed(error.to_string()))?;
    // The call that powers up may hang too; whoever stops waiting leaves the reader wedged.
    let mut unfinished = Unfinished { change, reader: slot.name.clone(), is_unanswered: true };
    let powered = is_open.await;
    unfinished.is_unanswered = false;
    let crashed = || NotPowered::Failed("the driver crashed".to_owned());
    let Powered { protocol, atr } = powered.map_err(|_| crashed())??;
    let (slot, is_t0) = (slot.clone(), protocol == Some(Protocol::T0));
    Ok((PcscLink { commands, unfinished, slot, watch, is_t0 }, atr))
}

struct Powered {
    protocol: Option<Protocol>,
    atr: Vec<u8>,
}

/// A command for the thread, and where its answer goes.
struct Asked {
    command: Zeroizing<Vec<u8>>,
    reply: oneshot::Sender<Result<Zeroizing<Vec<u8>>, pcsc::Error>>,
}

/// The thread: powers the card up, serves commands, takes the power.
fn serve(
    held: Held,
    opened: oneshot::Sender<Result<Powered, pcsc::Error>>,
    commands: &mpsc::Receiver<Asked>,
) {
    match connect(&held.reader) {
        // Nobody waits any more: nothing to tell.
        Err(error) => drop(opened.send(Err(error))),
        Ok((mut card, powered)) => {
            match card.transaction() {
                Err(error) => drop(opened.send(Err(error))),
                Ok(transaction) => {
                    // Without a caller the channel is closed, and this ends at once.
                    drop(opened.send(Ok(powered)));
                    answer_all(&transaction, commands);
                }
            }
            // More than a reset: the next session gives the card power anew.
            drop(card.disconnect(Disposition::UnpowerCard));
        }
    }
    drop(held);
}

fn connect(reader: &CStr) -> Result<(Card, Powered), pcsc::Error> {
    let context = Context::establish(Scope::User)?;
    let card = context.connect(reader, ShareMode::Exclusive, Protocols::ANY)?;
    let status = card.status2_owned()?;
    let powered = Powered { protocol: status.protocol2(), atr: status.atr().to_vec() };
    Ok((card, powered))
}

fn answer_all(card: &Transaction<'_>, commands: &mpsc::Receiver<Asked>) {
    for Asked { command, reply } in commands {
        let mut buffer = Zeroizing::new([0; BUFFER_BYTES]);
        let answer = card.transmit(&command, &mut *buffer);
        let answer = answer.map(|answer| Zeroizing::new(answer.to_vec()));
        if reply.send(answer).is_err() {
            // Its caller went away within the command; nobody knows what the card did.
            return;
        }
    }
}

/// Wedges the reader when it is dropped with a call that has not come back.
struct Unfinished {
    change: watch::Sender<BTreeMap<CString, Use>>,
    reader: CString,
    is_unanswered: bool,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.is_unanswered {
            Held::wedge(&self.change, &self.reader);
        }
    }
}

/// A card with power behind its thread. Dropping it lets the thread take the power.
pub(super) struct PcscLink {
    commands: mpsc::Sender<Asked>,
    unfinished: Unfinished,
    slot: SlotSeen,
    watch: Watch,
    is_t0: bool,
}

impl PcscLink {
    /// Waits until the card is gone, and says whether its reader is still there.
    async fn gone(&mut self) -> CardError {
        let Self { watch, slot, .. } = self;
        let is_gone = |seen: &Seen| match seen {
            Seen::Slots(slots) => !slots.iter().any(|now| now.is_same_card(slot)),
            Seen::Nothing | Seen::NoService(_) => true,
        };
        match watch.wait_for(is_gone).await {
            Seen::Slots(slots) if slots.iter().any(|now| now.name == slot.name) => {
                CardError::Removed
            }
            _ => CardError::Unplugged,
        }
    }

    /// What a failed command means: mostly that the card was taken away, before the service saw it;
    /// else `failure`.
    async fn unless_gone(&mut self, failure: CardError) -> CardError {
        timeout(GONE_WITHIN, self.gone()).await.unwrap_or(failure)
    }
}

#[async_trait]
impl CardLink for PcscLink {
    async fn exchange(&mut self, command: &Command) -> Result<Zeroizing<Vec<u8>>, CardError> {
        // T=0 has no place for Le after data: the card says `61xx` (ISO 7816-3, 12.2.3).
        let bytes = match self.is_t0 && command.is_case_4() {
            true => command.without_le(),
            false => command.bytes(),
        };
        let crashed = || CardError::broken("the driver crashed");
        let (reply, answer) = oneshot::channel();
        let asked = Asked { command: Zeroizing::new(bytes.to_vec()), reply };
        self.commands.send(asked).map_err(|_| crashed())?;
        self.unfinished.is_unanswered = true;
        let answer = answer.await;
        self.unfinished.is_unanswered = false;
        match answer {
            // Some drivers give an empty answer, and no error, for a card that has gone.
            Ok(Ok(answer)) if answer.is_empty() => {
                Err(self.unless_gone(CardError::Malformed { bytes: 0 }).await)
            }
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(pcsc::Error::RemovedCard | pcsc::Error::NoSmartcard)) => Err(CardError::Removed),
            Ok(Err(pcsc::Error::InsufficientBuffer)) => {
                Err(CardError::Malformed { bytes: BUFFER_BYTES })
            }
            Ok(Err(other)) => Err(self.unless_gone(CardError::broken(&other.to_string())).await),
            Err(_) => Err(crashed()),
        }
    }

    async fn removed(&mut self) {
        self.gone().await;
    }
}
