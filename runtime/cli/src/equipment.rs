//! The devices that a profile names, ready for the terminal.
//!
//! Nothing is opened here: a camera or printer that is not there is an error of its first use,
//! not of the start, so that a terminal whose printer is off can still take money.

use crate::card_reader::{Cards, card_reader};
use crate::error::CliError;
use crate::held::Held;
use async_trait::async_trait;
use caisson_devices::camera::{Camera, CameraError};
#[cfg(feature = "desktop")]
use caisson_devices::emulated::{camera::Lens, printer::EmulatedPrinter};
use caisson_devices::escpos::Finish;
use caisson_devices::escpos::driver::{EscPosPrinter, Options};
#[cfg(target_os = "linux")]
use caisson_devices::linux::{
    camera::LinuxCamera,
    printer::{NetworkLink, SerialLink, UsbLink},
    storage::LinuxStorage as DiskStorage,
};
use caisson_devices::printer::Printer;
use caisson_devices::raster::Paper;
use caisson_devices::screen::Screen;
use caisson_devices::speaker::{Silent, Speaker};
#[cfg(feature = "sound")]
use caisson_devices::system::speaker::SystemSpeaker;
use caisson_terminal::{
    CameraProfile, CameraSource, Equipment, PrinterProfile, Profile, SpeakerProfile,
};
use std::sync::Arc;

#[cfg(not(target_os = "linux"))]
use caisson_devices::emulated::storage::EmulatedStorage as DiskStorage;

/// The devices, and what a person can do to the emulated ones.
pub(crate) struct Built {
    pub(crate) equipment: Equipment,
    /// What is held before an emulated camera; `None` for a real one.
    pub(crate) held: Option<Held>,
    /// The cards before an emulated reader; `None` for a real one, and for none.
    pub(crate) cards: Option<Cards>,
}

/// Puts together what `profile` names, with `screen`.
pub(crate) fn build(profile: &Profile, screen: Arc<dyn Screen>) -> Result<Built, CliError> {
    let (camera, held) = camera(&profile.camera)?;
    let printer = printer(&profile.printer)?;
    let storage = Arc::new(DiskStorage::open(&profile.storage)?);
    let equipment = Equipment::new(screen, camera, printer, storage);
    let equipment = equipment.with_speaker(speaker(profile.speaker)?);
    match profile.card_reader.as_ref().map(card_reader).transpose()? {
        None => Ok(Built { equipment, held, cards: None }),
        Some((reader, cards)) => {
            Ok(Built { equipment: equipment.with_card_reader(reader), held, cards })
        }
    }
}

#[cfg(feature = "desktop")]
struct LensCamera(Lens);

#[cfg(feature = "desktop")]
#[async_trait]
impl CameraSource for LensCamera {
    async fn open(&self) -> Result<Box<dyn Camera>, CameraError> {
        Ok(Box::new(self.0.open()?))
    }
}

#[cfg(target_os = "linux")]
struct V4lCamera(String);

#[cfg(target_os = "linux")]
#[async_trait]
impl CameraSource for V4lCamera {
    async fn open(&self) -> Result<Box<dyn Camera>, CameraError> {
        Ok(Box::new(LinuxCamera::open(&self.0).await?))
    }
}

fn camera(profile: &CameraProfile) -> Result<(Box<dyn CameraSource>, Option<Held>), CliError> {
    match profile {
        #[cfg(not(feature = "desktop"))]
        CameraProfile::Emulated {} => Err(emulated("camera", "v4l2")),
        #[cfg(feature = "desktop")]
        CameraProfile::Emulated {} => {
            let lens = Lens::new("emulated");
            Ok((Box::new(LensCamera(lens.clone())), Some(Held(lens))))
        }
        #[cfg(target_os = "linux")]
        CameraProfile::V4l2 { device } => Ok((Box::new(V4lCamera(device.clone())), None)),
        #[cfg(not(target_os = "linux"))]
        CameraProfile::V4l2 { .. } => Err(only_linux("camera")),
    }
}

fn printer(profile: &PrinterProfile) -> Result<Box<dyn Printer>, CliError> {
    match profile {
        #[cfg(not(feature = "desktop"))]
        PrinterProfile::Emulated { .. } => Err(emulated("printer", "usb, serial or tcp")),
        #[cfg(feature = "desktop")]
        PrinterProfile::Emulated { folder, paper_mm } => {
            let made = EmulatedPrinter::new(options(*paper_mm), Some(folder));
            let (printer, _roll) = made.map_err(|error| {
                CliError::environment(format!("{}: {error}", folder.display()))
                    .hinted("check the `folder` of [printer] in the profile")
            })?;
            Ok(Box::new(printer))
        }
        #[cfg(target_os = "linux")]
        PrinterProfile::Usb { device, paper_mm } => {
            let link = UsbLink { path: device.clone() };
            Ok(Box::new(EscPosPrinter::new(link, options(*paper_mm))))
        }
        #[cfg(target_os = "linux")]
        PrinterProfile::Serial { device, baud, paper_mm } => {
            let link = SerialLink { path: device.clone(), baud: *baud, flow: true };
            Ok(Box::new(EscPosPrinter::new(link, options(*paper_mm))))
        }
        #[cfg(target_os = "linux")]
        PrinterProfile::Tcp { address, paper_mm } => {
            let link = NetworkLink { address: address.clone() };
            Ok(Box::new(EscPosPrinter::new(link, options(*paper_mm))))
        }
        #[cfg(not(target_os = "linux"))]
        PrinterProfile::Usb { .. } | PrinterProfile::Serial { .. } | PrinterProfile::Tcp { .. } => {
            Err(only_linux("printer"))
        }
    }
}

fn speaker(profile: SpeakerProfile) -> Result<Arc<dyn Speaker>, CliError> {
    match profile {
        #[cfg(feature = "sound")]
        SpeakerProfile::System {} => {
            let started = SystemSpeaker::start();
            let speaker = started.map_err(|error| {
                CliError::environment(format!("the speaker's thread does not start: {error}"))
                    .hinted("write driver = \"none\" under [speaker] in the profile")
            })?;
            Ok(Arc::new(speaker))
        }
        #[cfg(not(feature = "sound"))]
        SpeakerProfile::System {} => Ok(Arc::new(Silent)),
        SpeakerProfile::None {} => Ok(Arc::new(Silent)),
    }
}

/// A printer of `paper_mm`; the profile has checked that it is 58 or 80. The wide ones have
/// cutters, the narrow ones of hand-held terminals a tear bar.
const fn options(paper_mm: u32) -> Options {
    let (paper, finish) = match paper_mm {
        58 => (Paper::Mm58, Finish::Tear),
        _ => (Paper::Mm80, Finish::Cut),
    };
    Options { paper, finish, in_order_status: true }
}

#[cfg(not(feature = "desktop"))]
fn emulated(what: &str, drivers: &str) -> CliError {
    CliError::environment(format!("{what}.driver is emulated, and a device build has no emulator"))
        .hinted(format!("write {drivers} there, or run a desktop build"))
}

#[cfg(not(target_os = "linux"))]
fn only_linux(what: &str) -> CliError {
    CliError::environment(format!("{what}.driver names a device of Linux"))
        .hinted("write emulated there on this machine")
}
