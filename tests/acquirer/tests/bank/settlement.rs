//! The end of a batch: totals, a difference, the upload, the next batch.

use caisson_acquirer::bank::{BatchTotals, UploadFinding};

use crate::pos::{Pos, TERMINAL};

const DAY: &str = "1 sale 12.00 | 2 sale 8.00 | 3 void 2 8.00 | 4 refund 1 5.00 | 5 sale 3.00 \
    | 5 reverse 3.00 | 6 auth 9.00 | 7 complete 6 9.00";

async fn check(steps: &str, expected: &str) {
    let mut pos = Pos::signed_on().await;
    pos.play(DAY).await;
    assert_eq!(pos.play(steps).await, expected, "{steps}");
}

const AGREED: &str = "00 totals 0000000029000030000000013000021";
const DIFFERED: &str = "95 totals 0000000029000030000000013000022";

#[tokio::test(start_paused = true)]
async fn totals_that_agree_close_the_batch() {
    check(
        "8 settle 29.00 3 13.00 2 | 9 sale 1.00 | sign-on | 9 sale 1.00",
        &format!("{AGREED} | 77 | 00 batch 2 | 00 100"),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_settlement_whose_answer_was_lost_is_answered_again() {
    check(
        "fault loses the answer to settlement | 8 settle 29.00 3 13.00 2 | again | sign-on \
         | batch 1 | 8 settle 29.00 3 13.00 2 | 9 settle 1.00 1 0.00 0",
        &format!("silence | {AGREED} | 00 batch 2 | {AGREED} | {DIFFERED}"),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn totals_that_differ_ask_for_an_upload_which_closes_the_batch() {
    check(
        "8 settle 29.00 3 12.00 2 | 9 sale 1.00 | 21 upload 1 12.00 | 22 upload 2 8.01 | 277 upload 77 4.00 \
         | 9 end | again | sign-on | 9 sale 1.00",
        &format!("{DIFFERED} | 77 | 00 | 00 | 00 | 00 | 00 | 00 batch 2 | 00 100"),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn totals_can_be_said_to_differ_by_script() {
    check(
        "fault answers settlement with 95 | 8 settle 29.00 3 13.00 2 | 21 upload 1 12.00 | 9 end",
        &format!("{DIFFERED} | 00 | 00"),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_settlement_goes_on_in_the_same_batch() {
    check(
        "8 settle 0.00 0 0.00 0 | restart | sign-on | 21 upload 1 12.00 | 8 settle 29.00 3 13.00 2 \
         | 9 end",
        &format!("{DIFFERED} | 00 batch 1 | 00 | {AGREED} | 00"),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_does_not_belong_to_the_end_of_a_batch_is_refused() {
    check("21 upload 1 12.00 | 9 end | 9 settle 1.00 1 1.00 1 without 48", "77 | 12 | 30").await;
    check("batch 5 | 8 settle 29.00 3 13.00 2 | 9 end", "77 | 77").await;
    check("8 settle 29.00 3 13.00 2 mac wrong", "A0").await;
    check("8 settle 29.00 3 13.00 2 mac none", &format!("unsealed {AGREED}")).await;
}

#[tokio::test(start_paused = true)]
async fn a_reversal_that_comes_after_the_batch_was_closed_still_undoes() {
    check(
        "8 settle 29.00 3 13.00 2 | 1 reverse 12.00 | net 1",
        &format!("{AGREED} | 12 | net 700"),
    )
    .await;
    check("8 settle 29.00 3 13.00 2 | 7 reverse 9.00 | net 7", &format!("{AGREED} | 00 | net 0"))
        .await;
}

#[tokio::test(start_paused = true)]
async fn the_books_say_what_an_upload_found() {
    let mut pos = Pos::signed_on().await;
    pos.play(DAY).await;
    pos.play(
        "8 settle 0.00 0 0.00 0 | 21 upload 1 12.00 | 22 upload 2 8.01 | 25 upload 5 3.00 | 277 upload 77 4.00",
    )
    .await;
    let books = pos.bank.books().unwrap();
    let found: Vec<_> =
        books.uploads().unwrap().iter().map(|entry| (entry.amount, entry.finding)).collect();
    let expected = [
        (1_200, UploadFinding::Agrees),
        (801, UploadFinding::Differs),
        (300, UploadFinding::Differs),
        (400, UploadFinding::Unknown),
    ];
    assert_eq!(found, expected);
    let totals = BatchTotals { debit: 2_900, debits: 3, credit: 1_300, credits: 2 };
    assert_eq!(books.batch_totals(TERMINAL, 1).unwrap(), totals);
    assert_eq!(books.batch_totals(TERMINAL, 2).unwrap(), BatchTotals::default());
}
