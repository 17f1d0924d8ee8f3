//! Cardholder verification (EMV Book 3, 10.5): the crate walks the card's list, the host asks.
//!
//! What must never happen: a digit of a PIN in here. The crate's own way to verify one is never
//! called; a rule is answered with what the host says became of it.

use super::authentication::authorities;
use crate::cardholder::{Cardholder, PinKey, PinMethod, PinResult};
use crate::outcome::{Authentication, End, Verification};
use crate::records::Records;
use crate::session::{Session, cancelled};
use emv::contact::cardholder_verification::{
    CvmExecutionResult, recover_pin_encipherment_public_key,
};
use emv::contact::dol_resolve::bcd_u64;
use emv::contact::oda_input;
use emv::contact::processing_restrictions::TransactionCategory;
use emv::contact::transaction::CvmFlags;
use emv::core::oda::{self, CaPublicKey, IccPublicKey};
use emv::core::tag_store::Source;
use emv::core::tags;
use emv::de::cardholder_verification_method_list::CardholderVerificationMethod as Method;
use emv::de::cardholder_verification_method_results::CardholderVerificationMethodResults;

/// Verifies the cardholder; the result is in the TVR, in 9F34 and in the notes.
pub(super) fn verify(
    session: &mut Session<'_, '_>,
    cardholder: &mut dyn Cardholder,
    records: &Records,
) -> Result<(), End> {
    let is_supported =
        session.tx.ctx.aip.is_some_and(|profile| profile.cardholder_verification_is_supported);
    if !is_supported {
        let none = CardholderVerificationMethodResults::NO_CVM_PERFORMED.to_bytes().to_vec();
        return session
            .tx
            .ctx
            .tag_store
            .insert_primitive(tags::CVM_RESULTS, none, Source::TerminalGenerated)
            .map_err(|error| End::data(format!("9F34: {error}")));
    }
    let account = session.account()?.ok_or_else(|| End::data("5A is missing"))?;
    let mut asking = Asking {
        cardholder,
        pan: &account.pan,
        key: pin_key(session, records),
        is_bypassed: false,
        end: None,
    };
    let flags = flags(session);
    let walked = session
        .tx
        .ctx
        .cardholder_verification(flags, |rule| asking.perform(rule.method()))
        .map_err(|error| End::data(format!("8E: {error}")))?;
    if let Some(end) = asking.end {
        return Err(end);
    }
    let [method, _, result] = walked.cvm_results;
    session.notes.verification = match (result, Method::from_code(method)) {
        (1, _) => Verification::Failed,
        (_, Method::Signature) => Verification::Signature,
        (_, Method::EncipheredPinVerifiedOnline) => Verification::OnlinePin,
        (
            _,
            Method::PlaintextPinVerificationPerformedByIcc
            | Method::EncipheredPinVerificationPerformedByIcc,
        ) => Verification::OfflinePin,
        (
            _,
            Method::PlaintextPinVerificationPerformedByIccAndSignature
            | Method::EncipheredPinVerificationPerformedByIccAndSignature,
        ) => Verification::OfflinePinAndSignature,
        _ => Verification::None,
    };
    Ok(())
}

/// The person, and what was already asked.
struct Asking<'a> {
    cardholder: &'a mut dyn Cardholder,
    pan: &'a str,
    key: Option<PinKey>,
    /// Once bypassed, no PIN is asked for again (EMV Book 4, 6.3.4.3).
    is_bypassed: bool,
    end: Option<End>,
}

