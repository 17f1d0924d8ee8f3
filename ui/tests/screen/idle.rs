//! A screen on which nothing changes draws nothing.

use crate::harness::{now, own, status};
use caisson_core::Language;
use caisson_core::view::View;
use caisson_devices::screen::Showing;
use caisson_ui::{DeviceWindow, Face, WindowKind};
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{Platform, PlatformError, WindowAdapter};
use slint::{ComponentHandle as _, PhysicalSize, Rgb8Pixel};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// A platform whose window says whether it has something to draw, and whose time a test moves.
struct Still {
    window: Rc<MinimalSoftwareWindow>,
    time: Rc<Cell<Duration>>,
}

impl Platform for Still {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(Rc::<MinimalSoftwareWindow>::clone(&self.window))
    }

    fn duration_since_start(&self) -> Duration {
        self.time.get()
    }
}

struct Drawn {
    window: Rc<MinimalSoftwareWindow>,
    time: Rc<Cell<Duration>>,
    face: Face<DeviceWindow>,
    buffer: Vec<Rgb8Pixel>,
}

impl Drawn {
    fn open() -> Self {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        let time = Rc::<Cell<Duration>>::default();
        let platform = Still { window: Rc::clone(&window), time: Rc::clone(&time) };
        slint::platform::set_platform(Box::new(platform)).unwrap();
        let (events, _) = tokio::sync::mpsc::channel(1);
        let face = Face::<DeviceWindow>::open(WindowKind::Device, events, now).unwrap();
        window.set_size(PhysicalSize::new(480, 800));
        face.window().show().unwrap();
        face.status(&status());
        Self { window, time, face, buffer: vec![Rgb8Pixel::default(); 480 * 800] }
    }

    /// How often it draws in ten seconds, looked at sixty times a second.
    fn frames_in_ten_seconds(&mut self) -> u32 {
        let mut frames = 0;
        for _ in 0..600 {
            self.time.set(self.time.get() + Duration::from_micros(16_667));
            slint::platform::update_timers_and_animations();
            let buffer = &mut self.buffer;
            let drawn = self.window.draw_if_needed(|renderer| {
                renderer.render(buffer, 480);
            });
            frames += u32::from(drawn);
        }
        frames
    }

    fn settle(&mut self) {
        self.frames_in_ten_seconds();
    }
}

#[test]
fn an_idle_screen_draws_nothing_and_a_waiting_one_little() {
    let mut drawn = Drawn::open();
    drawn.face.show(&own(View::Idle, Language::En));
    drawn.settle();
    assert_eq!(drawn.frames_in_ten_seconds(), 0, "idle");

    let message = View::Message { title: "Read".to_owned(), body: "This.".to_owned() };
    let bounded = Showing {
        until: Some(now() + Duration::from_secs(60)),
        ..own(message.clone(), Language::En)
    };
    drawn.face.show(&own(message, Language::En));
    drawn.settle();
    assert_eq!(drawn.frames_in_ten_seconds(), 0, "a message without a bound");
    // The test's clock stands, so the countdown says the same each time that it is written.
    drawn.face.show(&bounded);
    drawn.settle();
    assert_eq!(drawn.frames_in_ten_seconds(), 0, "a countdown that does not change");

    drawn.face.show(&own(View::Wait, Language::En));
    drawn.settle();
    let frames = drawn.frames_in_ten_seconds();
    assert!((10..=20).contains(&frames), "waiting: {frames} frames");
}
