//! A [`Showing`] as the properties of the global `View`.

use crate::adapters::words;
use crate::entry::pad;
use crate::generated::{Tone, View as Properties};
use crate::{money, picture};
use caisson_core::view::{ENTER_PIN, View, wrong_code};
use caisson_core::{Language, Reason};
use caisson_devices::screen::Showing;
use slint::{Image, ModelRc, SharedString, VecModel};

/// What a page shows besides the frame. Everything that a view has not is empty.
#[derive(Default)]
struct Page {
    title: String,
    body: String,
    next: String,
    rows: Vec<SharedString>,
    tone: Tone,
    picture: Image,
    asks_receipt: bool,
}

/// Writes all of it.
pub(super) fn view(to: &Properties<'_>, showing: &Showing) {
    let page = page(&showing.view, showing.language);
    let app = showing.app.as_ref().map_or("", |app| app.name.as_str());
    to.set_app(app.into());
    to.set_amount(showing.amount.map(money::text).unwrap_or_default().into());
    to.set_can_cancel(showing.can_cancel);
    to.set_title(page.title.into());
    to.set_body(page.body.into());
    to.set_next(page.next.into());
    to.set_rows(ModelRc::new(VecModel::from(page.rows)));
    if let View::Pin { is_shuffled, .. } = showing.view {
        let digits: Vec<SharedString> =
            pad(is_shuffled).map(|digit| [digit].into_iter().collect()).into();
        to.set_pad(ModelRc::new(VecModel::from(digits)));
    }
    to.set_tone(page.tone);
    let size = page.picture.size();
    to.set_picture_columns(i32::try_from(size.width).unwrap_or(i32::MAX).max(1));
    to.set_picture_rows(i32::try_from(size.height).unwrap_or(i32::MAX).max(1));
    to.set_picture(page.picture);
    to.set_asks_receipt(page.asks_receipt);
    // Last: a page that comes finds everything written.
    to.set_kind(words::kind(&showing.view));
}

fn page(view: &View, language: Language) -> Page {
    let rows = |rows: &[String]| rows.iter().map(SharedString::from).collect();
    match view {
        View::Idle | View::Wait | View::Page(_) => Page::default(),
        View::Message { title, body } | View::Progress { title, body } => Page::of(title, body),
        View::Scan { prompt: title }
        | View::PresentCard { prompt: title }
        | View::Amount { title, .. }
        | View::Signature { title }
        | View::Form { title, .. } => Page::of(title, ""),
        View::Menu { title, rows: all } => Page { rows: rows(all), ..Page::of(title, "") },
        View::Qr { text, caption } => {
            Page { picture: picture::code(text).unwrap_or_default(), ..Page::of(caption, "") }
        }
        View::Result { mark, title, body } => {
            Page { tone: words::mark_tone(*mark), ..Page::of(title, body) }
        }
        View::Preview { document } => {
            let title = words::PREVIEW.in_language(language);
            match picture::paper(document) {
                Ok(picture) => Page { picture, ..Page::of(title, "") },
                // The document cannot be printed either, and its app is told so when it prints.
                Err(error) => Page::of(title, &error.to_string()),
            }
        }
        View::Confirm { reason } => {
            Page::why(words::CONFIRM.in_language(language), *reason, language)
        }
        View::Hold { reason, .. } => {
            Page::why(words::HOLD.in_language(language), *reason, language)
        }
        // What the one button beside Confirm says stands on the page.
        View::Pin { can_bypass, .. } => Page {
            next: if *can_bypass {
                words::NO_PIN.in_language(language).to_owned()
            } else {
                String::new()
            },
            ..Page::of(ENTER_PIN.in_language(language), words::HIDE_PIN.in_language(language))
        },
        View::Instead { reason, rows: all } => Page {
            rows: rows(all),
            ..Page::why(words::INSTEAD.in_language(language), *reason, language)
        },
        View::Notice { reason } => {
            let title = words::NOTICE.in_language(language);
            Page { tone: Tone::Attention, ..Page::why(title, *reason, language) }
        }
        View::Outcome { outcome, reason, asks_receipt } => {
            let word = words::headline(outcome.word().in_language(language));
            let tone = words::tone(*outcome);
            let page = match reason {
                Some(reason) => Page::why(&word, *reason, language),
                None => Page::of(&word, ""),
            };
            Page { tone, asks_receipt: *asks_receipt, ..page }
        }
    }
}

/// What was wrong with the code before; empty at first.
pub(super) fn code_trouble(view: &View, language: Language) -> String {
    match view {
        View::Hold { tries_left, was_wrong: true, .. } => {
            wrong_code(*tries_left, language).trim_end().to_owned()
        }
        _ => String::new(),
    }
}

impl Page {
    fn of(title: &str, body: &str) -> Self {
        Self { title: title.to_owned(), body: body.to_owned(), ..Self::default() }
    }

    fn why(title: &str, reason: Reason, language: Language) -> Self {
        let row = reason.row();
        let next = row.next.in_language(language).to_owned();
        Self { next, ..Self::of(title, row.why.in_language(language)) }
    }
}
