//! The forms of a step: the grammar and the help as one table.

use super::{PhoneAct, Step, duration, number};
use crate::emulated_profile::OWNER_CODE;
use caisson_acquirer::{Operation, Wallet};
use caisson_devices::emulated::camera::Fault as CameraFault;
use caisson_devices::emulated::paper_roll::Fault as PrinterFault;
use caisson_devices::screen::Key;
use caisson_network::emulated::Link;
use caisson_vault::Passcode;

/// A code that is nobody's.
const WRONG_CODE: &str = "10203040";
/// Most payments of a scenario.
const PAYMENTS_MAX: u64 = 100;
/// Farthest jump of the wall clock.
const YEARS_MAX: u64 = 100;
/// Most rows of a menu, and most bands or bytes before a fault.
const COUNT_MAX: u64 = 1_000_000;

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
    ("cashier reprints payment N", "another copy of its receipt", |c| Ok(Step::Reprint { payment: payment(at(c, 0))? })),
    ("cashier picks SERVICE", "a service that moves no money", |c| Ok(Step::Serve { service: at(c, 0).to_owned() })),
    ("cashier cancels", "presses Cancel", |_| Ok(Step::Press(Key::Cancel))),
    ("cashier says yes", "answers the terminal's question", |_| Ok(Step::Press(Key::Yes))),
    ("cashier says no", "answers the terminal's question", |_| Ok(Step::Press(Key::No))),
    ("owner keys the code", "which releases a held payment", |_| code(OWNER_CODE)),
    ("owner keys a wrong code", "as somebody else would", |_| code(WRONG_CODE)),
    ("cashier presses ok", "the one button of a message", |_| Ok(Step::Press(Key::Ok))),
    ("cashier chooses row N", "of a menu, from 1", |c| row(at(c, 0))),
    ("customer shows nothing", "takes the phone away; so does the end of a payment", |_| Ok(Step::ShowNothing)),
    ("customer shows a damaged code", "a payment code that nobody can read", |_| Ok(Step::ShowDamaged)),
    ("customer shows the receipt of payment N", "the paper as it was printed", |c| Ok(Step::ShowReceipt { payment: payment(at(c, 0))? })),
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
    ("screen shows TEXT", "waits for a line with the \"text\", after the line of the match before", |c| shows(at(c, 0))),
    ("payment ends", "waits until the cashier was told how it ended", |_| Ok(Step::Ends)),
    ("everything settles", "waits until nothing is recovered, watched or given back", |_| Ok(Step::Settles)),
    ("acquirer hears OPERATION", "waits for one more such request", |c| hears(at(c, 0))),
    ("acquirer FAULT", "does wrong, as `caisson acquirer --help` lists it", |c| fault(at(c, 0))),
    ("link goes down", "until it comes up", |_| Ok(Step::Link(Link::Down))),
    ("link comes up", "and carries everything", |_| Ok(Step::Link(Link::Up))),
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
    ("power cut", "the process is killed, and starts again", |_| Ok(Step::PowerCut)),
    ("terminal restarts", "is stopped, and starts again", |_| Ok(Step::Restart)),
    ("terminal restarts in time zone ZONE", "whose profile says so now: +08:00, -03:30", |c| time_zone(at(c, 0))),
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

fn code(digits: &str) -> Result<Step, String> {
    let code = Passcode::new(digits).ok_or_else(|| format!("\"{digits}\" is no code"))?;
    Ok(Step::Press(Key::Code(code)))
}

fn pay(
    amount: &str,
    currency: Option<&str>,
    order: Option<&str>,
    service: &str,
) -> Result<Step, String> {
    Ok(Step::Pay {
        amount: amount.to_owned(),
        currency: currency.map(str::to_owned),
        order: order.map(str::to_owned),
        service: service.to_owned(),
    })
}

fn payment(text: &str) -> Result<usize, String> {
    Ok(usize::try_from(number(text, PAYMENTS_MAX)?).unwrap_or(usize::MAX))
}

/// So many years of 365 days, in milliseconds.
fn years(text: &str) -> Result<i64, String> {
    let years = i64::try_from(number(text, YEARS_MAX)?).unwrap_or_default();
    Ok(years * 365 * 24 * 3_600_000)
}

/// As its profile will have it: minutes east of UTC.
fn time_zone(text: &str) -> Result<Step, String> {
    let wrong = || format!("\"{text}\" is not a time zone; write it like +08:00, at most 14 hours");
    let east = |sign: i32| {
        let (hours, minutes) = text.get(1..)?.split_once(':')?;
        let is_number = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let both = is_number(hours) && is_number(minutes);
        let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
        (both && minutes < 60).then_some(sign * (hours * 60 + minutes))
    };
    let minutes = match text.chars().next() {
        Some('+') => east(1),
        Some('-') => east(-1),
        _ => None,
    };
    let minutes = minutes.filter(|minutes| (-840..=840).contains(minutes)).ok_or_else(wrong)?;
    Ok(Step::RestartIn { utc_offset_minutes: minutes })
}

fn row(text: &str) -> Result<Step, String> {
    let row = u32::try_from(number(text, COUNT_MAX)?).unwrap_or(u32::MAX);
    Ok(Step::Press(Key::Row(row - 1)))
}

fn wallet(name: &str) -> Result<Step, String> {
    let wallet = Wallet::named(name);
    let unknown = || format!("\"{name}\" is not a wallet; write wechat, alipay or unionpay");
    wallet.map(Step::ShowCode).ok_or_else(unknown)
}

fn shows(quoted: &str) -> Result<Step, String> {
    let inside = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let text = inside.filter(|text| !text.is_empty());
    text.map(|text| Step::Shows(text.to_owned()))
        .ok_or_else(|| format!("{quoted} is not a text in double quotes"))
}

fn hears(name: &str) -> Result<Step, String> {
    let known = Operation::ALL.iter().map(|operation| operation.name()).collect::<Vec<_>>();
    let unknown = || format!("\"{name}\" is not an operation; write {}", known.join(", "));
    Operation::named(name).map(Step::Hears).ok_or_else(unknown)
}

fn fault(line: &str) -> Result<Step, String> {
    line.parse().map(Step::Acquirer).map_err(|_| {
        let phrases = caisson_acquirer::FAULT_PHRASES.join(", ");
        format!("\"{line}\" is not a fault of the acquirer ({phrases})")
    })
}

fn printer(fault: PrinterFault, bands: Option<&str>) -> Result<Step, String> {
    let after_bands = match bands {
        None => None,
        Some(text) => Some(u32::try_from(number(text, COUNT_MAX)?).unwrap_or(u32::MAX)),
    };
    Ok(Step::Printer { fault, after_bands })
}
