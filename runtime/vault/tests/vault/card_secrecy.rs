//! Planted card keys, a PIN and a card number are looked for in everything that can be printed or
//! read.

use crate::contract::{TMK, clear_key, send};
use crate::secrecy::check;
use crate::{Room, slot};
use caisson_vault::{
    CardKeys, CipherKey, InitialKey, MacAlgorithm, NewSlot, Pan, Pin, PinFormat, SealedFile,
    SessionKey, Usage, VaultError, WorkingKey,
};
use std::fmt::Debug;

const INITIAL: [u8; 16] = *b"the initial key!";
const LONG: [u8; 32] = *b"the initial key of AES, 32 bytes";
const PIN: &str = "948372615049";
const NUMBER: &str = "6225887341609258137";

/// The secrets in the forms in which the vault holds them.
fn secrets() -> Vec<Vec<u8>> {
    let values = |digits: &str| digits.bytes().map(|digit| digit - b'0').collect::<Vec<u8>>();
    let packed = |digits: &str| {
        let pairs = values(digits);
        pairs.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect::<Vec<u8>>()
    };
    // A number of odd length is packed at either nibble.
    let shifted = packed(&NUMBER[1..]);
    vec![
        TMK.to_vec(),
        INITIAL.to_vec(),
        LONG.to_vec(),
        clear_key("tpk", 16),
        clear_key("tak", 16),
        PIN.into(),
        values(PIN),
        packed(PIN),
        NUMBER.into(),
        values(NUMBER),
        packed(NUMBER),
        shifted,
    ]
}

fn provisioned() -> (Room, SealedFile) {
    let room = Room::empty();
    let keys = room.provision(&room.keys(), &slots()).unwrap();
    let (pin, mac) = (clear_key("tpk", 16), clear_key("tak", 16));
    let sent = [("tpk", Usage::PinEncryption, &*pin), ("tak", Usage::Mac, &*mac)];
    send(&keys, "tmk", &sent, |_, _, _| {}).unwrap();
    (room, keys)
}

fn slots() -> Vec<NewSlot> {
    vec![
        NewSlot::key_encryption(slot("tmk"), CipherKey::tdes2(&TMK)),
        NewSlot::dukpt_initial(slot("tdes"), InitialKey::tdes(&INITIAL, &[0xFF; 10])),
        NewSlot::dukpt_initial(slot("aes"), InitialKey::aes256(&LONG, b"terminal")),
        NewSlot::seal(slot("recovery")),
    ]
}

#[track_caller]
fn check_debug(what: &str, value: &impl Debug) {
    check(what, format!("{value:?} {value:#?}"), &secrets());
}

#[test]
fn no_debug_text_of_a_card_type_shows_a_secret() {
    let (_room, keys) = provisioned();
    let transaction = keys.begin_transaction(&slot("tdes")).unwrap();
    let (pan, pin) = (Pan::new(NUMBER.as_bytes()).unwrap(), Pin::new(PIN.as_bytes()).unwrap());
    let under = WorkingKey::Dukpt(&transaction);
    let block = keys.encipher_pin(under, PinFormat::Iso0, pan, &pin).unwrap();
    let code = keys.mac(under, MacAlgorithm::Retail, b"a message").unwrap();
    check_debug("the store", &keys);
    check_debug("the slots", &slots());
    check_debug("a transaction", &transaction);
    check_debug("a working key", &under);
    check_debug("a PIN", &pin);
    check_debug("a card number", &pan);
    check_debug("a PIN block", &block);
    check_debug("a message code", &code);
    check_debug("a cipher key", &CipherKey::aes256(&LONG));
    check_debug("an initial key", &InitialKey::aes256(&LONG, b"terminal"));
    let name = slot("tpk");
    let session =
        SessionKey { slot: &name, usage: Usage::Mac, cryptogram: &[1; 16], check_value: &[2; 4] };
    check_debug("a session key", &session);
    assert_eq!(format!("{block:?}"), "PinBlock { ksn: Some(Ksn(FFFFFFFFFFFFFFE00001)), .. }");
}

