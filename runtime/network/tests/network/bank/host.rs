//! A bank in memory that does as it is told, and a client that speaks with it.
//!
//! It makes message codes and enciphers keys by itself, so that client and bank cannot share a
//! mistake.

use caisson_core::{Currency, Money};
use caisson_iso8583::{CUP, Message, Mti, Spec, frame, unframe};
use caisson_network::emulated::{EmulatedLink, MemoryConnector};
use caisson_network::{Binding, Client, Destination, EnteredPin, Heard};
use caisson_vault::{
    CardKeys, CipherKey, InitialKey, NewSlot, Pan, Pin, PinFormat, SealedFile, SessionKey, Slot,
    Usage, WorkingKey,
};
use des::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use des::{Des, TdesEde2};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::sleep;

/// The file that the crate's page shows.
pub(crate) const EXAMPLE: &str = include_str!("../../../examples/bank.toml");
pub(crate) const ORDER: &str = "000000070000300015T1000001";
pub(crate) const PAN: &str = "6228480000001237";
pub(crate) const STAN: &str = "000123";
pub(crate) const TMK: [u8; 16] = *b"terminal-master.";
pub(crate) const PIN_KEY: [u8; 16] = *b"pin-key-of-today";
pub(crate) const MAC_KEY: [u8; 16] = *b"mac-key-of-today";

/// A message as an app writes it: from the type to the last field.
pub(crate) static BODY: LazyLock<Spec> =
    LazyLock::new(|| Spec::new("cup".to_owned(), false, 0, CUP.fields().to_vec()).unwrap());

/// What the bank does with a connection.
#[derive(Clone)]
pub(crate) enum Does {
    HangsUp,
    Silent,
    /// Says these bytes, frame and all, and hangs up.
    SaysRaw(Vec<u8>),
    Answers(Reply),
}

