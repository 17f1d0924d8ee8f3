//! A transaction under way: the crate's context, and beside it what the crate does not keep.
//!
//! The crate's context borrows the terminal's data, so between `first` and `complete` a session is
//! taken apart ([`Session::hold`]) and put together again ([`Held::resume`]).

use crate::account;
use crate::card::Card;
use crate::cardholder::PinResult;
use crate::channel::Channel;
use crate::configuration::Configuration;
use crate::configuration::fields::to_hex;
use crate::objects;
use crate::outcome::{
    Account, Authentication, Cause, Cryptogram, Decision, End, Fact, Outcome, Verification,
};
use emv::contact::online_processing::{OnlineAuthorisation, OnlineAuthorisationResponse};
use emv::contact::terminal::Terminal;
use emv::contact::transaction::{TransactionContext, TransactionInputs};
use emv::contact::transaction_driver::{DriverError, Transaction};
use emv::core::apdu::{Command, Response};
use emv::core::card_reader::CardReader;
use emv::core::generate_ac::GenerateAcResponse;
use emv::core::oda::CdaArming;
use emv::core::tag_store::{Source, TagStore};
use emv::core::tags;
use emv::de::application_interchange_profile::ApplicationInterchangeProfile;
use emv::de::issuer_script_results::IssuerScriptResult;
use emv::de::terminal_verification_results::TerminalVerificationResults;
use emv::de::transaction_status_information::TransactionStatusInformation;

/// The crate can ask an issuer by itself; here the card app does that, so nobody answers.
pub(crate) struct Nobody;

impl OnlineAuthorisation for Nobody {
    type Error = End;

    fn authorise(
        &mut self,
        _: &TransactionContext<'_>,
        _: &GenerateAcResponse,
    ) -> Result<OnlineAuthorisationResponse, End> {
        Err(End::new(Cause::Other, "the kernel asked an issuer by itself"))
    }
}

/// What the crate does not keep.
#[derive(Clone, Default)]
pub(crate) struct Notes {
    /// What the cardholder calls the application.
    pub(crate) label: String,
    pub(crate) verification: Verification,
    pub(crate) authentication: Authentication,
    pub(crate) cryptogram: Option<Cryptogram>,
    /// 9F27 as the card sent it, or as its issuer application data implies.
    pub(crate) information: Option<u8>,
    /// 9F10.
    pub(crate) issuer_data: Option<Vec<u8>>,
    /// 8A.
    pub(crate) response_code: Option<[u8; 2]>,
    /// 91.
    pub(crate) issuer_authentication: Option<Vec<u8>>,
    /// 9F66, in the field.
    pub(crate) qualifiers: Option<[u8; 4]>,
}

/// A transaction under way.
pub(crate) struct Session<'t, 'c> {
    pub(crate) tx: Transaction<'t, Channel<'c>, Nobody>,
    pub(crate) configuration: &'t Configuration,
    pub(crate) notes: Notes,
}

/// Which of the configured lists DE55 follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Request,
    Confirmation,
}

impl<'t, 'c> Session<'t, 'c> {
    pub(crate) fn new(
        terminal: &'t Terminal,
        configuration: &'t Configuration,
        inputs: TransactionInputs,
        card: &'c mut dyn Card,
    ) -> Result<Self, End> {
        let mut tx = Transaction::new(Channel::new(card), terminal, inputs, Nobody);
        // The crate looks the number up among the objects when it verifies a signature. First in,
        // so that no record of a card can stand in its place.
        let number = inputs.unpredictable_number.to_vec();
        tx.ctx
            .tag_store
            .insert_primitive(tags::UNPREDICTABLE_NUMBER, number, Source::TerminalGenerated)
            .map_err(|error| End::new(Cause::Other, error.to_string()))?;
        Ok(Self { tx, configuration, notes: Notes::default() })
    }

    pub(crate) fn send(&mut self, command: &Command) -> Result<Response, End> {
        self.tx.card.transmit(command)
    }

    /// Sends a command whose answer must be 9000.
    pub(crate) fn send_expecting_success(
        &mut self,
        name: &str,
        command: &Command,
    ) -> Result<Vec<u8>, End> {
        let response = self.send(command)?;
        match response.status_word() {
            0x9000 => Ok(response.data().to_vec()),
            word => Err(End::new(Cause::CardRefused, format!("{name}: {word:04X}"))),
        }
    }

    /// An object of the card's or the kernel's own.
    pub(crate) fn object(&self, tag: emv::Tag) -> Option<&[u8]> {
        self.tx.ctx.tag_store.get(tag)
    }

    pub(crate) fn account(&self) -> Result<Option<Account>, End> {
        account::read(&self.tx.ctx.tag_store)
    }

