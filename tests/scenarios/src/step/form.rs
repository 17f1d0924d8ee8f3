//! The forms of a step: the grammar and the help as one table.

use super::word::{
    COUNT_MAX, WRONG_CODE, act, bank_fault, code, desk, duration, fault, file_name, hears, jump,
    link_of, number, pay, payment, place, printer, row, set, shows, sign_in, tap, time_zone,
    values, wallet, years,
};
use super::{CardAct, DeskStep, PhoneAct, PinAct, Step, WindowStep};
use crate::emulated_profile::OWNER_CODE;
use caisson_devices::emulated::camera::Fault as CameraFault;
use caisson_devices::emulated::paper_roll::Fault as PrinterFault;
use caisson_devices::screen::{Key, Point, ReceiptWish};
use caisson_network::emulated::Link;

/// What a form's captured words make.
type Read = fn(&[&str]) -> Result<Step, String>;

/// Words in capitals capture one word; `TEXT` and `FAULT` at the end capture the rest. `band(s)`
/// is `band` or `bands`. Of two that fit, the first counts.
#[rustfmt::skip]
const FORMS: &[(&str, &str, Read)] = &[
    ("cashier keys AMOUNT, picks SERVICE", "a payment begins", |c| pay(at(c, 0), None, None, at(c, 1))),
    ("cashier keys AMOUNT CURRENCY, picks SERVICE", "in that currency", |c| pay(at(c, 0), Some(at(c, 1)), None, at(c, 2))),
    ("cashier keys AMOUNT for order ORDER, picks SERVICE", "with the merchant's own order number", |c| pay(at(c, 0), None, Some(at(c, 1)), at(c, 2))),
    ("cashier refunds AMOUNT of payment N", "N counts the journal's payments from 1", |c| Ok(Step::Refund { amount: at(c, 0).to_owned(), payment: payment(at(c, 1))? })),
    ("cashier completes AMOUNT of payment N", "takes that much of what it reserved", |c| Ok(Step::Complete { amount: at(c, 0).to_owned(), payment: payment(at(c, 1))? })),
    ("cashier reprints payment N", "another copy of its receipt", |c| Ok(Step::Reprint { payment: payment(at(c, 0))? })),
    ("cashier keys AMOUNT", "on the page that asks for one", |c| desk(DeskStep::Amount(at(c, 0).to_owned()))),
    ("cashier voids payment N", "all of it goes back, or is let go where it was reserved", |c| desk(DeskStep::Void { payment: payment(at(c, 0))? })),
    ("cashier picks SERVICE", "a way to pay where the desk asks for one, else a service that moves no money", |c| Ok(Step::Serve { service: at(c, 0).to_owned() })),
    ("cashier cancels", "presses Cancel", |_| Ok(Step::Press(Key::Cancel))),
    ("cashier says yes", "answers the terminal's question", |_| Ok(Step::Press(Key::Yes))),
    ("cashier says no", "answers the terminal's question", |_| Ok(Step::Press(Key::No))),
    ("owner keys the code", "which releases a held payment", |_| code(OWNER_CODE)),
    ("owner keys a wrong code", "as somebody else would", |_| code(WRONG_CODE)),
    ("cashier keys a wrong code", "which is nobody's", |_| code(WRONG_CODE)),
    ("cashier presses ok", "the one button of a message", |_| Ok(Step::Press(Key::Ok))),
    ("cashier presses ACT", "on a payment's page: reprint, refund, complete, void or resolve", |c| desk(DeskStep::Do(act(at(c, 0))?))),
    ("cashier signs in as NAME with CODE", "the code is never shown or saved", |c| sign_in(at(c, 0), Some(at(c, 1)))),
    ("cashier signs in as NAME", "with the code that the emulated profile gives them", |c| sign_in(at(c, 0), None)),
    ("cashier signs out", "the next one signs in", |_| desk(DeskStep::Go(caisson_devices::screen::Place::SignOut))),
    ("cashier goes to PLACE", "keypad, menu, history, totals, problems, settings, about", |c| desk(DeskStep::Go(place(at(c, 0))?))),
    ("cashier goes back", "to where the page was opened from", |_| desk(DeskStep::Go(caisson_devices::screen::Place::Back))),
    ("cashier searches TEXT", "in the history; \"\" for all", |c| desk(DeskStep::Search(super::word::unquoted(at(c, 0))?))),
    ("cashier sets SETTING VALUE", "language zh or en, theme light or dark, volume off, low or loud", |c| desk(DeskStep::Set(set(at(c, 0), at(c, 1))?))),
    ("cashier wants paper", "the receipt printed", |_| Ok(Step::Press(Key::Receipt(ReceiptWish::Paper)))),
    ("cashier wants a code", "the receipt as a code for the customer's phone", |_| Ok(Step::Press(Key::Receipt(ReceiptWish::Code)))),
    ("cashier wants no receipt", "none", |_| Ok(Step::Press(Key::Receipt(ReceiptWish::Nothing)))),
    ("customer fills in TEXT", "a form's fields, with ; between them", |c| values(at(c, 0))),
    ("customer signs", "with one stroke", |_| Ok(Step::Press(Key::Strokes(vec![vec![Point { x: 100, y: 300 }, Point { x: 500, y: 100 }, Point { x: 900, y: 300 }]])))),
    ("cashier chooses row N", "of a menu, from 1", |c| row(at(c, 0))),
    ("customer shows nothing", "takes the phone away; so does the end of a payment", |_| Ok(Step::ShowNothing)),
    ("customer shows a damaged code", "a payment code that nobody can read", |_| Ok(Step::ShowDamaged)),
    ("customer shows the receipt of payment N", "the paper as it was printed", |c| Ok(Step::ShowReceipt { payment: payment(at(c, 0))? })),
    ("customer shows webcam DEVICE", "what this machine's own camera sees, from the next scan on: /dev/video0", |c| Ok(Step::ShowWebcam(at(c, 0).into()))),
    ("customer taps card NAME", "before the reader: `tests/cards/deck` lists them", |c| Ok(Step::Card(CardAct::Taps(at(c, 0).to_owned())))),
    ("customer inserts card NAME", "into the reader; it stays there", |c| Ok(Step::Card(CardAct::Inserts(at(c, 0).to_owned())))),
    ("customer swipes card NAME", "through the reader, which must wait for a card", |c| Ok(Step::Card(CardAct::Swipes(at(c, 0).to_owned())))),
    ("customer removes the card", "from the reader, out of slot and field", |_| Ok(Step::Card(CardAct::Removes))),
    ("customer keys the PIN", "of the card that was presented last", |_| Ok(Step::Pin(PinAct::Right))),
    ("customer keys a wrong PIN", "which is no card's", |_| Ok(Step::Pin(PinAct::Wrong))),
    ("customer keys no PIN", "where the acquirer allows to go on without one", |_| Ok(Step::Pin(PinAct::Nothing))),
    ("customer shows picture TEXT", "a file, from the scenario's own folder", |c| Ok(Step::ShowPicture(at(c, 0).into()))),
    ("customer shows code TEXT", "a code with that text", |c| Ok(Step::ShowText(at(c, 0).to_owned()))),
    ("customer shows WALLET code", "a fresh payment code of wechat, alipay or unionpay", |c| wallet(at(c, 0))),
    ("customer scans and pays", "the phone reads the pixels of the shown code", |_| Ok(Step::Scan(PhoneAct::Pays))),
    ("customer scans and pays late", "the money comes after the code was closed (amounts .32)", |_| Ok(Step::Scan(PhoneAct::PaysLate))),
    ("customer scans and refuses", "looks, and does not pay", |_| Ok(Step::Scan(PhoneAct::Refuses))),
    ("customer confirms on the phone", "where the wallet asks after the code was scanned", |_| Ok(Step::Answer { pays: true })),
    ("customer refuses on the phone", "where the wallet asks after the code was scanned", |_| Ok(Step::Answer { pays: false })),
    ("clock passes N UNIT", "ms, s, min or h, at most two days", |c| Ok(Step::Pass(duration(at(c, 0), at(c, 1))?))),
    ("clock jumps N year(s) ahead", "the wall clock alone, as a wrong time server sets it", |c| Ok(Step::ClockJumps(years(at(c, 0))?))),
    ("clock jumps N year(s) back", "the wall clock alone", |c| Ok(Step::ClockJumps(-years(at(c, 0))?))),
    ("clock jumps N UNIT ahead", "ms, s, min or h, at most two days", |c| jump(at(c, 0), at(c, 1), 1)),
    ("clock jumps N UNIT back", "the wall clock alone", |c| jump(at(c, 0), at(c, 1), -1)),
    ("screen shows TEXT", "waits for a line with the \"text\", after the line of the match before", |c| shows(at(c, 0))),
    ("payment ends", "waits until the cashier was told how it ended", |_| Ok(Step::Ends)),
    ("everything settles", "waits until nothing is recovered, watched or given back", |_| Ok(Step::Settles)),
    ("acquirer hears OPERATION", "waits for one more such request", |c| hears(at(c, 0))),
    ("acquirer FAULT", "does wrong, as `caisson acquirer --help` lists it", |c| fault(at(c, 0))),
    ("bank FAULT", "does wrong, in the acquirer's words: \"loses the answer to sale, once\"", |c| bank_fault(at(c, 0))),
    ("link goes down", "until it comes up", |_| Ok(Step::Link(Link::Down))),
    ("link comes up", "and carries everything", |_| Ok(Step::Link(Link::Up))),
    ("link is slow", "each message comes later by 0.8 s", |_| Ok(Step::Link(Link::Slow))),
    ("link is lossy", "of four connections one cannot be made and one loses its answer", |_| Ok(Step::Link(Link::Lossy))),
    ("link LINK goes down", "wired, wifi or cellular alone; the next best takes over", |c| link_of(at(c, 0), Link::Down)),
    ("link LINK comes up", "and carries everything", |c| link_of(at(c, 0), Link::Up)),
    ("link LINK is slow", "each message comes later by 0.8 s", |c| link_of(at(c, 0), Link::Slow)),
    ("link LINK is lossy", "of four connections one cannot be made and one loses its answer", |c| link_of(at(c, 0), Link::Lossy)),
    ("link cuts before the request", "on the next connection, just before its first byte", |_| Ok(Step::NextLink(Link::CutBeforeRequest))),
    ("link cuts after N byte(s)", "of the request on the next connection", |c| Ok(Step::NextLink(Link::CutAfter { bytes: number(at(c, 0), COUNT_MAX)? }))),
    ("link loses the next answer", "and carries what comes after it", |_| Ok(Step::NextLink(Link::LosesAnswer))),
    ("printer runs out of paper", "at once", |_| printer(PrinterFault::PaperOut, None)),
    ("printer runs out of paper after N band(s)", "of dots", |c| printer(PrinterFault::PaperOut, Some(at(c, 0)))),
    ("printer jams", "at once", |_| printer(PrinterFault::Jammed, None)),
    ("printer jams after N band(s)", "of dots", |c| printer(PrinterFault::Jammed, Some(at(c, 0)))),
    ("printer opens its cover", "at once", |_| printer(PrinterFault::CoverOpen, None)),
    ("printer is repaired", "has paper and works", |_| Ok(Step::PrinterRepaired)),
    ("camera is unplugged", "at once", |_| Ok(Step::Camera(Some(CameraFault::Unplugged)))),
    ("camera stalls", "sends no more pictures", |_| Ok(Step::Camera(Some(CameraFault::Stalled)))),
    ("camera is back", "and works", |_| Ok(Step::Camera(None))),
    ("storage is full", "what apps keep takes no more", |_| Ok(Step::StorageFull(true))),
    ("storage has room", "again", |_| Ok(Step::StorageFull(false))),
    ("app hangs", "the next payment's app loops for ever, and the terminal ends it", |_| Ok(Step::AppHangs)),
    ("books agree", "compares the acquirer's books with the journal, payment by payment", |_| Ok(Step::BooksAgree)),
    ("power cut", "the process is killed; a scenario starts it again at once", |_| Ok(Step::PowerCut)),
    ("power on", "starts it again with the same storage", |_| Ok(Step::PowerOn)),
    ("terminal restarts", "is stopped, and starts again", |_| Ok(Step::Restart)),
    ("terminal restarts in time zone ZONE", "whose profile says so now: +08:00, -03:30", |c| time_zone(at(c, 0))),
    ("screen is tapped at X,Y", "a finger on the emulator's screen, in its dots", |c| tap(at(c, 0))),
    ("screenshot TEXT", "of the emulator's screen, into its folder", |c| Ok(Step::Window(WindowStep::Screenshot { name: file_name(at(c, 0), "png")?, is_whole: false }))),
    ("window screenshot TEXT", "of the emulator's whole window, into its folder", |c| Ok(Step::Window(WindowStep::Screenshot { name: file_name(at(c, 0), "png")?, is_whole: true }))),
    ("paper is torn off", "the emulator's roll", |_| Ok(Step::Window(WindowStep::TearPaper))),
    ("paper is saved", "as a picture and a text, in the emulator's folder", |_| Ok(Step::Window(WindowStep::SavePaper))),
    ("transcript is saved", "as a scenario, in the emulator's folder", |_| Ok(Step::Window(WindowStep::SaveTranscript { name: None }))),
    ("transcript is saved to TEXT", "as a scenario of that name", |c| Ok(Step::Window(WindowStep::SaveTranscript { name: Some(file_name(at(c, 0), "toml")?) }))),
    ("transcript shows TEXT", "the panel shows only lines that hold it; \"\" for all", |c| Ok(Step::Window(WindowStep::Filter(super::word::unquoted(at(c, 0))?)))),
];

