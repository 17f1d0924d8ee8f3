//! Small misbehaving apps, all in one component: each tries one thing that no app must get away
//! with. The setting `behaviour` chooses, else the service's id.
//!
//! Guarantee: a guest that left a payment open recovers it honestly. What is shown here is how the
//! terminal takes an app's failure, and a second lie would hide the first.
//!
//! Deliberately not here: what no compiler of a language would write (a loop in a start function,
//! a table of 30,000 elements). Those are components in text form, in the host's own tests.

mod greed;
mod money;
mod talk;
mod time;

use caisson_sdk::{Intent, Outcome, PaymentApp, Service, Stop, Ticket};

/// The one service that the guests show to a cashier.
pub const PAY: &str = "pay";

/// The guests.
#[derive(Debug)]
pub struct Guests;

impl PaymentApp for Guests {
    fn services() -> Vec<Service> {
        println!("services");
        vec![Service::sale(PAY, "收款", "Take money")]
    }

    fn serve(id: &str) -> Result<(), Stop> {
        println!("serve {id}");
        Ok(())
    }

    fn start(intent: &Intent) -> Result<Outcome, Stop> {
        let behaviour = intent.setting("behaviour").unwrap_or_else(|| intent.service());
        match behaviour.as_str() {
            "echoes" => money::echo_intent(intent),
            "traps-before-send" => money::trap_before_send(),
            "traps-after-send" => money::trap_after_send(),
            "lies-about-currency" => Ok(money::lie_about_currency()),
            "loops" => time::spin(),
            "polls" => time::poll(),
            "sleeps" => time::sleep(),
            "ignores-cancel" => time::ignore_cancel(),
            "memory-bomb" => greed::hoard_memory(),
            "handle-bomb" => greed::hoard_documents(),
            "string-bomb" => greed::say_too_much_at_once(),
            "deep-recursion" => Ok(greed::recurse()),
            "log-flood" => Ok(talk::flood_the_log()),
            "log-leak" => Ok(talk::leak_into_the_log()),
            "view-flood" => Ok(talk::flood_the_screen()),
            "paper-flood" => Ok(talk::flood_the_printer()),
            "turns-text-round" => Ok(talk::turn_text_round()),
            _ => Err(Stop::failed(&format!("no behaviour {behaviour}"))),
        }
    }

    fn recover(ticket: &Ticket) -> Result<Outcome, Stop> {
        let behaviour = ticket.setting("behaviour").unwrap_or_else(|| ticket.service());
        match behaviour.as_str() {
            "echoes" => Ok(money::echo_ticket(ticket)),
            "loops" => time::spin(),
            _ => money::make_certain(ticket),
        }
    }
}

caisson_sdk::payment_app!(Guests);
