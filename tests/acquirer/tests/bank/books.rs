//! The books: what they say, and what they do not.

use caisson_acquirer::bank::{BankBooks, Kind, State};
use rusqlite::Connection;

use crate::pos::{PAN, Pos, TERMINAL};

#[tokio::test(start_paused = true)]
async fn the_books_say_what_was_asked_answered_and_kept() {
    let mut pos = Pos::signed_on().await;
    pos.play(
        "1 sale 12.10 pin 1234 | fault loses the answer to sale | 2 sale 3.00 | 2 reverse 3.00",
    )
    .await;
    let books = pos.bank.books().unwrap();
    let entry = books.transaction(TERMINAL, "000001").unwrap().unwrap();
    assert_eq!((entry.kind, entry.state, entry.code.as_str()), (Kind::Sale, State::Approved, "10"));
    assert_eq!((entry.asked, entry.approved, entry.net, entry.captures), (1_210, 605, 605, 1));
    assert_eq!((entry.batch, entry.masked.as_deref()), (1, Some("622848******1237")));
    assert_eq!(books.net_of_rrn(&entry.rrn).unwrap(), Some(605));
    assert_eq!(books.net_of_rrn("999999999999").unwrap(), None);
    let reversed = &books.transactions().unwrap()[1];
    assert_eq!((reversed.state, reversed.net, reversed.captures), (State::Reversed, 0, 1));
    let said: Vec<_> = books
        .exchanges()
        .unwrap()
        .into_iter()
        .map(|entry| {
            format!("{} {} {:?} {:?}", entry.mti, entry.operation, entry.fault, entry.code)
        })
        .collect();
    assert_eq!(
        said,
        [
            "0800 sign-on None Some(\"00\")",
            "0200 sale None Some(\"10\")",
            "0200 sale Some(\"loses the answer to sale\") Some(\"00\")",
            "0400 reversal None Some(\"00\")",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn no_file_of_the_books_holds_a_card_number_or_a_pin() {
    let mut pos = Pos::signed_on().await;
    pos.play("1 sale 12.00 pin 1234 chip good | 2 void 1 12.00 | 1 reverse 12.00 | 9 reverse 1.00")
        .await;
    let bcd: Vec<u8> =
        PAN.as_bytes().chunks(2).map(|pair| (pair[0] & 15) << 4 | (pair[1] & 15)).collect();
    let mut seen = 0;
    for file in pos.files() {
        let bytes = std::fs::read(&file).unwrap();
        seen += bytes.len();
        let holds = |what: &[u8]| bytes.windows(what.len()).any(|part| part == what);
        assert!(!holds(PAN.as_bytes()) && !holds(&bcd), "{}", file.display());
    }
    assert!(seen > 10_000);
}

#[tokio::test(start_paused = true)]
async fn money_cannot_be_moved_twice_whatever_the_code_believes() {
    let mut pos = Pos::signed_on().await;
    pos.play("1 sale 12.00").await;
    let file = pos.files().into_iter().find(|file| file.ends_with("bank.sqlite")).unwrap();
    let writer = Connection::open(file).unwrap();
    let tries = [
        "INSERT INTO movements VALUES (NULL, 1, 1, 'capture', 1200, 0)",
        "INSERT INTO movements VALUES (NULL, 1, 1, 'reversal', -1201, 0)",
        "INSERT INTO movements VALUES (NULL, 1, 1, 'reversal', 1, 0)",
        "UPDATE movements SET amount = 1",
        "DELETE FROM movements",
    ];
    for sql in tries {
        assert!(writer.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn other_files_are_not_taken_for_books() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.sqlite");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    let error = BankBooks::open(&path).unwrap_err().to_string();
    assert!(error.contains("holds no books of this acquirer's version"), "{error}");
    assert!(BankBooks::open(&folder.path().join("none")).is_err());
}
