//! A code that a person keys, and the hash by which it is known.
//!
//! Guarantees: only the hash is kept, and it costs whoever stole it 19 MiB of memory and some tens
//! of milliseconds for each guess (Argon2id, RFC 9106; the parameters are OWASP's). A code has no
//! `Debug` that shows it and is wiped when it is dropped. Deliberately not here: how many wrong
//! codes are too many; whoever asks counts.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroizing;

/// Fewest digits: with three tries and a pause, guessing six takes months.
pub const PASSCODE_DIGITS_MIN: usize = 6;
/// Most digits that a person keys.
pub const PASSCODE_DIGITS_MAX: usize = 12;
/// Memory of one hashing in KiB, passes and lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// The cheapest and the dearest memory that a hash may ask for, in KiB: below, the hash protects
/// nothing; above, a profile could take the terminal's memory.
const MEMORY_KIB: std::ops::RangeInclusive<u32> = 8 * 1024..=64 * 1024;
/// Most passes that a hash may ask for.
const PASSES_MAX: u32 = 10;
/// Longest hash as text.
const HASH_CHARS_MAX: usize = 200;

/// 6 to 12 digits that a person keyed.
#[derive(Clone, PartialEq, Eq)]
pub struct Passcode(Zeroizing<String>);

impl Passcode {
    /// The code in `text`; `None` where it is not 6 to 12 digits.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = (PASSCODE_DIGITS_MIN..=PASSCODE_DIGITS_MAX).contains(&text.len());
        (is_digits && fits).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The digits, for a wire between two processes of one device, and nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passcode(hidden)")
    }
}

/// The hash of a [`Passcode`], as a PHC string: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
#[derive(Clone, PartialEq, Eq)]
pub struct PasscodeHash(String);

/// Why a hash cannot be used. Integrator: make it anew with `caisson owner-code`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasscodeError {
    /// Not a PHC string with salt and hash.
    #[error("not the hash of a code; make one with `caisson owner-code`")]
    Form,
    /// Another hash, or one that costs an attacker too little or the terminal too much.
    #[error(
        "not a hash by Argon2id with 8 to 64 MiB and up to {max} passes; make one with `caisson \
         owner-code`",
        max = PASSES_MAX
    )]
    Cost,
    /// The system gives no random numbers.
    #[error("the code could not be hashed: {0}")]
    Hashing(String),
}

impl PasscodeHash {
    /// Hashes `code` with a fresh salt. Takes some tens of milliseconds and 19 MiB.
    ///
    /// # Errors
    /// [`PasscodeError::Hashing`].
    pub fn of(code: &Passcode) -> Result<Self, PasscodeError> {
        let failed = |error: String| PasscodeError::Hashing(error);
        let (memory, passes, lanes) = COST;
        let params = Params::new(memory, passes, lanes, None);
        let params = params.map_err(|error| failed(error.to_string()))?;
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = hasher.hash_password(code.0.as_bytes());
        Ok(Self(hash.map_err(|error| failed(error.to_string()))?.to_string()))
    }

    /// True where `code` is the one. Takes as long as [`PasscodeHash::of`]: call it where waiting
    /// is allowed.
    #[must_use]
    pub fn matches(&self, code: &Passcode) -> bool {
        let parsed = PasswordHash::new(&self.0);
        parsed.is_ok_and(|hash| Argon2::default().verify_password(code.0.as_bytes(), &hash).is_ok())
    }
}

impl FromStr for PasscodeHash {
    type Err = PasscodeError;

    fn from_str(text: &str) -> Result<Self, PasscodeError> {
        if text.len() > HASH_CHARS_MAX {
            return Err(PasscodeError::Form);
        }
        let hash = PasswordHash::new(text).map_err(|_| PasscodeError::Form)?;
        if hash.salt.is_none() || hash.hash.is_none() {
            return Err(PasscodeError::Form);
        }
        let is_argon2id = hash.algorithm.as_str() == "argon2id" && hash.version == Some(19);
        let params = Params::try_from(&hash).map_err(|_| PasscodeError::Cost)?;
        let is_fair = MEMORY_KIB.contains(&params.m_cost()) && params.t_cost() <= PASSES_MAX;
        if is_argon2id && is_fair { Ok(Self(text.to_owned())) } else { Err(PasscodeError::Cost) }
    }
}

impl fmt::Display for PasscodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PasscodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasscodeHash(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Passcode {
        Passcode::new(text).unwrap()
    }

    #[test]
    fn only_the_code_itself_matches_its_hash() {
        let hash = PasscodeHash::of(&code("482913")).unwrap();
        assert!(hash.matches(&code("482913")));
        assert!(!hash.matches(&code("482914")));
        assert!(!hash.matches(&code("4829130")));
        let read: PasscodeHash = hash.to_string().parse().unwrap();
        assert!(read.matches(&code("482913")));
        let again = PasscodeHash::of(&code("482913")).unwrap();
        assert_ne!(again, hash, "each hash has a salt of its own");
    }

    #[test]
    fn a_code_is_six_to_twelve_digits_and_shows_nowhere() {
        for text in ["", "12345", "1234567890123", "12345a", "１２３４５６", " 123456"] {
            assert_eq!(Passcode::new(text), None, "{text}");
        }
        assert_eq!(format!("{:?}", code("482913")), "Passcode(hidden)");
    }

    #[test]
    fn a_hash_that_protects_nothing_or_takes_the_memory_is_refused() {
        #[track_caller]
        fn check(from: &str, to: &str, expected: PasscodeError) {
            const GOOD: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                                CWkPuAwhHIMcl2BM0jm+8h/Nkcn9fMb4jLnDc0b1AeM";
            assert!(GOOD.parse::<PasscodeHash>().is_ok());
            let changed = GOOD.replacen(from, to, 1);
            assert_ne!(changed, GOOD);
            assert_eq!(changed.parse::<PasscodeHash>(), Err(expected));
        }
        check("argon2id", "argon2d", PasscodeError::Cost);
        check("m=19456", "m=1024", PasscodeError::Cost);
        check("m=19456", "m=1048576", PasscodeError::Cost);
        check("t=2", "t=11", PasscodeError::Cost);
        check("v=19", "v=16", PasscodeError::Cost);
        check("$argon2id", "argon2id", PasscodeError::Form);
        check("$CWkPuAwhHIMcl2BM0jm+8h/Nkcn9fMb4jLnDc0b1AeM", "", PasscodeError::Form);
        check("$argon2id", &"$".repeat(300), PasscodeError::Form);
    }
}
