//! The engine: commands in, answers out.
//!
//! A card keeps what a real one keeps without power (counters, PIN, what is blocked, which
//! misbehaviour has struck) and forgets the rest at each reset. EMV Book 1, part II for SELECT,
//! Book 3, chapter 6 for all other commands.

use std::collections::BTreeSet;

use crate::apdu::{
    COMMAND_BYTES_MAX, CONDITIONS_NOT_SATISFIED, Command, Reply, UNKNOWN_CLA, UNKNOWN_INS,
    WRONG_LENGTH,
};
use crate::keys::{self, KeyError, MasterKeys};
use crate::profile::{At, CardProfile, CommandName, Interface, Malformation, Pin, Transport};
use crate::symmetric::{eight, sha1};

mod authenticate;
mod cryptogram;
mod data;
mod loaded;
mod pin;
mod script;
mod select;
mod tap;
mod transaction;

use loaded::Loaded;
use transaction::Transaction;

/// The answer to reset of a card that speaks T=0 or T=1 by contact (EMV Book 1, 8.2), and the one
/// that a PC/SC reader makes up for a tapped card (PC/SC part 3, 3.1.3.2.3).
const ATR_T0: &[u8] = &[0x3B, 0x60, 0x00, 0x00];
const ATR_T1: &[u8] = &[0x3B, 0xE0, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x45, 0xEB];
const ATR_TAP: &[u8] = &[0x3B, 0x80, 0x80, 0x01, 0x01];
/// How many bytes a card that never stops promises with each `61xx`.
const ENDLESS_BYTES: u8 = 0x10;

/// Answer to reset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atr(pub Vec<u8>);

/// Why there is no answer. What a reader sees then, and after how long, is the reader's matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The card was torn away at this command; it may have executed it. Insert it again.
    #[error("the card was torn away")]
    Torn,
    /// The card does not answer and will not until it has been without power.
    #[error("the card is mute")]
    Mute,
    /// There is no power: [`Card::power_on`] first.
    #[error("the card has no power")]
    NoPower,
    /// This card has nothing that answers on this interface. Use another one: stripe, or insert.
    #[error("the card has no such interface")]
    NoInterface,
}

/// A card with its keys, certificates and memory. `Debug` shows what [`CardProfile`] shows.
#[derive(Clone)]
pub struct Card {
    profile: CardProfile,
    keys: MasterKeys,
    applications: Vec<Loaded>,
    pin: Option<Pin>,
    tries_left: u8,
    blocked: bool,
    /// Commands in its life; saturates.
    commands: u32,
    struck: BTreeSet<Trap>,
    /// Random numbers drawn in its life.
    drawn: u32,
    session: Option<Session>,
}

impl std::fmt::Debug for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Card").field("profile", &self.profile).finish_non_exhaustive()
    }
}

/// A misbehaviour that strikes once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trap {
    Torn,
    Mute,
    Malformed,
    WrongStatus,
    Endless,
}

/// What lasts from one reset to the next.
#[derive(Clone)]
struct Session {
    interface: Interface,
    selected: Selected,
    transaction: Transaction,
    challenge: Option<[u8; 8]>,
    pending: Option<Reply>,
    mute: bool,
    endless: bool,
    /// How the next answer with data is broken.
    breaks: Option<Malformation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Selected {
    Nothing,
    Directory,
    Application(usize),
}

impl Card {
    /// A fresh card: makes its certificates with the TEST keys.
    ///
    /// # Errors
    ///
    /// [`KeyError`] if an application names a CA that has no TEST key.
    pub fn load(profile: &CardProfile) -> Result<Self, KeyError> {
        let keys = keys::issuer(profile.brand)?.of_card(profile.pan.digits(), profile.sequence);
        let chip = profile.chip.as_ref();
        let applications = chip.map_or(&[][..], |chip| &chip.applications);
        Ok(Self {
            applications: applications
                .iter()
                .map(|application| Loaded::new(profile, application))
                .collect::<Result<_, _>>()?,
            pin: chip.and_then(|chip| chip.pin.clone()),
            tries_left: chip.map_or(0, |chip| chip.pin_tries_left.unwrap_or(chip.pin_tries)),
            blocked: chip.is_some_and(|chip| chip.blocked),
            profile: profile.clone(),
            keys,
            commands: 0,
            struck: BTreeSet::new(),
            drawn: 0,
            session: None,
        })
    }

    /// The file that it was made from.
    #[must_use]
    pub const fn profile(&self) -> &CardProfile {
        &self.profile
    }

