//! What a terminal does to believe a card (EMV Book 2, 5.3, 5.4, 6.3 to 6.6), step by step and
//! with nothing of the crate but the CA's public key.

use caisson_cards::capk;
use num_bigint::BigUint;
use sha1::{Digest, Sha1};

use crate::terminal::Terminal;

pub(crate) struct PublicKey {
    pub(crate) modulus: Vec<u8>,
    exponent: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Distrust {
    UnknownCa,
    Form(&'static str),
    Hash(&'static str),
}

impl PublicKey {
    pub(crate) fn apply(&self, block: &[u8]) -> Vec<u8> {
        let [block, exponent, modulus] =
            [block, &self.exponent, &self.modulus].map(BigUint::from_bytes_be);
        let bytes = block.modpow(&exponent, &modulus).to_bytes_be();
        let mut padded = vec![0; self.modulus.len() - bytes.len()];
        padded.extend(bytes);
        padded
    }

    /// The signed body, without header, hash and trailer.
    fn recover(
        &self,
        signature: &[u8],
        format: u8,
        also_hashed: &[&[u8]],
        what: &'static str,
    ) -> Result<Vec<u8>, Distrust> {
        if signature.len() != self.modulus.len() {
            return Err(Distrust::Form(what));
        }
        let block = self.apply(signature);
        let [0x6A, middle @ .., 0xBC] = block.as_slice() else {
            return Err(Distrust::Form(what));
        };
        let (body, hash) = middle.split_at(middle.len() - 20);
        if body[0] != format {
            return Err(Distrust::Form(what));
        }
        let mut expected = Sha1::new();
        expected.update(body);
        also_hashed.iter().for_each(|part| expected.update(part));
        if expected.finalize().as_slice() != hash {
            return Err(Distrust::Hash(what));
        }
        Ok(body.to_vec())
    }
}

fn ca(terminal: &Terminal) -> Result<PublicKey, Distrust> {
    let rid = &terminal.value(0x84)[..5];
    let index = terminal.value(0x8F)[0];
    let known = capk::keys().unwrap();
    let key = known.iter().find(|key| key.rid == rid && key.index == index);
    let key = key.ok_or(Distrust::UnknownCa)?;
    Ok(PublicKey { modulus: key.modulus.clone(), exponent: key.exponent.clone() })
}

/// The key in a certificate of `fixed` bytes before its modulus.
fn certified(
    signer: &PublicKey,
    terminal: &Terminal,
    [certificate, exponent, remainder]: [u32; 3],
    (format, fixed): (u8, usize),
    static_data: &[u8],
    what: &'static str,
) -> Result<PublicKey, Distrust> {
    let rest = terminal.known.get(&remainder).cloned().unwrap_or_default();
    let exponent = terminal.value(exponent).to_vec();
    let hashed: [&[u8]; 3] = [&rest, &exponent, static_data];
    let body = signer.recover(terminal.value(certificate), format, &hashed, what)?;
    let modulus_len = usize::from(body[fixed - 2]);
    let mut modulus: Vec<u8> = body[fixed..].iter().take(modulus_len).copied().collect();
    modulus.extend(&rest);
    if modulus.len() != modulus_len || usize::from(body[fixed - 1]) != exponent.len() {
        return Err(Distrust::Form(what));
    }
    Ok(PublicKey { modulus, exponent })
}

pub(crate) fn issuer_key(terminal: &Terminal) -> Result<PublicKey, Distrust> {
    let tags = [0x90, 0x9F32, 0x92];
    certified(&ca(terminal)?, terminal, tags, (0x02, 14), &[], "issuer certificate")
}

pub(crate) fn card_key(terminal: &Terminal) -> Result<PublicKey, Distrust> {
    let tags = [0x9F46, 0x9F47, 0x9F48];
    let issuer = issuer_key(terminal)?;
    let data = &terminal.static_data;
    certified(&issuer, terminal, tags, (0x04, 20), data, "card certificate")
}

pub(crate) fn pin_key(terminal: &Terminal) -> Result<PublicKey, Distrust> {
    let tags = [0x9F2D, 0x9F2E, 0x9F2F];
    certified(&issuer_key(terminal)?, terminal, tags, (0x04, 20), &[], "PIN key certificate")
}

pub(crate) fn static_data(terminal: &Terminal) -> Result<(), Distrust> {
    let signed = terminal.value(0x93);
    let issuer = issuer_key(terminal)?;
    issuer.recover(signed, 0x03, &[&terminal.static_data], "static data").map(|_| ())
}

/// DDA: asks the card to sign, and looks at the signature.
pub(crate) fn dynamic_data(terminal: &mut Terminal) -> Result<(), Distrust> {
    let data = terminal.listed(terminal.value(0x9F49));
    let answer = terminal.send([0, 0x88, 0, 0], &data).unwrap();
    terminal.learn(&answer).unwrap();
    let signature = terminal.known.remove(&0x80).or_else(|| terminal.known.remove(&0x9F4B));
    let key = card_key(terminal)?;
    key.recover(&signature.unwrap(), 0x05, &[&data], "dynamic data").map(|_| ())
}

/// CDA: the cryptogram inside the signature of this answer of GENERATE AC, once all of it holds.
pub(crate) fn combined(
    terminal: &Terminal,
    answer: &[u8],
    second: Option<&[u8]>,
) -> Result<Vec<u8>, Distrust> {
    let key = card_key(terminal)?;
    let random = terminal.value(0x9F37);
    let body = key.recover(terminal.value(0x9F4B), 0x05, &[random], "combined data")?;
    let dynamic = &body[3..3 + usize::from(body[2])];
    let number_len = usize::from(dynamic[0]);
    let [kind, rest @ ..] = &dynamic[1 + number_len..] else {
        return Err(Distrust::Form("combined data"));
    };
    if [*kind] != terminal.value(0x9F27) {
        return Err(Distrust::Form("combined data"));
    }
    let (cryptogram, hash) = rest.split_at(8);
    let head = if answer[1] == 0x81 { 3 } else { 2 };
    let signature = terminal.value(0x9F4B);
    let object = signature.len() + if signature.len() < 128 { 3 } else { 4 };
    let inner = &answer[head..];
    let at = inner.windows(2).position(|tag| tag == [0x9F, 0x4B]).unwrap();
    let mut expected = Sha1::new();
    expected.update(&terminal.pdol_data);
    expected.update(&terminal.cdol1_data);
    expected.update(second.unwrap_or_default());
    expected.update(&inner[..at]);
    expected.update(&inner[at + object..]);
    if expected.finalize().as_slice() != hash {
        return Err(Distrust::Hash("combined data"));
    }
    Ok(cryptogram.to_vec())
}
