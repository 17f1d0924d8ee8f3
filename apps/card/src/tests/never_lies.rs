//! Whatever the bank answers, whatever the card does: the app's word agrees with what was read. The
//! till holds the terminal's own rules, so a broken one fails in there; this file adds the app's
//! own promises.

use super::cards::{CHIP, STRIPE, TAP, ended, last};
use super::fake::{ASKED, FakeTill};
use super::script::Said;
use crate::service::{COMPLETION, PRE_AUTH, REFUND, SALE, VOID};
use caisson_sdk::emv::{self, Cause, Decision};
use caisson_sdk::payment::{Code, Reading};
use caisson_sdk::{Outcome, ui};
use proptest::prelude::*;

/// More answers than any story and its recoveries can ask for.
const ANSWERS: usize = 20;

fn said() -> impl Strategy<Value = Said> {
    let words = vec![
        "paid",
        "paid",
        "paid",
        "paid 500",
        "paid 0",
        "paid 1201",
        "not-paid balance-short",
        "not-paid",
        "open",
        "unreadable",
        "undone",
        "undone",
        "no-answer",
        "no-answer",
        "not-sent",
    ];
    proptest::sample::select(words).prop_map(Said::parse)
}

fn kernel() -> impl Strategy<Value = Result<emv::Outcome, emv::Code>> {
    prop_oneof![
        3 => Just(Ok(last(Decision::Approved))),
        1 => Just(Ok(last(Decision::Declined))),
        1 => Just(Ok(last(ended(Cause::CardRemoved)))),
        1 => Just(Err(emv::Code::BadInput)),
    ]
}

fn choice() -> impl Strategy<Value = Result<usize, ui::Code>> {
    prop_oneof![Just(Ok(0)), Just(Ok(1)), Just(Err(ui::Code::Cancelled))]
}

/// What the readings prove, told by the contract's words alone.
fn agrees(outcome: &Outcome, heard: &[Said], is_refund: bool) -> bool {
    let readings: Vec<(Reading, u64)> = heard
        .iter()
        .filter_map(|said| match said {
            Said::Answer { reading, minor, .. } => Some((*reading, minor.unwrap_or(ASKED))),
            Said::Error(_) => None,
        })
        .collect();
    let has = |wanted: Reading| readings.iter().any(|(reading, _)| *reading == wanted);
    let was_not_sent = matches!(heard.first(), Some(Said::Error(Code::NotSent)));
    match outcome {
        Outcome::Approved(approval) => readings.contains(&(Reading::Paid, approval.amount.minor)),
        Outcome::Declined(_) => has(Reading::NotPaid),
        Outcome::Cancelled(_) => was_not_sent || has(Reading::Undone),
        Outcome::Unknown => is_refund || !was_not_sent,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_story_and_its_recoveries_agree_with_the_terminal_to_the_end(
        service in proptest::sample::select(vec![SALE, PRE_AUTH, COMPLETION, REFUND, VOID]),
        card in proptest::sample::select(vec![0, 1, 2_usize]),
        answers in proptest::collection::vec(said(), ANSWERS),
        kernel in kernel(),
        choice in choice(),
        cut in any::<bool>(),
    ) {
        let card = [CHIP, TAP, STRIPE][card].clone();
        let kind = if service == COMPLETION { "pre-auth" } else { "sale" };
        let mut till = FakeTill::new(service, "").with_cards([card]).original_to("TYPE", kind);
        till.script = answers.iter().map(|said| ("*".to_owned(), said.clone())).collect();
        till.last = kernel.clone();
        till.choice = choice;
        let mut outcome = till.start(service);
        let refused = !matches!(&kernel, Ok(last) if last.decision == Decision::Approved);
        let had_chip = !till.answered.is_empty();
        for _ in 0..8 {
            let heard = &answers[..ANSWERS - till.script.len()];
            prop_assert!(agrees(&outcome, heard, service == REFUND), "{outcome:?} after {heard:?}");
            // A card that said no is never told as one that paid.
            prop_assert!(!(refused && had_chip && matches!(outcome, Outcome::Approved(_))));
            if outcome != Outcome::Unknown {
                break;
            }
            if cut {
                till.cut();
            }
            outcome = till.recover();
        }
        prop_assert_eq!(outcome != Outcome::Unknown, !till.state().is_open());
    }
}
