//! The transcript as a scenario: what people and the world did, as sentences, and what the four
//! witnesses say.
//!
//! Guarantees: what is written is read back as a scenario before it is called saved; between two
//! acts stands the text that the screen showed last, so that each act meets the screen that it met.
//! Deliberately not here: what cannot be done again (a code that is nobody's wallet's, a webcam, an
//! app that hangs); it is named in a comment.

use super::record::WAITS;
use super::shared::Shared;
use super::wire::Order;
use crate::check;
use crate::emulator::PerformError;
use crate::evidence::Evidence;
use crate::scenario::Scenario;
use crate::step::{Step, WindowStep};
use crate::transcript::{self, Entry, SCREEN};
use crate::world::World;
use caisson_core::Language;
use caisson_core::view::View;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;

/// Who says that a sentence was not done.
pub(super) const NOT_DONE: &str = "not done";
/// Folders above the terminal's: the emulator's own, where the transcript is.
const ABOVE: &str = "..";

/// What paper, journal and books say, as a scenario words it.
pub(super) async fn witness(world: &World) -> Result<Value, PerformError> {
    let evidence = Evidence::read(world).await?;
    let folder = world.setup().folder.join(ABOVE);
    let entries = transcript::read(&folder).map_err(crate::world::WorldError::file(&folder))?;
    let journal: Vec<Vec<&str>> = evidence
        .payments
        .iter()
        .map(|payment| payment.passed.iter().map(|state| state.name()).collect())
        .collect();
    let books = evidence.totals.iter().flat_map(|total| {
        let currency = &total.currency;
        let times = match total.captures {
            1 => "once".to_owned(),
            2 => "twice".to_owned(),
            times => format!("{times} times"),
        };
        let captured = format!("captured {} {currency}, {times}", total.captured);
        let back =
            (total.given_back > 0).then(|| format!("given back {} {currency}", total.given_back));
        (total.captures > 0).then_some(captured).into_iter().chain(back)
    });
    Ok(json!({
        "paper": check::sheets(&entries, &evidence),
        "journal": journal,
        "books": books.collect::<Vec<_>>(),
        "is_open": evidence.payments.iter().any(|payment| payment.is_open),
    }))
}

impl Shared {
    /// Writes the transcript as a scenario.
    pub(super) async fn save_transcript(&self, name: Option<&str>) -> Result<Value, String> {
        let witness = self.running()?.order(Order::Witness).await?;
        let told = Told::of(&self.around.transcript.entries());
        if told.acts == 0 {
            return Err("nothing has been done that could be done again".to_owned());
        }
        let text = told.text(&witness, self.options.language);
        let path = match name {
            Some(name) => self.file(name),
            None => {
                let is_free =
                    |number: &u32| !self.file(&format!("transcript-{number}.toml")).exists();
                let number = (1..).find(is_free).unwrap_or_default();
                self.file(&format!("transcript-{number}.toml"))
            }
        };
        Scenario::parse(&path, &text)
            .map_err(|error| format!("it cannot be a scenario: {error}"))?;
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(json!({ "file": path, "steps": told.steps.len(), "left_out": told.left_out }))
    }
}

/// A transcript, sorted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    steps: Vec<String>,
    /// How many of them are no waits for the screen.
    acts: usize,
    screen: Vec<String>,
    left_out: Vec<String>,
}

impl Told {
    fn of(entries: &[Entry]) -> Self {
        let mut told = Self::default();
        let (mut shown, mut waited_for) = (None::<String>, None::<String>);
        for (at, entry) in entries.iter().enumerate() {
            if entry.who == SCREEN {
                // How long a "please wait" stands is chance.
                if !is_wait(&entry.what) {
                    shown = Some(entry.what.clone());
                }
                continue;
            }
            let Some((sentence, step)) = said(entry) else { continue };
            if was_not_done(&sentence, entries.get(at + 1..).unwrap_or_default()) {
                continue;
            }
            let Some(step) = step.filter(can_be_done_again) else {
                told.left_out.push(sentence);
                continue;
            };
            let before = shown.take();
            match &step {
                Step::Shows(text) => waited_for = Some(text.clone()),
                _ => {
                    told.meet(before, waited_for.take());
                    told.acts += 1;
                }
            }
            told.steps.push(sentence);
        }
        told.meet(shown, waited_for);
        told
    }

    /// A wait for what the screen showed last, where the wait before it was not for that.
    fn meet(&mut self, shown: Option<String>, waited_for: Option<String>) {
        let Some(text) = shown else { return };
        if waited_for.is_none_or(|waited_for| !text.contains(&waited_for)) {
            self.steps.push(format!("screen shows \"{text}\""));
        }
        self.screen.push(text);
    }

    fn text(&self, witness: &Value, language: Language) -> String {
        let language = match language {
            Language::Zh => "zh",
            Language::En => "en",
        };
        let mut text = String::from("# Saved by the emulator from what was done in it.\n");
        for sentence in &self.left_out {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "# Left out, as it cannot be done again: {sentence}");
        }
        let _ = write!(text, "desk = true\nlanguage = \"{language}\"\n");
        if witness.get("is_open") == Some(&Value::Bool(true)) {
            text.push_str("open_at_end = true\n");
        }
        list(&mut text, "steps", self.steps.iter().map(String::as_str));
        list(&mut text, "screen", self.screen.iter().map(String::as_str));
        let texts = |name: &str, none: &'static str| -> Vec<String> {
            let all = witness.get(name).and_then(Value::as_array);
            let texts = all.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
            let texts: Vec<String> = texts.collect();
            if texts.is_empty() { vec![none.to_owned()] } else { texts }
        };
        list(&mut text, "paper", texts("paper", "none").iter().map(String::as_str));
        let payments = witness.get("journal").and_then(Value::as_array);
        let payments = payments.into_iter().flatten().zip(1_u32..);
        let payments: Vec<String> =
            payments.map(|(states, number)| format!("{number} = {states}")).collect();
        let journal = match payments.as_slice() {
            [] => "[]".to_owned(),
            payments => format!("{{ {} }}", payments.join(", ")),
        };
        let _ = writeln!(text, "journal = {journal}");
        list(&mut text, "books", texts("books", "nothing").iter().map(String::as_str));
        text
    }
}

