//! What each answer of the bank proves, by the example's file; and that no bytes at all can make
//! reading fail.

use super::host::{BODY, PAN, STAN, example, mti, sale};
use caisson_core::operation::Reading;
use caisson_core::{Currency, Money};
use caisson_iso8583::Message;
use caisson_network::{Binding, read};
use proptest::prelude::*;

fn answer(kind: &str, fields: &[(u8, &str)]) -> Vec<u8> {
    let mut message = Message::new(&BODY, mti(kind));
    message.set(11, STAN).unwrap().set(41, "10000001").unwrap();
    for (number, text) in fields {
        message.set(*number, text).unwrap();
    }
    message.pack().unwrap().to_vec()
}

#[track_caller]
fn check(operation: &str, body: &[u8], expected: &str) {
    let destination = example();
    let found = destination.operation(operation).unwrap();
    let read = read(found, &sale(1_200), body);
    let mut shown = format!("{:?}", read.reading);
    for part in [
        read.amount.map(|amount| format!("{amount}")),
        read.reason.map(|reason| format!("{reason}")),
        read.flaw.map(|flaw| format!("{flaw}")),
    ] {
        shown.extend(part.map(|part| format!(", {part}")));
    }
    assert_eq!(shown, expected);
}

/// An answer to a sale of 12.00, approved or not for 12.00.
#[track_caller]
fn check_sale(code: &str, expected: &str) {
    check("sale", &answer("0210", &[(4, "000000001200"), (39, code), (49, "156")]), expected);
}

const UNPROVED: &str = "the answer refuses this request, which proves nothing about an earlier one";
const DIFFERS: &str = "Unreadable, the answer says paid with an amount of nothing, or another than \
    was asked for";

#[test]
fn a_sale_is_paid_refused_or_unknown_by_its_code() {
    check_sale("00", "Paid, 12.00");
    for code in ["A2", "A4", "A5", "A6"] {
        check_sale(code, "Paid, 12.00, approved-with-note");
    }
    check_sale("51", "NotPaid, balance-short");
    check_sale("55", "NotPaid, pin-wrong");
    for code in ["04", "07", "41", "43"] {
        check_sale(code, "NotPaid, card-pick-up");
    }
    for code in ["34", "59"] {
        check_sale(code, "NotPaid, risk-refused");
    }
    for code in ["68", "98"] {
        check_sale(code, &format!("Unreadable, issuer-timeout, {UNPROVED}"));
    }
    check_sale("94", &format!("Unreadable, duplicate-trace, {UNPROVED}"));
    check_sale("A0", &format!("Unreadable, sign-on-needed, {UNPROVED}"));
    let unlisted = "Unreadable, the answer's result is none that the destination's file lists";
    check_sale("ZZ", unlisted);
    check(
        "sale",
        &answer("0210", &[(4, "000000001200")]),
        "Unreadable, the answer has no result where the destination's file expects it",
    );
}

#[test]
fn every_code_of_the_reference_has_a_meaning_and_refusals_a_reason() {
    let codes = "00 01 02 03 04 05 07 10 12 13 14 15 22 25 30 34 38 40 41 43 45 51 54 55 57 58 59 \
        61 62 63 64 65 68 75 77 90 91 92 94 96 97 98 99 A0 A2 A4 A5 A6";
    let (destination, asked) = (example(), sale(1_200));
    for code in codes.split(' ') {
        let amount = if code == "10" { "000000000700" } else { "000000001200" };
        let body = answer("0210", &[(4, amount), (39, code)]);
        let read = read(destination.operation("sale").unwrap(), &asked, &body);
        let unlisted = caisson_network::Flaw::ResultUnlisted;
        assert_ne!(read.flaw, Some(unlisted), "{code}");
        assert_eq!(read.reason.is_none(), code == "00", "{code}");
    }
}

