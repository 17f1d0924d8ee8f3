//! The card reader that a profile names, and the hand that holds cards to an emulated one.

use crate::command::CardDeed;
use crate::error::CliError;
use caisson_terminal::{CardReaderProfile, CardReaderSource};

/// The reader, and the customers' cards where it is an emulated one.
pub(crate) type Reader = (Box<dyn CardReaderSource>, Option<Cards>);

/// The customers' cards.
#[cfg(feature = "desktop")]
pub(crate) struct Cards(caisson_scenarios::Cards);

/// Nobody can make one.
#[cfg(not(feature = "desktop"))]
pub(crate) enum Cards {}

impl Cards {
    /// Does it.
    ///
    /// # Errors
    /// Why it cannot be done, in one sentence.
    #[cfg(feature = "desktop")]
    pub(crate) fn act(&self, deed: &CardDeed) -> Result<(), String> {
        let done = match deed {
            CardDeed::Insert(name) => self.0.insert(name),
            CardDeed::Tap(name) => self.0.tap(name),
            CardDeed::Swipe(name) => self.0.swipe(name),
            CardDeed::Take => {
                self.0.remove();
                Ok(())
            }
        };
        done.map_err(|error| error.to_string())
    }

    #[cfg(not(feature = "desktop"))]
    pub(crate) fn act(&self, _: &CardDeed) -> Result<(), String> {
        match *self {}
    }
}

/// What `profile` names.
pub(crate) fn card_reader(profile: &CardReaderProfile) -> Result<Reader, CliError> {
    match profile {
        #[cfg(feature = "desktop")]
        CardReaderProfile::Emulated {} => {
            let cards = caisson_scenarios::Cards::default();
            Ok((Box::new(cards.clone()), Some(Cards(cards))))
        }
        #[cfg(not(feature = "desktop"))]
        CardReaderProfile::Emulated {} => Err(CliError::environment(
            "card-reader.driver is emulated, and a device build has no emulator",
        )
        .hinted("write pcsc there, or run a desktop build")),
        #[cfg(all(target_os = "linux", feature = "card-reader"))]
        CardReaderProfile::Pcsc { readers, stripe } => {
            Ok((Box::new(real::Pcsc::new(readers, stripe.as_deref())), None))
        }
        #[cfg(not(all(target_os = "linux", feature = "card-reader")))]
        CardReaderProfile::Pcsc { .. } => {
            Err(CliError::environment("card-reader.driver is pcsc, which this build leaves out")
                .hinted("build for Linux with `--features card-reader`"))
        }
    }
}

#[cfg(all(target_os = "linux", feature = "card-reader"))]
mod real {
    use async_trait::async_trait;
    use caisson_devices::card_reader::{CardReader, CardReaderError};
    use caisson_devices::linux::card_reader::{LinuxCardReader, Options, ReaderRule, StripeDevice};
    use caisson_terminal::CardReaderSource;

    /// The readers of the PC/SC service. Nothing is opened before a card is wanted.
    pub(super) struct Pcsc(Options);

    impl Pcsc {
        pub(super) fn new(readers: &[String], stripe: Option<&str>) -> Self {
            let rule = |part: &String| ReaderRule { part: part.clone(), interface: None };
            Self(Options {
                name: "card-reader".to_owned(),
                cards: Some(readers.iter().map(rule).collect()),
                stripe: stripe.map(|name| StripeDevice::Name(name.to_owned())),
            })
        }
    }

    #[async_trait]
    impl CardReaderSource for Pcsc {
        async fn open(&self) -> Result<Box<dyn CardReader>, CardReaderError> {
            Ok(Box::new(LinuxCardReader::open(self.0.clone())?))
        }
    }
}
