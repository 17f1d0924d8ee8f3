//! What a person reads for an application: preferred name, else label, else its name in hex
//! (EMV Book 1, 12.2.4).

use crate::configuration::fields::to_hex;

/// Longest text.
const CHARACTERS_MAX: usize = 40;
/// Digits of the shortest card number: a label with so many could be one, and stands on receipts.
const DIGITS_MAX: usize = 12;
/// ISO 8859-1, the one code table that is shown.
const LATIN: u8 = 1;

/// The text for `aid`; from what the card calls itself only plain characters are taken.
pub(crate) fn label(
    aid: &[u8],
    label: Option<&[u8]>,
    preferred: Option<&[u8]>,
    code_table: Option<u8>,
) -> String {
    let preferred = preferred.filter(|_| code_table == Some(LATIN)).and_then(latin);
    preferred.or_else(|| label.and_then(plain)).unwrap_or_else(|| to_hex(aid))
}

fn plain(bytes: &[u8]) -> Option<String> {
    text(bytes, |byte| (0x20..0x7F).contains(&byte))
}

fn latin(bytes: &[u8]) -> Option<String> {
    text(bytes, |byte| (0x20..0x7F).contains(&byte) || byte > 0xA0)
}

fn text(bytes: &[u8], is_shown: impl Fn(u8) -> bool) -> Option<String> {
    let shown: String =
        bytes.iter().copied().filter(|byte| is_shown(*byte)).map(char::from).collect();
    let text: String = shown.trim().chars().take(CHARACTERS_MAX).collect();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (!text.is_empty() && digits <= DIGITS_MAX).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_plain_text_whatever_the_card_calls_itself() {
        let aid = &[0xA0, 0, 0, 0, 3];
        assert_eq!(label(aid, Some(b"VISA\x1B[31m"), None, None), "VISA[31m");
        assert_eq!(label(aid, Some(b"VISA"), Some(b"Carte Bleue \xE9"), Some(1)), "Carte Bleue é");
        assert_eq!(label(aid, Some(b"VISA"), Some(b"\xD0\xD1"), Some(5)), "VISA");
        assert_eq!(label(aid, Some(b" \n"), None, None), "A000000003");
        assert_eq!(label(aid, Some(b"6222821234560017"), None, None), "A000000003");
        assert_eq!(label(aid, Some(&[b'A'; 90]), None, None).len(), 40);
    }
}
