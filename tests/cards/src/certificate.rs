//! Certificates and signatures of a card (EMV Book 2, 5.1, 6.1 and 7.1, as the issuer and the card
//! make them; the terminal's recovery stands in 5.3, 6.4, 6.5, 6.6).
//!
//! Guarantees: the formats of version 4.3 with RSA and SHA-1, the only ones that terminals in the
//! field know. Not here: checking; a test that checked with this code would prove nothing.

use crate::keys::{KeyError, RsaKey, rsa};
use crate::pan::Pan;
use crate::profile::Oda;
use crate::symmetric::sha1;

/// The certificates' serial number. One for all: nothing of ours revokes a certificate.
const SERIAL: [u8; 3] = [0x00, 0x00, 0x01];
/// The certificates' last month, `MMYY`: that of the CAs. A card that has expired is found to be so
/// by its own date, not by a certificate that fails.
const EXPIRY: [u8; 2] = [0x12, 0x39];
/// The data authentication code of SDA cards: what an issuer may find again in 9F45.
const DATA_AUTHENTICATION_CODE: [u8; 2] = [0xDA, 0xC0];
/// Hash SHA-1 and signature scheme RSA (EMV Book 2, B2.1 and B3.1), as their one-byte indicators.
const SHA_1: u8 = 0x01;
const RSA: u8 = 0x01;

/// Which certificates a card needs.
pub(crate) struct Wanted<'a> {
    pub(crate) ca: &'a str,
    pub(crate) aid: &'a [u8],
    pub(crate) oda: Oda,
    pub(crate) pin_key: bool,
    pub(crate) pan: &'a Pan,
    /// Signed records and the data of 9F4A, in this order.
    pub(crate) static_data: &'a [u8],
}

/// What the card carries for offline data authentication: objects for its records, and its keys.
#[derive(Clone, Default)]
pub(crate) struct Certificates {
    /// Tag and value, in the order of the records.
    pub(crate) objects: Vec<(u32, Vec<u8>)>,
    pub(crate) icc: Option<&'static RsaKey>,
    pub(crate) pin: Option<&'static RsaKey>,
}

/// Everything that `wanted` asks for; nothing for a card without ODA and without a PIN key.
pub(crate) fn issue(wanted: &Wanted<'_>) -> Result<Certificates, KeyError> {
    let mut issued = Certificates::default();
    if wanted.oda == Oda::None && !wanted.pin_key {
        return Ok(issued);
    }
    let ca = rsa(wanted.ca)?;
    let (rid, index) = ca.ca().ok_or_else(|| KeyError::Unknown(wanted.ca.to_owned()))?;
    if !wanted.aid.starts_with(&rid) {
        return Err(KeyError::OtherBrand(wanted.ca.to_owned()));
    }
    let issuer = rsa(&format!("{}-issuer", wanted.ca))?;
    issued.objects.push((0x8F, vec![index]));
    push_key(&mut issued, [0x90, 0x9F32, 0x92], issuer, issuer_certificate(ca, issuer, wanted));
    match wanted.oda {
        Oda::None => {}
        Oda::Sda => issued.objects.push((0x93, static_signature(issuer, wanted.static_data))),
        Oda::Dda | Oda::Cda => {
            let icc = rsa(&format!("{}-icc", wanted.ca))?;
            let certificate = card_certificate(issuer, icc, wanted, wanted.static_data);
            push_key(&mut issued, [0x9F46, 0x9F47, 0x9F48], icc, certificate);
            issued.icc = Some(icc);
        }
    }
    if wanted.pin_key {
        let pin = rsa(&format!("{}-pin", wanted.ca))?;
        let certificate = card_certificate(issuer, pin, wanted, &[]);
        push_key(&mut issued, [0x9F2D, 0x9F2E, 0x9F2F], pin, certificate);
        issued.pin = Some(pin);
    }
    Ok(issued)
}

