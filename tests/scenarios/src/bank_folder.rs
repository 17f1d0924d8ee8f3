//! The simulated bank beside the wallet gateway: its keys, its books, its card file, and the signed
//! destination file that a terminal's profile points at.
//!
//! Guarantee: the bank knows every card of the deck by number and PIN, and checks their
//! cryptograms as their issuer. Its keys are TEST keys.

use crate::acquirer_folder::{AcquirerFolder, TERMINAL_KEY_ID};
use crate::bank_keys::{BASE_BYTES, BankKeys};
use crate::cards::pin_of;
use crate::world::WorldError;
use caisson_acquirer::bank::{
    Bank, BankBooks, BankCard, BankConfig, BankTerminal, BelievedCryptogram, CryptogramRefused,
    IssuerHost,
};
use caisson_cards::{deck, issuer};
use caisson_terminal::BankKey;
use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

/// The terminal's number at the bank (field 41).
pub(crate) const BANK_TERMINAL: &str = TERMINAL_KEY_ID;
/// The merchant's number at the bank (field 42).
pub(crate) const BANK_MERCHANT: &str = "898310012340001";
/// The port at which a terminal in the same process finds the bank.
pub(crate) const PORT_IN_PROCESS: u16 = 2;

/// The bank's operations, as the network room documents them. What stands before the marker is the
/// head of an example destination, which is written anew for each acquirer.
const EXAMPLE: &str = include_str!("../../../runtime/network/examples/bank.toml");
const OPERATIONS_BEGIN: &str = "# What this bank takes, and field 49 for each.";

const BASE_FILE: &str = "bank.base";
const SCHEME_FILE: &str = "bank.keys";
const BOOKS_FILE: &str = "bank.db";
const DESTINATION_FILE: &str = "bank.toml";
/// What the bank's session keys are made from: test keys, the same each time.
const SEED: [u8; 32] = *b"the test bank's session key seed";

impl AcquirerFolder {
    /// The bank's signed destination file for terminals.
    #[must_use]
    pub fn bank_destination(&self) -> PathBuf {
        self.path().join(DESTINATION_FILE)
    }

    /// The file of the bank's books, which any process may read.
    #[must_use]
    pub fn bank_books_file(&self) -> PathBuf {
        self.path().join(BOOKS_FILE)
    }

    /// The bank's books, for reading.
    ///
    /// # Errors
    /// [`WorldError::Acquirer`].
    pub fn bank_books(&self) -> Result<BankBooks, WorldError> {
        Ok(BankBooks::open(&self.bank_books_file())?)
    }

    /// How its terminals get their keys; by a sign-on, where nobody said otherwise.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn bank_keys(&self) -> Result<BankKeys, WorldError> {
        let path = self.path().join(SCHEME_FILE);
        match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(BankKeys::default()),
            Err(error) => Err(WorldError::file(&path)(error)),
            Ok(name) => name.trim().parse().map_err(|_| WorldError::BankKeys { path }),
        }
    }

    pub(crate) fn write_bank_keys(&self, keys: BankKeys) -> Result<(), WorldError> {
        let path = self.path().join(SCHEME_FILE);
        fs::write(&path, keys.name()).map_err(WorldError::file(&path))
    }

    /// What the bank's keys come from; made the first time.
    fn base(&self) -> Result<[u8; BASE_BYTES], WorldError> {
        let path = self.path().join(BASE_FILE);
        if !path.exists() {
            let mut key = [0_u8; BASE_BYTES];
            getrandom::fill(&mut key).map_err(|error| WorldError::Random(error.to_string()))?;
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true).mode(0o600);
            let mut file = options.open(&path).map_err(WorldError::file(&path))?;
            file.write_all(&key).map_err(WorldError::file(&path))?;
        }
        let bytes = fs::read(&path).map_err(WorldError::file(&path))?;
        bytes.try_into().map_err(|_| WorldError::BankKeys { path })
    }

    /// The terminal's slot for the key that it shares with the bank, and the key that goes there.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn bank_slot(&self) -> Result<(String, BankKey), WorldError> {
        Ok(self.bank_keys()?.slot(&self.base()?))
    }

    /// The bank over this folder's books.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn bank(&self, opened_at_ms: Option<i64>) -> Result<Bank, WorldError> {
        let mut config = BankConfig::new(SEED);
        let scheme = self.bank_keys()?.scheme(&self.base()?);
        let terminal = BankTerminal { merchant: BANK_MERCHANT.to_owned(), scheme };
        config.terminals = BTreeMap::from([(BANK_TERMINAL.to_owned(), terminal)]);
        config.cards = cards()?;
        config.issuer = Some(Arc::new(DeckIssuer));
        config.opened_at_ms = opened_at_ms.unwrap_or(config.opened_at_ms);
        Ok(Bank::open(config, &self.bank_books_file())?)
    }

    /// Writes the bank's destination file for `address`.
    pub(crate) fn write_bank_destination(&self, address: SocketAddr) -> Result<(), WorldError> {
        let operations =
            EXAMPLE.find(OPERATIONS_BEGIN).and_then(|at| EXAMPLE.get(at..)).unwrap_or(EXAMPLE);
        let text = format!(
            "# The simulated bank, as the simulated acquirer wrote it when it began to listen.\n\
             protocol = \"iso8583\"\nname = \"bank\"\nhost = \"{}\"\nport = {}\n\
             connect_timeout_ms = 5000\nspec = \"cup\"\ntpdu = \"6000030000\"\n\
             header = \"602200000000\"\nterminal_id = \"{BANK_TERMINAL}\"\n\
             merchant_id = \"{BANK_MERCHANT}\"\nserver_name = \"localhost\"\n\
             roots = \"\"\"\n{}\"\"\"\n\n{}",
            address.ip(),
            address.port(),
            self.certificates()?.ca_pem(),
            self.bank_keys()?.write(operations)
        );
        self.write_signed(DESTINATION_FILE, &text)
    }
}

/// Every card of the deck, as its bank has it.
fn cards() -> Result<BTreeMap<String, BankCard>, WorldError> {
    let mut cards = BTreeMap::new();
    for (name, _) in deck::CARDS {
        let profile = deck::profile(name).map_err(|error| WorldError::Deck(error.to_string()))?;
        let pin = Some(pin_of(&profile).to_owned());
        cards.insert(profile.pan.digits().to_owned(), BankCard { pin, ..BankCard::default() });
    }
    Ok(cards)
}

/// The issuer of the deck's cards.
struct DeckIssuer;

impl IssuerHost for DeckIssuer {
    fn verify_arqc(
        &self,
        de55: &[u8],
        pan: &str,
        sequence: u8,
    ) -> Result<Box<dyn BelievedCryptogram>, CryptogramRefused> {
        match issuer::verify(pan, sequence, de55) {
            Ok(verified) => Ok(Box::new(Believed(verified))),
            Err(error) => Err(CryptogramRefused(error.to_string())),
        }
    }
}

struct Believed(issuer::Verified);

impl BelievedCryptogram for Believed {
    fn arpc(&self, code: [u8; 2]) -> Vec<u8> {
        self.0.issuer_authentication(code)
    }
}
