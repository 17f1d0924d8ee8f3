//! A stream that can say its last words twice: the fault "answers twice".

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Passes everything through. From the moment its switch is on it remembers what is written, and
/// writes that once more before it shuts down.
pub(super) struct Repeat<S> {
    inner: S,
    switch: Arc<AtomicBool>,
    written: Vec<u8>,
    repeated: usize,
}

impl<S> Repeat<S> {
    pub(super) fn new(inner: S) -> (Self, Arc<AtomicBool>) {
        let switch = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&switch);
        (Self { inner, switch, written: Vec::new(), repeated: 0 }, shared)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Repeat<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Repeat<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let taken = ready!(Pin::new(&mut self.inner).poll_write(context, bytes))?;
        if self.switch.load(Ordering::Relaxed) {
            // At most one answer of this gateway: a few hundred bytes.
            self.written.extend(bytes.iter().take(taken));
        }
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while let Some(rest) = this.written.get(this.repeated..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut this.inner).poll_write(context, rest)) {
                Ok(taken) if taken > 0 => this.repeated += taken,
                // A client that has read the first answer may be gone.
                _ => break,
            }
        }
        Pin::new(&mut this.inner).poll_shutdown(context)
    }
}
