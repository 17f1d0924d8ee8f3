//! The emulator as a process, driven through its control socket: in the demo where people look at
//! it, and in the tests on a display that nobody sees.
//!
//! Guarantee: display and emulator are ended by their ids, whatever happened in between.

use crate::args::Language;
use crate::command;
use crate::error::Error;
use crate::place::Place;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

/// How long the emulator may take until it answers: a first start compiles the app.
const READY_WAIT: Duration = Duration::from_secs(180);
/// How long the display may take.
const DISPLAY_WAIT: Duration = Duration::from_secs(30);
/// How long an emulator that was told to end may take.
const END_WAIT: Duration = Duration::from_secs(30);
/// Between two looks at a process.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Room for the large screen in its bezel with the panel beside it, and the depth of its colours.
const DISPLAY_SIZE: &str = "1600x1400x24";

/// What the tests do, in order: both ways to show a code, a refund, paper that runs out, a power
/// cut, a chip whose PIN is keyed on the screen by finger, and the settlement.
const STORY: &[&str] = &[
    "screenshot 01-sign-in",
    "cashier signs in as Wang with 220022",
    "screenshot 02-keypad",
    "window screenshot 02-window",
    "cashier keys 12.00, picks pay",
    "screenshot 03-scan",
    "customer shows wechat code",
    "screen shows \"approved 12.00\"",
    "screenshot 04-approved",
    "cashier wants paper",
    "payment ends",
    "cashier keys 8.50, picks show-code",
    "screen shows \"Scan to pay\"",
    "screenshot 05-code",
    "customer scans and pays",
    "screen shows \"approved 8.50\"",
    "cashier wants paper",
    "payment ends",
    "cashier refunds 5.00 of payment 1",
    "screen shows \"refunded 5.00\"",
    "screenshot 06-refunded",
    "printer runs out of paper",
    "cashier wants paper",
    "screen shows \"paper\"",
    "screenshot 07-paper-out",
    "printer is repaired",
    "cashier reprints payment 3",
    "window screenshot 08-reprinted",
    "acquirer answers pay 8 s late, once",
    "cashier keys 3.00, picks pay",
    "customer shows alipay code",
    "acquirer hears pay",
    "acquirer hears pay",
    "power cut",
    "window screenshot 09-power-cut",
    "power on",
    "everything settles",
    "cashier goes to history",
    "screenshot 10-history",
    "cashier picks sign-on",
    "screen shows \"Signed on\"",
    "cashier presses ok",
    "cashier keys 15.00, picks sale",
    "screenshot 11-present-card",
    "customer inserts card union-credit-pin",
    "screen shows \"PIN\"",
    "screenshot 12-pin",
    // The keys 1 to 6, and what confirms them, on the small screen.
    "screen is tapped at 89,394",
    "screen is tapped at 239,394",
    "screen is tapped at 390,394",
    "screen is tapped at 89,481",
    "screen is tapped at 239,481",
    "screen is tapped at 390,481",
    "screenshot 13-pin-keyed",
    "screen is tapped at 240,742",
    "screen shows \"approved 15.00\"",
    "screenshot 14-card-approved",
    "cashier wants paper",
    "payment ends",
    "customer removes the card",
    "cashier picks settle",
    "screen shows \"The totals agree\"",
    "screenshot 15-settled",
    "cashier presses ok",
    "books agree",
    "paper is saved",
    "transcript is saved to story",
];

