//! From an app's four functions to what the terminal calls.

use crate::bindings::exports::caisson::app::app::Guest;
use crate::{Errand, Intent, Outcome, Service, Stop, Ticket, payment};
use std::marker::PhantomData;

/// A payment app. Each call runs in a fresh instance: nothing in memory outlives it.
pub trait PaymentApp {
    /// What the app offers, at most 16. At most 1 s.
    fn services() -> Vec<Service>;

    /// Runs a service of the kind serve. Moves no money. At most 10 minutes; after a Cancel, 20
    /// seconds.
    ///
    /// # Errors
    /// Whatever ended it early; the terminal says why, unless the app did.
    fn serve(errand: &Errand) -> Result<(), Stop> {
        Err(Stop::failed(&format!("serve: no service {}", errand.service())))
    }

    /// Takes or refunds money. At most 10 minutes; after a Cancel, 20 seconds.
    ///
    /// # Errors
    /// Whatever ended it early: cancelled where nothing was submitted, unknown otherwise.
    fn start(intent: &Intent) -> Result<Outcome, Stop>;

    /// Makes an unknown payment certain, without a cashier: no views, no waits for people. At
    /// most 2 minutes.
    ///
    /// # Errors
    /// Whatever ended it early: the payment stays unknown, and the terminal calls again.
    fn recover(ticket: &Ticket) -> Result<Outcome, Stop>;
}

/// `A` in the form that the terminal calls; [`payment_app!`](crate::payment_app) names it.
#[derive(Debug)]
pub struct Exported<A>(PhantomData<A>);

impl<A: PaymentApp> Guest for Exported<A> {
    fn services() -> Vec<Service> {
        A::services()
    }

    fn serve(errand: Errand) -> Result<(), String> {
        A::serve(&errand).map_err(|stop| {
            eprintln!("serve {}: {stop}", errand.service());
            stop.reason().to_owned()
        })
    }

    fn start(intent: Intent) -> Outcome {
        A::start(&intent).unwrap_or_else(|stop| {
            eprintln!("start: {stop}");
            stop.outcome(payment::may_have_left())
        })
    }

    fn recover(ticket: Ticket) -> Outcome {
        A::recover(&ticket).unwrap_or_else(|stop| {
            eprintln!("recover: {stop}");
            Outcome::Unknown
        })
    }
}

/// Exports a type that implements [`PaymentApp`] as the component's app. Once per crate.
///
/// Built for anything but Wasm, as for native tests, it only checks the type: the names that a
/// component exports are none that a native linker takes.
#[macro_export]
macro_rules! payment_app {
    ($app:ty) => {
        const _: fn() = || {
            const fn is_payment_app<A: $crate::PaymentApp>() {}
            is_payment_app::<$app>();
        };

        // The exported functions of a component have fixed raw names; the generated code around
        // them is the only unsafe code of an app.
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code)]
        const _: () = {
            type CaissonApp = $crate::Exported<$app>;
    $crate::bindings::export!(CaissonApp with_types_in $crate::bindings);
        };
    };
}
