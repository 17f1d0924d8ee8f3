//! Wasm: runs payment apps so that none of them can harm the till.
//!
//! Guarantees: an app gets only the interfaces that it was granted; its memory, tables, handles,
//! processor time and waiting time are bounded; a trap, a loop or a bomb ends that one call with a
//! typed [`AppFault`] and leaves host and other apps unharmed. Each call runs in a fresh instance.
//!
//! One glue file per interface of the contract (`camera`, `printer`, …) translates and nothing
//! else. What an app may do with money is decided in `core`, below the [`Session`] that the
//! terminal gives to each call.
//!
//! Machine code stands outside that sandbox: it comes from this process, from a record that the
//! vault sealed, or from a build host of the profile, and from nowhere else.
//!
//! Deliberately not here: which apps are installed (`packages`), payments (`terminal`).

mod actor;
mod app;
mod bindings;
mod cache;
mod camera;
mod card_reader;
mod compile;
mod emv;
mod engine;
mod fault;
mod kill;
mod limits;
mod link;
mod log;
mod network;
mod nfc;
mod payment;
mod pin_pad;
mod printer;
mod redact;
mod service;
mod session;
mod state;
mod storage;
mod ui;
mod wasi;

pub use actor::{AppActor, CALLS_WAITING_MAX};
pub use app::{App, AppImage, CallReport, Origin, Outcome};
pub use cache::{CacheError, ComponentCache, MACHINE_CODE_SLOT};
#[cfg(feature = "compiler")]
pub use compile::{CompileError, compile_for};
pub use compile::{HAS_COMPILER, TARGETS, compile_here, own_purpose};
pub use emv::Kernel;
pub use engine::{ENGINE_PROFILE, HostEngine};
pub use fault::{AppFault, LoadError};
pub use kill::KillCause;
pub use limits::{Budget, MEMORY_BYTES_MAX};
pub use payment::{ErrandData, IntentData, TicketData};
pub use service::{Service, ServiceKind};
pub use session::{
    AcquirerAnswer, CallStop, CardSession, CardStop, Entry, Found, FoundTag, KernelFiles, Moment,
    OfflinePin, OfflinePinEnd, PayStop, PinEntry, PinStop, PrintStop, ScanStop, Scanned, Session,
    TagSession, TagStop, UiAnswer, UiStop,
};