    /// What stands now.
    pub(crate) fn outcome(&self, decision: Decision, stage: Stage) -> Outcome {
        let ctx = &self.tx.ctx;
        let mut outcome = Outcome {
            decision,
            account: self.account().ok().flatten(),
            aid: ctx.selected.as_ref().map(|selected| selected.df_name.clone()),
            label: self.notes.label.clone(),
            verification: self.notes.verification,
            authentication: self.notes.authentication,
            tvr: ctx.tvr.to_bytes(),
            tsi: ctx.tsi.to_bytes(),
            cryptogram: self.notes.cryptogram,
            de55: Vec::new(),
            facts: Vec::new(),
        };
        if outcome.cryptogram.is_some() {
            outcome.de55 = objects::de55(self, stage);
        }
        outcome.facts = facts(&outcome);
        outcome
    }

    /// Everything that outlives the borrowed card and terminal.
    pub(crate) fn hold(self) -> Held {
        let ctx = self.tx.ctx;
        Held {
            df_name: ctx.selected.map(|selected| selected.df_name),
            tag_store: ctx.tag_store,
            aip: ctx.aip,
            tvr: ctx.tvr,
            tsi: ctx.tsi,
            gpo_pdol_data: ctx.gpo_pdol_data,
            cda: ctx.cda,
            issuer_script_results: ctx.issuer_script_results,
            notes: self.notes,
        }
    }
}

/// A session between `first` and `complete`.
pub(crate) struct Held {
    df_name: Option<Vec<u8>>,
    tag_store: TagStore,
    aip: Option<ApplicationInterchangeProfile>,
    tvr: TerminalVerificationResults,
    tsi: TransactionStatusInformation,
    gpo_pdol_data: Vec<u8>,
    cda: Option<CdaArming>,
    issuer_script_results: Vec<IssuerScriptResult>,
    notes: Notes,
}

impl Held {
    pub(crate) fn resume<'t, 'c>(
        self,
        terminal: &'t Terminal,
        configuration: &'t Configuration,
        inputs: TransactionInputs,
        card: &'c mut dyn Card,
    ) -> Session<'t, 'c> {
        let mut tx = Transaction::new(Channel::new(card), terminal, inputs, Nobody);
        if let Some(df_name) = self.df_name {
            tx.ctx.select_application(df_name);
        }
        tx.ctx.tag_store = self.tag_store;
        tx.ctx.aip = self.aip;
        tx.ctx.tvr = self.tvr;
        tx.ctx.tsi = self.tsi;
        tx.ctx.gpo_pdol_data = self.gpo_pdol_data;
        tx.ctx.cda = self.cda;
        tx.ctx.issuer_script_results = self.issuer_script_results;
        Session { tx, configuration, notes: self.notes }
    }
}

/// How the crate's failure ends a transaction. Its texts name tags and lengths, never values.
pub(crate) fn ended(during: &str, error: DriverError<End, End>) -> End {
    match error {
        DriverError::Transport(end) | DriverError::Auth(end) => end,
        DriverError::Spec(error) => End::data(format!("{during}: {error}")),
        DriverError::StatusWord { command, sw } => {
            End::new(Cause::CardRefused, format!("{command}: {sw:04X}"))
        }
        DriverError::UnknownAid
        | DriverError::NoMatchingApplication
        | DriverError::NotSelected
        | DriverError::NoAfl => End::data(format!("{during}: no application is selected")),
    }
}

/// A PIN entry that ends the transaction.
pub(crate) fn cancelled(result: PinResult) -> Result<PinResult, End> {
    match result {
        PinResult::Cancelled => Err(End::new(Cause::PinCancelled, "no PIN was entered")),
        other => Ok(other),
    }
}

fn facts(outcome: &Outcome) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |name, value| facts.push(Fact { name, value });
    if let Some(aid) = &outcome.aid {
        add("AID", to_hex(aid));
        add("APP", outcome.label.clone());
        add("TVR", to_hex(&outcome.tvr));
        add("TSI", to_hex(&outcome.tsi));
    }
    if let Some(cryptogram) = outcome.cryptogram {
        add("ATC", format!("{:04X}", cryptogram.counter));
        add(cryptogram.kind.name(), to_hex(&cryptogram.value));
        let verification = match outcome.verification {
            Verification::None => "NO CVM",
            Verification::Signature => "SIGNATURE",
            Verification::OfflinePin => "OFFLINE PIN",
            Verification::OfflinePinAndSignature => "OFFLINE PIN, SIGNATURE",
            Verification::OnlinePin => "ONLINE PIN",
            Verification::OwnDevice => "OWN DEVICE",
            Verification::Failed => "FAILED",
        };
        add("CVM", verification.to_owned());
    }
    if let Some(sequence) = outcome.account.as_ref().and_then(|account| account.sequence) {
        add("PSN", format!("{sequence:02}"));
    }
    facts
}
