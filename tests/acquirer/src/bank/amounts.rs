//! Amounts choose answers: the last two digits of DE4 say what the bank does with a sale, a
//! pre-authorisation, a completion or a refund.
//!
//! A code of two digits is chosen by itself: .51 is answered 51. Those with a letter stand at .80
//! and above (A0 at .80), and what goes wrong on the line at .70 to .79. One table is both what
//! the bank does and what [`amounts_help`] prints, so the help is true. Any amount that stands in
//! no row, `.00` first of all, simply goes well.

use std::fmt::Write as _;

use crate::fault::FaultKind;

/// Seconds by which an answer is late (.73): beyond the patience of any terminal we know.
const LATE_ANSWER_S: u32 = 75;
/// Seconds that a slow answer takes (.78): within the patience of a terminal.
const SLOW_S: u32 = 6;

/// What an amount makes happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Goes well.
    Approves,
    /// Half of it is approved, with code 10; nothing less than the smallest unit. Only a sale can
    /// be approved in part.
    ApprovesHalf,
    /// Approved, with this code.
    ApprovesAs(&'static str),
    /// Not approved, with this code; nothing is booked.
    Declines(&'static str),
    /// Booked as approved, and answered with this code, which says that nobody knows. A terminal
    /// that does not reverse it leaves the customer charged.
    BookedBut(&'static str),
    /// Approved, and the ARPC is wrong.
    WrongArpc,
    /// A fault strikes the first request with this DE11; a repeat goes well.
    Fault(FaultKind),
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountRow {
    /// The last two digits of the amount in minor units.
    pub ending: u8,
    /// What the bank does.
    pub effect: Effect,
    /// What happens, in words.
    pub happens: &'static str,
    /// Where a correct terminal ends.
    pub terminal: &'static str,
}

use Effect::{ApprovesAs, BookedBut, Declines, Fault};

/// The table.
#[rustfmt::skip]
pub const AMOUNTS: &[AmountRow] = &[
    row(0, Effect::Approves, "approved", "approved"),
    row(1, Declines("01"), "refer to issuer", "declined"),
    row(2, Declines("02"), "refer to issuer, special", "declined"),
    row(3, Declines("03"), "invalid merchant", "declined: acquirer's service"),
    row(4, Declines("04"), "pick up", "declined, no argument"),
    row(5, Declines("05"), "do not honour", "declined: other card"),
    row(7, Declines("07"), "pick up, special", "declined, no argument"),
    row(10, Effect::ApprovesHalf, "half of it approved", "rest by other means, or void"),
    row(12, Declines("12"), "invalid transaction", "declined"),
    row(13, Declines("13"), "invalid amount", "declined: key the amount again"),
    row(14, Declines("14"), "invalid card", "declined: read again"),
    row(15, Declines("15"), "no such issuer", "declined: other card"),
    row(22, Declines("22"), "suspected malfunction, or out of allowed days", "declined"),
    row(25, Declines("25"), "original not found", "declined"),
    row(30, Declines("30"), "format error", "declined: log, support"),
    row(34, Declines("34"), "suspected fraud", "declined, no details"),
    row(38, Declines("38"), "PIN tries exceeded, pick up", "declined: other card"),
    row(40, Declines("40"), "function not supported", "declined"),
    row(41, Declines("41"), "lost card", "declined, no argument"),
    row(43, Declines("43"), "stolen card", "declined, no argument"),
    row(45, Declines("45"), "no fallback to the stripe", "insert the chip"),
    row(51, Declines("51"), "insufficient funds", "declined: lower amount or other means"),
    row(54, Declines("54"), "expired card", "declined: other card"),
    row(55, Declines("55"), "wrong PIN", "PIN again, as a new transaction"),
    row(57, Declines("57"), "not permitted to cardholder", "declined: other card"),
    row(58, Declines("58"), "not permitted to terminal", "declined: acquirer's service"),
    row(59, Declines("59"), "suspected fraud, card check failed", "declined, no details"),
    row(61, Declines("61"), "over the amount limit", "declined: smaller amount"),
    row(62, Declines("62"), "restricted card", "declined: other card"),
    row(63, Declines("63"), "security violation", "sign on again"),
    row(64, Declines("64"), "original amount differs", "declined"),
    row(65, Declines("65"), "count limit", "insert chip, or other card"),
    row(68, BookedBut("68"), "issuer timeout, though booked", "reversed, then try again"),
    row(70, Effect::WrongArpc, "approved with a wrong ARPC", "card refuses: reversed"),
    row(71, Fault(FaultKind::RequestLost), "request lost: silence, not booked", "reversed: 25"),
    row(72, Fault(FaultKind::AnswerLost), "answer lost: silence, booked", "reversed"),
    row(73, Fault(FaultKind::Late(LATE_ANSWER_S)), "booked, answered after 75 s", "reversed; late answer ignored"),
    row(74, Fault(FaultKind::Twice), "answered twice", "approved once"),
    row(75, Declines("75"), "PIN tries exceeded", "declined: other card"),
    row(76, Fault(FaultKind::BadlySigned), "booked, the answer's MAC is wrong", "reversed"),
    row(77, Declines("77"), "batch mismatch", "sign on, settle"),
    row(78, Fault(FaultKind::Slow(SLOW_S)), "booked and answered after 6 s", "approved"),
    row(79, Fault(FaultKind::Dropped), "booked, connection dropped", "reversed"),
    row(80, Declines("A0"), "MAC error", "sign on again"),
    row(82, ApprovesAs("A2"), "approved, with a defect", "approved, note on the receipt"),
    row(84, ApprovesAs("A4"), "approved, with a defect", "approved, note on the receipt"),
    row(85, ApprovesAs("A5"), "approved, with a defect", "approved, note on the receipt"),
    row(86, ApprovesAs("A6"), "approved, with a defect", "approved, note on the receipt"),
    row(90, Declines("90"), "cut-over of the day", "declined: wait some minutes"),
    row(91, Declines("91"), "issuer unavailable", "declined: later"),
    row(92, Declines("92"), "no route to the issuer", "declined: later"),
    row(94, Declines("94"), "duplicate", "declined: look into the journal"),
    row(95, Declines("95"), "totals differ", "declined"),
    row(96, Declines("96"), "centre failure", "declined: later"),
    row(97, Declines("97"), "terminal unknown", "declined: acquirer's service"),
    row(98, BookedBut("98"), "no answer of the issuer, though booked", "reversed, then try again"),
    row(99, Declines("99"), "PIN format error", "sign on again"),
];

const fn row(
    ending: u8,
    effect: Effect,
    happens: &'static str,
    terminal: &'static str,
) -> AmountRow {
    AmountRow { ending, effect, happens, terminal }
}

/// What an amount makes happen.
pub(super) fn effect(amount_minor: i64) -> Effect {
    AMOUNTS
        .iter()
        .find(|row| i64::from(row.ending) == amount_minor % 100)
        .map_or(Effect::Approves, |row| row.effect)
}

/// The code of the table that is `code`, where it declines.
pub(super) fn declining(code: &str) -> Option<&'static str> {
    AMOUNTS.iter().find_map(|row| match row.effect {
        Declines(known) if known == code => Some(known),
        _ => None,
    })
}

/// The table as text, for a help page.
#[must_use]
pub fn amounts_help() -> String {
    let mut text = String::from(
        "The last two digits of an amount in minor units (fen) choose what the bank does with a \
         sale, a\npre-authorisation, a completion or a refund. Any amount that is not listed goes \
         well.\n\n",
    );
    let width = AMOUNTS.iter().map(|row| row.happens.len()).max().unwrap_or_default();
    for AmountRow { ending, effect, happens, terminal } in AMOUNTS {
        let code = match effect {
            Effect::ApprovesHalf => "10",
            ApprovesAs(code) | Declines(code) | BookedBut(code) => code,
            Effect::Approves | Effect::WrongArpc => "00",
            Fault(_) => "",
        };
        let _ = writeln!(text, "  .{ending:02}  {code:2}  {happens:width$}  -> {terminal}");
    }
    text.push_str(
        "\nA lost, late, doubled, badly signed, slow or dropped row strikes only the first request \
         with its\nDE11. Reversals and voids are struck by no amount.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every answer code that a terminal must know what to do with.
    const CODES: [&str; 49] = [
        "00", "01", "02", "03", "04", "05", "07", "10", "12", "13", "14", "15", "22", "25", "30",
        "34", "38", "40", "41", "43", "45", "51", "54", "55", "57", "58", "59", "61", "62", "63",
        "64", "65", "68", "75", "77", "90", "91", "92", "94", "95", "96", "97", "98", "99", "A0",
        "A2", "A4", "A5", "A6",
    ];

    #[test]
    fn no_ending_stands_twice_and_each_is_in_its_place() {
        assert!(AMOUNTS.windows(2).all(|pair| pair[0].ending < pair[1].ending));
        for row in AMOUNTS {
            if let Declines(code) | BookedBut(code) = row.effect {
                let ending = format!("{:02}", row.ending);
                assert!(code == ending || (code == "A0" && ending == "80"), "{ending}: {code}");
            }
        }
    }

    #[test]
    fn every_answer_code_has_its_amount() {
        for code in CODES {
            let is_chosen = AMOUNTS.iter().any(|row| match row.effect {
                Effect::Approves => code == "00",
                Effect::ApprovesHalf => code == "10",
                ApprovesAs(chosen) | Declines(chosen) | BookedBut(chosen) => chosen == code,
                Effect::WrongArpc | Fault(_) => false,
            });
            assert!(is_chosen, "{code}");
        }
    }

    #[test]
    fn the_last_two_digits_choose() {
        assert_eq!(effect(1_251), Declines("51"));
        assert_eq!(effect(1_250), Effect::Approves);
        assert_eq!(effect(10), Effect::ApprovesHalf);
    }

    #[test]
    fn the_help_shows_every_row() {
        let help = amounts_help();
        for row in AMOUNTS {
            let line =
                help.lines().find(|line| line.starts_with(&format!("  .{:02}  ", row.ending)));
            assert!(line.is_some_and(|line| line.contains(row.happens)), "{}", row.ending);
        }
    }
}
