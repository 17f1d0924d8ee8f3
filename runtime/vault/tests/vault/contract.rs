//! What every key store with card keys promises. The same tests run against each store.

use crate::host::{Cipher, read_pin};
use crate::{TERMINAL_SEED, acquirer_key, seed, slot};
use caisson_vault::{
    CardKeys, CipherKey, MAC_MESSAGE_BYTES_MAX, MacAlgorithm, NewSlot, Pan, Pin, PinFormat,
    SessionKey, Usage, VaultError, WorkingKey, verify_detached,
};

/// The master keys of the slots `tmk`, `tmk-triple`, `tmk-aes` and `tmk-aes-256`.
pub(crate) const TMK: [u8; 16] = *b"a master key: 16";
const TMK_TRIPLE: [u8; 24] = *b"a longer master key of 3";
const TMK_AES: [u8; 16] = *b"a key for AES 16";
const TMK_AES_256: [u8; 32] = *b"a longer key for AES of 32 bytes";

pub(crate) const PAN: &str = "6222001234567890123";
const MESSAGE: &[u8] = b"0200 and what a message says";

/// The slots of a store that is to keep the contract.
pub(crate) fn slots() -> Vec<NewSlot> {
    vec![
        NewSlot::sign_with_seed(slot("terminal-signing"), seed(TERMINAL_SEED)),
        NewSlot::verify(slot("acquirer-wallet"), acquirer_key()),
        NewSlot::seal(slot("recovery")),
        NewSlot::key_encryption(slot("tmk"), CipherKey::tdes2(&TMK)),
        NewSlot::key_encryption(slot("tmk-triple"), CipherKey::tdes3(&TMK_TRIPLE)),
        NewSlot::key_encryption(slot("tmk-aes"), CipherKey::aes128(&TMK_AES)),
        NewSlot::key_encryption(slot("tmk-aes-256"), CipherKey::aes256(&TMK_AES_256)),
    ]
}

fn master(name: &str) -> Cipher<'static> {
    match name {
        "tmk" => Cipher::Tdes(&TMK),
        "tmk-triple" => Cipher::Tdes(&TMK_TRIPLE),
        "tmk-aes" => Cipher::Aes(&TMK_AES),
        _ => Cipher::Aes(&TMK_AES_256),
    }
}

/// A working key of `bytes` bytes for `name`: any bytes will do, but not the same.
pub(crate) fn clear_key(name: &str, bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| name.as_bytes()[at % name.len()] ^ u8::try_from(at * 7).unwrap()).collect()
}

/// One key of a download: its slot's name, its usage and its clear bytes.
pub(crate) type Sent<'a> = (&'a str, Usage, &'a [u8]);

