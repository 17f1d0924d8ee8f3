//! A stripe reader that pretends to be a keyboard.
//!
//! Guarantees: it is grabbed while it is open, so its keys reach nobody else; a swipe that stops in
//! the middle ends after [`GAP_MAX`]; what was swiped before somebody waited is thrown away. A
//! reader that was unplugged, or whose grab the system took away, is an error once, and is looked
//! for and grabbed again by the next wait. Until then a reader plugged in again types for everybody.

use std::io;
use std::path::PathBuf;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use evdev::raw_stream::{EventStream, RawDevice};
use evdev::{EventSummary, SynchronizationCode};
use tokio::time::{Instant, sleep_until};

use super::failed;
use super::keys::{Decoder, Key};
use crate::card_reader::{CardReaderError, Stripe};

/// Longest pause within a swipe. Readers type a key every 1 to 16 ms, when the card is through.
const GAP_MAX: Duration = Duration::from_millis(300);
/// Most reads that throw away what was typed before a wait. Each empties the kernel's queue, so a
/// second one mostly finds nothing.
const OLD_READS_MAX: usize = 64;

/// Which keyboard is the stripe reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StripeDevice {
    /// The one with this name.
    Name(String),
    /// The one with these numbers of the USB.
    Id {
        /// The vendor's.
        vendor: u16,
        /// The product's.
        product: u16,
    },
}

impl StripeDevice {
    fn name(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Id { vendor, product } => format!("{vendor:04x}:{product:04x}"),
        }
    }

    fn is(&self, device: &RawDevice) -> bool {
        match self {
            Self::Name(name) => device.name() == Some(name),
            Self::Id { vendor, product } => {
                let id = device.input_id();
                (id.vendor(), id.product()) == (*vendor, *product)
            }
        }
    }
}

/// Where keys come from.
#[async_trait]
trait KeySource: Send {
    /// Waits for the next key, for ever if there is none. Dropping the future loses none.
    async fn next(&mut self) -> io::Result<Key>;

    /// Throws away every key that is there already.
    fn drain(&mut self) -> io::Result<()>;
}

/// An open stripe reader, or one that is to be opened again.
pub(super) struct StripeReader {
    device: StripeDevice,
    source: Option<Box<dyn KeySource>>,
    decoder: Decoder,
    heard_at: Instant,
}

impl StripeReader {
    /// Finds the reader and grabs it.
    pub(super) fn open(device: StripeDevice) -> Result<Self, CardReaderError> {
        let source: Box<dyn KeySource> = Box::new(grab(&device)?);
        Ok(Self::new(device, source))
    }

    fn new(device: StripeDevice, source: Box<dyn KeySource>) -> Self {
        let (decoder, heard_at) = (Decoder::new(), Instant::now());
        Self { device, source: Some(source), decoder, heard_at }
    }

    /// Forgets what was swiped before, and opens the reader again if it had gone away.
    pub(super) fn begin(&mut self) -> Result<(), CardReaderError> {
        self.decoder = Decoder::new();
        let Some(source) = &mut self.source else {
            self.source = Some(Box::new(grab(&self.device)?));
            return Ok(());
        };
        source.drain().map_err(|error| self.lost(&error))
    }

    /// Waits for a whole swipe, however long that takes.
    pub(super) async fn swiped(&mut self) -> Result<Stripe, CardReaderError> {
        loop {
            let Some(source) = &mut self.source else {
                return Err(CardReaderError::Unplugged { reader: self.device.name() });
            };
            let gap = sleep_until(self.heard_at + GAP_MAX);
            let key = tokio::select! {
                key = source.next() => Some(key),
                () = gap, if self.decoder.is_busy() => None,
            };
            let ended = match key {
                None => self.decoder.pause(),
                Some(Err(error)) => return Err(self.lost(&error)),
                Some(Ok(key)) => {
                    self.heard_at = Instant::now();
                    self.decoder.feed(key)
                }
            };
            let reader = || self.device.name();
            if let Some(stripe) = ended {
                let misread = |cause| CardReaderError::Misread { reader: reader(), cause };
                return stripe.map_err(misread);
            }
        }
    }

    fn lost(&mut self, error: &io::Error) -> CardReaderError {
        self.source = None;
        let reader = self.device.name();
        match error.raw_os_error() {
            // Also when the grab was revoked: the kernel says so of both.
            Some(NO_SUCH_DEVICE) => CardReaderError::Unplugged { reader },
            _ => failed(&reader, error),
        }
    }
}

/// `ENODEV` of `errno.h`.
const NO_SUCH_DEVICE: i32 = 19;

/// Finds the device among all that send events, and grabs it.
fn grab(device: &StripeDevice) -> Result<Keyboard, CardReaderError> {
    let reader = device.name();
    let mut is_refused = false;
    let folder = std::fs::read_dir("/dev/input");
    let mut nodes: Vec<PathBuf> = folder
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    nodes.retain(|path| {
        path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"event"))
    });
    nodes.sort();
    for node in nodes {
        let mut found = match RawDevice::open(node) {
            Ok(found) if device.is(&found) => found,
            Ok(_) => continue,
            Err(error) => {
                is_refused |= error.kind() == io::ErrorKind::PermissionDenied;
                continue;
            }
        };
        return match found.grab() {
            Ok(()) => found.into_event_stream().map(Keyboard).map_err(|e| failed(&reader, &e)),
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                Err(CardReaderError::Busy { reader })
            }
            Err(error) => Err(failed(&reader, &error)),
        };
    }
    Err(match is_refused {
        true => CardReaderError::Refused { reader },
        false => CardReaderError::Missing { reader },
    })
}

