//! Performs steps on a world: presses keys, holds codes, breaks devices, and waits.
//!
//! Guarantees: every wait has an end in the clock's time; what happens is in the transcript before
//! the next step begins. Deliberately not here: judging the result (`check`).

mod desk;
pub(crate) mod devices;
pub(crate) mod waits;

use crate::cards::CardsError;
use crate::customer::{damaged, payment_code};
use crate::hand::HandError;
use crate::phone::{Phone, PhoneError, scan_pixels};
use crate::step::{DeskStep, PhoneAct, Step};
use crate::transcript::{Transcript, words};
use crate::world::{World, WorldError};
use caisson_acquirer::AcquirerError;
use caisson_core::PaymentKey;
use caisson_core::payment::Kind;
use caisson_devices::emulated::camera::{Scene, SceneError};
use caisson_devices::screen::Key;
use caisson_host::ServiceKind;
use caisson_journal::{JournalError, PaymentRow};
use caisson_terminal::{Order, Report, Request, TerminalError};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Who a wait comes from: the scenario itself.
const WAITS: &str = "waits for";
/// The service that takes a whole payment of the day back.
const VOID: &str = "void";

/// Why a step could not be performed. Author of the scenario, or whoever broke what it shows.
#[derive(Debug, thiserror::Error)]
pub enum PerformError {
    /// A text did not come.
    #[error("the screen did not show \"{text}\" within {}; it shows: {shown}", words(*.waited))]
    NotShown {
        /// The text.
        text: String,
        /// How long it was waited for.
        waited: Duration,
        /// The last line on the screen.
        shown: String,
    },
    /// No code came for the phone.
    #[error("no code is on the screen for the phone, and none came within {}", words(*.waited))]
    NoCodeShown {
        /// How long it was waited for.
        waited: Duration,
    },
    /// The wait for the end was too long.
    #[error("{what} did not end within {}", words(*.waited))]
    NotEnded {
        /// What.
        what: &'static str,
        /// How long it was waited for.
        waited: Duration,
    },
    /// Two payments at one counter. Write `payment ends` before this.
    #[error("a payment is still at the counter; write `payment ends` before this step")]
    Busy,
    /// A key for nobody. Write the payment's begin before this.
    #[error("no payment is at the counter; begin one before this step")]
    Idle,
    /// No such payment. Author: count the journal's payments from 1.
    #[error("there is no payment {number}; the journal has {have}")]
    NoPayment {
        /// The number.
        number: usize,
        /// How many there are.
        have: usize,
    },
    /// Not an order number of a merchant.
    #[error("\"{0}\" is not an order number: 1 to 40 plain characters")]
    NotAnOrder(String),
    /// The app does nothing of that kind.
    #[error("app {app} has no {kind} service")]
    NoService {
        /// The app's id.
        app: String,
        /// The kind of service.
        kind: &'static str,
    },
    /// No paper of the payment came out whole.
    #[error("no whole receipt of payment {number} has come out")]
    NoReceipt {
        /// Its number.
        number: usize,
    },
    /// The wallet said something else to the phone.
    #[error("the wallet said {said} to the phone, not {expected}")]
    WalletSaid {
        /// What was wanted.
        expected: &'static str,
        /// What came.
        said: String,
    },
    /// There is no code that a wallet could ask about. Show one before this.
    #[error("the customer has shown no payment code; show one before this step")]
    NoCode,
    /// The acquirer is a process of its own, with faults of its own.
    #[error("this step needs the acquirer in the same process")]
    AcquirerElsewhere,
    /// So many keys wait already that this one is lost.
    #[error("the key is lost: nobody takes keys")]
    KeyLost,
    /// The customer's cards.
    #[error(transparent)]
    Cards(#[from] CardsError),
    /// Needs the desk's pages: run it in the emulator, or write `desk = true` into the scenario.
    #[error("this step goes through the desk's pages; write desk = true into the scenario")]
    NoDesk,
    /// At the desk's pages.
    #[error(transparent)]
    Hand(#[from] HandError),
    /// Needs a window: run it in the emulator.
    #[error("this step needs the emulator's window; run `caisson emulator`")]
    NoWindow,
    /// Needs a terminal that can be started anew in another form: run it in the emulator.
    #[error("an app that hangs is the emulator's; a scenario names its app by `app = …`")]
    NoHangingApp,
    /// The acquirer's books and the journal differ. Report this, with both.
    #[error("{0}")]
    Differ(String),
    /// Only a runner of scenarios can do this.
    #[error("a restart is the runner's, not the emulator's")]
    NotHere,
    /// The payment's task panicked. Report this.
    #[error("the terminal panicked")]
    Panicked,
    /// The picture to show.
    #[error(transparent)]
    Scene(#[from] SceneError),
    /// The customer's phone.
    #[error(transparent)]
    Phone(#[from] PhoneError),
    /// The terminal.
    #[error(transparent)]
    Terminal(#[from] TerminalError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The world.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The acquirer.
    #[error(transparent)]
    Acquirer(#[from] AcquirerError),
}

/// A world at work.
pub(crate) struct Emulator<'w> {
    world: &'w World,
    transcript: Transcript,
    phone: Phone,
    /// Where pictures are.
    folder: PathBuf,
    seed: u64,
    /// Codes shown so far.
    codes: Vec<String>,
    at_counter: Option<JoinHandle<Result<Told, TerminalError>>>,
    /// Lines of the transcript before this one were matched.
    matched: usize,
    /// Requests that were waited for, by the operation's name.
    heard: BTreeMap<&'static str, usize>,
    watching: tokio::task::AbortHandle,
    /// Where the terminal's own desk is manned.
    desk: Option<desk::AtTheDesk>,
}

/// What the cashier was told at the end.
enum Told {
    Payment(Box<Report>),
    Served(bool),
}

impl Drop for Emulator<'_> {
    fn drop(&mut self) {
        self.watching.abort();
        if let Some(desk) = &self.desk {
            desk.serving.abort();
        }
        self.look();
    }
}

impl<'w> Emulator<'w> {
    /// An emulator of `world`. `seed` makes the fresh codes; `codes` were shown before.
    pub(crate) fn new(
        world: &'w World,
        transcript: Transcript,
        folder: PathBuf,
        seed: u64,
        codes: Vec<String>,
    ) -> Result<Self, PerformError> {
        let (screen, roll, lines) = (world.screen.clone(), world.roll.clone(), transcript.clone());
        let watching = tokio::spawn(async move {
            let mut changes = screen.changes();
            loop {
                lines.look(&screen, &roll);
                if changes.changed().await.is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            phone: Phone::new(world)?,
            matched: transcript.entries().len(),
            world,
            transcript,
            folder,
            seed,
            codes,
            at_counter: None,
            heard: BTreeMap::new(),
            watching: watching.abort_handle(),
            desk: None,
        })
    }

    /// Writes what screen and printer show now.
    pub(crate) fn look(&self) {
        self.transcript.look(&self.world.screen, &self.world.roll);
    }

    /// Performs one step, which the transcript calls `sentence`.
    ///
    /// # Errors
    /// [`PerformError`]; the world goes on as it is.
    pub(crate) async fn perform(
        &mut self,
        step: &Step,
        sentence: &str,
    ) -> Result<(), PerformError> {
        self.look();
        match step {
            // The sentence holds what must stand nowhere.
            Step::ShowText(text) => self
                .transcript
                .add("customer", &format!("shows a code of {} characters", text.chars().count())),
            // What is waited for has not happened yet: no witness must take it for said.
            Step::Shows(_) | Step::Ends | Step::Settles | Step::Hears(_) => {
                self.transcript.add(WAITS, sentence);
            }
            _ => {
                let (who, what) = sentence.split_once(' ').unwrap_or((sentence, ""));
                self.transcript.add(who, what);
            }
        }
        let done = self.act(step).await;
        self.look();
        done
    }

    async fn act(&mut self, step: &Step) -> Result<(), PerformError> {
        let world = self.world;
        if self.desk.is_some()
            && let Some(done) = self.at_the_desk(step).await
        {
            return done;
        }
        match step {
            Step::Pay { amount, currency, order, service } => {
                let request = self.request(amount, currency.clone(), order.as_deref(), service)?;
                self.begin(request)
            }
            Step::Refund { amount, payment } => {
                self.linked(ServiceKind::Refund, amount, *payment).await
            }
            Step::Complete { amount, payment } => {
                self.linked(ServiceKind::Completion, amount, *payment).await
            }
            Step::Reprint { payment } => {
                let key = self.payment(*payment).await?;
                world.terminal.reprint(&key).await?;
                Ok(())
            }
            Step::Serve { service } => self.serve(service),
            Step::Press(key) => self.press(key.clone()),
            Step::ShowCode(_)
            | Step::ShowText(_)
            | Step::ShowPicture(_)
            | Step::ShowDamaged
            | Step::ShowReceipt { .. }
            | Step::ShowNothing => {
                world.webcam.take(None);
                self.show(step).await
            }
            Step::Scan(act) => self.scan(*act).await,
            Step::Answer { pays } => self.answer(*pays).await,
            Step::Pass(time) => {
                tokio::time::sleep(*time).await;
                Ok(())
            }
            Step::Shows(text) => self.wait_for_text(text).await,
            Step::Ends => self.wait_for_end().await,
            Step::Settles => self.wait_until_settled().await,
            Step::Hears(operation) => self.wait_for_request(*operation).await,
            Step::PowerCut | Step::Restart | Step::RestartIn { .. } => Err(PerformError::NotHere),
            // A scenario's terminal has started again by itself.
            Step::PowerOn => Ok(()),
            Step::Desk(DeskStep::Void { payment }) => self.void(*payment).await,
            Step::Desk(_) => Err(PerformError::NoDesk),
            Step::Window(_) => Err(PerformError::NoWindow),
            Step::AppHangs => Err(PerformError::NoHangingApp),
            Step::BooksAgree => devices::compare(world).await,
            _ => devices::set(world, step),
        }
    }

    fn request(
        &self,
        amount: &str,
        currency: Option<String>,
        order: Option<&str>,
        service: &str,
    ) -> Result<Request, PerformError> {
        let order = match order {
            None => None,
            Some(text) => {
                Some(Order::new(text).ok_or_else(|| PerformError::NotAnOrder(text.to_owned()))?)
            }
        };
        Ok(Request {
            app: devices::app_with(self.world, service),
            service: service.to_owned(),
            amount: amount.to_owned(),
            currency,
            original: None,
            merchant_order: order,
        })
    }

    fn begin(&mut self, request: Request) -> Result<(), PerformError> {
        self.free_counter()?;
        self.matched = self.transcript.entries().len();
        let terminal = self.world.terminal.clone();
        self.at_counter =
            Some(tokio::spawn(
                async move { Ok(Told::Payment(Box::new(terminal.pay(request).await?))) },
            ));
        Ok(())
    }

    fn serve(&mut self, service: &str) -> Result<(), PerformError> {
        self.free_counter()?;
        self.matched = self.transcript.entries().len();
        let (terminal, service) = (self.world.terminal.clone(), service.to_owned());
        let app = devices::app_with(self.world, &service);
        self.at_counter = Some(tokio::spawn(async move {
            Ok(Told::Served(terminal.serve(&app, &service).await?.is_done()))
        }));
        Ok(())
    }

    fn free_counter(&self) -> Result<(), PerformError> {
        if self.at_counter.is_some() { Err(PerformError::Busy) } else { Ok(()) }
    }

    /// The first service of `app` of this kind.
    fn service_of(&self, app: &str, kind: ServiceKind) -> Result<String, PerformError> {
        let mut services = self.world.terminal.services();
        let found = services.find(|(id, service)| *id == app && service.kind == kind);
        let found = found.map(|(_, service)| service.id.clone());
        found.ok_or_else(|| PerformError::NoService { app: app.to_owned(), kind: kind.name() })
    }

    async fn linked(
        &mut self,
        kind: ServiceKind,
        amount: &str,
        payment: usize,
    ) -> Result<(), PerformError> {
        let PaymentRow { key, app, .. } = devices::row(self.world, payment).await?;
        let service = self.service_of(&app, kind)?;
        let request = self.request(amount, None, None, &service)?;
        self.begin(Request { app, original: Some(key), ..request })
    }

    async fn void(&mut self, payment: usize) -> Result<(), PerformError> {
        let row = devices::row(self.world, payment).await?;
        let amount = row.approved.unwrap_or(row.amount).to_string();
        let service = match row.kind {
            Kind::PreAuth => self.service_of(&row.app, ServiceKind::Release)?,
            _ => VOID.to_owned(),
        };
        let request = self.request(&amount, None, None, &service)?;
        self.begin(Request { app: row.app, original: Some(row.key), ..request })
    }

    /// The key of the journal's payment `number`, from 1, in order of creation.
    async fn payment(&self, number: usize) -> Result<PaymentKey, PerformError> {
        devices::payment(self.world, number).await
    }

    fn press(&self, key: Key) -> Result<(), PerformError> {
        if self.at_counter.is_none() {
            return Err(PerformError::Idle);
        }
        if self.world.screen.press(key) { Ok(()) } else { Err(PerformError::KeyLost) }
    }

    async fn show(&mut self, step: &Step) -> Result<(), PerformError> {
        let scene = match step {
            Step::ShowCode(wallet) => {
                let number = u64::try_from(self.codes.len()).unwrap_or(u64::MAX);
                self.hold_code(payment_code(*wallet, self.seed, number))?
            }
            Step::ShowText(text) => self.hold_code(text.clone())?,
            Step::ShowPicture(path) => Scene::file(&self.folder.join(path))?,
            Step::ShowDamaged => {
                let number = u64::try_from(self.codes.len()).unwrap_or(u64::MAX);
                let code = payment_code(caisson_acquirer::Wallet::Wechat, self.seed, number);
                let scene = damaged(&code)?;
                self.codes.push(code);
                scene
            }
            Step::ShowReceipt { payment } => self.paper(*payment).await?,
            _ => Scene::nothing(),
        };
        self.world.lens.hold(scene);
        Ok(())
    }

    fn hold_code(&mut self, code: String) -> Result<Scene, PerformError> {
        let scene = Scene::text(&code)?;
        self.codes.push(code);
        Ok(scene)
    }

    /// The last whole receipt of a payment, as a scene.
    async fn paper(&self, number: usize) -> Result<Scene, PerformError> {
        let key = self.payment(number).await?;
        devices::paper(self.world, &key, number)
    }

    async fn scan(&mut self, act: PhoneAct) -> Result<(), PerformError> {
        let shown = self.wait_for_code().await?;
        let url = scan_pixels(shown).await?;
        let scanned = self.phone.tell("scan", &json!({ "code_url": url })).await?;
        said("SHOWN", scanned)?;
        let answer = if act == PhoneAct::Refuses { "refuse" } else { "pay" };
        let told = self.phone.tell("pay", &json!({ "code_url": url, "answer": answer })).await?;
        match act {
            PhoneAct::Refuses => said("REFUSED", told),
            PhoneAct::Pays | PhoneAct::PaysLate => said("PAID", told),
        }
    }

    /// Answers the wallet's question, as soon as it asks.
    async fn answer(&self, pays: bool) -> Result<(), PerformError> {
        let code = self.codes.last().ok_or(PerformError::NoCode)?;
        let answer = if pays { "pay" } else { "refuse" };
        let body = json!({ "code": code, "answer": answer });
        let told = self.wait_for_question(&body).await?;
        said(if pays { "PAID" } else { "REFUSED" }, told)
    }
}

fn said(expected: &'static str, said: String) -> Result<(), PerformError> {
    if said == expected { Ok(()) } else { Err(PerformError::WalletSaid { expected, said }) }
}
