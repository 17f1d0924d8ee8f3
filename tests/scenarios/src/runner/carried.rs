//! What lies outside of the terminal and does not end with its power: the faults of acquirer and
//! bank, and the cable. Deliberately not here: the printer, which whoever starts the terminal has
//! looked after.

use crate::world::World;
use caisson_acquirer::{Fault, FaultTarget, Faults};
use caisson_network::emulated::Link;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::Path;

/// Name of the file in a scenario's folder.
const FILE: &str = "carried.json";

/// The surroundings at the end of a phase.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Carried {
    /// The acquirer's faults that have not struck.
    faults: Vec<String>,
    /// The bank's.
    bank_faults: Vec<String>,
    link_is_down: bool,
}

impl Carried {
    /// Writes what the next phase takes up.
    pub(super) fn leave(folder: &Path, world: &World) -> io::Result<()> {
        let carried = Self {
            faults: world.gateway.as_ref().map_or_else(Vec::new, |gateway| lines(gateway.faults())),
            bank_faults: world.bank.as_ref().map_or_else(Vec::new, |bank| lines(bank.faults())),
            link_is_down: world.link.link() == Link::Down,
        };
        fs::write(folder.join(FILE), serde_json::to_string(&carried)?)
    }

    /// Puts the surroundings as the phase before left them; nothing where there was none.
    pub(super) fn take_up(folder: &Path, world: &World) -> io::Result<()> {
        let text = match fs::read_to_string(folder.join(FILE)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            read => read?,
        };
        let carried: Self = serde_json::from_str(&text)?;
        if let Some(gateway) = &world.gateway {
            script(gateway.faults(), &carried.faults)?;
        }
        if let Some(bank) = &world.bank {
            script(bank.faults(), &carried.bank_faults)?;
        }
        if carried.link_is_down {
            world.link.set(Link::Down);
        }
        Ok(())
    }
}

/// Puts `lines` behind the faults that wait.
fn script<O: FaultTarget>(faults: &Faults<O>, lines: &[String]) -> io::Result<()> {
    for line in lines {
        faults.push(line.parse::<Fault<O>>().map_err(io::Error::other)?);
    }
    Ok(())
}

/// The faults that have not struck, as a scenario names them.
fn lines<O: FaultTarget>(faults: &Faults<O>) -> Vec<String> {
    faults.waiting().iter().map(ToString::to_string).collect()
}
