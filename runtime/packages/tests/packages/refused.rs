//! Packages that are not what their publisher signed: each is refused with the file, the place and
//! the remedy, and what was installed stays.

use crate::shop::Shop;
use caisson_packages::{PackageSignature, sign};
use std::fs;
use std::path::Path;

/// Version 1 is installed; version 2, signed, is spoilt and installed.
#[track_caller]
fn check(spoil: impl FnOnce(&Shop, &Path), expected: &str) {
    let shop = Shop::new();
    shop.install(&shop.signed(1, "component 1"), false).unwrap();
    shop.apps().confirm("qr").unwrap();
    let package = shop.signed(2, "component 2");
    spoil(&shop, &package);
    let refused = shop.install(&package, false).unwrap_err();
    assert_eq!(shop.plain(&refused), expected);
    assert_eq!(shop.state(), "version 1 confirmed");
    assert_eq!(fs::read_dir(shop.path("apps/qr")).unwrap().count(), 1, "nothing was written");
}

fn rewrite(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn an_altered_manifest() {
    check(
        |_, package| rewrite(&package.join("caisson.toml"), "ui", "payment"),
        "HERE/package/caisson.toml is not the file that HERE/package/caisson.sig signs; fetch the \
         package again, or sign it anew",
    );
}

#[test]
fn an_altered_component() {
    check(
        |_, package| fs::write(package.join("app.wasm"), "component X").unwrap(),
        "HERE/package/app.wasm is not the file that HERE/package/caisson.sig signs; fetch the \
         package again, or sign it anew",
    );
}

#[test]
fn half_a_download() {
    check(
        |_, package| fs::write(package.join("app.wasm"), "compo").unwrap(),
        "HERE/package/app.wasm: 5 of 11 bytes; it is not whole: fetch the package again",
    );
    check(
        |_, package| fs::write(package.join("caisson.toml"), "").unwrap(),
        "HERE/package/caisson.toml: 0 of 124 bytes; it is not whole: fetch the package again",
    );
    check(
        |_, package| rewrite(&package.join("caisson.sig"), "signature ", ""),
        "HERE/package/caisson.sig: line 7: expected `signature BASE64`; sign the package anew",
    );
    for file in ["app.wasm", "caisson.toml"] {
        check(
            |_, package| fs::remove_file(package.join(file)).unwrap(),
            &format!("HERE/package/{file}: No such file or directory (os error 2)"),
        );
    }
    check(
        |_, package| fs::remove_file(package.join("caisson.sig")).unwrap(),
        "qr is unsigned; only a terminal in development mode takes it (--dev)",
    );
}

#[test]
fn an_unknown_key() {
    check(
        |shop, package| drop(sign(package, &shop.stranger).unwrap()),
        "HERE/package/caisson.sig: signed with the key STRANGER, which is no publisher's in the \
         terminal's profile",
    );
}

#[test]
fn a_wrong_signature_under_the_name_of_a_known_key() {
    check(
        |shop, package| {
            sign(package, &shop.stranger).unwrap();
            let (of, to) = (shop.stranger.public().to_string(), shop.acme.public().to_string());
            rewrite(&package.join("caisson.sig"), &of, &to);
        },
        "HERE/package/caisson.sig: the signature is not that of the key ACME; fetch the package \
         again",
    );
}

#[test]
fn a_statement_that_was_changed_to_fit_the_files() {
    check(
        |shop, package| {
            let path = package.join("caisson.sig");
            let good = fs::read_to_string(&path).unwrap();
            fs::write(package.join("app.wasm"), "component X").unwrap();
            sign(package, &shop.stranger).unwrap();
            let other = fs::read_to_string(&path).unwrap();
            let (statement, _) = other.split_at(other.find("key ").unwrap());
            let (_, signature) = good.split_at(good.find("key ").unwrap());
            fs::write(&path, format!("{statement}{signature}")).unwrap();
        },
        "HERE/package/caisson.sig: the signature is not that of the key ACME; fetch the package \
         again",
    );
}

#[test]
fn a_signature_for_another_id_or_version() {
    for (from, to) in [("id qr", "id other"), ("version-code 2", "version-code 3")] {
        check(
            |_, package| rewrite(&package.join("caisson.sig"), from, to),
            "HERE/package/caisson.toml is not the file that HERE/package/caisson.sig signs; fetch \
             the package again, or sign it anew",
        );
    }
}

#[test]
fn files_that_are_none_and_files_that_are_too_large() {
    check(
        |_, package| {
            fs::remove_file(package.join("app.wasm")).unwrap();
            fs::create_dir(package.join("app.wasm")).unwrap();
        },
        "HERE/package/app.wasm: not a regular file; fetch the package again",
    );
    check(
        |_, package| fs::write(package.join("caisson.sig"), [b'x'; 1025]).unwrap(),
        "HERE/package/caisson.sig: 1025 bytes, limit 1024",
    );
    check(
        |_, package| {
            let file = fs::File::create(package.join("app.wasm")).unwrap();
            file.set_len(16 * 1024 * 1024 + 1).unwrap();
        },
        "HERE/package/app.wasm: 16777217 bytes, limit 16777216",
    );
}

#[test]
fn development_mode_takes_what_nobody_signed_and_no_wrong_signature() {
    let shop = Shop::new();
    let package = shop.package(1, "component 1");
    sign(&package, &shop.stranger).unwrap();
    let refused = shop.install(&package, true).unwrap_err();
    assert_eq!(
        shop.plain(&refused),
        "HERE/package/caisson.sig: signed with the key STRANGER, which is no publisher's in the \
         terminal's profile"
    );
    fs::remove_file(package.join("caisson.sig")).unwrap();
    shop.install(&package, true).unwrap();
    assert_eq!(shop.state(), "version 1 trial 0, unsigned");
}

#[test]
fn the_file_names_its_key_and_gives_back_its_text() {
    let shop = Shop::new();
    let path = shop.signed(2, "component 2").join("caisson.sig");
    let content = fs::read(&path).unwrap();
    let signature = PackageSignature::parse(&path, &content).unwrap();
    assert_eq!((signature.key(), signature.text().into_bytes()), (&shop.acme.public(), content));
    signature.verify(&path).unwrap();
}
