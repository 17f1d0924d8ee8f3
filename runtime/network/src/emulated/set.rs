//! The links of an emulated device: wired before Wi-Fi before cellular, each broken on its own.
//!
//! Guarantee: a connection goes over the best link that makes it, as over the links of a machine.
//! Deliberately not here: racing (`links/ranked.rs`), which needs the machine's own links.

use super::{EmulatedLink, Link};
use crate::connector::{ConnectError, Connector, Stream};
use async_trait::async_trait;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A link of the device, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkName {
    /// A cable.
    Wired,
    /// The shop's Wi-Fi.
    Wifi,
    /// The mobile network.
    Cellular,
}

impl LinkName {
    /// Every link, the best first.
    pub const ALL: [Self; 3] = [Self::Wired, Self::Wifi, Self::Cellular];

    /// As it is written: `wired`, `wifi`, `cellular`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wired => "wired",
            Self::Wifi => "wifi",
            Self::Cellular => "cellular",
        }
    }
}

impl fmt::Display for LinkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Not a link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a link; write wired, wifi or cellular")]
pub struct UnknownLink(String);

impl FromStr for LinkName {
    type Err = UnknownLink;

    fn from_str(text: &str) -> Result<Self, UnknownLink> {
        let named = Self::ALL.into_iter().find(|name| name.as_str() == text);
        named.ok_or_else(|| UnknownLink(text.to_owned()))
    }
}

/// The three links over one way to the acquirer. Clones share them.
#[derive(Debug, Clone)]
pub struct EmulatedLinks {
    wired: EmulatedLink,
    wifi: EmulatedLink,
    cellular: EmulatedLink,
}

impl EmulatedLinks {
    /// Three links that all lead to `inner`, up.
    #[must_use]
    pub fn new(inner: &Arc<dyn Connector>) -> Self {
        let link = || EmulatedLink::new(Arc::clone(inner));
        Self { wired: link(), wifi: link(), cellular: link() }
    }

    /// One of them.
    #[must_use]
    pub const fn of(&self, name: LinkName) -> &EmulatedLink {
        match name {
            LinkName::Wired => &self.wired,
            LinkName::Wifi => &self.wifi,
            LinkName::Cellular => &self.cellular,
        }
    }

    /// What each does, the best first.
    #[must_use]
    pub fn states(&self) -> [(LinkName, Link); 3] {
        LinkName::ALL.map(|name| (name, self.of(name).link()))
    }
}

#[async_trait]
impl Connector for EmulatedLinks {
    async fn connect(&self, host: &str, port: u16) -> Result<Box<dyn Stream>, ConnectError> {
        let mut refused = self.wired.connect(host, port).await;
        for link in [&self.wifi, &self.cellular] {
            if refused.is_ok() {
                break;
            }
            refused = link.connect(host, port).await;
        }
        refused
    }

    fn is_down(&self) -> bool {
        LinkName::ALL.into_iter().all(|name| self.of(name).is_down())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulated::MemoryConnector;
    use tokio::io::AsyncReadExt as _;

    #[tokio::test]
    async fn a_connection_goes_over_the_best_link_that_is_up_and_stays_there() {
        let memory: Arc<dyn Connector> =
            Arc::new(MemoryConnector::new(|_, far| std::mem::forget(far)));
        let links = EmulatedLinks::new(&memory);
        let device = EmulatedLink::new(Arc::new(links.clone()));
        links.of(LinkName::Wired).set(Link::Down);
        let mut near = device.connect("h", 1).await.ok().unwrap();
        links.of(LinkName::Wifi).set(Link::Down);
        assert!(near.read_u8().await.is_err(), "it went over the Wi-Fi");
        assert!(!device.is_down());
        assert!(device.connect("h", 1).await.is_ok());
        links.of(LinkName::Cellular).set(Link::Down);
        assert!(device.is_down());
        assert!(device.connect("h", 1).await.is_err());
    }
}
