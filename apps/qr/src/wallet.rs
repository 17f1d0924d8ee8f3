//! Whose code is it, and what are that wallet's figures?
//!
//! A payment code is text, never a number: it may begin with zeros. It is as good as cash for a
//! minute, so its `Debug` hides it, and no note, log or error has it.

use crate::emvco::CustomerPresented;
use crate::settings;
use crate::till::Till;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

/// A wallet that this app knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wallet {
    /// WeChat Pay.
    WeChat,
    /// Alipay.
    Alipay,
    /// UnionPay, cloud QuickPass.
    UnionPay,
}

impl Wallet {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::WeChat, Self::Alipay, Self::UnionPay];

    /// Its name in requests and settings.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::WeChat => "wechat",
            Self::Alipay => "alipay",
            Self::UnionPay => "unionpay",
        }
    }
}

/// A code that a wallet shows to pay with.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentCode {
    wallet: Wallet,
    text: String,
}

impl PaymentCode {
    /// The payment code in `text`; `None` where it is some other code.
    #[must_use]
    pub fn recognise(text: &str) -> Option<Self> {
        let wallet = digits_of(text).or_else(|| application_of(text))?;
        Some(Self { wallet, text: text.into() })
    }

    /// Whose it is.
    #[must_use]
    pub const fn wallet(&self) -> Wallet {
        self.wallet
    }

    /// The code, for the request and nothing else.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for PaymentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PaymentCode({:?}, {} characters)", self.wallet, self.text.len())
    }
}

/// The wallets' public rules: length and first two digits. No two of them overlap.
fn digits_of(text: &str) -> Option<Wallet> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let prefix: u8 = text.get(..2)?.parse().ok()?;
    match (text.len(), prefix) {
        (18, 10..=15) => Some(Wallet::WeChat),
        (16..=24, 25..=30) => Some(Wallet::Alipay),
        (19, 62) => Some(Wallet::UnionPay),
        _ => None,
    }
}

/// UnionPay's registered application provider (ISO 7816-5).
const UNIONPAY_PROVIDER: [u8; 5] = [0xA0, 0x00, 0x00, 0x03, 0x33];

/// An EMVCo customer-presented code: UnionPay's, where it offers one of its applications.
fn application_of(text: &str) -> Option<Wallet> {
    let code = CustomerPresented::parse(text).ok()?;
    let is_unionpay = code.applications().any(|id| id.starts_with(&UNIONPAY_PROVIDER));
    is_unionpay.then_some(Wallet::UnionPay)
}

/// How a wallet wants to be asked. All times count from the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Between two queries.
    pub poll: Duration,
    /// Until the customer has had time enough, and the order is taken back.
    pub total: Duration,
    /// Before this the wallet refuses to take an order back.
    pub undo_after: Duration,
}

/// Shortest and longest wait between queries: a wallet throttles below, a customer leaves above.
const POLL_MS: RangeInclusive<u64> = 200..=15_000;
/// Wallets close an order by themselves within three minutes.
const TOTAL_MS: RangeInclusive<u64> = 1_000..=180_000;
/// No wallet is known to ask for more than 15 s.
const UNDO_AFTER_MS: RangeInclusive<u64> = 0..=60_000;

impl Figures {
    /// The figures of `wallet`, as its public documents have them where the owner set no others:
    /// `wechat.poll-ms`, `alipay.total-ms`, `unionpay.undo-after-ms` …
    pub fn of<T: Till>(till: &mut T, wallet: Wallet) -> Self {
        let (poll_ms, total_ms, undo_after_ms) = match wallet {
            Wallet::WeChat => (5_000, 30_000, 15_000),
            Wallet::Alipay | Wallet::UnionPay => (3_000, 60_000, 0),
        };
        let name = |figure: &str| format!("{}.{figure}", wallet.code());
        Self {
            poll: settings::millis(till, &name("poll-ms"), poll_ms, POLL_MS),
            total: settings::millis(till, &name("total-ms"), total_ms, TOTAL_MS),
            undo_after: settings::millis(
                till,
                &name("undo-after-ms"),
                undo_after_ms,
                UNDO_AFTER_MS,
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: Option<Wallet>) {
        assert_eq!(PaymentCode::recognise(text).map(|code| code.wallet()), expected, "{text}");
    }

    #[test]
    fn a_wallet_is_told_by_length_and_first_two_digits() {
        check("101234567890123456", Some(Wallet::WeChat));
        check("151234567890123456", Some(Wallet::WeChat));
        check("091234567890123456", None);
        check("161234567890123456", None);
        check("10123456789012345", None);
        check("1012345678901234567", None);
        check("2512345678901234", Some(Wallet::Alipay));
        check("301234567890123456789012", Some(Wallet::Alipay));
        check("251234567890123", None);
        check("2512345678901234567890123", None);
        check("241234567890123456", None);
        check("311234567890123456", None);
        check("6212345678901234567", Some(Wallet::UnionPay));
        check("621234567890123456", None);
        check("6312345678901234567", None);
        check("", None);
        check("1", None);
        check("10123456789012345x", None);
        check("１０１２３４５６７８９０１２３４５６", None);
        check("https://qr.example/pay/1", None);
        check("6901234567892", None);
    }

    #[test]
    fn an_emvco_code_is_unionpays_only_with_unionpays_application() {
        let code = |application: &[u8]| {
            STANDARD.encode([b"\x85\x05CPV01\x61\x0A\x4F\x08", application].concat())
        };
        check(&code(&[0xA0, 0, 0, 3, 0x33, 1, 1, 1]), Some(Wallet::UnionPay));
        check(&code(&[0xA0, 0, 0, 0, 0x55, 0x55, 0x55, 0x55]), None);
        check("hQVDUFYwMQ==", None);
    }

    #[test]
    fn a_code_has_no_debug_text() {
        let code = PaymentCode::recognise("6212345678901234567").unwrap();
        assert_eq!(format!("{code:?}"), "PaymentCode(UnionPay, 19 characters)");
    }

    proptest! {
        #[test]
        fn any_text_is_recognised_or_not(text in "\\PC{0,40}") {
            let _ = PaymentCode::recognise(&text);
        }
    }
}
