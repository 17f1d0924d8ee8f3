//! Cards, and when the stripe of one is taken.

use super::fake::FakeTill;
use crate::service::SALE;
use caisson_sdk::card_reader::{Code, Found};
use caisson_sdk::emv::{self, Account, Cause, Decision, End, Verification};
use caisson_sdk::{Sensitive, pin_pad};

pub(super) const PAN: &str = "6228480000001237";
pub(super) const CARD: &str = "622848******1237";
/// With a service code that names no chip.
pub(super) const TRACK: &str = "6228480000001237=30121011234567";
pub(super) const CHIP_TRACK: &str = "6228480000001237=30122011234567";

/// A card that comes to the reader, or what comes instead.
#[derive(Debug, Clone)]
pub(super) enum Card {
    Chip(Decision),
    /// The kernel broke off after the account was read.
    ChipRead(Decision),
    Tap(Decision),
    Stripe(&'static str),
    Trouble(Code),
    Kernel(emv::Code),
}

pub(super) const CHIP: Card = Card::Chip(Decision::GoOnline);
pub(super) const TAP: Card = Card::Tap(Decision::GoOnline);
pub(super) const STRIPE: Card = Card::Stripe(TRACK);
pub(super) const CHIP_STRIPE: Card = Card::Stripe(CHIP_TRACK);

pub(super) fn ended(cause: Cause) -> Decision {
    Decision::Ended(End { cause, detail: "scripted".into() })
}

impl Card {
    pub(super) fn found(&self) -> Result<Found, Code> {
        match self {
            Self::Chip(_) | Self::ChipRead(_) | Self::Kernel(_) => Ok(Found::Chip),
            Self::Tap(_) => Ok(Found::Contactless),
            Self::Stripe(track) => Ok(Found::Stripe(Sensitive::new((*track).to_owned()))),
            Self::Trouble(code) => Err(*code),
        }
    }

