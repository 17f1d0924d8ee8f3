//! What an app writes to stdout and stderr.
//!
//! Guarantee: at most [`LOG_BYTES_MAX`] of a call are kept; what is over is counted and dropped,
//! and the app goes on, since nobody should lose a payment for talking too much.

use crate::limits::LOG_BYTES_MAX;
use crate::redact;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi_io::bytes::Bytes;

/// Bytes that the app may hand over in one write; what the host allocates for it is bounded by it.
const WRITE_BYTES_MAX: usize = 4_096;

#[derive(Debug, Default)]
struct Written {
    kept: Vec<u8>,
    dropped: usize,
}

/// The log of one call; clones write to the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Written>>);

impl Log {
    /// What was written, long runs of digits removed.
    pub(crate) fn text(&self) -> String {
        let written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = redact::digits(&String::from_utf8_lossy(&written.kept));
        if written.dropped > 0 {
            text.push_str(&format!("\n[{} bytes more were dropped]\n", written.dropped));
        }
        text
    }

    /// A line of the host's own, among the app's.
    pub(crate) fn line(&self, text: &str) {
        self.push(format!("{text}\n").as_bytes());
    }

    fn push(&self, bytes: &[u8]) {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = LOG_BYTES_MAX.saturating_sub(written.kept.len());
        let (kept, dropped) = bytes.split_at(room.min(bytes.len()));
        written.kept.extend_from_slice(kept);
        written.dropped = written.dropped.saturating_add(dropped.len());
    }
}

impl IsTerminal for Log {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Log {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Pollable for Log {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl OutputStream for Log {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BYTES_MAX)
    }
}

impl AsyncWrite for Log {
    fn poll_write(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_the_limit_is_dropped_and_said() {
        let log = Log::default();
        log.push(&vec![b'x'; LOG_BYTES_MAX - 1]);
        log.push(b"yz");
        let expected = format!("{}y\n[1 bytes more were dropped]\n", "x".repeat(LOG_BYTES_MAX - 1));
        assert_eq!(log.text(), expected);
    }
}