fn is_wait(line: &str) -> bool {
    [Language::Zh, Language::En].into_iter().any(|language| View::Wait.line(None, language) == line)
}

/// True where somebody says later, before it is said again, that `sentence` was not done.
fn was_not_done(sentence: &str, later: &[Entry]) -> bool {
    let again = |entry: &Entry| said(entry).is_some_and(|(other, _)| other == sentence);
    let words = format!("{sentence}: ");
    let until_again = later.iter().take_while(|entry| !again(entry));
    until_again.into_iter().any(|entry| entry.who == NOT_DONE && entry.what.starts_with(&words))
}

/// The sentence of a line, and its step where it is one; `None` for what nobody did.
fn said(entry: &Entry) -> Option<(String, Option<Step>)> {
    let sentence = match entry.who.as_str() {
        WAITS => entry.what.clone(),
        "cashier" | "owner" | "customer" | "clock" | "link" | "printer" | "camera" | "storage"
        | "acquirer" | "bank" | "app" | "power" | "terminal" => {
            format!("{} {}", entry.who, entry.what)
        }
        _ => return None,
    };
    let step = sentence.parse().ok();
    let is_news = step.is_none() && matches!(entry.who.as_str(), "power" | "terminal");
    (!is_news).then_some((sentence, step))
}

/// False for what only the emulator has.
fn can_be_done_again(step: &Step) -> bool {
    !matches!(
        step,
        Step::ShowWebcam(_)
            | Step::AppHangs
            | Step::Window(
                WindowStep::Tap { .. }
                    | WindowStep::Screenshot { .. }
                    | WindowStep::TearPaper
                    | WindowStep::SavePaper
                    | WindowStep::SaveTranscript { .. }
                    | WindowStep::Filter(_)
            )
    )
}

/// A list of texts, one a line. JSON's escapes are a part of TOML's.
fn list<'t>(text: &mut String, key: &str, items: impl Iterator<Item = &'t str>) {
    let _ = writeln!(text, "{key} = [");
    for item in items {
        let _ = writeln!(text, "    {},", Value::from(item));
    }
    text.push_str("]\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[(&str, &str)]) -> Told {
        let entry = |(at_ms, (who, what)): (u64, &(&str, &str))| Entry {
            at_ms,
            who: (*who).to_owned(),
            what: (*what).to_owned(),
            sheet: None,
        };
        Told::of(&(0..).zip(lines).map(entry).collect::<Vec<_>>())
    }

    #[test]
    fn between_two_acts_stands_what_the_screen_showed_last() {
        let told = told(&[
            ("terminal", "runs, start 1 of its journal"),
            ("screen", "Who is at the till?: Wang"),
            ("cashier", "signs in as Wang"),
            ("screen", "Key your code: Wang"),
            ("screen", "enter the amount"),
            ("cashier", "keys 12.00, picks pay"),
            ("screen", "Scan the code"),
            ("screen", "please wait"),
            ("customer", "shows wechat code"),
            ("waits for", "screen shows \"approved\""),
            ("screen", "approved 12.00"),
            ("cashier", "wants paper"),
            ("power", "is off: the terminal ended by itself: signal: 9"),
            ("power", "on"),
        ]);
        let expected = [
            "screen shows \"Who is at the till?: Wang\"",
            "cashier signs in as Wang",
            "screen shows \"enter the amount\"",
            "cashier keys 12.00, picks pay",
            "screen shows \"Scan the code\"",
            "customer shows wechat code",
            "screen shows \"approved\"",
            "cashier wants paper",
            "power on",
        ];
        assert_eq!(told.steps, expected);
        assert_eq!(told.left_out, Vec::<String>::new());
    }

    #[test]
    fn what_was_not_done_or_cannot_be_done_again_is_no_step() {
        let told = told(&[
            ("cashier", "keys 12.00, picks nonsense"),
            ("not done", "cashier keys 12.00, picks nonsense: there is no \"nonsense\" to pick"),
            ("customer", "shows webcam /dev/video0"),
            ("customer", "shows a code of 16 characters"),
            ("cashier", "cancels"),
        ]);
        assert_eq!(told.steps, ["cashier cancels"]);
        assert_eq!(
            told.left_out,
            ["customer shows webcam /dev/video0", "customer shows a code of 16 characters"]
        );
    }

    #[test]
    fn what_is_saved_is_read_as_a_scenario() {
        let told = told(&[("cashier", "goes to menu"), ("screen", "Menu \"quoted\"")]);
        let witness = json!({
            "paper": ["receipt 12.00, original"],
            "journal": [["authorising", "approved", "completed"]],
            "books": ["captured 1200 CNY, once"],
            "is_open": false,
        });
        let text = told.text(&witness, Language::Zh);
        let read = Scenario::parse(std::path::Path::new("x.toml"), &text);
        assert!(read.is_ok(), "{read:?}\n{text}");
        let empty = told.text(&json!({ "paper": [], "journal": [], "books": [] }), Language::En);
        assert!(Scenario::parse(std::path::Path::new("x.toml"), &empty).is_ok(), "{empty}");
    }
}
