//! What the bits of the fields that decide a card sale say, in words for a developer.
//!
//! Sources: EMV Book 3, Annex C (`82`, `8E`, `94`, `95` and the action codes, `9B`, `9F07`, `9F27`),
//! Book 4, Annex A (`9F33`, `9F34`), and the contactless Books A and C-3 (`9F66`, `9F6C`). The words
//! are ours.

use crate::Tag;

/// A line for each thing that `value` says; none for tags without such bits. A value that is too
/// short says so in its last line.
#[must_use]
pub fn explain(tag: Tag, value: &[u8]) -> Vec<String> {
    match tag.value() {
        0x82 => flags(value, 2, &AIP),
        0x95 | 0x9F0D | 0x9F0E | 0x9F0F => flags(value, 5, &TVR),
        0x9B => flags(value, 2, &TSI),
        0x9F07 => flags(value, 2, &USAGE),
        0x9F33 => flags(value, 3, &CAPABILITIES),
        0x9F66 => flags(value, 4, &TERMINAL_QUALIFIERS),
        0x9F6C => flags(value, 2, &CARD_QUALIFIERS),
        0x9F27 => cryptogram(value),
        0x9F34 => cvm_results(value),
        0x8E => cvm_list(value),
        0x94 => file_locator(value),
        _ => Vec::new(),
    }
}

type Bit = (usize, u8, &'static str);

const AIP: [Bit; 9] = [
    (1, 7, "SDA supported"),
    (1, 6, "DDA supported"),
    (1, 5, "cardholder verification supported"),
    (1, 4, "terminal risk management to be performed"),
    (1, 3, "issuer authentication supported"),
    (1, 2, "on-device cardholder verification supported"),
    (1, 1, "CDA supported"),
    (2, 8, "EMV mode supported (contactless)"),
    (2, 1, "relay resistance supported (contactless)"),
];

const TVR: [Bit; 28] = [
    (1, 8, "offline data authentication was not performed"),
    (1, 7, "SDA failed"),
    (1, 6, "card data missing"),
    (1, 5, "card is on the terminal's exception file"),
    (1, 4, "DDA failed"),
    (1, 3, "CDA failed"),
    (1, 2, "SDA selected"),
    (2, 8, "card and terminal have different application versions"),
    (2, 7, "application expired"),
    (2, 6, "application not yet effective"),
    (2, 5, "service not allowed for this card"),
    (2, 4, "new card"),
    (3, 8, "cardholder verification was not successful"),
    (3, 7, "CVM not recognised"),
    (3, 6, "PIN try limit exceeded"),
    (3, 5, "PIN needed, PIN pad missing or not working"),
    (3, 4, "PIN needed, PIN pad there, no PIN entered"),
    (3, 3, "online PIN entered"),
    (4, 8, "floor limit exceeded"),
    (4, 7, "lower consecutive offline limit exceeded"),
    (4, 6, "upper consecutive offline limit exceeded"),
    (4, 5, "selected at random for online processing"),
    (4, 4, "merchant forced the transaction online"),
    (5, 8, "default TDOL used"),
    (5, 7, "issuer authentication failed"),
    (5, 6, "script failed before the final GENERATE AC"),
    (5, 5, "script failed after the final GENERATE AC"),
    (5, 4, "relay resistance threshold exceeded (contactless)"),
];

const TSI: [Bit; 6] = [
    (1, 8, "offline data authentication performed"),
    (1, 7, "cardholder verification performed"),
    (1, 6, "card risk management performed"),
    (1, 5, "issuer authentication performed"),
    (1, 4, "terminal risk management performed"),
    (1, 3, "script processing performed"),
];

const CAPABILITIES: [Bit; 12] = [
    (1, 8, "manual key entry"),
    (1, 7, "magnetic stripe"),
    (1, 6, "chip with contacts"),
    (2, 8, "plaintext PIN for offline verification"),
    (2, 7, "enciphered PIN for online verification"),
    (2, 6, "signature on paper"),
    (2, 5, "enciphered PIN for offline verification"),
    (2, 4, "no CVM required"),
    (3, 8, "SDA"),
    (3, 7, "DDA"),
    (3, 6, "card capture"),
    (3, 4, "CDA"),
];

const USAGE: [Bit; 10] = [
    (1, 8, "valid for domestic cash"),
    (1, 7, "valid for international cash"),
    (1, 6, "valid for domestic goods"),
    (1, 5, "valid for international goods"),
    (1, 4, "valid for domestic services"),
    (1, 3, "valid for international services"),
    (1, 2, "valid at ATMs"),
    (1, 1, "valid at terminals other than ATMs"),
    (2, 8, "domestic cashback allowed"),
    (2, 7, "international cashback allowed"),
];

const TERMINAL_QUALIFIERS: [Bit; 12] = [
    (1, 8, "magnetic stripe mode supported"),
    (1, 6, "EMV mode supported"),
    (1, 5, "EMV with contacts supported"),
    (1, 4, "reader works offline only"),
    (1, 3, "online PIN supported"),
    (1, 2, "signature supported"),
    (1, 1, "offline data authentication for online authorisation supported"),
    (2, 8, "online cryptogram required"),
    (2, 7, "CVM required"),
    (2, 6, "offline PIN supported (with contacts)"),
    (3, 8, "issuer update processing supported"),
    (3, 7, "consumer device CVM supported"),
];

const CARD_QUALIFIERS: [Bit; 9] = [
    (1, 8, "online PIN required"),
    (1, 7, "signature required"),
    (1, 6, "go online if offline data authentication fails"),
    (1, 5, "switch interface if offline data authentication fails"),
    (1, 4, "go online if the application has expired"),
    (1, 3, "switch interface for cash"),
    (1, 2, "switch interface for cashback"),
    (2, 8, "consumer device CVM performed"),
    (2, 7, "issuer update processing supported by the card"),
];

fn flags(value: &[u8], bytes: usize, bits: &[Bit]) -> Vec<String> {
    let mut lines: Vec<String> = bits
        .iter()
        .filter(|(byte, bit, _)| value.get(byte - 1).is_some_and(|byte| byte >> (bit - 1) & 1 == 1))
        .map(|(byte, bit, words)| format!("byte {byte} bit {bit}: {words}"))
        .collect();
    lines.extend(wrong_length(value, bytes));
    lines
}

fn wrong_length(value: &[u8], bytes: usize) -> Option<String> {
    (value.len() != bytes).then(|| format!("! {bytes} bytes expected, found {}", value.len()))
}

fn cryptogram(value: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(byte) = value.first() {
        let kind = match byte >> 6 {
            0 => "AAC: declined",
            1 => "TC: approved",
            2 => "ARQC: to be authorised online",
            _ => "reserved kind of cryptogram",
        };
        lines.push(kind.to_owned());
        if byte & 0x08 != 0 {
            lines.push("advice required".to_owned());
        }
        let reason = match byte & 0x07 {
            0 => None,
            1 => Some("service not allowed"),
            2 => Some("PIN try limit exceeded"),
            3 => Some("issuer authentication failed"),
            _ => Some("reserved reason"),
        };
        lines.extend(reason.map(str::to_owned));
    }
    lines.extend(wrong_length(value, 1));
    lines
}

fn method(code: u8) -> &'static str {
    match code & 0x3F {
        0x00 => "fail CVM processing",
        0x01 => "plaintext PIN verified by the card",
        0x02 => "enciphered PIN verified online",
        0x03 => "plaintext PIN verified by the card, and signature",
        0x04 => "enciphered PIN verified by the card",
        0x05 => "enciphered PIN verified by the card, and signature",
        0x1E => "signature",
        0x1F => "no CVM required",
        0x3F => "no CVM performed",
        _ => "a CVM of the network, of the issuer, or reserved",
    }
}

