//! A screen without a display: each view is a line with its time on standard output.
//!
//! The line says which keys the view has, so that a person who reads it knows what to type.

use async_trait::async_trait;
use caisson_core::Currency;
use caisson_core::view::View;
use caisson_devices::screen::{Key, Screen, Showing};
use caisson_terminal::{WallClock, local_text};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Mutex as AsyncMutex, mpsc};
use tokio::time::Instant;

/// Keys that wait to be taken; more are dropped, as on a keypad.
const KEYS_WAITING_MAX: usize = 16;

/// The screen.
pub(crate) struct HeadlessScreen {
    clock: Arc<dyn WallClock>,
    utc_offset_minutes: i32,
    /// The last line without its time: the same view drawn anew is said once.
    last: Mutex<String>,
    /// The currency of the payment on the screen.
    currency: Mutex<Option<Currency>>,
    /// True while work at the counter can take keys.
    listens: AtomicBool,
    press: mpsc::Sender<Key>,
    pressed: AsyncMutex<mpsc::Receiver<Key>>,
}

impl HeadlessScreen {
    pub(crate) fn new(clock: Arc<dyn WallClock>, utc_offset_minutes: i32) -> Self {
        let (press, pressed) = mpsc::channel(KEYS_WAITING_MAX);
        let pressed = AsyncMutex::new(pressed);
        let (last, currency) = (Mutex::default(), Mutex::default());
        let listens = AtomicBool::new(false);
        Self { clock, utc_offset_minutes, last, currency, listens, press, pressed }
    }

    /// Presses a key. False where nobody listens, or so many wait that it is lost.
    pub(crate) fn press(&self, key: Key) -> bool {
        self.listens.load(Ordering::Acquire) && self.press.try_send(key).is_ok()
    }

    /// Listens to keys from now on, or not. A key that was left over is not one of the next work.
    pub(crate) async fn listen(&self, listens: bool) {
        self.listens.store(listens, Ordering::Release);
        let mut pressed = self.pressed.lock().await;
        while pressed.try_recv().is_ok() {}
    }

    /// The currency of the payment on the screen; `None` where there is no payment.
    pub(crate) fn currency(&self) -> Option<Currency> {
        *self.currency.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says `text` with its time.
    pub(crate) fn say(&self, text: &str) {
        let at = local_text(self.clock.now(), self.utc_offset_minutes);
        let time = at.split_once(' ').map_or(at.as_str(), |(_, time)| time);
        // A screen that nobody reads does not stop a payment.
        let _ = crate::out::line(&format!("{time}  {text}"));
    }
}

#[async_trait]
impl Screen for HeadlessScreen {
    fn show(&self, showing: Showing) {
        let currency = showing.amount.map(|amount| amount.currency());
        *self.currency.lock().unwrap_or_else(PoisonError::into_inner) = currency;
        let text = describe(&showing);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != text {
            self.say(&text);
            *last = text;
        }
    }

