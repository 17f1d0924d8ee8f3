//! A V4L2 camera.
//!
//! Guarantees: one thread for each open camera drains the device all the time into a slot that
//! holds only the newest picture, so a slow reader never sees an old one and older ones are
//! counted. Reads of the device have no time limit of their own; a watchdog here tells a silent
//! camera from a slow one. The thread ends with the first picture after the camera was dropped, or
//! stays with a device that never answers again: a blocked read cannot be cancelled.
//!
//! Deliberately not here: colour, controls (exposure, focus), choosing among several cameras.

use std::time::Duration;

use async_trait::async_trait;
use caisson_core::permission::{self, Permit};
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, timeout, timeout_at};

use crate::camera::{Camera, CameraError, DETAIL_CHARS_MAX, STALLED_AFTER, milliseconds};
use crate::frame::{Frame, FrameError};

mod format;
mod v4l;

/// Longest wait for a device to open: a USB camera that starts its sensor takes up to a second.
const OPEN_WITHIN: Duration = Duration::from_secs(5);

/// Damaged pictures in a row after which the camera counts as broken: a second of them.
const DAMAGED_MAX: u32 = 30;

/// Where pictures come from. Lives and dies on the thread that drains it.
trait FrameSource {
    /// Waits for the next picture, for ever if the device is silent.
    fn next(&mut self) -> Result<Frame, SourceError>;
}

/// Why a source has no next picture.
#[derive(Debug)]
enum SourceError {
    /// This picture is unusable; the next may be well.
    Damaged(FrameError),
    /// There will be no more.
    Ended(CameraError),
}

/// What the thread saw last; none before the first picture.
type Slot = Option<Result<Frame, CameraError>>;

/// An open V4L2 camera.
#[derive(Debug)]
pub struct LinuxCamera {
    device: String,
    slot: watch::Receiver<Slot>,
    /// When the device last gave a sign of life.
    heard_at: Instant,
    /// Number of the picture given out last.
    given: u64,
}

impl LinuxCamera {
    /// Opens the camera at a device path such as `/dev/video0`; links such as those below
    /// `/dev/v4l/by-id` are followed.
    ///
    /// # Errors
    /// [`CameraError`]; `Stalled` when the device does not open in time.
    pub async fn open(device: &str) -> Result<Self, CameraError> {
        let path = device.to_owned();
        Self::drain(device, move || v4l::V4lSource::open(&path)).await
    }

    /// Starts the thread, which makes the source itself since a source need not be `Send`.
    async fn drain<S: FrameSource>(
        device: &str,
        open: impl FnOnce() -> Result<S, CameraError> + Send + 'static,
    ) -> Result<Self, CameraError> {
        let (fill, slot) = watch::channel(None);
        let (opened, is_open) = oneshot::channel();
        let name = device.to_owned();
        let body = move || match open() {
            Ok(source) => {
                if opened.send(Ok(())).is_ok() {
                    pour(source, &fill, &name);
                }
            }
            Err(error) => {
                // Nobody waits any more when the opening took too long.
                let _ = opened.send(Err(error));
            }
        };
        let failed = |detail: String| CameraError::Failed { device: device.to_owned(), detail };
        let thread = std::thread::Builder::new().name("camera".to_owned());
        thread.spawn(body).map_err(|error| failed(error.to_string()))?;
        match timeout(OPEN_WITHIN, is_open).await {
            Ok(Ok(result)) => result?,
            Ok(Err(_)) => return Err(failed("the driver crashed while opening".to_owned())),
            Err(_) => {
                let silent_ms = milliseconds(OPEN_WITHIN);
                return Err(CameraError::Stalled { device: device.to_owned(), silent_ms });
            }
        }
        Ok(Self { device: device.to_owned(), slot, heard_at: Instant::now(), given: 0 })
    }
}

/// Moves pictures from the source into the slot until one of the two ends.
fn pour(mut source: impl FrameSource, fill: &watch::Sender<Slot>, device: &str) {
    let (mut sequence, mut damaged) = (0, 0);
    while !fill.is_closed() {
        match source.next() {
            Ok(frame) => {
                (sequence, damaged) = (sequence + 1, 0);
                let captured_at = frame.captured_at();
                fill.send_replace(Some(Ok(frame.stamped(sequence, captured_at, 0))));
            }
            Err(SourceError::Damaged(_)) if damaged + 1 < DAMAGED_MAX => damaged += 1,
            Err(SourceError::Damaged(error)) => {
                let detail = detail(&error.to_string());
                fill.send_replace(Some(Err(CameraError::Failed {
                    device: device.to_owned(),
                    detail,
                })));
                return;
            }
            Err(SourceError::Ended(error)) => {
                fill.send_replace(Some(Err(error)));
                return;
            }
        }
    }
}

/// A driver's words, cut to what an error carries.
fn detail(text: &str) -> String {
    text.chars().take(DETAIL_CHARS_MAX).collect()
}

