//! A compiled form of an app: its machine code for one engine and one target, and what the build
//! host that compiled it says of it.
//!
//! `app.ENGINE.TARGET.cwasm` is the machine code. Beside it `app.ENGINE.TARGET.cwasm.sig` is seven
//! lines of text, each ended by one newline:
//!
//! ```text
//! caisson machine code 1
//! app.wasm BYTES SHA256
//! engine ENGINE
//! target TARGET
//! code BYTES SHA256
//! key BASE64
//! signature BASE64
//! ```
//!
//! The signature (Ed25519) is over the first five lines, newlines included. The first of them says
//! what is signed: a publisher's signature of a package can never stand for it.
//!
//! Guarantees: [`MachineCode`] exists only where one of the terminal's build hosts signed exactly
//! these bytes for exactly this component; the bytes that were checked are the bytes that it holds.

use crate::build_host::BuildHosts;
use crate::error::InstallError;
use crate::files::read_if_there;
use crate::package::{COMPONENT_NAME, same};
use crate::signature::{Lines, Mark, mark};
use caisson_core::payment::Digest;
use caisson_vault::{PublicKey, Signature, verify_detached};
use std::fmt;
use std::path::{Path, PathBuf};

/// Largest machine code, in bytes: four times the largest component, as compilers make it.
pub const CODE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Largest signature file of a form, in bytes: twice what the longest values need.
pub const FORM_SIGNATURE_BYTES_MAX: u64 = 1024;
/// How the names of its two files end.
pub(crate) const CODE_ENDING: &str = ".cwasm";
pub(crate) const SIGNATURE_ENDING: &str = ".cwasm.sig";
/// How both names begin.
pub(crate) const BEGINNING: &str = "app.";
/// Longest name of an engine and of a target, in characters.
const ENGINE_CHARS_MAX: usize = 64;
const TARGET_CHARS_MAX: usize = 32;
/// What is signed. Another kind of statement would begin with another line.
const DOMAIN: &str = "caisson machine code 1";
/// How each line looks, for errors.
const LINES: [&str; 8] = [
    DOMAIN,
    "app.wasm BYTES SHA256",
    "engine ENGINE",
    "target TARGET",
    "code BYTES SHA256",
    "key BASE64",
    "signature BASE64",
    "the end of the file",
];

/// What machine code is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// The engine profile: the engine's full version and its settings.
    pub engine: String,
    /// Processor and system: `aarch64-linux`.
    pub target: String,
}

impl Purpose {
    /// The machine code's name in a package.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{BEGINNING}{}.{}{CODE_ENDING}", self.engine, self.target)
    }

    /// Both names, as files and lines have them, so that none leads out of a folder.
    pub(crate) fn is_plain(&self) -> bool {
        is_engine(&self.engine) && is_target(&self.target)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.engine, self.target)
    }
}

/// What a build host says of machine code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) component: Mark,
    pub(crate) purpose: Purpose,
    pub(crate) code: Mark,
}

impl Statement {
    /// The text that is signed.
    pub(crate) fn text(&self) -> String {
        let Self { component, purpose: Purpose { engine, target }, code } = self;
        format!(
            "{DOMAIN}\n{COMPONENT_NAME} {} {}\nengine {engine}\ntarget {target}\ncode {} {}\n",
            component.bytes, component.digest, code.bytes, code.digest
        )
    }
}

/// A compiled form, as its two files say. That it exists says nothing; [`Self::trusted`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The machine code's file.
    pub(crate) path: PathBuf,
    pub(crate) statement: Statement,
    pub(crate) key: PublicKey,
    pub(crate) signature: Signature,
}

/// Machine code that a build host of this terminal signed. Only [`Form::trusted`] makes one.
#[derive(Clone, PartialEq, Eq)]
pub struct MachineCode {
    component: Digest,
    purpose: Purpose,
    build_host: String,
    code: Vec<u8>,
}

impl MachineCode {
    /// SHA-256 of the component that it was compiled from.
    #[must_use]
    pub const fn component(&self) -> &Digest {
        &self.component
    }

    /// What it is for.
    #[must_use]
    pub const fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// Who compiled it, as the profile calls them.
    #[must_use]
    pub fn build_host(&self) -> &str {
        &self.build_host
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &[u8] {
        &self.code
    }
}

impl fmt::Debug for MachineCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (purpose, host, bytes) = (&self.purpose, &self.build_host, self.code.len());
        write!(f, "MachineCode({purpose}, by {host}, {bytes} bytes)")
    }
}

