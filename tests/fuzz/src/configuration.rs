//! Files and texts that say what the terminal does: a destination's file, the device profile, and
//! what an app wants to send.

use caisson_core::operation::OperationKind;
use caisson_core::payment::{Digest, REQUEST_BYTES_MAX};
use caisson_core::{Currency, Money, PaymentKey};
use caisson_network::config::{
    HOST_CHARS_MAX, NAME_CHARS_MAX, OPERATIONS_MAX, TIMEOUT_MS_MAX, TIMEOUT_MS_MIN,
};
use caisson_network::{Binding, ConfigError, Destination};
use caisson_terminal::{CameraProfile, PrinterProfile, Profile, ProfileError, ScreenProfile};
use serde_json::Value;
use std::path::Path;
use std::sync::LazyLock;

/// The destination that the network's page shows.
pub(crate) const EXAMPLE: &str = include_str!("../../../runtime/network/examples/wallet.toml");
/// The same, read once.
pub(crate) static WALLET: LazyLock<Destination> =
    LazyLock::new(|| Destination::parse("wallet.toml", EXAMPLE).unwrap());
const ORDER: &str = "000000070000300015T1000001";
const ORIGINAL: &str = "000000070000300014T1000001";
/// Longest run of digits that an error may repeat: a payment code has 16 or more.
const DIGITS_SHOWN_MAX: usize = 15;

/// The payment that `operation` of the example is about: 12.00 yuan.
pub(crate) fn binding(operation: &str) -> Binding {
    let original = operation.starts_with("refund").then(|| ORIGINAL.parse().unwrap());
    let amount = Money::new(1_200, Currency::Cny).unwrap();
    Binding { order: ORDER.parse().unwrap(), original, amount: Some(amount), stan: None, pin: None }
}

/// The first line as text, and what follows it.
pub(crate) fn split_line(data: &[u8]) -> (&str, &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let rest = data.get(end + 1..).unwrap_or_default();
    (std::str::from_utf8(&data[..end]).unwrap_or_default(), rest)
}

