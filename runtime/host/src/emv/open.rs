//! A transaction that an app has opened: the kernel's instance, and the road between the two
//! components.
//!
//! Guarantee: an app that is ended ends its kernel too; a kernel that traps ends alone, and the app
//! is told.

use super::{KERNEL, Kernel};
use crate::engine::Slot;
use crate::kill::Kill;
use crate::limits::Budget;
use crate::redact;
use crate::session::Session;
use crate::state::CallState;
use caisson_core::permission::Emv;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::component::{
    Func, Instance, Linker, LinkerInstance, Resource, ResourceAny, ResourceType, Val,
};
use wasmtime::{Store, StoreContextMut};

/// After a kill, how long the kernel may take to unwind before it is dropped.
const UNWIND: Duration = Duration::from_secs(1);
/// Names in the kernel's interface.
const TRANSACTION: &str = "transaction";
const START: &str = "[static]transaction.start";
const FIRST: &str = "[method]transaction.first";
const COMPLETE: &str = "[method]transaction.complete";

/// The kernel at work on one card.
pub(crate) struct OpenKernel {
    store: Store<CallState>,
    instance: Instance,
    transaction: Option<ResourceAny>,
    kill: Kill,
    /// Given back after the store has gone.
    _slot: Slot,
}

/// Gives an app the kernel's interface.
pub(crate) fn link(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    let mut kernel = linker.instance(KERNEL)?;
    kernel.resource_async(
        TRANSACTION,
        ResourceType::host::<OpenKernel>(),
        |mut app: StoreContextMut<'_, CallState>, handle| {
            Box::new(async move {
                let handle = Resource::<OpenKernel>::new_own(handle);
                let open = app.data_mut().table.delete(handle)?;
                app.data_mut().kernel_is_open = false;
                drop(open);
                Ok(())
            })
        },
    )?;
    start(&mut kernel)?;
    forward(&mut kernel, FIRST)?;
    forward(&mut kernel, COMPLETE)
}

fn start(kernel: &mut LinkerInstance<'_, CallState>) -> wasmtime::Result<()> {
    kernel.func_new_async(START, |mut app, _, given, results| {
        Box::new(async move {
            let Some(result) = results.first_mut() else { return Ok(()) };
            let state = app.data_mut();
            *result = match open(state, given).await? {
                Ok(opened) => {
                    let handle = state.table.push(opened)?;
                    state.kernel_is_open = true;
                    let handle = handle.try_into_resource_any(&mut app)?;
                    Val::Result(Ok(Some(Box::new(Val::Resource(handle)))))
                }
                Err(error) => error,
            };
            Ok(())
        })
    })
}

/// Instantiates the kernel and starts its transaction; the inner error is the app's.
async fn open(state: &mut CallState, given: &[Val]) -> wasmtime::Result<Result<OpenKernel, Val>> {
    let permit = match state.permit::<Emv>() {
        Ok(permit) => permit,
        Err(denied) => return Ok(Err(error("denied", &denied.to_string()))),
    };
    if state.kernel_is_open {
        return Ok(Err(error("busy", "another transaction of this call is alive")));
    }
    let Some(kernel) = state.kernel.clone() else {
        return Ok(Err(error("other", "this terminal has no EMV kernel; install one")));
    };
    let Some(moment) = state.session.moment(&permit) else {
        return Ok(Err(error("other", "the system gives no random numbers")));
    };
    let Some(Val::Record(mut sale)) = given.first().cloned() else {
        return Ok(Err(error("bad-input", "start takes a sale")));
    };
    for (name, value) in &mut sale {
        match name.as_str() {
            "date" => *value = Val::String(moment.date.clone()),
            "time" => *value = Val::String(moment.time.clone()),
            "unpredictable" => *value = Val::U32(moment.unpredictable),
            "counter" => *value = Val::U32(moment.counter),
            _ => {}
        }
    }
    let (session, kill) = (Arc::clone(&state.session), state.kill.clone());
    let mut opened = kernel.open(session).await?;
    let answer = opened.call(&kill, START, &[Val::Record(sale)]).await?;
    Ok(match answer {
        Val::Result(Ok(Some(value))) => match *value {
            Val::Resource(transaction) => {
                opened.transaction = Some(transaction);
                Ok(opened)
            }
            _ => Err(error("other", "the kernel returned no transaction")),
        },
        refused => Err(refused),
    })
}

/// A method of the transaction, as it is, to the kernel's own.
fn forward(kernel: &mut LinkerInstance<'_, CallState>, name: &'static str) -> wasmtime::Result<()> {
    kernel.func_new_async(name, move |mut app, _, given, results| {
        Box::new(async move {
            let (Some(result), Some((Val::Resource(own), rest))) =
                (results.first_mut(), given.split_first())
            else {
                return Ok(());
            };
            let handle = Resource::<OpenKernel>::try_from_resource_any(*own, &mut app)?;
            let kill = app.data_mut().kill.clone();
            let opened = app.data_mut().table.get_mut(&handle)?;
            let Some(transaction) = opened.transaction else { return Ok(()) };
            let mut arguments = vec![Val::Resource(transaction)];
            arguments.extend_from_slice(rest);
            *result = opened.call(&kill, name, &arguments).await?;
            Ok(())
        })
    })
}

impl Kernel {
    async fn open(&self, session: Arc<dyn Session>) -> wasmtime::Result<OpenKernel> {
        let slot = self.engine.slot().await;
        let kill = Kill::default();
        let shared = Arc::clone(&self.shared);
        let state = CallState::new(session, shared, kill.clone(), Budget::KERNEL.processor);
        let mut store = crate::app::store(&self.engine, state);
        let instance = self.pre.instantiate_async(&mut store).await?;
        Ok(OpenKernel { store, instance, transaction: None, kill, _slot: slot })
    }
}

impl OpenKernel {
    /// Calls the kernel's function `name`. Ends with it, or with the app's call.
    async fn call(
        &mut self,
        app: &Kill,
        name: &'static str,
        arguments: &[Val],
    ) -> wasmtime::Result<Val> {
        let Some(function) = self.function(name) else {
            return Ok(error("other", &format!("the kernel has no {name}")));
        };
        let mut results = [Val::Bool(false)];
        let (store, kill) = (&mut self.store, &self.kill);
        let called = {
            let mut running = pin!(function.call_async(store, arguments, &mut results));
            tokio::select! {
                biased;
                done = &mut running => done,
                cause = app.fired() => {
                    kill.fire(cause);
                    // Whether it unwinds in time or not, the app's call ends by the app's cause.
                    let _ = tokio::time::timeout(UNWIND, &mut running).await;
                    return Err(wasmtime::Error::new(cause));
                }
            }
        };
        let [result] = results;
        match called {
            Ok(()) => Ok(result),
            Err(trap) => {
                let cause = redact::digits(&trap.root_cause().to_string());
                Ok(error("other", &format!("the kernel trapped: {cause}")))
            }
        }
    }

    fn function(&mut self, name: &str) -> Option<Func> {
        let interface = self.instance.get_export_index(&mut self.store, None, KERNEL)?;
        let function = self.instance.get_export_index(&mut self.store, Some(&interface), name)?;
        self.instance.get_func(&mut self.store, function)
    }
}

/// The contract's error, as a result.
fn error(code: &str, detail: &str) -> Val {
    let detail = detail.chars().take(crate::fault::DETAIL_CHARS_MAX).collect();
    Val::Result(Err(Some(Box::new(Val::Record(vec![
        ("code".to_owned(), Val::Enum(code.to_owned())),
        ("detail".to_owned(), Val::String(detail)),
    ])))))
}
