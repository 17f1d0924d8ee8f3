//! A terminal, as small as a test needs it: it selects, reads, and asks for cryptograms. It decides
//! nothing and shares no code with the cards.

use std::collections::BTreeMap;

use caisson_cards::{Atr, Card, Fault, Interface, deck};

/// GET RESPONSE in a row before a terminal gives up.
const GET_RESPONSE_MAX: usize = 16;

pub(crate) type Objects = BTreeMap<u32, Vec<u8>>;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Fault(Fault),
    Status(u16),
    Endless,
    Malformed,
}

pub(crate) struct Terminal {
    pub(crate) card: Card,
    /// What the terminal and the card have said, by tag.
    pub(crate) known: Objects,
    pub(crate) static_data: Vec<u8>,
    pub(crate) pdol_data: Vec<u8>,
    pub(crate) cdol1_data: Vec<u8>,
}

pub(crate) fn card(name: &str) -> Card {
    Card::load(&deck::profile(name).unwrap()).unwrap()
}

pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|sign| sign.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

/// Every primitive object, templates opened. `None` if the bytes are no TLV.
pub(crate) fn objects(bytes: &[u8]) -> Option<Vec<(u32, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let [first, ..] = rest {
        let constructed = first & 0x20 != 0;
        let tag_len = match rest {
            [first, second, ..] if first & 0x1F == 0x1F => 2 + usize::from(second & 0x80 != 0),
            _ => 1,
        };
        let tag = rest.get(..tag_len)?.iter().fold(0, |tag, byte| tag << 8 | u32::from(*byte));
        let (length, length_len) = match rest.get(tag_len..)? {
            [0x81, length, ..] => (usize::from(*length), 2),
            [0x82, high, low, ..] => (usize::from(*high) << 8 | usize::from(*low), 3),
            [length, ..] if *length < 0x80 => (usize::from(*length), 1),
            _ => return None,
        };
        let start = tag_len + length_len;
        let value = rest.get(start..start + length)?;
        if constructed {
            found.extend(objects(value)?);
        } else {
            found.push((tag, value.to_vec()));
        }
        rest = &rest[start + length..];
    }
    Some(found)
}

impl Terminal {
    pub(crate) fn insert(card: Card) -> Result<Self, Fault> {
        Self::meet(card, Interface::Contact).map(|(terminal, _)| terminal)
    }

    pub(crate) fn meet(mut card: Card, interface: Interface) -> Result<(Self, Atr), Fault> {
        let atr = card.power_on(interface)?;
        let known = [
            (0x9F02, "000000001200"),
            (0x9F03, "000000000000"),
            (0x9F1A, "0156"),
            (0x95, "0000000000"),
            (0x5F2A, "0156"),
            (0x9A, "261127"),
            (0x9C, "00"),
            (0x9F37, "1A2B3C4D"),
            (0x9F66, "36804000"),
            (0x8A, "3030"),
        ];
        let known = known.into_iter().map(|(tag, value)| (tag, hex(value))).collect();
        let empty = Vec::new;
        let (static_data, pdol_data, cdol1_data) = (empty(), empty(), empty());
        let terminal = Self { card, known, static_data, pdol_data, cdol1_data };
        Ok((terminal, atr))
    }

    /// One command, with GET RESPONSE where the card asks for it.
    pub(crate) fn raw(&mut self, command: &[u8]) -> Result<(Vec<u8>, u16), Stop> {
        let mut command = command.to_vec();
        let mut data = Vec::new();
        for _ in 0..GET_RESPONSE_MAX {
            let answer = self.card.transmit(&command).map_err(Stop::Fault)?;
            let (more, status) = answer.split_at(answer.len() - 2);
            data.extend(more);
            match status {
                [0x61, more] => command = vec![0x00, 0xC0, 0, 0, *more],
                [0x6C, exact] => *command.last_mut().unwrap() = *exact,
                [high, low] => return Ok((data, u16::from(*high) << 8 | u16::from(*low))),
                _ => unreachable!("two bytes"),
            }
        }
        Err(Stop::Endless)
    }

    pub(crate) fn send(&mut self, header: [u8; 4], data: &[u8]) -> Result<Vec<u8>, Stop> {
        let mut command = header.to_vec();
        if !data.is_empty() {
            command.push(u8::try_from(data.len()).unwrap());
            command.extend(data);
        }
        command.push(0);
        match self.raw(&command)? {
            (data, 0x9000) => Ok(data),
            (_, status) => Err(Stop::Status(status)),
        }
    }

