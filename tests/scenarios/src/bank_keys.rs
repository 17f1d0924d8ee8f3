//! How the simulated bank's terminals get their keys: what is in the bank's folder, in the
//! terminal's vault, and in the destination file that both were told.
//!
//! Guarantee: the bank works its keys out from the base key by itself, and the terminal has only what
//! an acquirer would have loaded into it. All of it are TEST keys.

use caisson_acquirer::bank::{BaseKey, KeyScheme, TestKey};
use caisson_terminal::BankKey;
use caisson_vault::{CipherKey, InitialKey};
use std::str::FromStr;

/// Bytes of the file that every base key comes from: as many as the longest has.
pub(crate) const BASE_BYTES: usize = 32;
/// The vault slots that the destination file names.
const MASTER_SLOT: &str = "bank-tmk";
const INITIAL_SLOT: &str = "bank-dukpt";
/// Which terminal it is: in a serial number of TDES before the counter, and under AES.
const TDES_SERIAL: [u8; 10] = *b"\xFF\xFFCAISS\0\0\0";
const AES_ID: [u8; 8] = *b"CAISSON1";

/// The key scheme of a simulated bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BankKeys {
    /// A master key in the terminal, and keys that a sign-on brings.
    #[default]
    MasterSession,
    /// DUKPT of ANSI X9.24-1.
    DukptTdes,
    /// DUKPT of ANSI X9.24-3, with keys of 16 bytes.
    DukptAes128,
    /// The same with keys of 32 bytes.
    DukptAes256,
}

impl BankKeys {
    /// Every scheme.
    pub const ALL: [Self; 4] =
        [Self::MasterSession, Self::DukptTdes, Self::DukptAes128, Self::DukptAes256];

    /// As files call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MasterSession => "master-session",
            Self::DukptTdes => "dukpt-tdes",
            Self::DukptAes128 => "dukpt-aes128",
            Self::DukptAes256 => "dukpt-aes256",
        }
    }

    /// The bank's side of `base`.
    pub(crate) const fn scheme(self, base: &[u8; BASE_BYTES]) -> KeyScheme {
        let short = TestKey(short(base));
        match self {
            Self::MasterSession => KeyScheme::MasterSession { master: BaseKey::Tdes(short) },
            Self::DukptTdes => KeyScheme::Dukpt { base: BaseKey::Tdes(short) },
            Self::DukptAes128 => KeyScheme::Dukpt { base: BaseKey::Aes128(short) },
            Self::DukptAes256 => KeyScheme::Dukpt { base: BaseKey::Aes256(TestKey(*base)) },
        }
    }

    /// The terminal's slot and what goes there, as whoever loads keys works it out.
    pub(crate) fn slot(self, base: &[u8; BASE_BYTES]) -> (String, BankKey) {
        let short = short(base);
        let initial = match self {
            Self::MasterSession => {
                let key = BankKey::Master(CipherKey::tdes2(&short));
                return (MASTER_SLOT.to_owned(), key);
            }
            Self::DukptTdes => InitialKey::from_tdes_base(&short, &TDES_SERIAL),
            Self::DukptAes128 => InitialKey::from_aes128_base(&short, &AES_ID),
            Self::DukptAes256 => InitialKey::from_aes256_base(base, &AES_ID),
        };
        (INITIAL_SLOT.to_owned(), BankKey::Initial(initial))
    }

    /// `operations`, the part of the example that follows a destination's head, under this scheme.
    pub(crate) fn write(self, operations: &str) -> String {
        const SCHEME: &str = "scheme = \"master-session\"\n";
        const FORMS: &str = "mac = \"retail\"";
        /// What a sign-on says that brings keys.
        const BRINGS: &str = "mac = false\nkeys = true\n";
        if self == Self::MasterSession {
            return operations.to_owned();
        }
        let parts = operations.split_once(SCHEME).and_then(|(before, rest)| {
            let at = rest.find(FORMS)?;
            Some((before, rest.get(at..)?))
        });
        let (before, forms) = parts.unwrap_or((operations, ""));
        let forms = match self {
            Self::DukptAes128 | Self::DukptAes256 => {
                forms.replacen("\"retail\"", "\"cmac\"", 1).replacen("\"iso-0\"", "\"iso-4\"", 1)
            }
            Self::MasterSession | Self::DukptTdes => forms.to_owned(),
        };
        let keys = format!("scheme = \"dukpt\"\nslot = \"{INITIAL_SLOT}\"\nksn_field = 62\n");
        format!("{before}{keys}{}", forms.replacen(BRINGS, "", 1))
    }
}

const fn short(base: &[u8; BASE_BYTES]) -> [u8; 16] {
    match base.first_chunk() {
        Some(first) => *first,
        None => [0; 16],
    }
}

/// No scheme is called so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no key scheme; write master-session, dukpt-tdes, dukpt-aes128 or dukpt-aes256")]
pub struct UnknownBankKeys(String);

impl FromStr for BankKeys {
    type Err = UnknownBankKeys;

    fn from_str(name: &str) -> Result<Self, UnknownBankKeys> {
        let found = Self::ALL.into_iter().find(|scheme| scheme.name() == name);
        found.ok_or_else(|| UnknownBankKeys(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_is_found_by_its_name() {
        for scheme in BankKeys::ALL {
            assert_eq!(scheme.name().parse(), Ok(scheme));
        }
        assert_eq!(
            "dukpt".parse::<BankKeys>().unwrap_err().to_string(),
            "\"dukpt\" is no key scheme; write master-session, dukpt-tdes, dukpt-aes128 or \
             dukpt-aes256"
        );
    }

    #[test]
    fn the_operations_are_those_of_the_scheme() {
        let text = "[keys]\nscheme = \"master-session\"\ntmk_slot = \"t\"\nmac = \"retail\"  # or\n\
            pin_format = \"iso-0\"\n[operation.sign-on]\nmac = false\nkeys = true\n[operation.x]\n\
            mac = false\n";
        assert_eq!(BankKeys::MasterSession.write(text), text);
        let dukpt = "[keys]\nscheme = \"dukpt\"\nslot = \"bank-dukpt\"\nksn_field = 62\nmac = \
            \"cmac\"  # or\npin_format = \"iso-4\"\n[operation.sign-on]\n[operation.x]\nmac = false\n";
        assert_eq!(BankKeys::DukptAes256.write(text), dukpt);
        let short = dukpt.replace("cmac", "retail").replace("iso-4", "iso-0");
        assert_eq!(BankKeys::DukptTdes.write(text), short);
    }
}
