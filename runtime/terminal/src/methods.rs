//! The ways to pay and how each stands, told before the customer pays.

use crate::admit::CONFIRM_WAIT;
use crate::counter::Request;
use crate::error::TerminalError;
use crate::keys::{Answer, Keys};
use crate::terminal::{Hosted, Inner, Terminal};
use caisson_core::desk::Act;
use caisson_core::payment::Kind;
use caisson_core::view::View;
use caisson_core::{Money, Reason};
use caisson_devices::screen::Key;
use caisson_host::{Service, ServiceKind};
use caisson_network::Client;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Longest that an acquirer may take to show that it is there: somebody is waiting to pay.
const REACH_WAIT: Duration = Duration::from_secs(3);

/// The id of the service that takes a whole payment of the day back, as the contract says.
const VOID: &str = "void";

/// A way to pay: a service of an app that takes or reserves money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// The app's id.
    pub app: String,
    /// Its service.
    pub service: Service,
    /// Why it takes no payment now: [`Reason::MethodParked`] or [`Reason::MethodDown`].
    pub trouble: Option<Reason>,
}

impl Terminal {
    /// Every way to pay, and how it stands. Where the last connection to an acquirer failed, it is
    /// tried again, which takes up to three seconds for each such app.
    ///
    /// # Errors
    /// Only what stops the terminal.
    pub async fn methods(&self) -> Result<Vec<Method>, TerminalError> {
        self.inner().methods().await
    }

    /// The service with which `app` does `act` with a payment of the kind `of`; `None` where it has
    /// none. Where all of what was taken goes back on its own day, that is the one with the id
    /// `void`, where the app has such a one.
    #[must_use]
    pub fn linked_service(&self, app: &str, of: Kind, act: Act) -> Option<String> {
        self.inner().linked_service(app, of, act)
    }
}

impl Hosted {
    /// True where its acquirer could not be reached lately, or the line is down.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.client.as_ref().is_some_and(Client::is_doubtful)
    }

    /// True where its acquirer cannot be reached. Tries only where there is doubt.
    pub(crate) async fn is_down(&self) -> bool {
        match &self.client {
            Some(client) if client.is_doubtful() => client.reach(REACH_WAIT).await.is_err(),
            Some(_) | None => false,
        }
    }
}

impl Inner {
    async fn methods(&self) -> Result<Vec<Method>, TerminalError> {
        let mut methods = Vec::new();
        for (id, hosted) in self.apps() {
            let trouble = if self.is_parked(id).await? {
                Some(Reason::MethodParked)
            } else if hosted.is_down().await {
                Some(Reason::MethodDown)
            } else {
                None
            };
            let begins = hosted.services().iter().filter(|service| service.kind.begins());
            methods.extend(begins.map(|service| {
                let service = service.clone();
                Method { app: id.clone(), service, trouble }
            }));
        }
        Ok(methods)
    }

    /// True while a payment of this app stands parked.
    pub(crate) async fn is_parked(&self, app: &str) -> Result<bool, TerminalError> {
        let app = app.to_owned();
        let parked = self.journal.with(move |journal| journal.method_parked(&app)).await??;
        Ok(parked.is_some())
    }

    pub(crate) fn linked_service(&self, app: &str, of: Kind, act: Act) -> Option<String> {
        let kind = match (of, act) {
            (Kind::PreAuth, Act::Complete) => ServiceKind::Completion,
            (Kind::PreAuth, Act::Void) => ServiceKind::Release,
            (Kind::Sale | Kind::Completion, Act::Refund | Act::Void) => ServiceKind::Refund,
            _ => return None,
        };
        let services = self.hosted(app)?.services();
        let mut fitting = services.iter().filter(|service| service.kind == kind);
        let is_void = |service: &&Service| {
            kind == ServiceKind::Refund && act == Act::Void && service.id == VOID
        };
        let void = fitting.clone().find(is_void);
        void.or_else(|| fitting.next()).map(|service| service.id.clone())
    }

    /// The app with its service that moves or reserves money, and what a payment by it does.
    pub(crate) fn payment_service(&self, app: &str, service: &str) -> Option<(Arc<Hosted>, Kind)> {
        let hosted = self.hosted(app)?;
        let offered = hosted.services().iter().find(|offered| offered.id == service)?;
        Some((Arc::clone(hosted), offered.kind.of_payment()?))
    }

    /// Where the wanted way to pay cannot be used: the cashier's choice among the others, app and
    /// service; `None` where there is no other, or none was chosen.
    pub(crate) async fn instead(
        &self,
        request: &Request,
        reason: Reason,
        amount: Option<Money>,
        keys: &Keys,
    ) -> Result<Option<(String, String)>, TerminalError> {
        let is_the_methods = matches!(reason, Reason::MethodParked | Reason::MethodDown);
        if !is_the_methods || request.original.is_some() {
            return Ok(None);
        }
        // Whoever wants to reserve is not offered to be charged.
        let wanted = self.payment_service(&request.app, &request.service).map(|(_, kind)| kind);
        let mut others = self.methods().await?;
        others.retain(|method| {
            let is_like = method.service.kind.of_payment() == wanted;
            method.trouble.is_none() && method.app != request.app && is_like
        });
        if others.is_empty() {
            return Ok(None);
        }
        let name = |method: &Method| match self.language() {
            caisson_core::Language::Zh => method.service.zh.clone(),
            caisson_core::Language::En => method.service.en.clone(),
        };
        let rows = others.iter().map(name).collect();
        let until = Instant::now() + CONFIRM_WAIT;
        keys.forget().await;
        self.show(View::Instead { reason, rows }, amount, Some(until));
        let chosen = keys.answer(until, |key| match key {
            Key::Row(row) => {
                let method = others.get(usize::try_from(row).unwrap_or(usize::MAX))?;
                Some(Some((method.app.clone(), method.service.id.clone())))
            }
            Key::No => Some(None),
            _ => None,
        });
        Ok(match chosen.await {
            Answer::Given(chosen) => chosen,
            Answer::Cancelled | Answer::Silence => None,
        })
    }
}
