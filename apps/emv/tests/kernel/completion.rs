//! After the issuer's answer: its authentication, its scripts, the card's last word.

use crate::till::{Issuer, Till, line, sale};
use crate::wire::Wire;
use caisson_cards::issuer::{self, Script, ScriptTime};
use caisson_cards::{Card, Interface, deck};
use caisson_emv::{
    Answer, Configuration, Decision, Error, Extent, OnlineAnswer, Outcome, Transaction,
};

#[track_caller]
fn check(card: &str, issuer: Issuer, expected: &str) {
    let ran = Till::new().issuer(issuer).run(&deck::profile(card).unwrap()).unwrap();
    assert_eq!(line(ran.last.as_ref().unwrap()), expected);
}

#[test]
fn an_approval_needs_the_issuers_yes_and_the_cards_tc() {
    check("union-debit", Issuer::Approves, "Approved, TC, Dda, OnlinePin, 0000048000 F800");
    check("union-debit", Issuer::Declines, "Declined, AAC, Dda, OnlinePin, 0000048000 F800");
    check("aac-at-second", Issuer::Approves, "Declined, AAC, Dda, OnlinePin, 0000048000 F800");
}

#[test]
fn an_issuer_that_does_not_prove_itself_is_told_to_the_card_which_declines() {
    check("union-debit", Issuer::IsFalse, "Declined, AAC, Dda, OnlinePin, 0000048040 F800");
    // In CDOL2 the proof reaches the card alone: the terminal cannot tell.
    check("mastercard-cda", Issuer::IsFalse, "Declined, AAC, Cda, OnlinePin, 0000048000 E800");
}

#[test]
fn without_an_issuer_the_action_codes_decide() {
    let unreachable = Issuer::IsUnreachable;
    check("union-debit", unreachable, "Declined, AAC, Dda, OnlinePin, 0000048000 E800");
    // Under the floor limit, with default action codes that mind nothing, it approves by itself
    // (Y3); a terminal that is online only never does.
    let mut file = include_str!("../../../../tests/cards/deck/union-credit-pin.toml").to_owned();
    file.push_str("iac-default = \"0000000000\"\n");
    let profile = caisson_cards::CardProfile::parse(&file).unwrap();
    for (kind, decision) in [("0x22", Decision::Approved), ("0x21", Decision::Declined)] {
        let mut till = Till::new().issuer(unreachable);
        let terminal = include_str!("../../config/terminal.toml").replace("0x22 ", kind);
        let aids = include_str!("../../config/aids.toml").replace("= 0\n", "= 500000\n");
        till.configuration =
            Configuration::read(Some(terminal.as_bytes()), Some(aids.as_bytes()), None).unwrap();
        let ran = till.run(&profile).unwrap();
        assert_eq!(ran.last.unwrap().decision, decision, "{kind}");
    }
}

#[test]
fn under_the_floor_limit_a_card_that_may_approves_by_itself() {
    let profile = deck::profile("visa-offline-plain-pin").unwrap();
    let ran = Till::new().with("floor-limit  = 0", "floor-limit  = 500000").run(&profile).unwrap();
    assert_eq!(line(&ran.first), "Approved, TC, Dda, OfflinePin, 0000000000 E800");
    assert!(ran.last.is_none());
    // By chance one in so many is sent to the issuer all the same.
    let random = "floor-limit  = 500000\nrandom = { target = 99, maximum = 99, threshold = 0 }";
    let ran = Till::new().with("floor-limit  = 0", random).run(&profile).unwrap();
    assert_eq!(line(&ran.first), "GoOnline, ARQC, Dda, OfflinePin, 0000001000 E800");
}

#[test]
fn a_script_is_sent_at_its_time_and_its_result_goes_to_the_acquirer() {
    let before = Issuer::Scripts(ScriptTime::Before, || Script::Put(0x9F58, 1));
    let after = Issuer::Scripts(ScriptTime::After, || Script::BlockApplication);
    for (issuer, order) in [(before, "82 DA AE"), (after, "82 AE 1E")] {
        let ran = Till::new().issuer(issuer).run(&deck::profile("union-debit").unwrap()).unwrap();
        let last = ran.last.unwrap();
        assert_eq!(line(&last), "Approved, TC, Dda, OnlinePin, 0000048000 FC00");
        assert!(ran.wire.instructions().ends_with(order), "{}", ran.wire.instructions());
        // DF31: successful, script 0, its identifier.
        let result = [0xDF, 0x31, 0x05, 0x20, 1, 2, 3, 4];
        assert!(last.de55.windows(8).any(|window| window == result));
    }
}

/// An outcome of `first` and the transaction after it, with `card` of the deck.
fn asking(card: &str) -> (Transaction, Outcome, Wire) {
    let card = Card::load(&deck::profile(card).unwrap()).unwrap();
    let mut wire = Wire::new(card, Interface::Contact).unwrap();
    let till = Till::new();
    let mut person = crate::person::Person::new(&wire);
    let mut transaction = Transaction::start(&till.configuration, sale()).unwrap();
    let first = transaction.first(&mut wire, &mut person).unwrap();
    (transaction, first, wire)
}

