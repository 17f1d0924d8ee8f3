//! Who may do what, and what the journal remembers of it.

use crate::shop::{CODE, STAFF, Shop, play};
use caisson_core::desk::{Act, Page, SignInTrouble};
use caisson_devices::screen::{Key, Place, ReceiptWish};
use std::time::Duration;
use tokio::time::sleep;

/// Chooses Li and waits for the page of the code; what is wrong on it.
async fn choose_li(shop: &Shop) -> Option<SignInTrouble> {
    shop.page("the sign-in", |page| matches!(page, Page::SignIn { .. }).then_some(())).await;
    shop.press(Key::Row(0));
    shop.page("the code", |page| match page {
        Page::Code { trouble, .. } => Some(*trouble),
        _ => None,
    })
    .await
}

async fn trouble(shop: &Shop, wanted: SignInTrouble) {
    shop.page(&format!("{wanted:?}"), |page| match page {
        Page::Code { trouble, .. } => (*trouble == Some(wanted)).then_some(()),
        _ => None,
    })
    .await;
}

#[test]
fn a_cashier_sells_and_is_denied_the_rest_which_the_journal_remembers() {
    play(&STAFF, async |shop| {
        shop.sign_in(0).await;
        assert_eq!(shop.screen.status_bar().borrow().operator.as_deref(), Some("Li"));
        shop.sold(1_200, "approved 12.00").await;
        let key = shop.newest().await.row.key;
        for act in [Act::Refund, Act::Void] {
            shop.press(Key::Do(act, key.clone()));
            let word = act.word().en;
            shop.line(&format!("Not allowed: {word}, Li")).await;
            shop.press(Key::Ok);
            shop.line("Payment: approved 12.00").await;
        }
        shop.press(Key::Go(Place::Totals));
        shop.line("Not allowed: Day totals, Li").await;
        shop.press(Key::Cancel);
        shop.press(Key::Go(Place::SignOut));
        shop.page("the sign-in", |page| matches!(page, Page::SignIn { .. }).then_some(())).await;
        assert_eq!(shop.rows().await.len(), 1, "nothing went back");
        assert_eq!(
            shop.end().await,
            [
                "Li signed-in",
                "Li denied refund",
                "Li denied void",
                "Li denied totals",
                "Li signed-out",
            ]
        );
    });
}

#[test]
fn a_supervisor_gives_money_back_and_sees_the_totals() {
    play(&STAFF, async |shop| {
        shop.sign_in(1).await;
        shop.sold(1_200, "approved 12.00").await;
        let key = shop.newest().await.row.key;
        shop.press(Key::Do(Act::Refund, key));
        shop.line("How much goes back?").await;
        shop.press(Key::Amount(200));
        shop.line("refunded 2.00").await;
        shop.press(Key::Receipt(ReceiptWish::Nothing));
        shop.keypad().await;
        let rows = shop.at(Place::Totals, |page| match page {
            Page::Totals { day, rows } => (day == "2026-11-22").then(|| rows.clone()),
            _ => None,
        });
        let told: Vec<_> = rows
            .await
            .iter()
            .map(|row| {
                let (sold, refunded) = (row.sold, row.refunded);
                format!("{}: {} {sold}, {} {refunded}", row.method, row.sales, row.refunds)
            })
            .collect();
        assert_eq!(told, ["QR payment: 1 12.00, 1 2.00", ": 1 12.00, 1 2.00"]);
    });
}

#[test]
fn three_wrong_codes_lock_for_five_minutes_and_a_restart_begins_them_anew() {
    play(&STAFF, async |shop| {
        assert_eq!(choose_li(&shop).await, None);
        for left in [2, 1] {
            shop.key_code("000000");
            trouble(&shop, SignInTrouble::WrongCode { tries_left: left }).await;
        }
        // Going back gives no new tries.
        shop.press(Key::Cancel);
        choose_li(&shop).await;
        shop.key_code("000000");
        trouble(&shop, SignInTrouble::Locked { seconds: 300 }).await;
        shop.press(Key::Cancel);
        sleep(Duration::from_secs(200)).await;

        let shop = shop.restart(&STAFF).await;
        assert_eq!(choose_li(&shop).await, Some(SignInTrouble::Locked { seconds: 300 }));
        // The right code is not even looked at, and another operator is not locked.
        shop.key_code(CODE);
        sleep(Duration::from_secs(1)).await;
        shop.press(Key::Cancel);
        shop.sign_in(1).await;
        shop.press(Key::Go(Place::SignOut));
        sleep(Duration::from_secs(360)).await;
        assert_eq!(choose_li(&shop).await, None);
        shop.key_code(CODE);
        shop.keypad().await;
        assert_eq!(
            shop.end().await,
            [
                "Li wrong-code 2",
                "Li wrong-code 1",
                "Li wrong-code 0",
                "Li locked",
                "Wang signed-in",
                "Wang signed-out",
                "Li unlocked",
                "Li signed-in",
            ]
        );
    });
}

#[test]
fn wrong_codes_before_a_restart_count_after_it() {
    play(&STAFF, async |shop| {
        choose_li(&shop).await;
        for left in [2, 1] {
            shop.key_code("000000");
            trouble(&shop, SignInTrouble::WrongCode { tries_left: left }).await;
        }
        let shop = shop.restart(&STAFF).await;
        choose_li(&shop).await;
        shop.key_code("000000");
        trouble(&shop, SignInTrouble::Locked { seconds: 300 }).await;
    });
}

#[test]
fn whoever_is_away_for_a_quarter_of_an_hour_is_signed_out() {
    play(&STAFF, async |shop| {
        shop.sign_in(0).await;
        shop.at(Place::Menu, |page| matches!(page, Page::Menu { .. }).then_some(())).await;
        sleep(Duration::from_secs(121)).await;
        shop.keypad().await;
        sleep(Duration::from_secs(15 * 60)).await;
        shop.page("the sign-in", |page| matches!(page, Page::SignIn { .. }).then_some(())).await;
        assert_eq!(shop.screen.status_bar().borrow().operator, None);
        assert_eq!(shop.end().await, ["Li signed-in", "Li signed-out"]);
    });
}

#[test]
fn nobody_gets_past_the_sign_in_without_a_code() {
    play(&STAFF, async |shop| {
        for place in [Place::Keypad, Place::History, Place::Totals, Place::Menu] {
            choose_li(&shop).await;
            shop.press(Key::Go(place));
        }
        shop.press(Key::Amount(1_200));
        choose_li(&shop).await;
        assert!(shop.rows().await.is_empty());
    });
}
