//! Lays what happened beside what a scenario expects, and beside what must always hold.
//!
//! Guarantee: each of the four witnesses is asked by itself, so that a failure names the one that
//! spoke otherwise; the checks of [`always`] depend on nothing that the file says but
//! `open_at_end`.

use crate::evidence::{Evidence, PaymentSeen};
use crate::scenario::{Books, Scenario};
use crate::transcript::{Entry, SCREEN, Sheet};
use caisson_core::payment::Kind;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What a receipt's copy says that it is, zh and en.
const DUPLICATE_MARKS: [&str; 2] = ["重印", "DUPLICATE"];
/// Folder of the acquirer, who is allowed to know the codes.
const ACQUIRER_FOLDER: &str = "acquirer";
/// Deepest nesting of a scenario's folder.
const DEPTH_MAX: usize = 8;

/// What was checked, and what did not hold.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// What was checked and holds.
    pub(crate) checked: Vec<String>,
    /// What does not hold.
    pub(crate) failures: Vec<String>,
}

impl Findings {
    fn note(&mut self, found: Result<String, String>) {
        match found {
            Ok(checked) => self.checked.push(checked),
            Err(failure) => self.failures.push(failure),
        }
    }
}

/// Asks the four witnesses.
pub(crate) fn witnesses(
    scenario: &Scenario,
    transcript: &[Entry],
    evidence: &Evidence,
    findings: &mut Findings,
) {
    findings.note(screen(scenario, transcript));
    findings.note(paper(scenario, transcript, evidence));
    findings.note(journal(scenario, evidence));
    findings.note(books(scenario, evidence));
}

/// Checks what holds whatever the file says.
pub(crate) fn always(
    scenario: &Scenario,
    folder: &Path,
    evidence: &Evidence,
    findings: &mut Findings,
) {
    findings.note(net(evidence));
    findings.note(reserved(evidence));
    findings.note(once(evidence));
    findings.note(open(scenario, evidence));
    findings.note(rules(evidence));
    findings.note(chain(folder));
    findings.note(serials(evidence));
    findings.note(secrets(&scenario.secrets(), folder));
}

fn screen(scenario: &Scenario, transcript: &[Entry]) -> Result<String, String> {
    let lines = || transcript.iter().filter(|entry| entry.who == SCREEN).map(|e| e.what.as_str());
    if let Some(text) = scenario.screen_never.iter().find(|text| lines().any(|l| l.contains(*text)))
    {
        return Err(format!("screen: \"{text}\" was shown, which never may"));
    }
    let mut rest = lines();
    let mut before = None;
    for text in &scenario.screen {
        if !rest.any(|line| line.contains(text)) {
            let after = before.map_or_else(String::new, |text| format!(" after \"{text}\""));
            return Err(format!("screen: \"{text}\" was not shown{after}"));
        }
        before = Some(text);
    }
    Ok(format!("screen: {} texts in order", scenario.screen.len()))
}

fn paper(scenario: &Scenario, transcript: &[Entry], evidence: &Evidence) -> Result<String, String> {
    let mut came = sheets(transcript, evidence);
    if came.is_empty() {
        came.push("none".to_owned());
    }
    let expected: Vec<&str> = scenario.paper.iter().map(|paper| paper.0.as_str()).collect();
    if came == expected {
        Ok(format!("paper: {}", came.join("; ")))
    } else {
        Err(format!("paper: expected {}; came {}", expected.join("; "), came.join("; ")))
    }
}

/// Every sheet in the words of a scenario.
pub(crate) fn sheets(transcript: &[Entry], evidence: &Evidence) -> Vec<String> {
    let sheets = transcript.iter().filter_map(|entry| entry.sheet.as_ref());
    sheets.map(|sheet| in_words(sheet, evidence)).collect()
}