type Change = Arc<dyn Fn(&mut Message<'_>) + Send + Sync>;

/// An answer of the bank.
#[derive(Clone)]
pub(crate) struct Reply {
    /// What is changed in the right answer before its code is made.
    pub(crate) change: Change,
    pub(crate) coded: Coded,
    pub(crate) after: Duration,
    /// Bytes after which the bank hangs up.
    pub(crate) cut: Option<usize>,
    /// With which key; `None` for that of the day.
    pub(crate) key: Option<[u8; 16]>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coded {
    Well,
    ByAStranger,
    /// A bit of the message was changed afterwards.
    ThenChanged,
    Not,
}

/// The right answer with code `code`.
pub(crate) fn says(code: &'static str) -> Reply {
    changed(move |answer| {
        answer.set(39, code).unwrap();
    })
}

/// The right answer, approved, and then changed.
pub(crate) fn changed(change: impl Fn(&mut Message<'_>) + Send + Sync + 'static) -> Reply {
    Reply {
        change: Arc::new(change),
        coded: Coded::Well,
        after: Duration::ZERO,
        cut: None,
        key: None,
    }
}

/// The example on a private line: without certificates.
pub(crate) fn plain() -> String {
    let (before, rest) = EXAMPLE.split_once("server_name = ").unwrap();
    let (_, after) = rest.split_once("-----END CERTIFICATE-----\n\"\"\"\n").unwrap();
    format!("{before}tls = false\n{after}")
}

/// The same with DUKPT.
pub(crate) fn dukpt() -> String {
    let plain = plain();
    let (before, rest) = plain.split_once("\nscheme = \"master").unwrap();
    let (_, after) = rest.split_once("check_value_bytes = 4                 # 3 to 8\n").unwrap();
    let text =
        format!("{before}\nscheme = \"dukpt\"\nslot = \"bank-dukpt\"\nksn_field = 62\n{after}");
    text.replacen("mac = false\nkeys = true\n", "", 1)
}

pub(crate) fn example() -> Destination {
    Destination::parse("bank.toml", &plain()).unwrap()
}

/// A payment of `minor` with the trace number of these tests.
pub(crate) fn sale(minor: u64) -> Binding {
    let amount = Some(Money::new(minor, Currency::Cny).unwrap());
    let (order, stan) = (ORDER.parse().unwrap(), Some(STAN.parse().unwrap()));
    Binding { order, original: None, amount, stan, pin: None }
}

/// A message of an app.
pub(crate) fn body(mti: &str, fields: &[(u8, &str)]) -> Vec<u8> {
    let mut message = Message::new(&BODY, mti.parse().unwrap());
    for (number, text) in fields {
        message.set(*number, text).unwrap();
    }
    message.pack().unwrap().to_vec()
}

/// What an app writes for a sale by chip.
pub(crate) fn sale_body() -> Vec<u8> {
    body("0200", &[(2, PAN), (14, "4912"), (22, "051"), (25, "00"), (60, "22000001000500")])
}

/// A client, its link and its bank.
pub(crate) struct Bench {
    pub(crate) client: Client,
    pub(crate) keys: Arc<SealedFile>,
    pub(crate) link: EmulatedLink,
    /// Every message that came, with TPDU and header.
    pub(crate) requests: Arc<Mutex<Vec<Vec<u8>>>>,
    _folder: TempDir,
}

impl Bench {
    /// Without session keys.
    pub(crate) fn new(text: &str, does: Does) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&requests);
        let memory = MemoryConnector::new(move |_, far| {
            tokio::spawn(serve(far, does.clone(), Arc::clone(&heard)));
        });
        let link = EmulatedLink::new(Arc::new(memory));
        let folder = tempfile::tempdir().unwrap();
        let keys = Arc::new(vault(&folder));
        let destination = Arc::new(Destination::parse("bank.toml", text).unwrap());
        let store: Arc<dyn CardKeys> = keys.clone();
        let client = Client::with_card_keys(destination, store, Arc::new(link.clone())).unwrap();
        Self { client, keys, link, requests, _folder: folder }
    }

    /// With the keys of the day.
    pub(crate) fn that(does: Does) -> Self {
        let bench = Self::new(&plain(), does);
        let (pin, mac) = (slot("bank-pin"), slot("bank-mac"));
        let key = |slot, usage, clear: &[u8; 16]| (slot, usage, under_master(clear), check(clear));
        let keys = [key(&pin, Usage::PinEncryption, &PIN_KEY), key(&mac, Usage::Mac, &MAC_KEY)];
        let keys = keys.each_ref().map(|(slot, usage, cryptogram, check_value)| SessionKey {
            slot,
            usage: *usage,
            cryptogram,
            check_value,
        });
        bench.keys.load_session_keys(&slot("bank-tmk"), &keys).unwrap();
        bench
    }

    pub(crate) async fn asks(&self, operation: &str, body: &[u8], sent: &Binding) -> Heard {
        let prepared = self.client.destination().prepare(operation, body, sent).unwrap();
        self.client.exchange(&prepared).await
    }

    /// A sale of 12.00.
    pub(crate) async fn pays(&self) -> Heard {
        self.asks("sale", &sale_body(), &sale(1_200)).await
    }

    /// 4711 for the card of these tests.
    pub(crate) fn pin(&self) -> EnteredPin {
        let (pan, pin) = (Pan::new(PAN.as_bytes()).unwrap(), Pin::new(b"4711").unwrap());
        let slot = slot("bank-pin");
        let key = WorkingKey::Session(&slot);
        EnteredPin::session(self.keys.encipher_pin(key, PinFormat::Iso0, pan, &pin).unwrap())
    }
}

pub(crate) fn slot(name: &str) -> Slot {
    name.parse().unwrap()
}

/// A key store with a master key and an initial key.
pub(crate) fn vault(folder: &TempDir) -> SealedFile {
    // ANSI X9.24-1:2009, A.4: base key and serial number of the examples.
    let base = [
        0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32,
        0x10,
    ];
    let ksn = [0xFF, 0xFF, 0x98, 0x76, 0x54, 0x32, 0x10, 0xE0, 0, 0];
    let slots = [
        NewSlot::key_encryption(slot("bank-tmk"), CipherKey::tdes2(&TMK)),
        NewSlot::dukpt_initial(slot("bank-dukpt"), InitialKey::from_tdes_base(&base, &ksn)),
        NewSlot::seal(slot("other")),
    ];
    SealedFile::provision(&folder.path().join("keys"), &folder.path().join("kek"), &slots).unwrap()
}

/// `clear` as a sign-on brings it.
pub(crate) fn under_master(clear: &[u8; 16]) -> Vec<u8> {
    let cipher = TdesEde2::new(&TMK.into());
    let block = |half: &[u8]| {
        let mut block = <[u8; 8]>::try_from(half).unwrap().into();
        cipher.encrypt_block(&mut block);
        block.to_vec()
    };
    clear.chunks(8).flat_map(block).collect()
}

/// The first four bytes of a key's check value.
pub(crate) fn check(clear: &[u8; 16]) -> Vec<u8> {
    let mut zeros = [0; 8].into();
    TdesEde2::new(clear.into()).encrypt_block(&mut zeros);
    zeros[..4].to_vec()
}

/// The retail MAC (ANSI X9.19): a chain of single DES, and the last block through all of TDES.
pub(crate) fn code(key: &[u8; 16], message: &[u8]) -> [u8; 8] {
    let (left, right) = key.split_at(8);
    let [left, right] = [left, right].map(|half| Des::new(half.try_into().unwrap()));
    let mut sum = [0_u8; 8];
    for chunk in message.chunks(8) {
        sum.iter_mut().zip(chunk).for_each(|(to, from)| *to ^= from);
        let mut block = sum.into();
        left.encrypt_block(&mut block);
        sum = block.into();
    }
    let mut block = sum.into();
    right.decrypt_block(&mut block);
    left.encrypt_block(&mut block);
    block.into()
}

/// Does with the connection whose near end is the client's what it is told.
pub(crate) async fn serve(
    mut far: impl AsyncRead + AsyncWrite + Unpin,
    does: Does,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
) -> Option<()> {
    let length = far.read_u16().await.ok()?;
    let mut request = vec![0; usize::from(length)];
    far.read_exact(&mut request).await.ok()?;
    requests.lock().unwrap().push(request.clone());
    match does {
        Does::HangsUp => return None,
        Does::Silent => std::future::pending().await,
        Does::SaysRaw(bytes) => far.write_all(&bytes).await.ok()?,
        Does::Answers(reply) => {
            sleep(reply.after).await;
            let bytes = frame(&answer(&reply, &request)).unwrap();
            let cut = reply.cut.unwrap_or(usize::MAX).min(bytes.len());
            far.write_all(&bytes[..cut]).await.ok()?;
        }
    }
    far.shutdown().await.ok()
}

/// The answer to `request`, from its TPDU on.
pub(crate) fn answer(reply: &Reply, request: &[u8]) -> Vec<u8> {
    let request = Message::unpack(&CUP, request).unwrap();
    let mut answer = request.answer().unwrap();
    answer.copy(&request, &[2, 3, 4, 11, 41, 42, 49, 52, 62]).unwrap();
    answer.set(37, "202611270001").unwrap().set(38, "A00001").unwrap().set(39, "00").unwrap();
    (reply.change)(&mut answer);
    if reply.coded == Coded::Not {
        return answer.pack().unwrap().to_vec();
    }
    let key = match reply.coded {
        Coded::ByAStranger => *b"a-strangers-key.",
        _ => reply.key.unwrap_or(MAC_KEY),
    };
    let unsealed = answer.pack_unsealed().unwrap();
    let mac = code(&key, unsealed.covered());
    let mut bytes = unsealed.seal(mac).to_vec();
    if reply.coded == Coded::ThenChanged {
        // The last digit of field 38, behind the bank's back.
        let at = bytes.windows(6).position(|window| window == b"A00001").unwrap();
        bytes[at + 5] = b'2';
    }
    bytes
}

/// Whether a request has the code that the bank expects.
pub(crate) fn is_coded(key: &[u8; 16], request: &[u8]) -> bool {
    let at = request.len() - 8;
    code(key, &request[11..at]) == request[at..]
}

/// The one request that came, unpacked.
pub(crate) fn only(requests: &Mutex<Vec<Vec<u8>>>) -> Message<'static> {
    let requests = requests.lock().unwrap();
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    let framed = frame(request).unwrap();
    Message::unpack(&CUP, unframe(&framed).unwrap()).unwrap()
}

/// The first request that came, a sale.
pub(crate) fn only_sale(requests: &Mutex<Vec<Vec<u8>>>) -> Message<'static> {
    Message::unpack(&CUP, &requests.lock().unwrap()[0]).unwrap()
}

pub(crate) fn mti(text: &str) -> Mti {
    text.parse().unwrap()
}
