//! The terminal's links (wired, Wi-Fi, cellular): which stand, and which to try first.
//!
//! Guarantees: a link that is known to be down is never offered. Wired comes before Wi-Fi before
//! cellular, unless [`LinkRules`] say otherwise. A link on which connections failed comes last for
//! [`REST_MIN`], twice as long after each further failure and at most [`REST_MAX`], so that a link
//! that is up but dead costs one stagger (`ranked`) once in a while, not in each payment. One
//! connection over it, or any change of its state, addresses or default route, ends its rest.
//!
//! Deliberately not here: bringing links up and choosing routes (the system's network manager),
//! and whether an acquirer is well: a host that refuses has proved that the link carries.

mod bound;
mod dial;
#[cfg(target_os = "linux")]
mod linux;
mod names;
mod race;
mod ranked;

pub use dial::{Dial, SystemDial};
pub use names::{HOSTS_MAX, KNOWN_AGE_MAX, KNOWN_WAIT, NAME_WAIT};
pub use ranked::{RACERS_MAX, RankedConnector, STAGGER};

use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::Instant;

/// Most links that are looked at; those that stand and rank first are kept. A terminal has two or
/// three, a developer's machine with containers dozens.
pub const LINKS_MAX: usize = 16;
/// How long a link comes last after its first failure: long enough that a busy till seldom tries
/// it in vain, short enough that a cable that is well again soon relieves the cellular link.
pub const REST_MIN: Duration = Duration::from_secs(30);
/// The longest rest, however often it failed in a row.
pub const REST_MAX: Duration = Duration::from_secs(600);

/// What a link runs over. The order is the order of preference: cost and quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// Ethernet.
    Wired,
    /// IEEE 802.11.
    Wifi,
    /// A modem.
    Cellular,
    /// What has no hardware of its own: tunnels, bridges, what containers use.
    Virtual,
}

impl LinkKind {
    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wired => "wired",
            Self::Wifi => "wifi",
            Self::Cellular => "cellular",
            Self::Virtual => "virtual",
        }
    }
}

/// Whether a link can carry anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// Carrier, and an address or a default route.
    Up,
    /// No carrier: the cable is out, or Wi-Fi or modem found no network.
    NoCarrier,
    /// Carrier, but no address yet.
    NoAddress,
    /// Switched off.
    Off,
}

/// An interface as the system sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// The system's name for it, such as `eth0`.
    pub name: String,
    /// What it runs over.
    pub kind: LinkKind,
    /// Whether it can carry anything.
    pub state: LinkState,
    /// Addresses that others can reach, the system's order.
    pub addresses: Vec<IpAddr>,
    /// True with a default route.
    pub routed: bool,
}

/// A link and its recent past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkStatus {
    /// The system's name for it, such as `eth0`.
    pub name: String,
    /// What it runs over.
    pub kind: LinkKind,
    /// Whether it can carry anything.
    pub state: LinkState,
    /// Addresses that others can reach, the system's order.
    pub addresses: Vec<IpAddr>,
    /// True with a default route.
    pub routed: bool,
    /// When it came into this state.
    pub since: Instant,
    /// Why connections over it fail, until one succeeds or the link changes.
    pub failure: Option<LinkFailure>,
}

/// Connections that failed over one link, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkFailure {
    /// The last one's reason; [`io::ErrorKind::TimedOut`] also where another link was faster by
    /// the whole stagger.
    pub kind: io::ErrorKind,
    /// When.
    pub at: Instant,
    /// How many.
    pub in_a_row: u32,
}

impl LinkFailure {
    /// How long the link comes last, from [`Self::at`] on.
    #[must_use]
    pub fn rest(&self) -> Duration {
        let doublings = self.in_a_row.saturating_sub(1);
        REST_MIN.saturating_mul(2_u32.saturating_pow(doublings)).min(REST_MAX)
    }
}

impl LinkStatus {
    /// True while it can carry something.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.state == LinkState::Up
    }

    /// True while it comes after the others because connections over it failed.
    #[must_use]
    pub fn rests(&self, now: Instant) -> bool {
        self.failure.is_some_and(|failure| now < failure.at + failure.rest())
    }
}

/// What an integrator knows better than the kernel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinkRules {
    /// Names of interfaces, best first; the others follow, by kind.
    pub order: Vec<String>,
    /// Kinds by name, where the guess is wrong: a modem that poses as Ethernet.
    pub kinds: BTreeMap<String, LinkKind>,
}

impl LinkRules {
    fn rank(&self, link: &Interface) -> (usize, LinkKind) {
        let named = self.order.iter().position(|name| *name == link.name);
        (named.unwrap_or(usize::MAX), link.kind)
    }
}

/// Why links cannot be told apart. Integrator: allow route netlink, or let the system choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinksError {
    /// The kernel does not answer on a route netlink socket.
    #[error("the kernel does not tell of its network links: {kind}; allow AF_NETLINK sockets")]
    Unwatched {
        /// The system's reason.
        kind: io::ErrorKind,
    },
}

/// The links of this terminal. Clones share one table.
#[derive(Debug, Clone, Default)]
pub struct Links {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    rules: LinkRules,
    /// Best first, by the rules alone.
    table: watch::Sender<Vec<LinkStatus>>,
    monitor: OnceLock<AbortHandle>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(monitor) = self.monitor.get() {
            monitor.abort();
        }
    }
}

