//! Certificates for tests: an authority and a server certificate that it signed.
//!
//! The authority's key is forgotten as soon as it has signed, so nobody can make a second
//! certificate that a terminal would trust. For localhost, 127.0.0.1 and `wallet.test` only.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::AcquirerError;

/// The names that the server certificate stands for.
pub const CERTIFICATE_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "wallet.test"];

const CA_FILE: &str = "ca.pem";
const SERVER_FILE: &str = "server.pem";
const KEY_FILE: &str = "server-key.pem";

/// An authority's certificate, a server's certificate and its key, as PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct TestCertificates {
    ca_pem: String,
    server_pem: String,
    key_pem: String,
}

impl TestCertificates {
    /// Makes them anew.
    ///
    /// # Errors
    /// [`AcquirerError::Certificate`] if the cryptographic library refuses.
    pub fn new() -> Result<Self, AcquirerError> {
        let mut ca = CertificateParams::new(Vec::new())?;
        ca.distinguished_name.push(DnType::CommonName, "Caisson test authority");
        ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let ca_key = KeyPair::generate()?;
        let ca_pem = ca.self_signed(&ca_key)?.pem();

        let mut server = CertificateParams::new(CERTIFICATE_NAMES.map(String::from).to_vec())?;
        server.distinguished_name.push(DnType::CommonName, "Caisson test wallet gateway");
        let key = KeyPair::generate()?;
        let server_pem = server.signed_by(&key, &Issuer::new(ca, ca_key))?.pem();
        Ok(Self { ca_pem, server_pem, key_pem: key.serialize_pem() })
    }

    /// Reads them from the folder that [`Self::save`] wrote.
    ///
    /// # Errors
    /// [`AcquirerError::CertificateFile`] names the file that is missing or unreadable.
    pub fn load(folder: &Path) -> Result<Self, AcquirerError> {
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path)
                .map_err(|error| AcquirerError::CertificateFile { path, detail: error.to_string() })
        };
        Ok(Self {
            ca_pem: read(CA_FILE)?,
            server_pem: read(SERVER_FILE)?,
            key_pem: read(KEY_FILE)?,
        })
    }

    /// Writes `ca.pem`, `server.pem` and `server-key.pem` (readable by the owner alone) into a
    /// folder, which is made.
    ///
    /// # Errors
    /// [`AcquirerError::CertificateFile`] names the file that cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), AcquirerError> {
        let at = |path: &Path, error: std::io::Error| AcquirerError::CertificateFile {
            path: path.to_owned(),
            detail: error.to_string(),
        };
        fs::create_dir_all(folder).map_err(|error| at(folder, error))?;
        for (name, text) in
            [(CA_FILE, &self.ca_pem), (SERVER_FILE, &self.server_pem), (KEY_FILE, &self.key_pem)]
        {
            let path = folder.join(name);
            write_private(&path, text).map_err(|error| at(&path, error))?;
        }
        Ok(())
    }

    /// The authority's certificate, for the client to trust.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The server's side of TLS 1.2 and 1.3.
    ///
    /// # Errors
    /// [`AcquirerError::CertificateFile`] if loaded text is no PEM, [`AcquirerError::Tls`] if
    /// certificate and key do not fit.
    pub fn server_config(&self) -> Result<Arc<ServerConfig>, AcquirerError> {
        let unreadable = |name: &str, error: rustls::pki_types::pem::Error| {
            AcquirerError::CertificateFile { path: name.into(), detail: error.to_string() }
        };
        let certificate = CertificateDer::from_pem_slice(self.server_pem.as_bytes())
            .map_err(|error| unreadable(SERVER_FILE, error))?;
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes())
            .map_err(|error| unreadable(KEY_FILE, error))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)?;
        Ok(Arc::new(config))
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}
