//! The tapped side: GET PROCESSING OPTIONS answers everything, as qVSDC and qPBOC cards do.
//!
//! After what is publicly known of those (TTQ 9F66 in, CTQ 9F6C out); online only, no fDDA, no
//! stored value, not any brand's norm.

use std::collections::BTreeMap;

use super::Card;
use super::transaction::Stage;
use crate::apdu::{CONDITIONS_NOT_SATISFIED, Sw, WRONG_LENGTH};
use crate::cryptogram::terminal_data;
use crate::pan::Brand;
use crate::profile::{Interface, TapCvm};
use crate::symmetric::eight;
use crate::tlv::tlv;

/// Terminal transaction qualifiers (9F66): qVSDC supported, in byte 1.
const TTQ_QVSDC: u8 = 0x20;
/// A cardholder verification is required, in byte 2.
const TTQ_CVM_REQUIRED: u8 = 0x40;
/// Card transaction qualifiers (9F6C): online PIN required, signature required, in byte 1.
const CTQ_ONLINE_PIN: u8 = 0x80;
const CTQ_SIGNATURE: u8 = 0x40;
/// Form factor (9F6E) of a Visa card: a plain card. The tag means something else to other brands.
const FORM_FACTOR: [u8; 4] = [0x20, 0x00, 0x00, 0x00];

impl Card {
    pub(super) fn tapped_options(
        &mut self,
        at: usize,
        values: &BTreeMap<u32, Vec<u8>>,
    ) -> Result<Vec<u8>, Sw> {
        let terminal = terminal_data(values).map_err(|_| WRONG_LENGTH)?;
        let [first, second, ..] = eight(values.get(&0x9F66).map_or(&[][..], Vec::as_slice));
        if first & TTQ_QVSDC == 0 {
            return Err(CONDITIONS_NOT_SATISFIED);
        }
        let (kind, atc, cryptogram, iad) = self.tapped_cryptogram(at, terminal);
        let loaded = self.applications.get(at).ok_or(CONDITIONS_NOT_SATISFIED)?;
        let required = second & TTQ_CVM_REQUIRED != 0;
        let ctq = match loaded.profile.tap.cvm {
            TapCvm::OnlinePin if required => CTQ_ONLINE_PIN,
            TapCvm::Signature if required => CTQ_SIGNATURE,
            _ => 0,
        };
        let sequence = crate::hex::packed(&format!("{:02}", self.profile.sequence), 1);
        let mut objects = vec![tlv(0x82, &loaded.aip(Interface::Contactless))];
        if loaded.profile.tap.records {
            objects.push(tlv(0x94, &loaded.afl(Interface::Contactless)));
        }
        objects.extend([
            tlv(0x57, &self.profile.track_2_equivalent()),
            tlv(0x5F34, &sequence),
            tlv(0x9F10, &iad),
            tlv(0x9F26, &cryptogram),
            tlv(0x9F27, &[kind]),
            tlv(0x9F36, &atc.to_be_bytes()),
            tlv(0x9F6C, &[ctq, 0]),
        ]);
        if loaded.profile.aid.0.starts_with(&Brand::Visa.rid()) {
            objects.push(tlv(0x9F6E, &FORM_FACTOR));
        }
        self.with_session(|session| {
            session.transaction.stage = Stage::Complete;
            session.transaction.cryptogram = Some(cryptogram);
        });
        Ok(tlv(0x77, &objects.concat()))
    }
}
