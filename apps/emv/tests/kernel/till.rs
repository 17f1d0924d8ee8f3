//! A whole sale: the kernel, a card, a person, and the issuer of the test cards.

use crate::person::Person;
use crate::wire::{Disturbance, Wire};
use caisson_cards::issuer::{self, ScriptTime, Verified};
use caisson_cards::{CardProfile, Interface};
use caisson_emv::{
    Answer, Authentication, Configuration, Decision, Entry, Extent, OnlineAnswer, Outcome, PinKey,
    Sale, Transaction,
};

/// What the issuer does.
#[derive(Clone, Copy)]
pub(crate) enum Issuer {
    Approves,
    Declines,
    /// Approves with a wrong ARPC.
    IsFalse,
    /// Approves, and sends this script.
    Scripts(ScriptTime, fn() -> issuer::Script),
    IsUnreachable,
}

pub(crate) struct Till {
    pub(crate) sale: Sale,
    pub(crate) configuration: Configuration,
    pub(crate) issuer: Issuer,
    pub(crate) person: fn(&mut Person),
    pub(crate) disturbance: Disturbance,
}

/// A sale that ran.
pub(crate) struct Ran {
    pub(crate) first: Outcome,
    pub(crate) last: Option<Outcome>,
    pub(crate) asked: Vec<String>,
    pub(crate) key: Option<PinKey>,
    pub(crate) wire: Wire,
}

pub(crate) fn sale() -> Sale {
    Sale {
        entry: Entry::Contact,
        extent: Extent::Full,
        amount: 1200,
        amount_other: 0,
        currency: 156,
        exponent: 2,
        transaction_type: 0,
        date: "261127".to_owned(),
        time: "235959".to_owned(),
        unpredictable: 0x1122_3344,
        counter: 7,
    }
}

impl Till {
    /// A till as it is delivered, with the issuer approving.
    pub(crate) fn new() -> Self {
        Self {
            sale: sale(),
            configuration: Configuration::read(None, None, None).unwrap(),
            issuer: Issuer::Approves,
            person: |_| (),
            disturbance: Disturbance::None,
        }
    }

    pub(crate) fn tap(mut self, amount: u64) -> Self {
        self.sale.entry = Entry::Contactless;
        self.sale.amount = amount;
        self
    }

    pub(crate) fn issuer(mut self, issuer: Issuer) -> Self {
        self.issuer = issuer;
        self
    }

    pub(crate) fn person(mut self, person: fn(&mut Person)) -> Self {
        self.person = person;
        self
    }

    /// With one of the kernel's files changed: in `terminal.toml` or `aids.toml`, `from` is `to`.
    pub(crate) fn with(mut self, from: &str, to: &str) -> Self {
        let terminal = include_str!("../../config/terminal.toml").replace(from, to);
        let aids = include_str!("../../config/aids.toml").replace(from, to);
        self.configuration =
            Configuration::read(Some(terminal.as_bytes()), Some(aids.as_bytes()), None).unwrap();
        self
    }

    /// Runs a sale with `profile`; none where the card does not even answer to reset.
    pub(crate) fn run(self, profile: &CardProfile) -> Option<Ran> {
        let interface = match self.sale.entry {
            Entry::Contact => Interface::Contact,
            Entry::Contactless => Interface::Contactless,
        };
        let mut wire = Wire::new(caisson_cards::Card::load(profile).unwrap(), interface)?;
        wire.disturb(self.disturbance);
        let mut person = Person::new(&wire);
        (self.person)(&mut person);
        let mut transaction = Transaction::start(&self.configuration, self.sale).unwrap();
        let first = transaction.first(&mut wire, &mut person).unwrap();
        let last = (first.decision == Decision::GoOnline).then(|| {
            let answer = answer(self.issuer, &first);
            transaction.complete(&mut wire, &answer).unwrap()
        });
        Some(Ran { first, last, asked: person.asked, key: person.key, wire })
    }
}

/// The issuer's answer to what the kernel handed out.
fn answer(issuer: Issuer, first: &Outcome) -> OnlineAnswer {
    let account = first.account.as_ref().unwrap();
    let verified = issuer::verify(&account.pan, account.sequence.unwrap_or(0), &first.de55);
    let Ok(verified) = verified else { return answered(false, *b"05", None, Vec::new()) };
    let data = |verified: &Verified, code| Some(verified.issuer_authentication(code));
    match issuer {
        Issuer::Approves => answered(true, *b"00", data(&verified, *b"00"), Vec::new()),
        Issuer::Declines => answered(false, *b"51", data(&verified, *b"51"), Vec::new()),
        Issuer::IsFalse => {
            let wrong = verified.wrong_issuer_authentication(*b"00");
            answered(true, *b"00", Some(wrong), Vec::new())
        }
        Issuer::Scripts(time, script) => {
            let script = verified.script_template(time, [1, 2, 3, 4], &[script()]);
            answered(true, *b"00", data(&verified, *b"00"), vec![script])
        }
        Issuer::IsUnreachable => OnlineAnswer::Unable,
    }
}

fn answered(
    approved: bool,
    code: [u8; 2],
    authentication: Option<Vec<u8>>,
    scripts: Vec<Vec<u8>>,
) -> OnlineAnswer {
    let code = String::from_utf8(code.to_vec()).unwrap();
    OnlineAnswer::Answered(Answer { approved, code, authentication, scripts })
}

/// An outcome in one line.
pub(crate) fn line(outcome: &Outcome) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    let decision = match &outcome.decision {
        Decision::Ended(end) => return format!("ended: {end}"),
        other => format!("{other:?}"),
    };
    let kind = outcome.cryptogram.map_or("no cryptogram", |made| made.kind.name());
    let authentication = match outcome.authentication {
        Authentication::NotPerformed => "none".to_owned(),
        other => format!("{other:?}"),
    };
    format!(
        "{decision}, {kind}, {authentication}, {:?}, {} {}",
        outcome.verification,
        hex(&outcome.tvr),
        hex(&outcome.tsi)
    )
}

impl Ran {
    /// Both outcomes, a line each.
    pub(crate) fn lines(&self) -> String {
        let first = line(&self.first);
        self.last.as_ref().map_or_else(|| first.clone(), |last| format!("{first}\n{}", line(last)))
    }
}
