//! Blocks to rows: sizes, spacing and places on the paper.

use caisson_core::document::{Align, Block, Document, Size};

use super::face::Face;
use super::{Paper, ROWS_MAX, Raster, RasterError, code};
use crate::wrap::{measured, wrap};

/// White rows above the first block, where the cutter's edge may be ragged.
const TOP_ROWS: u32 = 12;
/// Rows of a rule: white, black, white.
const RULE_ROWS: (u32, u32, u32) = (9, 2, 11);
/// Least distance between a name and its value on one line, in dots.
const PAIR_GAP: u32 = 16;

/// Em and line distance of a size, in dots.
struct Measure {
    em: u16,
    pitch: u32,
}

const fn measure(size: Size, paper: Paper) -> Measure {
    match (size, paper) {
        (Size::Small, _) => Measure { em: 20, pitch: 28 },
        (Size::Normal, _) => Measure { em: 24, pitch: 34 },
        (Size::Large, Paper::Mm58) => Measure { em: 40, pitch: 58 },
        (Size::Large, Paper::Mm80) => Measure { em: 48, pitch: 68 },
    }
}

/// Draws `document` for `paper`: a picture for each sheet, none for a document without blocks.
///
/// # Errors
/// [`RasterError::TooLong`] and [`RasterError::CodeTooLarge`] by the document, the others by the
/// program.
pub fn render(document: &Document, paper: Paper) -> Result<Vec<Raster>, RasterError> {
    let mut sheets = Sheets { paper, done: Vec::new(), open: Raster::empty(paper), rows_done: 0 };
    for (index, block) in document.blocks().iter().enumerate() {
        // A block's own limit bounds what one of them can add before this is looked at.
        sheets.add(index, block)?;
        if sheets.rows_done.saturating_add(sheets.open.height()) > ROWS_MAX {
            return Err(RasterError::TooLong);
        }
    }
    sheets.cut();
    Ok(sheets.done)
}

struct Sheets {
    paper: Paper,
    done: Vec<Raster>,
    open: Raster,
    rows_done: u32,
}

impl Sheets {
    fn add(&mut self, index: usize, block: &Block) -> Result<(), RasterError> {
        if self.open.height() == 0 && *block != Block::Cut {
            self.open.extend(TOP_ROWS);
        }
        match block {
            Block::Line { text, align, size, bold } => {
                let measure = measure(*size, self.paper);
                self.lines(&Face::new(*bold, measure.em)?, measure.pitch, text, *align);
            }
            Block::Pair { name, value } => self.pair(name, value)?,
            Block::Qr { text } => {
                code::draw(&mut self.open, text)
                    .ok_or(RasterError::CodeTooLarge { block: index })?;
            }
            Block::Rule => self.rule(),
            Block::Feed { lines } => {
                let pitch = measure(Size::Normal, self.paper).pitch;
                self.open.extend(u32::from(*lines) * pitch);
            }
            Block::Cut => self.cut(),
        }
        Ok(())
    }

    fn lines(&mut self, face: &Face, pitch: u32, text: &str, align: Align) {
        for line in wrap(text, self.paper.dots(), |character| face.advance(character)) {
            let baseline = self.next_line(face, pitch);
            self.place(face, line, align, baseline);
        }
    }

    /// Name left and value right on one line where both fit, else the value under the name.
    fn pair(&mut self, name: &str, value: &str) -> Result<(), RasterError> {
        let Measure { em, pitch } = measure(Size::Normal, self.paper);
        let face = Face::new(false, em)?;
        let width = |text| measured(text, |character| face.advance(character));
        if width(name).saturating_add(width(value)).saturating_add(PAIR_GAP) > self.paper.dots() {
            self.lines(&face, pitch, name, Align::Left);
            self.lines(&face, pitch, value, Align::Right);
            return Ok(());
        }
        let baseline = self.next_line(&face, pitch);
        self.place(&face, name, Align::Left, baseline);
        self.place(&face, value, Align::Right, baseline);
        Ok(())
    }

    /// Adds white rows for a line and returns the row of its baseline.
    fn next_line(&mut self, face: &Face, pitch: u32) -> u32 {
        let top = self.open.height();
        self.open.extend(pitch);
        top + pitch.saturating_sub(face.em_rows()) / 2 + face.baseline()
    }

    fn place(&mut self, face: &Face, text: &str, align: Align, baseline: u32) {
        let spare = self.paper.dots().saturating_sub(measured(text, |c| face.advance(c)));
        let x = match align {
            Align::Left => 0,
            Align::Centre => spare / 2,
            Align::Right => spare,
        };
        face.draw(&mut self.open, text, x, baseline);
    }

    fn rule(&mut self) {
        let (above, thick, below) = RULE_ROWS;
        let top = self.open.height() + above;
        self.open.extend(above + thick + below);
        for y in top..top + thick {
            for x in 0..self.paper.dots() {
                self.open.blacken(x, y);
            }
        }
    }

    fn cut(&mut self) {
        if self.open.height() > 0 {
            self.rows_done = self.rows_done.saturating_add(self.open.height());
            self.done.push(std::mem::replace(&mut self.open, Raster::empty(self.paper)));
        }
    }
}
