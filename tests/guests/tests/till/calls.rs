//! Calls that break a rule: each is refused with the rule's name, sends nothing, and leaves the
//! payment as it was.

use crate::till::play;

/// A sale that goes well in spite of its app, whose receipt says how each try was answered.
#[track_caller]
fn check(behaviour: &str, facts: &str, log: &[&str]) {
    play(behaviour, async |till| {
        till.sale("12.00").await;
        till.settle().await;
        assert_eq!(till.screen(), "approved 12.00");
        assert_eq!(till.journal().await, "authorising, approved, completed");
        assert_eq!(till.facts(0).await, facts);
        assert_eq!((till.kept(), till.heard("pay"), till.heard("create")), (vec![1_200], 1, 0));
        for line in log {
            assert!(till.log().contains(line), "{line}\n{}", till.log());
        }
    });
}

#[test]
fn a_second_request_is_refused_under_the_same_operation_and_under_others() {
    check(
        "submits-twice",
        "pay again: Code::Refused, pay by a code: Code::Refused, refund: Code::BadRequest",
        &[
            "caisson refused submit pay: this payment has already handed a request to the \
             acquirer; ask with inquire, take back with undo",
            "caisson refused submit create: this payment has already",
            "refund: `refund` gives back an earlier sale, and this payment is no refund",
        ],
    );
}

#[test]
fn no_other_call_does_what_submit_does_and_nothing_is_asked_before_it() {
    check(
        "uses-other-doors",
        "ask first: Code::Refused, undo first: Code::Refused, pay by inquire: Code::Refused, \
         pay by undo: Code::Refused, submit a query: Code::Refused, pay by network: \
         Code::WrongKind, cancel by inquire: Code::Refused",
        &[
            "caisson refused inquire query: nothing was submitted",
            "caisson refused undo cancel: nothing was submitted",
            "caisson refused inquire pay: the operation is of another kind",
            "caisson refused undo pay: the operation is of another kind",
            "caisson refused submit query: the operation is of another kind",
            "caisson refused inquire cancel: the operation is of another kind",
        ],
    );
}

#[test]
fn the_order_number_the_amount_and_the_currency_are_the_hosts() {
    check(
        "picks-its-order",
        "order: Code::BadRequest, Order: Code::BadRequest, amount: Code::BadRequest, currency: \
         Code::BadRequest, another order: Code::BadRequest",
        &[
            "order: the request to `pay` sets /order, which the terminal writes; leave it out",
            "amount: the request to `pay` sets /amount",
            "another order: the request to `query` sets /order",
        ],
    );
}

#[test]
fn a_note_of_4_kib_is_kept_and_one_byte_more_is_refused() {
    check(
        "keeps-a-long-note",
        "4097 bytes: Code::Refused",
        &["caisson refused submit pay: the request is above 64 KiB or the recovery note above 4"],
    );
}
