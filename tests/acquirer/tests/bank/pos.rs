//! A terminal for these tests: signs on, seals, enciphers PINs, believes nothing that is not sealed.
//!
//! Its cryptography is written once more, by TDES alone (single DES is TDES with one key twice):
//! were the host's own code used, a mistake in it would prove itself right.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use caisson_acquirer::bank::{
    Bank, BankCard, BankConfig, BankTerminal, BaseKey, BelievedCryptogram, CryptogramRefused,
    IssuerHost, KeyScheme, MacLength, TestKey, serve_bank_stream,
};
use caisson_iso8583::{CUP, Layout, Message, Tpdu, frame, framed_length};
use des::TdesEde2;
use des::cipher::{Array, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{sleep, timeout};

pub(crate) const TERMINAL: &str = "10000001";
pub(crate) const MERCHANT: &str = "898310000000001";
pub(crate) const PAN: &str = "6228480000001237";
/// A card with 20.00 on it.
const POOR_PAN: &str = "6228480000005550";
const STRANGE_PAN: &str = "4000000000000002";
const MASTER: [u8; 16] = *b"0123456789abcdef";
/// The cryptogram that the issuer of these tests believes.
const CRYPTOGRAM: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
/// How long the terminal waits for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Believes one cryptogram.
pub(crate) struct Permissive;

impl IssuerHost for Permissive {
    fn verify_arqc(
        &self,
        de55: &[u8],
        pan: &str,
        sequence: u8,
    ) -> Result<Box<dyn BelievedCryptogram>, CryptogramRefused> {
        let is_there = de55.windows(8).any(|bytes| bytes == CRYPTOGRAM);
        if is_there && pan == PAN && sequence == 1 {
            Ok(Box::new(Permissive))
        } else {
            Err(CryptogramRefused("not the one of the tests".to_owned()))
        }
    }
}

impl BelievedCryptogram for Permissive {
    fn arpc(&self, code: [u8; 2]) -> Vec<u8> {
        [&[0xAA; 8], &code[..]].concat()
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Keys {
    pub(crate) pin: [u8; 16],
    pub(crate) mac: [u8; 16],
}

pub(crate) struct Pos {
    pub(crate) bank: Bank,
    pub(crate) keys: Option<Keys>,
    pub(crate) mac: MacLength,
    batch: String,
    /// The last request on the wire.
    last: Vec<u8>,
    folder: Arc<TempDir>,
}

pub(crate) fn config() -> BankConfig {
    let mut config = BankConfig::new([9; 32]);
    config.opened_at_ms = 1_700_000_000_000; // 2023-11-15 06:13:20 in UTC+8
    let scheme = KeyScheme::MasterSession { master: BaseKey::Tdes(TestKey(MASTER)) };
    let merchant = MERCHANT.to_owned();
    config.terminals.insert(TERMINAL.to_owned(), BankTerminal { merchant, scheme });
    let pin = Some("1234".to_owned());
    config.cards.insert(PAN.to_owned(), BankCard { pin, ..BankCard::default() });
    config.cards.insert(POOR_PAN.to_owned(), BankCard { pin: None, balance: 2_000 });
    config.issuer = Some(Arc::new(Permissive));
    config
}

impl Pos {
    /// A host of its own and a terminal that has signed on.
    pub(crate) async fn signed_on() -> Self {
        let mut pos = Self::with(|_| {});
        assert_eq!(pos.play("sign-on").await, "00 batch 1");
        pos
    }

    pub(crate) fn with(change: impl FnOnce(&mut BankConfig)) -> Self {
        let folder = Arc::new(TempDir::new().unwrap());
        let mut config = config();
        change(&mut config);
        let mac = config.mac;
        let bank = Bank::open(config, &books(folder.path())).unwrap();
        Self { bank, keys: None, mac, batch: "000001".to_owned(), last: Vec::new(), folder }
    }

    /// The host of the same books, started anew.
    fn restart(&mut self) {
        self.bank = Bank::open(config(), &books(self.folder.path())).unwrap();
    }

    /// Every file of the books.
    pub(crate) fn files(&self) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// A message with what each has.
    pub(crate) fn message(&self, mti: &str, stan: &str, kind: &str) -> Message<'static> {
        let mut message = Message::new(&CUP, mti.parse().unwrap());
        message.set_tpdu(Tpdu { kind: 0x60, destination: 3, origin: 0x8001 });
        message.set_header(&[0x60, 0x22, 0, 0, 0, 1]);
        message.set_number(11, stan.parse().unwrap()).unwrap();
        message.set(41, TERMINAL).unwrap().set(42, MERCHANT).unwrap();
        message.set(60, &format!("{kind}{}000", self.batch)).unwrap();
        message
    }

    /// The bytes of a message, sealed if there is a key.
    pub(crate) fn seal(&self, message: &Message<'_>) -> Vec<u8> {
        match self.keys {
            None => message.pack().unwrap().to_vec(),
            Some(keys) => {
                let unsealed = message.pack_unsealed().unwrap();
                let mac = retail_mac(&keys.mac, unsealed.covered(), self.mac);
                unsealed.seal(mac).to_vec()
            }
        }
    }

    /// Sends a message on a connection of its own and returns every answer that came in time; none
    /// if the host hung up.
    pub(crate) async fn send(&mut self, bytes: Vec<u8>) -> Option<Vec<Vec<u8>>> {
        let (mut near, far) = tokio::io::duplex(64 * 1024);
        let bank = self.bank.clone();
        tokio::spawn(async move { serve_bank_stream(far, None, bank).await });
        self.last.clone_from(&bytes);
        near.write_all(&frame(&bytes).unwrap()).await.ok();
        let mut heard = Vec::new();
        let listening = async {
            while let Some(answer) = read_answer(&mut near).await {
                heard.push(answer);
                // Nothing more is asked: the host hangs up when it has said all.
                near.shutdown().await.unwrap();
            }
        };
        let is_silent = timeout(PATIENCE, listening).await.is_err();
        (is_silent || !heard.is_empty()).then_some(heard)
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
            self.bank.faults().push(line.parse().unwrap());
            return None;
        }
        let words: Vec<_> = step.split(' ').collect();
        match words.as_slice() {
            ["restart"] => {
                self.restart();
                None
            }
            ["wait", seconds, "s"] => {
                sleep(Duration::from_secs(seconds.parse().unwrap())).await;
                None
            }
            ["net", stan] => {
                let stan = format!("{:06}", stan.parse::<u32>().unwrap());
                let net = self.bank.books().unwrap().net(TERMINAL, &stan).unwrap();
                Some(net.map_or("net none".to_owned(), |net| format!("net {net}")))
            }
            ["batch", number] => {
                self.batch = format!("{:06}", number.parse::<u32>().unwrap());
                None
            }
            ["sign-on"] => Some(self.sign_on().await),
            ["again"] => Some(self.ask(self.last.clone()).await),
            [stan, what, rest @ ..] => {
                let mut request = self.request(stan, what, rest);
                let bytes = self.finish(&mut request, rest);
                Some(self.ask(bytes).await)
            }
            _ => panic!("step {step:?}"),
        }
    }

    /// Signs on and takes the keys over, if their check values are right.
    async fn sign_on(&mut self) -> String {
        let mut request = self.message("0800", "999999", "00");
        request.set(60, &format!("00{}003", self.batch)).unwrap().set(63, "01 ").unwrap();
        let heard = self.send(request.pack().unwrap().to_vec()).await.unwrap();
        let Some(answer) = heard.first() else { return "silence".to_owned() };
        let answer = Message::unpack(&CUP, answer).unwrap();
        let code = answer.text(39).unwrap();
        let Some(field) = answer.bytes(62) else { return code.to_owned() };
        let key = |at: usize| {
            let mut key = [0; 16];
            for (out, block) in key.chunks_mut(8).zip(field[at..at + 16].chunks(8)) {
                out.copy_from_slice(&tdes(&MASTER, block.try_into().unwrap(), false));
            }
            let check = tdes(&key, [0; 8], true);
            (field[at + 16..at + 20] == check[..4]).then_some(key)
        };
        match (key(0), key(20)) {
            (Some(pin), Some(mac)) => self.keys = Some(Keys { pin, mac }),
            _ => return format!("{code} wrong check value"),
        }
        self.batch = answer.text(60).unwrap()[2..8].to_owned();
        format!("{code} batch {}", self.batch.trim_start_matches('0'))
    }

    /// The request of a step, still without its options.
    fn request(&self, stan: &str, what: &str, rest: &[&str]) -> Message<'static> {
        let (mti, processing, condition, kind) = match what {
            "sale" => ("0200", "000000", "00", "22"),
            "inquiry" => ("0200", "310000", "00", "01"),
            "void" => ("0200", "200000", "00", "23"),
            "refund" => ("0220", "200000", "00", "25"),
            "auth" => ("0100", "030000", "06", "10"),
            "auth-void" => ("0100", "200000", "06", "11"),
            "complete" => ("0200", "000000", "06", "20"),
            "complete-void" => ("0200", "200000", "06", "21"),
            "advice" => ("0220", "000000", "00", "30"),
            "advice-again" => ("0221", "000000", "00", "30"),
            "reverse" => ("0400", "000000", "00", "22"),
            "reverse-again" => ("0401", "000000", "00", "22"),
            "settle" => return self.settlement(stan, rest),
            "upload" => ("0320", "000000", "00", "00"),
            "end" => ("0320", "000000", "00", "00"),
            "sign-off" => ("0820", "000000", "00", "00"),
            _ => panic!("step {what:?}"),
        };
        let mut message = self.message(mti, stan, kind);
        message.set(3, processing).unwrap().set(25, condition).unwrap().set(49, "156").unwrap();
        if !matches!(what, "upload" | "end" | "sign-off") {
            message.set(2, PAN).unwrap();
        }
        let code = match what {
            "upload" => "203",
            "end" => "202",
            "sign-off" => "002",
            _ => "000",
        };
        message.set(60, &format!("{kind}{}{code}", self.batch)).unwrap();
        let names_original = matches!(
            what,
            "void" | "refund" | "auth-void" | "complete" | "complete-void" | "upload"
        );
        let (original, amount) = match rest {
            [original, amount, ..] if names_original => (Some(*original), Some(*amount)),
            [amount, ..] => (None, amount.contains('.').then_some(*amount)),
            [] => (None, None),
        };
        if let Some(original) = original {
            let named = format!("{}{:06}1115", self.batch, original.parse::<u32>().unwrap());
            message.set(61, &named).unwrap();
        }
        if let Some(amount) = amount {
            message.set_number(4, amount.replace('.', "").parse().unwrap()).unwrap();
        }
        message
    }

    /// "settle DEBIT COUNT CREDIT COUNT".
    fn settlement(&self, stan: &str, rest: &[&str]) -> Message<'static> {
        let mut message = self.message("0500", stan, "00");
        let amount = |at: usize| rest[at].replace('.', "").parse::<u64>().unwrap();
        let totals =
            format!("{:012}{:03}{:012}{:03}0{:031}", amount(0), amount(1), amount(2), amount(3), 0);
        message.set(48, &totals).unwrap().set(60, &format!("00{}201", self.batch)).unwrap();
        message
    }

    /// The bytes of a request with its options: pairs of words behind the amount.
    fn finish(&self, message: &mut Message<'static>, rest: &[&str]) -> Vec<u8> {
        let option = |name: &str| rest.iter().position(|word| *word == name).map(|at| rest[at + 1]);
        if let Some(card) = option("card") {
            let pan = if card == "poor" { POOR_PAN } else { STRANGE_PAN };
            message.set(2, pan).unwrap();
        }
        for (name, field) in [("expiry", 14), ("currency", 49), ("merchant", 42), ("till", 41)] {
            if let Some(value) = option(name) {
                message.set(field, value).unwrap();
            }
        }
        if let Some(pin) = option("pin") {
            let key = if pin == "garbled" { [7; 16] } else { self.keys.unwrap().pin };
            let digits = if pin == "garbled" { "1234" } else { pin };
            message.set_bytes(52, &pin_block(&key, digits, PAN)).unwrap();
        }
        if let Some(chip) = option("chip") {
            let cryptogram = if chip == "good" { CRYPTOGRAM } else { [9; 8] };
            let de55 = [&[0x9F, 0x26, 8], &cryptogram[..]].concat();
            message.set_bytes(55, &de55).unwrap().set(23, "001").unwrap();
        }
        if let Some(number) = option("without") {
            message.clear(number.parse().unwrap());
        }
        let mut bytes = self.seal(message);
        match option("mac") {
            Some("none") => bytes = message.pack().unwrap().to_vec(),
            Some(_) => *bytes.last_mut().unwrap() ^= 1,
            None => {}
        }
        bytes
    }

    /// Sends, and says in words what came back.
    async fn ask(&mut self, bytes: Vec<u8>) -> String {
        let asked = Message::unpack(&CUP, &bytes).unwrap();
        let Some(heard) = self.send(bytes).await else { return "closed".to_owned() };
        let said = match heard.as_slice() {
            [] => return "silence".to_owned(),
            [_] => "",
            [first, second] if first == second => "twice ",
            _ => panic!("{} answers", heard.len()),
        };
        let answer = Message::unpack(&CUP, &heard[0]).unwrap();
        assert_eq!(Some(answer.mti()), asked.mti().answer());
        assert_eq!((answer.tpdu(), answer.header()), (asked.tpdu().turned(), asked.header()));
        for number in [11, 41, 42] {
            assert_eq!(answer.bytes(number), asked.bytes(number), "DE{number}");
        }
        let mut words = format!("{said}{}{}", self.trust(&heard[0]), answer.text(39).unwrap());
        if let Some(amount) = answer.number(4).filter(|_| answer.has(37)) {
            words += &format!(" {amount}");
        }
        if let Some(balance) = answer.text(54) {
            words += &format!(" balance {balance}");
        }
        if let Some(chip) = answer.bytes(55) {
            words += " arpc ";
            words.extend(chip.iter().map(|byte| format!("{byte:02X}")));
        }
        if let Some(totals) = answer.text(48) {
            words += &format!(" totals {}", &totals[..31]);
        }
        words
    }

    /// What is wrong with an answer's MAC.
    fn trust(&self, bytes: &[u8]) -> &'static str {
        let layout = Layout::read(&CUP, bytes).unwrap();
        match (layout.mac_covers(), self.keys) {
            (None, _) => "unsealed ",
            (Some(covered), Some(keys))
                if retail_mac(&keys.mac, &bytes[covered.clone()], self.mac)
                    == bytes[layout.mac().unwrap()] =>
            {
                ""
            }
            _ => "badly sealed ",
        }
    }
}