fn approval(scripts: Vec<Vec<u8>>) -> Answer {
    Answer { approved: true, code: "00".to_owned(), authentication: None, scripts }
}

#[test]
fn a_script_that_is_none_or_that_the_card_refuses_is_a_failure_and_no_end() {
    let check = |script: &[u8], tvr: u8, result: [u8; 5]| {
        let (mut transaction, _, mut wire) = asking("no-oda");
        let answer = OnlineAnswer::Answered(approval(vec![script.to_vec()]));
        let last = transaction.complete(&mut wire, &answer).unwrap();
        assert_eq!(last.tvr[4], tvr, "{script:02X?}");
        let told = [&[0xDF, 0x31, 0x05], result.as_slice()].concat();
        assert!(last.de55.windows(8).any(|window| window == told), "{script:02X?}");
    };
    // No TLV; a command too short to be one; one that no card knows; before and after.
    check(&[0x71, 0x7F], 0x20, [0; 5]);
    check(&[0x71, 0x03, 0x86, 0x01, 0x84], 0x20, [0x11, 0, 0, 0, 0]);
    check(&[0x71, 0x07, 0x86, 0x05, 0x84, 0x99, 0, 0, 0], 0x20, [0x11, 0, 0, 0, 0]);
    check(&[0x72, 0x07, 0x86, 0x05, 0x84, 0x99, 0, 0, 0], 0x10, [0x11, 0, 0, 0, 0]);
}

#[test]
fn what_the_kernel_hands_out_convinces_the_issuer_both_times() {
    let change = "confirmation = [\"95\", \"9F1E\", ";
    let covered = "confirmation = [\"9F02\", \"9F03\", \"9F1A\", \"5F2A\", \"9A\", \"9C\", \
                   \"95\", \"9F1E\", ";
    for card in ["union-debit", "union-credit-pin", "mastercard-cda", "visa-dda"] {
        let profile = deck::profile(card).unwrap();
        let ran = Till::new().with(change, covered).run(&profile).unwrap();
        for (outcome, kind) in [
            (&ran.first, issuer::Cryptogram::Arqc),
            (ran.last.as_ref().unwrap(), issuer::Cryptogram::Tc),
        ] {
            let account = outcome.account.as_ref().unwrap();
            let sequence = account.sequence.unwrap();
            let verified = issuer::verify(&account.pan, sequence, &outcome.de55).unwrap();
            assert_eq!(verified.kind(), kind, "{card}");
            assert_eq!(verified.terminal_results(), outcome.tvr, "{card}");
        }
    }
}

#[test]
fn calls_out_of_order_are_refused_and_change_nothing() {
    let (mut transaction, first, mut wire) = asking("union-debit");
    assert_eq!(first.decision, Decision::GoOnline);
    let mut person = crate::person::Person::new(&wire);
    let again = transaction.first(&mut wire, &mut person).unwrap_err();
    assert_eq!(again, Error::WrongOrder { call: "first", rule: "once, before complete" });
    let before = wire.commands();
    transaction.complete(&mut wire, &OnlineAnswer::Unable).unwrap();
    assert!(wire.commands() > before);
    let twice = transaction.complete(&mut wire, &OnlineAnswer::Unable).unwrap_err();
    assert_eq!(twice, Error::WrongOrder { call: "complete", rule: "once, after go-online" });
}

#[test]
fn an_answer_out_of_its_range_is_named() {
    let check = |change: fn(&mut Answer), expected: &str| {
        let (mut transaction, _, mut wire) = asking("union-debit");
        let mut answer = approval(Vec::new());
        change(&mut answer);
        let error = transaction.complete(&mut wire, &OnlineAnswer::Answered(answer)).unwrap_err();
        assert!(matches!(error, Error::BadInput { field, .. } if field == expected), "{error}");
    };
    check(|answer| answer.code = "0".to_owned(), "code");
    check(|answer| answer.code = "a0".to_owned(), "code");
    check(|answer| answer.authentication = Some(vec![0; 7]), "authentication");
    check(|answer| answer.authentication = Some(vec![0; 17]), "authentication");
    check(|answer| answer.scripts = vec![vec![0x71]; 9], "scripts");
    check(|answer| answer.scripts = vec![vec![0x71; 257]], "scripts");
}

#[test]
fn a_sale_for_account_data_alone_makes_no_cryptogram_and_asks_nobody() {
    let mut till = Till::new();
    till.sale.extent = Extent::ReadOnly;
    let ran = till.run(&deck::profile("union-debit").unwrap()).unwrap();
    assert_eq!(line(&ran.first), "GoOnline, no cryptogram, none, None, 0000000000 0000");
    assert_eq!(ran.first.account.as_ref().unwrap().masked(), "621234******1265");
    assert!(ran.first.de55.is_empty() && ran.asked.is_empty());
    assert!(!ran.wire.instructions().contains("AE"));
}
