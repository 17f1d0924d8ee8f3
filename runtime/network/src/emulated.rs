//! Links of the emulator and the simulator: in memory, and broken on command.
//!
//! Guarantees: a fault strikes at the point it names, every time; nothing here depends on a clock
//! or on chance, but that a slow link waits by tokio's clock. Faults are counted in bytes of the
//! stream, which is what a real cable loses; what a lossy link loses follows from a seed.

use crate::connector::{ConnectError, Connector, Stream};
use async_trait::async_trait;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};
use tokio::time::{Sleep, sleep};

pub use set::{EmulatedLinks, LinkName, UnknownLink};

mod set;

/// Bytes that an in-memory link holds on their way, each way: a whole request and its TLS records.
pub const IN_FLIGHT_BYTES_MAX: usize = 128 * 1024;
/// What a slow link adds to each message: a crowded cell, or a satellite.
pub const SLOW_BY: Duration = Duration::from_millis(800);
/// Of so many connections over a lossy link, one cannot be made and one loses its answer.
const LOSSY_ONE_IN: u64 = 4;
/// What a lossy link loses is the same each time.
const LOSSY_SEED: u64 = 20_261_122;

/// A link in memory: each connection hands its far end to a function, which serves it.
pub struct MemoryConnector<F>(F);

impl<F: Fn(u16, DuplexStream) + Send + Sync> MemoryConnector<F> {
    /// Connections whose far ends go to `serve`, with the port that was asked for, which must return at once (and spawn its work).
    pub const fn new(serve: F) -> Self {
        Self(serve)
    }
}

impl<F> fmt::Debug for MemoryConnector<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryConnector")
    }
}

#[async_trait]
impl<F: Fn(u16, DuplexStream) + Send + Sync> Connector for MemoryConnector<F> {
    async fn connect(&self, _host: &str, port: u16) -> Result<Box<dyn Stream>, ConnectError> {
        let (near, far) = duplex(IN_FLIGHT_BYTES_MAX);
        (self.0)(port, far);
        Ok(Box::new(near))
    }
}

/// What a link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Carries everything.
    Up,
    /// Refuses to connect, and breaks what is connected.
    Down,
    /// Connects and lets TLS come about; is gone just before the first byte of the request.
    CutBeforeRequest,
    /// Breaks after this many bytes (of TLS records) of the request have left; with 0, at the
    /// first.
    CutAfter {
        /// Bytes that still get through.
        bytes: u64,
    },
    /// Carries the request, and nothing back.
    LosesAnswer,
    /// Carries everything, each message later by [`SLOW_BY`].
    Slow,
    /// Carries most: some connections cannot be made, some lose their answer.
    Lossy,
}

/// Another connector, with a handle that breaks it. Clones share the handle.
#[derive(Clone)]
pub struct EmulatedLink {
    inner: Arc<dyn Connector>,
    state: Arc<Mutex<State>>,
}

struct State {
    link: Link,
    next: Option<Link>,
    waiting: Vec<Weak<Sleeper>>,
    /// Connections over the link while it was lossy.
    lossy: u64,
}

impl State {
    /// What the next connection meets: its own fault, or what a lossy link has for it.
    fn meet(&mut self) -> Option<Link> {
        let next = self.next.take();
        if next.is_none() && self.link == Link::Lossy {
            let number = self.lossy;
            self.lossy = self.lossy.wrapping_add(1);
            return lost(number);
        }
        next
    }
}

/// What the lossy link has for its connection `number`.
const fn lost(number: u64) -> Option<Link> {
    // Spreads the number over all its bits (splitmix64).
    let mixed = number.wrapping_add(LOSSY_SEED).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    match (mixed ^ (mixed >> 27)) % LOSSY_ONE_IN {
        0 => Some(Link::Down),
        1 => Some(Link::LosesAnswer),
        _ => None,
    }
}

/// Who waits on one connection.
type Sleeper = Mutex<Option<Waker>>;

impl EmulatedLink {
    /// `inner`, up.
    #[must_use]
    pub fn new(inner: Arc<dyn Connector>) -> Self {
        let state = State { link: Link::Up, next: None, waiting: Vec::new(), lossy: 0 };
        Self { inner, state: Arc::new(Mutex::new(state)) }
    }

