//! The desktop twin of a camera: it sees what a [`Lens`] is told to hold before it.
//!
//! Guarantees: pictures come at [`FRAME_EVERY`] by tokio's clock, so a paused clock plays a whole
//! scan in no time; what is held can be changed while the camera is open. Faults behave as on a
//! real camera: unplugged at once, stalled only after [`STALLED_AFTER`], busy at opening.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use caisson_core::permission::{self, Permit};
use tokio::time::{Instant, sleep_until};

use crate::camera::{Camera, CameraError, STALLED_AFTER, milliseconds};
use crate::frame::Frame;

pub use scene::{Scene, SceneError};

mod scene;

/// Time from one picture to the next.
pub const FRAME_EVERY: Duration = Duration::from_millis(100);

/// What can go wrong with the emulated camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The plug is out: an open camera ends, a new one is not there.
    Unplugged,
    /// The device hangs: no pictures, no error.
    Stalled,
    /// Another program has it: it cannot be opened. An open one goes on.
    Busy,
}

/// The hand that holds things before an emulated camera. Clones move the same hand.
#[derive(Debug, Clone)]
pub struct Lens {
    name: Arc<str>,
    held: Arc<Mutex<Held>>,
    is_open: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Held {
    scene: Scene,
    fault: Option<Fault>,
}

impl Lens {
    /// A lens with nothing before it; `name` is the camera's name in errors.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let held = Held { scene: Scene::nothing(), fault: None };
        let is_open = Arc::new(AtomicBool::new(false));
        Self { name: name.into(), held: Arc::new(Mutex::new(held)), is_open }
    }

    /// Holds `scene` before the lens from the next picture on.
    pub fn hold(&self, scene: Scene) {
        self.change(|held| held.scene = scene);
    }

    /// Takes away what is held.
    pub fn clear(&self) {
        self.hold(Scene::nothing());
    }

    /// Sets or heals the fault.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.change(|held| held.fault = fault);
    }

    /// The present fault.
    #[must_use]
    pub fn fault(&self) -> Option<Fault> {
        self.change(|held| held.fault)
    }

    /// Opens the camera behind the lens; one at a time.
    ///
    /// # Errors
    /// [`CameraError::Missing`] while unplugged, [`CameraError::Busy`] while busy or already open.
    pub fn open(&self) -> Result<EmulatedCamera, CameraError> {
        let device = self.name.to_string();
        match self.change(|held| held.fault) {
            Some(Fault::Unplugged) => return Err(CameraError::Missing { device }),
            Some(Fault::Busy) => return Err(CameraError::Busy { device }),
            Some(Fault::Stalled) | None => {}
        }
        if self.is_open.swap(true, Ordering::AcqRel) {
            return Err(CameraError::Busy { device });
        }
        let now = Instant::now();
        let (lens, due, seen_at) = (self.clone(), now + FRAME_EVERY, now);
        Ok(EmulatedCamera { lens, due, seen_at, sequence: 0 })
    }

    fn change<T>(&self, act: impl FnOnce(&mut Held) -> T) -> T {
        act(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An open emulated camera.
#[derive(Debug)]
pub struct EmulatedCamera {
    lens: Lens,
    /// When the next picture comes.
    due: Instant,
    /// When the last one was given out.
    seen_at: Instant,
    /// Number of the last picture that the device made.
    sequence: u64,
}

impl EmulatedCamera {
    /// Lets the device make every picture that is due by now, and says how many.
    fn tick(&mut self) -> u64 {
        let mut made = 0;
        while self.due <= Instant::now() {
            self.due += FRAME_EVERY;
            made += 1;
        }
        self.sequence += made;
        made
    }
}

#[async_trait]
impl Camera for EmulatedCamera {
    async fn next(
        &mut self,
        _permit: &Permit<permission::Camera>,
        within: Duration,
    ) -> Result<Frame, CameraError> {
        let device = self.lens.name.to_string();
        let until = Instant::now() + within;
        loop {
            sleep_until(self.due.min(until)).await;
            let made = self.tick();
            let now = Instant::now();
            let (fault, frame) =
                self.lens.change(|held| (held.fault, held.scene.picture(self.sequence)));
            match fault {
                Some(Fault::Unplugged) => return Err(CameraError::Unplugged { device }),
                Some(Fault::Stalled) if now >= self.seen_at + STALLED_AFTER => {
                    let silent_ms = milliseconds(now - self.seen_at);
                    return Err(CameraError::Stalled { device, silent_ms });
                }
                Some(Fault::Stalled) => {}
                Some(Fault::Busy) | None if made > 0 => {
                    self.seen_at = now;
                    return Ok(frame.stamped(self.sequence, now, made - 1));
                }
                Some(Fault::Busy) | None => {}
            }
            if now >= until {
                let within_ms = milliseconds(within);
                return Err(CameraError::Late { device, within_ms });
            }
        }
    }
}

impl Drop for EmulatedCamera {
    fn drop(&mut self) {
        self.lens.is_open.store(false, Ordering::Release);
    }
}
