//! `[build-host.NAME]`: whose machine code this terminal runs.

use caisson_packages::{BuildHost, BuildHosts, Publishers};
use caisson_vault::PublicKey;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBuildHost {
    key: String,
}

/// Checks the tables; an error is the key in the profile and the remedy.
pub(super) fn build_hosts(
    raw: BTreeMap<String, RawBuildHost>,
    publishers: &Publishers,
) -> Result<BuildHosts, (String, String)> {
    let mut list = Vec::new();
    for (name, RawBuildHost { key }) in raw {
        let at = format!("build-host.{name}.key");
        let key = key.parse::<PublicKey>().map_err(|error| (at.clone(), error.to_string()))?;
        // Whoever signs machine code needs no sandbox to be escaped from.
        if let Some(publisher) = publishers.of_key(&key) {
            let remedy = format!(
                "the publisher {} has this key; make another one with `caisson app keygen \
                 --build-host`",
                publisher.name
            );
            return Err((at, remedy));
        }
        list.push(BuildHost { name, key });
    }
    BuildHosts::new(list).map_err(|error| ("build-host".to_owned(), error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_packages::{Publisher, Tier};
    use caisson_vault::SigningSeed;

    fn key(seed: u8) -> PublicKey {
        SigningSeed::from_bytes(&[seed; 32]).public_key()
    }

    /// Two build hosts, `ci` with `text` as its key, beside the publisher acme with key 1.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let acme = Publisher { name: "acme".to_owned(), key: key(1), tier: Tier::Merchant };
        let publishers = Publishers::new([acme]).unwrap();
        let host = |name: &str, key: String| (name.to_owned(), RawBuildHost { key });
        let raw = [host("ci", text.to_owned()), host("lab", key(3).to_string())];
        let verdict = match build_hosts(raw.into(), &publishers) {
            Ok(hosts) => format!("{:?}", hosts.name_of(&key(2))),
            Err((at, remedy)) => format!("{at}: {remedy}"),
        };
        assert_eq!(verdict, expected);
    }

    #[test]
    fn a_build_host_has_a_key_that_nobody_else_has() {
        check(&key(2).to_string(), "Some(\"ci\")");
        check(
            "AAAA",
            "build-host.ci.key: not a public key: it must be 32 bytes in base64 with padding; copy \
             it again, whole",
        );
        check(
            &key(1).to_string(),
            "build-host.ci.key: the publisher acme has this key; make another one with `caisson app \
             keygen --build-host`",
        );
        check(&key(3).to_string(), "build-host: ci and lab have the same key; list it once");
    }
}