    /// Inserts or taps it, or resets it: it forgets what lasts only while there is power.
    ///
    /// # Errors
    ///
    /// [`Fault::NoInterface`] for a card without a chip, or a tap of one that has no tapped
    /// application; [`Fault::Mute`] if its chip is broken.
    pub fn power_on(&mut self, interface: Interface) -> Result<Atr, Fault> {
        self.session = None;
        let chip = self.profile.chip.as_ref().ok_or(Fault::NoInterface)?;
        let speaks = |loaded: &Loaded| loaded.profile.interfaces.contains(&interface);
        if !self.applications.iter().any(speaks) {
            return Err(Fault::NoInterface);
        }
        if interface == Interface::Contact && self.profile.misbehaviour.mute_at_reset {
            return Err(Fault::Mute);
        }
        let by_transport = match (interface, chip.transport) {
            (Interface::Contactless, _) => ATR_TAP,
            (Interface::Contact, Transport::T0) => ATR_T0,
            (Interface::Contact, Transport::T1) => ATR_T1,
        };
        let own = chip.atr.as_ref().filter(|_| interface == Interface::Contact);
        let atr = own.map_or(by_transport, |atr| atr.0.as_slice()).to_vec();
        self.session = Some(Session {
            interface,
            selected: Selected::Nothing,
            transaction: Transaction::default(),
            challenge: None,
            pending: None,
            mute: false,
            endless: false,
            breaks: None,
        });
        Ok(Atr(atr))
    }

    /// Takes the power away.
    pub fn power_off(&mut self) {
        self.session = None;
    }

    /// One command; the answer ends with its status word. Bytes that are no command get a status
    /// word too.
    ///
    /// # Errors
    ///
    /// [`Fault`]: no answer at all.
    pub fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Fault> {
        let session = self.session.as_ref().ok_or(Fault::NoPower)?;
        if session.mute {
            return Err(Fault::Mute);
        }
        self.commands = self.commands.saturating_add(1);
        let parsed = match command.len() {
            0..=COMMAND_BYTES_MAX => Command::parse(command),
            _ => Err(WRONG_LENGTH),
        };
        let name = parsed.ok().and_then(|parsed| self.name(&parsed));
        let wrong = self.profile.misbehaviour.clone();
        if self.strikes(Trap::Mute, wrong.mute_at, name) {
            self.with_session(|session| session.mute = true);
            return Err(Fault::Mute);
        }
        if self.strikes(Trap::Endless, wrong.endless_get_response_at, name) {
            self.with_session(|session| session.endless = true);
        }
        let status = wrong.wrong_status.as_ref();
        let reply = match parsed {
            _ if self.strikes(Trap::WrongStatus, status.map(|wrong| wrong.at), name) => {
                let status = status.map_or(&[][..], |wrong| wrong.status.0.as_slice());
                Reply::word(status.iter().fold(0, |word, byte| word << 8 | u16::from(*byte)))
            }
            Ok(command) => {
                if self.strikes(Trap::Malformed, wrong.malformed.map(|wrong| wrong.at), name) {
                    self.with_session(|session| {
                        session.breaks = wrong.malformed.map(|wrong| wrong.how);
                    });
                }
                let reply = self.answer(&command);
                self.in_transport(&command, reply)
            }
            Err(word) => Reply::word(word),
        };
        if self.strikes(Trap::Torn, wrong.torn_at, name) {
            self.power_off();
            return Err(Fault::Torn);
        }
        Ok(reply.into_bytes())
    }

    fn with_session(&mut self, change: impl FnOnce(&mut Session)) {
        if let Some(session) = &mut self.session {
            change(session);
        }
    }

    /// Whether a misbehaviour strikes now, for the first and only time.
    fn strikes(&mut self, trap: Trap, at: Option<At>, name: Option<CommandName>) -> bool {
        let now = match at {
            None => false,
            Some(At::Number(number)) => number == self.commands,
            Some(At::Command(wanted)) => name == Some(wanted),
        };
        now && self.struck.insert(trap)
    }

    fn name(&self, command: &Command<'_>) -> Option<CommandName> {
        let session = self.session.as_ref()?;
        let second = session.transaction.is_online();
        let name = match (command.cla, command.ins) {
            (0x00, 0xA4) if select::is_directory(command.data) => CommandName::SelectDirectory,
            (0x00, 0xA4) => CommandName::Select,
            (0x00, 0xB2) if session.selected == Selected::Directory => CommandName::ReadDirectory,
            (0x00, 0xB2) => CommandName::ReadRecord,
            (0x80, 0xA8) => CommandName::ProcessingOptions,
            (0x80, 0xCA) => CommandName::GetData,
            (0x00, 0x88) => CommandName::InternalAuthenticate,
            (0x00, 0x20) => CommandName::Verify,
            (0x00, 0x84) => CommandName::GetChallenge,
            (0x80, 0xAE) if second => CommandName::SecondCryptogram,
            (0x80, 0xAE) => CommandName::FirstCryptogram,
            (0x00, 0x82) => CommandName::ExternalAuthenticate,
            (0x00, 0xC0) => CommandName::GetResponse,
            (0x84 | 0x8C | 0x04 | 0x0C, _) => CommandName::Script,
            _ => return None,
        };
        Some(name)
    }

