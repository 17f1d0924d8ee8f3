//! Breaking a text into lines by measured width; the one rule for paper and for plain text.
//!
//! Guarantees: every character of the text stands on some line except the spaces at a break; a
//! line is wider than asked only where it holds a single character. A Chinese, Japanese or Korean
//! character may end a line, but closing punctuation does not begin one and opening punctuation
//! does not end one; Latin text breaks at spaces; a word longer than the line is cut.
//! Deliberately not here: hyphenation, right-to-left text, justification.

/// The lines of `text`, at most `width` wide by `measure`; one empty line for an empty text.
pub(crate) fn wrap(text: &str, width: u32, measure: impl Fn(char) -> u32) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = text;
    loop {
        let (line, tail) =
            rest.split_at_checked(line_end(rest, width, &measure)).unwrap_or((rest, ""));
        lines.push(line.trim_end_matches(' '));
        rest = tail.trim_start_matches(' ');
        if rest.is_empty() {
            return lines;
        }
    }
}

/// Width of `text` in the unit of `measure`.
pub(crate) fn measured(text: &str, measure: impl Fn(char) -> u32) -> u32 {
    text.chars().map(measure).fold(0, u32::saturating_add)
}

/// True for characters that are drawn as wide as high and may stand on either side of a break.
pub(crate) fn is_wide(character: char) -> bool {
    matches!(u32::from(character),
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
        | 0xFE30..=0xFE4F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD)
}

/// Byte offset at which the first line of `text` ends; above 0 unless `text` is empty.
fn line_end(text: &str, width: u32, measure: impl Fn(char) -> u32) -> usize {
    let mut used = 0_u32;
    let mut permitted = 0;
    let mut before = None;
    for (offset, character) in text.char_indices() {
        if before.is_some_and(|before| may_break(before, character)) {
            permitted = offset;
        }
        used = used.saturating_add(measure(character));
        if used > width && character != ' ' {
            return match (permitted, offset) {
                (0, 0) => character.len_utf8(),
                (0, offset) => offset,
                (permitted, _) => permitted,
            };
        }
        before = Some(character);
    }
    text.len()
}

fn may_break(before: char, after: char) -> bool {
    if after == ' ' || closes(after) || opens(before) {
        return false;
    }
    before == ' ' || is_wide(before) || is_wide(after)
}

fn closes(character: char) -> bool {
    "，。、；：？！）》〉」』】〕％…·,.;:?!)]}%".contains(character)
}

fn opens(character: char) -> bool {
    "（《〈「『【〔￥([{¥$€£".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, width: u32, expected: &[&str]) {
        let columns = |character| if is_wide(character) { 2 } else { 1 };
        assert_eq!(wrap(text, width, columns), expected);
    }

    #[test]
    fn latin_text_breaks_at_spaces_which_vanish() {
        check("thank you for your visit", 10, &["thank you", "for your", "visit"]);
    }

    #[test]
    fn a_text_that_fits_is_one_line_and_an_empty_one_too() {
        check("exactly 10", 10, &["exactly 10"]);
        check("", 10, &[""]);
    }

    #[test]
    fn chinese_text_breaks_anywhere() {
        check("请保留小票以便退货", 10, &["请保留小票", "以便退货"]);
    }

    #[test]
    fn closing_punctuation_does_not_begin_a_line() {
        check("请保留小票。谢谢", 10, &["请保留小", "票。谢谢"]);
    }

    #[test]
    fn opening_punctuation_and_currency_signs_do_not_end_a_line() {
        check("合计金额（人民币", 10, &["合计金额", "（人民币"]);
        check("合计金额 ￥12.00", 11, &["合计金额", "￥12.00"]);
    }

    #[test]
    fn a_word_longer_than_the_line_is_cut() {
        check("4200001234567890", 10, &["4200001234", "567890"]);
        check("no 4200001234567890", 10, &["no", "4200001234", "567890"]);
    }

    #[test]
    fn latin_words_stay_whole_between_chinese_ones() {
        check("支付Alipay成功", 10, &["支付Alipay", "成功"]);
        check("已支付Alipay成功", 8, &["已支付", "Alipay成", "功"]);
    }

    #[test]
    fn a_character_wider_than_the_line_stands_alone() {
        check("永字", 1, &["永", "字"]);
    }

    #[test]
    fn spaces_that_line_up_columns_are_kept_within_a_line() {
        check("  2 x   tea", 20, &["  2 x   tea"]);
    }
}
