//! What the terminal's owner may set. A value that cannot be used never stops a payment, or its
//! recovery: the nearest that can is taken, and the log says so.

use crate::till::Till;
use std::ops::RangeInclusive;
use std::time::Duration;

/// The setting `name`, in milliseconds: `default_ms` where it is not set or not a number, the
/// nearer bound where it is outside `range_ms`.
pub fn millis<T: Till>(
    till: &mut T,
    name: &str,
    default_ms: u64,
    range_ms: RangeInclusive<u64>,
) -> Duration {
    let Some(text) = till.setting(name) else {
        return Duration::from_millis(default_ms);
    };
    let (least, most) = range_ms.into_inner();
    let taken = text.trim().parse::<u64>().map_or(default_ms, |value| value.clamp(least, most));
    if taken.to_string() != text.trim() {
        till.log(&format!(
            "setting {name}: not a whole number of milliseconds from {least} to {most}; \
             {taken} is used"
        ));
    }
    Duration::from_millis(taken)
}

/// The setting `name`, where it is set to something.
pub fn text<T: Till>(till: &T, name: &str) -> Option<String> {
    till.setting(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}
