//! A person who keys a PIN, and the host's part of an offline PIN: it talks to the card itself.

use crate::wire::Wire;
use caisson_emv::{Card, Cardholder, Choice, PinKey, PinMethod, PinResult};

pub(crate) struct Person {
    wire: Wire,
    /// What is keyed, attempt by attempt; the last one again and again.
    pub(crate) keys: Vec<&'static str>,
    /// What becomes of a PIN that goes online.
    pub(crate) online: PinResult,
    /// What becomes of an offline PIN before anything is keyed.
    pub(crate) offline: Option<PinResult>,
    pub(crate) choice: Option<usize>,
    /// What they were asked.
    pub(crate) asked: Vec<String>,
    /// The key that a PIN was to be enciphered with.
    pub(crate) key: Option<PinKey>,
}

impl Person {
    pub(crate) fn new(wire: &Wire) -> Self {
        Self {
            wire: wire.clone(),
            keys: vec!["1234"],
            online: PinResult::Verified,
            offline: None,
            choice: Some(0),
            asked: Vec::new(),
            key: None,
        }
    }

    /// VERIFY for `pin`; its status word, none where the card is gone.
    fn verify(&mut self, pin: &str, key: Option<&PinKey>) -> Option<u16> {
        // ISO 9564-1, format 2.
        let mut block = format!("2{}{pin}", pin.len());
        while block.len() < 16 {
            block.push('F');
        }
        let block: Vec<u8> =
            (0..8).map(|at| u8::from_str_radix(&block[at * 2..at * 2 + 2], 16).unwrap()).collect();
        let command = match key {
            None => [&[0x00, 0x20, 0x00, 0x80, 0x08], block.as_slice()].concat(),
            Some(key) => {
                let challenge = self.wire.transmit(&[0x00, 0x84, 0x00, 0x00, 0x00]).ok()?;
                let challenge = challenge.get(..8)?.try_into().ok()?;
                let data = emv::core::pin_encipherment::enciphered_pin_data(
                    block.try_into().unwrap(),
                    challenge,
                    &vec![0x5A; key.modulus.len() - 17],
                    &key.modulus,
                    &key.exponent,
                )
                .unwrap();
                let length = u8::try_from(data.len()).unwrap();
                [&[0x00, 0x20, 0x00, 0x88, length], data.as_slice()].concat()
            }
        };
        let answer = self.wire.transmit(&command).ok()?;
        Some(u16::from_be_bytes(*answer.last_chunk()?))
    }
}

impl Cardholder for Person {
    fn offline_pin(&mut self, method: PinMethod, key: Option<&PinKey>) -> PinResult {
        self.asked.push(format!("{method:?} PIN"));
        self.key = key.cloned();
        if let Some(result) = self.offline {
            return result;
        }
        assert_eq!(key.is_some(), method == PinMethod::Enciphered);
        for attempt in 0.. {
            let pin = self.keys[attempt.min(self.keys.len() - 1)];
            match self.verify(pin, key) {
                Some(0x9000) => return PinResult::Verified,
                Some(0x6983 | 0x6984 | 0x63C0) => return PinResult::Blocked,
                Some(word) if word & 0xFFF0 == 0x63C0 => {}
                _ => return PinResult::Failed,
            }
        }
        unreachable!()
    }

    fn online_pin(&mut self, pan: &str) -> PinResult {
        self.asked.push(format!("online PIN of {} digits", pan.len()));
        self.online
    }

    fn choose(&mut self, choices: &[Choice]) -> Option<usize> {
        let labels: Vec<&str> = choices.iter().map(|choice| choice.label.as_str()).collect();
        self.asked.push(format!("one of {}", labels.join(", ")));
        self.choice
    }
}
