//! Small misbehaving apps, all in one component: each tries one thing that no app must get away
//! with. The setting `behaviour` chooses, else the service's id; `serve` by its id; `services` by
//! what is kept under the key `services`. `tests/guests/README.md` lists each with what stops it.
//!
//! Guarantee: a guest that left a payment open recovers it honestly, unless its lie is about
//! recovery itself. What is shown here is how the terminal takes one failure of an app, and a
//! second lie would hide the first.
//!
//! Deliberately not here: what no compiler of a language would write (a loop in a start function,
//! a table of 30,000 elements). Those are components in text form, in the host's own tests.

mod greed;
mod lies;
mod money;
mod prying;
mod recovery;
mod rules;
mod screens;
mod tags;
mod talk;
mod time;

use caisson_sdk::{Errand, Intent, Outcome, PaymentApp, Service, Stop, Ticket, storage};

/// The one service that the guests show to a cashier.
pub const PAY: &str = "pay";

/// The guests.
#[derive(Debug)]
pub struct Guests;

impl PaymentApp for Guests {
    fn services() -> Vec<Service> {
        println!("services");
        let pay = || Service::sale(PAY, "收款", "Take money");
        let kept = storage::value("services").ok().flatten().unwrap_or_default();
        match kept.as_slice() {
            b"loops" => time::spin(),
            b"traps" => std::process::abort(),
            b"twice" => vec![pay(), pay()],
            b"seventeen" => {
                (0..17).map(|id| Service::sale(&format!("pay-{id}"), "收款", "Pay")).collect()
            }
            b"serves" => vec![pay(), Service::serve("ends", "查询", "Look up")],
            b"turned-round" => vec![Service::sale(PAY, "收款", "yap\u{202e}")],
            _ => vec![pay()],
        }
    }

    fn serve(errand: &Errand) -> Result<(), Stop> {
        let id = errand.service();
        println!("serve {id}");
        match id.as_str() {
            "traps" => std::process::abort(),
            "ends" => screens::end_well(),
            _ => Ok(()),
        }
    }

    fn start(intent: &Intent) -> Result<Outcome, Stop> {
        let behaviour = intent.setting("behaviour").unwrap_or_else(|| intent.service());
        let name = behaviour.as_str();
        money::start(name, intent)
            .or_else(|| lies::start(name, intent))
            .or_else(|| rules::start(name, intent))
            .or_else(|| prying::start(name, intent))
            .or_else(|| tags::start(name, intent))
            .or_else(|| recovery::start(name))
            .or_else(|| time::start(name))
            .or_else(|| greed::start(name))
            .or_else(|| screens::start(name, intent))
            .or_else(|| talk::start(name))
            .unwrap_or_else(|| Err(Stop::failed(&format!("no behaviour {name}"))))
    }

    fn recover(ticket: &Ticket) -> Result<Outcome, Stop> {
        let behaviour = ticket.setting("behaviour").unwrap_or_else(|| ticket.service());
        recovery::recover(&behaviour, ticket).unwrap_or_else(|| money::make_certain(ticket))
    }
}

caisson_sdk::payment_app!(Guests);
