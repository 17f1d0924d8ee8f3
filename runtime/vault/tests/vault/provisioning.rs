//! Making a pair of files, and refusing a pair that is not one.

use crate::{Room, seed, slot, usual_slots};
use caisson_vault::{KeyStore, Kind, NewSlot, SLOTS_MAX, SealedFile, Usage, VaultError};
use std::fs;
use std::path::Path;

/// Prepares a room, provisions or opens, and compares the refusal.
#[track_caller]
fn check(ask: impl FnOnce(&Room) -> Result<SealedFile, VaultError>, expected: &str) {
    let room = Room::provisioned();
    let before = room.content();
    let error = ask(&room).expect_err("must be refused");
    assert_eq!(room.text(&error), expected);
    assert_eq!(room.content(), before, "a refusal leaves the key file as it was");
}

fn numbered(count: usize) -> Vec<NewSlot> {
    let longest = |n: usize| slot(&format!("{n:040}"));
    (0..count).map(|n| NewSlot::sign_with_seed(longest(n), seed([7; 32]))).collect()
}

#[test]
fn what_was_provisioned_opens_and_is_marked_as_development() {
    let room = Room::empty();
    let made = room.provision(&room.keys(), &usual_slots()).unwrap();
    let opened = room.open().unwrap();
    let slots: Vec<_> = opened.slots().map(|(slot, usage)| (slot.as_str(), usage)).collect();

    assert_eq!(made.kind(), Kind::Development);
    assert_eq!(opened.kind(), Kind::Development);
    assert!(room.content().contains("\nkind = \"development\"\n"));
    assert_eq!(
        slots,
        [
            ("acquirer-wallet", Usage::Verify),
            ("recovery", Usage::Seal),
            ("terminal-signing", Usage::Sign),
            ("terminal-spare", Usage::Sign),
            ("tickets", Usage::Seal),
        ]
    );
}

#[test]
fn provisioning_never_overwrites() {
    let exists = "keys.toml already exists and is never overwritten; move it away first";
    check(|room| room.provision(&room.keys(), &usual_slots()), exists);
    check(|room| room.provision(&room.keys(), &[]), exists);
}

#[test]
fn the_key_encryption_key_is_made_once_and_shared_by_later_files() {
    let room = Room::provisioned();
    let kek = fs::read(room.kek()).unwrap();
    let second = room.folder.path().join("second.toml");
    room.provision(&second, &usual_slots()).unwrap();
    assert_eq!(fs::read(room.kek()).unwrap(), kek);
    assert_eq!(kek.len(), 32);
    assert!(room.open().is_ok());
}

#[test]
fn nothing_but_the_two_files_is_left_behind() {
    let room = Room::provisioned();
    room.provision(&room.keys(), &usual_slots()).unwrap_err();
    let mut names: Vec<_> =
        fs::read_dir(room.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["keys.kek", "keys.toml"]);
}

#[test]
fn a_file_takes_the_most_slots_and_refuses_one_more() {
    let room = Room::empty();
    let made = room.provision(&room.keys(), &numbered(SLOTS_MAX)).unwrap();
    assert_eq!(made.slots().count(), SLOTS_MAX);
    check(
        |room| room.provision(&room.folder.path().join("more.toml"), &numbered(SLOTS_MAX + 1)),
        "65 slots in more.toml, limit 64; use fewer",
    );
}

#[test]
fn a_slot_cannot_be_provisioned_twice() {
    let twice = || [NewSlot::sign(slot("both")), NewSlot::seal(slot("both"))];
    check(
        |room| room.provision(&room.folder.path().join("new.toml"), &twice()),
        "slot `both` stands twice in new.toml; name each slot once",
    );
}

#[test]
fn another_key_encryption_key_is_told_from_damage() {
    check(
        |room| {
            fs::write(room.kek(), [9; 32]).unwrap();
            room.open()
        },
        "keys.toml was sealed with another key than keys.kek; restore the pair",
    );
}

#[test]
fn a_key_encryption_key_has_exactly_32_bytes() {
    for bytes in [0, 31, 33, 4096] {
        check(
            |room| {
                fs::write(room.kek(), vec![9; bytes]).unwrap();
                room.open()
            },
            "keys.kek is no key-encryption key (32 bytes); restore the right file",
        );
    }
}

#[cfg(unix)]
#[test]
fn both_files_are_private_and_an_open_key_encryption_key_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let room = Room::provisioned();
    assert_eq!((mode(&room.keys()), mode(&room.kek())), (0o600, 0o600));
    for open in [0o640, 0o604, 0o620] {
        check(
            |room| {
                fs::set_permissions(room.kek(), fs::Permissions::from_mode(open)).unwrap();
                room.open()
            },
            &format!("keys.kek is open to others (mode {open:o}); run chmod 600 on it"),
        );
    }
}

#[test]
fn a_missing_file_or_folder_is_named() {
    let advice = "check that its folder exists and is ours";
    check(
        |room| SealedFile::open(&room.folder.path().join("none.toml"), &room.kek()),
        &format!("cannot read none.toml: entity not found; {advice}"),
    );
    check(
        |room| SealedFile::open(&room.keys(), &room.folder.path().join("none.kek")),
        &format!("cannot read none.kek: entity not found; {advice}"),
    );
    check(
        |room| room.provision(&room.folder.path().join("no/keys.toml"), &[]),
        &format!("cannot create no/keys.toml: entity not found; {advice}"),
    );
}

#[test]
fn a_folder_is_not_a_key_file() {
    check(
        |room| {
            let folder = room.folder.path().join("folder");
            fs::create_dir(&folder).unwrap();
            SealedFile::open(&folder, &room.kek())
        },
        "folder is not a regular file; correct the path in the profile",
    );
}

#[cfg(target_os = "linux")]
#[test]
fn an_endless_device_is_not_a_key_file() {
    check(
        |room| SealedFile::open(Path::new("/dev/zero"), &room.kek()),
        "/dev/zero is not a regular file; correct the path in the profile",
    );
}

#[test]
fn a_store_can_be_shared_between_threads_as_a_trait_object() {
    let keys: std::sync::Arc<dyn KeyStore> =
        std::sync::Arc::new(Room::provisioned().open().unwrap());
    let other = std::sync::Arc::clone(&keys);
    let there = std::thread::spawn(move || other.sign(&slot("terminal-signing"), b"m")).join();
    assert_eq!(there.unwrap(), keys.sign(&slot("terminal-signing"), b"m"));
}
