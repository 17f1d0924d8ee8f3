//! The store in a PKCS#11 token, against SoftHSM: the contract, and what only a token has.
//!
//! SoftHSM reads its configuration from the environment, once in a process. So each test runs itself
//! again in a process of its own, with a token folder of its own.

use crate::contract::{self, Open, PAN, clear_key, send, whole_contract};
use crate::secrecy::check;
use crate::{TERMINAL_SEED, slot};
use caisson_vault::{
    CardKeys, InitialKey, KeyStore, Kind, MacAlgorithm, NewSlot, Pan, Pin, PinFormat, Pkcs11,
    SigningSeed, TokenPin, Usage, VaultError, WorkingKey,
};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11 as Module};
use cryptoki::object::{Attribute, AttributeType, ObjectClass};
use cryptoki::session::{Session, UserType};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Debian and others put the library.
const MODULES: [&str; 5] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];
/// Set in the process that a test runs itself in: the token folder.
const FOLDER: &str = "CAISSON_TEST_TOKENS";
const LABEL: &str = "till";
const TOKEN_PIN: &str = "7461998";

fn module() -> PathBuf {
    let found = MODULES.iter().map(Path::new).find(|path| path.exists());
    found.expect("no SoftHSM here; apt-get install softhsm2").into()
}

/// Runs `body` in a process of its own with an initialised, empty token.
fn alone(name: &str, body: impl FnOnce()) {
    if std::env::var_os(FOLDER).is_some() {
        initialise();
        return body();
    }
    module();
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let configuration = folder.path().join("softhsm2.conf");
    let text = format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display());
    std::fs::write(&configuration, text).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([&format!("token::{name}"), "--exact", "--nocapture", "--test-threads=1"])
        .env("SOFTHSM2_CONF", &configuration)
        .env(FOLDER, &tokens)
        .output()
        .unwrap();
    let said =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{}", said.concat());
    assert!(said[0].contains("1 passed"), "the test did not run: {}", said.concat());
}

fn library() -> Module {
    let library = Module::new(module()).unwrap();
    // The store under test may have been first.
    let _ = library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
    library
}

fn initialise() {
    let library = library();
    let slot = library.get_slots_with_token().unwrap()[0];
    library.init_token(slot, &"so-pin".into(), LABEL).unwrap();
    let session = library.open_rw_session(slot).unwrap();
    session.login(UserType::So, Some(&"so-pin".into())).unwrap();
    session.init_pin(&TOKEN_PIN.into()).unwrap();
    session.logout().unwrap();
    // Unloading it would end what the store opens later.
    std::mem::forget(library);
}

fn open() -> Result<Pkcs11, VaultError> {
    Pkcs11::open(&module(), LABEL, &TokenPin::new(TOKEN_PIN))
}

fn provision(slots: &[NewSlot]) -> Result<Pkcs11, VaultError> {
    Pkcs11::provision(&module(), LABEL, &TokenPin::new(TOKEN_PIN), slots)
}