impl Form {
    /// What it is for.
    #[must_use]
    pub const fn purpose(&self) -> &Purpose {
        &self.statement.purpose
    }

    /// Size of the machine code, in bytes.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.statement.code.bytes
    }

    /// The key that it names.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The machine code's name.
    #[must_use]
    pub fn file_name(&self) -> String {
        self.purpose().file_name()
    }

    /// The machine code, where a build host of `hosts` signed it for `component`.
    ///
    /// # Errors
    /// [`InstallError::OtherComponent`], [`InstallError::UnknownBuildHost`],
    /// [`InstallError::WrongSignature`], [`InstallError::Incomplete`],
    /// [`InstallError::NotAsSigned`]; what the system says of the file.
    pub fn trusted(
        &self,
        component: &Digest,
        hosts: &BuildHosts,
    ) -> Result<MachineCode, InstallError> {
        self.is_from(component)?;
        let build_host = self.signed_by(hosts)?.to_owned();
        let purpose = self.purpose().clone();
        Ok(MachineCode { component: *component, purpose, build_host, code: self.code()? })
    }

    /// Whether it was compiled from `component`.
    pub(crate) fn is_from(&self, component: &Digest) -> Result<(), InstallError> {
        if self.statement.component.digest == *component {
            Ok(())
        } else {
            Err(InstallError::OtherComponent { path: self.path.clone() })
        }
    }

    /// The build host of `hosts` that signed it.
    pub(crate) fn signed_by<'a>(&self, hosts: &'a BuildHosts) -> Result<&'a str, InstallError> {
        let path = || self.path.clone();
        let name = hosts.name_of(&self.key);
        let name =
            name.ok_or_else(|| InstallError::UnknownBuildHost { path: path(), key: self.key })?;
        self.verify()?;
        Ok(name)
    }

    /// Whether the key that it names signed it.
    fn verify(&self) -> Result<(), InstallError> {
        let wrong = |_| InstallError::WrongSignature { path: self.signature_path(), key: self.key };
        verify_detached(&self.key, self.statement.text().as_bytes(), &self.signature).map_err(wrong)
    }

    /// Whether it is whole and what its key signed; whose key that is, [`Self::trusted`] asks.
    ///
    /// # Errors
    /// As [`Self::trusted`], but for what it says of the terminal's build hosts.
    pub fn check(&self) -> Result<(), InstallError> {
        self.verify()?;
        self.code().map(drop)
    }

    /// The machine code, if it is that which was signed.
    pub(crate) fn code(&self) -> Result<Vec<u8>, InstallError> {
        // What is not there has not arrived.
        let code = read_if_there(&self.path, CODE_BYTES_MAX)?.unwrap_or_default();
        same(&self.path, &code, &self.statement.code, &self.signature_path())?;
        Ok(code)
    }

    /// The file of its signature.
    pub(crate) fn signature_path(&self) -> PathBuf {
        signature_path(&self.path)
    }

    /// The signature file's content.
    pub(crate) fn text(&self) -> String {
        format!("{}key {}\nsignature {}\n", self.statement.text(), self.key, self.signature)
    }

    /// Reads the content of the signature file `path`.
    pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, InstallError> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = Lines { rest: &text, number: 0 };
        let read = read(&mut lines).ok_or_else(|| {
            let wanted = LINES.get(lines.number.saturating_sub(1)).copied();
            let wanted = wanted.unwrap_or("the end of the file");
            InstallError::FormSyntax { path: path.to_owned(), line: lines.number, wanted }
        });
        let (statement, key, signature) = read?;
        let code = path.with_file_name(statement.purpose.file_name());
        if signature_path(&code) != path {
            return Err(InstallError::FormName {
                path: path.to_owned(),
                purpose: statement.purpose,
            });
        }
        if statement.code.bytes > CODE_BYTES_MAX {
            let bytes = statement.code.bytes;
            return Err(InstallError::TooLarge { path: code, bytes, max: CODE_BYTES_MAX });
        }
        Ok(Self { path: code, statement, key, signature })
    }
}

/// Everything; `None` leaves the lines' number at the one that is wrong.
fn read(lines: &mut Lines<'_>) -> Option<(Statement, PublicKey, Signature)> {
    (lines.line()? == DOMAIN).then_some(())?;
    let component = mark(lines.value(COMPONENT_NAME)?)?;
    let engine = lines.value("engine").filter(|name| is_engine(name))?.to_owned();
    let target = lines.value("target").filter(|name| is_target(name))?.to_owned();
    let code = mark(lines.value("code")?)?;
    let key = lines.value("key")?.parse().ok()?;
    let signature = lines.value("signature")?.parse().ok()?;
    lines.end()?;
    let purpose = Purpose { engine, target };
    Some((Statement { component, purpose, code }, key, signature))
}

