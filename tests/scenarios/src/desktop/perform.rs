//! What each sentence does: one match, and the parts that are the window's own.

use super::record::{Line, line_of};
use super::save;
use super::shared::Shared;
use super::wire::{Held, Order};
use crate::customer::payment_code;
use crate::emulator::PerformError;
use crate::step::{DeskStep, PhoneAct, Step, WindowStep};
use crate::transcript::words;
use caisson_acquirer::Wallet;
use caisson_core::PaymentKey;
use caisson_core::desk::Act;
use caisson_devices::screen::Area;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Longest sentence, in bytes.
pub(super) const SENTENCE_BYTES_MAX: usize = 4 * 1024;
/// Longest that one sentence may take: a payment has ten minutes and a little.
const SENTENCE_WITHIN: Duration = Duration::from_secs(16 * 60);
/// Longest time that a sentence can let pass: it passes in real time.
const PASSES_MAX: Duration = Duration::from_secs(10 * 60);
/// What a sentence that has nothing to say answers.
const DONE: &str = "done";

impl Shared {
    /// Does what `sentence` says; the transcript has it before it is done.
    pub(super) async fn command(self: &Arc<Self>, sentence: &str) -> Result<Value, String> {
        if sentence.len() > SENTENCE_BYTES_MAX {
            return Err(format!("a sentence has at most {SENTENCE_BYTES_MAX} bytes"));
        }
        let step: Step = sentence.parse().map_err(|error: crate::StepSyntax| error.short())?;
        let line = line_of(&step, sentence.trim());
        if let Some(Line { who, what }) = &line {
            self.note(who, what);
        }
        let done = match timeout(SENTENCE_WITHIN, self.perform(&step, sentence.trim())).await {
            Ok(done) => done,
            Err(_) => Err(format!("it took more than {}", words(SENTENCE_WITHIN))),
        };
        if let (Err(why), Some(line)) = (&done, &line) {
            self.note(save::NOT_DONE, &format!("{}: {why}", line.sentence()));
        }
        done
    }

    async fn perform(self: &Arc<Self>, step: &Step, sentence: &str) -> Result<Value, String> {
        match step {
            Step::Pay { .. }
            | Step::Refund { .. }
            | Step::Complete { .. }
            | Step::Reprint { .. }
            | Step::Serve { .. }
            | Step::Desk(_) => {
                let _hand = self.hand.lock().await;
                self.at_the_desk(step).await.map(|()| self.shown_line())
            }
            Step::Press(key) => {
                self.hand_there()?.press(key.clone()).map_err(|error| error.to_string())?;
                Ok(json!(DONE))
            }
            Step::Scan(act) => self.scan(*act).await,
            Step::Answer { pays } => self.answer_wallet(*pays).await,
            Step::Pass(time) if *time > PASSES_MAX => Err(format!(
                "here time passes as it does, at most {}; `clock jumps 1 h ahead` sets the clock",
                words(PASSES_MAX)
            )),
            Step::Pass(time) => {
                sleep(*time).await;
                Ok(json!(DONE))
            }
            Step::Shows(text) => self.wait_for_text(text).await,
            Step::Ends => self.wait_for_end().await,
            Step::Settles => self.running()?.order(Order::Settle).await.map(|_| json!(DONE)),
            Step::Hears(operation) => self.wait_for_request(*operation).await,
            Step::BooksAgree => {
                self.running()?.order(Order::Compare).await?;
                Ok(json!("the acquirer keeps what the journal shows, and nothing was taken twice"))
            }
            Step::Bank(fault) => {
                self.around.bank.faults().push(*fault);
                self.news.notify_one();
                Ok(json!(DONE))
            }
            Step::Acquirer(fault) => {
                self.around.gateway.faults().push(*fault);
                self.news.notify_one();
                Ok(json!(DONE))
            }
            Step::PowerCut => self.power_cut().await.map(|()| json!(DONE)),
            Step::PowerOn => self.power_on().await.map(|()| self.shown_line()),
            Step::Restart => self.restart().await.map(|()| self.shown_line()),
            Step::RestartIn { .. } => {
                self.order_set(step, sentence).await?;
                self.restart().await.map(|()| self.shown_line())
            }
            Step::AppHangs => {
                self.state().terminal.has_hanging_app = true;
                self.restart().await?;
                Ok(json!("one more way to pay: pick hangs"))
            }
            Step::Window(step) => self.with_window(step).await,
            Step::ShowCode(_)
            | Step::ShowText(_)
            | Step::ShowPicture(_)
            | Step::ShowDamaged
            | Step::ShowReceipt { .. }
            | Step::ShowWebcam(_)
            | Step::ShowNothing => self.show(step).await,
            _ => self.order_set(step, sentence).await,
        }
    }

