//! Two QR payments, three card payments and a settlement in real time against an acquirer in a
//! process of its own: the whole house at work, and one screen that says what happened and where
//! the receipts are.
//!
//! Guarantee: the report exists only where each payment ended as it must, every receipt came out
//! whole, the batch was settled with totals that agree, and the books of acquirer and bank, read
//! from their own files, agree with the journal.

mod report;

use crate::check;
use crate::emulator::{Emulator, PerformError};
use crate::evidence::{Evidence, PaymentSeen};
use crate::setup::{AcquirerAt, Extra, Setup};
use crate::step::{Step, StepSyntax};
use crate::transcript::{SCREEN, Transcript};
use crate::world::{CARD_APP, World, WorldError};
use caisson_acquirer::bank::BankOperation;
use caisson_acquirer::{AcquirerError, FaultTarget as _};
use caisson_core::Language;
use caisson_core::payment::State;
use caisson_core::view::{Mark, View};
use report::PAYMENTS;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::timeout;

pub use report::{DemoReport, Settled, Taken};

/// The app that takes codes; the one that takes cards stands beside it.
const APP: &str = "qr";
/// How long a page is waited for: longer than the bank is.
const PAGE_WITHIN: Duration = Duration::from_secs(90);
/// The answer to totals that agree.
const SETTLED: &str = "00";

/// What is done for one payment.
struct Deal {
    steps: &'static [&'static str],
    must: Must,
}

/// How a payment must end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Must {
    BeApproved,
    BeTakenBack,
}

/// In the order of the report. What the bank does is chosen by the amount, as in
/// `caisson acquirer --help`: an amount that ends in .79 is booked, and its answer lost.
const DEALS: [Deal; PAYMENTS] = [
    Deal {
        steps: &["cashier keys 12.00, picks pay", "customer shows wechat code", "payment ends"],
        must: Must::BeApproved,
    },
    Deal {
        steps: &["cashier keys 8.50, picks show-code", "customer scans and pays", "payment ends"],
        must: Must::BeApproved,
    },
    Deal {
        steps: &[
            "cashier keys 15.00, picks sale",
            "customer inserts card union-credit-pin",
            "customer keys the PIN",
            "payment ends",
            "customer removes the card",
        ],
        must: Must::BeApproved,
    },
    Deal {
        steps: &[
            "cashier keys 6.00, picks sale",
            "customer taps card tap-union",
            "payment ends",
            "customer removes the card",
        ],
        must: Must::BeApproved,
    },
    Deal {
        steps: &[
            "cashier keys 7.79, picks sale",
            "customer inserts card union-credit-pin",
            "customer keys the PIN",
            "payment ends",
            "customer removes the card",
        ],
        must: Must::BeTakenBack,
    },
];
/// Before the first card.
const SIGN_ON: &str = "cashier picks sign-on";
/// After the last one.
const SETTLE: &str = "cashier picks settle";
/// How many payments come before the first card.
const BEFORE_CARDS: usize = 2;

/// What the demo runs on.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// The folder of an acquirer process that is running.
    pub acquirer: PathBuf,
    /// The terminal's folder; a new one, or that of an earlier demo with the same acquirer.
    pub folder: PathBuf,
    /// Folder of built apps, one folder each.
    pub apps: PathBuf,
    /// Language of screen, paper and report.
    pub language: Language,
}

/// Why the demo has nothing good to report. Each text says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The terminal does not start.
    #[error("the terminal does not start: {0}")]
    World(#[from] WorldError),
    /// The bank's books cannot be read.
    #[error(transparent)]
    Books(#[from] AcquirerError),
    /// Nobody takes cards.
    #[error("{apps}: holds no app `{CARD_APP}`; `cargo xtask demo` builds it")]
    NoCardApp {
        /// The folder of built apps.
        apps: PathBuf,
    },
    /// The transcript cannot be written. Choose another folder.
    #[error("{folder}: {source}; choose another folder")]
    Folder {
        /// The terminal's folder.
        folder: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// The demo's own step is none. Report this.
    #[error(transparent)]
    Step(#[from] StepSyntax),
    /// A step could not be performed.
    #[error("{payment}: \"{sentence}\": {error}; what happened stands in {transcript}")]
    Perform {
        /// Which payment, by its first step.
        payment: &'static str,
        /// The step.
        sentence: &'static str,
        /// Why.
        error: Box<PerformError>,
        /// Where the transcript is.
        transcript: PathBuf,
    },
    /// A payment did not end as it must.
    #[error(
        "{payment}: was not {meant}; the screen says: {screen}; start the acquirer anew without \
         faults, then the demo again"
    )]
    EndedOtherwise {
        /// Which payment, by its first step.
        payment: &'static str,
        /// How it must end.
        meant: &'static str,
        /// The last line on the screen.
        screen: String,
    },
    /// The bank did not do what it was asked.
    #[error(
        "{service}: was not done; the screen says: {screen}; start the acquirer anew without \
         faults, then the demo again"
    )]
    NotServed {
        /// Which service, by its step.
        service: &'static str,
        /// The last line on the screen.
        screen: String,
    },
    /// A receipt is missing or incomplete.
    #[error("{payment}: no whole receipt came out; see the files in {receipts}")]
    NoReceipt {
        /// Which payment, by its first step.
        payment: &'static str,
        /// Folder of the receipts.
        receipts: PathBuf,
    },
    /// Books and journal differ.
    #[error("{what}; keep both folders: {folder} and {acquirer}, and report this")]
    Differs {
        /// How.
        what: String,
        /// The terminal's folder.
        folder: PathBuf,
        /// The acquirer's folder.
        acquirer: PathBuf,
    },
}

