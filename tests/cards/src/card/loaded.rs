//! An application as it stands in the card's memory: its answers to SELECT and GET PROCESSING
//! OPTIONS, its records, its certificates, and its counters.

use std::collections::BTreeMap;

use crate::certificate::{self, Certificates, Wanted};
use crate::keys::KeyError;
use crate::profile::{Application, CardProfile, Interface, IssuerAuthentication, Oda};
use crate::tlv::{Dol, template, tlv};

/// Data object list for INTERNAL AUTHENTICATE (9F49): the unpredictable number.
pub(super) const DDOL: [u8; 3] = [0x9F, 0x37, 4];
/// What a tapped application asks for (9F38): TTQ and what a cryptogram covers.
const TAP_PDOL: [u8; 24] = [
    0x9F, 0x66, 4, 0x9F, 0x02, 6, 0x9F, 0x03, 6, 0x9F, 0x1A, 2, 0x95, 5, 0x5F, 0x2A, 2, 0x9A, 3,
    0x9C, 1, 0x9F, 0x37, 4,
];
/// Files by contact: who the cardholder is; what the issuer signed; keys.
const SFI_HOLDER: u8 = 1;
const SFI_SIGNED: u8 = 2;
const SFI_KEYS: u8 = 3;
/// The file of a tapped application.
const SFI_TAP: u8 = 2;

/// Records by file and number.
type Records = BTreeMap<(u8, u8), Vec<u8>>;

#[derive(Clone)]
pub(super) struct Loaded {
    pub(super) profile: Application,
    pub(super) certificates: Certificates,
    pub(super) cdol1: Dol,
    pub(super) cdol2: Dol,
    aip: [u8; 2],
    records: Records,
    tap_records: Records,
    /// Transactions so far (9F36), and the last one that was online (9F13).
    pub(super) atc: u16,
    pub(super) last_online: u16,
    pub(super) blocked: bool,
    /// What scripts have put (PUT DATA), by tag.
    pub(super) put: BTreeMap<u32, Vec<u8>>,
}

impl Loaded {
    pub(super) fn new(card: &CardProfile, application: &Application) -> Result<Self, KeyError> {
        let aip = aip(application);
        let signed = signed_records(card, application);
        let mut static_data: Vec<u8> = signed.concat();
        static_data.extend(aip);
        if card.misbehaviour.wrong_static_data {
            static_data.push(0xFF);
        }
        let certificates = certificate::issue(&Wanted {
            ca: &application.ca,
            aid: &application.aid.0,
            oda: application.oda,
            pin_key: application.cvm.iter().any(|row| row.method.is_enciphered()),
            pan: &card.pan,
            static_data: &static_data,
        })?;
        let holder =
            [tlv(0x57, &card.track_2_equivalent()), tlv(0x5F20, card.cardholder.as_bytes())]
                .concat();
        let key_records = key_records(&certificates);
        let records = [vec![holder], signed, key_records]
            .iter()
            .zip([SFI_HOLDER, SFI_SIGNED, SFI_KEYS])
            .flat_map(|(records, sfi)| numbered(sfi, records))
            .collect();
        let dol = |list: &[u8]| Dol::parse(list).unwrap_or_default();
        Ok(Self {
            certificates,
            cdol1: dol(&application.cdol1.0),
            cdol2: dol(&application.cdol2.0),
            aip,
            records,
            tap_records: numbered(SFI_TAP, &[tap_record(card, application)]).collect(),
            atc: card.chip.as_ref().map_or(0, |chip| chip.transactions),
            last_online: 0,
            blocked: application.blocked,
            put: BTreeMap::new(),
            profile: application.clone(),
        })
    }

    pub(super) fn speaks(&self, interface: Interface) -> bool {
        self.profile.interfaces.contains(&interface)
    }

    /// What it asks for in GET PROCESSING OPTIONS, as 9F38 has it.
    pub(super) fn pdol(&self, interface: Interface) -> &[u8] {
        match interface {
            Interface::Contact => &self.profile.pdol.0,
            Interface::Contactless => &TAP_PDOL,
        }
    }

    pub(super) const fn aip(&self, interface: Interface) -> [u8; 2] {
        match interface {
            Interface::Contact => self.aip,
            // Nothing of contact processing: the tapped side is online only.
            Interface::Contactless => [0, 0],
        }
    }

    /// Application file locator (94; EMV Book 3, 10.2): file, first and last record, how many of
    /// them are signed.
    pub(super) fn afl(&self, interface: Interface) -> Vec<u8> {
        let (records, signed_file) = match interface {
            Interface::Contact => (&self.records, Some(SFI_SIGNED)),
            Interface::Contactless => (&self.tap_records, None),
        };
        let mut lasts = BTreeMap::new();
        for (sfi, number) in records.keys() {
            lasts.insert(*sfi, *number);
        }
        let entry = |(sfi, last): (u8, u8)| {
            let signed = if Some(sfi) == signed_file { last } else { 0 };
            [sfi << 3, 1, last, signed]
        };
        lasts.into_iter().flat_map(entry).collect()
    }

    pub(super) fn record(&self, interface: Interface, sfi: u8, number: u8) -> Option<&[u8]> {
        let records = match interface {
            Interface::Contact => &self.records,
            Interface::Contactless => &self.tap_records,
        };
        records.get(&(sfi, number)).map(Vec::as_slice)
    }

    /// The objects by which a directory and SELECT describe it.
    pub(super) fn priority(&self) -> u8 {
        self.profile.priority | if self.profile.confirm { 0x80 } else { 0 }
    }
}

