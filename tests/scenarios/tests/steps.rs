//! The step language, and files that are not scenarios: each error with its whole text.
#![cfg(test)] // tells clippy that the helpers, too, are tests

use caisson_scenarios::{Scenario, Step, scenario_help, steps_help};
use std::path::Path;

#[track_caller]
fn check(sentence: &str, expected: &str) {
    let read = sentence.parse::<Step>();
    let words = match read {
        Ok(step) => format!("{step:?}"),
        // A cause says what to write; without one all forms are told.
        Err(error) if error.cause.is_some() => error.to_string(),
        Err(error) => {
            let tail = format!("; write one of:\n{}", steps_help());
            error.to_string().strip_suffix(&tail).unwrap().to_owned()
        }
    };
    assert_eq!(words, expected, "{sentence}");
}

#[test]
fn a_sentence_is_read_as_the_step_that_it_says() {
    check("cashier refunds 5.00 of payment 1", "Refund { amount: \"5.00\", payment: 1 }");
    check("cashier reprints payment 2", "Reprint { payment: 2 }");
    check("cashier picks query", "Serve { service: \"query\" }");
    check("cashier cancels", "Press(Cancel)");
    check("cashier chooses row 2", "Press(Row(1))");
    check("customer shows wechat code", "ShowCode(Wechat)");
    check("customer shows code https://a b", "ShowText(\"https://a b\")");
    check("customer shows picture photos/torn.png", "ShowPicture(\"photos/torn.png\")");
    check("customer shows a damaged code", "ShowDamaged");
    check("customer shows the receipt of payment 1", "ShowReceipt { payment: 1 }");
    check("customer shows nothing", "ShowNothing");
    check("customer scans and pays", "Scan(Pays)");
    check("customer scans and pays late", "Scan(PaysLate)");
    check("customer refuses on the phone", "Answer { pays: false }");
    check("clock passes 30 s", "Pass(30s)");
    check("clock passes 2 h", "Pass(7200s)");
    check("screen shows \"approved 12.00\"", "Shows(\"approved 12.00\")");
    check("acquirer hears refund-query", "Hears(RefundQuery)");
    check("link goes down", "Link(Down)");
    check("link cuts after 100 bytes", "NextLink(CutAfter { bytes: 100 })");
    check(
        "printer runs out of paper after 1 band",
        "Printer { fault: PaperOut, after_bands: Some(1) }",
    );
    check("printer jams", "Printer { fault: Jammed, after_bands: None }");
    check("camera is back", "Camera(None)");
    check("power cut", "PowerCut");
    check("  terminal restarts ", "Restart");
    check("terminal restarts in time zone -03:30", "RestartIn { utc_offset_minutes: -210 }");
}

#[test]
fn a_sentence_of_the_emulator_is_read_as_the_step_that_it_says() {
    check("link wifi is slow", "LinkOf(Wifi, Slow)");
    check("link cellular comes up", "LinkOf(Cellular, Up)");
    check("link is lossy", "Link(Lossy)");
    check("storage is full", "StorageFull(true)");
    check("customer shows webcam /dev/video0", "ShowWebcam(\"/dev/video0\")");
    check("customer taps card visa", "Card(Taps(\"visa\"))");
    check("customer removes the card", "Card(Removes)");
    check("customer fills in Li; 12 ", "Press(Values([\"Li\", \"12\"]))");
    let sign_in = |code: &str| format!("Desk(SignIn {{ name: \"Li\", code: {code} }})");
    check("cashier signs in as Li with 110011", &sign_in("Some(Passcode(hidden))"));
    check("cashier signs in as Li", &sign_in("None"));
    check("cashier signs out", "Desk(Go(SignOut))");
    check("cashier goes to history", "Desk(Go(History))");
    check("cashier goes back", "Desk(Go(Back))");
    check("cashier keys 12.00", "Desk(Amount(\"12.00\"))");
    check("cashier voids payment 2", "Desk(Void { payment: 2 })");
    check("cashier presses refund", "Desk(Do(Refund))");
    check("cashier presses ok", "Press(Ok)");
    check("cashier wants no receipt", "Press(Receipt(Nothing))");
    check("cashier searches \"\"", "Desk(Search(\"\"))");
    check("cashier sets volume low", "Desk(Set(Volume(Low)))");
    check("screen is tapped at 240,400", "Window(Tap { x: 240, y: 400 })");
    let picture = |whole| format!("Window(Screenshot {{ name: \"paid.png\", is_whole: {whole} }})");
    check("screenshot paid", &picture(false));
    check("window screenshot paid.png", &picture(true));
    check("paper is torn off", "Window(TearPaper)");
    check("transcript is saved", "Window(SaveTranscript { name: None })");
    check(
        "transcript is saved to my day",
        "Window(SaveTranscript { name: Some(\"my day.toml\") })",
    );
    check("clock jumps 2 h back", "ClockJumps(-7200000)");
    check("books agree", "BooksAgree");
    check("power on", "PowerOn");
}

