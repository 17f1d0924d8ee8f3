//! Code 128 (ISO/IEC 15417) from the widths of bars and spaces on one line.
//!
//! Guarantees: a text is returned only when start, every character, check character, stop and quiet
//! zones hold. Every place on the line is tried, so clutter before the code does no harm. Widths
//! are compared from edge to like edge, which evenly spread ink leaves alone.

/// Bar and space widths in modules of values 0 to 102, the three starts, and the stop without its
/// last bar: one digit an element.
const PATTERNS: [u32; 107] = [
    212_222, 222_122, 222_221, 121_223, 121_322, 131_222, 122_213, 122_312, 132_212, 221_213,
    221_312, 231_212, 112_232, 122_132, 122_231, 113_222, 123_122, 123_221, 223_211, 221_132,
    221_231, 213_212, 223_112, 312_131, 311_222, 321_122, 321_221, 312_212, 322_112, 322_211,
    212_123, 212_321, 232_121, 111_323, 131_123, 131_321, 112_313, 132_113, 132_311, 211_313,
    231_113, 231_311, 112_133, 112_331, 132_131, 113_123, 113_321, 133_121, 313_121, 211_331,
    231_131, 213_113, 213_311, 213_131, 311_123, 311_321, 331_121, 312_113, 312_311, 332_111,
    314_111, 221_411, 431_111, 111_224, 111_422, 121_124, 121_421, 141_122, 141_221, 112_214,
    112_412, 122_114, 122_411, 142_112, 142_211, 241_211, 221_114, 413_111, 241_112, 134_111,
    111_242, 121_142, 121_241, 114_212, 124_112, 124_211, 411_212, 421_112, 421_211, 212_141,
    214_121, 412_121, 111_143, 111_341, 131_141, 114_113, 114_311, 411_113, 411_311, 113_141,
    114_131, 311_141, 411_131, 211_412, 211_214, 211_232, 233_111,
];

const START_A: u8 = 103;
const STOP: u8 = 106;

/// Elements and modules of a character.
const ELEMENTS: usize = 6;
const MODULES: f32 = 11.0;

/// Least background on either side in modules; the standard wants 10, crops and tilt take some.
const QUIET_MIN: f32 = 4.0;

/// Largest squared error of a character, in modules.
const ERROR_MAX: f32 = 1.6;

/// How much narrower or wider a character may be than the one before: tilt and perspective.
const CHANGE_MAX: f32 = 0.2;

/// Most characters of a code, check included; longer than any that a camera resolves.
const CHARACTERS_MAX: usize = 80;

/// The text on a line of alternating widths that begins with background.
pub(super) fn read(widths: &[f32]) -> Option<String> {
    (1..widths.len()).step_by(2).find_map(|start| {
        let (value, module) = character(widths.get(start..)?, START_A..=START_A + 2)?;
        let before = *widths.get(start - 1)?;
        if before < QUIET_MIN * module {
            return None;
        }
        text(value, &values(widths.get(start + ELEMENTS..)?, module)?)
    })
}

/// The values after the start and before the stop, check included.
fn values(mut widths: &[f32], mut module: f32) -> Option<Vec<u8>> {
    let mut values = Vec::new();
    while values.len() < CHARACTERS_MAX {
        let (value, width) = character(widths, 0..=STOP)?;
        if (width - module).abs() > CHANGE_MAX * module {
            return None;
        }
        module = width;
        widths = widths.get(ELEMENTS..)?;
        if value == STOP {
            let [bar, quiet, ..] = *widths else { return None };
            let is_end = (module..3.2 * module).contains(&bar) && quiet >= QUIET_MIN * module;
            return is_end.then_some(values);
        }
        values.push(value);
    }
    None
}

/// The nearest of some characters at the head of `widths`, and the width of its modules.
fn character(widths: &[f32], among: std::ops::RangeInclusive<u8>) -> Option<(u8, f32)> {
    let seen: [f32; ELEMENTS] = widths.get(..ELEMENTS)?.try_into().ok()?;
    let module = seen.iter().sum::<f32>() / MODULES;
    if module <= 0.0 {
        return None;
    }
    let seen = seen.map(|width| width / module);
    let (mut best, mut found) = (ERROR_MAX, None);
    for value in among {
        let pattern = elements(*PATTERNS.get(usize::from(value))?);
        let error = error(&seen, &pattern);
        if error < best {
            (best, found) = (error, Some((value, module)));
        }
    }
    found
}

