//! Apps that come with machine code: that of a build host for this terminal runs; where it is not
//! to be had, this build, which has a compiler, compiles, and says why.

use crate::guests::{cache_in, engine, permissions};
use crate::text_form;
use caisson_host::{App, AppImage, Origin, TARGETS, compile_for, own_purpose};
use caisson_packages::{BuildHost, BuildHostKey, BuildHosts, Package, Purpose, add_form};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const MANIFEST: &str = "id = \"guest\"\nname = { zh = \"客\", en = \"Guest\" }\nversion = \"1\"\n\
                        version-code = 1\nworld = \"payment-app\"\npermissions = []\n";

/// Makes a package whose machine code `spoil` may change, loads it, and says where its code is from.
#[track_caller]
fn check(spoil: impl FnOnce(&Path, &BuildHostKey), is_listed: bool, expected: &str) {
    let folder = TempDir::new().unwrap();
    let package = folder.path().join("package");
    fs::create_dir(&package).unwrap();
    let wasm = text_form::component("");
    fs::write(package.join("caisson.toml"), MANIFEST).unwrap();
    fs::write(package.join("app.wasm"), &wasm).unwrap();
    let key = BuildHostKey::create(&folder.path().join("lab.key")).unwrap();
    put(&package, own_purpose(), &compile_for(&own_purpose().target, &wasm).unwrap(), &key);
    spoil(&package, &key);

    let lab = BuildHost { name: "lab".to_owned(), key: key.public() };
    let hosts = BuildHosts::new(is_listed.then_some(lab)).unwrap();
    let read = Package::read(&package).unwrap();
    let none = permissions("");
    let image = AppImage { id: "guest", wasm: &wasm, asked: &none, policy: &none };
    let cache = cache_in(folder.path());
    let loaded = App::load_compiled(engine(), &cache, image, (read.forms(), &hosts));
    let told = match loaded.unwrap().1 {
        Origin::BuildHost(name) => format!("build host {name}"),
        Origin::Here { passed_over: None } => "here".to_owned(),
        Origin::Here { passed_over: Some(why) } => format!("here: {why}"),
    };
    let plain = told
        .replace(&key.public().to_string(), "KEY")
        .replace(&package.display().to_string(), "PACKAGE")
        .replace(&own_purpose().file_name(), "FORM");
    assert_eq!(plain, expected);
    let recorded = fs::read_dir(folder.path().join("cache")).unwrap().count();
    assert_eq!(recorded == 0, expected == "build host lab", "what is compiled here is recorded");
}

fn put(package: &Path, purpose: Purpose, code: &[u8], key: &BuildHostKey) {
    add_form(&Package::read_without_forms(package).unwrap(), purpose, code, key).unwrap();
}

#[test]
fn what_a_build_host_compiled_for_this_terminal_runs() {
    check(|_, _| {}, true, "build host lab");
}

#[test]
fn without_a_form_for_this_engine_the_app_is_compiled_here() {
    let rename = |package: &Path, key: &BuildHostKey| {
        let own = own_purpose();
        fs::remove_file(package.join(own.file_name())).unwrap();
        fs::remove_file(package.join(format!("{}.sig", own.file_name()))).unwrap();
        put(package, Purpose { engine: "wasmtime-48.0.7".to_owned(), ..own }, b"code", key);
    };
    check(rename, true, "here");
}

#[test]
fn a_build_host_that_is_not_listed_is_not_believed() {
    check(
        |_, _| {},
        false,
        "here: PACKAGE/FORM: compiled by the holder of the key KEY, which is no build host's in the \
         terminal's profile",
    );
}

#[test]
fn machine_code_that_was_changed_or_is_for_another_machine_is_passed_over() {
    check(
        |package, _| fs::write(package.join(own_purpose().file_name()), "short").unwrap(),
        true,
        &format!(
            "here: PACKAGE/FORM: 5 of {} bytes; it is not whole: fetch the package again",
            compile_for(&own_purpose().target, &text_form::component("")).unwrap().len()
        ),
    );
    let other = TARGETS.into_iter().find(|target| *target != own_purpose().target).unwrap();
    let processor = other.strip_suffix("-linux").unwrap();
    check(
        |package, key| {
            let code = compile_for(other, &text_form::component("")).unwrap();
            put(package, own_purpose(), &code, key);
        },
        true,
        &format!(
            "here: the machine code of guest does not load here: Module was compiled for \
             architecture '{processor}'"
        ),
    );
}
