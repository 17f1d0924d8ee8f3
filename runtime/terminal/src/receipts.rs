//! What receipt a customer gets: on paper, as a code for the phone, or none.
//!
//! Guarantees: the payment is certain and durable before anybody is asked; whoever says nothing
//! gets paper, so that silence loses no receipt; a power cut while the question stands leaves the
//! payment unserved, and the next start prints it, marked as a copy that may be the second.

use crate::driver::Driver;
use crate::error::TerminalError;
use crate::keys::{Answer, Keys};
use crate::terminal::Inner;
use caisson_core::Reason;
use caisson_core::desk::Page;
use caisson_core::document::{Block, Document};
use caisson_core::payment::Input;
use caisson_core::receipt::Copy;
use caisson_core::view::{CODE_BYTES_MAX, View};
use caisson_devices::screen::{Key, ReceiptWish};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long an outcome stands, and with it the question for the receipt.
pub(crate) const OUTCOME_WAIT: Duration = Duration::from_secs(20);
/// How long the customer has to scan the receipt.
const CODE_WAIT: Duration = Duration::from_secs(60);

/// How the receipt of a payment at the counter is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receipts {
    /// It is printed.
    Printed,
    /// The cashier is asked.
    Asked,
}

impl Receipts {
    /// When an outcome goes: it stays where no desk follows it.
    pub(crate) fn until(self) -> Option<Instant> {
        (self == Self::Asked).then(|| Instant::now() + OUTCOME_WAIT)
    }
}

impl Inner {
    /// Gives the customer of an approved payment the receipt, asking first where so wished.
    pub(crate) async fn serve_receipt(
        &self,
        driver: &Driver,
        receipts: Receipts,
    ) -> Result<Option<Reason>, TerminalError> {
        if receipts == Receipts::Printed {
            return self.print_receipt(driver).await;
        }
        let (keys, listening) = Keys::listen(Arc::clone(&self.equipment.screen));
        let served = self.ask_receipt(driver, &keys).await;
        drop(listening);
        served
    }

    async fn ask_receipt(
        &self,
        driver: &Driver,
        keys: &Keys,
    ) -> Result<Option<Reason>, TerminalError> {
        let until = Instant::now() + OUTCOME_WAIT;
        let wish = keys.answer(until, |key| match key {
            Key::Receipt(wish) => Some(wish),
            _ => None,
        });
        match wish.await {
            Answer::Given(ReceiptWish::Code) => {
                driver.step([Input::Served]).await?;
                self.show_receipt(driver, keys).await?;
                Ok(None)
            }
            Answer::Given(ReceiptWish::Nothing) => {
                driver.step([Input::Served]).await?;
                Ok(None)
            }
            Answer::Given(ReceiptWish::Paper) | Answer::Cancelled | Answer::Silence => {
                self.print_receipt(driver).await
            }
        }
    }

    /// Shows the receipt as a code, until somebody is done or has had time for it.
    async fn show_receipt(&self, driver: &Driver, keys: &Keys) -> Result<(), TerminalError> {
        let payment = driver.payment().await;
        let Some(document) = self.compose(&payment, Copy::Original).await? else {
            return Ok(());
        };
        let until = Instant::now() + CODE_WAIT;
        let page = Page::ReceiptCode { text: text(&document) };
        self.show(View::Page(Box::new(page)), payment.approved(), Some(until));
        let done = keys.answer(until, |key| match key {
            Key::Ok | Key::Yes | Key::No | Key::Go(_) => Some(()),
            _ => None,
        });
        // However it ended, the customer was served.
        let (Answer::Given(()) | Answer::Cancelled | Answer::Silence) = done.await;
        Ok(())
    }
}

/// The receipt's words, a line each, as far as a code can carry them. No server is asked for it, so
/// any phone can read it.
fn text(document: &Document) -> String {
    let mut text = String::new();
    for block in document.blocks() {
        let line = match block {
            Block::Line { text, .. } => text.clone(),
            Block::Pair { name, value } => format!("{name} {value}"),
            Block::Qr { .. } | Block::Rule | Block::Feed { .. } | Block::Cut => continue,
        };
        if text.len() + line.len() < CODE_BYTES_MAX {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_core::document::{Align, Size};

    #[test]
    fn a_receipt_as_a_code_holds_its_words_and_never_more_than_a_code_can() {
        let (align, size) = (Align::Left, Size::Normal);
        let line = |text: String| Block::Line { text, align, size, bold: false };
        let pair = Block::Pair { name: "Order".to_owned(), value: "K1".to_owned() };
        let document =
            Document::new(vec![line("Shop".to_owned()), Block::Rule, pair, Block::Cut]).unwrap();
        assert_eq!(text(&document), "Shop\nOrder K1");
        let long = Document::new(vec![line("长".repeat(300)); 3]).unwrap();
        assert_eq!(text(&long).len(), 900, "a line that does not fit is left out whole");
    }
}
