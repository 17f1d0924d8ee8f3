//! What a person holds before an emulated camera. A device build has no such camera, and nothing
//! of this but the word for it.

use std::fmt::{self, Display, Formatter};
use std::path::Path;

/// What is held.
pub(crate) enum Thing<'a> {
    /// A picture, or a folder of them.
    Picture(&'a Path),
    /// A QR code with this text.
    Code(&'a str),
    /// Nothing any more.
    Nothing,
}

impl Display for Thing<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Picture(path) => write!(f, "{}", path.display()),
            // The text itself is as good as money.
            Self::Code(text) => write!(f, "a code of {} characters", text.chars().count()),
            Self::Nothing => f.write_str("nothing"),
        }
    }
}

#[cfg(feature = "desktop")]
mod emulated {
    use super::Thing;
    use caisson_devices::emulated::camera::{Lens, Scene};

    /// The place before an emulated camera.
    pub(crate) struct Held(pub(crate) Lens);

    impl Held {
        /// Holds it there.
        ///
        /// # Errors
        /// Why it cannot be held, in one sentence.
        pub(crate) fn hold(&self, thing: &Thing<'_>) -> Result<(), String> {
            let scene = match thing {
                Thing::Picture(path) if path.is_dir() => Scene::folder(path),
                Thing::Picture(path) => Scene::file(path),
                Thing::Code(code) => Scene::text(code),
                Thing::Nothing => Ok(Scene::nothing()),
            };
            self.0.hold(scene.map_err(|error| error.to_string())?);
            Ok(())
        }
    }
}

#[cfg(not(feature = "desktop"))]
mod emulated {
    use super::Thing;

    /// Nobody can make one.
    pub(crate) enum Held {}

    impl Held {
        pub(crate) fn hold(&self, _: &Thing<'_>) -> Result<(), String> {
            match *self {}
        }
    }
}

pub(crate) use emulated::Held;
