//! Guests that ask for every kind of view: at its caps, over them, for a secret, and with the
//! host's own signs. Each says in its facts how every try was answered.

use crate::money::{honest, scanned};
use caisson_sdk::printer::Document;
use caisson_sdk::ui::{self, Error, Form, Stroke};
use caisson_sdk::{Fact, Intent, Money, Outcome, Stop, payment};
use std::time::Duration;

/// How long a person may take.
const WAIT: Duration = Duration::from_secs(60);
/// Between two views: fewer than ten in a second.
const PAUSE: Duration = Duration::from_millis(200);
/// The largest amount that the contract allows.
const MINOR_MAX: u64 = 999_999_999_999;

/// Asks for one view, and says what came of it.
type Asks<'a> = dyn Fn() -> Result<String, Error> + 'a;

pub(crate) fn start(behaviour: &str, intent: &Intent) -> Option<Result<Outcome, Stop>> {
    let facts = match behaviour {
        "views-at-caps" => views(0),
        "views-over-caps" => views(1).into_iter().chain(bodies_over_their_cap()).collect(),
        "asks-for-secrets" => ask_for_secrets(),
        "hoards-forms" => hoard_forms(),
        "asks-the-customer" => ask_the_customer(),
        "ends-itself" => return Some(end_itself(intent)),
        _ => return None,
    };
    Some(Ok(Outcome::approved(Money { minor: 1, currency: "CNY".into() }, facts)))
}

/// How a try was answered.
fn fact(name: &str, said: Result<String, Error>) -> Fact {
    let value = said.unwrap_or_else(|error| format!("{:?}", error.code));
    println!("answered {name}: {value}");
    Fact { name: name.to_owned(), value }
}

fn shown(said: Result<(), Error>) -> Result<String, Error> {
    said.map(|()| "shown".to_owned())
}

