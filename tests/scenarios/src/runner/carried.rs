//! What lies outside of the terminal and does not end with its power: the acquirer's faults and the
//! cable. Deliberately not here: the printer, which whoever starts the terminal has looked after.

use crate::world::World;
use caisson_acquirer::Fault;
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
    link_is_down: bool,
}

impl Carried {
    /// Writes what the next phase takes up.
    pub(super) fn leave(folder: &Path, world: &World) -> io::Result<()> {
        let waiting = world.gateway.as_ref().map(|gateway| gateway.faults().waiting());
        let carried = Self {
            faults: waiting.unwrap_or_default().iter().map(ToString::to_string).collect(),
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
            for line in &carried.faults {
                let fault = line.parse::<Fault>().map_err(io::Error::other)?;
                gateway.faults().push(fault);
            }
        }
        if carried.link_is_down {
            world.link.set(Link::Down);
        }
        Ok(())
    }
}
