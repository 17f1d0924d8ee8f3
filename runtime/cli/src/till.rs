//! A terminal that is operated by lines of text.
//!
//! Keys act at once; work at the counter (a sale, a refund, a reprint, a service) is done one
//! after the other in the order in which it was typed. At the end of the input, everything that
//! was typed is finished, then the terminal has [`SETTLE_WAIT`] to become certain of every payment.

use crate::card_reader::Cards;
use crate::command::{CardDeed, Command, LINE_BYTES_MAX, commands, parse};
use crate::equipment;
use crate::error::CliError;
use crate::headless::HeadlessScreen;
use crate::held::{Held, Thing};
use crate::keys;
use caisson_core::desk::Act;
use caisson_core::{Currency, Language, Money, PaymentKey};
use caisson_devices::screen::{Key, Screen};
use caisson_host::{HostEngine, ServiceKind};
use caisson_journal::{Filter, PaymentRow};
use caisson_network::{Links, RankedConnector};
use caisson_packages::Manifest;
use caisson_terminal::{
    LeftOut, Method, Parts, PrinterProfile, Profile, Request, SystemClock, Terminal, TerminalError,
};
use caisson_vault::Kind;
use std::io::{BufRead as _, Read as _};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long the end waits for payments that are not certain: the longest that the acquirers'
/// wallets take to close an order that nobody confirms, three minutes, and a few questions more.
pub(crate) const SETTLE_WAIT: Duration = Duration::from_secs(240);
/// Work that waits for the counter; more is refused.
const WORK_WAITING_MAX: usize = 64;
/// Open payments that are listed.
const OPEN_SHOWN_MAX: u32 = 50;

/// Opens the terminal of `profile` and does what standard input says.
pub(crate) async fn run(profile: Profile, within: Duration) -> Result<(), CliError> {
    let clock = Arc::new(SystemClock);
    let screen = Arc::new(HeadlessScreen::new(clock.clone(), profile.utc_offset_minutes));
    let currency = profile.limits.currency;
    let say = |text: &str| screen.say(text);
    let Opened { terminal, held, cards } = open(profile, clock, screen.clone(), &say).await?;
    let till = Till { terminal, screen: screen.clone(), held, cards, currency };
    till.serve().await?;
    settle(&till.terminal, within, &say).await
}

