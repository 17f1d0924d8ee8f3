//! What only the desktop's reader can be made to do on this machine: stripes, and its own faults.

use caisson_devices::card_reader::{Stripe, StripeError};
use caisson_devices::emulated::card_reader::{Fault, Silence};
use tokio::time::Instant;

use super::*;

const TRACK_2: &str = "9999990000000014=30122010000000";

/// A deck, and the reader that it feeds.
fn desk() -> (Deck, Bench) {
    let deck = Deck::new("desk");
    let bench = Bench::new(deck.open().unwrap(), deck.clone());
    (deck, bench)
}

#[tokio::test(start_paused = true)]
async fn a_swipe_reaches_who_waits_for_one_and_nobody_else() {
    let (deck, mut bench) = desk();
    let stripe = || Stripe::new(None, TRACK_2);
    assert!(!deck.swipe(stripe()));
    let error = bench.detect(Wanted::STRIPE, SHORT).await.unwrap_err();
    assert!(matches!(error, CardReaderError::Late { .. }), "{error}");
    let swipe = async {
        assert_eq!(deck.awaited().await, Wanted::ANY);
        assert!(deck.swipe(stripe()));
    };
    let (found, ()) = tokio::join!(bench.detect(Wanted::ANY, LONG), swipe);
    match found.unwrap() {
        Detected::Stripe(stripe) => assert_eq!(stripe.track_2().expose(), TRACK_2),
        other => panic!("{other:?}"),
    }
    assert_eq!(deck.awaits(), None);
    let swipe = async {
        assert_eq!(deck.awaited().await, Wanted::CHIP);
        assert!(!deck.swipe(stripe()));
    };
    let (found, ()) = tokio::join!(bench.detect(Wanted::CHIP, SHORT), swipe);
    found.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_swipe_that_cannot_be_read_says_what_is_wrong() {
    let (deck, mut bench) = desk();
    let swipe = async {
        deck.awaited().await;
        assert!(deck.swipe(Err(StripeError::Incomplete)));
    };
    let (found, ()) = tokio::join!(bench.detect(Wanted::STRIPE, LONG), swipe);
    assert_eq!(
        found.unwrap_err().to_string(),
        "card reader desk: the stripe could not be read: the swipe stopped before its end"
    );
}

#[tokio::test(start_paused = true)]
async fn a_chip_the_wrong_way_round_is_mute_until_it_is_taken_out() {
    let (deck, mut bench) = desk();
    deck.insert_mute();
    for _ in 0..2 {
        let found = bench.detect(Wanted::ANY, LONG).await.unwrap();
        assert!(matches!(found, Detected::MuteChip), "{found:?}");
    }
    deck.remove();
    bench.cleared(LONG).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn waiting_costs_only_the_time_allowed() {
    let (deck, mut bench) = desk();
    let begin = Instant::now();
    bench.detect(Wanted::ANY, LONG).await.unwrap_err();
    assert_eq!(begin.elapsed().as_secs(), LONG.as_secs());
    deck.mute_at(1);
    deck.insert(Clerk::default());
    let mut card = bench.chip().await;
    assert!(deck.has_session());
    let begin = Instant::now();
    assert_eq!(ask(&mut card, &ECHO).await, Err(CardError::Timeout { within_ms: 30_000 }));
    assert_eq!(begin.elapsed().as_secs(), LONG.as_secs());
    drop(card);
    assert!(!deck.has_session());
}

#[tokio::test(start_paused = true)]
async fn the_readers_own_faults_end_every_wait() {
    let (deck, mut bench) = desk();
    deck.insert(Clerk::default());
    let mut card = bench.chip().await;
    for (fault, text) in [
        (Fault::Unplugged, "card reader desk: unplugged"),
        (Fault::Busy, "card reader desk: in use by another program"),
        (Fault::Failing, "card reader desk: the emulated reader fails"),
    ] {
        let broken = async {
            deck.awaited().await;
            deck.set_fault(Some(fault));
        };
        let (found, ()) = tokio::join!(bench.detect(Wanted::ANY, LONG), broken);
        assert_eq!(found.unwrap_err().to_string(), text);
        assert_eq!(bench.cleared(LONG).await.unwrap_err().to_string(), text);
        if fault == Fault::Unplugged {
            assert_eq!(ask(&mut card, &ECHO).await, Err(CardError::Unplugged));
        }
        deck.set_fault(None);
    }
}

#[test]
fn a_reader_is_opened_once_and_not_at_all_while_it_is_away() {
    let deck = Deck::new("desk");
    let error = |deck: &Deck| deck.open().unwrap_err().to_string();
    deck.set_fault(Some(Fault::Unplugged));
    assert_eq!(error(&deck), "card reader desk: not there; check the cable and the device profile");
    deck.set_fault(Some(Fault::Busy));
    assert_eq!(error(&deck), "card reader desk: in use by another program");
    deck.set_fault(None);
    let reader = deck.open().unwrap();
    assert_eq!(error(&deck), "card reader desk: in use by another program");
    drop(reader);
    deck.open().unwrap();
}

/// Takes itself away at its first command.
struct Ghost;

impl VirtualCard for Ghost {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, Silence> {
        Err(Silence::Gone)
    }
}

#[tokio::test(start_paused = true)]
async fn a_card_may_take_itself_away() {
    let (deck, mut bench) = desk();
    deck.insert(Ghost);
    let mut card = bench.chip().await;
    assert_eq!(ask(&mut card, &ECHO).await, Err(CardError::Removed));
    bench.cleared(LONG).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_permit_for_tags_finds_a_tag_and_asks_for_nothing_else() {
    let (deck, mut bench) = desk();
    let tags: Permit<permission::Nfc> = Grants::for_terminal().permit().unwrap();
    let access = Access::Tags(&tags);
    deck.insert(Clerk::default());
    deck.tap(Clerk::default());
    let refused = bench.reader.detect(access, Wanted::ANY, LONG).await.unwrap_err();
    assert_eq!(refused, CardReaderError::TagsOnly);
    let found = bench.reader.detect(access, Wanted::CONTACTLESS, LONG).await.unwrap();
    assert!(matches!(found, Detected::Contactless(_)), "{found:?}");
}
