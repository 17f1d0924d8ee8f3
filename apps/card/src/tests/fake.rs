//! A till that plays a script, and holds the app to the terminal's own rules (`caisson-core`).

use super::cards::{CARD, Card, PAN};
use super::script::{BODY, Said, answer, in_words, no_secret, parse_script};
use crate::recover::recover;
use crate::till::Till;
use crate::{service, start};
use caisson_core::operation::{OperationKind, Reading as CoreReading};
use caisson_core::payment::{
    Digest, Ending, Input, Intent, Kind, Payment, Rule, State, Submission,
};
use caisson_core::{Currency, Reason};
use caisson_iso8583::Message;
use caisson_sdk::card_reader::{self, Found, Ways};
use caisson_sdk::payment::{Answer, Code, Error, Reading};
use caisson_sdk::{Money, Outcome, Sensitive, emv, network, pin_pad, printer, storage, ui};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// How much every payment of these tests is about, in fen.
pub(super) const ASKED: u64 = 1_200;
/// The trace number that the terminal gives.
pub(super) const STAN: &str = "000042";

pub(super) struct FakeTill {
    pub(super) language: &'static str,
    pub(super) settings: BTreeMap<String, String>,
    pub(super) original: BTreeMap<String, String>,
    pub(super) cards: VecDeque<Card>,
    /// What the kernel makes of the answer, where it is asked.
    pub(super) last: Result<emv::Outcome, emv::Code>,
    pub(super) pin: Result<pin_pad::Entry, pin_pad::Code>,
    pub(super) choice: Result<usize, ui::Code>,
    pub(super) script: VecDeque<(String, Said)>,
    /// What the bank answers to calls: operation, and code, batch and amounts of the answer.
    pub(super) calls: VecDeque<(String, Result<Vec<u8>, network::Code>)>,
    pub(super) storage: BTreeMap<String, Vec<u8>>,
    /// How often the storage still keeps something.
    pub(super) writes_left: usize,
    /// Cancel was pressed: a view says so.
    pub(super) is_cancelled: bool,
    pub(super) log: Vec<String>,
    pub(super) printed: Vec<String>,
    pub(super) note: Vec<u8>,
    pub(super) requests: Vec<(String, Vec<u8>)>,
    pub(super) answered: Vec<emv::OnlineAnswer>,
    /// True where the destination's file calls the refund repeatable.
    pub(super) is_repeatable: bool,
    steps: Vec<String>,
    is_recovering: bool,
    kind: Kind,
    rules: Payment,
}

