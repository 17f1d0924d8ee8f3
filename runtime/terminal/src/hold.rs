//! A payment that waits for the owner's code.
//!
//! Guarantees: no payment begins and no app runs while one is held; each wrong code is journalled; a
//! window that ends refuses; after [`TRIES`] wrong codes in a row, of one payment or of several, none is taken for
//! [`REST`]. Whether the owner hears of it never decides anything: the notice is a service, and the
//! code is what releases.

use crate::acquirer;
use crate::error::TerminalError;
use crate::keys::{Answer, Keys};
use crate::profile::{Notify, Owner, Profile};
use crate::terminal::Inner;
use caisson_core::Reason;
use caisson_core::desk::DeskEvent;
use caisson_core::operation::OperationKind;
use caisson_core::payment::Intent;
use caisson_core::view::View;
use caisson_devices::screen::Key;
use caisson_network::{Binding, Client, Connector, Heard, Prepared};
use caisson_vault::{CardKeys, Passcode};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Codes that may be wrong, one after the other.
const TRIES: u32 = 3;
/// How long no code is taken after that: a guesser has 36 tries an hour at a million codes.
const REST: Duration = Duration::from_secs(5 * 60);
/// Waits before a notice is sent again.
const NOTICE_WAITS: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(8)];

/// The owner as this terminal knows one.
pub(crate) struct OwnerDesk {
    owner: Owner,
    notices: Option<Notices>,
    tries: Mutex<Tries>,
}

/// The codes that were keyed lately.
#[derive(Default)]
struct Tries {
    /// Wrong ones since the last right one.
    wrong: u32,
    /// No code is taken before.
    rests_until: Option<Instant>,
}

/// The way of a notice.
struct Notices {
    client: Client,
    operation: String,
}

impl OwnerDesk {
    /// The desk of the profile's owner, where it has one.
    pub(crate) fn open(
        profile: &Profile,
        keys: &Arc<dyn CardKeys>,
        connector: &Arc<dyn Connector>,
    ) -> Result<Option<Self>, TerminalError> {
        let Some(owner) = profile.owner.clone() else { return Ok(None) };
        let notices = match &owner.notify {
            None => None,
            Some(Notify { destination, operation }) => {
                let missing = || TerminalError::NoNotice {
                    destination: destination.clone(),
                    operation: operation.clone(),
                };
                let client = acquirer::client(profile, destination, keys, connector)?;
                let client = client.ok_or_else(missing)?;
                let known = client.destination().operation(operation);
                known.filter(|known| known.kind() == OperationKind::Service).ok_or_else(missing)?;
                Some(Notices { client, operation: operation.clone() })
            }
        };
        Ok(Some(Self { owner, notices, tries: Mutex::default() }))
    }

    /// How many codes may still be wrong; 0 while none is taken.
    fn tries_left(&self) -> u32 {
        let tries = self.tries();
        let rests = tries.rests_until.is_some_and(|until| Instant::now() < until);
        if rests { 0 } else { TRIES.saturating_sub(tries.wrong) }
    }

    /// True where `code` is the owner's; counts where it is not. Compares off the thread that
    /// serves the screen: it takes as long as a blink.
    async fn knows(&self, code: Passcode) -> bool {
        let hash = self.owner.code.clone();
        let compared = tokio::task::spawn_blocking(move || hash.matches(&code)).await;
        let is_right = compared.unwrap_or(false);
        let mut tries = self.tries();
        tries.wrong = if is_right { 0 } else { tries.wrong.saturating_add(1) };
        if tries.wrong >= TRIES {
            *tries = Tries { wrong: 0, rests_until: Some(Instant::now() + REST) };
        }
        is_right
    }

