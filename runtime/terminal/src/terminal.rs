//! The terminal: opened once, shared by the counter and the recoveries.

use crate::acquirer;
use crate::clock::WallClock;
use crate::counter::log_app;
use crate::driver::Driver;
use crate::equipment::Equipment;
use crate::error::TerminalError;
use crate::hold::OwnerDesk;
use crate::kernel;
use crate::news::News;
use crate::past::Begun;
use crate::profile::{OperatorProfile, Profile};
use crate::session::{Company, TillSession};
use crate::settings::SettingsBook;
use crate::trial;
use caisson_core::payment::Effect;
use caisson_core::receipt::Merchant;
use caisson_core::risk::Limits;
use caisson_core::view::View;
use caisson_core::{Language, PaymentKey};
use caisson_devices::printer::JobKey;
use caisson_devices::screen::AppFace;
use caisson_host::{
    App, AppActor, AppImage, ComponentCache, HostEngine, Kernel, KernelFiles, Origin, Service,
    ServiceKind,
};
use caisson_journal::{Boot, Filter, Journal, JournalError, JournalHandle, LIST_ROWS_MAX};
use caisson_network::{Client, Connector};
use caisson_packages::{Installed, InstalledApps, Manifest};
use caisson_vault::{CardKeys, Slot};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use tokio::sync::{Mutex as AsyncMutex, watch};

/// The vault slot that seals recovery notes.
const RECOVERY_SLOT: &str = "recovery";

/// Payments between two movings of the journal's log, which writes the log's warm size of 1 MiB: so
/// rarely that flash is spared, so often that the log does not outgrow that size.
const PAYMENTS_BETWEEN_TIDYINGS: u64 = 16;

/// What a terminal is made of.
pub struct Parts {
    /// What it is, has and may.
    pub profile: Profile,
    /// Its keys.
    pub keys: Arc<dyn CardKeys>,
    /// Its way to the acquirers.
    pub connector: Arc<dyn Connector>,
    /// Its devices.
    pub equipment: Equipment,
    /// Its clock for people.
    pub clock: Arc<dyn WallClock>,
    /// The Wasm engine, which terminals in one process can share.
    pub engine: Arc<HostEngine>,
}

/// An app that is loaded.
pub(crate) struct Hosted {
    pub(crate) manifest: Manifest,
    pub(crate) actor: AppActor,
    services: OnceLock<Vec<Service>>,
    pub(crate) client: Option<Client>,
    pub(crate) settings: Arc<BTreeMap<String, String>>,
    pub(crate) is_development: bool,
    /// Cleared with the first word about its version.
    pub(crate) on_trial: AtomicBool,
}

impl Hosted {
    /// The app as people know it.
    pub(crate) fn face(&self, language: Language) -> AppFace {
        let name = self.manifest.name.in_language(language).to_owned();
        AppFace { id: self.manifest.id.clone(), name }
    }

    /// What the app offers.
    pub(crate) fn services(&self) -> &[Service] {
        self.services.get().map_or(&[], Vec::as_slice)
    }
}

pub(crate) struct Inner {
    pub(crate) merchant: Merchant,
    pub(crate) settings: SettingsBook,
    pub(crate) operators: Vec<OperatorProfile>,
    pub(crate) utc_offset_minutes: i32,
    pub(crate) limits: Limits,
    pub(crate) journal: JournalHandle,
    pub(crate) owner: Option<OwnerDesk>,
    pub(crate) begun: Begun,
    pub(crate) keys: Arc<dyn CardKeys>,
    pub(crate) recovery_slot: Slot,
    pub(crate) equipment: Equipment,
    /// What the acquirer sets for the kernel.
    pub(crate) kernel_files: KernelFiles,
    /// True where a cardholder may go on without a PIN.
    pub(crate) pin_bypass: bool,
    /// True where the digits of the PIN pad stand in another order each time.
    pub(crate) shuffled_pin_pad: bool,
    pub(crate) clock: Arc<dyn WallClock>,
    apps: BTreeMap<String, Arc<Hosted>>,
    pub(crate) packages: InstalledApps,
    /// Held by the one payment that the cashier is taking.
    pub(crate) counter: AsyncMutex<()>,
    drivers: Mutex<BTreeMap<PaymentKey, Weak<Driver>>>,
    busy: watch::Sender<usize>,
    halted: Mutex<Option<String>>,
    /// What the desk is told of, where there is one.
    pub(crate) news: News,
    slips: AtomicU64,
    since_tidy: AtomicU64,
}

