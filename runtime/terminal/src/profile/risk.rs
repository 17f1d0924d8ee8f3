//! `[limits]`, `[[risk]]` and `[owner]`: what may be paid, what the owner wants held or refused, and
//! how the owner is asked.

use caisson_core::Money;
use caisson_core::money::Currency;
use caisson_core::payment::Kind;
use caisson_core::risk::{Action, Limits, RULES_MAX, Rule, WITHIN_MAX, When};
use caisson_vault::PasscodeHash;
use serde::Deserialize;
use std::time::Duration;

/// How long a held payment waits for the owner, where the profile does not say.
const WINDOW_S: u64 = 120;
/// The shortest and longest such wait, in seconds: long enough to walk over, and short enough that
/// the customer still stands there.
const WINDOW_RANGE_S: std::ops::RangeInclusive<u64> = 10..=600;

/// A key of the profile, and what is wrong with its value.
pub(super) type Wrong = (String, String);

/// How the owner is asked about a held payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The hash of the owner's code.
    pub code: PasscodeHash,
    /// How long a held payment waits; then it is refused.
    pub window: Duration,
    /// Where the owner is told of it; `None` where nobody is.
    pub notify: Option<Notify>,
}

/// Where notices go: an operation of the kind `service`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// A destination of the profile.
    pub destination: String,
    /// The operation's name there.
    pub operation: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawLimits {
    currency: String,
    payment_max: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawOwner {
    code: String,
    window_s: Option<u64>,
    notify: Option<Notify>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Then {
    Hold,
    Refuse,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawRule {
    of: Option<Kind>,
    app: Option<String>,
    payment_above: Option<String>,
    day_above: Option<String>,
    more_than: Option<u32>,
    within_minutes: Option<u64>,
    outside: Option<String>,
    then: Then,
}

pub(super) fn limits(raw: &RawLimits, rules: &[RawRule]) -> Result<Limits, Wrong> {
    let wrong = |key: &str, error: &dyn ToString| (key.to_owned(), error.to_string());
    let currency =
        raw.currency.parse::<Currency>().map_err(|error| wrong("limits.currency", &error))?;
    let max = Money::parse(&raw.payment_max, currency)
        .map_err(|error| wrong("limits.payment-max", &error))?;
    if rules.len() > RULES_MAX {
        return Err(("risk".to_owned(), format!("{} rules; at most {RULES_MAX}", rules.len())));
    }
    let rule = |(number, raw): (usize, &RawRule)| {
        raw.rule(currency).map_err(|(key, remedy)| (format!("risk[{number}].{key}"), remedy))
    };
    let rules = (1..).zip(rules).map(rule).collect::<Result<_, _>>()?;
    Ok(Limits { currency, payment_max_minor: max.minor(), rules })
}

/// A rule for an app that the profile does not have would never speak, and nobody would notice.
pub(super) fn known_apps(limits: &Limits, known: impl Fn(&str) -> bool) -> Result<(), Wrong> {
    for (number, rule) in (1..).zip(&limits.rules) {
        if let Some(app) = rule.app.as_deref().filter(|app| !known(app)) {
            let key = format!("risk[{number}].app");
            return Err((key, format!("\"{app}\" is no app of this profile; add [app.{app}]")));
        }
    }
    Ok(())
}

/// Notices go where the profile has a destination.
pub(super) fn known_destination(
    owner: Option<&Owner>,
    known: impl Fn(&str) -> bool,
) -> Result<(), Wrong> {
    let notify = owner.and_then(|owner| owner.notify.as_ref());
    match notify.map(|notify| notify.destination.as_str()).filter(|name| !known(name)) {
        None => Ok(()),
        Some(name) => Err((
            "owner.notify".to_owned(),
            format!("\"{name}\" is no destination; add [destination.{name}]"),
        )),
    }
}

pub(super) fn owner(raw: Option<RawOwner>, limits: &Limits) -> Result<Option<Owner>, Wrong> {
    let Some(raw) = raw else {
        return match limits.rules.iter().position(|rule| rule.then == Action::Hold) {
            None => Ok(None),
            Some(index) => Err((
                format!("risk[{}].then", index.saturating_add(1)),
                "held for an owner who has no code; add [owner] with the line that `caisson \
                 owner-code` prints, or write then = \"refuse\""
                    .to_owned(),
            )),
        };
    };
    let code = raw.code.parse::<PasscodeHash>();
    let code = code.map_err(|error| ("owner.code".to_owned(), error.to_string()))?;
    let window_s = raw.window_s.unwrap_or(WINDOW_S);
    if !WINDOW_RANGE_S.contains(&window_s) {
        let (from, to) = (WINDOW_RANGE_S.start(), WINDOW_RANGE_S.end());
        let remedy = format!("{window_s} seconds; write {from} to {to}");
        return Err(("owner.window-s".to_owned(), remedy));
    }
    Ok(Some(Owner { code, window: Duration::from_secs(window_s), notify: raw.notify }))
}

impl RawRule {
    fn rule(&self, currency: Currency) -> Result<Rule, Wrong> {
        let then = match self.then {
            Then::Hold => Action::Hold,
            Then::Refuse => Action::Refuse,
        };
        let (kind, app) = (self.of.unwrap_or(Kind::Sale), self.app.clone());
        Ok(Rule { kind, app, when: self.when(currency)?, then })
    }

    /// The one condition of the rule.
    fn when(&self, currency: Currency) -> Result<When, Wrong> {
        let money = |key: &str, text: &str| {
            let money = Money::parse(text, currency).map(Money::minor);
            money.map_err(|error| (key.to_owned(), error.to_string()))
        };
        match (&self.payment_above, &self.day_above, self.more_than, &self.outside) {
            (Some(limit), None, None, None) => {
                Ok(When::PaymentAbove(money("payment-above", limit)?))
            }
            (None, Some(limit), None, None) => Ok(When::DayAbove(money("day-above", limit)?)),
            (None, None, Some(count), None) => {
                let longest = WITHIN_MAX.as_secs() / 60;
                let minutes = self.within_minutes.filter(|m| (1..=longest).contains(m));
                let minutes = minutes.ok_or_else(|| {
                    let remedy = format!("write within how many minutes, 1 to {longest}");
                    ("within-minutes".to_owned(), remedy)
                })?;
                Ok(When::MoreThan { count, within: Duration::from_secs(minutes * 60) })
            }
            (None, None, None, Some(hours)) => {
                let hours = hours.parse().map_err(|error: caisson_core::risk::NotHours| {
                    ("outside".to_owned(), error.to_string())
                })?;
                Ok(When::Outside(hours))
            }
            _ => Err((
                "then".to_owned(),
                "a rule has one condition: payment-above, day-above, more-than with \
                 within-minutes, or outside"
                    .to_owned(),
            )),
        }
        .and_then(|when| match (when, self.within_minutes) {
            (When::PaymentAbove(_) | When::DayAbove(_) | When::Outside(_), Some(_)) => Err((
                "within-minutes".to_owned(),
                "belongs to more-than; leave it out here".to_owned(),
            )),
            (when, _) => Ok(when),
        })
    }
}
