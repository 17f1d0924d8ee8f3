//! Links: how a byte stream to a host comes about. Tests and the simulator bring their own.
//!
//! Guarantees: connecting sends nothing of a request. Who connects bounds the time.
//!
//! Deliberately not here: TLS and trust; a link may be anybody's. Choosing between several links
//! is `links`.

use crate::links::{Dial as _, SystemDial};
use async_trait::async_trait;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

/// Most addresses of one host that are tried: a name server may answer with any number.
pub const ADDRESSES_MAX: usize = 8;
/// Longest that one address may take, so that a dead one leaves time for the next.
pub const ADDRESS_WAIT: Duration = Duration::from_secs(3);

/// A byte stream to a host.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {
    /// The last question before the first byte of a request: does the link still stand? Called
    /// once; after `Ok`, what is written belongs to the request.
    ///
    /// # Errors
    /// The link is known to be gone; nothing of the request was written.
    fn check(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream for TcpStream {
    fn check(&mut self) -> io::Result<()> {
        self.take_error()?.map_or(Ok(()), Err)
    }
}

impl Stream for DuplexStream {}

impl Stream for TlsStream<Box<dyn Stream>> {
    fn check(&mut self) -> io::Result<()> {
        self.get_mut().0.check()
    }
}

/// Makes links.
#[async_trait]
pub trait Connector: Send + Sync {
    /// A fresh stream to `host` (name or address) at `port`.
    ///
    /// # Errors
    /// [`ConnectError`]: there is no stream, and nothing was sent.
    async fn connect(&self, host: &str, port: u16) -> Result<Box<dyn Stream>, ConnectError>;

    /// True where it is known without trying that no connection can come about now.
    fn is_down(&self) -> bool {
        false
    }
}

/// Why there is no link. Cashier: check cable and signal. Acquirer: check that its host is up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The name server did not answer, or knows no such name.
    #[error("cannot find host {host}: {kind}; check network and name server")]
    Resolve {
        /// The host.
        host: String,
        /// The system's reason.
        kind: io::ErrorKind,
    },
    /// The name has no address.
    #[error("host {host} has no address; check its name in the destination's file")]
    NoAddress {
        /// The host.
        host: String,
    },
    /// No address took the connection; the reason is the last one's.
    #[error("cannot connect to {host}:{port}: {kind}; check the network, then the acquirer's host")]
    Refused {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// The system's reason.
        kind: io::ErrorKind,
    },
}

/// TCP by the system's name server and network, over whichever link the system chooses.
#[derive(Debug, Clone, Copy, Default)]
pub struct TcpConnector;

#[async_trait]
impl Connector for TcpConnector {
    async fn connect(&self, host: &str, port: u16) -> Result<Box<dyn Stream>, ConnectError> {
        let addresses = lookup_host((host, port))
            .await
            .map_err(|error| ConnectError::Resolve { host: host.to_owned(), kind: error.kind() })?;
        let mut last = None;
        for address in addresses.take(ADDRESSES_MAX) {
            match timeout(ADDRESS_WAIT, SystemDial.dial(None, address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => last = Some(error.kind()),
                Err(_) => last = Some(io::ErrorKind::TimedOut),
            }
        }
        Err(match last {
            Some(kind) => ConnectError::Refused { host: host.to_owned(), port, kind },
            None => ConnectError::NoAddress { host: host.to_owned() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_listening_host_is_reached_by_name() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut near = TcpConnector.connect("localhost", port).await.ok().unwrap();
        let (mut far, _) = listener.accept().await.unwrap();
        near.check().unwrap();
        near.write_all(b"x").await.unwrap();
        assert_eq!(far.read_u8().await.unwrap(), b'x');
    }

    #[tokio::test]
    async fn a_closed_port_is_refused_by_name_and_number() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let error = TcpConnector.connect("127.0.0.1", port).await.err().unwrap();
        assert_eq!(
            error.to_string(),
            format!(
                "cannot connect to 127.0.0.1:{port}: connection refused; check the network, then \
                 the acquirer's host"
            )
        );
    }
}
