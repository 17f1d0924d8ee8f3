//! The control socket: one sentence a line in, one line of JSON out.
//!
//! `{"ok": …}` where it was done, `{"error": "…"}` where it was not. Any number of lines on one
//! connection, one after the other; several connections beside one another.
//!
//! Guarantees: only the owner of the emulator's folder can press anything (a Unix socket, mode
//! 0600, in a folder of mode 0700); lines, connections and the time that one may stand idle have
//! limits; a socket of an emulator that runs is not taken from it.

use super::perform::SENTENCE_BYTES_MAX;
use super::shared::Shared;
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Name of the socket in the emulator's folder.
const SOCKET: &str = "control.sock";
/// Connections at a time: a CI has a few; beyond, one waits until another ends.
const CONNECTIONS_MAX: usize = 16;
/// A connection that says nothing for so long is closed.
const IDLE_MAX: Duration = Duration::from_secs(30 * 60);
/// Longest that an answer is waited for: longer than the longest sentence.
const ANSWER_WITHIN: Duration = Duration::from_secs(20 * 60);
/// Longest answer, in bytes.
const ANSWER_BYTES_MAX: u64 = 1024 * 1024;

/// Why an emulator cannot be controlled. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Another emulator runs in this folder.
    #[error("{path}: an emulator is running there; close it, or choose another --folder")]
    Taken {
        /// The socket.
        path: PathBuf,
    },
    /// The socket cannot be made: a long path, a folder without rights.
    #[error("{path}: {source}; choose a shorter path with --control")]
    Listen {
        /// The socket.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// Nobody listens.
    #[error("{path}: {source}; start `caisson emulator`, or name its socket with --socket")]
    Nobody {
        /// The socket.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// The emulator ended before it answered.
    #[error("the emulator ended before it answered")]
    Ended,
    /// The answer is none.
    #[error("the emulator's answer is none: it is of another version")]
    Answer,
    /// A sentence that cannot be sent.
    #[error("a sentence is one line of at most {SENTENCE_BYTES_MAX} bytes")]
    Sentence,
    /// It was not done, and why.
    #[error("{0}")]
    NotDone(String),
}

/// The socket of the emulator in `folder`.
#[must_use]
pub fn control_socket(folder: &Path) -> PathBuf {
    folder.join(SOCKET)
}

/// Listens at `path`.
pub(super) async fn listen(path: &Path) -> Result<UnixListener, ControlError> {
    if UnixStream::connect(path).await.is_ok() {
        return Err(ControlError::Taken { path: path.to_owned() });
    }
    // What an emulator that was killed left there.
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(ControlError::Listen { path: path.to_owned(), source: error });
    }
    let at = |source| ControlError::Listen { path: path.to_owned(), source };
    let listener = UnixListener::bind(path).map_err(at)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(at)?;
    Ok(listener)
}

/// Serves whoever connects.
pub(super) async fn serve(listener: UnixListener, shared: Arc<Shared>) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // A caller that went away needs no answer.
            let _ = talk(stream, &shared).await;
            drop(slot);
        });
    }
}

async fn talk(mut stream: UnixStream, shared: &Arc<Shared>) -> io::Result<()> {
    let (read, mut write) = stream.split();
    let mut read = BufReader::new(read);
    loop {
        let mut line = Vec::new();
        let most = u64::try_from(SENTENCE_BYTES_MAX).unwrap_or(u64::MAX) + 1;
        let heard = timeout(IDLE_MAX, (&mut read).take(most).read_until(b'\n', &mut line)).await;
        let Ok(bytes) = heard else { return Ok(()) };
        if bytes? == 0 {
            return Ok(());
        }
        let is_whole = line.last() == Some(&b'\n') || line.len() <= SENTENCE_BYTES_MAX;
        let answer = match String::from_utf8(line) {
            Ok(sentence) if is_whole => shared.command(sentence.trim()).await,
            _ => Err(ControlError::Sentence.to_string()),
        };
        let answer = match answer {
            Ok(value) => json!({ "ok": value }),
            Err(why) => json!({ "error": why }),
        };
        write.write_all(format!("{answer}\n").as_bytes()).await?;
        if !is_whole {
            // Where the next sentence begins is not known.
            return Ok(());
        }
    }
}

/// Says one sentence to the emulator at `socket`, and waits for its answer.
///
/// # Errors
/// [`ControlError`]; `NotDone` holds the emulator's own words.
pub async fn command(socket: &Path, sentence: &str) -> Result<Value, ControlError> {
    if sentence.len() >= SENTENCE_BYTES_MAX || sentence.contains('\n') {
        return Err(ControlError::Sentence);
    }
    let nobody = |source| ControlError::Nobody { path: socket.to_owned(), source };
    let mut stream = UnixStream::connect(socket).await.map_err(nobody)?;
    stream.write_all(format!("{sentence}\n").as_bytes()).await.map_err(nobody)?;
    let mut line = String::new();
    let mut answer = BufReader::new(stream).take(ANSWER_BYTES_MAX);
    let read = timeout(ANSWER_WITHIN, answer.read_line(&mut line)).await;
    match read {
        Ok(Ok(1..)) => {}
        _ => return Err(ControlError::Ended),
    }
    let answer: Value = serde_json::from_str(&line).map_err(|_| ControlError::Answer)?;
    match (answer.get("ok"), answer.get("error").and_then(Value::as_str)) {
        (Some(value), _) => Ok(value.clone()),
        (None, Some(why)) => Err(ControlError::NotDone(why.to_owned())),
        (None, None) => Err(ControlError::Answer),
    }
}
