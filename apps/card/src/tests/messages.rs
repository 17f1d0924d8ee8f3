//! What stands in the messages, field by field.

use super::cards::{CHIP, CHIP_STRIPE, Card, FIRST_DE55, LAST_DE55, PAN, STRIPE, TAP, last};
use super::fake::FakeTill;
use crate::service::{COMPLETION, PRE_AUTH, REFUND, SALE, VOID};
use caisson_iso8583::Message;
use caisson_sdk::card_reader::Code;
use caisson_sdk::emv::{Decision, OnlineAnswer};
use caisson_sdk::pin_pad;

fn sent(service: &str, card: Card, script: &str) -> FakeTill {
    let mut till = FakeTill::new(service, script).with_cards([card]);
    till.start(service);
    till
}

/// A message as `MTI number=text …`, bytes in hex.
fn shown(message: &Message<'_>) -> String {
    let fields = message.numbers().map(|number| match message.text(number) {
        Some(text) => format!("{number}={text}"),
        None => {
            let bytes = message.bytes(number).unwrap();
            format!("{number}=x{}", bytes.iter().map(|b| format!("{b:02X}")).collect::<String>())
        }
    });
    let fields = fields.collect::<Vec<_>>().join(" ");
    format!("{} {fields}", message.mti())
}

#[test]
fn a_chip_sale_with_a_pin_says_all_that_the_bank_needs() {
    let till = sent(SALE, CHIP, "sale: paid");
    let de55: String = FIRST_DE55.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(
        shown(&till.message(0)),
        format!(
            "0200 2={PAN} 14=3012 22=051 23=001 25=00 26=12 35={PAN}D30122011234567 \
             53=2600000000000000 55=x{de55} 60=22000007000"
        )
    );
}

#[test]
fn the_entry_mode_says_how_the_card_was_read_and_whether_there_is_a_pin() {
    let check = |till: &FakeTill, expected: &str| {
        assert_eq!(till.message(0).text(22), Some(expected));
    };
    check(&sent(SALE, CHIP, "sale: paid"), "051");
    check(&sent(SALE, TAP, "sale: paid"), "071");
    check(&sent(SALE, STRIPE, "sale: paid"), "021");
    let mut till = FakeTill::new(SALE, "sale: paid").with_cards([STRIPE]);
    till.pin = Ok(pin_pad::Entry::Bypassed);
    till.start(SALE);
    check(&till, "022");
    assert!(!till.message(0).has(26) && !till.message(0).has(53));
    let cards = [CHIP_STRIPE, Card::Trouble(Code::Unreadable), CHIP_STRIPE];
    let mut till = FakeTill::new(SALE, "sale: paid").with_cards(cards);
    till.start(SALE);
    check(&till, "801");
}

#[test]
fn a_pre_authorisation_and_what_follows_are_told_by_type_condition_and_kind() {
    let check = |service: &str, kind: &str, script: &str, expected: [&str; 4]| {
        let mut till = FakeTill::new(service, script).with_cards([CHIP]).original_to("TYPE", kind);
        till.start(service);
        let message = till.message(0);
        let (mti, field) = (message.mti().to_string(), |number| message.text(number));
        let found = [mti.as_str(), field(25).unwrap(), field(60).unwrap()];
        assert_eq!(found, expected[..3], "{script}");
        assert_eq!(field(61).unwrap_or_default(), expected[3], "{script}");
    };
    let original = "0000070000111127";
    check(PRE_AUTH, "", "pre-auth: paid", ["0100", "06", "10000007000", ""]);
    check(COMPLETION, "pre-auth", "completion: paid", ["0200", "06", "20000007000", original]);
    check(VOID, "sale", "void: paid", ["0200", "00", "23000007000", original]);
    check(VOID, "pre-auth", "pre-auth-void: paid", ["0100", "06", "11000007000", original]);
    check(VOID, "completion", "completion-void: paid", ["0200", "06", "21000007000", original]);
    check(REFUND, "sale", "refund: paid", ["0220", "00", "25000007000", original]);
}

#[test]
fn a_refund_names_its_original_and_has_no_track() {
    let till = sent(REFUND, CHIP, "refund: paid");
    assert_eq!(
        shown(&till.message(0)),
        format!(
            "0220 2={PAN} 14=3012 22=052 23=001 25=00 37=030500000011 38=A11111 60=25000007000 \
             61=0000070000111127"
        )
    );
}

#[test]
fn a_reversal_without_an_answer_has_the_cards_last_data_and_no_track() {
    let till = sent(SALE, CHIP, "sale: no-answer, sale-reversal: undone");
    let de55: String = LAST_DE55.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(
        shown(&till.message(1)),
        format!("0400 2={PAN} 14=3012 22=051 23=001 25=00 39=98 55=x{de55} 60=22000007000")
    );
}

