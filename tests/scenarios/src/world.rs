//! A whole terminal on emulated devices, with an acquirer: what scenarios, the demo and benches
//! run on. Everything between the devices' edges and the acquirer's books is the real thing.

use crate::acquirer_folder::{AcquirerFolder, TERMINAL_KEY_ID, VERIFYING_SLOT};
use crate::bank_folder::PORT_IN_PROCESS;
use crate::cards::Cards;
use crate::emulated_profile::{EmulatedApp, EmulatedProfile};
use crate::setup::{AcquirerAt, Extra, Setup};
use async_trait::async_trait;
use caisson_acquirer::bank::{Bank, BankError, serve_bank_stream};
use caisson_acquirer::{AcquirerError, Books, Gateway, serve_stream};
use caisson_core::Language;
use caisson_core::permission::Permission;
use caisson_devices::camera::{Camera, CameraError};
use caisson_devices::emulated::camera::Lens;
use caisson_devices::emulated::paper_roll::PaperRoll;
use caisson_devices::emulated::printer::EmulatedPrinter;
use caisson_devices::emulated::screen::EmulatedScreen;
use caisson_devices::emulated::speaker::EmulatedSpeaker;
use caisson_devices::emulated::storage::EmulatedStorage;
use caisson_devices::escpos::Finish;
use caisson_devices::escpos::driver::Options;
#[cfg(target_os = "linux")]
use caisson_devices::linux::camera::LinuxCamera;
use caisson_devices::raster::Paper;
use caisson_devices::storage::StorageError;
use caisson_host::{HostEngine, LoadError};
use caisson_network::Connector;
use caisson_network::TcpConnector;
use caisson_network::emulated::{EmulatedLink, EmulatedLinks, MemoryConnector};
use caisson_packages::{InstallError, InstalledApps, Package, Publishers};
use caisson_terminal::{
    CameraSource, Equipment, Parts, Profile, ProfileError, ProvisionError, Provisioning,
    SystemClock, Terminal, TerminalError, TokioClock, WallClock, provision,
};
use caisson_vault::{PublicKey, SealedFile, VaultError};
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The shop's time zone, until its profile says another: minutes east of UTC.
pub const UTC_OFFSET_MINUTES: i32 = 480;
/// When a scenario's clock starts: 2026-11-22 10:00:00 in the shop.
const CLOCK_START_MS: u64 = 1_795_312_800_000;
/// The acquirer's folder in that of a world which has one in its process.
pub(crate) const ACQUIRER_FOLDER: &str = "acquirer";
/// The app that takes cards, and the kernel that it calls.
pub(crate) const CARD_APP: &str = "card";
const KERNEL: &str = "emv";
/// The guest that loops for ever.
pub(crate) const HANGING_APP: &str = "hangs";

/// Why a world cannot be set up. Each text names file and remedy.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A file or folder.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// A key file of the acquirer's folder is not 32 bytes.
    #[error("{path}: not a key of 32 bytes; make the acquirer's folder anew")]
    Seed {
        /// Which.
        path: PathBuf,
    },
    /// The acquirer cannot listen.
    #[error("{listen}: {source}; choose another address with --listen")]
    Listen {
        /// Where.
        listen: SocketAddr,
        /// The system's word.
        source: std::io::Error,
    },
    /// A key file of the bank is not 32 bytes, or says another scheme than there is.
    #[error("{path}: not what the bank wrote; make the acquirer's folder anew")]
    BankKeys {
        /// Which.
        path: PathBuf,
    },
    /// A card of the deck. Author of the deck: correct its file.
    #[error("{0}")]
    Deck(String),
    /// The simulated bank.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
    /// The acquirer.
    #[error(transparent)]
    Acquirer(#[from] AcquirerError),
    /// The terminal's folder.
    #[error(transparent)]
    Provision(#[from] ProvisionError),
    /// The profile.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The key store.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The app.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// The Wasm engine.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The store of apps' values.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The terminal.
    #[error(transparent)]
    Terminal(#[from] TerminalError),
}

impl WorldError {
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    pub(crate) fn address(listen: SocketAddr) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Listen { listen, source }
    }
}

/// A running terminal with all its surroundings in reach.
pub struct World {
    /// The terminal.
    pub terminal: Terminal,
    /// Its screen and keys.
    pub screen: EmulatedScreen,
    /// What can be heard.
    pub speaker: EmulatedSpeaker,
    /// What is held before its camera.
    pub lens: Lens,
    /// Its paper.
    pub roll: PaperRoll,
    /// Its way to the acquirer, over whichever of the links.
    pub link: EmulatedLink,
    /// Its links, each broken on its own.
    pub links: EmulatedLinks,
    /// What its apps keep.
    pub storage: EmulatedStorage,
    /// A real camera in place of the emulated one.
    pub webcam: Webcam,
    /// The customers' cards and the reader before them.
    pub cards: Cards,
    /// The acquirer, where it is in this process.
    pub gateway: Option<Gateway>,
    /// The bank, where it is in this process.
    pub bank: Option<Bank>,
    /// The wall clock, where the world has one of its own.
    pub clock: Option<TokioClock>,
    acquirer: AcquirerFolder,
    setup: Setup,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("folder", &self.setup.folder).finish_non_exhaustive()
    }
}