    /// From now on the link does this; connections that stand feel it at once.
    pub fn set(&self, link: Link) {
        let mut state = lock(&self.state);
        state.link = link;
        for sleeper in state.waiting.iter().filter_map(Weak::upgrade) {
            if let Some(waker) = lock(&sleeper).take() {
                waker.wake();
            }
        }
    }

    /// The next connection does this, whatever [`Self::set`] says; those after it do not.
    pub fn set_next(&self, link: Link) {
        lock(&self.state).next = Some(link);
    }

    /// What the link does.
    #[must_use]
    pub fn link(&self) -> Link {
        lock(&self.state).link
    }
}

impl fmt::Debug for EmulatedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatedLink").field("link", &self.link()).finish_non_exhaustive()
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Connector for EmulatedLink {
    async fn connect(&self, host: &str, port: u16) -> Result<Box<dyn Stream>, ConnectError> {
        let own = lock(&self.state).meet();
        if own.unwrap_or_else(|| self.link()) == Link::Down {
            let kind = io::ErrorKind::NetworkUnreachable;
            return Err(ConnectError::Refused { host: host.to_owned(), port, kind });
        }
        if own.unwrap_or_else(|| self.link()) == Link::Slow {
            sleep(SLOW_BY).await;
        }
        let inner = self.inner.connect(host, port).await?;
        let sleeper = Arc::default();
        let mut state = lock(&self.state);
        state.waiting.retain(|sleeper| sleeper.strong_count() > 0);
        state.waiting.push(Arc::downgrade(&sleeper));
        drop(state);
        let state = Arc::clone(&self.state);
        Ok(Box::new(Breakable {
            inner,
            own,
            state,
            sleeper,
            request: None,
            tried: false,
            wrote: false,
            late: None,
        }))
    }

    fn is_down(&self) -> bool {
        self.link() == Link::Down || self.inner.is_down()
    }
}

/// A stream of an [`EmulatedLink`].
struct Breakable {
    inner: Box<dyn Stream>,
    own: Option<Link>,
    state: Arc<Mutex<State>>,
    sleeper: Arc<Sleeper>,
    /// Bytes of the request that have left; `None` before it begins.
    request: Option<u64>,
    /// True from the first try to write a byte of the request.
    tried: bool,
    /// True where something was written since the last read.
    wrote: bool,
    /// Until when a slow link keeps an answer back.
    late: Option<Pin<Box<Sleep>>>,
}

impl Breakable {
    fn link(&self) -> Link {
        self.own.unwrap_or_else(|| lock(&self.state).link)
    }

    /// How many bytes may still be written, or the break.
    fn room(&self) -> io::Result<u64> {
        match (self.link(), self.request) {
            (Link::Down, _) => Err(io::ErrorKind::ConnectionReset.into()),
            (Link::CutAfter { bytes }, Some(sent)) if self.tried && sent >= bytes => {
                Err(io::ErrorKind::ConnectionReset.into())
            }
            (Link::CutAfter { bytes }, Some(sent)) => Ok(bytes.saturating_sub(sent)),
            _ => Ok(u64::MAX),
        }
    }

    /// Ready when a slow link has kept the answer to what was written last for long enough.
    fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::take(&mut self.wrote) && self.link() == Link::Slow {
            self.late = Some(Box::pin(sleep(SLOW_BY)));
        }
        if let Some(late) = &mut self.late {
            std::task::ready!(late.as_mut().poll(context));
            self.late = None;
        }
        Poll::Ready(())
    }

    fn wait(&self, context: &Context<'_>) {
        *lock(&self.sleeper) = Some(context.waker().clone());
    }
}

impl Stream for Breakable {
    fn check(&mut self) -> io::Result<()> {
        if matches!(self.link(), Link::Down | Link::CutBeforeRequest) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        self.request = Some(0);
        self.inner.check()
    }
}

