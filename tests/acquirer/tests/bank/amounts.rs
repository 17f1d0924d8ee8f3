//! Every row of the table of amounts does what it says.

use caisson_acquirer::FaultKind;
use caisson_acquirer::bank::{AMOUNTS, Effect};

use crate::pos::Pos;

/// What a sale of 100 and the row's ending comes to, and what is then in the books.
fn expected(ending: u8, effect: Effect) -> String {
    let amount = 10_000 + i64::from(ending);
    let (said, net) = match effect {
        Effect::Approves | Effect::WrongArpc => (format!("00 {amount}"), amount),
        Effect::ApprovesHalf => (format!("10 {}", amount / 2), amount / 2),
        Effect::ApprovesAs(code) | Effect::BookedBut(code) => (format!("{code} {amount}"), amount),
        Effect::Declines(code) => (code.to_owned(), 0),
        Effect::Fault(FaultKind::RequestLost) => return "silence | net none".to_owned(),
        Effect::Fault(FaultKind::AnswerLost | FaultKind::Late(_)) => ("silence".to_owned(), amount),
        Effect::Fault(FaultKind::Twice) => (format!("twice 00 {amount}"), amount),
        Effect::Fault(FaultKind::BadlySigned) => (format!("badly sealed 00 {amount}"), amount),
        Effect::Fault(FaultKind::Refused(code)) => (code.to_owned(), 0),
        Effect::Fault(FaultKind::Dropped) => ("closed".to_owned(), amount),
        Effect::Fault(FaultKind::Slow(_) | FaultKind::RefusesConnections) => {
            (format!("00 {amount}"), amount)
        }
    };
    format!("{said} | net {net}")
}

#[tokio::test(start_paused = true)]
async fn every_row_strikes_a_sale_as_it_says_and_its_reversal_leaves_nothing() {
    let mut pos = Pos::signed_on().await;
    for (row, stan) in AMOUNTS.iter().zip(1..) {
        let amount = format!("100.{:02}", row.ending);
        let played = pos.play(&format!("{stan} sale {amount} | net {stan}")).await;
        assert_eq!(played, expected(row.ending, row.effect), ".{:02}: {}", row.ending, row.happens);
        let reversed = pos.play(&format!("{stan} reverse {amount} | net {stan}")).await;
        let code = if row.effect == Effect::Fault(FaultKind::RequestLost) { "25" } else { "00" };
        assert_eq!(reversed, format!("{code} | net 0"), ".{:02}", row.ending);
    }
}

#[tokio::test(start_paused = true)]
async fn a_fault_of_an_amount_strikes_only_the_first_request() {
    let mut pos = Pos::signed_on().await;
    let played = pos.play("1 sale 12.71 | again | 2 sale 12.72 | again | net 1 | net 2").await;
    assert_eq!(played, "silence | 00 1271 | silence | 00 1272 | net 1271 | net 1272");
}

#[tokio::test(start_paused = true)]
async fn the_amount_chooses_for_what_begins_and_not_for_what_undoes() {
    let mut pos = Pos::signed_on().await;
    let played = pos
        .play(
            "1 sale 100.00 | 2 refund 1 10.40 | 3 auth 50.72 | 4 complete 3 50.58 \
             | 5 complete 3 50.85 | 6 complete-void 5 50.85 | 7 auth-void 3 50.72",
        )
        .await;
    assert_eq!(played, "00 10000 | 40 | silence | 58 | A5 5085 | 00 5085 | 00 5072");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_told_so_looks_at_no_amount() {
    let mut pos = Pos::with(|config| config.amounts_choose = false);
    assert_eq!(pos.play("sign-on | 1 sale 12.51").await, "00 batch 1 | 00 1251");
}
