//! The publisher's side: key files.

use crate::shop::Shop;
use caisson_packages::{PublisherKey, sign};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

#[test]
fn a_key_file_is_private_and_read_again_as_it_was_made() {
    let shop = Shop::new();
    let path = shop.path("acme.key");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(PublisherKey::read(&path).unwrap().public(), shop.acme.public());
}

#[test]
fn a_key_is_never_overwritten_and_never_shown() {
    let shop = Shop::new();
    let path = shop.path("acme.key");
    let content = fs::read_to_string(&path).unwrap();
    let error = PublisherKey::create(&path).unwrap_err().to_string();
    assert!(error.ends_with("a key is never overwritten, name another file"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), content);
    let secret = content.lines().nth(1).unwrap();
    assert!(!format!("{:?}", shop.acme).contains(secret));
}

#[track_caller]
fn check(mode: u32, content: &[u8], expected: &str) {
    let shop = Shop::new();
    let path = shop.path("spoilt.key");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let error = PublisherKey::read(&path).unwrap_err().to_string();
    assert_eq!(error.replace(&path.display().to_string(), "KEY"), expected);
}

#[test]
fn a_file_that_is_no_key_is_refused_without_its_content() {
    let form = "KEY: not a publisher's key; name the file that keygen wrote";
    check(0o600, b"", form);
    check(0o600, b"caisson publisher key 1\n", form);
    check(0o600, b"caisson publisher key 1\nAAAA\n", form);
    check(0o600, b"caisson publisher key 2\nAAAA\n", form);
    check(0o600, &[0xff; 200], form);
    check(0o600, &[b'x'; 300], form);
    check(0o640, b"", "KEY: mode 0640 lets others at the key; make it 0600");
}

#[test]
fn signing_again_replaces_the_signature() {
    let shop = Shop::new();
    let package = shop.signed(1, "component 1");
    fs::write(package.join("app.wasm"), "component 1 more").unwrap();
    assert!(shop.install(&package, false).is_err());
    let signed = sign(&package, &shop.acme).unwrap();
    assert_eq!(*signed.signature().unwrap().key(), shop.acme.public());
    shop.install(&package, false).unwrap();
    assert_eq!(shop.state(), "version 1 trial 0");
    assert_eq!(fs::read_dir(&package).unwrap().count(), 3, "no temporary file is left");
}
