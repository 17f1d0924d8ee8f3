//! Desktop twins of the devices, with faults that a person or a script switches on.

pub mod camera;
pub mod card_reader;
pub mod paper_roll;
pub mod printer;
pub mod printer_head;
pub mod screen;
pub mod speaker;
pub mod storage;
