//! What only a real service can do: end, come back, and serve another program.

use std::time::Duration;

use caisson_core::permission::Grants;
use caisson_devices::card_reader::{
    Access, CardReader, CardReaderError, Detected, Interface, Wanted,
};
use caisson_devices::emulated::card_reader::{Silence, VirtualCard};
use caisson_devices::linux::card_reader::{LinuxCardReader, Options, ReaderRule};

use super::super::cards::{COUNT, Clerk, ECHO};
use super::super::{Bench, LONG, SHORT, ask};
use super::vpcd::Vpcd;
use super::{Fingers, Stack, in_a_stack};

#[test]
fn a_service_that_ends_is_said_to_be_away_and_is_found_again() {
    in_a_stack("real::stack_only::a_service_that_ends_is_said_to_be_away_and_is_found_again", run);
    async fn run(mut stack: Stack) {
        let (mut vpcd, mut reader) = (Vpcd::default(), Stack::reader());
        let permit = Grants::for_terminal().permit().unwrap();
        let access = Access::Cards(&permit);
        vpcd.insert(Clerk::boxed());
        let Detected::Chip(mut card) = reader.detect(access, Wanted::CHIP, LONG).await.unwrap()
        else {
            panic!("no chip")
        };
        ask(&mut card, &ECHO).await.unwrap();
        stack.stop_service();
        let gone = card.removed(LONG).await;
        assert_eq!(gone, Ok(()));
        drop(card);
        let error = reader.detect(access, Wanted::CHIP, LONG).await.unwrap_err();
        assert!(matches!(error, CardReaderError::NoService { .. }), "{error}");
        stack.start_service();
        vpcd.remove();
        vpcd.insert(Clerk::boxed());
        // The watch looks for the service twice a second; until then it says that there is none.
        let end = tokio::time::Instant::now() + LONG;
        let found = loop {
            match reader.detect(access, Wanted::CHIP, LONG).await {
                Err(CardReaderError::NoService { .. }) if tokio::time::Instant::now() < end => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                found => break found,
            }
        };
        assert!(matches!(found, Ok(Detected::Chip(_))), "{found:?}");
    }
}

#[test]
fn a_card_that_another_program_holds_is_busy() {
    in_a_stack("real::stack_only::a_card_that_another_program_holds_is_busy", run);
    async fn run(stack: Stack) {
        let mut vpcd = Vpcd::default();
        vpcd.insert(Clerk::boxed());
        let context = pcsc::Context::establish(pcsc::Scope::User).unwrap();
        let held = super::until(LONG, || {
            context.connect(c"Till 00 00", pcsc::ShareMode::Exclusive, pcsc::Protocols::ANY).ok()
        });
        let mut bench = Bench::new(Stack::reader(), Fingers { vpcd, _stack: stack });
        let error = bench.detect(Wanted::CHIP, LONG).await.unwrap_err();
        assert_eq!(error, CardReaderError::Busy { reader: "till".to_owned() });
        drop(held);
        bench.chip().await;
    }
}

#[test]
fn a_reader_that_the_profile_does_not_name_is_missing() {
    in_a_stack("real::stack_only::a_reader_that_the_profile_does_not_name_is_missing", run);
    async fn run(_stack: Stack) {
        let rule = ReaderRule { part: "Other".to_owned(), interface: None };
        let options = Options { name: "till".to_owned(), cards: Some(vec![rule]), stripe: None };
        let mut reader = LinuxCardReader::open(options).unwrap();
        let permit = Grants::for_terminal().permit().unwrap();
        let error = reader.detect(Access::Cards(&permit), Wanted::CHIP, LONG).await.unwrap_err();
        assert_eq!(error, CardReaderError::Missing { reader: "till".to_owned() });
        let error = reader.detect(Access::Cards(&permit), Wanted::STRIPE, SHORT).await.unwrap_err();
        assert_eq!(error, CardReaderError::Unsupported { reader: "till".to_owned() });
    }
}

/// Answers its reset with what is no answer to reset.
struct Broken;

impl VirtualCard for Broken {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, Silence> {
        Ok(vec![0x6F, 0x00])
    }

    fn atr(&self, _: Interface) -> Vec<u8> {
        vec![0x12, 0x34]
    }
}

#[test]
fn a_chip_without_an_answer_to_reset_is_mute_until_it_is_taken_out() {
    in_a_stack(
        "real::stack_only::a_chip_without_an_answer_to_reset_is_mute_until_it_is_taken_out",
        run,
    );
    async fn run(stack: Stack) {
        let mut bench = stack.bench();
        bench.hand.insert(Box::new(Broken));
        for _ in 0..2 {
            let found = bench.detect(Wanted::ANY, LONG).await.unwrap();
            assert!(matches!(found, Detected::MuteChip), "{found:?}");
        }
        bench.hand.remove();
        bench.cleared(LONG).await.unwrap();
        bench.hand.insert(Clerk::boxed());
        bench.chip().await;
    }
}

/// Says how long the command is that it was sent, and has the ATR that it is told.
struct Scale(Vec<u8>);

impl VirtualCard for Scale {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Silence> {
        Ok(vec![u8::try_from(command.len()).unwrap(), 0x90, 0x00])
    }

    fn atr(&self, _: Interface) -> Vec<u8> {
        self.0.clone()
    }
}

#[test]
fn le_after_data_is_sent_by_t_1_and_not_by_t_0() {
    in_a_stack("real::stack_only::le_after_data_is_sent_by_t_1_and_not_by_t_0", run);
    async fn run(stack: Stack) {
        let mut bench = stack.bench();
        // TD1 says T=1; without it, T=0 (ISO 7816-3, 8.2.3).
        for (atr, sent) in [(vec![0x3B, 0x60, 0, 0], 8), (vec![0x3B, 0x80, 0x01, 0x81], 9)] {
            bench.hand.insert(Box::new(Scale(atr)));
            let mut card = bench.chip().await;
            assert_eq!(ask(&mut card, &ECHO).await.unwrap(), [sent, 0x90, 0x00]);
            assert_eq!(ask(&mut card, &COUNT).await.unwrap(), [5, 0x90, 0x00]);
            drop(card);
            bench.hand.remove();
            bench.cleared(LONG).await.unwrap();
        }
    }
}
