//! What every card reader must keep, asked of the emulated one and of the real driver over a real
//! PC/SC service, with the same virtual cards at the other end.

// A test may stop at once.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod cards;
mod emulated_only;
#[cfg(all(target_os = "linux", feature = "card-reader"))]
mod real;

use std::time::Duration;

use caisson_core::permission::{self, Grants, Permit};
use caisson_devices::card_reader::{
    Access, CardError, CardReader, CardReaderError, CardSession, Command, Detected, Interface,
    Wanted,
};
use caisson_devices::emulated::card_reader::{Deck, VirtualCard};
use cards::{COUNT, Clerk, ECHO, ENDLESS, LONG_ANSWER, PARTICULAR};
use tokio::time::timeout;

/// For what must come: so long only where it does not.
const LONG: Duration = Duration::from_secs(30);
/// For what must not come.
const SHORT: Duration = Duration::from_millis(100);

/// A hand that holds virtual cards to one of the twins.
trait Hand: Send {
    /// Puts a card into the slot.
    fn insert(&mut self, card: Box<dyn VirtualCard>);
    /// Brings a card into the field.
    fn tap(&mut self, card: Box<dyn VirtualCard>);
    /// Takes all cards away.
    fn remove(&mut self);
    /// The next card acts on its command of this number, and is gone before its answer.
    fn tear_away_at(&mut self, command: u32);
    /// The next card never answers its command of this number.
    fn mute_at(&mut self, command: u32);
}

impl Hand for Deck {
    fn insert(&mut self, card: Box<dyn VirtualCard>) {
        Deck::insert(self, card);
    }
    fn tap(&mut self, card: Box<dyn VirtualCard>) {
        Deck::tap(self, card);
    }
    fn remove(&mut self) {
        Deck::remove(self);
    }
    fn tear_away_at(&mut self, command: u32) {
        Deck::tear_away_at(self, command);
    }
    fn mute_at(&mut self, command: u32) {
        Deck::mute_at(self, command);
    }
}

/// A card reader and the hand at its other end.
struct Bench {
    reader: Box<dyn CardReader>,
    hand: Box<dyn Hand>,
    permit: Permit<permission::CardReader>,
}

impl Bench {
    fn new(reader: impl CardReader + 'static, hand: impl Hand + 'static) -> Self {
        let permit = Grants::for_terminal().permit().unwrap();
        Self { reader: Box::new(reader), hand: Box::new(hand), permit }
    }

    fn emulated() -> Self {
        let deck = Deck::new("desk");
        Self::new(deck.open().unwrap(), deck)
    }

    async fn detect(
        &mut self,
        wanted: Wanted,
        within: Duration,
    ) -> Result<Detected, CardReaderError> {
        self.reader.detect(Access::Cards(&self.permit), wanted, within).await
    }

    async fn cleared(&mut self, within: Duration) -> Result<(), CardReaderError> {
        self.reader.cleared(Access::Cards(&self.permit), within).await
    }

    async fn chip(&mut self) -> CardSession {
        match self.detect(Wanted::ANY, LONG).await.unwrap() {
            Detected::Chip(session) => session,
            other => panic!("{other:?} where a chip was inserted"),
        }
    }

    async fn contactless(&mut self) -> CardSession {
        match self.detect(Wanted::ANY, LONG).await.unwrap() {
            Detected::Contactless(session) => session,
            other => panic!("{other:?} where a card was tapped"),
        }
    }
}

async fn ask(card: &mut CardSession, command: &[u8]) -> Result<Vec<u8>, CardError> {
    let answer = card.transmit(&Command::new(command).unwrap(), LONG).await?;
    Ok(answer.to_bytes().to_vec())
}

async fn a_chip_is_found_and_answers(mut bench: Bench) {
    bench.hand.insert(Clerk::boxed());
    let mut card = bench.chip().await;
    assert_eq!(card.interface(), Interface::Contact);
    assert_eq!(card.atr(), Clerk::default().atr(Interface::Contact));
    assert_eq!(ask(&mut card, &ECHO).await.unwrap(), [3, 2, 1, 0x90, 0x00]);
    assert_eq!(ask(&mut card, &[0x00, 0xFE, 0x00, 0x00]).await.unwrap(), [0x6D, 0x00]);
}

async fn a_card_in_the_field_is_told_from_a_chip(mut bench: Bench) {
    bench.hand.tap(Clerk::boxed());
    assert!(matches!(bench.detect(Wanted::CHIP, SHORT).await, Err(CardReaderError::Late { .. })));
    let mut card = bench.contactless().await;
    assert_eq!(card.interface(), Interface::Contactless);
    assert_eq!(card.atr(), Clerk::default().atr(Interface::Contactless));
    assert_eq!(ask(&mut card, &ECHO).await.unwrap(), [3, 2, 1, 0x90, 0x00]);
}

async fn a_card_that_comes_while_somebody_waits_is_found(mut bench: Bench) {
    let Bench { reader, hand, permit } = &mut bench;
    let wait = reader.detect(Access::Cards(permit), Wanted::ANY, LONG);
    let (found, ()) = tokio::join!(wait, async {
        tokio::task::yield_now().await;
        hand.insert(Clerk::boxed());
    });
    assert!(matches!(found, Ok(Detected::Chip(_))), "{found:?}");
}

