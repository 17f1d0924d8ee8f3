//! What a terminal may ask of the bank, and how a message says it.

use caisson_iso8583::Message;

use super::amounts::declining;
use crate::fault::FaultTarget;

/// What a terminal may ask. The names stand in fault lines and in the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BankOperation {
    /// Asks for keys and the batch number.
    SignOn,
    /// Ends the day's work.
    SignOff,
    /// Asks whether anybody is there.
    Echo,
    /// Takes money.
    Sale,
    /// Asks what is on a card. Moves nothing.
    Inquiry,
    /// Takes a sale of the same batch back.
    Void,
    /// Gives money back.
    Refund,
    /// Holds money.
    Authorisation,
    /// Lets held money go.
    AuthorisationVoid,
    /// Takes held money.
    Completion,
    /// Takes a completion of the same batch back.
    CompletionVoid,
    /// Tells of a sale that card and terminal approved.
    Advice,
    /// Undoes what was not answered.
    Reversal,
    /// Tells a transaction once more, because totals differ.
    Upload,
    /// Ends the upload and the batch.
    UploadEnd,
    /// Compares totals.
    Settlement,
}

use BankOperation as Op;

/// Names in one place, for both directions.
const NAMES: [(Op, &str); 16] = [
    (Op::SignOn, "sign-on"),
    (Op::SignOff, "sign-off"),
    (Op::Echo, "echo"),
    (Op::Sale, "sale"),
    (Op::Inquiry, "inquiry"),
    (Op::Void, "void"),
    (Op::Refund, "refund"),
    (Op::Authorisation, "authorisation"),
    (Op::AuthorisationVoid, "authorisation-void"),
    (Op::Completion, "completion"),
    (Op::CompletionVoid, "completion-void"),
    (Op::Advice, "advice"),
    (Op::Reversal, "reversal"),
    (Op::Upload, "upload"),
    (Op::UploadEnd, "upload-end"),
    (Op::Settlement, "settlement"),
];

static ALL: [Op; NAMES.len()] = [
    Op::SignOn,
    Op::SignOff,
    Op::Echo,
    Op::Sale,
    Op::Inquiry,
    Op::Void,
    Op::Refund,
    Op::Authorisation,
    Op::AuthorisationVoid,
    Op::Completion,
    Op::CompletionVoid,
    Op::Advice,
    Op::Reversal,
    Op::Upload,
    Op::UploadEnd,
    Op::Settlement,
];

impl FaultTarget for BankOperation {
    fn all() -> &'static [Self] {
        &ALL
    }

    fn name(self) -> &'static str {
        NAMES.iter().find(|(operation, _)| *operation == self).map_or("", |(_, name)| name)
    }

    fn code(code: &str) -> Option<&'static str> {
        declining(code)
    }
}

impl BankOperation {
    /// What `message` asks; none for what no terminal asks.
    #[must_use]
    pub fn of(message: &Message<'_>) -> Option<Self> {
        let processing = message.text(3).and_then(|code| code.get(..2)).unwrap_or_default();
        let is_held = message.text(25) == Some("06");
        let (kind, code) = (digits(message, 0..2), digits(message, 8..11));
        let operation = match (message.mti().first().bcd(), processing) {
            (0x0800 | 0x0820, _) => match code {
                "001" | "003" | "004" => Self::SignOn,
                "002" => Self::SignOff,
                _ => Self::Echo,
            },
            (0x0100, "03") => Self::Authorisation,
            (0x0100, "20") => Self::AuthorisationVoid,
            (0x0200, "31") => Self::Inquiry,
            (0x0200 | 0x0220, "20") if kind == "25" => Self::Refund,
            (0x0200 | 0x0220, "00") if is_held => Self::Completion,
            (0x0200, "20") if is_held => Self::CompletionVoid,
            (0x0200, "00") => Self::Sale,
            (0x0200, "20") => Self::Void,
            (0x0220, "00") => Self::Advice,
            (0x0400 | 0x0420, _) => Self::Reversal,
            (0x0320, _) if matches!(code, "202" | "207") => Self::UploadEnd,
            (0x0320, _) => Self::Upload,
            (0x0500, _) => Self::Settlement,
            _ => return None,
        };
        Some(operation)
    }

    /// True for those whose amount chooses what happens.
    #[must_use]
    pub const fn is_chosen_by_amount(self) -> bool {
        matches!(self, Self::Sale | Self::Authorisation | Self::Completion | Self::Refund)
    }
}

/// A part of DE60: kind 0..2, batch 2..8, network code 8..11.
pub(super) fn digits<'m>(message: &'m Message<'_>, part: std::ops::Range<usize>) -> &'m str {
    message.text(60).and_then(|text| text.get(part)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use caisson_iso8583::CUP;

    #[track_caller]
    fn check(mti: &str, fields: &[(u8, &str)], expected: Option<&str>) {
        let mut message = Message::new(&CUP, mti.parse().unwrap());
        for (number, text) in fields {
            message.set(*number, text).unwrap();
        }
        assert_eq!(BankOperation::of(&message).map(FaultTarget::name), expected, "{message:?}");
    }

    #[test]
    fn a_message_says_what_it_asks() {
        let (goods, back, held) = ((3, "000000"), (3, "200000"), (25, "06"));
        check("0800", &[(60, "00000001003")], Some("sign-on"));
        check("0820", &[(60, "00000001002")], Some("sign-off"));
        check("0820", &[(60, "00000001301")], Some("echo"));
        check("0200", &[goods], Some("sale"));
        check("0200", &[(3, "310000")], Some("inquiry"));
        check("0200", &[back, (60, "23000001000")], Some("void"));
        check("0220", &[back, (60, "25000001000")], Some("refund"));
        check("0200", &[back, (60, "25000001000")], Some("refund"));
        check("0100", &[(3, "030000"), held], Some("authorisation"));
        check("0100", &[back, held], Some("authorisation-void"));
        check("0200", &[goods, held], Some("completion"));
        check("0220", &[goods, held], Some("completion"));
        check("0200", &[back, held], Some("completion-void"));
        check("0220", &[goods], Some("advice"));
        check("0401", &[goods], Some("reversal"));
        check("0421", &[], Some("reversal"));
        check("0320", &[(60, "00000001203")], Some("upload"));
        check("0320", &[(60, "00000001207")], Some("upload-end"));
        check("0500", &[], Some("settlement"));
    }

    #[test]
    fn what_no_terminal_asks_is_nothing() {
        for mti in ["0210", "0810", "0600", "0100"] {
            check(mti, &[], None);
        }
        check("0200", &[(3, "990000")], None);
    }

    #[test]
    fn every_operation_has_its_name() {
        assert!(NAMES.iter().map(|(operation, _)| operation).eq(ALL.iter()));
        for operation in ALL {
            assert_eq!(BankOperation::named(operation.name()), Some(operation));
        }
    }
}
