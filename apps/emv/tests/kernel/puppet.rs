//! A card that says what a test wants: for what no card of the deck would ever do.

use caisson_emv::{Card, CardError, Cardholder, Choice, PinKey, PinMethod, PinResult};

/// Answers by a function of the command.
pub(crate) struct Puppet<F> {
    pub(crate) answer: F,
    /// Commands so far.
    pub(crate) commands: Vec<Vec<u8>>,
}

impl<F: FnMut(&[u8]) -> Vec<u8>> Puppet<F> {
    pub(crate) fn new(answer: F) -> Self {
        Self { answer, commands: Vec::new() }
    }
}

impl<F: FnMut(&[u8]) -> Vec<u8>> Card for Puppet<F> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, CardError> {
        assert!((4..=261).contains(&command.len()));
        self.commands.push(command.to_vec());
        Ok((self.answer)(command))
    }
}

/// Somebody whose PIN is right and who takes the first of what is offered.
pub(crate) struct Anybody;

impl Cardholder for Anybody {
    fn offline_pin(&mut self, _: PinMethod, _: Option<&PinKey>) -> PinResult {
        PinResult::Verified
    }

    fn online_pin(&mut self, _: &str) -> PinResult {
        PinResult::Verified
    }

    fn choose(&mut self, choices: &[Choice]) -> Option<usize> {
        assert!((1..=30).contains(&choices.len()));
        assert!(choices.iter().all(|choice| (1..=40).contains(&choice.label.chars().count())));
        Some(0)
    }
}

/// An object with a length of up to 255 bytes.
pub(crate) fn tlv(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = tag.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    let length = u8::try_from(value.len()).unwrap();
    if length > 0x7F {
        out.push(0x81);
    }
    out.push(length);
    out.extend(value);
    out
}

/// Data with 9000.
pub(crate) fn good(data: &[u8]) -> Vec<u8> {
    [data, &[0x90, 0x00]].concat()
}

/// The answer to the selection of `aid` with these objects within A5.
pub(crate) fn fci(aid: &[u8], proprietary: &[Vec<u8>]) -> Vec<u8> {
    let inner = [tlv(0x84, aid), tlv(0xA5, &proprietary.concat())].concat();
    good(&tlv(0x6F, &inner))
}