/// Which real camera takes the place of the emulated one, if any. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Webcam(Arc<Mutex<Option<PathBuf>>>);

impl Webcam {
    /// From the next scan on `device` sees; with `None` the emulated camera does again.
    pub fn take(&self, device: Option<PathBuf>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = device;
    }

    fn device(&self) -> Option<PathBuf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct LensCamera(Lens, Webcam);

#[async_trait]
impl CameraSource for LensCamera {
    async fn open(&self) -> Result<Box<dyn Camera>, CameraError> {
        match self.1.device() {
            None => Ok(Box::new(self.0.open()?)),
            #[cfg(target_os = "linux")]
            Some(device) => Ok(Box::new(LinuxCamera::open(&device.display().to_string()).await?)),
            #[cfg(not(target_os = "linux"))]
            Some(device) => Err(CameraError::Missing { device: device.display().to_string() }),
        }
    }
}

impl World {
    /// Sets the folder up the first time, else takes up what is there, and opens the terminal.
    ///
    /// # Errors
    /// [`WorldError`].
    pub async fn open(setup: &Setup) -> Result<Self, WorldError> {
        Self::open_with(setup, Extra::default()).await
    }

    /// Sets both folders up where they are not, and nothing else: the acquirer believes the
    /// terminals that it knows when it starts.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn prepare(setup: &Setup, extra: Extra) -> Result<AcquirerFolder, WorldError> {
        let acquirer = match &setup.acquirer {
            AcquirerAt::Folder(folder) => {
                AcquirerFolder::open(folder).or_else(|_| AcquirerFolder::create(folder))?
            }
            AcquirerAt::InProcess => ensure_acquirer(setup)?,
        };
        ensure_terminal(setup, &acquirer, extra)?;
        Ok(acquirer)
    }

    /// The same with what an emulator has besides.
    ///
    /// # Errors
    /// [`WorldError`].
    pub async fn open_with(setup: &Setup, extra: Extra) -> Result<Self, WorldError> {
        let acquirer = ensure_acquirer(setup)?;
        let profile = ensure_terminal(setup, &acquirer, extra)?;
        let Surroundings { link, links, gateway, bank, clock: own_clock } =
            surroundings(setup, &acquirer)?;
        let clock: Arc<dyn WallClock> = match &own_clock {
            Some(clock) => Arc::new(clock.clone()),
            None => Arc::new(SystemClock),
        };
        let screen = EmulatedScreen::new();
        let speaker = EmulatedSpeaker::new();
        let (lens, webcam) = (Lens::new("emulated"), Webcam::default());
        let cards = Cards::default();
        let options = Options { paper: Paper::Mm58, finish: Finish::Cut, in_order_status: true };
        let receipts = setup.folder.join("receipts");
        let (printer, roll) =
            EmulatedPrinter::new(options, Some(&receipts)).map_err(WorldError::file(&receipts))?;
        let storage = EmulatedStorage::open(&profile.storage)?;
        let keys = SealedFile::open(&profile.vault, &profile.kek)?;
        let equipment = Equipment::new(
            Arc::new(screen.clone()),
            Box::new(LensCamera(lens.clone(), webcam.clone())),
            Box::new(printer),
            Arc::new(storage.clone()),
        )
        .with_speaker(Arc::new(speaker.clone()))
        .with_card_reader(Box::new(cards.clone()));
        let terminal = Terminal::open(Parts {
            profile,
            keys: Arc::new(keys),
            connector: Arc::new(link.clone()),
            equipment,
            clock,
            engine: Arc::new(HostEngine::start()?),
        })
        .await?;
        let setup = setup.clone();
        Ok(Self {
            terminal,
            screen,
            speaker,
            lens,
            roll,
            link,
            links,
            storage,
            webcam,
            cards,
            gateway,
            bank,
            clock: own_clock,
            acquirer,
            setup,
        })
    }