/// A sentence of the demo.
enum Said {
    /// The same in both languages.
    Sentence(&'static str),
    /// The terminal shows a text, which is another in each language: English, then Chinese.
    Shows(&'static str, &'static str),
}

use Said::{Sentence, Shows};

/// The first page. The socket answers before the terminal runs.
const FIRST_PAGE: Said = Shows("Who is at the till?", "请选择操作员");

/// What the demo does after somebody has signed in. An amount that ends in .79 is booked by the
/// bank, and its answer lost.
const DEMO: &[Said] = &[
    Sentence("cashier keys 12.00, picks pay"),
    Sentence("customer shows wechat code"),
    Shows("approved 12.00", "收款成功 12.00"),
    Sentence("cashier wants paper"),
    Sentence("payment ends"),
    Sentence("cashier keys 8.50, picks show-code"),
    Sentence("customer scans and pays"),
    Shows("approved 8.50", "收款成功 8.50"),
    Sentence("cashier wants paper"),
    Sentence("payment ends"),
    Sentence("cashier picks sign-on"),
    Shows("Signed on", "签到成功"),
    Sentence("cashier presses ok"),
    Sentence("cashier keys 15.00, picks sale"),
    Sentence("customer inserts card union-credit-pin"),
    Shows("PIN", "密码"),
    Sentence("customer keys the PIN"),
    Shows("approved 15.00", "收款成功 15.00"),
    Sentence("cashier wants paper"),
    Sentence("payment ends"),
    Sentence("customer removes the card"),
    Sentence("cashier keys 6.00, picks sale"),
    Sentence("customer taps card tap-union"),
    Shows("approved 6.00", "收款成功 6.00"),
    Sentence("cashier wants paper"),
    Sentence("payment ends"),
    Sentence("customer removes the card"),
    Sentence("cashier keys 7.79, picks sale"),
    Sentence("customer inserts card union-credit-pin"),
    Shows("PIN", "密码"),
    Sentence("customer keys the PIN"),
    Shows("Taking it back", "冲正"),
    Sentence("payment ends"),
    Sentence("cashier presses ok"),
    Sentence("customer removes the card"),
    Sentence("everything settles"),
    Sentence("cashier picks settle"),
    Shows("The totals agree", "对账平"),
    Sentence("cashier presses ok"),
    Sentence("books agree"),
];

/// True where a window can be opened that somebody sees.
pub(crate) fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

impl Said {
    fn sentence(&self, language: Language) -> String {
        match (self, language) {
            (Sentence(sentence), _) => (*sentence).to_owned(),
            (Shows(english, _), Language::En) => format!("screen shows \"{english}\""),
            (Shows(_, chinese), Language::Zh) => format!("screen shows \"{chinese}\""),
        }
    }
}

/// The demo in the emulator; with `once` it is closed at the end, else its owner closes it.
pub(crate) fn demo(
    place: &Place,
    folder: &Path,
    language: Language,
    once: bool,
) -> Result<(), Error> {
    let mut emulator = Emulator::start(place, &folder.join("emulator"), language, None)?;
    emulator.say(match language {
        Language::En => "cashier signs in as Wang",
        Language::Zh => "cashier signs in as 王芳",
    })?;
    for said in DEMO {
        let sentence = said.sentence(language);
        eprintln!("  {sentence}");
        emulator.say(&sentence)?;
    }
    let mut books = command::program(place, place.binary("debug"));
    books.arg("acquirer").arg("--books").arg("--folder").arg(emulator.folder.join("acquirer"));
    println!();
    command::run(&mut books)?;
    println!(
        "\nTwo codes and two cards were approved; the card whose answer was lost was taken back, \
         and the batch is settled.\nThe books above agree with the terminal's journal, payment by \
         payment.\nEverything of it is in {}.",
        emulator.folder.display()
    );
    if once {
        return Ok(());
    }
    println!(
        "The emulator is yours until you close its window; try `caisson emulator ctl --help`."
    );
    emulator.wait()
}

/// The whole story on a display that nobody sees; pictures are in `<build folder>/emulator`.
pub(crate) fn test(place: &Place) -> Result<(), Error> {
    let folder = place.target.join("emulator");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Error::io(format!("emptying {}", folder.display())))?;
    }
    let display = Display::start()?;
    let emulator = Emulator::start(place, &folder, Language::En, Some(&display.name))?;
    for sentence in STORY {
        emulator.say(sentence)?;
    }
    pictures_differ(&folder)?;
    drop(emulator);
    let mut caisson = command::program(place, place.binary("debug"));
    caisson.arg("scenario").arg(folder.join("story.toml")).arg("--apps").arg(place.apps());
    command::run_quoted(&mut caisson)
}

/// Every picture of the story is there, and no two are the same.
fn pictures_differ(folder: &Path) -> Result<(), Error> {
    let names = STORY.iter().filter_map(|sentence| sentence.split_once("screenshot "));
    let mut seen = BTreeSet::new();
    for (_, name) in names {
        let path = folder.join(format!("{name}.png"));
        let picture = fs::read(&path).map_err(Error::io(format!("reading {}", path.display())))?;
        if !seen.insert(picture) {
            return Err(Error::Wrong(format!("{}: shows the same as another", path.display())));
        }
    }
    Ok(())
}

