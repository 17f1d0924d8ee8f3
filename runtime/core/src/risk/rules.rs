//! The owner's rules: which payments are held for the owner, and which are refused.
//!
//! Guarantee: what an unfinished payment may still take counts as taken, so that waiting gets
//! nobody past a limit. Deliberately not here: clocks. Which payments are of today, how old they
//! are and what minute it is, the terminal says ([`Surroundings`](super::Surroundings)).

use crate::payment::{Intent, Kind};
use crate::reason::Reason;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// Most rules of one terminal.
pub const RULES_MAX: usize = 32;
/// Longest time over which payments are counted; what is longer is a limit of the day.
pub const WITHIN_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// What the owner wants to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The payment waits for the owner's code.
    Hold,
    /// It does not begin.
    Refuse,
}

/// When a rule speaks. The payment that is asked about is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// This one payment is above so many minor units.
    PaymentAbove(u64),
    /// The day's payments are above so many minor units.
    DayAbove(u64),
    /// More than `count` payments within `within`.
    MoreThan {
        /// How many are still as usual.
        count: u32,
        /// At most [`WITHIN_MAX`].
        within: Duration,
    },
    /// The shop is closed.
    Outside(Hours),
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// For sales or for refunds. A pre-authorisation counts as a sale, for it binds the customer's
    /// money; its completion does not count again.
    pub kind: Kind,
    /// For this app alone; `None` for all of them together.
    pub app: Option<String>,
    /// When it speaks.
    pub when: When,
    /// What happens then.
    pub then: Action,
}

/// Opening hours, from a minute of the day to the one before another; may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    from: u16,
    to: u16,
}

/// Not opening hours. Integrator: write them like `07:00-22:30`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" are not opening hours; write them like 07:00-22:30")]
pub struct NotHours(String);

/// An earlier payment that took money or may have. Its kind and app are those of its intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// What it did.
    pub kind: Kind,
    /// The app's id.
    pub app: String,
    /// What it took or may take, in minor units.
    pub minor: u64,
    /// Of the shop's own day.
    pub is_today: bool,
    /// How long ago it began.
    pub age: Duration,
}

impl Hours {
    /// True in this minute of the day, from 0 to 1439.
    #[must_use]
    pub const fn contains(self, minute: u16) -> bool {
        if self.from < self.to {
            minute >= self.from && minute < self.to
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

impl FromStr for Hours {
    type Err = NotHours;

    fn from_str(text: &str) -> Result<Self, NotHours> {
        let minute = |text: &str| {
            let (hours, minutes) = text.split_once(':')?;
            let two = |text: &str| {
                let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
                digits.then(|| text.parse::<u16>().ok()).flatten()
            };
            let (hours, minutes) = (two(hours)?, two(minutes)?);
            (hours < 24 && minutes < 60 || hours == 24 && minutes == 0)
                .then(|| hours.saturating_mul(60).saturating_add(minutes))
        };
        let read = text.split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
        let day = 24 * 60;
        read.filter(|(from, to)| from != to && *from < day)
            .map(|(from, to)| Self { from, to })
            .ok_or_else(|| NotHours(text.to_owned()))
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from, self.to);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

impl Rule {
    /// Whether the rule speaks about `intent`, begun in this minute of the day after `earlier`.
    pub(super) fn speaks(&self, intent: &Intent, earlier: &[Earlier], minute: u16) -> bool {
        let is_meant = |kind, app: &str| {
            let is_of = self.kind == kind || (self.kind, kind) == (Kind::Sale, Kind::PreAuth);
            is_of && self.app.as_deref().is_none_or(|meant| meant == app)
        };
        if !is_meant(intent.kind, &intent.app) {
            return false;
        }
        let counted = earlier.iter().filter(|past| is_meant(past.kind, &past.app));
        let minor = intent.amount.minor();
        match self.when {
            When::PaymentAbove(limit) => minor > limit,
            When::DayAbove(limit) => {
                let of_today = counted.filter(|past| past.is_today);
                of_today.fold(minor, |sum, past| sum.saturating_add(past.minor)) > limit
            }
            When::MoreThan { count, within } => {
                let usual = usize::try_from(count).unwrap_or(usize::MAX);
                counted.filter(|past| past.age < within).count() >= usual
            }
            When::Outside(hours) => !hours.contains(minute),
        }
    }

    /// What people are told where it speaks.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match (self.then, self.when) {
            (Action::Hold, When::PaymentAbove(_)) => Reason::HeldAmount,
            (Action::Hold, When::DayAbove(_)) => Reason::HeldDay,
            (Action::Hold, When::MoreThan { .. }) => Reason::HeldOften,
            (Action::Hold, When::Outside(_)) => Reason::HeldHours,
            (Action::Refuse, When::PaymentAbove(_)) => Reason::AmountTooLarge,
            (Action::Refuse, When::DayAbove(_)) => Reason::DayLimit,
            (Action::Refuse, When::MoreThan { .. }) => Reason::TooOften,
            (Action::Refuse, When::Outside(_)) => Reason::OutsideHours,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_hours_end_before_their_last_minute_and_may_go_over_midnight() {
        #[track_caller]
        fn check(hours: &str, open: &[u16], closed: &[u16]) {
            let hours: Hours = hours.parse().unwrap();
            open.iter().for_each(|minute| assert!(hours.contains(*minute), "{minute}"));
            closed.iter().for_each(|minute| assert!(!hours.contains(*minute), "{minute}"));
        }
        check("07:00-22:30", &[420, 800, 1349], &[0, 419, 1350, 1439]);
        check("18:00-02:00", &[1080, 1439, 0, 119], &[120, 1079]);
        check("00:00-24:00", &[0, 720, 1439], &[]);
    }

    #[test]
    fn hours_that_nobody_can_keep_are_refused_with_the_form() {
        for text in ["", "7-22", "07:00", "07:00-07:00", "24:00-07:00", "07:60-08:00", "+7:00-9:00"]
        {
            let error = text.parse::<Hours>().unwrap_err().to_string();
            assert_eq!(
                error,
                format!("\"{text}\" are not opening hours; write them like 07:00-22:30")
            );
        }
        assert_eq!("07:00-22:30".parse::<Hours>().unwrap().to_string(), "07:00-22:30");
    }
}