/// A sheet in the words of a scenario, as far as its own text bears them out.
fn in_words(sheet: &Sheet, evidence: &Evidence) -> String {
    let of_job = sheet.job.rsplit_once('-').and_then(|(key, copy)| {
        let payment = evidence.payments.iter().find(|payment| payment.key.as_str() == key)?;
        Some((payment, copy != "0"))
    });
    let Some((payment, is_later)) = of_job else {
        return format!("a sheet of no payment ({})", sheet.job);
    };
    let kind = match payment.kind {
        Kind::Sale => "receipt",
        Kind::Refund | Kind::PreAuth | Kind::Completion | Kind::Release => payment.kind.name(),
    };
    let amount = payment.approved.unwrap_or(payment.amount).to_string();
    let words = |is_copy| {
        let copy = if is_copy { "duplicate" } else { "original" };
        format!("{kind} {amount}, {copy}")
    };
    let Some(text) = &sheet.text else {
        return format!("{}, incomplete", words(is_later));
    };
    // The first paper may say that it is a copy: after a restart nobody knows whether it is one.
    let is_copy = DUPLICATE_MARKS.iter().any(|mark| text.contains(mark));
    let is_true =
        text.contains(&amount) && text.contains(payment.key.as_str()) && (is_copy || !is_later);
    if is_true { words(is_copy) } else { format!("{}, wrong by its own text", words(is_copy)) }
}

fn journal(scenario: &Scenario, evidence: &Evidence) -> Result<String, String> {
    let expected = &scenario.journal.0;
    let count = evidence.payments.len();
    for (number, payment) in (1..).zip(&evidence.payments) {
        let passed = states(payment);
        let wanted = expected
            .get(&number)
            .map(|states| states.iter().map(|state| state.name()).collect::<Vec<_>>().join(", "));
        match wanted {
            Some(wanted) if wanted == passed => {}
            Some(wanted) => {
                return Err(format!(
                    "journal: payment {number} passed {passed}; expected {wanted}"
                ));
            }
            None => {
                return Err(format!("journal: payment {number} ({passed}) was not expected"));
            }
        }
    }
    if let Some(number) = expected.keys().find(|number| **number > count) {
        return Err(format!("journal: there is no payment {number}; it has {count}"));
    }
    let all: Vec<_> = evidence.payments.iter().map(states).collect();
    Ok(format!("journal: {}", if all.is_empty() { "empty".to_owned() } else { all.join("; ") }))
}

fn states(payment: &PaymentSeen) -> String {
    payment.passed.iter().map(|state| state.name()).collect::<Vec<_>>().join(", ")
}

fn books(scenario: &Scenario, evidence: &Evidence) -> Result<String, String> {
    for statement in &scenario.books {
        let currency = match statement {
            Books::Nothing if evidence.totals.is_empty() => continue,
            Books::Nothing => return Err(format!("books: expected nothing; {}", sums(evidence))),
            Books::Captured { amount, .. }
            | Books::GivenBack(amount)
            | Books::Net(amount)
            | Books::Held(amount) => amount.currency().code(),
        };
        let total = evidence.totals.iter().find(|total| total.currency == currency);
        let (captured, given_back, captures) =
            total.map_or((0, 0, 0), |total| (total.captured, total.given_back, total.captures));
        let holds = match statement {
            Books::Nothing => true,
            Books::Captured { amount, times } => is(*amount, captured) && captures == *times,
            Books::GivenBack(amount) => is(*amount, given_back),
            Books::Held(amount) => is(*amount, evidence.held.iter().map(|held| held.minor).sum()),
            Books::Net(amount) => is(*amount, captured - given_back),
        };
        if !holds {
            return Err(format!("books: expected {statement}; {}", sums(evidence)));
        }
    }
    let said: Vec<_> = scenario.books.iter().map(ToString::to_string).collect();
    Ok(format!("books: {}", said.join("; ")))
}

fn is(amount: caisson_core::Money, minor: i64) -> bool {
    i64::try_from(amount.minor()) == Ok(minor)
}

fn sums(evidence: &Evidence) -> String {
    let sum = |total: &caisson_acquirer::Totals| {
        let caisson_acquirer::Totals { currency, captures, captured, given_back, .. } = total;
        format!("captured {captured} {currency} in {captures} charges, given back {given_back}")
    };
    let sums: Vec<_> = evidence.totals.iter().map(sum).collect();
    if sums.is_empty() { "nobody was charged".to_owned() } else { sums.join("; ") }
}

