//! Receipts onto paper. Printing never decides a payment; what happened to the paper is recorded.

use crate::clock::local_text;
use crate::driver::Driver;
use crate::error::TerminalError;
use crate::terminal::Inner;
use caisson_core::Reason;
use caisson_core::document::Document;
use caisson_core::payment::{Event, Input, Payment};
use caisson_core::permission::{Grants, Printer};
use caisson_core::receipt::{Copy, Receipt};
use caisson_devices::printer::{JobKey, PrinterError};
use caisson_journal::WallTime;

impl Inner {
    /// Prints the next copy of the receipt of `driver`'s payment and records how that went, together
    /// with the end of serving the customer.
    pub(crate) async fn print_receipt(
        &self,
        driver: &Driver,
    ) -> Result<Option<Reason>, TerminalError> {
        let copies = driver.payment().await.copies();
        self.print_as(driver, if copies == 0 { Copy::Original } else { Copy::Reprint }).await
    }

    /// After a restart nobody knows whether the first paper came out: this one says that it may be
    /// the second.
    pub(crate) async fn print_after_restart(
        &self,
        driver: &Driver,
    ) -> Result<Option<Reason>, TerminalError> {
        self.print_as(driver, Copy::Reprint).await
    }

    async fn print_as(&self, driver: &Driver, copy: Copy) -> Result<Option<Reason>, TerminalError> {
        let payment = driver.payment().await;
        let failed = self.print(&payment, copy).await?;
        driver.step([Input::Printed { failed }, Input::Served]).await?;
        Ok(failed)
    }

    /// The receipt of a payment whose money moved; `None` where a document cannot carry it.
    pub(crate) async fn compose(
        &self,
        payment: &Payment,
        copy: Copy,
    ) -> Result<Option<Document>, TerminalError> {
        let Some(amount) = payment.approved() else {
            return Ok(None);
        };
        let language = self.language();
        let intent = payment.intent();
        let approved_at = self.approved_at(payment).await?;
        let method = self
            .hosted(&intent.app)
            .map_or(intent.app.as_str(), |hosted| hosted.manifest.name.in_language(language))
            .to_owned();
        let when = local_text(approved_at, self.utc_offset_minutes);
        let receipt = Receipt {
            merchant: &self.merchant,
            kind: intent.kind,
            method: &method,
            amount,
            asked: intent.amount,
            key: &intent.key,
            original: intent.original.as_ref(),
            when: &when,
            facts: payment.facts(),
            signature: payment.signature(),
            copy,
        };
        // The facts were checked before the approval was recorded: only a merchant name of the
        // profile can be too long, and a payment does not fail for that.
        Ok(receipt.compose(language).ok())
    }

    /// Prints the receipt of a payment whose money moved.
    async fn print(&self, payment: &Payment, copy: Copy) -> Result<Option<Reason>, TerminalError> {
        if payment.approved().is_none() {
            return Ok(None);
        }
        let Some(document) = self.compose(payment, copy).await? else {
            return Ok(Some(Reason::PrinterFailed));
        };
        let intent = payment.intent();
        let Ok(key) = format!("{}-{}", intent.key, payment.copies()).parse::<JobKey>() else {
            return Ok(Some(Reason::PrinterFailed));
        };
        let Ok(permit) = Grants::for_terminal().permit::<Printer>() else {
            return Ok(Some(Reason::PrinterFailed));
        };
        let mut printer = self.equipment.printer.lock().await;
        match printer.print(&permit, &key, &document).await {
            Ok(()) => Ok(None),
            Err(error) => {
                tracing::warn!(key = %intent.key, %error, "the receipt was not printed");
                Ok(Some(reason(&error)))
            }
        }
    }

    /// When the approval became durable.
    async fn approved_at(&self, payment: &Payment) -> Result<WallTime, TerminalError> {
        let key = payment.intent().key.clone();
        let history = self.journal.with(move |journal| journal.history(&key)).await??;
        let approved =
            history.iter().rev().find(|entry| matches!(entry.event, Event::Approved { .. }));
        Ok(approved.map_or_else(|| self.clock.now(), |entry| entry.at))
    }
}

/// What the cashier is told about a printer's error, the payment being certain.
const fn reason(error: &PrinterError) -> Reason {
    match error {
        PrinterError::PaperOut(_) => Reason::PaperOut,
        PrinterError::Uncertain(_) => Reason::PrintUncertain,
        _ => Reason::PrinterFailed,
    }
}
