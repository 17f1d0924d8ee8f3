//! Against SoftHSM2: keys in the token do what the same keys do in the clear, and stay in it.
//!
//! SoftHSM2 reads its configuration from the environment, once in a process. So each test runs
//! itself again in a process of its own, with a token folder of its own.

use super::*;
use crate::bank::base_key::{BaseKey, Cipher};
use crate::bank::config::TestKey;
use crate::bank::dukpt;
use cryptoki::object::{AttributeType, KeyType};
use cryptoki::types::AuthPin;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

/// Where Debian and others put the library.
const MODULES: [&str; 4] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
];
/// Set in the process that a test runs itself in.
const INSIDE: &str = "CAISSON_TEST_BANK_TOKEN";
const LABEL: &str = "bank";
const PIN: &str = "5520871";
/// The base keys of the standards' examples (ANSI X9.24-1:2009, A.4; X9.24-3:2017, annex).
const SHORT: [u8; 16] = *b"\x01\x23\x45\x67\x89\xAB\xCD\xEF\xFE\xDC\xBA\x98\x76\x54\x32\x10";
const LONG: [u8; 32] = [0x5A; 32];

fn module() -> PathBuf {
    let found = MODULES.iter().map(Path::new).find(|path| path.exists());
    found.expect("no SoftHSM here; apt-get install softhsm2").into()
}

/// Runs `body` in a process of its own with a token that has the keys.
fn alone(name: &str, body: impl FnOnce(Arc<TokenModule>)) {
    if std::env::var_os(INSIDE).is_some() {
        prepare();
        return body(Arc::new(TokenModule::open(&module(), LABEL, PIN).unwrap()));
    }
    module();
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    std::fs::create_dir(&tokens).unwrap();
    let configuration = folder.path().join("softhsm2.conf");
    let text = format!("directories.tokendir = {}\nlog.level = ERROR\n", tokens.display());
    std::fs::write(&configuration, text).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([&format!("bank::token::tests::{name}"), "--exact", "--nocapture"])
        .env("SOFTHSM2_CONF", &configuration)
        .env(INSIDE, "yes")
        .output()
        .unwrap();
    let said =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{}", said.concat());
    assert!(said[0].contains("1 passed"), "the test did not run: {}", said.concat());
}

/// A token whose owner has put the base keys in: they encipher, and never come out.
fn prepare() {
    let library = Pkcs11::new(module()).unwrap();
    library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
    let slot = library.get_slots_with_token().unwrap()[0];
    let (so, user) = (AuthPin::from("so-pin"), AuthPin::from(PIN));
    library.init_token(slot, &so, LABEL).unwrap();
    let session = library.open_rw_session(slot).unwrap();
    session.login(UserType::So, Some(&so)).unwrap();
    session.init_pin(&user).unwrap();
    session.logout().unwrap();
    session.login(UserType::User, Some(&user)).unwrap();
    let apart = |at: usize| if at % 8 < 4 { 0xC0 } else { 0 };
    let bent: Vec<u8> = SHORT.iter().enumerate().map(|(at, byte)| byte ^ apart(at)).collect();
    let keys: [(&str, KeyType, &[u8]); 4] = [
        ("tdes", KeyType::DES2, &SHORT),
        ("tdes-apart", KeyType::DES2, &bent),
        ("aes-128", KeyType::AES, &SHORT),
        ("aes-256", KeyType::AES, &LONG),
    ];
    for (label, kind, value) in keys {
        let template = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(kind),
            Attribute::Label(label.as_bytes().to_vec()),
            Attribute::Value(value.to_vec()),
            Attribute::Token(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Encrypt(true),
        ];
        session.create_object(&template).unwrap();
    }
    std::mem::forget(library);
}

fn inside(module: &Arc<TokenModule>, name: &str, cipher: Cipher) -> BaseKey {
    let module: Arc<dyn KeyModule> = Arc::<TokenModule>::clone(module);
    BaseKey::InModule { module, name: name.to_owned(), cipher }
}

#[test]
fn the_keys_of_every_message_are_those_that_the_base_key_gives_in_the_clear() {
    alone("the_keys_of_every_message_are_those_that_the_base_key_gives_in_the_clear", |module| {
        let tdes: [&[u8]; 2] = [
            b"\xFF\xFF\x98\x76\x54\x32\x10\xE0\x00\x01",
            b"\xFF\xFF\x98\x76\x54\x32\x10\xEF\xF8\x00",
        ];
        let aes: [&[u8]; 2] =
            [b"\x12\x34\x56\x78\x90\x12\x34\x56\0\0\0\x01", b"CAISSON1\0\x01\x80\x03"];
        for (name, cipher, clear, serials) in [
            ("tdes", Cipher::Tdes, BaseKey::Tdes(TestKey(SHORT)), tdes),
            ("aes-128", Cipher::Aes128, BaseKey::Aes128(TestKey(SHORT)), aes),
            ("aes-256", Cipher::Aes256, BaseKey::Aes256(TestKey(LONG)), aes),
        ] {
            for serial in serials {
                let expected = dukpt::keys(&clear, serial).unwrap();
                assert!(expected.is_some(), "{name}");
                let keys = dukpt::keys(&inside(&module, name, cipher), serial).unwrap();
                assert_eq!(keys, expected, "{name}");
            }
        }
    });
}

#[test]
fn a_master_key_enciphers_the_keys_of_a_sign_on_as_it_does_in_the_clear() {
    alone("a_master_key_enciphers_the_keys_of_a_sign_on_as_it_does_in_the_clear", |module| {
        let clear = BaseKey::Tdes(TestKey(SHORT));
        let master = inside(&module, "tdes", Cipher::Tdes);
        for half in [[0; 8], *b"12345678", [0xFF; 8]] {
            assert_eq!(master.encrypt_short(half), clear.encrypt_short(half));
        }
    });
}

#[test]
fn no_key_comes_out_and_what_is_wrong_is_named() {
    alone("no_key_comes_out_and_what_is_wrong_is_named", |module| {
        let session = module.0.lock().unwrap();
        let all = [Attribute::Class(ObjectClass::SECRET_KEY)];
        let found = session.find_objects(&all).unwrap();
        assert_eq!(found.len(), 4);
        for key in found {
            let value = session.get_attributes(key, &[AttributeType::Value]);
            assert!(value.is_ok_and(|value| value.is_empty()));
        }
        drop(session);
        let missing = module.encrypt("nobody", &[0; 8]).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "the base key \"nobody\" cannot be used: the token has 0 keys of this label"
        );
        assert!(module.encrypt("aes-128", &[0; 8]).is_err());
        let strange = TokenModule::open(&self::module(), "purse", PIN).unwrap_err();
        assert_eq!(
            strange.to_string(),
            "the base key \"purse\" cannot be used: no token has this label"
        );
    });
}
