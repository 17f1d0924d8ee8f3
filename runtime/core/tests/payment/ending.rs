//! What an app may say about the end, and what the host believes.

use crate::script::check;

#[track_caller]
fn after_submit(steps: &str, expected: &str) {
    check(
        &format!("sale 12.00 | submit | {steps}"),
        &format!("created sale 12.00, authorising, SEND | {expected}"),
    );
}

/// What a refused outcome leads to.
fn refused(rule: &str) -> String {
    format!(
        "app-fault {rule}, unknown: app-broke-rule, RECOVER in 2 s | = unknown (app-broke-rule) \
         fault {rule}"
    )
}

#[test]
fn a_payment_is_approved_told_served_and_printed() {
    after_submit(
        "heard paid 12.00 | approves 12.00 wallet=wechat | printed | served | printed",
        "- | approved 12.00 wallet=wechat, TELL | printed copy 0 | completed | printed copy 1 | = \
         completed 12.00",
    );
}

#[test]
fn printing_never_decides_a_payment() {
    after_submit(
        "heard paid | approves 12.00 | print fails paper-out | served",
        "- | approved 12.00, TELL | printed copy 0: paper-out | completed | = completed 12.00",
    );
    after_submit("printed | served", "printed copy 0 | - | = authorising");
    check("sale 12.00 | printed | served", "- | - | = created");
}

#[test]
fn before_anything_is_submitted_every_ending_is_cancelled_without_a_journal() {
    check("sale 12.00 | dies", "TELL | = cancelled (app-failed)");
    check("sale 12.00 | unsure no-answer", "TELL | = cancelled (app-failed)");
    check("sale 12.00 | cancels nobody-acted", "TELL | = cancelled (nobody-acted)");
    check("sale 12.00 | declines code-expired", "TELL | = cancelled (code-expired)");
    check("sale 12.00 | approves 12.00", "TELL | = cancelled (app-failed) fault ApprovedUnproved");
    check(
        "sale 12.00 | cancels nobody-acted | dies | printed",
        "TELL | - | - | = cancelled (nobody-acted)",
    );
}

#[test]
fn approved_needs_an_answer_that_says_paid() {
    after_submit("approves 12.00", &refused("ApprovedUnproved"));
    for heard in ["unreadable", "open", "not-paid", "undone"] {
        after_submit(
            &format!("heard {heard} | approves 12.00"),
            &format!("- | {}", refused("ApprovedUnproved")),
        );
    }
}

#[test]
fn what_was_heard_before_the_submit_proves_nothing() {
    check(
        "sale 12.00 | heard paid | submit | approves 12.00",
        &format!("- | created sale 12.00, authorising, SEND | {}", refused("ApprovedUnproved")),
    );
}

#[test]
fn approved_is_the_amount_of_the_answer_which_may_be_less_than_asked() {
    after_submit(
        "heard paid 8.00 | approves 12.00",
        &format!("- | {}", refused("ApprovedOtherAmount")),
    );
    after_submit("heard paid 8.00 | approves 8.00", "- | approved 8.00, TELL | = approved 8.00");
    check(
        "refund 5.00 | submit | heard paid 3.00 | approves 3.00",
        "created refund 5.00, authorising, SEND | - | approved 3.00, TELL | = approved 3.00",
    );
}

#[test]
fn an_amount_that_cannot_be_is_not_believed_either_way() {
    for amount in ["12.01", "0.00", "USD 12.00"] {
        after_submit(
            &format!("heard paid {amount} | approves 12.00"),
            &format!("- | {}", refused("ApprovedUnproved")),
        );
        after_submit(
            &format!("heard not-paid | heard paid {amount} | declines balance-short"),
            &format!("- | - | {}", refused("EndedButOpen")),
        );
        after_submit(
            &format!("heard undone | heard paid {amount} | cancels nobody-acted"),
            &format!("- | - | {}", refused("EndedButOpen")),
        );
        after_submit(
            &format!("heard paid 8.00 | heard paid {amount} | approves 8.00"),
            "- | - | approved 8.00, TELL | = approved 8.00",
        );
    }
}

#[test]
fn declined_and_cancelled_are_refused_while_the_answer_says_paid() {
    for end in ["declines balance-short", "cancels cancelled-by-cashier"] {
        after_submit(
            &format!("heard paid | {end}"),
            &format!("- | {}", refused("DeclinedButPaid")),
        );
        after_submit(
            &format!("heard paid | heard open | heard not-paid | heard unreadable | {end}"),
            &format!("- | - | - | - | {}", refused("DeclinedButPaid")),
        );
    }
}

#[test]
fn declined_and_cancelled_are_refused_while_the_acquirer_may_still_take_the_money() {
    for end in ["declines balance-short", "cancels cancelled-by-cashier"] {
        after_submit(end, &refused("EndedButOpen"));
        for heard in ["open", "unreadable"] {
            after_submit(
                &format!("heard {heard} | {end}"),
                &format!("- | {}", refused("EndedButOpen")),
            );
        }
        for before in ["not-paid", "undone"] {
            after_submit(
                &format!("heard {before} | heard open | {end}"),
                &format!("- | - | {}", refused("EndedButOpen")),
            );
        }
    }
}