    async fn at_the_desk(&self, step: &Step) -> Result<(), String> {
        let hand = self.hand_there()?;
        let told = |error: crate::hand::HandError| error.to_string();
        if !matches!(step, Step::Desk(DeskStep::SignIn { .. } | DeskStep::Go(_))) {
            let mut state = self.state();
            state.matched = self.around.transcript.len();
            state.begun = hand.shown();
        }
        match step {
            Step::Pay { currency: Some(_), .. } => {
                Err("the desk takes the terminal's own currency alone".to_owned())
            }
            Step::Pay { order: Some(_), .. } => {
                Err("nobody keys an order number at the desk".to_owned())
            }
            Step::Pay { amount, service, .. } => hand.sale(amount, service).await.map_err(told),
            Step::Serve { service } => hand.pick(service).await.map_err(told),
            Step::Refund { amount, payment } => {
                let key = self.key_of(*payment).await?;
                hand.some_of(&key, Act::Refund, amount).await.map_err(told)
            }
            Step::Complete { amount, payment } => {
                let key = self.key_of(*payment).await?;
                hand.some_of(&key, Act::Complete, amount).await.map_err(told)
            }
            Step::Desk(DeskStep::Void { payment }) => {
                let key = self.key_of(*payment).await?;
                hand.void(&key).await.map_err(told)
            }
            Step::Reprint { payment } => {
                let key = self.key_of(*payment).await?;
                hand.reprint(&key).await.map_err(told)
            }
            Step::Desk(step) => hand.desk(step).await.map_err(told),
            _ => Err(PerformError::NotHere.to_string()),
        }
    }

    /// The key of the journal's payment `number`.
    async fn key_of(&self, number: usize) -> Result<PaymentKey, String> {
        let key = self.running()?.order(Order::KeyOf(number)).await?;
        serde_json::from_value(key).map_err(|error| error.to_string())
    }

    fn shown_line(&self) -> Value {
        let shown = self.screen().ok().and_then(|screen| screen.current());
        shown.map_or_else(|| json!(DONE), |showing| json!({ "screen": showing.line() }))
    }

    /// Breaks or mends a device of the terminal, for as long as it is so.
    async fn order_set(&self, step: &Step, sentence: &str) -> Result<Value, String> {
        let Some((about, lasts)) = about(step) else {
            return Err(PerformError::NotHere.to_string());
        };
        self.running()?.order(Order::Set(sentence.to_owned())).await?;
        if lasts {
            self.state().lasting.insert(about, sentence.to_owned());
        }
        Ok(json!(DONE))
    }

    async fn show(&self, step: &Step) -> Result<Value, String> {
        let (words, held) = self.held(step)?;
        self.running()?.order(Order::Hold(held.clone())).await?;
        self.state().camera = (words, held);
        self.news.notify_one();
        Ok(json!(DONE))
    }

    /// What a customer shows, in words and for the terminal.
    fn held(&self, step: &Step) -> Result<(String, Held), String> {
        Ok(match step {
            Step::ShowCode(wallet) => {
                let code = self.fresh_code(*wallet);
                (format!("a {} code", wallet.name()), Held::Code(code))
            }
            Step::ShowDamaged => {
                ("a damaged code".to_owned(), Held::Damaged(self.fresh_code(Wallet::Wechat)))
            }
            Step::ShowText(text) => {
                self.state().codes.push(text.clone());
                let words = format!("a code of {} characters", text.chars().count());
                (words, Held::Code(text.clone()))
            }
            Step::ShowPicture(path) => {
                let path = self.options.folder.join(path);
                (path.display().to_string(), Held::Picture(path))
            }
            Step::ShowReceipt { payment } => {
                (format!("the receipt of payment {payment}"), Held::Receipt(*payment))
            }
            Step::ShowWebcam(device) => {
                if !device.exists() {
                    return Err(format!("{}: there is no such camera", device.display()));
                }
                (format!("what {} sees", device.display()), Held::Webcam(device.clone()))
            }
            _ => (String::new(), Held::Nothing),
        })
    }

