//! What an acquirer answers: the body, read by a destination's rules, and the whole of what comes
//! over the line.
//!
//! Signatures and HTTP are made here by themselves, so that the terminal's and these cannot share
//! a mistake.

use crate::configuration::{EXAMPLE, WALLET, binding, split_line};
use caisson_core::operation::Reading;
use caisson_core::reason::Class;
use caisson_network::emulated::MemoryConnector;
use caisson_network::{
    ANSWER_BYTES_MAX, Client, Destination, Flaw, Heard, NONCE_BYTES, Nonces, NoncesError, Read,
};
use caisson_vault::{NewSlot, SealedFile, Signature, SigningSeed};
use ed25519_dalek::{Signer as _, SigningKey};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

/// What moved in the payment that is asked about, in minor units.
const ASKED: u64 = 1_200;

/// The first line names an operation of the example, the rest is the body of a verified answer.
///
/// # Panics
/// Where more is read into the answer than it says.
pub fn answer(data: &[u8]) {
    let (name, body) = split_line(data);
    let Some(operation) = WALLET.operation(name) else { return };
    let sent = binding(name);
    let read = caisson_network::read(operation, &sent, body);
    assert_eq!(read, caisson_network::read(operation, &sent, body), "read twice, read the same");
    check_read(name, body, read);
}

/// The answer says no more than an independent look at it, by the words of the example.
fn check_read(name: &str, body: &[u8], read: Read) {
    let Read { reading, amount, reason, flaw } = read;
    assert_eq!(amount.is_some(), reading == Reading::Paid, "only what was paid has an amount");
    assert!(flaw.is_none() || reading == Reading::Unreadable, "a flawed answer proves nothing");
    if let Some(reason) = reason {
        assert_eq!(reason.row().class, Class::NotPaid, "the acquirer's reasons are refusals");
    }
    if name == "lookup" {
        assert_eq!(reading, Reading::Unreadable, "a service proves nothing");
        return;
    }
    if reading == Reading::Unreadable {
        assert!(flaw.is_some(), "an answer that proves nothing says why");
        return;
    }
    let object: Value = serde_json::from_slice(body).expect("what is read is JSON");
    let number = if name.starts_with("refund") { "refund" } else { "order" };
    assert_eq!(object[number], binding(name).order.as_str(), "it is about this order");
    let minor = object["amount"].as_u64();
    let expected: &[&str] = match reading {
        Reading::Paid => {
            let amount = amount.expect("it says how much");
            assert_eq!(Some(amount.minor()), minor);
            assert_eq!(object["currency"], amount.currency().code());
            assert!((1..=ASKED).contains(&amount.minor()), "never more than was asked");
            assert!(name != "query" || object["refunded"] == 0, "none of it was given back");
            if name.starts_with("refund") { &["REFUNDED"] } else { &["PAID"] }
        }
        Reading::NotPaid => &["DECLINED"],
        Reading::Open => &["WAITING", "CREATED", "TOO_EARLY"],
        // A query that says paid and all of it given back.
        Reading::Undone if object["result"] == "PAID" => {
            assert!(name == "query" && object["refunded"].as_u64() == minor);
            &["PAID"]
        }
        Reading::Undone => &["CLOSED"],
        Reading::Unreadable => &[],
    };
    assert!(expected.iter().any(|word| object["result"] == *word), "{reading:?}: {object}");
}

/// Where it stands in what the gateway says, the right signature of the body is put in its place:
/// so that changes to a body get past the signature, and changes without it never do.
const SIGNED: &[u8] = b"@SIGNED@";
const NONCE: [u8; NONCE_BYTES] = [0xab; NONCE_BYTES];
const ACQUIRER_SEED: [u8; 32] = [2; 32];
const REQUEST: &[u8] = br#"{"wallet":"alipay","code":"281234567890123456"}"#;

/// Everything that an acquirer says after a sale's request, over TLS, until it hangs up.
///
/// # Panics
/// Where an answer counts that was not signed, or a request that went out counts as not sent.
pub fn exchange(data: &[u8]) {
    LINE.with_borrow(|line| line.exchange(data));
}

thread_local! {
    /// Keys and certificates are made once, and each line has a clock of its own.
    static LINE: RefCell<Line> = RefCell::new(Line::new());
}

struct Line {
    runtime: Runtime,
    client: Client,
    says: Arc<Mutex<Vec<u8>>>,
    _keys: TempDir,
}

struct OneNonce;

impl Nonces for OneNonce {
    fn next(&self) -> Result<[u8; NONCE_BYTES], NoncesError> {
        Ok(NONCE)
    }
}

