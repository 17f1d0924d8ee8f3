//! The terminal put together: starts apps, drives payments, recovers what was left open.
//!
//! Guarantees: what an app or the acquirer says passes through `core::payment`, and what that
//! decides is durable before anything is sent, shown or printed; every payment that is open when
//! the terminal starts, or becomes unknown while it runs, is asked about until it is certain; a
//! journal that cannot be written stops all taking of money.
//!
//! Deliberately not here: rules of money (`core`), what a destination's answers mean (`network`),
//! how things are drawn or read (`devices`).

mod acquirer;
mod admit;
mod answer;
mod card;
mod card_session;
mod clock;
mod counter;
mod desk;
mod driver;
mod equipment;
mod error;
mod hold;
mod kernel;
mod key_store;
mod keys;
mod methods;
mod news;
mod paper;
mod past;
mod pin;
mod profile;
mod provision;
mod receipts;
mod recovery;
mod session;
mod settings;
mod signature;
mod sounds;
mod stan;
mod tag;
mod tag_session;
mod terminal;
mod trial;

pub use acquirer::client;
pub use card::SharedReader;
pub use clock::{SystemClock, TokioClock, WallClock, local_text};
pub use counter::{Order, Report, Request, Served};
pub use desk::Desk;
pub use equipment::{CameraSource, CardReaderSource, Equipment};
pub use error::TerminalError;
pub use key_store::{KeysError, open_keys};
pub use methods::Method;
pub use profile::{
    AppSettings, CameraProfile, CardReaderProfile, DestinationProfile, EmvProfile, Notify,
    OperatorProfile, Owner, PrinterProfile, Profile, ProfileError, ScreenProfile, SpeakerProfile,
    TokenProfile, is_operators_name,
};
pub use provision::{BankKey, ProvisionError, Provisioning, provision};
pub use terminal::{LeftOut, Parts, Terminal};