/// Squared distances from edge to like edge, and a little of those of the elements themselves,
/// which tell apart what edges alone do not.
fn error(seen: &[f32; ELEMENTS], pattern: &[f32; ELEMENTS]) -> f32 {
    let differs = seen.iter().zip(pattern).map(|(seen, is)| seen - is);
    let pairs =
        differs.clone().zip(differs.clone().skip(1)).map(|(one, next)| (one + next).powi(2));
    pairs.sum::<f32>() + 0.25 * differs.map(|differs| differs.powi(2)).sum::<f32>()
}

fn elements(digits: u32) -> [f32; ELEMENTS] {
    let mut scale = 1_000_000;
    [(); ELEMENTS].map(|()| {
        scale /= 10;
        // One digit: exact as an f32.
        #[allow(clippy::cast_precision_loss)]
        let width = (digits / scale % 10) as f32;
        width
    })
}

/// Which characters the values stand for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    A,
    B,
    C,
}

/// The text of the values when their check holds.
fn text(start: u8, values: &[u8]) -> Option<String> {
    let (check, values) = values.split_last()?;
    let weighted = (1..).zip(values).map(|(place, value)| place * u32::from(*value));
    let sum = u32::from(start) + weighted.sum::<u32>();
    if values.is_empty() || sum % 103 != u32::from(*check) {
        return None;
    }
    let mut set = *[Set::A, Set::B, Set::C].get(usize::from(start - START_A))?;
    let (mut shifted, mut high, mut high_next) = (false, false, false);
    let mut text = String::new();
    for (place, value) in values.iter().enumerate() {
        let now = match (shifted, set) {
            (true, Set::A) => Set::B,
            (true, Set::B) => Set::A,
            (_, set) => set,
        };
        shifted = false;
        match (now, value) {
            (Set::C, 0..=99) => text.push_str(&format!("{value:02}")),
            (_, 0..=95) => {
                let code = if now == Set::A && *value >= 64 { value - 64 } else { value + 32 };
                text.push(char::from(if high != high_next { code + 128 } else { code }));
                high_next = false;
            }
            (_, 98) => shifted = true,
            (_, 99) => set = Set::C,
            // The function that lifts the next character, or after a second one all, by 128.
            (Set::A, 101) | (Set::B, 100) => (high, high_next) = (high != high_next, !high_next),
            (_, 100) => set = Set::B,
            (_, 101) => set = Set::A,
            // GS1's separator; the first only says that it is GS1.
            (_, 102) if place > 0 => text.push('\u{1d}'),
            (_, 96 | 97 | 102) => {}
            _ => return None,
        }
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(start: u8, values: &[u8], module: f32, spread: f32) -> Vec<f32> {
        let weighted = (1..).zip(values).map(|(place, value)| place * u32::from(*value));
        let check = u8::try_from((u32::from(start) + weighted.sum::<u32>()) % 103).unwrap();
        let mut widths = vec![3.0, 4.0, 10.0 * module];
        for value in [start].iter().chain(values).chain(&[check, STOP]) {
            for (index, element) in elements(PATTERNS[usize::from(*value)]).into_iter().enumerate()
            {
                widths.push(element * module + if index % 2 == 0 { spread } else { -spread });
            }
        }
        widths.extend([2.0 * module + spread, 10.0 * module, 9.0]);
        widths
    }

    #[track_caller]
    fn check(start: u8, values: &[u8], expected: &str) {
        for spread in [-0.6, 0.0, 0.6] {
            let widths = widths(start, values, 2.0, spread);
            assert_eq!(read(&widths).as_deref(), Some(expected), "spread {spread}");
        }
    }

    #[test]
    fn every_set_shift_and_function_gives_its_text() {
        check(105, &[13, 0, 99], "130099");
        check(104, &[33, 99, 12, 100, 65], "A12a");
        check(103, &[33, 64, 98, 65, 33], "A\u{0}aA");
        check(105, &[102, 1, 2, 102, 3], "0102\u{1d}03");
        check(104, &[100, 73, 65], "\u{e9}a");
        check(104, &[100, 100, 73, 65, 100, 33], "\u{e9}\u{e1}A");
    }

    #[test]
    fn a_wrong_check_or_a_missing_quiet_zone_is_refused() {
        assert_eq!(text(105, &[13, 0, 99, 1]), None);
        let mut tight = widths(105, &[13, 0], 2.0, 0.0);
        tight[2] = 6.0;
        assert_eq!(read(&tight), None);
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[0.0; 200]), None);
    }
}
