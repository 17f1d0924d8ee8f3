//! App packages: what an app says of itself, and the folder where installed apps live.
//!
//! Guarantees: a manifest with an unknown key, a wrong name or a permission that does not exist is
//! refused with file, place and remedy; an installed component is always the one whose digest was
//! recorded when it was installed; an install is there as a whole or not at all.
//!
//! Not here: publishers' signatures and slots. Until they are, an install says that the app is
//! unsigned, and only a terminal in development mode takes it.

mod installed;
mod manifest;

pub use installed::{COMPONENT_BYTES_MAX, InstallError, Installed, InstalledApps};
pub use manifest::{MANIFEST_BYTES_MAX, MANIFEST_NAME, Manifest, ManifestError, Name};
