//! The simulated acquirer's folder: keys, certificates, books, and the signed destination file
//! that a terminal's profile points at.

use crate::bank_folder::PORT_IN_PROCESS;
use crate::bank_keys::BankKeys;
use crate::world::WorldError;
use caisson_acquirer::bank::{Bank, serve_bank};
use caisson_acquirer::{Fault, Faults, Gateway, GatewayConfig, TestCertificates, serve};
use ed25519_dalek::{Signer as _, SigningKey};
use std::collections::BTreeMap;
use std::fs;
use std::future::pending;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;

/// The key id under which terminals of the emulator sign.
pub const TERMINAL_KEY_ID: &str = "T1000001";
/// The vault slot that holds the acquirer's public key.
pub const VERIFYING_SLOT: &str = "wallet-answers";

/// The gateway's operations, as the network room documents them. What stands before the marker is
/// the head of an example destination, which is written anew for each acquirer.
const EXAMPLE: &str = include_str!("../../../runtime/network/examples/wallet.toml");
const OPERATIONS_BEGIN: &str = "# kind        financial";

const SEED_FILE: &str = "acquirer.seed";
const BOOKS_FILE: &str = "books.db";
const TERMINALS_FOLDER: &str = "terminals";
const DESTINATION_FILE: &str = "wallet.toml";

/// An acquirer's folder. Its keys are test keys, and the README beside them says so.
#[derive(Debug, Clone)]
pub struct AcquirerFolder {
    folder: PathBuf,
}

impl AcquirerFolder {
    /// Makes a new one: seed, certificates, and the destination file for an address that is not
    /// listened on yet.
    ///
    /// # Errors
    /// [`WorldError`]; a folder that has a seed already is left as it is.
    pub fn create(folder: &Path) -> Result<Self, WorldError> {
        Self::create_with(folder, BankKeys::default())
    }

