//! A window in memory, at one of the two reference sizes, whose clock stands still.

use caisson_core::view::View;
use caisson_core::{Currency, Language, Money};
use caisson_devices::screen::{AppFace, Area, Key, Showing, Status};
use caisson_ui::{
    DeviceWindow, Face, MESSAGES_WAITING_MAX, PosWindow, UiCommand, UiEvent, WindowKind,
};
use i_slint_backend_testing::{
    AccessibleRole, ElementHandle, ElementRoot as _, TestingBackend, TestingBackendOptions,
};
use image::RgbaImage;
use slint::PhysicalSize;
use slint::platform::PointerEventButton;
use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// The two reference sizes.
pub(crate) const SIZES: [(u32, u32); 2] = [(480, 800), (720, 1280)];
pub(crate) const LANGUAGES: [Language; 2] = [Language::Zh, Language::En];

/// The time at which every test's clock stands.
pub(crate) fn now() -> Instant {
    static NOW: OnceLock<Instant> = OnceLock::new();
    *NOW.get_or_init(Instant::now)
}

/// A window and what it has said.
pub(crate) struct Screen<W: PosWindow = DeviceWindow> {
    pub(crate) face: Face<W>,
    events: mpsc::Receiver<UiEvent>,
}

impl Screen<DeviceWindow> {
    /// The device's screen alone.
    pub(crate) fn open(size: (u32, u32)) -> Self {
        Self::open_kind(size, WindowKind::Device)
    }
}

impl<W: PosWindow> Screen<W> {
    pub(crate) fn open_kind((width, height): (u32, u32), kind: WindowKind) -> Self {
        let mut options =
            TestingBackendOptions { mock_time: true, threading: false, ..Default::default() };
        options.renderer_name = Some("software".into());
        // A test that opens a second window has the platform already.
        let _ = slint::platform::set_platform(Box::new(TestingBackend::new(options)));
        let (sender, events) = mpsc::channel(MESSAGES_WAITING_MAX);
        let face = Face::<W>::open(kind, sender, now).unwrap();
        face.window().window().set_size(PhysicalSize::new(width, height));
        face.window().show().unwrap();
        let screen = Self { face, events };
        screen.settle();
        screen.status(status());
        screen
    }

    pub(crate) fn apply(&self, command: UiCommand) {
        self.face.apply(command);
        self.settle();
    }

    pub(crate) fn show(&self, showing: Showing) {
        self.apply(UiCommand::Show(showing));
    }

    pub(crate) fn status(&self, status: Status) {
        self.apply(UiCommand::Status(status));
    }

    /// Lets handlers of changes run, which wait for the next turn of a loop.
    pub(crate) fn settle(&self) {
        slint::platform::update_timers_and_animations();
        i_slint_backend_testing::mock_elapsed_time(Duration::from_millis(1));
    }

    /// Everything on the screen, once each: the toolkit's search meets what stands behind an `if`
    /// several times. Two things of one role and one name in one place are one thing.
    pub(crate) fn elements(&self) -> Vec<ElementHandle> {
        let mut seen = HashSet::new();
        let mut elements = Vec::new();
        self.face.window().root_element().visit_descendants(|element| {
            let (at, size) = (element.absolute_position(), element.size());
            let place = [at.x, at.y, size.width, size.height].map(f32::to_bits);
            let name = (element.accessible_label(), element.type_name(), element.id());
            if seen.insert((place, name)) {
                elements.push(element);
            }
            ControlFlow::<()>::Continue(())
        });
        elements
    }

    /// Everything that can be pressed.
    pub(crate) fn buttons(&self) -> Vec<ElementHandle> {
        let mut seen = HashSet::new();
        let mut buttons = self.elements();
        buttons.retain(|element| element.accessible_role() == Some(AccessibleRole::Button));
        // An element that became one with its component's root is met under both names.
        buttons.retain(|button| {
            let (at, size) = (button.absolute_position(), button.size());
            seen.insert([at.x, at.y, size.width, size.height].map(f32::to_bits))
        });
        buttons
    }

