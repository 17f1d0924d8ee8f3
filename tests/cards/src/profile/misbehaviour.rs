//! What a card does wrong, as data. Each entry strikes once in the card's life (it is counted over
//! insertions), but for those that say "always".

use serde::Deserialize;

use crate::hex::Hex;

/// A command that a misbehaviour waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandName {
    /// SELECT of a directory (PSE or PPSE).
    SelectDirectory,
    /// SELECT of an application.
    Select,
    /// READ RECORD of the directory.
    ReadDirectory,
    /// READ RECORD of an application.
    ReadRecord,
    /// GET PROCESSING OPTIONS.
    ProcessingOptions,
    /// GET DATA.
    GetData,
    /// INTERNAL AUTHENTICATE.
    InternalAuthenticate,
    /// VERIFY.
    Verify,
    /// GET CHALLENGE.
    GetChallenge,
    /// The first GENERATE AC of a transaction.
    FirstCryptogram,
    /// The second GENERATE AC of a transaction.
    SecondCryptogram,
    /// EXTERNAL AUTHENTICATE.
    ExternalAuthenticate,
    /// A command of an issuer's script.
    Script,
    /// GET RESPONSE.
    GetResponse,
}

/// When a misbehaviour strikes: at a command's number, counted from 1 over the card's life (GET
/// RESPONSE counts), or the first time that a command comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum At {
    /// The n-th command.
    Number(u32),
    /// The first command of this name.
    Command(CommandName),
}

/// How an answer is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Malformation {
    /// The outer length says more than is there.
    #[default]
    Overrun,
    /// The second half is missing.
    Truncated,
    /// A template in a template, as deep as an answer can be.
    Nested,
    /// Bytes that are no TLV: all `FF`.
    Garbage,
    /// No data at all, and yet `9000`.
    Empty,
}

/// A broken answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Malformed {
    /// Which.
    pub at: At,
    /// In what way.
    #[serde(default)]
    pub how: Malformation,
}

/// A wrong status word. The command is not executed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WrongStatus {
    /// Where.
    pub at: At,
    /// Two bytes.
    pub status: Hex,
}

/// What a card does wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Misbehaviour {
    /// Torn away at this command: the command was executed, its answer never came, and the card is
    /// without power until it is inserted again.
    pub torn_at: Option<At>,
    /// Mute at this command and until it has been without power.
    pub mute_at: Option<At>,
    /// No answer to reset by contact, always: a broken chip, so that the till falls back.
    #[serde(default)]
    pub mute_at_reset: bool,
    /// A broken answer: that of this command, or the next one that has data.
    pub malformed: Option<Malformed>,
    /// A wrong status word.
    pub wrong_status: Option<WrongStatus>,
    /// `61xx` without end to the first answer with data from here on, until it is without power.
    pub endless_get_response_at: Option<At>,
    /// An AAC at the second GENERATE AC, always, though the issuer approved.
    #[serde(default)]
    pub aac_at_second: bool,
    /// DDA and CDA signatures are of other data, always.
    #[serde(default)]
    pub wrong_dynamic_signature: bool,
    /// The signed static data (SDA), or those that the card's certificate covers, are not those
    /// in the records, always.
    #[serde(default)]
    pub wrong_static_data: bool,
    /// The application cryptogram is wrong, always: the issuer declines.
    #[serde(default)]
    pub wrong_cryptogram: bool,
    /// A second card is in the field. The reader's matter: the engine answers as ever.
    #[serde(default)]
    pub second_card_in_field: bool,
}
