//! What a person types at a headless terminal: one command a line.

use caisson_core::PaymentKey;
use caisson_core::desk::Act;
use caisson_devices::screen::{Key, PinDigits};
use caisson_vault::{PASSCODE_DIGITS_MAX, PASSCODE_DIGITS_MIN, Passcode};
use std::path::PathBuf;

/// Longest line; what is beyond it was not typed by a person.
pub(crate) const LINE_BYTES_MAX: usize = 4096;

/// Every command with what it does, for `help` and for whoever typed something else.
const COMMANDS: &str = "\
pay AMOUNT [CURRENCY]        scan the customer's code:  pay 12.00
show-code AMOUNT [CURRENCY]  show a code to the customer's phone
SERVICE AMOUNT [CURRENCY]    any other sale that `services` lists; pre-auth AMOUNT reserves
refund KEY AMOUNT            give back some or all of a sale
complete KEY AMOUNT          take some or all of what was reserved
void KEY                     all of a sale of today goes back, or of what was reserved is let go
reprint KEY                  print a receipt again
serve SERVICE                run a service that moves no money:  serve query
services                     list what the installed apps offer
methods                      list the ways to pay, and which cannot be used now
hold FILE                    hold a picture, or a folder of them, before the emulated camera
hold-code TEXT               hold a QR code with this text before the emulated camera
hold-nothing                 take it away
insert CARD                  put a card of the deck into the emulated reader:  insert union-credit-pin
tap CARD                     hold it to the reader; a tag, too:  tap loyalty
swipe CARD                   draw it through, while a card is awaited
take-card                    take it out
ok, yes, no, row N, cancel   press that key
amount AMOUNT                key an amount that an app asks for:  amount 5.00
values A | B | ...           fill in a form, one value for each field
pin DIGITS                   key a card's PIN
owner CODE                   key the owner's code, which releases a held payment
open                         list the payments that are not certain yet
help                         this list
quit                         finish what is under way, then end";

/// The commands that this build has: only a desktop has an emulated camera.
pub(crate) fn commands() -> String {
    let emulated = ["hold", "insert", "tap", "swipe", "take-card"];
    let is_here = |line: &&str| {
        cfg!(feature = "desktop") || !emulated.iter().any(|word| line.starts_with(word))
    };
    COMMANDS.lines().filter(is_here).collect::<Vec<_>>().join("\n")
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    /// Take or reserve money with this service.
    Sale { service: String, amount: String, currency: Option<String> },
    /// Do something with an earlier payment; without an amount, with all of it.
    Linked { act: Act, key: PaymentKey, amount: Option<String> },
    /// Print again.
    Reprint(PaymentKey),
    /// Run a service that moves no money.
    Serve(String),
    /// List the services.
    Services,
    /// List the ways to pay and how each stands.
    Methods,
    /// Hold a picture or a folder of them before the camera.
    Hold(PathBuf),
    /// Hold a code before the camera.
    HoldCode(String),
    /// Hold nothing.
    HoldNothing,
    /// Do something with a card.
    Card(CardDeed),
    /// Press a key.
    Press(Key),
    /// Key an amount, in the currency of what is on the screen.
    Amount(String),
    /// List what is open.
    Open,
    /// Show the commands.
    Help,
    /// End.
    Quit,
    /// An empty line or a comment.
    Nothing,
}

/// What is done with a card, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CardDeed {
    /// Into the slot.
    Insert(String),
    /// Into the field.
    Tap(String),
    /// Through the stripe's reader.
    Swipe(String),
    /// Away.
    Take,
}

