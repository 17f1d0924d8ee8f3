//! Who is at the till: the operators of the profile, and their codes.

use super::locks::REST;
use super::{Ask, At, Desk, Leave, Move, Shift};
use crate::error::TerminalError;
use crate::profile::OperatorProfile;
use caisson_core::desk::{DeskEvent, Page, SignInTrouble};
use caisson_devices::screen::Key;
use caisson_vault::Passcode;
use std::time::Duration;

/// How long a code can be keyed.
const CODE_WAIT: Duration = Duration::from_secs(60);

impl Desk {
    /// True where somebody must sign in first.
    pub(super) fn must_sign_in(&self, shift: &Shift) -> bool {
        shift.who.is_none() && !self.inner().operators.is_empty()
    }

    pub(super) async fn sign_in(&self, shift: &mut Shift) -> Result<Move, Leave> {
        let operators: Vec<_> =
            self.inner().operators.iter().map(|profile| profile.operator.clone()).collect();
        let count = operators.len();
        // Nothing lies below, and nobody has to be signed out: it stands for ever.
        let page = Ask::of(Page::SignIn { operators }).root(REST, Move::Stay);
        let row = self.ask(shift, page, |key| match key {
            Key::Row(row) => usize::try_from(row).ok().filter(|row| *row < count),
            _ => None,
        });
        Ok(Move::Into(At::Code(row.await?)))
    }

    pub(super) async fn code(&self, shift: &mut Shift, number: usize) -> Result<Move, Leave> {
        let Some(profile) = self.inner().operators.get(number) else { return Ok(Move::Back) };
        let operator = profile.operator.clone();
        let mut trouble = None;
        loop {
            self.end_locks().await?;
            if let Some(rest) = self.locks.rest(&operator.name) {
                let seconds = u32::try_from(rest.as_secs()).unwrap_or(u32::MAX).max(1);
                trouble = Some(SignInTrouble::Locked { seconds });
            }
            let is_locked = matches!(trouble, Some(SignInTrouble::Locked { .. }));
            let page = Page::Code { operator: operator.clone(), trouble };
            let page = Ask::of(page).within(CODE_WAIT);
            // A code that comes while none is taken is not even compared.
            let code = self.ask(shift, page, |key| match key {
                Key::Code(code) if !is_locked => Some(Some(code)),
                Key::Code(_) | Key::Ok => Some(None),
                _ => None,
            });
            let Some(code) = code.await? else {
                trouble = None;
                continue;
            };
            match self.compare(profile, code).await? {
                None => {
                    shift.who = Some(operator);
                    return Ok(Move::Home);
                }
                found => trouble = found,
            }
        }
    }

    /// What is wrong with the code; the journal has it first.
    async fn compare(
        &self,
        profile: &OperatorProfile,
        code: Passcode,
    ) -> Result<Option<SignInTrouble>, TerminalError> {
        let operator = profile.operator.clone();
        let hash = profile.code.clone();
        // Off the thread that serves the screen: it takes as long as a blink.
        let compared = tokio::task::spawn_blocking(move || hash.matches(&code)).await;
        if compared.unwrap_or(false) {
            self.locks.right(&operator.name);
            self.inner().record(DeskEvent::SignedIn { operator }).await?;
            return Ok(None);
        }
        let left = self.locks.wrong(&operator.name);
        if left > 0 {
            self.inner().record(DeskEvent::WrongCode { operator, left }).await?;
            return Ok(Some(SignInTrouble::WrongCode { tries_left: left }));
        }
        self.inner().record(DeskEvent::WrongCode { operator: operator.clone(), left }).await?;
        self.inner().record(DeskEvent::Locked { operator }).await?;
        let seconds = u32::try_from(REST.as_secs()).unwrap_or(u32::MAX);
        Ok(Some(SignInTrouble::Locked { seconds }))
    }

    /// Ends the locks whose time is over, in the journal too.
    pub(super) async fn end_locks(&self) -> Result<(), TerminalError> {
        for name in self.locks.end() {
            let operators = &self.inner().operators;
            let of_name = operators.iter().find(|profile| profile.operator.name == name);
            // An operator who is not in the profile any more cannot sign in anyhow.
            if let Some(OperatorProfile { operator, .. }) = of_name {
                let operator = operator.clone();
                self.inner().record(DeskEvent::Unlocked { operator }).await?;
            }
        }
        Ok(())
    }
}
