//! Glue for `caisson:nfc`: WIT in, [`TagSession`](crate::TagSession) out. No policy.

use crate::bindings::caisson::nfc::nfc as wit;
use crate::fault::{self, Code};
use crate::session::{CardStop, FoundTag, TagStop};
use crate::state::CallState;
use caisson_core::permission::Nfc;
use caisson_core::tag::TagRefusal;
use caisson_core::view::View;
use std::ops::RangeInclusive;
use std::time::Duration;
use wasmtime::component::Resource;

/// Longest wait for a tag, in milliseconds: as the contract says.
const WAIT_MS_MAX: u32 = 120_000;
/// Shortest and longest command APDU, in bytes: a header, and a short one with data and Le.
const COMMAND_BYTES: RangeInclusive<usize> = 4..=261;

pub(crate) type NfcFault = fault::Fault<wit::Code>;

/// A tag as an app holds it.
#[derive(Debug, Clone, Copy)]
#[allow(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct Tag(FoundTag);

impl Code for wit::Code {
    const DENIED: Self = Self::Denied;
}

impl wit::HostTag for CallState {
    async fn kind(&mut self, tag: Resource<Tag>) -> wasmtime::Result<String> {
        Ok(self.table.get(&tag)?.0.kind.name().to_owned())
    }

    async fn select(&mut self, tag: Resource<Tag>, aid: Vec<u8>) -> Result<Vec<u8>, NfcFault> {
        let number = self.table.get(&tag)?.0.number;
        let permit = self.permit::<Nfc>()?;
        Ok(self.kill.unless_fired(self.session.select_on_tag(permit, number, aid)).await??)
    }

    async fn transmit(
        &mut self,
        tag: Resource<Tag>,
        command: Vec<u8>,
    ) -> Result<Vec<u8>, NfcFault> {
        let number = self.table.get(&tag)?.0.number;
        let permit = self.permit::<Nfc>()?;
        if !COMMAND_BYTES.contains(&command.len()) {
            let detail = format!("a command of {} bytes, limit 4 to 261", command.len());
            return Err(NfcFault::code(wit::Code::TooLarge, detail));
        }
        let sent = self.session.transmit_to_tag(permit, number, command);
        Ok(self.kill.unless_fired(sent).await??)
    }

    async fn read(&mut self, tag: Resource<Tag>) -> Result<Vec<u8>, NfcFault> {
        let number = self.table.get(&tag)?.0.number;
        let permit = self.permit::<Nfc>()?;
        Ok(self.kill.unless_fired(self.session.read_tag(permit, number)).await??)
    }

    async fn drop(&mut self, tag: Resource<Tag>) -> wasmtime::Result<()> {
        let tag = self.table.delete(tag)?;
        Ok(self.kill.unless_fired(self.session.leave_tag(tag.0.number)).await?)
    }
}

impl wit::Host for CallState {
    async fn detect(&mut self, prompt: String, timeout_ms: u32) -> Result<Resource<Tag>, NfcFault> {
        let permit = self.permit::<Nfc>()?;
        if !(1..=WAIT_MS_MAX).contains(&timeout_ms) {
            let detail = format!("timeout-ms {timeout_ms}, limit 1 to {WAIT_MS_MAX}");
            return Err(NfcFault::code(wit::Code::TooLarge, detail));
        }
        View::PresentCard { prompt: prompt.clone() }
            .check()
            .map_err(|error| NfcFault::code(wit::Code::TooLarge, error))?;
        let within = Duration::from_millis(timeout_ms.into());
        let found =
            self.kill.unless_fired(self.session.detect_tag(permit, prompt, within)).await??;
        Ok(self.table.push(Tag(found))?)
    }

    fn convert_error(&mut self, fault: NfcFault) -> wasmtime::Result<wit::Error> {
        let (code, detail) = fault.into_parts()?;
        Ok(wit::Error { code, detail })
    }
}

impl From<TagStop> for NfcFault {
    fn from(stop: TagStop) -> Self {
        match stop {
            TagStop::Card(stop) => of_card(stop),
            TagStop::PaymentCard => {
                Self::code(wit::Code::PaymentCard, "a payment card, which no merchant's app gets")
            }
            TagStop::WrongKind(detail) => Self::code(wit::Code::WrongType, detail),
            TagStop::Refused(TagRefusal::NotListed) => {
                Self::code(wit::Code::NotListed, TagRefusal::NotListed)
            }
            TagStop::Refused(refusal) => Self::code(wit::Code::NotAllowed, refusal),
            TagStop::NothingSelected => {
                Self::code(wit::Code::NotAllowed, "no application is selected; call select first")
            }
            TagStop::BadCommand(detail) => Self::code(wit::Code::NotAllowed, detail),
        }
    }
}

fn of_card(stop: CardStop) -> NfcFault {
    match stop {
        CardStop::Cancelled => NfcFault::code(wit::Code::Cancelled, "Cancel was pressed"),
        CardStop::Timeout => NfcFault::code(wit::Code::Timeout, "nothing came in time"),
        CardStop::Offline(detail) => NfcFault::code(wit::Code::Offline, detail),
        CardStop::Busy => NfcFault::code(wit::Code::Busy, "the reader is in use"),
        CardStop::Several => NfcFault::code(wit::Code::Several, "several tags are in the field"),
        CardStop::Removed | CardStop::NoCard => {
            NfcFault::code(wit::Code::Removed, "the tag is gone")
        }
        CardStop::Unreadable(detail) => NfcFault::code(wit::Code::Unreadable, detail),
        CardStop::Other(detail) => NfcFault::code(wit::Code::Other, detail),
    }
}