/// Certificate, exponent and, if the modulus did not fit into the certificate, the remainder.
fn push_key(
    issued: &mut Certificates,
    [certificate, exponent, remainder]: [u32; 3],
    key: &RsaKey,
    (signed, rest): (Vec<u8>, Vec<u8>),
) {
    issued.objects.push((certificate, signed));
    issued.objects.push((exponent, key.exponent()));
    if !rest.is_empty() {
        issued.objects.push((remainder, rest));
    }
}

/// EMV Book 2, table 1 and 6.1: the certificate and the remainder of the modulus.
fn issuer_certificate(ca: &RsaKey, key: &RsaKey, wanted: &Wanted<'_>) -> (Vec<u8>, Vec<u8>) {
    let identifier = crate::hex::packed(wanted.pan.digits().get(..8).unwrap_or(""), 4);
    let mut head = vec![0x02];
    head.extend(identifier);
    certify(ca, head, key, &[])
}

/// EMV Book 2, 6.1 table 9 and 7.1: of the card's own key and of its key for PINs.
fn card_certificate(
    issuer: &RsaKey,
    key: &RsaKey,
    wanted: &Wanted<'_>,
    static_data: &[u8],
) -> (Vec<u8>, Vec<u8>) {
    let mut head = vec![0x04];
    head.extend(crate::hex::packed(wanted.pan.digits(), 10));
    certify(issuer, head, key, static_data)
}

fn certify(
    signer: &RsaKey,
    mut body: Vec<u8>,
    key: &RsaKey,
    also_hashed: &[u8],
) -> (Vec<u8>, Vec<u8>) {
    let modulus = key.modulus();
    let exponent = key.exponent();
    body.extend(EXPIRY);
    body.extend(SERIAL);
    body.extend([SHA_1, RSA, byte_len(&modulus), byte_len(&exponent)]);
    // 6A before, hash and BC after the body: 22 bytes.
    let room = signer.pair.len().saturating_sub(22 + body.len());
    let (inside, remainder) = modulus.split_at_checked(room).unwrap_or((&modulus, &[]));
    body.extend(inside);
    body.resize(signer.pair.len().saturating_sub(22), 0xBB);
    (sign(signer, &body, &[remainder, &exponent, also_hashed]), remainder.to_vec())
}

/// The signed static application data of SDA (EMV Book 2, table 3).
fn static_signature(issuer: &RsaKey, static_data: &[u8]) -> Vec<u8> {
    let mut body = vec![0x03, SHA_1];
    body.extend(DATA_AUTHENTICATION_CODE);
    body.resize(issuer.pair.len().saturating_sub(22), 0xBB);
    sign(issuer, &body, &[static_data])
}

/// The signed dynamic application data (EMV Book 2, 6.5.1 table 15, 6.6.1 table 18). `hashed` is
/// what the terminal sent: the DDOL data, or the unpredictable number.
pub(crate) fn dynamic_signature(icc: &RsaKey, dynamic: &[u8], hashed: &[u8]) -> Vec<u8> {
    let mut body = vec![0x05, SHA_1, byte_len(dynamic)];
    body.extend(dynamic);
    body.resize(icc.pair.len().saturating_sub(22), 0xBB);
    sign(icc, &body, &[hashed])
}

/// EMV Book 2, A2.1: signature with recovery of `body` and the hash of it and what follows.
fn sign(key: &RsaKey, body: &[u8], also_hashed: &[&[u8]]) -> Vec<u8> {
    let mut hashed = vec![body];
    hashed.extend(also_hashed);
    let mut block = vec![0x6A];
    block.extend(body);
    block.extend(sha1(&hashed));
    block.push(0xBC);
    key.pair.private(&block)
}

/// Lengths here are of keys and of signed data: below 256.
fn byte_len(bytes: &[u8]) -> u8 {
    u8::try_from(bytes.len()).unwrap_or(u8::MAX)
}
