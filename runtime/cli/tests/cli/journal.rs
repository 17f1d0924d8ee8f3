//! `caisson journal` on a journal that is written here.

use crate::common::Desk;
use caisson_core::operation::{OperationKind, Reading};
use caisson_core::payment::{Digest, Ending, Input, Intent, Kind, Payment, Submission};
use caisson_core::{Currency, Money, PaymentKey, Reason};
use caisson_journal::{Commit, JOURNAL_FILE, Journal, Quality, Recovery, WallTime};

/// 2026-11-22 10:00:00 UTC.
pub(crate) const AT: WallTime = WallTime { ms: 1_795_341_600_000, quality: Quality::Host };

/// A journal with a sale that was paid, one that was declined, and one that is unknown.
fn journal() -> (Desk, Vec<PaymentKey>) {
    let desk = Desk::new();
    let folder = desk.path("till/journal");
    std::fs::create_dir_all(desk.path("till")).unwrap();
    Journal::create(&folder, 0x1234_5678).unwrap();
    let (mut journal, _) = Journal::open(&folder, AT).unwrap();
    let heard = |reading| Input::Heard { reading, amount: None, reason: None };
    let amount = |minor| Money::new(minor, Currency::Cny).unwrap();
    let declined = Ending::Declined { reason: Reason::BalanceShort };
    let unknown = Ending::Unknown { reason: Reason::NoAnswer };
    let approved = Ending::Approved { amount: amount(1200), facts: vec![] };
    let keys = [
        (1200, vec![heard(Reading::Paid), Input::Ended(approved), Input::Served]),
        (3400, vec![heard(Reading::NotPaid), Input::Ended(declined)]),
        (5600, vec![Input::Ended(unknown)]),
    ]
    .map(|(minor, inputs)| sell(&mut journal, amount(minor), inputs));
    (desk, keys.to_vec())
}

pub(crate) fn sell(journal: &mut Journal, amount: Money, inputs: Vec<Input>) -> PaymentKey {
    take(journal, amount, None, inputs)
}

/// A sale, or a refund of one.
fn take(
    journal: &mut Journal,
    amount: Money,
    original: Option<&PaymentKey>,
    inputs: Vec<Input>,
) -> PaymentKey {
    let key = journal.next_key("T1000001").unwrap();
    let submission = Submission {
        operation: "pay".to_owned(),
        kind: OperationKind::Financial,
        of: if original.is_some() { Kind::Refund } else { Kind::Sale },
        request: Digest::of(b"request"),
        request_bytes: 7,
        recovery_bytes: 7,
        repeatable: false,
        expires: None,
    };
    let mut payment = Payment::new(Intent {
        key: key.clone(),
        kind: if original.is_some() { Kind::Refund } else { Kind::Sale },
        app: "qr".to_owned(),
        service: "pay".to_owned(),
        amount,
        original: original.cloned(),
        merchant_order: None,
        released: None,
    });
    let submit = Input::Submit { submission, recovering: false };
    let mut recovery = Recovery::Store(b"sealed");
    for input in std::iter::once(submit).chain(inputs) {
        let events = payment.step(input).unwrap().events;
        journal.commit(&Commit { key: &key, events: &events, recovery, at: AT }).unwrap();
        recovery = Recovery::Keep;
    }
    key
}

#[test]
fn the_list_shows_the_last_change_first_with_its_reason() {
    let (desk, keys) = journal();
    let [paid, declined, unknown] = &*keys else { panic!() };
    desk.check(
        "journal list --folder till",
        0,
        &format!(
            "time                 key                         kind  method  amount     state      why\n\
             2026-11-22 10:00:00  {unknown}  sale  qr/pay  CNY 56.00  unknown    The request was sent, but no answer came.\n\
             2026-11-22 10:00:00  {declined}  sale  qr/pay  CNY 34.00  declined   The payment was refused.\n\
             2026-11-22 10:00:00  {paid}  sale  qr/pay  CNY 12.00  completed\n"
        ),
        "",
    );
    desk.check("journal list --folder till/journal --open --language zh", 0, &format!(
            "时间                 单号                        类型  方式    金额       状态     原因\n\
             2026-11-22 10:00:00  {unknown}  sale  qr/pay  CNY 56.00  unknown  \
             已发出请求，未收到结果。\n"
        ), "");
}

