//! The screen without a display: tapped by the labels that people read, and compared dot by dot.

mod cases;
mod contrast;
mod desk;
mod desk_cases;
mod emulator;
mod gallery;
mod harness;
mod idle;
mod keys;
mod layout;
mod snapshots;
mod translations;
mod ways_out;
