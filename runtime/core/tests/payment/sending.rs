//! What may be sent: one exchange that can move money, ever, and nothing over its limits.

use crate::script::check;
use caisson_core::payment::Digest;

const SENT: &str = "created sale 12.00, authorising, SEND";

#[track_caller]
fn after_submit(steps: &str, expected: &str) {
    check(&format!("sale 12.00 | submit | {steps}"), &format!("{SENT} | {expected}"));
}

#[test]
fn the_intent_is_recorded_before_the_request_is_sent() {
    check("sale 12.00 | submit", "created sale 12.00, authorising, SEND | = authorising");
    check(
        "sale 12.00 | submit offer",
        "created sale 12.00, authorising an offer for 120 s, SEND | = authorising",
    );
    check("refund 5.00 | submit", "created refund 5.00, authorising, SEND | = authorising");
}

#[test]
fn a_second_exchange_is_refused_whatever_was_heard() {
    after_submit("submit", "refused SubmittedTwice | = authorising");
    after_submit("submit offer", "refused SubmittedTwice | = authorising");
    after_submit("heard not-paid | submit", "- | refused SubmittedTwice | = authorising");
    after_submit(
        "not sent offline | submit",
        "not-sent: offline | refused SubmittedTwice | = authorising",
    );
}

#[test]
fn nothing_is_submitted_once_the_payment_was_told_as_over() {
    check(
        "sale 12.00 | cancels cancelled-by-cashier | submit",
        "TELL | refused AlreadyFinal | = cancelled (cancelled-by-cashier)",
    );
    after_submit(
        "heard paid | approves 12.00 | submit | repeat",
        "- | approved 12.00, TELL | refused SubmittedTwice | refused SubmittedTwice | = approved \
         12.00",
    );
}

#[test]
fn submit_takes_only_what_can_move_money() {
    for kind in ["service", "inquiry", "undo"] {
        check(&format!("sale 12.00 | submit {kind}"), "refused WrongKind | = created");
    }
}

#[test]
fn a_refund_never_opens_an_offer_that_a_customer_could_pay() {
    check("refund 12.00 | submit offer", "refused WrongKind | = created");
}

#[test]
fn request_and_note_are_taken_at_their_limits_and_refused_one_byte_over() {
    check(
        "sale 12.00 | submit bytes=65536 note=4096",
        "created sale 12.00, authorising, SEND | = authorising",
    );
    check("sale 12.00 | submit bytes=65537", "refused TooLarge | = created");
    check("sale 12.00 | submit note=4097", "refused TooLarge | = created");
}

#[test]
fn inquire_and_undo_need_something_that_was_submitted_and_may_repeat() {
    check(
        "sale 12.00 | inquire | undo",
        "refused NothingSubmitted | refused NothingSubmitted | = created",
    );
    after_submit(
        "not sent offline | inquire | undo",
        "not-sent: offline | refused NothingSubmitted | refused NothingSubmitted | = authorising",
    );
    after_submit("inquire | inquire | undo | undo", "SEND | SEND | SEND | SEND | = authorising");
    after_submit("ask service", "refused WrongKind | = authorising");
    after_submit("ask financial", "refused WrongKind | = authorising");
}

#[test]
fn a_refund_is_never_undone() {
    check(
        "refund 5.00 | submit | undo | inquire",
        "created refund 5.00, authorising, SEND | refused UndoOfRefund | SEND | = authorising",
    );
}

#[test]
fn a_void_is_taken_back_by_an_operation_that_is_made_for_it_and_a_sale_never_by_that() {
    check(
        "refund 5.00 | take back | submit | take back | heard undone | cancels offline",
        "refused NothingSubmitted | created refund 5.00, authorising, SEND | SEND | - | \
         reversed: offline, TELL | = reversed (offline)",
    );
    after_submit("take back", "refused WrongKind | = authorising");
}

#[test]
fn what_was_not_sent_ends_at_once_and_its_restart_too() {
    let told = "not-sent: offline | cancelled: offline, TELL | = cancelled (offline)";
    after_submit("not sent offline | cancels offline", told);
    after_submit("not sent offline | unsure no-answer", told);
    after_submit("not sent offline | dies", told);
    after_submit("not sent offline | restart", told);
    after_submit(
        "not sent offline | approves 12.00",
        "not-sent: offline | app-fault ApprovedUnproved, cancelled: offline, TELL | = cancelled \
         (offline) fault ApprovedUnproved",
    );
}

