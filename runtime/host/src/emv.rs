//! The EMV kernel: a component of its own, in a store of its own, that a system app calls through
//! the host.
//!
//! Guarantees: a card's answers reach no memory but the kernel's; a kernel that traps or loops ends
//! the transaction with a typed error, and the app that called it goes on. The kernel is linked
//! with the card, the cardholder and its configuration, and with nothing else: no screen, no
//! acquirer, no storage.
//!
//! Must never happen: a PIN in the kernel's memory. The cardholder's interface has no way to carry
//! one.
//!
//! Deliberately not here: EMV (`apps/emv`). Values pass from one component to the other as they
//! are, but for what the host alone writes: date, time, chance, counter.

mod bindings;
mod imports;
mod open;

pub(crate) use open::link;

use crate::app::AppImage;
use crate::cache::ComponentCache;
use crate::compile::{HAS_COMPILER, from_build_host, own_purpose};
use crate::engine::HostEngine;
use crate::fault::LoadError;
use crate::state::{CallState, Shared};
use crate::wasi;
use caisson_core::payment::Digest;
use caisson_core::permission::Grants;
use caisson_packages::{BuildHosts, Forms};
use std::sync::Arc;
use wasmtime::component::{Component, HasSelf, InstancePre, Linker};

/// The interface that the kernel exports, without its version.
const KERNEL: &str = "caisson:emv/kernel@0.1.0";

/// A loaded kernel.
pub struct Kernel {
    id: String,
    pre: InstancePre<CallState>,
    engine: Arc<HostEngine>,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kernel").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Kernel {
    /// Loads a kernel as [`App::load_compiled`](crate::App::load_compiled) loads an app.
    ///
    /// # Errors
    /// [`LoadError`] names what is wrong and who acts.
    pub fn load(
        engine: &Arc<HostEngine>,
        cache: &ComponentCache,
        image: AppImage<'_>,
        (forms, hosts): (&Forms, &BuildHosts),
    ) -> Result<Self, LoadError> {
        let component = match forms.find(&own_purpose()) {
            Some(form) => {
                let code = form.trusted(&Digest::of(image.wasm), hosts)?;
                from_build_host(engine, &code, image.wasm)
                    .map_err(|cause| LoadError::MachineCode { app: image.id.to_owned(), cause })?
            }
            None if HAS_COMPILER => {
                cache.load(engine, image.wasm).map_err(|error| error.of_app(image.id))?
            }
            None => return Err(LoadError::not_compiled(image.id, forms.purposes())),
        };
        Self::link(engine, &component, image)
    }

    fn link(
        engine: &Arc<HostEngine>,
        component: &Component,
        image: AppImage<'_>,
    ) -> Result<Self, LoadError> {
        let wrong = |error: wasmtime::Error| LoadError::WrongWorld {
            app: image.id.to_owned(),
            cause: format!("{error:#}"),
        };
        let mut linker = Linker::new(engine.wasmtime());
        wasi::link(&mut linker).map_err(wrong)?;
        bindings::EmvKernel::add_to_linker::<_, HasSelf<CallState>>(&mut linker, |state| state)
            .map_err(wrong)?;
        let pre = linker.instantiate_pre(component).map_err(wrong)?;
        // The one export; a component without it is found now, not at the first card.
        let exported = component.get_export_index(None, KERNEL);
        if exported.is_none() {
            return Err(wrong(wasmtime::Error::msg(format!("it does not export {KERNEL}"))));
        }
        let grants = Grants::for_app(image.id, image.asked, image.policy);
        let (id, engine) = (image.id.to_owned(), Arc::clone(engine));
        Ok(Self { id, pre, engine, shared: Arc::new(Shared::new(grants)) })
    }
}
