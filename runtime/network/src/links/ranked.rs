//! Connecting over the best link that works.
//!
//! Guarantees: only connections race, and the race is over before the first byte is sent; of all
//! connections that came about, one leaves it and the others are closed unused. The best link
//! starts; the next one [`STAGGER`] later, or at once when a link fails or goes down. Within a
//! link, the host's addresses start in the same way. TLS and the request see the winner alone.
//!
//! Deliberately not here: a bound on the whole (who connects, bounds), and a second try of
//! anything.

use super::bound::Bound;
use super::dial::{Dial, SystemDial};
use super::names::Names;
use super::race::staggered;
use super::{LinkStatus, Links};
use crate::connector::{ADDRESS_WAIT, ConnectError, Connector, Stream};
use async_trait::async_trait;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How long a link, or an address within a link, is alone before the next one starts too: longer
/// than a connection takes on a good cellular link, so that the costlier link mostly rests; short
/// enough that nobody at the counter notices the detour.
pub const STAGGER: Duration = Duration::from_millis(250);
/// Most links in one race, so that it ends within the time that connecting has.
pub const RACERS_MAX: usize = 4;

/// Connects over the links of a [`Links`].
///
/// With no link known, for this machine's own addresses, and where links cannot be told apart,
/// the system chooses. With links known and none of them up, it says so at once.
pub struct RankedConnector {
    links: Links,
    dial: Arc<dyn Dial>,
    names: Names,
}

impl RankedConnector {
    /// Over `links`, by the system's name server and TCP.
    #[must_use]
    pub fn new(links: Links) -> Self {
        Self::with_dial(links, Arc::new(SystemDial))
    }

    /// The same, with another system below.
    #[must_use]
    pub fn with_dial(links: Links, dial: Arc<dyn Dial>) -> Self {
        Self { links, names: Names::new(Arc::clone(&dial)), dial }
    }

    async fn by_links(&self, to: &[SocketAddr]) -> Result<Box<dyn Stream>, io::ErrorKind> {
        let links = self.links.ranked();
        let racers = links.iter().take(RACERS_MAX).map(|link| self.over(link, to)).collect();
        staggered(racers, STAGGER).await.map_err(|last| last.unwrap_or(io::ErrorKind::NetworkDown))
    }

    /// A connection over `link`, to whichever address takes one first.
    async fn over(
        &self,
        link: &LinkStatus,
        to: &[SocketAddr],
    ) -> Result<Box<dyn Stream>, io::ErrorKind> {
        let mut attempt =
            Attempt { links: &self.links, link: &link.name, begun: Some(Instant::now()) };
        let connected = tokio::select! {
            biased;
            () = self.links.clone().gone(link.name.clone()) => Err(io::ErrorKind::NetworkDown),
            connected = self.any(Some(link), to) => connected,
        };
        attempt.ended(connected.as_ref().err().copied());
        let stream = connected?;
        Ok(Box::new(Bound::new(stream, self.links.clone(), link.name.clone())))
    }

    async fn any(
        &self,
        link: Option<&LinkStatus>,
        to: &[SocketAddr],
    ) -> Result<Box<dyn Stream>, io::ErrorKind> {
        let racers = to.iter().map(|address| self.one(link, *address)).collect();
        staggered(racers, STAGGER).await.map_err(|last| last.unwrap_or(io::ErrorKind::NotFound))
    }

    async fn one(
        &self,
        link: Option<&LinkStatus>,
        to: SocketAddr,
    ) -> Result<Box<dyn Stream>, io::ErrorKind> {
        match timeout(ADDRESS_WAIT, self.dial.dial(link, to)).await {
            Ok(dialled) => dialled.map_err(|error| error.kind()),
            Err(_) => Err(io::ErrorKind::TimedOut),
        }
    }
}

#[async_trait]
impl Connector for RankedConnector {
    async fn connect(&self, host: &str, port: u16) -> Result<Box<dyn Stream>, ConnectError> {
        let addresses = self.names.find(host).await?;
        let near = |ip| self.links.own(ip);
        let stays = addresses.iter().any(|ip| ip.is_loopback() || near(*ip));
        let to: Vec<SocketAddr> =
            addresses.iter().map(|address| SocketAddr::new(*address, port)).collect();
        let connected = if stays || self.links.is_unknown() {
            self.any(None, &to).await
        } else {
            self.by_links(&to).await
        };
        connected.map_err(|kind| ConnectError::Refused { host: host.to_owned(), port, kind })
    }

    fn is_down(&self) -> bool {
        !self.links.is_unknown() && self.links.ranked().is_empty()
    }
}

impl fmt::Debug for RankedConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RankedConnector").field("links", &self.links).finish_non_exhaustive()
    }
}

/// A link's part in a race. Dropped before its end, it counts as failed if it had the whole
/// stagger: another link was faster although it started later, or nobody had time any more.
struct Attempt<'a> {
    links: &'a Links,
    link: &'a str,
    begun: Option<Instant>,
}

impl Attempt<'_> {
    fn ended(&mut self, failed: Option<io::ErrorKind>) {
        self.begun = None;
        match failed {
            None => self.links.worked(self.link),
            Some(kind) if speaks_against_the_link(kind) => self.links.failed(self.link, kind),
            Some(_) => {}
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.begun.is_some_and(|begun| begun.elapsed() >= STAGGER) {
            self.links.failed(self.link, io::ErrorKind::TimedOut);
        }
    }
}

/// A host that refuses was reached; a link that went down is known to be.
fn speaks_against_the_link(kind: io::ErrorKind) -> bool {
    !matches!(
        kind,
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::NetworkDown
    )
}

#[cfg(test)]
mod tests;
