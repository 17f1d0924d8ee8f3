//! Glue for what the kernel imports: the card, the cardholder, its configuration.

use super::bindings::caisson::emv::{card, cardholder, configuration};
use crate::fault::DETAIL_CHARS_MAX;
use crate::pin_pad::is_pan;
use crate::session::{CardStop, OfflinePin, OfflinePinEnd, PinEntry, PinStop};
use crate::state::CallState;
use caisson_core::permission::{CardReader, Emv, PinPad};
use zeroize::Zeroizing;

/// Most applications that a cardholder is asked to choose from, and the longest label.
const LABELS_MAX: usize = 30;
const LABEL_CHARS_MAX: usize = 40;

impl card::Host for CallState {
    async fn transmit(
        &mut self,
        command: Vec<u8>,
    ) -> wasmtime::Result<Result<Vec<u8>, card::Error>> {
        let permit = self.permit::<CardReader>()?;
        let answer = self.kill.unless_fired(self.session.transmit(permit, command)).await?;
        Ok(answer.map_err(|stop| {
            let (code, detail) = match stop {
                CardStop::Removed | CardStop::NoCard => (card::Code::Removed, String::new()),
                CardStop::Timeout => (card::Code::Timeout, String::new()),
                CardStop::Offline(detail) => (card::Code::Wedged, detail),
                CardStop::Cancelled
                | CardStop::Busy
                | CardStop::Several
                | CardStop::Unreadable(_)
                | CardStop::Other(_) => (card::Code::Other, format!("{stop:?}")),
            };
            card::Error { code, detail: detail.chars().take(DETAIL_CHARS_MAX).collect() }
        }))
    }
}

impl cardholder::Host for CallState {
    async fn offline_pin(
        &mut self,
        method: cardholder::PinMethod,
        key: Option<cardholder::PinKey>,
    ) -> wasmtime::Result<cardholder::PinResult> {
        let permit = self.permit::<PinPad>()?;
        let method = match (method, key) {
            (cardholder::PinMethod::Plain, _) => OfflinePin::Plain,
            (cardholder::PinMethod::Enciphered, Some(key)) => {
                OfflinePin::Enciphered { modulus: key.modulus, exponent: key.exponent }
            }
            (cardholder::PinMethod::Enciphered, None) => {
                return Ok(cardholder::PinResult::PadFailed);
            }
        };
        let end = self.kill.unless_fired(self.session.offline_pin(permit, method)).await?;
        Ok(match end {
            OfflinePinEnd::Verified => cardholder::PinResult::Verified,
            OfflinePinEnd::Failed => cardholder::PinResult::Failed,
            OfflinePinEnd::Blocked => cardholder::PinResult::Blocked,
            OfflinePinEnd::Bypassed => cardholder::PinResult::Bypassed,
            OfflinePinEnd::PadFailed => cardholder::PinResult::PadFailed,
            OfflinePinEnd::Cancelled => cardholder::PinResult::Cancelled,
        })
    }

    async fn online_pin(&mut self, pan: String) -> wasmtime::Result<cardholder::PinResult> {
        let permit = self.permit::<PinPad>()?;
        let pan = Zeroizing::new(pan);
        if !is_pan(&pan) {
            return Ok(cardholder::PinResult::PadFailed);
        }
        let entry = self.kill.unless_fired(self.session.enter_pin(permit, pan)).await?;
        Ok(match entry {
            Ok(PinEntry::Entered) => cardholder::PinResult::Verified,
            Ok(PinEntry::Bypassed) => cardholder::PinResult::Bypassed,
            Err(PinStop::Cancelled | PinStop::Timeout) => cardholder::PinResult::Cancelled,
            Err(PinStop::Refused(_) | PinStop::BadPan | PinStop::Offline(_)) => {
                cardholder::PinResult::PadFailed
            }
        })
    }

    async fn choose(&mut self, labels: Vec<String>) -> wasmtime::Result<Option<u32>> {
        let permit = self.permit::<Emv>()?;
        let fits = (1..=LABELS_MAX).contains(&labels.len())
            && labels.iter().all(|label| (1..=LABEL_CHARS_MAX).contains(&label.chars().count()));
        if !fits {
            return Err(wasmtime::Error::msg("choose: 1 to 30 labels of 1 to 40 characters"));
        }
        Ok(self.kill.unless_fired(self.session.choose(permit, labels)).await?)
    }
}

impl configuration::Host for CallState {
    async fn terminal(&mut self) -> wasmtime::Result<Option<Vec<u8>>> {
        Ok(self.session.kernel_files(&self.permit::<Emv>()?).terminal)
    }

    async fn applications(&mut self) -> wasmtime::Result<Option<Vec<u8>>> {
        Ok(self.session.kernel_files(&self.permit::<Emv>()?).applications)
    }

    async fn authorities(&mut self) -> wasmtime::Result<Option<Vec<u8>>> {
        Ok(self.session.kernel_files(&self.permit::<Emv>()?).authorities)
    }
}
