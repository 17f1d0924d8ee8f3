//! A file or sealed data that was changed in any way is refused, and the refusal says where.

use crate::{Room, slot};
use caisson_vault::{KeyStore, SEALED_FILE_BYTES_MAX, VaultError};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;

/// Changes the key file's text and compares the refusal.
#[track_caller]
fn check(change: impl FnOnce(String) -> String, expected: &str) {
    let room = Room::provisioned();
    let content = change(room.content());
    let error = room.open_with(content.as_bytes()).expect_err("must be refused");
    assert_eq!(room.text(&error), expected);
}

/// The text of record `n`, from its heading to the next.
fn record(content: &str, n: usize) -> &str {
    let end = content.find("\n[seal]").unwrap();
    content[..end].split_inclusive("\n\n").filter(|part| part.starts_with("[[")).nth(n).unwrap()
}

fn value<'a>(record: &'a str, key: &str) -> &'a str {
    record.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = ")).unwrap()
}

const CHANGED: &str = "keys.toml was changed after provisioning; restore the provisioned copy";
const NO_KEY_FILE: &str =
    "keys.toml is not a sealed key file (line 1); restore the provisioned copy";

fn moved(slot: &str) -> String {
    format!("slot `{slot}` in keys.toml was changed or moved there; restore the provisioned copy")
}

#[test]
fn records_cannot_be_swapped() {
    // Nonce and ciphertext of `recovery` and `tickets`, both for sealing, change places.
    check(
        |content| {
            let (first, second) = (record(&content, 3), record(&content, 4));
            let mut swapped = content.clone();
            for key in ["nonce", "ciphertext"] {
                let (a, b) = (value(first, key), value(second, key));
                swapped = swapped.replace(a, "@").replace(b, a).replace('@', b);
            }
            swapped
        },
        &moved("recovery"),
    );
}

#[test]
fn a_record_cannot_take_another_name_usage_or_public_key() {
    check(|c| c.replace("\"tickets\"", "\"ticketz\""), &moved("ticketz"));
    check(|c| c.replacen("usage = \"seal\"", "usage = \"sign\"", 1), &moved("recovery"));
    check(
        |c| {
            let (own, acquirer) =
                (value(record(&c, 0), "public_key"), value(record(&c, 2), "public_key"));
            c.replacen(acquirer, own, 1)
        },
        &moved("acquirer-wallet"),
    );
}

#[test]
fn records_cannot_be_removed_reordered_repeated_or_edited_around() {
    check(|c| c.replace(record(&c, 1), ""), CHANGED);
    check(
        |c| {
            let (a, b) = (record(&c, 0), record(&c, 1));
            c.replace(&format!("{a}{b}"), &format!("{b}{a}"))
        },
        CHANGED,
    );
    check(
        |c| c.replacen(record(&c, 1), &record(&c, 1).repeat(2), 1),
        "slot `terminal-spare` stands twice in keys.toml; name each slot once",
    );
    check(|c| c.replace("never edited", "often edited"), CHANGED);
    check(|c| c + "\n", CHANGED);
    check(|c| c.replace('\n', "\r\n"), CHANGED);
}

#[test]
fn another_file_format_or_version_is_named() {
    check(|_| String::new(), NO_KEY_FILE);
    check(|_| "\u{0}".to_owned(), NO_KEY_FILE);
    for kind in ["production", "token"] {
        check(
            |c| c.replace("development", kind),
            "keys.toml is not a sealed key file (line 4); restore the provisioned copy",
        );
    }
    check(
        |c| c.replace("version = 1", "version = 2\nnews = true"),
        "keys.toml has format version 2, this program reads 1; use the program that wrote it",
    );
    check(
        |c| c.replace("kind =", "extra = 1\nkind ="),
        "keys.toml is not a sealed key file (line 4); restore the provisioned copy",
    );
}

#[test]
fn a_file_cut_short_anywhere_is_refused() {
    let room = Room::provisioned();
    let content = room.content();
    for length in 0..content.len() {
        assert!(room.open_with(&content.as_bytes()[..length]).is_err(), "{length} bytes opened");
    }
    assert!(room.open_with(content.as_bytes()).is_ok());
}

#[test]
fn every_single_byte_of_the_file_counts() {
    let room = Room::provisioned();
    let content = room.content().into_bytes();
    for position in 0..content.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut changed = content.clone();
            changed[position] ^= bit;
            assert!(room.open_with(&changed).is_err(), "byte {position} with {bit:#x} flipped");
        }
    }
    assert!(room.open_with(&content).is_ok());
}

#[test]
fn a_file_above_the_size_limit_is_refused_unread() {
    check(
        |c| c + &"#".repeat(SEALED_FILE_BYTES_MAX),
        "keys.toml has more than 65536 bytes; correct the path in the profile",
    );
}

#[test]
fn every_single_byte_of_sealed_data_counts() {
    let keys = Room::provisioned().open().unwrap();
    let recovery = slot("recovery");
    let sealed = keys.seal(&recovery, b"payment 1", b"order 7").unwrap();
    let refused = VaultError::SealRefused { slot: recovery.clone() };
    let open = |data: &[u8]| KeyStore::open(&keys, &recovery, b"payment 1", data).map(|_| ());
    for position in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[position] ^= 1;
        assert_eq!(open(&changed), Err(refused.clone()), "byte {position}");
        assert_eq!(open(&sealed[..position]), Err(refused.clone()), "cut to {position}");
    }
    assert_eq!(open(&[sealed.as_slice(), &[0]].concat()), Err(refused));
    assert_eq!(open(&sealed), Ok(()));
}

/// A piece of `content` cut out at a place, and other bytes put there.
fn edited(content: &[u8], (at, removed, added): &Edit) -> Vec<u8> {
    let from = at.index(content.len());
    let to = content.len().min(from + removed);
    [&content[..from], added, &content[to..]].concat()
}

type Edit = (Index, usize, Vec<u8>);

fn edits() -> impl Strategy<Value = Edit> {
    (any::<Index>(), 0_usize..80, vec(any::<u8>(), 0..80))
}

#[test]
fn no_edit_of_the_file_goes_unnoticed() {
    let room = Room::provisioned();
    let content = room.content().into_bytes();
    let outcome = TestRunner::default().run(&edits(), |edit| {
        let edited = edited(&content, &edit);
        prop_assert_eq!(room.open_with(&edited).is_ok(), edited == content);
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn no_edit_of_sealed_data_goes_unnoticed() {
    let keys = Room::provisioned().open().unwrap();
    let outcome = TestRunner::default().run(&(any::<Vec<u8>>(), edits()), |(plain, edit)| {
        let sealed = keys.seal(&slot("recovery"), b"c", &plain).unwrap();
        let edited = edited(&sealed, &edit);
        let opened = KeyStore::open(&keys, &slot("recovery"), b"c", &edited);
        prop_assert_eq!(opened.is_ok(), edited == sealed);
        Ok(())
    });
    outcome.unwrap();
}
