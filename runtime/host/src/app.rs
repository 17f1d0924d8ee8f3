//! A loaded app: checked imports, linked with what it was granted, ready to be called.

use crate::bindings::caisson::payment::payment::Money as WitMoney;
use crate::bindings::exports::caisson::app::app as wit;
use crate::bindings::{SystemApp, SystemAppPre};
use crate::cache::ComponentCache;
use crate::compile::{HAS_COMPILER, from_build_host, own_purpose};
use crate::emv::Kernel;
use crate::engine::HostEngine;
use crate::fault::{AppFault, LoadError};
use crate::kill::{Kill, KillCause};
use crate::limits::{Budget, CANCEL_GRACE, HANDLES_MAX, HOST_CALL_BYTES_MAX};
use crate::payment::{ErrandData, IntentData, TicketData};
use crate::service::{Service, ServiceKind};
use crate::session::Session;
use crate::state::{CallState, Shared};
use crate::{link, redact};
use caisson_core::payment::{Digest, Fact};
use caisson_core::permission::{Audit, Grants, Permission};
use caisson_core::{Money, Reason};
use caisson_packages::{BuildHosts, Forms};
use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::component::{Component, Resource};
use wasmtime::{Store, UpdateDeadline};

/// Services that one app may have.
const SERVICES_MAX: usize = 16;
/// After a kill, how long the call may take to unwind before it is dropped.
const UNWIND: Duration = Duration::from_secs(1);

/// What is needed to load an app.
#[derive(Debug, Clone, Copy)]
pub struct AppImage<'a> {
    /// The app's id.
    pub id: &'a str,
    /// The component.
    pub wasm: &'a [u8],
    /// What its manifest asks for.
    pub asked: &'a BTreeSet<Permission>,
    /// What the terminal's policy grants.
    pub policy: &'a BTreeSet<Permission>,
}

/// Where an app's machine code is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A build host of the terminal's profile, by its name there.
    BuildHost(String),
    /// It was compiled here.
    Here {
        /// Why the package's own form for this terminal was passed over; `None` where it has none.
        passed_over: Option<String>,
    },
}

/// What an app says about a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Money moved.
    Approved {
        /// How much.
        amount: Money,
        /// Lines for the receipt.
        facts: Vec<Fact>,
    },
    /// No money moved, and none will.
    Declined(Reason),
    /// Ended before money moved.
    Cancelled(Reason),
    /// Not known.
    Unknown,
}

/// How a call ended, with what the app wrote to its log.
#[derive(Debug)]
pub struct CallReport<R> {
    /// The answer, or why there is none.
    pub result: Result<R, AppFault>,
    /// stdout and stderr, long digit runs removed.
    pub log: String,
}

/// A loaded app.
pub struct App {
    id: String,
    pre: SystemAppPre<CallState>,
    engine: Arc<HostEngine>,
    shared: Arc<Shared>,
    kernel: Option<Arc<Kernel>>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("id", &self.id).finish_non_exhaustive()
    }
}

impl App {
    /// Loads an app that is compiled here: finds or makes its machine code, checks its imports
    /// against its grants, links only these. Compiling takes a while: async callers use a blocking
    /// task.
    ///
    /// # Errors
    /// [`LoadError`] names what is wrong and who acts.
    pub fn load(
        engine: &Arc<HostEngine>,
        cache: &ComponentCache,
        image: AppImage<'_>,
    ) -> Result<Self, LoadError> {
        let component = cache.load(engine, image.wasm).map_err(|error| error.of_app(image.id))?;
        Self::link(engine, &component, image)
    }

    /// As [`Self::load`], with the compiled forms that the app came with: where one of them is for
    /// this terminal and a build host of `hosts` signed it, that is what runs. Else the app is
    /// compiled here; where there is no compiler, that is an error.
    ///
    /// # Errors
    /// As [`Self::load`]; [`LoadError::Form`], [`LoadError::MachineCode`],
    /// [`LoadError::NotCompiled`] where there is no compiler.
    pub fn load_compiled(
        engine: &Arc<HostEngine>,
        cache: &ComponentCache,
        image: AppImage<'_>,
        (forms, hosts): (&Forms, &BuildHosts),
    ) -> Result<(Self, Origin), LoadError> {
        let passed_over = match Self::by_build_host(engine, image, forms, hosts) {
            Ok(Some((component, host))) => {
                let app = Self::link(engine, &component, image)?;
                return Ok((app, Origin::BuildHost(host)));
            }
            Ok(None) if HAS_COMPILER => None,
            Ok(None) => return Err(LoadError::not_compiled(image.id, forms.purposes())),
            Err(error) if HAS_COMPILER => Some(error.to_string()),
            Err(error) => return Err(error),
        };
        Ok((Self::load(engine, cache, image)?, Origin::Here { passed_over }))
    }