async fn a_long_answer_is_joined_and_a_wrong_le_put_right(mut bench: Bench) {
    bench.hand.insert(Clerk::boxed());
    let mut card = bench.chip().await;
    let mut whole: Vec<u8> = (0..600_u16).map(|n| n.to_be_bytes()[1]).collect();
    whole.extend([0x90, 0x00]);
    assert!(ask(&mut card, &LONG_ANSWER).await.unwrap() == whole);
    let exact = ask(&mut card, &PARTICULAR).await.unwrap();
    assert_eq!(exact, [8, 8, 8, 8, 8, 8, 8, 8, 0x90, 0x00]);
}

async fn a_card_that_promises_without_end_is_cut_off(mut bench: Bench) {
    bench.hand.insert(Clerk::boxed());
    let mut card = bench.chip().await;
    assert_eq!(ask(&mut card, &ENDLESS).await, Err(CardError::Endless));
    assert_eq!(ask(&mut card, &ECHO).await, Err(CardError::Spent));
}

async fn a_card_torn_away_within_a_command_is_said_to_be_gone(mut bench: Bench) {
    bench.hand.tear_away_at(2);
    bench.hand.insert(Clerk::boxed());
    let mut card = bench.chip().await;
    ask(&mut card, &ECHO).await.unwrap();
    assert_eq!(ask(&mut card, &ECHO).await, Err(CardError::Removed));
    assert_eq!(card.removed(LONG).await, Ok(()));
    assert_eq!(ask(&mut card, &ECHO).await, Err(CardError::Spent));
    drop(card);
    bench.hand.tap(Clerk::boxed());
    let mut next = bench.contactless().await;
    ask(&mut next, &ECHO).await.unwrap();
}

async fn a_card_taken_out_between_two_commands_is_said_to_be_gone(mut bench: Bench) {
    bench.hand.insert(Clerk::boxed());
    let mut card = bench.chip().await;
    ask(&mut card, &ECHO).await.unwrap();
    assert_eq!(card.removed(SHORT).await, Err(CardError::Timeout { within_ms: 100 }));
    bench.hand.remove();
    assert_eq!(card.removed(LONG).await, Ok(()));
    assert_eq!(ask(&mut card, &ECHO).await, Err(CardError::Removed));
}

async fn a_mute_card_ends_at_its_deadline_and_the_next_works(mut bench: Bench) {
    bench.hand.mute_at(2);
    bench.hand.insert(Clerk::boxed());
    let mut card = bench.chip().await;
    ask(&mut card, &ECHO).await.unwrap();
    let command = Command::new(&ECHO).unwrap();
    let mute = card.transmit(&command, SHORT).await.unwrap_err();
    assert_eq!(mute, CardError::Timeout { within_ms: 100 });
    assert_eq!(ask(&mut card, &ECHO).await, Err(CardError::Spent));
    drop(card);
    let error = bench.detect(Wanted::CHIP, SHORT).await.unwrap_err();
    assert!(matches!(error, CardReaderError::Wedged { .. }), "{error}");
    bench.hand.remove();
    bench.cleared(LONG).await.unwrap();
    bench.hand.insert(Clerk::boxed());
    let mut next = bench.chip().await;
    assert_eq!(ask(&mut next, &ECHO).await.unwrap(), [3, 2, 1, 0x90, 0x00]);
}

async fn a_mute_card_in_the_slot_leaves_the_field_free(mut bench: Bench) {
    bench.hand.mute_at(1);
    bench.hand.insert(Clerk::boxed());
    let mut card = bench.chip().await;
    let command = Command::new(&ECHO).unwrap();
    card.transmit(&command, SHORT).await.unwrap_err();
    drop(card);
    bench.hand.tap(Clerk::boxed());
    let mut other = bench.contactless().await;
    ask(&mut other, &ECHO).await.unwrap();
}

async fn two_readers_have_a_session_each(mut bench: Bench) {
    bench.hand.insert(Clerk::boxed());
    let mut chip = bench.chip().await;
    bench.hand.tap(Clerk::boxed());
    let mut tapped = bench.contactless().await;
    for count in 1..=3 {
        assert_eq!(ask(&mut chip, &COUNT).await.unwrap(), [count, 0x90, 0x00]);
        assert_eq!(ask(&mut tapped, &COUNT).await.unwrap(), [count, 0x90, 0x00]);
    }
}

async fn a_card_with_a_session_is_not_found_again_and_without_one_it_is(mut bench: Bench) {
    bench.hand.insert(Clerk::boxed());
    let mut card = bench.chip().await;
    assert_eq!(ask(&mut card, &COUNT).await.unwrap(), [1, 0x90, 0x00]);
    assert_eq!(ask(&mut card, &COUNT).await.unwrap(), [2, 0x90, 0x00]);
    let error = bench.detect(Wanted::CHIP, SHORT).await.unwrap_err();
    assert!(matches!(error, CardReaderError::Late { within_ms: 100, .. }), "{error}");
    drop(card);
    // It had no power in between, and so has forgotten.
    let mut card = bench.chip().await;
    assert_eq!(ask(&mut card, &COUNT).await.unwrap(), [1, 0x90, 0x00]);
}