fn condition(code: u8) -> &'static str {
    match code {
        0x00 => "always",
        0x01 => "if unattended cash",
        0x02 => "if not cash and not cashback",
        0x03 => "if the terminal supports it",
        0x04 => "if manual cash",
        0x05 => "if cashback",
        0x06 => "if in the application's currency and under X",
        0x07 => "if in the application's currency and over X",
        0x08 => "if in the application's currency and under Y",
        0x09 => "if in the application's currency and over Y",
        _ => "under a condition of the network, or reserved",
    }
}

fn cvm_results(value: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    if let [performed, under, result, ..] = value {
        lines.push(format!("method: {}", method(*performed)));
        lines.push(format!("condition: {}", condition(*under)));
        let result = match result {
            0 => "unknown",
            1 => "failed",
            2 => "successful",
            _ => "reserved",
        };
        lines.push(format!("result: {result}"));
    }
    lines.extend(wrong_length(value, 3));
    lines
}

fn cvm_list(value: &[u8]) -> Vec<String> {
    let Some((amounts, rules)) = value.split_at_checked(8) else {
        return vec![format!("! 8 bytes of amounts expected, found {}", value.len())];
    };
    let (x, y) = amounts.split_at(4);
    let number = |digits: &[u8]| digits.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let mut lines = vec![format!("X {}, Y {}", number(x), number(y))];
    let (pairs, odd) = rules.as_chunks::<2>();
    for [code, under] in pairs {
        let next = if code & 0x40 == 0 { "else fail" } else { "else the next" };
        lines.push(format!("{} {}, {next}", method(*code), condition(*under)));
    }
    if !odd.is_empty() {
        lines.push("! half a rule at the end".to_owned());
    }
    lines
}

