//! The table of moments, row by row, and what the answer code of a bank leads to.

use super::cards::{CHIP, Card, STRIPE, TAP, ended, last};
use super::fake::FakeTill;
use crate::service::{COMPLETION, PRE_AUTH, REFUND, SALE, VOID};
use caisson_core::payment::State;
use caisson_sdk::Outcome;
use caisson_sdk::card_reader::Code;
use caisson_sdk::emv::{self, Cause, Decision};

const CHIP_ONLINE: &str = "detect cts; first; [Asking the bank]; sale";
const BACK: &str = "[Taking it back]; sale-reversal";

#[track_caller]
fn check(mut till: FakeTill, expected: &str) {
    let outcome = till.start(SALE);
    assert_eq!(till.transcript(&outcome), expected);
    assert!(till.script.is_empty(), "never asked: {:?}", till.script);
}

fn chip(script: &str) -> FakeTill {
    FakeTill::new(SALE, script).with_cards([CHIP])
}

#[test]
fn row_1_nothing_was_sent_and_nothing_is_reversed() {
    check(chip("sale: not-sent"), &format!("{CHIP_ONLINE}; last unable; cancelled offline"));
    check(
        FakeTill::new(SALE, "sale: not-sent").with_cards([STRIPE]),
        "detect cts; pin; [Asking the bank]; sale; cancelled offline",
    );
    check(
        FakeTill::new(SALE, "").with_cards([Card::Trouble(Code::Cancelled)]),
        "detect cts; cancelled cancelled-by-cashier",
    );
}

#[test]
fn a_cancel_before_the_request_ends_it_for_nothing() {
    let mut till = FakeTill::new(SALE, "").with_cards([CHIP]);
    till.is_cancelled = true;
    check(till, "detect cts; first; [Asking the bank]; cancelled cancelled-by-cashier");
    let mut till = FakeTill::new(REFUND, "").with_cards([CHIP]);
    till.is_cancelled = true;
    assert_eq!(till.start(REFUND), Outcome::cancelled("cancelled-by-cashier"));
    assert!(till.requests.is_empty());
}

#[test]
fn row_2_a_cut_while_sending_counts_as_sent_and_is_reversed() {
    let mut till = chip("sale: no-answer, sale-reversal: no-answer, sale-reversal-repeat: undone");
    assert_eq!(till.start(SALE), Outcome::Unknown);
    till.cut();
    let outcome = till.recover();
    assert_eq!(
        till.transcript(&outcome),
        format!(
            "{CHIP_ONLINE}; last unable; {BACK}; power cut; sale-reversal-repeat; \
             cancelled bank-unavailable"
        )
    );
    assert_eq!(till.state(), State::Reversed);
}

#[test]
fn row_3_without_an_answer_the_sale_is_reversed_at_once() {
    check(
        chip("sale: no-answer, sale-reversal: undone"),
        &format!("{CHIP_ONLINE}; last unable; {BACK}; cancelled bank-unavailable"),
    );
    check(
        FakeTill::new(SALE, "sale: no-answer, sale-reversal: undone").with_cards([STRIPE]),
        &format!("detect cts; pin; [Asking the bank]; sale; {BACK}; cancelled bank-unavailable"),
    );
}

#[test]
fn row_4_an_answer_that_proves_nothing_is_reversed() {
    for said in ["unreadable", "open", "unreadable/98", "paid 1201", "paid 0"] {
        check(
            chip(&format!("sale: {said}, sale-reversal: undone")),
            &format!("{CHIP_ONLINE}; last unable; {BACK}; cancelled bank-unavailable"),
        );
    }
}

#[test]
fn row_5_a_card_that_refuses_the_approval_has_it_reversed() {
    let refusals = [
        Ok(last(Decision::Declined)),
        Ok(last(ended(Cause::CardRemoved))),
        Ok(last(ended(Cause::CardData))),
        Err(emv::Code::BadInput),
    ];
    for refusal in refusals {
        let mut till = chip("sale: paid, sale-reversal: undone");
        till.last = refusal;
        check(
            till,
            &format!("{CHIP_ONLINE}; last yes 00; {BACK}; cancelled card-refused-approval"),
        );
    }
}

