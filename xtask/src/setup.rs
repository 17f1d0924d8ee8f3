//! Finds what is missing and installs it with consent, else says the one line to run.
//!
//! Nothing is asked, and nothing is said, where everything is there.

use crate::args::Consent;
use crate::command;
use crate::error::Error;
use crate::place::Place;
use crate::system::{Installer, Need};
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::process::Command;

/// What building the binary and the apps needs.
pub(crate) const BUILD: [Need; 6] = [
    Need::Compiler,
    Need::KernelHeaders,
    Need::Libclang,
    Need::Alsa,
    Need::Fontconfig,
    Need::WasmTarget,
];
/// What the emulator's window needs on a display that nobody sees.
pub(crate) const WINDOW: [Need; 1] = [Need::VirtualDisplay];
/// What the drivers of card readers and key tokens are tested against: the real services, with
/// nothing plugged in.
pub(crate) const HARDWARE: [Need; 2] = [Need::CardService, Need::KeyToken];
/// What checking the source needs.
pub(crate) const LINT: [Need; 2] = [Need::Rustfmt, Need::Clippy];

/// The service of card readers, its headers, a virtual reader, and the tools that give a test a
/// world of its own.
const CARD_PACKAGES: [&str; 6] =
    ["libpcsclite-dev", "pkg-config", "pcscd", "vsmartcard-vpcd", "iproute2", "util-linux"];
/// The display, and what a window loads when it opens on one.
const X_PACKAGES: [&str; 6] =
    ["xvfb", "libx11-6", "libx11-xcb1", "libxcursor1", "libxi6", "libxkbcommon-x11-0"];

/// Makes sure that `needs` are met.
pub(crate) fn run(place: &Place, needs: &[Need], consent: Consent) -> Result<(), Error> {
    eprintln!("looking for what the build needs");
    let missing = missing(place, needs);
    let plan = Plan::new(&missing);
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        eprintln!("  missing: {}", need.name());
    }
    let installer = Installer::find();
    let rustup = command::answers(Command::new("rustup").arg("--version"));
    if !plan.can_be_done(installer, rustup) || !agreed(&plan, installer, consent)? {
        return Err(Error::Missing(plan.for_people(installer, rustup)));
    }
    for words in plan.commands(installer) {
        eprintln!("running: {}", words.join(" "));
        let (name, arguments) = words.split_first().unwrap_or((&"true", &[]));
        command::run(command::program(place, name).args(arguments))?;
    }
    match self::missing(place, needs).first() {
        None => Ok(()),
        Some(need) => {
            let text = format!("{} is still missing after the installation", need.name());
            Err(Error::Wrong(text))
        }
    }
}

fn missing(place: &Place, needs: &[Need]) -> Vec<Need> {
    needs.iter().copied().filter(|need| !need.is_met(place)).collect()
}

/// What is to be installed, by whom.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    packages: Vec<&'static str>,
    targets: Vec<&'static str>,
    components: Vec<&'static str>,
}

impl Plan {
    fn new(missing: &[Need]) -> Self {
        let mut plan = Self::default();
        for need in missing {
            match need {
                Need::Compiler => plan.packages.extend(["gcc", "libc6-dev"]),
                Need::KernelHeaders => plan.packages.push("linux-libc-dev"),
                Need::Libclang => plan.packages.push("libclang-dev"),
                Need::Alsa => plan.packages.extend(["libasound2-dev", "pkg-config"]),
                Need::Fontconfig => plan.packages.extend(["libfontconfig-dev", "pkg-config"]),
                Need::VirtualDisplay => plan.packages.extend(X_PACKAGES),
                Need::CardService => plan.packages.extend(CARD_PACKAGES),
                Need::KeyToken => plan.packages.push("softhsm2"),
                Need::WasmTarget => plan.targets.push("wasm32-wasip2"),
                Need::Rustfmt => plan.components.push("rustfmt"),
                Need::Clippy => plan.components.push("clippy"),
            }
        }
        plan
    }

    fn can_be_done(&self, installer: Installer, rustup: bool) -> bool {
        let apt = matches!(installer, Installer::AptAsRoot | Installer::AptBySudo);
        (self.packages.is_empty() || apt)
            && (rustup || (self.targets.is_empty() && self.components.is_empty()))
    }

