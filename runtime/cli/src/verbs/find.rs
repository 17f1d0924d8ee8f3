//! `caisson find`.

use crate::chronicle::{Chronicle, Shown};
use crate::error::CliError;
use crate::journal_folder::{Found, Which};
use crate::keys;
use crate::out;
use caisson_core::payment::Payment;
use caisson_core::{Language, Money, PaymentKey};
use caisson_network::{Binding, Connector, Heard, TcpConnector};
use caisson_terminal::{Profile, client};
use clap::Args;
use serde_json::Value;
use std::sync::Arc;

/// Operation by which a destination looks an order up for people.
const LOOKUP: &str = "lookup";
/// Most fields of an acquirer's answer that are shown, and their longest text in characters.
const FIELDS_MAX: usize = 20;
const FIELD_CHARS_MAX: usize = 80;

/// Find a payment by what a customer shows, and say whether it is backed.
///
/// TEXT is the order number (or its last 6 characters or more), the merchant's own order number, or
/// any number on the receipt, such as the wallet's transaction number. What the journal knows for
/// certain is told with the rows that prove it. What it does not know, or not yet, is asked of the
/// acquirer, whose signed answer is shown. A picture of a receipt proves nothing; this does.
///
/// The status is 0 only where the money is there. Not while the terminal runs.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment, after_help = EXAMPLE)]
pub(crate) struct Find {
    /// What to look for.
    text: String,
    #[command(flatten)]
    which: Which,
    /// Language of the reasons: zh or en; without it, the profile's.
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Language>,
}

const EXAMPLE: &str = "\
Example:
  caisson find 4200001234 --folder till";

impl Find {
    pub(super) fn run(self) -> Result<(), CliError> {
        let found = self.which.find()?;
        let language = self.language.unwrap_or(found.language);
        let utc_offset_minutes = found.utc_offset_minutes;
        let shown = Shown { language, utc_offset_minutes, open_only: false, limit: 1 };
        let (chronicle, error) = Chronicle::read(&found.folder);
        if let Some(error) = error {
            return Err(error.into());
        }
        let verified = caisson_journal::verify(&found.folder)?;
        let keys = chronicle.named(&self.text);
        let mut is_backed = false;
        for key in &keys {
            let Some(payment) = chronicle.payment(key) else { continue };
            out::line(chronicle.show(key, &shown).unwrap_or_default().trim_end())?;
            if let Some((first, last)) = chronicle.rows(key) {
                out::line(&format!(
                    "\nproof: rows {first} to {last} of {} in this journal, whose chain holds up to \
                     {:?}",
                    verified.rows, verified.head
                ))?;
            }
            let given_back = chronicle.given_back(key);
            let standing = Standing::of(&payment, given_back);
            out::line(standing.words(language))?;
            if let Some(given_back) = Money::new(given_back, payment.intent().amount.currency())
                .ok()
                .filter(|given_back| !given_back.is_zero())
            {
                out::line(&match language {
                    Language::Zh => format!("已退 {given_back}"),
                    Language::En => format!("{given_back} of it was given back"),
                })?;
            }
            is_backed |= standing == Standing::Backed;
            if standing == Standing::Unknown {
                ask(&found, key)?;
            }
        }
        if keys.is_empty() {
            out::line(Standing::NotHere.words(language))?;
            match self.text.parse::<PaymentKey>() {
                Ok(key) => ask(&found, &key)?,
                Err(_) => out::line("ask by the order number, which the acquirer knows too")?,
            }
        }
        if is_backed { Ok(()) } else { Err(CliError::said()) }
    }
}

/// Whether the money is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Backed,
    NotBacked,
    GivenBack,
    Unknown,
    NotHere,
}

impl Standing {
    fn of(payment: &Payment, given_back: u64) -> Self {
        let state = payment.state();
        let moved = payment.approved().map_or(0, Money::minor);
        if state.has_moved_money() && moved <= given_back {
            Self::GivenBack
        } else if state.has_moved_money() {
            Self::Backed
        } else if state.is_open() || payment.is_watched() {
            Self::Unknown
        } else {
            Self::NotBacked
        }
    }

    const fn words(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Backed, Language::Zh) => "有效：款项已到。",
            (Self::Backed, Language::En) => "backed: the money is there",
            (Self::NotBacked, Language::Zh) => "无效：没有收到这笔款项。",
            (Self::NotBacked, Language::En) => "not backed: the money is not there",
            (Self::GivenBack, Language::Zh) => "无效：款项已全部退回。",
            (Self::GivenBack, Language::En) => "not backed: all of the money was given back",
            (Self::Unknown, Language::Zh) => "本机尚不确定；向收单机构查询：",
            (Self::Unknown, Language::En) => "not certain here yet; the acquirer is asked:",
            (Self::NotHere, Language::Zh) => "不在本机的交易日志中；向收单机构查询：",
            (Self::NotHere, Language::En) => {
                "not in this terminal's journal; the acquirer is asked:"
            }
        }
    }
}

/// Asks every destination of the profile that can look an order up.
fn ask(found: &Found, key: &PaymentKey) -> Result<(), CliError> {
    let Some(path) = &found.profile else {
        return out::line("no profile here says who the acquirer is; name it with --profile");
    };
    let profile = Profile::read(path)?;
    let keys = keys::open(&profile)?;
    let connector: Arc<dyn Connector> = Arc::new(TcpConnector);
    for name in profile.destination.keys() {
        let Some(client) = client(&profile, name, &keys, &connector)? else { continue };
        let binding =
            Binding { order: key.clone(), original: None, amount: None, stan: None, pin: None };
        let Ok(prepared) = client.destination().prepare(LOOKUP, b"{}", &binding) else {
            out::line(&format!("{name}: looks no orders up"))?;
            continue;
        };
        match super::block_on(async { Ok(client.exchange(&prepared).await) })? {
            Heard::Answer(answer) => {
                out::line(&format!("{name} answered, and its signature holds:"))?;
                out::line(&fields(&answer.body))?;
            }
            other => out::line(&format!("{name} gave no answer: {other:?}"))?,
        }
    }
    Ok(())
}

/// The plain fields of an answer, a line each.
fn fields(body: &[u8]) -> String {
    let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
        return "  nothing that can be shown".to_owned();
    };
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    let line = |(name, value): (&String, &Value)| {
        let cut = |text: &str| -> String {
            text.chars().filter(|c| !c.is_control()).take(FIELD_CHARS_MAX).collect()
        };
        Some(format!("  {}: {}", cut(name), cut(&plain(value)?)))
    };
    let lines: Vec<String> = object.iter().filter_map(line).take(FIELDS_MAX).collect();
    lines.join("\n")
}
