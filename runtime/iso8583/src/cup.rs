//! The spec `cup`: a terminal to an acquirer in the style of UnionPay.
//!
//! From public knowledge of such messages; an acquirer's own norm decides where it differs, and is
//! then a table of its own.

use std::borrow::Cow;

use crate::spec::{Content, FieldSpec, Justify, Length, Shows, Spec};
use Content::{An, Ans, B, N, Xn, Z};
use Justify::{Left, Right};
use Length::{Fixed, Ll, Lll};

/// TPDU of five bytes, header of six, MTI and lengths in BCD, fields as below.
pub static CUP: Spec = Spec {
    name: Cow::Borrowed("cup"),
    has_tpdu: true,
    header_bytes: 6,
    fields: Cow::Borrowed(&FIELDS),
};

const fn field(
    number: u8,
    name: &'static str,
    content: Content,
    length: Length,
    justify: Justify,
    shows: Shows,
) -> FieldSpec {
    FieldSpec { number, name: Cow::Borrowed(name), content, length, justify, shows }
}

#[rustfmt::skip] // a table: one row, one line
static FIELDS: [FieldSpec; 50] = [
    field(2, "primary account number", N, Ll(19), Left, Shows::Pan),
    field(3, "processing code", N, Fixed(6), Left, Shows::All),
    field(4, "amount", N, Fixed(12), Left, Shows::All),
    field(6, "cardholder billing amount", N, Fixed(12), Left, Shows::All),
    field(7, "transmission date and time", N, Fixed(10), Left, Shows::All),
    field(10, "cardholder billing rate", N, Fixed(8), Left, Shows::All),
    field(11, "system trace audit number", N, Fixed(6), Left, Shows::All),
    field(12, "local time", N, Fixed(6), Left, Shows::All),
    field(13, "local date", N, Fixed(4), Left, Shows::All),
    field(14, "expiry", N, Fixed(4), Left, Shows::Nothing),
    field(15, "settlement date", N, Fixed(4), Left, Shows::All),
    field(18, "merchant category code", N, Fixed(4), Left, Shows::All),
    field(22, "entry mode", N, Fixed(3), Left, Shows::All),
    field(23, "card sequence number", N, Fixed(3), Right, Shows::All),
    field(25, "condition code", N, Fixed(2), Left, Shows::All),
    field(26, "longest PIN", N, Fixed(2), Left, Shows::All),
    field(28, "transaction fee", Xn, Fixed(8), Left, Shows::All),
    field(32, "acquirer code", N, Ll(11), Left, Shows::All),
    field(33, "forwarder code", N, Ll(11), Left, Shows::All),
    field(35, "track 2", Z, Ll(37), Left, Shows::Track2),
    field(36, "track 3", Z, Lll(104), Left, Shows::Track2),
    field(37, "retrieval reference number", An, Fixed(12), Left, Shows::All),
    field(38, "authorisation code", An, Fixed(6), Left, Shows::All),
    field(39, "answer code", An, Fixed(2), Left, Shows::All),
    field(41, "terminal", Ans, Fixed(8), Left, Shows::All),
    field(42, "merchant", Ans, Fixed(15), Left, Shows::All),
    field(43, "merchant name", Ans, Fixed(40), Left, Shows::Searched),
    field(44, "additional answer data", Ans, Ll(25), Left, Shows::Searched),
    field(45, "track 1", Ans, Ll(79), Left, Shows::Track1),
    field(48, "additional data", N, Lll(322), Left, Shows::Totals),
    field(49, "currency", An, Fixed(3), Left, Shows::All),
    field(51, "cardholder billing currency", An, Fixed(3), Left, Shows::All),
    field(52, "PIN block", B, Fixed(8), Left, Shows::Nothing),
    field(53, "security control", N, Fixed(16), Left, Shows::All),
    field(54, "additional amounts", An, Lll(120), Left, Shows::Searched),
    field(55, "chip data", B, Lll(255), Left, Shows::Tlv),
    field(57, "private data 57", Ans, Lll(999), Left, Shows::Searched),
    field(58, "electronic cash data", Ans, Lll(100), Left, Shows::Searched),
    field(59, "private data 59", Ans, Lll(999), Left, Shows::Searched),
    field(60, "transaction kind, batch and network code", N, Lll(17), Left, Shows::All),
    field(61, "original transaction", N, Lll(29), Left, Shows::Searched),
    field(62, "keys or parameters", B, Lll(512), Left, Shows::Nothing),
    field(63, "operator and texts", Ans, Lll(163), Left, Shows::Searched),
    field(64, "MAC", B, Fixed(8), Left, Shows::All),
    field(70, "network code", N, Fixed(3), Right, Shows::All),
    field(90, "original data elements", N, Fixed(42), Left, Shows::All),
    field(100, "receiver code", N, Ll(11), Left, Shows::All),
    field(102, "account 1", Ans, Ll(28), Left, Shows::Nothing),
    field(103, "account 2", Ans, Ll(28), Left, Shows::Nothing),
    field(128, "MAC", B, Fixed(8), Left, Shows::All),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_a_spec() {
        let owned = Spec::new("cup".to_owned(), true, 6, FIELDS.to_vec());
        assert_eq!(owned.as_ref(), Ok(&CUP));
        assert!(FIELDS.iter().all(|row| CUP.field(row.number) == Some(row)));
    }

    #[test]
    fn what_a_thief_wants_is_sensitive() {
        for number in [2, 14, 35, 36, 45, 52, 55, 62] {
            assert!(CUP.field(number).unwrap().is_sensitive(), "{number}");
        }
    }
}
