//! A character device as a channel: USB printer class, serial line, pseudo terminal.
//!
//! Guarantees: opened without blocking and read and written only when the kernel says so, so that
//! a jammed printer holds up its own job and no thread. A port is opened within a tokio runtime
//! that has I/O enabled; outside of one, tokio panics.

use std::ffi::c_int;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::termios::{
    ControlModes, OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr,
};
use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::escpos::link::{Channel, PortStatus};

/// `LPGETSTATUS` of `linux/lp.h`, which the USB printer class driver answers too.
const LPGETSTATUS: u32 = 0x060B;
/// Bits of its answer, the lines of a parallel port: paper end, and *no* error.
const LINE_PAPER_END: c_int = 0x20;
const LINE_NO_ERROR: c_int = 0x08;

/// An open character device.
pub struct Port {
    fd: AsyncFd<OwnedFd>,
    has_lines: bool,
}

impl Port {
    /// Opens a USB printer class device such as `/dev/usb/lp0`.
    ///
    /// # Errors
    /// [`io::ErrorKind::ResourceBusy`] where it is open elsewhere; else what the system says.
    pub fn usb(path: &Path) -> io::Result<Self> {
        Self::new(open(path)?, true)
    }

    /// Opens a serial line in raw mode, 8 data bits, no parity, with hardware flow control where
    /// `flow` asks for it. The line is locked against programs that lock it too (`flock`).
    ///
    /// # Errors
    /// [`io::ErrorKind::ResourceBusy`] where it is locked; else what the system says.
    pub fn serial(path: &Path, baud: u32, flow: bool) -> io::Result<Self> {
        let fd = open(path)?;
        match flock(&fd, FlockOperation::NonBlockingLockExclusive) {
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(io::ErrorKind::ResourceBusy.into()),
            locked => locked?,
        }
        let mut line = tcgetattr(&fd)?;
        line.make_raw();
        line.set_speed(baud)?;
        line.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD;
        line.control_modes.set(ControlModes::CRTSCTS, flow);
        tcsetattr(&fd, OptionalActions::Now, &line)?;
        tcflush(&fd, QueueSelector::IOFlush)?;
        Self::new(fd, false)
    }

    /// Any other non-blocking descriptor that can be polled.
    ///
    /// # Errors
    /// It cannot be polled.
    pub fn from_fd(fd: OwnedFd) -> io::Result<Self> {
        Self::new(fd, false)
    }

    #[allow(unsafe_code)] // tokio asks for a promise about the descriptor that its type keeps.
    fn new(fd: OwnedFd, has_lines: bool) -> io::Result<Self> {
        // SAFETY: an `OwnedFd` is open, always gives the same descriptor and closes it only when
        // dropped; nothing here takes it out of the `AsyncFd` again.
        let fd = unsafe { AsyncFd::register(fd) }?;
        Ok(Self { fd, has_lines })
    }
}

fn open(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}

/// The state of the port's lines.
#[allow(unsafe_code)] // The one ioctl that no safe crate offers.
fn lines(fd: impl AsFd) -> rustix::io::Result<c_int> {
    // SAFETY: `LPGETSTATUS` takes a pointer to an int, writes one through it and reads nothing.
    unsafe { rustix::ioctl::ioctl(fd, rustix::ioctl::Getter::<LPGETSTATUS, c_int>::new()) }
}

impl Channel for Port {
    fn port_status(&self) -> Option<PortStatus> {
        let lines = self.has_lines.then(|| lines(self.fd.get_ref()))?.ok()?;
        Some(PortStatus {
            paper_out: lines & LINE_PAPER_END != 0,
            error: lines & LINE_NO_ERROR == 0,
        })
    }
}

impl AsyncRead for Port {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let mut ready = ready!(self.fd.poll_read_ready(context))?;
            let space = buffer.initialize_unfilled();
            match ready.try_io(|fd| Ok(rustix::io::read(fd.get_ref(), space)?)) {
                Ok(count) => return Poll::Ready(count.map(|count| buffer.advance(count))),
                Err(_not_ready) => {}
            }
        }
    }
}

impl AsyncWrite for Port {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            let mut ready = ready!(self.fd.poll_write_ready(context))?;
            match ready.try_io(|fd| Ok(rustix::io::write(fd.get_ref(), bytes)?)) {
                Ok(count) => return Poll::Ready(count),
                Err(_not_ready) => {}
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