    /// The same with a bank of this key scheme.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn create_with(folder: &Path, keys: BankKeys) -> Result<Self, WorldError> {
        let new = Self { folder: folder.to_owned() };
        let terminals = folder.join(TERMINALS_FOLDER);
        fs::create_dir_all(&terminals).map_err(WorldError::file(&terminals))?;
        let mut seed = [0_u8; 32];
        getrandom::fill(&mut seed).map_err(|error| WorldError::Random(error.to_string()))?;
        let path = folder.join(SEED_FILE);
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(WorldError::file(&path))?;
        file.write_all(&seed).map_err(WorldError::file(&path))?;
        TestCertificates::new()?.save(folder)?;
        new.write_bank_keys(keys)?;
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
        new.write_destination(nowhere)?;
        new.write_bank_destination(SocketAddr::from(([127, 0, 0, 1], PORT_IN_PROCESS)))?;
        Ok(new)
    }

    /// One that [`Self::create`] made before.
    ///
    /// # Errors
    /// [`WorldError::File`] where it has no seed.
    pub fn open(folder: &Path) -> Result<Self, WorldError> {
        let found = Self { folder: folder.to_owned() };
        found.signing_key()?;
        Ok(found)
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The books, which any process may read.
    #[must_use]
    pub fn books(&self) -> PathBuf {
        self.folder.join(BOOKS_FILE)
    }

    /// The signed destination file for terminals; its signature stands beside it.
    #[must_use]
    pub fn destination(&self) -> PathBuf {
        self.folder.join(DESTINATION_FILE)
    }

    /// The public key that signs answers and the destination file.
    ///
    /// # Errors
    /// [`WorldError`] where the seed cannot be read.
    pub fn public_key(&self) -> Result<[u8; 32], WorldError> {
        Ok(self.signing_key()?.verifying_key().to_bytes())
    }

    /// Makes a terminal known: its requests are believed from the next start of the gateway on.
    ///
    /// # Errors
    /// [`WorldError::File`].
    pub fn enrol(&self, key_id: &str, public_key: &[u8; 32]) -> Result<(), WorldError> {
        let path = self.folder.join(TERMINALS_FOLDER).join(format!("{key_id}.pub"));
        fs::write(&path, public_key).map_err(WorldError::file(&path))
    }

    /// The gateway over this folder's books.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn gateway(&self, opened_at_ms: Option<i64>) -> Result<Gateway, WorldError> {
        let mut config = GatewayConfig::new(self.signing_key()?.to_bytes());
        config.terminals = self.terminals()?;
        config.faults = Faults::default();
        config.opened_at_ms = opened_at_ms.unwrap_or(config.opened_at_ms);
        Ok(Gateway::open(config, &self.books())?)
    }

    /// The gateway's TLS side.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn certificates(&self) -> Result<TestCertificates, WorldError> {
        Ok(TestCertificates::load(&self.folder)?)
    }

    /// Listens on `listen`, and for the bank on a port beside it; writes the destination files for the
    /// addresses that it got, calls
    /// `listening` with it, and serves until `shutdown`.
    ///
    /// # Errors
    /// [`WorldError`].
    pub async fn serve(
        &self,
        listen: SocketAddr,
        faults: Vec<Fault>,
        listening: impl FnOnce(SocketAddr),
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), WorldError> {
        let gateway = self.gateway(None)?;
        for fault in faults {
            gateway.faults().push(fault);
        }
        self.serve_both((gateway, self.bank(None)?), listen, listening, shutdown).await
    }

    /// The same with a gateway and a bank that the caller goes on holding.
    ///
    /// # Errors
    /// [`WorldError`].
    pub async fn serve_both(
        &self,
        (gateway, bank): (Gateway, Bank),
        listen: SocketAddr,
        listening: impl FnOnce(SocketAddr),
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), WorldError> {
        let listener = TcpListener::bind(listen).await.map_err(WorldError::address(listen))?;
        let address = listener.local_addr().map_err(WorldError::address(listen))?;
        self.write_destination(address)?;
        let beside = SocketAddr::new(listen.ip(), 0);
        let banks = TcpListener::bind(beside).await.map_err(WorldError::address(beside))?;
        let bank_address = banks.local_addr().map_err(WorldError::address(beside))?;
        self.write_bank_destination(bank_address)?;
        listening(address);
        let tls = self.certificates()?.server_config()?;
        let bank = serve_bank(banks, Some(Arc::clone(&tls)), bank, pending());
        tokio::select! {
            served = serve(listener, tls, gateway, shutdown) => Ok(served?),
            () = bank => Ok(()),
        }
    }

    fn write_destination(&self, address: SocketAddr) -> Result<(), WorldError> {
        let operations =
            EXAMPLE.find(OPERATIONS_BEGIN).and_then(|at| EXAMPLE.get(at..)).unwrap_or(EXAMPLE);
        let text = format!(
            "# The simulated acquirer, as `caisson acquirer` wrote it when it began to listen.\n\
             name = \"wallet\"\nhost = \"{}\"\nport = {}\nserver_name = \"localhost\"\n\
             key_id = \"{TERMINAL_KEY_ID}\"\nsigning_slot = \"terminal-signing\"\n\
             verifying_slot = \"{VERIFYING_SLOT}\"\nconnect_timeout_ms = 5000\n\
             roots = \"\"\"\n{}\"\"\"\n\n{operations}",
            address.ip(),
            address.port(),
            self.certificates()?.ca_pem()
        );
        self.write_signed(DESTINATION_FILE, &text)
    }

    /// Writes a destination file and, beside it, the acquirer's signature over it.
    pub(crate) fn write_signed(&self, name: &str, text: &str) -> Result<(), WorldError> {
        let path = self.folder.join(name);
        let signature = self.signing_key()?.sign(text.as_bytes());
        let signature = caisson_vault::Signature::from_bytes(&signature.to_bytes()).to_string();
        fs::write(&path, text).map_err(WorldError::file(&path))?;
        let path = self.folder.join(format!("{name}.sig"));
        fs::write(&path, signature).map_err(WorldError::file(&path))
    }

    fn signing_key(&self) -> Result<SigningKey, WorldError> {
        let path = self.folder.join(SEED_FILE);
        let bytes = fs::read(&path).map_err(WorldError::file(&path))?;
        let seed: [u8; 32] =
            bytes.try_into().map_err(|_| WorldError::Seed { path: path.clone() })?;
        Ok(SigningKey::from_bytes(&seed))
    }

    fn terminals(&self) -> Result<BTreeMap<String, [u8; 32]>, WorldError> {
        let folder = self.folder.join(TERMINALS_FOLDER);
        let mut known = BTreeMap::new();
        for entry in fs::read_dir(&folder).map_err(WorldError::file(&folder))? {
            let path = entry.map_err(WorldError::file(&folder))?.path();
            let bytes = fs::read(&path).map_err(WorldError::file(&path))?;
            let key = bytes.try_into().map_err(|_| WorldError::Seed { path: path.clone() })?;
            if let Some(id) = path.file_stem() {
                known.insert(id.to_string_lossy().into_owned(), key);
            }
        }
        Ok(known)
    }
}
