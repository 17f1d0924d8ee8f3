//! Sales in the emulator, from the sentences to the books.

use crate::fake_window::{Bench, apps, binary, transcript};
use caisson_devices::screen::Power;
use caisson_devices::screen::{Key, ReceiptWish};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;

#[tokio::test(flavor = "multi_thread")]
async fn a_day_in_the_emulator_ends_with_books_that_agree_and_a_transcript_that_holds() {
    let bench = Bench::set_up().await;
    bench.say("cashier signs in as Wang").await;

    bench.say("cashier keys 12.00, picks pay").await;
    bench.say("customer shows wechat code").await;
    let shown = bench.say("screen shows \"approved 12.00\"").await;
    assert_eq!(shown["screen"], "approved 12.00");
    bench.say("cashier wants paper").await;
    assert_eq!(bench.say("payment ends").await["screen"], "approved 12.00");

    bench.say("cashier keys 8.50, picks show-code").await;
    assert_eq!(bench.say("customer scans and pays").await, "PAID");
    bench.say("screen shows \"approved 8.50\"").await;
    bench.say("cashier wants no receipt").await;
    bench.say("payment ends").await;

    bench.say("cashier refunds 5.00 of payment 1").await;
    bench.say("screen shows \"refunded 5.00\"").await;
    bench.say("printer runs out of paper").await;
    bench.say("cashier wants paper").await;
    bench.say("screen shows \"paper\"").await;
    bench.window.panel_where(|panel| panel.printer == "paperout").await;
    bench.say("printer is repaired").await;
    bench.say("cashier reprints payment 3").await;

    bench.say("acquirer answers pay 8 s late, once").await;
    bench.say("cashier keys 3.00, picks pay").await;
    bench.say("customer shows alipay code").await;
    bench.say("acquirer hears pay").await;
    bench.say("acquirer hears pay").await;
    bench.say("power cut").await;
    bench.window.panel_where(|panel| panel.power == Power::Off).await;
    assert_eq!(bench.refused("cashier goes to menu").await, "the power is off; write `power on`");
    bench.say("power on").await;
    bench.say("everything settles").await;
    bench.say("books agree").await;

    let saved = bench.say("transcript is saved to a day").await;
    let paper = bench.say("paper is saved").await;
    for file in [&paper["picture"], &paper["text"], &saved["file"]] {
        assert!(std::fs::metadata(file.as_str().unwrap()).unwrap().len() > 0);
    }
    assert!(bench.window.sheets() >= 3);
    bench.say("paper is torn off").await;
    assert_eq!(bench.window.sheets(), 0);

    let file = saved["file"].as_str().unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    for secret in ["220022", "110011"] {
        assert!(!text.contains(secret) && !transcript(&bench.folder()).contains(secret));
    }
    let replayed = Command::new(binary())
        .arg("scenario")
        .arg(file)
        .arg("--apps")
        .arg(apps())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&replayed.stdout);
    assert!(replayed.status.success(), "{said}\n{text}");
    bench.desktop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_on_the_screen_become_the_sentences_that_press_them() {
    let bench = Bench::set_up().await;
    bench.say("cashier signs in as Li").await;
    bench.desktop.key(Key::Amount(1_250)).await;
    bench.say("screen shows \"How does the customer pay?\"").await;
    bench.desktop.key(Key::Row(2)).await;
    bench.say("customer shows unionpay code").await;
    bench.say("screen shows \"approved 12.50\"").await;
    bench.desktop.key(Key::Receipt(ReceiptWish::Nothing)).await;
    bench.say("payment ends").await;
    let text = transcript(&bench.folder());
    for line in ["keys 12.50", "chooses row 3", "wants no receipt"] {
        assert!(text.contains(&format!("\"who\":\"cashier\",\"what\":\"{line}\"")), "{text}");
    }
    // A cashier gives nothing back.
    let denied = bench.refused("cashier refunds 1.00 of payment 1").await;
    assert_eq!(denied, "Not allowed: Refund, Li");
    bench.desktop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_down_leaves_the_payment_to_the_next_best() {
    let bench = Bench::set_up().await;
    bench.say("link wired goes down").await;
    bench.say("link wifi is slow").await;
    let panel = bench
        .window
        .panel_where(|panel| panel.links.len() == 3 && panel.links[1].state == "slow")
        .await;
    let states: Vec<_> = panel.links.iter().map(|link| link.state.as_str()).collect();
    assert_eq!(states, ["down", "slow", "up"]);
    bench.say("power cut").await;
    bench.say("power on").await;
    bench
        .window
        .panel_where(|panel| panel.links.len() == 3 && panel.links[0].state == "down")
        .await;
    bench.say("cashier keys 2.00, picks pay").await;
    bench.say("customer shows wechat code").await;
    bench.say("screen shows \"approved 2.00\"").await;
    bench.desktop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_dies_by_itself_is_told_and_started_again() {
    let bench = Bench::set_up().await;
    let pid = terminal_of(&bench.folder());
    let killed = Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
    assert!(killed.success());
    let panel = bench.window.panel_where(|panel| panel.power == Power::Off).await;
    let last = &panel.transcript.last().unwrap();
    assert_eq!(
        (last.who.as_str(), last.what.split(": ").take(2).collect::<Vec<_>>().join(": ")),
        ("power", "is off: the terminal ended by itself".to_owned())
    );
    bench.say("power on").await;
    bench.say("cashier goes to menu").await;
    bench.desktop.close().await;
}

/// The terminal's process, by the folder of the emulator, which it was started with. Other processes
/// come and go while they are looked at.
fn terminal_of(folder: &Path) -> u32 {
    let named = |pid: &u32| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
        let is_below = |word: &&[u8]| word.starts_with(folder.as_os_str().as_bytes());
        words.contains(&b"terminal".as_slice()) && words.iter().any(is_below)
    };
    let all = std::fs::read_dir("/proc").unwrap();
    let pids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let found: Vec<u32> = pids.filter(named).collect();
    let [pid] = found[..] else { panic!("not one terminal of {}: {found:?}", folder.display()) };
    pid
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_hangs_is_ended_and_the_till_goes_on() {
    let bench = Bench::set_up().await;
    bench.say("app hangs").await;
    bench.say("cashier keys 1.00, picks hangs").await;
    assert_eq!(
        bench.say("payment ends").await["screen"],
        "declined 1.00: The payment app failed; nothing was sent. Start again; if it fails again \
         call support."
    );
    bench.say("cashier keys 2.00, picks pay").await;
    bench.say("cashier cancels").await;
    bench.desktop.close().await;
}
