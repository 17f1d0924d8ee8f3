//! Fetches keys and the number of the open batch. The keys go to the vault; this app sees that the
//! bank said yes, and no key.

use crate::batch;
use crate::exchange::{READ, Told, ask};
use crate::message::Draft;
use crate::operation::SIGN_ON;
use crate::slip::Language;
use crate::till::Till;
use caisson_sdk::Stop;

/// Field 60 of a sign-on: no batch is named, and the keys are of double length.
const KIND: &str = "00";
const NO_BATCH: &str = "000000";
const NETWORK: &str = "003";
/// Field 63: which operator. The terminal has its own, with codes of their own; the bank sees one.
const OPERATOR: &str = "01 ";

/// Signs on.
///
/// # Errors
/// Whatever ended it early.
pub fn serve<T: Till>(till: &mut T) -> Result<(), Stop> {
    let words = Language::of(&till.language()).words();
    till.progress(words.sign_on.title, words.sign_on.body)?;
    let request =
        Draft::new(SIGN_ON).in_batch(KIND, NO_BATCH, NETWORK)?.with(63, OPERATOR)?.packed()?;
    let told = ask(till, "sign-on", "SIGNON", &request)?;
    let title = words.sign_on.title;
    let Told::Done(said) = &told else {
        return Ok(till.failed(title, &told.why(words), READ)?);
    };
    let Some(number) = said.batch.as_deref().filter(|number| batch::is_number(number)) else {
        till.log("sign-on: the answer names no batch (field 60)");
        return Ok(till.failed(title, words.no_answer, READ)?);
    };
    if batch::begin(till, number)? {
        Ok(till.done(title, &format!("{} {number}", words.signed_on), READ)?)
    } else {
        // Signed on, and the batch that is open here is another: it is settled under its number.
        Ok(till.failed(title, words.try_again, READ)?)
    }
}
