//! `caisson.sig`: what a publisher says of a package, and their signature over it.
//!
//! The file is seven lines of text, each ended by one newline:
//!
//! ```text
//! caisson package 1
//! id ID
//! version-code NUMBER
//! caisson.toml BYTES SHA256
//! app.wasm BYTES SHA256
//! key BASE64
//! signature BASE64
//! ```
//!
//! The signature (Ed25519) is over the first five lines, newlines included. The first of them says
//! what is signed, so that no signature over anything else can stand for it.
//!
//! Guarantees: one content has one text, and one text one content; parsing never panics and reads
//! no more than [`SIGNATURE_BYTES_MAX`].

use crate::error::InstallError;
use crate::files::length;
use crate::manifest::{MANIFEST_NAME, is_id};
use crate::package::COMPONENT_NAME;
use caisson_core::payment::Digest;
use caisson_vault::{PublicKey, Signature, verify_detached};
use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

/// The file's name beside manifest and component.
pub const SIGNATURE_NAME: &str = "caisson.sig";
/// Largest signature file, in bytes: twice what the longest values need.
pub const SIGNATURE_BYTES_MAX: u64 = 1024;
/// What is signed. Another kind of statement would begin with another line.
const DOMAIN: &str = "caisson package 1";
/// How each line looks, for errors.
const LINES: [&str; 8] = [
    DOMAIN,
    "id ID",
    "version-code NUMBER",
    "caisson.toml BYTES SHA256",
    "app.wasm BYTES SHA256",
    "key BASE64",
    "signature BASE64",
    "the end of the file",
];

/// What is signed of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) bytes: u64,
    pub(crate) digest: Digest,
}

impl Mark {
    pub(crate) fn of(content: &[u8]) -> Self {
        Self { bytes: length(content), digest: Digest::of(content) }
    }
}

/// What a publisher says of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) id: String,
    pub(crate) version_code: u32,
    pub(crate) manifest: Mark,
    pub(crate) component: Mark,
}

impl Statement {
    /// The text that is signed.
    pub(crate) fn text(&self) -> String {
        let (id, version_code) = (&self.id, self.version_code);
        let (manifest, component) = (&self.manifest, &self.component);
        format!(
            "{DOMAIN}\nid {id}\nversion-code {version_code}\n\
             {MANIFEST_NAME} {} {}\n{COMPONENT_NAME} {} {}\n",
            manifest.bytes, manifest.digest, component.bytes, component.digest
        )
    }

    /// One digest for all that is said: two packages with the same are the same.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of(self.text().as_bytes())
    }
}

/// A package's signature, as its file holds it. That it exists says nothing; [`Self::verify`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageSignature {
    pub(crate) statement: Statement,
    pub(crate) key: PublicKey,
    pub(crate) signature: Signature,
}

impl PackageSignature {
    /// The key that it names.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The file's content.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}key {}\nsignature {}\n", self.statement.text(), self.key, self.signature)
    }

    /// Reads the content of the file `path`.
    ///
    /// # Errors
    /// [`InstallError::SignatureForm`] names the first line that is wrong.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, InstallError> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = Lines { rest: &text, number: 0 };
        lines.read().ok_or_else(|| {
            let wanted = LINES.get(lines.number.saturating_sub(1)).copied();
            let wanted = wanted.unwrap_or("the end of the file");
            InstallError::SignatureForm { path: path.to_owned(), line: lines.number, wanted }
        })
    }

    /// Whether the key that it names signed this.
    ///
    /// # Errors
    /// [`InstallError::WrongSignature`]; `path` is the file that it stands in.
    pub fn verify(&self, path: &Path) -> Result<(), InstallError> {
        let statement = self.statement.text();
        verify_detached(&self.key, statement.as_bytes(), &self.signature)
            .map_err(|_| InstallError::WrongSignature { path: path.to_owned(), key: self.key })
    }
}

/// The lines of a signature file, the current one counted from 1.
pub(crate) struct Lines<'a> {
    pub(crate) rest: &'a str,
    pub(crate) number: usize,
}

impl<'a> Lines<'a> {
    /// Everything; `None` leaves `number` at the line that is wrong.
    fn read(&mut self) -> Option<PackageSignature> {
        (self.line()? == DOMAIN).then_some(())?;
        let id = self.value("id")?;
        is_id(id).then_some(())?;
        let statement = Statement {
            id: id.to_owned(),
            version_code: number(self.value("version-code")?)?,
            manifest: mark(self.value(MANIFEST_NAME)?)?,
            component: mark(self.value(COMPONENT_NAME)?)?,
        };
        let key = self.value("key")?.parse().ok()?;
        let signature = self.value("signature")?.parse().ok()?;
        self.end()?;
        Some(PackageSignature { statement, key, signature })
    }