    fn answer(&mut self, command: &Command<'_>) -> Reply {
        if command.cla == 0 && command.ins == 0xC0 {
            return self.get_response(command);
        }
        self.with_session(|session| session.pending = None);
        let result = match (command.cla, command.ins) {
            (0x00, 0xA4) => return self.select(command),
            (0x00, 0xB2) => self.read_record(command),
            (0x00, 0x88) => self.internal_authenticate(command),
            (0x00, 0x20) => self.verify(command),
            (0x00, 0x84) => self.get_challenge(command),
            (0x00, 0x82) => self.external_authenticate(command),
            (0x80, 0xA8) => self.processing_options(command),
            (0x80, 0xCA) => self.get_data(command),
            (0x80, 0xAE) => self.generate_ac(command),
            (0x84 | 0x8C | 0x04 | 0x0C, _) => self.script(command),
            (0x00 | 0x80, _) => Err(UNKNOWN_INS),
            _ => Err(UNKNOWN_CLA),
        };
        result.map_or_else(Reply::word, Reply::ok)
    }

    /// GET RESPONSE (ISO/IEC 7816-4, 11.9.1): what is left of the last answer.
    fn get_response(&mut self, command: &Command<'_>) -> Reply {
        let Some(session) = &mut self.session else {
            return Reply::word(CONDITIONS_NOT_SATISFIED);
        };
        if session.endless {
            let data = vec![0; usize::from(ENDLESS_BYTES)];
            return Reply { data, sw: 0x6100 | u16::from(ENDLESS_BYTES) };
        }
        let Some(pending) = session.pending.take() else {
            return Reply::word(CONDITIONS_NOT_SATISFIED);
        };
        let wanted = command.le.unwrap_or(0);
        let there = pending.data.len();
        if wanted == there || wanted == 256 {
            return pending;
        }
        if wanted > there {
            session.pending = Some(pending);
            return Reply::word(0x6C00 | short(there));
        }
        let (now, later) = pending.data.split_at(wanted);
        session.pending = Some(Reply { data: later.to_vec(), sw: pending.sw });
        Reply { data: now.to_vec(), sw: 0x6100 | short(there - wanted) }
    }

    /// The answer as the transport carries it: whole, or to be fetched; and broken, where that is
    /// due. A `6Cxx` breaks nothing: the answer comes with the next command.
    fn in_transport(&mut self, command: &Command<'_>, reply: Reply) -> Reply {
        let t0 = self.profile.chip.as_ref().is_some_and(|chip| chip.transport == Transport::T0);
        let Some(session) = &mut self.session else { return reply };
        if command.ins == 0xC0 || reply.data.is_empty() {
            return reply;
        }
        if session.endless {
            return Reply::word(0x6100 | u16::from(ENDLESS_BYTES));
        }
        let by_t0 = t0 && session.interface == Interface::Contact;
        if by_t0 && command.data.is_empty() && command.le != Some(reply.data.len()) {
            return Reply::word(0x6C00 | short(reply.data.len()));
        }
        let reply = match session.breaks.take() {
            Some(how) => Reply::ok(broken(&reply.data, how)),
            None => reply,
        };
        if by_t0 && !command.data.is_empty() && !reply.data.is_empty() {
            let promised = Reply::word(0x6100 | short(reply.data.len()));
            session.pending = Some(reply);
            return promised;
        }
        reply
    }

    /// The selected application, or nothing.
    fn selected(&self) -> Option<usize> {
        match self.session.as_ref()?.selected {
            Selected::Application(at) => Some(at),
            Selected::Nothing | Selected::Directory => None,
        }
    }

    /// Eight bytes that nobody can foresee who does not know the card's file.
    fn random(&mut self) -> [u8; 8] {
        self.drawn = self.drawn.wrapping_add(1);
        let pan = self.profile.pan.digits().as_bytes();
        eight(&sha1(&[b"random", pan, &self.drawn.to_be_bytes()]))
    }
}

/// A length in the second byte of a status word; 256 is `00`.
fn short(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX) & 0xFF
}

/// `data`, broken.
fn broken(data: &[u8], how: Malformation) -> Vec<u8> {
    match (how, data) {
        (Malformation::Overrun, [tag, _, rest @ ..]) => {
            let mut bytes = vec![*tag, 0x7F];
            bytes.extend(rest.iter().take(0x70));
            bytes
        }
        (Malformation::Truncated, _) => data.get(..data.len() / 2).unwrap_or_default().to_vec(),
        (Malformation::Nested, _) => {
            // 70 is a template. The outermost of 64 comes first; each length covers the rest.
            (0_u8..64).rev().flat_map(|inside| [0x70, inside * 2]).collect()
        }
        (Malformation::Empty, _) => Vec::new(),
        (Malformation::Garbage | Malformation::Overrun, _) => vec![0xFF; data.len().max(2)],
    }
}