#[test]
fn a_reversal_of_what_the_card_refused_names_the_answer_and_why() {
    let mut till = FakeTill::new(SALE, "sale: paid, sale-reversal: undone").with_cards([CHIP]);
    till.last = Ok(last(Decision::Declined));
    till.start(SALE);
    let message = till.message(1);
    assert_eq!(message.text(38), Some("B22222"));
    assert_eq!(message.text(39), Some("06"));
    assert_eq!(message.text(61), Some("0000070000421128"));
    assert_eq!(message.bytes(55), Some(LAST_DE55.as_slice()));
}

#[test]
fn a_repeat_is_marked_and_has_of_the_chip_what_names_no_card() {
    let mut till = FakeTill::new(
        SALE,
        "sale: no-answer, sale-reversal: no-answer, sale-reversal-repeat: undone",
    )
    .with_cards([CHIP]);
    till.start(SALE);
    till.recover();
    assert_eq!(
        shown(&till.message(2)),
        format!(
            "0401 2={PAN} 14=3012 22=051 23=001 25=00 39=98 55=x950500000400009F360200099F10020701 \
             60=22000007000"
        )
    );
}

#[test]
fn the_acquirers_settings_stand_in_the_messages() {
    let mut till = FakeTill::new(SALE, "sale: no-answer, sale-reversal: undone")
        .with_cards([CHIP])
        .setting_to("kind.sale", "92")
        .setting_to("pin.longest", "06")
        .setting_to("pin.control", "-")
        .setting_to("why.no-answer", "17");
    till.start(SALE);
    let (request, reversal) = (till.message(0), till.message(1));
    assert_eq!(request.text(60), Some("92000007000"));
    assert_eq!(request.text(26), Some("06"));
    assert!(!request.has(53));
    assert_eq!(reversal.text(39), Some("17"));
    let mut till =
        FakeTill::new(SALE, "sale: paid").with_cards([CHIP]).setting_to("kind.sale", "?");
    till.start(SALE);
    assert_eq!(till.message(0).text(60), Some("22000007000"));
    assert_eq!(till.log, ["setting kind.sale: 2 digits or capitals; 22 is used"]);
}

#[test]
fn the_issuers_data_reach_the_card_as_they_came() {
    let till = sent(SALE, CHIP, "sale: paid");
    let [OnlineAnswer::Answered(answer)] = till.answered.as_slice() else { panic!("not told") };
    assert!(answer.approved);
    assert_eq!(answer.code, "00");
    assert_eq!(answer.authentication, Some(vec![0x5A; 10]));
    assert_eq!(answer.scripts, [vec![0x72, 0x05, 0x86, 0x03, 0x84, 0x1E, 0x00]]);
}

#[test]
fn a_receipt_has_what_a_void_needs_and_what_the_card_says() {
    let mut till = FakeTill::new(SALE, "sale: paid/A2").with_cards([CHIP]);
    let caisson_sdk::Outcome::Approved(approval) = till.start(SALE) else { panic!("not approved") };
    let facts = approval.facts.iter().map(|fact| format!("{} {}", fact.name, fact.value));
    assert_eq!(
        facts.collect::<Vec<_>>().join(", "),
        "TYPE sale, CARD 622848******1237, ENTRY CHIP, RRN 030500000042, STAN 000042, \
         BATCH 000007, DATE 1128, CODE A2, AID 1, APP 1, TVR 1, TSI 1, ATC 1, TC 1, CVM 1, PSN 1"
    );
}

#[test]
fn a_signature_is_marked_where_the_card_or_the_missing_pin_asks_for_one() {
    let signature = |mut till: FakeTill| {
        let outcome = till.start(SALE);
        let caisson_sdk::Outcome::Approved(approval) = outcome else { panic!("not approved") };
        approval.facts.iter().any(|fact| fact.name == "SIGNATURE" && fact.value == "REQUIRED")
    };
    let till = |card: Card| FakeTill::new(SALE, "sale: paid").with_cards([card]);
    assert!(!signature(till(CHIP)));
    assert!(!signature(till(STRIPE)));
    let mut bypassed = till(STRIPE);
    bypassed.pin = Ok(pin_pad::Entry::Bypassed);
    assert!(signature(bypassed));
    let mut signed = till(CHIP);
    signed.last = Ok(caisson_sdk::emv::Outcome { signature: true, ..last(Decision::Approved) });
    assert!(signature(signed));
}
