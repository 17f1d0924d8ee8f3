//! Every fault by script strikes where, how and as often as it says.

use std::time::Duration;

use caisson_acquirer::bank::{BankFault, serve_bank_stream};
use caisson_iso8583::{CUP, Message, frame};
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use crate::pos::{PAN, Pos, TERMINAL, exchange, read_answer};

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
async fn a_late_answer_does_not_hold_up_the_reversal_on_its_connection() {
    let pos = Pos::signed_on().await;
    let (mut near, far) = tokio::io::duplex(64 * 1024);
    let serving = tokio::spawn(serve_bank_stream(far, None, pos.bank.clone()));
    let mut sale = pos.message("0200", "1", "22");
    sale.set(2, PAN).unwrap().set(3, "000000").unwrap().set(25, "00").unwrap();
    sale.set_number(4, 1_273).unwrap();
    near.write_all(&frame(&pos.seal(&sale)).unwrap()).await.unwrap();
    let patience = timeout(Duration::from_secs(60), read_answer(&mut near)).await;
    assert!(patience.is_err());
    sale.set_mti("0400".parse().unwrap());
    let reversed = exchange(&mut near, &pos.seal(&sale)).await;
    assert_eq!((reversed.mti().bcd(), reversed.text(39)), (0x0410, Some("00")));
    let late = Message::unpack(&CUP, &read_answer(&mut near).await.unwrap()).unwrap();
    assert_eq!((late.mti().bcd(), late.text(39)), (0x0210, Some("00")));
    drop(near);
    assert!(serving.await.unwrap().is_ok());
    assert_eq!(pos.bank.books().unwrap().net(TERMINAL, "000001").unwrap(), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_scripted_fault_leaves_the_amounts_answer() {
    check("fault loses the answer to sale | 1 sale 12.51 | again | net 1", "silence | 51 | net 0")
        .await;
}

#[tokio::test(start_paused = true)]
async fn a_scripted_code_is_answered_and_nothing_is_carried_out() {
    check("fault answers sale with 05 | 1 sale 12.00 | net 1", "05 | net 0").await;
    check(
        "1 sale 12.00 | fault answers reversal with 12 | 1 reverse 12.00 | net 1 \
         | 1 reverse-again 12.00 | net 1",
        "00 1200 | 12 | net 1200 | 00 | net 0",
    )
    .await;
}

#[test]
fn a_line_names_a_code_that_declines() {
    let fault: BankFault = "answers reversal with A0, twice".parse().unwrap();
    assert_eq!(fault.to_string(), "answers reversal with A0, twice");
    for line in ["answers sale with 00", "answers sale with 10", "answers sale with 1"] {
        assert!(line.parse::<BankFault>().is_err(), "{line}");
    }
}

#[test]
fn a_line_names_an_operation_of_the_bank() {
    let fault: BankFault = "loses the answer to completion-void, twice".parse().unwrap();
    assert_eq!(fault.to_string(), "loses the answer to completion-void, twice");
    let error = "loses the answer to pay".parse::<BankFault>().unwrap_err().to_string();
    assert!(error.contains("OP is sign-on, sign-off, echo, sale,"), "{error}");
}
