//! Why a package is not made, not installed or not loaded. Nothing that was installed before is
//! touched by any of these.

use crate::form::Purpose;
use crate::forms::FORMS_MAX;
use crate::manifest::ManifestError;
use crate::registry::REGISTRY_NAME;
use caisson_vault::PublicKey;
use std::io;
use std::path::{Path, PathBuf};

/// Why an app is not installed or not loaded.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The manifest is wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A file or folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// Owner: a folder, pipe or device bears the file's name.
    #[error("{}: not a regular file; fetch the package again", path.display())]
    NotAFile {
        /// Which.
        path: PathBuf,
    },
    /// App developer: make it smaller.
    #[error("{}: {bytes} bytes, limit {max}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// What is allowed.
        max: u64,
    },
    /// Owner: an installed file was changed; install the app again.
    #[error(
        "{}: its SHA-256 is not the one recorded at the install; install the app again",
        path.display()
    )]
    Altered {
        /// The file.
        path: PathBuf,
    },
    /// Owner: only development mode takes an app that nobody signed.
    #[error("{id} is unsigned; only a terminal in development mode takes it (--dev)")]
    Unsigned {
        /// The app's id.
        id: String,
    },
    /// App developer: sign the package anew. Owner: fetch it again.
    #[error("{}: line {line}: expected `{wanted}`; sign the package anew", path.display())]
    SignatureForm {
        /// The signature's file.
        path: PathBuf,
        /// The first line that is wrong, from 1.
        line: usize,
        /// How it should look.
        wanted: &'static str,
    },
    /// Owner: a part of the file has not arrived.
    #[error(
        "{}: {bytes} of {signed} bytes; it is not whole: fetch the package again",
        path.display()
    )]
    Incomplete {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The size that was signed.
        signed: u64,
    },
    /// Owner: the file was changed after the publisher signed it. App developer who changed it:
    /// sign the package anew.
    #[error(
        "{} is not the file that {} signs; fetch the package again, or sign it anew",
        path.display(),
        signature.display()
    )]
    NotAsSigned {
        /// The file.
        path: PathBuf,
        /// The signature's file.
        signature: PathBuf,
    },
    /// Owner: the publisher is not one of this terminal's.
    #[error(
        "{}: signed with the key {key}, which is no publisher's in the terminal's profile",
        path.display()
    )]
    UnknownKey {
        /// The signature's file.
        path: PathBuf,
        /// The key that it names.
        key: PublicKey,
    },
    /// Owner: somebody else wrote this signature, or it was damaged.
    #[error(
        "{}: the signature is not that of the key {key}; fetch the package again",
        path.display()
    )]
    WrongSignature {
        /// The signature's file.
        path: PathBuf,
        /// The key that it names.
        key: PublicKey,
    },
    /// Whoever compiled it: compile the app anew. Owner: fetch the package again.
    #[error("{}: line {line}: expected `{wanted}`; compile the app anew", path.display())]
    FormSyntax {
        /// The signature file of a compiled form.
        path: PathBuf,
        /// The first line that is wrong, from 1.
        line: usize,
        /// How it should look.
        wanted: &'static str,
    },
    /// Whoever renamed it: a form is found by its name.
    #[error("{}: signed for {purpose}, which is not its name; compile the app anew", path.display())]
    FormName {
        /// The signature file of a compiled form.
        path: PathBuf,
        /// What it is signed for.
        purpose: Purpose,
    },
    /// Owner: its signature has not arrived. Nobody else can say whose machine code it is.
    #[error(
        "{}: machine code without a signature beside it; fetch the package again, or compile the \
         app anew",
        path.display()
    )]
    FormUnsigned {
        /// The machine code.
        path: PathBuf,
    },
    /// Integrator: ship the forms that the estate needs.
    #[error("{}: more than {max} compiled forms", folder.display(), max = FORMS_MAX)]
    TooManyForms {
        /// The package.
        folder: PathBuf,
    },
    /// App developer: the component was changed after it was compiled.
    #[error("{}: compiled from another app.wasm; compile the app anew", path.display())]
    OtherComponent {
        /// The machine code.
        path: PathBuf,
    },
    /// Owner: machine code is as powerful as the terminal itself, and this is from somebody whom
    /// the profile does not name.
    #[error(
        "{}: compiled by the holder of the key {key}, which is no build host's in the terminal's \
         profile",
        path.display()
    )]
    UnknownBuildHost {
        /// The machine code.
        path: PathBuf,
        /// The key that it names.
        key: PublicKey,
    },
    /// Owner: take the newer package. App developer: raise `version-code`.
    #[error(
        "{}: {id} has version-code {version_code}, and {floor} has proved itself here; an older \
         version is never installed",
        path.display()
    )]
    Older {
        /// The manifest.
        path: PathBuf,
        /// The app's id.
        id: String,
        /// The package's version code.
        version_code: u32,
        /// The highest that was confirmed on this terminal.
        floor: u32,
    },
    /// App developer: raise `version-code`, one number is one content.
    #[error(
        "{}: {id} with version-code {version_code} has proved itself here with another content; \
         raise version-code",
        path.display()
    )]
    SameVersion {
        /// The manifest.
        path: PathBuf,
        /// The app's id.
        id: String,
        /// The version code of both.
        version_code: u32,
    },
    /// Owner: an app belongs to its publisher, with what the profile grants to it. Who means to
    /// change that removes it first.
    #[error(
        "{}: {id} is installed from the publisher {installed}, and this package is from \
         {publisher}; remove the app first if it shall change hands",
        path.display()
    )]
    OtherPublisher {
        /// The manifest.
        path: PathBuf,
        /// The app's id.
        id: String,
        /// Whose app it is, as the profile called them at its install.
        installed: String,
        /// Who signed the package.
        publisher: String,
    },
    /// Owner: there is no such app here.
    #[error("{}: no app \"{id}\" is installed", folder.display())]
    NotInstalled {
        /// The folder of installed apps.
        folder: PathBuf,
        /// The id that was asked for, cut to 20 characters.
        id: String,
    },
    /// Owner: another command changes the installed apps just now; try again.
    #[error("{} is in use: another command installs or removes an app; try again", file.display())]
    Busy {
        /// The registry.
        file: PathBuf,
    },
    /// Owner: the medium has lost or changed something.
    #[error(
        "{} is damaged ({place}); move it aside and install the apps again",
        file.display()
    )]
    Damaged {
        /// The registry.
        file: PathBuf,
        /// What was being done, and the database's word.
        place: String,
    },
    /// Owner: made by another program or a newer version.
    #[error(
        "{}: format {found} is not that of this version, {ours}; use the version that wrote it",
        file.display()
    )]
    OtherFormat {
        /// The registry.
        file: PathBuf,
        /// What the file says.
        found: i64,
        /// What this version reads.
        ours: i64,
    },
    /// Owner: the medium is full or failing.
    #[error("{}: {doing}: {source}", file.display())]
    Registry {
        /// The registry.
        file: PathBuf,
        /// What was being done.
        doing: &'static str,
        /// The database's word.
        source: rusqlite::Error,
    },
}

