//! What went wrong in an app, and the one road from host errors to contract errors.

use crate::compile::own_purpose;
use crate::kill::KillCause;
use caisson_core::permission::{Denied, UnknownPermission};
use caisson_packages::{InstallError, Purpose};

/// Longest detail text that an app gets, in characters.
pub(crate) const DETAIL_CHARS_MAX: usize = 200;

/// Why a call of an app did not end as it should. App developer: the text names export and cause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppFault {
    /// The app trapped: its own panic, a bad handle, a limit that traps.
    #[error("{app}: {export} trapped: {cause}")]
    Trap {
        /// The app's id.
        app: String,
        /// The export that was running.
        export: &'static str,
        /// wasmtime's root cause, with a note where a limit was met just before.
        cause: String,
    },
    /// The host ended the call.
    #[error("{app}: {export} {cause}")]
    Killed {
        /// The app's id.
        app: String,
        /// The export that was running.
        export: &'static str,
        /// Which budget was used up.
        cause: KillCause,
    },
    /// What the app returned breaks the contract.
    #[error("{app}: {export} returned {what}")]
    BadReturn {
        /// The app's id.
        app: String,
        /// The export.
        export: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// More calls are waiting than an app may have.
    #[error("{app}: more than {max} calls are waiting", max = crate::actor::CALLS_WAITING_MAX)]
    TooManyCalls {
        /// The app's id.
        app: String,
    },
}

/// Why an app cannot be loaded. Terminal's owner or app developer, as the text says.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// wasmtime does not start. Terminal maker: the text is wasmtime's.
    #[error("the Wasm engine does not start: {0}")]
    Engine(String),
    /// Not a component of this engine. App developer: build it for wasm32-wasip2.
    #[error("{app} is not a component that this terminal runs: {cause}")]
    NotAComponent {
        /// The app's id.
        app: String,
        /// wasmtime's words.
        cause: String,
    },
    /// Integrator: this build has no compiler; compile the app on a build host, install it again.
    #[error(
        "{app} has no machine code for {purpose}{}, and this terminal has no compiler", only(.found)
    )]
    NotCompiled {
        /// The app's id.
        app: String,
        /// What it would have to be compiled for.
        purpose: Purpose,
        /// What it is compiled for; empty where for nothing.
        found: String,
    },
    /// A build host's machine code does not load here. Terminal maker: the text is wasmtime's.
    #[error("the machine code of {app} does not load here: {cause}")]
    MachineCode {
        /// The app's id.
        app: String,
        /// Why.
        cause: String,
    },
    /// The app's compiled form for this terminal is damaged, or from nobody who may compile for it.
    #[error(transparent)]
    Form(#[from] InstallError),
    /// The component imports an interface that the terminal does not have. App developer: remove
    /// the import, or ask for a newer terminal.
    #[error("{app} imports {interface}, which this terminal does not offer")]
    UnknownImport {
        /// The app's id.
        app: String,
        /// The interface as the component names it.
        interface: String,
    },
    /// The component imports what it was not given. App developer: add the permission to the
    /// manifest; owner: grant it in the profile.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A capability without a permission of its own.
    #[error(transparent)]
    Permission(#[from] UnknownPermission),
    /// The component does not export the world. App developer: export `caisson:app/app`.
    #[error("{app} does not fit the world caisson:app/payment-app: {cause}")]
    WrongWorld {
        /// The app's id.
        app: String,
        /// wasmtime's words.
        cause: String,
    },
    /// The compiled form cannot be read or kept.
    #[error(transparent)]
    Cache(#[from] crate::cache::CacheError),
    /// `services` did not answer.
    #[error(transparent)]
    Services(#[from] AppFault),
}

impl LoadError {
    /// Without a compiler, the app `id` does not run here; it is compiled for `found`.
    pub(crate) fn not_compiled(id: &str, found: String) -> Self {
        Self::NotCompiled { app: id.to_owned(), purpose: own_purpose(), found }
    }
}

fn only(found: &str) -> String {
    if found.is_empty() { String::new() } else { format!(" (only for {found})") }
}

/// The `code` enum of one interface: which case stands for what every interface has.
pub(crate) trait Code: Sized {
    const DENIED: Self;
}

/// What a glue function may end with: a code for the app, or a trap. An app's bug with a handle
/// traps; whatever an honest app can meet is a code.
#[derive(Debug)]
pub(crate) enum Fault<C> {
    Code(C, String),
    Trap(wasmtime::Error),
}

impl<C: Code> Fault<C> {
    /// A code with its detail, cut to the contract's limit.
    #[allow(clippy::needless_pass_by_value, reason = "errors and literals are passed alike")]
    pub(crate) fn code(code: C, detail: impl ToString) -> Self {
        Self::Code(code, detail.to_string().chars().take(DETAIL_CHARS_MAX).collect())
    }

    /// Code and detail, or the trap.
    pub(crate) fn into_parts(self) -> wasmtime::Result<(C, String)> {
        match self {
            Self::Code(code, detail) => Ok((code, detail)),
            Self::Trap(error) => Err(error),
        }
    }
}

impl<C: Code> From<Denied> for Fault<C> {
    fn from(denied: Denied) -> Self {
        Self::code(C::DENIED, denied)
    }
}

impl<C> From<KillCause> for Fault<C> {
    fn from(cause: KillCause) -> Self {
        Self::Trap(wasmtime::Error::new(cause))
    }
}

impl<C> From<wasmtime::component::ResourceTableError> for Fault<C> {
    fn from(error: wasmtime::component::ResourceTableError) -> Self {
        Self::Trap(error.into())
    }
}
