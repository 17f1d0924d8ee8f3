//! Where a transaction stands, and GET PROCESSING OPTIONS, with which it begins (EMV Book 3, 6.5.8).

use super::Card;
use crate::apdu::{
    CONDITIONS_NOT_SATISFIED, Command, DATA_INVALIDATED, Sw, WRONG_DATA, WRONG_LENGTH, WRONG_P1_P2,
};
use crate::profile::Interface;
use crate::tlv::{Dol, template, tlv};

/// What a transaction has come to. A new SELECT forgets it.
#[derive(Clone, Default)]
pub(super) struct Transaction {
    pub(super) stage: Stage,
    /// What GET PROCESSING OPTIONS and the first GENERATE AC were given.
    pub(super) pdol_data: Vec<u8>,
    pub(super) cdol1_data: Vec<u8>,
    /// The transaction's first cryptogram: what the issuer answers, and what scripts are bound to.
    pub(super) cryptogram: Option<[u8; 8]>,
    pub(super) pin: PinCheck,
    pub(super) issuer: IssuerCheck,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Stage {
    #[default]
    Idle,
    /// Options were given; a first cryptogram may be asked for.
    Initiated,
    /// The first cryptogram was an ARQC; a second may be asked for.
    Online,
    Complete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum PinCheck {
    #[default]
    NotDone,
    Right,
    Wrong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum IssuerCheck {
    #[default]
    NotDone,
    Approved,
    Declined,
    Failed,
}

impl Transaction {
    pub(super) const fn is_online(&self) -> bool {
        matches!(self.stage, Stage::Online)
    }
}

impl Card {
    pub(super) fn processing_options(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Sw> {
        if (command.p1, command.p2) != (0, 0) {
            return Err(WRONG_P1_P2);
        }
        let at = self.selected().ok_or(CONDITIONS_NOT_SATISFIED)?;
        let session = self.session.as_ref().ok_or(CONDITIONS_NOT_SATISFIED)?;
        let interface = session.interface;
        if session.transaction.stage != Stage::Idle {
            return Err(CONDITIONS_NOT_SATISFIED);
        }
        let data = options_data(command.data)?.to_vec();
        let loaded = self.applications.get_mut(at).ok_or(CONDITIONS_NOT_SATISFIED)?;
        let pdol = Dol::parse(loaded.pdol(interface)).unwrap_or_default();
        if pdol.data_len() != data.len() {
            return Err(WRONG_LENGTH);
        }
        // EMV Book 2, 8.1.2: a counter that has run out ends the card's life.
        loaded.atc = loaded.atc.checked_add(1).ok_or(DATA_INVALIDATED)?;
        if interface == Interface::Contactless {
            return self.tapped_options(at, &pdol.values(&data));
        }
        let (aip, afl) = (loaded.aip(interface), loaded.afl(interface));
        let format_2 = loaded.profile.format_2;
        self.with_session(|session| {
            session.transaction.stage = Stage::Initiated;
            session.transaction.pdol_data = data;
        });
        Ok(if format_2 {
            template(0x77, &[(0x82, &aip), (0x94, &afl)])
        } else {
            tlv(0x80, &[&aip[..], &afl].concat())
        })
    }
}

/// The data in the command template (83).
fn options_data(data: &[u8]) -> Result<&[u8], Sw> {
    let (length, value) = match data {
        [0x83, 0x81, length, value @ ..] | [0x83, length, value @ ..] => (*length, value),
        _ => return Err(WRONG_DATA),
    };
    (usize::from(length) == value.len()).then_some(value).ok_or(WRONG_DATA)
}
