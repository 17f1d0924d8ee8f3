//! The QR app: takes and refunds money by WeChat Pay, Alipay and UnionPay codes.
//!
//! Each service is one straight story in a file of its own: [`pay`] (the customer shows a code),
//! [`show_code`] (the customer scans one), [`refund`], [`lookup`]; [`recover`] ends what a story
//! could not. What all of them know about an open payment, and when it may be called paid,
//! declined or taken back, stands once, in [`case`].
//!
//! Guarantee: approved only where the acquirer's verified answer says paid; declined or cancelled
//! only where it says not paid or undone, or nothing left the terminal; else unknown.
//!
//! Deliberately not here: order numbers, amounts and keys. The terminal writes those.

pub mod case;
pub mod emvco;
pub mod lookup;
pub mod note;
pub mod pay;
pub mod recover;
pub mod refund;
pub mod settings;
pub mod show_code;
pub mod till;
pub mod wallet;
pub mod words;

#[cfg(test)]
mod tests;

use caisson_sdk::{Errand, Intent, Money, Outcome, PaymentApp, Service, Stop, Ticket};
use recover::Trouble;
use std::time::Duration;
use till::{Terminal, Till};

/// The service in which the customer shows a code.
pub const PAY: &str = "pay";
/// The service in which the customer scans a code.
pub const SHOW_CODE: &str = "show-code";
/// The service that gives money back.
pub const REFUND: &str = "refund";
/// The service that asks the acquirer about an order.
pub const QUERY: &str = "query";

/// The app.
#[derive(Debug)]
pub struct QrApp;

impl PaymentApp for QrApp {
    fn services() -> Vec<Service> {
        vec![
            Service::sale(PAY, "扫顾客付款码", "Scan customer's code"),
            Service::sale(SHOW_CODE, "出示收款码", "Show a code to scan"),
            Service::refund(REFUND, "扫码退款", "Refund a QR payment"),
            Service::serve(QUERY, "查询订单", "Look up an order"),
        ]
    }

    fn serve(errand: &Errand) -> Result<(), Stop> {
        let settings = |name: &str| errand.setting(name);
        match errand.service().as_str() {
            QUERY => lookup::serve(&mut Terminal::new(&settings)),
            id => Err(Stop::failed(&format!("no service {id} to serve"))),
        }
    }

    fn start(intent: &Intent) -> Result<Outcome, Stop> {
        let settings = |name: &str| intent.setting(name);
        start(&mut Terminal::new(&settings), &intent.service(), &intent.amount())
    }

    fn recover(ticket: &Ticket) -> Result<Outcome, Stop> {
        let settings = |name: &str| ticket.setting(name);
        let trouble = Trouble {
            service: ticket.service(),
            asked: ticket.amount(),
            note: ticket.recovery(),
            age: Duration::from_millis(ticket.age_ms()),
            is_closed: ticket.closed(),
        };
        Ok(recover::recover(&mut Terminal::new(&settings), &trouble))
    }
}

/// Runs the service `service`, which moves money.
///
/// # Errors
/// Whatever ended it before anything was submitted.
pub fn start<T: Till>(till: &mut T, service: &str, asked: &Money) -> Result<Outcome, Stop> {
    match service {
        PAY => pay::start(till, asked),
        SHOW_CODE => show_code::start(till, asked),
        REFUND => refund::start(till, asked),
        _ => Err(Stop::failed(&format!("no service {service} to start"))),
    }
}

caisson_sdk::payment_app!(QrApp);
