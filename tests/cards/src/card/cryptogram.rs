//! GENERATE AC (EMV Book 3, 6.5.5; what a card may answer: table 1; CDA: Book 2, 6.6).

use super::Card;
use super::transaction::{IssuerCheck, PinCheck, Stage};
use crate::apdu::{CONDITIONS_NOT_SATISFIED, Command, Sw, WRONG_LENGTH, WRONG_P1_P2};
use crate::certificate::dynamic_signature;
use crate::cryptogram::{Covered, terminal_data};
use crate::keys::RsaKey;
use crate::profile::{Decision, Interface, IssuerAuthentication};
use crate::symmetric::sha1;
use crate::tlv::{template, tlv};

/// What a cryptogram says (9F27, bits 8 and 7), ordered from refusal up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Declined.
    Aac,
    /// Ask the issuer.
    Arqc,
    /// Approved.
    Tc,
}

impl Kind {
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Aac => 0x00,
            Self::Arqc => 0x80,
            Self::Tc => 0x40,
        }
    }

    /// As the card verification results write it, in two bits.
    const fn result(self) -> u8 {
        match self {
            Self::Aac => 0,
            Self::Tc => 1,
            Self::Arqc => 2,
        }
    }
}

/// An answer in the making.
struct Answer {
    kind: Kind,
    atc: u16,
    cryptogram: [u8; 8],
    iad: Vec<u8>,
}

impl Card {
    pub(super) fn generate_ac(&mut self, command: &Command<'_>) -> Result<Vec<u8>, Sw> {
        let asked = match command.p1 & 0xC0 {
            0x00 => Kind::Aac,
            0x40 => Kind::Tc,
            0x80 => Kind::Arqc,
            _ => return Err(WRONG_P1_P2),
        };
        if command.p2 != 0 || command.p1 & 0x2F != 0 {
            return Err(WRONG_P1_P2);
        }
        let at = self.selected().ok_or(CONDITIONS_NOT_SATISFIED)?;
        let loaded = self.applications.get(at).ok_or(CONDITIONS_NOT_SATISFIED)?;
        let second = match self.session.as_ref().map(|session| session.transaction.stage) {
            Some(Stage::Initiated) => false,
            Some(Stage::Online) => true,
            _ => return Err(CONDITIONS_NOT_SATISFIED),
        };
        let list = if second { &loaded.cdol2 } else { &loaded.cdol1 };
        if list.data_len() != command.data.len() {
            return Err(WRONG_LENGTH);
        }
        let values = list.values(command.data);
        let terminal = terminal_data(&values).map_err(|_| WRONG_LENGTH)?;
        let unpredictable = values.get(&0x9F37).cloned().unwrap_or_default();
        let kind = if second {
            let issuer_data = values.get(&0x91).map(Vec::as_slice);
            self.second_kind(at, asked, issuer_data)
        } else {
            self.first_kind(at, asked)
        };
        let answer = self.cryptogram(at, kind, terminal, second, Interface::Contact);
        // A card does not sign what it refuses (EMV Book 2, 6.6.1).
        let signs = command.p1 & 0x10 != 0 && kind != Kind::Aac;
        let key = self.applications.get(at).and_then(|loaded| loaded.certificates.icc);
        let bytes = match key.filter(|_| signs) {
            Some(key) => self.signed(key, &answer, second, command.data, &unpredictable),
            None => self.plain(at, &answer),
        };
        self.after_cryptogram(at, &answer, second, command.data);
        Ok(bytes)
    }

    /// At most what the terminal asks for, and at most what the card grants.
    fn first_kind(&self, at: usize, asked: Kind) -> Kind {
        let Some(loaded) = self.applications.get(at) else { return Kind::Aac };
        let grants = match loaded.profile.decision {
            Decision::Approve => Kind::Tc,
            Decision::Online => Kind::Arqc,
            Decision::Decline => Kind::Aac,
        };
        if loaded.blocked { Kind::Aac } else { asked.min(grants) }
    }

    /// A TC if the terminal asks for it and the issuer, where it has spoken, has said so too.
    fn second_kind(&mut self, at: usize, asked: Kind, issuer_data: Option<&[u8]>) -> Kind {
        let by_cdol2 = self.applications.get(at).is_some_and(|loaded| {
            loaded.profile.issuer_authentication == IssuerAuthentication::Cdol2
        });
        // No answer of the issuer arrives as zeros (EMV Book 3, 5.4).
        let spoken = issuer_data.filter(|data| data.iter().any(|byte| *byte != 0));
        if let Some(data) = spoken.filter(|_| by_cdol2) {
            // A wrong ARPC is no error of the command: the transaction remembers it, and the
            // answer is an AAC.
            let _ = self.check_issuer(at, data);
        }
        let issuer = self.session.as_ref().map(|session| session.transaction.issuer);
        let refused = matches!(issuer, Some(IssuerCheck::Declined | IssuerCheck::Failed));
        let blocked = self.applications.get(at).is_none_or(|loaded| loaded.blocked);
        let stubborn = self.profile.misbehaviour.aac_at_second;
        if asked == Kind::Tc && !refused && !blocked && !stubborn { Kind::Tc } else { Kind::Aac }
    }