    /// Nothing is left.
    pub(crate) fn end(&mut self) -> Option<()> {
        self.number += 1;
        self.rest.is_empty().then_some(())
    }

    pub(crate) fn line(&mut self) -> Option<&'a str> {
        self.number += 1;
        let (line, rest) = self.rest.split_once('\n')?;
        self.rest = rest;
        Some(line)
    }

    pub(crate) fn value(&mut self, name: &str) -> Option<&'a str> {
        self.line()?.strip_prefix(name)?.strip_prefix(' ')
    }
}

/// A number in its one form: no sign, no leading zeros.
fn number<T: FromStr + Display>(text: &str) -> Option<T> {
    let number: T = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// Size and digest of a file.
pub(crate) fn mark(text: &str) -> Option<Mark> {
    let (bytes, digest) = text.split_once(' ')?;
    Some(Mark { bytes: number(bytes)?, digest: digest.to_owned().try_into().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::PublisherKey;
    use proptest::prelude::*;

    fn good() -> PackageSignature {
        let statement = Statement {
            id: "qr".to_owned(),
            version_code: 7,
            manifest: Mark::of(b"manifest"),
            component: Mark::of(b"component"),
        };
        PublisherKey::from_seed([7; 32]).over(statement)
    }

    fn verdict(bytes: &[u8]) -> String {
        match PackageSignature::parse(Path::new(SIGNATURE_NAME), bytes) {
            Ok(_) => "read".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[track_caller]
    fn check(change: (&str, &str), line: usize, wanted: &str) {
        let text = good().text();
        assert!(text.contains(change.0), "{text}");
        let expected =
            format!("caisson.sig: line {line}: expected `{wanted}`; sign the package anew");
        assert_eq!(verdict(text.replacen(change.0, change.1, 1).as_bytes()), expected);
    }

    #[test]
    fn what_is_signed_is_the_statement_with_its_domain() {
        assert_eq!(
            good().statement.text(),
            "caisson package 1\nid qr\nversion-code 7\n\
             caisson.toml 8 05b3abf2579a5eb66403cd78be557fd860633a1fe2103c7642030defe32c657f\n\
             app.wasm 9 6985ca1f4daa5a584a28eae043a239cb96689af1337ea13afb63e00c2bf512fa\n"
        );
    }

    #[test]
    fn a_wrong_line_is_named_with_what_belongs_there() {
        check(("package 1", "package 2"), 1, "caisson package 1");
        check(("id qr", "id QR"), 2, "id ID");
        check(("id qr\n", ""), 2, "id ID");
        check(("code 7", "code 07"), 3, "version-code NUMBER");
        check(("code 7", "code -7"), 3, "version-code NUMBER");
        check(("toml 8", "toml +8"), 4, "caisson.toml BYTES SHA256");
        check(("wasm 9", "wasm  9"), 5, "app.wasm BYTES SHA256");
        check(("key ", "key\t"), 6, "key BASE64");
        check(("==\n", "==\r\n"), 7, "signature BASE64");
        check(("==\n", "=="), 7, "signature BASE64");
        check(("==\n", "==\n\n"), 8, "the end of the file");
    }

    #[test]
    fn the_signature_holds_for_its_statement_alone() {
        let path = Path::new(SIGNATURE_NAME);
        let mut signed = good();
        signed.verify(path).unwrap();
        signed.statement.version_code = 8;
        assert!(matches!(signed.verify(path), Err(InstallError::WrongSignature { .. })));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            prop_assert_ne!(verdict(&bytes), "read");
        }

        #[test]
        fn a_changed_file_is_refused_or_no_longer_verifies(
            at in 0_usize..400,
            byte in any::<u8>(),
            kind in 0..3,
        ) {
            let original = good();
            let mut bytes = original.text().into_bytes();
            let at = at % bytes.len();
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
            let path = Path::new(SIGNATURE_NAME);
            if let Ok(read) = PackageSignature::parse(path, &bytes) {
                prop_assert_eq!(read.text().into_bytes(), bytes, "one content has one text");
                prop_assert!(read == original || read.verify(path).is_err());
            }
        }
    }
}
