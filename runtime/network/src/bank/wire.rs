//! One frame out, one frame in.
//!
//! Guarantees: not more is read than a frame's length allows, and that is checked before a byte of
//! the message is.

use crate::exchange::Wire;
use crate::heard::Unheard;
use caisson_iso8583::framed_length;
use std::io;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use zeroize::Zeroizing;

/// Sends `framed` and reads the first answer, without its length.
pub(super) async fn send(mut wire: Wire, framed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unheard> {
    let lost = |error: io::Error| Unheard::Lost { kind: error.kind() };
    wire.write_all(framed).await.map_err(lost)?;
    wire.flush().await.map_err(lost)?;
    let mut prefix = [0; 2];
    wire.read_exact(&mut prefix).await.map_err(lost)?;
    let mut answer = Zeroizing::new(vec![0; framed_length(prefix).map_err(Unheard::Frame)?]);
    wire.read_exact(&mut answer).await.map_err(lost)?;
    Ok(answer)
}