/// A running terminal; clones share it.
#[derive(Clone)]
pub struct Terminal {
    inner: Arc<Inner>,
    boot: Arc<Boot>,
    left_out: Arc<Vec<LeftOut>>,
}

/// An installed app that this start goes without, because it broke down when it was brought up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its id.
    pub app: String,
    /// How it broke down. For the app's developer.
    pub why: String,
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terminal").field("boot", &self.boot.number).finish_non_exhaustive()
    }
}

impl Terminal {
    /// Opens the journal, loads the installed apps, and takes up every payment that is open.
    ///
    /// # Errors
    /// [`TerminalError`]; nothing is taken until it opens.
    pub async fn open(parts: Parts) -> Result<Self, TerminalError> {
        let (folder, at) = (parts.profile.journal.clone(), parts.clock.now());
        let opened = tokio::task::spawn_blocking(move || Journal::open(&folder, at)).await;
        let (journal, boot) = opened.map_err(|error| TerminalError::Device {
            path: parts.profile.journal.clone(),
            cause: error.to_string(),
        })??;
        let packages = InstalledApps::at(&parts.profile.apps);
        let open = open_apps(&journal)?;
        let (parts, (hosted, mut left_out)) = load_all(parts, &packages, &open).await?;
        let hosted = hosted.into_iter().map(|app| (app.manifest.id.clone(), Arc::new(app)));
        let owner = OwnerDesk::open(&parts.profile, &parts.keys, &parts.connector)?;
        let Parts { profile, keys, equipment, clock, .. } = parts;
        let kernel_files = kernel::files(&profile.emv)?;
        let inner = Inner {
            merchant: profile.merchant,
            settings: SettingsBook::open(&profile.journal, profile.language),
            operators: profile.operators,
            utc_offset_minutes: profile.utc_offset_minutes,
            limits: profile.limits,
            owner,
            begun: Begun::default(),
            journal: JournalHandle::new(journal),
            keys,
            recovery_slot: RECOVERY_SLOT.parse()?,
            equipment,
            kernel_files,
            pin_bypass: profile.emv.pin_bypass,
            shuffled_pin_pad: profile.emv.shuffled_pin_pad,
            clock,
            apps: hosted.collect(),
            packages,
            counter: AsyncMutex::new(()),
            drivers: Mutex::new(BTreeMap::new()),
            busy: watch::Sender::new(0),
            halted: Mutex::new(None),
            news: News::default(),
            slips: AtomicU64::new(0),
            since_tidy: AtomicU64::new(0),
        };
        let inner = Arc::new(inner);
        left_out.extend(inner.ask_services(&open).await?);
        let terminal = Self { inner, boot: Arc::new(boot), left_out: Arc::new(left_out) };
        terminal.take_up().await?;
        terminal.inner.show(View::Idle, None, None);
        Ok(terminal)
    }

    /// What the opening of the journal found.
    #[must_use]
    pub fn boot(&self) -> &Boot {
        &self.boot
    }

    /// The journal, for questions.
    #[must_use]
    pub fn journal(&self) -> &JournalHandle {
        &self.inner.journal
    }

    /// Every service of every app: (app id, service).
    pub fn services(&self) -> impl Iterator<Item = (&str, &Service)> {
        self.inner
            .apps
            .iter()
            .flat_map(|(id, hosted)| hosted.services().iter().map(move |s| (id.as_str(), s)))
    }

    /// The apps that this start goes without; the others take payments.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// The apps that nobody signed: people at the terminal are told.
    pub fn unsigned(&self) -> impl Iterator<Item = &Manifest> {
        let apps = self.inner.apps.values();
        apps.filter(|hosted| hosted.is_development).map(|hosted| &hosted.manifest)
    }

    /// Ends when nothing is being recovered, watched or given back.
    pub async fn settled(&self) {
        let mut busy = self.inner.busy.subscribe();
        // The sender lives in `inner`, so this cannot fail while we hold it.
        let _ = busy.wait_for(|busy| *busy == 0).await;
    }

    pub(crate) const fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    /// Goes on with every payment that the last run left open.
    async fn take_up(&self) -> Result<(), TerminalError> {
        for (key, effects) in &self.boot.open {
            let Some(driver) = self.inner.driver_of(key).await? else {
                tracing::error!(%key, "its app is not installed: the payment stays as it is");
                continue;
            };
            if effects.contains(&Effect::Tell) {
                self.inner.take_up_told(&driver).await?;
            }
            self.inner.follow(&driver, effects);
        }
        Ok(())
    }
}

