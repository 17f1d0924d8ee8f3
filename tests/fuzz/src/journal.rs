//! The journal: one event as its rows hold it, and whole files with damage in them.

use caisson_core::operation::{OperationKind, Reading};
use caisson_core::payment::{
    Digest, Ending, Event, Input, Intent, Kind, Payment, State, Submission,
};
use caisson_core::{Currency, Money, PaymentKey, Reason};
use caisson_journal::{
    BALLAST_FILE, Commit, JOURNAL_FILE, Journal, Quality, Recovery, WAL_FILE, WallTime, adopt,
    export, inspect, verify,
};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// An event, as the body of a row.
///
/// # Panics
/// Where it is written as another one, or a payment that begins with it cannot go on.
pub fn event(data: &[u8]) {
    let Ok(event) = serde_json::from_slice::<Event>(data) else { return };
    let written = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), event);
    let kind = event.kind();
    assert!(written.starts_with(&format!("{{\"{kind}\":")) || written == format!("\"{kind}\""));
    let Some(mut payment) = Payment::from_events([&event]) else { return };
    assert_eq!(payment.state(), State::Created, "a payment begins with its creation");
    // An acquirer that never answers does not make it certain.
    let lost = Ending::Unknown { reason: Reason::NoAnswer };
    let _refused_or_not = payment.step(Input::Ended(lost));
    assert!(!payment.state().has_moved_money());
}

/// The journal that damage is done to, made once.
struct Whole {
    database: Vec<u8>,
    log: Vec<u8>,
    lines: Vec<String>,
    keys: Vec<PaymentKey>,
}

static WHOLE: OnceLock<Whole> = OnceLock::new();
const SEALED: &[u8] = b"a sealed note";

impl Whole {
    /// A completed sale, one that is unknown, and one that was on its way.
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("journal");
        Journal::create(&dir, 7).unwrap();
        let (mut journal, _) = Journal::open(&dir, at(1_000)).unwrap();
        let unknown = Input::Ended(Ending::Unknown { reason: Reason::NoAnswer });
        let heard = Input::Heard { reading: Reading::Paid, amount: None, reason: None };
        let approved = Input::Ended(Ending::Approved { amount: cny(1_200), facts: Vec::new() });
        let stories = [vec![heard, approved, Input::Served], vec![unknown], Vec::new()];
        let keys = stories.map(|inputs| sale(&mut journal, inputs)).to_vec();
        drop(journal);
        let read = |name: &str| fs::read(dir.join(name)).unwrap();
        let (database, log) = (read(JOURNAL_FILE), read(WAL_FILE));
        let lines = exported(&dir).unwrap();
        Self { database, log, lines, keys }
    }
}

fn sale(journal: &mut Journal, inputs: Vec<Input>) -> PaymentKey {
    let key = journal.next_key("T1000001").unwrap();
    let mut payment = Payment::new(Intent {
        key: key.clone(),
        kind: Kind::Sale,
        app: "qr".to_owned(),
        service: "pay".to_owned(),
        amount: cny(1_200),
        original: None,
        merchant_order: None,
        released: None,
    });
    let submission = Submission {
        operation: "pay".to_owned(),
        kind: OperationKind::Financial,
        of: Kind::Sale,
        request: Digest::of(b"request"),
        request_bytes: 7,
        recovery_bytes: 7,
        repeatable: false,
        expires: None,
    };
    let first = Input::Submit { submission, recovering: false };
    for (number, input) in std::iter::once(first).chain(inputs).enumerate() {
        let events = payment.step(input).unwrap().events;
        let recovery = if number == 0 { Recovery::Store(SEALED) } else { Recovery::Keep };
        journal.commit(&Commit { key: &key, events: &events, recovery, at: at(2_000) }).unwrap();
    }
    key
}

fn at(ms: u64) -> WallTime {
    WallTime { ms, quality: Quality::Host }
}

fn cny(minor: u64) -> Money {
    Money::new(minor, Currency::Cny).unwrap()
}

fn exported(dir: &Path) -> Option<Vec<String>> {
    let mut out = Vec::new();
    export(dir, &mut out).ok()?;
    Some(String::from_utf8(out).unwrap().lines().map(str::to_owned).collect())
}

/// Damage to a journal's files, a line each: `db 4096 hello` writes the text there, `log 32 hello`
/// into the log, `db 4096` cuts the file off there.
///
/// # Panics
/// Where damage goes unseen, money that was certain is asked about again, or the adopted journal
/// does not verify.
pub fn journal(data: &[u8]) {
    let whole = WHOLE.get_or_init(Whole::new);
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("journal");
    fs::create_dir(&dir).unwrap();
    let (mut database, mut log) = (whole.database.clone(), whole.log.clone());
    for line in String::from_utf8_lossy(data).split('\n') {
        let words: Vec<&str> = line.splitn(3, ' ').collect();
        match words[..] {
            ["db", at, ref rest @ ..] => damage(&mut database, at, rest),
            ["log", at, ref rest @ ..] => damage(&mut log, at, rest),
            _ => {}
        }
    }
    fs::write(dir.join(JOURNAL_FILE), &database).unwrap();
    fs::write(dir.join(WAL_FILE), &log).unwrap();
    fs::write(dir.join(BALLAST_FILE), []).unwrap();
    if let Ok(found) = verify(&dir) {
        assert_eq!(found.journal_id, 7);
        let lines = exported(&dir).expect("what verifies can be read");
        assert!(whole.lines.starts_with(&lines), "it holds what was written, or less at its end");
        return;
    }
    let Ok(plan) = inspect(&dir) else { return };
    assert!(plan.rows <= whole.lines.len() as u64);
    assert!(plan.asked.iter().all(|key| whole.keys.contains(key)), "{plan:?}");
    assert!(!plan.asked.contains(&whole.keys[0]) || plan.lost > 0, "a sale that was over");
    let done = adopt(&dir, 5, at(3_000), "the medium failed").unwrap();
    assert_eq!(
        (&done.asked, &done.parked, done.certain),
        (&plan.asked, &plan.parked, plan.certain)
    );
    let found = verify(&dir).expect("what was adopted is whole");
    assert_ne!(found.journal_id, 7);
    let open = plan.asked.len() + plan.parked.len();
    assert_eq!(usize::try_from(found.open).unwrap(), open);
    assert_eq!(usize::try_from(found.payments).unwrap(), open + plan.certain);
}

fn damage(bytes: &mut Vec<u8>, at: &str, with: &[&str]) {
    let Ok(at) = at.parse::<usize>() else { return };
    let at = at % (bytes.len() + 1);
    match with.first() {
        None => bytes.truncate(at),
        Some(text) => {
            let end = (at + text.len()).min(bytes.len());
            bytes.splice(at..end, text.bytes().take(end - at));
        }
    }
}
