//! What can be wrong with a destination's file: which file, which place, and what to do.

use super::{OPERATIONS_MAX, ROOTS_MAX, WORD_CHARS_MAX, WORDS_MAX};
use crate::wallet::pointer;
use caisson_core::operation::OperationKind;
use caisson_iso8583::FieldError;
use caisson_vault::{PublicKey, TextError};
use std::io;
use std::path::PathBuf;

/// Why a destination was not loaded. The terminal takes no money through it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Integrator: the system refused.
    #[error("cannot read {}: {kind}; correct the path in the terminal's profile", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        kind: io::ErrorKind,
    },
    /// Integrator: the path names a folder, a pipe or a device.
    #[error("{} is not a regular file; correct the path in the terminal's profile", file.display())]
    NotAFile {
        /// What the path names.
        file: PathBuf,
    },
    /// Integrator: the path names something else.
    #[error("{} has more than {max} bytes; correct the path in the terminal's \
             profile", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// Most bytes that are read.
        max: usize,
    },
    /// Acquirer: the file is signed but no text.
    #[error("{} is not UTF-8 text; have the acquirer send it again", file.display())]
    NotText {
        /// The file.
        file: PathBuf,
    },
    /// Integrator: the signature was cut short or is another file.
    #[error(
        "{} holds no signature of {} (one line, 64 bytes in base64); fetch both again from the \
         acquirer",
        signature.display(), file.display()
    )]
    SignatureForm {
        /// The destination's file.
        file: PathBuf,
        /// The signature's file.
        signature: PathBuf,
    },
    /// Integrator: the file was changed, or another acquirer signed it.
    #[error(
        "{} is not what {} signs with key {key}: fetch both again from the acquirer, or list its \
         right key in the terminal's profile",
        file.display(), signature.display()
    )]
    SignatureRefused {
        /// The destination's file.
        file: PathBuf,
        /// The signature's file.
        signature: PathBuf,
        /// The acquirer's key in the profile.
        key: PublicKey,
    },
    /// Acquirer: no TOML, an unknown key, or a value of the wrong type.
    #[error("{}:{line}: {message}; correct it and sign the file again", file.display())]
    Form {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the reader of TOML says.
        message: String,
    },
    /// Acquirer: a value that makes no sense.
    #[error("{}:{line}: {key} {fault}; correct it and sign the file again", file.display())]
    Value {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key with its tables: `operation.pay.path`.
        key: String,
        /// What is wrong.
        fault: Fault,
    },
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Too short, too long, or with other characters.
    #[error("must be 1 to {max} characters of {of}")]
    Text {
        /// Most characters.
        max: usize,
        /// Which characters.
        of: &'static str,
    },
    /// A number out of its range.
    #[error("must be {min} to {max}, and is {found}")]
    Range {
        /// As written.
        found: u32,
        /// Smallest.
        min: u32,
        /// Largest.
        max: u32,
    },
    /// Neither a host name nor an address.
    #[error("must be a host name or an IP address")]
    ServerName,
    /// Not a slot's name.
    #[error("is no slot of a key store: {0}")]
    Slot(#[from] TextError),
    /// Not a pointer.
    #[error(
        "must be a pointer: 1 to {max} names, each after a slash, of A-Z a-z 0-9 _ -, 1 to \
         {chars} characters",
        max = pointer::NAMES_MAX, chars = pointer::NAME_CHARS_MAX
    )]
    Pointer,
    /// Two values for one place.
    #[error("points to the same place as {other}, or into it; give each its own")]
    Overlap {
        /// The other key.
        other: &'static str,
    },
    /// Needed and not there.
    #[error("is missing: {why}")]
    Missing {
        /// What it is needed for.
        why: &'static str,
    },
    /// There and meaningless.
    #[error("does not belong here: {why}")]
    NotHere {
        /// Why not.
        why: &'static str,
    },
    /// No operation, or too many.
    #[error("must hold 1 to {max} operations", max = OPERATIONS_MAX)]
    Operations,
    /// Too many words.
    #[error("must hold at most {max} words", max = WORDS_MAX)]
    Words,
    /// A word that is empty or too long.
    #[error("must hold words of 1 to {max} characters", max = WORD_CHARS_MAX)]
    Word,
    /// One result read in two ways.
    #[error("lists a word that stands in another list already; each result has one meaning")]
    Twice,
    /// Not a reason of the terminal's table.
    #[error("maps to no reason of the terminal's table")]
    Reason,
    /// A reason that contradicts a refusal.
    #[error(
        "maps to a reason that does not say \"not paid\"; map it to one that does, or leave it out"
    )]
    ReasonClass,
    /// Not bytes in hexadecimal.
    #[error("must be {} in hexadecimal", bytes(.min, .max))]
    Hex {
        /// Fewest bytes.
        min: usize,
        /// Most bytes.
        max: usize,
    },
    /// A spec of ISO 8583 that this program does not have.
    #[error("must be \"cup\", the one spec of ISO 8583 that this program has")]
    Spec,
    /// A text that its field cannot hold.
    #[error("does not fit its field: {0}")]
    Field(FieldError),
    /// Not a currency of this terminal.
    #[error("is no currency of this terminal: CNY, HKD, MOP, USD, EUR, GBP, JPY or KWD")]
    Currency,
    /// No length that a session key has.
    #[error("must be 16, 24 or 32, and is {found}")]
    KeyBytes {
        /// As written.
        found: u32,
    },
    /// One slot for two keys.
    #[error("names a slot twice; master key, PIN key and MAC key need one each")]
    SlotTwice,
    /// A field that cannot carry a key serial number.
    #[error(
        "must be a field of bytes or text, with room for 12 bytes, that the terminal does not write \
         otherwise; 62 is one"
    )]
    KsnField,
    /// Not the type of a request.
    #[error("must be the four digits of a request's message type, as 0200")]
    Mti,
    /// A type that contradicts the kind.
    #[error(
        "does not go with the kind {}: financial is 01xx or 02xx, undo is 04xx, and nothing else is \
         04xx", .kind.name()
    )]
    MtiKind {
        /// The operation's kind.
        kind: OperationKind,
    },
    /// No table of that name.
    #[error("names no table: write [results.NAME], and the same name here")]
    NoResults,
    /// Not in the spec.
    #[error("lists field {number}, which the spec does not have")]
    NoField {
        /// The field's number.
        number: u8,
    },
    /// Written by the host.
    #[error("lists field {number}, which only the terminal writes; leave it out")]
    HostField {
        /// The field's number.
        number: u8,
    },
    /// Not an answer code.
    #[error("must hold answer codes of two letters or digits (field 39)")]
    Code,
    /// People would be told something else than the code means.
    #[error("lists {code}, whose reason says something else about the money; change one of them")]
    CodeReason {
        /// The code.
        code: String,
    },
    /// Both or neither of the two ways to give roots.
    #[error(
        "must stand either inline (roots) or in a file (roots_file with roots_sha256), not both"
    )]
    RootsTwice,
    /// Not PEM certificates.
    #[error("must hold 1 to {max} certificates in PEM", max = ROOTS_MAX)]
    Roots,
    /// The roots file is not the one that the acquirer meant.
    #[error("does not have the SHA-256 that roots_sha256 says; fetch it again from the acquirer")]
    RootsDigest,
}

fn bytes(min: &usize, max: &usize) -> String {
    if min == max { format!("{max} bytes") } else { format!("{min} to {max} bytes") }
}
