//! Amounts choose outcomes: the last two digits of an amount in minor units say what happens.
//!
//! One table is both what the gateway does and what [`amounts_help`] prints, so the help is true.
//! An amount that stands in no row, `.00` first of all, simply goes well.

use std::fmt::Write as _;

use crate::exchange::{Operation, Reason};
use crate::fault::FaultKind;

/// Seconds after which a customer who must confirm does so by themselves (.01, .02).
pub const CONFIRM_AFTER_S: u32 = 8;
/// Seconds after the shown code at which an unseen customer pays it (.34).
pub const PAY_ALONE_AFTER_S: u32 = 8;
/// Seconds between `CLOSED` and the money that crossed with it (.32).
pub const PAID_LATE_AFTER_S: u32 = 5;
/// Seconds by which an answer is late (.23): beyond the patience of any terminal we know.
pub const LATE_ANSWER_S: u32 = 45;
/// Seconds that a slow payment takes (.26): within the patience of a terminal.
pub const SLOW_S: u32 = 6;

/// What an amount makes happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Goes well at once.
    Succeeds,
    /// The customer must confirm, and after [`CONFIRM_AFTER_S`] pays or refuses.
    Confirms {
        /// Pays, or refuses.
        pays: bool,
    },
    /// The customer must confirm and does not, unless `/wallet/confirm` does it for them.
    NeverConfirms,
    /// Declined for this reason.
    Declines(Reason),
    /// A fault strikes the first request; a repeat goes well.
    Fault(FaultKind),
    /// The first request is answered `BUSY` though it was booked.
    BusyBooked,
    /// The first request is answered `BUSY` and was not booked.
    BusyNotBooked,
    /// The customer pays as soon as the shown code is scanned.
    PaysWhenScanned,
    /// The money arrives [`PAID_LATE_AFTER_S`] after the order was closed or ran out.
    PaysLate,
    /// The customer's wallet refuses each try.
    NeverPays,
    /// The shown code is paid after [`PAY_ALONE_AFTER_S`] with no phone involved.
    PaysAlone,
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountRow {
    /// The operation whose amount chooses: pay, create or refund.
    pub operation: Operation,
    /// The last two digits of the amount in minor units.
    pub ending: u8,
    /// What the gateway does.
    pub effect: Effect,
    /// What happens, in words.
    pub happens: &'static str,
    /// Where a correct terminal ends.
    pub terminal: &'static str,
}

/// The table.
#[rustfmt::skip]
pub const AMOUNTS: &[AmountRow] = &[
    row(Operation::Pay, 0, Effect::Succeeds, "PAID at once", "approved"),
    row(Operation::Pay, 1, Effect::Confirms { pays: true }, "WAITING; the customer confirms after 8 s", "approved"),
    row(Operation::Pay, 2, Effect::Confirms { pays: false }, "WAITING; the customer refuses after 8 s", "declined: customer-refused"),
    row(Operation::Pay, 3, Effect::NeverConfirms, "WAITING; the customer does nothing (WeChat closes at 45 s, others at 3 min)", "cancelled, after CLOSED"),
    row(Operation::Pay, 11, Effect::Declines(Reason::BalanceShort), "DECLINED, balance too small", "declined: balance-short"),
    row(Operation::Pay, 12, Effect::Declines(Reason::CodeExpired), "DECLINED, code too old", "declined: code-expired"),
    row(Operation::Pay, 13, Effect::Declines(Reason::AmountLimit), "DECLINED, over the customer's limit", "declined: amount-limit"),
    row(Operation::Pay, 14, Effect::Declines(Reason::Risk), "DECLINED, the wallet's risk rules", "declined: risk, no details to the customer"),
    row(Operation::Pay, 15, Effect::Declines(Reason::NotSupported), "DECLINED, not supported for this merchant", "declined: not-supported"),
    row(Operation::Pay, 21, Effect::Fault(FaultKind::RequestLost), "request lost: silence, not booked", "unknown, then cancelled (query: NOT_FOUND)"),
    row(Operation::Pay, 22, Effect::Fault(FaultKind::AnswerLost), "answer lost: silence, booked", "unknown, then approved or cancelled with CLOSED"),
    row(Operation::Pay, 23, Effect::Fault(FaultKind::Late(LATE_ANSWER_S)), "booked at once, answered after 45 s", "unknown, then approved or cancelled with CLOSED"),
    row(Operation::Pay, 24, Effect::Fault(FaultKind::Twice), "answered twice on one connection", "approved once"),
    row(Operation::Pay, 25, Effect::Fault(FaultKind::BadlySigned), "booked; the answer's signature is wrong", "unknown, then approved or cancelled with CLOSED"),
    row(Operation::Pay, 26, Effect::Fault(FaultKind::Slow(SLOW_S)), "booked and answered after 6 s", "approved"),
    row(Operation::Pay, 27, Effect::Fault(FaultKind::Dropped), "booked; connection dropped instead of an answer", "unknown, then approved or cancelled with CLOSED"),
    row(Operation::Pay, 28, Effect::BusyBooked, "BUSY, though booked", "unknown, then approved or cancelled with CLOSED"),
    row(Operation::Pay, 29, Effect::BusyNotBooked, "BUSY, and not booked", "unknown, then cancelled (query: NOT_FOUND)"),
    row(Operation::Create, 31, Effect::PaysWhenScanned, "scanning alone pays", "approved"),
    row(Operation::Create, 32, Effect::PaysLate, "close is CLOSED, the money arrives 5 s later", "cancelled, then paid late: linked refund"),
    row(Operation::Create, 33, Effect::NeverPays, "the customer's wallet refuses each try", "cancelled, after CLOSED"),
    row(Operation::Create, 34, Effect::PaysAlone, "paid 8 s after it is shown, no phone needed", "approved"),
    row(Operation::Create, 35, Effect::Fault(FaultKind::AnswerLost), "answer lost: the order is open, nobody saw its code", "cancelled, after CLOSED"),
    row(Operation::Refund, 41, Effect::Fault(FaultKind::AnswerLost), "answer lost: silence, booked", "unknown, then refunded (refund-query: REFUNDED)"),
    row(Operation::Refund, 42, Effect::Fault(FaultKind::RequestLost), "request lost: silence, not booked", "unknown; same number again: refunded"),
    row(Operation::Refund, 43, Effect::BusyNotBooked, "BUSY, and not booked", "unknown; same number again: refunded"),
    row(Operation::Refund, 44, Effect::BusyBooked, "BUSY, though booked", "unknown, then refunded (refund-query: REFUNDED)"),
    row(Operation::Refund, 45, Effect::Declines(Reason::NotSupported), "DECLINED, no refund for this merchant", "declined: not-supported"),
];