#[test]
fn a_payment_is_shown_with_every_event() {
    let (desk, keys) = journal();
    desk.check(
        &format!("journal show {} --folder till", keys[1]),
        0,
        "key     0051U7I00000100002T1000001\n\
         kind    sale\n\
         method  qr/pay\n\
         asked   CNY 34.00\n\
         state   declined\n\
         \n\
         The payment was refused. Ask for another way to pay.\n\
         \n\
         8   2026-11-22 10:00:00  created      CNY 34.00 asked\n\
         9   2026-11-22 10:00:00  authorising  request pay is about to be sent\n\
         11  2026-11-22 10:00:00  declined     The payment was refused.\n",
        "",
    );
    desk.check(
        "journal show K1 --folder till",
        1,
        "",
        "error: payment K1 is not in this journal\n\
         hint: `caisson journal list` shows the keys\n",
    );
}

#[test]
fn looking_changes_nothing_and_what_was_exported_is_the_whole_chain() {
    let (desk, keys) = journal();
    let before = desk.run("journal verify --folder till");
    for line in ["journal list --folder till", &format!("journal show {} --folder till", keys[0])] {
        assert_eq!(desk.run(line).status, 0, "{line}");
    }
    let exported = desk.run("journal export --folder till");
    let last = exported.stdout.lines().last().unwrap().to_owned();
    let last: serde_json::Value = serde_json::from_str(&last).unwrap();
    let rows = exported.stdout.lines().count();
    let expected = format!(
        "the journal holds: {rows} rows, 1 starts, 3 payments, 1 of them not certain yet\n\
         last row {rows}:{}\n",
        last["hash"].as_str().unwrap()
    );
    assert_eq!((before.stdout.as_str(), before.status), (expected.as_str(), 0));
    desk.check("journal verify --folder till", 0, &expected, "");
}

#[test]
fn a_damaged_journal_is_refused_by_name_and_left_as_it_is() {
    let (desk, _) = journal();
    desk.write(&format!("till/journal/{JOURNAL_FILE}"), "not a database, whatever was here before");
    for line in ["journal verify", "journal list", "journal export"] {
        desk.check(&format!("{line} --folder till"), 1, "", "error: till/journal/journal.db is damaged: header: cut off; take no money, keep the files, \
             adopt the journal\n\
             hint: nothing was changed; `caisson journal adopt` shows what can be read, and what \
             becomes of each payment\n");
    }
    let left = std::fs::read(desk.path("till/journal").join(JOURNAL_FILE)).unwrap();
    assert_eq!(left, b"not a database, whatever was here before");
}

#[test]
fn a_missing_journal_says_what_to_name() {
    let desk = Desk::new();
    desk.check(
        "journal list --folder nowhere",
        3,
        "",
        "error: nowhere/journal.db does not exist; create the journal in an install step\n\
         hint: name the terminal's folder with --folder, or its --profile\n",
    );
    let said = desk.run("journal list");
    assert_eq!((said.status, said.stdout.as_str()), (2, ""));
}

#[test]
fn an_export_whose_reader_went_away_ends_quietly() {
    let (desk, _) = journal();
    let mut command = desk.command("journal export --folder till");
    let (reader, writer) = std::io::pipe().unwrap();
    // Before it begins: what it says would fit into the pipe.
    drop(reader);
    let output = command.stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(1), Vec::new()));
}

/// Runs `resolve` on the unknown sale of 56.00 after it was parked.
#[test]
fn a_parked_payment_is_resolved_by_hand_once_with_its_reason() {
    let (desk, keys) = journal();
    let key = &keys[2];
    let resolve = |what: &str| format!("journal resolve {key} --folder till --reason told {what}");
    desk.check(
        &resolve("--not-paid"),
        1,
        "",
        "error: the payment is unknown; only a parked one is resolved by hand\n\
         hint: nothing was changed\n",
    );
    let (mut journal, _) = Journal::open(&desk.path("till/journal"), AT).unwrap();
    let events = &[caisson_core::payment::Event::Parked];
    journal.commit(&Commit { key, events, recovery: Recovery::Keep, at: AT }).unwrap();
    drop(journal);
    desk.check(
        &resolve("--paid 56.01"),
        1,
        "",
        "error: 56.01 does not fit a payment of 56.00; give what the acquirer confirmed\n\
         hint: nothing was changed\n",
    );
    desk.check(
        &resolve("--paid 56"),
        0,
        &format!("{key} is completed; the journal keeps why\n"),
        "",
    );
    let out = desk.run(&format!("journal show {key} --folder till")).stdout;
    assert!(out.contains("approved  CNY 56.00"), "{out}");
    assert!(out.contains("resolved     the owner says CNY 56.00 moved: told"), "{out}");
    desk.check(
        &resolve("--not-paid"),
        1,
        "",
        "error: the payment is completed; only a parked one is resolved by hand\n\
         hint: nothing was changed\n",
    );
    let (journal, _) = Journal::open(&desk.path("till/journal"), AT).unwrap();
    assert_eq!(journal.recovery(key).unwrap(), None, "nothing needs the note any more");
}

