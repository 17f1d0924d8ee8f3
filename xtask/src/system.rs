//! What this machine has: read-only questions, one each.

use crate::command;
use crate::place::Place;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a window loads by name when it opens on an X display.
const X_LIBRARIES: [&str; 5] =
    ["libX11.so.6", "libX11-xcb.so.1", "libXcursor.so.1", "libXi.so.6", "libxkbcommon-x11.so.0"];

/// A thing that a build needs and that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// SQLite and the ciphers are C.
    Compiler,
    /// The camera's driver is written against `linux/videodev2.h`.
    KernelHeaders,
    /// Reads those headers while the camera's driver is built.
    Libclang,
    /// The speaker's driver links to it, and finds it by `pkg-config`.
    Alsa,
    /// The screen finds its fonts by it; it is found by `pkg-config`.
    Fontconfig,
    /// The emulator's window is tested on it.
    VirtualDisplay,
    /// The card reader's driver is tested on a real PC/SC stack with a virtual reader.
    CardService,
    /// The key store in a token is tested on a token in software.
    KeyToken,
    /// The apps are built for `wasm32-wasip2`.
    WasmTarget,
    /// `cargo fmt`.
    Rustfmt,
    /// `cargo clippy`.
    Clippy,
}

impl Need {
    /// What people read.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Compiler => "a C compiler",
            Self::KernelHeaders => "the kernel's headers (linux/videodev2.h)",
            Self::Libclang => "libclang with its headers",
            Self::Alsa => "ALSA's headers (alsa.pc) and pkg-config",
            Self::Fontconfig => "fontconfig's headers (fontconfig.pc) and pkg-config",
            Self::VirtualDisplay => "a display in memory (Xvfb)",
            Self::CardService => "PC/SC with its headers and a virtual reader (pcscd, vpcd)",
            Self::KeyToken => "a key token in software (SoftHSM2)",
            Self::WasmTarget => "Rust's target wasm32-wasip2",
            Self::Rustfmt => "rustfmt",
            Self::Clippy => "clippy",
        }
    }

    /// Whether this machine has it.
    pub(crate) fn is_met(self, place: &Place) -> bool {
        match self {
            Self::Compiler => command::answers(Command::new("cc").arg("--version")),
            Self::KernelHeaders => {
                !cfg!(target_os = "linux") || Path::new("/usr/include/linux/videodev2.h").exists()
            }
            Self::Libclang => !cfg!(target_os = "linux") || libclang().is_some(),
            Self::Alsa => {
                !cfg!(target_os = "linux")
                    || command::answers(Command::new("pkg-config").args(["--exists", "alsa"]))
            }
            Self::Fontconfig => {
                !cfg!(target_os = "linux")
                    || command::answers(Command::new("pkg-config").args(["--exists", "fontconfig"]))
            }
            Self::VirtualDisplay => !cfg!(target_os = "linux") || virtual_display(),
            Self::CardService => !cfg!(target_os = "linux") || card_service(),
            Self::KeyToken => {
                !cfg!(target_os = "linux") || Path::new("/usr/lib/softhsm/libsofthsm2.so").exists()
            }
            Self::WasmTarget => wasm_target(place),
            Self::Rustfmt => command::answers(&mut command::cargo(place, &["fmt", "--version"])),
            Self::Clippy => command::answers(&mut command::cargo(place, &["clippy", "--version"])),
        }
    }
}

/// How this machine installs system packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Installer {
    /// `apt-get`, as root.
    AptAsRoot,
    /// `apt-get` by a `sudo` that asks no password.
    AptBySudo,
    /// `apt-get`, but only the machine's owner can run it.
    AptByOwner,
    /// Not Debian or its family.
    Unknown,
}

impl Installer {
    /// Finds it.
    pub(crate) fn find() -> Self {
        if !command::answers(Command::new("apt-get").arg("--version")) {
            Self::Unknown
        } else if command::output(Command::new("id").arg("-u")).as_deref() == Some("0") {
            Self::AptAsRoot
        } else if command::answers(Command::new("sudo").args(["-n", "true"])) {
            Self::AptBySudo
        } else {
            Self::AptByOwner
        }
    }
}

/// libclang counts only with the compiler's own headers beside it (`stddef.h`): a bare
/// `libclang1` package has none, and the build would fail late and darkly.
fn libclang() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("LIBCLANG_PATH") {
        return Some(PathBuf::from(folder)); // the owner says so
    }
    let versions = folders("/usr/lib").filter(|path| named(path, "llvm-"));
    let mut roots: Vec<PathBuf> = versions.map(|path| path.join("lib")).collect();
    roots.extend(["/usr/lib64", "/usr/lib", "/usr/local/lib"].map(PathBuf::from));
    roots.into_iter().find(|root| {
        let mut files = folders(root);
        let headers = |version: PathBuf| version.join("include/stddef.h").exists();
        files.any(|file| named(&file, "libclang.so") || named(&file, "libclang-"))
            && folders(root.join("clang")).any(headers)
    })
}

/// Xvfb, and the libraries that a window asks for by name when it opens: a build does not miss
/// them. Xvfb knows no `-version`; it fails on any word that it does not know.
fn virtual_display() -> bool {
    let Some(libraries) = command::output(Command::new("/sbin/ldconfig").arg("-p")) else {
        return false;
    };
    command::answers(Command::new("Xvfb").arg("-help"))
        && X_LIBRARIES.iter().all(|name| libraries.contains(name))
}

fn card_service() -> bool {
    let tools = ["/usr/sbin/pcscd", "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"];
    command::answers(Command::new("pkg-config").args(["--exists", "libpcsclite"]))
        && command::answers(Command::new("ip").arg("-V"))
        && tools.iter().all(|path| Path::new(path).exists())
}

fn folders(folder: impl AsRef<Path>) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn named(path: &Path, beginning: &str) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(beginning))
}

fn wasm_target(place: &Place) -> bool {
    let mut rustc = command::program(place, "rustc");
    rustc.args(["--print", "target-libdir", "--target", "wasm32-wasip2"]);
    command::output(&mut rustc).is_some_and(|folder| folders(folder).next().is_some())
}
