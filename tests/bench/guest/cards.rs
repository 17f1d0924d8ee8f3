//! A guest that sees cards: `serve("inserted HEX")` and `serve("tapped HEX")` take 12.00 through
//! the kernel, HEX being what the issuer sends the card; `serve("begun contact")` only begins;
//! `serve("apdu 1000")` sends a command so often. It offers no service; benches call it directly.

use caisson_sdk::emv::{Answer, Decision, Entry, Extent, OnlineAnswer, Sale, Transaction};
use caisson_sdk::{Errand, Intent, Money, Outcome, PaymentApp, Service, Stop, Ticket, card_reader};
use std::hint::black_box;

/// READ RECORD 1 of file 1.
const COMMAND: [u8; 5] = [0x00, 0xB2, 0x01, 0x0C, 0x00];

struct Cards;

impl PaymentApp for Cards {
    fn services() -> Vec<Service> {
        Vec::new()
    }

    fn serve(errand: &Errand) -> Result<(), Stop> {
        let id = errand.service();
        let wrong =
            || Stop::failed("serve: `inserted`, `tapped`, `begun` or `apdu`, a blank, more");
        let (what, rest) = id.split_once(' ').ok_or_else(wrong)?;
        match what {
            "inserted" => sale(Entry::Contact, rest),
            "tapped" => sale(Entry::Contactless, rest),
            "begun" => begin(Entry::Contact).map(drop),
            "apdu" => {
                let times: u32 = rest.parse().map_err(|_| wrong())?;
                for _ in 0..times {
                    black_box(card_reader::transmit(&COMMAND).map_err(said)?);
                }
                Ok(())
            }
            _ => Err(wrong()),
        }
    }

    fn start(_intent: &Intent) -> Result<Outcome, Stop> {
        Ok(Outcome::Unknown)
    }

    fn recover(_ticket: &Ticket) -> Result<Outcome, Stop> {
        Ok(Outcome::Unknown)
    }
}

fn begin(entry: Entry) -> Result<Transaction, Stop> {
    let amount = Money::new(1_200, "CNY");
    let sale = Sale { entry, extent: Extent::Full, amount, cash_minor: 0, transaction_type: 0 };
    Transaction::start(&sale).map_err(said)
}

fn sale(entry: Entry, authentication: &str) -> Result<(), Stop> {
    let transaction = begin(entry)?;
    let first = transaction.first().map_err(said)?;
    expect(&first.decision, &Decision::GoOnline)?;
    let answer = Answer {
        approved: true,
        code: "00".to_owned(),
        authentication: bytes(authentication),
        scripts: Vec::new(),
    };
    let last = transaction.complete(&OnlineAnswer::Answered(answer)).map_err(said)?;
    expect(&last.decision, &Decision::Approved)
}

fn expect(found: &Decision, expected: &Decision) -> Result<(), Stop> {
    if found == expected { Ok(()) } else { Err(said(found)) }
}

fn said(what: impl std::fmt::Debug) -> Stop {
    Stop::failed(&format!("{what:?}"))
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks_exact(2);
    digits.map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok()).collect()
}

caisson_sdk::payment_app!(Cards);
