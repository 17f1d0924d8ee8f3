//! An install that ends at each of its steps: by an error, by a killed process, and by a process
//! killed anywhere. Whatever the step, one whole version is active, nothing half-installed is
//! listed, and the next install works.

use super::*;
use crate::build_host::{BuildHost, BuildHosts};
use crate::compiling::{BuildHostKey, add_form};
use crate::form::Purpose;
use crate::package::Package;
use crate::publisher::Publishers;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Tells a copy of this test program to be the install that is killed: the folder, and the number
/// of the step after which its power is cut.
const CHILD: &str = "CAISSON_PACKAGES_TEST_CHILD";
const CUT_AFTER: &str = "CAISSON_PACKAGES_TEST_CUT_AFTER";

fn apps(folder: &Path) -> InstalledApps {
    InstalledApps::at(&folder.join("apps"))
}

fn purpose() -> Purpose {
    Purpose { engine: "engine-1".to_owned(), target: "here".to_owned() }
}

fn build_host() -> (BuildHostKey, BuildHosts) {
    let key = BuildHostKey::from_seed([7; 32]);
    let host = BuildHost { name: "ci".to_owned(), key: key.public() };
    (key, BuildHosts::new([host]).unwrap())
}

/// Machine code of a version of the app.
fn code(version_code: u32) -> Vec<u8> {
    vec![!u8::try_from(version_code % 256).unwrap(); 1 << 20]
}

/// A package of the app `qr` that nobody signed, and that a build host compiled.
fn package(folder: &Path, version_code: u32) -> Approved {
    let from = folder.join(format!("package-{version_code}"));
    fs::create_dir_all(&from).unwrap();
    let manifest = format!(
        "id = \"qr\"\nname = {{ zh = \"扫码\", en = \"QR\" }}\nversion = \"{version_code}\"\n\
         version-code = {version_code}\nworld = \"payment-app\"\npermissions = [\"ui\"]\n"
    );
    fs::write(from.join(MANIFEST_NAME), manifest).unwrap();
    // Large enough that a kill can hit its writing.
    let component = vec![u8::try_from(version_code % 256).unwrap(); 1 << 20];
    fs::write(from.join(COMPONENT_NAME), component).unwrap();
    let (key, hosts) = build_host();
    let bare = Package::read_without_forms(&from).unwrap();
    add_form(&bare, purpose(), &code(version_code), &key).unwrap();
    let approved = Package::read(&from).unwrap().approve(&Publishers::default(), true).unwrap();
    approved.carrying("here", &hosts).unwrap()
}

/// What was there before the install of version 9 that is cut off.
#[derive(Debug, Clone, Copy)]
enum Before {
    Nothing,
    OneConfirmed,
    OneOnTrial,
    TwoOnTrialAfterOne,
}

impl Before {
    const ALL: [Self; 4] =
        [Self::Nothing, Self::OneConfirmed, Self::OneOnTrial, Self::TwoOnTrialAfterOne];

    fn make(self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let apps = apps(folder.path());
        if !matches!(self, Self::Nothing) {
            apps.install(&package(folder.path(), 1)).unwrap();
        }
        if matches!(self, Self::OneConfirmed | Self::TwoOnTrialAfterOne) {
            assert!(apps.confirm("qr").unwrap());
        }
        if matches!(self, Self::TwoOnTrialAfterOne) {
            apps.install(&package(folder.path(), 2)).unwrap();
        }
        folder
    }

    /// The versions that may be active while 9 is not.
    const fn versions(self) -> &'static [u32] {
        match self {
            Self::Nothing => &[],
            Self::OneConfirmed | Self::OneOnTrial => &[1],
            Self::TwoOnTrialAfterOne => &[2, 1],
        }
    }
}

/// The steps of an install that nothing disturbs.
fn steps(before: Before) -> Vec<Step> {
    let folder = before.make();
    let mut steps = Vec::new();
    let watch = &mut |step| {
        steps.push(step);
        Ok(())
    };
    install(&apps(folder.path()), &package(folder.path(), 9), watch).unwrap();
    steps
}