/// Opens the terminal of `profile` with `screen`, and says what is worth knowing at each start.
pub(crate) async fn open(
    profile: Profile,
    clock: Arc<SystemClock>,
    screen: Arc<dyn Screen>,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Opened, CliError> {
    let language = profile.language;
    let keys = keys::open(&profile)?;
    let built = equipment::build(&profile, screen)?;
    greet(&profile, keys.kind(), say);
    let links = match &profile.links {
        None => Links::default(),
        Some(rules) => Links::watch(rules.clone()).await.unwrap_or_else(|error| {
            say(&format!("{error}; until then the system chooses the link"));
            Links::default()
        }),
    };
    let terminal = Terminal::open(Parts {
        keys,
        connector: Arc::new(RankedConnector::new(links)),
        equipment: built.equipment,
        clock,
        engine: Arc::new(HostEngine::start().map_err(TerminalError::from)?),
        profile,
    })
    .await?;
    let boot = terminal.boot();
    say(&format!(
        "start {} of this journal, {} rows verified, {} payment(s) taken up",
        boot.number,
        boot.rows_verified,
        boot.open.len()
    ));
    for LeftOut { app, why } in terminal.left_out() {
        say(&match language {
            Language::Zh => format!("应用 {app} 无法启动，本次不可用：{why}"),
            Language::En => format!("the app {app} is left out of this start: {why}"),
        });
    }
    for app in terminal.unsigned() {
        say(&unsigned(app, language));
    }
    Ok(Opened { terminal, held: built.held, cards: built.cards })
}

/// A terminal that runs, and what a person can do to its emulated devices.
pub(crate) struct Opened {
    pub(crate) terminal: Terminal,
    pub(crate) held: Option<Held>,
    pub(crate) cards: Option<Cards>,
}

fn greet(profile: &Profile, kind: Kind, say: &(dyn Fn(&str) + Sync)) {
    let merchant = &profile.merchant;
    say(&format!("terminal {}, {}", merchant.terminal_id, merchant.name));
    say(&format!("keys: {}", kind.as_str()));
    if let PrinterProfile::Emulated { folder, .. } = &profile.printer {
        say(&format!("receipts go to {}", folder.display()));
    }
}

/// Development mode is told at each start.
fn unsigned(app: &Manifest, language: Language) -> String {
    let (name, id, version) = (app.name.in_language(language), &app.id, &app.version);
    match language {
        Language::Zh => format!("开发模式：应用 {name}（{id} {version}）未经任何发布者签名"),
        Language::En => format!("development mode: nobody signed the app {name} ({id} {version})"),
    }
}

struct Till {
    terminal: Terminal,
    screen: Arc<HeadlessScreen>,
    held: Option<Held>,
    cards: Option<Cards>,
    /// The terminal's own, where no payment has another.
    currency: Currency,
}

impl Till {
    /// Reads commands until the input ends or says so, and finishes the work.
    async fn serve(&self) -> Result<(), CliError> {
        let mut lines = lines();
        let (work, mut waiting) = mpsc::channel::<Command>(WORK_WAITING_MAX);
        let mut reading = Some(work);
        let mut counter = std::pin::pin!(async {
            while let Some(command) = waiting.recv().await {
                self.screen.listen(true).await;
                self.work(command).await?;
                self.screen.listen(false).await;
            }
            Ok(())
        });
        loop {
            let Some(work) = reading.as_ref() else {
                return counter.await;
            };
            tokio::select! {
                ended = &mut counter => return ended,
                line = lines.recv() => match line.as_deref().map(parse) {
                    None | Some(Ok(Command::Quit)) => reading = None,
                    Some(Ok(command)) => self.take(command, work).await?,
                    Some(Err(wrong)) => self.screen.say(&wrong),
                },
            }
        }
    }

    /// Does at once what needs no counter, and queues the rest.
    async fn take(&self, command: Command, work: &mpsc::Sender<Command>) -> Result<(), CliError> {
        match command {
            Command::Nothing | Command::Quit => {}
            Command::Help => self.screen.say(&format!("commands:\n{}", commands())),
            Command::Services => self.services(),
            Command::Methods => self.methods().await?,
            Command::Open => self.screen.say(&told(&open_payments(&self.terminal).await?)),
            Command::Press(key) => self.press(key),
            Command::Amount(text) => self.key_amount(&text),
            Command::Hold(path) => self.hold(&Thing::Picture(&path)),
            Command::HoldCode(text) => self.hold(&Thing::Code(&text)),
            Command::HoldNothing => self.hold(&Thing::Nothing),
            Command::Card(deed) => self.card(&deed),
            Command::Sale { .. }
            | Command::Linked { .. }
            | Command::Reprint(_)
            | Command::Serve(_) => {
                if work.try_send(command).is_err() {
                    self.screen.say("too much is waiting; try again when it is done");
                }
            }
        }
        Ok(())
    }

    fn press(&self, key: Key) {
        if !self.screen.press(key) {
            self.screen.say("nobody is waiting for a key");
        }
    }

    fn key_amount(&self, text: &str) {
        let currency = self.screen.currency().unwrap_or(self.currency);
        match Money::parse(text, currency) {
            Ok(amount) => self.press(Key::Amount(amount.minor())),
            Err(wrong) => self.screen.say(&wrong.to_string()),
        }
    }

    fn hold(&self, thing: &Thing<'_>) {
        match self.held.as_ref().map(|held| held.hold(thing)) {
            None => self.screen.say("the profile's camera is not emulated: hold it yourself"),
            Some(Err(wrong)) => self.screen.say(&wrong),
            Some(Ok(())) => self.screen.say(&format!("{thing} is before the camera")),
        }
    }

    fn card(&self, deed: &CardDeed) {
        match self.cards.as_ref().map(|cards| cards.act(deed)) {
            None => self.screen.say("the profile has no emulated card reader: use a real card"),
            Some(Err(wrong)) => self.screen.say(&wrong),
            Some(Ok(())) => {}
        }
    }

    fn services(&self) {
        let mut lines = String::from("services:");
        for (app, service) in self.terminal.services() {
            let kind = service.kind.name();
            let (id, zh, en) = (&service.id, &service.zh, &service.en);
            lines.push_str(&format!("\n{id}  {kind}  {zh} / {en}  (app {app})"));
        }
        self.screen.say(&lines);
    }

    async fn methods(&self) -> Result<(), CliError> {
        let mut lines = String::from("ways to pay:");
        for Method { app, service, trouble } in self.terminal.methods().await? {
            let stands = match trouble {
                None => "ready".to_owned(),
                Some(reason) => {
                    let row = reason.row();
                    format!("not now: {} {}", row.why.en, row.next.en)
                }
            };
            lines.push_str(&format!("\n{}  (app {app})  {stands}", service.id));
        }
        self.screen.say(&lines);
        Ok(())
    }

    /// Work at the counter.
    async fn work(&self, command: Command) -> Result<(), CliError> {
        match command {
            Command::Sale { service, amount, currency } => {
                match self.app_with(&service, ServiceKind::begins) {
                    Some(app) => {
                        let original = None;
                        let request = Request {
                            app,
                            service,
                            amount,
                            currency,
                            original,
                            merchant_order: None,
                        };
                        self.pay(request).await?;
                    }
                    None => self.unknown_service(&service),
                }
            }
            Command::Linked { act, key, amount } => self.linked(act, key, amount).await?,
            Command::Reprint(key) => match self.terminal.reprint(&key).await? {
                None => self.screen.say(&format!("payment {key}: printed again")),
                Some(reason) => {
                    self.screen.say(&format!("payment {key}: {}", reason.row().why.en));
                }
            },
            Command::Serve(service) => match self.app_with(&service, ServiceKind::is_errand) {
                Some(app) => {
                    let served = self.terminal.serve(&app, &service).await?;
                    if let Some(reason) = served.stopped {
                        self.screen.say(&format!("not done: {reason}"));
                    }
                }
                None => self.unknown_service(&service),
            },
            _ => {}
        }
        Ok(())
    }

    async fn linked(
        &self,
        act: Act,
        key: PaymentKey,
        amount: Option<String>,
    ) -> Result<(), CliError> {
        let wanted = key.clone();
        let row = self.terminal.journal().with(move |journal| journal.row(&wanted)).await??;
        let Some(row) = row else {
            self.screen.say(&format!("payment {key} is not in this journal"));
            return Ok(());
        };
        let Some(service) = self.terminal.linked_service(&row.app, row.kind, act) else {
            self.screen.say(&format!("the app {} has no service for that", row.app));
            return Ok(());
        };
        let whole = row.approved.unwrap_or(row.amount);
        let request = Request {
            app: row.app,
            service,
            amount: amount.unwrap_or_else(|| whole.to_string()),
            currency: Some(row.amount.currency().code().to_owned()),
            original: Some(key),
            merchant_order: None,
        };
        self.pay(request).await
    }

    async fn pay(&self, request: Request) -> Result<(), CliError> {
        let report = self.terminal.pay(request).await?;
        if let (Some(key), Some(state)) = (report.key, report.state) {
            self.screen.say(&format!("payment {key}: {state}"));
        }
        Ok(())
    }

    /// The first app with such a service.
    fn app_with(&self, service: &str, is_wanted: impl Fn(ServiceKind) -> bool) -> Option<String> {
        let mut services = self.terminal.services();
        let found = services.find(|(_, offered)| offered.id == service && is_wanted(offered.kind));
        found.map(|(app, _)| app.to_owned())
    }

    fn unknown_service(&self, service: &str) {
        self.screen.say(&format!("no installed app offers \"{service}\" in that way"));
        self.services();
    }
}

async fn open_payments(terminal: &Terminal) -> Result<Vec<PaymentRow>, CliError> {
    let filter = Filter { open_only: true, limit: OPEN_SHOWN_MAX, ..Filter::default() };
    Ok(terminal.journal().with(move |journal| journal.list(filter)).await??)
}

/// Waits until every payment is certain.
pub(crate) async fn settle(
    terminal: &Terminal,
    within: Duration,
    say: &(dyn Fn(&str) + Sync),
) -> Result<(), CliError> {
    let open = open_payments(terminal).await?;
    if !open.is_empty() {
        let seconds = within.as_secs();
        say(&format!("{}\nwaiting for them up to {seconds} s", told(&open)));
    }
    // Whether it became quiet or the time is up, the journal says what is open.
    let _ = tokio::time::timeout(within, terminal.settled()).await;
    let open = open_payments(terminal).await?;
    if open.is_empty() {
        say("every payment is certain");
        return Ok(());
    }
    Err(CliError::failed(told(&open))
        .hinted("nothing is lost: the next `caisson run` goes on asking about them"))
}

fn told(open: &[PaymentRow]) -> String {
    if open.is_empty() {
        return "every payment is certain".to_owned();
    }
    let mut text = format!("{} payment(s) not certain yet:", open.len());
    for row in open {
        let (code, amount) = (row.amount.currency().code(), row.amount);
        text.push_str(&format!("\n{}  {} {code} {amount}  {}", row.key, row.kind, row.state));
    }
    text
}

/// Lines of standard input, from a thread of their own: a read that blocks must not keep the
/// process from ending. The channel ends with the input.
fn lines() -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel(1);
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        loop {
            let mut line = Vec::new();
            let most = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX);
            match input.by_ref().take(most).read_until(b'\n', &mut line) {
                Ok(1..) => {}
                Ok(0) | Err(_) => return,
            }
            let line = String::from_utf8_lossy(&line).into_owned();
            if send.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receive
}
