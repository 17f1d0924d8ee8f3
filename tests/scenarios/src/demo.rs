//! Two QR payments in real time against an acquirer in a process of its own: the whole house at
//! work, and one screen that says what happened and where the receipts are.
//!
//! Guarantee: the report exists only where both payments were approved, both receipts came out
//! whole, and the acquirer's books, read from its own file, agree with the journal.

mod report;

use crate::check;
use crate::emulator::{Emulator, PerformError};
use crate::evidence::{Evidence, PaymentSeen};
use crate::step::{Step, StepSyntax};
use crate::transcript::{SCREEN, Transcript};
use crate::world::{AcquirerAt, Setup, World, WorldError};
use caisson_core::Language;
use caisson_core::payment::State;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use report::{DemoReport, Paid};

/// The app that takes both payments.
const APP: &str = "qr";

/// The customer's code, drawn and read by the camera.
const BY_CUSTOMER: [&str; 3] =
    ["cashier keys 12.00, picks pay", "customer shows wechat code", "payment ends"];
/// The shop's code, read by the customer's phone from the screen's pixels.
const BY_MERCHANT: [&str; 3] =
    ["cashier keys 8.50, picks show-code", "customer scans and pays", "payment ends"];

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
    /// A payment was not approved.
    #[error(
        "{payment}: was not approved; the screen says: {screen}; start the acquirer anew without \
         faults, then the demo again"
    )]
    NotApproved {
        /// Which payment, by its first step.
        payment: &'static str,
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

/// Takes both payments and compares the books.
///
/// # Errors
/// [`DemoError`].
pub async fn demo(options: &DemoOptions) -> Result<DemoReport, DemoError> {
    let world = World::open(&Setup {
        folder: options.folder.clone(),
        apps: options.apps.clone(),
        app: APP.to_owned(),
        language: options.language,
        settings: BTreeMap::new(),
        risk: Vec::new(),
        acquirer: AcquirerAt::Folder(options.acquirer.clone()),
    })
    .await?;
    let at = |source| DemoError::Folder { folder: options.folder.clone(), source };
    let transcript = Transcript::open(&options.folder).map_err(at)?;
    // Another demo on the same books must show other codes.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let seed = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX);
    let pictures = options.folder.clone();
    let emulator = Emulator::new(&world, transcript.clone(), pictures, seed, Vec::new());
    let mut counter = Counter {
        world: &world,
        emulator: emulator.map_err(|error| DemoError::Perform {
            payment: BY_CUSTOMER[0],
            sentence: BY_CUSTOMER[0],
            error: Box::new(error),
            transcript: options.folder.clone(),
        })?,
        transcript,
        folder: options.folder.clone(),
    };
    let paid = [counter.pay(&BY_CUSTOMER).await?, counter.pay(&BY_MERCHANT).await?];
    drop(counter);
    let evidence = Evidence::read(&world).await?;
    for compared in [check::net(&evidence), check::once(&evidence)] {
        compared.map_err(|what| DemoError::Differs {
            what,
            folder: options.folder.clone(),
            acquirer: options.acquirer.clone(),
        })?;
    }
    Ok(DemoReport {
        language: options.language,
        paid,
        totals: evidence.totals,
        books: world.acquirer().books(),
        journal: options.folder.join("journal"),
    })
}

/// The counter with its cashier and one customer after the other.
struct Counter<'w> {
    world: &'w World,
    emulator: Emulator<'w>,
    transcript: Transcript,
    folder: PathBuf,
}

impl Counter<'_> {
    async fn pay(&mut self, steps: &[&'static str; 3]) -> Result<Paid, DemoError> {
        let payment = steps[0];
        let sheets_before = self.world.roll.sheets().len();
        for sentence in steps {
            let step: Step = sentence.parse()?;
            let done = self.emulator.perform(&step, sentence).await;
            done.map_err(|error| DemoError::Perform {
                payment,
                sentence,
                error: Box::new(error),
                transcript: self.folder.clone(),
            })?;
        }
        let evidence = Evidence::read(self.world).await?;
        let made = evidence.payments.last().filter(|payment| has_paid(payment));
        let made =
            made.ok_or_else(|| DemoError::NotApproved { payment, screen: self.outcome() })?;
        let sheets = self.world.roll.sheets();
        let mut new = sheets.iter().skip(sheets_before);
        let whole = new.find(|sheet| sheet.complete);
        let picture = whole.and_then(|sheet| sheet.picture.clone());
        Ok(Paid {
            amount: made.approved.unwrap_or(made.amount),
            order: made.key.clone(),
            receipt: picture
                .ok_or_else(|| DemoError::NoReceipt { payment, receipts: self.world.receipts() })?,
        })
    }

    /// The last line that the screen showed.
    fn outcome(&self) -> String {
        let entries = self.transcript.entries();
        let last = entries.iter().rev().find(|entry| entry.who == SCREEN);
        last.map_or_else(String::new, |entry| entry.what.clone())
    }
}

const fn has_paid(payment: &PaymentSeen) -> bool {
    matches!(payment.state, State::Approved | State::Completed)
}