#[test]
fn row_6_declined_is_final() {
    check(
        chip("sale: not-paid balance-short"),
        &format!("{CHIP_ONLINE}; last no 51; declined balance-short"),
    );
    check(
        chip("sale: not-paid pin-wrong/55"),
        &format!("{CHIP_ONLINE}; last no 55; declined pin-wrong"),
    );
    // Whatever the card makes of a refusal.
    let mut till = chip("sale: not-paid");
    till.last = Err(emv::Code::Other);
    check(till, &format!("{CHIP_ONLINE}; last no 51; declined declined-other"));
}

#[test]
fn row_7_an_approval_that_the_card_agrees_with_stands_and_is_not_reversed() {
    check(chip("sale: paid"), &format!("{CHIP_ONLINE}; last yes 00; approved 12.00 CNY"));
    let mut till = chip("sale: paid");
    till.start(SALE);
    assert_eq!(till.state(), State::Approved);
}

#[test]
fn an_approval_that_the_batch_does_not_take_is_taken_back() {
    let mut till = chip("sale: paid, sale-reversal: undone");
    till.writes_left = 1;
    check(till, &format!("{CHIP_ONLINE}; last yes 00; {BACK}; cancelled storage-full"));
    // A refund cannot be: it is asked about again until its row is kept.
    let mut till = FakeTill::new(REFUND, "refund: paid, refund: paid").with_cards([CHIP]);
    till.writes_left = 1;
    assert_eq!(till.start(REFUND), Outcome::Unknown);
    till.writes_left = 1;
    assert!(matches!(till.recover(), Outcome::Approved(_)), "{:?}", till.log);
}

#[test]
fn a_row_that_cannot_be_struck_out_keeps_the_payment_open() {
    let mut till = chip("sale: paid, sale-reversal-repeat: undone, sale-reversal-repeat: undone");
    till.start(SALE);
    till.cut();
    till.writes_left = 0;
    assert_eq!(till.recover(), Outcome::Unknown);
    till.writes_left = 1;
    assert_eq!(till.recover(), Outcome::cancelled("bank-unavailable"));
    assert_eq!(crate::batch::all(&mut till).unwrap().0, Vec::new());
}

#[test]
fn row_8_an_approval_after_the_reversal_began_is_none() {
    check(
        chip("sale: no-answer, sale-reversal: paid"),
        &format!("{CHIP_ONLINE}; last unable; {BACK}; unknown"),
    );
    let mut till = chip("sale: no-answer, sale-reversal: no-answer, sale-reversal-repeat: paid");
    till.start(SALE);
    assert_eq!(till.recover(), Outcome::Unknown);
}

#[test]
fn row_9_a_reversal_without_an_answer_is_repeated_until_there_is_one() {
    for said in ["no-answer", "not-sent", "unreadable", "open", "not-paid"] {
        let script = format!(
            "sale: no-answer, sale-reversal: {said}, sale-reversal-repeat: {said} x3, \
             sale-reversal-repeat: undone"
        );
        let mut till = chip(&script);
        assert_eq!(till.start(SALE), Outcome::Unknown, "{said}");
        for _ in 0..3 {
            assert_eq!(till.recover(), Outcome::Unknown, "{said}");
        }
        // A bank that refuses to reverse has said that nothing was taken, once and for all.
        let expected = Outcome::cancelled("bank-unavailable");
        assert_eq!(till.recover(), expected, "{said}");
        let repeats = till.requests.iter().skip(1).map(|(name, _)| name.as_str());
        assert_eq!(repeats.clone().next(), Some("sale-reversal"));
        assert!(repeats.skip(1).all(|name| name == "sale-reversal-repeat"));
    }
}

#[test]
fn row_10_that_the_bank_does_not_know_the_original_reads_as_done() {
    let mut till = chip("sale: no-answer, sale-reversal: undone/25");
    assert_eq!(till.start(SALE), Outcome::cancelled("bank-unavailable"));
}

