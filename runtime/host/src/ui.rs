//! Glue for `caisson:ui`: WIT in, [`Session::show`](crate::Session::show) out. The caps are
//! `core::view`'s; the rate is this call's; which view has its place in a payment, the session says.

use crate::bindings::caisson::ui::ui as wit;
use crate::fault::{self, Code};
use crate::printer::Sheet;
use crate::session::UiAnswer;
use crate::state::CallState;
use caisson_core::Language;
use caisson_core::permission::Ui;
use caisson_core::view::{Mark, View, WAIT_MAX};
use std::time::Duration;
use wasmtime::component::Resource;

mod form;
mod stop;

#[allow(unreachable_pub, reason = "the generated bindings re-export it")]
pub use form::Form;

pub(crate) type UiFault = fault::Fault<wit::Code>;

impl Code for wit::Code {
    const DENIED: Self = Self::Denied;
}

impl CallState {
    async fn view(&mut self, view: View, wait_ms: Option<u32>) -> Result<UiAnswer, UiFault> {
        let permit = self.permit::<Ui>()?;
        view.check()?;
        let wait = wait_ms.map(checked_wait).transpose()?;
        if !self.may_change_view() {
            return Err(UiFault::code(wit::Code::TooOften, "more than 10 views in a second"));
        }
        Ok(self.kill.unless_fired(self.session.show(permit, view, wait)).await??)
    }

    async fn ended(&mut self, mark: Mark, words: [String; 2], ms: u32) -> Result<(), UiFault> {
        let [title, body] = words;
        self.view(View::Result { mark, title, body }, Some(ms)).await.map(|_| ())
    }
}

/// What no session of this contract does: a menu answered with an amount.
fn other_answer() -> UiFault {
    UiFault::code(wit::Code::Other, "the screen answered another question than this one")
}

impl wit::Host for CallState {
    async fn language(&mut self) -> wasmtime::Result<String> {
        Ok(match self.session.language() {
            Language::Zh => "zh".to_owned(),
            Language::En => "en".to_owned(),
        })
    }

    async fn message(&mut self, title: String, body: String, ms: u32) -> Result<(), UiFault> {
        self.view(View::Message { title, body }, Some(ms)).await.map(|_| ())
    }

    async fn progress(&mut self, title: String, body: String) -> Result<(), UiFault> {
        self.view(View::Progress { title, body }, None).await.map(|_| ())
    }

    async fn show_qr(&mut self, text: String, caption: String) -> Result<(), UiFault> {
        self.view(View::Qr { text, caption }, None).await.map(|_| ())
    }

    async fn menu(&mut self, title: String, rows: Vec<String>, ms: u32) -> Result<u32, UiFault> {
        let count = rows.len();
        match self.view(View::Menu { title, rows }, Some(ms)).await? {
            UiAnswer::Row(row) if usize::try_from(row).is_ok_and(|row| row < count) => Ok(row),
            _ => Err(other_answer()),
        }
    }

    async fn amount(&mut self, title: String, max: u64, ms: u32) -> Result<u64, UiFault> {
        match self.view(View::Amount { title, max_minor: max }, Some(ms)).await? {
            UiAnswer::Amount(minor) => Ok(minor),
            _ => Err(other_answer()),
        }
    }

    async fn present_card(&mut self, prompt: String) -> Result<(), UiFault> {
        self.view(View::PresentCard { prompt }, None).await.map(|_| ())
    }

    async fn signature(&mut self, title: String, ms: u32) -> Result<Vec<wit::Stroke>, UiFault> {
        let UiAnswer::Strokes(strokes) = self.view(View::Signature { title }, Some(ms)).await?
        else {
            return Err(other_answer());
        };
        let points = |stroke: Vec<(u16, u16)>| -> wit::Stroke {
            stroke.into_iter().map(|(x, y)| wit::Point { x, y }).collect()
        };
        Ok(strokes.into_iter().map(points).collect())
    }

    async fn done(&mut self, title: String, body: String, ms: u32) -> Result<(), UiFault> {
        self.ended(Mark::Done, [title, body], ms).await
    }

    async fn failed(&mut self, title: String, body: String, ms: u32) -> Result<(), UiFault> {
        self.ended(Mark::Failed, [title, body], ms).await
    }

    async fn attention(&mut self, title: String, body: String, ms: u32) -> Result<(), UiFault> {
        self.ended(Mark::Attention, [title, body], ms).await
    }

    async fn preview(&mut self, sheet: Resource<Sheet>, ms: u32) -> Result<(), UiFault> {
        let document = self.table.get(&sheet)?.document();
        let document = document.map_err(|error| UiFault::code(wit::Code::TooLarge, error))?;
        self.view(View::Preview { document }, Some(ms)).await.map(|_| ())
    }

    async fn wait(&mut self, ms: u32) -> Result<(), UiFault> {
        let permit = self.permit::<Ui>()?;
        let wait = self.session.wait(permit, checked_wait(ms)?);
        Ok(self.kill.unless_fired(wait).await??)
    }

    fn convert_error(&mut self, fault: UiFault) -> wasmtime::Result<wit::Error> {
        let (code, detail) = fault.into_parts()?;
        Ok(wit::Error { code, detail })
    }
}

fn checked_wait(ms: u32) -> Result<Duration, UiFault> {
    let wait = Duration::from_millis(ms.into());
    if wait > WAIT_MAX {
        return Err(UiFault::code(
            wit::Code::TooLarge,
            format!("wait of {ms} ms, limit {}", WAIT_MAX.as_millis()),
        ));
    }
    Ok(wait)
}
