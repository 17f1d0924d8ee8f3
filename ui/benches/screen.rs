//! Budget: a key press is on the screen within 16 ms, at 720 x 1280 dots.
//!
//! A key is pressed and lifted on the keypad, and the two frames that follow are drawn as a device
//! draws them: only what changed, into the buffer of the frame before. Its limit in the same run is
//! a switch to another page and back, which draws nearly everything; the ratio decides, the time is
//! only said.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use caisson_core::desk::Page;
use caisson_core::view::View;
use caisson_core::{Currency, Language, Money};
use caisson_devices::screen::{Showing, Status};
use caisson_ui::{DeviceWindow, Face, MESSAGES_WAITING_MAX, UiEvent, WindowKind};
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType, Rgb565Pixel};
use slint::platform::{Platform, PointerEventButton, WindowAdapter, WindowEvent};
use slint::{LogicalPosition, PhysicalSize, PlatformError};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

const SIZE: (u32, u32) = (720, 1280);
const TIMES: usize = 300;
/// The middle of a digit on the keypad, in dots of the screen.
const DIGIT: (f32, f32) = (360.0, 800.0);
/// A key may cost no more than a page.
const RATIO_MAX: f64 = 1.0;

struct Device(Rc<MinimalSoftwareWindow>, Instant);

impl Platform for Device {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.0.clone())
    }

    fn duration_since_start(&self) -> Duration {
        self.1.elapsed()
    }
}

struct Bench {
    window: Rc<MinimalSoftwareWindow>,
    face: Face<DeviceWindow>,
    events: mpsc::Receiver<UiEvent>,
    buffer: Vec<Rgb565Pixel>,
}

impl Bench {
    fn draw(&mut self) -> bool {
        slint::platform::update_timers_and_animations();
        let buffer = &mut self.buffer;
        self.window.draw_if_needed(|renderer| {
            renderer.render(buffer, SIZE.0 as usize);
        })
    }

    fn page(&mut self, page: Page) {
        let view = View::Page(Box::new(page));
        let (app, amount, language, until) = (None, None, Language::Zh, None);
        self.face.show(&Showing { app, view, amount, language, can_cancel: false, until });
        self.draw();
    }

    fn key(&mut self) {
        let position = LogicalPosition::new(DIGIT.0, DIGIT.1);
        let button = PointerEventButton::Left;
        let window = self.face.window();
        let _ = slint::ComponentHandle::window(window)
            .dispatch_event_with_result(WindowEvent::PointerPressed { position, button });
        assert!(self.draw(), "a pressed key is seen");
        let window = self.face.window();
        let _ = slint::ComponentHandle::window(window)
            .dispatch_event_with_result(WindowEvent::PointerReleased { position, button });
        assert!(self.draw(), "a digit is seen");
    }
}

fn keypad() -> Page {
    let max = Money::new(500_000, Currency::Cny).expect("within the largest amount");
    Page::Keypad { problems: 0, max }
}

fn menu() -> Page {
    Page::Menu { problems: 1, services: vec!["余额查询".to_owned()] }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn main() -> ExitCode {
    let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
    let began = Instant::now();
    slint::platform::set_platform(Box::new(Device(window.clone(), began))).expect("the first one");
    let (sender, events) = mpsc::channel(MESSAGES_WAITING_MAX);
    let opened = Instant::now();
    let face = Face::<DeviceWindow>::open(WindowKind::Device, sender, tokio::time::Instant::now);
    let buffer = vec![Rgb565Pixel(0); SIZE.0 as usize * SIZE.1 as usize];
    let mut bench = Bench { window, face: face.expect("a window"), events, buffer };
    bench.window.set_size(PhysicalSize::new(SIZE.0, SIZE.1));
    slint::ComponentHandle::show(bench.face.window()).expect("shown");
    bench.face.status(&Status::default());
    bench.page(keypad());
    println!("first frame, fonts read: {:.1?}", opened.elapsed());

    let (mut keys, mut pages) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let begun = Instant::now();
        bench.key();
        keys.push(begun.elapsed());
        let begun = Instant::now();
        bench.page(menu());
        pages.push(begun.elapsed());
        bench.page(keypad());
        while bench.events.try_recv().is_ok() {}
    }
    let (key, page) = (median(&mut keys), median(&mut pages));
    let ratio = key.as_secs_f64() / page.as_secs_f64();
    println!("key pressed and lifted, two frames: p50 {key:.2?} (budget 16 ms)");
    println!("another page: p50 {page:.2?}");
    println!("ratio {ratio:.2}, at most {RATIO_MAX}");
    if ratio <= RATIO_MAX { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
