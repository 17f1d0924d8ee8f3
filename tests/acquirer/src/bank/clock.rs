//! The bank's own time of day: UTC+8, as all of its terminals have.

/// Hours before UTC.
const OFFSET_MS: i64 = 8 * 3_600_000;

/// A moment as the bank writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LocalTime {
    /// Year, month and day: `20261127`.
    pub(super) date: String,
    /// Hour, minute and second: `234559`.
    pub(super) time: String,
}

impl LocalTime {
    /// The moment `at_ms`, in ms since 1970 UTC.
    pub(super) fn at(at_ms: i64) -> Self {
        let seconds = (at_ms + OFFSET_MS).div_euclid(1_000);
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = date_of(days);
        Self {
            date: format!("{year:04}{month:02}{day:02}"),
            time: format!("{:02}{:02}{:02}", second / 3_600, second / 60 % 60, second % 60),
        }
    }

    /// DE13: month and day.
    pub(super) fn month_and_day(&self) -> &str {
        self.date.get(4..).unwrap_or_default()
    }

    /// What DE14 is compared with: year (two digits) and month.
    pub(super) fn year_and_month(&self) -> &str {
        self.date.get(2..6).unwrap_or_default()
    }
}

/// The date of a day, counted from 1970-01-01, in years that begin in March: then the leap day is
/// the last of a year.
const fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468; // from 0000-03-01
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + later, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(at_ms: i64, date: &str, time: &str) {
        let local = LocalTime::at(at_ms);
        assert_eq!((local.date.as_str(), local.time.as_str()), (date, time));
    }

    #[test]
    fn a_moment_has_its_date_and_time_in_utc_plus_8() {
        check(0, "19700101", "080000");
        check(1_700_000_000_000, "20231115", "061320");
        check(951_753_600_000, "20000229", "000000");
        check(1_709_222_399_999, "20240229", "235959");
        check(-1, "19700101", "075959");
        assert_eq!(LocalTime::at(0).month_and_day(), "0101");
        assert_eq!(LocalTime::at(0).year_and_month(), "7001");
    }
}
