//! One exchange with a bank: a frame each way, each with a message code.
//!
//! Guarantees: an answer counts only if its message code holds, and it is of the type, trace number
//! and terminal of this request; any other is no answer, and no app sees it. What an app sees has
//! no PIN block, no key and no message code. Of a sign-on's keys all are in use or none.

use super::keys::{Keys, RequestKey};
use super::read::check_ours;
use super::seal::{self, Sealed};
use super::{APPROVED, BankForm, field, wire};
use crate::exchange::{Client, Limit, Wire};
use crate::heard::{Answer, Heard, Unheard};
use crate::read::read;
use crate::request::Prepared;
use caisson_iso8583::Message;
use caisson_points::Deed;
use caisson_vault::CardKeys;
use std::sync::Arc;
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

impl Client {
    pub(crate) async fn ask_bank(
        &self,
        keys: &Arc<dyn CardKeys>,
        form: &BankForm,
        prepared: &Prepared,
        limit: Limit,
    ) -> Heard {
        let body = Zeroizing::new(prepared.bytes().to_vec());
        let (signing, pin) = ((Arc::clone(keys), form.clone()), prepared.binding.pin.clone());
        let seal = move || seal::seal(&signing.1, signing.0.as_ref(), pin.as_ref(), &body);
        let sealed = match self.signed(limit, seal).await {
            Ok(sealed) => sealed,
            Err(cause) => return cause.into(),
        };
        let keys = Arc::clone(keys);
        self.over(prepared, limit, |wire| hear(wire, sealed, prepared, (form, keys))).await
    }
}

async fn hear(
    wire: Wire,
    sealed: Sealed,
    prepared: &Prepared,
    (form, keys): (&BankForm, Arc<dyn CardKeys>),
) -> Result<Answer, Unheard> {
    let whole = wire::send(wire, &sealed.framed).await?;
    let packed = whole.get(form.bank.head.len()..).ok_or(Unheard::NoMessage)?;
    let packed = Zeroizing::new(packed.to_vec());
    // From here on it counts, or it is no answer. A thread of its own: the vault may wait.
    let (believing, sent) = (form.clone(), prepared.binding.clone());
    let believe = move || believe(&believing, keys.as_ref(), sealed.key.as_ref(), &sent, &packed);
    let body = spawn_blocking(believe).await.map_err(|_| Unheard::Unverified)??;
    let read = read(&prepared.operation, &prepared.binding, &body);
    caisson_points::after(Deed::Receive, prepared.operation.kind.name());
    Ok(read.answer(body.to_vec()))
}

/// Verifies `packed`, takes its keys where it brings some, and leaves what an app may see.
fn believe(
    form: &BankForm,
    keys: &dyn CardKeys,
    key: Option<&RequestKey>,
    sent: &crate::Binding,
    packed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Unheard> {
    if let Some(key) = key {
        seal::verify(form, keys, key, packed)?;
    }
    let mut message = Message::unpack(&form.bank.spec, packed).map_err(Unheard::Message)?;
    check_ours(form, sent, &message).map_err(Unheard::Foreign)?;
    if form.protection.brings_keys() {
        take_keys(form, keys, &message)?;
        message.clear(field::KEYS);
    }
    message.clear(field::PIN_BLOCK);
    field::MAC.iter().for_each(|number| {
        message.clear(*number);
    });
    message.pack().map_err(|_| Unheard::NoMessage)
}

/// Gives the keys of an approved sign-on to the vault.
fn take_keys(form: &BankForm, keys: &dyn CardKeys, message: &Message<'_>) -> Result<(), Unheard> {
    let Keys::MasterSession(slots) = &form.bank.keys else { return Ok(()) };
    if message.text(field::ANSWER_CODE) != Some(APPROVED) {
        return Ok(());
    }
    let cryptograms = message.bytes(field::KEYS).ok_or(Unheard::NoKeys)?;
    slots.load(keys, cryptograms).map_err(|refused| refused.map_or(Unheard::NoKeys, Unheard::Keys))
}