#[test]
fn paid_is_all_that_was_asked_and_paid_in_part_is_less() {
    let with = |code: &str, amount: &str| answer("0210", &[(4, amount), (39, code)]);
    check("sale", &with("10", "000000000700"), "Paid, 7.00, partially-approved");
    check("sale", &with("10", "000000001200"), &DIFFERS.replacen(',', ", partially-approved,", 1));
    check("sale", &with("10", "000000000000"), &DIFFERS.replacen(',', ", partially-approved,", 1));
    for amount in ["000000000000", "000000001199", "000000001201", "999999999999"] {
        check("sale", &with("00", amount), DIFFERS);
    }
    check(
        "sale",
        &answer("0210", &[(39, "00")]),
        "Unreadable, the answer says paid without an amount in whole minor units",
    );
    check(
        "sale",
        &answer("0210", &[(4, "000000001200"), (39, "00"), (49, "840")]),
        "Unreadable, the answer says paid in another currency than was asked for, or in none",
    );
}

#[test]
fn a_reversal_is_done_or_to_be_sent_again() {
    for code in ["00", "12", "25"] {
        let reason = match code {
            "12" => ", transaction-invalid",
            "25" => ", original-unknown",
            _ => "",
        };
        let body = answer("0410", &[(39, code)]);
        check("sale-reversal", &body, &format!("Undone{reason}"));
        check("sale-reversal-repeat", &body, &format!("Undone{reason}"));
    }
    let body = answer("0410", &[(39, "96")]);
    check(
        "sale-reversal",
        &body,
        "Unreadable, bank-unavailable, the answer's result is none that the destination's file lists",
    );
}

#[test]
fn what_answers_another_request_proves_nothing() {
    let paid = [(4, "000000001200"), (39, "00")];
    let with = |more: (u8, &'static str)| [&paid[..], &[more]].concat();
    let not = |what: &str| format!("Unreadable, the answer is not to this request: {what}");
    let kind = not("it has another message type than the request's answer");
    check("sale", &answer("0200", &paid), &kind);
    check("sale", &answer("0410", &paid), &kind);
    check(
        "sale",
        &answer("0210", &with((11, "000124"))),
        &not("it has another trace number (field 11) than the request, or none"),
    );
    check(
        "sale",
        &answer("0210", &with((41, "10000002"))),
        &not("it is for another terminal (field 41), or for none"),
    );
    check(
        "sale",
        &answer("0210", &with((42, "898310000000002"))),
        &not("it is for another merchant (field 42)"),
    );
    check(
        "sale",
        b"",
        "Unreadable, the answer is no message of ISO 8583 as the destination's file describes it",
    );
}

#[test]
fn a_service_proves_nothing_whatever_it_says() {
    let body = answer("0210", &[(2, PAN), (4, "000000001200"), (39, "00")]);
    check("balance", &body, "Unreadable");
    check("balance", &answer("0210", &[(39, "55")]), "Unreadable, pin-wrong");
    check("settle", &answer("0510", &[(39, "95")]), "Unreadable, totals-differ");
}

proptest! {
    #[test]
    fn reading_takes_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        let destination = example();
        for operation in destination.operations() {
            let read = read(operation, &sale(1_200), &bytes);
            prop_assert_eq!(read.reading, Reading::Unreadable);
        }
    }

    #[test]
    fn paid_is_never_more_than_was_asked_nor_for_another_number(
        code in "00|10|A2|51|68|25|[0-9A-Z]{2}",
        stan in 122_u32..125,
        amount in 0_u64..2_000,
        asked in 1_u64..2_000,
    ) {
        let fields = [(4, format!("{amount:012}")), (39, code), (11, format!("{stan:06}"))];
        let fields = fields.each_ref().map(|(number, text)| (*number, text.as_str()));
        let asked = Money::new(asked, Currency::Cny).unwrap();
        let sent = Binding { amount: Some(asked), ..sale(1) };
        let destination = example();
        for operation in destination.operations() {
            for kind in ["0210", "0230", "0410", "0110"] {
                if let Some(paid) = read(operation, &sent, &answer(kind, &fields)).amount {
                    prop_assert_eq!(stan, 123);
                    prop_assert!(!paid.is_zero() && paid.is_within(asked).unwrap());
                }
            }
        }
    }
}
