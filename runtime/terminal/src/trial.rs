//! New versions of apps, on trial: counted at each start, confirmed by a payment, noted as failed
//! by a fault.
//!
//! A version has proved itself with the first payment at the counter that it sent and that came to
//! a proven end. One that cannot be loaded gives way to the version before it at once. One that
//! breaks down while it runs is noted, and gives way at the next start at which none of its
//! payments is open: until then it is the one that can ask about them.

use crate::error::TerminalError;
use crate::kernel;
use crate::terminal::{Hosted, Inner, LeftOut, Parts, load};
use caisson_core::payment::Payment;
use caisson_host::{ComponentCache, Kernel, LoadError};
use caisson_packages::{InstalledApps, Returned, World};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The apps that were loaded, and those that this start goes without.
pub(crate) type Loaded = (Vec<Hosted>, Vec<LeftOut>);

/// Loads every installed app; `open` names those that have an open payment. An app that is broken
/// itself is left out, so that it keeps no other from taking payments.
pub(crate) fn load_all(
    parts: &Parts,
    apps: &InstalledApps,
    open: &BTreeSet<String>,
) -> Result<Loaded, TerminalError> {
    let (mut hosted, mut left_out) = (Vec::new(), Vec::new());
    let (kernels, ids): (Vec<String>, Vec<String>) =
        apps.ids()?.into_iter().partition(|id| is_kernel(apps, id));
    let kernel = match kernels.first() {
        None => None,
        Some(id) => match apps
            .find(id)
            .map_err(TerminalError::from)
            .and_then(|app| kernel::load(parts, &app))
        {
            Ok(kernel) => Some(kernel),
            Err(error) if is_its_own_fault(&error) => {
                tracing::error!(kernel = %id, %error, "no card is taken by this start");
                left_out.push(LeftOut { app: id.clone(), why: error.to_string() });
                None
            }
            Err(error) => return Err(error),
        },
    };
    for id in kernels.iter().skip(1) {
        let why = "another kernel is installed; remove one".to_owned();
        left_out.push(LeftOut { app: id.clone(), why });
    }
    for id in ids {
        match bring_up(parts, apps, &id, (open.contains(&id), kernel.as_ref())) {
            Ok(app) => hosted.push(app),
            Err(error) if is_its_own_fault(&error) => {
                tracing::error!(app = %id, %error, "the app is left out of this start");
                left_out.push(LeftOut { app: id, why: error.to_string() });
            }
            Err(error) => return Err(error),
        }
    }
    ComponentCache::keep_only(&parts.profile.cache, &apps.components()?);
    Ok((hosted, left_out))
}

/// An app that cannot be found is no kernel: whoever brings it up says why.
fn is_kernel(apps: &InstalledApps, id: &str) -> bool {
    apps.find(id).is_ok_and(|app| app.manifest.world == World::EmvKernel)
}

fn bring_up(
    parts: &Parts,
    apps: &InstalledApps,
    id: &str,
    (has_open, kernel): (bool, Option<&Arc<Kernel>>),
) -> Result<Hosted, TerminalError> {
    match apps.began(id, has_open) {
        Ok(returned) => returned.iter().for_each(|returned| log_return(id, returned)),
        // A full medium: a start that cannot be counted is no reason to leave a payment to itself.
        Err(error) if has_open => tracing::warn!(app = id, %error, "a start was not counted"),
        Err(error) => return Err(error.into()),
    }
    let error = match find_and_load(parts, apps, id, kernel) {
        Err(error) if is_its_own_fault(&error) => error,
        loaded => return loaded,
    };
    match apps.failed(id, &error.to_string(), has_open)? {
        Some(returned) => {
            log_return(id, &returned);
            find_and_load(parts, apps, id, kernel)
        }
        None => Err(error),
    }
}

fn find_and_load(
    parts: &Parts,
    apps: &InstalledApps,
    id: &str,
    kernel: Option<&Arc<Kernel>>,
) -> Result<Hosted, TerminalError> {
    load(parts, &apps.find(id)?, kernel)
}

/// Whether another version could do better. A profile or an engine that is wrong is wrong for
/// every version.
const fn is_its_own_fault(error: &TerminalError) -> bool {
    match error {
        TerminalError::Install(_) => true,
        TerminalError::Load(error) => match error {
            LoadError::NotAComponent { .. }
            | LoadError::NotCompiled { .. }
            | LoadError::MachineCode { .. }
            | LoadError::Form(_)
            | LoadError::UnknownImport { .. }
            | LoadError::WrongWorld { .. }
            | LoadError::Services(_) => true,
            LoadError::Engine(_)
            | LoadError::Denied(_)
            | LoadError::Permission(_)
            | LoadError::Cache(_) => false,
        },
        _ => false,
    }
}

pub(crate) fn log_return(app: &str, returned: &Returned) {
    let (version_code, cause) = (returned.version_code, &returned.cause);
    tracing::error!(app, version_code, ?cause, "the version gave way to the one before it");
}

impl Inner {
    /// What a payment at the counter says about the version of its app: `fault` is how it broke
    /// down. Written down behind the counter, and no concern of the payment's.
    pub(crate) fn judge_version(
        self: &Arc<Self>,
        hosted: &Hosted,
        payment: &Payment,
        fault: Option<String>,
    ) {
        let proven = payment.is_at_risk() && !payment.state().is_open();
        if !(proven || fault.is_some()) || !hosted.on_trial.swap(false, Ordering::Relaxed) {
            return;
        }
        let (apps, id) = (self.packages.clone(), hosted.manifest.id.clone());
        self.spawn(async move {
            let judged = tokio::task::spawn_blocking(move || match fault {
                Some(why) => apps.failed(&id, &why, true).map(drop),
                None => apps.confirm(&id).map(drop),
            });
            if let Ok(Err(error)) = judged.await {
                tracing::error!(%error, "the version stays on trial");
            }
            Ok(())
        });
    }
}
