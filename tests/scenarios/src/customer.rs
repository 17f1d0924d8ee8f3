//! What a customer can hold before the camera: fresh payment codes, and pictures of them.

use caisson_acquirer::Wallet;
use caisson_devices::emulated::camera::{Scene, SceneError};
use caisson_devices::frame::Size;
use qrcodegen::{QrCode, QrCodeEcc};

/// Digits that make a text a payment code, and so a secret.
pub(crate) const CODE_DIGITS_MIN: usize = 16;

/// A sensor of this size sees a damaged code.
const SENSOR: Size = Size { width: 320, height: 240 };
/// Pixels of each of its modules.
const MODULE_PIXELS: u32 = 4;

/// The payment code number `number` of `wallet`: the same for the same `seed`, so that another
/// process of the same scenario knows it too.
pub(crate) fn payment_code(wallet: Wallet, seed: u64, number: u64) -> String {
    let mixed = mix(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number);
    let (prefix, digits) = match wallet {
        Wallet::Wechat => ("13", 16),
        Wallet::Alipay => ("28", 16),
        Wallet::Unionpay => ("62", 17),
    };
    format!("{prefix}{:0digits$}", mixed % 10_000_000_000_000_000)
}

/// Spreads a number over all its bits (splitmix64).
const fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// A photo of a code with a broken phone's glass over it: two corners of three and the middle are
/// gone, more than error correction gives back.
pub(crate) fn damaged(code: &str) -> Result<Scene, SceneError> {
    let drawn = QrCode::encode_text(code, QrCodeEcc::Medium)
        .map_err(|_| SceneError::TextTooLong { bytes: code.len() })?;
    let modules = drawn.size();
    let pixel = |at: usize| {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let (x, y) = (at % SENSOR.width / MODULE_PIXELS, at / SENSOR.width / MODULE_PIXELS);
        let (x, y) = (i32::try_from(x).unwrap_or(-1) - 10, i32::try_from(y).unwrap_or(-1) - 10);
        let gone = (x < 9 && !(9..=modules - 9).contains(&y)) || (x + y - modules).abs() < 5;
        match drawn.get_module(x, y) {
            _ if gone => 110,
            true => 30,
            false => 230,
        }
    };
    let pixels = SENSOR.width as usize * SENSOR.height as usize;
    Scene::luma((0..pixels).map(pixel).collect(), SENSOR)
}

/// True where nobody but wallet, terminal and acquirer may know the text.
pub(crate) fn is_secret(text: &str) -> bool {
    text.len() >= CODE_DIGITS_MIN && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fresh_code_is_its_wallets_and_no_other() {
        for wallet in Wallet::ALL {
            let codes: Vec<_> = (0..100).map(|number| payment_code(wallet, 7, number)).collect();
            assert!(codes.iter().all(|code| Wallet::of_code(code) == Some(wallet)));
            assert!(codes.iter().all(|code| is_secret(code)));
            let different: std::collections::BTreeSet<_> = codes.iter().collect();
            assert_eq!(different.len(), 100);
        }
        assert_ne!(payment_code(Wallet::Wechat, 1, 0), payment_code(Wallet::Wechat, 2, 0));
    }
}
