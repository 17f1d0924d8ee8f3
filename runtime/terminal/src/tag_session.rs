//! What one call of an app gets of tags from this terminal.
//!
//! A recovery has no customer: nothing is detected there. Whoever holds a payment card to the reader
//! is told so by the host, in the host's words, before the app hears of it.

use crate::card::no_reader;
use crate::session::TillSession;
use async_trait::async_trait;
use caisson_core::language::Text;
use caisson_core::permission::{Nfc, Permit};
use caisson_core::view::View;
use caisson_host::{CardStop, FoundTag, TagSession, TagStop, UiStop};
use std::time::Duration;
use tokio::time::Instant;

/// How long a payment card may take to be taken away: as the contract says.
const AWAY_WAIT: Duration = Duration::from_secs(10);
/// What its holder reads.
const PAYMENT_CARD: Text = Text {
    zh: "这是付款卡，请移开，并出示会员卡",
    en: "This is a payment card. Take it away; hold the tag.",
};

#[async_trait]
impl TagSession for TillSession {
    async fn detect_tag(
        &self,
        permit: Permit<Nfc>,
        prompt: String,
        within: Duration,
    ) -> Result<FoundTag, TagStop> {
        let keys = self.keys().map_err(|stop| match stop {
            UiStop::Cancelled => CardStop::Cancelled,
            UiStop::Timeout | UiStop::HostSaysHowItEnded => CardStop::Timeout,
        })?;
        let reader = self.inner.equipment.card_reader.as_ref();
        reader.ok_or_else(no_reader)?;
        let rules = &self.hosted.manifest.tags;
        let deadline = Instant::now() + within;
        self.show_view(View::PresentCard { prompt }, Some(deadline));
        let found = self.tag.detect(reader, &permit, rules, deadline, keys).await;
        if found == Err(TagStop::PaymentCard) {
            let app = self.hosted.manifest.id.as_str();
            tracing::warn!(app, "a payment card was held to the reader, and not handed over");
            let until = Instant::now() + AWAY_WAIT;
            let prompt = PAYMENT_CARD.in_language(self.inner.language()).to_owned();
            self.show_view(View::PresentCard { prompt }, Some(until));
            self.tag.cleared(&permit, until, keys).await;
        }
        self.show_view(View::Wait, None);
        found
    }

    async fn select_on_tag(
        &self,
        _permit: Permit<Nfc>,
        number: u32,
        aid: Vec<u8>,
    ) -> Result<Vec<u8>, TagStop> {
        self.tag.select(number, &self.hosted.manifest.tags, &aid).await
    }

    async fn transmit_to_tag(
        &self,
        _permit: Permit<Nfc>,
        number: u32,
        command: Vec<u8>,
    ) -> Result<Vec<u8>, TagStop> {
        self.tag.transmit(number, &command).await
    }

    async fn read_tag(&self, _permit: Permit<Nfc>, number: u32) -> Result<Vec<u8>, TagStop> {
        self.tag.read(number).await
    }

    async fn leave_tag(&self, number: u32) {
        self.tag.leave(number).await;
    }
}