impl Line {
    fn new() -> Self {
        let (server, pem) = certified("gateway.wallet.example");
        let says: Arc<Mutex<Vec<u8>>> = Arc::default();
        let said = Arc::clone(&says);
        let connector = MemoryConnector::new(move |_, far| {
            let bytes = said.lock().unwrap_or_else(PoisonError::into_inner).clone();
            tokio::spawn(say(far, Arc::clone(&server), bytes));
        });
        let keys = tempfile::tempdir().unwrap();
        let seed = |byte: u8| SigningSeed::from_bytes(&[byte; 32]);
        let slots = [
            NewSlot::sign_with_seed("wallet-signing".parse().unwrap(), seed(1)),
            NewSlot::verify(
                "wallet-answers".parse().unwrap(),
                SigningSeed::from_bytes(&ACQUIRER_SEED).public_key(),
            ),
        ];
        let store =
            SealedFile::provision(&keys.path().join("keys"), &keys.path().join("kek"), &slots);
        let (before, rest) = EXAMPLE.split_once("-----BEGIN").unwrap();
        let (_, after) = rest.split_once("-----END CERTIFICATE-----\n").unwrap();
        let text = format!("{before}{pem}{after}");
        let destination = Arc::new(Destination::parse("wallet.toml", &text).unwrap());
        let client = Client::new(destination, Arc::new(store.unwrap()), Arc::new(connector));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        let client = client.unwrap().with_nonces(Arc::new(OneNonce));
        Self { runtime, client, says, _keys: keys }
    }

    fn exchange(&self, data: &[u8]) {
        let prepared = self.client.destination().prepare("pay", REQUEST, &binding("pay")).unwrap();
        let bytes = with_signature(data, prepared.bytes());
        *self.says.lock().unwrap_or_else(PoisonError::into_inner) = bytes.clone();
        match self.runtime.block_on(self.client.exchange(&prepared)) {
            Heard::NotSent { cause, .. } => unreachable!("the request went out, and {cause}"),
            Heard::NoAnswer { reason, .. } => assert_eq!(reason.row().class, Class::Unknown),
            Heard::Answer(answer) => {
                assert!(answer.body.len() <= ANSWER_BYTES_MAX);
                let signature = signature_of(prepared.bytes(), &answer.body);
                let is_there = |part: &[u8]| part == signature.as_bytes();
                assert!(bytes.windows(signature.len()).any(is_there), "it was never signed");
                let Read { reading, amount, .. } = caisson_network::read(
                    self.client.destination().operation("pay").unwrap(),
                    &binding("pay"),
                    &answer.body,
                );
                assert_eq!((answer.reading, answer.amount), (reading, amount));
                assert!(!matches!(answer.flaw, Some(Flaw::Json(_))), "not JSON is no answer");
            }
        }
    }
}

/// A server's TLS, and the certificate of the authority that vouches for it.
fn certified(server_name: &str) -> (Arc<ServerConfig>, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![server_name.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(leaf)],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    (Arc::new(server), pem)
}

/// Waits for the request, says `bytes` and hangs up. Where the client leaves earlier, so does it.
async fn say(far: DuplexStream, server: Arc<ServerConfig>, bytes: Vec<u8>) -> Option<()> {
    let mut stream = TlsAcceptor::from(server).accept(far).await.ok()?;
    let mut request = Vec::new();
    while !request.ends_with(b"}") {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await.ok()? {
            0 => return None,
            read => request.extend_from_slice(&chunk[..read]),
        }
    }
    stream.write_all(&bytes).await.ok()?;
    stream.shutdown().await.ok()
}

/// `data` with the signature of what stands behind its first empty line.
fn with_signature(data: &[u8], request: &[u8]) -> Vec<u8> {
    let position = |part: &[u8]| data.windows(part.len()).position(|window| window == part);
    let Some(at) = position(SIGNED) else { return data.to_vec() };
    let body = position(b"\r\n\r\n").map_or(&[][..], |end| &data[end + 4..]);
    let signature = signature_of(request, body);
    [&data[..at], signature.as_bytes(), &data[at + SIGNED.len()..]].concat()
}

/// The acquirer's signature of `body` as its answer to `request`.
fn signature_of(request: &[u8], body: &[u8]) -> String {
    let hex = |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
    let nonce = hex(&NONCE);
    let (request, body) = (hex(&Sha256::digest(request)), hex(&Sha256::digest(body)));
    let text = format!("caisson-answer-v1\n200\n{nonce}\n{request}\n{body}");
    let signature = SigningKey::from_bytes(&ACQUIRER_SEED).sign(text.as_bytes());
    Signature::from_bytes(&signature.to_bytes()).to_string()
}
