//! What the author of a payment app depends on: the terminal's contract as plain Rust.
//!
//! An app is a type with four functions ([`PaymentApp`]), exported by [`payment_app!`]. It reads
//! as one straight story: each wait is a call that returns. One file per capability, named as in
//! the contract: [`camera`], [`printer`], [`network`], [`storage`], [`ui`], [`payment`], [`nfc`]; and
//! for an acquirer's own app [`card_reader`], [`pin_pad`], [`emv`].
//!
//! Guarantee: an error that leaves an app by `?` never lies about money. Before anything was
//! submitted it ends the payment as cancelled, with the right word for the cashier; afterwards it
//! ends as unknown, and the terminal goes on with [`PaymentApp::recover`].
//!
//! Deliberately not here: policy. How long to wait, when to take back and what to tell people is
//! the app's own business.
//!
//! ```
//! use caisson_sdk::{Intent, Outcome, PaymentApp, Service, Stop, Ticket, camera, payment};
//! use caisson_sdk::payment::Reading;
//! use serde_json::json;
//! use std::time::Duration;
//!
//! struct Coupon;
//!
//! impl PaymentApp for Coupon {
//!     fn services() -> Vec<Service> {
//!         vec![Service::sale("redeem", "兑换券", "Redeem a coupon")]
//!     }
//!
//!     fn start(intent: &Intent) -> Result<Outcome, Stop> {
//!         let code = camera::scan("Show the coupon", Duration::from_secs(60))?.text;
//!         let answer = payment::submit("redeem", &json!({ "coupon": code }), b"")?;
//!         Ok(match answer.reading {
//!             Reading::Paid => Outcome::approved(answer.amount_or(&intent.amount()), Vec::new()),
//!             Reading::NotPaid => Outcome::declined(answer.reason_or_other()),
//!             _ => Outcome::Unknown,
//!         })
//!     }
//!
//!     fn recover(ticket: &Ticket) -> Result<Outcome, Stop> {
//!         let answer = payment::inquire("query", &json!({}))?;
//!         Ok(match answer.reading {
//!             Reading::Paid => Outcome::approved(answer.amount_or(&ticket.amount()), Vec::new()),
//!             Reading::NotPaid => Outcome::declined(answer.reason_or_other()),
//!             _ => Outcome::Unknown,
//!         })
//!     }
//! }
//!
//! caisson_sdk::payment_app!(Coupon);
//! # fn main() {}
//! ```

/// The contract as generated. Apps use the modules beside it; whoever needs the raw calls has
/// them here.
#[allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    rust_2018_idioms,
    unreachable_pub,
    unused_qualifications
)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        // The larger world: what an app does not call is no import of its component, so an
        // app that sees no card asks for none.
        world: "system-app",
        pub_export_macro: true,
        default_bindings_module: "caisson_sdk::bindings",
        generate_all,
        additional_derives: [PartialEq, Eq],
    });
}

pub mod camera;
pub mod card_reader;
pub mod emv;
mod export;
mod money;
pub mod network;
pub mod nfc;
pub mod note;
pub mod payment;
pub mod pin_pad;
pub mod printer;
pub mod reason;
mod sensitive;
mod service;
mod stop;
pub mod storage;
pub mod ui;

pub use export::{Exported, PaymentApp};
pub use payment::{Approval, Errand, Fact, Intent, Money, Outcome, Ticket};
pub use sensitive::Sensitive;
pub use service::Service;
pub use stop::Stop;
