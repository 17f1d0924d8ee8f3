//! A damaged journal, adopted: what is readable goes into a new one, and no money is lost sight of.
//!
//! Guarantees: the damaged files are moved aside whole and never written; the new journal takes
//! their place only when it is complete and durable; its id is another, so no key repeats, and its
//! numbers go on behind all that the damaged one can have given out, so no trace number does. Every
//! payment that was not certain is asked about again by its app, or stands parked where what the
//! app needs is lost. What could not be read is counted in the journal's second row.
//!
//! A power cut at any moment leaves the damaged journal, or the new one, or the new one under its
//! working name, which the next adoption puts into place.

use crate::WallTime;
use crate::commit::Recovery;
use crate::database::{Database, sync_folder};
use crate::desk;
use crate::entry::{Content, Draft, Head, KIND_ADOPTED, KIND_DESK, append};
use crate::error::JournalError;
use crate::fold::{Fold, Place};
use crate::journal::Journal;
use crate::salvage::{self, Salvage, Salvaged};
use caisson_core::desk::DeskEvent;
use caisson_core::payment::{Digest, Event, Intent, State, is_owners_reason};
use caisson_core::{PaymentKey, hex};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Keys of one journal differ from another's in their first eight characters, base 36.
const ID_END: u64 = 36_u64.pow(8);
/// Most that a new id may lie above the damaged journal's.
const ID_STEP: u64 = 1 << 20;

/// Numbers that are passed over where nobody says how many rows are lost: at least so many, and a
/// random number below the second more, so that none of the last half million comes again.
const UNKNOWN_END: (u64, u64) = (1_000, 500_000);

/// What an adoption does, or has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    /// What is wrong with the journal.
    pub fault: String,
    /// Rows that were read and are as they were written.
    pub rows: u64,
    /// Rows that are lost.
    pub lost: u64,
    /// False where nobody says how many rows there were: then the last ones may be lost too.
    pub is_end_known: bool,
    /// Payments that are certain, and stay so.
    pub certain: usize,
    /// Payments that will be asked about again.
    pub asked: Vec<PaymentKey>,
    /// Payments that stand parked, because what their app needs is lost: ask the acquirer.
    pub parked: Vec<PaymentKey>,
    /// Keys of which nothing else is known: ask the acquirer.
    pub unreadable: Vec<PaymentKey>,
    /// Where the damaged files are, once they are adopted.
    pub aside: Option<PathBuf>,
}

/// Says what [`adopt`] would do about the journal in `dir`, and changes nothing.
///
/// # Errors
/// [`JournalError::NotDamaged`]; [`JournalError::InUse`], [`JournalError::Missing`]; where the
/// medium refuses the copy that is read.
pub fn inspect(dir: &Path) -> Result<Adoption, JournalError> {
    let fault = fault(dir)?;
    let salvage = salvage::read(dir, &beside(dir, "reading"))?;
    Ok(plan(&salvage, fault))
}

/// Adopts the damaged journal in `dir`: its folder is moved aside, and a new journal with what was
/// readable takes its place. `random` makes the new id; `why` is the owner's, and is journalled.
///
/// # Errors
/// As [`inspect`]; [`JournalError::Why`]; where the medium refuses.
pub fn adopt(dir: &Path, random: u64, at: WallTime, why: &str) -> Result<Adoption, JournalError> {
    if !is_owners_reason(why) {
        return Err(JournalError::Why);
    }
    let fresh = beside(dir, "adopted");
    if dir.exists() {
        let fault = fault(dir)?;
        let salvage = salvage::read(dir, &beside(dir, "reading"))?;
        let mut adoption = plan(&salvage, fault);
        // What a cut-off attempt left; the damaged journal is still in its place.
        let storage = |source| JournalError::Storage {
            file: fresh.clone(),
            doing: "removing a cut-off attempt",
            source,
        };
        salvage::remove(&fresh).map_err(storage)?;
        make(&fresh, &salvage, &adoption, random, at, why)?;
        adoption.aside = Some(exchange(dir, &fresh)?);
        Ok(adoption)
    } else if fresh.exists() {
        finish(dir, &fresh)?;
        let found = crate::verify(dir)?;
        let fault = "an earlier adoption was cut off before its last step".to_owned();
        let nothing = Adoption { fault, rows: found.rows, ..Adoption::nothing() };
        Ok(nothing)
    } else {
        Err(JournalError::Missing { file: dir.to_owned() })
    }
}

