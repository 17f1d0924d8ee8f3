//! The desktop emulator's engine: a terminal on emulated devices with an acquirer, and the sale as
//! data that runs on it.

mod acquirer_folder;
mod world;

pub use acquirer_folder::{AcquirerFolder, TERMINAL_KEY_ID, VERIFYING_SLOT};
pub use world::{AcquirerAt, Setup, World, WorldError};
