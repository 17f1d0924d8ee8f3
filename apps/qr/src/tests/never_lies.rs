//! Whatever the acquirer answers, and whenever the cashier cancels: the app's word agrees with what
//! was read. The till holds the terminal's own rules, so a broken one fails in there; this file
//! adds the app's own promises.

use super::fake::{ALIPAY, ASKED, FakeTill, Said, UNIONPAY, WECHAT};
use crate::{PAY, REFUND, SHOW_CODE};
use caisson_sdk::Outcome;
use caisson_sdk::payment::{Code, Reading};
use proptest::prelude::*;

/// More answers than any story can ask for.
const ANSWERS: usize = 700;

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        12 => Just("open"),
        6 => Just("unreadable"),
        4 => Just("no-answer"),
        2 => Just("not-sent"),
        2 => Just("paid"),
        1 => Just("paid 500"),
        1 => Just("paid 0"),
        1 => Just("paid 1201"),
        1 => Just("not-paid balance-short"),
        1 => Just("not-paid"),
        2 => Just("undone"),
        1 => Just("code https://pay.example/q/1"),
    ]
    .prop_map(Said::parse)
}

/// The first answers by chance; then the acquirer goes on with one for ever.
fn script() -> impl Strategy<Value = Vec<Said>> {
    (proptest::collection::vec(said(), 1..30), said()).prop_map(|(mut answers, last)| {
        answers.resize(ANSWERS, last);
        answers
    })
}

fn till(service: &str, wallet: &str, script: &[Said], cancel: Option<usize>) -> FakeTill {
    let mut till = FakeTill::new(service, "").scanning(Ok(wallet));
    till.script = script.iter().map(|said| ("*".to_owned(), said.clone())).collect();
    till.cancel_at_wait = cancel;
    till
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
    let was_not_sent = matches!(heard.first(), Some(Said::Error(code)) if *code == Code::NotSent);
    match outcome {
        Outcome::Approved(approval) => {
            readings.contains(&(Reading::Paid, approval.amount.minor))
                && (1..=ASKED).contains(&approval.amount.minor)
        }
        Outcome::Declined(_) => has(Reading::NotPaid),
        Outcome::Cancelled(_) => was_not_sent || (has(Reading::Undone) && !is_refund),
        Outcome::Unknown => true,
    }
}

fn any_service() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just(PAY), Just(SHOW_CODE), Just(REFUND)]
}

fn any_wallet() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just(ALIPAY), Just(WECHAT), Just(UNIONPAY)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn start_never_lies_and_always_ends(
        service in any_service(),
        wallet in any_wallet(),
        script in script(),
        cancel in proptest::option::of(1..20_usize),
    ) {
        let mut till = till(service, wallet, &script, cancel);
        let outcome = till.start(service);
        let heard = &script[..ANSWERS - till.script.len()];
        prop_assert!(agrees(&outcome, heard, service == REFUND), "{outcome:?} after {heard:?}");
        prop_assert!(till.waited().as_secs() < 600, "{:?}", till.waited());
        prop_assert!(till.exchanges_after_cancel <= 1);
    }

    #[test]
    fn recover_never_lies_and_asks_at_most_twice(
        service in any_service(),
        wallet in proptest::option::of(any_wallet()),
        script in script(),
        age_ms in 0..200_000_u64,
    ) {
        let note = wallet
            .map(|wallet| crate::wallet::PaymentCode::recognise(wallet).unwrap().wallet().code())
            .map_or("null".to_owned(), |code| format!("\"{code}\""));
        let note = format!(r#"{{"language":"en","wallet":{note},"expires_ms":120000}}"#);
        let mut till = till(service, ALIPAY, &script, None).interrupted(service, &note);
        let outcome = till.recover(service, age_ms, false);
        let heard = &script[..ANSWERS - till.script.len()];
        prop_assert!(heard.len() <= 2);
        prop_assert!(
            matches!(outcome, Outcome::Unknown)
                || !matches!(heard.first(), Some(Said::Error(_))),
            "certain without an answer"
        );
        prop_assert!(agrees(&outcome, heard, service == REFUND), "{outcome:?} after {heard:?}");
    }

    #[test]
    fn a_story_and_its_recoveries_agree_with_the_terminal_to_the_end(
        service in any_service(),
        wallet in any_wallet(),
        script in script(),
        cancel in proptest::option::of(1..20_usize),
    ) {
        let mut till = till(service, wallet, &script, cancel);
        let mut outcome = till.start(service);
        for attempt in 0..12_u64 {
            if outcome != Outcome::Unknown || till.script.is_empty() {
                break;
            }
            outcome = till.recover(service, attempt * 10_000, false);
        }
        prop_assert_eq!(outcome != Outcome::Unknown, !till.state().is_open());
    }
}