    fn tries(&self) -> MutexGuard<'_, Tries> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Waits for the owner; `None` where the payment is released.
    pub(crate) async fn hold(
        self: &Arc<Self>,
        intent: &Intent,
        reason: Reason,
        keys: &Keys,
    ) -> Result<Option<Reason>, TerminalError> {
        // A profile that holds without an owner is refused when it is read.
        let Some(desk) = &self.owner else { return Ok(Some(reason)) };
        if desk.tries_left() == 0 {
            return Ok(Some(Reason::OwnerCodeWrong));
        }
        self.notify(desk, intent, reason);
        let refusal = self.ask_owner(desk, intent, reason, keys).await?;
        let ended = refusal.map_or("released", Reason::code);
        tracing::info!(key = %intent.key, %reason, ended, "the payment was held for the owner");
        Ok(refusal)
    }

    async fn ask_owner(
        &self,
        desk: &OwnerDesk,
        intent: &Intent,
        reason: Reason,
        keys: &Keys,
    ) -> Result<Option<Reason>, TerminalError> {
        let until = Instant::now() + desk.owner.window;
        let mut was_wrong = false;
        loop {
            let tries_left = desk.tries_left();
            if tries_left == 0 {
                return Ok(Some(Reason::OwnerCodeWrong));
            }
            keys.forget().await;
            let view = View::Hold { reason, tries_left, was_wrong };
            self.show(view, Some(intent.amount), Some(until));
            self.sound_attention();
            let answer = keys.answer(until, |key| match key {
                Key::Code(code) => Some(Some(code)),
                Key::No => Some(None),
                _ => None,
            });
            let code = match answer.await {
                Answer::Given(Some(code)) => code,
                Answer::Given(None) => return Ok(Some(Reason::OwnerRefused)),
                Answer::Cancelled => return Ok(Some(Reason::CancelledByCashier)),
                Answer::Silence => return Ok(Some(Reason::OwnerSilent)),
            };
            if desk.knows(code).await {
                return Ok(None);
            }
            let (key, left) = (intent.key.clone(), desk.tries_left());
            self.record(DeskEvent::NotReleased { key, left }).await?;
            was_wrong = true;
        }
    }

    /// Tells the owner, behind the counter.
    fn notify(self: &Arc<Self>, desk: &OwnerDesk, intent: &Intent, reason: Reason) {
        let Some(notices) = &desk.notices else { return };
        let client = notices.client.clone();
        let notice = self.notice(intent, reason, desk.owner.window).to_string();
        let binding = Binding::of_service(intent.key.clone());
        let prepared =
            client.destination().prepare(&notices.operation, notice.as_bytes(), &binding);
        match prepared {
            Ok(prepared) => self.spawn(async move {
                send(&client, &prepared).await;
                Ok(())
            }),
            Err(error) => tracing::error!(%error, "the owner cannot be told"),
        }
    }

    fn notice(&self, intent: &Intent, reason: Reason, window: Duration) -> serde_json::Value {
        let row = reason.row();
        serde_json::json!({
            "terminal": self.merchant.terminal_id,
            "merchant": self.merchant.merchant_id,
            "kind": intent.kind,
            "app": intent.app,
            "service": intent.service,
            "asked_minor": intent.amount.minor(),
            "asked_currency": intent.amount.currency().code(),
            "reason": reason.code(),
            "why_zh": row.why.zh,
            "why_en": row.why.en,
            "window_s": window.as_secs(),
            "at_ms": self.clock.now().ms,
        })
    }
}

/// Sends a notice until it was answered. It moves nothing, so it may come twice.
async fn send(client: &Client, notice: &Prepared) {
    let mut waits = NOTICE_WAITS.into_iter();
    loop {
        let trouble = match client.exchange(notice).await {
            Heard::Answer(_) => return,
            Heard::NotSent { cause, .. } => cause.to_string(),
            Heard::NoAnswer { cause, .. } => cause.to_string(),
        };
        let Some(wait) = waits.next() else {
            tracing::error!(%trouble, "the owner was not told of a held payment");
            return;
        };
        tokio::time::sleep(wait).await;
    }
}
