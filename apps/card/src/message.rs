//! The messages: what stands in which field of a request, and what an answer says.
//!
//! Message type and processing code of an operation, and the fields that it may have from this app,
//! stand in the destination's file: `operations.toml` beside the app's manifest is that part of it.
//!
//! Must never happen: a track or a PIN block in a message that may be sent again.

use crate::operation::{REVERSAL, Row};
use crate::slip::Slip;
use caisson_iso8583::{CUP, FieldError, Message, Mti, Spec};
use caisson_sdk::{Sensitive, Stop};
use caisson_tlv::{Reader, Tag};
use std::sync::LazyLock;
use zeroize::Zeroizing;

/// From message type to last field: what stands before it is the terminal's.
static BODY: LazyLock<Spec> = LazyLock::new(|| {
    Spec::new("cup".to_owned(), false, 0, CUP.fields().to_vec()).unwrap_or_else(|_| CUP.clone())
});

/// Field 60, third part: what a payment has.
pub const PAYMENT: &str = "000";
/// Issuer authentication data.
const AUTHENTICATION: Tag = Tag::literal(0x91);
/// Issuer scripts for before and after the last cryptogram.
const SCRIPTS: [Tag; 2] = [Tag::literal(0x71), Tag::literal(0x72)];
/// What of the first cryptogram's data a reversal carries when the last one is not known:
/// TVR, terminal's number, issuer application data, transaction counter.
const FOR_REVERSAL: [Tag; 4] =
    [Tag::literal(0x95), Tag::literal(0x9F1E), Tag::literal(0x9F10), Tag::literal(0x9F36)];

/// What only the first request carries.
#[derive(Debug, Default)]
pub struct Once<'c> {
    /// The track.
    pub track_2: Option<&'c Sensitive>,
    /// The chip's data.
    pub de55: &'c [u8],
    /// Field 26.
    pub pin_longest: &'c str,
    /// Field 53.
    pub pin_control: Option<&'c str>,
}

/// Packed, wiped when it is dropped.
pub type Packed = Zeroizing<Vec<u8>>;

