//! What takes and gives money, and what is refused.

use caisson_iso8583::{CUP, Message};

use crate::pos::{PAN, Pos};

async fn check(steps: &str, expected: &str) {
    assert_eq!(Pos::signed_on().await.play(steps).await, expected, "{steps}");
}

#[tokio::test(start_paused = true)]
async fn a_sale_is_captured_once_whatever_repeats() {
    check("1 sale 12.00 | net 1", "00 1200 | net 1200").await;
    check("1 sale 12.00 | again | again | net 1", "00 1200 | 00 1200 | 00 1200 | net 1200").await;
    check("1 sale 12.00 | restart | again | net 1", "00 1200 | 00 1200 | net 1200").await;
}

#[tokio::test(start_paused = true)]
async fn a_number_that_was_used_for_something_else_is_a_duplicate() {
    check("1 sale 12.00 | 1 sale 13.00 | net 1", "00 1200 | 94 | net 1200").await;
    check("1 sale 12.00 | 1 sale 12.00 pin 1234 | net 1", "00 1200 | 94 | net 1200").await;
    check("1 sale 12.51 | 1 sale 12.00 | net 1", "51 | 94 | net 0").await;
}

#[tokio::test(start_paused = true)]
async fn a_declined_sale_stays_declined_when_it_is_repeated() {
    check("1 sale 12.51 | again | net 1", "51 | 51 | net 0").await;
}

#[tokio::test(start_paused = true)]
async fn a_partial_approval_captures_what_it_says() {
    check("1 sale 12.10 | net 1 | 2 void 1 6.05 | net 1", "10 605 | net 605 | 00 605 | net 0")
        .await;
    check("1 sale 0.10 | net 1", "10 5 | net 5").await;
}

#[tokio::test(start_paused = true)]
async fn a_balance_is_told_and_nothing_moves() {
    check(
        "1 inquiry card poor | 2 sale 5.00 card poor | 3 inquiry card poor | net 1",
        "00 balance 1002156C000000002000 | 00 500 | 00 balance 1002156C000000001500 | net 0",
    )
    .await;
    check(
        "1 sale 15.00 card poor | 2 sale 15.00 card poor | 3 auth 5.00 card poor \
         | 4 sale 1.00 card poor",
        "00 1500 | 51 | 00 500 | 51",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_void_takes_a_whole_sale_of_the_open_batch_back() {
    check("1 sale 12.00 | 2 void 1 12.00 | net 1", "00 1200 | 00 1200 | net 0").await;
    check(
        "1 sale 12.00 | 2 void 1 12.00 | 3 void 1 12.00 | net 1",
        "00 1200 | 00 1200 | 12 | net 0",
    )
    .await;
    check("1 sale 12.00 | 2 void 1 11.00 | net 1", "00 1200 | 64 | net 1200").await;
    check("2 void 1 12.00 | 3 sale 12.51 | 4 void 3 12.51", "25 | 51 | 25").await;
    check("1 sale 12.00 | 2 void 1 12.00 card poor | net 1", "00 1200 | 14 | net 1200").await;
    check("1 sale 12.00 | 2 void 1 12.00 without 61", "00 1200 | 30").await;
}

#[tokio::test(start_paused = true)]
async fn refunds_give_back_as_much_as_there_is() {
    check(
        "1 sale 12.00 | 2 refund 1 5.00 | 3 refund 1 8.00 | 4 refund 1 7.00 | 5 refund 1 0.06 \
         | net 1",
        "00 1200 | 00 500 | 64 | 00 700 | 12 | net 0",
    )
    .await;
    check(
        "1 sale 12.00 | 2 refund 1 5.00 | 3 void 1 12.00 | net 1",
        "00 1200 | 00 500 | 12 | net 700",
    )
    .await;
    check("1 refund 7 5.00", "25").await;
    check("1 sale 12.00 | 2 refund 1 5.00 | again | net 1", "00 1200 | 00 500 | 00 500 | net 700")
        .await;
}

#[tokio::test(start_paused = true)]
async fn held_money_is_completed_once_or_let_go() {
    check(
        "1 auth 10.00 | net 1 | 2 complete 1 11.50 | net 2",
        "00 1000 | net 0 | 00 1150 | net 1150",
    )
    .await;
    check("1 auth 10.00 | 2 complete 1 11.52", "00 1000 | 13").await;
    check(
        "1 auth 10.00 | 2 complete 1 9.00 | 3 complete 1 9.00 | net 3",
        "00 1000 | 00 900 | 12 | net 0",
    )
    .await;
    check("1 auth 10.00 | 2 auth-void 1 10.00 | 3 complete 1 9.00", "00 1000 | 00 1000 | 12").await;
    check("1 auth 10.00 | 2 auth-void 1 9.00", "00 1000 | 64").await;
    check(
        "1 auth 10.00 | 2 complete 1 9.00 | 3 complete-void 2 9.00 | net 2 | 4 complete 1 8.00 \
         | net 4",
        "00 1000 | 00 900 | 00 900 | net 0 | 00 800 | net 800",
    )
    .await;
    check("1 sale 10.00 | 2 complete 1 9.00", "00 1000 | 25").await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_has_the_hosts_own_time_and_numbers() {
    let mut pos = Pos::signed_on().await;
    let mut sale = pos.message("0200", "1", "22");
    sale.set(2, PAN).unwrap().set(3, "000000").unwrap().set(25, "00").unwrap();
    sale.set_number(4, 1_200).unwrap();
    let heard = pos.send(pos.seal(&sale)).await.unwrap();
    let answer = Message::unpack(&CUP, &heard[0]).unwrap();
    let said = [12, 13, 32, 37, 38].map(|number| answer.text(number).unwrap());
    assert_eq!(said, ["061320", "1115", "48020000", "000000000001", "000001"]);
    assert_eq!(answer.bytes(2), None);
}

#[tokio::test(start_paused = true)]
async fn an_advice_is_booked_without_a_question() {
    check("1 advice 12.51 | net 1 | again | net 1", "00 1251 | net 1251 | 00 1251 | net 1251")
        .await;
    check(
        "1 advice 12.51 | 1 advice-again 12.51 | 1 advice-again 12.50 | net 1",
        "00 1251 | 00 1251 | 94 | net 1251",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_is_refused_with_its_code() {
    check("1 sale 12.00 card strange", "14").await;
    check("1 sale 12.00 expiry 2310", "54").await;
    check("1 sale 12.00 expiry 2311", "00 1200").await;
    check("1 sale 12.00 currency 840", "40").await;
    check("1 sale 12.00 merchant 898310000000002", "03").await;
    check("1 sale 12.00 till 10000002", "unsealed 97").await;
    check("1 sale 12.00 without 2", "30").await;
    check("1 sale 12.00 without 4", "30").await;
    check("1 sale 12.00 without 60", "unsealed 30").await;
    check("1 sale 12.00 without 3", "unsealed 12").await;
    check("batch 2 | 1 sale 12.00", "77").await;
}
