//! Reads codes that a person holds before the camera. Permission `camera`.

use crate::bindings::caisson::camera::camera as host;
use std::time::Duration;

pub use host::{Code, Error, Scanned};

/// Shows the terminal's scan screen with `prompt` (1 to 60 characters) and waits for a code, at
/// most `within` (1 ms to 2 minutes).
///
/// # Errors
/// *Cancelled*, *timeout*: nothing was read. *Offline*: offer a way that needs no camera.
pub fn scan(prompt: &str, within: Duration) -> Result<Scanned, Error> {
    host::scan(prompt, crate::ui::millis(within))
}