/// Takes the payments, settles the batch and compares the books.
///
/// # Errors
/// [`DemoError`].
pub async fn demo(options: &DemoOptions) -> Result<DemoReport, DemoError> {
    let setup = Setup {
        folder: options.folder.clone(),
        apps: options.apps.clone(),
        app: APP.to_owned(),
        language: options.language,
        settings: BTreeMap::new(),
        risk: Vec::new(),
        acquirer: AcquirerAt::Folder(options.acquirer.clone()),
    };
    let world = World::open_with(&setup, Extra { has_cards: true, ..Extra::default() }).await?;
    if !world.terminal.services().any(|(app, _)| app == CARD_APP) {
        return Err(DemoError::NoCardApp { apps: options.apps.clone() });
    }
    let mut counter = Counter::open(&world, options)?;
    let mut taken = Vec::new();
    for (number, deal) in DEALS.iter().enumerate() {
        if number == BEFORE_CARDS {
            counter.serve(SIGN_ON).await?;
        }
        taken.push(counter.take(deal).await?);
    }
    counter.serve(SETTLE).await?;
    drop(counter);
    report(&world, options, taken).await
}

/// Compares, and tells.
async fn report(
    world: &World,
    options: &DemoOptions,
    mut taken: Vec<Taken>,
) -> Result<DemoReport, DemoError> {
    let differs = |what| DemoError::Differs {
        what,
        folder: options.folder.clone(),
        acquirer: options.acquirer.clone(),
    };
    let evidence = Evidence::read(world).await?;
    for compared in [check::net(&evidence), check::once(&evidence)] {
        compared.map_err(differs)?;
    }
    for one in &mut taken {
        let payment = evidence.payments.iter().find(|payment| payment.key == one.order);
        one.shown = payment.map_or(0, |payment| evidence.shown(payment));
        let kept = evidence.kept.iter().find(|kept| kept.order == one.order.as_str());
        one.kept = kept.map_or(0, |kept| kept.net);
    }
    let settled = settled(world, taken.last())?;
    let settled = settled.map_err(differs)?;
    Ok(DemoReport {
        language: options.language,
        taken,
        settled,
        totals: evidence.totals,
        books: [world.acquirer().books(), world.acquirer().bank_books_file()],
        journal: options.folder.join("journal"),
    })
}

/// The batch of the payment `last` in the bank's books; an inner error where the bank did not agree.
fn settled(world: &World, last: Option<&Taken>) -> Result<Result<Settled, String>, DemoError> {
    let books = world.acquirer().bank_books()?;
    let exchanges = books.exchanges()?;
    let name = BankOperation::Settlement.name();
    let settlement = exchanges.iter().rev().find(|exchange| exchange.operation == name);
    let code = settlement.and_then(|exchange| exchange.code.as_deref());
    if code != Some(SETTLED) {
        let said = code.unwrap_or("nothing");
        return Ok(Err(format!("the bank answered {said} to the totals of the batch")));
    }
    let number = last.and_then(|taken| taken.order.sequence());
    let stan = number.map(|number| format!("{number:06}"));
    let transactions = books.transactions()?;
    let of_last = transactions.iter().rev().find(|entry| Some(&entry.stan) == stan.as_ref());
    let Some(entry) = of_last else {
        return Ok(Err("the bank has never heard of the last payment".to_owned()));
    };
    let totals = books.batch_totals(&entry.terminal, entry.batch)?;
    Ok(Ok(Settled { batch: entry.batch, totals }))
}

/// The counter with its cashier and one customer after the other.
struct Counter<'w> {
    world: &'w World,
    emulator: Emulator<'w>,
    transcript: Transcript,
    folder: PathBuf,
    /// Views that were shown when something was last begun.
    begun: usize,
}

