//! A card app as a hurried developer leaves it: it logs all that it knows of a card, and panics with
//! the same in its message. A component of its own, because the other guests are merchants' apps,
//! for which no card reader exists.

use caisson_sdk::card_reader::{Found, Ways, detect};
use caisson_sdk::emv::{Entry, Extent, Sale, Transaction};
use caisson_sdk::{Errand, Intent, Outcome, PaymentApp, Service, Stop, Ticket};
use std::fmt::Write as _;
use std::time::Duration;

/// The app.
#[derive(Debug)]
pub struct PanicsWithCard;

impl PaymentApp for PanicsWithCard {
    fn services() -> Vec<Service> {
        vec![Service::sale("sale", "收款", "Sale")]
    }

    fn serve(_errand: &Errand) -> Result<(), Stop> {
        Ok(())
    }

    #[expect(clippy::panic, reason = "that is what this guest is for")]
    fn start(intent: &Intent) -> Result<Outcome, Stop> {
        let secrets = match detect("Card", Ways::ALL, Duration::from_secs(60))? {
            Found::Stripe(track) => track.exposed().to_owned(),
            Found::Chip => of_chip(intent, Entry::Contact)?,
            Found::Contactless => of_chip(intent, Entry::Contactless)?,
        };
        println!("to stdout: {secrets}");
        eprintln!("to stderr: {secrets}");
        panic!("in a panic: {secrets}");
    }

    fn recover(_ticket: &Ticket) -> Result<Outcome, Stop> {
        Ok(Outcome::Unknown)
    }
}

/// Number, track and chip data, in each form in which a developer may look at them.
fn of_chip(intent: &Intent, entry: Entry) -> Result<String, Stop> {
    let sale = Sale {
        entry,
        extent: Extent::Full,
        amount: intent.amount(),
        cash_minor: 0,
        transaction_type: 0,
    };
    let outcome = Transaction::start(&sale)?.first()?;
    let account = outcome.account.ok_or_else(|| Stop::failed("no account"))?;
    let pan = account.pan.exposed();
    let groups: Vec<&str> = pan.as_bytes().chunks(4).map(str_of).collect();
    let mut text = format!("{pan} {} {} {}", groups.join(" "), groups.join("-"), groups.join(", "));
    if let Some(track) = &account.track_2 {
        // Writing to a string cannot fail.
        let _ = write!(text, " {}", track.exposed());
    }
    for byte in &outcome.de55 {
        let _ = write!(text, "{byte:02X}");
    }
    let _ = write!(text, " {:?} {:02x?}", pan.as_bytes(), outcome.de55);
    Ok(text)
}

fn str_of(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).unwrap_or_default()
}

caisson_sdk::payment_app!(PanicsWithCard);
