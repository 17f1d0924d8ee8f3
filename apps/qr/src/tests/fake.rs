//! A till that plays a script, and holds the app to the terminal's own rules (`caisson-core`).

use crate::recover::{Trouble, recover};
use crate::till::Till;
use crate::{REFUND, start};
use caisson_core::operation::{OperationKind, Reading as CoreReading};
use caisson_core::payment::{
    Digest, Ending, Input, Intent, Kind, Payment, Rule, State, Submission,
};
use caisson_core::{Currency, Reason};
use caisson_sdk::payment::{Answer, Code, Error, Reading};
use caisson_sdk::{Money, Outcome, camera, network, ui};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

pub(super) const ALIPAY: &str = "2512345678901234";
pub(super) const WECHAT: &str = "101234567890123456";
pub(super) const UNIONPAY: &str = "6212345678901234567";
/// How much every payment of these tests is about, in fen.
pub(super) const ASKED: u64 = 1_200;

/// What the acquirer does with one request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    Answer { reading: Reading, minor: Option<u64>, reason: Option<String>, body: Value },
    Error(Code),
}

impl Said {
    /// `paid`, `paid 500`, `not-paid balance-short`, `open`, `code URL`, `undone`, `unreadable`,
    /// `no-answer`, `not-sent`, `refused`.
    pub(super) fn parse(text: &str) -> Self {
        let (word, detail) = text.split_once(' ').unwrap_or((text, ""));
        let answer = |reading| Self::Answer {
            reading,
            minor: detail.parse().ok(),
            reason: None,
            body: json!({ "transaction": "T1" }),
        };
        match word {
            "paid" => answer(Reading::Paid),
            "open" => answer(Reading::Open),
            "undone" => answer(Reading::Undone),
            "unreadable" => answer(Reading::Unreadable),
            "not-paid" => Self::Answer {
                reading: Reading::NotPaid,
                minor: None,
                reason: Some(detail.to_owned()).filter(|reason| !reason.is_empty()),
                body: json!({}),
            },
            "code" => Self::Answer {
                reading: Reading::Open,
                minor: None,
                reason: None,
                body: json!({ "code_url": detail }),
            },
            "no-answer" => Self::Error(Code::NoAnswer),
            "not-sent" => Self::Error(Code::NotSent),
            "refused" => Self::Error(Code::Refused),
            _ => panic!("no such answer: {text}"),
        }
    }
}

pub(super) struct FakeTill {
    pub(super) language: &'static str,
    pub(super) settings: BTreeMap<String, String>,
    pub(super) scan: Result<String, camera::Code>,
    /// The cashier presses Cancel in this wait, from 1; every later one ends at once.
    pub(super) cancel_at_wait: Option<usize>,
    pub(super) script: VecDeque<(String, Said)>,
    pub(super) found: Result<Value, network::Code>,
    pub(super) log: Vec<String>,
    pub(super) shown: Vec<String>,
    pub(super) note: Vec<u8>,
    pub(super) exchanges_after_cancel: usize,
    steps: Vec<String>,
    waits: usize,
    waited: Duration,
    is_recovering: bool,
    rules: Payment,
}

impl FakeTill {
    pub(super) fn new(service: &str, script: &str) -> Self {
        let kind = if service == REFUND { Kind::Refund } else { Kind::Sale };
        let intent = Intent {
            key: "ORDER1".parse().unwrap(),
            kind,
            app: "qr".into(),
            service: service.into(),
            amount: core_money(ASKED),
            original: None,
            merchant_order: None,
            released: None,
        };
        Self {
            language: "en",
            settings: BTreeMap::new(),
            scan: Ok(ALIPAY.into()),
            cancel_at_wait: None,
            script: parse_script(script),
            found: Err(network::Code::NotSent),
            log: Vec::new(),
            shown: Vec::new(),
            note: Vec::new(),
            exchanges_after_cancel: 0,
            steps: Vec::new(),
            waits: 0,
            waited: Duration::ZERO,
            is_recovering: false,
            rules: Payment::new(intent),
        }
    }

    pub(super) fn scanning(mut self, scan: Result<&str, camera::Code>) -> Self {
        self.scan = scan.map(str::to_owned);
        self
    }

    pub(super) fn setting_to(mut self, name: &str, value: &str) -> Self {
        self.settings.insert(name.into(), value.into());
        self
    }

