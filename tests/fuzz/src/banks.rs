//! What a bank answers: the message, read by a destination's codes, and the whole of what comes over
//! the line.

use crate::configuration::split_line;
use caisson_core::operation::{OperationKind, Reading};
use caisson_core::reason::Class;
use caisson_core::{Currency, Money};
use caisson_iso8583::{CUP, Message, Mti, Spec};
use caisson_network::emulated::MemoryConnector;
use caisson_network::{Binding, Client, Destination, Heard};
use caisson_vault::{
    CardKeys, CipherKey, MacAlgorithm, NewSlot, SealedFile, SessionKey, Slot, Usage, WorkingKey,
};
use std::cell::RefCell;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::runtime::Runtime;

/// The destination that the network's page shows, on a private line.
static BANK: LazyLock<Destination> = LazyLock::new(|| {
    let example = include_str!("../../../runtime/network/examples/bank.toml");
    let (before, rest) = example.split_once("server_name = ").unwrap();
    let (_, after) = rest.split_once("-----END CERTIFICATE-----\n\"\"\"\n").unwrap();
    Destination::parse("bank.toml", &format!("{before}tls = false\n{after}")).unwrap()
});
/// A message from its type to its last field.
static BODY: LazyLock<Spec> =
    LazyLock::new(|| Spec::new("cup".to_owned(), false, 0, CUP.fields().to_vec()).unwrap());
/// What moved in the payment that is asked about, in minor units.
const ASKED: u64 = 1_200;
const STAN: &str = "000123";
/// TPDU and header.
const HEAD_BYTES: usize = 11;
/// Where it stands at the end of what the bank says, the right message code is put in its place: so
/// that changes to a message get past the code, and changes without it never do.
const CODED: &[u8; 8] = b"@CODED@!";
/// The master key of dspread's QPOS demo, which is that of ANSI X9.24-1:2009, A.4.
const MASTER: [u8; 16] = [
    0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10,
];

fn sent(kind: OperationKind, is_refund: bool) -> Binding {
    Binding {
        order: "000000070000300015T1000001".parse().unwrap(),
        original: is_refund.then(|| "000000070000300014T1000001".parse().unwrap()),
        amount: (kind != OperationKind::Service).then(|| Money::new(ASKED, Currency::Cny).unwrap()),
        stan: Some(STAN.parse().unwrap()),
        pin: None,
    }
}

/// The first line names an operation of the example, the rest is the message of a verified answer.
///
/// # Panics
/// Where more is read into the answer than it says.
pub fn bank_answer(data: &[u8]) {
    let (name, body) = split_line(data);
    let Some(operation) = BANK.operation(name) else { return };
    let sent = sent(operation.kind(), false);
    let read = caisson_network::read(operation, &sent, body);
    assert_eq!(read, caisson_network::read(operation, &sent, body), "read twice, read the same");
    assert_eq!(read.amount.is_some(), read.reading == Reading::Paid, "only what was paid");
    if read.reading == Reading::Unreadable {
        return assert!(read.flaw.is_some() || operation.kind() == OperationKind::Service);
    }
    let message = Message::unpack(&BODY, body).expect("what is read is a message");
    check_read(&message, read.reading, read.amount);
    if let Some(reason) = read.reason {
        let class = reason.row().class;
        assert!(read.reading != Reading::NotPaid || class == Class::NotPaid, "{reason}");
        assert!(read.reading != Reading::Paid || class == Class::Paid, "{reason}");
    }
}

/// What counts is about this request, and no more was paid than was asked for.
fn check_read(message: &Message<'_>, reading: Reading, amount: Option<Money>) {
    assert!(message.mti().is_answer());
    assert_eq!((message.text(11), message.text(41)), (Some(STAN), Some("10000001")));
    let code = message.text(39).expect("a reading has a code");
    if reading == Reading::Paid {
        assert!(["00", "10", "A2", "A4", "A5", "A6"].contains(&code), "{code}");
        let minor = amount.expect("paid has an amount").minor();
        assert_eq!(message.number(4), Some(minor));
        assert!((1..=ASKED).contains(&minor) && (code == "10") == (minor < ASKED));
    }
}

/// Everything that a bank says after a sale's request, until it hangs up.
///
/// # Panics
/// Where an answer counts without its message code, or a request that went out counts as not sent.
pub fn bank_exchange(data: &[u8]) {
    LINE.with_borrow(|line| line.exchange(data));
}

thread_local! {
    /// Keys are made once, and each line has a clock of its own.
    static LINE: RefCell<Line> = RefCell::new(Line::new());
}

