//! Real sockets: TCP in the clear and TLS over it, many exchanges on one connection.

use std::sync::Arc;

use caisson_acquirer::TestCertificates;
use caisson_acquirer::bank::serve_bank;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsConnector;

use crate::pos::{Pos, exchange};

/// A host on a free port of this machine; it ends when the sender is dropped.
async fn listen(pos: &Pos, tls: Option<Arc<ServerConfig>>) -> (TcpStream, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let bank = pos.bank.clone();
    tokio::spawn(async move {
        let shutdown = async {
            stopped.await.ok();
        };
        serve_bank(listener, tls, bank, shutdown).await;
    });
    (TcpStream::connect(address).await.unwrap(), stop)
}

/// A sale and its void on one connection.
async fn sells(pos: &Pos, stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    let mut sale = pos.message("0200", "1", "22");
    sale.set(3, "000000").unwrap().set(25, "00").unwrap().set_number(4, 1_200).unwrap();
    sale.set(2, crate::pos::PAN).unwrap();
    let answer = exchange(stream, &pos.seal(&sale)).await;
    assert_eq!((answer.text(39), answer.number(4)), (Some("00"), Some(1_200)));
    let mut void = pos.message("0200", "2", "23");
    void.set(3, "200000").unwrap().set(25, "00").unwrap().set_number(4, 1_200).unwrap();
    void.set(37, answer.text(37).unwrap()).unwrap();
    let answer = exchange(stream, &pos.seal(&void)).await;
    assert_eq!(answer.text(39), Some("00"));
    let mut echo = pos.message("0820", "3", "00");
    echo.set(60, "00000001301").unwrap();
    assert_eq!(exchange(stream, &echo.pack().unwrap()).await.text(39), Some("00"));
}

#[tokio::test]
async fn a_connection_in_the_clear_carries_many_exchanges() {
    let pos = Pos::signed_on().await;
    let (mut stream, stop) = listen(&pos, None).await;
    sells(&pos, &mut stream).await;
    drop(stop);
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn a_connection_over_tls_carries_many_exchanges() {
    let certificates = TestCertificates::new().unwrap();
    let pos = Pos::signed_on().await;
    let (stream, _stop) = listen(&pos, Some(certificates.server_config().unwrap())).await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificates.ca_pem().as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    sells(&pos, &mut stream).await;
}

#[tokio::test]
async fn bytes_that_are_no_message_close_the_connection_and_move_nothing() {
    let pos = Pos::signed_on().await;
    let good = pos.message("0210", "1", "22").pack().unwrap();
    let wrong: [&[u8]; 5] = [
        &[0, 0],
        &[0xFF, 0xFF, 1],
        &[0, 4, 1, 2, 3, 4],
        b"GET / HTTP/1.1\r\n\r\n",
        &caisson_iso8583::frame(&good).unwrap(),
    ];
    for bytes in wrong {
        let (mut stream, _stop) = listen(&pos, None).await;
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.ok();
        assert!(heard.is_empty(), "{bytes:02X?}");
    }
    assert!(pos.bank.books().unwrap().transactions().unwrap().is_empty());
}
