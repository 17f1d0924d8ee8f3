//! `docs/first-app.md`, followed word by word; and `caisson app new`.

use crate::common::Desk;
use crate::page::{Block, Kind, blocks, changed, fits};
use caisson_core::payment::Rule;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PAGE: &str = include_str!("../../../../docs/first-app.md");

/// Somebody who follows the page in an empty folder.
struct Reader {
    /// Where the page begins.
    home: PathBuf,
    /// Where the steps have led to.
    here: PathBuf,
    /// Where cargo builds the app: kept, so that a second reading is quick.
    target: PathBuf,
    /// What the last step said.
    said: String,
    /// Two readings would build over each other.
    _alone: File,
}

impl Reader {
    fn new() -> Self {
        let binary = Path::new(env!("CARGO_BIN_EXE_caisson"));
        let place = binary.parent().unwrap().parent().unwrap().join("first-app");
        // The folder's name is always the same: to cargo another one would be another app.
        let (home, target) = (place.join("desk"), place.join("target"));
        fs::create_dir_all(&target).unwrap();
        let alone = File::create(place.join("alone")).unwrap();
        alone.lock().unwrap();
        if home.exists() {
            fs::remove_dir_all(&home).unwrap();
        }
        fs::create_dir(&home).unwrap();
        Self { here: home.clone(), home, target, said: String::new(), _alone: alone }
    }

    fn follow(&mut self, block: &Block) {
        let line = block.line;
        match &block.kind {
            Kind::Run { status } => {
                let ended = self.run(&block.text);
                assert_eq!(ended, Some(*status), "docs/first-app.md:{line}:\n{}", self.said);
            }
            Kind::Output => {
                let (page, said) = (&block.text, &self.said);
                assert!(fits(page, said), "docs/first-app.md:{line}:\n{page}\nbut was:\n{said}");
            }
            Kind::File(name) => fs::write(self.here.join(name), &block.text).unwrap(),
            Kind::Change(name) => {
                let path = self.here.join(name);
                let new = changed(&fs::read_to_string(&path).unwrap(), &block.text);
                let new = new.unwrap_or_else(|| panic!("docs/first-app.md:{line}: not in {name}"));
                fs::write(&path, new).unwrap();
            }
            Kind::Quote(name) => {
                let text = fs::read_to_string(self.here.join(name)).unwrap();
                let stands = text.contains(&block.text);
                assert!(stands, "docs/first-app.md:{line}: does not stand so in {name}");
            }
        }
    }

    /// Runs `script` as a person's shell does, up to its first failure. What it started and left
    /// running ends with it, also where it fails.
    fn run(&mut self, script: &str) -> Option<i32> {
        let (output, here) = (self.home.join(".said"), self.home.join(".here"));
        let file = File::create(&output).unwrap();
        let end = "trap 'pwd > \"$READER_HERE\"; kill $(jobs -p) 2> /dev/null || true' EXIT";
        let binary = Path::new(env!("CARGO_BIN_EXE_caisson"));
        let path = std::env::var("PATH").unwrap();
        let status = Command::new("bash")
            .args(["-e", "-o", "pipefail", "-c", &format!("{end}\n{script}")])
            .current_dir(&self.here)
            .env("PATH", format!("{}:{path}", binary.parent().unwrap().display()))
            .env("READER_HERE", &here)
            // The app needs nothing that the house did not need.
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TERM_COLOR", "never")
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("CAISSON_APPS")
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .status();
        self.said = String::from_utf8_lossy(&fs::read(&output).unwrap()).into_owned();
        self.here = fs::read_to_string(&here).unwrap().trim_end().into();
        self.lend_target();
        status.unwrap().code()
    }

    /// A new app's `target` is the one that is kept.
    fn lend_target(&self) {
        for entry in fs::read_dir(&self.home).unwrap() {
            let app = entry.unwrap().path();
            if app.join("Cargo.toml").exists() && !app.join("target").exists() {
                std::os::unix::fs::symlink(&self.target, app.join("target")).unwrap();
            }
        }
    }
}

#[test]
fn whoever_follows_the_page_ends_with_a_signed_app_and_a_paid_sale() {
    let mut reader = Reader::new();
    for block in blocks(PAGE) {
        reader.follow(&block);
    }
}

#[test]
fn what_the_page_links_to_exists() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let links = PAGE.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let missing: Vec<&str> = links.filter(|link| !docs.join(link).exists()).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn the_page_has_every_rule_in_the_terminals_own_words() {
    // A rule that is new must be added here: this match then does not compile.
    let known = |rule: Rule| match rule {
        Rule::SubmittedTwice
        | Rule::WrongKind
        | Rule::NothingSubmitted
        | Rule::UndoOfRefund
        | Rule::TooLarge
        | Rule::ApprovedUnproved
        | Rule::ApprovedOtherAmount
        | Rule::DeclinedButPaid
        | Rule::EndedButOpen
        | Rule::BadFacts
        | Rule::AlreadyFinal => rule,
    };
    for rule in [
        Rule::SubmittedTwice,
        Rule::WrongKind,
        Rule::NothingSubmitted,
        Rule::UndoOfRefund,
        Rule::TooLarge,
        Rule::ApprovedUnproved,
        Rule::ApprovedOtherAmount,
        Rule::DeclinedButPaid,
        Rule::EndedButOpen,
        Rule::BadFacts,
        Rule::AlreadyFinal,
    ] {
        let name = serde_json::to_value(known(rule)).unwrap();
        let row = format!("| `{}` | {rule} |", name.as_str().unwrap());
        assert!(PAGE.contains(&row), "docs/first-app.md has no row\n{row}");
    }
}

#[test]
fn a_new_app_is_made_only_where_nothing_is_and_of_a_name_that_fits() {
    let desk = Desk::new();
    desk.check(
        "app new My-App",
        3,
        "",
        "error: My-App: this folder's name cannot be an app's\n\
         hint: name a folder with 1 to 20 of a-z, 0-9 and -, beginning with a letter\n",
    );
    desk.check(
        "app new tea --sdk nowhere",
        3,
        "",
        "error: nowhere: not the SDK\n\
         hint: name the folder apps/sdk of Caisson's source with --sdk; nothing was made\n",
    );
    assert!(!desk.path("tea").exists());
    desk.write("tea/notes.txt", "mine");
    desk.check(
        "app new tea",
        3,
        "",
        "error: tea: is not empty\nhint: name a folder that does not exist; nothing was changed\n",
    );
    assert_eq!(fs::read_dir(desk.path("tea")).unwrap().count(), 1);
}
