//! The language of banks: its files, requests, answers and keys.

mod configuration;
mod dukpt;
mod exchange;
mod host;
mod preparing;
mod reading;
mod secrecy;
mod sign_on;
