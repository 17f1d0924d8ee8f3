//! What to do about each error of the rooms below: one exhaustive match a room, so that no cause
//! lacks its kind. A text that says what to do itself gets no hint beside it.

use crate::error::CliError;
use caisson_devices::storage::StorageError;
use caisson_host::LoadError;
use caisson_journal::JournalError;
use caisson_packages::{InstallError, ManifestError, SignError};
use caisson_terminal::{KeysError, ProfileError, ProvisionError, TerminalError};
use caisson_vault::VaultError;
use std::io::ErrorKind;

const NOTHING_CHANGED: &str = "nothing was changed; correct the place that is shown and try again";

impl From<ProfileError> for CliError {
    fn from(error: ProfileError) -> Self {
        let hint = match &error {
            ProfileError::File { source, .. } if source.kind() == ErrorKind::NotFound => {
                "name a terminal's profile.toml; `caisson provision` makes a folder with one"
            }
            ProfileError::File { .. } => "check the path, and the rights of file and folder",
            ProfileError::TooLarge { .. } => "name a terminal's profile.toml; this is another file",
            ProfileError::Form { .. } | ProfileError::Value { .. } => NOTHING_CHANGED,
        };
        Self::environment(&error).hinted(hint)
    }
}

impl From<ManifestError> for CliError {
    fn from(error: ManifestError) -> Self {
        let hint = match &error {
            ManifestError::File { source, .. } if source.kind() == ErrorKind::NotFound => {
                "name a built app's folder: it holds caisson.toml and app.wasm"
            }
            ManifestError::File { .. } => "check the path, and the rights of file and folder",
            ManifestError::TooLarge { .. } => "name a built app's folder; this is another file",
            ManifestError::Form { .. } | ManifestError::Value { .. } => NOTHING_CHANGED,
        };
        Self::environment(&error).hinted(hint)
    }
}

impl From<InstallError> for CliError {
    fn from(error: InstallError) -> Self {
        match error {
            InstallError::Manifest(error) => error.into(),
            InstallError::File { ref source, .. } if source.kind() == ErrorKind::NotFound => {
                Self::environment(error)
                    .hinted("name a built app's folder: it holds caisson.toml and app.wasm")
            }
            InstallError::File { .. } => {
                Self::environment(error).hinted("check the path, and the rights of file and folder")
            }
            InstallError::TooLarge { .. } => {
                Self::failed(error).hinted("build the app with the profile `app` of this project")
            }
            InstallError::NotAFile { .. }
            | InstallError::SignatureForm { .. }
            | InstallError::Incomplete { .. }
            | InstallError::NotAsSigned { .. }
            | InstallError::WrongSignature { .. }
            | InstallError::Older { .. }
            | InstallError::SameVersion { .. }
            | InstallError::OtherPublisher { .. }
            | InstallError::FormSyntax { .. }
            | InstallError::FormName { .. }
            | InstallError::FormUnsigned { .. }
            | InstallError::OtherComponent { .. }
            | InstallError::TooManyForms { .. } => Self::failed(error).hinted("nothing was changed"),
            InstallError::UnknownKey { .. } => Self::failed(error).hinted(
                "where you trust that key, add it to the profile as [publisher.NAME] with its tier; \
                 nothing was changed",
            ),
            InstallError::UnknownBuildHost { .. } => Self::failed(error).hinted(
                "machine code is as powerful as the terminal itself: where you trust that key so \
                 far, add it to the profile as [build-host.NAME]; nothing was changed",
            ),
            InstallError::NotInstalled { .. } => {
                Self::failed(error).hinted("`caisson app list` shows the installed apps")
            }
            InstallError::Busy { .. }
            | InstallError::Damaged { .. }
            | InstallError::OtherFormat { .. }
            | InstallError::Registry { .. } => Self::environment(error)
                .hinted("the installed apps are as they were; check the folder `apps` of the profile"),
            InstallError::Altered { .. } => Self::failed(error)
                .hinted("find out who changed it; then `caisson app install` puts it right"),
            InstallError::Unsigned { .. } => {
                Self::failed(error).hinted("add --dev on a desktop; nothing was changed")
            }
        }
    }
}

