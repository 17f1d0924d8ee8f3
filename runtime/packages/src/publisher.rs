//! Publishers: whose packages a terminal takes, as its profile lists them.
//!
//! Guarantee: what an app may become is decided by the key that signed it and the tier that the
//! profile gives to that key, never by anything that the package says.

use caisson_vault::PublicKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Most publishers of one terminal: its maker, its acquirers, a few shops.
pub const PUBLISHERS_MAX: usize = 32;
/// Longest name of a publisher, in characters.
const NAME_CHARS_MAX: usize = 20;

/// What the apps of a publisher may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Apps that never see a payment card.
    Merchant,
    /// The acquirer's own: its apps may ask for the card reader and the PIN pad.
    System,
}

impl Tier {
    /// The name in profiles and lists.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Merchant => "merchant",
            Self::System => "system",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TryFrom<String> for Tier {
    type Error = ();

    fn try_from(text: String) -> Result<Self, ()> {
        match text.as_str() {
            "merchant" => Ok(Self::Merchant),
            "system" => Ok(Self::System),
            _ => Err(()),
        }
    }
}

/// Somebody whose packages a terminal takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// What the profile calls them: 1 to 20 characters of a-z, 0-9 and `-`.
    pub name: String,
    /// The key that verifies their packages.
    pub key: PublicKey,
    /// What their apps may become.
    pub tier: Tier,
}

/// What is wrong with a list of publishers. Integrator: change the profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublisherError {
    /// Not a name.
    #[error("\"{0}\" is not a publisher's name; write 1 to 20 characters of a-z, 0-9 and -")]
    Name(String),
    /// One key with two names could have two tiers.
    #[error("{0} and {1} have the same key; list it once")]
    SameKey(String, String),
    /// More than a terminal can need.
    #[error("{0} publishers, limit {max}", max = PUBLISHERS_MAX)]
    TooMany(usize),
}

/// The publishers of one terminal. The default has none: it takes no signed package.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Publishers(BTreeMap<[u8; caisson_vault::PUBLIC_KEY_BYTES], Publisher>);

impl Publishers {
    /// Checks a list and keeps it.
    ///
    /// # Errors
    /// [`PublisherError`].
    pub fn new(list: impl IntoIterator<Item = Publisher>) -> Result<Self, PublisherError> {
        let mut by_key = BTreeMap::new();
        for publisher in list {
            let name = &publisher.name;
            let plain = name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
            if !(1..=NAME_CHARS_MAX).contains(&name.len()) || !plain {
                return Err(PublisherError::Name(name.chars().take(40).collect()));
            }
            if let Some(other) = by_key.insert(publisher.key.to_bytes(), publisher.clone()) {
                return Err(PublisherError::SameKey(other.name, publisher.name));
            }
        }
        if by_key.len() > PUBLISHERS_MAX {
            return Err(PublisherError::TooMany(by_key.len()));
        }
        Ok(Self(by_key))
    }

    /// Whose key this is.
    #[must_use]
    pub fn of_key(&self, key: &PublicKey) -> Option<&Publisher> {
        self.0.get(&key.to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_vault::SigningSeed;

    fn publisher(name: &str, seed: u8) -> Publisher {
        let key = SigningSeed::from_bytes(&[seed; 32]).public_key();
        Publisher { name: name.to_owned(), key, tier: Tier::Merchant }
    }

    #[track_caller]
    fn check(list: &[Publisher], expected: &str) {
        let verdict = match Publishers::new(list.iter().cloned()) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(verdict, expected);
    }

    #[test]
    fn a_list_that_cannot_be_is_refused_with_its_remedy() {
        check(&[], "accepted");
        check(&[publisher("acme", 1), publisher("bank-2", 2)], "accepted");
        check(
            &[publisher("Acme Ltd", 1)],
            "\"Acme Ltd\" is not a publisher's name; write 1 to 20 characters of a-z, 0-9 and -",
        );
        check(
            &[publisher("acme", 1), publisher("bank", 1)],
            "acme and bank have the same key; list it once",
        );
        let many: Vec<_> = (0..33).map(|seed| publisher("p", seed)).collect();
        check(&many, "33 publishers, limit 32");
    }

    #[test]
    fn a_publisher_is_found_by_the_key_alone() {
        let publishers = Publishers::new([publisher("acme", 1)]).unwrap();
        assert_eq!(publishers.of_key(&publisher("", 1).key).unwrap().name, "acme");
        assert_eq!(publishers.of_key(&publisher("", 2).key), None);
    }
}