impl FakeTill {
    pub(super) fn new(service: &str, script: &str) -> Self {
        let kind = match service {
            service::REFUND | service::VOID => Kind::Refund,
            service::PRE_AUTH => Kind::PreAuth,
            service::COMPLETION => Kind::Completion,
            service::RELEASE => Kind::Release,
            _ => Kind::Sale,
        };
        let intent = Intent {
            key: "ORDER1".parse().unwrap(),
            kind,
            app: "card".into(),
            service: service.into(),
            amount: core_money(ASKED),
            original: None,
            merchant_order: None,
            released: None,
        };
        let state = br#"{"number":"000007","next":3,"currency":"CNY"}"#.to_vec();
        let original = [
            ("TYPE", "sale"),
            ("CARD", CARD),
            ("STAN", "000011"),
            ("RRN", "030500000011"),
            ("AUTH", "A11111"),
            ("BATCH", "000007"),
            ("DATE", "1127"),
        ];
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            language: "en",
            settings: BTreeMap::new(),
            original: original.into_iter().map(owned).collect(),
            cards: VecDeque::new(),
            last: Ok(super::cards::last(emv::Decision::Approved)),
            pin: Ok(pin_pad::Entry::Entered),
            choice: Ok(0),
            script: parse_script(script),
            calls: VecDeque::new(),
            storage: BTreeMap::from([("batch".to_owned(), state)]),
            writes_left: usize::MAX,
            is_cancelled: false,
            log: Vec::new(),
            printed: Vec::new(),
            note: Vec::new(),
            requests: Vec::new(),
            answered: Vec::new(),
            is_repeatable: true,
            steps: Vec::new(),
            is_recovering: false,
            kind,
            rules: Payment::new(intent),
        }
    }

    pub(super) fn with_cards(mut self, cards: impl IntoIterator<Item = Card>) -> Self {
        self.cards = cards.into_iter().collect();
        self
    }

    pub(super) fn setting_to(mut self, name: &str, value: &str) -> Self {
        self.settings.insert(name.into(), value.into());
        self
    }

    pub(super) fn original_to(mut self, name: &str, value: &str) -> Self {
        self.original.insert(name.into(), value.into());
        self
    }

    /// Runs `service` as the terminal does, and lets the terminal's rules judge the outcome.
    pub(super) fn start(&mut self, service: &str) -> Outcome {
        let asked = Money::new(ASKED, "CNY");
        let outcome = start(self, service, &asked)
            .unwrap_or_else(|stop| stop.outcome(self.rules.is_at_risk()));
        self.judge(&outcome);
        outcome
    }

    /// Calls recover as the terminal does, and lets the terminal's rules judge the outcome.
    pub(super) fn recover(&mut self) -> Outcome {
        self.is_recovering = true;
        let note = self.note.clone();
        let outcome = recover(self, &Money::new(ASKED, "CNY"), &note);
        self.judge(&outcome);
        outcome
    }

    /// Has the power cut after the request: what was heard is forgotten, and so is the kernel.
    pub(super) fn cut(&mut self) {
        assert!(self.rules.is_at_risk());
        self.rules = Payment::new(self.rules.intent().clone());
        let (operation, request) = self.requests[0].clone();
        let step =
            Input::Submit { submission: self.submission(&operation, &request), recovering: false };
        self.rules.step(step).unwrap();
        self.rules.step(Input::Rebooted).unwrap();
        self.steps.push("power cut".into());
    }

    /// What happened, then the outcome.
    pub(super) fn transcript(&self, outcome: &Outcome) -> String {
        let steps = self.steps.iter().cloned();
        steps.chain([in_words(outcome)]).collect::<Vec<_>>().join("; ")
    }

    pub(super) fn state(&self) -> State {
        self.rules.state()
    }

    /// The request number `at`, as the bank reads it.
    pub(super) fn message(&self, at: usize) -> Message<'static> {
        Message::unpack(&BODY, &self.requests[at].1).unwrap()
    }

    fn judge(&mut self, outcome: &Outcome) {
        let reason = |word: &str| {
            word.parse::<Reason>().unwrap_or_else(|_| panic!("the terminal has no word {word}"))
        };
        let ending = match outcome {
            Outcome::Approved(approval) => {
                assert!(approval.facts.len() <= 20);
                for fact in &approval.facts {
                    assert!(caisson_sdk::Fact::new(&fact.name, &fact.value).is_some());
                    no_secret(&format!("{} {}", fact.name, fact.value));
                }
                Ending::Approved { amount: core_money(approval.amount.minor), facts: Vec::new() }
            }
            Outcome::Declined(word) => Ending::Declined { reason: reason(word) },
            Outcome::Cancelled(word) => Ending::Cancelled { reason: reason(word) },
            Outcome::Unknown => Ending::Unknown { reason: Reason::StillOpen },
        };
        self.rules.step(Input::Ended(ending)).unwrap();
        assert_eq!(self.rules.fault(), None, "{}", self.transcript(outcome));
    }

    fn submission(&self, operation: &str, request: &[u8]) -> Submission {
        Submission {
            operation: operation.into(),
            kind: OperationKind::Financial,
            of: self.kind,
            request: Digest::of(request),
            request_bytes: request.len(),
            recovery_bytes: self.note.len(),
            repeatable: operation == "refund" && self.is_repeatable,
            expires: None,
        }
    }

    fn exchange(&mut self, operation: &str, request: &[u8], step: Input) -> Result<Answer, Error> {
        let is_first = matches!(&step, Input::Submit { recovering: false, .. });
        match self.rules.step(step) {
            Ok(_) => {}
            Err(Rule::SubmittedTwice) if self.is_recovering => {
                self.steps.push(format!("{operation} refused"));
                return Err(Error { code: Code::Refused, detail: "scripted".into() });
            }
            Err(rule) => panic!("{operation}: {rule}; {:?}", self.steps),
        }
        self.check_request(operation, request);
        self.steps.push(operation.into());
        let (expected, said) = self.script.pop_front().unwrap_or_else(|| {
            panic!("nobody answers {operation}; {:?}", self.steps);
        });
        assert!(expected == operation || expected == "*", "{operation}, but {expected} is next");
        match said {
            Said::Error(code) => {
                if code == Code::NotSent && is_first {
                    self.rules.step(Input::NotSent { reason: Reason::Offline }).unwrap();
                }
                Err(Error { code, detail: "scripted".into() })
            }
            Said::Answer { reading, minor, reason, code } => {
                let heard = Input::Heard {
                    reading: core_reading(reading),
                    amount: minor.map(core_money),
                    reason: reason.as_deref().map(|word| word.parse().unwrap()),
                };
                self.rules.step(heard).unwrap();
                let amount = minor.map(|minor| Money::new(minor, "CNY"));
                let mti = Message::unpack(&BODY, request).unwrap().mti().answer().unwrap();
                Ok(Answer { reading, amount, reason, body: answer(mti, &code, &[]) })
            }
        }
    }

    /// The terminal refuses what only it may write.
    fn check_request(&mut self, operation: &str, request: &[u8]) {
        let message = Message::unpack(&BODY, request).unwrap();
        for number in [4, 11, 41, 42, 49, 52, 62, 64, 128] {
            assert!(!message.has(number), "{operation} sets field {number}");
        }
        self.requests.push((operation.to_owned(), request.to_vec()));
    }

    fn show(&mut self, step: String) {
        assert!(!self.is_recovering, "recover has no cashier: {step}");
        no_secret(&step);
        self.steps.push(step);
    }
}

