//! Why the journal cannot do what it was asked. Each variant names the file, the place in it, and
//! what to do; none carries a sealed note or anything else of a payment but its key.

use caisson_core::PaymentKey;
use caisson_core::key::KeyError;
use std::path::PathBuf;

/// What is wrong with a row of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// The row with the expected number is not there.
    #[error("it is missing")]
    Missing,
    /// The stored hash is not the hash of the row and the one before it.
    #[error("its content does not give its hash")]
    Hash,
    /// The hash holds, but this version cannot read the body, or the kind contradicts it.
    #[error("its body cannot be read by this version")]
    Body,
    /// It stands where such a row may not stand.
    #[error("it is out of place")]
    Place,
}

/// Why the journal cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Installer: create it. Owner of a terminal that had one: the file is lost; adopt or restore.
    #[error("{} does not exist; create the journal in an install step", file.display())]
    Missing {
        /// The journal.
        file: PathBuf,
    },
    /// Installer: a journal is never overwritten.
    #[error("{} exists already; a journal is never overwritten", file.display())]
    AlreadyThere {
        /// The journal.
        file: PathBuf,
    },
    /// Owner: the journal of this log was removed. The log may hold the last payments.
    #[error(
        "{} has no journal beside it; bring the journal back, or move the log aside and keep it",
        file.display()
    )]
    OrphanLog {
        /// The write-ahead log.
        file: PathBuf,
    },
    /// Owner: the write-ahead log was removed, and with it, perhaps, the last payments.
    #[error(
        "{} is gone, and the last payments may be gone with it; take no money, bring it back, or \
         adopt the journal",
        file.display()
    )]
    LogMissing {
        /// The write-ahead log.
        file: PathBuf,
    },
    /// Operator: one process at a time, readers included.
    #[error("{} is in use by another process; stop the terminal first", file.display())]
    InUse {
        /// The journal.
        file: PathBuf,
    },
    /// Operator: made by another program or a newer version.
    #[error(
        "{}: {what} is {found}, this version reads {ours}; use the version that wrote it",
        file.display()
    )]
    OtherFormat {
        /// The journal.
        file: PathBuf,
        /// Which mark.
        what: &'static str,
        /// What the file says.
        found: i64,
        /// What this version reads.
        ours: i64,
    },
    /// Owner: the medium has lost or changed something. Take no money; move the files aside.
    #[error("{} is damaged: {place}; take no money, keep the files, adopt the journal", file.display())]
    Damaged {
        /// The journal.
        file: PathBuf,
        /// Table, page or check, as far as known.
        place: String,
    },
    /// Owner: a row was changed or lost. Take no money; move the files aside.
    #[error(
        "{}: row {seq} breaks the chain: {fault}; take no money, keep the files, adopt the journal",
        file.display()
    )]
    ChainBroken {
        /// The journal.
        file: PathBuf,
        /// Number of the first row that is not as it was written.
        seq: u64,
        /// What is wrong with it.
        fault: ChainFault,
    },
    /// Owner: table `payments` was changed. Take no money; the entries still tell the truth.
    #[error(
        "{}: payments, key {key}: not what the entries say; take no money, adopt the journal",
        file.display()
    )]
    ProjectionDiffers {
        /// The journal.
        file: PathBuf,
        /// The payment, cut to 40 characters.
        key: String,
    },
    /// Owner: a sealed note was changed or lost; its payment cannot be recovered by its app.
    #[error(
        "{}: payments, note of key {key}: not what the entries say; take no money, adopt the journal",
        file.display()
    )]
    RecoveryDiffers {
        /// The journal.
        file: PathBuf,
        /// The payment, cut to 40 characters.
        key: String,
    },
    /// Owner: free some space. Nothing was written; payments in the air are not touched.
    #[error(
        "{}: {free_bytes} bytes free, a new payment needs {needed_bytes}; free some space",
        dir.display()
    )]
    StorageFull {
        /// The journal's folder.
        dir: PathBuf,
        /// Free bytes.
        free_bytes: u64,
        /// Free bytes that a new payment asks for, the ballast included where it is not whole.
        needed_bytes: u64,
    },
    /// Owner: the file system refused. The text is the operating system's.
    #[error("{}: {doing}: {source}; check the medium and the rights of the folder", file.display())]
    Storage {
        /// The file or folder.
        file: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// The operating system's word.
        source: std::io::Error,
    },
    /// Terminal: stop taking money, exit, open again. Owner: check the medium.
    #[error("{}: {doing}: {source}; stop taking money, restart, check the medium", file.display())]
    Database {
        /// The journal.
        file: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// SQLite's word.
        source: rusqlite::Error,
    },
    /// Terminal: an earlier call failed for good. Stop taking money, exit, open again.
    #[error(
        "{} was stopped by an earlier failure: {cause}; stop taking money, exit, open it again",
        file.display()
    )]
    Stopped {
        /// The journal.
        file: PathBuf,
        /// The earlier failure.
        cause: String,
    },
    /// Developer of the terminal: the commit contradicts the journal. Nothing was written.
    #[error("payment {key}: commit refused: {what}")]
    BadCommit {
        /// The payment.
        key: PaymentKey,
        /// What contradicts.
        what: &'static str,
    },
    /// Developer of the terminal: keep to the limit. Nothing was written.
    #[error("payment {key}: {what} of {size}, limit {max}")]
    TooLarge {
        /// The payment.
        key: PaymentKey,
        /// `body bytes`, `sealed bytes` or `events`.
        what: &'static str,
        /// How large.
        size: usize,
        /// The limit.
        max: usize,
    },
    /// Developer of the terminal: shorten the operator's name. Nothing was written.
    #[error("a row about the desk of {size} bytes, limit {max}")]
    DeskEvent {
        /// Bytes of its body; 0 where it cannot be written as JSON.
        size: usize,
        /// The limit.
        max: usize,
    },
    /// Owner: nothing is wrong with this journal, so nothing may take its place.
    #[error("{}: the journal holds; only a damaged one is adopted", dir.display())]
    NotDamaged {
        /// The journal's folder.
        dir: PathBuf,
    },
    /// Owner: the journal must say why.
    #[error("the reason must have 1 to 200 plain characters; say what happened to the terminal")]
    Why,
    /// Caller: no such payment was ever journalled here.
    #[error("payment {key} is not in this journal")]
    NoPayment {
        /// The key that was asked for.
        key: PaymentKey,
    },
    /// Terminal's owner: no key can be made; the text says why.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl JournalError {
    /// True where the [`crate::Journal`] that returned it must not be used any more.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        match self {
            Self::Damaged { .. }
            | Self::ChainBroken { .. }
            | Self::ProjectionDiffers { .. }
            | Self::RecoveryDiffers { .. }
            | Self::LogMissing { .. }
            | Self::Database { .. }
            | Self::Stopped { .. } => true,
            Self::Missing { .. }
            | Self::AlreadyThere { .. }
            | Self::OrphanLog { .. }
            | Self::InUse { .. }
            | Self::OtherFormat { .. }
            | Self::StorageFull { .. }
            | Self::Storage { .. }
            | Self::BadCommit { .. }
            | Self::TooLarge { .. }
            | Self::DeskEvent { .. }
            | Self::NoPayment { .. }
            | Self::NotDamaged { .. }
            | Self::Why
            | Self::Key(_) => false,
        }
    }
}
