//! The journal's points: where a test cuts the power.

use crate::checkpoint;
use crate::entry::{KIND_BOOT, KIND_DESK, KIND_ERASED, KIND_STORED};
use caisson_core::payment::Event;
use caisson_points::{Deed, Point, Side};

/// Both sides of every commit and of a checkpoint.
#[must_use]
pub fn points() -> Vec<Point<'static>> {
    let kinds = Event::KINDS.into_iter().chain([KIND_BOOT, KIND_DESK, KIND_STORED, KIND_ERASED]);
    kinds
        .map(|kind| (Deed::Commit, kind))
        .chain([(Deed::Checkpoint, checkpoint::OF)])
        .flat_map(|(deed, of)| [Side::Before, Side::After].map(|side| Point { side, deed, of }))
        .collect()
}
