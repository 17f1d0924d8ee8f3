//! A client for a destination of the profile.

use crate::error::TerminalError;
use crate::profile::Profile;
use caisson_network::{Client, Connector, Destination};
use caisson_vault::{CardKeys, PublicKey};
use std::path::PathBuf;
use std::sync::Arc;

/// A client for the destination `name`, whose signed configuration is read and checked; `None`
/// where the profile has none of this name.
///
/// # Errors
/// [`TerminalError::Device`] where the profile's key is none; what is wrong with the configuration.
pub fn client(
    profile: &Profile,
    name: &str,
    keys: &Arc<dyn CardKeys>,
    connector: &Arc<dyn Connector>,
) -> Result<Option<Client>, TerminalError> {
    let Some(wanted) = profile.destination.get(name) else { return Ok(None) };
    let key: PublicKey = wanted.key.parse().map_err(|_| TerminalError::Device {
        path: wanted.file.clone(),
        cause: format!("destination.{name}.key in the profile is not a base64 Ed25519 key"),
    })?;
    let mut signature = wanted.file.clone().into_os_string();
    signature.push(".sig");
    let destination = Destination::load(&wanted.file, &PathBuf::from(signature), &key)?;
    Ok(Some(Client::with_card_keys(
        Arc::new(destination),
        Arc::clone(keys),
        Arc::clone(connector),
    )?))
}
