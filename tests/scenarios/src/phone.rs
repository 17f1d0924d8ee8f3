//! The customer's phone: reads a code from pixels, and speaks to the wallet over a link of its own.
//!
//! Guarantee: what it pays was in the picture; nothing is handed over behind the camera's back.

use crate::acquirer_folder::AcquirerFolder;
use crate::setup::AcquirerAt;
use crate::world::{World, WorldError};
use caisson_acquirer::{Gateway, serve_stream};
use caisson_devices::decode::{DecodeError, Effort, Formats, decode};
use caisson_devices::frame::{Frame, FrameError, Size};
use caisson_network::emulated::IN_FLIGHT_BYTES_MAX;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request, header};
use hyper_util::rt::TokioIo;
use qrcodegen::{QrCode, QrCodeEcc};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use serde::Deserialize;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Pixels of a module on the phone's sensor.
const MODULE_PIXELS: u32 = 4;
/// Bright modules around a shown code.
const QUIET_MODULES: u32 = 4;
/// Longest answer of the gateway to a phone, in bytes; a real one has a few hundred.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// How long a phone waits for the gateway, which answers phones at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why the phone could not act.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// The shown text is no QR code. App developer: shorten it.
    #[error("the shown code holds {bytes} bytes, which no QR code can")]
    NoCode {
        /// Its length.
        bytes: usize,
    },
    /// The picture could not be made or read. Report this.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The decoder failed. Report this.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The phone saw no code in the picture of the shown one. Report this.
    #[error("the phone reads no code in the pixels of the shown one")]
    Unread,
    /// The shown code is an EMVCo payload without the wallet's own code in it.
    #[error("the shown code has no wallet's code in it")]
    NoWallet,
    /// The gateway is not there, or its answer is not HTTP. Start the acquirer.
    #[error("the phone does not reach the wallet: {0}")]
    Network(String),
    /// The acquirer's files.
    #[error(transparent)]
    World(#[from] WorldError),
}

/// A phone with a wallet on it.
pub(crate) struct Phone {
    way: Way,
    client: Arc<ClientConfig>,
}

enum Way {
    Memory(Gateway, Arc<ServerConfig>),
    Tcp { host: String, port: u16 },
}

/// Where the acquirer's signed file says that it listens.
#[derive(Deserialize)]
struct Address {
    host: String,
    port: u16,
}

impl Phone {
    /// A phone that knows the acquirer of `world`.
    pub(crate) fn new(world: &World) -> Result<Self, PhoneError> {
        let certificates = world.acquirer().certificates()?;
        let way = match (&world.setup().acquirer, &world.gateway) {
            (AcquirerAt::InProcess, Some(gateway)) => {
                let tls = certificates.server_config().map_err(WorldError::from)?;
                Way::Memory(gateway.clone(), tls)
            }
            _ => return Self::at(world.acquirer()),
        };
        Ok(Self { way, client: client(certificates.ca_pem())? })
    }

    /// A phone that knows the acquirer of this folder, who listens already.
    pub(crate) fn at(acquirer: &AcquirerFolder) -> Result<Self, PhoneError> {
        let certificates = acquirer.certificates()?;
        let Address { host, port } = address(&acquirer.destination())?;
        Ok(Self { way: Way::Tcp { host, port }, client: client(certificates.ca_pem())? })
    }

    /// Posts `body` to the phone's door `act` of the gateway: the answer's `result`, or the reason
    /// of a declined one.
    pub(crate) async fn tell(&self, act: &str, body: &Value) -> Result<String, PhoneError> {
        let lost = |error: &dyn std::fmt::Display| PhoneError::Network(error.to_string());
        let exchange = async {
            match &self.way {
                Way::Memory(gateway, tls) => {
                    let (near, far) = tokio::io::duplex(IN_FLIGHT_BYTES_MAX);
                    let (gateway, tls) = (gateway.clone(), Arc::clone(tls));
                    tokio::spawn(async move { serve_stream(far, tls, gateway).await });
                    self.post(near, act, body).await
                }
                Way::Tcp { host, port } => {
                    let stream = TcpStream::connect((host.as_str(), *port)).await;
                    self.post(stream.map_err(|error| lost(&error))?, act, body).await
                }
            }
        };
        let answered = tokio::time::timeout(PATIENCE, exchange).await;
        let answer = answered.map_err(|error| lost(&error))??;
        let said = |name: &str| answer.get(name).and_then(Value::as_str);
        Ok(said("reason").or_else(|| said("result")).unwrap_or("no result").to_owned())
    }

