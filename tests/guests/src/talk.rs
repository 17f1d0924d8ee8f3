//! Guests that say too much, or what no screen and no log may carry.

use crate::money::facts;
use caisson_sdk::{Money, Outcome, Stop, printer, reason, ui};

/// Far over what a log keeps.
const LINES: usize = 2_000;

pub(crate) fn start(behaviour: &str) -> Option<Result<Outcome, Stop>> {
    let told = match behaviour {
        "log-flood" => flood_the_log(),
        "log-leak" => leak_into_the_log(),
        "view-flood" => flood_the_screen(),
        "paper-flood" => flood_the_printer(),
        "turns-text-round" => turn_text_round(),
        _ => return None,
    };
    Some(Ok(told))
}

/// Writes lines until any log is full, and ends well.
fn flood_the_log() -> Outcome {
    for line in 0..LINES {
        println!("line {line}: all is well, all is well, all is well");
    }
    Outcome::cancelled(reason::ORDER_CLOSED)
}

/// Writes a card number, whole and in groups, to both outputs.
fn leak_into_the_log() -> Outcome {
    println!("card 6222021234567890 seen");
    eprintln!("card 6222 0212 3456 7890 seen");
    Outcome::cancelled(reason::ORDER_CLOSED)
}

/// Changes the view a hundred times at once; the facts say how often it was let.
fn flood_the_screen() -> Outcome {
    tell(
        (0..100).map(|_| ui::progress("look", "here").map_err(|error| format!("{:?}", error.code))),
    )
}

/// Prints twenty sheets at once; the facts say how often it was let.
fn flood_the_printer() -> Outcome {
    tell((0..20).map(|_| printer::print(["slip"]).map_err(|error| format!("{:?}", error.code))))
}

/// Shows text that a direction-override character turns round.
fn turn_text_round() -> Outcome {
    let title = "00.1 \u{202e}devorppA";
    tell([ui::progress(title, "").map_err(|error| format!("{:?}", error.code))])
}

fn tell(tries: impl IntoIterator<Item = Result<(), String>>) -> Outcome {
    let (mut done, mut refused, mut code) = (0_u32, 0_u32, String::from("none"));
    for result in tries {
        match result {
            Ok(()) => done += 1,
            Err(last) => {
                refused += 1;
                code = last;
            }
        }
    }
    let facts =
        facts([("done", &done.to_string()), ("refused", &refused.to_string()), ("code", &code)]);
    Outcome::approved(Money { minor: 1, currency: "CNY".into() }, facts)
}
