//! EAN-13 (ISO/IEC 15420) from the widths of bars and spaces on one line.
//!
//! Guarantees: a number is returned only when guards, quiet zones, number sets and check digit all
//! hold. Every place on the line is tried, so clutter before the code does no harm; ink that
//! spread evenly is measured on the guards and taken off.

/// Elements of a code: 3 of each outer guard, 5 of the middle one, 4 of each of twelve digits.
const ELEMENTS: usize = 3 + 24 + 5 + 24 + 3;

/// Modules of a code.
const MODULES: f32 = 95.0;

/// Least background on either side in modules; the standard wants 7, crops and tilt take some.
const QUIET_MIN: f32 = 4.0;

/// Largest squared error of a digit, in modules: beyond it two digits are equally likely.
const ERROR_MAX: f32 = 1.2;

/// Widths of space, bar, space, bar of the digits in number set A; B is the mirror image.
const SET_A: [[f32; 4]; 10] = [
    [3.0, 2.0, 1.0, 1.0],
    [2.0, 2.0, 2.0, 1.0],
    [2.0, 1.0, 2.0, 2.0],
    [1.0, 4.0, 1.0, 1.0],
    [1.0, 1.0, 3.0, 2.0],
    [1.0, 2.0, 3.0, 1.0],
    [1.0, 1.0, 1.0, 4.0],
    [1.0, 3.0, 1.0, 2.0],
    [1.0, 2.0, 1.0, 3.0],
    [3.0, 1.0, 1.0, 2.0],
];

/// The first digit by which of the six left digits are in set B, the leftmost as highest bit.
const FIRST: [u8; 10] = [
    0b00_0000, 0b00_1011, 0b00_1101, 0b00_1110, 0b01_0011, 0b01_1001, 0b01_1100, 0b01_0101,
    0b01_0110, 0b01_1010,
];

/// The number on a line of alternating widths that begins with background.
pub(super) fn read(widths: &[f32]) -> Option<String> {
    // The code begins with ink, so at every odd place.
    (1..widths.len().saturating_sub(ELEMENTS)).step_by(2).find_map(|start| {
        let code = widths.get(start..start + ELEMENTS)?;
        let module = code.iter().sum::<f32>() / MODULES;
        let quiet = QUIET_MIN * module;
        let before = *widths.get(start - 1)?;
        let after = *widths.get(start + ELEMENTS)?;
        if before < quiet || after < quiet { None } else { number(code, module) }
    })
}

fn number(code: &[f32], module: f32) -> Option<String> {
    let (left, rest) = code.split_at_checked(3)?;
    let (left_digits, rest) = rest.split_at_checked(24)?;
    let (middle, rest) = rest.split_at_checked(5)?;
    let (right_digits, right) = rest.split_at_checked(24)?;
    let spread = spread(&[left, right], middle, module)?;
    let mut text = String::from("0");
    let mut sets = 0;
    for elements in left_digits.chunks_exact(4) {
        let (digit, is_b) = digit(elements, -spread, true)?;
        sets = sets << 1 | u8::from(is_b);
        text.push(char::from_digit(digit, 10)?);
    }
    for elements in right_digits.chunks_exact(4) {
        let (digit, _) = digit(elements, spread, false)?;
        text.push(char::from_digit(digit, 10)?);
    }
    let first = FIRST.iter().position(|pattern| *pattern == sets)?;
    text.replace_range(..1, &first.to_string());
    checks(&text).then_some(text)
}

/// How much wider ink is than it should be, in the unit of the widths; none when the guards are
/// not what they must be.
fn spread(outer: &[&[f32]; 2], middle: &[f32], module: f32) -> Option<f32> {
    let (mut ink, mut background) = (0.0, 0.0);
    for guard in outer {
        let [bar, space, other] = **guard else { return None };
        ink += bar + other;
        background += space;
    }
    let [space, bar, between, other, last] = *middle else { return None };
    ink += bar + other;
    background += space + between + last;
    let spread = (ink / 6.0 - background / 5.0) / 2.0;
    let fits = |width: &f32| (0.25 * module..2.2 * module).contains(width);
    let all = outer.iter().copied().flatten().chain(middle).all(fits);
    (all && spread.abs() < 0.7 * module).then_some(spread)
}

/// The digit nearest to four elements and whether it is of set B. `spread` is how much wider the
/// first and third element are than they should be, the others so much narrower.
fn digit(elements: &[f32], spread: f32, with_b: bool) -> Option<(u32, bool)> {
    let [a, b, c, d] = *elements else { return None };
    let scale = 7.0 / (a + b + c + d);
    let seen =
        [(a - spread) * scale, (b + spread) * scale, (c - spread) * scale, (d + spread) * scale];
    let (mut best, mut found) = (ERROR_MAX, None);
    for (digit, pattern) in (0..).zip(SET_A) {
        let [p, q, r, s] = pattern;
        for (is_b, pattern) in [(false, pattern), (true, [s, r, q, p])] {
            if is_b && !with_b {
                continue;
            }
            let error: f32 = seen.iter().zip(pattern).map(|(seen, is)| (seen - is).powi(2)).sum();
            if error < best {
                (best, found) = (error, Some((digit, is_b)));
            }
        }
    }
    found
}

fn checks(text: &str) -> bool {
    let digits = text.chars().filter_map(|digit| digit.to_digit(10));
    let weighted = digits.zip([1, 3].into_iter().cycle()).map(|(digit, weight)| digit * weight);
    weighted.sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 4006381333931, the example that every handbook has: first digit 4, sets A B A A B B.
    fn widths(module: f32, spread: f32) -> Vec<f32> {
        let sets = [(0, false), (0, true), (6, false), (3, false), (8, true), (1, true)];
        let mut modules = vec![1.0, 1.0, 1.0];
        for (digit, is_b) in sets {
            let mut pattern = SET_A[digit];
            if is_b {
                pattern.reverse();
            }
            modules.extend(pattern);
        }
        modules.extend([1.0; 5]);
        for digit in [3, 3, 3, 9, 3, 1] {
            modules.extend(SET_A[digit]);
        }
        modules.extend([1.0; 3]);
        let mut widths = vec![3.0, 5.0, 10.0 * module];
        for (index, element) in modules.into_iter().enumerate() {
            let spread = if index % 2 == 0 { spread } else { -spread };
            widths.push(element * module + spread);
        }
        widths.extend([10.0 * module, 7.0]);
        widths
    }

    #[test]
    fn a_number_is_read_behind_clutter_and_with_spread_ink() {
        for spread in [-0.8, 0.0, 0.8] {
            assert_eq!(read(&widths(2.0, spread)).as_deref(), Some("4006381333931"));
        }
    }

    #[test]
    fn a_wrong_digit_or_a_missing_quiet_zone_is_refused() {
        let mut wrong = widths(2.0, 0.0);
        let last = wrong.len() - 2 - 3 - 4;
        wrong[last..last + 4].copy_from_slice(&[6.0, 4.0, 2.0, 2.0]);
        assert_eq!(read(&wrong), None);
        let mut tight = widths(2.0, 0.0);
        tight[2] = 6.0;
        assert_eq!(read(&tight), None);
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[0.0; 200]), None);
    }
}