impl AsyncRead for Breakable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.wait(context);
        self.room()?;
        if self.link() == Link::LosesAnswer && self.request.is_some() {
            return Poll::Pending;
        }
        std::task::ready!(self.poll_late(context));
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl AsyncWrite for Breakable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.wait(context);
        self.tried = self.request.is_some();
        let room = usize::try_from(self.room()?).unwrap_or(usize::MAX);
        let part = bytes.get(..room).unwrap_or(bytes);
        let written = std::task::ready!(Pin::new(&mut self.inner).poll_write(context, part))?;
        let sent = u64::try_from(written).unwrap_or(u64::MAX);
        self.request = self.request.map(|before| before.saturating_add(sent));
        self.wrote = true;
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::mpsc;

    type Pair = (Box<dyn Stream>, DuplexStream);

    async fn connected(
        link: &EmulatedLink,
        far: &mut mpsc::UnboundedReceiver<DuplexStream>,
    ) -> Pair {
        (link.connect("h", 1).await.ok().unwrap(), far.recv().await.unwrap())
    }

    fn link() -> (EmulatedLink, mpsc::UnboundedReceiver<DuplexStream>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let memory = MemoryConnector::new(move |_, far| sender.send(far).unwrap());
        (EmulatedLink::new(Arc::new(memory)), receiver)
    }

    #[tokio::test]
    async fn a_link_that_goes_down_breaks_a_read_that_waits() {
        let (link, mut far) = link();
        let (mut near, _far) = connected(&link, &mut far).await;
        let reading = tokio::spawn(async move { near.read_u8().await });
        tokio::task::yield_now().await;
        link.set(Link::Down);
        assert_eq!(reading.await.unwrap().unwrap_err().kind(), io::ErrorKind::ConnectionReset);
        assert!(link.connect("h", 1).await.is_err());
        link.set(Link::Up);
        assert!(link.connect("h", 1).await.is_ok());
    }

    #[tokio::test]
    async fn a_cut_counts_the_bytes_of_the_request_alone() {
        let (link, mut far) = link();
        link.set(Link::CutAfter { bytes: 3 });
        let (mut near, mut far) = connected(&link, &mut far).await;
        near.write_all(b"handshake").await.unwrap();
        near.check().unwrap();
        let error = near.write_all(b"request").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        drop(near);
        let mut seen = Vec::new();
        far.read_to_end(&mut seen).await.unwrap();
        assert_eq!(seen, b"handshakereq");
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_link_keeps_each_answer_back() {
        let (link, mut far) = link();
        link.set(Link::Slow);
        let began = tokio::time::Instant::now();
        let (mut near, mut far) = connected(&link, &mut far).await;
        assert_eq!(began.elapsed(), SLOW_BY);
        far.write_all(b"hello").await.unwrap();
        near.write_all(b"ask").await.unwrap();
        near.read_u8().await.unwrap();
        assert_eq!(began.elapsed(), 2 * SLOW_BY);
        near.read_u8().await.unwrap();
        assert_eq!(began.elapsed(), 2 * SLOW_BY, "the rest of a message is not late again");
    }

    #[tokio::test]
    async fn a_lossy_link_loses_one_in_four_each_way_and_the_same_each_time() {
        let lost: Vec<_> = (0..12).map(lost).collect();
        let (down, deaf) = (Some(Link::Down), Some(Link::LosesAnswer));
        let count = |wanted| lost.iter().filter(|one| **one == wanted).count();
        assert_eq!((count(down), count(deaf), count(None)), (3, 3, 6), "{lost:?}");
        let (link, _far) = link();
        link.set(Link::Lossy);
        for (number, expected) in lost.iter().enumerate() {
            let refused = link.connect("h", 1).await.is_err();
            assert_eq!(refused, *expected == down, "connection {number}");
        }
    }

    #[tokio::test]
    async fn a_fault_of_the_next_connection_leaves_the_one_after_alone() {
        let (link, mut far) = link();
        link.set_next(Link::CutBeforeRequest);
        let (mut near, _far) = connected(&link, &mut far).await;
        assert_eq!(near.check().unwrap_err().kind(), io::ErrorKind::NotConnected);
        let (mut near, _far) = connected(&link, &mut far).await;
        near.check().unwrap();
    }
}
