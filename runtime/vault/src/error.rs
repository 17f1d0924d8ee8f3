//! What can go wrong with keys: which file or slot, and what to do about it.
//!
//! Guarantees: no variant can carry key material or the text of a file; fields are names, paths,
//! lengths and public keys.

use crate::card::{CipherAlgorithm, MAC_MESSAGE_BYTES_MAX};
use crate::{PLAIN_BYTES_MAX, PublicKey, SLOTS_MAX, Slot, Usage};
use std::io;
use std::path::PathBuf;

/// Why a key store did not do what was asked. Nothing was done in part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Integrator: the configuration names a slot that was never provisioned.
    #[error("no slot `{slot}` in {store}; correct the slot's name, or provision it there")]
    UnknownSlot {
        /// The slot that was asked for.
        slot: Slot,
        /// The key store, as its owner knows it (a path).
        store: String,
    },
    /// Integrator: the configuration names a slot for a thing that it is not for.
    #[error("slot `{slot}` is for {found}, not for {}; name another slot", either(.wanted))]
    WrongUsage {
        /// The slot that was asked for.
        slot: Slot,
        /// The usages that would have served.
        wanted: &'static [Usage],
        /// What the slot is for.
        found: Usage,
    },
    /// Acquirer: the message is not what the key's owner signed, or the slot holds an old key.
    #[error(
        "signature refused by the public key in slot `{slot}`: the message was changed or another \
         key signed it; compare the keys of both sides"
    )]
    BadSignature {
        /// The slot whose key refused it.
        slot: Slot,
    },
    /// Integrator: the file is not what the key's owner signed. Take it from its source again.
    #[error(
        "signature refused by public key {public}: the content was changed or another key signed \
         it; fetch it again, or list the right key in the profile"
    )]
    BadDetachedSignature {
        /// The key that refused it.
        public: PublicKey,
    },
    /// Caller: the data is damaged, belongs to another context, or its key was replaced.
    #[error(
        "sealed data refused by slot `{slot}`: it was changed, belongs elsewhere, or was sealed \
         with another key; restore the key file that was in use when it was sealed"
    )]
    SealRefused {
        /// The slot that refused it.
        slot: Slot,
    },
    /// Caller: seal less at a time.
    #[error("{bytes} bytes to seal in slot `{slot}`, limit {max}", max = PLAIN_BYTES_MAX)]
    PlainTooLarge {
        /// The slot that was asked for.
        slot: Slot,
        /// Length of the refused plain text.
        bytes: usize,
    },
    /// Terminal maker: the system has no random numbers; no key or nonce was made.
    #[error("the system gave no random bytes; check its random number source")]
    Random,
    /// Terminal: sign on; the acquirer then sends the key. Or the configuration misspells the slot.
    #[error("no session key in slot `{slot}`; sign on to load it, or correct the slot's name")]
    NoSessionKey {
        /// The slot that was asked for.
        slot: Slot,
    },
    /// Acquirer: the key is not what was sent, or the master keys of both sides differ.
    #[error(
        "the key for slot `{slot}` does not have the check value that came with it; sign on again, \
         then compare the master keys of both sides"
    )]
    CheckValue {
        /// The slot that would have got it.
        slot: Slot,
    },
    /// Acquirer or caller: a session key that cannot be. No key was changed.
    #[error("the key for slot `{slot}` was refused: {why}; compare the acquirer's key download")]
    SessionKey {
        /// The slot that would have got it.
        slot: Slot,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Integrator: the acquirer's configuration asks for what its key cannot do.
    #[error("slot `{slot}` has {found} keys, which {wanted} does not take; correct either")]
    Algorithm {
        /// The slot that was asked for.
        slot: Slot,
        /// The cipher of its key.
        found: CipherAlgorithm,
        /// The PIN block format or MAC algorithm.
        wanted: String,
    },
    /// Acquirer: the message was changed, or both sides hold different keys.
    #[error(
        "message code refused by the key in slot `{slot}`: the message was changed or another key \
         made it; sign on again, or compare the keys of both sides"
    )]
    BadMac {
        /// The slot whose key refused it.
        slot: Slot,
    },
    /// Caller: no ISO 8583 message is that long.
    #[error("a message of {bytes} bytes, limit {max}", max = MAC_MESSAGE_BYTES_MAX)]
    MessageTooLarge {
        /// Length of the refused message.
        bytes: usize,
    },
    /// Whoever injects keys: the terminal needs a new initial key. No payment is possible with
    /// the slot until then.
    #[error("every key of slot `{slot}` has been used; inject a new initial key")]
    DukptExhausted {
        /// The slot of the initial key.
        slot: Slot,
    },
    /// Caller: a transaction goes with the store that began it.
    #[error("transaction {ksn} was not begun by slot `{slot}` of this store; begin another one")]
    ForeignTransaction {
        /// The slot that the transaction names.
        slot: Slot,
        /// Its key serial number.
        ksn: String,
    },
    /// Caller: a second PIN needs a second transaction.
    #[error("transaction {ksn} of slot `{slot}` has enciphered its PIN; begin another one")]
    PinTwice {
        /// The slot of the initial key.
        slot: Slot,
        /// The transaction's key serial number.
        ksn: String,
    },
    /// Integrator: the state of the card keys was deleted or left behind. Going on without it would
    /// use DUKPT keys a second time.
    #[error(
        "{} is missing: it says which card keys were used; restore it, or provision new keys",
        file.display()
    )]
    StateMissing {
        /// The state's file.
        file: PathBuf,
    },
    /// Integrator: damaged, edited, or another key file's.
    #[error(
        "{} was changed or belongs to another key file; restore the newest copy, or provision new \
         keys", file.display()
    )]
    StateRefused {
        /// The state's file.
        file: PathBuf,
    },
    /// Integrator: somebody put another file there while it was in use. Find out who; then start
    /// again.
    #[error("{} was replaced while it was in use; find out by whom, then restart", file.display())]
    StateChanged {
        /// The state's file.
        file: PathBuf,
    },
    /// Integrator: two terminals with the same keys would use the same DUKPT keys.
    #[error("{} is in use by another process; end that one first", file.display())]
    StateInUse {
        /// The file whose lock the other process holds.
        file: PathBuf,
    },
    /// Integrator: this kind of store has no such function. Nothing was done.
    #[error("{store} cannot {what}; keep the slot in a store that can")]
    Unsupported {
        /// The store, as its owner knows it.
        store: String,
        /// What was asked of it.
        what: &'static str,
    },
    /// Integrator: the token's library is not there, or not one.
    #[error(
        "cannot load {}: {reason}; install the token's PKCS#11 library (SoftHSM: package softhsm2)",
        module.display()
    )]
    TokenModule {
        /// The library.
        module: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// Integrator: the token was never initialised, is not plugged in, or has another label.
    #[error("no token `{token}` behind {}; initialise it, or correct its label", module.display())]
    TokenMissing {
        /// The library.
        module: PathBuf,
        /// The label that was looked for.
        token: String,
    },
    /// Integrator: the token refused; its reason says why. The call may be repeated.
    #[error("{token} refused: {reason}; see its maker's manual")]
    Token {
        /// The token, as its owner knows it.
        token: String,
        /// The token's reason.
        reason: String,
    },
    /// Integrator: an object of ours in the token that is not as we leave them.
    #[error("slot `{slot}` in {token} was changed by somebody else; delete and provision it again")]
    TokenObject {
        /// The token, as its owner knows it.
        token: String,
        /// The slot whose object it is.
        slot: Slot,
    },
    /// Nobody: the cipher refused a length that this crate's limits make impossible.
    #[error("the cipher refused its input; report this with the steps that led to it")]
    Cipher,
    /// Whoever provisions: this file stays as it is.
    #[error("{} already exists and is never overwritten; move it away first", file.display())]
    FileExists {
        /// The existing file.
        file: PathBuf,
    },
    /// Integrator: the system refused; the file's folder, owner or medium is at fault.
    #[error("cannot {action} {}: {kind}; check that its folder exists and is ours", file.display())]
    Io {
        /// `read`, `create`, `replace`, `lock` or `make durable`.
        action: &'static str,
        /// The file.
        file: PathBuf,
        /// The system's reason.
        kind: io::ErrorKind,
    },
    /// Integrator: the path names a folder, pipe or device.
    #[error("{} is not a regular file; correct the path in the profile", file.display())]
    NotAFile {
        /// What the path names.
        file: PathBuf,
    },
    /// Integrator: the path names something else.
    #[error("{} has more than {max} bytes; correct the path in the profile", file.display())]
    FileTooLarge {
        /// The file.
        file: PathBuf,
        /// Most bytes that are read.
        max: usize,
    },
    /// Integrator: not a key-encryption key.
    #[error("{} is no key-encryption key (32 bytes); restore the right file", file.display())]
    KekSize {
        /// The key-encryption key's file.
        file: PathBuf,
    },
    /// Integrator: others on the machine can read the key. Consider whether they have.
    #[error("{} is open to others (mode {mode:03o}); run chmod 600 on it", file.display())]
    KekMode {
        /// The key-encryption key's file.
        file: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Integrator: two files that do not belong together.
    #[error("{} was sealed with another key than {}; restore the pair", file.display(), kek.display())]
    WrongKek {
        /// The sealed file.
        file: PathBuf,
        /// The key-encryption key's file.
        kek: PathBuf,
    },
    /// Integrator: not a sealed file, or cut short or edited.
    #[error(
        "{} is not a sealed key file (line {line}); restore the provisioned copy", file.display()
    )]
    Form {
        /// The file.
        file: PathBuf,
        /// The first line that is wrong, from 1.
        line: usize,
    },
    /// Integrator: written by a newer or older program.
    #[error(
        "{} has format version {found}, this program reads {supported}; use the program that wrote \
         it", file.display()
    )]
    Version {
        /// The file.
        file: PathBuf,
        /// Its version.
        found: u32,
        /// The version that this program reads.
        supported: u32,
    },
    /// Integrator: this record was changed or belongs to another slot.
    #[error(
        "slot `{slot}` in {} was changed or moved there; restore the provisioned copy", file.display()
    )]
    RecordRefused {
        /// The file.
        file: PathBuf,
        /// The record's slot, as the file says.
        slot: Slot,
    },
    /// Integrator: each record is whole, but the list of them or the text around them is not.
    #[error("{} was changed after provisioning; restore the provisioned copy", file.display())]
    FileRefused {
        /// The file.
        file: PathBuf,
    },
    /// Whoever provisions: name each slot once.
    #[error("slot `{slot}` stands twice in {}; name each slot once", file.display())]
    SlotTwice {
        /// The file.
        file: PathBuf,
        /// The repeated slot.
        slot: Slot,
    },
    /// Whoever provisions: use fewer slots.
    #[error("{count} slots in {}, limit {max}; use fewer", file.display(), max = SLOTS_MAX)]
    TooManySlots {
        /// The file.
        file: PathBuf,
        /// How many there would be.
        count: usize,
    },
}

fn either(wanted: &[Usage]) -> String {
    let names: Vec<&str> = wanted.iter().map(|usage| usage.as_str()).collect();
    names.join(" or ")
}
