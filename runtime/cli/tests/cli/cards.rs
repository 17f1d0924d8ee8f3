//! Cards at a terminal that is operated by lines, and the bank's side of them.

use crate::common::{Desk, Running};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

/// A terminal at which somebody types what its screen asks for.
struct Typist {
    terminal: Running,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    heard: Vec<String>,
}

impl Typist {
    fn sit_down(desk: &Desk) -> Self {
        let mut command = desk.command("run --profile till/profile.toml");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { terminal: Running(child), lines, heard: Vec::new() }
    }

    fn types(&mut self, line: &str) {
        writeln!(self.terminal.0.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Reads until a line holds `text`.
    #[track_caller]
    fn reads(&mut self, text: &str) -> String {
        loop {
            let Some(line) = self.lines.next() else {
                panic!("\"{text}\" never came: {:#?}", self.heard);
            };
            let line = line.unwrap();
            self.heard.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }
}

/// An acquirer, and a terminal that takes codes and cards.
fn provision(desk: &Desk) {
    for line in [
        "acquirer --init --folder acquirer",
        "provision --folder till --acquirer acquirer --app qr --app card",
    ] {
        let said = desk.run(line);
        assert_eq!((said.status, said.stderr.as_str()), (0, ""), "caisson {line}");
    }
    let profile = std::fs::read_to_string(desk.path("till/profile.toml")).unwrap();
    let (loud, silent) = ("[speaker]\ndriver = \"system\"", "[speaker]\ndriver = \"none\"");
    desk.write("till/profile.toml", profile.replace(loud, silent));
}

/// The acquirer, whose bank does something wrong, or nothing.
fn acquirer(desk: &Desk, fault: Option<&str>) -> Running {
    let mut command = desk.command("acquirer --folder acquirer");
    if let Some(fault) = fault {
        command.args(["--bank-fault", fault]);
    }
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("listening on 127.0.0.1:"), "{line}");
    Running(child)
}

#[test]
fn cards_at_a_terminal_of_lines_are_settled_and_stand_in_the_banks_books() {
    let desk = Desk::new();
    provision(&desk);
    let listed = desk.run("app list --profile till/profile.toml");
    for app in ["card ", "emv ", "qr "] {
        assert!(listed.stdout.lines().any(|line| line.starts_with(app)), "{}", listed.stdout);
    }
    let _acquirer = acquirer(&desk, Some("drops the connection on sale, once"));
    let mut till = Typist::sit_down(&desk);
    till.types("serve sign-on");
    till.reads("Signed on. Batch 000001");
    till.types("ok");
    // The bank books it, and its answer is lost.
    till.types("insert union-credit-pin");
    till.types("sale 7.00");
    till.reads("key your PIN");
    till.types("pin 123456");
    till.reads("Taking it back");
    till.reads(": reversed");
    till.types("take-card");
    till.types("insert union-credit-pin");
    till.types("sale 15.00");
    till.reads("key your PIN");
    till.types("pin 123456");
    till.reads("approved 15.00");
    till.types("take-card");
    till.types("tap tap-union");
    till.types("sale 6.00");
    till.reads("approved 6.00");
    till.types("take-card");
    till.types("serve settle");
    till.reads("Sales (2): 21.00 CNY");
    till.types("ok");
    till.types("quit");
    till.reads("every payment is certain");

    let books = desk.run("acquirer --folder acquirer --books");
    assert_eq!((books.status, books.stderr.as_str()), (0, ""));
    let rows: Vec<&str> = books.stdout.lines().skip_while(|line| !line.contains("stan")).collect();
    let cells = |line: &&str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let kept: Vec<Vec<String>> = rows.iter().skip(1).take(3).map(cells).collect();
    let row = |what: [&str; 7]| what.map(str::to_owned).to_vec();
    let found: Vec<Vec<String>> = kept.into_iter().map(|cells| cells[2..].to_vec()).collect();
    assert_eq!(
        found,
        [
            row(["sale", "622282******0017", "reversed", "00", "700", "700", "0"]),
            row(["sale", "622282******0017", "approved", "00", "1500", "1500", "1500"]),
            row(["sale", "621234******2040", "approved", "00", "600", "600", "600"]),
        ],
        "{}",
        books.stdout
    );
    let batch = "batch 000001 of T1000001: 2 debits 2100, 0 credits 0";
    assert_eq!(rows.last(), Some(&batch), "{}", books.stdout);
}

#[test]
fn what_was_reserved_is_taken_given_back_and_let_go_by_lines() {
    let desk = Desk::new();
    provision(&desk);
    let _acquirer = acquirer(&desk, None);
    let mut till = Typist::sit_down(&desk);
    till.types("serve sign-on");
    till.reads("Signed on. Batch 000001");
    till.types("ok");
    // Types the line with a card in the field, waits for the end, and tells the payment's key.
    let mut with_card = |line: &str, end: &str| {
        till.types("tap tap-union");
        till.types(line);
        till.reads(end);
        let told = till.reads(": approved");
        till.types("take-card");
        let (_, key) = told.split_once("payment ").unwrap();
        key.strip_suffix(": approved").unwrap().to_owned()
    };
    let reserved = with_card("pre-auth 12.00", "reserved 12.00");
    let taken = with_card(&format!("complete {reserved} 8.00"), "approved 8.00");
    with_card(&format!("void {taken}"), "refunded 8.00");
    with_card(&format!("void {reserved}"), "released 12.00");
    // Nothing is reserved by what took money, and nothing goes back of what took none.
    till.types(&format!("complete {taken} 1.00"));
    till.reads("the app card has no service for that");
    till.types(&format!("refund {reserved} 1.00"));
    till.reads("the app card has no service for that");
    till.types("quit");
    till.reads("every payment is certain");
}

#[test]
fn a_fault_of_the_bank_is_not_one_of_the_wallets() {
    let said = Desk::new().run("acquirer --folder nowhere --bank-fault dances");
    assert_eq!(
        (said.status, said.stderr.lines().next()),
        (
            2,
            Some(
                "error: invalid value 'dances' for '--bank-fault <TEXT>': \"dances\" is no fault; write one of:"
            )
        )
    );
    assert!(said.stderr.contains("authorisation-void"), "{}", said.stderr);
}
