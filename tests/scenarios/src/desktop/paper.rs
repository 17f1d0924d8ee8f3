//! The paper roll of the panel: sheets one below the other, saved as one picture and one text.

use super::shared::Shared;
use caisson_devices::raster::{Paper, Raster};
use caisson_devices::screen::Picture;
use serde_json::{Value, json};
use std::fs;

/// Sheets that lie on the roll; the oldest falls off.
const SHEETS_MAX: usize = 64;

/// A sheet on the roll.
pub(super) struct RollSheet {
    pub(super) raster: Raster,
    /// `None` for one that is not complete.
    pub(super) text: Option<String>,
}

/// A sheet as the panel draws it.
pub(super) fn picture(raster: &Raster) -> Picture {
    let dot = |luma: u8| [luma, luma, luma, 255];
    Picture {
        width: raster.width(),
        height: raster.height(),
        rgba: raster.to_luma().into_iter().flat_map(dot).collect(),
    }
}

impl Shared {
    /// Forgets the sheets that have fallen off.
    pub(super) fn shorten_roll(&self) {
        let mut state = self.state();
        let surplus = state.roll.len().saturating_sub(SHEETS_MAX);
        state.roll.drain(..surplus);
    }

    /// Takes every sheet away.
    pub(super) async fn tear(&self) -> Value {
        let sheets = std::mem::take(&mut self.state().roll).len();
        self.around.window.tear().await;
        json!({ "sheets": sheets })
    }

    /// Writes what is on the roll as one picture and one text.
    pub(super) fn save_paper(&self) -> Result<Value, String> {
        self.shorten_roll();
        let (bits, texts) = {
            let state = self.state();
            let bits: Vec<u8> =
                state.roll.iter().flat_map(|sheet| sheet.raster.bits().iter().copied()).collect();
            let word = "(a sheet that is not complete)\n";
            let text = |sheet: &RollSheet| sheet.text.clone().unwrap_or_else(|| word.to_owned());
            (bits, state.roll.iter().map(text).collect::<Vec<_>>())
        };
        if texts.is_empty() {
            return Err("no paper is on the roll".to_owned());
        }
        let paper = self.state().roll.first().map_or(Paper::Mm58, |sheet| sheet.raster.paper());
        let png = Raster::from_bits(paper, bits).and_then(|raster| raster.to_png());
        let png = png.ok_or("the paper cannot be drawn as one picture")?;
        let number = (1..).find(|number| !self.file(&format!("paper-{number}.png")).exists());
        let number: u32 = number.unwrap_or_default();
        let (picture, text) =
            (self.file(&format!("paper-{number}.png")), self.file(&format!("paper-{number}.txt")));
        for (path, bytes) in [(&picture, png), (&text, texts.join("\n").into_bytes())] {
            fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        Ok(json!({ "picture": picture, "text": text }))
    }
}
