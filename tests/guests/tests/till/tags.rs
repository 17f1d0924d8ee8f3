//! Apps that speak to tags reach the application that their manifest lists, and no payment card by
//! any way; and no tag, however broken, keeps a payment from its end.

use crate::till::{Till, play};
use caisson_core::view::View;
use std::time::Duration;

/// A sale that goes well with `card` in the field; the receipt says how the tag answered.
#[track_caller]
fn check(behaviour: &str, card: &str, facts: &str) {
    play(behaviour, async |till| {
        till.cards.tap(card).unwrap();
        paid(till).await;
        assert_eq!(till.facts(0).await, facts, "{}", till.log());
    });
}

async fn paid(till: &mut Till) {
    till.sale("12.00").await;
    till.settle().await;
    assert_eq!((till.screen().as_str(), till.kept()), ("approved 12.00", vec![1_200]));
}

/// True if the host told the card's holder to take it away.
fn was_sent_away(till: &Till) -> bool {
    let shown = till.screen.shown();
    shown.iter().any(|showing| match &showing.view {
        View::PresentCard { prompt } => prompt.starts_with("This is a payment card."),
        _ => false,
    })
}

#[test]
fn an_honest_app_reads_its_members_number() {
    check(
        "speaks-to-a-tag",
        "loyalty",
        "kind: iso-14443-4, selected: 9000, member: 10042, again: 9000",
    );
}

#[test]
fn a_sticker_is_read_without_its_uid() {
    check(
        "reads-a-sticker",
        "sticker",
        "kind: type-2, memory: 48 bytes, UIDs: 0, select: Code::WrongType, transmit: \
         Code::WrongType",
    );
}

#[test]
fn a_sticker_that_promises_more_than_it_has_gives_its_uid_to_nobody() {
    check(
        "reads-a-sticker",
        "sticker-that-lies",
        "kind: type-2, memory: Code::Unreadable, UIDs: 0, select: Code::WrongType, transmit: \
         Code::WrongType",
    );
}

#[test]
fn only_the_listed_application_is_selected() {
    check(
        "selects-what-it-may-not",
        "loyalty-that-hides-a-purse",
        "listed: 9000, payment: Code::NotListed, PPSE: Code::NotListed, unlisted: \
         Code::NotListed, begins so: Code::NotListed, longer: Code::NotListed, nothing: \
         Code::NotListed, still listed: 9000, counter: 6D00",
    );
}

#[test]
fn no_form_of_a_command_hides_a_select() {
    check(
        "hides-a-select",
        "loyalty-that-hides-a-purse",
        "listed: 9000, of 256 classes: 256, extended: Code::NotAllowed, envelope: \
         Code::NotAllowed, chained: Code::NotAllowed, by file: Code::NotAllowed, channel: \
         Code::NotAllowed, other channel: Code::NotAllowed, DESFire: Code::NotAllowed, reader: \
         Code::NotAllowed, two at once: Code::NotAllowed, member: 9000",
    );
}

#[test]
fn nothing_is_said_to_an_application_that_was_not_selected() {
    check(
        "speaks-before-selecting",
        "loyalty-that-hides-a-purse",
        "counter: Code::NotAllowed, member: Code::NotAllowed, memory: Code::WrongType",
    );
}

#[test]
fn a_payment_card_is_sent_away_whatever_else_it_carries() {
    for card in ["loyalty-that-pays", "tap-union"] {
        play("speaks-to-a-tag", async |till| {
            till.cards.tap(card).unwrap();
            paid(till).await;
            assert_eq!(till.facts(0).await, "detect: Code::PaymentCard", "{card}");
            assert!(was_sent_away(till), "{card}");
        });
    }
}

#[test]
fn an_old_tags_handle_does_not_reach_the_card_that_came_after_it() {
    play("keeps-an-old-tag", async |till| {
        till.cards.tap("loyalty").unwrap();
        let cards = till.cards.clone();
        let swap = async {
            // Within the ten seconds that the guest waits.
            tokio::time::sleep(Duration::from_secs(5)).await;
            cards.remove();
            tokio::time::sleep(Duration::from_secs(1)).await;
            cards.tap("tap-union").unwrap();
        };
        tokio::join!(paid(till), swap);
        assert_eq!(
            till.facts(0).await,
            "listed: 9000, second: Code::PaymentCard, counter: Code::Removed, select: \
             Code::Removed"
        );
        assert!(was_sent_away(till));
    });
}

#[test]
fn of_a_hundred_handles_one_is_alive() {
    check("hoards-tags", "loyalty", "tags: 100, alive: 1");
}

#[test]
fn a_tag_that_does_not_answer_as_it_must_ends_nothing_but_itself() {
    let mute = "kind: iso-14443-4, selected: 9000, member: Code::Timeout, again: Code::Removed";
    check("speaks-to-a-tag", "loyalty-late", mute);
    let broken =
        "kind: iso-14443-4, selected: 9000, member: Code::Unreadable, again: Code::Removed";
    check("speaks-to-a-tag", "loyalty-oversized", broken);
    check("speaks-to-a-tag", "loyalty-endless", broken);
    check("speaks-to-a-tag", "mute-when-asked", "detect: Code::Timeout");
}

#[test]
fn two_tags_at_once_are_asked_for_one() {
    play("speaks-to-a-tag", async |till| {
        till.cards.tap("loyalty").unwrap();
        till.cards.tap("sticker").unwrap();
        paid(till).await;
        assert_eq!(till.facts(0).await, "detect: Code::Several");
    });
}