#[test]
fn no_file_of_a_store_shows_a_secret() {
    let (room, keys) = provisioned();
    keys.begin_transaction(&slot("aes")).unwrap();
    let files = std::fs::read_dir(room.folder.path()).unwrap();
    let mut names = Vec::new();
    for file in files.map(Result::unwrap) {
        names.push(file.file_name().into_string().unwrap());
        check(names.last().unwrap(), std::fs::read(file.path()).unwrap(), &secrets());
    }
    names.sort();
    assert_eq!(names, ["keys.kek", "keys.toml", "keys.toml.cards", "keys.toml.cards.lock"]);
}

#[test]
fn no_block_or_code_shows_a_secret() {
    let (_room, keys) = provisioned();
    let (pan, pin) = (Pan::new(NUMBER.as_bytes()).unwrap(), Pin::new(PIN.as_bytes()).unwrap());
    let (tpk, tak) = (slot("tpk"), slot("tak"));
    for format in [PinFormat::Iso0, PinFormat::Iso3] {
        let block = keys.encipher_pin(WorkingKey::Session(&tpk), format, pan, &pin).unwrap();
        check("a PIN block", block.block(), &secrets());
    }
    let code = keys.mac(WorkingKey::Session(&tak), MacAlgorithm::Retail, NUMBER.as_bytes());
    check("a message code", code.unwrap().as_bytes(), &secrets());
}

#[test]
fn no_error_of_a_card_operation_shows_a_secret() {
    let (room, keys) = provisioned();
    let (pan, pin) = (Pan::new(NUMBER.as_bytes()).unwrap(), Pin::new(PIN.as_bytes()).unwrap());
    let transaction = keys.begin_transaction(&slot("tdes")).unwrap();
    let (tpk, tak, tmk) = (slot("tpk"), slot("tak"), slot("tmk"));
    let [tpk, tak, wrong] = [&tpk, &tak, &tmk].map(WorkingKey::Session);
    let under = WorkingKey::Dukpt(&transaction);
    let pin_error = |key, format| keys.encipher_pin(key, format, pan, &pin).unwrap_err();
    // Clear keys where cryptograms and check values belong.
    let sent = |cryptogram: &[u8], check_value: &[u8]| {
        let (slot, usage) = (&slot("tpk"), Usage::PinEncryption);
        let key = SessionKey { slot, usage, cryptogram, check_value };
        keys.load_session_keys(&tmk, &[key]).unwrap_err()
    };
    let mut errors: Vec<VaultError> = vec![
        pin_error(tpk, PinFormat::Iso4),
        pin_error(tak, PinFormat::Iso0),
        pin_error(wrong, PinFormat::Iso0),
        pin_error(under, PinFormat::Iso4),
        keys.mac(tpk, MacAlgorithm::Retail, &TMK).unwrap_err(),
        keys.mac(tak, MacAlgorithm::Retail, &TMK.repeat(5000)).unwrap_err(),
        keys.verify_mac(tak, MacAlgorithm::Retail, &TMK, &INITIAL).unwrap_err(),
        keys.verify_mac(under, MacAlgorithm::Retail, &TMK, &INITIAL).unwrap_err(),
        sent(&clear_key("tpk", 16), &TMK[..4]),
        sent(&LONG, &INITIAL[..4]),
        sent(&LONG[..17], &LONG),
        sent(&TMK, &[]),
        keys.begin_transaction(&tmk).unwrap_err(),
        keys.load_session_keys(transaction.slot(), &[]).unwrap_err(),
    ];
    keys.encipher_pin(under, PinFormat::Iso0, pan, &pin).unwrap();
    errors.push(pin_error(under, PinFormat::Iso0));
    drop(keys);
    std::fs::write(room.folder.path().join("keys.toml.cards"), TMK).unwrap();
    errors.push(room.open().unwrap_err());
    for error in errors {
        check(&error.to_string(), format!("{error} {error:?} {error:#?}"), &secrets());
    }
}
