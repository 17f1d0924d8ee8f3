//! Offers: a code that was closed can still be paid by a slow phone.

use crate::script::check;

const CLOSED: &str = "created sale 12.00, authorising an offer for 120 s, SEND | SEND | - | \
                      cancelled: offer-expired; watched 300 s, TELL, WATCH 300 s";

#[track_caller]
fn after_close(steps: &str, expected: &str) {
    check(
        &format!("sale 12.00 | submit offer | undo | heard undone | cancels offer-expired{steps}"),
        &format!("{CLOSED}{expected}"),
    );
}

#[test]
fn a_closed_offer_is_watched_until_its_expiry_and_a_margin() {
    after_close("", " | = cancelled (offer-expired) watched");
    after_close(
        " | inquire | heard undone | cancels offer-expired | watch over | watch over",
        " | SEND | - | - | watch-ended | - | = cancelled (offer-expired)",
    );
}

#[test]
fn an_offer_paid_late_is_refunded_and_then_reversed() {
    for end in ["cancels offer-expired", "approves 12.00", "unsure no-answer", "dies"] {
        after_close(
            &format!(" | inquire | heard paid | {end} | given back | given back"),
            " | SEND | - | paid-late 12.00, REFUND 12.00 | reversed: given-back, TELL | - | = \
             reversed (given-back)",
        );
    }
}

#[test]
fn a_late_payment_is_refunded_once_by_the_host_and_never_undone_beside_it() {
    after_close(
        " | heard paid | dies | undo | repeat offer | heard paid | dies | watch over",
        " | - | paid-late 12.00, REFUND 12.00 | refused AlreadyFinal | refused SubmittedTwice | - \
         | - | - | = reversing 12.00 (paid-late)",
    );
}

#[test]
fn a_restart_while_the_refund_runs_starts_it_unless_it_is_there() {
    after_close(
        " | heard paid | dies | restart | given back",
        " | - | paid-late 12.00, REFUND 12.00 | REFUND 12.00 | reversed: given-back, TELL | = \
         reversed (given-back)",
    );
}

#[test]
fn a_watch_that_ends_just_after_paid_was_heard_forgets_nothing() {
    after_close(
        " | inquire | heard paid | watch over | cancels offer-expired",
        " | SEND | - | paid-late 12.00, REFUND 12.00 | - | = reversing 12.00 (paid-late)",
    );
}

#[test]
fn a_watch_ends_only_on_an_answer_about_the_closed_offer() {
    after_close(
        " | watch over | heard open | watch over | heard undone | watch over",
        " | WATCH 180 s | - | WATCH 180 s | - | watch-ended | = cancelled (offer-expired)",
    );
}

#[test]
fn what_was_heard_before_the_last_question_ends_no_watch() {
    after_close(
        " | watch again | heard undone | watch again | watch over | heard undone | watch over",
        " | - | - | - | WATCH 180 s | - | watch-ended | = cancelled (offer-expired)",
    );
    after_close(
        " | heard undone | watch again | heard paid | watch again | watch over",
        " | - | - | - | - | paid-late 12.00, REFUND 12.00 | = reversing 12.00 (paid-late)",
    );
}

#[test]
fn a_restart_goes_on_watching_and_a_finished_watch_rests() {
    after_close(
        " | restart | watch over | heard not-paid | watch over | restart",
        " | WATCH 0 s | WATCH 180 s | - | watch-ended | - | = cancelled (offer-expired)",
    );
}

#[test]
fn an_offer_that_the_acquirer_refused_is_declined_and_not_watched() {
    check(
        "sale 12.00 | submit offer | heard not-paid bad-request | declines bad-request",
        "created sale 12.00, authorising an offer for 120 s, SEND | - | declined: bad-request, \
         TELL | = declined (bad-request)",
    );
}

#[test]
fn an_offer_paid_before_the_close_is_approved() {
    check(
        "sale 12.00 | submit offer | heard open | undo | heard paid 12.00 | approves 12.00",
        "created sale 12.00, authorising an offer for 120 s, SEND | - | SEND | - | approved 12.00, \
         TELL | = approved 12.00",
    );
}

#[test]
fn an_offer_whose_close_got_no_answer_is_unknown() {
    check(
        "sale 12.00 | submit offer | heard open | undo | cancels cancelled-by-cashier",
        "created sale 12.00, authorising an offer for 120 s, SEND | - | SEND | app-fault \
         EndedButOpen, unknown: app-broke-rule, RECOVER in 2 s | = unknown (app-broke-rule) fault \
         EndedButOpen",
    );
}

#[test]
fn an_offer_that_was_not_sent_is_cancelled_and_not_watched() {
    check(
        "sale 12.00 | submit offer | not sent tls-failed | cancels tls-failed | watch over",
        "created sale 12.00, authorising an offer for 120 s, SEND | not-sent: tls-failed | \
         cancelled: tls-failed, TELL | - | = cancelled (tls-failed)",
    );
}
