//! The desktop emulator's engine: a terminal on emulated devices with an acquirer, and the sale as
//! data that runs on it.
//!
//! [`World`] is the terminal with its surroundings, [`Step`] the language of its controls,
//! [`Scenario`] a sale as a file, [`run_file`] runs one and asks the four witnesses (screen, paper,
//! journal, books), [`demo`] takes payments by code and card against an acquirer in a process of
//! its own.
//!
//! Guarantees: everything between the devices' edges and the acquirer's books is the real thing;
//! a scenario's hours pass in no time, on a clock that jumps to the next event; a power cut is a
//! killed process.

mod acquirer_folder;
mod bank_folder;
mod bank_keys;
mod cards;
mod check;
mod customer;
mod demo;
mod desktop;
mod emulated_profile;
mod emulator;
mod evidence;
mod hand;
mod phone;
mod runner;
mod scenario;
mod setup;
mod step;
mod transcript;
mod verdict;
mod world;

pub use acquirer_folder::{AcquirerFolder, TERMINAL_KEY_ID, VERIFYING_SLOT};
pub use bank_keys::{BankKeys, UnknownBankKeys};
pub use cards::{Cards, CardsError};
pub use demo::{DemoError, DemoOptions, DemoReport, Settled, Taken, demo};
pub use desktop::{
    ControlError, Desktop, DesktopError, DesktopOptions, TerminalOptions, Window, command,
    control_socket, run_terminal,
};
pub use emulated_profile::{
    EMULATED_OPERATORS, EmulatedApp, EmulatedOperator, EmulatedProfile, PinRules,
};
pub use emulator::PerformError;
pub use hand::HandError;
pub use phone::PhoneError;
pub use runner::{Cut, RunError, RunOptions, cuts, points, run_cut, run_file, run_phase};
pub use scenario::{Scenario, ScenarioError, scenario_help};
pub use setup::{AcquirerAt, Extra, Setup};
pub use step::{
    CardAct, DeskStep, PhoneAct, PinAct, Setting, Step, StepSyntax, WindowStep, steps_help,
};
pub use verdict::{Held, Verdict};
pub use world::{UTC_OFFSET_MINUTES, Webcam, World, WorldError};