impl<'w> Counter<'w> {
    fn open(world: &'w World, options: &DemoOptions) -> Result<Self, DemoError> {
        let folder = options.folder.clone();
        let at = |source| DemoError::Folder { folder: folder.clone(), source };
        let transcript = Transcript::open(&folder).map_err(at)?;
        // Another demo on the same books must show other codes.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let seed = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX);
        let pictures = folder.clone();
        let emulator = Emulator::new(world, transcript.clone(), pictures, seed, Vec::new());
        let emulator = emulator.map_err(|error| DemoError::Perform {
            payment: SIGN_ON,
            sentence: SIGN_ON,
            error: Box::new(error),
            transcript: folder.clone(),
        })?;
        Ok(Self { world, emulator, transcript, folder, begun: 0 })
    }

    async fn take(&mut self, deal: &Deal) -> Result<Taken, DemoError> {
        let payment = deal.steps.first().copied().unwrap_or_default();
        self.begin();
        let sheets_before = self.world.roll.sheets().len();
        for sentence in deal.steps {
            self.say(payment, sentence).await?;
        }
        let evidence = Evidence::read(self.world).await?;
        let made = evidence.payments.last().filter(|made| deal.must.holds(made));
        let made = made.ok_or_else(|| DemoError::EndedOtherwise {
            payment,
            meant: deal.must.word(),
            screen: self.outcome(),
        })?;
        let sheets = self.world.roll.sheets();
        let mut new = sheets.iter().skip(sheets_before);
        let whole = new.find(|sheet| sheet.complete);
        let receipt = whole.and_then(|sheet| sheet.picture.clone());
        if deal.must == Must::BeApproved && receipt.is_none() {
            return Err(DemoError::NoReceipt { payment, receipts: self.world.receipts() });
        }
        let (asked, order) = (made.amount, made.key.clone());
        Ok(Taken { asked, order, receipt, shown: 0, kept: 0 })
    }

    /// Has the bank do what moves no money.
    async fn serve(&mut self, service: &'static str) -> Result<(), DemoError> {
        self.begin();
        self.say(service, service).await?;
        let is_done = |view: &View| match view {
            View::Result { mark, .. } => Some(*mark == Mark::Done),
            _ => None,
        };
        if self.wait_for(is_done).await != Some(true) {
            return Err(DemoError::NotServed { service, screen: self.outcome() });
        }
        self.say(service, "cashier presses ok").await?;
        self.say(service, "payment ends").await
    }

    async fn say(
        &mut self,
        payment: &'static str,
        sentence: &'static str,
    ) -> Result<(), DemoError> {
        let step: Step = sentence.parse()?;
        if matches!(step, Step::Pin(_)) {
            // Nobody keys a PIN before it is asked for; where it never is, the end says why.
            let is_asked =
                |view: &View| matches!(view, View::Pin { .. } | View::Outcome { .. }).then_some(());
            let _ = self.wait_for(is_asked).await;
        }
        let done = self.emulator.perform(&step, sentence).await;
        done.map_err(|error| DemoError::Perform {
            payment,
            sentence,
            error: Box::new(error),
            transcript: self.folder.clone(),
        })
    }

    /// What was shown before is of another customer.
    fn begin(&mut self) {
        self.begun = *self.world.screen.changes().borrow();
    }

    /// What `look` makes of the first view that it knows, of those that were shown since the begin;
    /// `None` where none comes in time.
    async fn wait_for<T>(&self, look: impl Fn(&View) -> Option<T>) -> Option<T> {
        let mut changes = self.world.screen.changes();
        let found = timeout(PAGE_WITHIN, async {
            loop {
                let (shown, _) = self.world.screen.since(self.begun);
                if let Some(found) = shown.iter().find_map(|showing| look(&showing.view)) {
                    return found;
                }
                // The screen lives as long as the world.
                let _ = changes.changed().await;
            }
        });
        found.await.ok()
    }

    /// The last line that the screen showed.
    fn outcome(&self) -> String {
        self.emulator.look();
        let entries = self.transcript.entries();
        let last = entries.iter().rev().find(|entry| entry.who == SCREEN);
        last.map_or_else(String::new, |entry| entry.what.clone())
    }
}

impl Must {
    const fn holds(self, payment: &PaymentSeen) -> bool {
        match self {
            Self::BeApproved => matches!(payment.state, State::Approved | State::Completed),
            Self::BeTakenBack => matches!(payment.state, State::Reversed),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::BeApproved => "approved",
            Self::BeTakenBack => "taken back",
        }
    }
}
