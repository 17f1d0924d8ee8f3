//! Sales as the machine makes them, and a journal's files as bytes.

use caisson_core::operation::{OperationKind, Reading};
use caisson_core::payment::{
    Digest, Ending, Event, Input, Intent, Kind, Payment, State, Submission,
};
use caisson_core::{Currency, Money, PaymentKey, Reason};
use caisson_journal::{
    Boot, Commit, JOURNAL_FILE, Journal, JournalError, Quality, Recovery, WAL_FILE, WallTime,
    export,
};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

pub(crate) const ID: u64 = 0x1234_5678;
pub(crate) const TERMINAL: &str = "T1000001";
pub(crate) const SEALED: &[u8] = b"sealed-note-of-which-no-byte-may-stay-behind";

pub(crate) fn at(ms: u64) -> WallTime {
    WallTime { ms, quality: Quality::Host }
}

pub(crate) fn cny(minor: u64) -> Money {
    Money::new(minor, Currency::Cny).unwrap()
}

pub(crate) fn created() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    Journal::create(dir.path(), ID).unwrap();
    dir
}

pub(crate) fn open(dir: &Path) -> (Journal, Boot) {
    Journal::open(dir, at(1_000)).unwrap()
}

pub(crate) fn sale(journal: &mut Journal, minor: u64) -> Intent {
    Intent {
        key: journal.next_key(TERMINAL).unwrap(),
        kind: Kind::Sale,
        app: "qr".to_owned(),
        service: "pay".to_owned(),
        amount: cny(minor),
        original: None,
        merchant_order: Some(format!("order-{minor}")),
        released: None,
    }
}

pub(crate) fn refund(journal: &mut Journal, original: &PaymentKey, minor: u64) -> Intent {
    let original = Some(original.clone());
    Intent { kind: Kind::Refund, original, merchant_order: None, ..sale(journal, minor) }
}

pub(crate) fn submit(kind: OperationKind) -> Input {
    Input::Submit {
        submission: Submission {
            operation: "pay".to_owned(),
            kind,
            of: Kind::Sale,
            request: Digest::of(b"request"),
            request_bytes: 7,
            recovery_bytes: 7,
            repeatable: false,
            expires: (kind == OperationKind::Offer).then_some(Duration::from_secs(60)),
        },
        recovering: false,
    }
}

pub(crate) fn heard(reading: Reading) -> Input {
    Input::Heard { reading, amount: None, reason: None }
}

pub(crate) fn approved(minor: u64) -> Input {
    Input::Ended(Ending::Approved { amount: cny(minor), facts: vec![] })
}

/// Steps the machine and commits what it says, as the terminal does.
pub(crate) fn step(
    journal: &mut Journal,
    payment: &mut Payment,
    input: Input,
    recovery: Recovery<'_>,
) -> Result<Vec<Event>, JournalError> {
    let input = match input {
        Input::Submit { submission, recovering } => {
            let of = payment.intent().kind;
            Input::Submit { submission: Submission { of, ..submission }, recovering }
        }
        other => other,
    };
    let events = payment.step(input).unwrap().events;
    let key = &payment.intent().key;
    journal.commit(&Commit { key, events: &events, recovery, at: at(2_000) })?;
    Ok(events)
}

/// A sale that was handed to the network.
pub(crate) fn submitted(journal: &mut Journal, intent: Intent) -> Payment {
    let mut payment = Payment::new(intent);
    step(journal, &mut payment, submit(OperationKind::Financial), Recovery::Store(SEALED)).unwrap();
    payment
}

/// A payment from its first commit to the state.
pub(crate) fn brought_to(journal: &mut Journal, intent: Intent, state: State) -> Payment {
    let mut payment = submitted(journal, intent);
    let minor = payment.intent().amount.minor();
    let unknown = Input::Ended(Ending::Unknown { reason: Reason::NoAnswer });
    let inputs = match state {
        State::Authorising => vec![],
        State::Unknown | State::Parked => vec![unknown],
        State::Declined => vec![
            heard(Reading::NotPaid),
            Input::Ended(Ending::Declined { reason: Reason::DeclinedOther }),
        ],
        State::Approved => vec![heard(Reading::Paid), approved(minor)],
        State::Completed => vec![heard(Reading::Paid), approved(minor), Input::Served],
        other => panic!("no way to {other} here"),
    };
    for input in inputs {
        step(journal, &mut payment, input, Recovery::Keep).unwrap();
    }
    if state == State::Parked {
        (0..12).for_each(|_| payment.count_attempt());
        let again = Input::Ended(Ending::Unknown { reason: Reason::NoAnswer });
        step(journal, &mut payment, again, Recovery::Keep).unwrap();
    }
    if state.is_final() {
        step(journal, &mut payment, Input::Printed { failed: None }, Recovery::Erase).unwrap();
    }
    assert_eq!(payment.state(), state);
    payment
}

/// Every row as `caisson journal export` shows it.
pub(crate) fn lines(dir: &Path) -> Vec<String> {
    try_lines(dir).unwrap()
}

pub(crate) fn try_lines(dir: &Path) -> Result<Vec<String>, JournalError> {
    let mut out = Vec::new();
    export(dir, &mut out)?;
    Ok(String::from_utf8(out).unwrap().lines().map(str::to_owned).collect())
}

/// The kinds of all rows, in order.
pub(crate) fn kinds(dir: &Path) -> Vec<String> {
    let kind = |line: String| {
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        value["kind"].as_str().unwrap().to_owned()
    };
    lines(dir).into_iter().map(kind).collect()
}

/// The files of a journal that no process has open.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) database: Vec<u8>,
    pub(crate) log: Vec<u8>,
}

impl Files {
    pub(crate) fn read(dir: &Path) -> Self {
        Self {
            database: fs::read(dir.join(JOURNAL_FILE)).unwrap(),
            log: fs::read(dir.join(WAL_FILE)).unwrap(),
        }
    }

    /// As [`Files::read`], while this process has the journal open: by another process, because
    /// closing a file here would take SQLite's lock on it away.
    pub(crate) fn read_beside(dir: &Path) -> Self {
        let bytes = |name| {
            let cat = Command::new("cat").arg(dir.join(name)).output().unwrap();
            assert!(cat.status.success());
            cat.stdout
        };
        Self { database: bytes(JOURNAL_FILE), log: bytes(WAL_FILE) }
    }

    pub(crate) fn write(&self, dir: &Path) {
        fs::write(dir.join(JOURNAL_FILE), &self.database).unwrap();
        fs::write(dir.join(WAL_FILE), &self.log).unwrap();
    }

    pub(crate) fn contain(&self, bytes: &[u8]) -> bool {
        [&self.database, &self.log]
            .iter()
            .any(|file| file.windows(bytes.len()).any(|window| window == bytes))
    }
}
