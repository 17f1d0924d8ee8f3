//! Budgets at 720 x 1280 dots: a key press is on the screen within 16 ms, another page within 50,
//! the first frame within 500; the screen has at most 46 MiB resident, which with three apps makes
//! the 64 of the whole terminal.
//!
//! A key is pressed and lifted on the keypad, and the two frames that follow are drawn as a device
//! draws them: only what changed, into the buffer of the frame before. The limit in the same run of
//! a key and of another page is the page drawn whole once more, without anything to find out; of
//! the first frame it is the same, since fonts and components are read beside it. Ratios and memory
//! decide, the times are only said.

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
/// Two frames of a key may cost no more than one that is drawn whole.
const KEY_RATIO_MAX: f64 = 1.0;
/// Another page: its texts are laid out, then it is drawn.
const PAGE_RATIO_MAX: f64 = 4.0;
/// The first frame: fonts are found and read, components made, glyphs drawn for the first time.
const FIRST_RATIO_MAX: f64 = 100.0;
/// What 64 MiB leave beside three apps that are all in a call (`caisson-bench memory`: 16.7).
const RESIDENT_KIB_MAX: u64 = 46 * 1_024;

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

    /// The same page, every dot anew.
    fn whole(&mut self) {
        self.window.request_redraw();
        let buffer = &mut self.buffer;
        let drawn = self.window.draw_if_needed(|renderer| {
            renderer.set_repaint_buffer_type(RepaintBufferType::NewBuffer);
            renderer.render(buffer, SIZE.0 as usize);
            renderer.set_repaint_buffer_type(RepaintBufferType::ReusedBuffer);
        });
        assert!(drawn, "a redraw was asked for");
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
    let first = opened.elapsed();

    let (mut keys, mut pages, mut wholes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        keys.push(timed(|| bench.key()));
        pages.push(timed(|| bench.page(menu())));
        wholes.push(timed(|| bench.whole()));
        bench.page(keypad());
        while bench.events.try_recv().is_ok() {}
    }
    let whole = median(&mut wholes);
    println!("a page drawn whole, the limit of all three: p50 {whole:.2?}");
    let within = [
        verdict(
            "key pressed and lifted, two frames",
            16,
            median(&mut keys),
            (whole, KEY_RATIO_MAX),
        ),
        verdict("another page", 50, median(&mut pages), (whole, PAGE_RATIO_MAX)),
        verdict("first frame, once", 500, first, (whole, FIRST_RATIO_MAX)),
        memory(),
    ];
    if within.iter().all(|held| *held) { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

/// Says the time and its budget, and judges by the ratio.
fn verdict(what: &str, budget_ms: u64, ours: Duration, limit: (Duration, f64)) -> bool {
    let ratio = ours.as_secs_f64() / limit.0.as_secs_f64();
    let word = if ratio <= limit.1 { "within" } else { "ABOVE" };
    println!(
        "{what}: {ours:.2?} (budget {budget_ms} ms), ratio {ratio:.2}, gate {}: {word}",
        limit.1
    );
    ratio <= limit.1
}

/// What this process has resident; true where the system does not say.
fn memory() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let Some(kib) = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok())
    else {
        println!("resident memory: this system does not say");
        return true;
    };
    let within = kib <= RESIDENT_KIB_MAX;
    let word = if within { "within" } else { "OVER" };
    println!("resident, screen alone: {kib} KiB, gate {RESIDENT_KIB_MAX} KiB: {word}");
    within
}