#[test]
fn not_sent_is_believed_only_about_the_first_request() {
    for between in ["inquire", "undo", "heard unreadable", "heard paid"] {
        let step = if between.starts_with("heard") { "-" } else { "SEND" };
        after_submit(
            &format!("{between} | not sent offline | dies"),
            &format!(
                "{step} | - | unknown: app-failed-after-send, RECOVER in 2 s | = unknown \
                 (app-failed-after-send)"
            ),
        );
    }
    check(
        "refund 5.00 | submit | unsure no-answer | repeat | not sent offline | cancels offline",
        "created refund 5.00, authorising, SEND | unknown: no-answer, RECOVER in 2 s | SEND | - | \
         app-fault EndedButOpen, RECOVER in 2 s | = unknown (no-answer) fault EndedButOpen",
    );
}

#[test]
fn a_refund_without_an_answer_is_repeated_only_while_recovering_and_only_the_same() {
    let unsure = "created refund 5.00, authorising, SEND | unknown: no-answer, RECOVER in 2 s";
    for (step, outcome) in [
        ("repeat", "SEND"),
        ("submit", "refused SubmittedTwice"),
        ("repeat changed", "refused SubmittedTwice"),
        ("repeat unrepeatable", "refused SubmittedTwice"),
    ] {
        check(
            &format!("refund 5.00 | submit | unsure no-answer | {step}"),
            &format!("{unsure} | {outcome} | = unknown (no-answer)"),
        );
    }
    check("refund 5.00 | repeat", "refused NothingSubmitted | = created");
    check(
        "refund 5.00 | submit | restart | repeat | heard paid | approves 5.00",
        "created refund 5.00, authorising, SEND | unknown: restarted, RECOVER in 0 s | SEND | - | \
         approved 5.00, TELL | = approved 5.00",
    );
}

#[test]
fn what_was_heard_before_a_repeat_says_nothing_about_the_repeat() {
    check(
        "refund 5.00 | submit | unsure no-answer | heard not-paid | repeat | declines offline",
        "created refund 5.00, authorising, SEND | unknown: no-answer, RECOVER in 2 s | - | SEND | \
         app-fault EndedButOpen, RECOVER in 2 s | = unknown (no-answer) fault EndedButOpen",
    );
    check(
        "refund 5.00 | submit | unsure no-answer | heard paid | repeat | declines offline",
        "created refund 5.00, authorising, SEND | unknown: no-answer, RECOVER in 2 s | - | SEND | \
         app-fault DeclinedButPaid, RECOVER in 2 s | = unknown (no-answer) fault DeclinedButPaid",
    );
}

#[test]
fn a_digest_has_one_text_and_reads_back_from_no_other() {
    let digest = Digest::of(b"the request");
    let text = digest.to_string();
    assert_eq!(Digest::try_from(text.clone()), Ok(digest));
    let plus = format!("+{}", &text[1..]);
    for wrong in
        [text.to_uppercase(), plus, text[1..].to_owned(), format!("{text}0"), "永".repeat(22)]
    {
        assert_eq!(Digest::try_from(wrong), Err("a digest is 64 lowercase hex digits"));
    }
}

#[test]
fn an_operation_for_another_kind_of_payment_is_refused() {
    for (kind, other) in [
        ("sale", "pre-auth"),
        ("pre-auth", "sale"),
        ("completion", "refund"),
        ("refund", "release"),
        ("release", "completion"),
    ] {
        check(
            &format!("{kind} 5.00 | submit of={other} | submit | heard paid | approves 5.00"),
            &format!(
                "refused WrongKind | created {kind} 5.00, authorising, SEND | - | approved 5.00, \
                 TELL | = approved 5.00"
            ),
        );
    }
}

#[test]
fn what_completes_or_lets_go_is_taken_back_only_by_an_operation_made_for_that() {
    for kind in ["completion", "release"] {
        check(
            &format!("{kind} 5.00 | submit | undo | take back | heard undone | cancels offline"),
            &format!(
                "created {kind} 5.00, authorising, SEND | refused UndoOfRefund | SEND | - | \
                 reversed: offline, TELL | = reversed (offline)"
            ),
        );
    }
    check(
        "pre-auth 5.00 | submit | take back | undo | heard undone | cancels offline",
        "created pre-auth 5.00, authorising, SEND | refused WrongKind | SEND | - | reversed: \
         offline, TELL | = reversed (offline)",
    );
    check("pre-auth 5.00 | submit offer", "refused WrongKind | = created");
}
