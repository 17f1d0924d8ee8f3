//! Steps of a scenario whose cashier works at the terminal's own desk, as in the emulator.

use super::{Emulator, PerformError, devices};
use crate::desktop::offered;
use crate::emulator::waits::ENDS_WITHIN;
use crate::hand::{self, Hand};
use crate::step::{DeskStep, Step};
use caisson_core::desk::Act;
use caisson_devices::emulated::camera::Scene;
use caisson_terminal::Desk;
use tokio::time::timeout;

/// A cashier at the desk.
pub(super) struct AtTheDesk {
    hand: Hand,
    /// Serves the desk until the phase ends.
    pub(super) serving: tokio::task::AbortHandle,
    /// Views that were shown when something was last begun.
    begun: usize,
    /// Views that were shown when the customer last showed a code.
    held: usize,
}

impl Emulator<'_> {
    /// From here on the desk is manned.
    pub(crate) fn go_to_the_desk(&mut self) {
        let desk = Desk::new(self.world.terminal.clone());
        let serving = tokio::spawn(async move {
            if let Err(error) = desk.run().await {
                tracing::error!(%error, "the desk has ended");
            }
        });
        self.desk = Some(AtTheDesk {
            hand: Hand::new(self.world.screen.clone(), offered(self.world)),
            serving: serving.abort_handle(),
            begun: 0,
            held: 0,
        });
    }

    /// Does what a cashier does at the desk; `None` for any other step.
    pub(super) async fn at_the_desk(&mut self, step: &Step) -> Option<Result<(), PerformError>> {
        let shown = self.desk.as_ref()?.hand.shown();
        self.take_the_phone_away();
        let begins = !matches!(step, Step::Desk(DeskStep::SignIn { .. } | DeskStep::Go(_)));
        let desk = self.desk.as_mut()?;
        let hand = desk.hand.clone();
        let done = match step {
            Step::ShowCode(_) | Step::ShowText(_) | Step::ShowDamaged => {
                desk.held = shown;
                return None;
            }
            Step::Press(key) => return Some(hand.press(key.clone()).map_err(Into::into)),
            Step::Ends => return Some(self.wait_for_end_at_the_desk().await),
            Step::Pay { .. }
            | Step::Refund { .. }
            | Step::Complete { .. }
            | Step::Reprint { .. }
            | Step::Serve { .. }
            | Step::Desk(_) => {
                if begins {
                    desk.begun = shown;
                    self.matched = self.transcript.entries().len();
                }
                self.with_the_hand(&hand, step).await
            }
            _ => return None,
        };
        Some(done)
    }

    async fn with_the_hand(&self, hand: &Hand, step: &Step) -> Result<(), PerformError> {
        match step {
            Step::Pay { amount, currency: None, order: None, service } => {
                Ok(hand.sale(amount, service).await?)
            }
            Step::Serve { service } => Ok(hand.pick(service).await?),
            Step::Refund { amount, payment } => {
                let key = devices::payment(self.world, *payment).await?;
                Ok(hand.some_of(&key, Act::Refund, amount).await?)
            }
            Step::Complete { amount, payment } => {
                let key = devices::payment(self.world, *payment).await?;
                Ok(hand.some_of(&key, Act::Complete, amount).await?)
            }
            Step::Desk(DeskStep::Void { payment }) => {
                let key = devices::payment(self.world, *payment).await?;
                Ok(hand.void(&key).await?)
            }
            Step::Reprint { payment } => {
                let key = devices::payment(self.world, *payment).await?;
                Ok(hand.reprint(&key).await?)
            }
            Step::Desk(step) => Ok(hand.desk(step).await?),
            // Nobody keys a currency or an order number at the desk.
            _ => Err(PerformError::NotHere),
        }
    }

    async fn wait_for_end_at_the_desk(&self) -> Result<(), PerformError> {
        let begun = self.desk.as_ref().map_or(0, |desk| desk.begun);
        let what = "the payment at the counter";
        let ended = timeout(ENDS_WITHIN, hand::ended(&self.world.screen, begun)).await;
        ended.map_err(|_| PerformError::NotEnded { what, waited: ENDS_WITHIN })?;
        self.world.lens.hold(Scene::nothing());
        Ok(())
    }

    /// Whoever was told how a payment ended shows no code any more.
    fn take_the_phone_away(&self) {
        let held = self.desk.as_ref().map_or(0, |desk| desk.held);
        let (shown, _) = self.world.screen.since(held);
        if shown.iter().any(hand::is_outcome) {
            self.world.lens.hold(Scene::nothing());
        }
    }
}
