//! Whatever is written, at any time: journal, log down to the last trace, storage, receipts, the
//! bank's books, scenarios' transcripts, and a transcript of a card in words.

use crate::shop::{self, Shop, Way};
use caisson_cards::Card;
use caisson_devices::card_reader::Interface;
use caisson_devices::emulated::card_reader::{Silence, VirtualCard};
use caisson_emv::Configuration;
use caisson_emv::trace::trace;
use caisson_scenarios::{Held, RunOptions, run_file};
use caisson_secrets::{Planted, Search, files};
use rusqlite::{Connection, OpenFlags};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

const CHIP: &str = "union-long-pin";
/// What the bank's keys come from, in the acquirer's folder.
const BASE_FILE: &str = "bank.base";

/// The keys that terminal and bank share: the master key, and those of the last sign-on.
fn keys(shop: &Shop) -> Vec<Planted> {
    let folder = shop.world.acquirer();
    let books = Connection::open_with_flags(
        folder.path().join("bank.db"),
        OpenFlags::SQLITE_OPEN_READ_ONLY,
    )
    .unwrap();
    let (pin, mac): (Vec<u8>, Vec<u8>) = books
        .query_row("SELECT pin_key, mac_key FROM terminals", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    let key = |name: &str, bytes: &[u8]| Planted::bytes(name, bytes).unwrap();
    // The master key is how the file begins.
    let base = fs::read(folder.path().join(BASE_FILE)).unwrap();
    vec![key("master key", &base[..16]), key("PIN key", &pin), key("MAC key", &mac)]
}

/// Neither a key of the terminal's in the clear in any file but the acquirer's own, nor in a log.
#[track_caller]
fn no_key_is_written(shop: &Shop) {
    let search = Search::new(keys(shop)).unwrap();
    let found = files::find(&search, &shop.folder, &["acquirer"]).unwrap();
    assert!(found.is_empty(), "{found:?}");
    let log = search.find(&fs::read(shop::log()).unwrap());
    assert!(log.is_empty(), "{log:?}");
    // The acquirer's key file and its books hold them, which shows that the search bites.
    let theirs = files::find(&search, shop.world.acquirer().path(), &[]).unwrap();
    assert!(theirs.iter().any(|(path, _)| path.ends_with(BASE_FILE)), "{theirs:?}");
    assert!(theirs.iter().any(|(_, found)| found.what.starts_with("PIN key")), "{theirs:?}");
    assert!(theirs.iter().any(|(_, found)| found.what.starts_with("MAC key")), "{theirs:?}");
}

async fn sell(shop: &Shop, card: &str, way: Way) {
    let sale = shop.begin("12.00");
    shop.present(&sale, card, way).await;
    if way != Way::Tap {
        shop.until_pin(&sale).await;
        shop.key_the_pin();
    }
    sale.await.unwrap().unwrap();
    shop.settled().await;
}

#[test]
fn a_days_sales_one_of_them_lost_and_the_settlement_leave_no_card_pin_or_key_in_any_file() {
    let cards = [CHIP, "visa-long-pin", "tap-union", "stripe-only"];
    shop::play(async |shop| {
        let search = shop::search(&cards);
        sell(shop, CHIP, Way::Insert).await;
        sell(shop, "visa-long-pin", Way::Insert).await;
        sell(shop, "tap-union", Way::Tap).await;
        sell(shop, "stripe-only", Way::Swipe).await;
        shop.bank_will("loses the answer to sale, once");
        sell(shop, CHIP, Way::Insert).await;
        shop.nothing_is_written(&search);
        no_key_is_written(shop);
        assert!(shop.serve("settle").await);
        assert!(shop.serve("totals").await);
        shop.nothing_is_written(&search);
        no_key_is_written(shop);
        // Paper was there to be searched.
        let receipts = files::below(&shop.world.receipts(), &[]).unwrap();
        assert!(receipts.len() >= 8, "{receipts:?}");
    });
}

#[test]
fn a_card_in_a_file_of_the_terminals_is_found() {
    shop::play(async |shop| {
        let search = shop::search(&["union-debit"]);
        shop.nothing_is_written(&search);
        let path = shop.folder.join("storage/leak");
        let number = shop::card("union-debit").pan.digits().to_owned();
        fs::write(&path, format!("{{\"pan\":\"{number}\"}}")).unwrap();
        let found = files::find(&search, &shop.folder, &[]).unwrap();
        assert!(found.iter().all(|(at, _)| *at == path), "{found:?}");
        assert!(!found.is_empty());
    });
}

/// Every file that a scenario leaves, its transcript among them.
#[test]
fn a_scenarios_transcript_and_all_else_that_it_keeps_hold_no_card() {
    let _alone = shop::alone();
    let cards = ["union-credit-pin", "visa-offline-plain-pin", "tap-union", "stripe-only"];
    let search = shop::search(&cards);
    let kept = tempfile::tempdir().unwrap();
    let options = RunOptions {
        apps: shop::built_apps(),
        keep: Some(kept.path().to_owned()),
        executable: std::env::current_exe().unwrap(),
    };
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/card");
    for name in ["chip-online-pin", "chip-offline-pin-plain", "tap-no-pin", "stripe-only"] {
        let verdict = run_file(&scenarios.join(format!("{name}.toml")), &options);
        assert_eq!(verdict.outcome, Held::Holds, "{name}: {:?}", verdict.failures);
        assert!(kept.path().join(name).join("transcript.jsonl").exists(), "{name}");
    }
    let found = files::find(&search, kept.path(), &[]).unwrap();
    assert!(found.is_empty(), "{found:?}");
}

/// A card that writes down what is said to it and what it says, as `caisson card trace` reads it.
struct Heard {
    card: Card,
    lines: Arc<Mutex<String>>,
}

impl VirtualCard for Heard {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Silence> {
        let answer = self.card.transmit(command).map_err(|_| Silence::Mute)?;
        let hex = |bytes: &[u8]| -> String { bytes.iter().map(|b| format!("{b:02X}")).collect() };
        let lines = format!("> {}\n< {}\n", hex(command), hex(&answer));
        self.lines.lock().unwrap().push_str(&lines);
        Ok(answer)
    }

    fn power_on(&mut self, _interface: Interface) {
        self.card.power_on(caisson_cards::Interface::Contact).unwrap();
    }
}

/// The transcript itself holds everything: number, track, and the PIN on its way to the card.
#[test]
fn a_sales_transcript_in_words_holds_no_card_and_no_pin() {
    const CARD: &str = "visa-long-pin";
    shop::play(async |shop| {
        let lines = Arc::new(Mutex::new("# amount: 1200\n".to_owned()));
        let card = Card::load(&shop::card(CARD)).unwrap();
        shop.world.cards.insert_other(Heard { card, lines: Arc::clone(&lines) });
        let sale = shop.begin("12.00");
        shop.until_pin(&sale).await;
        let pin = shop::card(CARD).cardholders_pin().unwrap().to_owned();
        let pin = caisson_devices::screen::PinDigits::new(&pin).unwrap();
        assert!(shop.world.screen.press(caisson_devices::screen::Key::Pin(pin)));
        let report = sale.await.unwrap().unwrap();
        assert!(report.approved.is_some(), "{report:?}");
        shop.settled().await;
        let transcript = lines.lock().unwrap().clone();
        let search = shop::search(&[CARD]);
        let told = |found: &[caisson_secrets::Found], what: &str| {
            found.iter().any(|one| one.what.starts_with(what))
        };
        let there = search.find(transcript.as_bytes());
        for what in ["number of", "track of", "block for the card", "PIN of"] {
            assert!(told(&there, what), "{what} is not in the transcript: {there:?}");
        }
        let own = Configuration::read(None, None, None).unwrap();
        let words = trace(transcript.as_bytes(), &own);
        assert!(words.contains("476173******4819"), "{words}");
        assert_eq!(search.find(words.as_bytes()), [], "{words}");
        shop.nothing_is_written(&search);
    });
}