    pub(crate) fn learn(&mut self, answer: &[u8]) -> Result<(), Stop> {
        for (tag, value) in objects(answer).ok_or(Stop::Malformed)? {
            self.known.insert(tag, value);
        }
        Ok(())
    }

    pub(crate) fn value(&self, tag: u32) -> &[u8] {
        self.known.get(&tag).unwrap_or_else(|| panic!("the card did not send {tag:X}"))
    }

    /// Selects by the full AID.
    pub(crate) fn select(&mut self, aid: &str) -> Result<(), Stop> {
        let answer = self.send([0, 0xA4, 4, 0], &hex(aid))?;
        self.known.remove(&0x9F38);
        self.learn(&answer)
    }

    /// The data that a list asks for; zeros for what the terminal does not know.
    pub(crate) fn listed(&self, list: &[u8]) -> Vec<u8> {
        let mut rest = list;
        let mut data = Vec::new();
        while let [first, ..] = rest {
            let tag_len = if first & 0x1F == 0x1F { 2 } else { 1 };
            let tag = rest[..tag_len].iter().fold(0, |tag, byte| tag << 8 | u32::from(*byte));
            let length = usize::from(rest[tag_len]);
            let value = self.known.get(&tag).cloned().unwrap_or_else(|| vec![0; length]);
            assert_eq!(value.len(), length, "{tag:X}");
            data.extend(value);
            rest = &rest[tag_len + 1..];
        }
        data
    }

    /// GET PROCESSING OPTIONS, and all records that its AFL names.
    pub(crate) fn begin(&mut self) -> Result<(), Stop> {
        self.pdol_data = self.listed(&self.known.get(&0x9F38).cloned().unwrap_or_default());
        let mut data = vec![0x83, u8::try_from(self.pdol_data.len()).unwrap()];
        data.extend(&self.pdol_data);
        let answer = self.send([0x80, 0xA8, 0, 0], &data)?;
        self.learn(&answer)?;
        if let Some(format_1) = self.known.remove(&0x80) {
            if format_1.len() < 2 {
                return Err(Stop::Malformed);
            }
            self.known.insert(0x82, format_1[..2].to_vec());
            self.known.insert(0x94, format_1[2..].to_vec());
        }
        if !self.known.contains_key(&0x82) {
            return Err(Stop::Malformed);
        }
        for entry in self.known.get(&0x94).cloned().unwrap_or_default().chunks(4) {
            let [sfi, first, last, signed] = entry else { return Err(Stop::Malformed) };
            for number in *first..=*last {
                let record = self.send([0, 0xB2, number, sfi | 4], &[])?;
                self.learn(&record)?;
                if number < first + signed {
                    let head = if record[1] == 0x81 { 3 } else { 2 };
                    self.static_data.extend(&record[head..]);
                }
            }
        }
        if self.known.get(&0x9F4A).is_some_and(|tags| *tags == [0x82]) {
            let aip = self.value(0x82).to_vec();
            self.static_data.extend(aip);
        }
        Ok(())
    }

    /// GENERATE AC; `p1` is what is asked for. Learns 9F27, 9F36, 9F26 (or 9F4B) and 9F10, and
    /// gives the whole answer.
    pub(crate) fn generate(&mut self, p1: u8, list: u32) -> Result<Vec<u8>, Stop> {
        let data = self.listed(self.value(list));
        let answer = self.send([0x80, 0xAE, p1, 0], &data)?;
        if list == 0x8C {
            self.cdol1_data = data;
        }
        self.learn(&answer)?;
        if let Some(format_1) = self.known.remove(&0x80) {
            for (tag, range) in [(0x9F27, 0..1), (0x9F36, 1..3), (0x9F26, 3..11)] {
                self.known.insert(tag, format_1.get(range).ok_or(Stop::Malformed)?.to_vec());
            }
            self.known.insert(0x9F10, format_1[11..].to_vec());
        }
        Ok(answer)
    }

    /// DE55: what an issuer needs.
    pub(crate) fn de55(&self) -> Vec<u8> {
        const TAGS: [u32; 15] = [
            0x9F26, 0x9F27, 0x9F10, 0x9F37, 0x9F36, 0x95, 0x9A, 0x9C, 0x9F02, 0x5F2A, 0x82, 0x9F1A,
            0x9F03, 0x5A, 0x5F34,
        ];
        let known = TAGS.iter().filter_map(|tag| Some((tag, self.known.get(tag)?)));
        known
            .flat_map(|(tag, value)| {
                let mut object: Vec<u8> =
                    tag.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
                object.push(u8::try_from(value.len()).unwrap());
                object.extend(value);
                object
            })
            .collect()
    }
}