/// A message that is being written.
pub struct Draft(Message<'static>);

impl Draft {
    /// Of type `mti`, empty.
    #[must_use]
    pub fn new(mti: Mti) -> Self {
        Self(Message::new(&BODY, mti))
    }

    /// With `text` in the field `number`.
    ///
    /// # Errors
    /// The field cannot hold it.
    pub fn with(mut self, number: u8, text: &str) -> Result<Self, Stop> {
        self.0.set(number, text).map_err(|error| wrong(&error))?;
        Ok(self)
    }

    /// With `text` in the field `number`, where there is one.
    ///
    /// # Errors
    /// As [`Draft::with`].
    pub fn with_some(self, number: u8, text: Option<&str>) -> Result<Self, Stop> {
        match text {
            Some(text) => self.with(number, text),
            None => Ok(self),
        }
    }

    /// With `bytes` in the field `number`, where there are any.
    ///
    /// # Errors
    /// As [`Draft::with`].
    pub fn with_bytes(mut self, number: u8, bytes: &[u8]) -> Result<Self, Stop> {
        if !bytes.is_empty() {
            self.0.set_bytes(number, bytes).map_err(|error| wrong(&error))?;
        }
        Ok(self)
    }

    /// With field 60: kind of message, batch, network code.
    ///
    /// # Errors
    /// As [`Draft::with`].
    pub fn in_batch(self, kind: &str, batch: &str, network: &str) -> Result<Self, Stop> {
        self.with(60, &format!("{kind}{batch}{network}"))
    }

    /// The bytes.
    ///
    /// # Errors
    /// All fields together are too long.
    pub fn packed(self) -> Result<Packed, Stop> {
        self.0.pack().map_err(|error| Stop::failed(&format!("message: {error}")))
    }

    /// The fields that request and reversal have in common.
    fn of(mti: Mti, slip: &Slip, row: &Row) -> Result<Self, Stop> {
        let pin = if slip.has_pin { "1" } else { "2" };
        let sequence = slip.sequence.map(|number| format!("{number:03}"));
        let original = slip.original.as_ref();
        let original = original.map(|of| field_61(&of.batch, &of.stan, of.date.as_deref()));
        Self::new(mti)
            .with_some(2, slip.pan.as_ref().map(Sensitive::exposed))?
            .with_some(14, slip.expiry.as_ref().map(Sensitive::exposed))?
            .with(22, &format!("{}{pin}", slip.way.code()))?
            .with_some(23, sequence.as_deref())?
            .with(25, row.condition)?
            .in_batch(&slip.kind, &slip.batch, PAYMENT)?
            .with_some(61, original.as_deref())
    }
}

/// An error of the codec names the field, and no value.
fn wrong(error: &FieldError) -> Stop {
    Stop::failed(&format!("message: {error}"))
}

/// Field 61: batch, trace number, date.
fn field_61(batch: &str, stan: &str, date: Option<&str>) -> String {
    format!("{batch}{stan}{}", date.unwrap_or_default())
}

/// The request of `slip`.
///
/// # Errors
/// A field cannot hold what a card or a setting says.
pub fn request(slip: &Slip, once: &Once<'_>) -> Result<Packed, Stop> {
    let row = slip.deed.row();
    let original = slip.original.as_ref();
    let mut draft = Draft::of(row.mti, slip, row)?
        .with_some(35, once.track_2.map(Sensitive::exposed))?
        .with_some(37, original.and_then(|original| original.rrn.as_deref()))?
        .with_some(38, original.and_then(|original| original.auth.as_deref()))?
        .with_bytes(55, once.de55)?;
    if slip.has_pin {
        draft = draft.with(26, once.pin_longest)?.with_some(53, once.pin_control)?;
    }
    draft.packed()
}

/// The reversal of `slip`, or its repeat. `why` is field 39; `said` what the bank answered, where
/// it did; `de55` what the chip says in the end.
///
/// # Errors
/// As [`request`].
pub fn reversal(
    slip: &Slip,
    is_repeat: bool,
    why: &str,
    said: Option<&Said>,
    de55: &[u8],
) -> Result<Packed, Stop> {
    let mti = if is_repeat { REVERSAL.repeat() } else { REVERSAL };
    let mut draft = Draft::of(mti, slip, slip.deed.row())?
        .with_some(38, said.and_then(|said| said.auth.as_deref()))?
        .with(39, why)?
        .with_bytes(55, de55)?;
    // The earlier payment, where there is one, stands there already.
    if slip.original.is_none()
        && let Some(said) = said
        && let Some(stan) = &said.stan
    {
        draft = draft.with(61, &field_61(&slip.batch, stan, said.date.as_deref()))?;
    }
    draft.packed()
}

/// What of `de55` a reversal carries when nothing better is known. Nothing that says whose card it
/// was.
#[must_use]
pub fn for_reversal(de55: &[u8]) -> Vec<u8> {
    let objects = Reader::new(de55).map_while(Result::ok);
    let kept = objects.filter(|object| FOR_REVERSAL.contains(&object.tag));
    kept.filter_map(|object| whole(de55, object.offset, object.value_offset, object.value))
        .flatten()
        .copied()
        .collect()
}

fn whole<'b>(bytes: &'b [u8], from: usize, value_at: usize, value: &[u8]) -> Option<&'b [u8]> {
    bytes.get(from..value_at + value.len())
}

/// What an answer says, besides money.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// Field 39.
    pub code: String,
    /// Field 11: the trace number that the terminal gave.
    pub stan: Option<String>,
    /// Field 13, `MMDD`.
    pub date: Option<String>,
    /// Field 37.
    pub rrn: Option<String>,
    /// Field 38.
    pub auth: Option<String>,
    /// Field 54.
    pub amounts: Option<String>,
    /// Field 60: kind, batch, network code.
    pub batch: Option<String>,
    /// 91 of field 55.
    pub authentication: Option<Vec<u8>>,
    /// 71 and 72 of field 55, whole, in their order.
    pub scripts: Vec<Vec<u8>>,
}

impl std::fmt::Debug for Said {
    /// Only what can be no card's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Said").field("code", &self.code).finish_non_exhaustive()
    }
}

impl Said {
    /// Reads an answer; `None` where it is none, or has no answer code.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let message = Message::unpack(&BODY, body).ok()?;
        let text = |number: u8| {
            let text = message.text(number)?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let code = text(39)?;
        let de55 = message.bytes(55).unwrap_or_default();
        let objects = || Reader::new(de55).map_while(Result::ok);
        let authentication =
            objects().find(|object| object.tag == AUTHENTICATION).map(|found| found.value.to_vec());
        let scripts = objects()
            .filter(|object| SCRIPTS.contains(&object.tag))
            .filter_map(|object| whole(de55, object.offset, object.value_offset, object.value))
            .map(<[u8]>::to_vec)
            .collect();
        Some(Self {
            code,
            stan: text(11),
            date: text(13),
            rrn: text(37),
            auth: text(38),
            amounts: text(54),
            batch: text(60).and_then(|field| field.get(2..8).map(str::to_owned)),
            authentication,
            scripts,
        })
    }
}