/// Reads one line.
///
/// # Errors
/// What is wrong with it, in one sentence.
pub(crate) fn parse(line: &str) -> Result<Command, String> {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let words: Vec<&str> = rest.split_whitespace().collect();
    match (word, words.as_slice()) {
        ("", _) => Ok(Command::Nothing),
        (word, _) if word.starts_with('#') => Ok(Command::Nothing),
        ("ok", []) => Ok(Command::Press(Key::Ok)),
        ("yes", []) => Ok(Command::Press(Key::Yes)),
        ("no", []) => Ok(Command::Press(Key::No)),
        ("cancel", []) => Ok(Command::Press(Key::Cancel)),
        ("row", [number]) => row(number),
        ("amount", [amount]) if is_amount(amount) => Ok(Command::Amount((*amount).to_owned())),
        ("values", _) => Ok(values(rest)),
        ("services", []) => Ok(Command::Services),
        ("methods", []) => Ok(Command::Methods),
        ("owner", [code]) => owner(code),
        ("pin", [digits]) => pin(digits),
        ("open", []) => Ok(Command::Open),
        ("help", _) => Ok(Command::Help),
        ("quit" | "exit", []) => Ok(Command::Quit),
        ("hold-nothing", []) => Ok(Command::HoldNothing),
        ("hold", [_, ..]) => Ok(Command::Hold(rest.into())),
        ("insert", [card]) => Ok(Command::Card(CardDeed::Insert((*card).to_owned()))),
        ("tap", [card]) => Ok(Command::Card(CardDeed::Tap((*card).to_owned()))),
        ("swipe", [card]) => Ok(Command::Card(CardDeed::Swipe((*card).to_owned()))),
        ("take-card", []) => Ok(Command::Card(CardDeed::Take)),
        ("hold-code", [_, ..]) => Ok(Command::HoldCode(rest.to_owned())),
        ("serve", [service]) => Ok(Command::Serve((*service).to_owned())),
        ("reprint", [key]) => Ok(Command::Reprint(payment_key(key)?)),
        ("refund", [key, amount]) => linked(Act::Refund, key, Some(amount)),
        ("complete", [key, amount]) => linked(Act::Complete, key, Some(amount)),
        ("void", [key]) => linked(Act::Void, key, None),
        ("owner", _) => Err("write the owner's code: owner 123456".to_owned()),
        ("pin", _) => Err("write the PIN: pin 1234".to_owned()),
        ("amount", _) => Err("write an amount: amount 5.00".to_owned()),
        ("row", _) => Err("write the number of a row: row 2".to_owned()),
        ("hold", _) => Err("write a picture's path: hold code.png".to_owned()),
        ("hold-code", _) => Err("write the code's text: hold-code 134567890123456789".to_owned()),
        ("insert" | "tap" | "swipe", _) => {
            Err(format!("write a card's name: {word} union-credit-pin"))
        }
        ("serve", _) => Err("write a service's name: serve query".to_owned()),
        ("reprint", _) => Err("write a payment's key: reprint KEY".to_owned()),
        ("refund", _) => Err("write a sale's key and an amount: refund KEY 5.00".to_owned()),
        ("complete", _) => {
            Err("write the key of what was reserved and an amount: complete KEY 5.00".to_owned())
        }
        ("void", _) => Err("write a payment's key: void KEY".to_owned()),
        (service, [amount]) if is_amount(amount) => Ok(sale(service, amount, None)),
        (service, [amount, currency]) if is_amount(amount) => {
            Ok(sale(service, amount, Some((*currency).to_owned())))
        }
        ("pay" | "show-code", _) => Err(format!("write an amount: {word} 12.00")),
        (word, _) => {
            let word: String = word.chars().take(40).collect();
            Err(format!("there is no command \"{word}\"; there are:\n{}", commands()))
        }
    }
}

fn sale(service: &str, amount: &str, currency: Option<String>) -> Command {
    Command::Sale { service: service.to_owned(), amount: amount.to_owned(), currency }
}

fn linked(act: Act, key: &str, amount: Option<&str>) -> Result<Command, String> {
    Ok(Command::Linked { act, key: payment_key(key)?, amount: amount.map(str::to_owned) })
}

/// Looks like an amount; whether it is one, the terminal says.
fn is_amount(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'))
}

