//! The three wallets: how their codes look and which rules of time they keep.
//!
//! A code is a string of digits, never a number: it may begin with a zero. Nothing here keeps one.

use std::fmt;

/// How long after `pay` a WeChat payment refuses to be cancelled.
pub const WECHAT_CANCEL_NOT_BEFORE_S: u32 = 15;
/// How long a WeChat customer may think. Then the payment is closed, unpaid.
pub const WECHAT_CONFIRM_WINDOW_S: u32 = 45;
/// How long an Alipay or UnionPay customer may think. Then the payment is closed, unpaid.
pub const ALIPAY_CONFIRM_WINDOW_S: u32 = 180;

const _: () = assert!(WECHAT_CANCEL_NOT_BEFORE_S < WECHAT_CONFIRM_WINDOW_S);

/// A wallet that a customer pays from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wallet {
    /// WeChat Pay: code of 18 digits, beginning with 10 to 15.
    Wechat,
    /// Alipay: code of 16 to 24 digits, beginning with 25 to 30.
    Alipay,
    /// UnionPay's cloud wallet: code of 19 digits, beginning with 62.
    Unionpay,
}

impl Wallet {
    /// Every wallet.
    pub const ALL: [Self; 3] = [Self::Wechat, Self::Alipay, Self::Unionpay];

    /// The name on the wire and in the books.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wechat => "wechat",
            Self::Alipay => "alipay",
            Self::Unionpay => "unionpay",
        }
    }

    /// The wallet of that name on the wire.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wallet| wallet.name() == name)
    }

    /// The wallet whose codes look like this one; none if it is no payment code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        if !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let prefix: u8 = code.get(..2)?.parse().ok()?;
        match (prefix, code.len()) {
            (10..=15, 18) => Some(Self::Wechat),
            (25..=30, 16..=24) => Some(Self::Alipay),
            (62, 19) => Some(Self::Unionpay),
            _ => None,
        }
    }

    /// Seconds after `pay` before which `cancel` is answered `TOO_EARLY`.
    #[must_use]
    pub const fn cancel_not_before_s(self) -> u32 {
        match self {
            Self::Wechat => WECHAT_CANCEL_NOT_BEFORE_S,
            Self::Alipay | Self::Unionpay => 0,
        }
    }

    /// Whether `cancel` ends a payment that its customer is still confirming. Where it does not,
    /// it is answered `WAITING`.
    #[must_use]
    pub const fn cancels_while_waiting(self) -> bool {
        !matches!(self, Self::Wechat)
    }

    /// Seconds after which a payment that its customer never confirmed closes by itself.
    #[must_use]
    pub const fn confirm_window_s(self) -> u32 {
        match self {
            Self::Wechat => WECHAT_CONFIRM_WINDOW_S,
            Self::Alipay | Self::Unionpay => ALIPAY_CONFIRM_WINDOW_S,
        }
    }
}

impl fmt::Display for Wallet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prefix: &str, digits: usize, expected: Option<Wallet>) {
        let code = format!("{prefix:0<digits$}");
        assert_eq!(Wallet::of_code(&code), expected, "{prefix}, {digits} digits");
    }

    #[test]
    fn a_code_belongs_to_the_wallet_of_its_prefix_and_length() {
        check("10", 18, Some(Wallet::Wechat));
        check("15", 18, Some(Wallet::Wechat));
        check("16", 18, None);
        check("09", 18, None);
        check("13", 17, None);
        check("13", 19, None);
        check("25", 16, Some(Wallet::Alipay));
        check("30", 24, Some(Wallet::Alipay));
        check("28", 15, None);
        check("28", 25, None);
        check("31", 18, None);
        check("62", 19, Some(Wallet::Unionpay));
        check("62", 18, None);
        check("1", 1, None);
        check("+2", 18, None);
        check("1二", 18, None);
        check("", 0, None);
    }
}