impl Adoption {
    const fn nothing() -> Self {
        Self {
            fault: String::new(),
            rows: 0,
            lost: 0,
            is_end_known: true,
            certain: 0,
            asked: Vec::new(),
            parked: Vec::new(),
            unreadable: Vec::new(),
            aside: None,
        }
    }
}

/// What is wrong with it; a whole journal must never be replaced.
fn fault(dir: &Path) -> Result<String, JournalError> {
    match crate::verify(dir) {
        Ok(_) => Err(JournalError::NotDamaged { dir: dir.to_owned() }),
        Err(error @ (JournalError::InUse { .. } | JournalError::OtherFormat { .. })) => Err(error),
        Err(error) => Ok(error.to_string()),
    }
}

/// `journal` becomes `journal.WORD`.
fn beside(dir: &Path, word: &str) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(word);
    dir.with_file_name(name)
}

/// What becomes of a payment.
enum Fate {
    /// Its sound rows, as they are; is it asked about again?
    Keep { is_open: bool },
    /// Parked, after rows that stand for the lost ones.
    Park(Vec<Content>),
    /// Nothing but its key is known.
    Unreadable,
}

fn fate(payment: &Salvaged) -> Fate {
    let parked = Content::Event(Event::Parked);
    match (&payment.fold, &payment.projected) {
        (Some(fold), _) if !fold.is_open() => Fate::Keep { is_open: false },
        (Some(fold), _) if fold.payment.state() == State::Created => {
            Fate::Park(vec![lost_request(), parked])
        }
        (Some(_), _) if payment.note.is_some() => Fate::Keep { is_open: true },
        (Some(_), _) => Fate::Park(vec![parked]),
        (None, Some(row)) => {
            let intent = Intent {
                key: row.key.clone(),
                kind: row.kind,
                app: row.app.clone(),
                service: row.service.clone(),
                amount: row.amount,
                original: row.original.clone(),
                merchant_order: row.merchant_order.clone(),
                released: None,
            };
            let created = Content::Event(Event::Created { intent });
            Fate::Park(vec![created, lost_request(), parked])
        }
        (None, None) => Fate::Unreadable,
    }
}

/// Stands for the row of a request that cannot be read: it may have been sent.
fn lost_request() -> Content {
    Content::Event(Event::Authorising {
        operation: "lost".to_owned(),
        offer: false,
        request: Digest::of(b""),
        expires_ms: None,
    })
}

fn plan(salvage: &Salvage, fault: String) -> Adoption {
    let mut adoption = Adoption {
        fault,
        rows: salvage.sound,
        lost: salvage.lost,
        is_end_known: salvage.is_end_known,
        ..Adoption::nothing()
    };
    for (key, payment) in &salvage.payments {
        match fate(payment) {
            Fate::Keep { is_open: true } => adoption.asked.push(key.clone()),
            Fate::Keep { is_open: false } => adoption.certain += 1,
            Fate::Park(_) => adoption.parked.push(key.clone()),
            Fate::Unreadable => adoption.unreadable.push(key.clone()),
        }
    }
    adoption
}

#[derive(Serialize)]
struct AdoptedBody<'a> {
    from: Option<String>,
    rows: u64,
    lost: u64,
    is_end_known: bool,
    last: Option<String>,
    unreadable: &'a [PaymentKey],
    why: &'a str,
}

/// Makes the new journal in `fresh`, complete and durable.
fn make(
    fresh: &Path,
    salvage: &Salvage,
    adoption: &Adoption,
    random: u64,
    at: WallTime,
    why: &str,
) -> Result<(), JournalError> {
    Journal::create(fresh, new_id(salvage, random))?;
    let database = Database::open(fresh)?;
    let found = crate::verify::walk(&database)?.verification;
    // The keys are listed as far as a row may be long.
    let listed = adoption.unreadable.get(..UNREADABLE_MAX).unwrap_or(&adoption.unreadable);
    let body = AdoptedBody {
        from: salvage.journal_id.map(|id| format!("{id:016x}")),
        rows: salvage.sound,
        lost: salvage.lost,
        is_end_known: salvage.is_end_known,
        last: salvage.last.map(|head| hex::text(&head.hash)),
        unreadable: listed,
        why,
    };
    let body = serde_json::to_string(&body).map_err(|_| JournalError::Why)?;
    let adopted = Draft { kind: KIND_ADOPTED, key: None, body };
    let event = DeskEvent::Traced { sequence: last_given_out(salvage, random) };
    let body = serde_json::to_string(&event).map_err(|_| JournalError::Why)?;
    let traced = Draft { kind: KIND_DESK, key: None, body };
    database.ask("adopting", |connection| {
        let transaction = connection.unchecked_transaction()?;
        let mut head = append(connection, found.head, &[adopted, traced], at.cut())?;
        for (at, body) in &salvage.desk {
            let draft = Draft { kind: KIND_DESK, key: None, body: body.clone() };
            head = append(connection, head, &[draft], *at)?;
        }
        for (key, payment) in &salvage.payments {
            head = bring_over(connection, head, key, payment, at)?;
        }
        transaction.commit()
    })?;
    crate::verify::walk(&database)?;
    crate::checkpoint::run(&database, fresh)?;
    sync_folder(fresh)
}

