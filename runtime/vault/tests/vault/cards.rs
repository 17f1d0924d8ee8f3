//! The sealed file's card keys: the contract, and DUKPT with its counter.

use crate::contract::{self, Open, PAN, whole_contract};
use crate::host::{Cipher, For, aes_dukpt_key, read_pin, tdes_dukpt_key};
use crate::{Room, slot};
use caisson_vault::{
    CardKeys, InitialKey, Kind, MacAlgorithm, NewSlot, Pan, Pin, PinFormat, SealedFile,
    Transaction, VaultError, WorkingKey,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;

fn run(_name: &str, body: fn(Open<'_>)) {
    let room = Room::empty();
    drop(room.provision(&room.keys(), &contract::slots()).unwrap());
    body(&|| Box::new(room.open().unwrap()));
}

whole_contract!(run);

const BASE: [u8; 16] = *b"the base key: 16";
const LONG_BASE: [u8; 32] = *b"the base key for AES of 32 bytes";
const KSN: [u8; 10] = *b"\xFF\xFFserial\0\0";
const ID: [u8; 8] = *b"the till";

fn dukpt_slots() -> Vec<NewSlot> {
    vec![
        NewSlot::dukpt_initial(slot("tdes"), InitialKey::from_tdes_base(&BASE, &KSN)),
        NewSlot::dukpt_initial(slot("aes-128"), InitialKey::from_aes128_base(&BASE, &ID)),
        NewSlot::dukpt_initial(slot("aes-256"), InitialKey::from_aes256_base(&LONG_BASE, &ID)),
        NewSlot::seal(slot("recovery")),
    ]
}

impl Room {
    fn with_dukpt() -> Self {
        let room = Self::empty();
        drop(room.provision(&room.keys(), &dukpt_slots()).unwrap());
        room
    }

    fn state(&self) -> std::path::PathBuf {
        self.folder.path().join("keys.toml.cards")
    }
}

fn host_key(name: &str, ksn: &[u8], what: For) -> Vec<u8> {
    match name {
        "tdes" => tdes_dukpt_key(&BASE, ksn, what),
        "aes-128" => aes_dukpt_key(&BASE, ksn, what),
        _ => aes_dukpt_key(&LONG_BASE, ksn, what),
    }
}

fn encipher(
    keys: &SealedFile,
    transaction: &Transaction,
    format: PinFormat,
) -> Result<Vec<u8>, VaultError> {
    let (pan, pin) = (Pan::new(PAN.as_bytes()).unwrap(), Pin::new(b"904711").unwrap());
    let made = keys.encipher_pin(WorkingKey::Dukpt(transaction), format, pan, &pin)?;
    assert_eq!(made.ksn(), Some(transaction.ksn()));
    Ok(made.block().to_vec())
}

/// One whole transaction of `name` with the host; the PIN block is given back.
fn exchange(keys: &SealedFile, name: &str) -> Vec<u8> {
    let transaction = keys.begin_transaction(&slot(name)).unwrap();
    let ksn = transaction.ksn().as_bytes();
    let key = |what| host_key(name, ksn, what);
    let (pin, request, response) = (key(For::Pin), key(For::Request), key(For::Response));
    let (format, number, algorithm) = match name {
        "tdes" => (PinFormat::Iso0, 0, MacAlgorithm::Retail),
        _ => (PinFormat::Iso4, 4, MacAlgorithm::Cmac),
    };
    let block = encipher(keys, &transaction, format).unwrap();
    let code = |key: &[u8], message: &[u8]| match name {
        "tdes" => Cipher::Tdes(key).retail_mac(message),
        _ => Cipher::Aes(key).cmac(message),
    };
    let cipher = if name == "tdes" { Cipher::Tdes(&pin) } else { Cipher::Aes(&pin) };
    assert_eq!(read_pin(number, cipher, &block, PAN), "904711");

    let under = WorkingKey::Dukpt(&transaction);
    let made = keys.mac(under, algorithm, b"a request").unwrap();
    assert_eq!(made.as_bytes(), code(&request, b"a request"));
    let answer = code(&response, b"an answer");
    assert_eq!(keys.verify_mac(under, algorithm, b"an answer", &answer), Ok(()));
    let bad = Err(VaultError::BadMac { slot: slot(name) });
    assert_eq!(keys.verify_mac(under, algorithm, b"an Answer", &answer), bad);
    // Our own code sent back to us is no answer.
    assert_eq!(keys.verify_mac(under, algorithm, b"a request", made.as_bytes()), bad);
    block
}

#[test]
fn terminal_and_host_agree_on_every_key_of_a_transaction() {
    let room = Room::with_dukpt();
    let keys = room.open().unwrap();
    for name in ["tdes", "aes-128", "aes-256"] {
        let blocks: BTreeSet<Vec<u8>> = (0..20).map(|_| exchange(&keys, name)).collect();
        assert_eq!(blocks.len(), 20, "{name}: two transactions have the same key");
    }
}

#[test]
fn a_serial_number_counts_each_transaction_and_never_goes_back() {
    let room = Room::with_dukpt();
    let next = |keys: &SealedFile, name: &str| {
        keys.begin_transaction(&slot(name)).unwrap().ksn().to_string()
    };
    let keys = room.open().unwrap();
    assert_eq!(next(&keys, "tdes"), "FFFF7365726961600001");
    assert_eq!(next(&keys, "tdes"), "FFFF7365726961600002");
    assert_eq!(next(&keys, "aes-128"), "7468652074696C6C00000001");
    drop(keys);
    let keys = room.open().unwrap();
    assert_eq!(next(&keys, "tdes"), "FFFF7365726961600003");
    assert_eq!(next(&keys, "aes-256"), "7468652074696C6C00000001");
    assert_eq!(next(&keys, "aes-128"), "7468652074696C6C00000002");
}

#[test]
fn a_transaction_enciphers_one_pin() {
    let room = Room::with_dukpt();
    let keys = room.open().unwrap();
    let transaction = keys.begin_transaction(&slot("tdes")).unwrap();
    // A refusal does not take it.
    let refused = encipher(&keys, &transaction, PinFormat::Iso4).unwrap_err();
    assert!(matches!(refused, VaultError::Algorithm { .. }));
    assert!(encipher(&keys, &transaction, PinFormat::Iso3).is_ok());
    assert_eq!(
        encipher(&keys, &transaction, PinFormat::Iso3).unwrap_err().to_string(),
        "transaction FFFF7365726961600001 of slot `tdes` has enciphered its PIN; begin another one"
    );
}

#[test]
fn a_transaction_of_another_store_is_refused() {
    let refused = |keys: &SealedFile, stranger: &SealedFile| {
        let transaction = stranger.begin_transaction(&slot("tdes")).unwrap();
        let error = encipher(keys, &transaction, PinFormat::Iso0).unwrap_err().to_string();
        let ksn = transaction.ksn();
        let expected = format!(
            "transaction {ksn} was not begun by slot `tdes` of this store; begin another one"
        );
        assert_eq!(error, expected);
    };
    let (room, same, other) = (Room::with_dukpt(), Room::with_dukpt(), Room::empty());
    let keys = room.open().unwrap();
    // The same initial key, and a counter that this store has not taken.
    refused(&keys, &same.open().unwrap());
    // A counter that it has taken, of another initial key.
    keys.begin_transaction(&slot("tdes")).unwrap();
    let key = InitialKey::from_tdes_base(&BASE, b"another sn");
    let slots = [NewSlot::dukpt_initial(slot("tdes"), key)];
    refused(&keys, &other.provision(&other.keys(), &slots).unwrap());
}

#[test]
fn a_transaction_needs_a_slot_for_it() {
    let room = Room::with_dukpt();
    let keys = room.open().unwrap();
    let refused = |name: &str| room.text(&keys.begin_transaction(&slot(name)).unwrap_err());
    let wrong = "slot `recovery` is for seal, not for dukpt-initial; name another slot";
    assert_eq!(refused("recovery"), wrong);
    let unknown = "no slot `nobody` in keys.toml; correct the slot's name, or provision it there";
    assert_eq!(refused("nobody"), unknown);
}

#[test]
fn two_stores_never_work_with_the_same_state() {
    let room = Room::with_dukpt();
    let (first, second) = (room.open().unwrap(), room.open().unwrap());
    first.begin_transaction(&slot("tdes")).unwrap();
    let error = second.begin_transaction(&slot("tdes")).unwrap_err();
    assert_eq!(
        room.text(&error),
        "keys.toml.cards.lock is in use by another process; end that one first"
    );
    drop(first);
    let transaction = second.begin_transaction(&slot("tdes")).unwrap();
    assert_eq!(transaction.ksn().to_string(), "FFFF7365726961600002");
}

#[test]
fn a_missing_or_foreign_state_is_refused() {
    let (room, other) = (Room::with_dukpt(), Room::with_dukpt());
    std::fs::copy(other.state(), room.state()).unwrap();
    let foreign = "keys.toml.cards was changed or belongs to another key file; restore the newest \
                   copy, or provision new keys";
    assert_eq!(room.text(&room.open().unwrap_err()), foreign);
    // Also one under the same key-encryption key: its counters are those of other keys.
    let second = room.folder.path().join("second.toml");
    drop(room.provision(&second, &dukpt_slots()).unwrap());
    std::fs::copy(room.folder.path().join("second.toml.cards"), room.state()).unwrap();
    assert_eq!(room.text(&room.open().unwrap_err()), foreign);
    std::fs::remove_file(room.state()).unwrap();
    assert_eq!(
        room.text(&room.open().unwrap_err()),
        "keys.toml.cards is missing: it says which card keys were used; restore it, or provision \
         new keys"
    );
}

#[test]
fn every_single_byte_of_the_state_counts() {
    let room = Room::with_dukpt();
    let content = std::fs::read(room.state()).unwrap();
    for position in 0..content.len() {
        let mut changed = content.clone();
        changed[position] ^= 1;
        std::fs::write(room.state(), &changed).unwrap();
        assert!(room.open().is_err(), "byte {position}");
        std::fs::write(room.state(), &content[..position]).unwrap();
        assert!(room.open().is_err(), "cut to {position}");
    }
    std::fs::write(room.state(), &content).unwrap();
    assert!(room.open().is_ok());
}

#[test]
fn a_state_without_its_key_file_is_never_overwritten() {
    let room = Room::with_dukpt();
    std::fs::remove_file(room.keys()).unwrap();
    let error = room.provision(&room.keys(), &dukpt_slots()).unwrap_err();
    assert_eq!(
        room.text(&error),
        "keys.toml.cards already exists and is never overwritten; move it away first"
    );
}

#[test]
fn a_store_without_card_keys_has_no_state() {
    let room = Room::provisioned();
    assert!(!room.state().exists());
    let none = slot("tpk");
    let keys = room.open().unwrap();
    let code = keys.mac(WorkingKey::Session(&none), MacAlgorithm::Retail, b"");
    assert_eq!(code.err(), Some(VaultError::NoSessionKey { slot: none }));
}

#[test]
fn card_keys_of_the_emulator_are_marked_like_all_its_keys() {
    let room = Room::with_dukpt();
    let keys: Box<dyn CardKeys> = Box::new(room.open().unwrap());
    assert_eq!(keys.kind(), Kind::Development);
    assert!(room.content().contains("\nkind = \"development\"\n"));
    assert!(room.content().contains("\nusage = \"dukpt-initial\"\n"));
}

#[cfg(unix)]
#[test]
fn the_state_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let room = Room::with_dukpt();
    let mode = || std::fs::metadata(room.state()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    room.open().unwrap().begin_transaction(&slot("tdes")).unwrap();
    assert_eq!(mode(), 0o600, "a change keeps it so");
}

#[test]
fn the_host_reads_any_pin_for_any_card_number() {
    let room = Room::with_dukpt();
    let keys = room.open().unwrap();
    let data = ("[0-9]{4,12}", "[0-9]{8,19}", prop::bool::ANY, prop::bool::ANY);
    // Each case is a durable counter, and a flush is slow.
    let mut runner = TestRunner::new(ProptestConfig::with_cases(60));
    let outcome = runner.run(&data, |(digits, number, is_aes, is_random)| {
        let (name, format, code) = match (is_aes, is_random) {
            (true, _) => ("aes-256", PinFormat::Iso4, 4),
            (false, true) => ("tdes", PinFormat::Iso3, 3),
            (false, false) => ("tdes", PinFormat::Iso0, 0),
        };
        let (pan, pin) =
            (Pan::new(number.as_bytes()).unwrap(), Pin::new(digits.as_bytes()).unwrap());
        let transaction = keys.begin_transaction(&slot(name)).unwrap();
        let made = keys.encipher_pin(WorkingKey::Dukpt(&transaction), format, pan, &pin).unwrap();
        let key = host_key(name, made.ksn().unwrap().as_bytes(), For::Pin);
        let cipher = if is_aes { Cipher::Aes(&key) } else { Cipher::Tdes(&key) };
        prop_assert_eq!(read_pin(code, cipher, made.block(), &number), digits);
        Ok(())
    });
    outcome.unwrap();
}
