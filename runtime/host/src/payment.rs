//! Glue for `caisson:payment`: WIT in, [`Session::submit`](crate::Session::submit) and its
//! siblings out. The rules of money are `core::payment`'s, below the session.

use crate::bindings::caisson::payment::payment as wit;
use crate::fault::{self, Code};
use crate::limits::ASKED_TOO_OFTEN;
use crate::session::{AcquirerAnswer, PayStop};
use crate::state::CallState;
use caisson_core::Money;
use caisson_core::operation::Reading;
use caisson_core::payment::Fact;
use caisson_core::permission::{Payment, Permit};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::component::Resource;

pub(crate) type PaymentFault = fault::Fault<wit::Code>;

/// What the terminal wants done that moves no money, as an app sees it.
#[derive(Debug, Clone, Default)]
pub struct ErrandData {
    /// The service's id.
    pub service: String,
    /// The app's settings.
    pub settings: Arc<BTreeMap<String, String>>,
}

impl From<&str> for ErrandData {
    /// The service of that id, without settings.
    fn from(service: &str) -> Self {
        Self { service: service.to_owned(), ..Self::default() }
    }
}

/// What the terminal wants done, as an app sees it.
#[derive(Debug, Clone)]
pub struct IntentData {
    /// The service's id.
    pub service: String,
    /// How much.
    pub amount: Money,
    /// The app's settings.
    pub settings: Arc<BTreeMap<String, String>>,
    /// What the app said of the earlier payment that this one is about; empty where there is none.
    pub original: Vec<Fact>,
}

/// An unknown payment, as an app sees it.
#[derive(Clone)]
pub struct TicketData {
    /// Service, amount and settings.
    pub intent: IntentData,
    /// The app's own note.
    pub recovery: Vec<u8>,
    /// Since the request was submitted, as far as the terminal knows.
    pub age: Duration,
    /// True for an offer that was closed.
    pub closed: bool,
}

impl Code for wit::Code {
    const DENIED: Self = Self::Denied;
}

pub(crate) fn money_to_wit(money: Money) -> wit::Money {
    wit::Money { minor: money.minor(), currency: money.currency().code().to_owned() }
}

impl wit::HostErrand for CallState {
    async fn service(&mut self, errand: Resource<ErrandData>) -> wasmtime::Result<String> {
        Ok(self.table.get(&errand)?.service.clone())
    }

    async fn setting(
        &mut self,
        errand: Resource<ErrandData>,
        name: String,
    ) -> wasmtime::Result<Option<String>> {
        Ok(self.table.get(&errand)?.settings.get(&name).cloned())
    }

    async fn drop(&mut self, errand: Resource<ErrandData>) -> wasmtime::Result<()> {
        self.table.delete(errand)?;
        Ok(())
    }
}

impl wit::HostIntent for CallState {
    async fn service(&mut self, intent: Resource<IntentData>) -> wasmtime::Result<String> {
        Ok(self.table.get(&intent)?.service.clone())
    }

    async fn amount(&mut self, intent: Resource<IntentData>) -> wasmtime::Result<wit::Money> {
        Ok(money_to_wit(self.table.get(&intent)?.amount))
    }

    async fn setting(
        &mut self,
        intent: Resource<IntentData>,
        name: String,
    ) -> wasmtime::Result<Option<String>> {
        Ok(self.table.get(&intent)?.settings.get(&name).cloned())
    }

    async fn original_fact(
        &mut self,
        intent: Resource<IntentData>,
        name: String,
    ) -> wasmtime::Result<Option<String>> {
        let facts = &self.table.get(&intent)?.original;
        let found = facts.iter().find(|fact| fact.name == name);
        Ok(found.map(|fact| fact.value.clone()))
    }

    async fn drop(&mut self, intent: Resource<IntentData>) -> wasmtime::Result<()> {
        self.table.delete(intent)?;
        Ok(())
    }
}

impl wit::HostTicket for CallState {
    async fn service(&mut self, ticket: Resource<TicketData>) -> wasmtime::Result<String> {
        Ok(self.table.get(&ticket)?.intent.service.clone())
    }

    async fn amount(&mut self, ticket: Resource<TicketData>) -> wasmtime::Result<wit::Money> {
        Ok(money_to_wit(self.table.get(&ticket)?.intent.amount))
    }

    async fn setting(
        &mut self,
        ticket: Resource<TicketData>,
        name: String,
    ) -> wasmtime::Result<Option<String>> {
        Ok(self.table.get(&ticket)?.intent.settings.get(&name).cloned())
    }

