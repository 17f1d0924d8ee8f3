//! The words that a form captures, read as what they say.

use super::{DeskStep, Setting, Step, WindowStep};
use crate::emulator::waits::HOURS_MAX;
use caisson_acquirer::{FaultSyntax, Operation, Wallet};
use caisson_core::desk::{Act, SEARCH_CHARS_MAX, Theme, Volume};
use caisson_core::language::UnknownLanguage;
use caisson_core::view::{FIELDS_MAX, VALUE_CHARS_MAX};
use caisson_devices::emulated::paper_roll::Fault as PrinterFault;
use caisson_devices::screen::{Key, Place};
use caisson_network::emulated::Link;
use caisson_vault::Passcode;
use std::time::Duration;

/// A code that is nobody's.
pub(crate) const WRONG_CODE: &str = "10203040";
/// Most payments of a scenario.
const PAYMENTS_MAX: u64 = 100;
/// Farthest jump of the wall clock.
const YEARS_MAX: u64 = 100;
/// Most rows of a menu, and most bands or bytes before a fault.
pub(super) const COUNT_MAX: u64 = 1_000_000;
/// Most dots of a screen, each way.
const DOTS_MAX: u32 = 4_096;
/// Longest name of a file that is saved.
const NAME_CHARS_MAX: usize = 60;

/// `N` of a form, as a number from 1 to `max`.
pub(super) fn number(text: &str, max: u64) -> Result<u64, String> {
    let read = text.parse().ok().filter(|number| (1..=max).contains(number));
    read.ok_or_else(|| format!("\"{text}\" is not a number from 1 to {max}"))
}

pub(super) fn duration(number_text: &str, unit: &str) -> Result<Duration, String> {
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err(format!("\"{unit}\" is not a unit; write ms, s, min or h")),
    };
    let max = HOURS_MAX * 3_600_000 / unit_ms;
    Ok(Duration::from_millis(number(number_text, max)? * unit_ms))
}

/// The wall clock alone, forward where `sign` is 1, back where it is -1.
pub(super) fn jump(number_text: &str, unit: &str, sign: i64) -> Result<Step, String> {
    let time = duration(number_text, unit)?;
    Ok(Step::ClockJumps(sign * i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
}

pub(super) fn desk(step: DeskStep) -> Result<Step, String> {
    Ok(Step::Desk(step))
}

pub(super) fn sign_in(name: &str, digits: Option<&str>) -> Result<Step, String> {
    // What was typed in a code's place is never repeated.
    let code = digits.map(|digits| Passcode::new(digits).ok_or("a code has 6 to 12 digits"));
    desk(DeskStep::SignIn { name: name.to_owned(), code: code.transpose()? })
}

pub(super) fn place(name: &str) -> Result<Place, String> {
    match name {
        "keypad" => Ok(Place::Keypad),
        "menu" => Ok(Place::Menu),
        "history" => Ok(Place::History),
        "totals" => Ok(Place::Totals),
        "problems" => Ok(Place::Problems),
        "settings" => Ok(Place::Settings),
        "about" => Ok(Place::About),
        "back" => Ok(Place::Back),
        _ => Err(format!(
            "\"{name}\" is not a page; write keypad, menu, history, totals, problems, settings, \
             about or back"
        )),
    }
}

/// How the table writes a page.
pub(crate) const fn place_word(place: Place) -> &'static str {
    match place {
        Place::Back => "goes back",
        Place::Keypad => "goes to keypad",
        Place::Menu => "goes to menu",
        Place::History => "goes to history",
        Place::Totals => "goes to totals",
        Place::Problems => "goes to problems",
        Place::Settings => "goes to settings",
        Place::About => "goes to about",
        Place::SignOut => "signs out",
    }
}

pub(super) fn act(name: &str) -> Result<Act, String> {
    match name {
        "reprint" => Ok(Act::Reprint),
        "refund" => Ok(Act::Refund),
        "complete" => Ok(Act::Complete),
        "void" => Ok(Act::Void),
        "resolve" => Ok(Act::Resolve),
        _ => Err(format!(
            "\"{name}\" is no button; write ok, reprint, refund, complete, void or resolve"
        )),
    }
}

/// How the table writes an act.
pub(crate) const fn act_word(act: Act) -> &'static str {
    match act {
        Act::Reprint => "reprint",
        Act::Refund => "refund",
        Act::Complete => "complete",
        Act::Void => "void",
        Act::Totals => "totals",
        Act::Resolve => "resolve",
        Act::Settings => "settings",
    }
}

pub(super) fn set(setting: &str, value: &str) -> Result<Setting, String> {
    let unknown = || {
        format!(
            "\"{setting} {value}\" is no setting; write language zh or en, theme light or dark, \
             volume off, low or loud"
        )
    };
    match (setting, value) {
        ("language", name) => {
            let language = name.parse().map_err(|error: UnknownLanguage| error.to_string());
            language.map(Setting::Language)
        }
        ("theme", "light") => Ok(Setting::Theme(Theme::Light)),
        ("theme", "dark") => Ok(Setting::Theme(Theme::Dark)),
        ("volume", "off") => Ok(Setting::Volume(Volume::Off)),
        ("volume", "low") => Ok(Setting::Volume(Volume::Low)),
        ("volume", "loud") => Ok(Setting::Volume(Volume::Loud)),
        _ => Err(unknown()),
    }
}

