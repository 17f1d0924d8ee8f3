//! The tag that one call of an app has before it: found, asked whether it is a payment card, and
//! only then spoken to.
//!
//! Guarantees: no command of an app reaches a card that has not denied being a payment card, nor a
//! tag of a kind that the app's manifest does not list. What reaches a tag is a SELECT of a listed
//! AID, or a command that `core::tag` lets through, after such a SELECT has succeeded: what answers
//! before is an application that nobody has listed. A handle reaches its own tag or none. The
//! reader is the one of the card app, and one call has it at a time.
//!
//! Deliberately not here: the list (`core::tag`, from the manifest), the screen (`tag_session`).

use crate::card::{Open, SharedReader, of_reader};
use crate::keys::Keys;
use caisson_core::permission::{Nfc, Permit};
use caisson_core::tag::{
    DIRECTORIES, TagKind, TagRules, check_command, is_no_payment_card, is_selected,
};
use caisson_devices::card_reader::{
    Access, CardError, CardSession, Command, Detected, Wanted, kind_of,
};
use caisson_host::{CardStop, FoundTag, TagStop};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Longest that a tag may take for one answer, and for its whole memory: as the contract says.
const ANSWER_WAIT: Duration = Duration::from_secs(10);
/// Longest that a card may take to deny that it is a payment card, each time; real ones take some
/// hundredths of a second. Whoever is asked stands there and waits.
const DENIAL_WAIT: Duration = Duration::from_secs(2);
/// Where a Type 2 tag says how long its data area is, and where that begins (NFC Forum Type 2 Tag,
/// 4.6): pages of four bytes.
const CONTAINER_PAGE: u8 = 3;
const DATA_PAGE: u8 = 4;
/// First byte of a capability container.
const CONTAINER_MAGIC: u8 = 0xE1;
/// Bytes for each unit of the container's length.
const LENGTH_UNIT_BYTES: usize = 8;
/// Longest data area, in bytes: as the contract says; what four pages at a time reach.
const MEMORY_BYTES_MAX: usize = 1_008;
/// Pages and bytes that one command reads.
const PAGES_AT_ONCE: u8 = 4;
const BYTES_AT_ONCE: usize = 16;

/// What one call has of tags; nothing before its first `detect`.
#[derive(Default)]
pub(crate) struct TagAtHand(Mutex<Tags>);

#[derive(Default)]
struct Tags {
    open: Option<Open>,
    /// Of the last `detect`; an earlier number is a tag that is gone.
    number: u32,
    /// Of the tag at hand; `None` before it has denied being a payment card.
    kind: Option<TagKind>,
    /// True while an application that the manifest lists is the one that answers.
    is_selected: bool,
}

impl TagAtHand {
    /// Waits for the first tag, until `deadline` or Cancel, and asks it whether it is a payment
    /// card. What is not handed over must go before the next one is looked for.
    pub(crate) async fn detect(
        &self,
        from: Option<&SharedReader>,
        permit: &Permit<Nfc>,
        rules: &TagRules,
        deadline: Instant,
        keys: &Keys,
    ) -> Result<FoundTag, TagStop> {
        let mut tags = self.0.lock().await;
        let tags = &mut *tags;
        tags.number = tags.number.saturating_add(1);
        (tags.kind, tags.is_selected) = (None, false);
        let open = Open::hold(&mut tags.open, from).await?;
        open.session = None; // a tag that was found before loses its power
        let meeting = async {
            let access = Access::Tags(permit);
            let found = open.first(access, Wanted::CONTACTLESS, deadline).await;
            open.must_clear = true;
            let mut session = match found {
                Ok(Detected::Contactless(session)) => session,
                Ok(Detected::SeveralCards) => return Err(CardStop::Several.into()),
                Ok(Detected::Chip(_) | Detected::MuteChip | Detected::Stripe(_)) => {
                    let detail = "the reader found what is no tag".to_owned();
                    return Err(CardStop::Other(detail).into());
                }
                Err(error) => {
                    open.must_clear = false;
                    return Err(of_reader(&error).into());
                }
            };
            let kind = meet(&mut session, rules).await?;
            open.must_clear = false;
            Ok::<_, TagStop>((session, kind))
        };
        let (session, kind) = tokio::select! {
            biased;
            () = keys.cancelled() => return Err(CardStop::Cancelled.into()),
            met = meeting => met?,
        };
        open.session = Some(session);
        tags.kind = Some(kind);
        Ok(FoundTag { number: tags.number, kind })
    }

    /// Waits until nothing lies before the reader, until `until` or Cancel.
    pub(crate) async fn cleared(&self, permit: &Permit<Nfc>, until: Instant, keys: &Keys) {
        let mut tags = self.0.lock().await;
        let Some(open) = tags.open.as_mut() else { return };
        let gone = tokio::select! {
            biased;
            () = keys.cancelled() => return,
            gone = open.cleared(Access::Tags(permit), until) => gone,
        };
        // Else the next `detect` waits for it again.
        open.must_clear = gone.is_err();
    }