    pub(super) fn first(&self) -> Result<emv::Outcome, emv::Code> {
        match self {
            Self::Chip(decision) | Self::Tap(decision) => {
                let has_account = !matches!(decision, Decision::Ended(_));
                Ok(outcome(decision.clone(), has_account.then(account)))
            }
            Self::ChipRead(decision) => Ok(outcome(decision.clone(), Some(account()))),
            Self::Kernel(code) => Err(*code),
            Self::Stripe(_) | Self::Trouble(_) => panic!("no chip"),
        }
    }
}

fn account() -> Account {
    Account {
        pan: Sensitive::new(PAN.to_owned()),
        masked: CARD.to_owned(),
        sequence: Some(1),
        expiry: Some(Sensitive::new("3012".to_owned())),
        track_2: Some(Sensitive::new(CHIP_TRACK.replace('=', "D"))),
    }
}

/// What the card said first: a cryptogram, TVR, and issuer application data.
pub(super) const FIRST_DE55: [u8; 28] = [
    0x9F, 0x26, 0x08, 1, 2, 3, 4, 5, 6, 7, 8, //
    0x95, 0x05, 0, 0, 4, 0, 0, //
    0x9F, 0x36, 0x02, 0, 9, //
    0x9F, 0x10, 0x02, 7, 1,
];
/// And last.
pub(super) const LAST_DE55: [u8; 7] = [0x95, 0x05, 0x80, 0, 4, 0, 0];

fn outcome(decision: Decision, account: Option<Account>) -> emv::Outcome {
    let has_cryptogram = account.is_some() && decision == Decision::GoOnline;
    emv::Outcome {
        decision,
        account,
        verification: Verification::OnlinePin,
        signature: false,
        online_pin: true,
        de55: if has_cryptogram { FIRST_DE55.to_vec() } else { Vec::new() },
        facts: vec![emv::Fact { name: "AID".into(), value: "A000000333010101".into() }],
    }
}

/// The kernel's last word.
pub(super) fn last(decision: Decision) -> emv::Outcome {
    let facts = ["AID", "APP", "TVR", "TSI", "ATC", "TC", "CVM", "PSN"];
    emv::Outcome {
        decision,
        account: Some(account()),
        verification: Verification::OnlinePin,
        signature: false,
        online_pin: true,
        de55: LAST_DE55.to_vec(),
        facts: facts.map(|name| emv::Fact { name: name.into(), value: "1".into() }).to_vec(),
    }
}

/// A card that the bank approves: what happens at the reader.
#[track_caller]
fn check(cards: impl IntoIterator<Item = Card>, expected: &str) {
    check_with(FakeTill::new(SALE, "sale: paid").with_cards(cards), expected);
}

#[track_caller]
fn check_with(mut till: FakeTill, expected: &str) {
    let outcome = till.start(SALE);
    assert_eq!(till.transcript(&outcome), expected);
    assert!(till.cards.is_empty(), "never taken: {:?}", till.cards);
}

/// A card that nobody asks the bank about.
#[track_caller]
fn check_over(cards: impl IntoIterator<Item = Card>, expected: &str) {
    check_with(FakeTill::new(SALE, "").with_cards(cards), expected);
}

const ONLINE: &str = "[Asking the bank]; sale";

#[test]
fn each_way_of_a_card_leads_to_the_bank() {
    check([CHIP], &format!("detect cts; first; {ONLINE}; last yes 00; approved 12.00 CNY"));
    check([TAP], &format!("detect cts; first; {ONLINE}; last yes 00; approved 12.00 CNY"));
    check([STRIPE], &format!("detect cts; pin; {ONLINE}; approved 12.00 CNY"));
}

#[test]
fn the_stripe_of_a_chip_card_is_not_taken_before_its_chip_was_tried() {
    check(
        [CHIP_STRIPE, CHIP],
        &format!("detect cts; detect c; first; {ONLINE}; last yes 00; approved 12.00 CNY"),
    );
    check(
        [CHIP_STRIPE, Card::Trouble(Code::Unreadable), CHIP_STRIPE],
        &format!("detect cts; detect c; detect s; pin; {ONLINE}; approved 12.00 CNY"),
    );
    check(
        [Card::Chip(ended(Cause::CardTimeout)), CHIP_STRIPE],
        &format!("detect cts; first; detect s; pin; {ONLINE}; approved 12.00 CNY"),
    );
    check(
        [Card::Chip(ended(Cause::NoApplication)), CHIP_STRIPE],
        &format!("detect cts; first; detect s; pin; {ONLINE}; approved 12.00 CNY"),
    );
}

#[test]
fn a_swipe_that_failed_opens_no_way_round_the_chip() {
    check(
        [Card::Trouble(Code::Unreadable), CHIP_STRIPE, CHIP],
        &format!(
            "detect cts; detect cts; detect c; first; {ONLINE}; last yes 00; approved 12.00 CNY"
        ),
    );
    check(
        [Card::Trouble(Code::Unreadable), Card::Stripe("1=2"), STRIPE],
        &format!("detect cts; detect cts; detect cts; pin; {ONLINE}; approved 12.00 CNY"),
    );
}

#[test]
fn where_the_acquirer_takes_no_fallback_an_unreadable_chip_is_the_end() {
    let till = FakeTill::new(SALE, "")
        .with_cards([CHIP_STRIPE, Card::Trouble(Code::Unreadable)])
        .setting_to("fallback", "never");
    check_with(till, "detect cts; detect c; cancelled chip-unreadable");
    let till = FakeTill::new(SALE, "")
        .with_cards([Card::Chip(ended(Cause::CardData))])
        .setting_to("ways", "chip contactless");
    check_with(till, "detect ct; first; cancelled chip-unreadable");
    let till = FakeTill::new(SALE, "")
        .with_cards([Card::Chip(ended(Cause::NoApplication))])
        .setting_to("fallback", "never");
    check_with(till, "detect cts; first; declined card-not-supported");
}

#[test]
fn a_chip_that_was_read_has_no_fallback() {
    check_over(
        [Card::ChipRead(ended(Cause::CardData))],
        "detect cts; first; cancelled chip-unreadable",
    );
    check_over(
        [Card::ChipRead(ended(Cause::CardTimeout))],
        "detect cts; first; cancelled chip-unreadable",
    );
}

#[test]
fn what_the_kernel_says_ends_the_sale_with_its_own_reason() {
    let check = |decision: Decision, expected: &str| {
        check_over([Card::Chip(decision)], &format!("detect cts; first; {expected}"));
    };
    check(Decision::Declined, "declined declined-by-card");
    check(Decision::Approved, "cancelled kernel-failed");
    check(ended(Cause::CardBlocked), "declined card-blocked");
    check(ended(Cause::ApplicationBlocked), "declined application-blocked");
    check(ended(Cause::CardRemoved), "cancelled card-removed");
    check(ended(Cause::CardRefused), "cancelled chip-unreadable");
    check(ended(Cause::NotAllowed), "declined card-not-supported");
    check(ended(Cause::Cancelled), "cancelled cancelled-by-cashier");
    check(ended(Cause::PinCancelled), "cancelled pin-cancelled");
    check(ended(Cause::ReaderFailed), "cancelled kernel-failed");
    check(ended(Cause::Other), "cancelled kernel-failed");
    check_over([Card::Kernel(emv::Code::Other)], "detect cts; first; cancelled kernel-failed");
    check_over([Card::Kernel(emv::Code::Denied)], "detect cts; first; cancelled app-failed");
}

#[test]
fn a_tap_that_will_not_do_is_inserted_or_swiped() {
    check(
        [Card::Tap(Decision::OtherInterface), CHIP],
        &format!("detect cts; first; detect cs; first; {ONLINE}; last yes 00; approved 12.00 CNY"),
    );
    check(
        [Card::Tap(ended(Cause::NoApplication)), STRIPE],
        &format!("detect cts; first; detect cs; pin; {ONLINE}; approved 12.00 CNY"),
    );
    check(
        [Card::Tap(ended(Cause::CardRemoved)), CHIP],
        &format!("detect cts; first; detect cts; first; {ONLINE}; last yes 00; approved 12.00 CNY"),
    );
    let till = FakeTill::new(SALE, "")
        .with_cards([Card::Tap(Decision::OtherInterface)])
        .setting_to("ways", "contactless");
    check_with(till, "detect t; first; declined use-other-interface");
}

#[test]
fn trouble_at_the_reader_ends_the_sale_or_asks_again() {
    let check = |code: Code, expected: &str| {
        check_over([Card::Trouble(code)], &format!("detect cts; {expected}"));
    };
    check(Code::Cancelled, "cancelled cancelled-by-cashier");
    check(Code::Timeout, "cancelled nobody-acted");
    check(Code::Offline, "cancelled kernel-failed");
    check(Code::Busy, "cancelled app-failed");
    check_over(
        vec![Card::Trouble(Code::Several); 6],
        "detect cts; detect cts; detect cts; detect cts; detect cts; detect cts; \
         cancelled chip-unreadable",
    );
}

#[test]
fn the_pin_of_a_stripe_is_asked_for_and_may_be_missing() {
    let check = |pin, expected: &str| {
        let mut till = FakeTill::new(SALE, "sale: paid").with_cards([STRIPE]);
        till.pin = pin;
        check_with(till, &format!("detect cts; pin; {expected}"));
    };
    check(Ok(pin_pad::Entry::Bypassed), &format!("{ONLINE}; approved 12.00 CNY"));
    check(Err(pin_pad::Code::Refused), &format!("{ONLINE}; approved 12.00 CNY"));
    check(Err(pin_pad::Code::Cancelled), "cancelled pin-cancelled");
    check(Err(pin_pad::Code::Timeout), "cancelled nobody-acted");
    check(Err(pin_pad::Code::Offline), "cancelled kernel-failed");
    let till =
        FakeTill::new(SALE, "sale: paid").with_cards([STRIPE]).setting_to("pin.stripe", "never");
    check_with(till, &format!("detect cts; {ONLINE}; approved 12.00 CNY"));
}
