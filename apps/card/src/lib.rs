//! The acquirer's card app: chip, tap and stripe; sale, pre-authorisation and completion, refund,
//! void; sign-on, balance, settlement.
//!
//! Each service is one straight story in a file of its own; [`recover`] ends what a story could
//! not. What all of them know about an open payment, and when it may be called paid, declined or
//! taken back, stands once, in [`case`]. The rows of the table of moments that the comments name
//! are these: 1 nothing sent; 2 sending unknown; 3 no answer; 4 an answer that cannot be believed;
//! 5 approved, and the card refuses; 6 declined; 7 approved, and cut before the receipt; 8 an
//! answer after the reversal; 9 a reversal without an answer; 10 a reversal of what the bank does
//! not know; 11 voids, pre-authorisations and completions; 12 refunds; 13 a settlement that was
//! interrupted.
//!
//! Guarantee: approved only where the acquirer's verified answer says paid *and* the card agreed;
//! declined or cancelled only where the answer says not paid or undone, or nothing left the
//! terminal; else unknown.
//!
//! Must never happen: a card's number or track in a log, a fact, a view or a panic's text; a track
//! in the recovery note.
//!
//! Deliberately not here: amount, trace number, terminal, merchant, PIN block and message code,
//! which the terminal writes; what a card says (the kernel); what an answer code means for money
//! (the destination's file).

pub mod balance;
pub mod batch;
pub mod case;
pub mod completion;
pub mod exchange;
pub mod facts;
pub mod linked;
pub mod message;
pub mod operation;
pub mod reader;
pub mod recover;
pub mod refund;
pub mod sale;
pub mod settings;
pub mod settle;
pub mod sign_on;
pub mod slip;
pub mod stripe;
pub mod till;
pub mod totals;
pub mod void;
pub mod words;

#[cfg(test)]
mod tests;

use caisson_sdk::{Errand, Intent, Money, Outcome, PaymentApp, Service, Stop, Ticket};
use till::{Terminal, Till};

/// The services, as [`Intent::service`] names them.
pub mod service {
    /// Takes money from a card.
    pub const SALE: &str = "sale";
    /// Reserves money on a card.
    pub const PRE_AUTH: &str = "pre-auth";
    /// Takes what was reserved.
    pub const COMPLETION: &str = "completion";
    /// Lets what was reserved go.
    pub const RELEASE: &str = "pre-auth-void";
    /// Gives money back, on any day.
    pub const REFUND: &str = "refund";
    /// Takes a payment of the open batch back: a sale or a completion.
    pub const VOID: &str = "void";
    /// Fetches keys and the batch's number.
    pub const SIGN_ON: &str = "sign-on";
    /// Asks how much is on an account.
    pub const BALANCE: &str = "balance";
    /// Compares the batch with the acquirer and closes it.
    pub const SETTLE: &str = "settle";
    /// Prints the totals of the batch that was closed last.
    pub const TOTALS: &str = "totals";
}

/// The app.
#[derive(Debug)]
pub struct CardApp;

impl PaymentApp for CardApp {
    fn services() -> Vec<Service> {
        vec![
            Service::sale(service::SALE, "银行卡收款", "Card sale"),
            Service::pre_auth(service::PRE_AUTH, "预授权", "Pre-authorisation"),
            Service::completion(service::COMPLETION, "预授权完成", "Completion"),
            Service::release(service::RELEASE, "预授权撤销", "Pre-authorisation void"),
            // The first service of the kind refund is the one that the terminal itself starts.
            Service::refund(service::REFUND, "银行卡退货", "Card refund"),
            Service::refund(service::VOID, "银行卡撤销", "Card void"),
            Service::serve(service::SIGN_ON, "签到", "Sign on"),
            Service::serve(service::BALANCE, "余额查询", "Balance"),
            Service::settle(service::SETTLE, "批结算", "Settle the batch"),
            Service::serve(service::TOTALS, "上批总计", "Totals of the last batch"),
        ]
    }

    fn serve(errand: &Errand) -> Result<(), Stop> {
        let settings = |name: &str| errand.setting(name);
        serve(&mut Terminal::new(&settings, &|_| None), &errand.service())
    }

    fn start(intent: &Intent) -> Result<Outcome, Stop> {
        let settings = |name: &str| intent.setting(name);
        let original = |name: &str| intent.original_fact(name);
        start(&mut Terminal::new(&settings, &original), &intent.service(), &intent.amount())
    }

    fn recover(ticket: &Ticket) -> Result<Outcome, Stop> {
        let settings = |name: &str| ticket.setting(name);
        let mut till = Terminal::new(&settings, &|_| None);
        Ok(recover::recover(&mut till, &ticket.amount(), &ticket.recovery()))
    }
}

/// Runs the service `service`, which moves money.
///
/// # Errors
/// Whatever ended it before anything was submitted.
pub fn start<T: Till>(till: &mut T, service: &str, asked: &Money) -> Result<Outcome, Stop> {
    match service {
        service::SALE => sale::start(till, operation::Deed::Sale, asked),
        service::PRE_AUTH => sale::start(till, operation::Deed::PreAuth, asked),
        service::COMPLETION => completion::start(till, asked),
        service::REFUND => refund::start(till, asked),
        service::VOID | service::RELEASE => void::start(till, asked),
        _ => Err(Stop::failed(&format!("no service {service} to start"))),
    }
}

/// Runs the service `service`, which moves nothing.
///
/// # Errors
/// Whatever ended it early.
pub fn serve<T: Till>(till: &mut T, service: &str) -> Result<(), Stop> {
    match service {
        service::SIGN_ON => sign_on::serve(till),
        service::BALANCE => balance::serve(till),
        service::SETTLE => settle::serve(till),
        service::TOTALS => totals::serve(till),
        _ => Err(Stop::failed(&format!("no service {service} to serve"))),
    }
}

caisson_sdk::payment_app!(CardApp);
