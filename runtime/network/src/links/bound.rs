//! A stream that ends with its link, until the request begins.
//!
//! Guarantees: while nothing of a request was sent, a link that goes down fails what waits, and
//! the last question before the request finds it out, so that the payment is *not sent* and not
//! *unknown*. From then on the link's state is not looked at: a cable that is back within seconds
//! still brings the answer.

use super::Links;
use crate::connector::Stream;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream over one link.
pub(crate) struct Bound {
    inner: Box<dyn Stream>,
    links: Links,
    link: String,
    /// Ends when the link is down; `None` once the request may begin.
    gone: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Bound {
    pub(crate) fn new(inner: Box<dyn Stream>, links: Links, link: String) -> Self {
        let gone = Box::pin(links.clone().gone(link.clone()));
        Self { inner, links, link, gone: Some(gone) }
    }
}

impl Stream for Bound {
    fn check(&mut self) -> io::Result<()> {
        if !self.links.is_up(&self.link) {
            return Err(io::ErrorKind::NetworkDown.into());
        }
        self.gone = None;
        self.inner.check()
    }
}

impl AsyncRead for Bound {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Poll::Ready(read) = Pin::new(&mut self.inner).poll_read(context, buffer) {
            return Poll::Ready(read);
        }
        match &mut self.gone {
            Some(gone) => {
                ready!(gone.as_mut().poll(context));
                self.gone = None;
                Poll::Ready(Err(io::ErrorKind::NetworkDown.into()))
            }
            None => Poll::Pending,
        }
    }
}

impl AsyncWrite for Bound {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
