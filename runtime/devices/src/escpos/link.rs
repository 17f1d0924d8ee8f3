//! The way to a printer: how to open it, and what flows through it.

use std::io;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::TcpStream;

/// A way to a printer that can be opened again and again: it is open only while a job or a
/// question needs it, so that an unplugged cable is a fault of one job and not of the day.
#[async_trait]
pub trait Link: Send + Sync {
    /// Opens the way. [`io::ErrorKind::ResourceBusy`] where another program holds it. The driver
    /// bounds the time.
    async fn open(&mut self) -> io::Result<Box<dyn Channel>>;

    /// The device or address, as the profile names it.
    fn place(&self) -> String;
}

/// An open way. Dropping it closes it.
pub trait Channel: AsyncRead + AsyncWrite + Unpin + Send {
    /// What the port knows without the printer's firmware; `None` where it knows nothing.
    fn port_status(&self) -> Option<PortStatus> {
        None
    }
}

impl Channel for TcpStream {}
impl Channel for DuplexStream {}

/// The state of a printer port's own lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortStatus {
    /// The paper-end line is raised.
    pub paper_out: bool,
    /// The error line is raised.
    pub error: bool,
}
