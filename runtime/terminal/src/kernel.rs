//! The EMV kernel of this terminal: found among the installed apps, and given to those that may see
//! cards.
//!
//! Guarantee: whether an app may see a card is decided by the tier of the key that signed it, as
//! the profile lists it, and never by the app.

use crate::error::TerminalError;
use crate::profile::EmvProfile;
use crate::terminal::Parts;
use caisson_core::permission::Permission;
use caisson_host::{AppImage, ComponentCache, Kernel, KernelFiles};
use caisson_packages::{Installed, Tier};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// Largest configuration file of a kernel, in bytes: as the contract says.
const FILE_BYTES_MAX: u64 = 64 * 1024;
/// What only a system app may have, whatever the profile grants.
const SYSTEM: [Permission; 3] = [Permission::CardReader, Permission::PinPad, Permission::Emv];
/// What the host gives a kernel: what it imports, and nothing that an app has.
const KERNELS: [Permission; 3] = SYSTEM;

/// Takes away from `grants` what the app's tier may not have. An unsigned app, which only a
/// terminal for development takes, has what the profile grants.
pub(crate) fn only_what_its_tier_may(app: &Installed, grants: &mut BTreeSet<Permission>) {
    let is_merchants = app.publisher.as_ref().is_some_and(|by| by.tier == Tier::Merchant);
    if !is_merchants {
        return;
    }
    for permission in SYSTEM {
        if grants.remove(&permission) {
            tracing::warn!(
                app = %app.manifest.id, %permission,
                "granted by the profile, but its publisher is not of the tier system"
            );
        }
    }
}

/// Loads the installed kernel.
pub(crate) fn load(parts: &Parts, app: &Installed) -> Result<Arc<Kernel>, TerminalError> {
    let (wasm, forms) = (app.component()?, app.forms()?);
    let granted: BTreeSet<Permission> = KERNELS.into();
    let mut policy = granted.clone();
    only_what_its_tier_may(app, &mut policy);
    let image = AppImage { id: &app.manifest.id, wasm: &wasm, asked: &granted, policy: &policy };
    let cache = ComponentCache::open(&parts.profile.cache, Arc::clone(&parts.keys) as _);
    let cache = cache.map_err(caisson_host::LoadError::from)?;
    let compiled = (&forms, &parts.profile.build_hosts);
    Ok(Arc::new(Kernel::load(&parts.engine, &cache, image, compiled)?))
}

/// The files that the profile names, read once.
pub(crate) fn files(profile: &EmvProfile) -> Result<KernelFiles, TerminalError> {
    Ok(KernelFiles {
        terminal: profile.terminal.as_deref().map(read).transpose()?,
        applications: profile.applications.as_deref().map(read).transpose()?,
        authorities: profile.authorities.as_deref().map(read).transpose()?,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, TerminalError> {
    let wrong = |cause: String| TerminalError::Device { path: path.to_owned(), cause };
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| wrong(error.to_string()))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > FILE_BYTES_MAX) {
        return Err(wrong(format!("more than {FILE_BYTES_MAX} bytes; no kernel takes that")));
    }
    Ok(bytes)
}