#[test]
fn a_word_of_the_emulator_that_cannot_be_is_told_and_a_code_is_not_repeated() {
    check(
        "link satellite is slow",
        "\"link satellite is slow\" is not a step: \"satellite\" is not a link; write wired, wifi or \
         cellular",
    );
    check(
        "screenshot ../x",
        "\"screenshot ../x\" is not a step: \"../x\" is no name; 1 to 60 letters, digits, - and _",
    );
    check(
        "screen is tapped at here",
        "\"screen is tapped at here\" is not a step: \"here\" is no place; write it like 240,400",
    );
    check(
        "cashier sets theme blue",
        "\"cashier sets theme blue\" is not a step: \"theme blue\" is no setting; write language zh or \
         en, theme light or dark, volume off, low or loud",
    );
}

#[test]
fn an_amount_is_taken_as_it_was_keyed_with_its_currency_and_order() {
    let pay = |amount, currency, order| {
        format!(
            "Pay {{ amount: {amount:?}, currency: {currency:?}, order: {order:?}, service: \"pay\" }}"
        )
    };
    let none: Option<&str> = None;
    check("cashier keys -5.00, picks pay", &pay("-5.00", none, none));
    check("cashier keys 5.00 USD, picks pay", &pay("5.00", Some("USD"), none));
    check("cashier keys 5.00 for order T-17, picks pay", &pay("5.00", none, Some("T-17")));
}

#[test]
fn an_acquirers_fault_is_a_step() {
    let step = "acquirer loses the answer to pay, once".parse::<Step>().unwrap();
    assert_eq!(step, Step::Acquirer("loses the answer to pay, once".parse().unwrap()));
}

#[test]
fn a_sentence_that_is_no_step_is_shown_with_its_reason() {
    check("", "\"\" is not a step");
    check("cashier keys 12.00 picks pay", "\"cashier keys 12.00 picks pay\" is not a step");
    check("Cashier cancels", "\"Cashier cancels\" is not a step");
    check("cashier cancels twice", "\"cashier cancels twice\" is not a step");
    check(
        "clock passes 0 s",
        "\"clock passes 0 s\" is not a step: \"0\" is not a number from 1 to 172800",
    );
    check(
        "clock passes 3 days",
        "\"clock passes 3 days\" is not a step: \"days\" is not a unit; write ms, s, min or h",
    );
    check(
        "customer shows paypal code",
        "\"customer shows paypal code\" is not a step: \"paypal\" is not a wallet; write wechat, \
         alipay or unionpay",
    );
    check(
        "screen shows approved",
        "\"screen shows approved\" is not a step: approved is not a text in double quotes",
    );
    check(
        "acquirer hears nothing",
        "\"acquirer hears nothing\" is not a step: \"nothing\" is not an operation; write pay, \
         query, cancel, create, close, refund, refund-query, lookup, notice",
    );
    check(
        "acquirer sleeps",
        "\"acquirer sleeps\" is not a step: \"sleeps\" is no fault; write one of:\n  loses the \
         request to OP\n  loses the answer to OP\n  answers OP N s late\n  takes N s for OP\n  \
         answers OP twice\n  signs the answer to OP badly\n  drops the connection on OP\n  \
         refuses connections\nOP is pay, query, cancel, create, close, refund, refund-query, \
         lookup, notice or anything; N is 1 to 3600; add \", once\" (also without a word), \
         \", twice\", \", N times\" or \", always\"",
    );
    check(
        "cashier reprints payment 0",
        "\"cashier reprints payment 0\" is not a step: \"0\" is not a number from 1 to 100",
    );
}