const fn row(
    operation: Operation,
    ending: u8,
    effect: Effect,
    happens: &'static str,
    terminal: &'static str,
) -> AmountRow {
    AmountRow { operation, ending, effect, happens, terminal }
}

/// What an amount makes happen to an operation.
pub(crate) fn effect(operation: Operation, amount_minor: i64) -> Effect {
    AMOUNTS
        .iter()
        .find(|row| row.operation == operation && i64::from(row.ending) == amount_minor % 100)
        .map_or(Effect::Succeeds, |row| row.effect)
}

/// The table as text, for a help page.
#[must_use]
pub fn amounts_help() -> String {
    let titles = [
        (Operation::Pay, "pay: the customer's code was scanned"),
        (Operation::Create, "create: the customer scans the shown code"),
        (Operation::Refund, "refund: by the refund's own amount"),
    ];
    let mut text = String::from(
        "The last two digits of an amount in minor units (fen) choose what happens.\n\
         Any amount that is not listed goes well: 12.00, 0.50, 7.99.\n",
    );
    let width = AMOUNTS.iter().map(|row| row.happens.len()).max().unwrap_or_default();
    for (operation, title) in titles {
        let _ = writeln!(text, "\n{title}");
        for row in AMOUNTS.iter().filter(|row| row.operation == operation) {
            let AmountRow { ending, happens, terminal, .. } = row;
            let _ = writeln!(text, "  .{ending:02}  {happens:width$}  -> {terminal}");
        }
    }
    text.push_str(
        "\nA lost, late, dropped or busy row strikes only the first request of an order (or \
         refund):\nasked again with the same number, it is served plainly. A code on the screen \
         is paid by the\ncustomer's phone (/wallet/scan, /wallet/pay) unless its row says \
         otherwise.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_ending_stands_twice_and_each_operation_has_its_own_decades() {
        let mut endings: Vec<_> = AMOUNTS.iter().map(|row| row.ending).collect();
        endings.sort_unstable();
        endings.dedup();
        assert_eq!(endings.len(), AMOUNTS.len());
        assert!(endings.iter().all(|ending| *ending < 100));
    }

    #[test]
    fn the_ending_chooses_only_for_its_own_operation() {
        assert_eq!(effect(Operation::Pay, 1_211), Effect::Declines(Reason::BalanceShort));
        assert_eq!(effect(Operation::Refund, 1_211), Effect::Succeeds);
        assert_eq!(effect(Operation::Create, 32), Effect::PaysLate);
        assert_eq!(effect(Operation::Pay, 1_250), Effect::Succeeds);
    }

    #[test]
    fn the_help_shows_every_row() {
        let help = amounts_help();
        for row in AMOUNTS {
            let line = format!("  .{:02}  {}", row.ending, row.happens);
            assert!(help.contains(&line), "{line}");
        }
    }
}
