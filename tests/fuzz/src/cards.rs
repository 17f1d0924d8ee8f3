//! What a card says, and what an acquirer of cards says.

use caisson_iso8583::{CUP, Layout, Message, describe, describe_bytes, frame, unframe};
use caisson_tlv::mask::may_hold_pan;
use caisson_tlv::{Dol, INPUT_BYTES_MAX, Node, OBJECTS_MAX, Reader, Writer, read_tree};

/// Objects of a card: a command's answer, DE55, the value of a list.
///
/// # Panics
/// Where what is read is not what is written again, an error names no place of the input, a line
/// of the words is empty, or a card number stands in it.
pub fn tlv(data: &[u8]) {
    let words = caisson_tlv::describe(data);
    assert!(words.lines().all(|line| !line.trim().is_empty()), "{words}");
    shows_no_number(&words);
    match read_tree(data) {
        Ok(nodes) => {
            let mut writer = Writer::new();
            writer.put_nodes(&nodes).unwrap();
            let bytes = writer.finish();
            assert!(bytes.len() <= data.len().min(INPUT_BYTES_MAX));
            let again = read_tree(&bytes).unwrap();
            assert!(is_same(&nodes, &again));
            assert!(count(&nodes) <= OBJECTS_MAX);
        }
        Err(error) => {
            assert!(error.offset < data.len(), "{error}");
            assert!(words.lines().any(|line| line.trim_start().starts_with('!')), "{words}");
        }
    }
    assert!(Reader::new(data).filter(Result::is_err).count() <= 1);
    if let Ok(list) = Dol::parse(data) {
        assert_eq!(list.fill(|_| Some(data)).len(), list.answer_bytes());
        assert!(list.entries().len() * 2 <= data.len());
    }
}

/// No thirteen to nineteen digits in a row that pass the Luhn test. Of a text of digits that stands
/// there in hex, the text is looked at, as `caisson_tlv::mask` does.
pub(crate) fn shows_no_number(text: &str) {
    let mut runs = text.split(|sign: char| !sign.is_ascii_digit());
    let found =
        runs.find(|run| may_hold_pan(&of_hex(run).unwrap_or_else(|| run.as_bytes().into())));
    assert_eq!(found, None, "in:\n{text}");
}

fn of_hex(run: &str) -> Option<Vec<u8>> {
    let pairs = run.as_bytes().chunks(2);
    let text = pairs.map(|pair| match pair {
        [b'3', digit] => Some(*digit),
        b"20" => Some(b' '),
        _ => None,
    });
    text.collect()
}

fn is_same(left: &[Node<'_>], right: &[Node<'_>]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|(left, right)| {
            let is_template = left.object.tag.is_constructed();
            left.object.tag == right.object.tag
                && (is_template || left.object.value == right.object.value)
                && is_same(&left.children, &right.children)
        })
}

fn count(nodes: &[Node<'_>]) -> usize {
    nodes.iter().map(|node| 1 + count(&node.children)).sum()
}

/// A message of an acquirer, without its length on the line.
///
/// # Panics
/// Where what is read is not what is written again, the MAC would cover other bytes than it must,
/// or a card number or a PIN block shows.
pub fn iso8583(data: &[u8]) {
    let words = describe_bytes(&CUP, data);
    let message = match Message::unpack(&CUP, data) {
        Ok(message) => message,
        Err(error) => {
            assert!(error.offset <= data.len(), "{error}");
            assert!(words.contains(&format!("! {error}")) || unframe(data).is_ok(), "{words}");
            return;
        }
    };
    let bytes = message.pack().unwrap();
    assert_eq!(Message::unpack(&CUP, &bytes).as_ref(), Ok(&message));
    assert_eq!(unframe(&frame(&bytes).unwrap()), Ok(bytes.as_slice()));
    let layout = Layout::read(&CUP, data).unwrap();
    assert!(layout.fields().iter().map(|(number, _)| *number).eq(message.numbers()));
    if let (Some(mac), Some(covered)) = (layout.mac(), layout.mac_covers()) {
        assert_eq!((mac.len(), mac.start, mac.end), (8, covered.end, data.len()));
        assert_eq!(covered.start, layout.mti().start);
    }
    if message.mac_field() == 128 || !message.has(128) {
        let sealed = message.pack_unsealed().unwrap().seal([7; 8]);
        let again = Message::unpack(&CUP, &sealed).unwrap();
        assert_eq!(again.bytes(message.mac_field()), Some(&[7; 8][..]));
    }
    for text in [describe(&message), format!("{message:?}")] {
        shows_no_secret(&message, &text);
    }
}

/// The lines of fields 2 and 52 say nothing of their values.
fn shows_no_secret(message: &Message<'_>, text: &str) {
    for (number, name) in [(2, "primary account number"), (52, "PIN block")] {
        let heads = [format!("{number} {name}: "), format!("; {number}: ")];
        let shown =
            heads.iter().find_map(|head| text.split_once(head.as_str())).map(|(_, rest)| rest);
        let value = message.bytes(number).map(|value| match number {
            2 => String::from_utf8_lossy(value).into_owned(),
            _ => value.iter().map(|byte| format!("{byte:02X}")).collect(),
        });
        if let (Some(shown), Some(value)) = (shown, value) {
            assert!(value.is_empty() || !shown.starts_with(&value), "{shown}");
        }
    }
}
