//! Sounds that wait to be heard.

use super::Sound;
use std::collections::VecDeque;

/// Most sounds that wait: more would be heard long after what they are about.
pub(crate) const WAITING_MAX: usize = 4;

/// The sounds, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Queue(VecDeque<Sound>);

impl Queue {
    /// Adds `sound`. Where the queue is full, the oldest tone goes, then this one if it is a tone,
    /// then the oldest announcement.
    pub(crate) fn push(&mut self, sound: Sound) {
        if self.0.len() >= WAITING_MAX {
            match self.0.iter().position(|waiting| !waiting.is_spoken()) {
                Some(tone) => drop(self.0.remove(tone)),
                None if !sound.is_spoken() => return,
                None => drop(self.0.pop_front()),
            }
        }
        self.0.push_back(sound);
    }

    /// The next to be heard.
    pub(crate) fn pop(&mut self) -> Option<Sound> {
        self.0.pop_front()
    }

    /// True where none waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets them all.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
