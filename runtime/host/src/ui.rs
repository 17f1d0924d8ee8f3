//! Glue for `caisson:ui`: WIT in, [`Session::show`](crate::Session::show) out. The caps are
//! `core::view`'s; the rate is this call's.

use crate::bindings::caisson::ui::ui as wit;
use crate::fault::{self, Code};
use crate::session::{UiAnswer, UiStop};
use crate::state::CallState;
use caisson_core::Language;
use caisson_core::permission::Ui;
use caisson_core::view::{View, ViewError, WAIT_MAX};
use std::time::Duration;

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
            UiAnswer::Row(_) | UiAnswer::Done => {
                Err(UiFault::code(wit::Code::Other, "the screen answered without a row"))
            }
        }
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

impl From<ViewError> for UiFault {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::TooLong { .. } => Self::code(wit::Code::TooLarge, error),
            ViewError::Empty { .. } | ViewError::BadCharacter { .. } => {
                Self::code(wit::Code::BadText, error)
            }
        }
    }
}

impl From<UiStop> for UiFault {
    fn from(stop: UiStop) -> Self {
        match stop {
            UiStop::Cancelled => Self::code(wit::Code::Cancelled, "Cancel was pressed"),
            UiStop::Timeout => Self::code(wit::Code::Timeout, "nobody acted in time"),
        }
    }
}