fn core_reading(reading: Reading) -> CoreReading {
    match reading {
        Reading::Paid => CoreReading::Paid,
        Reading::NotPaid => CoreReading::NotPaid,
        Reading::Open => CoreReading::Open,
        Reading::Undone => CoreReading::Undone,
        Reading::Unreadable => CoreReading::Unreadable,
    }
}

fn core_money(minor: u64) -> caisson_core::Money {
    caisson_core::Money::new(minor, Currency::Cny).unwrap()
}

impl Till for FakeTill {
    fn language(&self) -> String {
        assert!(!self.is_recovering, "recover has no cashier");
        self.language.into()
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.settings.get(name).cloned()
    }

    fn original_fact(&self, name: &str) -> Option<String> {
        self.original.get(name).cloned()
    }

    fn log(&mut self, line: &str) {
        no_secret(line);
        self.log.push(line.into());
    }

    fn detect(
        &mut self,
        prompt: &str,
        ways: Ways,
        within: Duration,
    ) -> Result<Found, card_reader::Error> {
        assert!((1..=60).contains(&prompt.chars().count()));
        assert_eq!(within, Duration::from_secs(60));
        let letters = [(ways.chip, 'c'), (ways.contactless, 't'), (ways.stripe, 's')];
        let open: String =
            letters.iter().filter(|(is_open, _)| *is_open).map(|(_, letter)| *letter).collect();
        let Some(card) = self.cards.front() else { panic!("no card; {:?}", self.steps) };
        let found = card.found();
        self.show(format!("detect {open}"));
        if !matches!(found, Ok(Found::Chip | Found::Contactless)) {
            self.cards.pop_front();
        }
        found.map_err(|code| card_reader::Error { code, detail: "scripted".into() })
    }

    fn emv_first(&mut self, _: &emv::Sale) -> Result<emv::Outcome, emv::Error> {
        let card = self.cards.pop_front().unwrap();
        self.show("first".into());
        card.first().map_err(|code| emv::Error { code, detail: "scripted".into() })
    }

