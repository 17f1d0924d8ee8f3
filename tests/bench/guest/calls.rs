//! A guest that calls the host in a loop: `serve("language 1000")`, `serve("wait 1000")`; or loops
//! without an end: `serve("spin 1")`. It offers no service and moves no money; `host-call` calls it directly.

use caisson_sdk::{Errand, Intent, Outcome, PaymentApp, Service, Stop, Ticket, ui};
use std::time::Duration;

struct Calls;

impl PaymentApp for Calls {
    fn services() -> Vec<Service> {
        Vec::new()
    }

    fn serve(errand: &Errand) -> Result<(), Stop> {
        let id = errand.service();
        let wrong = || Stop::failed("serve: `language`, `wait` or `spin`, a blank, and how often");
        let (call, times) = id.split_once(' ').ok_or_else(wrong)?;
        let times: u32 = times.parse().map_err(|_| wrong())?;
        for _ in 0..times {
            match call {
                "language" => drop(ui::language()),
                "wait" => ui::wait(Duration::ZERO)?,
                "spin" => loop {
                    std::hint::black_box(times);
                },
                _ => return Err(wrong()),
            }
        }
        Ok(())
    }

    fn start(_intent: &Intent) -> Result<Outcome, Stop> {
        Ok(Outcome::Unknown)
    }

    fn recover(_ticket: &Ticket) -> Result<Outcome, Stop> {
        Ok(Outcome::Unknown)
    }
}

caisson_sdk::payment_app!(Calls);
