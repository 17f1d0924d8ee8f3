//! Real receipt printers: the ways to a head that speaks ESC/POS. The driver is `escpos::driver`.
//!
//! Deliberately not here: printers without ESC/POS (vendor libraries), CUPS queues, which would
//! call a job printed that is only spooled. A link is opened within a tokio runtime with I/O.

use std::io;
use std::path::PathBuf;

use async_trait::async_trait;
use tokio::net::TcpStream;

use super::printer_transport::Port;
use crate::escpos::link::{Channel, Link};

/// Slowest serial line: below it a band of 80 mm paper outlasts the driver's deadline.
pub const BAUD_MIN: u32 = 19_200;

/// A printer of the USB printer class, such as `/dev/usb/lp0`.
#[derive(Debug, Clone)]
pub struct UsbLink {
    /// Its device node.
    pub path: PathBuf,
}

#[async_trait]
impl Link for UsbLink {
    async fn open(&mut self) -> io::Result<Box<dyn Channel>> {
        Ok(Box::new(Port::usb(&self.path)?))
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }
}

/// A head at a serial line, such as `/dev/ttyS1`.
#[derive(Debug, Clone)]
pub struct SerialLink {
    /// Its device node.
    pub path: PathBuf,
    /// Speed in bits a second, at least [`BAUD_MIN`].
    pub baud: u32,
    /// Hardware flow control (RTS/CTS). Without it a full printer loses dots.
    pub flow: bool,
}

#[async_trait]
impl Link for SerialLink {
    async fn open(&mut self) -> io::Result<Box<dyn Channel>> {
        if self.baud < BAUD_MIN {
            let text = format!("{} baud is too slow; the least is {BAUD_MIN}", self.baud);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        Ok(Box::new(Port::serial(&self.path, self.baud, self.flow)?))
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }
}

/// A printer on the network, usually at port 9100. Anyone on that network can print and read what
/// is printed; keep it on a network of its own.
#[derive(Debug, Clone)]
pub struct NetworkLink {
    /// Host and port, such as `192.0.2.7:9100`.
    pub address: String,
}

#[async_trait]
impl Link for NetworkLink {
    async fn open(&mut self) -> io::Result<Box<dyn Channel>> {
        let stream = TcpStream::connect(&self.address).await?;
        // A status question is 3 bytes and must not wait for more.
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }

    fn place(&self) -> String {
        self.address.clone()
    }
}