    fn emv_complete(&mut self, answer: &emv::OnlineAnswer) -> Result<emv::Outcome, emv::Error> {
        self.show(match answer {
            emv::OnlineAnswer::Answered(answer) => {
                format!("last {} {}", if answer.approved { "yes" } else { "no" }, answer.code)
            }
            emv::OnlineAnswer::Unable => "last unable".into(),
        });
        self.answered.push(answer.clone());
        self.last.clone().map_err(|code| emv::Error { code, detail: "scripted".into() })
    }

    fn enter_pin(&mut self, pan: &Sensitive) -> Result<pin_pad::Entry, pin_pad::Error> {
        assert_eq!(pan.exposed(), PAN);
        self.show("pin".into());
        self.pin.map_err(|code| pin_pad::Error { code, detail: "scripted".into() })
    }

    fn message(&mut self, title: &str, body: &str, _: Duration) -> Result<(), ui::Error> {
        self.show(format!("message {title}: {}", body.replace('\n', "/")));
        Ok(())
    }

    fn progress(&mut self, title: &str, _: &str) -> Result<(), ui::Error> {
        self.show(format!("[{title}]"));
        match self.is_cancelled {
            true => Err(ui::Error { code: ui::Code::Cancelled, detail: "scripted".into() }),
            false => Ok(()),
        }
    }

    fn menu(&mut self, title: &str, rows: &[String], _: Duration) -> Result<usize, ui::Error> {
        assert!(title.chars().count() <= 60 && rows.iter().all(|row| row.chars().count() <= 60));
        self.show(format!("menu {title}"));
        self.choice.map_err(|code| ui::Error { code, detail: "scripted".into() })
    }

    fn done(&mut self, title: &str, body: &str, _: Duration) -> Result<(), ui::Error> {
        self.show(format!("done {title}: {}", body.replace('\n', "/")));
        Ok(())
    }

    fn failed(&mut self, title: &str, body: &str, _: Duration) -> Result<(), ui::Error> {
        self.show(format!("failed {title}: {}", body.replace('\n', "/")));
        Ok(())
    }

    fn print(&mut self, lines: &[String]) -> Result<(), printer::Error> {
        lines.iter().for_each(|line| no_secret(line));
        self.printed.extend_from_slice(lines);
        Ok(())
    }

    fn submit(&mut self, operation: &str, request: &[u8], note: &[u8]) -> Result<Answer, Error> {
        if !self.is_recovering {
            self.note = note.to_vec();
        }
        let step = Input::Submit {
            submission: self.submission(operation, request),
            recovering: self.is_recovering,
        };
        self.exchange(operation, request, step)
    }

    fn undo(&mut self, operation: &str, request: &[u8]) -> Result<Answer, Error> {
        // Only the operations of a linked payment are made for one.
        let undo = match self.kind.is_linked() {
            true => Input::TakeBackRefund,
            false => Input::Ask { kind: OperationKind::Undo },
        };
        self.exchange(operation, request, undo)
    }

    fn call(&mut self, name: &str, order: &str, request: &[u8]) -> Result<Vec<u8>, network::Error> {
        let is_order = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        assert!((1..=32).contains(&order.len()) && order.bytes().all(is_order), "{order}");
        self.requests.push((name.to_owned(), request.to_vec()));
        self.show(name.to_owned());
        let (expected, said) = self.calls.pop_front().unwrap();
        assert_eq!(name, expected);
        said.map_err(|code| network::Error { code, detail: "scripted".into() })
    }

    fn kept(&self, key: &str) -> Result<Option<Vec<u8>>, storage::Error> {
        Ok(self.storage.get(key).cloned())
    }

    fn keep(&mut self, key: &str, value: &[u8]) -> Result<(), storage::Error> {
        no_secret(&String::from_utf8_lossy(value));
        assert!(value.len() <= 16 * 1024, "{key}: {} bytes", value.len());
        let Some(left) = self.writes_left.checked_sub(1) else {
            return Err(storage::Error { code: storage::Code::Full, detail: "scripted".into() });
        };
        self.writes_left = left;
        self.storage.insert(key.into(), value.to_vec());
        Ok(())
    }
}
