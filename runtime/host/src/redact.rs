//! Keeps what must not travel out of an app's log: long runs of digits.
//!
//! Guarantee: no run of more than [`DIGITS_MAX`] digits (spaces, hyphens and commas between them
//! counted in) passes. A PAN has 13 to 19 digits, a payment code 16 to 24, a track more.

/// Longest run of digits that a log may show.
pub(crate) const DIGITS_MAX: usize = 11;

/// `text` with each long run of digits replaced by its length.
pub(crate) fn digits(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut run = String::new();
    // Separators after the run: part of it only if another digit follows.
    let mut gap = String::new();
    let mut count = 0_usize;
    for character in text.chars() {
        if character.is_numeric() {
            count = count.saturating_add(1);
            run.push_str(&gap);
            run.push(character);
            gap.clear();
        } else if count > 0 && matches!(character, ' ' | '-' | ',') {
            gap.push(character);
        } else {
            flush(&mut clean, &mut run, &mut count);
            clean.push_str(&gap);
            clean.push(character);
            gap.clear();
        }
    }
    flush(&mut clean, &mut run, &mut count);
    clean.push_str(&gap);
    clean
}

fn flush(clean: &mut String, run: &mut String, count: &mut usize) {
    if *count > DIGITS_MAX {
        clean.push_str(&format!("[{count} digits]"));
    } else {
        clean.push_str(run);
    }
    run.clear();
    *count = 0;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(digits(text), expected);
    }

    #[test]
    fn card_numbers_and_payment_codes_never_pass_and_plain_figures_do() {
        check("paid 12.00 in 350 ms", "paid 12.00 in 350 ms");
        check("code 134567890123456789 read", "code [18 digits] read");
        check("pan 6222 0212-3456 7890", "pan [16 digits]");
        check("bytes [54, 50, 50, 50, 48, 50]", "bytes [[12 digits]]");
        check("6222021234567890", "[16 digits]");
        check("6222021234567890 - \n12345678901 - ", "[16 digits] - \n12345678901 - ");
        check("６２２２０２１２３４５６７８９０", "[16 digits]");
    }
}
