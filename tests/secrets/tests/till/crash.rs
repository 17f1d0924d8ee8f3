//! A card app that breaks down with a card at hand, and with all of it in its words: the panic, the
//! log and the fault that the terminal makes of them hold no card, and no memory does afterwards.

use crate::memories::{holding, nowhere};
use crate::shop::{self, Shop, Way};
use caisson_core::Reason;
use std::fs;

/// The card app that does so: `tests/guests/panics-with-card`.
const GUEST: &str = "panics-with-card";

async fn break_down(shop: &Shop, card: &str, way: Way) {
    let search = shop::search(&[card]);
    let sale = shop.begin_with(GUEST, "12.00");
    shop.present(&sale, card, way).await;
    if way == Way::Insert {
        shop.until_pin(&sale).await;
        assert!(!holding(&search).is_empty(), "the search finds no card where there is one");
        shop.key_the_pin();
    }
    let report = sale.await.unwrap().unwrap();
    assert_eq!((report.reason, report.approved), (Some(Reason::AppFailed), None), "{report:?}");
    nowhere(&search, "after the end");
    shop.settled().await;
    shop.nothing_is_written(&search);
}

#[test]
fn a_card_app_that_panics_with_a_card_in_its_words_leaves_none_of_it_anywhere() {
    shop::play_with(GUEST, async |shop| {
        break_down(shop, "union-long-pin", Way::Insert).await;
        break_down(shop, "tap-union", Way::Tap).await;
        break_down(shop, "stripe-only", Way::Swipe).await;
        // It said all of it: what is left in the log is how long it was.
        let log = fs::read_to_string(shop::log()).unwrap();
        for said in ["to stdout: [", "to stderr: [", "in a panic: [", " digits]"] {
            assert!(log.contains(said), "{said} is not in the log");
        }
    });
}
