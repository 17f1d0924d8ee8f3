//! The built-in font: how wide a character is, and its dots.
//!
//! Each glyph begins on a whole dot and advances by whole dots, so that what is measured is what
//! is drawn and equal letters look equal on paper. A character that the font lacks is drawn as its
//! empty box: visible, never silently left out.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};

use super::{Raster, RasterError};

/// GB 2312, Latin-1 and signs; made by `fonts/make.sh`.
static REGULAR: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!("../../fonts/NotoSansSC-Regular.otf")).ok()
});
static BOLD: LazyLock<Option<FontRef<'static>>> = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!("../../fonts/NotoSansSC-Bold.otf")).ok()
});

/// Share of a dot that the outline must cover to burn it. Below one half, because thin strokes of
/// a small Chinese character would break up, and a thermal dot is a little larger than its cell.
const COVERED: f32 = 0.42;
/// Part of the em that lies above the baseline in this font's ideographs.
const ABOVE_BASELINE: f32 = 0.88;

/// One weight of the font at one size.
pub(super) struct Face {
    font: &'static FontRef<'static>,
    scale: PxScale,
    em: f32,
}

impl Face {
    /// The font with an em of `em` dots.
    pub(super) fn new(bold: bool, em: u16) -> Result<Self, RasterError> {
        let font = if bold { &BOLD } else { &REGULAR };
        let font = LazyLock::force(font).as_ref().ok_or(RasterError::Font)?;
        let em = f32::from(em);
        let units = font.units_per_em().ok_or(RasterError::Font)?;
        Ok(Self { font, scale: PxScale::from(em * font.height_unscaled() / units), em })
    }

    /// Width of a character in dots.
    pub(super) fn advance(&self, character: char) -> u32 {
        let font = self.font.as_scaled(self.scale);
        u32::try_from(whole(font.h_advance(font.glyph_id(character)))).unwrap_or(0)
    }

    /// Height of the em square in rows.
    pub(super) fn em_rows(&self) -> u32 {
        u32::try_from(whole(self.em)).unwrap_or(0)
    }

    /// Rows from the top of the em square to the baseline.
    pub(super) fn baseline(&self) -> u32 {
        u32::try_from(whole(self.em * ABOVE_BASELINE)).unwrap_or(0)
    }

    /// Draws `text` with its left edge at `x` and its baseline at row `baseline`.
    pub(super) fn draw(&self, raster: &mut Raster, text: &str, mut x: u32, baseline: u32) {
        for character in text.chars() {
            let glyph =
                self.font.glyph_id(character).with_scale_and_position(self.scale, point(0.0, 0.0));
            if let Some(outline) = self.font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                let left = i64::from(x) + i64::from(whole(bounds.min.x));
                let top = i64::from(baseline) + i64::from(whole(bounds.min.y));
                outline.draw(|column, row, coverage| {
                    let dot = u32::try_from(left + i64::from(column)).ok();
                    let line = u32::try_from(top + i64::from(row)).ok();
                    if coverage >= COVERED
                        && let (Some(dot), Some(line)) = (dot, line)
                    {
                        raster.blacken(dot, line);
                    }
                });
            }
            x = x.saturating_add(self.advance(character));
        }
    }
}

/// A length in whole dots.
#[expect(clippy::cast_possible_truncation, reason = "a cast from f32 stops at the type's ends")]
fn whole(length: f32) -> i32 {
    length.round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_weights_hold_every_character_of_gb_2312_and_the_currency_signs() {
        for bold in [false, true] {
            let face = Face::new(bold, 24).unwrap();
            let hanzi =
                (0xB0..=0xF7_u8).flat_map(|row| (0xA1..=0xFE_u8).map(move |cell| [row, cell]));
            let mut count = 0;
            for pair in hanzi {
                let (text, _, bad) = encoding_rs::GB18030.decode(&pair);
                let character = text.chars().next().unwrap();
                // The last five cells of row D7 are the one hole in the two levels.
                if bad || ('\u{E000}'..='\u{F8FF}').contains(&character) {
                    continue;
                }
                assert_ne!(face.font.glyph_id(character).0, 0, "{character}");
                count += 1;
            }
            assert_eq!(count, 6_763);
            for character in "¥￥€£$，。！？（）：×✓".chars().chain(' '..='~') {
                assert_ne!(face.font.glyph_id(character).0, 0, "{character}");
            }
        }
    }

    #[test]
    fn an_ideograph_is_as_wide_as_the_em_and_digits_are_equally_wide() {
        let face = Face::new(false, 24).unwrap();
        assert_eq!(face.advance('永'), 24);
        assert!(('0'..='9').all(|digit| face.advance(digit) == face.advance('0')));
    }
}
