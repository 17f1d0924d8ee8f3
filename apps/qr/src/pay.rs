//! The customer shows a code: scan, tell the wallet, pay, and while the customer confirms on the
//! phone, ask as often as that wallet wants to be asked; in the end, take the order back.

use crate::case::{Case, Undoing, Watched, ended, why_taken_back};
use crate::note::{Language, Note};
use crate::till::Till;
use crate::wallet::{Figures, PaymentCode};
use caisson_sdk::{Money, Outcome, Stop, reason};
use serde_json::{Map, Value};
use std::time::Duration;

/// How long a customer may look for the code.
const SCAN: Duration = Duration::from_secs(60);
/// Longest text about the sale that goes to the wallet, in characters.
const SUBJECT_CHARS_MAX: usize = 40;

/// The operations of this service.
pub(crate) const INQUIRY: &str = "query";
pub(crate) const UNDO: &str = "cancel";

/// Takes `asked` from the wallet whose code is before the camera.
///
/// # Errors
/// Whatever ended it before anything left the terminal.
pub fn start<T: Till>(till: &mut T, asked: &Money) -> Result<Outcome, Stop> {
    let language = Language::of(&till.language());
    let words = language.words();

    let text = till.scan(words.show_payment_code, SCAN)?;
    let Some(code) = PaymentCode::recognise(&text) else {
        return Ok(Outcome::declined(reason::NOT_A_PAYMENT_CODE));
    };
    let figures = Figures::of(till, code.wallet());
    let request = request(till, &code);
    till.progress(words.paying.title, words.paying.body)?;

    let note = Note { language, wallet: Some(code.wallet()), expires_ms: None };
    let mut case = Case::new(till, asked.clone(), note, Duration::ZERO);
    let (heard, _) = case.submit("pay", &request)?;
    if let Some(outcome) = ended(heard, reason::ORDER_CLOSED) {
        return Ok(outcome);
    }

    case.show(&words.confirming);
    let way = Undoing { undo: UNDO, inquiry: INQUIRY, not_before: figures.undo_after };
    Ok(match case.watch(INQUIRY, figures.poll, figures.total) {
        Watched::Ended(outcome) => outcome,
        Watched::Undone => Outcome::cancelled(reason::ORDER_CLOSED),
        Watched::Silent => Outcome::Unknown,
        Watched::Stopped(stop) => case.take_back_now(&way, stop.reason()),
        // No gap between the last query and this, so that no payment slips in between.
        Watched::TimeUp => {
            let why = why_taken_back(case.was_open());
            case.take_back(&way, figures.poll, why)
        }
    })
}

fn request<T: Till>(till: &mut T, code: &PaymentCode) -> Value {
    let mut request = Map::new();
    request.insert("wallet".into(), code.wallet().code().into());
    request.insert("code".into(), code.secret().into());
    if let Some(subject) = crate::settings::text(till, "subject") {
        if subject.chars().count() <= SUBJECT_CHARS_MAX {
            request.insert("subject".into(), subject.into());
        } else {
            till.log(&format!("setting subject: longer than {SUBJECT_CHARS_MAX} characters"));
        }
    }
    Value::Object(request)
}
