//! What is not settled, and an owner's word about what the terminal could not find out.

use super::{Ask, At, Desk, Leave, Move, Shift};
use caisson_core::desk::{Act, LIST_ROWS_MAX, MethodRow, Page, Problem};
use caisson_core::payment::State;
use caisson_core::view::View;
use caisson_core::{PaymentKey, Reason};
use caisson_devices::screen::Key;
use caisson_journal::{Filter, Order, PaymentRow};
use std::time::Duration;

/// How long the question stands.
const DECIDE_WAIT: Duration = Duration::from_secs(60);

impl Desk {
    /// How many payments need attention.
    pub(super) async fn problem_count(&self) -> Result<u32, Leave> {
        Ok(u32::try_from(self.unsettled().await?.len()).unwrap_or(u32::MAX))
    }

    /// Payments of which nobody knows yet what became of the money, the newest first. A closed
    /// offer that is still asked about is none: nobody can do anything about it.
    async fn unsettled(&self) -> Result<Vec<PaymentRow>, Leave> {
        let limit = caisson_journal::LIST_ROWS_MAX;
        let filter = Filter { open_only: true, limit, order: Order::NewestFirst };
        let mut rows = self.inner().journal.with(move |journal| journal.list(filter)).await??;
        rows.retain(|row| row.state.is_open());
        Ok(rows)
    }

    fn problem_of(&self, row: &PaymentRow) -> Problem {
        let is_asking = row.state != State::Parked;
        Problem { row: self.inner().payment_row(row), reason: row.reason, is_asking }
    }

    pub(super) async fn problems(&self, shift: &mut Shift) -> Result<Move, Leave> {
        let unsettled = self.unsettled().await?;
        let rows = unsettled.iter().take(LIST_ROWS_MAX).map(|row| self.problem_of(row)).collect();
        let methods = self.down().await?;
        let page = Ask::of(Page::Problems { rows, methods }).fresh();
        let chosen = self.ask(shift, page, |key| match key {
            Key::Row(row) => unsettled.get(usize::try_from(row).unwrap_or(usize::MAX)),
            _ => None,
        });
        Ok(Move::Into(At::Problem(chosen.await?.key.clone())))
    }

    /// The ways to pay that take no payment now.
    async fn down(&self) -> Result<Vec<MethodRow>, Leave> {
        let language = self.inner().language();
        let methods = self.terminal.methods().await?;
        let down = methods.into_iter().filter(|method| method.trouble.is_some());
        let row = |method: crate::Method| MethodRow {
            name: super::sale::service_name(&method.service, language),
            trouble: method.trouble,
        };
        Ok(down.map(row).collect())
    }

    async fn unsettled_row(&self, key: &PaymentKey) -> Result<Option<PaymentRow>, Leave> {
        let key = key.clone();
        let row = self.inner().journal.with(move |journal| journal.row(&key)).await??;
        Ok(row.filter(|row| row.state.is_open()))
    }

    /// Yes says that the customer has paid, No that not; both lead to a question that asks again.
    /// To ask for the act alone says whether one may.
    pub(super) async fn problem(&self, shift: &mut Shift, key: &PaymentKey) -> Result<Move, Leave> {
        let Some(row) = self.unsettled_row(key).await? else { return Ok(Move::Back) };
        let problem = self.problem_of(&row);
        let is_parked = !problem.is_asking;
        let page = Ask::of(Page::Problem(problem)).fresh();
        let paid = self.ask(shift, page, |pressed| match pressed {
            Key::Yes if is_parked => Some(Some(true)),
            Key::No if is_parked => Some(Some(false)),
            Key::Do(Act::Resolve, of) if is_parked && of == *key => Some(None),
            _ => None,
        });
        let paid = paid.await?;
        let allowed = self.allow(shift, Act::Resolve).await?;
        Ok(match paid.filter(|_| allowed == super::Allowed::Yes) {
            Some(paid) => Move::Into(At::Resolve(key.clone(), paid)),
            None => Move::Stay,
        })
    }

    pub(super) async fn resolve(
        &self,
        shift: &mut Shift,
        key: &PaymentKey,
        paid: bool,
    ) -> Result<Move, Leave> {
        let row = self.unsettled_row(key).await?.filter(|row| row.state == State::Parked);
        let Some(row) = row else { return Ok(Move::Back) };
        let page = Page::ResolveConfirm { problem: self.problem_of(&row), paid };
        let is_sure = self.ask(shift, Ask::of(page).within(DECIDE_WAIT), |pressed| match pressed {
            Key::Yes => Some(true),
            Key::No => Some(false),
            _ => None,
        });
        if !is_sure.await? {
            return Ok(Move::Back);
        }
        // The code that the owner signed in with is the proof; the journal has it next to this.
        let who = shift.who.as_ref().map_or("whoever was at the till", |who| who.name.as_str());
        let why = format!("at the terminal, by {who}");
        let Some(driver) = self.inner().driver_of(key).await? else {
            return self.said(shift, false, Some(Reason::AppMissing)).await;
        };
        let amount = paid.then_some(row.amount);
        // A try that is on its way may move the money: its answer comes before the owner's word.
        let _trying = match driver.trying.try_lock() {
            Ok(trying) => trying,
            Err(_) => {
                self.inner().show(View::Wait, None, None);
                driver.trying.lock().await
            }
        };
        match driver.resolve(amount, why).await {
            Ok(effects) => {
                self.inner().follow(&driver, &effects);
                self.inner().news.tell();
                self.said(shift, true, None).await?;
                Ok(Move::Into(At::Problems))
            }
            // It became certain meanwhile: the page before says how.
            Err(crate::driver::StepError::Resolve(why)) => {
                tracing::info!(%key, %why, "not resolved");
                Ok(Move::Back)
            }
            Err(error) => Err(crate::TerminalError::from(error).into()),
        }
    }
}
