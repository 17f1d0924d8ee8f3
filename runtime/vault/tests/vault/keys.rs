//! What the five calls promise.

use crate::{ACQUIRER_SEED, Room, acquirer_key, seed, slot};
use caisson_vault::{
    KeyStore, NewSlot, PLAIN_BYTES_MAX, PublicKey, SEAL_OVERHEAD_BYTES, SealedFile, Signature,
    VaultError, verify_detached,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

/// The other party's key store, which signs with the acquirer's seed.
fn acquirer(room: &Room) -> SealedFile {
    let signing = NewSlot::sign_with_seed(slot("acquirer"), seed(ACQUIRER_SEED));
    room.provision(&room.folder.path().join("acquirer.toml"), &[signing]).unwrap()
}

#[test]
fn what_one_store_signs_the_other_verifies() {
    let room = Room::provisioned();
    let (terminal, acquirer) = (room.open().unwrap(), acquirer(&room));
    let signature = acquirer.sign(&slot("acquirer"), b"paid 12.00").unwrap();
    let verify = |message: &[u8], by| {
        terminal.verify(&slot("acquirer-wallet"), message, by).map_err(|e| room.text(&e))
    };
    let refused = "signature refused by the public key in slot `acquirer-wallet`: the message was \
                   changed or another key signed it; compare the keys of both sides";
    let own = terminal.sign(&slot("terminal-signing"), b"paid 12.00").unwrap();

    assert_eq!(verify(b"paid 12.00", &signature), Ok(()));
    assert_eq!(verify(b"paid 13.00", &signature), Err(refused.to_owned()));
    assert_eq!(verify(b"paid 12.00", &own), Err(refused.to_owned()));
}

#[test]
fn detached_signatures_verify_under_the_named_key_only() {
    let room = Room::empty();
    let acquirer = acquirer(&room);
    let signature = acquirer.sign(&slot("acquirer"), b"destinations").unwrap();
    let other = seed([7; 32]).public_key();

    assert_eq!(verify_detached(&acquirer_key(), b"destinations", &signature), Ok(()));
    assert_eq!(
        verify_detached(&other, b"destinations", &signature),
        Err(VaultError::BadDetachedSignature { public: other })
    );
    assert!(verify_detached(&acquirer_key(), b"Destinations", &signature).is_err());
}

#[test]
fn signing_follows_rfc_8032() {
    // RFC 8032, 7.1, test 2.
    let secret = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
    let public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
    let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                     085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    let room = Room::empty();
    let slots = [NewSlot::sign_with_seed(slot("rfc"), seed(unhex(secret)))];
    let keys = room.provision(&room.keys(), &slots).unwrap();

    assert_eq!(keys.public_key(&slot("rfc")).unwrap().to_bytes(), unhex::<32>(public));
    assert_eq!(keys.sign(&slot("rfc"), &[0x72]).unwrap().to_bytes(), unhex::<64>(signature));
}

#[test]
fn public_keys_are_told_and_survive_reopening() {
    let room = Room::provisioned();
    let keys = room.open().unwrap();
    let spare = keys.public_key(&slot("terminal-spare")).unwrap();
    let again = room.open().unwrap();

    assert_eq!(keys.public_key(&slot("acquirer-wallet")), Ok(acquirer_key()));
    assert_eq!(again.public_key(&slot("terminal-spare")), Ok(spare));
    let signature = again.sign(&slot("terminal-spare"), b"m").unwrap();
    assert_eq!(verify_detached(&spare, b"m", &signature), Ok(()));
}

/// Asks something of a slot and compares the refusal.
#[track_caller]
fn check<T>(ask: impl FnOnce(&SealedFile) -> Result<T, VaultError>, expected: &str) {
    let room = Room::provisioned();
    let error = ask(&room.open().unwrap()).err().expect("must be refused");
    assert_eq!(room.text(&error), expected);
}

#[test]
fn a_slot_serves_its_own_usage_only() {
    let signature = Signature::from_bytes(&[0; 64]);
    let (sign, verify, seal) =
        (slot("terminal-signing"), slot("acquirer-wallet"), slot("recovery"));
    let refusal = |slot: &str, found: &str, wanted: &str| {
        format!("slot `{slot}` is for {found}, not for {wanted}; name another slot")
    };
    check(|k| k.sign(&verify, b""), &refusal("acquirer-wallet", "verify", "sign"));
    check(|k| k.sign(&seal, b""), &refusal("recovery", "seal", "sign"));
    check(|k| k.verify(&sign, b"", &signature), &refusal("terminal-signing", "sign", "verify"));
    check(|k| k.verify(&seal, b"", &signature), &refusal("recovery", "seal", "verify"));
    check(|k| k.seal(&sign, b"", b""), &refusal("terminal-signing", "sign", "seal"));
    check(|k| k.seal(&verify, b"", b""), &refusal("acquirer-wallet", "verify", "seal"));
    check(|k| KeyStore::open(k, &sign, b"", b""), &refusal("terminal-signing", "sign", "seal"));
    check(|k| KeyStore::open(k, &verify, b"", b""), &refusal("acquirer-wallet", "verify", "seal"));
    check(|k| k.public_key(&seal), &refusal("recovery", "seal", "sign or verify"));
}

#[test]
fn an_unknown_slot_is_named_with_its_file() {
    let expected = "no slot `nobody` in keys.toml; correct the slot's name, or provision it there";
    check(|k| k.sign(&slot("nobody"), b""), expected);
    check(|k| k.verify(&slot("nobody"), b"", &Signature::from_bytes(&[0; 64])), expected);
    check(|k| k.seal(&slot("nobody"), b"", b""), expected);
    check(|k| KeyStore::open(k, &slot("nobody"), b"", b""), expected);
    check(|k| k.public_key(&slot("nobody")), expected);
}

#[test]
fn sealing_takes_the_limit_and_refuses_one_byte_more() {
    let keys = Room::provisioned().open().unwrap();
    let recovery = slot("recovery");
    let most = vec![7; PLAIN_BYTES_MAX];
    let sealed = keys.seal(&recovery, b"", &most).unwrap();
    assert_eq!(sealed.len(), PLAIN_BYTES_MAX + SEAL_OVERHEAD_BYTES);
    assert_eq!(*KeyStore::open(&keys, &recovery, b"", &sealed).unwrap(), most);

    let bytes = PLAIN_BYTES_MAX + 1;
    let expected = VaultError::PlainTooLarge { slot: recovery.clone(), bytes };
    assert_eq!(keys.seal(&recovery, b"", &vec![7; bytes]), Err(expected));
}

#[test]
fn sealed_data_opens_only_in_its_slot_context_and_file() {
    let (room, other) = (Room::provisioned(), Room::provisioned());
    let (keys, stranger) = (room.open().unwrap(), other.open().unwrap());
    let sealed = keys.seal(&slot("recovery"), b"payment 1", b"order").unwrap();
    let open = |keys: &SealedFile, name: &str, context: &[u8]| {
        KeyStore::open(keys, &slot(name), context, &sealed).map(|plain| plain.to_vec())
    };
    let refused = |name: &str| Err(VaultError::SealRefused { slot: slot(name) });

    assert_eq!(open(&keys, "recovery", b"payment 1"), Ok(b"order".to_vec()));
    assert_eq!(open(&room.open().unwrap(), "recovery", b"payment 1"), Ok(b"order".to_vec()));
    assert_eq!(open(&keys, "recovery", b"payment 2"), refused("recovery"));
    assert_eq!(open(&keys, "recovery", b""), refused("recovery"));
    assert_eq!(open(&keys, "tickets", b"payment 1"), refused("tickets"));
    assert_eq!(open(&stranger, "recovery", b"payment 1"), refused("recovery"));
}

#[test]
fn sealing_the_same_twice_gives_different_data() {
    let keys = Room::provisioned().open().unwrap();
    let seal = || keys.seal(&slot("recovery"), b"c", b"the same").unwrap();
    assert_ne!(seal(), seal());
}

#[test]
fn public_texts_read_back_and_have_one_form() {
    let key = acquirer_key();
    let text = key.to_string();
    assert_eq!(text.parse::<PublicKey>(), Ok(key));
    let signature = Signature::from_bytes(&[9; 64]);
    assert_eq!(signature.to_string().parse::<Signature>(), Ok(signature));

    let expected =
        "not a public key: it must be 32 bytes in base64 with padding; copy it again, whole";
    // Without padding, cut, with a blank, and with loose bits in the last character.
    let loose = {
        let stem = &text[..42];
        let last = text.as_bytes()[42];
        format!("{stem}{}=", char::from(last + 1))
    };
    for wrong in ["", &text[..43], &text[1..], &format!(" {text}"), &loose] {
        assert_eq!(wrong.parse::<PublicKey>().unwrap_err().to_string(), expected, "{wrong}");
    }
}

#[test]
fn a_public_key_under_which_anybody_can_sign_is_refused() {
    let expected = "not a usable Ed25519 public key: take the key that its owner's key store shows";
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut no_point = [0; 32];
    no_point[0] = 2;
    for bytes in [[0; 32], identity, no_point] {
        assert_eq!(PublicKey::from_bytes(&bytes).unwrap_err().to_string(), expected);
    }
}

fn unhex<const N: usize>(text: &str) -> [u8; N] {
    std::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
}

#[test]
fn whatever_is_sealed_opens_again() {
    let keys = Room::provisioned().open().unwrap();
    let data = (any::<Vec<u8>>(), any::<Vec<u8>>());
    let outcome = TestRunner::default().run(&data, |(plain, context)| {
        let sealed = keys.seal(&slot("recovery"), &context, &plain).unwrap();
        let opened = KeyStore::open(&keys, &slot("recovery"), &context, &sealed).unwrap();
        prop_assert_eq!(&*opened, &plain);
        Ok(())
    });
    outcome.unwrap();
}