/// `FILE.sig`.
fn signature_path(code: &Path) -> PathBuf {
    let mut path = code.as_os_str().to_owned();
    path.push(".sig");
    path.into()
}

fn is_engine(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-');
    (1..=ENGINE_CHARS_MAX).contains(&name.len()) && name.bytes().all(plain)
}

fn is_target(name: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    (1..=TARGET_CHARS_MAX).contains(&name.len()) && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compiling::BuildHostKey;
    use proptest::prelude::*;

    const NAME: &str = "app.wasmtime-1.2.3+caisson-1.x86_64-linux.cwasm.sig";

    fn good() -> Form {
        let purpose = Purpose {
            engine: "wasmtime-1.2.3+caisson-1".to_owned(),
            target: "x86_64-linux".to_owned(),
        };
        let (component, code) = (Mark::of(b"component"), Mark::of(b"code"));
        let statement = Statement { component, purpose, code };
        BuildHostKey::from_seed([7; 32]).over(Path::new(""), statement)
    }

    fn verdict(bytes: &[u8]) -> String {
        match Form::parse(Path::new(NAME), bytes) {
            Ok(_) => "read".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[track_caller]
    fn check(change: (&str, &str), line: usize, wanted: &str) {
        let text = good().text();
        assert!(text.contains(change.0), "{text}");
        let expected = format!("{NAME}: line {line}: expected `{wanted}`; compile the app anew");
        assert_eq!(verdict(text.replacen(change.0, change.1, 1).as_bytes()), expected);
    }

    #[test]
    fn what_is_signed_is_the_statement_with_its_domain() {
        assert_eq!(
            good().statement.text(),
            "caisson machine code 1\n\
             app.wasm 9 6985ca1f4daa5a584a28eae043a239cb96689af1337ea13afb63e00c2bf512fa\n\
             engine wasmtime-1.2.3+caisson-1\ntarget x86_64-linux\n\
             code 4 5694d08a2e53ffcae0c3103e5ad6f6076abd960eb1f8a56577040bc1028f702b\n"
        );
        assert_eq!(verdict(good().text().as_bytes()), "read");
    }

    #[test]
    fn a_wrong_line_is_named_with_what_belongs_there() {
        check(("code 1", "code 2"), 1, "caisson machine code 1");
        check(("caisson machine code 1", "caisson package 1"), 1, "caisson machine code 1");
        check(("wasm 9", "wasm 09"), 2, "app.wasm BYTES SHA256");
        check(("engine wasm", "engine ../wasm"), 3, "engine ENGINE");
        check(("engine wasmtime-1.2.3+caisson-1", "engine "), 3, "engine ENGINE");
        check(("target x86", "target X86"), 4, "target TARGET");
        check(("code 4", "code -4"), 5, "code BYTES SHA256");
        check(("key ", "key\t"), 6, "key BASE64");
        check(("==\n", "=="), 7, "signature BASE64");
        check(("==\n", "==\n\n"), 8, "the end of the file");
    }

    #[test]
    fn a_file_under_another_name_and_code_without_bound_are_refused() {
        let text = good().text();
        assert_eq!(
            verdict(text.replace("1.2.3", "1.2.4").as_bytes()),
            format!(
                "{NAME}: signed for wasmtime-1.2.4+caisson-1 on x86_64-linux, which is not its name; compile the app anew"
            )
        );
        assert_eq!(
            verdict(text.replace("code 4 ", "code 67108865 ").as_bytes()),
            "app.wasmtime-1.2.3+caisson-1.x86_64-linux.cwasm: 67108865 bytes, limit 67108864"
        );
    }

    #[test]
    fn the_signature_holds_for_its_statement_alone() {
        let mut signed = good();
        signed.verify().unwrap();
        signed.statement.purpose.target = "aarch64-linux".to_owned();
        assert!(matches!(signed.verify(), Err(InstallError::WrongSignature { .. })));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            prop_assert_ne!(verdict(&bytes), "read");
        }

        #[test]
        fn a_changed_file_is_refused_or_no_longer_verifies(
            at in 0_usize..500,
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
            if let Ok(read) = Form::parse(Path::new(NAME), &bytes) {
                prop_assert_eq!(read.text().into_bytes(), bytes, "one content has one text");
                prop_assert!(read == original || read.verify().is_err());
            }
        }
    }
}