#[test]
fn a_payment_is_found_by_its_number_or_the_end_of_it_with_the_rows_that_prove_it() {
    let (desk, keys) = journal();
    let [paid, declined, unknown] = &*keys else { panic!() };
    let found = desk.run(&format!("find {paid} --folder till"));
    assert_eq!(found.status, 0, "{found:?}");
    assert!(found.stdout.contains("approved  CNY 12.00"), "{}", found.stdout);
    assert!(found.stdout.contains("proof: rows 3 to 7 of "), "{}", found.stdout);
    assert!(found.stdout.ends_with("backed: the money is there\n"), "{}", found.stdout);

    let ending: String = declined.as_str().chars().skip(12).collect();
    let found = desk.run(&format!("find {ending} --folder till --language zh"));
    assert_eq!(found.status, 1, "{found:?}");
    assert!(found.stdout.ends_with("无效：没有收到这笔款项。\n"), "{}", found.stdout);

    let no_profile = "no profile here says who the acquirer is; name it with --profile\n";
    let found = desk.run(&format!("find {unknown} --folder till"));
    assert_eq!(found.status, 1, "{found:?}");
    let asked = format!("not certain here yet; the acquirer is asked:\n{no_profile}");
    assert!(found.stdout.ends_with(&asked), "{}", found.stdout);
    desk.check(
        "find ticket-9 --folder till",
        1,
        "not in this terminal's journal; the acquirer is asked:\n\
         ask by the order number, which the acquirer knows too\n",
        "",
    );
}

#[test]
fn a_damaged_journal_is_shown_then_adopted_with_a_reason() {
    let (desk, keys) = journal();
    desk.check(
        "journal adopt --folder till",
        1,
        "",
        "error: till/journal: the journal holds; only a damaged one is adopted\n\
         hint: nothing was changed\n",
    );
    let file = desk.path("till/journal").join(JOURNAL_FILE);
    // The log goes into the database, where the damage is.
    Journal::open(&desk.path("till/journal"), AT).unwrap().0.checkpoint_when_idle().unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    let row = b"CNY";
    let at = bytes.windows(row.len()).rposition(|window| window == row).unwrap();
    bytes[at] = b'D';
    std::fs::write(&file, bytes).unwrap();

    let shown = desk.run("journal adopt --folder till");
    assert_eq!(shown.status, 0, "{shown:?}");
    assert!(shown.stdout.starts_with("what is wrong: "), "{}", shown.stdout);
    let end = "nothing was changed; do it with --yes and a --reason\n";
    assert!(shown.stdout.ends_with(end), "{}", shown.stdout);
    assert_eq!(desk.run("journal verify --folder till").status, 1);

    let done = desk.run("journal adopt --folder till --yes --reason test");
    assert_eq!(done.status, 0, "{done:?}");
    assert!(done.stdout.contains("journal.damaged-1; keep them"), "{}", done.stdout);
    assert_eq!(desk.run("journal verify --folder till").status, 0);
    let list = desk.run("journal list --folder till").stdout;
    assert!(keys.iter().all(|key| list.contains(key.as_str())), "{list}");
}

#[test]
fn a_sale_that_was_given_back_is_no_longer_backed() {
    let (desk, keys) = journal();
    let paid = &keys[0];
    let check = |given_back: u64, status: i32, end: &str| {
        let (mut journal, _) = Journal::open(&desk.path("till/journal"), AT).unwrap();
        let amount = Money::new(given_back, Currency::Cny).unwrap();
        let heard = Input::Heard { reading: Reading::Paid, amount: None, reason: None };
        let approved = Input::Ended(Ending::Approved { amount, facts: vec![] });
        take(&mut journal, amount, Some(paid), vec![heard, approved, Input::Served]);
        drop(journal);
        let found = desk.run(&format!("find {paid} --folder till"));
        assert_eq!(found.status, status, "{found:?}");
        assert!(found.stdout.ends_with(end), "{}", found.stdout);
    };
    check(500, 0, "backed: the money is there\n5.00 of it was given back\n");
    check(700, 1, "not backed: all of the money was given back\n12.00 of it was given back\n");
}
