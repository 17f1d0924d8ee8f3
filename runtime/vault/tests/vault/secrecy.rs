//! Known key bytes are planted and looked for in everything that can be printed or read.

use crate::{Room, TERMINAL_SEED, seed, slot};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use caisson_vault::{KeyStore, NewSlot, SealedFile, Slot};
use std::fs;

/// Each way in which the bytes of a secret could show up in a text or a file.
fn traces(secret: &[u8]) -> Vec<Vec<u8>> {
    let join = |f: fn(&u8) -> String, by: &str| {
        secret.iter().map(f).collect::<Vec<_>>().join(by).into_bytes()
    };
    let mut traces = vec![
        secret.to_vec(),
        join(|b| format!("{b:02x}"), ""),
        join(|b| format!("{b:02X}"), ""),
        join(|b| b.to_string(), ", "),
        join(|b| b.to_string(), ",\n    "),
    ];
    // Base64 of the secret depends on where in a longer text it starts; its inner characters do
    // not depend on what stands around it.
    for before in 0..3 {
        let shifted = [vec![0; before], secret.to_vec()].concat();
        for text in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            // Of a short secret too little is left to be told from anything else.
            let inner = &text.as_bytes()[4..text.len() - 4];
            traces.extend((inner.len() >= 8).then(|| inner.to_vec()));
        }
    }
    traces
}

fn shows(text: &[u8], secret: &[u8]) -> bool {
    traces(secret).iter().any(|trace| text.windows(trace.len()).any(|part| part == trace))
}

#[track_caller]
pub(crate) fn check(what: &str, text: impl AsRef<[u8]>, secrets: &[impl AsRef<[u8]>]) {
    for secret in secrets {
        assert!(!shows(text.as_ref(), secret.as_ref()), "{what} shows a secret key");
    }
}

#[test]
fn the_search_finds_a_secret_in_each_form() {
    let secret = &TERMINAL_SEED;
    let padded = [b"ab".as_slice(), secret, b"cd"].concat();
    assert!(shows(&padded, secret));
    assert!(shows(format!("Key({secret:?})").as_bytes(), secret));
    assert!(shows(format!("Key({secret:02x?})").replace(", ", "").as_bytes(), secret));
    assert!(shows(STANDARD_NO_PAD.encode(&padded).as_bytes(), secret));
    assert!(!shows(b"nothing here", secret));
}

#[test]
fn no_debug_text_shows_a_key() {
    let room = Room::provisioned();
    let kek: [u8; 32] = fs::read(room.kek()).unwrap().try_into().unwrap();
    let secrets = [TERMINAL_SEED, kek];
    let keys = room.open().unwrap();
    let new = NewSlot::sign_with_seed(slot("new"), seed(TERMINAL_SEED));
    for text in [format!("{keys:?}"), format!("{keys:#?}"), format!("{new:?}"), format!("{new:#?}")]
    {
        check("Debug", &text, &secrets);
    }
    assert_eq!(format!("{:?}", seed(TERMINAL_SEED)), "SigningSeed(secret)");
    let folder = room.folder.path().display();
    assert_eq!(
        format!("{keys:?}").replace(&folder.to_string(), ""),
        "SealedFile { path: \"/keys.toml\", kind: Development, slots: [\"acquirer-wallet (verify)\", \
         \"recovery (seal)\", \"terminal-signing (sign)\", \"terminal-spare (sign)\", \
         \"tickets (seal)\"], .. }"
    );
}

#[test]
fn the_key_file_shows_no_key() {
    let room = Room::provisioned();
    let kek: [u8; 32] = fs::read(room.kek()).unwrap().try_into().unwrap();
    check("the key file", room.content(), &[TERMINAL_SEED, kek]);
}

#[test]
fn no_answer_or_sealed_data_shows_a_key() {
    let keys = Room::provisioned().open().unwrap();
    let signature = keys.sign(&slot("terminal-signing"), b"m").unwrap();
    let sealed = keys.seal(&slot("recovery"), b"c", &TERMINAL_SEED).unwrap();
    check("a signature", signature.to_bytes(), &[TERMINAL_SEED]);
    check("sealed data", sealed, &[TERMINAL_SEED]);
}

#[test]
fn no_error_repeats_a_key_that_was_put_in_the_wrong_place() {
    let room = Room::provisioned();
    let keys = room.open().unwrap();
    let hex: String = TERMINAL_SEED.iter().map(|b| format!("{b:02x}")).collect();
    let base64 = STANDARD_NO_PAD.encode(TERMINAL_SEED);
    let mut errors = vec![
        format!("{0} {0:?}", hex.parse::<Slot>().unwrap_err()),
        format!("{0} {0:?}", base64.parse::<caisson_vault::PublicKey>().unwrap_err()),
        format!("{0} {0:?}", base64.parse::<caisson_vault::Signature>().unwrap_err()),
        format!("{0} {0:?}", keys.seal(&slot("terminal-signing"), b"", b"").unwrap_err()),
        format!("{0} {0:?}", keys.sign(&slot("recovery"), b"").unwrap_err()),
    ];
    let good = room.content();
    let misplaced = [
        String::from_utf8_lossy(&TERMINAL_SEED).into_owned(),
        hex.clone(),
        format!("version = \"{hex}\""),
        format!("version = 1\n{hex} = \"{hex}\""),
        good.replace("recovery", &hex),
        good.replace("kind = \"development\"", &format!("kind = \"{base64}\"")),
        good.replace("usage = \"sign\"", &format!("usage = \"{hex}\"")),
        good.replace("public_key = \"", &format!("public_key = \"{base64}")),
    ];
    for content in misplaced {
        let error = room.open_with(content.as_bytes()).unwrap_err();
        errors.push(format!("{error} {error:?}"));
    }
    let error = SealedFile::open(&room.kek(), &room.kek()).unwrap_err();
    errors.push(format!("{error} {error:?}"));
    for error in errors {
        check(&error.clone(), error, &[TERMINAL_SEED]);
    }
}
