//! The order of the digits on a PIN pad.

/// As on every pad; the last one stands alone in its row.
const USUAL: [char; 10] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];

/// The digits in the order in which they stand: the usual one, or each order as likely as any other.
/// Where the system has no random bytes, the usual one: such a terminal makes no PIN block either.
pub(crate) fn pad(is_shuffled: bool) -> [char; 10] {
    if is_shuffled { shuffled(USUAL, random).unwrap_or(USUAL) } else { USUAL }
}

fn random() -> Option<u8> {
    let mut byte = [0];
    getrandom::fill(&mut byte).ok()?;
    Some(byte[0])
}

/// Durstenfeld's shuffle: from the last place on, each takes one of those that are left.
fn shuffled(mut digits: [char; 10], mut byte: impl FnMut() -> Option<u8>) -> Option<[char; 10]> {
    for last in (1..digits.len()).rev() {
        let left = u16::try_from(last + 1).ok()?;
        // Bytes past the largest multiple would make the first digits likelier.
        let fair = 256 - 256 % left;
        let byte = loop {
            let byte = u16::from(byte()?);
            if byte < fair {
                break byte;
            }
        };
        digits.swap(last, usize::from(byte % left));
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_moves_a_digit_and_unfair_ones_are_left_out() {
        let said = |bytes: &[u8]| {
            let mut bytes = bytes.iter().copied();
            shuffled(USUAL, || bytes.next()).map(String::from_iter)
        };
        assert_eq!(said(&[9, 8, 7, 6, 5, 4, 3, 2, 1]).unwrap(), "1234567890");
        assert_eq!(said(&[0; 9]).unwrap(), "2345678901");
        // 250 and more are no fair choice of ten, nor is 252 and more of nine.
        assert_eq!(said(&[250, 255, 0, 252, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap(), "2345678901");
        assert_eq!(said(&[0; 8]), None);
    }

    #[test]
    fn every_digit_stands_in_every_place_about_as_often() {
        let mut counts = [[0_u32; 10]; 10];
        let mut state = 7_u32;
        for _ in 0..10_000 {
            let digits = shuffled(USUAL, || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                Some(u8::try_from(state >> 24).unwrap())
            });
            for (place, digit) in digits.unwrap().into_iter().enumerate() {
                counts[place][usize::try_from(digit.to_digit(10).unwrap()).unwrap()] += 1;
            }
        }
        // 1,000 are expected; six standard deviations are 180.
        assert!(counts.iter().flatten().all(|count| (820..1_180).contains(count)), "{counts:?}");
    }

    #[test]
    fn it_is_only_shuffled_where_it_is_asked_for() {
        assert_eq!(String::from_iter(pad(false)), "1234567890");
        let mut sorted = pad(true);
        sorted.sort_unstable();
        assert_eq!(String::from_iter(sorted), "0123456789");
        // That twelve are all the usual one happens once in 10 to the 78th.
        assert!((0..12).any(|_| pad(true) != USUAL));
    }
}
