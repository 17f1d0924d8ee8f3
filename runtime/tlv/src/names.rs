//! The tags that a payment terminal meets: name, format, and what of the value may be shown.
//!
//! Sources: EMV Book 3, Annex A; EMV Book 1, Annex B; EMV contactless Book B (`9F66`, `9F6C`);
//! JR/T 0025 (the electronic cash of PBOC cards). A tag that means different things to different
//! kernels has the name of the kernel that is served here (qPBOC/qVSDC).

use crate::Tag;

/// How a value is written (EMV Book 3, 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Letters and digits.
    An,
    /// Text.
    Ans,
    /// Bytes.
    B,
    /// Digits, filled with `F` at the right.
    Cn,
    /// Digits, filled with zeros at the left.
    N,
    /// Further objects.
    Template,
    /// Tags and lengths.
    Dol,
}

/// What of a value may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// All, if no card number would stand in the text: it is the terminal's own.
    All,
    /// All, if it holds nothing that could be a card number: it is the card's.
    Searched,
    /// The first six and last four digits: it is a card number.
    Pan,
    /// Its card number, masked: it is a track 1.
    Track1,
    /// Its card number, masked: it is a track 2.
    Track2,
    /// Its length.
    Nothing,
}

/// What is known of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagInfo {
    /// Which tag.
    pub tag: Tag,
    /// What it is called.
    pub name: &'static str,
    /// How its value is written.
    pub format: Format,
    /// What of its value may be shown.
    pub shows: Shows,
}

impl TagInfo {
    /// True where the whole value must not leave the payment: number, track, name, PIN data.
    #[must_use]
    pub const fn is_sensitive(&self) -> bool {
        !matches!(self.shows, Shows::All | Shows::Searched)
    }
}

/// What is known of `tag`; none for a tag that stands in no list of ours.
#[must_use]
pub fn info(tag: Tag) -> Option<&'static TagInfo> {
    let at = TAGS.binary_search_by_key(&tag, |info| info.tag).ok()?;
    TAGS.get(at)
}

/// Every tag that is known, in ascending order.
#[must_use]
pub const fn all() -> &'static [TagInfo] {
    &TAGS
}

const fn card(tag: u32, name: &'static str, format: Format) -> TagInfo {
    TagInfo { tag: Tag::literal(tag), name, format, shows: Shows::Searched }
}

const fn own(tag: u32, name: &'static str, format: Format) -> TagInfo {
    TagInfo { tag: Tag::literal(tag), name, format, shows: Shows::All }
}

const fn secret(tag: u32, name: &'static str, format: Format, shows: Shows) -> TagInfo {
    TagInfo { tag: Tag::literal(tag), name, format, shows }
}

use Format::{An, Ans, B, Cn, Dol, N, Template};

