//! Every fault by script strikes where, how and as often as it says.

use caisson_acquirer::bank::BankFault;

use crate::pos::Pos;

async fn check(steps: &str, expected: &str) {
    assert_eq!(Pos::signed_on().await.play(steps).await, expected, "{steps}");
}

#[tokio::test(start_paused = true)]
async fn each_fault_strikes_as_it_says() {
    check(
        "fault loses the request to sale | 1 sale 12.00 | net 1 | 1 reverse 12.00 | net 1",
        "silence | net none | 25 | net 0",
    )
    .await;
    check(
        "fault loses the answer to sale | 1 sale 12.00 | net 1 | 1 reverse 12.00 | net 1",
        "silence | net 1200 | 00 | net 0",
    )
    .await;
    check(
        "fault answers sale 75 s late | 1 sale 12.00 | net 1 | 1 reverse 12.00 | net 1",
        "silence | net 1200 | 00 | net 0",
    )
    .await;
    check("fault answers sale 20 s late | 1 sale 12.00", "00 1200").await;
    check("fault answers sale twice | 1 sale 12.00 | net 1", "twice 00 1200 | net 1200").await;
    check(
        "fault signs the answer to sale badly | 1 sale 12.00 | 1 reverse 12.00 | net 1",
        "badly sealed 00 1200 | 00 | net 0",
    )
    .await;
    check(
        "fault drops the connection on void | 1 sale 12.00 | 2 void 1 12.00 | again | net 1",
        "00 1200 | closed | 00 1200 | net 0",
    )
    .await;
    check(
        "fault refuses connections, twice | 1 sale 12.00 | again | again | net 1",
        "closed | closed | 00 1200 | net 1200",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_reversal_and_a_sign_on_can_be_lost_too() {
    check(
        "fault loses the answer to reversal, twice | 1 sale 12.00 | 1 reverse 12.00 \
         | 1 reverse-again 12.00 | 1 reverse-again 12.00 | net 1",
        "00 1200 | silence | silence | 00 | net 0",
    )
    .await;
    check("fault loses the request to anything | sign-on | sign-on", "silence | 00 batch 1").await;
}

#[tokio::test(start_paused = true)]
async fn a_slow_message_is_booked_later_even_if_its_terminal_has_gone() {
    check(
        "fault takes 70 s for sale | 1 sale 12.00 | net 1 | wait 11 s | net 1",
        "silence | net none | net 1200",
    )
    .await;
    check(
        "fault takes 70 s for sale | 1 sale 12.00 | 1 reverse 12.00 | wait 11 s | net 1",
        "silence | 25 | net 0",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_scripted_fault_leaves_the_amounts_answer() {
    check("fault loses the answer to sale | 1 sale 12.51 | again | net 1", "silence | 51 | net 0")
        .await;
}

#[test]
fn a_line_names_an_operation_of_the_bank() {
    let fault: BankFault = "loses the answer to completion-void, twice".parse().unwrap();
    assert_eq!(fault.to_string(), "loses the answer to completion-void, twice");
    let error = "loses the answer to pay".parse::<BankFault>().unwrap_err().to_string();
    assert!(error.contains("OP is sign-on, sign-off, echo, sale,"), "{error}");
}
