//! A bank host to test card apps against: ISO 8583 over TCP and TLS, with books of its own.
//!
//! It does what an acquirer of cards does with a terminal, and does wrong whatever you ask it to.
//! Guarantees: what was answered is in the books first; a sale is captured at most once, and never
//! is more given back than was taken; a repeat of the same bytes gets the stored answer. Of the
//! terminal it shares only the way in which messages are written (`caisson-iso8583`): keys, MAC and
//! PIN blocks are worked out here once more, because an oracle with the same mistake would be none.
//! Deliberately not here: real money, interchange between banks, a ledger of accounts, and keys
//! that protect anything. Every key in this host is a TEST key.
//!
//! # Run it
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use caisson_acquirer::bank::{
//!     Bank, BankCard, BankConfig, BankTerminal, BaseKey, KeyScheme, TestKey, serve_bank,
//! };
//!
//! let mut config = BankConfig::new([7; 32]);
//! let master = BaseKey::Tdes(TestKey([1; 16])); // also in the terminal
//! let scheme = KeyScheme::MasterSession { master };
//! let terminal = BankTerminal { merchant: "898310000000001".to_owned(), scheme };
//! config.terminals.insert("10000001".to_owned(), terminal);
//! let card = BankCard { pin: Some("1234".to_owned()), ..BankCard::default() };
//! config.cards.insert("6228480000001237".to_owned(), card);
//! config.faults.push("loses the answer to sale, once".parse()?);
//! let bank = Bank::open(config, "bank.sqlite".as_ref())?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let stop = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
//! serve_bank(listener, None, bank.clone(), stop).await; // or TLS: TestCertificates' server_config
//! println!("{:?}", bank.books()?.net("10000001", "000001")?);
//! # Ok(()) }
//! ```
//!
//! # The wire
//!
//! A connection carries any number of exchanges: two bytes of length (big-endian), then a message
//! of the spec `cup`. Bytes that are no message close the connection. An answer comes back with
//! the TPDU turned and the header as it was; it repeats DE 3, 11, 25, 41, 42, 49 and 60 of its
//! request, says its date and time (12, 13, in UTC+8), and has the MAC if the request had one.
//!
//! | message | told by | does |
//! |---|---|---|
//! | 0800 | DE60.3 001, 003, 004 | sign-on: batch number in DE60.2, session keys in DE62 |
//! | 0800, 0820 | DE60.3 002; 301 | sign-off; echo |
//! | 0200 | DE3 00…, DE25 not 06 | sale |
//! | 0200 | DE3 31… | balance inquiry: DE54 |
//! | 0200 | DE3 20…, DE25 not 06, DE60.1 not 25 | void of a sale of the same batch |
//! | 0200, 0220 | DE3 20…, DE60.1 25 | refund, whole or in part |
//! | 0100 | DE3 03… | pre-authorisation |
//! | 0100 | DE3 20… | void of a pre-authorisation |
//! | 0200, 0220 | DE3 00…, DE25 06 | completion, to 115 % of the pre-authorisation |
//! | 0200 | DE3 20…, DE25 06 | void of a completion of the same batch |
//! | 0220 | DE3 00… | advice of a sale that was approved offline |
//! | 0400, 0401, 0420, 0421 | | reversal of what has the same batch and DE11 |
//! | 0500 | | settlement: totals in DE48; 00, or 95 with the host's totals |
//! | 0320 | DE60.3 not 202, 207 | upload of one transaction, after 95 |
//! | 0320 | DE60.3 202, 207 | end of the upload: the batch is closed |
//!
//! A transaction is known by terminal, batch and DE11; merchant and date follow from them here. The
//! same once more (its type may be marked as a repeat, 0221) gets the stored answer; anything else
//! under the same numbers, another amount too, is a duplicate: 94. What is already known to be
//! wrong is answered before that: 97, 03, A0, 77.
//!
//! An original is named by DE61 (batch, STAN), else by DE37; a pre-authorisation also by DE38 and
//! the card. DE48 of a settlement is two blocks of 31 digits (own and foreign cards; the second is
//! zeros here): debit amount 12 and count 3, credit amount 12 and count 3, and a digit: 1 agrees,
//! 2 differs. Sales, completions and advices are debits; voids and refunds are credits; what was
//! reversed is neither.
//!
//! # Keys
//!
//! Master/session: DE62 of a sign-on's answer is the PIN key and the MAC key, TDES double length,
//! each 16 bytes enciphered under the terminal's master key (ECB) and 4 bytes of check value (the
//! first of eight zero bytes enciphered under it). The MAC (DE64, DE128) is ANSI X9.19 over the
//! message from its type to the byte before the MAC, zeros behind. A PIN block is ISO 9564-1
//! format 0.
//!
//! DUKPT: DE62 of each request is its key serial number, 10 bytes of ANSI X9.24-1 or 12 of X9.24-3.
//! From it and the base key follow the keys of PIN, request MAC and response MAC; a sign-on has a MAC
//! as well and brings no keys. Under AES the MAC is the leftmost 8 bytes of CMAC, a PIN block is of
//! format 4 (DE52 then has 16 bytes), and all terminals of the host have AES. A serial number that
//! came before is not believed (A0), whatever else the message says.
//!
//! # Making things go wrong
//!
//! By amount: the last two digits of DE4 choose, as [`AMOUNTS`] lists and [`amounts_help`] prints.
//! By script: the faults of [`BankConfig::faults`], in the words of the wallet gateway's; "signs
//! badly" is a wrong MAC, and for a sign-on a wrong check value.

pub use amounts::{AMOUNTS, AmountRow, Effect, amounts_help};
pub use base_key::{BaseKey, BaseKeyError, Cipher, KeyModule};
pub use books::{
    BankBooks, BankExchange, BatchTotals, Kind, State, TransactionEntry, UploadEntry, UploadFinding,
};
pub use config::{
    BankCard, BankConfig, BankConfigError, BankTerminal, KeyScheme, MacLength, TestKey,
};
pub use host::{Bank, BankError};
pub use issuer::{BelievedCryptogram, CryptogramRefused, IssuerHost};
pub use operation::BankOperation;
pub use server::{serve_bank, serve_bank_stream};
#[cfg(feature = "pkcs11")]
pub use token::TokenModule;

mod aes;
mod amounts;
mod base_key;
mod books;
mod cipher;
mod clock;
mod config;
mod deal;
mod dukpt;
mod host;
mod issuer;
mod keys;
mod operation;
mod request;
mod server;
#[cfg(feature = "pkcs11")]
mod token;

/// A fault that strikes the bank host.
pub type BankFault = crate::Fault<BankOperation>;
/// The bank host's faults still to strike.
pub type BankFaults = crate::Faults<BankOperation>;
