//! Real devices on Linux.

pub mod camera;
pub mod printer;
pub mod printer_transport;
pub mod storage;
