//! The terminal's process: a whole terminal on emulated devices, its desk, and the pipe to the
//! window.
//!
//! Guarantees: what the terminal shows goes up in the order in which it was shown; the process ends
//! when the window's does. Killing it is the power cut: nothing is put in order here at an end that
//! the terminal would not survive without.

use super::wire::form::{WireKey, WireShowing, WireStatus};
use super::wire::{Devices, Dots, Down, Held, Order, Up, WireError, receive, send};
use crate::acquirer_folder::AcquirerFolder;
use crate::customer::damaged;
use crate::emulator::{PerformError, devices};
use crate::evidence;
use crate::hand::Offered;
use crate::setup::{AcquirerAt, Extra, Setup};
use crate::step::Step;
use crate::transcript::Sheet;
use crate::world::{UTC_OFFSET_MINUTES, World, WorldError};
use caisson_core::{Language, PaymentKey};
use caisson_devices::emulated::camera::Scene;
use caisson_devices::emulated::paper_roll::PrintedSheet;
use caisson_devices::speaker::Speaker;
use caisson_host::ServiceKind;
use caisson_network::emulated::Link;
use caisson_terminal::{Desk, Profile, WallClock as _};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncRead, AsyncWrite, BufReader};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

/// Messages that wait for the window; a full channel makes the terminal's side wait.
const WAITING_MAX: usize = 256;
/// Between two looks at devices that tell nobody that they have changed.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long recovery may take, in real time: what an acquirer that answers settles in.
const SETTLES_WITHIN: Duration = Duration::from_secs(10 * 60);
/// The app of an emulated terminal.
const APP: &str = "qr";

/// What a terminal's process is made of.
#[derive(Debug, Clone)]
pub struct TerminalOptions {
    /// Its folder; the acquirer's stands beside it.
    pub folder: PathBuf,
    /// The acquirer's folder.
    pub acquirer: PathBuf,
    /// Folder of built apps, one folder each.
    pub apps: PathBuf,
    /// Language of screen and paper, until somebody sets another.
    pub language: Language,
    /// True where an app that never comes back is one more way to pay.
    pub has_hanging_app: bool,
}

impl TerminalOptions {
    /// What a world is made of, and what it has besides.
    pub(super) fn setup(&self) -> (Setup, Extra) {
        let setup = Setup {
            folder: self.folder.clone(),
            apps: self.apps.clone(),
            app: APP.to_owned(),
            language: self.language,
            settings: BTreeMap::new(),
            risk: Vec::new(),
            acquirer: AcquirerAt::Folder(self.acquirer.clone()),
        };
        let has_hanging_app = self.has_hanging_app;
        (setup, Extra { has_operators: true, has_hanging_app, has_cards: true, ..Extra::default() })
    }

    /// Sets both folders up.
    pub(super) fn prepare(&self) -> Result<AcquirerFolder, WorldError> {
        let (setup, extra) = self.setup();
        World::prepare(&setup, extra)
    }
}

/// Runs a terminal until the window ends, or says so. What it plays is heard from `loudspeaker`.
///
/// # Errors
/// What keeps the terminal from starting or going on, which the window was told, too.
pub async fn run_terminal(
    options: &TerminalOptions,
    loudspeaker: Arc<dyn Speaker>,
    from_window: impl AsyncRead + Unpin + Send + 'static,
    mut to_window: impl AsyncWrite + Unpin + Send + 'static,
) -> Result<(), String> {
    let (setup, extra) = options.setup();
    let world = match World::open_with(&setup, extra).await {
        Ok(world) => Arc::new(world),
        Err(error) => {
            let why = error.to_string();
            // A window that is gone needs not be told.
            let _ = send(&mut to_window, &Up::Stopped(why.clone())).await;
            return Err(why);
        }
    };
    let (up, mut waiting) = mpsc::channel::<Up>(WAITING_MAX);
    let writing = tokio::spawn(async move {
        while let Some(message) = waiting.recv().await {
            send(&mut to_window, &message).await?;
        }
        Ok::<(), WireError>(())
    });
    let ready = Up::Ready { offered: offered(&world), start: world.terminal.boot().number };
    let _ = up.send(ready).await;
    let telling = up.clone();
    let loud = Arc::clone(&loudspeaker);
    world.speaker.listen(move |sound| {
        loud.play(sound);
        // Whoever plays must not wait; a line that is lost was one of hundreds.
        let _ = telling.try_send(Up::Sound(sound.line()));
    });
    let (shown, printed) = (watch::Sender::new(0), watch::Sender::new(0));
    let told = Told { shown: shown.subscribe(), printed: printed.subscribe() };
    let (screen, roll) = (world.screen.clone(), world.roll.clone());
    let showing = |showing| Up::Showing(Box::new(WireShowing::of(showing)));
    let sheet =
        |sheet: PrintedSheet| Up::Sheet { sheet: Sheet::of(&sheet), dots: Dots::of(&sheet.raster) };
    let watching = [
        tokio::spawn(volumes(Arc::clone(&world), loudspeaker)),
        tokio::spawn(news(
            screen.changes(),
            move |seen| screen.since(seen),
            showing,
            up.clone(),
            shown,
        )),
        tokio::spawn(statuses(Arc::clone(&world), up.clone())),
        tokio::spawn(news(
            roll.changes(),
            move |seen| roll.since(seen),
            sheet,
            up.clone(),
            printed,
        )),
        tokio::spawn(device_states(Arc::clone(&world), up.clone())),
    ];
    let desk = Arc::new(Desk::new(world.terminal.clone()));
    let ended = tokio::select! {
        ended = desk.run() => ended.map_err(|error| error.to_string()),
        ended = obey(&world, &desk, from_window, (&up, &told)) => ended.map_err(|error| error.to_string()),
    };
    if let Err(why) = &ended {
        let _ = up.send(Up::Stopped(why.clone())).await;
    }
    watching.iter().for_each(tokio::task::JoinHandle::abort);
    drop(up);
    // What was said last must reach the window.
    let _ = timeout(LOOK_EVERY, writing).await;
    ended
}