fn file_locator(value: &[u8]) -> Vec<String> {
    let (entries, odd) = value.as_chunks::<4>();
    let mut lines: Vec<String> = entries
        .iter()
        .map(|[file, first, last, signed]| {
            let wrong = if file & 0x07 != 0 || *first == 0 || last < first {
                " ! no such records"
            } else {
                ""
            };
            format!(
                "SFI {}: records {first} to {last}, {signed} of them authenticated offline{wrong}",
                file >> 3
            )
        })
        .collect();
    if !odd.is_empty() {
        lines.push(format!("! {} bytes of an entry at the end", odd.len()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tag: u32, value: &[u8], expected: &[&str]) {
        assert_eq!(explain(Tag::literal(tag), value), expected);
    }

    #[test]
    fn each_bit_that_is_set_says_what_it_means() {
        check(
            0x95,
            &[0x80, 0x40, 0x04, 0x80, 0x00],
            &[
                "byte 1 bit 8: offline data authentication was not performed",
                "byte 2 bit 7: application expired",
                "byte 3 bit 3: online PIN entered",
                "byte 4 bit 8: floor limit exceeded",
            ],
        );
        check(
            0x9B,
            &[0xE8, 0x00],
            &[
                "byte 1 bit 8: offline data authentication performed",
                "byte 1 bit 7: cardholder verification performed",
                "byte 1 bit 6: card risk management performed",
                "byte 1 bit 4: terminal risk management performed",
            ],
        );
        check(0x82, &[0x01, 0x00], &["byte 1 bit 1: CDA supported"]);
        check(
            0x9F33,
            &[0x20, 0x40, 0x08],
            &[
                "byte 1 bit 6: chip with contacts",
                "byte 2 bit 7: enciphered PIN for online verification",
                "byte 3 bit 4: CDA",
            ],
        );
        check(0x9F0F, &[0, 0, 0, 0, 0x40], &["byte 5 bit 7: issuer authentication failed"]);
        check(
            0x9F07,
            &[0x20, 0x80],
            &["byte 1 bit 6: valid for domestic goods", "byte 2 bit 8: domestic cashback allowed"],
        );
        check(
            0x9F66,
            &[0x24, 0x80, 0, 0],
            &[
                "byte 1 bit 6: EMV mode supported",
                "byte 1 bit 3: online PIN supported",
                "byte 2 bit 8: online cryptogram required",
            ],
        );
        check(
            0x9F6C,
            &[0x80, 0x80],
            &["byte 1 bit 8: online PIN required", "byte 2 bit 8: consumer device CVM performed"],
        );
        check(0x95, &[0; 5], &[]);
        check(0x9F02, &[1; 6], &[]);
    }

    #[test]
    fn a_cryptogram_says_what_the_card_decided() {
        check(0x9F27, &[0x80], &["ARQC: to be authorised online"]);
        check(0x9F27, &[0x40], &["TC: approved"]);
        check(0x9F27, &[0x0A], &["AAC: declined", "advice required", "PIN try limit exceeded"]);
    }

    #[test]
    fn a_cvm_is_named_with_its_condition_and_result() {
        check(
            0x9F34,
            &[0x02, 0x03, 0x00],
            &[
                "method: enciphered PIN verified online",
                "condition: if the terminal supports it",
                "result: unknown",
            ],
        );
        check(
            0x8E,
            &[0, 0, 0, 0, 0, 0, 0x27, 0x10, 0x42, 0x03, 0x1E, 0x00],
            &[
                "X 0, Y 10000",
                "enciphered PIN verified online if the terminal supports it, else the next",
                "signature always, else fail",
            ],
        );
    }

    #[test]
    fn a_file_locator_names_its_records() {
        check(
            0x94,
            &[0x08, 1, 3, 1, 0x11, 0, 0, 0],
            &[
                "SFI 1: records 1 to 3, 1 of them authenticated offline",
                "SFI 2: records 0 to 0, 0 of them authenticated offline ! no such records",
            ],
        );
    }

    #[test]
    fn what_is_too_short_says_so() {
        check(0x95, &[], &["! 5 bytes expected, found 0"]);
        check(0x9F34, &[1], &["! 3 bytes expected, found 1"]);
        check(0x8E, &[0; 7], &["! 8 bytes of amounts expected, found 7"]);
        check(0x8E, &[0; 9], &["X 0, Y 0", "! half a rule at the end"]);
        check(0x94, &[8, 1], &["! 2 bytes of an entry at the end"]);
    }
}
