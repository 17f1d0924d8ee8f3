//! The two languages of the screen and the paper, at equal quality.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A language that every text of the terminal exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// 简体中文.
    Zh,
    /// English.
    #[default]
    En,
}

/// Not a language of the terminal. Author of the profile: write `zh` or `en`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a language of the terminal; write zh or en")]
pub struct UnknownLanguage(String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "zh" => Ok(Self::Zh),
            "en" => Ok(Self::En),
            other => Err(UnknownLanguage(other.chars().take(20).collect())),
        }
    }
}

/// One text in both languages; neither can be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// 简体中文.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The text in `language`.
    #[must_use]
    pub const fn in_language(self, language: Language) -> &'static str {
        match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        }
    }
}
