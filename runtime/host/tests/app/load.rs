//! What is not loaded, and why: the text names the app, the cause and the remedy.

use crate::guests::{NEEDED, cache_in, engine, load_with, permissions, wasm};
use crate::text_form;
use caisson_host::{App, AppImage};

#[track_caller]
fn check(wasm: &[u8], asked: &str, policy: &str, expected: &str) {
    let error = load_with(wasm, asked, policy).map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn an_import_that_is_not_granted_is_refused_by_the_permissions_name() {
    let remedy = "its manifest must ask for it and the terminal's profile must grant it";
    let expected = |name: &str| format!("guest has no permission \"{name}\"; {remedy}");
    for permission in NEEDED.split(' ') {
        let others = NEEDED.replace(permission, "");
        check(wasm(), NEEDED, &others, &expected(permission));
        check(wasm(), &others, NEEDED, &expected(permission));
    }
    check(wasm(), "", "", &expected("camera"));
}

#[test]
fn an_import_that_no_terminal_offers_is_refused_by_its_name() {
    let check_import = |name: &str| {
        let text = format!("(component (import \"{name}\" (instance)))");
        let expected = format!("guest imports {name}, which this terminal does not offer");
        check(&wat::parse_str(text).unwrap(), NEEDED, NEEDED, &expected);
    };
    check_import("wasi:sockets/tcp@0.2.6");
    check_import("wasi:sockets/ip-name-lookup@0.2.6");
    check_import("wasi:http/outgoing-handler@0.2.6");
    check_import("wasi:filesystem/types@0.2.6");
    check_import("wasi:filesystem/preopens@0.2.6");
    check_import("nobody:knows/this@1.0.0");
    check_import("no-interface-at-all");
    check_import("wasi:cli/command@0.2.6");
    check_import("wasi:io/poll@0.3.0");
    check_import("caisson:vault/keys@0.1.0");
    check_import("caisson:ui/raw@0.1.0");
    check_import("caisson:ui/ui@0.2.0");
    check_import("caisson:ui/ui-more@0.1.0");
}

#[test]
fn what_is_no_component_of_this_world_is_refused_with_the_cause() {
    let prefix = "guest is not a component that this terminal runs: ";
    let starts = |wasm: &[u8], expected: &str| {
        let told = load_with(wasm, NEEDED, NEEDED).map(|_| ()).unwrap_err().to_string();
        assert!(told.starts_with(expected), "{told}");
    };
    starts(b"", prefix);
    starts(b"\0asm", prefix);
    starts(b"not Wasm at all", prefix);
    starts(&wat::parse_str("(module)").unwrap(), prefix);
    for cut in (1..wasm().len()).step_by(wasm().len() / 60).chain([wasm().len() - 1]) {
        starts(&wasm()[..cut], prefix);
    }
    starts(
        &wat::parse_str("(component)").unwrap(),
        "guest does not fit the world caisson:app/payment-app: ",
    );
    starts(
        &wat::parse_str(
            "(component (import \"caisson:ui/ui@0.1.0\" \
             (instance (export \"draw\" (func)))))",
        )
        .unwrap(),
        "guest does not fit the world caisson:app/payment-app: ",
    );
}

#[test]
fn a_component_of_another_world_is_refused_by_the_worlds_name() {
    let command = "(component
        (core module $m (func (export \"run\") (result i32) (i32.const 0)))
        (core instance $i (instantiate $m))
        (func $run (result (result)) (canon lift (core func $i \"run\")))
        (instance $run (export \"run\" (func $run)))
        (export \"wasi:cli/run@0.2.6\" (instance $run)))";
    let told = load_with(&wat::parse_str(command).unwrap(), NEEDED, NEEDED).map(|_| ());
    let told = told.unwrap_err().to_string();
    assert!(told.starts_with("guest does not fit the world caisson:app/payment-app: "), "{told}");
    let older = text_form::component("").as_slice().to_vec();
    let place = older.windows(3).rposition(|at| at == b"0.1").unwrap();
    let other = [&older[..place], b"0.9", &older[place + 3..]].concat();
    let told = load_with(&other, NEEDED, NEEDED).map(|_| ()).unwrap_err().to_string();
    assert!(told.starts_with("guest does not fit the world caisson:app/payment-app: "), "{told}");
}

#[test]
fn a_component_over_the_size_limit_is_refused_before_it_is_read() {
    check(
        &vec![0; 16 * 1024 * 1024 + 1],
        NEEDED,
        NEEDED,
        "guest is not a component that this terminal runs: component larger than 16777216 bytes",
    );
}

#[test]
fn proposals_that_no_app_needs_are_switched_off() {
    let off = |body: &str| {
        let told = load_with(&text_form::component(body), "", "").map(|_| ()).unwrap_err();
        let told = told.to_string();
        assert!(told.starts_with("guest is not a component that this terminal runs: "), "{told}");
    };
    off("(memory i64 1)");
    off("(memory 1 1 shared)");
    off("(func (result v128) (v128.const i64x2 0 0))");
    off("(func $f (return_call $f))");
    off("(tag $t)");
    off("(type (struct))");
}

#[test]
fn bytes_that_were_changed_anywhere_never_bring_the_host_down() {
    let folder = tempfile::TempDir::new().unwrap();
    let cache = cache_in(folder.path());
    let all = permissions(NEEDED);
    let small = text_form::component("(memory 1)");
    for place in 0..small.len() {
        let mut changed = small.clone();
        changed[place] ^= 0x55;
        let image = AppImage { id: "guest", wasm: &changed, asked: &all, policy: &all };
        let _ = App::load(engine(), &cache, image);
    }
}
