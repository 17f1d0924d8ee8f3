//! How a payment card is known: by the directory of its applications, and by whose they are.
//!
//! Two walls, each of which holds alone. A card that is asked by the host and does not deny having
//! a directory is never handed over; and no list can name an application of a payment system.

/// SELECT of each directory of payment applications: that of contactless cards (EMV Book B, 3.3.2),
/// then that of chips (EMV Book 1, 12.2.2).
pub const DIRECTORIES: [&[u8]; 2] =
    [b"\x00\xA4\x04\x00\x0E2PAY.SYS.DDF01\x00", b"\x00\xA4\x04\x00\x0E1PAY.SYS.DDF01\x00"];

/// True where the answer to one of [`DIRECTORIES`] denies that it is there: no such application
/// (`6A82`), or a card that has no SELECT by name at all (`6D00`, `6E00`). A card that says
/// anything else is taken for a payment card: a blocked one (`6A81`, `6283`) is one too.
#[must_use]
pub const fn is_no_payment_card(status: u16, has_data: bool) -> bool {
    !has_data && matches!(status, 0x6A82 | 0x6D00 | 0x6E00)
}

/// Registered identifiers of payment systems (ISO/IEC 7816-5), as their public specifications and
/// their cards name them, and the first five bytes of the directories' names.
const OWNERS: [([u8; 5], &str); 31] = [
    (*b"1PAY.", "all payment systems (PSE, PPSE)"),
    (*b"2PAY.", "all payment systems (PSE, PPSE)"),
    ([0xA0, 0x00, 0x00, 0x00, 0x03], "Visa"),
    ([0xA0, 0x00, 0x00, 0x00, 0x04], "Mastercard"),
    ([0xA0, 0x00, 0x00, 0x00, 0x05], "Mastercard"),
    ([0xA0, 0x00, 0x00, 0x00, 0x10], "Mastercard"),
    ([0xA0, 0x00, 0x00, 0x00, 0x25], "American Express"),
    ([0xA0, 0x00, 0x00, 0x00, 0x29], "LINK"),
    ([0xA0, 0x00, 0x00, 0x00, 0x42], "Cartes Bancaires"),
    ([0xA0, 0x00, 0x00, 0x00, 0x59], "girocard"),
    ([0xA0, 0x00, 0x00, 0x00, 0x65], "JCB"),
    ([0xA0, 0x00, 0x00, 0x00, 0x98], "Visa"),
    ([0xA0, 0x00, 0x00, 0x01, 0x21], "Dankort"),
    ([0xA0, 0x00, 0x00, 0x01, 0x41], "PagoBANCOMAT"),
    ([0xA0, 0x00, 0x00, 0x01, 0x52], "Discover"),
    ([0xA0, 0x00, 0x00, 0x01, 0x54], "Banrisul"),
    ([0xA0, 0x00, 0x00, 0x02, 0x28], "mada"),
    ([0xA0, 0x00, 0x00, 0x02, 0x77], "Interac"),
    ([0xA0, 0x00, 0x00, 0x03, 0x24], "Discover"),
    ([0xA0, 0x00, 0x00, 0x03, 0x33], "UnionPay"),
    ([0xA0, 0x00, 0x00, 0x03, 0x59], "girocard"),
    ([0xA0, 0x00, 0x00, 0x03, 0x71], "Verve"),
    ([0xA0, 0x00, 0x00, 0x03, 0x84], "eftpos"),
    ([0xA0, 0x00, 0x00, 0x05, 0x24], "RuPay"),
    ([0xA0, 0x00, 0x00, 0x06, 0x15], "MyDebit"),
    ([0xA0, 0x00, 0x00, 0x06, 0x20], "the common debit of the United States"),
    ([0xA0, 0x00, 0x00, 0x06, 0x32], "China T-Union"),
    ([0xA0, 0x00, 0x00, 0x06, 0x58], "Mir"),
    ([0xA0, 0x00, 0x00, 0x06, 0x72], "Troy"),
    ([0xA0, 0x00, 0x00, 0x06, 0x77], "the payment network of Thailand"),
    ([0xD2, 0x76, 0x00, 0x00, 0x25], "girocard"),
];

/// Whose payment application an AID is; `None` where of no payment system that is known.
pub(super) fn owner(aid: &[u8]) -> Option<&'static str> {
    OWNERS.iter().find(|(rid, _)| aid.starts_with(rid)).map(|(_, owner)| *owner)
}