impl Asking<'_> {
    fn perform(&mut self, method: Method) -> CvmExecutionResult {
        if self.end.is_some() {
            return CvmExecutionResult::Failed;
        }
        match method {
            Method::NoCvmRequired => CvmExecutionResult::Successful,
            Method::Signature => CvmExecutionResult::Unknown,
            Method::PlaintextPinVerificationPerformedByIcc => self.offline(PinMethod::Plain),
            Method::EncipheredPinVerificationPerformedByIcc => self.offline(PinMethod::Enciphered),
            Method::PlaintextPinVerificationPerformedByIccAndSignature => {
                self.and_signature(PinMethod::Plain)
            }
            Method::EncipheredPinVerificationPerformedByIccAndSignature => {
                self.and_signature(PinMethod::Enciphered)
            }
            Method::EncipheredPinVerifiedOnline => self.pin(|person, pan| person.online_pin(pan)),
            _ => CvmExecutionResult::Failed,
        }
    }

    fn offline(&mut self, method: PinMethod) -> CvmExecutionResult {
        let key = self.key.clone();
        match method {
            PinMethod::Plain => self.pin(|person, _| person.offline_pin(method, None)),
            // Without a key encipherment has failed (EMV Book 2, 7.1).
            PinMethod::Enciphered if key.is_none() => CvmExecutionResult::Failed,
            PinMethod::Enciphered => self.pin(|person, _| person.offline_pin(method, key.as_ref())),
        }
    }

    /// With a signature still to come the result is not known yet (EMV Book 4, 6.3.4.5).
    fn and_signature(&mut self, method: PinMethod) -> CvmExecutionResult {
        match self.offline(method) {
            CvmExecutionResult::Successful => CvmExecutionResult::Unknown,
            other => other,
        }
    }

    fn pin(
        &mut self,
        ask: impl FnOnce(&mut dyn Cardholder, &str) -> PinResult,
    ) -> CvmExecutionResult {
        if self.is_bypassed {
            return CvmExecutionResult::PinEntryBypassed;
        }
        match cancelled(ask(self.cardholder, self.pan)) {
            Err(end) => {
                self.end = Some(end);
                CvmExecutionResult::Failed
            }
            Ok(PinResult::Verified) => CvmExecutionResult::Successful,
            Ok(PinResult::Blocked) => CvmExecutionResult::PinTryLimitExceeded,
            Ok(PinResult::PadFailed) => CvmExecutionResult::PinPadNotWorkingOrAbsent,
            Ok(PinResult::Bypassed) => {
                self.is_bypassed = true;
                CvmExecutionResult::PinEntryBypassed
            }
            Ok(PinResult::Failed | PinResult::Cancelled) => CvmExecutionResult::Failed,
        }
    }
}

fn flags(session: &Session<'_, '_>) -> CvmFlags {
    let inputs = &session.tx.ctx.inputs;
    let category = TransactionCategory::from_transaction_type(inputs.transaction_type);
    let currency = bcd_u64(inputs.transaction_currency_code.into(), 2);
    let is_cash = matches!(category, TransactionCategory::Cash);
    CvmFlags {
        transaction_in_application_currency: session.object(tags::APPLICATION_CURRENCY_CODE)
            == Some(currency.as_slice()),
        // Somebody is there: a till hands out cash by hand.
        transaction_is_unattended_cash: false,
        transaction_is_manual_cash: is_cash,
        transaction_is_purchase_with_cashback: !is_cash && inputs.amount_other > 0,
    }
}

/// The card's key for PINs (EMV Book 2, 7.1): one of its own, else that of its signatures.
fn pin_key(session: &Session<'_, '_>, records: &Records) -> Option<PinKey> {
    let authorities = authorities(session);
    let key = recover_pin_encipherment_public_key(&session.tx.ctx, &authorities);
    let key = key.or_else(|| {
        // The crate forgets the key that it recovered for DDA; recover it again.
        let is_dda =
            session.notes.authentication == Authentication::Dda && !session.tx.ctx.tvr.dda_failed;
        if is_dda { card_key(session, &authorities, records) } else { None }
    })?;
    (64..=248)
        .contains(&key.modulus.len())
        .then_some(PinKey { modulus: key.modulus, exponent: key.exponent })
}

fn card_key(
    session: &Session<'_, '_>,
    authorities: &[CaPublicKey],
    records: &Records,
) -> Option<IccPublicKey> {
    let ctx = &session.tx.ctx;
    let [year, month, _] = ctx.inputs.transaction_date;
    let rid = ctx.selected.as_ref()?.df_name.get(..5)?;
    let index = session.object(tags::CA_PUBLIC_KEY_INDEX_ICC)?;
    let authority = authorities.iter().find(|key| key.rid == *rid && [key.index] == *index)?;
    let pan = session.object(tags::PAN)?;
    let issuer = oda::recover_issuer_public_key(
        authority,
        session.object(tags::ISSUER_PUBLIC_KEY_CERTIFICATE)?,
        session.object(tags::ISSUER_PUBLIC_KEY_REMAINDER),
        session.object(tags::ISSUER_PUBLIC_KEY_EXPONENT)?,
        pan,
        [month, year],
    )
    .ok()?;
    let profile = ctx.aip?.to_bytes();
    let list = session.object(tags::SDA_TAG_LIST);
    let signed = oda_input::sda_static_data_input(&records.signed, list, &profile).ok()?;
    oda::recover_icc_public_key(
        &issuer,
        session.object(tags::ICC_PUBLIC_KEY_CERTIFICATE)?,
        session.object(tags::ICC_PUBLIC_KEY_REMAINDER),
        session.object(tags::ICC_PUBLIC_KEY_EXPONENT)?,
        &signed,
        pan,
        [month, year],
    )
    .ok()
}
