//! The app's stories, told to a scripted till that holds the terminal's real rules.

mod batch;
mod cards;
mod fake;
mod linked;
mod messages;
mod moments;
mod never_lies;
mod operations;
mod script;
mod secrets;
mod services;