impl From<SignError> for CliError {
    fn from(error: SignError) -> Self {
        match error {
            SignError::Package(error) => error.into(),
            SignError::KeyExists { .. }
            | SignError::KeyForm { .. }
            | SignError::KeyMode { .. }
            | SignError::Random => Self::environment(error).hinted("nothing was changed"),
        }
    }
}

impl From<JournalError> for CliError {
    fn from(error: JournalError) -> Self {
        match &error {
            JournalError::Missing { .. } => Self::environment(error)
                .hinted("name the terminal's folder with --folder, or its --profile"),
            JournalError::AlreadyThere { .. } => {
                Self::environment(error).hinted("name another folder; this one is left as it is")
            }
            JournalError::InUse { .. } => Self::environment(error)
                .hinted("end the `caisson run` that works in this folder, then try again"),
            JournalError::OrphanLog { .. } | JournalError::OtherFormat { .. } => {
                Self::environment(error).hinted("nothing was changed")
            }
            JournalError::LogMissing { .. }
            | JournalError::Damaged { .. }
            | JournalError::ChainBroken { .. }
            | JournalError::ProjectionDiffers { .. }
            | JournalError::RecoveryDiffers { .. } => Self::failed(error).hinted(
                "nothing was changed; `caisson journal adopt` shows what can be read, and what \
                 becomes of each payment",
            ),
            JournalError::StorageFull { .. }
            | JournalError::Storage { .. }
            | JournalError::Database { .. } => {
                Self::environment(error).hinted("what was recorded before is still there")
            }
            JournalError::NoPayment { .. } => {
                Self::failed(error).hinted("`caisson journal list` shows the keys")
            }
            JournalError::Stopped { .. }
            | JournalError::BadCommit { .. }
            | JournalError::TooLarge { .. }
            | JournalError::DeskEvent { .. }
            | JournalError::Why
            | JournalError::Key(_) => Self::failed(error),
            JournalError::NotDamaged { .. } => Self::failed(error).hinted("nothing was changed"),
        }
    }
}

impl From<VaultError> for CliError {
    fn from(error: VaultError) -> Self {
        Self::environment(error)
    }
}

impl From<LoadError> for CliError {
    fn from(error: LoadError) -> Self {
        let error = match error {
            LoadError::Form(error) => return error.into(),
            error => error,
        };
        let hint = match &error {
            LoadError::Engine(_) => "this machine does not let the Wasm engine start",
            LoadError::NotAComponent { .. } => "build it with `--target wasm32-wasip2`",
            LoadError::NotCompiled { purpose, .. } => &format!(
                "on a build host with this engine: `caisson app compile PACKAGE --key \
                 BUILD-HOST.key --target {}`; then install the package",
                purpose.target
            ),
            LoadError::MachineCode { .. } => {
                "compile the app anew on a build host: `caisson app compile`; then install it"
            }
            LoadError::UnknownImport { .. } => "`caisson app inspect` lists what the app imports",
            LoadError::Denied(_) | LoadError::Permission(_) => {
                "add the permission to `permissions` in the app's caisson.toml and to `grants` in \
                 the terminal's profile.toml"
            }
            LoadError::WrongWorld { .. } => "export caisson:app/app, as the SDK's macro does",
            LoadError::Cache(_) => "check the folder `cache` of the profile",
            LoadError::Form(_) => "install the app again",
            LoadError::Services(_) => "run again with --verbose to see the app's own log",
        };
        // The engine's own words come in many lines.
        let text = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        Self::failed(text).hinted(hint)
    }
}

impl From<StorageError> for CliError {
    fn from(error: StorageError) -> Self {
        Self::environment(error).hinted("check the folder `storage` of the profile")
    }
}

impl From<TerminalError> for CliError {
    fn from(error: TerminalError) -> Self {
        match error {
            TerminalError::Profile(error) => error.into(),
            TerminalError::Journal(error) => error.into(),
            TerminalError::Vault(error) => error.into(),
            TerminalError::Install(error) => error.into(),
            TerminalError::Load(error) => error.into(),
            TerminalError::Destination(_)
            | TerminalError::Client(_)
            | TerminalError::Device { .. }
            | TerminalError::NoNotice { .. }
            | TerminalError::DeskTaken
            | TerminalError::NoDestination { .. } => Self::environment(error)
                .hinted("the terminal was not opened; its journal and keys are as they were"),
            TerminalError::Halted { .. } => {
                Self::failed(error).hinted("start `caisson run` again: it verifies the journal")
            }
            TerminalError::Key(_) | TerminalError::Slot(_) | TerminalError::OwnRule(_) => {
                Self::failed(error).hinted("this is a fault of the terminal: please report it")
            }
        }
    }
}

