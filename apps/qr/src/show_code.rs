//! The customer scans a code: open an order, show it, ask until it is paid, and close it before the
//! cashier may take the money in another way.

use crate::case::{Case, Undoing, Watched, ended};
use crate::emvco::{MerchantPresented, Object};
use crate::note::{Language, Note};
use crate::settings;
use crate::till::Till;
use caisson_sdk::{Money, Outcome, Stop, reason, ui};
use serde_json::json;
use std::ops::RangeInclusive;
use std::time::Duration;

/// The operations of this service.
pub(crate) const INQUIRY: &str = "query";
pub(crate) const UNDO: &str = "close";

/// How long the code can be paid, in milliseconds; `show-code.expires-ms`. At most what leaves
/// time to close the order within the ten minutes of a start.
const EXPIRES_MS: u64 = 120_000;
const EXPIRES_RANGE_MS: RangeInclusive<u64> = 10_000..=480_000;
/// Between two queries, in milliseconds; `show-code.poll-ms`.
const POLL_MS: u64 = 2_000;
const POLL_RANGE_MS: RangeInclusive<u64> = 200..=15_000;

/// The merchant account template that carries the wallet's own code, and its members: who reads
/// it, and the code.
const ACCOUNT: u8 = 26;
const ACCOUNT_ID: u8 = 0;
const ACCOUNT_CODE: u8 = 1;

/// Shows a code and waits until `asked` was paid by it.
///
/// # Errors
/// Whatever ended it before anything left the terminal.
pub fn start<T: Till>(till: &mut T, asked: &Money) -> Result<Outcome, Stop> {
    let language = Language::of(&till.language());
    let words = language.words();
    let expires = settings::millis(till, "show-code.expires-ms", EXPIRES_MS, EXPIRES_RANGE_MS);
    let poll = settings::millis(till, "show-code.poll-ms", POLL_MS, POLL_RANGE_MS);
    till.progress(words.making_code.title, words.making_code.body)?;

    let note = Note { language, wallet: None, expires_ms: u64::try_from(expires.as_millis()).ok() };
    let mut case = Case::new(till, asked.clone(), note, Duration::ZERO);
    let (heard, body) = case.submit("create", &json!({ "expires_s": expires.as_secs() }))?;
    if let Some(outcome) = ended(heard, reason::ORDER_CLOSED) {
        return Ok(outcome);
    }

    let way = Undoing { undo: UNDO, inquiry: INQUIRY, not_before: Duration::ZERO };
    let Some(url) = body.as_ref().and_then(|body| body.get("code_url")?.as_str()) else {
        return Ok(case.take_back(&way, poll, reason::ORDER_CLOSED));
    };
    let text = shown_text(case.till(), url, asked);
    if let Err(error) = case.till().show_qr(&text, words.scan_to_pay) {
        return Ok(match error.code {
            ui::Code::Cancelled => case.take_back_now(&way, reason::CANCELLED_BY_CASHIER),
            _ => case.take_back(&way, poll, Stop::from(error).reason()),
        });
    }
    Ok(match case.watch(INQUIRY, poll, expires) {
        Watched::Ended(outcome) => outcome,
        Watched::Undone => Outcome::cancelled(reason::OFFER_EXPIRED),
        Watched::Silent => Outcome::Unknown,
        Watched::Stopped(stop) => case.take_back_now(&way, stop.reason()),
        Watched::TimeUp => case.take_back(&way, poll, reason::OFFER_EXPIRED),
    })
}

/// What the customer's phone is to read: the wallet's own code, or, with the setting
/// `show-code.format` = `emvco`, an EMVCo payload around it. What does not fit into one is shown
/// as the wallet's own code, which every phone reads; the log says why.
fn shown_text<T: Till>(till: &mut T, url: &str, asked: &Money) -> String {
    match till.setting("show-code.format").as_deref() {
        None | Some("url") => url.to_owned(),
        Some("emvco") => emvco_text(till, url, asked).unwrap_or_else(|why| {
            till.log(&format!("show-code.format emvco: {why}; the wallet's own code is shown"));
            url.to_owned()
        }),
        Some(_) => {
            till.log("setting show-code.format: neither url nor emvco; url is used");
            url.to_owned()
        }
    }
}

fn emvco_text<T: Till>(till: &T, url: &str, asked: &Money) -> Result<String, String> {
    let needed = |name: &str| {
        settings::text(till, name).ok_or_else(|| format!("the setting {name} is missing"))
    };
    let amount = asked.decimal().zip(asked.currency_number());
    let (decimal, currency) = amount.ok_or_else(|| format!("no number for {}", asked.currency))?;
    let account = needed("emvco.account-id")?;
    let country = settings::text(till, "emvco.country").unwrap_or_else(|| "CN".into());
    MerchantPresented::build(&[
        Object::text(0, "01"),
        Object::text(1, "12"), // dynamic: this code is for one payment
        Object::template(ACCOUNT, &[(ACCOUNT_ID, &account), (ACCOUNT_CODE, url)]),
        Object::text(52, &needed("emvco.category")?),
        Object::text(53, &format!("{currency:03}")),
        Object::text(54, &decimal),
        Object::text(58, &country),
        Object::text(59, &needed("emvco.merchant-name")?),
        Object::text(60, &needed("emvco.city")?),
    ])
    .map_err(|error| error.to_string())
}

/// The wallet's own code in what [`start`] has shown: what a phone makes of it. `None` where the
/// text is EMVCo of another making.
#[must_use]
pub fn code_in(shown: &str) -> Option<String> {
    match MerchantPresented::parse(shown) {
        Ok(payload) => payload.member(ACCOUNT, ACCOUNT_CODE).map(str::to_owned),
        Err(_) => Some(shown.to_owned()),
    }
}
