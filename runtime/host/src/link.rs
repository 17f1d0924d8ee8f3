//! What an app imports, and what it is linked with.
//!
//! Guarantee: only what the permission of the same name grants is linked; an import that is not
//! offered is found here, by its name, before anything runs.

use crate::emv;
use crate::engine::HostEngine;
use crate::fault::LoadError;
use crate::state::CallState;
use crate::wasi;
use caisson_core::permission::Permission;
use std::collections::BTreeSet;
use wasmtime::component::{Component, HasSelf, Linker};

/// The permissions behind the component's own imports; a manifest cannot hide one.
pub(crate) fn imports(
    engine: &HostEngine,
    component: &Component,
    app: &str,
) -> Result<BTreeSet<Permission>, LoadError> {
    let mut permissions = BTreeSet::new();
    for (name, _) in component.component_type().imports(engine.wasmtime()) {
        if wasi::offers(name) {
            continue;
        }
        // The kernel's package has interfaces that only a kernel imports.
        let capability = |permission: &Permission| {
            let interface = match permission {
                Permission::Emv => "kernel",
                other => other.name(),
            };
            name.starts_with(&format!("caisson:{permission}/{interface}@0.1."))
        };
        match Permission::ALL.into_iter().find(capability) {
            Some(permission) => permissions.insert(permission),
            None => {
                return Err(LoadError::UnknownImport {
                    app: app.to_owned(),
                    interface: name.to_owned(),
                });
            }
        };
    }
    Ok(permissions)
}

/// A linker with the standard interfaces and those of `granted`, and no others.
pub(crate) fn linker(
    engine: &HostEngine,
    granted: &BTreeSet<Permission>,
) -> wasmtime::Result<Linker<CallState>> {
    use crate::bindings::caisson as c;
    type Own = HasSelf<CallState>;
    let mut linker = Linker::new(engine.wasmtime());
    let l = &mut linker;
    wasi::link(l)?;
    for permission in granted {
        match permission {
            Permission::Camera => c::camera::camera::add_to_linker::<_, Own>(l, |s| s)?,
            Permission::Printer => c::printer::printer::add_to_linker::<_, Own>(l, |s| s)?,
            Permission::Network => c::network::network::add_to_linker::<_, Own>(l, |s| s)?,
            Permission::Storage => c::storage::storage::add_to_linker::<_, Own>(l, |s| s)?,
            Permission::Ui => c::ui::ui::add_to_linker::<_, Own>(l, |s| s)?,
            Permission::CardReader => {
                c::card_reader::card_reader::add_to_linker::<_, Own>(l, |s| s)?
            }
            Permission::PinPad => c::pin_pad::pin_pad::add_to_linker::<_, Own>(l, |s| s)?,
            Permission::Emv => emv::link(l)?,
            Permission::Nfc => c::nfc::nfc::add_to_linker::<_, Own>(l, |s| s)?,
            Permission::Payment => c::payment::payment::add_to_linker::<_, Own>(l, |s| s)?,
        }
    }
    Ok(linker)
}