/// For each payment the acquirer keeps what the journal shows; for an open one, at most what was
/// asked more.
pub(crate) fn net(evidence: &Evidence) -> Result<String, String> {
    let mut sales = 0;
    for sale in evidence.payments.iter().filter(|payment| payment.kind.takes_money()) {
        let order = evidence.kept.iter().find(|kept| kept.order == sale.key.as_str());
        let kept = i128::from(order.map_or(0, |kept| kept.net));
        let shown = evidence.shown(sale);
        // While it is open nobody claims to know, and either may be so.
        let may_be = i128::from(if sale.is_open { sale.amount.minor() } else { 0 });
        if !(shown..=shown + may_be).contains(&kept) {
            let (key, state) = (&sale.key, sale.state);
            return Err(format!(
                "net: the acquirer keeps {kept} for {key}, the journal shows {shown} ({state})"
            ));
        }
        sales += 1;
    }
    let known = |order: &str| evidence.payments.iter().any(|payment| payment.key.as_str() == order);
    if let Some(order) = evidence.kept.iter().find(|kept| kept.net != 0 && !known(&kept.order)) {
        let (kept, number) = (order.net, &order.order);
        return Err(format!("net: the acquirer keeps {kept} for {number}, unknown to the journal"));
    }
    Ok(format!("the acquirer keeps what the journal shows for {sales} sales"))
}

/// The bank holds exactly what the journal shows as reserved and not used.
fn reserved(evidence: &Evidence) -> Result<String, String> {
    let mut reserved = 0;
    for payment in evidence.payments.iter().filter(|payment| payment.kind == Kind::PreAuth) {
        let of_it = evidence.held.iter().find(|held| held.order == payment.key.as_str());
        let held = i128::from(of_it.map_or(0, |held| held.minor));
        let (least, most) = evidence.reserved(payment);
        if !(least..=most).contains(&held) {
            let (key, state) = (&payment.key, payment.state);
            return Err(format!(
                "reserved: the bank holds {held} for {key}, the journal shows {least} to {most} \
                 ({state})"
            ));
        }
        reserved += 1;
    }
    let known = |order: &str| evidence.payments.iter().any(|payment| payment.key.as_str() == order);
    match evidence.held.iter().find(|held| held.minor != 0 && !known(&held.order)) {
        None => Ok(format!("the bank holds what the journal shows for {reserved} reservations")),
        Some(held) => {
            let (minor, order) = (held.minor, &held.order);
            Err(format!("reserved: the bank holds {minor} for {order}, unknown to the journal"))
        }
    }
}

/// Nobody was charged twice.
pub(crate) fn once(evidence: &Evidence) -> Result<String, String> {
    match evidence.kept.iter().find(|kept| kept.captures > 1) {
        None => Ok("nothing captured twice".to_owned()),
        Some(order) => Err(format!("order {} was captured {} times", order.order, order.captures)),
    }
}

fn open(scenario: &Scenario, evidence: &Evidence) -> Result<String, String> {
    let open = (1..).zip(&evidence.payments).find(|(_, payment)| payment.is_open);
    match (open, scenario.open_at_end) {
        (None, false) => Ok("nothing open".to_owned()),
        (Some((number, payment)), true) => Ok(format!("payment {number} is {}", payment.state)),
        (Some((number, payment)), false) => Err(format!(
            "payment {number} is still open at the end ({}); let it settle, or write open_at_end = \
             true",
            payment.state
        )),
        (None, true) => Err("nothing is open at the end; leave open_at_end away".to_owned()),
    }
}

/// The app said nothing about money that the acquirer's answers contradict. The terminal did not
/// believe it, so no other witness need have noticed.
fn rules(evidence: &Evidence) -> Result<String, String> {
    let of_payment =
        |(number, payment): (usize, &PaymentSeen)| Some((number, *payment.broken.first()?));
    match (1..).zip(&evidence.payments).find_map(of_payment) {
        None => Ok("the app broke no rule".to_owned()),
        Some((number, rule)) => {
            let name = serde_json::to_string(&rule).unwrap_or_default();
            Err(format!("app: payment {number} broke the rule {name}: {rule}"))
        }
    }
}

/// No key of DUKPT served two messages: each serial number came to the bank once, from a message that
/// was lost there as well.
pub(crate) fn serials(evidence: &Evidence) -> Result<String, String> {
    let mut seen = BTreeSet::new();
    match evidence.serials.iter().find(|serial| !seen.insert(*serial)) {
        None => Ok(format!("each of {} DUKPT keys served one message", seen.len())),
        Some(serial) => Err(format!("the DUKPT key {serial} served two messages")),
    }
}