impl Inner {
    /// Asks each app once what it offers. One that breaks down offers nothing, and the others go
    /// on; a version on trial gives way, and the next start has the one before it.
    async fn ask_services(
        self: &Arc<Self>,
        open: &BTreeSet<String>,
    ) -> Result<Vec<LeftOut>, TerminalError> {
        let mut left_out = Vec::new();
        for (id, hosted) in &self.apps {
            let session = TillSession::new(self, hosted, Company::Nobody);
            let report = hosted.actor.services(Arc::new(session)).await;
            log_app(hosted, &report.log, report.result.as_ref().err());
            match report.result {
                Ok(services) => {
                    let _ = hosted.services.set(services);
                }
                Err(fault) => {
                    let why = fault.to_string();
                    let gave_way = self.packages.failed(id, &why, open.contains(id))?;
                    gave_way.iter().for_each(|returned| trial::log_return(id, returned));
                    tracing::error!(app = %id, %why, "the app is left out of this start");
                    left_out.push(LeftOut { app: id.clone(), why });
                }
            }
        }
        Ok(left_out)
    }

    /// The last run ended between the outcome and its telling.
    async fn take_up_told(&self, driver: &Driver) -> Result<(), TerminalError> {
        if driver.payment().await.approved().is_some() {
            self.print_after_restart(driver).await?;
        }
        Ok(())
    }

    /// Every loaded app by its id.
    pub(crate) fn apps(&self) -> impl Iterator<Item = (&String, &Arc<Hosted>)> {
        self.apps.iter()
    }

    /// The language of screen, paper and announcements now.
    pub(crate) fn language(&self) -> Language {
        self.settings.now().language
    }

    /// The loaded app `id`.
    pub(crate) fn hosted(&self, id: &str) -> Option<&Arc<Hosted>> {
        self.apps.get(id)
    }

    /// The app and the kind of its service, where it offers it and `is_wanted` says so.
    pub(crate) fn offering(
        &self,
        app: &str,
        service: &str,
        is_wanted: impl Fn(ServiceKind) -> bool,
    ) -> Option<(Arc<Hosted>, ServiceKind)> {
        let hosted = self.hosted(app)?;
        let found = hosted.services().iter().find(|s| s.id == service && is_wanted(s.kind))?;
        Some((Arc::clone(hosted), found.kind))
    }

    /// The one driver of a payment: that which is at work, or a new one from the journal.
    pub(crate) async fn driver_of(
        self: &Arc<Self>,
        key: &PaymentKey,
    ) -> Result<Option<Arc<Driver>>, TerminalError> {
        if let Some(driver) = self.lock_drivers().get(key).and_then(Weak::upgrade) {
            return Ok(Some(driver));
        }
        let wanted = key.clone();
        let found = self.journal.with(move |journal| journal.payment(&wanted)).await??;
        let Some(payment) = found else {
            return Ok(None);
        };
        let Some(hosted) = self.hosted(&payment.intent().app).map(Arc::clone) else {
            return Ok(None);
        };
        let driver = Arc::new(Driver::new(Arc::clone(self), hosted, payment));
        self.remember(&driver);
        Ok(Some(driver))
    }

    /// Makes `driver` the one that later questions about its payment find.
    pub(crate) fn remember(&self, driver: &Arc<Driver>) {
        let mut drivers = self.lock_drivers();
        drivers.retain(|_, driver| driver.strong_count() > 0);
        drivers.insert(driver.key().clone(), Arc::downgrade(driver));
    }

    fn lock_drivers(&self) -> std::sync::MutexGuard<'_, BTreeMap<PaymentKey, Weak<Driver>>> {
        self.drivers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs work behind the counter. What stops the terminal has been recorded by `halt`.
    pub(crate) fn spawn(
        self: &Arc<Self>,
        work: impl Future<Output = Result<(), TerminalError>> + Send + 'static,
    ) {
        let busy = Busy::begin(Arc::clone(self));
        tokio::spawn(async move {
            if let Err(error) = work.await {
                tracing::error!(%error, "work behind the counter stopped");
            }
            drop(busy);
        });
    }

    /// Every few payments moves the journal's log into its database, where nothing is being
    /// recovered that could wait for it. A log that is busy now is moved after the next payment.
    pub(crate) fn tidy_when_idle(self: &Arc<Self>) {
        let payments = self.since_tidy.fetch_add(1, Ordering::Relaxed);
        if payments >= PAYMENTS_BETWEEN_TIDYINGS && *self.busy.borrow() == 0 {
            self.since_tidy.store(0, Ordering::Relaxed);
            let inner = Arc::clone(self);
            self.spawn(
                async move { Ok(inner.journal.with(Journal::checkpoint_when_idle).await??) },
            );
        }
    }