/// One whole version is active, and the next install is done and leaves nothing lying about.
fn hold(before: Before, folder: &Path, switched: bool) {
    let apps = apps(folder);
    let listed = apps.list().unwrap();
    let found: Vec<u32> = listed.iter().map(|app| app.manifest.version_code).collect();
    if switched {
        assert_eq!(found, [9]);
    } else if before.versions().is_empty() {
        assert_eq!(found, [], "nothing half-installed is listed");
    } else {
        assert!(found.len() == 1 && before.versions().contains(&found[0]), "{found:?}");
    }
    for app in &listed {
        let gave_way = matches!(before, Before::TwoOnTrialAfterOne) && found == [1];
        let cause = app.returned.as_ref().map(|returned| (returned.version_code, &returned.cause));
        assert_eq!(cause, gave_way.then_some((2, &ReturnCause::Replaced)));
        let byte = u8::try_from(app.manifest.version_code).unwrap();
        assert_eq!(app.component().unwrap(), vec![byte; 1 << 20]);
        let forms = app.forms().unwrap();
        let form = forms.find(&purpose()).unwrap();
        let compiled = form.trusted(&app.digest, &build_host().1).unwrap();
        assert_eq!(compiled.code(), code(app.manifest.version_code));
    }
    let done = apps.install(&package(folder, 10)).unwrap();
    assert_eq!(done.app().manifest.version_code, 10);
    assert_eq!(apps.find("qr").unwrap(), *done.app());
    assert!(apps.confirm("qr").unwrap());
    apps.install(&package(folder, 11)).unwrap();
    assert_eq!(files(&folder.join("apps/qr")).len(), 8, "two slots of four files");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn an_error_after_any_step_leaves_one_whole_version_active() {
    for before in Before::ALL {
        let steps = steps(before);
        assert_eq!(steps.len(), 11, "{steps:?}");
        for &last in &steps {
            let folder = before.make();
            let watch = &mut |step| {
                let full = io::Error::from(io::ErrorKind::StorageFull);
                if step == last { Err(InstallError::file(folder.path())(full)) } else { Ok(()) }
            };
            let done = install(&apps(folder.path()), &package(folder.path(), 9), watch);
            assert!(
                matches!(done, Err(InstallError::File { .. })),
                "{before:?} {last:?}: {done:?}"
            );
            hold(before, folder.path(), last == Step::Switched);
        }
    }
}

/// The child: one install whose power is cut after a step, or installs until it is killed.
#[test]
fn the_child_installs_until_its_power_is_cut() {
    let Some(folder) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let Some(cut_after) = std::env::var(CUT_AFTER).ok().map(|text| text.parse().unwrap()) else {
        let before = apps(&folder).list().unwrap().first().map(|app| app.manifest.version_code);
        for version_code in before.unwrap_or(0) + 1.. {
            apps(&folder).install(&package(&folder, version_code)).unwrap();
            println!("\ninstalled {version_code}");
            io::stdout().flush().unwrap();
            assert!(apps(&folder).confirm("qr").unwrap());
        }
        return;
    };
    let mut done = 0;
    let watch = &mut |_| {
        done += 1;
        if done == cut_after {
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
        }
        Ok(())
    };
    install(&apps(&folder), &package(&folder, 9), watch).unwrap();
}

fn child(folder: &Path, cut_after: Option<usize>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "install::cut::the_child_installs_until_its_power_is_cut", "--nocapture"])
        .env(CHILD, folder)
        .env_remove(CUT_AFTER)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(step) = cut_after {
        command.env(CUT_AFTER, step.to_string());
    }
    command.spawn().unwrap()
}

#[test]
fn a_power_cut_after_any_step_leaves_one_whole_version_active() {
    for before in Before::ALL {
        let steps = steps(before);
        for number in 1..=steps.len() {
            let folder = before.make();
            let status = child(folder.path(), Some(number)).wait().unwrap();
            assert!(!status.success(), "{before:?}: the child was not killed after step {number}");
            hold(before, folder.path(), number == steps.len());
        }
    }
}

#[test]
fn installs_at_the_same_time_never_mix() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let packages: Vec<Approved> = (1..=4).map(|version| package(path, version)).collect();
    std::thread::scope(|scope| {
        for package in &packages {
            scope.spawn(move || {
                for _ in 0..3 {
                    match apps(path).install(package) {
                        Ok(_) | Err(InstallError::Busy { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                    // While it is found, no other install can come as far as its files.
                    apps(path).find("qr").unwrap();
                }
            });
        }
    });
    let app = apps(path).find("qr").unwrap();
    let byte = u8::try_from(app.manifest.version_code).unwrap();
    assert_eq!(app.component().unwrap(), vec![byte; 1 << 20]);
}

#[test]
fn a_process_killed_anywhere_leaves_what_it_acknowledged_or_the_next() {
    let folder = tempfile::tempdir().unwrap();
    for acknowledgements in [1, 2, 3, 5, 8] {
        let mut child = child(folder.path(), None);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut installed = lines.filter_map(|line| {
            line.strip_prefix("installed ").map(|version| version.parse::<u32>().unwrap())
        });
        let mut last = installed.by_ref().nth(acknowledgements - 1).unwrap();
        // The child is now somewhere in its next install.
        child.kill().unwrap();
        child.wait().unwrap();
        last = installed.last().unwrap_or(last);
        let app = apps(folder.path()).find("qr").unwrap();
        let found = app.manifest.version_code;
        assert!((last..=last + 1).contains(&found), "acknowledged {last}, active {found}");
        assert_eq!(app.component().unwrap(), vec![u8::try_from(found % 256).unwrap(); 1 << 20]);
    }
}
