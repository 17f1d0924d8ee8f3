//! Cards in the emulator, from the sentences to the bank's books.

use crate::fake_window::{Bench, apps, binary, transcript};
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_cards_is_settled_and_its_transcript_holds() {
    let bench = Bench::set_up().await;
    let deck = bench.window.panel_where(|panel| !panel.cards.is_empty()).await.cards;
    for card in ["union-credit-pin", "tap-union"] {
        assert!(deck.iter().any(|name| name == card), "{card}: {deck:?}");
    }
    bench.say("cashier signs in as Wang").await;
    bench.say("cashier picks sign-on").await;
    bench.say("screen shows \"Signed on\"").await;
    bench.say("cashier presses ok").await;

    bench.say("cashier keys 15.00, picks sale").await;
    bench.say("customer inserts card union-credit-pin").await;
    bench.say("screen shows \"PIN\"").await;
    bench.say("customer keys the PIN").await;
    bench.say("screen shows \"approved 15.00\"").await;
    bench.say("cashier wants paper").await;
    bench.say("payment ends").await;
    bench.say("customer removes the card").await;

    bench.say("cashier keys 6.00, picks sale").await;
    bench.say("customer taps card tap-union").await;
    bench.say("screen shows \"approved 6.00\"").await;
    bench.say("cashier wants no receipt").await;
    bench.say("payment ends").await;
    bench.say("customer removes the card").await;

    bench.say("bank drops the connection on sale, once").await;
    let waits = "bank: drops the connection on sale, once";
    bench.window.panel_where(|panel| panel.acquirer == [waits]).await;
    bench.say("cashier keys 7.00, picks sale").await;
    bench.say("customer inserts card union-credit-pin").await;
    bench.say("screen shows \"PIN\"").await;
    bench.say("customer keys the PIN").await;
    bench.say("screen shows \"Taking it back\"").await;
    bench.say("payment ends").await;
    bench.say("cashier presses ok").await;
    bench.say("customer removes the card").await;
    bench.window.panel_where(|panel| panel.acquirer.is_empty()).await;

    bench.say("everything settles").await;
    bench.say("cashier picks settle").await;
    let told = bench.say("screen shows \"The totals agree\"").await;
    assert!(told["screen"].as_str().unwrap().contains("Sales (2): 21.00 CNY"), "{told}");
    bench.say("cashier presses ok").await;
    bench.say("books agree").await;

    let saved = bench.say("transcript is saved to cards").await;
    let file = saved["file"].as_str().unwrap();
    let mut replay = Command::new(binary());
    replay.arg("scenario").arg(file).arg("--apps").arg(apps());
    let replayed = replay.output().unwrap();
    let said = String::from_utf8_lossy(&replayed.stdout);
    assert!(replayed.status.success(), "{said}\n{}", transcript(&bench.folder()));
    bench.desktop.close().await;
}
