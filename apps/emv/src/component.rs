//! The kernel behind its contract: WIT in, [`crate::Transaction`] out. No rule of EMV is here.
//!
//! Besides the contract it imports what every Rust component does, and the seed of the crate's hash
//! map (`wasi:random/insecure-seed`), whose order nothing here depends on. No clock, no random
//! number.
//!
//! One transaction is alive at a time. A host gives each a fresh instance; should it not, a second
//! `start` is told so.

#[allow(
    missing_docs,
    unsafe_code,
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    rust_2018_idioms,
    unreachable_pub,
    unused_qualifications,
    reason = "generated code"
)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "emv-kernel",
        generate_all,
    });
}

mod from;
mod into;

use crate::{Card, CardError, Cardholder, Choice, Configuration, PinKey, PinMethod, PinResult};
use bindings::caisson::emv::{card, cardholder, configuration};
use bindings::exports::caisson::emv::kernel;
use std::cell::{Cell, RefCell};

thread_local! {
    static IS_ALIVE: Cell<bool> = const { Cell::new(false) };
}

struct Kernel;

/// A transaction that the card app holds.
struct Held(RefCell<crate::Transaction>);

impl Drop for Held {
    fn drop(&mut self) {
        IS_ALIVE.set(false);
    }
}

impl kernel::Guest for Kernel {
    type Transaction = Held;
}

impl kernel::GuestTransaction for Held {
    fn start(sale: kernel::Sale) -> Result<kernel::Transaction, kernel::Error> {
        if IS_ALIVE.get() {
            let detail = "another transaction is alive".to_owned();
            return Err(kernel::Error { code: kernel::Code::Busy, detail });
        }
        let configuration = Configuration::read(
            configuration::terminal().as_deref(),
            configuration::applications().as_deref(),
            configuration::authorities().as_deref(),
        )
        .map_err(|wrong| into::error(&wrong.into()))?;
        let transaction = crate::Transaction::start(&configuration, from::sale(sale))
            .map_err(|error| into::error(&error))?;
        IS_ALIVE.set(true);
        Ok(kernel::Transaction::new(Self(RefCell::new(transaction))))
    }

    fn first(&self) -> Result<kernel::Outcome, kernel::Error> {
        let outcome = self.0.borrow_mut().first(&mut Host, &mut Host);
        outcome.map(into::outcome).map_err(|error| into::error(&error))
    }

    fn complete(&self, answer: kernel::OnlineAnswer) -> Result<kernel::Outcome, kernel::Error> {
        let outcome = self.0.borrow_mut().complete(&mut Host, &from::answer(answer));
        outcome.map(into::outcome).map_err(|error| into::error(&error))
    }
}

/// Card and cardholder as the host gives them.
struct Host;

impl Card for Host {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        card::transmit(command).map_err(|error| match error.code {
            card::Code::Removed => CardError::Removed,
            card::Code::Timeout => CardError::Timeout,
            card::Code::Wedged => CardError::Wedged,
            card::Code::Other => CardError::Other,
        })
    }
}

impl Cardholder for Host {
    fn offline_pin(&mut self, method: PinMethod, key: Option<&PinKey>) -> PinResult {
        let method = match method {
            PinMethod::Plain => cardholder::PinMethod::Plain,
            PinMethod::Enciphered => cardholder::PinMethod::Enciphered,
        };
        let key = key.map(|key| cardholder::PinKey {
            modulus: key.modulus.clone(),
            exponent: key.exponent.clone(),
        });
        from::pin(cardholder::offline_pin(method, key.as_ref()))
    }

    fn online_pin(&mut self, pan: &str) -> PinResult {
        from::pin(cardholder::online_pin(pan))
    }

    fn choose(&mut self, choices: &[Choice]) -> Option<usize> {
        let labels: Vec<String> = choices.iter().map(|choice| choice.label.clone()).collect();
        cardholder::choose(&labels).and_then(|index| index.try_into().ok())
    }
}

// The exported functions of a component have fixed raw names; the generated code around them is
// the only unsafe code here.
#[allow(unsafe_code, reason = "generated code")]
const _: () = {
    bindings::export!(Kernel with_types_in bindings);
};
