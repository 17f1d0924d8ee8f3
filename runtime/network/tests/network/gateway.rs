//! A wallet gateway in memory that does as it is told, and a client that speaks with it.
//!
//! It builds signatures and HTTP by itself, so that client and gateway cannot share a mistake.

use caisson_core::{Currency, Money};
use caisson_network::emulated::{EmulatedLink, MemoryConnector};
use caisson_network::{
    Binding, Client, Connector, Destination, Heard, NONCE_BYTES, Nonces, NoncesError,
};
use caisson_vault::{NewSlot, PublicKey, SealedFile, Signature, SigningSeed, verify_detached};
use ed25519_dalek::{Signer as _, SigningKey};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

/// The file that the crate's page shows.
pub(crate) const EXAMPLE: &str = include_str!("../../examples/wallet.toml");
pub(crate) const ORDER: &str = "000000070000300015T1000001";
const SERVER_NAME: &str = "gateway.wallet.example";
const TERMINAL_SEED: [u8; 32] = [1; 32];
const ACQUIRER_SEED: [u8; 32] = [2; 32];
const STRANGER_SEED: [u8; 32] = [3; 32];
const NONCE: [u8; NONCE_BYTES] = [0xab; NONCE_BYTES];

/// What the gateway does with a connection.
#[derive(Clone)]
pub(crate) enum Does {
    HangsUpDuringTls,
    SilentDuringTls,
    HangsUp,
    Silent,
    SaysRaw(&'static str),
    Answers(Reply),
}

/// An answer of the gateway.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: String,
    pub(crate) signed: Signed,
    pub(crate) after: Duration,
    /// Bytes after which the gateway hangs up.
    pub(crate) cut: Option<usize>,
    /// A second answer on the same connection.
    pub(crate) then: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signed {
    Well,
    ByAStranger,
    ForAnotherNonce,
    ForAnotherRequest,
    ForAnotherStatus,
    ForAnotherBody,
    Twice,
    NotInBase64,
    Not,
}

pub(crate) fn says(body: &str) -> Reply {
    Reply {
        status: 200,
        kind: "application/json",
        body: body.to_owned(),
        signed: Signed::Well,
        after: Duration::ZERO,
        cut: None,
        then: None,
    }
}

/// A certificate authority and a server certificate by it.
pub(crate) struct Authority {
    pub(crate) pem: String,
    pub(crate) server: Arc<ServerConfig>,
}

impl Authority {
    pub(crate) fn new(server_name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().unwrap();
        let names = vec![server_name.to_owned()];
        let leaf = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let chain = vec![CertificateDer::from(leaf)];
        let secret = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, secret)
            .unwrap();
        Self { pem, server: Arc::new(server) }
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new(SERVER_NAME)
    }
}

/// The example's text with other roots.
pub(crate) fn example_with_roots(pem: &str) -> String {
    let (before, rest) = EXAMPLE.split_once("-----BEGIN").unwrap();
    let (_, after) = rest.split_once("-----END CERTIFICATE-----\n").unwrap();
    format!("{before}{pem}{after}")
}

pub(crate) fn example() -> Destination {
    Destination::parse("wallet.toml", EXAMPLE).unwrap()
}

pub(crate) fn acquirer_seed() -> SigningSeed {
    SigningSeed::from_bytes(&ACQUIRER_SEED)
}

pub(crate) fn acquirer_signs(bytes: &[u8]) -> String {
    let signature = SigningKey::from_bytes(&ACQUIRER_SEED).sign(bytes);
    Signature::from_bytes(&signature.to_bytes()).to_string()
}

pub(crate) fn sale(minor: u64) -> Binding {
    let amount = Money::new(minor, Currency::Cny).unwrap();
    let order = ORDER.parse().unwrap();
    Binding { order, original: None, amount: Some(amount), stan: None, pin: None }
}

struct OneNonce;

impl Nonces for OneNonce {
    fn next(&self) -> Result<[u8; NONCE_BYTES], NoncesError> {
        Ok(NONCE)
    }
}

/// A client, its link and its gateway.
pub(crate) struct Bench {
    pub(crate) client: Client,
    pub(crate) link: EmulatedLink,
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
    _keys: TempDir,
}

impl Bench {
    /// The gateway has a certificate by `gateway`; the client trusts `trusted`.
    pub(crate) fn new(does: Does, gateway: &Authority, trusted: &Authority) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (server, heard) = (Arc::clone(&gateway.server), Arc::clone(&requests));
        let memory = MemoryConnector::new(move |_, far| {
            tokio::spawn(serve(far, Arc::clone(&server), does.clone(), Arc::clone(&heard)));
        });
        let link = EmulatedLink::new(Arc::new(memory));
        let text = example_with_roots(&trusted.pem);
        let (client, keys) = client(&text, Arc::new(link.clone()));
        Self { client, link, requests, _keys: keys }
    }

    pub(crate) fn that(does: Does) -> Self {
        let authority = Authority::default();
        Self::new(does, &authority, &authority)
    }

    pub(crate) async fn pays(&self) -> Heard {
        pays(&self.client).await
    }
}

