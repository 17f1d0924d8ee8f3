//! `caisson scan`.

use crate::error::CliError;
use crate::out;
use caisson_devices::scan::scan_file;
use clap::Args;
use std::path::PathBuf;

/// Read the QR code or bar code in pictures.
///
/// One line each: path, tab, kind of code, tab, text; where nothing was read, the kind is `none`
/// and the text is the reason. PNG, JPEG and WebP. The status is 0 if every picture was read, else 1.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
pub(crate) struct Scan {
    /// The pictures.
    #[arg(required = true, value_name = "IMAGE")]
    images: Vec<PathBuf>,
}

const EXAMPLE: &str = "\
Example:
  caisson scan photo.jpg codes/*.png";

impl Scan {
    pub(super) fn run(self) -> Result<(), CliError> {
        let mut is_all_read = true;
        for image in &self.images {
            let verdict = scan_file(image);
            is_all_read &= verdict.is_read();
            out::line(&verdict.line(image))?;
        }
        if is_all_read { Ok(()) } else { Err(CliError::said()) }
    }
}