#[rustfmt::skip] // a table: one row, one line
static TAGS: [TagInfo; 141] = [
    card(0x42, "Issuer Identification Number (IIN)", N),
    card(0x4F, "Application Dedicated File (ADF) Name", B),
    card(0x50, "Application Label", Ans),
    secret(0x56, "Track 1 Data", Ans, Shows::Track1),
    secret(0x57, "Track 2 Equivalent Data", B, Shows::Track2),
    secret(0x5A, "Application Primary Account Number (PAN)", Cn, Shows::Pan),
    card(0x61, "Application Template", Template),
    card(0x6F, "File Control Information (FCI) Template", Template),
    card(0x70, "READ RECORD Response Message Template", Template),
    card(0x71, "Issuer Script Template 1", Template),
    card(0x72, "Issuer Script Template 2", Template),
    card(0x73, "Directory Discretionary Template", Template),
    card(0x77, "Response Message Template Format 2", Template),
    card(0x80, "Response Message Template Format 1", B),
    own(0x81, "Amount, Authorised (Binary)", B),
    card(0x82, "Application Interchange Profile (AIP)", B),
    card(0x83, "Command Template", B),
    card(0x84, "Dedicated File (DF) Name", B),
    card(0x86, "Issuer Script Command", B),
    card(0x87, "Application Priority Indicator", B),
    card(0x88, "Short File Identifier (SFI)", B),
    card(0x89, "Authorisation Code", An),
    card(0x8A, "Authorisation Response Code", An),
    card(0x8C, "Card Risk Management Data Object List 1 (CDOL1)", Dol),
    card(0x8D, "Card Risk Management Data Object List 2 (CDOL2)", Dol),
    card(0x8E, "Cardholder Verification Method (CVM) List", B),
    card(0x8F, "Certification Authority Public Key Index", B),
    card(0x90, "Issuer Public Key Certificate", B),
    card(0x91, "Issuer Authentication Data", B),
    card(0x92, "Issuer Public Key Remainder", B),
    card(0x93, "Signed Static Application Data", B),
    card(0x94, "Application File Locator (AFL)", B),
    own(0x95, "Terminal Verification Results (TVR)", B),
    card(0x97, "Transaction Certificate Data Object List (TDOL)", Dol),
    card(0x98, "Transaction Certificate (TC) Hash Value", B),
    secret(0x99, "Transaction PIN Data", B, Shows::Nothing),
    own(0x9A, "Transaction Date", N),
    own(0x9B, "Transaction Status Information (TSI)", B),
    own(0x9C, "Transaction Type", N),
    card(0x9D, "Directory Definition File (DDF) Name", B),
    card(0xA5, "FCI Proprietary Template", Template),
    secret(0x5F20, "Cardholder Name", Ans, Shows::Nothing),
    card(0x5F24, "Application Expiration Date", N),
    card(0x5F25, "Application Effective Date", N),
    card(0x5F28, "Issuer Country Code", N),
    own(0x5F2A, "Transaction Currency Code", N),
    card(0x5F2D, "Language Preference", An),
    card(0x5F30, "Service Code", N),
    card(0x5F34, "PAN Sequence Number", N),
    own(0x5F36, "Transaction Currency Exponent", N),
    card(0x5F50, "Issuer URL", Ans),
    secret(0x5F53, "International Bank Account Number (IBAN)", B, Shows::Nothing),
    card(0x5F54, "Bank Identifier Code (BIC)", B),
    card(0x5F55, "Issuer Country Code (alpha2)", An),
    card(0x5F56, "Issuer Country Code (alpha3)", An),
    own(0x9F01, "Acquirer Identifier", N),
    own(0x9F02, "Amount, Authorised (Numeric)", N),
    own(0x9F03, "Amount, Other (Numeric)", N),
    own(0x9F04, "Amount, Other (Binary)", B),
    card(0x9F05, "Application Discretionary Data", B),
    own(0x9F06, "Application Identifier (AID), terminal", B),
    card(0x9F07, "Application Usage Control (AUC)", B),
    card(0x9F08, "Application Version Number, card", B),
    own(0x9F09, "Application Version Number, terminal", B),
    secret(0x9F0B, "Cardholder Name Extended", Ans, Shows::Nothing),
    card(0x9F0D, "Issuer Action Code, Default", B),
    card(0x9F0E, "Issuer Action Code, Denial", B),
    card(0x9F0F, "Issuer Action Code, Online", B),
    card(0x9F10, "Issuer Application Data (IAD)", B),
    card(0x9F11, "Issuer Code Table Index", N),
    card(0x9F12, "Application Preferred Name", Ans),
    card(0x9F13, "Last Online ATC Register", B),
    card(0x9F14, "Lower Consecutive Offline Limit", B),
    own(0x9F15, "Merchant Category Code", N),
    own(0x9F16, "Merchant Identifier", Ans),
    card(0x9F17, "PIN Try Counter", B),
    card(0x9F18, "Issuer Script Identifier", B),
    own(0x9F1A, "Terminal Country Code", N),
    own(0x9F1B, "Terminal Floor Limit", B),
    own(0x9F1C, "Terminal Identification", An),
    own(0x9F1D, "Terminal Risk Management Data", B),
    own(0x9F1E, "Interface Device (IFD) Serial Number", An),
    secret(0x9F1F, "Track 1 Discretionary Data", Ans, Shows::Nothing),
    secret(0x9F20, "Track 2 Discretionary Data", Cn, Shows::Nothing),
    own(0x9F21, "Transaction Time", N),
    own(0x9F22, "Certification Authority Public Key Index, terminal", B),
    card(0x9F23, "Upper Consecutive Offline Limit", B),
    card(0x9F24, "Payment Account Reference (PAR)", An),
    card(0x9F26, "Application Cryptogram (AC)", B),
    card(0x9F27, "Cryptogram Information Data (CID)", B),
    card(0x9F2D, "ICC PIN Encipherment Public Key Certificate", B),
    card(0x9F2E, "ICC PIN Encipherment Public Key Exponent", B),
    card(0x9F2F, "ICC PIN Encipherment Public Key Remainder", B),
    card(0x9F32, "Issuer Public Key Exponent", B),
    own(0x9F33, "Terminal Capabilities", B),
    own(0x9F34, "Cardholder Verification Method (CVM) Results", B),
    own(0x9F35, "Terminal Type", N),
    card(0x9F36, "Application Transaction Counter (ATC)", B),
    own(0x9F37, "Unpredictable Number", B),
    card(0x9F38, "Processing Options Data Object List (PDOL)", Dol),
    own(0x9F39, "POS Entry Mode", N),
    own(0x9F3A, "Amount, Reference Currency", B),
    card(0x9F3B, "Application Reference Currency", N),
    own(0x9F3C, "Transaction Reference Currency Code", N),
    own(0x9F3D, "Transaction Reference Currency Exponent", N),
    own(0x9F40, "Additional Terminal Capabilities", B),
    own(0x9F41, "Transaction Sequence Counter", N),
    card(0x9F42, "Application Currency Code", N),
    card(0x9F43, "Application Reference Currency Exponent", N),
    card(0x9F44, "Application Currency Exponent", N),
    card(0x9F45, "Data Authentication Code", B),
    card(0x9F46, "ICC Public Key Certificate", B),
    card(0x9F47, "ICC Public Key Exponent", B),
    card(0x9F48, "ICC Public Key Remainder", B),
    card(0x9F49, "Dynamic Data Authentication Data Object List (DDOL)", Dol),
    card(0x9F4A, "Static Data Authentication Tag List", B),
    card(0x9F4B, "Signed Dynamic Application Data", B),
    card(0x9F4C, "ICC Dynamic Number", B),
    card(0x9F4D, "Log Entry", B),
    own(0x9F4E, "Merchant Name and Location", Ans),
    card(0x9F4F, "Log Format", Dol),
    card(0x9F51, "Application Currency Code (Electronic Cash)", N),
    own(0x9F53, "Transaction Category Code", An),
    card(0x9F5D, "Available Offline Spending Amount", N),
    card(0x9F63, "Card Product Identification", B),
    own(0x9F66, "Terminal Transaction Qualifiers (TTQ)", B),
    card(0x9F69, "Card Authentication Related Data", B),
    secret(0x9F6B, "Track 2 Data", B, Shows::Track2),
    card(0x9F6C, "Card Transaction Qualifiers (CTQ)", B),
    card(0x9F6D, "Electronic Cash Reset Threshold", N),
    card(0x9F6E, "Form Factor Indicator", B),
    card(0x9F74, "Electronic Cash Issuer Authorisation Code", An),
    card(0x9F77, "Electronic Cash Balance Limit", N),
    card(0x9F78, "Electronic Cash Single Transaction Limit", N),
    card(0x9F79, "Electronic Cash Balance", N),
    own(0x9F7A, "Electronic Cash Terminal Support Indicator", N),
    own(0x9F7B, "Electronic Cash Terminal Transaction Limit", N),
    card(0x9F7C, "Customer Exclusive Data", B),
    card(0xBF0C, "FCI Issuer Discretionary Data", Template),
    own(0xDF31, "Issuer Script Results", B),
    own(0xDF69, "SM Algorithm Support Indicator", N),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_so_that_every_row_is_found() {
        assert!(TAGS.windows(2).all(|pair| pair[0].tag < pair[1].tag));
        assert!(TAGS.iter().all(|row| info(row.tag) == Some(row)));
    }

    #[test]
    fn a_template_is_named_as_one_and_nothing_else_is() {
        for row in &TAGS {
            assert_eq!(row.tag.is_constructed(), row.format == Template, "{}", row.name);
        }
    }

    #[test]
    fn what_identifies_a_cardholder_is_sensitive() {
        for tag in [0x56, 0x57, 0x5A, 0x99, 0x5F20, 0x9F0B, 0x9F1F, 0x9F20, 0x9F6B] {
            assert!(info(Tag::literal(tag)).unwrap().is_sensitive(), "{tag:X}");
        }
        assert!(!info(Tag::literal(0x95)).unwrap().is_sensitive());
        assert_eq!(info(Tag::literal(0xDF01)), None);
    }
}
