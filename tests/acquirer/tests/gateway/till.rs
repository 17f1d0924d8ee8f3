//! A till for these tests: signs, sends over TLS through a pipe in memory, believes nothing unsigned.
//!
//! It writes HTTP and signatures by hand, from the crate's page for developers: were the gateway's
//! own code used, a mistake in it would prove itself right.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use caisson_acquirer::{Gateway, GatewayConfig, TestCertificates, serve_stream};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;

/// How long the till waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Till {
    pub(crate) gateway: Gateway,
    pub(crate) key: SigningKey,
    pub(crate) nonce: u128,
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
    folder: Arc<TempDir>,
}

/// What came back.
#[derive(Debug, PartialEq)]
pub(crate) enum Heard {
    Answer(Value),
    Twice(Value),
    BadlySigned(Value),
    Status(u16),
    Silence,
    Closed,
}

impl Till {
    pub(crate) fn open() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let certificates = TestCertificates::new().unwrap();
        Self {
            gateway: gateway(folder.path()),
            key: SigningKey::from_bytes(&[1; 32]),
            nonce: 0,
            server: certificates.server_config().unwrap(),
            client: client(certificates.ca_pem()),
            folder,
        }
    }

    pub(crate) fn books_path(&self) -> std::path::PathBuf {
        self.folder.path().join("books.sqlite")
    }

    /// The gateway's process ends and starts again on the same books.
    pub(crate) fn restart(&mut self) {
        self.gateway = gateway(self.folder.path());
    }

    pub(crate) async fn ask(&mut self, operation: &str, body: &Value) -> Heard {
        self.nonce += 1;
        let (path, body) = (format!("/v1/{operation}"), body.to_string());
        self.post(&path, &self.headers(&path, &body), body).await
    }

    /// The three headers of a believable request.
    pub(crate) fn headers(&self, path: &str, body: &str) -> Vec<(&'static str, String)> {
        let nonce = format!("{:032x}", self.nonce);
        let text = format!("caisson-request-v1\nPOST\n{path}\n{nonce}\n{}", hash(body));
        let signature = STANDARD.encode(self.key.sign(text.as_bytes()).to_bytes());
        vec![
            ("caisson-key", "till".to_owned()),
            ("caisson-nonce", nonce),
            ("caisson-signature", signature),
        ]
    }

    pub(crate) async fn post(
        &self,
        path: &str,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Heard {
        let mut head = format!("POST {path} HTTP/1.1\r\nhost: wallet.test\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("content-length: {}\r\n\r\n", body.len());
        let request = head + &body;
        let nonce = headers.iter().find(|(name, _)| *name == "caisson-nonce");
        let nonce = nonce.map(|(_, value)| value.clone());
        match self.send(request).await {
            Ok(None) => Heard::Silence,
            Ok(Some(bytes)) => self.read(&bytes, nonce, &body),
            Err(_) => Heard::Closed,
        }
    }

    pub(crate) async fn send(&self, request: String) -> std::io::Result<Option<Vec<u8>>> {
        let (near, far) = tokio::io::duplex(256 * 1024);
        let (server, gateway) = (Arc::clone(&self.server), self.gateway.clone());
        let serving = tokio::spawn(async move { serve_stream(far, server, gateway).await });
        let name = ServerName::try_from("wallet.test").unwrap();
        let mut stream = TlsConnector::from(Arc::clone(&self.client)).connect(name, near).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        let read = match timeout(PATIENCE, stream.read_to_end(&mut bytes)).await {
            Err(_) => return Ok(None),
            Ok(read) => read,
        };
        serving.await.unwrap().ok();
        match read {
            Err(error) if bytes.is_empty() => Err(error),
            _ if bytes.is_empty() => Err(std::io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(Some(bytes)),
        }
    }

    fn read(&self, bytes: &[u8], nonce: Option<String>, request: &str) -> Heard {
        let text = std::str::from_utf8(bytes).unwrap();
        let (head, rest) = text.split_once("\r\n\r\n").unwrap();
        let header = |wanted: &str| {
            let mut lines = head.lines().skip(1).map(|line| line.split_once(": ").unwrap());
            lines.find(|(name, _)| *name == wanted).map(|(_, value)| value)
        };
        let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
        if status != 200 {
            return Heard::Status(status);
        }
        assert_eq!(header("content-type"), Some("application/json"));
        assert_eq!(header("connection"), Some("close"));
        let (body, more) = rest.split_at(header("content-length").unwrap().parse().unwrap());
        let answer: Value = serde_json::from_str(body).unwrap();
        if let Some(nonce) = nonce {
            let (request, sent) = (hash(request), hash(body));
            let text = format!("caisson-answer-v1\n200\n{nonce}\n{request}\n{sent}");
            let bytes = STANDARD.decode(header("caisson-signature").unwrap()).unwrap();
            let signature = Signature::from_slice(&bytes).unwrap();
            let key = VerifyingKey::from_bytes(&self.gateway.public_key()).unwrap();
            if key.verify_strict(text.as_bytes(), &signature).is_err() {
                return Heard::BadlySigned(answer);
            }
        }
        if more.is_empty() {
            Heard::Answer(answer)
        } else {
            assert_eq!(more, format!("{head}\r\n\r\n{body}"), "the second answer is the first");
            Heard::Twice(answer)
        }
    }

    /// Plays steps (separated by " | ") and returns what each came to, in the same form.
    pub(crate) async fn play(&mut self, steps: &str) -> String {
        let mut heard = Vec::new();
        for step in steps.split(" | ") {
            if let Some(words) = self.step(step).await {
                heard.push(words);
            }
        }
        heard.join(" | ")
    }

    async fn step(&mut self, step: &str) -> Option<String> {
        if let Some(line) = step.strip_prefix("fault ") {
            self.gateway.faults().push(line.parse().unwrap());
            return None;
        }
        let words: Vec<_> = step.split(' ').collect();
        let (operation, body) = match words.as_slice() {
            ["restart"] => {
                self.restart();
                return None;
            }
            ["wait", seconds, "s"] => {
                sleep(Duration::from_secs(seconds.parse().unwrap())).await;
                return None;
            }
            ["net", order] => {
                let net = self.gateway.books().unwrap().net(order).unwrap();
                return Some(net.map_or("net none".to_owned(), |net| format!("net {net}")));
            }
            ["pay", order, amount, wallet] => ("pay", pay(order, amount, wallet)),
            ["create", order, amount, seconds] => (
                "create",
                json!({"order": order, "amount": minor(amount), "currency": "CNY",
                    "expires_s": seconds.parse::<u32>().unwrap()}),
            ),
            ["refund", refund, order, amount] => (
                "refund",
                json!({"refund": refund, "order": order, "amount": minor(amount),
                    "currency": "CNY"}),
            ),
            ["refund-query", refund] => ("refund-query", json!({"refund": refund})),
            ["scan", order] => return Some(self.phone("scan", order, None).await),
            ["phone", order, answer] => return Some(self.phone("pay", order, Some(answer)).await),
            ["confirm", order, answer] => {
                let body = json!({"order": order, "answer": answer}).to_string();
                return Some(words_of(&self.post("/wallet/confirm", &[], body).await));
            }
            [operation, order] => (*operation, json!({"order": order})),
            _ => panic!("step {step:?}"),
        };
        Some(words_of(&self.ask(operation, &body).await))
    }

    /// Holds a phone to the code that `create` was answered with, lost answer or not.
    async fn phone(&mut self, act: &str, order: &str, answer: Option<&str>) -> String {
        let exchanges = self.gateway.books().unwrap().exchanges().unwrap();
        let created = exchanges
            .iter()
            .rfind(|entry| entry.operation == "create" && entry.subject.as_deref() == Some(order));
        let created: Value =
            serde_json::from_str(created.unwrap().answer.as_ref().unwrap()).unwrap();
        let mut body = json!({"code_url": created["code_url"]});
        if let Some(answer) = answer {
            body["answer"] = answer.into();
        }
        words_of(&self.post(&format!("/wallet/{act}"), &[], body.to_string()).await)
    }
}

fn gateway(folder: &Path) -> Gateway {
    let mut config = GatewayConfig::new([9; 32]);
    config.opened_at_ms = 1_700_000_000_000;
    let key = SigningKey::from_bytes(&[1; 32]).verifying_key().to_bytes();
    config.terminals.insert("till".to_owned(), key);
    Gateway::open(config, &folder.join("books.sqlite")).unwrap()
}

/// The body of a payment whose code belongs to its order alone.
pub(crate) fn pay(order: &str, amount: &str, wallet: &str) -> Value {
    let (prefix, digits) = match wallet {
        "wechat" => ("13", 16),
        "alipay" => ("28", 16),
        _ => ("62", 17),
    };
    let own = order.bytes().fold(0_u64, |sum, byte| sum * 100 + u64::from(byte));
    let code = format!("{prefix}{own:0digits$}");
    json!({"order": order, "amount": minor(amount), "currency": "CNY", "wallet": wallet,
        "code": code})
}

/// "12.34" in minor units.
fn minor(amount: &str) -> i64 {
    amount.replace('.', "").parse().unwrap()
}

/// An answer in the words of these tests: result, reason, amount, what was refunded.
fn words_of(heard: &Heard) -> String {
    let (said, answer) = match heard {
        Heard::Answer(answer) => ("", answer),
        Heard::Twice(answer) => ("twice ", answer),
        Heard::BadlySigned(answer) => ("badly signed ", answer),
        Heard::Status(status) => return format!("status {status}"),
        Heard::Silence => return "silence".to_owned(),
        Heard::Closed => return "closed".to_owned(),
    };
    let mut words = format!("{said}{}", answer["result"].as_str().unwrap());
    for name in ["reason", "amount"] {
        match &answer[name] {
            Value::String(text) => words += &format!(" {text}"),
            Value::Number(number) => words += &format!(" {number}"),
            _ => {}
        }
    }
    if let Some(refunded) = answer["refunded"].as_i64().filter(|refunded| *refunded > 0) {
        words += &format!(" refunded {refunded}");
    }
    words
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The status line of an unsigned request over TLS, to a server of that name.
pub(crate) async fn status_over(stream: tokio::net::TcpStream, ca_pem: &str, name: &str) -> String {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut stream = TlsConnector::from(client(ca_pem)).connect(name, stream).await.unwrap();
    let request = "POST /v1/pay HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    String::from_utf8(bytes).unwrap().lines().next().unwrap().to_owned()
}

fn client(ca_pem: &str) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}
