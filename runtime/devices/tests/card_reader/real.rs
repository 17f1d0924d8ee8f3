//! A real PC/SC service with a virtual reader, for each test one of its own.
//!
//! A test that needs it runs itself once more as the first process of new user, mount, network and
//! process namespaces: so it needs no root, sees its own `/run` and its own ports, and whatever it
//! started ends with it. There `pcscd` drives `vpcd`, a reader with two slots, and the cards of
//! `vpcd.rs` are at its other end. Needs the packages pcscd, vsmartcard-vpcd, iproute2, util-linux.

mod stack_only;
mod vpcd;

use std::future::Future;
use std::path::Path;
use std::process::{Child, Command as Program, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use caisson_devices::emulated::card_reader::VirtualCard;
use caisson_devices::linux::card_reader::{LinuxCardReader, Options};
use tempfile::TempDir;
use vpcd::{SLOTS, Vpcd};

use super::{Bench, Hand};

/// Set for the process within the namespaces.
const INSIDE: &str = "CAISSON_TEST_WITHIN_NAMESPACES";
/// Longest life of one test with its service.
const TEST_WITHIN: Duration = Duration::from_secs(120);
/// Longest start of the service.
const START_WITHIN: Duration = Duration::from_secs(30);
/// From one question to the next, where nothing announces what is waited for.
const ASK_AGAIN: Duration = Duration::from_millis(10);

/// Runs `test` with a service of its own; `name` is the test's own name.
pub(crate) fn in_a_stack<T: Future<Output = ()>>(name: &str, test: impl FnOnce(Stack) -> T) {
    if env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async { test(Stack::start()).await });
        return;
    }
    let prepare = "mount -t tmpfs run /run && ip link set lo up && exec \"$0\" \"$@\"";
    let mut program = Program::new("unshare");
    program.args(["--map-root-user", "--mount", "--net", "--pid", "--fork", "--kill-child"]);
    program.args(["sh", "-c", prepare]).arg(env::current_exe().unwrap());
    program.args(["--exact", name, "--nocapture", "--test-threads=1"]).env(INSIDE, "1");
    // Where `ip` and `pcscd` are, which not every user looks for there.
    let path = env::var("PATH").unwrap_or_default();
    program.env("PATH", format!("{path}:/usr/sbin:/sbin"));
    let child = program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = Ended(child.expect("unshare, of the package util-linux"));
    let (passed, said) = child.wait();
    assert!(passed && said.contains("1 passed"), "within the namespaces:\n{said}");
}

/// A child that is killed by its id when it is dropped.
struct Ended(Child);

impl Ended {
    /// Waits for its end, at most [`TEST_WITHIN`]: whether it went well, and what it said.
    fn wait(mut self) -> (bool, String) {
        // Read while it runs: a full pipe would stop it.
        let readers: Vec<_> = [
            self.0.stdout.take().map(|out| Box::new(out) as Box<dyn std::io::Read + Send>),
            self.0.stderr.take().map(|out| Box::new(out) as Box<dyn std::io::Read + Send>),
        ]
        .into_iter()
        .flatten()
        .map(|mut out| {
            thread::spawn(move || {
                let mut said = Vec::new();
                out.read_to_end(&mut said).unwrap();
                String::from_utf8_lossy(&said).into_owned()
            })
        })
        .collect();
        let end = until(TEST_WITHIN, || self.0.try_wait().unwrap());
        drop(self);
        let said = readers.into_iter().map(|reader| reader.join().unwrap()).collect();
        (end.is_some_and(|status| status.success()), said)
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks until there is an answer, at most `within`.
fn until<T>(within: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + within;
    loop {
        let answer = ask();
        if answer.is_some() || Instant::now() >= end {
            return answer;
        }
        thread::sleep(ASK_AGAIN);
    }
}

/// A running service and the cards at its virtual reader.
pub(crate) struct Stack {
    service: Option<Ended>,
    folder: TempDir,
}

impl Stack {
    fn start() -> Self {
        // Within the namespace's own `/run`, so that it ends with it.
        let folder = tempfile::tempdir_in("/run").unwrap();
        fs::create_dir(folder.path().join("readers")).unwrap();
        // `/dev/null:`: vpcd listens. The name says neither contact nor contactless.
        let reader = "FRIENDLYNAME \"Till\"\nDEVICENAME /dev/null:0x8C7B\n\
                      LIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so\nCHANNELID 0x8C7B\n";
        fs::write(folder.path().join("readers/vpcd"), reader).unwrap();
        let mut stack = Self { service: None, folder };
        stack.start_service();
        stack
    }

    /// Starts the service and waits until its reader is there.
    fn start_service(&mut self) {
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        let mut program = Program::new("pcscd");
        program
            .args(["--foreground", "--info", "--config"])
            .arg(self.folder.path().join("readers"));
        // Version 2 asks polkit, which no namespace has.
        let help = Program::new("pcscd").arg("--help").output();
        let help = help.expect("pcscd, of the package pcscd").stdout;
        if String::from_utf8_lossy(&help).contains("--disable-polkit") {
            program.arg("--disable-polkit");
        }
        let log = (log.try_clone().unwrap(), log);
        let child = program.stdin(Stdio::null()).stdout(log.0).stderr(log.1).spawn().unwrap();
        self.service = Some(Ended(child));
        let readers = until(START_WITHIN, || {
            let context = pcsc::Context::establish(pcsc::Scope::User).ok()?;
            let readers = context.list_readers_owned().ok()?;
            (readers.len() == SLOTS).then_some(readers)
        });
        let log = || fs::read_to_string(self.folder.path().join("log")).unwrap();
        let readers = readers.unwrap_or_else(|| panic!("no reader of vsmartcard-vpcd:\n{}", log()));
        assert_eq!(readers, [c"Till 00 00", c"Till 00 01"].map(ToOwned::to_owned));
    }

    /// Ends the service by its id.
    fn stop_service(&mut self) {
        self.service = None;
        // It leaves its socket, which a new one refuses to take over.
        let _ = fs::remove_dir_all(Path::new("/run/pcscd"));
    }

    fn reader() -> LinuxCardReader {
        let options = Options { name: "till".to_owned(), cards: Some(Vec::new()), stripe: None };
        LinuxCardReader::open(options).unwrap()
    }

    /// The real driver over this service, and a hand with cards.
    pub(crate) fn bench(self) -> Bench {
        Bench::new(Self::reader(), Fingers { vpcd: Vpcd::default(), _stack: self })
    }
}

/// Holds cards to the virtual reader; keeps its service alive.
struct Fingers {
    vpcd: Vpcd,
    _stack: Stack,
}

impl Hand for Fingers {
    fn insert(&mut self, card: Box<dyn VirtualCard>) {
        self.vpcd.insert(card);
    }
    fn tap(&mut self, card: Box<dyn VirtualCard>) {
        self.vpcd.tap(card);
    }
    fn remove(&mut self) {
        self.vpcd.remove();
    }
    fn tear_away_at(&mut self, command: u32) {
        self.vpcd.tear_away_at(command);
    }
    fn mute_at(&mut self, command: u32) {
        self.vpcd.mute_at(command);
    }
}
