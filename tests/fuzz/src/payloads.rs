//! What a code says, and the words of the house.

use caisson_core::money::{MINOR_MAX, Money};
use caisson_core::payment::Digest;
use caisson_core::permission::Permission;
use caisson_core::{Currency, Language, PaymentKey, Reason};
use caisson_devices::storage::StorageKey;
use caisson_qr::emvco::{CustomerPresented, MerchantPresented, PAYLOAD_CHARS_MAX};
use caisson_qr::note::Note;
use caisson_qr::wallet::PaymentCode;
use caisson_vault::{PublicKey, Signature, Slot};
use std::fmt::Display;
use std::str::FromStr;

/// Shortest part of a code that its debug text could show by chance.
const TELLING_BYTES: usize = 5;

/// The text of a code before the camera, or of one to show.
///
/// # Panics
/// Where what is read is not what is written again, or a code shows in a debug text.
pub fn payload(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(merchant) = MerchantPresented::parse(text) {
        assert!(text.chars().count() <= PAYLOAD_CHARS_MAX);
        assert_eq!(MerchantPresented::build(merchant.objects()).as_deref(), Ok(text));
    }
    if let Ok(customer) = CustomerPresented::parse(text) {
        assert!(text.len() <= PAYLOAD_CHARS_MAX);
        assert!(customer.applications().all(|id| (5..=16).contains(&id.len())));
        assert!(customer.applications().next().is_some());
    }
    if let Some(code) = PaymentCode::recognise(text) {
        assert_eq!(code.secret(), text);
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        assert!(!is_number || (16..=24).contains(&text.len()));
        assert!(text.len() <= PAYLOAD_CHARS_MAX);
        let shown = format!("{code:?}");
        let parts = text.as_bytes().windows(TELLING_BYTES);
        let shows = |part: &[u8]| shown.as_bytes().windows(TELLING_BYTES).any(|seen| seen == part);
        assert!(!parts.into_iter().any(shows), "{shown}");
    }
    if let Ok(note) = serde_json::from_slice::<Note>(data) {
        let again = serde_json::to_vec(&note).unwrap();
        assert_eq!(serde_json::from_slice::<Note>(&again).unwrap(), note);
    }
}

/// A name, a number or a key, in each of the forms that the house knows.
///
/// # Panics
/// Where one is printed as another, or accepted beyond its limits.
pub fn words(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for currency in Currency::ALL {
        match Money::parse(text, currency) {
            Ok(money) => {
                assert!(money.minor() <= MINOR_MAX);
                assert_eq!(Money::parse(&money.to_string(), currency), Ok(money));
            }
            Err(error) => assert!(error.to_string().chars().count() < 200, "{error}"),
        }
    }
    if let Some(key) = same::<PaymentKey>(text) {
        assert!(key.journal().is_none_or(|journal| journal < 36_u64.pow(8)));
    }
    same::<Slot>(text);
    same::<PublicKey>(text);
    same::<Signature>(text);
    same::<StorageKey>(text);
    same::<Reason>(text);
    let _known: Option<Currency> = text.parse().ok();
    let _spoken: Option<Language> = text.parse().ok();
    if let Ok(permission) = text.parse::<Permission>() {
        assert_eq!(permission.name(), text);
    }
    if let Ok(digest) = Digest::try_from(text.to_owned()) {
        assert_eq!(digest.to_string(), text);
    }
}

/// One value, one text.
fn same<T: FromStr + Display>(text: &str) -> Option<T> {
    let value: T = text.parse().ok()?;
    assert_eq!(value.to_string(), text);
    Some(value)
}
