//! Sign-on, keys, the MAC.

use caisson_acquirer::bank::{Bank, BankConfig, BankConfigError, MacLength, TestKey};

use crate::pos::{Pos, books, config};

async fn check(steps: &str, expected: &str) {
    assert_eq!(Pos::with(|_| {}).play(steps).await, expected, "{steps}");
}

#[tokio::test(start_paused = true)]
async fn nothing_moves_before_a_sign_on_and_after_a_sign_off() {
    check("1 sale 12.00 | net 1", "unsealed A0 | net none").await;
    check(
        "sign-on | 1 sale 12.00 | 2 sign-off | 3 sale 12.00 | sign-on | 4 sale 12.00",
        "00 batch 1 | 00 1200 | 00 | unsealed A0 | 00 batch 1 | 00 1200",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn each_sign_on_brings_other_keys() {
    let mut pos = Pos::signed_on().await;
    let first = pos.keys.unwrap();
    pos.play("sign-on").await;
    let second = pos.keys.unwrap();
    assert_ne!(first.mac, second.mac);
    assert_ne!(second.mac, second.pin);
    pos.keys = Some(first);
    assert_eq!(pos.play("1 sale 12.00 | net 1").await, "badly sealed A0 | net none");
    pos.keys = Some(second);
    assert_eq!(pos.play("restart | 1 sale 12.00").await, "00 1200");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_or_missing_mac_is_not_believed() {
    check(
        "sign-on | 1 sale 12.00 mac wrong | 1 sale 12.00 mac none | 1 reverse 12.00 mac wrong \
         | net 1",
        "00 batch 1 | A0 | unsealed A0 | A0 | net none",
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_mac_of_four_bytes_is_one_where_it_was_agreed_on() {
    let mut pos = Pos::with(|config| config.mac = MacLength::Four);
    assert_eq!(pos.play("sign-on | 1 sale 12.00").await, "00 batch 1 | 00 1200");
    pos.mac = MacLength::Eight;
    assert_eq!(pos.play("2 sale 12.00").await, "badly sealed A0");
}

#[tokio::test(start_paused = true)]
async fn a_spoilt_check_value_is_seen_by_the_terminal() {
    check(
        "fault signs the answer to sign-on badly | sign-on | sign-on",
        "00 wrong check value | 00 batch 1",
    )
    .await;
}

fn refused(change: impl FnOnce(&mut BankConfig)) -> BankConfigError {
    let mut config = config();
    change(&mut config);
    config.check().unwrap_err()
}

#[test]
fn a_configuration_that_cannot_be_is_refused_by_name() {
    let terminal = config().terminals.into_values().next().unwrap();
    let error = refused(|config| {
        config.terminals.insert("1".to_owned(), terminal.clone());
    });
    assert_eq!(error.to_string(), "terminal \"1\": a terminal's number has 8 printable characters");
    let error = refused(|config| {
        config.terminals.values_mut().for_each(|terminal| terminal.merchant = "m".to_owned());
    });
    assert!(matches!(error, BankConfigError::Merchant { .. }));
    let error = refused(|config| {
        config.cards.insert("62284".to_owned(), Default::default());
    });
    assert_eq!(error, BankConfigError::Card(1));
    let error = refused(|config| config.reversal_of_unknown = "2".to_owned());
    assert_eq!(error, BankConfigError::Code("2".to_owned()));
    let error = refused(|config| config.currency = "CNY".to_owned());
    assert_eq!(error, BankConfigError::Currency("CNY".to_owned()));
    assert_eq!(format!("{:?}", TestKey([1; 16])), "TestKey(…)");
}

#[tokio::test]
async fn a_file_that_holds_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(books(folder.path()), b"not a database, but long enough to look at").unwrap();
    assert!(Bank::open(config(), &books(folder.path())).is_err());
}