/// A destination's file, its signature held.
///
/// # Panics
/// Where what loads is not complete, or a refusal names no place.
pub fn destination(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let lines = text.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let destination = match Destination::parse("fuzz.toml", text) {
        Ok(destination) => destination,
        Err(error) => {
            if let ConfigError::Form { line, .. } | ConfigError::Value { line, .. } = &error {
                assert!((1..=lines).contains(line), "line {line} of {lines}");
            }
            let shown = error.to_string();
            assert!(shown.starts_with("fuzz.toml"), "{shown}");
            assert_eq!(Destination::parse("fuzz.toml", text).unwrap_err(), error);
            return;
        }
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_name =
        |text: &str| (1..=NAME_CHARS_MAX).contains(&text.len()) && text.chars().all(plain);
    assert!(is_name(destination.name()));
    assert!((1..=HOST_CHARS_MAX).contains(&destination.host().len()));
    let operations: Vec<_> = destination.operations().collect();
    assert!((1..=OPERATIONS_MAX).contains(&operations.len()));
    for operation in operations {
        assert!(is_name(operation.name()));
        let ms = operation.timeout().as_millis();
        assert!((u128::from(TIMEOUT_MS_MIN)..=u128::from(TIMEOUT_MS_MAX)).contains(&ms));
        assert!(!operation.is_repeatable() || operation.kind().moves_money());
        check_empty_request(&destination, operation.name(), operation.kind());
    }
}

/// Whatever the file says, a request that can move money names order and amount.
fn check_empty_request(destination: &Destination, name: &str, kind: OperationKind) {
    for binding in [binding("pay"), binding("refund")] {
        let Ok(prepared) = destination.prepare(name, b"{}", &binding) else { continue };
        let text = std::str::from_utf8(prepared.bytes()).unwrap();
        assert!(!kind.moves_money() || text.contains(ORDER), "{name}: {text}");
        assert!(!kind.moves_money() || text.contains("1200"), "{name}: {text}");
        assert!(kind != OperationKind::Offer, "an offer says for how long it can be paid");
    }
}

/// The first line names an operation of the example, the rest is what an app wants to send.
///
/// # Panics
/// Where the app decides what only the host may, or what is sent is not what it wrote.
pub fn request(data: &[u8]) {
    let destination = &*WALLET;
    let (name, body) = split_line(data);
    let binding = binding(name);
    let prepared = match destination.prepare(name, body, &binding) {
        Ok(prepared) => prepared,
        Err(error) => return check_silent(name, body, &error.to_string()),
    };
    assert!(prepared.bytes().len() <= REQUEST_BYTES_MAX);
    assert_eq!(prepared.digest(), Digest::of(prepared.bytes()));
    assert!(!format!("{prepared:?}").contains("wallet\":"), "a request has no debug text");
    let wrote: Value = serde_json::from_slice(body).unwrap();
    let sent: Value = serde_json::from_slice(prepared.bytes()).unwrap();
    let is_refund = name.starts_with("refund");
    let order = if is_refund { "refund" } else { "order" };
    assert_eq!(sent[order], binding.order.as_str());
    let moves_money = prepared.kind().moves_money();
    if moves_money {
        assert_eq!((&sent["amount"], &sent["currency"]), (&1_200.into(), &"CNY".into()));
    }
    for (field, value) in wrote.as_object().unwrap() {
        assert_eq!(&sent[field], value, "what the app wrote is sent: {field}");
        let host = [order, if moves_money { "amount" } else { order }];
        assert!(!host.iter().any(|host| host.eq_ignore_ascii_case(field)), "{field}");
    }
    // What was sent, as an app would write it, makes the same bytes: there is one text for it.
    let mut own = sent.as_object().unwrap().clone();
    own.retain(|field, _| wrote.get(field).is_some());
    let pretty = serde_json::to_vec_pretty(&own).unwrap();
    if let Ok(again) = destination.prepare(name, &pretty, &binding) {
        assert_eq!(again.bytes(), prepared.bytes());
        assert_eq!(again.expires(), prepared.expires());
    } else {
        assert!(pretty.len() > REQUEST_BYTES_MAX, "the same object again");
    }
}

/// An error never repeats a payment code.
fn check_silent(name: &str, body: &[u8], error: &str) {
    assert!(!error.is_empty());
    for run in body.split(|byte| !byte.is_ascii_digit()) {
        let run = std::str::from_utf8(run).unwrap();
        let is_code = run.len() > DIGITS_SHOWN_MAX && !name.contains(run);
        assert!(!is_code || !error.contains(run), "{error}");
    }
}

/// A device profile.
///
/// # Panics
/// Where a value is accepted that cannot be, or a refusal names no file.
pub fn profile(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let path = Path::new("shop/profile.toml");
    let profile = match Profile::parse(path, text) {
        Ok(profile) => profile,
        Err(error) => {
            assert!(matches!(error, ProfileError::Form { .. } | ProfileError::Value { .. }));
            return assert!(error.to_string().starts_with("shop/profile.toml: "), "{error}");
        }
    };
    assert_eq!(Profile::parse(path, text).unwrap(), profile);
    assert!((-840..=840).contains(&profile.utc_offset_minutes), "within a day of UTC");
    PaymentKey::derive(1, &profile.merchant.terminal_id, 1, 1).expect("it makes keys");
    let (PrinterProfile::Emulated { paper_mm, .. }
    | PrinterProfile::Usb { paper_mm, .. }
    | PrinterProfile::Serial { paper_mm, .. }
    | PrinterProfile::Tcp { paper_mm, .. }) = &profile.printer;
    assert!(matches!(paper_mm, 58 | 80));
    assert!(matches!(profile.camera, CameraProfile::Emulated {} | CameraProfile::V4l2 { .. }));
    assert!(matches!(profile.screen, ScreenProfile::Headless {}));
    for folder in [&profile.journal, &profile.vault, &profile.kek, &profile.apps] {
        assert!(folder.is_absolute() || folder.starts_with("shop"), "{}", folder.display());
    }
}
