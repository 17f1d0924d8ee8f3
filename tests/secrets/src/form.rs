//! The forms in which a planted value can lie about, as what a search looks for.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Fewest digits that are planted: fewer come up by chance.
pub(crate) const DIGITS_MIN: usize = 10;
/// Fewest digits that are looked for as BCD: six bytes, which chance does not make in a gigabyte.
const BCD_DIGITS_MIN: usize = 12;
/// Fewest bytes that are planted, for the same reason.
const BYTES_MIN: usize = 8;
/// Base64 carries six bits in a sign.
const BITS_OF_SIGN: usize = 6;

/// A value that must not be found.
///
/// Digits are looked for as ASCII, as UTF-16 of either byte order, one digit a byte (as a PIN pad has
/// them), as BCD at either nibble, as hex of their ASCII, and ASCII and BCD as base64 at each of the
/// three alignments. (Hex of BCD is the digits' ASCII.) Bytes are looked for as they are and
/// backwards, as hex in both cases, that also as UTF-16, and as base64 at each alignment in both
/// alphabets.
#[derive(Clone)]
pub struct Planted {
    name: String,
    value: Value,
}

#[derive(Clone)]
enum Value {
    Digits(String),
    Bytes(Vec<u8>),
}

/// What a search looks for.
pub(crate) struct Needle {
    /// Whose form, and which.
    pub(crate) name: String,
    /// Whole bytes.
    pub(crate) bytes: Vec<u8>,
    /// The low nibble of the byte before.
    pub(crate) before: Option<u8>,
    /// The high nibble of the byte after.
    pub(crate) after: Option<u8>,
}

impl std::fmt::Debug for Planted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Planted").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Planted {
    /// At least ten digits, as they are in `digits`. `None` for anything else.
    #[must_use]
    pub fn digits(name: &str, digits: &str) -> Option<Self> {
        let fits = digits.len() >= DIGITS_MIN && digits.bytes().all(|sign| sign.is_ascii_digit());
        let value = Value::Digits(digits.to_owned());
        fits.then(|| Self { name: name.to_owned(), value })
    }

    /// At least eight bytes. `None` for fewer.
    #[must_use]
    pub fn bytes(name: &str, bytes: &[u8]) -> Option<Self> {
        let value = Value::Bytes(bytes.to_vec());
        (bytes.len() >= BYTES_MIN).then(|| Self { name: name.to_owned(), value })
    }

    /// What of a card must stand nowhere: its number; all of its number but the last four digits, or
    /// but the first six, for that is more than a mask shows; and what follows the number on a track.
    /// `None` where `pan` has fewer than 16 digits or `behind` fewer than ten.
    #[must_use]
    pub fn card(name: &str, pan: &str, behind: &str) -> Option<Vec<Self>> {
        let (tail, head) = (pan.get(6..)?, pan.get(..pan.len().checked_sub(4)?)?);
        Some(vec![
            Self::digits(&format!("number of {name}"), pan)?,
            Self::digits(&format!("first digits of {name}"), head)?,
            Self::digits(&format!("last digits of {name}"), tail)?,
            Self::digits(&format!("track of {name}"), behind)?,
        ])
    }

    /// What of a PIN must stand nowhere: its digits, and the clear blocks of ISO 9564-1 that are made
    /// of them: format 2 for a card (9.3.4) and format 0 with the number `pan` (9.3.2). `None` where
    /// it has fewer than ten digits, or the number fewer than 13.
    #[must_use]
    pub fn pin(name: &str, pin: &str, pan: &str) -> Option<Vec<Self>> {
        let field = |format: u8| -> Option<[u8; 8]> {
            let length = u8::try_from(pin.len()).ok()?;
            let digits = pin.bytes().map(|sign| sign.wrapping_sub(b'0'));
            let nibbles = [format, length].into_iter().chain(digits);
            packed(&nibbles.chain([0x0F; 16]).take(16).collect::<Vec<_>>()).try_into().ok()
        };
        let account = pan.get(pan.len().checked_sub(13)?..pan.len().checked_sub(1)?)?;
        let account = u64::from_str_radix(account, 16).ok()?;
        let with_account = u64::from_be_bytes(field(0)?) ^ account;
        Some(vec![
            Self::digits(&format!("PIN of {name}"), pin)?,
            Self::bytes(&format!("block for the card of {name}"), &field(2)?)?,
            Self::bytes(&format!("block for the host of {name}"), &with_account.to_be_bytes())?,
        ])
    }

    pub(crate) fn needles(&self) -> Vec<Needle> {
        let mut needles = Vec::new();
        match &self.value {
            Value::Digits(digits) => of_digits(digits, &mut |form, needle| {
                needles.push(Needle { name: format!("{} as {form}", self.name), ..needle });
            }),
            Value::Bytes(bytes) => of_bytes(bytes, &mut |form, needle| {
                needles.push(Needle { name: format!("{} as {form}", self.name), ..needle });
            }),
        }
        needles
    }
}