    async fn next_key(&self) -> Key {
        match self.pressed.lock().await.recv().await {
            Some(key) => key,
            // The sender lives as long as this object, so there is always a next key to wait for.
            None => std::future::pending().await,
        }
    }
}

/// The view in one line: amount, text, keys, seconds left.
fn describe(showing: &Showing) -> String {
    let mut text = String::new();
    let says_amount = matches!(showing.view, View::Outcome { .. } | View::Idle);
    if let Some(amount) = showing.amount.filter(|_| !says_amount) {
        text.push_str(&format!("{} {amount}  ", amount.currency().code()));
    }
    text.push_str(&showing.line());
    if let View::Qr { text: code, .. } = &showing.view {
        text.push_str(&format!("  code {code}"));
    }
    let mut keys: Vec<String> = match &showing.view {
        View::Message { .. } | View::Result { .. } | View::Preview { .. } => vec!["ok".to_owned()],
        View::Amount { .. } => vec!["amount N".to_owned()],
        View::Form { fields, .. } => {
            let labels: Vec<_> = fields.iter().map(|field| field.label.as_str()).collect();
            vec![format!("values {}", labels.join(" | "))]
        }
        View::Signature { .. } => vec!["needs a touch screen".to_owned()],
        View::Menu { rows, .. } => vec![format!("row 1 to {}", rows.len())],
        View::Confirm { .. } => vec!["yes".to_owned(), "no".to_owned()],
        View::Hold { .. } => vec!["owner CODE".to_owned(), "no".to_owned()],
        View::Pin { can_bypass: false, .. } => vec!["pin DIGITS".to_owned()],
        View::Pin { can_bypass: true, .. } => vec!["pin DIGITS".to_owned(), "no".to_owned()],
        View::Instead { rows, .. } => vec![format!("row 1 to {}", rows.len()), "no".to_owned()],
        // The desk needs a screen that is drawn.
        View::Idle
        | View::Wait
        | View::Page(_)
        | View::PresentCard { .. }
        | View::Progress { .. }
        | View::Scan { .. }
        | View::Qr { .. }
        | View::Outcome { .. }
        | View::Notice { .. } => Vec::new(),
    };
    if showing.can_cancel {
        keys.push("cancel".to_owned());
    }
    if let Some(until) = showing.until {
        keys.push(format!("{} s", until.saturating_duration_since(Instant::now()).as_secs()));
    }
    if !keys.is_empty() {
        text.push_str(&format!("  [{}]", keys.join(", ")));
    }
    // One view is one line, whatever an app writes into it.
    text.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_core::view::{Field, FieldKind};
    use caisson_core::{Language, Money};
    use caisson_devices::screen::AppFace;
    use std::time::Duration;

    fn check(view: View, can_cancel: bool, until: Option<Duration>, expected: &str) {
        let amount = Money::new(1200, Currency::Cny).ok();
        let until = until.map(|wait| Instant::now() + wait + Duration::from_millis(500));
        let language = Language::En;
        let app = Some(AppFace { id: "qr".to_owned(), name: "QR".to_owned() });
        let showing = Showing { app, view, amount, language, can_cancel, until };
        assert_eq!(describe(&showing), expected);
    }

    #[test]
    fn a_line_tells_amount_text_keys_and_time_left() {
        check(
            View::Scan { prompt: "Scan the code".to_owned() },
            true,
            Some(Duration::from_secs(60)),
            "CNY 12.00  Scan the code  [cancel, 60 s]",
        );
        let rows = vec!["WeChat".to_owned(), "Alipay".to_owned()];
        check(
            View::Menu { title: "Which wallet?".to_owned(), rows },
            false,
            None,
            "CNY 12.00  Which wallet?: WeChat | Alipay  [row 1 to 2]",
        );
        check(View::Idle, false, None, "enter the amount");
    }

    #[test]
    fn what_an_app_asks_for_says_what_to_type_or_that_it_cannot_be_typed() {
        let wait = Some(Duration::from_secs(60));
        let title = |text: &str| text.to_owned();
        check(
            View::Amount { title: title("Tip"), max_minor: 500 },
            true,
            wait,
            "CNY 12.00  Tip  [amount N, cancel, 60 s]",
        );
        let field = |label: &str, kind| Field {
            label: label.to_owned(),
            kind,
            chars_max: 3,
            is_optional: false,
        };
        let fields = vec![field("Table", FieldKind::Digits), field("Name", FieldKind::Text)];
        check(
            View::Form { title: title("Order"), fields },
            true,
            wait,
            "CNY 12.00  Order: Table | Name  [values Table | Name, cancel, 60 s]",
        );
        check(
            View::Signature { title: title("Please sign") },
            true,
            wait,
            "CNY 12.00  Please sign  [needs a touch screen, cancel, 60 s]",
        );
    }

    #[test]
    fn a_shown_code_can_be_read_and_a_text_never_breaks_the_line() {
        let (text, caption) = ("https://w.example/1".to_owned(), "Scan\nto pay".to_owned());
        check(
            View::Qr { text, caption },
            false,
            None,
            "CNY 12.00  Scan to pay  code https://w.example/1",
        );
    }
}