    /// No money is taken from now on: the journal cannot be written.
    fn halt(&self, error: &JournalError) {
        tracing::error!(%error, "the terminal takes no more money until it is restarted");
        *self.halted.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
    }

    /// What the journal said. A failure that it calls fatal stops the terminal.
    pub(crate) fn heard<T>(&self, said: Result<T, JournalError>) -> Result<T, JournalError> {
        said.inspect_err(|error| {
            if error.is_fatal() {
                self.halt(error);
            }
        })
    }

    /// An error once the terminal has stopped taking money.
    pub(crate) fn running(&self) -> Result<(), TerminalError> {
        match &*self.halted.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Ok(()),
            Some(cause) => Err(TerminalError::Halted { cause: cause.clone() }),
        }
    }

    /// The key of the next sheet that is not a receipt.
    pub(crate) fn next_slip_key(&self) -> Option<JobKey> {
        let number = self.slips.fetch_add(1, Ordering::Relaxed);
        format!("slip-{number}").parse().ok()
    }
}

/// Counts work behind the counter.
struct Busy(Arc<Inner>);

impl Busy {
    fn begin(inner: Arc<Inner>) -> Self {
        inner.busy.send_modify(|busy| *busy = busy.saturating_add(1));
        Self(inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.send_modify(|busy| *busy = busy.saturating_sub(1));
    }
}

/// The apps that have an open payment.
fn open_apps(journal: &Journal) -> Result<BTreeSet<String>, JournalError> {
    let filter = Filter { open_only: true, limit: LIST_ROWS_MAX, ..Filter::default() };
    Ok(journal.list(filter)?.into_iter().map(|row| row.app).collect())
}

/// Loads every installed app away from the threads that others wait on: reading and compiling
/// take their time.
async fn load_all(
    parts: Parts,
    packages: &InstalledApps,
    open: &BTreeSet<String>,
) -> Result<(Parts, trial::Loaded), TerminalError> {
    let path = parts.profile.apps.clone();
    let (packages, open) = (packages.clone(), open.clone());
    let loading = tokio::task::spawn_blocking(move || {
        let loaded = trial::load_all(&parts, &packages, &open)?;
        Ok((parts, loaded))
    });
    loading.await.map_err(|error| TerminalError::Device { path, cause: error.to_string() })?
}

/// Loads one installed app with what this terminal grants it, and with its kernel.
pub(crate) fn load(
    parts: &Parts,
    app: &Installed,
    kernel: Option<&Arc<Kernel>>,
) -> Result<Hosted, TerminalError> {
    let manifest = app.manifest.clone();
    let mut policy = parts.profile.app.get(&manifest.id).cloned().unwrap_or_default();
    kernel::only_what_its_tier_may(app, &mut policy.grants);
    let (wasm, forms) = (app.component()?, app.forms()?);
    let image = AppImage {
        id: &manifest.id,
        wasm: &wasm,
        asked: &manifest.permissions,
        policy: &policy.grants,
    };
    let compiled = (&forms, &parts.profile.build_hosts);
    let cache = ComponentCache::open(&parts.profile.cache, Arc::clone(&parts.keys) as _);
    let cache = cache.map_err(caisson_host::LoadError::from)?;
    let (loaded, origin) = App::load_compiled(&parts.engine, &cache, image, compiled)?;
    match origin {
        Origin::BuildHost(host) => tracing::info!(app = %manifest.id, %host, "machine code"),
        Origin::Here { passed_over: None } => {}
        Origin::Here { passed_over: Some(why) } => {
            tracing::warn!(app = %manifest.id, %why, "compiled here instead");
        }
    }
    let actor = AppActor::new(loaded.with_kernel(kernel.cloned()));
    let client = match &manifest.destination {
        None => None,
        Some(name) => {
            let found = acquirer::client(&parts.profile, name, &parts.keys, &parts.connector)?;
            let missing = || TerminalError::NoDestination {
                app: manifest.id.clone(),
                destination: name.clone(),
            };
            Some(found.ok_or_else(missing)?)
        }
    };
    let mut settings = manifest.settings.clone();
    settings.extend(policy.settings);
    Ok(Hosted {
        manifest,
        actor,
        services: OnceLock::new(),
        client,
        settings: Arc::new(settings),
        is_development: app.is_development(),
        on_trial: AtomicBool::new(app.is_on_trial()),
    })
}