/// Every accepted form with its meaning, one a line, for a help text.
#[must_use]
pub fn steps_help() -> String {
    let width = FORMS.iter().map(|(form, ..)| form.len()).max().unwrap_or_default();
    let lines = FORMS.iter().map(|(form, meaning, _)| format!("  {form:width$}  {meaning}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The step that `sentence` says; `None` where it has no accepted form, an error where a captured
/// word is wrong.
pub(super) fn read(sentence: &str) -> Option<Result<Step, String>> {
    FORMS.iter().find_map(|(form, _, read)| Some(read(&captured(form, sentence)?)))
}

/// The words of `sentence` that the capitals of `form` stand for, where all the others agree.
fn captured<'s>(form: &str, sentence: &'s str) -> Option<Vec<&'s str>> {
    let (mut found, mut rest) = (Vec::new(), sentence);
    for wanted in form.split(' ') {
        if matches!(wanted, "TEXT" | "FAULT") {
            found.push(rest);
            return (!rest.is_empty()).then_some(found);
        }
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        rest = after.trim_start();
        if let Some(stem) = wanted.strip_suffix("(s)") {
            word.strip_prefix(stem).filter(|end| matches!(*end, "" | "s"))?;
        } else if wanted.starts_with(|first: char| first.is_ascii_uppercase()) {
            let word = if wanted.ends_with(',') { word.strip_suffix(',')? } else { word };
            found.push(word);
            if word.is_empty() || word.ends_with(',') {
                return None;
            }
        } else if word != wanted {
            return None;
        }
    }
    rest.is_empty().then_some(found)
}

fn at<'s>(captured: &[&'s str], index: usize) -> &'s str {
    captured.get(index).copied().unwrap_or_default()
}
