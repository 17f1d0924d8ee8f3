//! Each witness bites: a scenario that expects something else of it fails, and says what came.
#![cfg(test)] // tells clippy that the helpers, too, are tests

use caisson_scenarios::{Held, RunOptions, run_file};
use std::path::{Path, PathBuf};

const PAID: &str = "# A sale that goes well.\n\
    steps = [\"cashier keys 12.00, picks pay\", \"customer shows wechat code\", \"payment ends\"]\n\
    screen = [\"Taking the payment\", \"approved 12.00\"]\n\
    paper = [\"receipt 12.00, original\"]\n\
    journal = [\"authorising\", \"approved\", \"completed\"]\n\
    books = [\"captured 1200 CNY, once\", \"given back 0 CNY\", \"net 1200 CNY\"]\n";

fn apps() -> PathBuf {
    let executable = std::env::current_exe().unwrap();
    let built = || executable.ancestors().nth(3).unwrap().join("apps");
    std::env::var_os("CAISSON_APPS").map_or_else(built, PathBuf::from)
}

/// The sale with `from` replaced by `to`: how it comes out, and the first failure.
fn run(from: &str, to: &str) -> (Held, String) {
    assert!(PAID.contains(from), "{from}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sale.toml");
    std::fs::write(&file, PAID.replacen(from, to, 1)).unwrap();
    let executable = PathBuf::from("not needed");
    let verdict = run_file(&file, &RunOptions { apps: apps(), keep: None, executable });
    let first = verdict.failures.first().cloned().unwrap_or_default();
    (verdict.outcome, first.replace(&file.display().to_string(), "sale.toml"))
}

#[track_caller]
fn fails((outcome, failure): (Held, String), expected: &str) {
    assert_eq!((outcome, failure.as_str()), (Held::Fails, expected));
}

#[test]
fn the_sale_holds_as_it_stands() {
    assert_eq!(run("#", "#"), (Held::Holds, String::new()));
}

#[test]
fn the_screen_bites_for_a_text_that_is_missing_out_of_order_or_forbidden() {
    fails(
        run("\"Taking the payment\"", "\"approved\", \"Taking the payment\""),
        "screen: \"Taking the payment\" was not shown after \"approved\"",
    );
    fails(
        run("screen = [", "screen_never = [\"approved\"]\nscreen = ["),
        "screen: \"approved\" was shown, which never may",
    );
}

#[test]
fn the_paper_bites_for_a_sheet_too_few_and_for_another_one() {
    fails(
        run("\"receipt 12.00, original\"", "\"none\""),
        "paper: expected none; came receipt 12.00, original",
    );
    fails(
        run("receipt 12.00, original", "receipt 12.01, original"),
        "paper: expected receipt 12.01, original; came receipt 12.00, original",
    );
}

#[test]
fn the_journal_bites_for_other_states_and_for_another_number_of_payments() {
    fails(
        run("\"authorising\", ", "\"authorising\", \"unknown\", "),
        "journal: payment 1 passed authorising, approved, completed; expected authorising, \
         unknown, approved, completed",
    );
    fails(
        run("[\"authorising\", \"approved\", \"completed\"]", "[]"),
        "journal: payment 1 (authorising, approved, completed) was not expected",
    );
    fails(
        run(
            "[\"authorising\", \"approved\", \"completed\"]",
            "{ 1 = [\"authorising\", \"approved\", \"completed\"], 2 = [\"declined\"] }",
        ),
        "journal: there is no payment 2; it has 1",
    );
}

#[test]
fn the_books_bite_for_another_sum_another_count_and_for_nothing() {
    let came = "captured 1200 CNY in 1 charges, given back 0";
    for (from, to) in [
        ("captured 1200 CNY, once", "captured 1201 CNY, once"),
        ("captured 1200 CNY, once", "captured 1200 CNY, twice"),
        ("captured 1200 CNY, once", "nothing"),
        ("given back 0 CNY", "given back 1 CNY"),
        ("net 1200 CNY", "net 0 CNY"),
    ] {
        fails(run(from, to), &format!("books: expected {to}; {came}"));
    }
}

#[test]
fn a_payment_that_is_open_must_be_announced_and_the_announcement_must_be_true() {
    fails(
        run("screen =", "open_at_end = true\nscreen ="),
        "nothing is open at the end; leave open_at_end away",
    );
}

#[test]
fn a_text_that_never_comes_ends_the_wait_and_names_the_line() {
    fails(
        run("\"payment ends\"", "\"payment ends\", \"screen shows \\\"no\\\"\""),
        "sale.toml:2: \"screen shows \"no\"\": the screen did not show \"no\" within 10 min; it \
         shows: approved 12.00",
    );
    fails(
        run("\"payment ends\"", "\"cashier keys 1.00, picks pay\""),
        "sale.toml:2: \"cashier keys 1.00, picks pay\": a payment is still at the counter; write \
         `payment ends` before this step",
    );
}

#[test]
fn what_cannot_run_is_no_failure_of_the_terminal() {
    let (outcome, why) = run("steps", "stops");
    assert_eq!(outcome, Held::CannotRun);
    assert!(why.starts_with("sale.toml: TOML parse error at line 2, column 1\n"), "{why}");
    let verdict = run_file(
        Path::new("absent.toml"),
        &RunOptions { apps: apps(), keep: None, executable: PathBuf::new() },
    );
    assert_eq!(verdict.failures, ["absent.toml: No such file or directory (os error 2)"]);
}