struct Line {
    runtime: Runtime,
    client: Client,
    keys: Arc<SealedFile>,
    says: Arc<Mutex<Vec<u8>>>,
    request: Vec<u8>,
    _folder: TempDir,
}

fn slot(name: &str) -> Slot {
    name.parse().unwrap()
}

impl Line {
    fn new() -> Self {
        let says: Arc<Mutex<Vec<u8>>> = Arc::default();
        let said = Arc::clone(&says);
        let connector = MemoryConnector::new(move |_, far| {
            let bytes = said.lock().unwrap_or_else(PoisonError::into_inner).clone();
            tokio::spawn(say(far, bytes));
        });
        let folder = tempfile::tempdir().unwrap();
        let slots = [NewSlot::key_encryption(slot("bank-tmk"), CipherKey::tdes2(&MASTER))];
        let (path, kek) = (folder.path().join("keys"), folder.path().join("kek"));
        let keys = Arc::new(SealedFile::provision(&path, &kek, &slots).unwrap());
        sign_on(&keys);
        let store: Arc<dyn CardKeys> = keys.clone();
        let client = Client::with_card_keys(Arc::new(BANK.clone()), store, Arc::new(connector));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        let mut request = Message::new(&BODY, Mti::new(0x0200).unwrap());
        request.set(2, "6228480000001237").unwrap().set(22, "051").unwrap();
        let request = request.pack().unwrap().to_vec();
        Self { runtime, client: client.unwrap(), keys, says, request, _folder: folder }
    }

    fn exchange(&self, data: &[u8]) {
        let sent = sent(OperationKind::Financial, false);
        let prepared = self.client.destination().prepare("sale", &self.request, &sent).unwrap();
        let bytes = self.with_code(data);
        *self.says.lock().unwrap_or_else(PoisonError::into_inner) = bytes.clone();
        match self.runtime.block_on(self.client.exchange(&prepared)) {
            Heard::NotSent { cause, .. } => unreachable!("the request went out, and {cause}"),
            Heard::NoAnswer { reason, .. } => assert_eq!(reason.row().class, Class::Unknown),
            Heard::Answer(answer) => {
                let length = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
                let message = &bytes[2 + HEAD_BYTES..2 + length];
                let (covered, code) = message.split_at(message.len() - CODED.len());
                assert_eq!(self.code(covered), code, "it has no code");
                let message = Message::unpack(&BODY, &answer.body).unwrap();
                assert!(!message.has(52) && !message.has(64) && !message.has(128));
                if answer.reading != Reading::Unreadable {
                    check_read(&message, answer.reading, answer.amount);
                }
            }
        }
    }

    fn code(&self, message: &[u8]) -> [u8; 8] {
        let mac = slot("bank-mac");
        let key = WorkingKey::Session(&mac);
        self.keys.mac(key, MacAlgorithm::Retail, message).unwrap().leftmost()
    }

    /// `data` with the code of its message where its last eight bytes ask for it.
    fn with_code(&self, data: &[u8]) -> Vec<u8> {
        let Some(before) = data.strip_suffix(CODED) else { return data.to_vec() };
        let message = before.get(2 + HEAD_BYTES..).unwrap_or_default();
        [before, &self.code(message)].concat()
    }
}

/// Loads a PIN key and a message key, as a sign-on would.
fn sign_on(keys: &SealedFile) {
    let (pin, mac) = (slot("bank-pin"), slot("bank-mac"));
    // The master key under itself, and its check value, as the demo has them. A key for two uses
    // would be a mistake anywhere else.
    let cryptogram = [
        0x1A, 0x4D, 0x67, 0x2D, 0xCA, 0x6C, 0xB3, 0x35, 0x1F, 0xD1, 0xB0, 0x2B, 0x23, 0x7A, 0xF9,
        0xAE,
    ];
    let check_value = [0x08, 0xD7, 0xB4, 0xFB];
    let key = |slot, usage| SessionKey {
        slot,
        usage,
        cryptogram: &cryptogram,
        check_value: &check_value,
    };
    let both = [key(&pin, Usage::PinEncryption), key(&mac, Usage::Mac)];
    keys.load_session_keys(&slot("bank-tmk"), &both).unwrap();
}

/// Waits for the request, says `bytes` and hangs up. Where the client leaves earlier, so does it.
async fn say(mut far: DuplexStream, bytes: Vec<u8>) -> Option<()> {
    let length = far.read_u16().await.ok()?;
    let mut request = vec![0; usize::from(length)];
    far.read_exact(&mut request).await.ok()?;
    far.write_all(&bytes).await.ok()?;
    far.shutdown().await.ok()
}
