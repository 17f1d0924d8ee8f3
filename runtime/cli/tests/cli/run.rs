//! `caisson run` against a `caisson acquirer` that is a process of its own.

pub(crate) use crate::common::acquirer;
use crate::common::{Desk, write_code};

/// What was said, without times and keys.
fn told(stdout: &str) -> Vec<String> {
    let keyless = |line: &str| match line.split_once("payment ") {
        Some((head, rest)) if rest.contains(": ") => {
            format!("{head}payment KEY: {}", rest.split_once(": ").unwrap().1)
        }
        _ => line.to_owned(),
    };
    stdout.lines().map(|line| keyless(line.get(10..).unwrap_or(line))).collect()
}

/// The key in `payment KEY: state`.
fn key(stdout: &str) -> String {
    let rest = stdout.split_once("  payment ").unwrap().1;
    rest.split_once(':').unwrap().0.to_owned()
}

#[test]
fn a_sale_a_reprint_and_a_refund_in_a_terminal_that_is_operated_by_lines() {
    let desk = Desk::new();
    desk.provision();
    let _acquirer = acquirer(&desk);
    write_code(&desk.path("code.png"), "134567890123456789");
    let run = "run --profile till/profile.toml";
    let said = desk.run_with(run, "hold code.png\npay 12.00\n");
    assert_eq!((said.stderr.as_str(), said.status), ("", 0), "{}", said.stdout);
    assert_eq!(
        told(&said.stdout),
        [
            "terminal T1000001, Morning Light Coffee",
            "keys: development",
            "receipts go to till/receipts",
            "enter the amount",
            "start 1 of this journal, 1 rows verified, 0 payment(s) taken up",
            "development mode: nobody signed the app QR payment (qr 0.1.0)",
            "code.png is before the camera",
            "CNY 12.00  please wait",
            "CNY 12.00  Ask the customer to show the payment code  [cancel, 59 s]",
            "CNY 12.00  please wait  [cancel]",
            "CNY 12.00  Taking the payment: The wallet is being asked. Please wait.  [cancel]",
            "approved 12.00",
            "payment KEY: approved",
            "every payment is certain",
        ]
    );
    let key = key(&said.stdout);

    let said =
        desk.run_with(run, &format!("reprint {key}\nrefund {key} 5.00\nrefund {key} 7.01\n"));
    assert_eq!((said.stderr.as_str(), said.status), ("", 0), "{}", said.stdout);
    let said = told(&said.stdout);
    assert!(said.contains(&"payment KEY: printed again".to_owned()), "{said:?}");
    assert!(said.contains(&"refunded 5.00".to_owned()), "{said:?}");

    let books = desk.run("acquirer --folder acquirer --books");
    assert!(
        books.stdout.ends_with("CNY: 1 orders charged 1 times, 1200 captured, 500 given back\n"),
        "{books:?}"
    );
    let receipts = std::fs::read_dir(desk.path("till/receipts")).unwrap().count();
    assert_eq!(receipts, 6, "a picture and a text for receipt, copy and refund");
    assert_eq!(desk.run("journal verify --folder till").status, 0);
}

#[test]
fn an_acquirer_that_is_not_there_ends_the_payment_without_risk() {
    let desk = Desk::new();
    desk.provision();
    let said = desk.run_with(
        "run --profile till/profile.toml",
        "hold-code 134567890123456789\npay 12.00\npay twelve\ndance\nservices\nopen\n",
    );
    assert_eq!((said.stderr.as_str(), said.status), ("", 0), "{}", said.stdout);
    let said = told(&said.stdout);
    assert!(said.contains(&"write an amount: pay 12.00".to_owned()), "{said:?}");
    assert!(said.contains(&"there is no command \"dance\"; there are:".to_owned()), "{said:?}");
    assert_eq!(said.last().unwrap(), "every payment is certain");
}