    /// Selects a listed application of the tag `number`.
    pub(crate) async fn select(
        &self,
        number: u32,
        rules: &TagRules,
        aid: &[u8],
    ) -> Result<Vec<u8>, TagStop> {
        let mut tags = self.0.lock().await;
        let session = tags.at_hand(number, TagKind::Iso14443Part4)?;
        let command = command(&rules.select(aid)?)?;
        let answer = session.transmit(&command, ANSWER_WAIT).await;
        tags.is_selected = false;
        let answer = answer.map_err(|error| of_tag(&error))?;
        tags.is_selected = is_selected(answer.status());
        Ok(answer.to_bytes().to_vec())
    }

    /// Sends a command to the application that is selected.
    pub(crate) async fn transmit(&self, number: u32, bytes: &[u8]) -> Result<Vec<u8>, TagStop> {
        let mut tags = self.0.lock().await;
        let has_selected = tags.is_selected;
        let session = tags.at_hand(number, TagKind::Iso14443Part4)?;
        check_command(bytes)?;
        let command = command(bytes)?;
        if !has_selected {
            return Err(TagStop::NothingSelected);
        }
        let answer = session.transmit(&command, ANSWER_WAIT).await;
        Ok(answer.map_err(|error| of_tag(&error))?.to_bytes().to_vec())
    }

    /// The data area of a tag that is memory.
    pub(crate) async fn read(&self, number: u32) -> Result<Vec<u8>, TagStop> {
        let mut tags = self.0.lock().await;
        let session = tags.at_hand(number, TagKind::Type2)?;
        let until = Instant::now() + ANSWER_WAIT;
        let container = pages(session, CONTAINER_PAGE, until).await?;
        let length = match container {
            [CONTAINER_MAGIC, _, units, ..] => usize::from(units) * LENGTH_UNIT_BYTES,
            _ => return Err(unreadable("no capability container is in page 3")),
        };
        let length = length.min(MEMORY_BYTES_MAX);
        let mut data = Vec::with_capacity(MEMORY_BYTES_MAX);
        let mut page = DATA_PAGE;
        while data.len() < length {
            data.extend_from_slice(&pages(session, page, until).await?);
            page = page.saturating_add(PAGES_AT_ONCE);
        }
        // Past the last page a tag begins again with its first, which holds the UID.
        data.truncate(length);
        Ok(data)
    }

    /// Takes the power of the tag `number`, if it is at hand.
    pub(crate) async fn leave(&self, number: u32) {
        let mut tags = self.0.lock().await;
        if tags.number == number
            && let Some(open) = tags.open.as_mut()
        {
            open.session = None;
        }
    }
}

impl Tags {
    /// The tag `number`, if it is still the one at hand and of this kind.
    fn at_hand(&mut self, number: u32, kind: TagKind) -> Result<&mut CardSession, TagStop> {
        match self.kind {
            Some(own) if self.number == number && own != kind => {
                Err(TagStop::WrongKind(format!("a tag of the type {own} has no such function")))
            }
            Some(_) if self.number == number => {
                let session = self.open.as_mut().and_then(|open| open.session.as_mut());
                session.ok_or_else(|| CardStop::Removed.into())
            }
            _ => Err(CardStop::Removed.into()),
        }
    }
}

/// What a card with power is to this app, after it has denied being a payment card.
async fn meet(session: &mut CardSession, rules: &TagRules) -> Result<TagKind, TagStop> {
    let kind = kind_of(session);
    // Memory takes no commands, and no payment card is memory.
    if kind == Some(TagKind::Iso14443Part4) {
        for directory in DIRECTORIES {
            let answer = session.transmit(&command(directory)?, DENIAL_WAIT).await;
            let answer = answer.map_err(|error| of_tag(&error))?;
            if !is_no_payment_card(answer.status(), !answer.data().is_empty()) {
                return Err(TagStop::PaymentCard);
            }
        }
    }
    let name = kind.map_or("memory of a kind that is not read here", TagKind::name);
    kind.filter(|kind| rules.kinds.contains(kind)).ok_or_else(|| {
        TagStop::WrongKind(format!("{name}; the manifest's [nfc] tag-types do not list it"))
    })
}

/// 16 bytes from `page` on.
async fn pages(
    session: &mut CardSession,
    page: u8,
    until: Instant,
) -> Result<[u8; BYTES_AT_ONCE], TagStop> {
    let within = until.saturating_duration_since(Instant::now());
    let answer = session.transmit(&Command::read_pages(page), within).await;
    let answer = answer.map_err(|error| of_tag(&error))?;
    match <[u8; BYTES_AT_ONCE]>::try_from(answer.data()) {
        Ok(bytes) if answer.status() == 0x9000 => Ok(bytes),
        _ => Err(unreadable(&format!("page {page} is not read"))),
    }
}

fn command(bytes: &[u8]) -> Result<Command, TagStop> {
    Command::new(bytes).map_err(|error| TagStop::BadCommand(error.to_string()))
}

fn unreadable(detail: &str) -> TagStop {
    CardStop::Unreadable(detail.to_owned()).into()
}

fn of_tag(error: &CardError) -> TagStop {
    match error {
        CardError::Removed | CardError::Spent => CardStop::Removed.into(),
        CardError::Timeout { .. } => CardStop::Timeout.into(),
        CardError::Unplugged => CardStop::Offline(error.to_string()).into(),
        CardError::Endless | CardError::Malformed { .. } | CardError::Broken { .. } => {
            unreadable(&error.to_string())
        }
    }
}