fn row(text: &str) -> Result<Command, String> {
    let number = text.parse::<u32>().ok().and_then(|number| number.checked_sub(1));
    let number =
        number.ok_or_else(|| format!("{text} is not the number of a row; the first is 1"))?;
    Ok(Command::Press(Key::Row(number)))
}

/// One for each field, between bars; whether they fit, the terminal says.
fn values(text: &str) -> Command {
    Command::Press(Key::Values(text.split('|').map(|value| value.trim().to_owned()).collect()))
}

/// Says nothing of what was typed.
fn owner(text: &str) -> Result<Command, String> {
    let wrong = || format!("a code has {PASSCODE_DIGITS_MIN} to {PASSCODE_DIGITS_MAX} digits");
    Passcode::new(text).map(|code| Command::Press(Key::Code(code))).ok_or_else(wrong)
}

/// Says nothing of what was typed.
fn pin(text: &str) -> Result<Command, String> {
    let wrong = || "a PIN has 4 to 12 digits".to_owned();
    PinDigits::new(text).map(|pin| Command::Press(Key::Pin(pin))).ok_or_else(wrong)
}

fn payment_key(text: &str) -> Result<PaymentKey, String> {
    PaymentKey::try_from(text.to_owned()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Command) {
        assert_eq!(parse(line), Ok(expected), "{line}");
    }

    #[track_caller]
    fn check_wrong(line: &str, expected: &str) {
        assert_eq!(parse(line), Err(expected.to_owned()), "{line}");
    }

    #[test]
    fn every_command_is_understood() {
        check("pay 12.00", sale("pay", "12.00", None));
        check("  show-code 12 USD ", sale("show-code", "12", Some("USD".to_owned())));
        check("top-up 5", sale("top-up", "5", None));
        check("pay -1", sale("pay", "-1", None));
        let key = PaymentKey::try_from("K1".to_owned()).unwrap();
        let all = |act, amount: Option<&str>| Command::Linked {
            act,
            key: key.clone(),
            amount: amount.map(str::to_owned),
        };
        check("refund K1 5.00", all(Act::Refund, Some("5.00")));
        check("complete K1 5", all(Act::Complete, Some("5")));
        check("void K1", all(Act::Void, None));
        check("pre-auth 12.00", sale("pre-auth", "12.00", None));
        check("reprint K1", Command::Reprint(key));
        check("serve query", Command::Serve("query".to_owned()));
        check("hold my code.png", Command::Hold("my code.png".into()));
        check("hold-code 13 45", Command::HoldCode("13 45".to_owned()));
        check("row 1", Command::Press(Key::Row(0)));
        check("cancel", Command::Press(Key::Cancel));
        let code = Passcode::new("482913").unwrap();
        check("owner 482913", Command::Press(Key::Code(code)));
        check("methods", Command::Methods);
        check("amount 5.00", Command::Amount("5.00".to_owned()));
        let values = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        check("values 12 | a b |", Command::Press(Key::Values(values(&["12", "a b", ""]))));
        check("values", Command::Press(Key::Values(values(&[""]))));
        check("", Command::Nothing);
        check("# a note", Command::Nothing);
        check("quit", Command::Quit);
    }

    #[test]
    fn a_wrong_command_says_what_to_write() {
        check_wrong("pay", "write an amount: pay 12.00");
        check_wrong("pay twelve", "write an amount: pay 12.00");
        check_wrong("row 0", "0 is not the number of a row; the first is 1");
        check_wrong("owner 48291", "a code has 6 to 12 digits");
        check_wrong("amount", "write an amount: amount 5.00");
        check_wrong("amount five", "write an amount: amount 5.00");
        check_wrong("row", "write the number of a row: row 2");
        check_wrong("void", "write a payment's key: void KEY");
        check_wrong("refund k1 5.00", "\"k1\" is not a payment key (1 to 32 of 0-9 and A-Z)");
        check_wrong("dance", &format!("there is no command \"dance\"; there are:\n{COMMANDS}"));
        check_wrong("ok now", &format!("there is no command \"ok\"; there are:\n{COMMANDS}"));
    }
}