#[async_trait]
impl Camera for LinuxCamera {
    async fn next(
        &mut self,
        _permit: &Permit<permission::Camera>,
        within: Duration,
    ) -> Result<Frame, CameraError> {
        let device = || self.device.clone();
        let until = Instant::now() + within;
        let stalled_at = self.heard_at + STALLED_AFTER;
        let newer = self.slot.wait_for(|slot| match slot {
            Some(Ok(frame)) => frame.sequence() > self.given,
            Some(Err(_)) => true,
            None => false,
        });
        let slot = match timeout_at(until.min(stalled_at), newer).await {
            Ok(Ok(slot)) => slot.clone(),
            Ok(Err(_)) => {
                let detail = "the driver crashed".to_owned();
                return Err(CameraError::Failed { device: device(), detail });
            }
            Err(_) if stalled_at <= until => {
                let silent_ms = milliseconds(self.heard_at.elapsed());
                return Err(CameraError::Stalled { device: device(), silent_ms });
            }
            Err(_) => {
                let within_ms = milliseconds(within);
                return Err(CameraError::Late { device: device(), within_ms });
            }
        };
        let late = CameraError::Late { device: device(), within_ms: milliseconds(within) };
        let frame = slot.unwrap_or(Err(late))?;
        let dropped = frame.sequence().saturating_sub(self.given + 1);
        self.given = frame.sequence();
        self.heard_at = Instant::now();
        let captured_at = frame.captured_at();
        Ok(frame.stamped(self.given, captured_at, dropped))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use caisson_core::permission::Grants;

    use super::*;
    use crate::frame::Size;

    const LONG: Duration = Duration::from_secs(60);

    /// Gives what the test sends; silent while it sends nothing, unplugged when it hangs up.
    struct Fake(mpsc::Receiver<Result<u8, FrameError>>);

    impl FrameSource for Fake {
        fn next(&mut self) -> Result<Frame, SourceError> {
            match self.0.recv() {
                Ok(Ok(luma)) => {
                    let size = Size { width: 1, height: 1 };
                    Frame::from_luma(vec![luma], size, 1).map_err(SourceError::Damaged)
                }
                Ok(Err(error)) => Err(SourceError::Damaged(error)),
                Err(_) => Err(SourceError::Ended(CameraError::Unplugged { device: "v".into() })),
            }
        }
    }

    fn permit() -> Permit<permission::Camera> {
        Grants::for_terminal().permit().unwrap()
    }

    async fn open() -> (mpsc::Sender<Result<u8, FrameError>>, LinuxCamera) {
        let (send, receive) = mpsc::channel();
        (send, LinuxCamera::drain("v", move || Ok(Fake(receive))).await.unwrap())
    }

    fn short() -> FrameError {
        FrameError::Short { have: 0, need: 1 }
    }

    #[tokio::test]
    async fn a_slow_reader_gets_the_newest_picture_and_the_count_of_lost_ones() {
        let (send, mut camera) = open().await;
        for luma in 1..=5 {
            send.send(Ok(luma)).unwrap();
        }
        // The fifth is in the slot once the slot says so.
        let fifth = |slot: &Slot| matches!(slot, Some(Ok(frame)) if frame.sequence() == 5);
        camera.slot.wait_for(fifth).await.unwrap();
        let frame = camera.next(&permit(), LONG).await.unwrap();
        assert_eq!((frame.bytes(), frame.sequence(), frame.dropped()), (&[5][..], 5, 4));
        send.send(Ok(6)).unwrap();
        let frame = camera.next(&permit(), LONG).await.unwrap();
        assert_eq!((frame.bytes(), frame.sequence(), frame.dropped()), (&[6][..], 6, 0));
    }

    #[tokio::test]
    async fn an_unplugged_camera_says_so_at_once_and_again() {
        let (send, mut camera) = open().await;
        drop(send);
        for _ in 0..2 {
            let error = camera.next(&permit(), LONG).await.unwrap_err();
            assert_eq!(error, CameraError::Unplugged { device: "v".into() });
        }
    }

    #[tokio::test]
    async fn damaged_pictures_are_skipped_until_there_are_only_such() {
        let (send, mut camera) = open().await;
        for _ in 1..DAMAGED_MAX {
            send.send(Err(short())).unwrap();
        }
        send.send(Ok(1)).unwrap();
        assert_eq!(camera.next(&permit(), LONG).await.unwrap().bytes(), [1]);
        for _ in 0..DAMAGED_MAX {
            send.send(Err(short())).unwrap();
        }
        let error = camera.next(&permit(), LONG).await.unwrap_err();
        assert_eq!(error.to_string(), "camera v: a frame of 0 bytes where its size needs 1");
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_camera_is_late_first_and_stalled_after_its_time() {
        // The clock starts only after the opening, which happens on another thread.
        tokio::time::resume();
        let (_send, mut camera) = open().await;
        tokio::time::pause();
        camera.heard_at = Instant::now();
        let error = camera.next(&permit(), Duration::from_secs(1)).await.unwrap_err();
        assert_eq!(error, CameraError::Late { device: "v".into(), within_ms: 1_000 });
        let waited = Instant::now();
        let error = camera.next(&permit(), LONG).await.unwrap_err();
        assert!(matches!(error, CameraError::Stalled { .. }), "{error}");
        // Timers tick in milliseconds; what was left of the three seconds is what it waited.
        assert_eq!(waited.elapsed().as_secs_f32().round(), 2.0);
    }

    #[tokio::test]
    async fn a_camera_that_is_not_there_says_so() {
        let error = LinuxCamera::open("/dev/video-none").await.unwrap_err();
        assert_eq!(error, CameraError::Missing { device: "/dev/video-none".into() });
        let error = LinuxCamera::open("/dev/null").await.unwrap_err();
        assert!(matches!(error, CameraError::Unsupported { .. }), "{error}");
    }
}
