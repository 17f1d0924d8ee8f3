//! `cargo xtask demo`: payments by code and by card, from nothing to paper, on one machine.

use crate::acquirer::Acquirer;
use crate::args::{DemoOptions, Language, Shown};
use crate::error::Error;
use crate::place::Place;
use crate::{apps, args, command, emulator, setup};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Where the demo leaves receipts, journal and books, in the repository.
const FOLDER: &str = "demo-out";
/// A file that says that the folder is the demo's own, so that the next demo may empty it.
const MARK: &str = "made-by-the-demo.txt";
const MARK_TEXT: &str = "`cargo xtask demo` made this folder and empties it when it runs again.\n";

/// Sets up, builds, and takes the payments.
pub(crate) fn run(place: &Place, options: &DemoOptions) -> Result<(), Error> {
    setup::run(place, &setup::BUILD, options.consent)?;
    eprintln!("building the apps");
    apps::build(place)?;
    build_binary(place)?;
    // A CI may have a display, and nobody who would close the window.
    let is_seen = emulator::has_display() && !args::is_ci();
    match options.shown {
        Shown::Window if is_seen => in_the_window(place, options.language, false),
        Shown::Once if emulator::has_display() => in_the_window(place, options.language, true),
        Shown::Window | Shown::Once | Shown::Headless => take(place, options.language),
    }
}

fn in_the_window(place: &Place, language: Option<Language>, once: bool) -> Result<(), Error> {
    let folder = fresh(&place.root.join(FOLDER))?;
    let language = language.unwrap_or_else(language_of_environment);
    emulator::demo(place, &folder, language, once)
}

/// Builds the binary for development.
pub(crate) fn build_binary(place: &Place) -> Result<(), Error> {
    eprintln!("building the binary; the first time takes minutes, later ones seconds");
    command::run(&mut command::cargo(place, &["build", "--package", "caisson"]))
}

/// Takes the payments with what was built.
pub(crate) fn take(place: &Place, language: Option<Language>) -> Result<(), Error> {
    let binary = place.binary("debug");
    let folder = fresh(&place.root.join(FOLDER))?;
    let books = folder.join("acquirer");
    let mut init = command::program(place, &binary);
    init.arg("acquirer").arg("--folder").arg(&books).arg("--init");
    // What these two say of next steps is done here; errors are heard.
    command::run(init.stdout(Stdio::null()))?;

    let language = language.unwrap_or_else(language_of_environment).word();
    let of_terminal = |verb: &str| {
        let mut caisson = command::program(place, &binary);
        caisson.arg(verb).arg("--acquirer").arg(&books);
        caisson.arg("--folder").arg(folder.join("terminal")).arg("--apps").arg(place.apps());
        caisson.args(["--language", language]);
        caisson
    };
    // The acquirer believes the terminals that it knows when it starts.
    command::run(of_terminal("provision").stdout(Stdio::null()))?;
    let _acquirer = Acquirer::start(place, &binary, &books, &folder.join("acquirer.log"))?;
    command::run(&mut of_terminal("demo"))
}

/// An empty folder at `path`. One that is not the demo's own is left alone.
fn fresh(path: &Path) -> Result<PathBuf, Error> {
    if path.exists() {
        if !path.join(MARK).is_file() {
            return Err(Error::Wrong(format!(
                "{} is not the demo's own folder; move it away, then start again",
                path.display()
            )));
        }
        fs::remove_dir_all(path).map_err(Error::io(format!("emptying {}", path.display())))?;
    }
    let make = || -> io::Result<()> {
        fs::create_dir_all(path)?;
        fs::write(path.join(MARK), MARK_TEXT)
    };
    make().map_err(Error::io(format!("making {}", path.display())))?;
    Ok(path.to_path_buf())
}

fn language_of_environment() -> Language {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG"));
    if locale.is_some_and(|locale| locale.starts_with("zh")) { Language::Zh } else { Language::En }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_empties_its_own_folder_and_no_other() {
        let room = std::env::temp_dir().join(format!("caisson-xtask-{}", std::process::id()));
        let own = room.join("own");
        fresh(&own).expect("a new folder");
        fs::write(own.join("receipt.txt"), "old").expect("a file");
        fresh(&own).expect("its own folder again");
        assert!(!own.join("receipt.txt").exists());

        let other = room.join("other");
        fs::create_dir_all(&other).expect("a folder");
        fs::write(other.join("thesis.txt"), "precious").expect("a file");
        let error = fresh(&other).expect_err("not the demo's");
        assert_eq!(
            error.to_string(),
            format!(
                "{} is not the demo's own folder; move it away, then start again",
                other.display()
            )
        );
        assert!(other.join("thesis.txt").exists());
        fs::remove_dir_all(&room).expect("the test's own folder");
    }
}