#[test]
fn row_11_voids_pre_authorisations_and_completions_have_their_own_reversals() {
    let check = |service: &str, kind: &str, operation: &str| {
        let script = format!(
            "{operation}: no-answer, {operation}-reversal: no-answer, \
             {operation}-reversal-repeat: undone"
        );
        let mut till = FakeTill::new(service, &script).with_cards([CHIP]).original_to("TYPE", kind);
        assert_eq!(till.start(service), Outcome::Unknown, "{operation}");
        assert_eq!(till.recover(), Outcome::cancelled("bank-unavailable"), "{operation}");
    };
    check(PRE_AUTH, "", "pre-auth");
    check(COMPLETION, "pre-auth", "completion");
    check(VOID, "sale", "void");
    check(VOID, "pre-auth", "pre-auth-void");
    check(VOID, "completion", "completion-void");
}

#[test]
fn row_12_a_refund_is_never_reversed_but_asked_for_again_to_the_byte() {
    let mut till = FakeTill::new(REFUND, "refund: no-answer, refund: unreadable, refund: paid")
        .with_cards([CHIP]);
    assert_eq!(till.start(REFUND), Outcome::Unknown);
    assert_eq!(till.recover(), Outcome::Unknown);
    assert!(matches!(till.recover(), Outcome::Approved(_)));
    assert_eq!(till.requests.len(), 3);
    assert!(till.requests.iter().all(|request| *request == till.requests[0]));
}

#[test]
fn row_12_what_a_bank_says_before_it_looks_is_not_believed_of_the_first_refund() {
    for reason in ["bank-unavailable", "batch-differs", "cut-over", "terminal-unknown"] {
        let script = format!("refund: no-answer, refund: not-paid {reason}, refund: paid");
        let mut till = FakeTill::new(REFUND, &script).with_cards([CHIP]);
        assert_eq!(till.start(REFUND), Outcome::Unknown);
        assert_eq!(till.recover(), Outcome::Unknown, "{reason}");
        assert!(matches!(till.recover(), Outcome::Approved(_)), "{reason}");
    }
    let script = "refund: no-answer, refund: not-paid issuer-refused";
    let mut till = FakeTill::new(REFUND, script).with_cards([CHIP]);
    assert_eq!(till.start(REFUND), Outcome::Unknown);
    assert_eq!(till.recover(), Outcome::declined("issuer-refused"), "it was looked for");
}

#[test]
fn row_12_where_a_refund_is_not_repeatable_the_owner_asks_the_acquirer() {
    let mut till = FakeTill::new(REFUND, "refund: no-answer").with_cards([CHIP]);
    till.is_repeatable = false;
    assert_eq!(till.start(REFUND), Outcome::Unknown);
    let outcome = till.recover();
    assert_eq!(
        till.transcript(&outcome),
        "detect cts; first; [Asking the bank]; refund; refund refused; unknown"
    );
}

#[test]
fn a_partial_approval_is_the_cashiers_to_keep_or_to_give_back() {
    let menu = "menu The bank approved a part only: 5.00 CNY";
    check(
        chip("sale: paid 500"),
        &format!("{CHIP_ONLINE}; last yes 10; {menu}; approved 5.00 CNY"),
    );
    for choice in
        [Ok(1), Err(caisson_sdk::ui::Code::Cancelled), Err(caisson_sdk::ui::Code::Timeout)]
    {
        let mut till = chip("sale: paid 500, sale-reversal: undone");
        till.choice = choice;
        check(
            till,
            &format!("{CHIP_ONLINE}; last yes 10; {menu}; {BACK}; cancelled part-given-back"),
        );
    }
    let mut till = chip("sale: paid 500, sale-reversal: no-answer");
    till.choice = Ok(1);
    check(till, &format!("{CHIP_ONLINE}; last yes 10; {menu}; {BACK}; unknown"));
}

#[test]
fn a_tap_is_told_the_answer_as_a_chip_is() {
    check(
        FakeTill::new(SALE, "sale: not-paid issuer-refused/05").with_cards([TAP]),
        &format!("{CHIP_ONLINE}; last no 05; declined issuer-refused"),
    );
}