impl Links {
    /// A table that [`Self::set`] fills: an emulator's links, or nobody's. While it is empty, the
    /// system chooses the link of each connection.
    #[must_use]
    pub fn new(rules: LinkRules) -> Self {
        let shared = Shared { rules, table: watch::Sender::default(), monitor: OnceLock::new() };
        Self { shared: Arc::new(shared) }
    }

    /// The system's links, followed until the last clone is dropped. Where links cannot be
    /// watched at all (not Linux), the table stays empty.
    ///
    /// # Errors
    /// [`LinksError`]: the kernel told nothing.
    #[cfg_attr(not(target_os = "linux"), allow(clippy::unused_async))]
    pub async fn watch(rules: LinkRules) -> Result<Self, LinksError> {
        let links = Self::new(rules);
        #[cfg(target_os = "linux")]
        linux::follow(&links)
            .await
            .map_err(|error| LinksError::Unwatched { kind: error.kind() })?;
        Ok(links)
    }

    /// From now on these are the interfaces; what is known of their past is kept by name.
    pub fn set(&self, interfaces: Vec<Interface>) {
        let rules = &self.shared.rules;
        let mut next: Vec<Interface> = interfaces;
        for interface in &mut next {
            if let Some(kind) = rules.kinds.get(&interface.name) {
                interface.kind = *kind;
            }
        }
        next.sort_by(|a, b| (rules.rank(a), &a.name).cmp(&(rules.rank(b), &b.name)));
        // Where there are too many, those that stand are kept, in their order.
        let standing = |link: &Interface| link.state == LinkState::Up;
        let mut room = LINKS_MAX.saturating_sub(next.iter().filter(|link| standing(link)).count());
        next.retain(|link| {
            let kept = standing(link) || room > 0;
            room = room.saturating_sub(usize::from(!standing(link)));
            kept
        });
        next.truncate(LINKS_MAX);
        let now = Instant::now();
        self.shared.table.send_if_modified(|table| {
            let next = next.into_iter().map(|link| carried_on(link, table, now)).collect();
            let modified = *table != next;
            *table = next;
            modified
        });
    }

    /// Each link, best first by the rules (a rest is not counted), for people to see.
    #[must_use]
    pub fn status(&self) -> Vec<LinkStatus> {
        self.shared.table.borrow().clone()
    }

    /// Tells of every change; its value is what [`Self::status`] says.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<Vec<LinkStatus>> {
        self.shared.table.subscribe()
    }

    /// Those that stand, the one to try first at the front, those that rest at the end.
    pub(crate) fn ranked(&self) -> Vec<LinkStatus> {
        let now = Instant::now();
        let table = self.shared.table.borrow();
        let mut up: Vec<LinkStatus> = table.iter().filter(|link| link.is_up()).cloned().collect();
        up.sort_by_key(|link| link.rests(now));
        up
    }

    /// True while nobody tells of links, so that the system has to choose.
    pub(crate) fn is_unknown(&self) -> bool {
        self.shared.table.borrow().is_empty()
    }

    /// True for the address of one of the links: it is reached without leaving the machine.
    pub(crate) fn own(&self, address: IpAddr) -> bool {
        self.shared.table.borrow().iter().any(|link| link.addresses.contains(&address))
    }

    /// True while the link of that name stands.
    pub(crate) fn is_up(&self, name: &str) -> bool {
        stands(&self.shared.table.borrow(), name)
    }

    /// Waits until the link of that name is down or not there any more.
    pub(crate) async fn gone(self, name: String) {
        let mut changes = self.changes();
        // Only the table's end fails here, and `self` holds the table.
        let _ = changes.wait_for(|table| !stands(table, &name)).await;
    }

    /// A connection over that link came about.
    pub(crate) fn worked(&self, name: &str) {
        self.remember(name, |link| link.failure.take().is_some());
    }

    /// A connection over that link failed for a reason that may be the link's.
    pub(crate) fn failed(&self, name: &str, kind: io::ErrorKind) {
        let at = Instant::now();
        self.remember(name, |link| {
            let before = link.failure.map_or(0, |failure| failure.in_a_row);
            link.failure = Some(LinkFailure { kind, at, in_a_row: before.saturating_add(1) });
            true
        });
    }

    fn remember(&self, name: &str, change: impl FnOnce(&mut LinkStatus) -> bool) {
        self.shared.table.send_if_modified(|table| {
            table.iter_mut().find(|link| link.name == name).is_some_and(change)
        });
    }
}

fn stands(table: &[LinkStatus], name: &str) -> bool {
    table.iter().any(|link| link.name == name && link.is_up())
}

/// `link` with what `before` knows of it.
fn carried_on(link: Interface, before: &[LinkStatus], now: Instant) -> LinkStatus {
    let Interface { name, kind, state, addresses, routed } = link;
    let (mut since, mut failure) = (now, None);
    if let Some(old) = before.iter().find(|old| old.name == name && old.state == state) {
        since = old.since;
        if old.addresses == addresses && old.routed == routed {
            failure = old.failure;
        }
    }
    LinkStatus { name, kind, state, addresses, routed, since, failure }
}

#[cfg(test)]
mod tests;