impl From<KeysError> for CliError {
    fn from(error: KeysError) -> Self {
        let hint = match error {
            KeysError::Vault(error) => return error.into(),
            KeysError::TestKeys { .. } => {
                "put the keys into a token, [token] in the profile; or write test-keys = true at its \
                 head, where no real money is taken"
            }
            KeysError::Pin { .. } => "[token] in the profile names this file: the PIN, on one line",
            KeysError::NoTokens => "build with `--features token`",
        };
        Self::environment(error).hinted(hint)
    }
}

impl From<ProvisionError> for CliError {
    fn from(error: ProvisionError) -> Self {
        match error {
            ProvisionError::Journal(error) => error.into(),
            ProvisionError::Vault(error) => error.into(),
            ProvisionError::Keys(error) => error.into(),
            ProvisionError::Slot { .. } | ProvisionError::Random(_) => Self::environment(error),
        }
    }
}

#[cfg(feature = "desktop")]
mod desktop {
    use super::CliError;
    use caisson_acquirer::AcquirerError;
    use caisson_host::CompileError;
    use caisson_scenarios::{DemoError, WorldError};
    use std::io::ErrorKind;

    impl From<AcquirerError> for CliError {
        fn from(error: AcquirerError) -> Self {
            let hint = match &error {
                AcquirerError::Books { .. } => "free the disk, or mend the rights of the file",
                AcquirerError::ForeignBooks { .. } => "the file was left as it was",
                AcquirerError::TerminalKey { .. } => "remove that file from `terminals`",
                AcquirerError::CertificateFile { .. }
                | AcquirerError::Certificate(_)
                | AcquirerError::Tls(_) => "make a new acquirer with --init in another folder",
                AcquirerError::Listener(_) | AcquirerError::Stopping => "start it again",
            };
            Self::environment(&error).hinted(hint)
        }
    }

    impl From<CompileError> for CliError {
        fn from(error: CompileError) -> Self {
            match error {
                CompileError::Target(_) | CompileError::Engine(_) => {
                    Self::failed(error).hinted("nothing was compiled")
                }
                CompileError::Component(_) => {
                    Self::failed(error).hinted("build it with `--target wasm32-wasip2`")
                }
            }
        }
    }

    impl From<WorldError> for CliError {
        fn from(error: WorldError) -> Self {
            match error {
                WorldError::Acquirer(error) => error.into(),
                WorldError::Profile(error) => error.into(),
                WorldError::Vault(error) => error.into(),
                WorldError::Install(error) => error.into(),
                WorldError::Load(error) => error.into(),
                WorldError::Storage(error) => error.into(),
                WorldError::Terminal(error) => error.into(),
                WorldError::Provision(error) => error.into(),
                WorldError::File { ref source, .. } if source.kind() == ErrorKind::NotFound => {
                    Self::environment(error)
                        .hinted("`caisson acquirer --init --folder FOLDER` makes an acquirer")
                }
                WorldError::File { .. } => {
                    Self::environment(error).hinted("check the path, and the rights of the folder")
                }
                WorldError::Seed { .. } | WorldError::Listen { .. } => Self::environment(error),
                WorldError::Random(_) => Self::environment(error),
                WorldError::BankKeys { .. } => Self::environment(error),
                WorldError::Deck(_) | WorldError::Bank(_) => {
                    Self::failed(error).hinted("this is a fault of the program: please report it")
                }
            }
        }
    }

    impl From<DemoError> for CliError {
        fn from(error: DemoError) -> Self {
            match error {
                DemoError::World(error) => error.into(),
                DemoError::Folder { .. } => Self::environment(error),
                DemoError::Perform { .. } => Self::failed(error).hinted(
                    "is the acquirer of that folder running, and does it know the terminal?",
                ),
                DemoError::Books(error) => error.into(),
                DemoError::NoCardApp { .. } => Self::environment(error),
                DemoError::Step(_)
                | DemoError::EndedOtherwise { .. }
                | DemoError::NotServed { .. }
                | DemoError::NoReceipt { .. }
                | DemoError::Differs { .. } => Self::failed(error),
            }
        }
    }
}
