//! From an app's message to the one that is sent, without PIN block and message code.
//!
//! Guarantees: the app's message is of the operation's type and processing code and has only fields
//! that the destination's file lists; amount, currency, trace number, terminal and merchant are the
//! payment's own. The same message gives the same bytes.

use super::{BankForm, PinUse, field};
use crate::request::{Binding, Content, Made, RequestError};
use caisson_iso8583::{FieldError, Message};
use std::ops::Range;

/// Where the trace number stands in field 90, in digits (ISO 8583:1987, field 90).
const ORIGINAL_STAN: Range<usize> = 4..10;

impl BankForm {
    /// The request of `operation`, whose message `app` is within the limit, for `binding`.
    pub(crate) fn make(
        &self,
        operation: &str,
        app: &[u8],
        binding: &Binding,
    ) -> Result<Made, RequestError> {
        let name = || operation.to_owned();
        let mut message = Message::unpack(&self.bank.spec, app)
            .map_err(|error| RequestError::Message { operation: name(), error })?;
        if message.mti() != self.mti {
            return Err(RequestError::Type { operation: name(), expected: self.mti });
        }
        self.check_fields(operation, &message)?;
        self.check_original(operation, &message, binding)?;
        self.check_pin(operation, binding)?;
        self.write_host_fields(operation, &mut message, binding)?;
        let bytes =
            message.pack().map_err(|error| RequestError::Pack { operation: name(), error })?;
        Ok(Made { bytes, content: Content::Bank })
    }

    fn check_fields(&self, operation: &str, message: &Message<'_>) -> Result<(), RequestError> {
        if let (Some(code), Some(found)) =
            (&self.processing_code, message.text(field::PROCESSING_CODE))
            && code != found
        {
            let (operation, expected) = (operation.to_owned(), code.clone());
            return Err(RequestError::ProcessingCode { operation, expected });
        }
        for number in message.numbers() {
            let is_checked = number == field::PROCESSING_CODE && self.processing_code.is_some();
            if is_checked || self.fields.contains(&number) {
                continue;
            }
            let (operation, name) = (operation.to_owned(), self.name_of(number));
            return Err(if self.is_hosts(number) {
                RequestError::TakenField { operation, field: number, name }
            } else {
                RequestError::UnlistedField { operation, field: number, name }
            });
        }
        Ok(())
    }

    /// An undo takes back its own payment and no other, also where a field of the app's names it.
    fn check_original(
        &self,
        operation: &str,
        message: &Message<'_>,
        binding: &Binding,
    ) -> Result<(), RequestError> {
        let Some(original) = message.text(field::ORIGINAL) else { return Ok(()) };
        let named = original.get(ORIGINAL_STAN);
        let is_own = binding.stan.is_some_and(|stan| named == Some(&stan.to_string()));
        // A refund's original is another payment, and a service only reports.
        if is_own || self.original || self.codes.is_none() {
            return Ok(());
        }
        Err(RequestError::OriginalStan { operation: operation.to_owned() })
    }

    fn check_pin(&self, operation: &str, binding: &Binding) -> Result<(), RequestError> {
        let operation = || operation.to_owned();
        match (self.pin, &binding.pin) {
            (PinUse::Required, None) => Err(RequestError::PinMissing { operation: operation() }),
            (PinUse::None, Some(_)) => Err(RequestError::PinNotHere { operation: operation() }),
            (_, Some(pin)) if !self.bank.keys.fit(pin) || !self.bank.holds(&pin.block) => {
                Err(RequestError::PinScheme { operation: operation() })
            }
            _ => Ok(()),
        }
    }

    fn write_host_fields(
        &self,
        operation: &str,
        message: &mut Message<'_>,
        binding: &Binding,
    ) -> Result<(), RequestError> {
        let name = || operation.to_owned();
        let stan = binding.stan.ok_or_else(|| RequestError::StanMissing { operation: name() })?;
        let wrong = |error: FieldError| RequestError::HostField { operation: name(), error };
        if let Some(code) = &self.processing_code {
            message.set(field::PROCESSING_CODE, code).map_err(wrong)?;
        }
        message
            .set(field::STAN, &stan.to_string())
            .and_then(|message| message.set(field::TERMINAL, &self.bank.terminal))
            .and_then(|message| message.set(field::MERCHANT, &self.bank.merchant))
            .map_err(wrong)?;
        // A service moves nothing: it has an amount only where it reports one (a batch's rows).
        if self.codes.is_some()
            && let Some(amount) = binding.amount
        {
            let currency = self.bank.currencies.get(&amount.currency()).ok_or_else(|| {
                RequestError::Currency { operation: name(), currency: amount.currency() }
            })?;
            message
                .set_number(field::AMOUNT, amount.minor())
                .and_then(|message| message.set(field::CURRENCY, currency))
                .map_err(wrong)?;
        }
        Ok(())
    }

    /// True for a field that only the host writes.
    pub(super) fn is_hosts(&self, number: u8) -> bool {
        let is_money = matches!(number, field::AMOUNT | field::CURRENCY);
        matches!(number, field::STAN | field::TERMINAL | field::MERCHANT | field::PIN_BLOCK)
            || field::MAC.contains(&number)
            || self.bank.keys.ksn_field() == Some(number)
            || (is_money && self.codes.is_some())
    }

    fn name_of(&self, number: u8) -> String {
        self.bank.spec.field(number).map(|field| field.name.to_string()).unwrap_or_default()
    }
}