async fn a_session_that_lives_keeps_its_slot_from_the_next_card(mut bench: Bench) {
    bench.hand.insert(Clerk::boxed());
    let mut card = bench.chip().await;
    bench.hand.remove();
    card.removed(LONG).await.unwrap();
    bench.cleared(LONG).await.unwrap();
    bench.hand.insert(Clerk::boxed());
    let error = bench.detect(Wanted::CHIP, SHORT).await.unwrap_err();
    assert!(matches!(error, CardReaderError::Late { .. }), "{error}");
    drop(card);
    ask(&mut bench.chip().await, &ECHO).await.unwrap();
}

async fn a_session_outlives_its_reader(bench: Bench) {
    let Bench { mut reader, mut hand, permit } = bench;
    hand.insert(Clerk::boxed());
    let found = reader.detect(Access::Cards(&permit), Wanted::CHIP, LONG).await.unwrap();
    let Detected::Chip(mut card) = found else { panic!("{found:?}") };
    drop(reader);
    ask(&mut card, &ECHO).await.unwrap();
    assert_eq!(card.removed(SHORT).await, Err(CardError::Timeout { within_ms: 100 }));
    hand.remove();
    card.removed(LONG).await.unwrap();
}

async fn a_session_that_is_dropped_takes_the_cards_power(mut bench: Bench) {
    let (card, diary) = Clerk::with_diary();
    bench.hand.insert(card);
    let mut session = bench.chip().await;
    ask(&mut session, &ECHO).await.unwrap();
    // Whatever the service did to the card before it was asked.
    while diary.recv_timeout(LONG).unwrap() != 'C' {}
    assert_eq!(diary.try_recv(), Err(std::sync::mpsc::TryRecvError::Empty));
    drop(session);
    assert_eq!(diary.recv_timeout(LONG), Ok('-'));
}

async fn nothing_comes_and_the_wait_ends(mut bench: Bench) {
    for wanted in [Wanted::CHIP, Wanted::CONTACTLESS] {
        let error = bench.detect(wanted, SHORT).await.unwrap_err();
        assert!(matches!(error, CardReaderError::Late { within_ms: 100, .. }), "{error}");
    }
    bench.cleared(LONG).await.unwrap();
}

async fn a_wait_that_is_dropped_leaves_the_reader_whole(mut bench: Bench) {
    timeout(SHORT, bench.detect(Wanted::CHIP, LONG)).await.unwrap_err();
    bench.hand.insert(Clerk::boxed());
    let mut card = bench.chip().await;
    ask(&mut card, &ECHO).await.unwrap();
}

async fn two_cards_in_the_field_are_an_answer_of_their_own(mut bench: Bench) {
    bench.hand.tap(Clerk::boxed());
    let first = bench.contactless().await;
    bench.hand.tap(Clerk::boxed());
    let found = bench.detect(Wanted::ANY, LONG).await.unwrap();
    assert!(matches!(found, Detected::SeveralCards), "{found:?}");
    drop(first);
    let late = bench.cleared(SHORT).await.unwrap_err();
    assert!(matches!(late, CardReaderError::Late { .. }), "{late}");
    bench.hand.remove();
    bench.cleared(LONG).await.unwrap();
    bench.hand.tap(Clerk::boxed());
    bench.contactless().await;
}

/// Each promise for each twin.
macro_rules! contract {
    ($($promise:ident,)*) => {
        mod emulated {
            $(#[tokio::test] async fn $promise() {
                super::$promise(super::Bench::emulated()).await;
            })*
        }
        #[cfg(all(target_os = "linux", feature = "card-reader"))]
        mod over_pcsc {
            $(#[test] fn $promise() {
                super::real::in_a_stack(concat!("over_pcsc::", stringify!($promise)), |stack| {
                    super::$promise(stack.bench())
                });
            })*
        }
    };
}

contract! {
    a_chip_is_found_and_answers,
    a_card_in_the_field_is_told_from_a_chip,
    a_card_that_comes_while_somebody_waits_is_found,
    a_long_answer_is_joined_and_a_wrong_le_put_right,
    a_card_that_promises_without_end_is_cut_off,
    a_card_torn_away_within_a_command_is_said_to_be_gone,
    a_card_taken_out_between_two_commands_is_said_to_be_gone,
    a_mute_card_ends_at_its_deadline_and_the_next_works,
    a_mute_card_in_the_slot_leaves_the_field_free,
    two_readers_have_a_session_each,
    a_card_with_a_session_is_not_found_again_and_without_one_it_is,
    a_session_that_lives_keeps_its_slot_from_the_next_card,
    a_session_outlives_its_reader,
    a_session_that_is_dropped_takes_the_cards_power,
    nothing_comes_and_the_wait_ends,
    a_wait_that_is_dropped_leaves_the_reader_whole,
    two_cards_in_the_field_are_an_answer_of_their_own,
}
