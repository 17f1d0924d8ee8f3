//! Virtual tags that are no payment cards, or pretend so: a tag is a TOML file ([`TagProfile`]),
//! documented in `tags/README.md`, and [`Tag`] answers as it says.
//!
//! Guarantees: any bytes get an answer and never a panic; a tag decides by its file, the
//! application that is selected and the commands alone. It is as kind to whoever asks as a tag can
//! be: it takes SELECT in any class, so that a terminal which lets a hidden one through is found.
//!
//! Deliberately not here: memory that can be written, keys, counters. `tags/` has tags ready to
//! use, each named in [`TAGS`].

use crate::card::Fault;
use crate::hex::Hex;
use crate::profile;
use serde::Deserialize;

/// Longest tag file in bytes. Stops a file from being a bomb.
const FILE_BYTES_MAX: usize = 32 * 1024;
/// Most applications of a tag, and commands of an application.
const APPLICATIONS_MAX: usize = 8;
const COMMANDS_MAX: usize = 16;
/// Shortest and longest name of an application, in bytes (ISO/IEC 7816-4, 12.2.3).
const AID_BYTES: std::ops::RangeInclusive<usize> = 5..=16;
/// Bytes of a page, and those that a read gives at once (NFC Forum Type 2 Tag, 5.2).
const PAGE_BYTES: usize = 4;
const READ_BYTES: usize = 16;
/// What a reader makes up as the answer to reset (PC/SC part 3, 3.1.3.2.3).
const ATR_COMMANDS: &[u8] = &[0x3B, 0x80, 0x80, 0x01, 0x01];
const ATR_TYPE_2: &[u8] = &[
    0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06, 0x03, 0x00, 0x03, 0x00,
    0x00, 0x00, 0x00, 0x68,
];

/// Name and text of each tag file, by name.
#[rustfmt::skip]
pub const TAGS: &[(&str, &str)] = &[
    ("loyalty", include_str!("../tags/loyalty.toml")),
    ("loyalty-late", include_str!("../tags/loyalty-late.toml")),
    ("loyalty-oversized", include_str!("../tags/loyalty-oversized.toml")),
    ("loyalty-endless", include_str!("../tags/loyalty-endless.toml")),
    ("loyalty-that-pays", include_str!("../tags/loyalty-that-pays.toml")),
    ("loyalty-that-hides-a-purse", include_str!("../tags/loyalty-that-hides-a-purse.toml")),
    ("mute-when-asked", include_str!("../tags/mute-when-asked.toml")),
    ("sticker", include_str!("../tags/sticker.toml")),
    ("sticker-that-lies", include_str!("../tags/sticker-that-lies.toml")),
];

/// Why there is no such tag. Whoever asked, or the author of the file: correct it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// Whoever asked: take one of [`TAGS`].
    #[error("no tag is named `{0}`")]
    Unknown(String),
    /// Larger than `FILE_BYTES_MAX`.
    #[error("a tag file of {bytes} bytes, limit {FILE_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// No TOML, an unknown name, or a value of a wrong form.
    #[error("line {line}: {problem}")]
    Format {
        /// Counted from 1; 1 where the whole file is meant.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// Each value is well formed, but together they are no tag.
    #[error("{0}")]
    Rule(&'static str),
}

/// A tag as a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TagProfile {
    /// One line for people: what this tag is for.
    pub about: String,
    /// Of a tag that takes commands.
    #[serde(default)]
    pub applications: Vec<TagApplication>,
    /// Of a tag that is memory: all its pages.
    pub memory: Option<Hex>,
}

/// An application on a tag.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TagApplication {
    /// Its name.
    pub aid: Hex,
    /// What SELECT is answered with, status included; nothing: no answer.
    pub answer: Option<Hex>,
    /// What it knows.
    #[serde(default)]
    pub commands: Vec<TagCommand>,
}

/// A command that an application knows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TagCommand {
    /// How it begins.
    pub begins: Hex,
    /// The answer, status included; nothing: the tag is mute from here until it has been without
    /// power.
    pub answer: Option<Hex>,
}

impl TagProfile {
    /// The tag file of this name.
    ///
    /// # Errors
    /// [`TagError`].
    pub fn named(name: &str) -> Result<Self, TagError> {
        let found = TAGS.iter().find(|(known, _)| *known == name);
        let (_, text) = found.ok_or_else(|| TagError::Unknown(name.to_owned()))?;
        Self::parse(text)
    }

