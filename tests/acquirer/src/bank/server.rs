//! The bank host on a wire: TCP, or TLS over it; frames in, frames out.
//!
//! The caller brings the listener and the end ([`serve_bank`]), or a single stream
//! ([`serve_bank_stream`]). Nothing here decides about money. A late answer holds up nothing: the
//! reversal that comes on the same connection is answered first.

use std::future::Future;
use std::sync::Arc;

use caisson_iso8583::framed_length;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use super::host::{Bank, Reply};
use crate::ConnectionError;
use crate::server::{SILENCE, accept_each, accept_tls};

/// Messages of one connection that are worked on at a time; a terminal has one or two.
const WAITING_MAX: usize = 16;

/// Serves until `shutdown` completes; then open connections are dropped. Without `tls` in the clear.
pub async fn serve_bank(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    bank: Bank,
    shutdown: impl Future<Output = ()>,
) {
    let accepting = accept_each(listener, |stream| {
        let (tls, bank) = (tls.clone(), bank.clone());
        async move { serve_bank_stream(stream, tls, bank).await }
    });
    tokio::select! {
        () = shutdown => {}
        () = accepting => {}
    }
}

/// Serves the exchanges of `stream`, TLS included, until the terminal hangs up. `stream` may be a
/// pipe in memory.
///
/// # Errors
/// [`ConnectionError`] if the connection ended otherwise than by the terminal between messages.
pub async fn serve_bank_stream<S>(
    stream: S,
    tls: Option<Arc<ServerConfig>>,
    bank: Bank,
) -> Result<(), ConnectionError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    if bank.faults().take_refusal() {
        return Err(ConnectionError::Refused);
    }
    match tls {
        Some(tls) => exchanges(accept_tls(stream, tls).await?, bank).await,
        None => exchanges(stream, bank).await,
    }
}

async fn exchanges<S>(stream: S, bank: Bank) -> Result<(), ConnectionError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut reader, mut writer) = split(stream);
    let (replies, mut replied) = mpsc::channel(WAITING_MAX);
    let waiting = Arc::new(Semaphore::new(WAITING_MAX));
    let reading = async move {
        while let Some(message) = read_message(&mut reader).await? {
            let slot = Arc::clone(&waiting).acquire_owned().await;
            let (bank, replies) = (bank.clone(), replies.clone());
            tokio::spawn(async move {
                let _slot = slot;
                let reply = bank.exchange(message).await;
                // Nobody listens any more: the terminal has gone.
                replies.send(reply).await.ok();
            });
        }
        Ok(())
    };
    let writing = async {
        while let Some(reply) = replied.recv().await {
            match reply? {
                Reply::Send(bytes) => writer.write_all(&bytes).await?,
                Reply::SendTwice(bytes) => {
                    writer.write_all(&bytes).await?;
                    writer.write_all(&bytes).await?;
                }
                Reply::Silence => {}
                Reply::Drop => return Err(ConnectionError::Dropped),
            }
            writer.flush().await?;
        }
        Ok(writer.shutdown().await?)
    };
    tokio::try_join!(reading, writing).map(|_| ())
}

/// The next message without its length; none where the terminal hung up between two.
async fn read_message<S>(stream: &mut S) -> Result<Option<Vec<u8>>, ConnectionError>
where
    S: AsyncRead + Unpin,
{
    let mut prefix = [0; 2];
    let read = async {
        if stream.read(prefix.split_at_mut(1).0).await? == 0 {
            return Ok(None);
        }
        stream.read_exact(prefix.split_at_mut(1).1).await?;
        let length = framed_length(prefix);
        let length = length.map_err(|error| ConnectionError::Message(error.to_string()))?;
        let mut message = vec![0; length];
        stream.read_exact(&mut message).await?;
        Ok(Some(message))
    };
    // A terminal that says nothing for longer than any waits is let go.
    timeout(SILENCE, read).await.unwrap_or(Ok(None))
}