    pub(super) fn cancelling_at_wait(mut self, wait: usize) -> Self {
        self.cancel_at_wait = Some(wait);
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

    /// Has the payment submitted and unknown, as after a restart, with `note` left behind.
    pub(super) fn interrupted(mut self, service: &str, note: &str) -> Self {
        let kind = if service == crate::SHOW_CODE { "create" } else { service };
        self.note = note.as_bytes().to_vec();
        let step = Input::Submit {
            submission: self.submission(kind, &crate::till::nothing_to_add()),
            recovering: false,
        };
        self.rules.step(step).unwrap();
        self.rules.step(Input::Rebooted).unwrap();
        self
    }

    /// Calls recover as the terminal does, and lets the terminal's rules judge the outcome.
    pub(super) fn recover(&mut self, service: &str, age_ms: u64, is_closed: bool) -> Outcome {
        self.is_recovering = true;
        let trouble = Trouble {
            service: service.into(),
            asked: Money::new(ASKED, "CNY"),
            note: self.note.clone(),
            age: Duration::from_millis(age_ms),
            is_closed,
        };
        let outcome = recover(self, &trouble);
        self.judge(&outcome);
        outcome
    }

    /// What happened, then the outcome; a step that repeats is counted.
    pub(super) fn transcript(&self, outcome: &Outcome) -> String {
        let mut lines: Vec<(&str, usize)> = Vec::new();
        for step in &self.steps {
            match lines.last_mut() {
                Some((last, times)) if last == step => *times += 1,
                _ => lines.push((step, 1)),
            }
        }
        let lines = lines.into_iter().map(|(step, times)| match times {
            1 => step.to_owned(),
            _ => format!("{step} x{times}"),
        });
        lines.chain([in_words(outcome)]).collect::<Vec<_>>().join("; ")
    }

    pub(super) fn state(&self) -> State {
        self.rules.state()
    }

    pub(super) fn waited(&self) -> Duration {
        self.waited
    }

    fn judge(&mut self, outcome: &Outcome) {
        let reason = |word: &str| {
            word.parse::<Reason>().unwrap_or_else(|_| panic!("the terminal has no word {word}"))
        };
        let ending = match outcome {
            Outcome::Approved(approval) => {
                for fact in &approval.facts {
                    assert!(caisson_sdk::Fact::new(&fact.name, &fact.value).is_some());
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

    fn submission(&self, operation: &str, request: &Value) -> Submission {
        let bytes = request.to_string();
        Submission {
            operation: operation.into(),
            kind: kind_of(operation),
            of: self.rules.intent().kind,
            request: Digest::of(bytes.as_bytes()),
            request_bytes: bytes.len(),
            recovery_bytes: self.note.len(),
            repeatable: operation == REFUND,
            expires: (operation == "create").then_some(Duration::from_secs(120)),
        }
    }

    fn exchange(&mut self, operation: &str, allowed: Result<(), Rule>) -> Result<Answer, Error> {
        if self.was_cancelled() {
            self.exchanges_after_cancel += 1;
        }
        if let Err(rule) = allowed {
            panic!("{operation}: {rule}; {:?}", self.steps);
        }
        match self.steps.last_mut().filter(|last| last.starts_with('+') && !last.contains(' ')) {
            Some(wait) => *wait = format!("{wait} {operation}"),
            None => self.steps.push(operation.into()),
        }
        let (expected, said) = self.script.pop_front().unwrap_or_else(|| {
            panic!("nobody answers {operation}; {:?}", self.steps);
        });
        assert!(expected == operation || expected == "*", "{operation}, but {expected} is next");
        match said {
            Said::Error(code) => {
                if code == Code::NotSent && kind_of(operation).moves_money() && !self.is_recovering
                {
                    self.rules.step(Input::NotSent { reason: Reason::Offline }).unwrap();
                }
                Err(Error { code, detail: "scripted".into() })
            }
            Said::Answer { reading, minor, reason, body } => {
                let heard = Input::Heard {
                    reading: core_reading(reading),
                    amount: minor.map(core_money),
                    reason: reason.as_deref().map(|word| word.parse().unwrap()),
                };
                self.rules.step(heard).unwrap();
                let amount = minor.map(|minor| Money::new(minor, "CNY"));
                Ok(Answer { reading, amount, reason, body: body.to_string().into_bytes() })
            }
        }
    }

    fn was_cancelled(&self) -> bool {
        self.cancel_at_wait.is_some_and(|wait| self.waits >= wait)
    }

    fn no_views_in_recovery(&self) {
        assert!(!self.is_recovering, "recover has no cashier");
    }
}

impl Till for FakeTill {
    fn language(&self) -> String {
        self.no_views_in_recovery();
        self.language.into()
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.settings.get(name).cloned()
    }

    fn log(&mut self, line: &str) {
        for code in [ALIPAY, WECHAT, UNIONPAY] {
            assert!(!line.contains(code), "a code in the log: {line}");
        }
        self.log.push(line.into());
    }

    fn scan(&mut self, prompt: &str, within: Duration) -> Result<String, camera::Error> {
        self.no_views_in_recovery();
        assert!((1..=60).contains(&prompt.chars().count()));
        assert_eq!(within, Duration::from_secs(60));
        self.steps.push("scan".into());
        self.scan.clone().map_err(|code| camera::Error { code, detail: "scripted".into() })
    }

    fn message(&mut self, title: &str, body: &str, _: Duration) -> Result<(), ui::Error> {
        self.no_views_in_recovery();
        self.steps.push(format!("message {title}: {}", body.replace('\n', "/")));
        Ok(())
    }

    fn progress(&mut self, title: &str, _: &str) -> Result<(), ui::Error> {
        self.no_views_in_recovery();
        self.steps.push(format!("[{title}]"));
        Ok(())
    }

    fn show_qr(&mut self, text: &str, caption: &str) -> Result<(), ui::Error> {
        self.no_views_in_recovery();
        self.steps.push(format!("[{caption}]"));
        self.shown.push(text.into());
        Ok(())
    }

    fn wait(&mut self, time: Duration) -> Result<(), ui::Error> {
        self.no_views_in_recovery();
        assert!((1..=300_000).contains(&time.as_millis()), "{time:?}");
        self.waits += 1;
        if self.was_cancelled() {
            self.steps.push("cancel".into());
            return Err(ui::Error { code: ui::Code::Cancelled, detail: "scripted".into() });
        }
        self.waited += time;
        self.steps.push(format!("+{}", time.as_millis()));
        Ok(())
    }

    fn submit(&mut self, operation: &str, request: &Value, note: &[u8]) -> Result<Answer, Error> {
        for field in ["order", "original", "amount", "currency", "refund"] {
            assert!(request.get(field).is_none(), "{field} is the terminal's to write");
        }
        for code in [ALIPAY, WECHAT, UNIONPAY] {
            assert!(!String::from_utf8_lossy(note).contains(code), "a code in the note");
        }
        let submission = self.submission(operation, request);
        let step = Input::Submit { submission, recovering: self.is_recovering };
        let allowed = self.rules.step(step).map(drop);
        self.note = note.to_vec();
        self.exchange(operation, allowed)
    }

    fn inquire(&mut self, operation: &str) -> Result<Answer, Error> {
        assert_eq!(kind_of(operation), OperationKind::Inquiry);
        let allowed = self.rules.step(Input::Ask { kind: OperationKind::Inquiry }).map(drop);
        self.exchange(operation, allowed)
    }

    fn undo(&mut self, operation: &str) -> Result<Answer, Error> {
        assert_eq!(kind_of(operation), OperationKind::Undo);
        let allowed = self.rules.step(Input::Ask { kind: OperationKind::Undo }).map(drop);
        self.exchange(operation, allowed)
    }

    fn call(&mut self, operation: &str, order: &str) -> Result<Value, network::Error> {
        assert_eq!(kind_of(operation), OperationKind::Service);
        self.steps.push(format!("{operation} {order}"));
        self.found.clone().map_err(|code| network::Error { code, detail: "scripted".into() })
    }
}

/// `operation: answer, operation: answer x3, …`
fn parse_script(script: &str) -> VecDeque<(String, Said)> {
    let mut steps = VecDeque::new();
    for step in script.split(", ").filter(|step| !step.is_empty()) {
        let (operation, said) = step.split_once(": ").unwrap();
        let (said, times) = match said.rsplit_once(" x") {
            Some((said, times)) => (said, times.parse().unwrap()),
            None => (said, 1),
        };
        steps.extend((0..times).map(|_| (operation.to_owned(), Said::parse(said))));
    }
    steps
}

fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Approved(approval) => {
            let facts: Vec<&str> = approval.facts.iter().map(|fact| fact.value.as_str()).collect();
            format!("approved {} ({})", approval.amount, facts.join(", "))
        }
        Outcome::Declined(reason) => format!("declined {reason}"),
        Outcome::Cancelled(reason) => format!("cancelled {reason}"),
        Outcome::Unknown => "unknown".into(),
    }
}

fn kind_of(operation: &str) -> OperationKind {
    match operation {
        "pay" | "refund" => OperationKind::Financial,
        "create" => OperationKind::Offer,
        "query" | "refund-query" => OperationKind::Inquiry,
        "cancel" | "close" => OperationKind::Undo,
        "lookup" => OperationKind::Service,
        _ => panic!("the destination has no operation {operation}"),
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
