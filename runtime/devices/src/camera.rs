//! A camera that looks at codes. `linux/camera.rs` drives a V4L2 device, `emulated/camera.rs`
//! shows pictures; nobody above can tell which it holds.
//!
//! Guarantees: [`Camera::next`] gives the newest picture, never a queued old one, and ends within
//! the time that the caller allows, also when the device hangs. Dropping its future loses at most
//! one picture. A permit stands in the signature, so that no caller can forget to ask for one.
//!
//! Deliberately not here: reading a code out of a picture (`decode`), waiting for one (`scan`).

use std::time::Duration;

use async_trait::async_trait;
use caisson_core::permission::{self, Permit};

use crate::frame::Frame;

/// Longest silence of an open camera before it counts as stalled: thirty frames at 10 a second,
/// which no exposure or focus search explains.
pub const STALLED_AFTER: Duration = Duration::from_secs(3);

/// Longest text of a driver that an error carries, in characters.
pub const DETAIL_CHARS_MAX: usize = 200;

/// An open camera. It is closed by dropping it.
#[async_trait]
pub trait Camera: Send {
    /// Waits for a picture newer than the one given before, at most `within`.
    ///
    /// # Errors
    /// [`CameraError::Late`] when none came in time: ask again. All others are final for this
    /// camera until it is opened anew.
    async fn next(
        &mut self,
        permit: &Permit<permission::Camera>,
        within: Duration,
    ) -> Result<Frame, CameraError>;
}

/// Why there is no picture. `device` is the name in the device profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CameraError {
    /// Integrator: correct the device profile, or plug the camera in.
    #[error("camera {device}: not there; check the cable and the device profile")]
    Missing {
        /// Which camera.
        device: String,
    },
    /// Integrator: end the other program that uses it.
    #[error("camera {device}: in use by another program")]
    Busy {
        /// Which camera.
        device: String,
    },
    /// Integrator: let the terminal's user open the device node.
    #[error("camera {device}: the system does not let this user open it")]
    Refused {
        /// Which camera.
        device: String,
    },
    /// Integrator: use a camera with a format that this driver knows.
    #[error("camera {device}: no usable picture format: {detail}")]
    Unsupported {
        /// Which camera.
        device: String,
        /// What the driver said.
        detail: String,
    },
    /// Cashier: plug the camera in again.
    #[error("camera {device}: unplugged")]
    Unplugged {
        /// Which camera.
        device: String,
    },
    /// Cashier: plug the camera out and in. It is open but has been silent for too long.
    #[error("camera {device}: silent for {silent_ms} ms")]
    Stalled {
        /// Which camera.
        device: String,
        /// Since its last picture, in milliseconds.
        silent_ms: u64,
    },
    /// Caller: no new picture in the time allowed; the camera may still be well.
    #[error("camera {device}: no new picture within {within_ms} ms")]
    Late {
        /// Which camera.
        device: String,
        /// The time allowed, in milliseconds.
        within_ms: u64,
    },
    /// Integrator: the device or its driver is broken.
    #[error("camera {device}: {detail}")]
    Failed {
        /// Which camera.
        device: String,
        /// What the driver said, at most [`DETAIL_CHARS_MAX`] characters.
        detail: String,
    },
}

/// Whole milliseconds of `time`, for the facts of an error.
pub(crate) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