/// The next answer of a host; none if it hung up.
pub(crate) async fn read_answer(stream: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let mut prefix = [0; 2];
    stream.read_exact(&mut prefix).await.ok()?;
    let mut message = vec![0; framed_length(prefix).unwrap()];
    stream.read_exact(&mut message).await.ok()?;
    Some(message)
}

/// One exchange on an open connection.
pub(crate) async fn exchange(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    bytes: &[u8],
) -> Message<'static> {
    stream.write_all(&frame(bytes).unwrap()).await.unwrap();
    Message::unpack(&CUP, &read_answer(stream).await.unwrap()).unwrap()
}

pub(crate) fn books(folder: &Path) -> std::path::PathBuf {
    folder.join("bank.sqlite")
}

fn tdes(key: &[u8; 16], block: [u8; 8], encrypts: bool) -> [u8; 8] {
    let cipher = TdesEde2::new(&Array::from(*key));
    let mut block = Array::from(block);
    if encrypts {
        cipher.encrypt_block(&mut block);
    } else {
        cipher.decrypt_block(&mut block);
    }
    block.into()
}

/// ANSI X9.19, with TDES for the last block instead of DES for each: the same by algebra.
fn retail_mac(key: &[u8; 16], message: &[u8], length: MacLength) -> [u8; 8] {
    let mut left_twice = [0; 16];
    left_twice[..8].copy_from_slice(&key[..8]);
    left_twice[8..].copy_from_slice(&key[..8]);
    let mut padded = message.to_vec();
    padded.resize(message.len().div_ceil(8) * 8, 0);
    let mut chain = [0_u8; 8];
    let count = padded.len() / 8;
    for (at, block) in padded.chunks(8).enumerate() {
        for (byte, more) in chain.iter_mut().zip(block) {
            *byte ^= more;
        }
        let key = if at + 1 == count { key } else { &left_twice };
        chain = tdes(key, chain, true);
    }
    if length == MacLength::Four {
        chain[4..].fill(0);
    }
    chain
}

/// ISO 9564-1, format 0, as text put together.
fn pin_block(key: &[u8; 16], pin: &str, pan: &str) -> [u8; 8] {
    let field = format!("{:F<16}", format!("0{:X}{pin}", pin.len()));
    let account = format!("0000{}", &pan[pan.len() - 13..pan.len() - 1]);
    let field = u64::from_str_radix(&field, 16).unwrap();
    let account = u64::from_str_radix(&account, 16).unwrap();
    tdes(key, (field ^ account).to_be_bytes(), true)
}
