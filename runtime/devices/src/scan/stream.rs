//! Reading a code out of what a camera sees, until a deadline.

use std::time::Duration;

use caisson_core::permission::{self, Permit};
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use crate::camera::{Camera, CameraError};
use crate::decode::{self, Decoded, Effort, Formats};
use crate::frame::Frame;

/// Longest wait for one picture; a camera that is merely slow is asked again until the deadline.
const FRAME_WITHIN: Duration = Duration::from_secs(1);

/// Why no code was read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Cashier: hold the code nearer, flatter or brighter, and scan again.
    #[error("no code seen in {frames} pictures before the deadline")]
    TimedOut {
        /// Pictures that were looked at.
        frames: u64,
    },
    /// As the camera's error says.
    #[error(transparent)]
    Camera(#[from] CameraError),
}

/// Looks at the camera's pictures until a code of `formats` is read, the camera fails or
/// `deadline` passes. A bar code must read the same in two pictures in a row.
///
/// Cancelling is dropping the future: nothing is lost but the picture at hand. Decoding runs
/// where blocking is allowed, for some tens of milliseconds a picture.
///
/// # Errors
/// [`ScanError::TimedOut`] at the deadline; [`ScanError::Camera`] when there will be no more
/// pictures.
pub async fn scan_stream(
    camera: &mut dyn Camera,
    permit: &Permit<permission::Camera>,
    formats: Formats,
    deadline: Instant,
) -> Result<Decoded, ScanError> {
    let mut frames = 0;
    let mut before: Option<Decoded> = None;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ScanError::TimedOut { frames });
        }
        let frame = match camera.next(permit, left.min(FRAME_WITHIN)).await {
            Ok(frame) => frame,
            Err(CameraError::Late { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        // The full look at an empty picture is what costs, so every other one gets a glance.
        // After a bar code the next picture is looked at fully, since it has to confirm it.
        let full = frames % 2 == 0 || before.is_some();
        frames += 1;
        let found = look(frame, formats, if full { Effort::Frame } else { Effort::Glance }).await;
        match found {
            Some(found) if !found.symbology.is_bars() || before.as_ref() == Some(&found) => {
                return Ok(found);
            }
            found => before = found,
        }
    }
}

/// What the decoder sees in one picture; a picture on which it fails counts as empty, because the
/// next one comes in a tenth of a second.
async fn look(frame: Frame, formats: Formats, effort: Effort) -> Option<Decoded> {
    spawn_blocking(move || decode::decode(&frame, formats, effort)).await.ok()?.ok()?
}
