//! `terminal.toml`: what the terminal is, and which tags go into DE55.

use super::fields::{Bytes, Characters, Hex, PlainTag};
use super::{Wrong, parse};
use emv::contact::terminal::Terminal;
use emv::de::additional_terminal_capabilities::AdditionalTerminalCapabilities;
use emv::de::terminal_capabilities::TerminalCapabilities;
use emv::de::terminal_type::TerminalType;
use serde::Deserialize;

const FILE: &str = "terminal.toml";
/// Most tags in one list of DE55.
const TAGS_MAX: usize = 40;
/// Longest 9F4E, in bytes (EMV Book 4, annex A).
const MERCHANT_NAME_MAX: usize = 85;

/// What the terminal is, application by application the same.
#[derive(Debug, Clone)]
pub struct TerminalData {
    /// Without applications.
    pub(crate) terminal: Terminal,
    /// Tags of DE55 after the first cryptogram.
    pub(crate) request: Vec<u32>,
    /// Tags of DE55 after the last.
    pub(crate) confirmation: Vec<u32>,
}

impl TerminalData {
    /// 9F35.
    #[must_use]
    pub fn terminal_type(&self) -> u8 {
        self.terminal.terminal_type.to_byte()
    }

    /// 9F33.
    #[must_use]
    pub fn capabilities(&self) -> [u8; 3] {
        self.terminal.terminal_capabilities.to_bytes()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    r#type: u8,
    country: u16,
    capabilities: Bytes<3>,
    additional_capabilities: Bytes<5>,
    identification: Characters<8>,
    serial: Characters<8>,
    merchant_category: u16,
    merchant: Characters<15>,
    merchant_name: String,
    acquirer: Option<Hex>,
    cardholder_selection: bool,
    de55: Tags,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tags {
    request: Vec<PlainTag>,
    confirmation: Vec<PlainTag>,
}

pub(super) fn read(bytes: &[u8]) -> Result<TerminalData, Wrong> {
    let file: File = parse(FILE, bytes)?;
    check(&file).map_err(|rule| Wrong { file: FILE, line: 0, rule: rule.to_owned() })?;
    let acquirer = file.acquirer.and_then(|Hex(digits)| digits.try_into().ok());
    let wrong = |_| Wrong { file: FILE, line: 0, rule: "capabilities of EMV Book 4".to_owned() };
    let mut capabilities = TerminalCapabilities::parse(&file.capabilities.0).map_err(wrong)?;
    // Extended data authentication and biometrics are not offered, whatever the file says: no
    // test card of ours speaks them.
    capabilities.xda = false;
    capabilities.enciphered_pin_for_offline_verification_ecc_ode = false;
    capabilities.online_biometric = false;
    capabilities.offline_biometric = false;
    let terminal = Terminal {
        terminal_type: TerminalType(file.r#type),
        terminal_capabilities: capabilities,
        additional_terminal_capabilities: AdditionalTerminalCapabilities::parse(
            &file.additional_capabilities.0,
        )
        .map_err(wrong)?,
        terminal_country_code: file.country,
        terminal_identification: file.identification.0,
        ifd_serial_number: file.serial.0,
        merchant_category_code: file.merchant_category,
        merchant_identifier: file.merchant.0,
        merchant_name_and_location: file.merchant_name.into_bytes(),
        acquirer_identifier: acquirer,
        cardholder_selection_and_confirmation_supported: file.cardholder_selection,
        applications: Vec::new(),
    };
    let tags = |list: Vec<PlainTag>| list.into_iter().map(|PlainTag(tag)| tag).collect();
    Ok(TerminalData {
        terminal,
        request: tags(file.de55.request),
        confirmation: tags(file.de55.confirmation),
    })
}

fn check(file: &File) -> Result<(), &'static str> {
    // A merchant's, with somebody beside it, that can ask an issuer. Others are no till.
    if !matches!(file.r#type, 0x21 | 0x22) {
        return Err("type is 0x21 (online only) or 0x22 (offline with online capability)");
    }
    if file.country > 999 {
        return Err("country has three digits");
    }
    if file.merchant_category > 9999 {
        return Err("merchant-category has four digits");
    }
    let plain = file.merchant_name.bytes().all(|byte| (0x20..0x7F).contains(&byte));
    if file.merchant_name.len() > MERCHANT_NAME_MAX || !plain {
        return Err("merchant-name has at most 85 plain characters");
    }
    let digits = |Hex(bytes): &Hex| {
        bytes.len() == 6 && bytes.iter().all(|byte| byte >> 4 <= 9 && byte & 0x0F <= 9)
    };
    if file.acquirer.as_ref().is_some_and(|acquirer| !digits(acquirer)) {
        return Err("acquirer has 12 digits");
    }
    if file.de55.request.len() > TAGS_MAX || file.de55.confirmation.len() > TAGS_MAX {
        return Err("request and confirmation have at most 40 tags each");
    }
    Ok(())
}
