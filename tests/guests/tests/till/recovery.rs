//! Apps that break recovery: what they say there is held against the record as everywhere, what
//! they ask there is bounded, and what they never make certain is parked, loudly.

use crate::till::play;

#[test]
fn a_flood_of_questions_is_cut_to_a_rate_and_the_payment_becomes_certain() {
    play("floods-recovery", async |till| {
        till.sale("12.00").await;
        till.settle().await;
        assert_eq!(till.screen(), "not certain yet 12.00, approved 12.00");
        assert_eq!(till.journal().await, "authorising, unknown, approved, completed");
        // The clock stands while the app asks: one second's worth of 5,000.
        assert_eq!((till.kept(), till.heard("query")), (vec![1_200], 10));
        let refusal = "Code::Other: more than 10 requests to the acquirer in a second; wait \
                       between them";
        assert!(till.log().contains(refusal), "{}", till.log());
    });
}

#[test]
fn recovery_hands_over_no_second_request() {
    play("submits-in-recover", async |till| {
        till.sale("12.00").await;
        till.settle().await;
        assert_eq!(till.screen(), "not certain yet 12.00, approved 12.00");
        assert_eq!(till.facts(0).await, "pay again: Code::Refused, pay by a code: Code::Refused");
        assert_eq!((till.kept(), till.heard("pay"), till.heard("create")), (vec![1_200], 1, 0));
    });
}

/// A sale whose answer proves nothing though the money was taken, and that its app never makes
/// certain: parked in the end, its method stopped, its events so.
#[track_caller]
fn check_parked(behaviour: &str, journal: &str) {
    play(behaviour, async |till| {
        till.sale("12.28").await;
        till.settle().await;
        let rows = till.rows().await;
        assert_eq!((rows.len(), rows[0].state.name()), (1, "parked"), "{behaviour}");
        assert_eq!(till.screen(), "not certain yet 12.28, not certain yet 12.28");
        assert_eq!(till.journal().await, journal, "{behaviour}");
        assert!(till.log().contains("parked: an owner must resolve it"), "{}", till.log());
        let refused = till.sale("3.00").await;
        assert_eq!(refused.reason.unwrap().code(), "method-parked");
        assert_eq!(till.kept(), [1_228]);
    });
}

#[test]
fn what_is_never_made_certain_is_parked_and_stops_its_method() {
    check_parked("never-certain", "authorising, unknown, parked");
    check_parked("traps-in-recover", "authorising, unknown, parked");
    check_parked("hoards-documents-in-recover", "authorising, unknown, parked");
}

#[test]
fn what_recovery_says_without_an_answer_is_refused_each_time() {
    let told = |rule: &str| {
        // Twelve tries in an hour, the last of which parks it; five more in the next five hours.
        let faults = |times: usize| vec![format!("app-fault {rule}"); times].join(", ");
        format!("authorising, unknown, {}, parked, {}", faults(12), faults(5))
    };
    check_parked("says-declined-in-recover", &told("ended-but-open"));
    check_parked("says-approved-in-recover", &told("approved-unproved"));
}