const GOOD: &str = "# Why.\n\
    steps = [\"cashier keys 1.00, picks pay\"]\n\
    screen = []\n\
    paper = [\"none\"]\n\
    journal = []\n\
    books = [\"nothing\"]\n";

/// The good file with `from` replaced by `to`, and what is said of it.
#[track_caller]
fn check_file(from: &str, to: &str, expected: &str) {
    assert!(GOOD.contains(from), "{from}");
    let text = GOOD.replacen(from, to, 1);
    let read = Scenario::parse(Path::new("qr/x.toml"), &text);
    let words = read.map_or_else(|error| error.to_string(), |_| "read".to_owned());
    assert_eq!(words, expected);
}

#[test]
fn a_file_that_is_no_scenario_is_told_by_file_line_and_remedy() {
    check_file("none", "none", "read");
    check_file(
        "# Why.",
        "",
        "qr/x.toml:1: the first line says the cause in plain words, as a comment: # …",
    );
    check_file(
        "cashier keys 1.00, picks pay",
        "cashier sings",
        &format!("qr/x.toml:2: \"cashier sings\" is not a step; write one of:\n{}", steps_help()),
    );
    check_file("\"cashier keys 1.00, picks pay\"", "", "qr/x.toml:2: steps: 1 to 200 sentences");
    check_file(
        "\"none\"",
        "\"a receipt\"",
        "qr/x.toml:4: paper: \"a receipt\" is not a sheet; write \"receipt 12.00, original\", \
         \"refund 5.00, duplicate\" (or pre-auth, completion, release), each with \", incomplete\"; or \"none\" alone",
    );
    check_file(
        "journal = []",
        "journal = [\"created\"]",
        "qr/x.toml:5: journal: \"created\" is not a state; write authorising, unknown, approved, \
         completed, reversing, parked, declined, reversed, cancelled",
    );
    check_file(
        "journal = []",
        "journal = { 0 = [] }",
        "qr/x.toml:5: journal: \"0\" is not the number of a payment, from 1",
    );
    check_file(
        "\"nothing\"",
        "\"captured 12.00\"",
        "qr/x.toml:6: books: \"captured 12.00\" says nothing about books; write \"captured 1200 \
         CNY, once\" (\"twice\", \"3 times\"), \"given back 500 CNY\", \"net 700 CNY\", \
         \"held 1200 CNY\" (minor units), \"nothing\"",
    );
    check_file(
        "screen = []",
        "screen = []\nlanguage = \"fr\"",
        "qr/x.toml:4: language: \"fr\" is not a language of the terminal; write zh or en",
    );
}

#[test]
fn an_unknown_or_missing_key_is_shown_in_its_line() {
    check_file(
        "screen = []",
        "screens = []",
        "qr/x.toml: TOML parse error at line 3, column 1\n  |\n3 | screens = []\n  | ^^^^^^^\n\
         unknown field `screens`, expected one of `app`, `language`, `settings`, `risk`, `acquirer`, \
         `bank_keys`, `desk`, `pin`, `steps`, `screen`, `screen_never`, `paper`, `journal`, `books`, \
         `open_at_end`\n",
    );
    check_file(
        "books = [\"nothing\"]\n",
        "",
        "qr/x.toml: TOML parse error at line 1, column 1\n  |\n1 | # Why.\n  | ^\nmissing \
         field `books`\n",
    );
}

#[test]
fn the_help_has_every_step() {
    assert!(scenario_help().ends_with(&steps_help()));
}