/// A grabbed keyboard.
struct Keyboard(EventStream);

impl Keyboard {
    /// The key of an event; none for all that is no key, and for a key that is held down.
    fn key(event: evdev::InputEvent) -> Option<Key> {
        match event.destructure() {
            EventSummary::Key(_, code, 1) => Some(Key::Pressed(code)),
            EventSummary::Key(_, code, 0) => Some(Key::Released(code)),
            EventSummary::Synchronization(_, SynchronizationCode::SYN_DROPPED, _) => {
                Some(Key::Lost)
            }
            _ => None,
        }
    }
}

#[async_trait]
impl KeySource for Keyboard {
    async fn next(&mut self) -> io::Result<Key> {
        loop {
            if let Some(key) = Self::key(self.0.next_event().await?) {
                return Ok(key);
            }
        }
    }

    fn drain(&mut self) -> io::Result<()> {
        let mut context = Context::from_waker(Waker::noop());
        // First what the stream has read before. Then the device itself: the stream asks it only
        // when the runtime has heard that there is something, which may be later.
        while let Poll::Ready(event) = self.0.poll_event(&mut context) {
            event?;
        }
        for _ in 0..OLD_READS_MAX {
            match self.0.device_mut().fetch_events() {
                Ok(events) => drop(events),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::super::keys::tests::typed;
    use super::*;
    use crate::card_reader::StripeError;

    const TRACK_2: &str = "9999990000000014=30122010000000";

    /// Gives what the test sends; when it hangs up, what the kernel says of a lost keyboard.
    struct Fake(mpsc::UnboundedReceiver<Key>);

    #[async_trait]
    impl KeySource for Fake {
        async fn next(&mut self) -> io::Result<Key> {
            let lost = io::Error::from_raw_os_error(NO_SUCH_DEVICE);
            self.0.recv().await.ok_or(lost)
        }

        fn drain(&mut self) -> io::Result<()> {
            loop {
                match self.0.try_recv() {
                    Ok(_) => {}
                    Err(mpsc::error::TryRecvError::Empty) => return Ok(()),
                    Err(mpsc::error::TryRecvError::Disconnected) => {
                        return Err(io::Error::from_raw_os_error(NO_SUCH_DEVICE));
                    }
                }
            }
        }
    }

    fn open() -> (mpsc::UnboundedSender<Key>, StripeReader) {
        let (send, keys) = mpsc::unbounded_channel();
        let device = StripeDevice::Id { vendor: 0x0801, product: 2 };
        (send, StripeReader::new(device, Box::new(Fake(keys))))
    }

    fn swipe(keyboard: &mpsc::UnboundedSender<Key>, text: &str) {
        for key in typed(text) {
            keyboard.send(key).unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_swipe_is_read_and_one_from_before_is_thrown_away() {
        let (keyboard, mut reader) = open();
        swipe(&keyboard, ";9999990000000022=3012101?\n");
        reader.begin().unwrap();
        swipe(&keyboard, &format!(";{TRACK_2}?\n"));
        assert_eq!(reader.swiped().await.unwrap().track_2().expose(), TRACK_2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_swipe_that_stops_is_told_after_the_gap_and_the_next_is_read() {
        let (keyboard, mut reader) = open();
        reader.begin().unwrap();
        swipe(&keyboard, ";99999900");
        let begin = Instant::now();
        let error = reader.swiped().await.unwrap_err();
        let (reader_name, cause) = ("0801:0002".to_owned(), StripeError::Incomplete);
        assert_eq!(error, CardReaderError::Misread { reader: reader_name, cause });
        assert_eq!(begin.elapsed().as_millis() / 10, GAP_MAX.as_millis() / 10);
        swipe(&keyboard, &format!(";{TRACK_2}?"));
        assert_eq!(reader.swiped().await.unwrap().track_2().expose(), TRACK_2);
    }

    #[tokio::test]
    async fn a_lost_keyboard_or_grab_is_an_error_and_is_looked_for_again() {
        let gone = CardReaderError::Unplugged { reader: "0801:0002".to_owned() };
        let (keyboard, mut reader) = open();
        reader.begin().unwrap();
        drop(keyboard);
        assert_eq!(reader.swiped().await.unwrap_err(), gone);
        assert_eq!(reader.swiped().await.unwrap_err(), gone);
        // No such keyboard is on this machine.
        let missing = CardReaderError::Missing { reader: "0801:0002".to_owned() };
        assert_eq!(reader.begin(), Err(missing));
        let (keyboard, mut reader) = open();
        drop(keyboard);
        assert_eq!(reader.begin(), Err(gone));
    }

    #[test]
    fn a_keyboard_that_is_not_there_is_missing_by_its_name() {
        let device = StripeDevice::Name("No such reader".to_owned());
        let error = StripeReader::open(device).err().unwrap();
        assert_eq!(
            error.to_string(),
            "card reader No such reader: not there; check the cable and the device profile"
        );
    }
}
