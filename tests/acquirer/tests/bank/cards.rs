//! PINs and cryptograms.

use crate::pos::Pos;

async fn check(steps: &str, expected: &str) {
    assert_eq!(Pos::signed_on().await.play(steps).await, expected, "{steps}");
}

#[tokio::test(start_paused = true)]
async fn the_cards_own_pin_is_right_and_no_other() {
    check("1 sale 12.00 pin 1234 | 2 sale 12.00 pin 12345 | net 2", "00 1200 | 55 | net 0").await;
    check("1 sale 12.00 pin garbled", "99").await;
    check("1 inquiry pin 9999 | 2 auth 5.00 pin 9999", "55 | 55").await;
}

#[tokio::test(start_paused = true)]
async fn three_wrong_pins_end_the_tries_and_a_right_one_gives_them_back() {
    check(
        "1 sale 1.00 pin 1111 | 2 sale 1.00 pin 1111 | 3 sale 1.00 pin 1234 | 4 sale 1.00 pin 1111 \
         | 5 sale 1.00 pin 1111 | 6 sale 1.00 pin 1111 | 7 sale 1.00 pin 1234 | 8 sale 1.00",
        "55 | 55 | 00 100 | 55 | 55 | 55 | 75 | 00 100",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_true_cryptogram_is_answered_and_a_false_one_declined() {
    check("1 sale 12.00 chip good", "00 1200 arpc 910AAAAAAAAAAAAAAAAA3030").await;
    check("1 sale 12.51 chip good", "51 arpc 910AAAAAAAAAAAAAAAAA3531").await;
    check("1 sale 12.00 chip bad | net 1", "59 | net 0").await;
    check("1 sale 12.70 chip good | net 1", "00 1270 arpc 910A55AAAAAAAAAAAAAA3030 | net 1270")
        .await;
}

#[tokio::test(start_paused = true)]
async fn without_an_issuer_chip_data_is_not_looked_at() {
    let mut pos = Pos::with(|config| config.issuer = None);
    assert_eq!(pos.play("sign-on | 1 sale 12.00 chip bad").await, "00 batch 1 | 00 1200");
}