/// A running emulator.
struct Emulator {
    child: Child,
    binary: PathBuf,
    folder: PathBuf,
}

impl Emulator {
    /// Starts it in `folder`, and waits until the terminal shows its first page.
    fn start(
        place: &Place,
        folder: &Path,
        language: Language,
        display: Option<&str>,
    ) -> Result<Self, Error> {
        let making = || Error::io(format!("making {}", folder.display()));
        fs::create_dir_all(folder).map_err(making())?;
        let log = File::create(folder.join("emulator.log")).map_err(making())?;
        let binary = place.binary("debug");
        let mut command = command::program(place, &binary);
        command.args(["emulator", "--folder"]).arg(folder).arg("--apps").arg(place.apps());
        command.args(["--language", language.word()]);
        if let Some(display) = display {
            command.env("DISPLAY", display).env_remove("WAYLAND_DISPLAY");
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let child = command.spawn().map_err(Error::io(format!("starting {}", binary.display())))?;
        let mut emulator = Self { child, binary, folder: folder.to_path_buf() };
        let until = Instant::now() + READY_WAIT;
        while !command::answers(&mut emulator.ctl("clock passes 1 ms")) {
            let ended = emulator.child.try_wait().map_err(Error::io("looking at the emulator"))?;
            if ended.is_some() || Instant::now() > until {
                let log = emulator.folder.join("emulator.log");
                let said = fs::read_to_string(&log).unwrap_or_default();
                let text = format!("the emulator does not answer; it said:\n{}", said.trim_end());
                return Err(Error::Wrong(text));
            }
            sleep(LOOK_EVERY);
        }
        eprintln!("the emulator is process {}", emulator.child.id());
        emulator.say(&FIRST_PAGE.sentence(language))?;
        Ok(emulator)
    }

    fn ctl(&self, sentence: &str) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(["emulator", "ctl", "--socket"]).arg(self.folder.join("control.sock"));
        command.args(sentence.split(' '));
        command
    }

    /// Says a sentence that must be done.
    fn say(&self, sentence: &str) -> Result<(), Error> {
        let output = self.ctl(sentence).output().map_err(Error::io("asking the emulator"))?;
        if output.status.success() {
            return Ok(());
        }
        let why = String::from_utf8_lossy(&output.stderr);
        Err(Error::Wrong(format!(
            "the emulator did not do \"{sentence}\": {}; see {}",
            why.trim_end(),
            self.folder.display()
        )))
    }

    /// Until its window is closed.
    fn wait(&mut self) -> Result<(), Error> {
        self.child.wait().map(drop).map_err(Error::io("waiting for the emulator"))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// A display in memory.
struct Display {
    child: Child,
    name: String,
}

impl Display {
    fn start() -> Result<Self, Error> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", DISPLAY_SIZE, "-nolisten", "tcp"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let child = command.spawn().map_err(Error::io("starting Xvfb"))?;
        let mut display = Self { child, name: String::new() };
        let (tell, told) = mpsc::channel();
        if let Some(output) = display.child.stdout.take() {
            thread::spawn(move || {
                let mut number = String::new();
                // Whether it said so or not, the receiver's time is limited.
                let _ = BufReader::new(output).read_line(&mut number);
                let _ = tell.send(number);
            });
        }
        let number = told.recv_timeout(DISPLAY_WAIT).unwrap_or_default();
        let number: u32 = number
            .trim()
            .parse()
            .map_err(|_| Error::Wrong("Xvfb did not say which display it is".to_owned()))?;
        display.name = format!(":{number}");
        Ok(display)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Asks a process to end, and ends it where it does not.
fn end(child: &mut Child) {
    let asked = command::answers(Command::new("kill").args(["-TERM", &child.id().to_string()]));
    let until = Instant::now() + END_WAIT;
    while asked && Instant::now() < until {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        sleep(LOOK_EVERY);
    }
    // Where it has ended by itself there is nothing left to end.
    let _ = child.kill();
    let _ = child.wait();
}