/// Sends `keys` as the acquirer would; `change` may damage cryptogram or check value.
pub(crate) fn send(
    store: &dyn CardKeys,
    under: &str,
    keys: &[Sent<'_>],
    change: impl Fn(usize, &mut Vec<u8>, &mut Vec<u8>),
) -> Result<(), VaultError> {
    let made: Vec<_> = keys
        .iter()
        .enumerate()
        .map(|(at, (name, usage, clear))| {
            let cipher = match master(under) {
                Cipher::Tdes(_) => Cipher::Tdes(clear),
                Cipher::Aes(_) => Cipher::Aes(clear),
            };
            let mut cryptogram = master(under).encrypt(clear);
            let mut check_value = cipher.check_value()[..4].to_vec();
            change(at, &mut cryptogram, &mut check_value);
            (slot(name), *usage, cryptogram, check_value)
        })
        .collect();
    let keys: Vec<SessionKey<'_>> = made
        .iter()
        .map(|(slot, usage, cryptogram, check_value)| SessionKey {
            slot,
            usage: *usage,
            cryptogram,
            check_value,
        })
        .collect();
    store.load_session_keys(&slot(under), &keys)
}

fn unchanged(_: usize, _: &mut Vec<u8>, _: &mut Vec<u8>) {}

/// A download of a PIN key and a MAC key under `tmk`, made of `name`.
fn sign_on(store: &dyn CardKeys, name: &str) -> Result<(), VaultError> {
    let (pin, mac) = (clear_key(name, 16), clear_key(&name.to_uppercase(), 16));
    let keys = [("tpk", Usage::PinEncryption, &*pin), ("tak", Usage::Mac, &*mac)];
    send(store, "tmk", &keys, unchanged)
}

/// Whether the keys in use are those of [`sign_on`] with `name`.
#[track_caller]
fn assert_signed_on(store: &dyn CardKeys, name: &str) {
    let (pin, mac) = (clear_key(name, 16), clear_key(&name.to_uppercase(), 16));
    let block = encipher(store, "tpk", PinFormat::Iso0, "1234").unwrap();
    assert_eq!(read_pin(0, Cipher::Tdes(&pin), &block, PAN), "1234");
    let code = store.mac(WorkingKey::Session(&slot("tak")), MacAlgorithm::Retail, MESSAGE);
    assert_eq!(code.unwrap().as_bytes(), Cipher::Tdes(&mac).retail_mac(MESSAGE));
}

fn encipher(
    store: &dyn CardKeys,
    name: &str,
    format: PinFormat,
    pin: &str,
) -> Result<Vec<u8>, VaultError> {
    let (pan, pin) = (Pan::new(PAN.as_bytes()).unwrap(), Pin::new(pin.as_bytes()).unwrap());
    let made = store.encipher_pin(WorkingKey::Session(&slot(name)), format, pan, &pin)?;
    assert!(made.ksn().is_none(), "a session key has no serial number");
    Ok(made.block().to_vec())
}

#[track_caller]
fn refused<T>(result: Result<T, VaultError>, expected: &str) {
    assert_eq!(result.err().expect("must be refused").to_string(), expected);
}

/// The bodies of the tests: each gets a way to open its store, freshly provisioned.
pub(crate) type Open<'a> = &'a dyn Fn() -> Box<dyn CardKeys>;

pub(crate) fn what_it_signs_verifies_under_its_public_key(open: Open<'_>) {
    let store = open();
    let public = store.public_key(&slot("terminal-signing")).unwrap();
    assert_eq!(public, seed(TERMINAL_SEED).public_key());
    let signature = store.sign(&slot("terminal-signing"), MESSAGE).unwrap();
    assert_eq!(verify_detached(&public, MESSAGE, &signature), Ok(()));
    let bad = store.verify(&slot("acquirer-wallet"), MESSAGE, &signature);
    assert_eq!(bad, Err(VaultError::BadSignature { slot: slot("acquirer-wallet") }));
    assert_eq!(store.public_key(&slot("acquirer-wallet")), Ok(acquirer_key()));
}

pub(crate) fn what_it_seals_opens_after_a_restart_in_its_context_only(open: Open<'_>) {
    let sealed = open().seal(&slot("recovery"), b"payment 1", b"an order").unwrap();
    let store = open();
    let opened = store.open(&slot("recovery"), b"payment 1", &sealed).unwrap();
    assert_eq!(opened.as_slice(), b"an order");
    let elsewhere = store.open(&slot("recovery"), b"payment 2", &sealed);
    assert_eq!(elsewhere.err(), Some(VaultError::SealRefused { slot: slot("recovery") }));
}

pub(crate) fn the_host_reads_each_pin_block(open: Open<'_>) {
    let store = open();
    for (under, bytes, formats) in [
        ("tmk", 16, [(0, PinFormat::Iso0), (3, PinFormat::Iso3)].as_slice()),
        ("tmk-triple", 24, &[(0, PinFormat::Iso0), (3, PinFormat::Iso3)]),
        ("tmk-aes", 16, &[(4, PinFormat::Iso4)]),
        ("tmk-aes-256", 32, &[(4, PinFormat::Iso4)]),
    ] {
        let clear = clear_key(under, bytes);
        send(&*store, under, &[("tpk", Usage::PinEncryption, &clear)], unchanged).unwrap();
        let key = match master(under) {
            Cipher::Tdes(_) => Cipher::Tdes(&clear),
            Cipher::Aes(_) => Cipher::Aes(&clear),
        };
        for (number, format) in formats {
            for pin in ["1234", "00000", "123456789012"] {
                let block = encipher(&*store, "tpk", *format, pin).unwrap();
                assert_eq!(read_pin(*number, key, &block, PAN), pin, "{format} under {under}");
                let again = encipher(&*store, "tpk", *format, pin).unwrap();
                let is_random = *number == 4 || *number == 3 && pin.len() < 12;
                assert!(!is_random || block != again, "{format} under {under} is not random");
            }
        }
        send(&*store, under, &[], unchanged).unwrap();
    }
}

pub(crate) fn the_host_agrees_on_each_message_code(open: Open<'_>) {
    let store = open();
    for (under, bytes, algorithm) in [
        ("tmk", 16, MacAlgorithm::Retail),
        ("tmk", 16, MacAlgorithm::Cmac),
        ("tmk-triple", 24, MacAlgorithm::Cmac),
        ("tmk-aes", 16, MacAlgorithm::Cmac),
        ("tmk-aes-256", 32, MacAlgorithm::Cmac),
    ] {
        let clear = clear_key(under, bytes);
        send(&*store, under, &[("tak", Usage::Mac, &clear)], unchanged).unwrap();
        let key = match master(under) {
            Cipher::Tdes(_) => Cipher::Tdes(&clear),
            Cipher::Aes(_) => Cipher::Aes(&clear),
        };
        let tak = slot("tak");
        let tak = WorkingKey::Session(&tak);
        for length in [0, 1, 7, 8, 9, 15, 16, 17, 1000] {
            let message: Vec<u8> = (0..length).map(|at: usize| at.to_le_bytes()[0]).collect();
            let expected = match algorithm {
                MacAlgorithm::Retail => key.retail_mac(&message),
                _ => key.cmac(&message),
            };
            let code = store.mac(tak, algorithm, &message).unwrap();
            assert_eq!(code.as_bytes(), expected, "{algorithm} of {length} bytes under {under}");
            assert_eq!(store.verify_mac(tak, algorithm, &message, &expected), Ok(()));
            assert_eq!(store.verify_mac(tak, algorithm, &message, &expected[..8]), Ok(()));
            let bad = Err(VaultError::BadMac { slot: slot("tak") });
            assert_eq!(store.verify_mac(tak, algorithm, &message, &expected[..7]), bad);
            let mut other = expected;
            *other.last_mut().unwrap() ^= 1;
            assert_eq!(store.verify_mac(tak, algorithm, &message, &other), bad);
        }
        send(&*store, under, &[], unchanged).unwrap();
    }
}

pub(crate) fn the_longest_message_gets_a_code_and_one_byte_more_does_not(open: Open<'_>) {
    let store = open();
    sign_on(&*store, "first").unwrap();
    let tak = slot("tak");
    let code = |bytes| store.mac(WorkingKey::Session(&tak), MacAlgorithm::Retail, &vec![7; bytes]);
    assert!(code(MAC_MESSAGE_BYTES_MAX).is_ok());
    refused(code(MAC_MESSAGE_BYTES_MAX + 1), "a message of 65536 bytes, limit 65535");
}

pub(crate) fn a_sign_on_replaces_the_one_before_and_survives_a_restart(open: Open<'_>) {
    {
        let store = open();
        sign_on(&*store, "first").unwrap();
        assert_signed_on(&*store, "first");
        sign_on(&*store, "second").unwrap();
        assert_signed_on(&*store, "second");
    }
    {
        let store = open();
        assert_signed_on(&*store, "second");
        // A key that the new download does not have is gone.
        let pin = clear_key("third", 16);
        send(&*store, "tmk", &[("tpk", Usage::PinEncryption, &pin)], unchanged).unwrap();
        let tak = slot("tak");
        let code = store.mac(WorkingKey::Session(&tak), MacAlgorithm::Retail, MESSAGE);
        assert_eq!(code.err(), Some(VaultError::NoSessionKey { slot: tak }));
    }
    let block = encipher(&*open(), "tpk", PinFormat::Iso0, "1234").unwrap();
    assert_eq!(read_pin(0, Cipher::Tdes(&clear_key("third", 16)), &block, PAN), "1234");
}

pub(crate) fn one_bad_key_refuses_the_whole_sign_on(open: Open<'_>) {
    let store = open();
    sign_on(&*store, "first").unwrap();
    let (pin, mac) = (clear_key("second", 16), clear_key("SECOND", 16));
    let keys = [("tpk", Usage::PinEncryption, &*pin), ("tak", Usage::Mac, &*mac)];
    let check_value = |slot: &str| {
        format!(
            "the key for slot `{slot}` does not have the check value that came with it; sign on \
             again, then compare the master keys of both sides"
        )
    };
    for (at, name) in ["tpk", "tak"].into_iter().enumerate() {
        let cryptogram = |n: usize, cryptogram: &mut Vec<u8>, _: &mut Vec<u8>| {
            cryptogram[0] ^= u8::from(n == at);
        };
        refused(send(&*store, "tmk", &keys, cryptogram), &check_value(name));
        assert_signed_on(&*store, "first");
        let value = |n: usize, _: &mut Vec<u8>, value: &mut Vec<u8>| {
            value[3] ^= u8::from(n == at);
        };
        refused(send(&*store, "tmk", &keys, value), &check_value(name));
        assert_signed_on(&*store, "first");
    }
    drop(store);
    assert_signed_on(&*open(), "first");
}

pub(crate) fn a_session_key_that_cannot_be_is_named_with_its_reason(open: Open<'_>) {
    let store = open();
    sign_on(&*store, "first").unwrap();
    let (pin, long) = (clear_key("second", 16), clear_key("second", 24));
    let refusal = |slot: &str, why: &str| {
        format!("the key for slot `{slot}` was refused: {why}; compare the acquirer's key download")
    };
    let check = |keys: &[Sent<'_>], expected: &str| {
        refused(send(&*store, "tmk", keys, unchanged), expected);
        assert_signed_on(&*store, "first");
    };
    let usage = Usage::PinEncryption;
    check(
        &[("tpk", Usage::Seal, &pin)],
        &refusal("tpk", "its usage is none of pin-encryption and mac"),
    );
    check(
        &[("tpk", usage, &pin), ("tpk", Usage::Mac, &long)],
        &refusal("tpk", "its slot stands twice in the download"),
    );
    check(
        &[("recovery", usage, &pin)],
        &refusal("recovery", "its slot was provisioned with another key"),
    );
    let names: Vec<String> = (0..17).map(|n| format!("key-{n}")).collect();
    let many: Vec<Sent<'_>> = names.iter().map(|name| (name.as_str(), usage, &*pin)).collect();
    check(&many, &refusal("key-16", "it is one more than a master key may have"));
    let cut = |to: usize| move |_: usize, _: &mut Vec<u8>, value: &mut Vec<u8>| value.resize(to, 0);
    for length in [0, 2, 9] {
        let sent = send(&*store, "tmk", &[("tpk", usage, &pin)], cut(length));
        refused(sent, &refusal("tpk", "its check value has not 3 to 8 bytes"));
    }
    for length in [0, 8, 15, 17, 32] {
        let cut = |_: usize, bytes: &mut Vec<u8>, _: &mut Vec<u8>| bytes.resize(length, 0);
        let why = "its cryptogram is of no length that its cipher's keys have";
        refused(send(&*store, "tmk", &[("tpk", usage, &pin)], cut), &refusal("tpk", why));
    }
    let taken = send(&*store, "tmk-triple", &[("tpk", usage, &pin)], unchanged);
    refused(taken, &refusal("tpk", "its slot holds a key of another master key"));
    assert_signed_on(&*store, "first");
}

pub(crate) fn a_key_serves_its_own_usage_only(open: Open<'_>) {
    let store = open();
    sign_on(&*store, "first").unwrap();
    let wrong = |slot: &str, found: &str, wanted: &str| {
        format!("slot `{slot}` is for {found}, not for {wanted}; name another slot")
    };
    let pin = |name: &str| encipher(&*store, name, PinFormat::Iso0, "1234");
    let code =
        |name: &str| store.mac(WorkingKey::Session(&slot(name)), MacAlgorithm::Retail, MESSAGE);
    refused(pin("tak"), &wrong("tak", "mac", "pin-encryption"));
    refused(pin("tmk"), &wrong("tmk", "key-encryption", "pin-encryption"));
    refused(pin("recovery"), &wrong("recovery", "seal", "pin-encryption"));
    refused(code("tpk"), &wrong("tpk", "pin-encryption", "mac"));
    refused(code("tmk"), &wrong("tmk", "key-encryption", "mac"));
    refused(store.sign(&slot("tmk"), b""), &wrong("tmk", "key-encryption", "sign"));
    refused(store.seal(&slot("tmk"), b"", b""), &wrong("tmk", "key-encryption", "seal"));
    let public = store.public_key(&slot("tmk"));
    refused(public, &wrong("tmk", "key-encryption", "sign or verify"));
    let sent = store.load_session_keys(&slot("recovery"), &[]);
    refused(sent, &wrong("recovery", "seal", "key-encryption"));
    let missing = "no session key in slot `nobody`; sign on to load it, or correct the slot's name";
    refused(pin("nobody"), missing);
    refused(code("nobody"), missing);
}

pub(crate) fn a_format_or_algorithm_that_its_key_cannot_do_is_refused(open: Open<'_>) {
    let store = open();
    sign_on(&*store, "first").unwrap();
    let (pin, mac) = (clear_key("aes", 16), clear_key("AES", 16));
    let keys = [("aes-pin", Usage::PinEncryption, &*pin), ("aes-mac", Usage::Mac, &*mac)];
    send(&*store, "tmk-aes", &keys, unchanged).unwrap();
    let pin = |name: &str, format| encipher(&*store, name, format, "1234");
    let unfit = |slot: &str, found: &str, wanted: &str| {
        format!("slot `{slot}` has {found} keys, which {wanted} does not take; correct either")
    };
    let tdes = "double-length TDES";
    refused(pin("tpk", PinFormat::Iso4), &unfit("tpk", tdes, "PIN block format 4"));
    refused(pin("aes-pin", PinFormat::Iso0), &unfit("aes-pin", "AES-128", "PIN block format 0"));
    refused(pin("aes-pin", PinFormat::Iso3), &unfit("aes-pin", "AES-128", "PIN block format 3"));
    let aes_mac = slot("aes-mac");
    let code = store.mac(WorkingKey::Session(&aes_mac), MacAlgorithm::Retail, MESSAGE);
    refused(code, &unfit("aes-mac", "AES-128", "the retail MAC"));
}

/// Makes a test of each body; `$store` gives a way to open a store, freshly provisioned.
macro_rules! contract {
    ($run:path: $($body:ident)*) => {
        $(
            #[test]
            fn $body() {
                $run(stringify!($body), $crate::contract::$body);
            }
        )*
    };
}

/// All bodies, so that no store misses one.
macro_rules! whole_contract {
    ($run:path) => {
        $crate::contract::contract!($run:
            what_it_signs_verifies_under_its_public_key
            what_it_seals_opens_after_a_restart_in_its_context_only
            the_host_reads_each_pin_block
            the_host_agrees_on_each_message_code
            the_longest_message_gets_a_code_and_one_byte_more_does_not
            a_sign_on_replaces_the_one_before_and_survives_a_restart
            one_bad_key_refuses_the_whole_sign_on
            a_session_key_that_cannot_be_is_named_with_its_reason
            a_key_serves_its_own_usage_only
            a_format_or_algorithm_that_its_key_cannot_do_is_refused
        );
    };
}

pub(crate) use {contract, whole_contract};
