//! Reversals: whatever the moment, the customer keeps the money that the terminal did not get.

use crate::pos::Pos;

async fn check(steps: &str, expected: &str) {
    assert_eq!(Pos::signed_on().await.play(steps).await, expected, "{steps}");
}

#[tokio::test(start_paused = true)]
async fn a_reversal_undoes_a_sale_however_often_it_is_asked() {
    check(
        "1 sale 12.00 | 1 reverse 12.00 | 1 reverse-again 12.00 | net 1",
        "00 1200 | 00 | 00 | net 0",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_reversal_of_what_was_never_seen_is_25_and_stays_so() {
    check("1 reverse 12.00 | 1 reverse-again 12.00 | 1 sale 12.00 | net 1", "25 | 25 | 12 | net 0")
        .await;
    let mut pos = Pos::with(|config| config.reversal_of_unknown = "00".to_owned());
    assert_eq!(pos.play("sign-on | 1 reverse 12.00").await, "00 batch 1 | 00");
}

#[tokio::test(start_paused = true)]
async fn a_reversal_of_a_declined_sale_has_nothing_left_to_do() {
    check("1 sale 12.51 | 1 reverse 12.51 | net 1", "51 | 00 | net 0").await;
}

#[tokio::test(start_paused = true)]
async fn a_reversal_of_another_amount_undoes_nothing() {
    check("1 sale 12.00 | 1 reverse 13.00 | net 1", "00 1200 | 64 | net 1200").await;
    check("1 sale 12.10 | 1 reverse 12.10 | net 1", "10 605 | 00 | net 0").await;
    check("1 sale 12.10 | 1 reverse 6.05 | net 1", "10 605 | 00 | net 0").await;
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_transaction_has_its_reversal() {
    check(
        "1 sale 12.00 | 2 void 1 12.00 | 2 reverse 12.00 | net 1 | 3 void 1 12.00 | net 1",
        "00 1200 | 00 1200 | 00 | net 1200 | 00 1200 | net 0",
    )
    .await;
    check(
        "1 sale 12.00 | 2 refund 1 5.00 | 2 reverse 5.00 | net 1",
        "00 1200 | 00 500 | 00 | net 1200",
    )
    .await;
    check("1 auth 10.00 | 1 reverse 10.00 | 2 complete 1 10.00", "00 1000 | 00 | 12").await;
    check(
        "1 auth 10.00 | 2 auth-void 1 10.00 | 2 reverse 10.00 | 3 complete 1 9.00 | net 3",
        "00 1000 | 00 1000 | 00 | 00 900 | net 900",
    )
    .await;
    check(
        "1 auth 10.00 | 2 complete 1 9.00 | 2 reverse 9.00 | net 2 | 3 complete 1 8.00 | net 3",
        "00 1000 | 00 900 | 00 | net 0 | 00 800 | net 800",
    )
    .await;
    check(
        "1 auth 10.00 | 2 complete 1 9.00 | 3 complete-void 2 9.00 | 3 reverse 9.00 | net 2 \
         | 4 complete 1 9.00",
        "00 1000 | 00 900 | 00 900 | 00 | net 900 | 12",
    )
    .await;
    check("1 advice 12.00 | 1 reverse 12.00 | net 1", "00 1200 | 00 | net 0").await;
}

#[tokio::test(start_paused = true)]
async fn what_was_built_upon_is_not_undone_at_its_beginning() {
    check(
        "1 sale 12.00 | 2 void 1 12.00 | 1 reverse 12.00 | net 1",
        "00 1200 | 00 1200 | 12 | net 0",
    )
    .await;
    check(
        "1 sale 12.00 | 2 refund 1 5.00 | 1 reverse 12.00 | net 1",
        "00 1200 | 00 500 | 12 | net 700",
    )
    .await;
    check("1 auth 10.00 | 2 complete 1 9.00 | 1 reverse 10.00", "00 1000 | 00 900 | 12").await;
}

#[tokio::test(start_paused = true)]
async fn the_repeat_of_a_sale_that_was_reversed_gets_its_old_answer_and_no_money() {
    check(
        "1 sale 12.00 | 1 reverse 12.00 | 1 sale 12.00 | net 1",
        "00 1200 | 00 | 00 1200 | net 0",
    )
    .await;
}