    /// The commands, one list of words each, in order.
    fn commands(&self, installer: Installer) -> Vec<Vec<&'static str>> {
        let mut commands = Vec::new();
        if !self.packages.is_empty() {
            let mut apt = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
            if installer != Installer::AptAsRoot {
                apt.insert(0, "sudo");
            }
            commands.push([apt.as_slice(), &["update"]].concat());
            let install = ["install", "--yes", "--no-install-recommends"];
            commands.push([apt.as_slice(), &install, &self.packages].concat());
        }
        if !self.targets.is_empty() {
            commands.push([&["rustup", "target", "add"], self.targets.as_slice()].concat());
        }
        if !self.components.is_empty() {
            commands.push([&["rustup", "component", "add"], self.components.as_slice()].concat());
        }
        commands
    }

    /// What the machine's owner is told to do.
    fn for_people(&self, installer: Installer, rustup: bool) -> String {
        let mut text = String::new();
        if installer == Installer::Unknown && !self.packages.is_empty() {
            text.push_str(
                "Install a C compiler, the kernel's headers, libclang with its headers, and ALSA's \
                 headers with pkg-config (Fedora: gcc kernel-headers clang-devel alsa-lib-devel \
                 pkgconf; Arch: gcc linux-api-headers clang alsa-lib pkgconf).\n",
            );
        }
        let commands: Vec<String> = self
            .commands(installer)
            .iter()
            .filter(|words| installer != Installer::Unknown || words.first() == Some(&"rustup"))
            .map(|words| words.join(" "))
            .collect();
        if !commands.is_empty() {
            text.push_str("Run this, then start again:\n\n  ");
            text.push_str(&commands.join(" && "));
            text.push('\n');
        }
        if !(rustup || (self.targets.is_empty() && self.components.is_empty())) {
            text.push_str(
                "\nThere is no rustup here: get it from https://rustup.rs, or install the parts \
                 that are missing the way in which Rust itself was installed.\n",
            );
        }
        text
    }
}

fn agreed(plan: &Plan, installer: Installer, consent: Consent) -> Result<bool, Error> {
    if consent == Consent::Given {
        return Ok(true);
    }
    if !io::stdin().is_terminal() {
        return Ok(false);
    }
    for words in plan.commands(installer) {
        eprintln!("  would run: {}", words.join(" "));
    }
    eprint!("Install it now? [Y/n] ");
    io::stderr().flush().map_err(Error::io("asking"))?;
    let mut answer = String::new();
    let read =
        io::stdin().lock().read_line(&mut answer).map_err(Error::io("reading the answer"))?;
    Ok(read > 0 && matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRESH: [Need; 4] = [Need::KernelHeaders, Need::Libclang, Need::Alsa, Need::WasmTarget];

    #[track_caller]
    fn check(missing: &[Need], installer: Installer, expected: &str) {
        let commands = Plan::new(missing).commands(installer);
        let lines: Vec<String> = commands.iter().map(|words| words.join(" ")).collect();
        assert_eq!(lines.join("\n"), expected);
    }

    #[test]
    fn only_what_is_missing_is_installed() {
        check(&[], Installer::AptAsRoot, "");
        check(&[Need::WasmTarget], Installer::AptAsRoot, "rustup target add wasm32-wasip2");
        check(
            &FRESH,
            Installer::AptAsRoot,
            "env DEBIAN_FRONTEND=noninteractive apt-get update\n\
             env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
             linux-libc-dev libclang-dev libasound2-dev pkg-config\n\
             rustup target add wasm32-wasip2",
        );
        check(
            &[Need::Libclang, Need::Clippy],
            Installer::AptBySudo,
            "sudo env DEBIAN_FRONTEND=noninteractive apt-get update\n\
             sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes \
             --no-install-recommends libclang-dev\n\
             rustup component add clippy",
        );
    }

    #[test]
    fn whoever_may_not_install_is_given_one_line_to_run() {
        let plan = Plan::new(&FRESH);
        assert!(!plan.can_be_done(Installer::AptByOwner, true));
        assert_eq!(
            plan.for_people(Installer::AptByOwner, true),
            "Run this, then start again:\n\n  \
             sudo env DEBIAN_FRONTEND=noninteractive apt-get update && \
             sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes \
             --no-install-recommends linux-libc-dev libclang-dev libasound2-dev pkg-config && \
             rustup target add wasm32-wasip2\n"
        );
    }

    #[test]
    fn another_system_is_told_what_to_install_and_never_apt() {
        let text = Plan::new(&FRESH).for_people(Installer::Unknown, true);
        assert_eq!(
            text,
            "Install a C compiler, the kernel's headers, libclang with its headers, and ALSA's \
             headers with pkg-config (Fedora: gcc kernel-headers clang-devel alsa-lib-devel \
             pkgconf; Arch: gcc linux-api-headers clang alsa-lib pkgconf).\n\
             Run this, then start again:\n\n  rustup target add wasm32-wasip2\n"
        );
    }

    #[test]
    fn without_rustup_nothing_of_rust_is_installed() {
        assert!(!Plan::new(&[Need::WasmTarget]).can_be_done(Installer::AptAsRoot, false));
        assert!(Plan::new(&[Need::Libclang]).can_be_done(Installer::AptAsRoot, false));
    }
}
