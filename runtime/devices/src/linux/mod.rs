//! Real devices on Linux.

pub mod camera;
#[cfg(feature = "card-reader")]
pub mod card_reader;
pub mod printer;
pub mod printer_transport;
pub mod storage;