/// Application interchange profile (82; EMV Book 3, table 37).
fn aip(application: &Application) -> [u8; 2] {
    let authentication = match application.oda {
        Oda::None => 0x00,
        Oda::Sda => 0x40,
        Oda::Dda => 0x20,
        Oda::Cda => 0x21,
    };
    let verification = if application.cvm.is_empty() { 0 } else { 0x10 };
    let risk = 0x08;
    let external = application.issuer_authentication == IssuerAuthentication::External;
    [authentication | verification | risk | if external { 0x04 } else { 0 }, 0]
}

/// The bodies of the records that the issuer signs.
fn signed_records(card: &CardProfile, application: &Application) -> Vec<Vec<u8>> {
    let pan = card.pan.digits();
    let who = [
        tlv(0x5A, &crate::hex::packed(pan, pan.len().div_ceil(2))),
        tlv(0x5F34, &packed_number(card.sequence.into(), 1)),
        tlv(0x5F24, &card.expiry.date(card.expiry.last_day())),
        tlv(0x5F25, &card.effective.date(1)),
        tlv(0x5F28, &packed_number(application.country, 2)),
        tlv(0x9F07, &application.auc.0),
        tlv(0x9F08, &version(card)),
    ];
    let mut how = vec![
        tlv(0x9F0D, &application.iac_default.0),
        tlv(0x9F0E, &application.iac_denial.0),
        tlv(0x9F0F, &application.iac_online.0),
        tlv(0x5F30, &packed_number(card.service_code.parse().unwrap_or(0), 2)),
        tlv(0x9F42, &packed_number(application.currency, 2)),
        tlv(0x9F44, &[2]),
    ];
    if !application.cvm.is_empty() {
        let amounts = application.cvm_amounts.map(u32::to_be_bytes);
        let rows = application.cvm.iter().flat_map(|row| row.bytes());
        how.push(tlv(0x8E, &amounts.into_iter().flatten().chain(rows).collect::<Vec<_>>()));
    }
    if application.oda != Oda::None {
        // Static data tag list: the AIP, the only tag that may stand in it (EMV Book 3, 10.3).
        how.push(tlv(0x9F4A, &[0x82]));
    }
    let lists =
        [tlv(0x8C, &application.cdol1.0), tlv(0x8D, &application.cdol2.0), tlv(0x9F49, &DDOL)];
    vec![who.concat(), how.concat(), lists.concat()]
}

/// Application version number (9F08): what public terminal configurations list for each brand, so
/// that terminal and card agree.
fn version(card: &CardProfile) -> [u8; 2] {
    match card.brand {
        crate::pan::Brand::UnionPay => [0x00, 0x30],
        crate::pan::Brand::Visa => [0x00, 0x8C],
        crate::pan::Brand::Mastercard => [0x00, 0x02],
    }
}

/// One certificate to a record, so that each fits into one answer; what is small shares one.
fn key_records(certificates: &Certificates) -> Vec<Vec<u8>> {
    let mut records: Vec<Vec<u8>> = Vec::new();
    let mut small = Vec::new();
    for (tag, value) in &certificates.objects {
        let object = tlv(*tag, value);
        if value.len() > 64 {
            records.push(object);
        } else {
            small.extend(object);
        }
    }
    if !small.is_empty() {
        records.insert(0, small);
    }
    records
}

/// The one record of a tapped application.
fn tap_record(card: &CardProfile, application: &Application) -> Vec<u8> {
    let pan = card.pan.digits();
    [
        tlv(0x5A, &crate::hex::packed(pan, pan.len().div_ceil(2))),
        tlv(0x5F24, &card.expiry.date(card.expiry.last_day())),
        tlv(0x5F28, &packed_number(application.country, 2)),
        tlv(0x9F07, &application.auc.0),
    ]
    .concat()
}

/// Bodies in their record templates (70), numbered from 1.
fn numbered(sfi: u8, bodies: &[Vec<u8>]) -> impl Iterator<Item = ((u8, u8), Vec<u8>)> {
    (1_u8..).zip(bodies).map(move |(number, body)| ((sfi, number), tlv(0x70, body)))
}

/// A number in packed decimal digits, in `len` bytes.
fn packed_number(number: u16, len: usize) -> Vec<u8> {
    crate::hex::packed(&format!("{number:0width$}", width = len * 2), len)
}

/// The file control information of an application (6F; EMV Book 1, table 45).
pub(super) fn application_fci(loaded: &Loaded, interface: Interface) -> Vec<u8> {
    let mut inner =
        vec![tlv(0x50, loaded.profile.label.as_bytes()), tlv(0x87, &[loaded.priority()])];
    let pdol = loaded.pdol(interface);
    if !pdol.is_empty() {
        inner.push(tlv(0x9F38, pdol));
    }
    inner.push(tlv(0x5F2D, b"zhen"));
    if interface == Interface::Contact {
        inner.push(tlv(0xBF0C, &tlv(0x9F4D, &[0x0B, 0x0A])));
    }
    template(0x6F, &[(0x84, &loaded.profile.aid.0), (0xA5, &inner.concat())])
}

/// A directory entry (61; EMV Book 1, table 47).
pub(super) fn directory_entry(loaded: &Loaded) -> Vec<u8> {
    template(
        0x61,
        &[
            (0x4F, &loaded.profile.aid.0),
            (0x50, loaded.profile.label.as_bytes()),
            (0x87, &[loaded.priority()]),
        ],
    )
}
