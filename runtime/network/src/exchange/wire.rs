//! A stream that a request is written to once.
//!
//! Guarantees: it is known whether a byte of the request was handed to the link (or to TLS before
//! it), and the points of sending and receiving are passed.

use crate::connector::Stream;
use caisson_core::operation::OperationKind;
use caisson_points::Deed;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream that knows whether a byte was written to it.
pub(crate) struct Wire {
    stream: Box<dyn Stream>,
    begun: Begun,
    /// Kind of the operation, for the points.
    kind: OperationKind,
    has_sent: bool,
    has_received: bool,
}

/// Whether a byte of the request was handed to the link. Once true, it stays.
#[derive(Clone, Default)]
pub(crate) struct Begun(Arc<AtomicBool>);

impl Begun {
    pub(crate) fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Wire {
    pub(crate) fn new(stream: Box<dyn Stream>, kind: OperationKind) -> Self {
        Self { stream, begun: Begun::default(), kind, has_sent: false, has_received: false }
    }

    pub(crate) fn begun(&self) -> Begun {
        self.begun.clone()
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if !self.has_received && buffer.filled().len() > before {
            self.has_received = true;
            caisson_points::before(Deed::Receive, self.kind.name());
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !self.begun.get() {
            caisson_points::before(Deed::Send, self.kind.name());
        }
        // Set before the link sees the bytes: what it does with them is not known to us.
        self.begun.0.store(true, Ordering::Release);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if !self.has_sent && self.begun.get() && flushed.is_ready() {
            self.has_sent = true;
            caisson_points::after(Deed::Send, self.kind.name());
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