    /// The cryptogram and the issuer's data about it.
    fn cryptogram(
        &self,
        at: usize,
        kind: Kind,
        terminal: Vec<u8>,
        second: bool,
        interface: Interface,
    ) -> Answer {
        let results = self.results(kind, second);
        let Some(loaded) = self.applications.get(at) else {
            return Answer { kind, atc: 0, cryptogram: [0; 8], iad: Vec::new() };
        };
        let scheme = loaded.profile.scheme;
        let covered = Covered {
            terminal,
            aip: loaded.aip(interface),
            atc: loaded.atc,
            iad: scheme.iad(results),
        };
        let mut cryptogram = scheme.cryptogram(&self.keys, &covered);
        if self.profile.misbehaviour.wrong_cryptogram {
            cryptogram = cryptogram.map(|byte| byte ^ 0x5A);
        }
        Answer { kind, atc: loaded.atc, cryptogram, iad: covered.iad }
    }

    /// Card verification results, in the order of VIS: which cryptograms, the PIN, what is blocked.
    fn results(&self, kind: Kind, second: bool) -> [u8; 3] {
        const NOT_ASKED: u8 = 2;
        let transaction = self.session.as_ref().map(|session| &session.transaction);
        let (first, later) =
            if second { (Kind::Arqc.result(), kind.result()) } else { (kind.result(), NOT_ASKED) };
        let pin = match transaction.map(|transaction| transaction.pin) {
            Some(PinCheck::Right) => 0x04,
            Some(PinCheck::Wrong) => 0x06,
            _ => 0,
        };
        let issuer = match transaction.map(|transaction| transaction.issuer) {
            Some(IssuerCheck::Failed) => 0x08,
            _ => 0,
        };
        let no_tries = if self.pin.is_some() && self.tries_left == 0 { 0x40 } else { 0 };
        [later << 6 | first << 4 | pin | issuer, no_tries, 0]
    }

    /// Format 1 (80) or 2 (77), without a signature.
    fn plain(&self, at: usize, answer: &Answer) -> Vec<u8> {
        let atc = answer.atc.to_be_bytes();
        let format_2 = self.applications.get(at).is_some_and(|loaded| loaded.profile.format_2);
        if format_2 {
            return template(
                0x77,
                &[
                    (0x9F27, &[answer.kind.code()]),
                    (0x9F36, &atc),
                    (0x9F26, &answer.cryptogram),
                    (0x9F10, &answer.iad),
                ],
            );
        }
        let parts = [&[answer.kind.code()], &atc[..], &answer.cryptogram, &answer.iad];
        tlv(0x80, &parts.concat())
    }

    /// EMV Book 2, 6.6.1: the cryptogram inside a signature that also covers what the terminal
    /// sent in this transaction and the answer's other objects.
    fn signed(
        &mut self,
        key: &RsaKey,
        answer: &Answer,
        second: bool,
        data: &[u8],
        unpredictable: &[u8],
    ) -> Vec<u8> {
        let number = self.random();
        let shown = [
            tlv(0x9F27, &[answer.kind.code()]),
            tlv(0x9F36, &answer.atc.to_be_bytes()),
            tlv(0x9F10, &answer.iad),
        ];
        let mut hashed = Vec::new();
        if let Some(session) = &self.session {
            hashed.extend(&session.transaction.pdol_data);
            if second {
                hashed.extend(&session.transaction.cdol1_data);
            }
        }
        hashed.extend(data);
        hashed.extend(shown.iter().flatten());
        let mut dynamic = vec![8];
        dynamic.extend(number);
        dynamic.push(answer.kind.code());
        dynamic.extend(answer.cryptogram);
        dynamic.extend(sha1(&[&hashed]));
        let signature = self.signature(key, &dynamic, unpredictable);
        let [kind, atc, iad] = shown;
        tlv(0x77, &[kind, atc, tlv(0x9F4B, &signature), iad].concat())
    }

    /// A dynamic signature, or one of other data where the card misbehaves.
    pub(super) fn signature(&self, key: &RsaKey, dynamic: &[u8], hashed: &[u8]) -> Vec<u8> {
        if self.profile.misbehaviour.wrong_dynamic_signature {
            return dynamic_signature(key, dynamic, &[hashed, b"!"].concat());
        }
        dynamic_signature(key, dynamic, hashed)
    }

    fn after_cryptogram(&mut self, at: usize, answer: &Answer, second: bool, data: &[u8]) {
        let mut approved_online = false;
        self.with_session(|session| {
            let transaction = &mut session.transaction;
            if second {
                transaction.stage = Stage::Complete;
                approved_online = transaction.issuer == IssuerCheck::Approved;
                return;
            }
            transaction.cdol1_data = data.to_vec();
            transaction.cryptogram = Some(answer.cryptogram);
            let online = answer.kind == Kind::Arqc;
            transaction.stage = if online { Stage::Online } else { Stage::Complete };
        });
        if let Some(loaded) = self.applications.get_mut(at).filter(|_| approved_online) {
            loaded.last_online = loaded.atc;
        }
    }

    /// The cryptogram of a tapped application: always of the first kind.
    pub(super) fn tapped_cryptogram(
        &self,
        at: usize,
        terminal: Vec<u8>,
    ) -> (u8, u16, [u8; 8], Vec<u8>) {
        let kind = self.first_kind(at, Kind::Arqc);
        let answer = self.cryptogram(at, kind, terminal, false, Interface::Contactless);
        (kind.code(), answer.atc, answer.cryptogram, answer.iad)
    }
}