    /// The component from the form for this terminal, and who compiled it; `None` where there is
    /// no such form.
    fn by_build_host(
        engine: &HostEngine,
        image: AppImage<'_>,
        forms: &Forms,
        hosts: &BuildHosts,
    ) -> Result<Option<(Component, String)>, LoadError> {
        let Some(form) = forms.find(&own_purpose()) else { return Ok(None) };
        let code = form.trusted(&Digest::of(image.wasm), hosts)?;
        let component = from_build_host(engine, &code, image.wasm)
            .map_err(|cause| LoadError::MachineCode { app: image.id.to_owned(), cause })?;
        Ok(Some((component, code.build_host().to_owned())))
    }

    /// Checks the imports of a component that is in memory against the app's grants, and links
    /// only these.
    ///
    /// # Errors
    /// [`LoadError`] names what is wrong and who acts.
    pub fn link(
        engine: &Arc<HostEngine>,
        component: &Component,
        image: AppImage<'_>,
    ) -> Result<Self, LoadError> {
        let id = image.id.to_owned();
        let mut grants = Grants::for_app(image.id, image.asked, image.policy);
        let imported = link::imports(engine, component, image.id)?;
        let granted: BTreeSet<_> = grants.granted().collect();
        if let Some(permission) = imported.difference(&granted).next() {
            return Err(grants.deny(*permission).into());
        }
        let wrong = |error: wasmtime::Error| LoadError::WrongWorld {
            app: id.clone(),
            cause: format!("{error:#}"),
        };
        let linker = link::linker(engine, &imported).map_err(wrong)?;
        let pre = linker.instantiate_pre(component).map_err(wrong)?;
        let pre = SystemAppPre::new(pre).map_err(wrong)?;
        let engine = Arc::clone(engine);
        Ok(Self { id, pre, engine, shared: Arc::new(Shared::new(grants)), kernel: None })
    }

    /// The same app, with `kernel` behind its `caisson:emv`. Without one, that interface has no
    /// transaction to give.
    #[must_use]
    pub fn with_kernel(mut self, kernel: Option<Arc<Kernel>>) -> Self {
        self.kernel = kernel;
        self
    }

    /// The app's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Uses of each permission so far.
    #[must_use]
    pub fn audit(&self) -> Vec<(Permission, Audit)> {
        self.shared.grants().audit().collect()
    }

    /// What the app offers.
    pub async fn services(&self, session: Arc<dyn Session>) -> CallReport<Vec<Service>> {
        let report = self
            .call("services", Budget::SERVICES, session, async |app, store| {
                app.caisson_app_app().call_services(store).await
            })
            .await;
        let result = report.result.and_then(|services| self.checked(services));
        CallReport { result, log: report.log }
    }

    /// Everything around a call, and nothing inside it: a fresh instance comes up and goes. The
    /// self-test of a loaded app; what it takes is what each call costs before the app's own work.
    pub async fn instantiate_once(&self, session: Arc<dyn Session>) -> CallReport<()> {
        self.call("instantiate", Budget::SERVICES, session, async |_, _| Ok(())).await
    }

    /// Runs a service that moves no money; why it was not done, if the app says so.
    pub async fn serve(
        &self,
        session: Arc<dyn Session>,
        errand: impl Into<ErrandData>,
    ) -> CallReport<Result<(), Reason>> {
        let errand = errand.into();
        let report = self
            .call("serve", Budget::SERVE, session, async move |app, store| {
                let errand: Resource<ErrandData> = store.data_mut().table.push(errand)?;
                app.caisson_app_app().call_serve(store, errand).await
            })
            .await;
        let reason = |text: String| text.parse().unwrap_or(Reason::AppFailed);
        CallReport { result: report.result.map(|done| done.map_err(reason)), log: report.log }
    }

    /// Starts a payment.
    pub async fn start(
        &self,
        session: Arc<dyn Session>,
        intent: IntentData,
    ) -> CallReport<Outcome> {
        let report = self
            .call("start", Budget::START, session, async move |app, store| {
                let intent: Resource<IntentData> = store.data_mut().table.push(intent)?;
                app.caisson_app_app().call_start(store, intent).await
            })
            .await;
        self.outcome("start", report)
    }

    /// Makes an unknown payment certain.
    pub async fn recover(
        &self,
        session: Arc<dyn Session>,
        ticket: TicketData,
    ) -> CallReport<Outcome> {
        let report = self
            .call("recover", Budget::RECOVER, session, async move |app, store| {
                let ticket: Resource<TicketData> = store.data_mut().table.push(ticket)?;
                app.caisson_app_app().call_recover(store, ticket).await
            })
            .await;
        self.outcome("recover", report)
    }

    /// A fresh instance, one call, and the store is gone: a trapped instance is never entered
    /// again, and nothing outlives the call.
    async fn call<R>(
        &self,
        export: &'static str,
        budget: Budget,
        session: Arc<dyn Session>,
        work: impl AsyncFnOnce(&SystemApp, &mut Store<CallState>) -> wasmtime::Result<R>,
    ) -> CallReport<R> {
        // Before the clock of the budget starts: nobody is blamed for waiting. Declared before the
        // store, so that it is given back after the store has gone.
        let _slot = self.engine.slot().await;
        let kill = Kill::default();
        let mut state = CallState::new(
            Arc::clone(&session),
            Arc::clone(&self.shared),
            kill.clone(),
            budget.processor,
        );
        state.kernel = self.kernel.clone();
        let mut store = store(&self.engine, state);
        let ended = {
            let mut running = pin!(async {
                let app = self.pre.instantiate_async(&mut store).await?;
                work(&app, &mut store).await
            });
            tokio::select! {
                biased;
                done = &mut running => Ok(done),
                cause = watch(budget.wall, session.as_ref()) => {
                    kill.fire(cause);
                    tokio::time::timeout(UNWIND, &mut running).await.map_err(|_| cause)
                }
            }
        };
        let state = store.data();
        let log = state.log.text();
        let result = match ended {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(self.fault(export, kill.cause(), state.meter.refused, &error)),
            Err(cause) => Err(AppFault::Killed { app: self.id.clone(), export, cause }),
        };
        CallReport { result, log }
    }