fn run(name: &str, body: fn(Open<'_>)) {
    alone(name, || {
        drop(provision(&contract::slots()).unwrap());
        body(&|| Box::new(open().unwrap()));
    });
}

whole_contract!(run);

/// A session of our own with the token, to look at its objects.
fn look(work: impl FnOnce(&Session)) {
    let library = library();
    let mut slots = library.get_slots_with_token().unwrap().into_iter();
    let ours = |slot: &_| library.get_token_info(*slot).unwrap().label() == LABEL;
    let session = library.open_rw_session(slots.find(ours).unwrap()).unwrap();
    let _ = session.login(UserType::User, Some(&TOKEN_PIN.into()));
    work(&session);
    drop(session);
    std::mem::forget(library);
}

#[test]
fn its_keys_are_sensitive_cannot_be_extracted_and_do_one_thing() {
    alone("its_keys_are_sensitive_cannot_be_extracted_and_do_one_thing", || {
        let store = provision(&contract::slots()).unwrap();
        let (pin, mac) = (clear_key("tpk", 16), clear_key("tak", 16));
        let sent = [("tpk", Usage::PinEncryption, &*pin), ("tak", Usage::Mac, &*mac)];
        send(&store, "tmk", &sent, |_, _, _| {}).unwrap();
        let mut seen = Vec::new();
        look(|session| {
            for class in [ObjectClass::SECRET_KEY, ObjectClass::PRIVATE_KEY] {
                for object in session.find_objects(&[Attribute::Class(class)]).unwrap() {
                    let wanted = [
                        AttributeType::Id,
                        AttributeType::Sensitive,
                        AttributeType::Extractable,
                        AttributeType::Encrypt,
                        AttributeType::Decrypt,
                        AttributeType::Sign,
                        AttributeType::Unwrap,
                        AttributeType::Derive,
                        AttributeType::Value,
                    ];
                    let mut line = String::new();
                    for attribute in session.get_attributes(object, &wanted).unwrap() {
                        match attribute {
                            Attribute::Id(id) => {
                                let id = String::from_utf8(id).unwrap();
                                let usage = id.split(':').nth(1).unwrap();
                                line.push_str(usage);
                            }
                            Attribute::Sensitive(true) => line.push_str(" sensitive"),
                            Attribute::Extractable(true) => line.push_str(" extractable"),
                            Attribute::Encrypt(true) => line.push_str(" encrypts"),
                            Attribute::Decrypt(true) => line.push_str(" decrypts"),
                            Attribute::Sign(true) => line.push_str(" signs"),
                            Attribute::Unwrap(true) => line.push_str(" unwraps"),
                            Attribute::Derive(true) => line.push_str(" derives"),
                            Attribute::Value(_) => line.push_str(" shows its value"),
                            _ => {}
                        }
                    }
                    seen.push(line);
                }
            }
        });
        seen.sort();
        seen.dedup();
        assert_eq!(
            seen,
            [
                "key-encryption sensitive decrypts",
                "mac sensitive encrypts",
                "pin-encryption sensitive encrypts",
                "seal sensitive encrypts decrypts",
                "sign sensitive signs",
            ]
        );
    });
}

#[test]
fn a_sign_on_that_broke_off_never_counts_and_is_cleared_away() {
    alone("a_sign_on_that_broke_off_never_counts_and_is_cleared_away", || {
        let store = provision(&contract::slots()).unwrap();
        let count = || {
            let mut count = 0;
            look(|session| {
                let all = [Attribute::Class(ObjectClass::SECRET_KEY)];
                count = session.find_objects(&all).unwrap().len();
            });
            count
        };
        let load = |store: &Pkcs11, name: &str| {
            let clear = clear_key(name, 16);
            send(store, "tmk", &[("tak", Usage::Mac, &clear)], |_, _, _| {}).unwrap();
        };
        let code = |store: &Pkcs11| {
            let tak = slot("tak");
            store.mac(WorkingKey::Session(&tak), MacAlgorithm::Retail, b"m").unwrap().leftmost()
        };
        let provisioned = count();
        load(&store, "first");
        let (first, with_first) = (code(&store), count());
        assert_eq!(with_first, provisioned + 2);
        // As after a power cut: the objects of the next sign-on are there, its marker is not.
        look(|session| {
            let left_over = [
                Attribute::Class(ObjectClass::SECRET_KEY),
                Attribute::KeyType(cryptoki::object::KeyType::DES2),
                Attribute::Token(true),
                Attribute::Label(b"tak".to_vec()),
                Attribute::Id(b"caisson:mac:tmk:2:whole".to_vec()),
                Attribute::Encrypt(true),
                Attribute::Value(vec![1; 16]),
            ];
            session.create_object(&left_over).unwrap();
        });
        drop(store);
        let store = open().unwrap();
        assert_eq!(code(&store), first, "the sign-on before still counts");
        load(&store, "second");
        assert_ne!(code(&store), first);
        assert_eq!(count(), with_first, "nothing is left over");
        drop(store);
        assert_ne!(code(&open().unwrap()), first);
    });
}

#[test]
fn its_keys_are_those_of_a_token() {
    alone("its_keys_are_those_of_a_token", || {
        let slots = [NewSlot::sign(slot("random")), NewSlot::seal(slot("recovery"))];
        let store = provision(&slots).unwrap();
        assert_eq!(store.kind(), Kind::Token);
        let usages = store.slots();
        assert_eq!(usages, [(slot("random"), Usage::Sign), (slot("recovery"), Usage::Seal)]);
        let public = store.public_key(&slot("random")).unwrap();
        let signature = store.sign(&slot("random"), b"m").unwrap();
        assert_eq!(caisson_vault::verify_detached(&public, b"m", &signature), Ok(()));
    });
}

#[test]
fn every_single_byte_of_its_sealed_data_counts() {
    alone("every_single_byte_of_its_sealed_data_counts", || {
        let store = provision(&[NewSlot::seal(slot("recovery"))]).unwrap();
        let sealed = store.seal(&slot("recovery"), b"c", b"order").unwrap();
        let opened = |data: &[u8]| KeyStore::open(&store, &slot("recovery"), b"c", data);
        let refused = Some(VaultError::SealRefused { slot: slot("recovery") });
        for position in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[position] ^= 1;
            assert_eq!(opened(&changed).err(), refused, "byte {position}");
            assert_eq!(opened(&sealed[..position]).err(), refused, "cut to {position}");
        }
        assert_eq!(opened(&sealed).unwrap().as_slice(), b"order");
        let nothing = store.seal(&slot("recovery"), b"c", b"").unwrap();
        assert_eq!(opened(&nothing).unwrap().as_slice(), b"");
    });
}

