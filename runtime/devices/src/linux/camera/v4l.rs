//! The V4L2 device itself, by nokhwa: raw bytes only, since its own conversions cost several times
//! as much as ours.
//!
//! Known limits of the library: devices that offer only GREY, or only multi-planar formats (most
//! cameras on a SoC's own bus), cannot be opened by it and are reported as unsupported.

use std::fs;
use std::io::{Error, ErrorKind};
use std::path::Path;

use nokhwa::NokhwaError;
use nokhwa::utils::{CameraFormat, CameraIndex, RequestedFormat, RequestedFormatType};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::format::{UNDERSTOOD, preferred, to_frame};
use super::{FrameSource, SourceError, detail};
use crate::camera::CameraError;
use crate::frame::Frame;

/// An open device that streams.
pub(super) struct V4lSource {
    device: String,
    camera: nokhwa::Camera,
    format: CameraFormat,
}

impl V4lSource {
    /// Opens the node, takes the best format and starts the stream.
    pub(super) fn open(device: &str) -> Result<Self, CameraError> {
        let index = node(device)?;
        let any = RequestedFormat::with_formats(RequestedFormatType::None, &UNDERSTOOD);
        let blame = |error: NokhwaError| cause(device, &error);
        let mut camera = nokhwa::Camera::new(index, any).map_err(blame)?;
        let offered = camera.compatible_camera_formats().map_err(blame)?;
        if let Some(best) = preferred(&offered) {
            let exact = RequestedFormatType::Exact(best);
            let request = RequestedFormat::with_formats(exact, &UNDERSTOOD);
            camera.set_camera_requset(request).map_err(blame)?;
        }
        camera.open_stream().map_err(blame)?;
        let format = camera.camera_format();
        Ok(Self { device: device.to_owned(), camera, format })
    }
}

impl FrameSource for V4lSource {
    fn next(&mut self) -> Result<Frame, SourceError> {
        match self.camera.frame_raw() {
            Ok(bytes) => to_frame(&bytes, self.format).map_err(SourceError::Damaged),
            // A node that vanished says more than the text of the error.
            Err(_) if !Path::new(&self.device).exists() => {
                Err(SourceError::Ended(CameraError::Unplugged { device: self.device.clone() }))
            }
            Err(error) => Err(SourceError::Ended(cause(&self.device, &error))),
        }
    }
}

/// The number of the video node behind a path, once the system lets us open it.
fn node(device: &str) -> Result<CameraIndex, CameraError> {
    let path = fs::canonicalize(device).map_err(|error| refusal(device, &error))?;
    // Asking the system ourselves gives its error number, which the library turns into text.
    rustix::fs::open(&path, OFlags::RDWR | OFlags::NONBLOCK | OFlags::CLOEXEC, Mode::empty())
        .map_err(|errno| refusal(device, &errno.into()))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let number = name.as_deref().and_then(|name| name.strip_prefix("video")?.parse().ok());
    number.map(CameraIndex::Index).ok_or_else(|| CameraError::Unsupported {
        device: device.to_owned(),
        detail: "not a video node".to_owned(),
    })
}

fn refusal(device: &str, error: &Error) -> CameraError {
    let device = device.to_owned();
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::BUSY) => CameraError::Busy { device },
        Some(Errno::NODEV | Errno::NXIO) => CameraError::Missing { device },
        _ => match error.kind() {
            ErrorKind::NotFound => CameraError::Missing { device },
            ErrorKind::PermissionDenied => CameraError::Refused { device },
            _ => CameraError::Failed { device, detail: detail(&error.to_string()) },
        },
    }
}

/// The library's error in our words. It hands on the system's error only as the text that the
/// standard library makes of it, so the number is read back from there.
fn cause(device: &str, error: &NokhwaError) -> CameraError {
    let (device, text) = (device.to_owned(), error.to_string());
    match os_error(&text) {
        Some(Errno::BUSY) => CameraError::Busy { device },
        Some(Errno::NODEV) => CameraError::Unplugged { device },
        Some(Errno::ACCESS | Errno::PERM) => CameraError::Refused { device },
        Some(_) => CameraError::Failed { device, detail: detail(&text) },
        None => CameraError::Unsupported { device, detail: detail(&text) },
    }
}

/// The number in `… (os error 16)`.
fn os_error(text: &str) -> Option<Errno> {
    let (_, rest) = text.rsplit_once("(os error ")?;
    let (number, _) = rest.split_once(')')?;
    number.parse().ok().map(Errno::from_raw_os_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = NokhwaError::ReadFrameError(text.to_owned());
        assert_eq!(cause("v", &error).to_string(), expected);
    }

    #[test]
    fn the_systems_error_number_decides_about_the_cause() {
        let text = |errno: Errno| Error::from(errno).to_string();
        check(&text(Errno::BUSY), "camera v: in use by another program");
        check(&text(Errno::NODEV), "camera v: unplugged");
        check(&text(Errno::ACCESS), "camera v: the system does not let this user open it");
        check(
            &text(Errno::IO),
            "camera v: Could not capture frame: Input/output error (os error 5)",
        );
        check(
            "Failed to Fufill",
            "camera v: no usable picture format: Could not capture frame: Failed to Fufill",
        );
    }
}
