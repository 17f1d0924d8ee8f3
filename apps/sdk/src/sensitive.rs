//! Text that must not be seen: a card's number, a track.
//!
//! Must never happen: that it reaches a log, an error or a panic's text. It has no `Display`, its
//! `Debug` says only that it is there, and its memory is wiped when it is dropped.

use std::fmt;
use zeroize::Zeroizing;

/// Text that must not be seen.
///
/// ```
/// use caisson_sdk::Sensitive;
///
/// let pan = Sensitive::new("6228480000001237".to_owned());
/// assert_eq!(format!("{pan:?}"), "Sensitive(hidden)");
/// assert_eq!(pan.exposed().len(), 16);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Sensitive(Zeroizing<String>);

impl Sensitive {
    /// Hides `text`.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself: for a message to the acquirer, never for people.
    #[must_use]
    pub fn exposed(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive(hidden)")
    }
}