impl InstallError {
    /// The error of a file operation on `path`.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    pub(crate) fn not_installed(folder: &Path, id: &str) -> Self {
        Self::NotInstalled { folder: folder.to_owned(), id: id.chars().take(20).collect() }
    }

    pub(crate) fn busy(folder: &Path) -> Self {
        Self::Busy { file: folder.join(REGISTRY_NAME) }
    }
}

/// Why a package is not signed. Publisher: as the text says.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The package cannot be read, or its signature not written.
    #[error(transparent)]
    Package(#[from] InstallError),
    /// A key is never overwritten: what it signed could not be updated any more.
    #[error("{} exists; a key is never overwritten, name another file", path.display())]
    KeyExists {
        /// The file.
        path: PathBuf,
    },
    /// Not a file that `keygen` wrote. Its content is not repeated: it may be a secret.
    #[error("{}: not {owner} key; name the file that keygen wrote", path.display())]
    KeyForm {
        /// The file.
        path: PathBuf,
        /// Whose key was wanted: `a publisher's`.
        owner: &'static str,
    },
    /// Others can read or write the key.
    #[error("{}: mode {mode:04o} lets others at the key; make it 0600", path.display())]
    KeyMode {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// No random bytes: a key must not be guessed.
    #[error("the system gave no random bytes for a key; check its random number source")]
    Random,
}
