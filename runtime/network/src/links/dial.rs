//! Finding addresses and connecting to one of them over one link.
//!
//! Guarantees: a connection over a link leaves by that link, as far as the system lets a program
//! choose: by the device, or, where that is forbidden, by the link's own address (then routes
//! decide, and with one default route for all links it may leave by another).
//!
//! Two things are the system's part: each link has a default route of its own, by its own metric,
//! and `net.ipv4.conf.*.rp_filter` is 0 or 2, since with 1 the kernel drops what comes in over any
//! but the preferred link.
//!
//! Deliberately not here: limits of time; who races, bounds.

use super::LinkStatus;
use crate::connector::Stream;
use async_trait::async_trait;
use std::io;
use std::net::{IpAddr, SocketAddr};
use tokio::net::{TcpSocket, TcpStream, lookup_host};

/// What a race needs of the system. Tests bring their own.
#[async_trait]
pub trait Dial: Send + Sync {
    /// The addresses of `host`, best first.
    ///
    /// # Errors
    /// The name server did not answer, or knows no such name.
    async fn find(&self, host: &str) -> io::Result<Vec<IpAddr>>;

    /// A connection to `to` over `link`; with `None`, over the link that the system chooses.
    /// Nothing is sent over it.
    ///
    /// # Errors
    /// There is no connection.
    async fn dial(&self, link: Option<&LinkStatus>, to: SocketAddr) -> io::Result<Box<dyn Stream>>;
}

/// The system's name server and TCP.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDial;

#[async_trait]
impl Dial for SystemDial {
    async fn find(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let mut found = Vec::new();
        for address in lookup_host((host, 0)).await? {
            if !found.contains(&address.ip()) {
                found.push(address.ip());
            }
        }
        Ok(found)
    }

    async fn dial(&self, link: Option<&LinkStatus>, to: SocketAddr) -> io::Result<Box<dyn Stream>> {
        let stream = match link {
            Some(link) => bound(link, to)?.connect(to).await?,
            None => TcpStream::connect(to).await?,
        };
        // A request is one small write; waiting to fill a packet only delays it. Where the system
        // refuses the option, the request is slower and as good.
        stream.set_nodelay(true).ok();
        Ok(Box::new(stream))
    }
}

fn bound(link: &LinkStatus, to: SocketAddr) -> io::Result<TcpSocket> {
    let socket = socket_for(to)?;
    // Since Linux 5.7 without a capability, before with CAP_NET_RAW only.
    #[cfg(target_os = "linux")]
    if socket.bind_device(Some(link.name.as_bytes())).is_ok() {
        return Ok(socket);
    }
    bind_address(&socket, link, to)?;
    Ok(socket)
}

fn socket_for(to: SocketAddr) -> io::Result<TcpSocket> {
    if to.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }
}

fn bind_address(socket: &TcpSocket, link: &LinkStatus, to: SocketAddr) -> io::Result<()> {
    let own = link.addresses.iter().find(|own| own.is_ipv4() == to.is_ipv4());
    let own = own.ok_or(io::ErrorKind::AddrNotAvailable)?;
    socket.bind(SocketAddr::new(*own, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::links::{LinkKind, LinkState};
    use tokio::net::TcpListener;
    use tokio::time::Instant;

    #[tokio::test]
    async fn a_link_that_cannot_be_bound_by_its_device_is_bound_by_its_address() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let to = listener.local_addr().unwrap();
        let link = LinkStatus {
            name: "lo".to_owned(),
            kind: LinkKind::Virtual,
            state: LinkState::Up,
            addresses: vec!["::1".parse().unwrap(), "127.0.0.7".parse().unwrap()],
            routed: false,
            since: Instant::now(),
            failure: None,
        };
        let socket = socket_for(to).unwrap();
        bind_address(&socket, &link, to).unwrap();
        let near = socket.connect(to).await.unwrap();
        assert_eq!(near.local_addr().unwrap().ip().to_string(), "127.0.0.7");

        let other_family = LinkStatus { addresses: vec!["::1".parse().unwrap()], ..link };
        let error = bind_address(&socket_for(to).unwrap(), &other_family, to).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrNotAvailable);
    }

    #[tokio::test]
    async fn a_name_is_found_once_an_address() {
        let found = SystemDial.find("localhost").await.unwrap();
        assert!(found.contains(&"127.0.0.1".parse().unwrap()), "{found:?}");
        let mut once = found.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), found.len());
    }
}
