//! `[camera]`, `[printer]`, `[screen]`, `[speaker]`: which driver, and what it needs.

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Where codes are read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "driver", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CameraProfile {
    /// Pictures are held before it by commands.
    Emulated {},
    /// A V4L2 device.
    V4l2 {
        /// Its node or index: `/dev/video0`.
        device: String,
    },
}

/// Where receipts come out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "driver", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PrinterProfile {
    /// Pictures and texts in a folder.
    Emulated {
        /// The folder.
        folder: PathBuf,
        /// Width of the roll: 58 or 80.
        paper_mm: u32,
    },
    /// ESC/POS on a USB printer node.
    Usb {
        /// `/dev/usb/lp0`.
        device: PathBuf,
        /// Width of the roll: 58 or 80.
        paper_mm: u32,
    },
    /// ESC/POS on a serial line.
    Serial {
        /// `/dev/ttyS1`.
        device: PathBuf,
        /// Bits a second.
        baud: u32,
        /// Width of the roll: 58 or 80.
        paper_mm: u32,
    },
    /// ESC/POS over TCP.
    Tcp {
        /// `printer.shop:9100`.
        address: String,
        /// Width of the roll: 58 or 80.
        paper_mm: u32,
    },
}

/// Where cards are read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "driver", rename_all = "kebab-case", deny_unknown_fields)]
pub enum CardReaderProfile {
    /// Cards are inserted, held and swiped by commands.
    Emulated {},
    /// The readers of the PC/SC service.
    Pcsc {
        /// Parts of the names of those that are used; all where none is named.
        #[serde(default)]
        readers: Vec<String>,
        /// The name of a stripe's reader that types what it reads; none where there is none.
        stripe: Option<String>,
    },
}

/// `[emv]`: what the acquirer sets for the kernel, instead of the files that the kernel brings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EmvProfile {
    /// What the terminal is, and which tags go to the acquirer.
    pub terminal: Option<PathBuf>,
    /// Applications, their action codes and limits.
    pub applications: Option<PathBuf>,
    /// Public keys of the payment systems.
    pub authorities: Option<PathBuf>,
    /// True where a cardholder may go on without a PIN.
    #[serde(default)]
    pub pin_bypass: bool,
    /// True where the digits of the PIN pad stand in another order each time.
    #[serde(default)]
    pub shuffled_pin_pad: bool,
}

impl EmvProfile {
    /// The same with its files taken from the profile's own folder.
    pub(super) fn at_home(self, home: &Path) -> Self {
        let at_home = |file: Option<PathBuf>| file.map(|file| home.join(file));
        Self {
            terminal: at_home(self.terminal),
            applications: at_home(self.applications),
            authorities: at_home(self.authorities),
            pin_bypass: self.pin_bypass,
            shuffled_pin_pad: self.shuffled_pin_pad,
        }
    }
}

/// What people see.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "driver", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ScreenProfile {
    /// Lines of text, and commands from standard input.
    Headless {},
    /// A drawn screen that is touched, with the desk on it. Full-screen on a device.
    Drawn {},
}

/// What people hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(tag = "driver", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SpeakerProfile {
    /// The system's own sound card. Silence where the build has no sound or the machine no card.
    System {},
    /// Silence.
    None {},
}

impl Default for SpeakerProfile {
    /// What a profile without `[speaker]` has.
    fn default() -> Self {
        Self::System {}
    }
}

/// Width of the printer's roll in millimetres.
pub(crate) const fn paper_mm(printer: &PrinterProfile) -> u32 {
    match printer {
        PrinterProfile::Emulated { paper_mm, .. }
        | PrinterProfile::Usb { paper_mm, .. }
        | PrinterProfile::Serial { paper_mm, .. }
        | PrinterProfile::Tcp { paper_mm, .. } => *paper_mm,
    }
}

/// The emulated printer's folder, taken from the profile's own.
pub(super) fn at_home_printer(home: &Path, printer: PrinterProfile) -> PrinterProfile {
    match printer {
        PrinterProfile::Emulated { folder, paper_mm } => {
            PrinterProfile::Emulated { folder: home.join(folder), paper_mm }
        }
        other => other,
    }
}
