use proptest::prelude::*;

use super::*;

const TRACK_1: &str = "B9999990000000014^DOE/JANE^30122010000000";
const TRACK_2: &str = "9999990000000014=30122010000000";

/// The keys that type a text, as a stripe reader sends them; a line break is Enter.
pub(in super::super) fn typed(text: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    for wanted in text.bytes() {
        let (code, is_shifted) = match wanted {
            b'\n' => (KeyCode::KEY_ENTER, false),
            _ => (0..=255)
                .map(KeyCode::new)
                .flat_map(|code| [(code, false), (code, true)])
                .find(|(code, is_shifted)| character(*code, *is_shifted) == Some(wanted))
                .unwrap(),
        };
        let press = [Key::Pressed(code), Key::Released(code)];
        let shift = KeyCode::KEY_LEFTSHIFT;
        match is_shifted {
            true => {
                keys.extend([Key::Pressed(shift), press[0], press[1], Key::Released(shift)]);
            }
            false => keys.extend(press),
        }
    }
    keys
}

/// What a text gives when it is typed: at its Enter, or else at the pause after it.
fn decode(text: &str) -> String {
    let mut decoder = Decoder::new();
    let at_enter = typed(text).into_iter().find_map(|key| decoder.feed(key));
    match at_enter.or_else(|| decoder.pause()) {
        None => "nothing".to_owned(),
        Some(Err(error)) => error.to_string(),
        Some(Ok(stripe)) => {
            let tracks = [stripe.track_1(), Some(stripe.track_2())].into_iter().flatten();
            tracks.map(|track| format!("[{}]", track.expose())).collect()
        }
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(decode(text), expected, "{text}");
}

#[test]
fn a_swipe_is_read_in_every_way_that_readers_type_it() {
    let (both, second) = (format!("[{TRACK_1}][{TRACK_2}]"), format!("[{TRACK_2}]"));
    check(&format!(";{TRACK_2}?\n"), &second);
    check(&format!(";{TRACK_2}?"), &second);
    check(&format!("%{TRACK_1}?;{TRACK_2}?\n"), &both);
    check(&format!("%{TRACK_1}?\n;{TRACK_2}?\n"), &both);
    check(&format!("%{TRACK_1}?;{TRACK_2}?+0123456789?\n"), &both);
    check(&format!("%{TRACK_1}?;{TRACK_2}?;0123456789?\n"), &both);
    check(&format!("12;{TRACK_2}?\n"), &second);
}

#[test]
fn a_check_character_is_checked_where_the_reader_types_it() {
    // ISO/IEC 7811-2 by hand: `;1=2?` is B^1^D^2^F, which is A.
    assert_eq!(lrc(b';', b"1=2"), b':');
    // `%A?` is 05^21^1F, which is 3B, the character `[`.
    assert_eq!(lrc(b'%', b"A"), b'[');
    let (first, second) = (lrc(b'%', TRACK_1.as_bytes()), lrc(b';', TRACK_2.as_bytes()));
    let (first, second) = (char::from(first), char::from(second));
    check(&format!(";{TRACK_2}?{second}\n"), &format!("[{TRACK_2}]"));
    let both = format!("[{TRACK_1}][{TRACK_2}]");
    check(&format!("%{TRACK_1}?{first};{TRACK_2}?{second}\n"), &both);
    check(&format!("%{TRACK_1}?{first};{TRACK_2}?\n"), &both);
    let wrong = if second == '1' { '2' } else { '1' };
    let refused = "the check character of track 2 does not fit";
    check(&format!(";{TRACK_2}?{wrong}\n"), refused);
    let wrong = if first == 'A' { 'B' } else { 'A' };
    let refused = "the check character of track 1 does not fit";
    check(&format!("%{TRACK_1}?{wrong};{TRACK_2}?\n"), refused);
    // One whose check character looks like a sentinel.
    let own = (0..10).map(|digit| format!("{TRACK_2}{digit}"));
    let looks_alike = own.into_iter().find(|track| lrc(b';', track.as_bytes()) == b';').unwrap();
    check(&format!(";{looks_alike}?;\n"), &format!("[{looks_alike}]"));
    check(&format!(";{looks_alike}?;;0123?\n"), &format!("[{looks_alike}]"));
}

#[test]
fn what_is_no_whole_swipe_is_an_error_that_says_which_or_nothing() {
    check("", "nothing");
    check("hello\n".to_uppercase().as_str(), "nothing");
    check(&format!(";{TRACK_2}"), "the swipe stopped before its end");
    check(&format!(";{TRACK_2}\n"), "the swipe stopped before its end");
    check(&format!("%{TRACK_1}?\n"), "no track 2");
    check("%E?;E?\n", "track 2 has not the form of a payment card's");
    check(&format!(";{TRACK_2}?12\n"), "the swipe stopped before its end");
    check(&format!(";{}?\n", "1".repeat(300)), "the swipe stopped before its end");
}

#[test]
fn after_a_swipe_of_any_kind_the_next_is_read() {
    let mut decoder = Decoder::new();
    for spoilt in [&typed(";99999")[..], &[Key::Lost], &typed(&"%".repeat(1_000))] {
        for key in spoilt {
            assert!(decoder.feed(*key).is_none());
        }
        assert!(decoder.is_busy());
        assert!(matches!(decoder.pause(), Some(Err(StripeError::Incomplete))));
        assert!(!decoder.is_busy() && decoder.pause().is_none());
        let whole = typed(&format!(";{TRACK_2}?\n"));
        let stripe = whole.into_iter().find_map(|key| decoder.feed(key)).unwrap().unwrap();
        assert_eq!(stripe.track_2().expose(), TRACK_2);
    }
}

#[test]
fn keys_that_were_lost_spoil_the_swipe_even_where_the_rest_looks_whole() {
    let mut keys = typed(&format!(";{TRACK_2}?"));
    keys.insert(20, Key::Lost);
    let mut decoder = Decoder::new();
    assert!(keys.into_iter().all(|key| decoder.feed(key).is_none()));
    assert!(matches!(decoder.pause(), Some(Err(StripeError::Incomplete))));
}

proptest! {
    #[test]
    fn any_keys_give_a_stripe_or_an_error_or_nothing(
        keys in proptest::collection::vec((0_u16..130, 0..9), 0..400)
    ) {
        let mut decoder = Decoder::new();
        for (code, kind) in keys {
            let code = KeyCode::new(code);
            let key = match kind {
                0 => Key::Lost,
                1 | 2 => Key::Released(code),
                _ => Key::Pressed(code),
            };
            if let Some(Ok(stripe)) = decoder.feed(key) {
                prop_assert!(stripe.track_2().expose().len() >= 8);
            }
            prop_assert!(decoder.line.capacity() == LINE_CHARS_MAX);
        }
    }
}
