//! Why the acquirer cannot start or go on.

use std::io;
use std::path::PathBuf;

/// Why the acquirer cannot start or go on. What a terminal does wrong is never one of these: it is
/// answered on the wire.
#[derive(Debug, thiserror::Error)]
pub enum AcquirerError {
    /// Whoever runs the acquirer: free the disk, or mend the rights of the file.
    #[error("books {}: {source}", path.display())]
    Books {
        /// The books.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// Whoever runs the acquirer: name another file. This one was left as it was.
    #[error("{} holds no books of this acquirer's version; name a new file", path.display())]
    ForeignBooks {
        /// The file.
        path: PathBuf,
    },
    /// Whoever wrote the configuration: give 32 bytes that are an Ed25519 public key.
    #[error("terminal key {key_id:?} is not an Ed25519 public key")]
    TerminalKey {
        /// Its key id.
        key_id: String,
    },
    /// Whoever runs the acquirer: remove the folder's three files, they are made anew.
    #[error("certificate file {}: {detail}", path.display())]
    CertificateFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The certificate could not be made.
    #[error("making the test certificates: {0}")]
    Certificate(#[from] rcgen::Error),
    /// Key and certificate do not fit each other.
    #[error("TLS of the acquirer: {0}")]
    Tls(#[from] rustls::Error),
    /// The listener is gone: start again.
    #[error("listener: {0}")]
    Listener(io::Error),
    /// The books' task was torn down with the runtime; nothing was answered.
    #[error("the acquirer is shutting down")]
    Stopping,
}

/// Why one connection ended otherwise than by an answer. The peer's doing, or a fault's.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// A fault refused it before TLS began.
    #[error("refused by a fault")]
    Refused,
    /// The peer does not speak TLS, or does not trust the certificate.
    #[error("TLS with the client: {0}")]
    Handshake(io::Error),
    /// The peer did not finish the TLS handshake in time.
    #[error("no TLS handshake within {seconds} s")]
    HandshakeTimeout {
        /// The limit.
        seconds: u64,
    },
    /// What came is no message of the bank's spec; nothing was booked.
    #[error("ISO 8583 with the client: {0}")]
    Message(String),
    /// The peer hung up within a message, or sent nothing for too long.
    #[error("reading from or writing to the client: {0}")]
    Stream(#[from] io::Error),
    /// A fault closed the connection instead of answering, or the books cannot be written.
    #[error("dropped by a fault, or because the books cannot be written")]
    Dropped,
    /// The peer hung up, did not speak HTTP/1.1, or a fault dropped the connection.
    #[error("HTTP with the client: {0}")]
    Http(#[from] hyper::Error),
}