    /// The labels of what can be pressed and is enabled.
    pub(crate) fn enabled(&self) -> Vec<String> {
        self.buttons()
            .iter()
            .filter(|button| button.accessible_enabled() == Some(true))
            .map(|button| button.accessible_label().unwrap_or_default().to_string())
            .collect()
    }

    /// A finger on the one button of this label.
    #[track_caller]
    pub(crate) fn tap(&self, label: &str) {
        let found: Vec<_> = self
            .buttons()
            .into_iter()
            .filter(|button| button.accessible_label().is_some_and(|found| found == label))
            .collect();
        assert_eq!(found.len(), 1, "buttons called {label} among {:?}", self.enabled());
        found[0].mock_single_click(PointerEventButton::Left);
        self.settle();
    }

    #[track_caller]
    pub(crate) fn tap_all(&self, labels: &str) {
        for label in labels.split(' ') {
            self.tap(label);
        }
    }

    /// Labels of everything that has one, each once.
    pub(crate) fn labels(&self) -> BTreeSet<String> {
        let elements = self.elements().into_iter();
        elements.filter_map(|element| element.accessible_label()).map(Into::into).collect()
    }

    /// What was pressed since this was last asked.
    pub(crate) fn events(&mut self) -> Vec<UiEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }

    /// The keys among it.
    pub(crate) fn keys(&mut self) -> Vec<Key> {
        let events = self.events().into_iter();
        events
            .map(|event| match event {
                UiEvent::Key(key) => key,
                other => panic!("no key: {other:?}"),
            })
            .collect()
    }

    pub(crate) fn picture(&self) -> RgbaImage {
        let picture = self.face.snapshot(Area::Window);
        RgbaImage::from_raw(picture.width, picture.height, picture.rgba).unwrap()
    }
}

/// What the status bar shows in every picture.
pub(crate) fn status() -> Status {
    Status {
        merchant: "海风茶馆 Sea Breeze".to_owned(),
        operator: Some("Mei".to_owned()),
        time: "10:05".to_owned(),
        is_online: true,
        ..Status::default()
    }
}

pub(crate) fn yuan(minor: u64) -> Money {
    Money::new(minor, Currency::Cny).unwrap()
}

/// One of the terminal's own views.
pub(crate) fn own(view: View, language: Language) -> Showing {
    Showing { app: None, view, amount: None, language, can_cancel: false, until: None }
}

/// A view of an app in a payment of 12.50 yuan that waits for 25 seconds.
pub(crate) fn of_app(view: View, language: Language) -> Showing {
    let name = match language {
        Language::Zh => "扫码付",
        Language::En => "QR payment",
    };
    Showing {
        app: Some(AppFace { id: "caisson.qr".to_owned(), name: name.to_owned() }),
        amount: Some(yuan(1_250)),
        can_cancel: true,
        until: Some(now() + Duration::from_secs(25)),
        ..own(view, language)
    }
}

pub(crate) const fn code(language: Language) -> &'static str {
    match language {
        Language::Zh => "zh",
        Language::En => "en",
    }
}

/// Compares a picture with the one that is kept, dot by dot. `BLESS=1` keeps this one instead. What
/// differs is written beside the kept one's copy in the target folder, for people to look at.
#[track_caller]
pub(crate) fn matches_snapshot(name: &str, picture: &RgbaImage) -> Result<(), String> {
    let kept = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let file = kept.join(format!("{name}.png"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(&kept).unwrap();
        write_png(&file, picture);
        return Ok(());
    }
    let expected = image::open(&file).map(|picture| picture.to_rgba8());
    if expected.as_ref().is_ok_and(|expected| expected == picture) {
        return Ok(());
    }
    let artefact = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
    write_png(&artefact, picture);
    Err(format!("{name}: not as kept; see {}", artefact.display()))
}

fn write_png(file: &std::path::Path, picture: &RgbaImage) {
    use image::codecs::png::{CompressionType, FilterType, PngEncoder};
    // Opaque pictures: three bytes a dot, and the best that PNG can do.
    let rgb = image::DynamicImage::ImageRgba8(picture.clone()).to_rgb8();
    let to = std::fs::File::create(file).unwrap();
    let encoder = PngEncoder::new_with_quality(to, CompressionType::Best, FilterType::Adaptive);
    rgb.write_with_encoder(encoder).unwrap();
}
