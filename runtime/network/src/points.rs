//! The network's points: where a test cuts the power.

use caisson_core::operation::OperationKind;
use caisson_points::{Deed, Point, Side};

/// Both sides of the sending of each kind of request, and of the receiving of its answer.
#[must_use]
pub fn points() -> Vec<Point<'static>> {
    let mut points = Vec::new();
    for kind in OperationKind::ALL {
        for deed in [Deed::Send, Deed::Receive] {
            points.extend([Side::Before, Side::After].map(|side| Point {
                side,
                deed,
                of: kind.name(),
            }));
        }
    }
    points
}
