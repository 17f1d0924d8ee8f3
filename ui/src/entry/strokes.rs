//! A signature's strokes, in the field that `core` names.

use caisson_core::view::{SIGNATURE_POINTS_MAX, SIGNATURE_SIZE};
use caisson_devices::screen::Point;
use std::fmt::Write as _;

/// Strokes that are being drawn.
#[derive(Debug, Clone, Default)]
pub(crate) struct Strokes {
    strokes: Vec<Vec<Point>>,
    points: usize,
    path: String,
}

impl Strokes {
    /// Adds a point, moved into the field where it lies outside. A stroke begins where it says so.
    /// Points beyond the most are left out: the signature ends there, and can be seen to.
    pub(crate) fn add(&mut self, x: i32, y: i32, begins: bool) {
        if self.points >= SIGNATURE_POINTS_MAX {
            return;
        }
        let point = Point { x: within(x, SIGNATURE_SIZE.0), y: within(y, SIGNATURE_SIZE.1) };
        match self.strokes.last_mut() {
            Some(stroke) if !begins => {
                if stroke.last() == Some(&point) {
                    return;
                }
                stroke.push(point);
            }
            _ => self.strokes.push(vec![point]),
        }
        self.points += 1;
        let Point { x, y } = point;
        // Writing to a `String` cannot fail. A dot is a stroke of one unit's length.
        let _ = if begins {
            write!(self.path, "M{x} {y}L{} {y}", x.saturating_add(1))
        } else {
            write!(self.path, "L{x} {y}")
        };
    }

    /// Takes all away.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// True before the first point.
    pub(crate) fn is_empty(&self) -> bool {
        self.points == 0
    }

    /// As path commands.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// All strokes.
    pub(crate) fn whole(&self) -> Option<Vec<Vec<Point>>> {
        (!self.is_empty()).then(|| self.strokes.clone())
    }
}

/// `at` within a field of `whole` units.
fn within(at: i32, whole: u16) -> u16 {
    let last = whole.saturating_sub(1);
    u16::try_from(at.max(0)).unwrap_or(last).min(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_lie_within_the_field_and_end_at_the_most() {
        assert_eq!((within(-1, 1_000), within(500, 1_000), within(70_000, 1_000)), (0, 500, 999));
        let mut strokes = Strokes::default();
        strokes.add(0, 0, true);
        strokes.add(100, 200, false);
        strokes.add(100, 200, false);
        assert_eq!(strokes.path(), "M0 0L1 0L100 200");
        for index in 0..10_000 {
            strokes.add(index % 100, 0, index % 50 == 0);
        }
        let all: usize = strokes.whole().unwrap().iter().map(Vec::len).sum();
        assert_eq!(all, SIGNATURE_POINTS_MAX);
        strokes.clear();
        assert_eq!(strokes.whole(), None);
    }
}