    async fn recovery(&mut self, ticket: Resource<TicketData>) -> wasmtime::Result<Vec<u8>> {
        Ok(self.table.get(&ticket)?.recovery.clone())
    }

    async fn age_ms(&mut self, ticket: Resource<TicketData>) -> wasmtime::Result<u64> {
        Ok(u64::try_from(self.table.get(&ticket)?.age.as_millis()).unwrap_or(u64::MAX))
    }

    async fn closed(&mut self, ticket: Resource<TicketData>) -> wasmtime::Result<bool> {
        Ok(self.table.get(&ticket)?.closed)
    }

    async fn drop(&mut self, ticket: Resource<TicketData>) -> wasmtime::Result<()> {
        self.table.delete(ticket)?;
        Ok(())
    }
}

impl CallState {
    fn permit_to_ask(&mut self) -> Result<Permit<Payment>, PaymentFault> {
        let permit = self.permit::<Payment>()?;
        if !self.may_ask_acquirer() {
            return Err(PaymentFault::code(wit::Code::Other, ASKED_TOO_OFTEN));
        }
        Ok(permit)
    }

    /// The answer. A broken rule stands in the app's log too, with the call that broke it: an app
    /// that passes over its errors would hide it from its developer.
    fn answered(
        &self,
        call: &str,
        operation: &str,
        answer: Result<AcquirerAnswer, PayStop>,
    ) -> Result<wit::Answer, PaymentFault> {
        match answer {
            Err(PayStop::Refused(rule)) => {
                let detail = format!("{call} {operation}: {rule}");
                self.log.line(&format!("caisson refused {detail}"));
                Err(PaymentFault::code(wit::Code::Refused, detail))
            }
            answer => Ok(answer?.into()),
        }
    }
}

impl wit::Host for CallState {
    async fn submit(
        &mut self,
        operation: String,
        request: Vec<u8>,
        recovery: Vec<u8>,
    ) -> Result<wit::Answer, PaymentFault> {
        let permit = self.permit_to_ask()?;
        let call = self.session.submit(permit, operation.clone(), request, recovery);
        let answer = self.kill.unless_fired(call).await?;
        self.answered("submit", &operation, answer)
    }

    async fn inquire(
        &mut self,
        operation: String,
        request: Vec<u8>,
    ) -> Result<wit::Answer, PaymentFault> {
        let permit = self.permit_to_ask()?;
        let call = self.session.inquire(permit, operation.clone(), request);
        let answer = self.kill.unless_fired(call).await?;
        self.answered("inquire", &operation, answer)
    }

    async fn undo(
        &mut self,
        operation: String,
        request: Vec<u8>,
    ) -> Result<wit::Answer, PaymentFault> {
        let permit = self.permit_to_ask()?;
        let call = self.session.undo(permit, operation.clone(), request);
        let answer = self.kill.unless_fired(call).await?;
        self.answered("undo", &operation, answer)
    }

    fn convert_error(&mut self, fault: PaymentFault) -> wasmtime::Result<wit::Error> {
        let (code, detail) = fault.into_parts()?;
        Ok(wit::Error { code, detail })
    }
}

impl From<AcquirerAnswer> for wit::Answer {
    fn from(answer: AcquirerAnswer) -> Self {
        Self {
            reading: match answer.reading {
                Reading::Paid => wit::Reading::Paid,
                Reading::NotPaid => wit::Reading::NotPaid,
                Reading::Open => wit::Reading::Open,
                Reading::Undone => wit::Reading::Undone,
                Reading::Unreadable => wit::Reading::Unreadable,
            },
            amount: answer.amount.map(money_to_wit),
            reason: answer.reason.map(|reason| reason.code().to_owned()),
            body: answer.body,
        }
    }
}

impl From<PayStop> for PaymentFault {
    fn from(stop: PayStop) -> Self {
        match stop {
            PayStop::UnknownOperation(detail) => Self::code(wit::Code::UnknownOperation, detail),
            PayStop::BadRequest(detail) => Self::code(wit::Code::BadRequest, detail),
            PayStop::Refused(rule) => Self::code(wit::Code::Refused, rule),
            PayStop::NotSent(reason) => Self::code(wit::Code::NotSent, reason),
            PayStop::NoAnswer(reason) => Self::code(wit::Code::NoAnswer, reason),
            PayStop::Stopped(detail) => Self::code(wit::Code::Other, detail),
        }
    }
}