/// What the terminal offers to begin, sales first, each kind in the desk's order.
pub(crate) fn offered(world: &World) -> Vec<Offered> {
    let of = |kind: ServiceKind| {
        world.terminal.services().filter(move |(_, service)| service.kind == kind).map(
            move |(app, service)| Offered {
                app: app.to_owned(),
                service: service.id.clone(),
                zh: service.zh.clone(),
                en: service.en.clone(),
                is_sale: kind.begins(),
            },
        )
    };
    [ServiceKind::Sale, ServiceKind::PreAuth, ServiceKind::Serve, ServiceKind::Settle]
        .into_iter()
        .flat_map(of)
        .collect()
}

/// Tells the window each thing that is new, and in `told` how many it was told in all.
async fn news<T: Send>(
    mut changes: watch::Receiver<usize>,
    since: impl Fn(usize) -> (Vec<T>, usize) + Send,
    message: impl Fn(T) -> Up + Send,
    up: mpsc::Sender<Up>,
    told: watch::Sender<usize>,
) {
    let mut seen = 0;
    loop {
        let (new, all) = since(seen);
        seen = all;
        for one in new {
            if up.send(message(one)).await.is_err() {
                return;
            }
        }
        told.send_replace(seen);
        if changes.wait_for(|count| *count > seen).await.is_err() {
            return;
        }
    }
}

/// How many views and sheets the window was told.
#[derive(Clone)]
struct Told {
    shown: watch::Receiver<usize>,
    printed: watch::Receiver<usize>,
}

impl Told {
    /// Waits until the window was told all that is on screen and paper now: what was done is told
    /// after what came of it, or a transcript that is saved then would lack it.
    async fn all_of(mut self, world: &World) {
        let (shown, printed) = (*world.screen.changes().borrow(), *world.roll.changes().borrow());
        // A window that is gone needs not be told.
        let _ = self.shown.wait_for(|told| *told >= shown).await;
        let _ = self.printed.wait_for(|told| *told >= printed).await;
    }
}

async fn statuses(world: Arc<World>, up: mpsc::Sender<Up>) {
    let mut bar = world.screen.status_bar();
    loop {
        let status = bar.borrow_and_update().clone();
        if up.send(Up::Status(WireStatus::of(status))).await.is_err()
            || bar.changed().await.is_err()
        {
            return;
        }
    }
}

async fn volumes(world: Arc<World>, loudspeaker: Arc<dyn Speaker>) {
    let mut volume = world.speaker.volume();
    loop {
        loudspeaker.set_volume(*volume.borrow_and_update());
        if volume.changed().await.is_err() {
            return;
        }
    }
}

async fn device_states(world: Arc<World>, up: mpsc::Sender<Up>) {
    let path = world.setup().folder.join("profile.toml");
    let zone =
        Profile::read(&path).map_or(UTC_OFFSET_MINUTES, |profile| profile.utc_offset_minutes);
    let mut told = None;
    loop {
        let now = Some(devices_of(&world, zone, told.as_ref()));
        if now != told {
            if let Some(now) = now.clone()
                && up.send(Up::Devices(now)).await.is_err()
            {
                return;
            }
            told = now;
        }
        sleep(LOOK_EVERY).await;
    }
}

