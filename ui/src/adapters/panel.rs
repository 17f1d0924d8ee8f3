//! The panel of the emulator: writes the global `Panel` for every [`PanelState`], keeps the roll,
//! filters the transcript, and turns each control into its sentence.
//!
//! Guarantees: a control never says an empty sentence nor one that is longer than the control
//! socket takes; the roll holds the newest sheets only. A window without a panel ignores all of it.

mod model;

use super::{Outbox, PosWindow};
use crate::generated::{Panel, PanelLine, PanelPower};
use crate::message::UiEvent;
use caisson_devices::screen::{PanelState, Picture, Power};
use model::{filtered, sentence};
use slint::{Image, Model as _, ModelRc, Rgba8Pixel, SharedPixelBuffer, SharedString, VecModel};
use std::cell::RefCell;
use std::rc::Rc;

/// Most sheets on the roll; the oldest are let go. A sheet of 40 cm holds about 2 MB.
const SHEETS_MAX: usize = 30;

/// What the callbacks share.
struct Shared<W: PosWindow> {
    window: slint::Weak<W>,
    out: Outbox,
    state: RefCell<PanelState>,
    paper: Rc<VecModel<Image>>,
    lines: Rc<VecModel<PanelLine>>,
}

/// Writes the panel's globals, where the window has a panel.
pub(crate) struct PanelAdapter<W: PosWindow>(Rc<Shared<W>>);

impl<W: PosWindow> PanelAdapter<W> {
    /// Connects the callbacks of `window`.
    pub(crate) fn new(window: &W, out: Outbox) -> Self {
        let shared = Rc::new(Shared {
            window: window.as_weak(),
            out,
            state: RefCell::default(),
            paper: Rc::default(),
            lines: Rc::default(),
        });
        if let Some(panel) = window.panel() {
            panel.set_paper(ModelRc::from(shared.paper.clone()));
            panel.set_transcript(ModelRc::from(shared.lines.clone()));
            let it = shared.clone();
            panel.on_command(move |said| it.say(&said));
            let it = shared.clone();
            panel.on_filtered(move |filter| {
                it.state.borrow_mut().filter = filter.to_string();
                it.write_transcript();
            });
        }
        Self(shared)
    }

    /// Shows all of it.
    pub(crate) fn show(&self, state: &PanelState) {
        let filter = {
            let before = self.0.state.borrow();
            // What a person has typed here stays until the state itself names another.
            if state.filter.is_empty() { before.filter.clone() } else { state.filter.clone() }
        };
        *self.0.state.borrow_mut() = PanelState { filter, ..state.clone() };
        self.0.write();
        self.0.write_transcript();
    }

    /// Adds a sheet to the roll.
    pub(crate) fn paper(&self, sheet: &Picture) {
        let Some(image) = image(sheet) else { return };
        self.0.paper.push(image);
        while self.0.paper.row_count() > SHEETS_MAX {
            self.0.paper.remove(0);
        }
    }

    /// Tears the roll off.
    pub(crate) fn tear(&self) {
        self.0.paper.set_vec(Vec::new());
    }
}

impl<W: PosWindow> Shared<W> {
    fn say(&self, said: &str) {
        let trouble = match sentence(said) {
            Ok(sentence) => {
                self.out.event(UiEvent::Command(sentence));
                String::new()
            }
            Err(trouble) => trouble.to_owned(),
        };
        let window = self.window.upgrade();
        if let Some(panel) = window.as_ref().and_then(PosWindow::panel) {
            panel.set_trouble(trouble.into());
        }
    }

    fn write(&self) {
        let window = self.window.upgrade();
        let Some(panel) = window.as_ref().and_then(PosWindow::panel) else { return };
        write(&panel, &self.state.borrow());
    }

    fn write_transcript(&self) {
        let window = self.window.upgrade();
        let Some(panel) = window.as_ref().and_then(PosWindow::panel) else { return };
        let state = self.state.borrow();
        let lines = filtered(&state.transcript, &state.filter);
        let hidden = state.transcript.len().saturating_sub(lines.len());
        panel.set_lines_hidden(i32::try_from(hidden).unwrap_or(i32::MAX));
        panel.set_filter(state.filter.as_str().into());
        let is_same = self.lines.row_count() == lines.len()
            && self.lines.iter().zip(&lines).all(|(one, other)| one == *other);
        if !is_same {
            self.lines.set_vec(lines);
        }
    }
}

fn write(panel: &Panel<'_>, state: &PanelState) {
    let list = |texts: &[String]| {
        let texts: Vec<SharedString> = texts.iter().map(SharedString::from).collect();
        ModelRc::from(Rc::new(VecModel::from(texts)))
    };
    panel.set_power(match state.power {
        Power::Starting => PanelPower::Starting,
        Power::On => PanelPower::On,
        Power::Off => PanelPower::Off,
    });
    panel.set_camera(state.camera.as_str().into());
    panel.set_phone(state.phone.as_str().into());
    panel.set_cards(list(&state.cards));
    panel.set_printer(state.printer.as_str().into());
    panel.set_is_printer_ready(model::is_ready(&state.printer));
    panel.set_links(ModelRc::from(Rc::new(VecModel::from(model::links(&state.links)))));
    panel.set_clock(state.clock.as_str().into());
    panel.set_is_storage_full(state.is_storage_full);
    panel.set_acquirer(list(&state.acquirer));
}

/// The sheet as the toolkit has it; `None` where its pixels are not as many as it says.
fn image(sheet: &Picture) -> Option<Image> {
    let pixels = u64::from(sheet.width) * u64::from(sheet.height) * 4;
    if usize::try_from(pixels).ok()? != sheet.rgba.len() || sheet.rgba.is_empty() {
        return None;
    }
    let buffer =
        SharedPixelBuffer::<Rgba8Pixel>::clone_from_slice(&sheet.rgba, sheet.width, sheet.height);
    Some(Image::from_rgba8(buffer))
}
