//! Finding out: nothing unknown is forgotten, whatever dies.

use crate::script::check;
use caisson_core::payment::recovery_wait;

const SENT: &str = "created sale 12.00, authorising, SEND";

#[test]
fn a_trap_before_the_send_costs_nothing_and_after_it_is_found_out() {
    check("sale 12.00 | dies", "TELL | = cancelled (app-failed)");
    check(
        "sale 12.00 | submit | dies | recover runs | inquire | heard paid | approves 12.00",
        &format!(
            "{SENT} | unknown: app-failed-after-send, RECOVER in 2 s | - | SEND | - | approved \
             12.00, TELL | = approved 12.00"
        ),
    );
}

#[test]
fn a_trap_after_paid_is_heard_still_needs_a_recovery() {
    check(
        "sale 12.00 | submit | heard paid | dies | recover runs | approves 12.00",
        &format!(
            "{SENT} | - | unknown: app-failed-after-send, RECOVER in 2 s | - | approved 12.00, \
             TELL | = approved 12.00"
        ),
    );
}

#[test]
fn unknown_is_recorded_once_and_each_try_waits_longer() {
    check(
        "sale 12.00 | submit | unsure no-answer | recover runs | unsure still-open | recover runs \
         | dies | recover runs | declines code-used",
        &format!(
            "{SENT} | unknown: no-answer, RECOVER in 2 s | - | RECOVER in 4 s | - | RECOVER in 8 s \
             | - | app-fault EndedButOpen, RECOVER in 15 s | = unknown (no-answer) fault \
             EndedButOpen"
        ),
    );
}

#[test]
fn a_restart_in_each_state_asks_again_or_rests() {
    let unknown = "unknown: restarted, RECOVER in 0 s";
    for (before, outputs, after) in [
        ("submit", "", format!("{unknown} | = unknown (restarted)")),
        ("submit | heard paid", " | -", format!("{unknown} | = unknown (restarted)")),
        (
            "submit | unsure no-answer",
            " | unknown: no-answer, RECOVER in 2 s",
            "RECOVER in 0 s | = unknown (no-answer)".to_owned(),
        ),
        (
            "submit | heard paid | approves 12.00",
            " | - | approved 12.00, TELL",
            "TELL | = approved 12.00".to_owned(),
        ),
        (
            "submit | heard paid | approves 12.00 | served",
            " | - | approved 12.00, TELL | completed",
            "- | = completed 12.00".to_owned(),
        ),
        (
            "submit | heard not-paid | declines code-used",
            " | - | declined: declined-other, TELL",
            "- | = declined (declined-other)".to_owned(),
        ),
        (
            "submit | heard undone | cancels nobody-acted",
            " | - | reversed: nobody-acted, TELL",
            "- | = reversed (nobody-acted)".to_owned(),
        ),
    ] {
        check(&format!("sale 12.00 | {before} | restart"), &format!("{SENT}{outputs} | {after}"));
    }
}

#[test]
fn a_restart_forgets_what_was_heard_so_it_is_asked_again() {
    check(
        "sale 12.00 | submit | heard paid | restart | approves 12.00",
        &format!(
            "{SENT} | - | unknown: restarted, RECOVER in 0 s | app-fault ApprovedUnproved, RECOVER \
             in 2 s | = unknown (restarted) fault ApprovedUnproved"
        ),
    );
}

/// `tries` recoveries without an answer: the steps, and what comes of all but the last.
fn budget() -> (String, String) {
    let mut steps = "sale 12.00 | submit | unsure no-answer".to_owned();
    let mut outputs = format!("{SENT} | unknown: no-answer, RECOVER in 2 s");
    for attempt in 1.. {
        steps += " | recover runs | unsure no-answer";
        let Some(wait) = recovery_wait(attempt) else { break };
        outputs += &format!(" | - | RECOVER in {} s", wait.as_secs());
    }
    (steps, outputs)
}

#[test]
fn after_its_budget_a_payment_is_parked_loudly_and_still_asked_about() {
    let (steps, outputs) = budget();
    check(
        &format!("{steps} | recover runs | unsure no-answer | restart | dies"),
        &format!(
            "{outputs} | - | parked, ALARM, RECOVER in 3600 s | - | RECOVER in 3600 s | RECOVER in \
             0 s | RECOVER in 3600 s | = parked (parked)"
        ),
    );
}

#[test]
fn a_parked_payment_ends_when_the_acquirer_answers() {
    let (steps, outputs) = budget();
    let parked = "- | parked, ALARM, RECOVER in 3600 s";
    check(
        &format!("{steps} | inquire | heard paid | approves 12.00"),
        &format!("{outputs} | {parked} | SEND | - | approved 12.00, TELL | = approved 12.00"),
    );
    check(
        &format!("{steps} | undo | heard undone | cancels nobody-acted"),
        &format!(
            "{outputs} | {parked} | SEND | - | reversed: nobody-acted, TELL | = reversed \
             (nobody-acted)"
        ),
    );
}

#[test]
fn an_owner_resolves_what_is_parked_and_nothing_else() {
    let (steps, outputs) = budget();
    let parked = "- | parked, ALARM, RECOVER in 3600 s";
    check(
        &format!("{steps} | owner says 12.00: ticket 1 | owner says nothing: again | restart"),
        &format!(
            "{outputs} | {parked} | resolved 12.00: ticket 1, TELL | refused NotParked completed \
             | - | = completed 12.00 (resolved-paid)"
        ),
    );
    check(
        &format!("{steps} | owner says nothing: ticket 2 | inquire | restart"),
        &format!(
            "{outputs} | {parked} | resolved nothing: ticket 2, TELL | SEND | - | = declined \
             (resolved-not-paid)"
        ),
    );
    check(
        &format!("{steps} | owner says 12.01: x | owner says 0.00: x | owner says 1.00: aESC"),
        &format!(
            "{outputs} | {parked} | refused Amount 12.01 of 12.00 | refused Amount 0.00 of 12.00 \
             | refused Why | = parked (parked)"
        ),
    );
    check(
        "sale 12.00 | submit | owner says nothing: x",
        &format!("{SENT} | refused NotParked authorising | = authorising"),
    );
}