/// Most keys that the second row names: 32 characters each, within a row's limit.
const UNREADABLE_MAX: usize = 500;

/// Appends the payment's rows, at their old times, and its row of the projection.
fn bring_over(
    connection: &rusqlite::Connection,
    head: Head,
    key: &PaymentKey,
    payment: &Salvaged,
    at: WallTime,
) -> rusqlite::Result<Head> {
    let added = match fate(payment) {
        Fate::Keep { .. } => Vec::new(),
        Fate::Park(contents) => contents,
        Fate::Unreadable => return Ok(head),
    };
    let whole = if payment.fold.is_some() { payment.rows.as_slice() } else { &[] };
    let old = whole.iter().map(|(place, content)| (place.at, content.clone()));
    // A note that is lost is as good as erased, and the rows must say so.
    let stored = payment.fold.as_ref().is_some_and(|fold| fold.note.is_some());
    let erased = (stored && payment.note.is_none()).then_some(Content::NoteErased);
    let new = added.into_iter().chain(erased).map(|content| (at.cut(), content));
    let mut head = head;
    let mut fold: Option<Fold> = None;
    for (at, content) in old.chain(new) {
        let Ok(draft) = content.draft(key) else { continue };
        head = append(connection, head, &[draft], at)?;
        let place = Place { seq: head.seq, at };
        match &mut fold {
            Some(fold) => fold.add(place, content),
            none => *none = Fold::begin(place, &content),
        }
    }
    if let Some(fold) = fold {
        let note = payment.note.as_deref().map_or(Recovery::Keep, Recovery::Store);
        fold.row().store(connection, true, note)?;
    }
    Ok(head)
}

/// Above the old one, so that the keys of both sort in the order in which payments began.
fn new_id(salvage: &Salvage, random: u64) -> u64 {
    let of_keys = salvage.payments.keys().filter_map(PaymentKey::journal).max();
    let old = of_keys.or(salvage.journal_id);
    let above = old.map(|old| old % ID_END + 1 + random % ID_STEP);
    above.filter(|id| *id < ID_END).unwrap_or(random % ID_END)
}

/// The last number that the damaged journal can have given out, each lost row having held one.
fn last_given_out(salvage: &Salvage, random: u64) -> u64 {
    let of_payments = salvage.payments.keys().filter_map(PaymentKey::sequence);
    let of_requests = salvage.desk.iter().filter_map(|(_, body)| match desk::read(body) {
        Some(DeskEvent::Traced { sequence }) => Some(sequence),
        _ => None,
    });
    let known = of_payments.chain(of_requests).max().unwrap_or(0);
    let (least, span) = UNKNOWN_END;
    let unknown = if salvage.is_end_known { 0 } else { least + random % span };
    known.saturating_add(salvage.lost).saturating_add(unknown)
}

/// Moves the damaged journal aside and the new one into its place.
fn exchange(dir: &Path, fresh: &Path) -> Result<PathBuf, JournalError> {
    let free = |number: &u32| !beside(dir, &format!("damaged-{number}")).exists();
    let number = (1..).find(free).unwrap_or_default();
    let aside = beside(dir, &format!("damaged-{number}"));
    fs::rename(dir, &aside).map_err(|source| JournalError::Storage {
        file: dir.to_owned(),
        doing: "moving the damaged journal aside",
        source,
    })?;
    finish(dir, fresh)?;
    Ok(aside)
}

fn finish(dir: &Path, fresh: &Path) -> Result<(), JournalError> {
    fs::rename(fresh, dir).map_err(|source| JournalError::Storage {
        file: fresh.to_owned(),
        doing: "putting the new journal into its place",
        source,
    })?;
    dir.parent().map_or(Ok(()), sync_folder)
}