/// A client of the destination that `text` describes, and the folder of its keys.
pub(crate) fn client(text: &str, connector: Arc<dyn Connector>) -> (Client, TempDir) {
    let keys = tempfile::tempdir().unwrap();
    let slots = [
        NewSlot::sign_with_seed(
            "wallet-signing".parse().unwrap(),
            SigningSeed::from_bytes(&TERMINAL_SEED),
        ),
        NewSlot::verify("wallet-answers".parse().unwrap(), acquirer_seed().public_key()),
    ];
    let store = SealedFile::provision(&keys.path().join("keys"), &keys.path().join("kek"), &slots);
    let destination = Arc::new(Destination::parse("wallet.toml", text).unwrap());
    let client = Client::new(destination, Arc::new(store.unwrap()), connector)
        .unwrap()
        .with_nonces(Arc::new(OneNonce));
    (client, keys)
}

/// A sale of 12.00 through `client`.
pub(crate) async fn pays(client: &Client) -> Heard {
    let body = br#"{"wallet":"alipay","code":"281234567890123456"}"#;
    let prepared = client.destination().prepare("pay", body, &sale(1_200)).unwrap();
    client.exchange(&prepared).await
}

/// Does with the connection whose near end is the client's what it is told.
pub(crate) async fn serve(
    far: impl AsyncRead + AsyncWrite + Unpin,
    server: Arc<ServerConfig>,
    does: Does,
    requests: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    match does {
        Does::HangsUpDuringTls => return None,
        Does::SilentDuringTls => std::future::pending().await,
        _ => {}
    }
    let mut stream = TlsAcceptor::from(server).accept(far).await.ok()?;
    let mut request = Vec::new();
    let body = loop {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await.ok()? {
            0 => return None,
            read => request.extend_from_slice(&chunk[..read]),
        }
        if let Some(body) = whole_body(&request) {
            break body;
        }
    };
    let head = String::from_utf8(request).unwrap();
    check_signature(&head, &body);
    requests.lock().unwrap().push(head);
    match does {
        Does::Silent => std::future::pending().await,
        Does::SaysRaw(text) => stream.write_all(text.as_bytes()).await.ok()?,
        Does::Answers(reply) => {
            sleep(reply.after).await;
            let then = reply.then.clone();
            let cut = reply.cut.unwrap_or(usize::MAX);
            let bytes = http(&reply, &body).into_bytes();
            stream.write_all(&bytes[..cut.min(bytes.len())]).await.ok()?;
            if let Some(body_then) = then {
                stream.write_all(http(&says(&body_then), &body).as_bytes()).await.ok()?;
            }
        }
        _ => return None,
    }
    stream.shutdown().await.ok()
}

fn whole_body(request: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(request).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length: usize = header(head, "content-length").parse().unwrap();
    (body.len() == length).then(|| body.to_owned())
}

fn header(head: &str, name: &str) -> String {
    let start = format!("{name}: ");
    head.lines().find_map(|line| line.strip_prefix(&start)).unwrap().to_owned()
}

fn check_signature(head: &str, body: &str) {
    let path = head.split(' ').nth(1).unwrap();
    let nonce = header(head, "caisson-nonce");
    let text = format!("caisson-request-v1\nPOST\n{path}\n{nonce}\n{}", hex_of(body));
    let signature: Signature = header(head, "caisson-signature").parse().unwrap();
    let terminal: PublicKey = SigningSeed::from_bytes(&TERMINAL_SEED).public_key();
    verify_detached(&terminal, text.as_bytes(), &signature).unwrap();
    assert_eq!(header(head, "caisson-key"), "terminal-1");
}

fn hex_of(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn http(reply: &Reply, request: &str) -> String {
    let mut nonce = "ab".repeat(NONCE_BYTES);
    let (mut status, mut request, mut body) = (reply.status, request, reply.body.as_str());
    let mut seed = ACQUIRER_SEED;
    match reply.signed {
        Signed::ByAStranger => seed = STRANGER_SEED,
        Signed::ForAnotherNonce => nonce = "cd".repeat(NONCE_BYTES),
        Signed::ForAnotherRequest => request = "{}",
        Signed::ForAnotherStatus => status += 1,
        Signed::ForAnotherBody => body = "{}",
        _ => {}
    }
    let text =
        format!("caisson-answer-v1\n{status}\n{nonce}\n{}\n{}", hex_of(request), hex_of(body));
    let signature = SigningKey::from_bytes(&seed).sign(text.as_bytes()).to_bytes();
    let signature = Signature::from_bytes(&signature);
    let header = match reply.signed {
        Signed::Not => String::new(),
        Signed::NotInBase64 => "caisson-signature: none\r\n".to_owned(),
        Signed::Twice => format!("caisson-signature: {signature}\r\n").repeat(2),
        _ => format!("caisson-signature: {signature}\r\n"),
    };
    format!(
        "HTTP/1.1 {} X\r\ncontent-type: {}\r\ncontent-length: {}\r\n{header}\r\n{}",
        reply.status,
        reply.kind,
        reply.body.len(),
        reply.body
    )
}