    /// The acquirer's books, read-only.
    ///
    /// # Errors
    /// [`WorldError::Acquirer`].
    pub fn books(&self) -> Result<Books, WorldError> {
        Ok(Books::open(&self.acquirer.books())?)
    }

    /// The acquirer's folder.
    #[must_use]
    pub const fn acquirer(&self) -> &AcquirerFolder {
        &self.acquirer
    }

    /// What this world was made of.
    #[must_use]
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Writes another time zone into the profile. The terminal has it from its next start on.
    ///
    /// # Errors
    /// [`WorldError::File`].
    pub fn set_time_zone(&self, utc_offset_minutes: i32) -> Result<(), WorldError> {
        const KEY: &str = "utc-offset-minutes = ";
        let path = self.setup.folder.join("profile.toml");
        let text = fs::read_to_string(&path).map_err(WorldError::file(&path))?;
        let line = |line: &str| match line.strip_prefix(KEY) {
            Some(_) => format!("{KEY}{utc_offset_minutes}\n"),
            None => format!("{line}\n"),
        };
        let text: String = text.lines().map(line).collect();
        fs::write(&path, text).map_err(WorldError::file(&path))
    }

    /// Folder of the receipts' pictures and texts.
    #[must_use]
    pub fn receipts(&self) -> PathBuf {
        self.setup.folder.join("receipts")
    }
}

fn ensure_acquirer(setup: &Setup) -> Result<AcquirerFolder, WorldError> {
    match &setup.acquirer {
        AcquirerAt::Folder(folder) => AcquirerFolder::open(folder),
        AcquirerAt::InProcess => {
            let folder = setup.folder.join(ACQUIRER_FOLDER);
            AcquirerFolder::open(&folder).or_else(|_| AcquirerFolder::create(&folder))
        }
    }
}

