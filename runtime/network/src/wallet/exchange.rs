//! One exchange with a wallet: an Ed25519 signature each way, over HTTPS.
//!
//! Guarantees: the answer's signature is verified before a byte of it is interpreted, and it covers
//! this request's nonce and body.

use super::signature::{Nonces, answer_text, request_text};
use super::{Wallet, WalletForm, http};
use crate::exchange::{Client, Limit, Wire};
use crate::heard::{Answer, Heard, Unheard, Unsent};
use crate::read::{Flaw, read};
use crate::request::Prepared;
use caisson_core::hex;
use caisson_points::Deed;
use caisson_vault::{KeyStore, Signature, Slot};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// A nonce, and the signature over it and the request.
pub(super) struct Signed {
    pub(super) nonce: String,
    pub(super) signature: Signature,
}

impl Client {
    pub(crate) async fn ask_wallet(
        &self,
        (keys, nonces): (&Arc<dyn KeyStore>, &dyn Nonces),
        (wallet, form): (&Wallet, &WalletForm),
        prepared: &Prepared,
        limit: Limit,
    ) -> Heard {
        let signed = match self.sign((keys, nonces), (wallet, form), prepared, limit).await {
            Ok(signed) => signed,
            Err(cause) => return cause.into(),
        };
        let Some(request) = http::request(&self.destination, (wallet, form), prepared, &signed)
        else {
            return Unsent::Unmade.into();
        };
        let keys = (Arc::clone(keys), wallet.verifying_slot.clone());
        let hear = |wire| hear(wire, request, prepared, &signed.nonce, keys);
        self.over(prepared, limit, hear).await
    }

    async fn sign(
        &self,
        (keys, nonces): (&Arc<dyn KeyStore>, &dyn Nonces),
        (wallet, form): (&Wallet, &WalletForm),
        prepared: &Prepared,
        limit: Limit,
    ) -> Result<Signed, Unsent> {
        let nonce = hex::text(&nonces.next()?);
        let text = request_text(&form.path, &nonce, prepared.bytes());
        let (keys, slot) = (Arc::clone(keys), wallet.signing_slot.clone());
        let sign = move || Ok(keys.sign(&slot, text.as_bytes())?);
        let signature = self.signed(limit, sign).await?;
        Ok(Signed { nonce, signature })
    }
}

async fn hear(
    wire: Wire,
    request: Request<Full<Bytes>>,
    prepared: &Prepared,
    nonce: &str,
    (keys, slot): (Arc<dyn KeyStore>, Slot),
) -> Result<Answer, Unheard> {
    let heard = http::send(wire, request).await?;
    let text = answer_text(heard.status, nonce, prepared.bytes(), &heard.body);
    let signature = heard.signature.ok_or(Unheard::Unsigned)?;
    spawn_blocking(move || keys.verify(&slot, text.as_bytes(), &signature))
        .await
        .map_err(|_| Unheard::Unverified)??;
    if heard.status != http::STATUS_ANSWERED {
        return Err(Unheard::Status { status: heard.status });
    }
    if !heard.is_json {
        return Err(Unheard::ContentType);
    }
    let read = read(&prepared.operation, &prepared.binding, &heard.body);
    if let Some(Flaw::Json(error)) = read.flaw {
        return Err(Unheard::Json(error));
    }
    caisson_points::after(Deed::Receive, prepared.operation.kind.name());
    Ok(read.answer(heard.body))
}
