//! INTERNAL AUTHENTICATE (the card shows that it is genuine; EMV Book 3, 6.5.9, Book 2, 6.5) and
//! EXTERNAL AUTHENTICATE (the issuer shows that it has answered; Book 3, 6.5.4).

use super::Card;
use super::loaded::DDOL;
use super::transaction::{IssuerCheck, Stage};
use crate::apdu::{
    AUTHENTICATION_FAILED, CONDITIONS_NOT_SATISFIED, Command, Sw, WRONG_LENGTH, WRONG_P1_P2,
};
use crate::profile::IssuerAuthentication;
use crate::tlv::{Dol, template, tlv};

impl Card {
    pub(super) fn internal_authenticate(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Sw> {
        if (command.p1, command.p2) != (0, 0) {
            return Err(WRONG_P1_P2);
        }
        let at = self.selected().ok_or(CONDITIONS_NOT_SATISFIED)?;
        let loaded = self.applications.get(at).ok_or(CONDITIONS_NOT_SATISFIED)?;
        let key = loaded.certificates.icc.ok_or(CONDITIONS_NOT_SATISFIED)?;
        let format_2 = loaded.profile.format_2;
        let stage = self.session.as_ref().map(|session| session.transaction.stage);
        if stage != Some(Stage::Initiated) {
            return Err(CONDITIONS_NOT_SATISFIED);
        }
        let asked = Dol::parse(&DDOL).unwrap_or_default().data_len();
        if command.data.len() != asked {
            return Err(WRONG_LENGTH);
        }
        let mut dynamic = vec![8];
        dynamic.extend(self.random());
        let signature = self.signature(key, &dynamic, command.data);
        Ok(if format_2 { template(0x77, &[(0x9F4B, &signature)]) } else { tlv(0x80, &signature) })
    }

    pub(super) fn external_authenticate(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Sw> {
        if (command.p1, command.p2) != (0, 0) {
            return Err(WRONG_P1_P2);
        }
        let at = self.selected().ok_or(CONDITIONS_NOT_SATISFIED)?;
        let loaded = self.applications.get(at).ok_or(CONDITIONS_NOT_SATISFIED)?;
        let expected = loaded.profile.issuer_authentication == IssuerAuthentication::External;
        let transaction = self.session.as_ref().map(|session| &session.transaction);
        // Once in a transaction, after an ARQC.
        let now = transaction.is_some_and(|transaction| {
            transaction.is_online() && transaction.issuer == IssuerCheck::NotDone
        });
        if !expected || !now {
            return Err(CONDITIONS_NOT_SATISFIED);
        }
        if !(8..=16).contains(&command.data.len()) {
            return Err(WRONG_LENGTH);
        }
        self.check_issuer(at, command.data).map(|()| Vec::new())
    }

    /// Compares the ARPC and remembers what the issuer said.
    pub(super) fn check_issuer(&mut self, at: usize, data: &[u8]) -> Result<(), Sw> {
        let loaded = self.applications.get(at).ok_or(CONDITIONS_NOT_SATISFIED)?;
        let session = self.session.as_mut().ok_or(CONDITIONS_NOT_SATISFIED)?;
        let arqc = session.transaction.cryptogram.ok_or(CONDITIONS_NOT_SATISFIED)?;
        let answer = loaded.profile.scheme.verify_issuer(&self.keys, loaded.atc, arqc, data);
        session.transaction.issuer = match answer {
            Some(answer) if answer.approves() => IssuerCheck::Approved,
            Some(_) => IssuerCheck::Declined,
            None => IssuerCheck::Failed,
        };
        answer.map(|_| ()).ok_or(AUTHENTICATION_FAILED)
    }
}