    async fn post(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        act: &str,
        body: &Value,
    ) -> Result<Value, PhoneError> {
        let lost = |error: &dyn std::fmt::Display| PhoneError::Network(error.to_string());
        let name = ServerName::try_from("localhost").map_err(|error| lost(&error))?;
        let tls = TlsConnector::from(Arc::clone(&self.client));
        let stream = tls.connect(name, stream).await.map_err(|error| lost(&error))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| lost(&error))?;
        tokio::spawn(connection);
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/wallet/{act}"))
            .header(header::HOST, "localhost")
            .body(Full::new(Bytes::from(body.to_string())))
            .map_err(|error| lost(&error))?;
        let answer = sender.send_request(request).await.map_err(|error| lost(&error))?;
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let bytes = body.map_err(|error| lost(&error))?.to_bytes();
        serde_json::from_slice(&bytes).map_err(|error| lost(&error))
    }
}

/// What a phone before the screen makes of the code that is shown there: drawn, seen as pixels,
/// decoded, and unwrapped to the wallet's own code.
pub(crate) async fn scan_pixels(shown: String) -> Result<String, PhoneError> {
    read(Effort::Frame, move || picture(&shown)).await
}

/// The same of a picture of a real screen: `luma`, `width` dots a row.
pub(crate) async fn scan_screen(luma: Vec<u8>, size: Size) -> Result<String, PhoneError> {
    read(Effort::Still, move || Ok(Frame::from_luma(luma, size, size.width)?)).await
}

async fn read(
    effort: Effort,
    frame: impl FnOnce() -> Result<Frame, PhoneError> + Send + 'static,
) -> Result<String, PhoneError> {
    let seen = tokio::task::spawn_blocking(move || {
        Ok::<_, PhoneError>(decode(&frame()?, Formats::ALL, effort)?)
    });
    let decoded = seen.await.map_err(|error| PhoneError::Network(error.to_string()))??;
    let text = decoded.ok_or(PhoneError::Unread)?.text;
    caisson_qr::show_code::code_in(&text).ok_or(PhoneError::NoWallet)
}

/// The screen's code as the phone's sensor has it.
fn picture(text: &str) -> Result<Frame, PhoneError> {
    let no_code = |_| PhoneError::NoCode { bytes: text.len() };
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(no_code)?;
    let side = (code.size().unsigned_abs() + 2 * QUIET_MODULES) * MODULE_PIXELS;
    let module = |pixel: u32| i64::from(pixel / MODULE_PIXELS) - i64::from(QUIET_MODULES);
    let module = |pixel: u32| i32::try_from(module(pixel)).unwrap_or(i32::MAX);
    let luma = (0..side * side)
        .map(|at| if code.get_module(module(at % side), module(at / side)) { 25 } else { 240 })
        .collect();
    Ok(Frame::from_luma(luma, Size { width: side, height: side }, side)?)
}

fn address(path: &Path) -> Result<Address, PhoneError> {
    let text = fs::read_to_string(path).map_err(WorldError::file(path))?;
    toml::from_str(&text)
        .map_err(|error| PhoneError::Network(format!("{}: {error}", path.display())))
}

fn client(ca_pem: &str) -> Result<Arc<ClientConfig>, PhoneError> {
    let wrong = |error: &dyn std::fmt::Display| PhoneError::Network(error.to_string());
    let ca = CertificateDer::from_pem_slice(ca_pem.as_bytes()).map_err(|error| wrong(&error))?;
    let mut roots = RootCertStore::empty();
    roots.add(ca).map_err(|error| wrong(&error))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
