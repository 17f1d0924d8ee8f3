//! The keys of a terminal, as this build may use them.

use crate::error::CliError;
use caisson_terminal::{Profile, open_keys};
use caisson_vault::CardKeys;
use std::sync::Arc;

/// Test keys open on a desktop, which takes no real money; on a device only where its profile says
/// that it takes none either.
pub(crate) fn open(profile: &Profile) -> Result<Arc<dyn CardKeys>, CliError> {
    Ok(open_keys(profile, cfg!(feature = "desktop"))?)
}
