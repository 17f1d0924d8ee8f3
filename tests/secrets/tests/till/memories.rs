//! The linear memories of all components: what lies in whose during a sale, and what is left.

use crate::shop::{self, OF_KERNEL, Sale, Shop, Way};
use caisson_secrets::{LinearMemory, Planted, Search};
use caisson_terminal::Report;

/// What only a recovery of the merchant's app has in its memory: the note of the payment.
const OF_MERCHANT: &str = "\"wallet\":\"";

/// How a card is sold with.
struct Case {
    card: &'static str,
    way: Way,
    has_pin: bool,
    /// True where a kernel speaks to the card.
    has_kernel: bool,
}

/// Memories in which `search` finds something, with what.
pub(crate) fn holding(search: &Search) -> Vec<(LinearMemory, String)> {
    let told = |memory: LinearMemory| {
        let found: Vec<_> = search.find(&memory.bytes).iter().map(ToString::to_string).collect();
        (memory, found.join("\n"))
    };
    let memories = shop::memories();
    assert!(!memories.is_empty(), "no linear memory was found");
    memories.into_iter().map(told).filter(|(_, found)| !found.is_empty()).collect()
}

#[track_caller]
pub(crate) fn nowhere(search: &Search, when: &str) {
    let told: Vec<_> = holding(search)
        .iter()
        .map(|(memory, found)| format!("{:#x} {when}:\n{found}", memory.start))
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

/// While a sale stands still: the card lies in the memories of kernel and card app and in no other,
/// the PIN in none, and the merchant's app is there to be looked at.
#[track_caller]
fn look(case: &Case, when: &str) {
    let memories = shop::memories();
    let merchants = memories.iter().filter(|memory| memory.holds(OF_MERCHANT)).count();
    assert_eq!(merchants, 1, "{when}: the merchant's app is not in memory");
    let card = shop::search(&[case.card]);
    let holding = holding(&card);
    for (memory, found) in &holding {
        assert!(!memory.holds(OF_MERCHANT), "{when}: in the merchant's app:\n{found}");
    }
    let in_kernel = holding.iter().filter(|(memory, _)| memory.holds(OF_KERNEL)).count();
    assert_eq!(in_kernel, usize::from(case.has_kernel), "{when}: kernels that hold the card");
    assert!(!holding.is_empty(), "{when}: the search finds no card where there is one");
    let others = holding.len() - in_kernel;
    assert!(others <= 1, "{when}: {others} apps hold the card; there is one card app");
    let profile = shop::card(case.card);
    let pin = profile.cardholders_pin().unwrap_or_default();
    if let Some(pin) = Planted::pin(case.card, pin, profile.pan.digits()) {
        nowhere(&Search::new(pin).unwrap(), when);
    }
}

async fn sell(shop: &Shop, case: &Case) -> Report {
    shop.bank_will("takes 1 s for sale, once");
    let sale: Sale = shop.begin("12.00");
    shop.present(&sale, case.card, case.way).await;
    if case.has_pin {
        shop.until_pin(&sale).await;
        look(case, "while the PIN is asked for");
        shop.key_the_pin();
    }
    shop.until_at_the_bank(&sale).await;
    look(case, "while the bank is asked");
    shop.nothing_is_written(&shop::search(&[case.card]));
    sale.await.unwrap().unwrap()
}

#[track_caller]
fn check(case: &Case) {
    shop::play(async |shop| {
        shop.merchant_app_waits().await;
        let report = sell(shop, case).await;
        assert!(report.approved.is_some(), "{report:?}");
        let search = shop::search(&[case.card]);
        nowhere(&search, "after the sale");
        shop.nothing_is_written(&search);
        shop.settled().await;
        nowhere(&search, "after everything");
        shop.nothing_is_written(&search);
    });
}

#[test]
fn a_chip_and_its_online_pin_are_in_no_other_apps_memory_and_in_none_afterwards() {
    check(&Case { card: "union-long-pin", way: Way::Insert, has_pin: true, has_kernel: true });
}

#[test]
fn a_chip_and_its_offline_pin_are_in_no_other_apps_memory_and_in_none_afterwards() {
    check(&Case { card: "visa-long-pin", way: Way::Insert, has_pin: true, has_kernel: true });
}

#[test]
fn a_card_that_is_tapped_is_in_no_other_apps_memory_and_in_none_afterwards() {
    check(&Case { card: "tap-union", way: Way::Tap, has_pin: false, has_kernel: true });
}

#[test]
fn a_stripe_is_in_no_other_apps_memory_and_in_none_afterwards() {
    check(&Case { card: "stripe-only", way: Way::Swipe, has_pin: true, has_kernel: false });
}

/// The bank is silent and the cashier cancels: the app is ended where it stands, its card at hand.
#[test]
fn an_app_that_is_ended_in_the_middle_of_a_sale_leaves_no_card_in_memory() {
    shop::play(async |shop| {
        shop.bank_will("loses the answer to sale, once");
        let sale = shop.begin("12.00");
        shop.present(&sale, "union-long-pin", Way::Insert).await;
        shop.until_pin(&sale).await;
        shop.key_the_pin();
        shop.until_at_the_bank(&sale).await;
        let search = shop::search(&["union-long-pin"]);
        assert!(!holding(&search).is_empty(), "the search finds no card where there is one");
        assert!(shop.world.screen.press(caisson_devices::screen::Key::Cancel));
        sale.await.unwrap().unwrap();
        nowhere(&search, "after the end");
        shop.nothing_is_written(&search);
        shop.settled().await;
        nowhere(&search, "after everything");
        shop.nothing_is_written(&search);
    });
}
