//! The terminal's own words for its own views, where `core` has none.

use crate::generated::{Tone, ViewKind};
use caisson_core::language::Text;
use caisson_core::view::{Mark, Outcome, View};

pub(super) const CONFIRM: Text = Text { zh: "请确认", en: "Please confirm" };
pub(super) const HOLD: Text = Text { zh: "请店主输入授权码", en: "Owner's code, please" };
pub(super) const HIDE_PIN: Text = Text {
    zh: "请遮挡按键，密码不会显示。",
    en: "Cover the keys; the digits are not shown.",
};
pub(super) const NO_PIN: Text = Text { zh: "无密码", en: "No PIN" };
pub(super) const INSTEAD: Text =
    Text { zh: "请选择其他付款方式", en: "Choose another way to pay" };
pub(super) const NOTICE: Text = Text { zh: "请注意", en: "Please note" };
pub(super) const PREVIEW: Text = Text { zh: "打印预览", en: "What the paper will show" };

/// The page that shows a view.
pub(super) const fn kind(view: &View) -> ViewKind {
    match view {
        View::Idle => ViewKind::Idle,
        View::Wait => ViewKind::Wait,
        View::Message { .. } => ViewKind::Message,
        View::Progress { .. } => ViewKind::Progress,
        View::Scan { .. } => ViewKind::Scan,
        View::Qr { .. } => ViewKind::Qr,
        View::Menu { .. } => ViewKind::Menu,
        View::Amount { .. } => ViewKind::Amount,
        View::Form { .. } => ViewKind::Form,
        View::PresentCard { .. } => ViewKind::PresentCard,
        View::Signature { .. } => ViewKind::Signature,
        View::Result { .. } => ViewKind::Result,
        View::Preview { .. } => ViewKind::Preview,
        View::Page(_) => ViewKind::Page,
        View::Confirm { .. } => ViewKind::Confirm,
        View::Hold { .. } => ViewKind::Hold,
        View::Pin { .. } => ViewKind::Pin,
        View::Instead { .. } => ViewKind::Instead,
        View::Outcome { .. } => ViewKind::Outcome,
        View::Notice { .. } => ViewKind::Notice,
    }
}

/// The colour of an outcome.
pub(super) const fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Approved | Outcome::Refunded | Outcome::Reserved | Outcome::Released => {
            Tone::Approved
        }
        Outcome::Declined => Tone::Declined,
        Outcome::Cancelled => Tone::Neutral,
        Outcome::Unknown => Tone::Unknown,
    }
}

/// The colour of a service's result.
pub(super) const fn mark_tone(mark: Mark) -> Tone {
    match mark {
        Mark::Done => Tone::Approved,
        Mark::Failed => Tone::Declined,
        Mark::Attention => Tone::Attention,
    }
}

/// `text` with a capital at its head, as a headline has.
pub(super) fn headline(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