    /// Reads a tag file.
    ///
    /// # Errors
    /// [`TagError`].
    pub fn parse(text: &str) -> Result<Self, TagError> {
        if text.len() > FILE_BYTES_MAX {
            return Err(TagError::TooLarge { bytes: text.len() });
        }
        let profile: Self =
            profile::read(text).map_err(|(line, problem)| TagError::Format { line, problem })?;
        let Self { applications, memory, .. } = &profile;
        if memory.is_some() != applications.is_empty() {
            return Err(TagError::Rule("a tag has applications, or memory"));
        }
        if applications.len() > APPLICATIONS_MAX {
            return Err(TagError::Rule("applications are at most 8"));
        }
        if applications.iter().any(|one| one.commands.len() > COMMANDS_MAX) {
            return Err(TagError::Rule("commands of an application are at most 16"));
        }
        if applications.iter().any(|one| !AID_BYTES.contains(&one.aid.0.len())) {
            return Err(TagError::Rule("an aid has 5 to 16 bytes"));
        }
        let is_paged =
            |memory: &Hex| memory.0.len().is_multiple_of(PAGE_BYTES) && !memory.0.is_empty();
        if !memory.as_ref().is_none_or(is_paged) {
            return Err(TagError::Rule("memory is whole pages of 4 bytes"));
        }
        Ok(profile)
    }
}

/// A tag in the field.
#[derive(Debug, Clone)]
pub struct Tag {
    profile: TagProfile,
    /// The application that answers.
    selected: Option<usize>,
    is_mute: bool,
}

impl Tag {
    /// A tag without power.
    #[must_use]
    pub fn new(profile: TagProfile) -> Self {
        Self { profile, selected: None, is_mute: false }
    }

    /// Gives it power: what was selected is forgotten.
    pub fn power_on(&mut self) {
        (self.selected, self.is_mute) = (None, false);
    }

    /// What a reader makes up as its answer to reset.
    #[must_use]
    pub fn atr(&self) -> &'static [u8] {
        if self.profile.memory.is_some() { ATR_TYPE_2 } else { ATR_COMMANDS }
    }

    /// Answers one command.
    ///
    /// # Errors
    /// [`Fault::Mute`].
    pub fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Fault> {
        if self.is_mute {
            return Err(Fault::Mute);
        }
        let answer = match (&self.profile.memory, command) {
            (Some(memory), _) => Some(read(&memory.0, command)),
            (None, [_, 0xA4, 0x04, _, rest @ ..]) => self.select(rest),
            (None, _) => self.run(command),
        };
        self.is_mute = answer.is_none();
        answer.ok_or(Fault::Mute)
    }

    /// The first application whose name begins so (ISO/IEC 7816-4, 11.2.2).
    fn select(&mut self, rest: &[u8]) -> Option<Vec<u8>> {
        let named = rest.split_first().and_then(|(length, name)| name.get(..usize::from(*length)));
        let named = named.filter(|name| !name.is_empty());
        let found = named.and_then(|name| {
            let begins = |one: &TagApplication| one.aid.0.starts_with(name);
            self.profile.applications.iter().position(begins)
        });
        let Some(at) = found else { return Some(vec![0x6A, 0x82]) };
        self.selected = Some(at);
        self.application()?.answer.as_ref().map(|answer| answer.0.clone())
    }

    fn run(&self, command: &[u8]) -> Option<Vec<u8>> {
        let known = self
            .application()
            .and_then(|one| one.commands.iter().find(|known| command.starts_with(&known.begins.0)));
        match known {
            Some(known) => known.answer.as_ref().map(|answer| answer.0.clone()),
            None => Some(vec![0x6D, 0x00]),
        }
    }

    fn application(&self) -> Option<&TagApplication> {
        self.profile.applications.get(self.selected?)
    }
}

/// Four pages, by the reader's own command (PC/SC part 3, 3.2.2.1.8); after the last page comes the
/// first.
fn read(memory: &[u8], command: &[u8]) -> Vec<u8> {
    let [0xFF, 0xB0, 0x00, page, 0x10] = *command else { return vec![0x6A, 0x81] };
    let at = usize::from(page) * PAGE_BYTES;
    if at >= memory.len() {
        return vec![0x6A, 0x82];
    }
    let mut answer: Vec<u8> = memory.iter().cycle().skip(at).take(READ_BYTES).copied().collect();
    answer.extend([0x90, 0x00]);
    answer
}
