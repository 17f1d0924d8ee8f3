//! Whatever a terminal asks in whatever order, the books stay books.

use caisson_acquirer::bank::{Kind, State};
use proptest::prelude::*;

use crate::pos::{PAN, Pos, TERMINAL};

/// A step about one of few numbers, so that they meet.
fn step() -> impl Strategy<Value = String> {
    let amount =
        prop_oneof![Just("12.00"), Just("5.00"), Just("12.10"), Just("6.05"), Just("3.68")];
    (1..5_u8, 1..5_u8, amount, 0..12_u8).prop_map(|(stan, original, amount, what)| match what {
        0..3 => format!("{stan} sale {amount}"),
        3 => format!("{stan} auth {amount}"),
        4 => format!("{stan} complete {original} {amount}"),
        5 => format!("{stan} void {original} {amount}"),
        6 => format!("{stan} refund {original} {amount}"),
        7 => format!("{stan} complete-void {original} {amount}"),
        8 => format!("{stan} auth-void {original} {amount}"),
        9 => "fault loses the answer to anything".to_owned(),
        _ => format!("{stan} reverse {amount}"),
    })
}

/// Where the message type stands: TPDU and header are for whoever routes, and under no MAC.
const MTI_AT: usize = 11;

#[tokio::test(start_paused = true)]
async fn a_sealed_message_that_was_changed_anywhere_moves_nothing() {
    let mut pos = Pos::signed_on().await;
    let mut sale = pos.message("0200", "1", "22");
    sale.set(2, PAN).unwrap().set(3, "000000").unwrap().set(25, "00").unwrap();
    sale.set_number(4, 1_200).unwrap().set(49, "156").unwrap();
    let bytes = pos.seal(&sale);
    for at in MTI_AT..bytes.len() {
        for bit in [0x01, 0x10, 0x80] {
            let mut changed = bytes.clone();
            changed[at] ^= bit;
            pos.send(changed).await;
        }
    }
    assert_eq!(pos.bank.books().unwrap().transactions().unwrap(), []);
    pos.send(bytes).await.unwrap();
    assert_eq!(pos.bank.books().unwrap().net(TERMINAL, "000001").unwrap(), Some(1_200));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_the_merchant_keeps_is_debits_less_credits(
        steps in proptest::collection::vec(step(), 1..24),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut pos = Pos::signed_on().await;
            pos.play(&steps.join(" | ")).await;
            let books = pos.bank.books().unwrap();
            let mut kept = 0;
            for entry in books.transactions().unwrap() {
                let is_captured = matches!(entry.kind, Kind::Sale | Kind::Completion | Kind::Advice);
                assert!((0..=entry.approved).contains(&entry.net), "{entry:?}");
                assert!(entry.captures <= u32::from(is_captured), "{entry:?}");
                assert!(entry.state == State::Approved || entry.net == 0, "{entry:?}");
                assert!(entry.held == 0 || entry.kind == Kind::Authorisation, "{entry:?}");
                kept += entry.net;
            }
            let totals = books.batch_totals(TERMINAL, 1).unwrap();
            assert_eq!(kept, totals.debit - totals.credit, "{steps:?}");
        });
    }
}
