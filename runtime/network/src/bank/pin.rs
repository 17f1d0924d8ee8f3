//! A PIN on its way to a bank: enciphered at once, under the bank's scheme.
//!
//! Guarantee: what is handed in is wiped when this returns, and what comes out is a block.

use super::keys::{EnteredPin, Keys};
use crate::destination::Protocol;
use crate::exchange::Client;
use caisson_vault::{CardKeys, Pan, Pin, PinFormat, VaultError, WorkingKey};
use std::sync::Arc;
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

/// Why there is no block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Integrator: the app's destination is a wallet; a PIN needs a bank.
    #[error("the destination `{destination}` takes no PIN")]
    NotTaken {
        /// The destination.
        destination: String,
    },
    /// App: not 8 to 19 digits.
    #[error("the PAN is none: it has 8 to 19 digits")]
    Pan,
    /// The key store did not encipher; before the first sign-on it has no key for PINs.
    #[error(transparent)]
    Key(#[from] VaultError),
    /// The key store broke off; a fault of this program.
    #[error("the PIN was not enciphered; report this with the steps that led to it")]
    Interrupted,
}

impl Client {
    /// Has the vault encipher `pin` of the account `pan`, on a thread of its own. Under DUKPT this
    /// takes the next key, which the request that carries the block uses too.
    ///
    /// # Errors
    /// [`PinError`].
    pub async fn encipher_pin(
        &self,
        pan: Zeroizing<String>,
        pin: Pin,
    ) -> Result<EnteredPin, PinError> {
        let (Some(keys), Protocol::Bank(bank)) = (self.card_keys(), &self.destination.protocol)
        else {
            return Err(PinError::NotTaken { destination: self.destination.name.clone() });
        };
        let (keys, scheme, format) = (Arc::clone(keys), bank.keys.clone(), bank.pin_format);
        let enciphering = spawn_blocking(move || {
            let pan = Pan::new(pan.as_bytes()).ok_or(PinError::Pan)?;
            Ok(encipher(keys.as_ref(), &scheme, format, pan, &pin)?)
        });
        enciphering.await.map_err(|_| PinError::Interrupted)?
    }
}

fn encipher(
    store: &dyn CardKeys,
    scheme: &Keys,
    format: PinFormat,
    pan: Pan<'_>,
    pin: &Pin,
) -> Result<EnteredPin, VaultError> {
    match scheme {
        Keys::MasterSession(slots) => {
            let key = WorkingKey::Session(&slots.pin);
            store.encipher_pin(key, format, pan, pin).map(EnteredPin::session)
        }
        Keys::Dukpt { slot, .. } => {
            let transaction = Arc::new(store.begin_transaction(slot)?);
            let key = WorkingKey::Dukpt(&transaction);
            let block = store.encipher_pin(key, format, pan, pin)?;
            Ok(EnteredPin::dukpt(block, transaction))
        }
    }
}
