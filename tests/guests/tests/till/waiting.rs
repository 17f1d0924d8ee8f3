//! An app that does not return after Cancel has 20 seconds; then the payment is unknown, and what
//! still takes time happens behind the counter.

use crate::till::{GUEST, code, play, request};
use caisson_devices::screen::Key;
use std::time::Duration;
use tokio::time::{Instant, sleep};

#[test]
fn after_cancel_the_counter_is_free_in_twenty_seconds_and_the_payment_is_taken_back() {
    play("sleeps-after-send", async |till| {
        till.lens.hold(code(1));
        let terminal = till.terminal.clone();
        let sale = tokio::spawn(async move { terminal.pay(request(GUEST, "12.03")).await });
        while till.heard("pay") == 0 {
            sleep(Duration::from_millis(20)).await;
        }
        sleep(Duration::from_secs(2)).await;
        let cancelled = Instant::now();
        assert!(till.screen.press(Key::Cancel));
        let report = sale.await.unwrap().unwrap();
        // 20 seconds, and one for a sleep of a language's own library to come to its end.
        assert!((20..=21).contains(&cancelled.elapsed().as_secs()));
        assert_eq!(report.state.unwrap().name(), "unknown");
        till.settle().await;
        assert_eq!(till.screen(), "not certain yet 12.03, declined 12.03");
        assert_eq!(till.journal().await, "authorising, unknown, reversed");
        assert_eq!(till.kept(), [0]);
        let fault = "start did not return within 20 seconds after Cancel; return when a wait ends \
                     with cancelled";
        assert!(till.log().contains(fault), "{}", till.log());
    });
}

#[test]
fn after_cancel_an_app_that_has_sent_nothing_is_simply_cancelled() {
    play("sleeps", async |till| {
        let terminal = till.terminal.clone();
        let sale = tokio::spawn(async move { terminal.pay(request(GUEST, "12.00")).await });
        sleep(Duration::from_secs(2)).await;
        let cancelled = Instant::now();
        assert!(till.screen.press(Key::Cancel));
        sale.await.unwrap().unwrap();
        // 20 seconds, and one for a sleep of a language's own library to come to its end.
        assert!((20..=21).contains(&cancelled.elapsed().as_secs()));
        assert_eq!((till.screen().as_str(), till.heard("pay")), ("cancelled 12.00", 0));
        assert_eq!(till.journal().await, "");
    });
}

#[test]
fn after_cancel_an_app_that_waits_again_and_again_is_ended_as_a_loop() {
    play("ignores-cancel", async |till| {
        let terminal = till.terminal.clone();
        let sale = tokio::spawn(async move { terminal.pay(request(GUEST, "12.00")).await });
        sleep(Duration::from_secs(2)).await;
        assert!(till.screen.press(Key::Cancel));
        sale.await.unwrap().unwrap();
        assert!(till.log().contains("start used up its processor time"), "{}", till.log());
        assert_eq!((till.screen().as_str(), till.heard("pay")), ("declined 12.00", 0));
    });
}