/// Every kind of view, `over` above each of its caps.
fn views(over: usize) -> Vec<Fact> {
    let title = &"题".repeat(60 + over);
    let rows = vec!["行".repeat(60); 200 + over];
    let max_minor = MINOR_MAX + u64::from(over > 0);
    let views: [(&str, &Asks<'_>); 13] = [
        ("message", &|| shown(ui::message(title, &"b".repeat(2_000), WAIT))),
        ("progress", &|| shown(ui::progress(title, &"b".repeat(2_000)))),
        ("qr", &|| shown(ui::show_qr(&"7".repeat(1_000 + over), "code"))),
        ("menu", &|| ui::menu("rows", &rows, WAIT).map(|row| format!("row {row}"))),
        ("amount", &|| ui::amount("Tip", max_minor, WAIT).map(|minor| minor.to_string())),
        ("form", &|| ask_for_fields(5 + over)),
        ("present-card", &|| shown(ui::present_card(title))),
        ("signature", &|| ui::signature(title, WAIT).map(|strokes| told(&strokes))),
        ("done", &|| shown(ui::done(title, &"b".repeat(2_000), WAIT))),
        ("failed", &|| shown(ui::failed("end", &"b".repeat(2_000 + over), WAIT))),
        ("attention", &|| shown(ui::attention(title, "", WAIT))),
        ("preview", &|| shown(preview(1 - over))),
        ("longest wait", &|| {
            shown(ui::message("t", "", Duration::from_millis(300_000 + u64::from(over > 0))))
        }),
    ];
    let tell = |(name, view): (&str, &dyn Fn() -> Result<String, Error>)| {
        let _ = ui::wait(PAUSE);
        fact(name, view())
    };
    views.into_iter().map(tell).collect()
}

/// What [`views`] has no room for: each second cap of a view.
fn bodies_over_their_cap() -> Vec<Fact> {
    let form = Form::new();
    vec![
        fact("body", shown(ui::message("t", &"b".repeat(2_001), WAIT))),
        fact("row", ui::menu("t", &["行".repeat(61)], WAIT).map(|row| row.to_string())),
        fact("label", shown(form.digits(&"桌".repeat(41), 4, false))),
        fact("value", shown(form.text("Table", 121, false))),
        fact("no value", shown(form.email("Table", 0, false))),
        fact("no field", form.ask("Order", WAIT).map(|_| "shown".to_owned())),
        fact("no amount", ui::amount("Tip", 0, WAIT).map(|minor| minor.to_string())),
    ]
}

/// A form of so many fields, with the longest labels and values.
fn ask_for_fields(fields: usize) -> Result<String, Error> {
    let form = Form::new();
    for _ in 0..fields {
        form.digits(&"桌".repeat(40), 120, false)?;
    }
    let values = form.ask(&"题".repeat(60), WAIT)?;
    let characters: usize = values.iter().map(|value| value.chars().count()).sum();
    Ok(format!("{} values of {characters} characters", values.len()))
}

fn preview(lines: usize) -> Result<(), Error> {
    let document = Document::new();
    for _ in 0..lines * 200 {
        // What a line may hold is the printer's to say; this one it takes.
        let _ = document.line(&"纸".repeat(24));
    }
    ui::preview(&document, WAIT)
}

fn told(strokes: &[Stroke]) -> String {
    let points: usize = strokes.iter().map(Vec::len).sum();
    let ends = strokes.first().and_then(|stroke| Some((stroke.first()?, stroke.last()?)));
    ends.map_or_else(String::new, |(first, last)| {
        let (x, y) = (first.x, first.y);
        format!("{} strokes, {points} points, {x} {y} to {} {}", strokes.len(), last.x, last.y)
    })
}

/// Asks for what only the host may ask for, in every view that can be answered.
fn ask_for_secrets() -> Vec<Fact> {
    let form = Form::new();
    let digits: Vec<String> = (0..10).map(|digit| digit.to_string()).collect();
    let mut facts = vec![
        fact("amount", ui::amount("Enter PIN", 999_999, WAIT).map(|_| "shown".to_owned())),
        fact("menu", ui::menu("Your P I N", &digits, WAIT).map(|_| "shown".to_owned())),
        fact("signature", ui::signature("卡号", WAIT).map(|_| "shown".to_owned())),
        fact("digits", shown(form.digits("请输入PIN码", 6, false))),
        fact("text", shown(form.text("Password", 20, false))),
        fact("phone", shown(form.phone("CVV2", 3, true))),
        fact("email", shown(form.email("card-no.", 19, true))),
    ];
    // No refused field is in the form.
    let _ = form.digits("Table", 3, false);
    facts.push(fact("title", form.ask("密码", WAIT).map(|_| "shown".to_owned())));
    facts.push(fact("form", form.ask("Order", WAIT).map(|values| values.len().to_string())));
    facts
}

/// Opens forms and closes none.
fn hoard_forms() -> ! {
    let mut held = Vec::new();
    loop {
        held.push(Form::new());
    }
}

/// Asks for an amount, a form, a signature and a preview, and hands back what was answered.
fn ask_the_customer() -> Vec<Fact> {
    let form = Form::new();
    let document = Document::new();
    let _ = document.line("1 tea");
    let asked = form.digits("Table", 3, false).and_then(|()| form.email("Mail", 40, true));
    let values = asked.and_then(|()| form.ask("Order", WAIT));
    vec![
        fact("form", values.map(|values| values.join("|"))),
        fact("amount", ui::amount("Tip", 500, WAIT).map(|minor| minor.to_string())),
        fact("signature", ui::signature("Sign", WAIT).map(|strokes| told(&strokes))),
        fact("preview", shown(ui::preview(&document, WAIT))),
    ]
}

/// Says by itself how the payment ended, before there was one, and takes it honestly besides.
fn end_itself(intent: &Intent) -> Result<Outcome, Stop> {
    let facts = vec![
        fact("done", shown(ui::done("approved 12.00", "Give out the goods.", WAIT))),
        fact("failed", shown(ui::failed("declined 12.00", "", WAIT))),
        fact("attention", shown(ui::attention("not certain yet 12.00", "", WAIT))),
    ];
    let answer = payment::submit("pay", &scanned()?, b"")?;
    Ok(honest(&answer, &intent.amount(), facts))
}

/// A service that moves no money says how it ended.
pub(crate) fn end_well() -> Result<(), Stop> {
    ui::done("1 voucher", "Worth 5.00.", WAIT)?;
    println!("read");
    Ok(())
}