    fn fault(
        &self,
        export: &'static str,
        killed: Option<KillCause>,
        refused: Option<&'static str>,
        error: &wasmtime::Error,
    ) -> AppFault {
        let app = self.id.clone();
        if let Some(cause) = killed {
            return AppFault::Killed { app, export, cause };
        }
        let mut cause = redact::digits(&error.root_cause().to_string());
        if let Some(limit) = refused {
            cause = format!("{cause} (refused before: {limit})");
        }
        AppFault::Trap { app, export, cause }
    }

    fn bad(&self, export: &'static str, what: impl Into<String>) -> AppFault {
        AppFault::BadReturn { app: self.id.clone(), export, what: what.into() }
    }

    fn checked(&self, services: Vec<wit::Service>) -> Result<Vec<Service>, AppFault> {
        if services.len() > SERVICES_MAX {
            return Err(self.bad("services", "more than 16 services"));
        }
        let mut checked = Vec::with_capacity(services.len());
        for service in services {
            let known = ServiceKind::ALL.into_iter().find(|kind| kind.name() == service.kind);
            // A later app on this terminal: its newer kinds are left out, the rest works.
            let Some(kind) = known else { continue };
            let id_fits = (1..=20).contains(&service.id.len())
                && service.id.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
            let names_fit = [&service.zh, &service.en].iter().all(|name| {
                (1..=24).contains(&name.chars().count())
                    && !name.chars().any(caisson_core::document::is_forbidden_character)
            });
            if !id_fits || !names_fit {
                return Err(self.bad(
                    "services",
                    "an id that is not 1 to 20 of a-z, 0-9, -, or a name that is not 1 to 24 plain \
                     characters",
                ));
            }
            if checked.iter().any(|known: &Service| known.id == service.id) {
                return Err(self.bad("services", format!("the id {} twice", service.id)));
            }
            checked.push(Service { id: service.id, kind, zh: service.zh, en: service.en });
        }
        Ok(checked)
    }

    fn outcome(
        &self,
        export: &'static str,
        report: CallReport<wit::Outcome>,
    ) -> CallReport<Outcome> {
        let reason = |text: &str| text.parse::<Reason>().unwrap_or(Reason::DeclinedOther);
        let result = report.result.and_then(|outcome| match outcome {
            wit::Outcome::Approved(approval) => {
                let no_amount = |error| self.bad(export, format!("no amount: {error}"));
                let amount = money(&approval.amount).map_err(no_amount)?;
                let fact = |fact: wit::Fact| Fact { name: fact.name, value: fact.value };
                let facts = approval.facts.into_iter().map(fact).collect();
                Ok(Outcome::Approved { amount, facts })
            }
            wit::Outcome::Declined(text) => Ok(Outcome::Declined(reason(&text))),
            wit::Outcome::Cancelled(text) => Ok(Outcome::Cancelled(reason(&text))),
            wit::Outcome::Unknown => Ok(Outcome::Unknown),
        });
        CallReport { result, log: report.log }
    }
}

/// A store with every limit set: memory, handles, bytes of a host call, processor time.
pub(crate) fn store(engine: &HostEngine, state: CallState) -> Store<CallState> {
    let mut store = Store::new(engine.wasmtime(), state);
    store.limiter(|state| &mut state.meter);
    store.set_hostcall_fuel(HOST_CALL_BYTES_MAX);
    store.set_max_component_handles(HANDLES_MAX);
    // Set before instantiation: start functions run there.
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut context| {
        let state = context.data_mut();
        if let Some(cause) = state.kill.cause() {
            return Err(wasmtime::Error::new(cause));
        }
        if !state.may_run_on() {
            state.kill.fire(KillCause::Processor);
            return Err(wasmtime::Error::new(KillCause::Processor));
        }
        Ok(UpdateDeadline::Yield(1))
    });
    store
}

/// Ends when the call has had its time, or its grace after Cancel.
async fn watch(wall: Duration, session: &dyn Session) -> KillCause {
    let after_cancel = async {
        session.cancelled().await;
        tokio::time::sleep(CANCEL_GRACE).await;
    };
    tokio::select! {
        () = tokio::time::sleep(wall) => KillCause::Wall,
        () = after_cancel => KillCause::Cancel,
    }
}

fn money(money: &WitMoney) -> Result<Money, caisson_core::money::MoneyError> {
    Money::new(money.minor, money.currency.parse()?)
}
