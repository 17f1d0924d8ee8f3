//! Outcomes that contradict what the acquirer said: each is refused, recorded by its rule, and the
//! terminal finds out by itself. The amount's last digits choose what the acquirer does.

use crate::till::play;

/// One sale: outcomes on the screen; events in the journal; what the acquirer keeps in the end.
#[track_caller]
fn check(behaviour: &str, amount: &str, screen: &str, journal: &str, kept: &[i64]) {
    play(behaviour, async |till| {
        till.sale(amount).await;
        till.settle().await;
        assert_eq!(till.screen(), screen, "{behaviour} {amount}");
        assert_eq!(till.journal().await, journal, "{behaviour} {amount}");
        assert_eq!(till.kept(), kept, "{behaviour} {amount}");
        assert!(till.rows().await.iter().all(|row| !row.is_open()), "{behaviour} {amount}");
    });
}

#[test]
fn an_open_payment_is_not_declined_by_an_apps_word() {
    let journal = "authorising, app-fault ended-but-open, unknown, reversed";
    check("says-declined", "12.03", "not certain yet 12.03, declined 12.03", journal, &[0]);
    check("says-cancelled", "12.03", "not certain yet 12.03, declined 12.03", journal, &[0]);
}

#[test]
fn an_unreadable_answer_or_none_declines_nothing() {
    let paid = "authorising, app-fault ended-but-open, unknown, approved, completed";
    let not_paid = "authorising, app-fault ended-but-open, unknown, reversed";
    check("says-declined", "12.28", "not certain yet 12.28, approved 12.28", paid, &[1_228]);
    check("says-declined", "12.29", "not certain yet 12.29, declined 12.29", not_paid, &[0]);
    check("says-declined", "12.22", "not certain yet 12.22, approved 12.22", paid, &[1_222]);
    check("says-cancelled", "12.21", "not certain yet 12.21, declined 12.21", not_paid, &[0]);
}

#[test]
fn a_payment_that_was_paid_is_neither_declined_nor_cancelled() {
    let journal = "authorising, app-fault declined-but-paid, unknown, approved, completed";
    check("says-declined", "12.00", "not certain yet 12.00, approved 12.00", journal, &[1_200]);
    check("says-cancelled", "12.00", "not certain yet 12.00, approved 12.00", journal, &[1_200]);
}

#[test]
fn what_was_not_paid_is_never_approved() {
    let declined = "authorising, app-fault approved-unproved, unknown, declined";
    let reversed = "authorising, app-fault approved-unproved, unknown, reversed";
    let paid = "authorising, app-fault approved-unproved, unknown, approved, completed";
    check("says-approved", "12.11", "not certain yet 12.11, declined 12.11", declined, &[0]);
    check("says-approved", "12.03", "not certain yet 12.03, declined 12.03", reversed, &[0]);
    check("says-approved", "12.29", "not certain yet 12.29, declined 12.29", reversed, &[0]);
    check("says-approved", "12.21", "not certain yet 12.21, declined 12.21", reversed, &[0]);
    check("says-approved", "12.25", "not certain yet 12.25, approved 12.25", paid, &[1_225]);
}

#[test]
fn an_approval_without_a_request_is_none() {
    check("says-approved-unsent", "12.00", "declined 12.00", "", &[]);
}

#[test]
fn an_approval_of_what_never_left_is_none() {
    play("says-approved", async |till| {
        till.gateway.faults().push("refuses connections, always".parse().unwrap());
        till.sale("12.00").await;
        till.settle().await;
        assert_eq!(till.screen(), "declined 12.00");
        let journal = "authorising, not-sent, app-fault approved-unproved, cancelled";
        assert_eq!(till.journal().await, journal);
        assert_eq!(till.kept(), [0_i64; 0]);
    });
}

#[test]
fn only_the_amount_that_the_acquirer_proves_is_approved() {
    let journal = "authorising, app-fault approved-other-amount, unknown, approved, completed";
    for lie in ["approves-more", "approves-less", "approves-dollars"] {
        check(lie, "12.00", "not certain yet 12.00, approved 12.00", journal, &[1_200]);
    }
}

#[test]
fn a_receipt_carries_no_flood_of_facts_and_no_turned_text() {
    let journal = "authorising, app-fault bad-facts, unknown, approved, completed";
    for lie in ["approves-with-21-facts", "approves-with-turned-fact"] {
        check(lie, "12.00", "not certain yet 12.00, approved 12.00", journal, &[1_200]);
    }
}

#[test]
fn the_outcome_of_an_earlier_payment_counts_for_no_other() {
    play("tells-earlier-outcome", async |till| {
        till.sale("12.00").await;
        till.sale("13.00").await;
        till.settle().await;
        till.sale("12.11").await;
        till.settle().await;
        assert_eq!(
            till.screen(),
            "approved 12.00, not certain yet 13.00, approved 13.00, not certain yet 12.11, \
             declined 12.11"
        );
        assert_eq!(
            till.journal().await,
            "authorising, approved, completed | authorising, app-fault approved-other-amount, \
             unknown, approved, completed | authorising, app-fault approved-unproved, unknown, \
             declined"
        );
        assert_eq!(till.kept(), [1_200, 1_300, 0]);
        assert_eq!(till.facts(0).await, "Transaction: the first");
        assert_eq!(till.facts(1).await, "");
    });
}
