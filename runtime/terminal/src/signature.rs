//! The customer's signature, where the app says that one is needed.
//!
//! Guarantees: the approval is durable before anybody is asked, and it stands whatever becomes of
//! the signature: whoever does not sign on the screen finds a line for it on the receipt. That
//! somebody signed is durable before the receipt says so. What was drawn is dropped at once.

use crate::answer::answer_to;
use crate::counter::Report;
use crate::driver::Driver;
use crate::error::TerminalError;
use crate::keys::{Answer, Keys};
use crate::receipts::Receipts;
use crate::terminal::Inner;
use caisson_core::Text;
use caisson_core::payment::{Input, Signature};
use caisson_core::view::View;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long the customer has to sign.
const SIGN_WAIT: Duration = Duration::from_secs(60);
/// What is signed: something that is certain.
const TITLE: Text = Text { zh: "交易成功，请持卡人签名", en: "Approved. Please sign." };

impl Inner {
    /// Has the customer of an approved payment sign, where that is wanted. How it ended is on the
    /// screen before and after.
    pub(crate) async fn ask_signature(
        &self,
        driver: &Driver,
        report: &Report,
        receipts: Receipts,
    ) -> Result<(), TerminalError> {
        let payment = driver.payment().await;
        if payment.signature() != Signature::Missing {
            return Ok(());
        }
        let (keys, listening) = Keys::listen(Arc::clone(&self.equipment.screen));
        let view = View::Signature { title: TITLE.in_language(self.language()).to_owned() };
        let until = Instant::now() + SIGN_WAIT;
        self.show(view.clone(), payment.approved(), Some(until));
        let signed = keys.answer(until, |key| answer_to(&view, key)).await;
        drop(listening);
        match signed {
            Answer::Given(_) => drop(driver.step([Input::Signed]).await?),
            Answer::Cancelled | Answer::Silence => {}
        }
        self.show_end(report, None, receipts);
        Ok(())
    }
}
