//! Machine code that a device build does not run: each is refused by name, with what to do.

use crate::shop::{INSTALL, RUN, Shop};
use caisson_host::{TARGETS, compile_for, own_purpose};
use caisson_packages::{BuildHostKey, Package, Purpose, add_form};
use std::fs;

/// A shop where nothing prints.
fn shop() -> Shop {
    Shop::new("127.0.0.1:9")
}

/// The machine code's name in the package.
fn form() -> String {
    own_purpose().file_name()
}

/// Nothing is installed, and `text` is why.
#[track_caller]
fn check(shop: &Shop, text: &str) {
    shop.check(INSTALL, 1, "", text);
    shop.check("app list --profile till/profile.toml", 0, "no app is installed\n", "");
}

/// The build host lab puts `code` into the package as what is for `purpose`.
fn add(shop: &Shop, purpose: Purpose, code: &[u8]) {
    let package = Package::read_without_forms(&shop.desk.path("package")).unwrap();
    let key = BuildHostKey::read(&shop.desk.path("lab.key")).unwrap();
    add_form(&package, purpose, code, &key).unwrap();
}

fn no_form(found: &str) -> String {
    let purpose = own_purpose();
    format!(
        "error: qr has no machine code for {purpose}{found}, and this terminal has no compiler\n\
         hint: on a build host with this engine: `caisson app compile PACKAGE --key BUILD-HOST.key \
         --target {}`; then install the package\n",
        purpose.target
    )
}

#[test]
fn a_package_that_nobody_compiled() {
    let shop = shop();
    shop.package();
    check(&shop, &no_form(""));
}

#[test]
fn a_form_for_another_engine() {
    let shop = shop();
    shop.package();
    let old = Purpose { engine: "wasmtime-48.0.7+caisson-1".to_owned(), ..own_purpose() };
    let found = format!(" (only for {old})");
    add(&shop, old, b"machine code of another engine");
    check(&shop, &no_form(&found));
}

#[test]
fn a_form_for_another_kind_of_machine() {
    let shop = shop();
    shop.package();
    let own = own_purpose();
    let other = TARGETS.into_iter().find(|target| *target != own.target).unwrap();
    shop.on_desktop(&format!("app compile package --key lab.key --target {other}"));
    check(&shop, &no_form(&format!(" (only for {} on {other})", own.engine)));
    // Under this machine's name, and signed: the engine itself still sees what it is.
    let wasm = fs::read(shop.desk.path("package/app.wasm")).unwrap();
    add(&shop, own, &compile_for(other, &wasm).unwrap());
    let processor = other.strip_suffix("-linux").unwrap();
    check(
        &shop,
        &format!(
            "error: the machine code of qr does not load here: Module was compiled for architecture \
             '{processor}'\n\
             hint: compile the app anew on a build host: `caisson app compile`; then install it\n"
        ),
    );
}

#[test]
fn machine_code_that_was_changed() {
    let shop = shop();
    shop.compiled_package();
    let path = shop.desk.path("package").join(form());
    let mut code = fs::read(&path).unwrap();
    let middle = code.len() / 2;
    code[middle] ^= 1;
    fs::write(&path, &code).unwrap();
    let form = form();
    check(
        &shop,
        &format!(
            "error: package/{form} is not the file that package/{form}.sig signs; fetch the package \
             again, or sign it anew\n\
             hint: nothing was changed\n"
        ),
    );
    fs::write(&path, &code[..1_000]).unwrap();
    check(
        &shop,
        &format!(
            "error: package/{form}: 1000 of {} bytes; it is not whole: fetch the package again\n\
             hint: nothing was changed\n",
            code.len()
        ),
    );
}

#[test]
fn a_build_host_that_the_profile_does_not_list() {
    let shop = shop();
    shop.package();
    let printed = shop.on_desktop("app keygen --build-host stranger.key");
    let key = printed.split_once("key = \"").unwrap().1.split_once('"').unwrap().0.to_owned();
    shop.on_desktop("app compile package --key stranger.key");
    check(
        &shop,
        &format!(
            "error: package/{}: compiled by the holder of the key {key}, which is no build host's in \
             the terminal's profile\n\
             hint: machine code is as powerful as the terminal itself: where you trust that key so \
             far, add it to the profile as [build-host.NAME]; nothing was changed\n",
            form()
        ),
    );
}

#[test]
fn a_publishers_key_compiles_nothing() {
    let shop = shop();
    shop.package();
    shop.desk.check(
        "app compile package --key acme.key",
        3,
        "",
        "error: acme.key: not a build host's key; name the file that keygen wrote\n\
         hint: nothing was changed\n",
    );
}

#[test]
fn an_installed_app_whose_machine_code_was_changed_is_left_out_of_the_start_by_name() {
    let shop = shop();
    shop.compiled_package();
    assert_eq!(shop.on_device(INSTALL, "").status, 0);
    let slot = shop.desk.path("till/apps/qr/a").join(form());
    let mut code = fs::read(&slot).unwrap();
    let last = code.len() - 1;
    code[last] ^= 1;
    fs::write(&slot, &code).unwrap();
    let said = shop.on_device(RUN, "");
    let left_out = format!(
        "the app qr is left out of this start: till/apps/qr/a/{} is not the file that ",
        form()
    );
    assert!(said.stdout.contains(&left_out), "{said:?}");
    fs::remove_file(&slot).unwrap();
    fs::remove_file(shop.desk.path("till/apps/qr/a").join(format!("{}.sig", form()))).unwrap();
    let said = shop.on_device(RUN, "");
    let left_out = format!(
        "the app qr is left out of this start: qr has no machine code for {}, and this terminal has \
         no compiler",
        own_purpose()
    );
    assert!(said.stdout.contains(&left_out), "{said:?}");
}