    fn fresh_code(&self, wallet: Wallet) -> String {
        let mut state = self.state();
        let number = u64::try_from(state.codes.len()).unwrap_or(u64::MAX);
        let code = payment_code(wallet, state.seed, number);
        state.codes.push(code.clone());
        code
    }

    async fn scan(&self, act: PhoneAct) -> Result<Value, String> {
        let url = self.read_screen().await?;
        let phone = &self.around.phone;
        let told = |error: crate::PhoneError| error.to_string();
        let scanned = phone.tell("scan", &json!({ "code_url": url })).await.map_err(told)?;
        self.phone_says(&scanned);
        expect("SHOWN", &scanned)?;
        let (answer, wanted) = match act {
            PhoneAct::Refuses => ("refuse", "REFUSED"),
            PhoneAct::Pays | PhoneAct::PaysLate => ("pay", "PAID"),
        };
        let body = json!({ "code_url": url, "answer": answer });
        let said = phone.tell("pay", &body).await.map_err(told)?;
        self.phone_says(&said);
        expect(wanted, &said)
    }

    async fn answer_wallet(&self, pays: bool) -> Result<Value, String> {
        let code = self.state().codes.last().cloned();
        let code = code.ok_or_else(|| PerformError::NoCode.to_string())?;
        let (answer, wanted) = if pays { ("pay", "PAID") } else { ("refuse", "REFUSED") };
        let said = self.wait_for_question(&json!({ "code": code, "answer": answer })).await?;
        self.phone_says(&said);
        expect(wanted, &said)
    }

    fn phone_says(&self, said: &str) {
        self.state().phone = said.to_owned();
        self.news.notify_one();
    }

    async fn with_window(&self, step: &WindowStep) -> Result<Value, String> {
        match step {
            WindowStep::Tap { x, y } => {
                self.around.window.tap(*x, *y).await;
                Ok(json!(DONE))
            }
            WindowStep::Screenshot { name, is_whole } => {
                let area = if *is_whole { Area::Window } else { Area::Screen };
                let picture = self.around.window.snapshot(area).await;
                let picture = picture.ok_or("nothing is drawn: there is no window")?;
                let path = self.file(name);
                super::pixels::write_png(&path, &picture)?;
                Ok(json!({ "picture": path, "width": picture.width, "height": picture.height }))
            }
            WindowStep::TearPaper => Ok(self.tear().await),
            WindowStep::SavePaper => self.save_paper(),
            WindowStep::SaveTranscript { name } => self.save_transcript(name.as_deref()).await,
            WindowStep::Filter(text) => {
                self.state().filter.clone_from(text);
                self.news.notify_one();
                Ok(json!(DONE))
            }
        }
    }

    /// A file in the emulator's folder.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.options.folder.join(name)
    }
}

fn expect(wanted: &'static str, said: &str) -> Result<Value, String> {
    if said == wanted {
        return Ok(json!(said));
    }
    Err(PerformError::WalletSaid { expected: wanted, said: said.to_owned() }.to_string())
}

/// What a step of the devices is about, and whether that lasts over the terminal's end.
fn about(step: &Step) -> Option<(String, bool)> {
    Some(match step {
        Step::Link(_) => ("link".to_owned(), true),
        Step::LinkOf(name, _) => (format!("link {name}"), true),
        Step::Camera(_) => ("camera".to_owned(), true),
        Step::StorageFull(_) => ("storage".to_owned(), true),
        Step::NextLink(_)
        | Step::Printer { .. }
        | Step::PrinterRepaired
        | Step::ClockJumps(_)
        | Step::Card(_)
        | Step::Pin(_)
        | Step::RestartIn { .. } => (String::new(), false),
        _ => return None,
    })
}