/// Provisions the terminal's folder the first time; the profile is written each time.
fn ensure_terminal(
    setup: &Setup,
    acquirer: &AcquirerFolder,
    extra: Extra,
) -> Result<Profile, WorldError> {
    let folder = &setup.folder;
    fs::create_dir_all(folder).map_err(WorldError::file(folder))?;
    let acquirer_key = PublicKey::from_bytes(&acquirer.public_key()?)
        .map_err(|_| WorldError::Seed { path: acquirer.path().to_owned() })?
        .to_string();
    if !folder.join("vault.toml").exists() {
        let public = provision(&Provisioning {
            journal: folder.join("journal"),
            vault: folder.join("vault.toml"),
            kek: folder.join("vault.kek"),
            token: None,
            acquirers: vec![(VERIFYING_SLOT.to_owned(), acquirer_key.clone())],
            bank_keys: vec![acquirer.bank_slot()?],
        })?;
        acquirer.enrol(TERMINAL_KEY_ID, &public.to_bytes())?;
    }
    let installed = InstalledApps::at(&folder.join("apps"));
    let mut ids = vec![setup.app.as_str()];
    if extra.has_cards && setup.apps.join(CARD_APP).exists() && setup.app != CARD_APP {
        ids.push(CARD_APP);
    }
    if ids.contains(&CARD_APP) {
        ids.push(KERNEL);
    }
    if extra.has_hanging_app {
        ids.push(HANGING_APP);
    }
    for id in &ids {
        if installed.find(id).is_err() {
            let built = setup.apps.join(id);
            installed.install(&Package::read(&built)?.approve(&Publishers::default(), true)?)?;
        }
    }
    let path = folder.join("profile.toml");
    let (destination, bank) = (acquirer.destination(), acquirer.bank_destination());
    // Everything else in the profile follows from the set-up; the time zone can have been changed.
    let zone = Profile::read(&path).map_or(UTC_OFFSET_MINUTES, |before| before.utc_offset_minutes);
    let text = EmulatedProfile {
        language: setup.language,
        utc_offset_minutes: zone,
        merchant: match setup.language {
            Language::Zh => "晨光咖啡",
            Language::En => "Morning Light Coffee",
        },
        currency: "CNY",
        payment_max: "5000.00",
        destination: &destination.canonicalize().unwrap_or(destination.clone()),
        bank: &bank.canonicalize().unwrap_or(bank.clone()),
        acquirer_key: &acquirer_key,
        risk: &setup.risk,
        has_operators: extra.has_operators,
        pin: extra.pin,
        apps: ids.into_iter().map(|id| app(setup, id)).collect(),
    }
    .text();
    fs::write(&path, &text).map_err(WorldError::file(&path))?;
    Ok(Profile::parse(&path, &text)?)
}

fn app<'a>(setup: &Setup, id: &'a str) -> EmulatedApp<'a> {
    let settings = if id == setup.app { setup.settings.clone() } else { BTreeMap::new() };
    EmulatedApp { id, grants: Permission::ALL.map(Permission::name).to_vec(), settings }
}

struct Surroundings {
    link: EmulatedLink,
    links: EmulatedLinks,
    gateway: Option<Gateway>,
    bank: Option<Bank>,
    clock: Option<TokioClock>,
}

impl Surroundings {
    fn over(
        inner: &Arc<dyn Connector>,
        (gateway, bank): (Option<Gateway>, Option<Bank>),
        clock: TokioClock,
    ) -> Self {
        let links = EmulatedLinks::new(inner);
        let link = EmulatedLink::new(Arc::new(links.clone()));
        Self { link, links, gateway, bank, clock: Some(clock) }
    }
}

fn surroundings(setup: &Setup, acquirer: &AcquirerFolder) -> Result<Surroundings, WorldError> {
    match &setup.acquirer {
        AcquirerAt::Folder(_) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
            let now_ms = u64::try_from(now.as_millis()).unwrap_or(CLOCK_START_MS);
            let clock = TokioClock::starting_at(now_ms);
            let connector: Arc<dyn Connector> = Arc::new(TcpConnector);
            Ok(Surroundings::over(&connector, (None, None), clock))
        }
        AcquirerAt::InProcess => {
            let start = i64::try_from(CLOCK_START_MS).unwrap_or(0);
            let gateway = acquirer.gateway(Some(start))?;
            let tls = acquirer.certificates()?.server_config()?;
            let bank = acquirer.bank(Some(start))?;
            let served = (gateway.clone(), bank.clone());
            let connector = MemoryConnector::new(move |port, stream| {
                let (tls, (gateway, bank)) = (Arc::clone(&tls), served.clone());
                tokio::spawn(async move {
                    // How a connection ended is in the books and in what the terminal heard.
                    let _ = match port {
                        PORT_IN_PROCESS => serve_bank_stream(stream, Some(tls), bank).await,
                        _ => serve_stream(stream, tls, gateway).await,
                    };
                });
            });
            let keeper = gateway.clone();
            tokio::spawn(async move {
                let _ = keeper.keep_time().await;
            });
            let clock = TokioClock::starting_at(CLOCK_START_MS);
            let connector: Arc<dyn Connector> = Arc::new(connector);
            Ok(Surroundings::over(&connector, (Some(gateway), Some(bank)), clock))
        }
    }
}