fn devices_of(world: &World, utc_offset_minutes: i32, before: Option<&Devices>) -> Devices {
    let whole = world.link.link();
    let state = |link: Link| if whole == Link::Up { link } else { whole };
    let links = world
        .links
        .states()
        .map(|(name, link)| (name.as_str().to_owned(), link_word(state(link)).to_owned()));
    let ahead = ahead_ms(world);
    // Two clocks are never read at the same moment: a small difference is none.
    let ahead = match before {
        Some(before) if (before.clock_ahead_ms - ahead).abs() < 1_000 => before.clock_ahead_ms,
        _ => ahead,
    };
    Devices {
        printer: world.roll.fault().map_or_else(ready, |fault| format!("{fault:?}").to_lowercase()),
        camera: world.lens.fault().map_or_else(ready, |fault| format!("{fault:?}").to_lowercase()),
        links: links.to_vec(),
        is_storage_full: world.storage.fault().is_some(),
        clock_ahead_ms: ahead,
        utc_offset_minutes,
    }
}

fn ready() -> String {
    "ready".to_owned()
}

const fn link_word(link: Link) -> &'static str {
    match link {
        Link::Up => "up",
        Link::Down => "down",
        Link::Slow => "slow",
        Link::Lossy => "lossy",
        Link::CutBeforeRequest | Link::CutAfter { .. } | Link::LosesAnswer => "cut",
    }
}

fn ahead_ms(world: &World) -> i64 {
    let Some(clock) = &world.clock else { return 0 };
    let machine = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let ms = |ms: u128| i64::try_from(ms).unwrap_or(i64::MAX);
    ms(u128::from(clock.now().ms)).saturating_sub(ms(machine.as_millis()))
}

/// Does what the window says, until it says "end" or is gone.
async fn obey(
    world: &Arc<World>,
    desk: &Arc<Desk>,
    from_window: impl AsyncRead + Unpin,
    (up, told): (&mpsc::Sender<Up>, &Told),
) -> Result<(), WireError> {
    let mut from_window = BufReader::new(from_window);
    while let Some(message) = receive::<Down>(&mut from_window).await? {
        match message {
            Down::Key(key) => press(world, key)?,
            Down::Do { id, order } => {
                let (world, desk) = (Arc::clone(world), Arc::clone(desk));
                let (up, told) = (up.clone(), told.clone());
                tokio::spawn(async move {
                    let answer = carry_out(&world, &desk, order).await;
                    let answer = answer.map_err(|error| error.to_string());
                    told.all_of(&world).await;
                    // A window that is gone needs not be told.
                    let _ = up.send(Up::Done { id, answer }).await;
                });
            }
        }
    }
    Ok(())
}

fn press(world: &World, key: WireKey) -> Result<(), WireError> {
    if !world.screen.press(key.key()?) {
        tracing::warn!("a key is lost: nobody takes keys");
    }
    Ok(())
}

async fn carry_out(world: &World, desk: &Desk, order: Order) -> Result<Value, PerformError> {
    match order {
        Order::Set(sentence) => {
            let step: Step = sentence.parse().map_err(|_| PerformError::NotHere)?;
            match step {
                Step::RestartIn { utc_offset_minutes } => {
                    world.set_time_zone(utc_offset_minutes)?
                }
                step => devices::set(world, &step)?,
            }
        }
        Order::Hold(held) => hold(world, held).await?,
        Order::KeyOf(number) => return Ok(json!(devices::payment(world, number).await?)),
        Order::NumberOf(key) => return Ok(json!(number_of(world, &key).await?)),
        Order::Settle => {
            let what = "recovering, watching and giving back";
            let settled = timeout(SETTLES_WITHIN, world.terminal.settled()).await;
            settled.map_err(|_| PerformError::NotEnded { what, waited: SETTLES_WITHIN })?;
        }
        Order::Compare => devices::compare(world).await?,
        Order::Witness => return super::save::witness(world).await,
        Order::End => desk.stop(),
    }
    Ok(Value::Null)
}

async fn hold(world: &World, held: Held) -> Result<(), PerformError> {
    world.webcam.take(None);
    let scene = match held {
        Held::Nothing => Scene::nothing(),
        Held::Code(text) => Scene::text(&text)?,
        Held::Damaged(code) => damaged(&code)?,
        Held::Picture(path) => {
            let read = tokio::task::spawn_blocking(move || Scene::file(&path)).await;
            read.map_err(|_| PerformError::Panicked)??
        }
        Held::Receipt(number) => {
            let key = devices::payment(world, number).await?;
            devices::paper(world, &key, number)?
        }
        Held::Webcam(device) => {
            world.webcam.take(Some(device));
            Scene::nothing()
        }
    };
    world.lens.hold(scene);
    Ok(())
}

async fn number_of(world: &World, key: &PaymentKey) -> Result<usize, PerformError> {
    let rows = evidence::rows(world.terminal.journal()).await?;
    let place = rows.iter().position(|row| row.key == *key);
    place.map(|at| at + 1).ok_or(PerformError::NoPayment { number: 0, have: rows.len() })
}