#[test]
fn not_paid_ends_as_declined_with_the_acquirers_reason() {
    for end in ["declines code-used", "cancels cancelled-by-cashier"] {
        after_submit(
            &format!("heard not-paid balance-short | {end}"),
            "- | declined: balance-short, TELL | = declined (balance-short)",
        );
    }
    after_submit(
        "heard not-paid | declines code-used",
        "- | declined: declined-other, TELL | = declined (declined-other)",
    );
}

#[test]
fn a_payment_without_money_never_carries_a_reason_that_says_otherwise() {
    for reason in ["paper-out", "no-answer", "paid-late", "parked"] {
        check(&format!("sale 12.00 | declines {reason}"), "TELL | = cancelled (app-failed)");
        after_submit(
            &format!("heard not-paid {reason} | declines {reason}"),
            "- | declined: declined-other, TELL | = declined (declined-other)",
        );
        after_submit(
            &format!("heard undone | cancels {reason}"),
            "- | reversed: declined-other, TELL | = reversed (declined-other)",
        );
    }
}

#[test]
fn paid_and_then_undone_is_reversed_and_the_app_can_no_longer_approve() {
    after_submit(
        "heard paid | undo | heard undone | cancels customer-waits",
        "- | SEND | - | reversed: customer-waits, TELL | = reversed (customer-waits)",
    );
    after_submit(
        "heard paid | undo | heard undone | approves 12.00",
        &format!("- | SEND | - | {}", refused("ApprovedUnproved")),
    );
    after_submit(
        "undo | heard undone | heard not-paid | declines nobody-acted",
        "SEND | - | - | reversed: nobody-acted, TELL | = reversed (nobody-acted)",
    );
}

#[test]
fn an_undo_without_an_answer_makes_an_earlier_paid_worthless() {
    for heard in ["heard unreadable", "heard open", "heard paid 12.01", "not sent offline"] {
        after_submit(
            &format!("heard paid | undo | {heard} | approves 12.00"),
            &format!("- | SEND | - | {}", refused("ApprovedUnproved")),
        );
    }
    after_submit(
        "heard paid | undo | inquire | heard paid | approves 12.00",
        "- | SEND | SEND | - | approved 12.00, TELL | = approved 12.00",
    );
    after_submit(
        "heard paid | undo | cancels customer-waits",
        &format!("- | SEND | {}", refused("DeclinedButPaid")),
    );
}

#[test]
fn money_that_moves_again_after_an_undo_must_be_approved_or_undone_again() {
    after_submit(
        "undo | heard undone | heard paid | cancels nobody-acted",
        &format!("SEND | - | - | {}", refused("DeclinedButPaid")),
    );
    after_submit(
        "undo | heard undone | heard paid | approves 12.00",
        "SEND | - | - | approved 12.00, TELL | = approved 12.00",
    );
}

#[test]
fn facts_are_taken_at_their_limits_and_refused_beyond() {
    let full = "x".repeat(60);
    after_submit(
        "heard paid | approves 12.00 n=x^60",
        &format!("- | approved 12.00 n={full}, TELL | = approved 12.00"),
    );
    let twenty = " n=v".repeat(20);
    after_submit(
        "heard paid | approves 12.00 n=v*20",
        &format!("- | approved 12.00{twenty}, TELL | = approved 12.00"),
    );
    for facts in ["n=x^61", "n=永^61", "n=v*21", "n=", "=v", "n=aESC@"] {
        after_submit(
            &format!("heard paid | approves 12.00 {facts}"),
            &format!("- | {}", refused("BadFacts")),
        );
    }
}

#[test]
fn late_answers_after_the_end_change_nothing() {
    for late in ["heard paid", "heard undone", "heard not-paid"] {
        after_submit(
            &format!("heard not-paid | declines code-used | {late} | approves 12.00 | dies"),
            "- | declined: declined-other, TELL | - | - | - | = declined (declined-other)",
        );
        after_submit(
            &format!("heard paid | approves 12.00 | {late} | declines code-used | undo"),
            "- | approved 12.00, TELL | - | - | refused AlreadyFinal | = approved 12.00",
        );
        after_submit(
            &format!("heard undone | cancels nobody-acted | {late} | not sent offline | dies"),
            "- | reversed: nobody-acted, TELL | - | - | - | = reversed (nobody-acted)",
        );
    }
}

#[test]
fn steps_that_belong_to_another_state_change_nothing() {
    after_submit("served | given back | watch over", "- | - | - | = authorising");
    after_submit(
        "heard not-paid | declines code-used | served | given back | watch over",
        "- | declined: declined-other, TELL | - | - | - | = declined (declined-other)",
    );
    after_submit(
        "heard paid | approves 12.00 | served | served",
        "- | approved 12.00, TELL | completed | - | = completed 12.00",
    );
}

#[test]
fn a_signature_is_recorded_once_between_approval_and_receipt_and_decides_nothing() {
    let approved = "approved 12.00 SIGNATURE=REQUIRED, TELL";
    after_submit(
        "signs | heard paid | approves 12.00 SIGNATURE=REQUIRED | signs | signs | served | signs",
        &format!("- | - | {approved} | signed | - | completed | - | = completed 12.00"),
    );
    after_submit(
        "heard paid | approves 12.00 SIGNATURE=REQUIRED | served",
        &format!("- | {approved} | completed | = completed 12.00"),
    );
    after_submit(
        "heard not-paid | declines code-used | signs",
        "- | declined: declined-other, TELL | - | = declined (declined-other)",
    );
}