/// The journal's chain, as anybody can verify it afterwards.
pub(crate) fn chain(folder: &Path) -> Result<String, String> {
    match caisson_journal::verify(&folder.join("journal")) {
        Ok(verified) => Ok(format!("journal's chain of {} rows verifies", verified.rows)),
        Err(error) => Err(format!("the journal does not verify: {error}")),
    }
}

/// No payment code in anything that the terminal leaves behind.
fn secrets(codes: &[String], folder: &Path) -> Result<String, String> {
    let mut files = Vec::new();
    collect(folder, DEPTH_MAX, &mut files)
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    for file in &files {
        let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let holds = |code: &String| {
            bytes.windows(code.len().max(1)).any(|window| window == code.as_bytes())
        };
        if codes.iter().any(holds) {
            return Err(format!("a payment code stands in {}", file.display()));
        }
    }
    Ok(format!("none of {} payment codes in {} files", codes.len(), files.len()))
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_file() {
            files.push(entry.path());
        } else if kind.is_dir() && depth > 0 && entry.file_name() != ACQUIRER_FOLDER {
            collect(&entry.path(), depth - 1, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_core::payment::{Rule, State};
    use caisson_core::{Currency, Money, PaymentKey};

    fn sale(state: State, approved: u64) -> PaymentSeen {
        let money = |minor| Money::new(minor, Currency::Cny).unwrap();
        PaymentSeen {
            key: PaymentKey::derive(1, "T1", 1, 1).unwrap(),
            kind: Kind::Sale,
            original: None,
            amount: money(1_200),
            state,
            is_open: state.is_open(),
            approved: (approved > 0).then(|| money(approved)),
            late: None,
            passed: vec![state],
            broken: Vec::new(),
        }
    }

    fn evidence(sale: PaymentSeen) -> Evidence {
        let (kept, held, totals, serials) = Default::default();
        Evidence { payments: vec![sale], kept, held, totals, serials }
    }

    #[test]
    fn a_key_that_served_two_messages_is_found() {
        let mut evidence = evidence(sale(State::Completed, 1_200));
        evidence.serials = vec!["01".to_owned(), "02".to_owned()];
        assert_eq!(serials(&evidence), Ok("each of 2 DUKPT keys served one message".to_owned()));
        evidence.serials.push("01".to_owned());
        assert_eq!(serials(&evidence), Err("the DUKPT key 01 served two messages".to_owned()));
    }

    /// A sale in the journal, beside books that never heard of it.
    #[track_caller]
    fn check_unheard(sale: PaymentSeen, holds: bool) {
        let evidence = evidence(sale);
        assert_eq!(net(&evidence).is_ok(), holds, "{:?}", net(&evidence));
    }

    #[test]
    fn what_the_journal_shows_and_the_acquirer_does_not_keep_is_found() {
        check_unheard(sale(State::Completed, 1_200), false);
        check_unheard(sale(State::Declined, 0), true);
        check_unheard(sale(State::Reversed, 1_200), true);
        check_unheard(sale(State::Unknown, 0), true);
    }

    #[test]
    fn an_app_that_was_not_believed_is_told_by_the_rule_that_it_broke() {
        let check = |broken: Vec<Rule>, expected: Result<&str, &str>| {
            let sale = PaymentSeen { broken, ..sale(State::Completed, 1_200) };
            let evidence = evidence(sale);
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(rules(&evidence), expected);
        };
        check(vec![], Ok("the app broke no rule"));
        check(
            vec![Rule::ApprovedUnproved, Rule::BadFacts],
            Err("app: payment 1 broke the rule \"approved-unproved\": outcome approved: no \
                 verified answer says that the money moved; return unknown"),
        );
    }

    #[test]
    fn a_payment_code_is_found_in_any_file_but_the_acquirers() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let codes = vec!["134567890123456789".to_owned()];
        write("acquirer/books", "x134567890123456789");
        write("journal/deep/rows", "13456789012345678");
        assert!(secrets(&codes, folder.path()).is_ok());
        write("journal/deep/rows", "x134567890123456789x");
        let found = secrets(&codes, folder.path()).unwrap_err();
        assert!(found.ends_with("journal/deep/rows"), "{found}");
    }
}
