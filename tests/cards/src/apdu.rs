//! Command APDUs (ISO/IEC 7816-3, 12.1.3, short form) and the words that a card answers with.

/// Longest short command: header, length, 255 bytes of data, expected length.
pub(crate) const COMMAND_BYTES_MAX: usize = 261;

/// A status word. Names are those of ISO/IEC 7816-4, 5.6 and EMV Book 3, 6.3.5.
pub(crate) type Sw = u16;

pub(crate) const OK: Sw = 0x9000;
pub(crate) const FILE_INVALIDATED: Sw = 0x6283;
pub(crate) const AUTHENTICATION_FAILED: Sw = 0x6300;
pub(crate) const WRONG_LENGTH: Sw = 0x6700;
pub(crate) const SECURITY_NOT_SATISFIED: Sw = 0x6982;
pub(crate) const METHOD_BLOCKED: Sw = 0x6983;
pub(crate) const DATA_INVALIDATED: Sw = 0x6984;
pub(crate) const CONDITIONS_NOT_SATISFIED: Sw = 0x6985;
pub(crate) const NOT_ALLOWED: Sw = 0x6986;
pub(crate) const SECURE_MESSAGING_WRONG: Sw = 0x6988;
pub(crate) const WRONG_DATA: Sw = 0x6A80;
pub(crate) const NOT_SUPPORTED: Sw = 0x6A81;
pub(crate) const FILE_NOT_FOUND: Sw = 0x6A82;
pub(crate) const RECORD_NOT_FOUND: Sw = 0x6A83;
pub(crate) const WRONG_P1_P2: Sw = 0x6A86;
pub(crate) const DATA_NOT_FOUND: Sw = 0x6A88;
pub(crate) const UNKNOWN_INS: Sw = 0x6D00;
pub(crate) const UNKNOWN_CLA: Sw = 0x6E00;

/// A command in its parts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Command<'a> {
    pub(crate) cla: u8,
    pub(crate) ins: u8,
    pub(crate) p1: u8,
    pub(crate) p2: u8,
    pub(crate) data: &'a [u8],
    /// Bytes that may come back; `None` if none are asked for.
    pub(crate) le: Option<usize>,
}

impl<'a> Command<'a> {
    /// Reads cases 1 to 4.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Sw> {
        let (header, body) = bytes.split_first_chunk::<4>().ok_or(WRONG_LENGTH)?;
        let [cla, ins, p1, p2] = *header;
        let (data, le): (&[u8], _) = match body {
            [] => (&[], None),
            [le] => (&[], Some(*le)),
            [lc, rest @ ..] => match rest.split_at_checked(usize::from(*lc)) {
                Some((data, [])) if *lc > 0 => (data, None),
                Some((data, [le])) if *lc > 0 => (data, Some(*le)),
                _ => return Err(WRONG_LENGTH),
            },
        };
        let le = le.map(|le| if le == 0 { 256 } else { usize::from(le) });
        Ok(Self { cla, ins, p1, p2, data, le })
    }

    /// CLA, INS, P1, P2 and the length of the data: what a script's MAC begins with.
    pub(crate) fn header(&self) -> [u8; 5] {
        [self.cla, self.ins, self.p1, self.p2, u8::try_from(self.data.len()).unwrap_or(0)]
    }
}

/// An answer: data, and a word that says how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) data: Vec<u8>,
    pub(crate) sw: Sw,
}

impl Reply {
    pub(crate) const fn ok(data: Vec<u8>) -> Self {
        Self { data, sw: OK }
    }

    pub(crate) const fn word(sw: Sw) -> Self {
        Self { data: Vec::new(), sw }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.data;
        bytes.extend(self.sw.to_be_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Result<(&[u8], Option<usize>), Sw>) {
        let parsed = Command::parse(bytes).map(|command| (command.data, command.le));
        assert_eq!(parsed, expected);
    }

    #[test]
    fn the_four_cases_of_a_command_are_told_apart() {
        check(&[0, 0xA4, 4, 0], Ok((&[], None)));
        check(&[0, 0xB2, 1, 0x0C, 0], Ok((&[], Some(256))));
        check(&[0, 0x20, 0, 0x80, 1, 9], Ok((&[9], None)));
        check(&[0, 0xA4, 4, 0, 1, 9, 16], Ok((&[9], Some(16))));
        check(&[0, 0xA4, 4], Err(WRONG_LENGTH));
        check(&[0, 0xA4, 4, 0, 2, 9], Err(WRONG_LENGTH));
        check(&[0, 0xA4, 4, 0, 1, 9, 0, 0], Err(WRONG_LENGTH));
        check(&[0, 0xA4, 4, 0, 0, 0, 1], Err(WRONG_LENGTH));
    }
}
