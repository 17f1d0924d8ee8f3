//! A window without a display: it draws the one thing that a phone looks for, a code.

use async_trait::async_trait;
use caisson_core::Language;
use caisson_core::view::View;
use caisson_devices::screen::{Area, PanelState, Picture, Showing, Status};
use caisson_scenarios::{Desktop, DesktopOptions, Window};
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// Dots of the screen.
const SCREEN: (u32, u32) = (480, 800);
/// Dots of a module of a drawn code, and bright modules around it.
const MODULE: (u32, u32) = (6, 4);

#[derive(Default)]
pub(crate) struct FakeWindow {
    seen: Mutex<Seen>,
}

/// What the window was told last.
#[derive(Default)]
struct Seen {
    showing: Option<Showing>,
    panel: PanelState,
    sheets: usize,
    taps: Vec<(u32, u32)>,
}

#[async_trait]
impl Window for FakeWindow {
    async fn show(&self, showing: Showing) {
        self.seen.lock().unwrap().showing = Some(showing);
    }

    async fn status(&self, _status: Status) {}

    async fn panel(&self, panel: PanelState) {
        self.seen.lock().unwrap().panel = panel;
    }

    async fn paper(&self, sheet: Picture) {
        assert_eq!(sheet.rgba.len(), (sheet.width * sheet.height * 4) as usize);
        self.seen.lock().unwrap().sheets += 1;
    }

    async fn tear(&self) {
        self.seen.lock().unwrap().sheets = 0;
    }

    async fn snapshot(&self, _area: Area) -> Option<Picture> {
        let showing = self.seen.lock().unwrap().showing.clone();
        let code = showing.and_then(|showing| match showing.view {
            View::Qr { text, .. } => Some(QrCode::encode_text(&text, QrCodeEcc::Medium).unwrap()),
            _ => None,
        });
        let (width, height) = SCREEN;
        let dark = |x: u32, y: u32| {
            let module = |at: u32| i32::try_from(at / MODULE.0).unwrap() - MODULE.1 as i32;
            code.as_ref().is_some_and(|code| code.get_module(module(x), module(y)))
        };
        let dot = |at: u32| {
            let luma = if dark(at % width, at / width) { 20 } else { 245 };
            [luma, luma, luma, 255]
        };
        let rgba = (0..width * height).flat_map(dot).collect();
        Some(Picture { width, height, rgba })
    }

    async fn tap(&self, x: u32, y: u32) {
        self.seen.lock().unwrap().taps.push((x, y));
    }
}

impl FakeWindow {
    pub(crate) fn panel_now(&self) -> PanelState {
        self.seen.lock().unwrap().panel.clone()
    }

    pub(crate) fn sheets(&self) -> usize {
        self.seen.lock().unwrap().sheets
    }

    pub(crate) fn taps(&self) -> Vec<(u32, u32)> {
        self.seen.lock().unwrap().taps.clone()
    }

    /// The panel as soon as it is as `is_it` wants.
    pub(crate) async fn panel_where(&self, is_it: impl Fn(&PanelState) -> bool) -> PanelState {
        for _ in 0..200 {
            let panel = self.panel_now();
            if is_it(&panel) {
                return panel;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the panel stays at {:?}", self.panel_now())
    }
}

/// An emulator in a folder of its own.
pub(crate) struct Bench {
    pub(crate) window: Arc<FakeWindow>,
    pub(crate) desktop: Desktop,
    pub(crate) home: TempDir,
}

/// Where built apps are: `CAISSON_APPS`, else `apps` in the folder that cargo builds into.
pub(crate) fn apps() -> PathBuf {
    let built = || binary().ancestors().nth(2).unwrap().join("apps");
    std::env::var_os("CAISSON_APPS").map_or_else(built, PathBuf::from)
}

pub(crate) fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_caisson"))
}

impl Bench {
    pub(crate) async fn set_up() -> Self {
        let home = tempfile::tempdir().unwrap();
        Self::set_up_in(home).await
    }

    pub(crate) async fn set_up_in(home: TempDir) -> Self {
        let window = Arc::new(FakeWindow::default());
        let options = DesktopOptions {
            folder: home.path().join("emulator"),
            apps: apps(),
            language: Language::En,
            socket: None,
            executable: binary(),
        };
        let desktop = Desktop::open(options, window.clone()).await.unwrap();
        Self { window, desktop, home }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.home.path().join("emulator")
    }

    /// Says a sentence that must be done.
    pub(crate) async fn say(&self, sentence: &str) -> Value {
        match self.desktop.command(sentence).await {
            Ok(answer) => answer,
            Err(why) => panic!("{sentence}: {why}\n{}", transcript(&self.folder())),
        }
    }

    /// Says a sentence that must not be done, and why.
    pub(crate) async fn refused(&self, sentence: &str) -> String {
        match self.desktop.command(sentence).await {
            Ok(answer) => panic!("{sentence}: was done: {answer}"),
            Err(why) => why,
        }
    }
}

/// What happened, for a test that fails.
pub(crate) fn transcript(folder: &Path) -> String {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    format!("{}\n{}", read("transcript.jsonl"), read("terminal.log"))
}
