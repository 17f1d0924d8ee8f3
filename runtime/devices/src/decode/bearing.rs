//! Where in a picture bars seem to lie, and in which direction to read across them.
//!
//! Bars change brightness strongly in one direction and not at all in the other. The picture is
//! cut into cells; a cell whose changes agree on a direction, with its neighbours, is a place.

use super::picture::View;

/// Side of a cell in pixels: a dozen narrow bars at least.
const CELL: usize = 24;

/// Least agreement on one direction, of 1: noise and text have far less.
const AGREEMENT_MIN: f32 = 0.55;

/// Least mean square of change per pixel: bars 20 levels from their background, blurred.
const CHANGE_MIN: f32 = 12.0;

/// A place to read at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bearing {
    /// The middle of the cell in pixels.
    pub(super) at: (f32, f32),
    /// The direction across the bars in degrees.
    pub(super) degrees: f32,
}

/// Sums of products of changes to the right and downward.
#[derive(Debug, Clone, Copy, Default)]
struct Changes {
    right: f32,
    down: f32,
    both: f32,
}

impl Changes {
    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.down += other.down;
        self.both += other.both;
    }

    /// How strong the changes in the one direction are beyond those across it.
    fn strength(self) -> f32 {
        ((self.right - self.down).powi(2) + 4.0 * self.both * self.both).sqrt()
    }
}

/// The places most likely to show bars, the best first, at most `most`.
pub(super) fn bearings(view: View<'_>, most: usize) -> Vec<Bearing> {
    let across = (view.width as usize).div_ceil(CELL);
    let cells = cells(view, across);
    let rows = cells.len() / across.max(1);
    let mut places: Vec<(f32, usize, usize, Changes)> = Vec::new();
    for row in 0..rows {
        for column in 0..across {
            let mut around = Changes::default();
            for near_row in row.saturating_sub(1)..(row + 2).min(rows) {
                for near in column.saturating_sub(1)..(column + 2).min(across) {
                    around.add(cells.get(near_row * across + near).copied().unwrap_or_default());
                }
            }
            let (strength, all) = (around.strength(), around.right + around.down);
            // Nine cells, every second row of them.
            #[allow(clippy::cast_precision_loss)]
            let pixels = (9 * CELL * CELL / 2) as f32;
            if strength > AGREEMENT_MIN * all && all > CHANGE_MIN * pixels {
                places.push((strength, row, column, around));
            }
        }
    }
    places.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut taken: Vec<(usize, usize)> = Vec::new();
    let mut found = Vec::new();
    for (_, row, column, changes) in places {
        let is_near = |(r, c): &(usize, usize)| r.abs_diff(row) < 2 && c.abs_diff(column) < 2;
        if found.len() < most && !taken.iter().any(is_near) {
            taken.push((row, column));
            let angle = (2.0 * changes.both).atan2(changes.right - changes.down) / 2.0;
            // Cells are counted in hundreds: exact as an f32.
            #[allow(clippy::cast_precision_loss)]
            let middle = |cell: usize| (cell * CELL + CELL / 2) as f32;
            let degrees = angle.to_degrees();
            found.push(Bearing { at: (middle(column), middle(row)), degrees });
        }
    }
    found
}

/// The changes in each cell, row by row; every second row of pixels is enough.
fn cells(view: View<'_>, across: usize) -> Vec<Changes> {
    let width = view.width as usize;
    let mut cells = Vec::new();
    for band in view.pixels.chunks(width * CELL) {
        let mut row_of_cells = vec![Changes::default(); across];
        for pair in band.chunks_exact(width * 2) {
            let (upper, lower) = pair.split_at(width);
            for (cell, (upper, lower)) in
                row_of_cells.iter_mut().zip(upper.chunks(CELL).zip(lower.chunks(CELL)))
            {
                cell.add(changes(upper, lower));
            }
        }
        cells.append(&mut row_of_cells);
    }
    cells
}

fn changes(upper: &[u8], lower: &[u8]) -> Changes {
    let (mut right, mut down, mut both) = (0, 0, 0);
    let pairs = upper.windows(2).zip(lower.windows(2));
    for (upper, lower) in pairs {
        if let (&[a, b], &[c, d]) = (upper, lower) {
            let [a, b, c, d] = [a, b, c, d].map(i32::from);
            let (x, y) = (b - a + d - c, c - a + d - b);
            right += x * x;
            down += y * y;
            both += x * y;
        }
    }
    // At most 23 squares of 510: exact enough as an f32. Two rows' worth is twice the change.
    #[allow(clippy::cast_precision_loss)]
    let mean = |sum: i32| sum as f32 / 4.0;
    Changes { right: mean(right), down: mean(down), both: mean(both) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stripes_are_found_with_their_direction_and_a_flat_picture_has_none() {
        for degrees in [0.0_f32, 30.0, 60.0, 89.0, -45.0] {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let picture = image::GrayImage::from_fn(240, 240, |x, y| {
                let inside = (72..168).contains(&x) && (72..168).contains(&y);
                let wave = ((x as f32 * cos + y as f32 * sin) * 1.2).sin();
                let level = if wave > 0.0 { 218 } else { 38 };
                image::Luma([if inside { level } else { 128 }])
            });
            let best = bearings((&picture).into(), 1)[0];
            let off = (best.degrees - degrees).rem_euclid(180.0);
            assert!(off.min(180.0 - off) < 5.0, "{degrees}: {best:?}");
            assert!((72.0..168.0).contains(&best.at.0) && (72.0..168.0).contains(&best.at.1));
        }
        assert!(bearings((&image::GrayImage::new(240, 240)).into(), 8).is_empty());
        assert!(bearings((&image::GrayImage::new(1, 1)).into(), 8).is_empty());
    }
}
