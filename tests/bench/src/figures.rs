//! Times, their percentiles, and the table that compares ours with its limit.

use std::time::{Duration, Instant};

/// Times of one thing that was done many times.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    /// One more.
    pub(crate) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// The smallest time that `percent` of all do not exceed; zero without any.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(rank).copied().unwrap_or_default()
    }

    /// One row: the name, p50, p99 and a remark.
    pub(crate) fn row(&self, name: &str, remark: &str) {
        row(name, &text(self.percentile(50)), &text(self.percentile(99)), remark);
    }

    /// As [`Samples::row`], judged against an absolute budget at `percent`. Only said, never
    /// decided by: another machine is quicker or slower.
    pub(crate) fn row_with_budget(&self, name: &str, percent: usize, budget: Duration) {
        let word = if self.percentile(percent) <= budget { "within" } else { "OVER" };
        self.row(name, &format!("budget p{percent} {}: {word}", text(budget)));
    }
}

/// Ours and its limit, done alternately.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    name: String,
    limit_name: String,
    ours: Samples,
    limit: Samples,
    /// Percentile and the ratio that it may have.
    gate: Option<(usize, f64)>,
    budget: Option<(usize, Duration)>,
    per: u32,
}

impl Pair {
    /// A pair without samples, gate or budget.
    pub(crate) fn new(name: &str, limit_name: &str) -> Self {
        Self {
            name: name.to_owned(),
            limit_name: limit_name.to_owned(),
            ours: Samples::default(),
            limit: Samples::default(),
            gate: None,
            budget: None,
            per: 1,
        }
    }

    /// Ours may be `ratio` times the limit at this percentile: decides the exit status.
    pub(crate) const fn gate(mut self, percent: usize, ratio: f64) -> Self {
        self.gate = Some((percent, ratio));
        self
    }

    /// Ours should take at most `time` at this percentile: said, not decided by.
    pub(crate) const fn budget(mut self, percent: usize, time: Duration) -> Self {
        self.budget = Some((percent, time));
        self
    }

    /// Each sample is so many repetitions; the table shows one.
    pub(crate) const fn per(mut self, repetitions: u32) -> Self {
        self.per = repetitions;
        self
    }

    /// Times ours.
    pub(crate) fn ours<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let (result, took) = timed(work);
        self.ours_took(took);
        result
    }

    /// Times the limit.
    pub(crate) fn limit<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let (result, took) = timed(work);
        self.limit_took(took);
        result
    }

    /// Ours took this long.
    pub(crate) fn ours_took(&mut self, time: Duration) {
        self.ours.push(time / self.per.max(1));
    }

    /// The limit took this long.
    pub(crate) fn limit_took(&mut self, time: Duration) {
        self.limit.push(time / self.per.max(1));
    }

    /// Prints both and their ratio; false where the ratio is above its gate.
    pub(crate) fn report(&self) -> bool {
        heading(&self.name);
        match self.budget {
            Some((percent, budget)) => self.ours.row_with_budget("ours", percent, budget),
            None => self.ours.row("ours", ""),
        }
        self.limit.row("limit", &self.limit_name);
        let ratio = |percent| {
            let limit = self.limit.percentile(percent).as_secs_f64();
            if limit > 0.0 { self.ours.percentile(percent).as_secs_f64() / limit } else { 0.0 }
        };
        let (within, remark) = match self.gate {
            Some((percent, max)) => {
                let within = ratio(percent) <= max;
                let word = if within { "within" } else { "ABOVE" };
                (within, format!("gate p{percent} {max:.2}: {word}"))
            }
            None => (true, String::new()),
        };
        row("ratio", &format!("{:.2}", ratio(50)), &format!("{:.2}", ratio(99)), &remark);
        within
    }
}

/// The first line of a table.
fn heading(name: &str) {
    println!("{name}");
    row("", "p50", "p99", "");
}

fn row(name: &str, p50: &str, p99: &str, remark: &str) {
    let line = format!("  {name:<24}{p50:>12}{p99:>12}   {remark}");
    println!("{}", line.trim_end());
}

fn timed<R>(work: impl FnOnce() -> R) -> (R, Duration) {
    let begun = Instant::now();
    let result = work();
    (result, begun.elapsed())
}

/// A time in the unit that suits it, with three or four digits.
pub(crate) fn text(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1e-5 {
        format!("{:.0} ns", seconds * 1e9)
    } else if seconds < 1e-2 {
        format!("{:.1} µs", seconds * 1e6)
    } else {
        format!("{:.1} ms", seconds * 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(milliseconds: impl IntoIterator<Item = u64>) -> Samples {
        Samples(milliseconds.into_iter().map(Duration::from_millis).collect())
    }

    #[test]
    fn a_percentile_is_a_time_that_was_measured_whatever_their_number_and_order() {
        let check = |times: Samples, percent, expected| {
            assert_eq!(times.percentile(percent), Duration::from_millis(expected));
        };
        check(samples([]), 50, 0);
        check(samples([7]), 50, 7);
        check(samples([7]), 99, 7);
        check(samples([3, 1, 2]), 50, 2);
        check(samples((1..=100).rev()), 50, 50);
        check(samples((1..=100).rev()), 99, 99);
        check(samples((1..=100).rev()), 100, 100);
    }

    #[test]
    fn a_ratio_above_its_gate_fails_and_a_time_over_its_budget_does_not() {
        let pair = |ours, gate| {
            let mut pair = Pair::new("a", "b").gate(50, gate).budget(50, Duration::from_millis(1));
            pair.ours_took(Duration::from_millis(ours));
            pair.limit_took(Duration::from_millis(10));
            pair.report()
        };
        assert!(pair(13, 1.3));
        assert!(!pair(14, 1.3));
    }

    #[test]
    fn a_time_is_shown_in_the_unit_that_suits_it() {
        let check = |time, expected: &str| assert_eq!(text(time), expected);
        check(Duration::from_nanos(91), "91 ns");
        check(Duration::from_nanos(12_340), "12.3 µs");
        check(Duration::from_micros(2_345), "2345.0 µs");
        check(Duration::from_micros(123_450), "123.5 ms");
    }
}
