//! The app's stories, told to a scripted till that holds the terminal's real rules.

mod fake;
mod lookup;
mod never_lies;
mod pay;
mod recover;
mod refund;
mod show_code;