type Put<'a> = dyn FnMut(&str, Needle) + 'a;

fn of_digits(digits: &str, put: &mut Put<'_>) {
    let ascii = digits.as_bytes();
    let values: Vec<u8> = ascii.iter().map(|sign| sign.wrapping_sub(b'0')).collect();
    put("ASCII", whole(ascii.to_vec()));
    utf_16("UTF-16", digits, put);
    put("one digit a byte", whole(values.clone()));
    put("hex", whole(hex(ascii).into_bytes()));
    base64("base64", ascii, put);
    if digits.len() < BCD_DIGITS_MIN {
        return;
    }
    for offset in [0, 1] {
        let (first, rest) = values.split_at(offset);
        let (pairs, last) = rest.split_at(rest.len() - rest.len() % 2);
        let bytes = packed(pairs);
        base64(&format!("base64 of BCD at nibble {offset}"), &bytes, put);
        let (before, after) = (first.first().copied(), last.first().copied());
        put(
            &format!("BCD at nibble {offset}"),
            Needle { name: String::new(), bytes, before, after },
        );
    }
}

fn of_bytes(bytes: &[u8], put: &mut Put<'_>) {
    put("bytes", whole(bytes.to_vec()));
    // A block that was read as a number of 64 bits, on a machine that puts the last byte first.
    put("bytes backwards", whole(bytes.iter().rev().copied().collect()));
    for text in [hex(bytes), hex(bytes).to_uppercase()] {
        utf_16("hex in UTF-16", &text, put);
        put("hex", whole(text.into_bytes()));
    }
    base64("base64", bytes, put);
}

fn utf_16(form: &str, text: &str, put: &mut Put<'_>) {
    let little = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    put(form, whole(little));
    put(form, whole(big));
}

/// The signs that `bytes` alone decide, wherever they stand in what is encoded.
fn base64(form: &str, bytes: &[u8], put: &mut Put<'_>) {
    for before in 0..3_usize {
        let mut all = vec![0; before];
        all.extend_from_slice(bytes);
        let from = (before * 8).div_ceil(BITS_OF_SIGN);
        let to = all.len() * 8 / BITS_OF_SIGN;
        let texts = [STANDARD_NO_PAD.encode(&all), URL_SAFE_NO_PAD.encode(&all)];
        for text in texts {
            let signs = text.as_bytes().get(from..to).unwrap_or_default();
            put(&format!("{form} at {before}"), whole(signs.to_vec()));
        }
    }
}

fn whole(bytes: Vec<u8>) -> Needle {
    Needle { name: String::new(), bytes, before: None, after: None }
}

fn packed(nibbles: &[u8]) -> Vec<u8> {
    let (pairs, _) = nibbles.as_chunks::<2>();
    pairs.iter().map(|[high, low]| (high << 4) | low).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