#[test]
fn what_a_token_cannot_do_is_said() {
    alone("what_a_token_cannot_do_is_said", || {
        let said = |result: Result<Pkcs11, VaultError>| result.unwrap_err().to_string();
        let dukpt = NewSlot::dukpt_initial(slot("dukpt"), InitialKey::aes128(&[7; 16], &[7; 8]));
        let cannot = "token `till` cannot derive DUKPT keys; keep the slot in a store that can";
        assert_eq!(said(provision(&[NewSlot::seal(slot("recovery")), dukpt])), cannot);
        let store = open().unwrap();
        assert_eq!(store.slots(), [], "nothing was made");
        assert_eq!(store.begin_transaction(&slot("dukpt")).unwrap_err().to_string(), cannot);

        let module = module().display().to_string();
        let other = Pkcs11::open(Path::new(&module), "other", &TokenPin::new(TOKEN_PIN));
        let missing =
            format!("no token `other` behind {module}; initialise it, or correct its label");
        assert_eq!(said(other), missing);
        let none = Pkcs11::open(Path::new("/nowhere.so"), LABEL, &TokenPin::new(TOKEN_PIN));
        assert!(
            said(none).ends_with("install the token's PKCS#11 library (SoftHSM: package softhsm2)")
        );
        drop(store);
        let wrong = Pkcs11::open(Path::new(&module), LABEL, &TokenPin::new("0000"));
        assert!(said(wrong).starts_with("token `till` refused: "), "a wrong PIN");
        let twice = [NewSlot::seal(slot("recovery")), NewSlot::seal(slot("recovery"))];
        assert!(matches!(provision(&twice), Err(VaultError::SlotTwice { .. })));
        provision(&twice[..1]).unwrap();
        assert!(matches!(provision(&twice[..1]), Err(VaultError::SlotTwice { .. })));
    });
}

#[test]
fn neither_debug_nor_error_nor_file_of_it_shows_a_secret() {
    alone("neither_debug_nor_error_nor_file_of_it_shows_a_secret", || {
        let store = provision(&contract::slots()).unwrap();
        let (pin, mac) = (clear_key("tpk", 16), clear_key("tak", 16));
        let sent = [("tpk", Usage::PinEncryption, &*pin), ("tak", Usage::Mac, &*mac)];
        send(&store, "tmk", &sent, |_, _, _| {}).unwrap();
        let secrets = [contract::TMK.to_vec(), TERMINAL_SEED.to_vec(), pin, mac, TOKEN_PIN.into()];
        check("Debug", format!("{store:?} {store:#?}"), &secrets);
        check("Debug", format!("{:?}", TokenPin::new(TOKEN_PIN)), &secrets);
        let (pan, pin) = (Pan::new(PAN.as_bytes()).unwrap(), Pin::new(b"1234").unwrap());
        let (tpk, seed) = (slot("tpk"), SigningSeed::from_bytes(&TERMINAL_SEED));
        let errors = [
            store.encipher_pin(WorkingKey::Session(&tpk), PinFormat::Iso4, pan, &pin).unwrap_err(),
            store.mac(WorkingKey::Session(&tpk), MacAlgorithm::Cmac, &contract::TMK).unwrap_err(),
            provision(&[NewSlot::sign_with_seed(slot("tmk"), seed)]).unwrap_err(),
            Pkcs11::open(&module(), "none", &TokenPin::new(TOKEN_PIN)).unwrap_err(),
        ];
        for error in errors {
            check("an error", format!("{error} {error:?}"), &secrets);
        }
        let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
        let token = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
        let mut count = 0;
        for file in std::fs::read_dir(token).unwrap() {
            check("the token", std::fs::read(file.unwrap().path()).unwrap(), &secrets);
            count += 1;
        }
        assert!(count > 10, "the token's objects were searched");
    });
}
