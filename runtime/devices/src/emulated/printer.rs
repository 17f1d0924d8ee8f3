//! The desktop's receipt printer: the real driver, speaking to a head that draws on a paper roll.
//!
//! Document, encoder, driver and bytes are those of a real printer; only behind the wire the strict
//! interpreter takes the place of the metal. So what the roll shows is what the bytes say.
//! Deliberately not here: printing speed; a band is on paper at once.

use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use caisson_core::document::Document;
use caisson_core::permission::{self, Permit};

use super::paper_roll::{Fault, Label, PaperRoll};
use super::printer_head;
use crate::escpos::driver::{EscPosPrinter, Options};
use crate::escpos::link::{Channel, Link};
use crate::printer::{JobKey, JobState, Printer, PrinterError, PrinterStatus};
use crate::raster::Paper;
use crate::text::plain_text;

/// Bytes on their way between driver and head; small, so that the driver meets a full buffer.
const WIRE_BYTES: usize = 4 * 1024;

/// A printer on the desktop.
pub struct EmulatedPrinter {
    driver: EscPosPrinter<RollLink>,
    roll: PaperRoll,
}

impl EmulatedPrinter {
    /// A printer and the handle on its roll. With a `folder`, which is made where it is missing,
    /// each sheet also becomes a picture and a text file in it.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new(options: Options, folder: Option<&Path>) -> io::Result<(Self, PaperRoll)> {
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder)?;
        }
        let roll = PaperRoll::new(options.paper, folder.map(PathBuf::from));
        let driver = EscPosPrinter::new(RollLink(roll.clone()), options);
        Ok((Self { driver, roll: roll.clone() }, roll))
    }
}

#[async_trait]
impl Printer for EmulatedPrinter {
    async fn print(
        &mut self,
        permit: &Permit<permission::Printer>,
        key: &JobKey,
        document: &Document,
    ) -> Result<(), PrinterError> {
        let texts = plain_text(document, self.paper());
        self.roll.label_next(Label { key: key.clone(), texts });
        self.driver.print(permit, key, document).await
    }

    fn job(&self, key: &JobKey) -> JobState {
        self.driver.job(key)
    }

    async fn status(&mut self) -> Result<PrinterStatus, PrinterError> {
        self.driver.status().await
    }

    fn paper(&self) -> Paper {
        self.driver.paper()
    }
}

/// The wire to the head, within the process.
struct RollLink(PaperRoll);

#[async_trait]
impl Link for RollLink {
    async fn open(&mut self) -> io::Result<Box<dyn Channel>> {
        match self.0.fault() {
            Some(Fault::Offline) => {
                Err(io::Error::new(io::ErrorKind::NotConnected, "it is switched off or unplugged"))
            }
            Some(Fault::Busy) => Err(io::ErrorKind::ResourceBusy.into()),
            _ => {
                let (ours, head) = tokio::io::duplex(WIRE_BYTES);
                tokio::spawn(printer_head::serve(self.0.clone(), head));
                Ok(Box::new(ours))
            }
        }
    }

    fn place(&self) -> String {
        "the emulator".to_owned()
    }
}