pub(super) fn tap(place: &str) -> Result<Step, String> {
    let dots = |text: &str| text.trim().parse().ok().filter(|dot| *dot < DOTS_MAX);
    let read = place.split_once(',').and_then(|(x, y)| Some((dots(x)?, dots(y)?)));
    let (x, y) = read.ok_or_else(|| format!("\"{place}\" is no place; write it like 240,400"))?;
    Ok(Step::Window(WindowStep::Tap { x, y }))
}

/// The name of a file in a folder of ours, with its ending; nothing that leads out of it.
pub(super) fn file_name(name: &str, ending: &str) -> Result<String, String> {
    let stem = name.strip_suffix(ending).and_then(|stem| stem.strip_suffix('.')).unwrap_or(name);
    let is_plain = stem.chars().all(|c| c.is_alphanumeric() || "-_ ".contains(c));
    let fits = (1..=NAME_CHARS_MAX).contains(&stem.chars().count());
    if is_plain && fits {
        return Ok(format!("{stem}.{ending}"));
    }
    Err(format!("\"{name}\" is no name; 1 to {NAME_CHARS_MAX} letters, digits, - and _"))
}

/// A text, with or without double quotes around it.
pub(super) fn unquoted(text: &str) -> Result<String, String> {
    let inside = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    if inside.chars().count() > SEARCH_CHARS_MAX {
        return Err(format!("a text has at most {SEARCH_CHARS_MAX} characters"));
    }
    Ok(inside.to_owned())
}

pub(super) fn values(text: &str) -> Result<Step, String> {
    let values: Vec<String> = text.split(';').map(|value| value.trim().to_owned()).collect();
    let fits = values.iter().all(|value| value.chars().count() <= VALUE_CHARS_MAX);
    if values.len() > FIELDS_MAX || !fits {
        return Err(format!("at most {FIELDS_MAX} values of {VALUE_CHARS_MAX} characters"));
    }
    Ok(Step::Press(Key::Values(values)))
}

pub(super) fn link_of(name: &str, link: Link) -> Result<Step, String> {
    let name =
        name.parse().map_err(|error: caisson_network::emulated::UnknownLink| error.to_string())?;
    Ok(Step::LinkOf(name, link))
}

pub(super) fn code(digits: &str) -> Result<Step, String> {
    let code = Passcode::new(digits).ok_or_else(|| format!("\"{digits}\" is no code"))?;
    Ok(Step::Press(Key::Code(code)))
}

pub(super) fn pay(
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

pub(super) fn payment(text: &str) -> Result<usize, String> {
    Ok(usize::try_from(number(text, PAYMENTS_MAX)?).unwrap_or(usize::MAX))
}

/// So many years of 365 days, in milliseconds.
pub(super) fn years(text: &str) -> Result<i64, String> {
    let years = i64::try_from(number(text, YEARS_MAX)?).unwrap_or_default();
    Ok(years * 365 * 24 * 3_600_000)
}

/// As its profile will have it: minutes east of UTC.
pub(super) fn time_zone(text: &str) -> Result<Step, String> {
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

pub(super) fn row(text: &str) -> Result<Step, String> {
    let row = u32::try_from(number(text, COUNT_MAX)?).unwrap_or(u32::MAX);
    Ok(Step::Press(Key::Row(row - 1)))
}

pub(super) fn wallet(name: &str) -> Result<Step, String> {
    let wallet = Wallet::named(name);
    let unknown = || format!("\"{name}\" is not a wallet; write wechat, alipay or unionpay");
    wallet.map(Step::ShowCode).ok_or_else(unknown)
}

pub(super) fn shows(quoted: &str) -> Result<Step, String> {
    let inside = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let text = inside.filter(|text| !text.is_empty());
    text.map(|text| Step::Shows(text.to_owned()))
        .ok_or_else(|| format!("{quoted} is not a text in double quotes"))
}

pub(super) fn hears(name: &str) -> Result<Step, String> {
    let known = Operation::ALL.iter().map(|operation| operation.name()).collect::<Vec<_>>();
    let unknown = || format!("\"{name}\" is not an operation; write {}", known.join(", "));
    Operation::named(name).map(Step::Hears).ok_or_else(unknown)
}

pub(super) fn fault(line: &str) -> Result<Step, String> {
    line.parse().map(Step::Acquirer).map_err(|error: FaultSyntax| error.to_string())
}

pub(super) fn bank_fault(line: &str) -> Result<Step, String> {
    line.parse().map(Step::Bank).map_err(|error: FaultSyntax| error.to_string())
}

pub(super) fn printer(fault: PrinterFault, bands: Option<&str>) -> Result<Step, String> {
    let after_bands = match bands {
        None => None,
        Some(text) => Some(u32::try_from(number(text, COUNT_MAX)?).unwrap_or(u32::MAX)),
    };
    Ok(Step::Printer { fault, after_bands })
}
