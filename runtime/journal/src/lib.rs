//! The payment journal: what has happened to every payment, durable before anybody acts on it.
//!
//! Guarantees:
//! - [`Journal::commit`] returns `Ok` only when its events, their projection and the sealed
//!   recovery note are on the medium, all of them or none;
//! - entries are appended and hash-chained, never changed; every opening verifies the whole chain,
//!   and that the projection is what the entries say;
//! - after a restart no payment is still authorising: [`Journal::open`] makes it unknown in the
//!   same commit as the record of the boot;
//! - a failed flush, an I/O error or damage ends the use of a [`Journal`] for good: stop taking
//!   money, exit, open again. A full disk refuses new payments only; those in the air have a
//!   ballast of their own.
//!
//! Deliberately not here: which event may follow which (`caisson_core::payment`), sealing and keys
//! (`vault`: this crate stores sealed bytes), the clock (times are passed in, are data, and order
//! nothing), sending the journal to a host.
//!
//! What is in the files, byte by byte, stands in `FORMAT.md` beside this crate's `Cargo.toml`.

mod adopt;
mod ballast;
mod checkpoint;
mod commit;
mod create;
mod database;
mod desk;
mod entry;
mod error;
mod export;
mod fold;
mod handle;
mod journal;
mod open;
mod points;
mod query;
mod row;
mod salvage;
mod schema;
mod verify;

pub use adopt::{Adoption, adopt, inspect};
pub use ballast::{BALLAST_BYTES, LOW_WATER_BYTES};
pub use checkpoint::WAL_WARM_BYTES;
pub use commit::{BODY_BYTES_MAX, Commit, EVENTS_MAX, Recovery, SEALED_BYTES_MAX};
pub use database::{BALLAST_FILE, JOURNAL_FILE, WAL_FILE};
pub use entry::{Head, Quality, TIME_MS_MAX, WallTime};
pub use error::{ChainFault, JournalError};
pub use export::export;
pub use handle::JournalHandle;
pub use journal::Journal;
pub use open::Boot;
pub use points::points;
pub use query::{Entry, Filter, LIST_ROWS_MAX, Order};
pub use row::PaymentRow;
pub use verify::{Verification, verify};
