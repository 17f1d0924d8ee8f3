//! Build hosts: whose machine code a terminal runs, as its profile lists them.
//!
//! Machine code is as powerful as the terminal itself: no sandbox stands around what a compiler
//! wrote wrongly, or what somebody else wrote in its place. Guarantee: only a key that the profile
//! lists as a build host's is believed about it; no publisher's is.

use crate::manifest::is_id;
use caisson_vault::PublicKey;
use std::collections::BTreeMap;

/// Most build hosts of one terminal: its maker's, and one to change over to.
pub const BUILD_HOSTS_MAX: usize = 8;

/// Whoever compiles for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildHost {
    /// What the profile calls it: 1 to 20 characters of a-z, 0-9 and `-`.
    pub name: String,
    /// The key that verifies what it compiled.
    pub key: PublicKey,
}

/// What is wrong with a list of build hosts. Integrator: change the profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildHostError {
    /// Not a name.
    #[error("\"{0}\" is not a build host's name; write 1 to 20 characters of a-z, 0-9 and -")]
    Name(String),
    /// One key is one build host.
    #[error("{0} and {1} have the same key; list it once")]
    SameKey(String, String),
    /// More than a terminal can need.
    #[error("{0} build hosts, limit {max}", max = BUILD_HOSTS_MAX)]
    TooMany(usize),
}

/// The build hosts of one terminal. The default has none: it runs only what it compiled itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BuildHosts(BTreeMap<[u8; caisson_vault::PUBLIC_KEY_BYTES], String>);

impl BuildHosts {
    /// Checks a list and keeps it.
    ///
    /// # Errors
    /// [`BuildHostError`].
    pub fn new(list: impl IntoIterator<Item = BuildHost>) -> Result<Self, BuildHostError> {
        let mut by_key = BTreeMap::new();
        for BuildHost { name, key } in list {
            if !is_id(&name) {
                return Err(BuildHostError::Name(name.chars().take(40).collect()));
            }
            if let Some(other) = by_key.insert(key.to_bytes(), name.clone()) {
                return Err(BuildHostError::SameKey(other, name));
            }
        }
        if by_key.len() > BUILD_HOSTS_MAX {
            return Err(BuildHostError::TooMany(by_key.len()));
        }
        Ok(Self(by_key))
    }

    /// Whose key this is.
    #[must_use]
    pub fn name_of(&self, key: &PublicKey) -> Option<&str> {
        self.0.get(&key.to_bytes()).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_vault::SigningSeed;

    fn host(name: &str, seed: u8) -> BuildHost {
        BuildHost { name: name.to_owned(), key: SigningSeed::from_bytes(&[seed; 32]).public_key() }
    }

    #[track_caller]
    fn check(list: &[BuildHost], expected: &str) {
        let verdict = match BuildHosts::new(list.iter().cloned()) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(verdict, expected);
    }

    #[test]
    fn a_list_that_cannot_be_is_refused_with_its_remedy() {
        check(&[], "accepted");
        check(&[host("ci", 1), host("ci-2", 2)], "accepted");
        check(
            &[host("Our CI", 1)],
            "\"Our CI\" is not a build host's name; write 1 to 20 characters of a-z, 0-9 and -",
        );
        check(&[host("ci", 1), host("lab", 1)], "ci and lab have the same key; list it once");
        let many: Vec<_> = (0..9).map(|seed| host("h", seed)).collect();
        check(&many, "9 build hosts, limit 8");
    }

    #[test]
    fn a_build_host_is_found_by_the_key_alone() {
        let hosts = BuildHosts::new([host("ci", 1)]).unwrap();
        assert_eq!(hosts.name_of(&host("", 1).key), Some("ci"));
        assert_eq!(hosts.name_of(&host("ci", 2).key), None);
    }
}
