//! Files that are wrong: the error names file, place and remedy, and nothing is lost.

use crate::common::Desk;
use std::collections::BTreeMap;
use std::path::Path;

/// Every file below `folder` with its content.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
    found
}

fn change(desk: &Desk, name: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(desk.path(name)).unwrap();
    assert!(text.contains(from), "{name} does not contain {from}");
    desk.write(name, text.replace(from, to));
}

/// Changes `from` to `to` in the file and compares the error of `caisson run`.
#[track_caller]
fn check(name: &str, (from, to): (&str, &str), stderr: &str) {
    let desk = Desk::new();
    desk.provision();
    change(&desk, name, from, to);
    let before = files(&desk.path("till"));
    let said = desk.run("run --profile till/profile.toml");
    let profile = std::fs::read_to_string(desk.path("till/profile.toml")).unwrap();
    let key = profile.split_once("key = \"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
    let home = desk.path("").canonicalize().unwrap().display().to_string();
    assert_eq!(said.stderr.replace(&home, "HERE").replace(key, "KEY"), stderr, "{name}");
    assert_eq!(said.status, 3, "{name}");
    let mut after = files(&desk.path("till"));
    // A start may be recorded, in the journal and for each app that is on trial, and a log written;
    // what was there is there.
    after.retain(|path, _| before.contains_key(path));
    let records = |path: &str| path.contains("/journal/") || path.ends_with("/apps/apps.db");
    let lost: Vec<_> = before
        .iter()
        .filter(|(path, content)| !records(path) && after.get(*path) != Some(content))
        .collect();
    assert!(lost.is_empty() && after.len() == before.len());
}

#[test]
fn a_wrong_profile() {
    check(
        "till/profile.toml",
        ("paper_mm = 58", "paper_mm = 57"),
        "error: till/profile.toml: printer.paper_mm: 57; write 58 or 80\n\
         hint: nothing was changed; correct the place that is shown and try again\n",
    );
    check(
        "till/profile.toml",
        ("[merchant]\n", "[merchant]\ncolour = 1\n"),
        "error: till/profile.toml: TOML parse error at line 8, column 1\n  |\n8 | colour = 1\n  | \
         ^^^^^^\nunknown field `colour`, expected `name` or `id`\n\
         hint: nothing was changed; correct the place that is shown and try again\n",
    );
    check(
        "till/profile.toml",
        ("payment-max = \"5000.00\"", "payment-max = \"much\""),
        "error: till/profile.toml: limits.payment-max: \"much\" is not an amount in CNY; write it like \
         12.00\n\
         hint: nothing was changed; correct the place that is shown and try again\n",
    );
    check(
        "till/profile.toml",
        ("[destination.wallet]", "[destination.other]"),
        "error: app qr asks for the destination \"wallet\", which the profile does not have; add \
         [destination.wallet]\n\
         hint: the terminal was not opened; its journal and keys are as they were\n",
    );
}

#[test]
fn a_wrong_destination() {
    check(
        "acquirer/wallet.toml",
        ("connect_timeout_ms", "connect_patience_ms"),
        "error: HERE/acquirer/wallet.toml is not what HERE/acquirer/wallet.toml.sig signs with key KEY: \
         fetch both again from the acquirer, or list its right key in the terminal's profile\n\
         hint: the terminal was not opened; its journal and keys are as they were\n",
    );
}

#[test]
fn a_missing_profile() {
    Desk::new().check(
        "run --profile nowhere/profile.toml",
        3,
        "",
        "error: nowhere/profile.toml: No such file or directory (os error 2)\n\
         hint: name a terminal's profile.toml; `caisson provision` makes a folder with one\n",
    );
}

#[test]
fn a_wrong_manifest() {
    let desk = Desk::new();
    desk.write("app/caisson.toml", "id = \"qr\"\ncolour = 1\n");
    desk.check(
        "app inspect app",
        3,
        "",
        "error: app/caisson.toml: TOML parse error at line 2, column 1\n  |\n2 | colour = 1\n  | \
         ^^^^^^\nunknown field `colour`, expected one of `id`, `name`, `version`, `version-code`, \
         `world`, `permissions`, `destination`, `nfc`, `settings`\n\
         hint: nothing was changed; correct the place that is shown and try again\n",
    );
    desk.check(
        "app inspect nowhere",
        3,
        "",
        "error: nowhere: No such file or directory (os error 2)\n\
         hint: name a built app's folder, which holds caisson.toml and app.wasm, or a .wasm\n",
    );
    desk.write("app.wasm", "no component");
    let said = desk.run("app inspect app.wasm");
    assert_eq!(
        (said.status, said.stderr.as_str()),
        (
            1,
            "error: app.wasm is not a component that this terminal runs: failed to parse WebAssembly \
         module: magic header not detected: bad magic number - expected=[ 0x0, 0x61, 0x73, 0x6d, ] \
         actual=[ 0x6e, 0x6f, 0x20, 0x63, ] (at offset 0x0)\n\
         hint: build it with `--target wasm32-wasip2`\n"
        )
    );
}

#[test]
fn a_wrong_scenario() {
    let desk = Desk::new();
    desk.write("wrong.toml", "# A cause.\nsteps = [\"cashier dances\"]\nscreen = []\npaper = []\njournal = []\nbooks = []\n");
    let said = desk.run("scenario wrong.toml");
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert_eq!((said.status, said.stderr.as_str()), (1, ""));
    assert_eq!(lines[0], "CANNOT RUN  wrong  (0.0 s)");
    assert_eq!(lines[1], "    wrong.toml:2: \"cashier dances\" is not a step; write one of:");
    assert_eq!(lines.last(), Some(&"0 hold, 0 fail, 1 cannot run"));
}

#[test]
fn a_wrong_fault_and_a_wrong_folder_of_the_acquirer() {
    let desk = Desk::new();
    desk.check(
        "acquirer --folder nowhere",
        3,
        "",
        "error: nowhere/acquirer.seed: No such file or directory (os error 2)\n\
         hint: `caisson acquirer --init --folder FOLDER` makes an acquirer\n",
    );
    let said = desk.run("acquirer --folder nowhere --fault dances");
    assert_eq!(
        (said.status, said.stderr.lines().next()),
        (
            2,
            Some(
                "error: invalid value 'dances' for '--fault <TEXT>': \"dances\" is no fault; write one of:"
            )
        )
    );
}

#[test]
fn what_is_there_is_never_overwritten() {
    let desk = Desk::new();
    desk.provision();
    let before = files(&desk.path(""));
    desk.check(
        "provision --folder till --acquirer acquirer",
        3,
        "",
        "error: till/profile.toml exists: this folder is a terminal's already\n\
         hint: name another --folder; nothing was changed\n",
    );
    desk.check(
        "provision --folder other --acquirer acquirer",
        3,
        "",
        "error: acquirer/terminals/T1000001.pub: this acquirer has a terminal already\n\
         hint: make another acquirer with `caisson acquirer --init`; nothing was changed\n",
    );
    desk.check("acquirer --init --folder acquirer", 0, "acquirer is there already\n", "");
    assert!(before == files(&desk.path("")));
}
