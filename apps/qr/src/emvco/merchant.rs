//! Merchant-presented payloads: two digits of id, two digits of length *in characters*, value;
//! first `00` "01", last `63` with the CRC over the UTF-8 bytes of all before its four digits.

use super::{EmvError, PAYLOAD_CHARS_MAX, Tag, crc16};

/// The first data object, and the only format that there is.
const FORMAT: (u8, &str) = (0, "01");
/// The last data object.
const CHECKSUM: u8 = 63;
/// Id and length of the checksum: part of what it is taken over.
const CHECKSUM_HEAD: &str = "6304";
/// Hexadecimal digits of the checksum.
const CHECKSUM_CHARS: usize = 4;
/// Longest value: what two digits can say.
const VALUE_CHARS_MAX: usize = 99;

/// A data object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its id, 0 to 99.
    pub id: u8,
    /// What it holds.
    pub value: Value,
}

/// What a data object holds. A template's members are text, never templates again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// 1 to 99 characters.
    Text(String),
    /// Merchant account (26 to 51), additional data (62), language (64), unreserved (80 to 99).
    Template(Vec<(u8, String)>),
}

impl Object {
    /// A data object with a plain value.
    #[must_use]
    pub fn text(id: u8, value: &str) -> Self {
        Self { id, value: Value::Text(value.into()) }
    }

    /// A template.
    #[must_use]
    pub fn template(id: u8, members: &[(u8, &str)]) -> Self {
        let members = members.iter().map(|(id, value)| (*id, (*value).to_owned())).collect();
        Self { id, value: Value::Template(members) }
    }

    fn encoded(&self) -> Result<String, EmvError> {
        match &self.value {
            Value::Text(text) => encoded(self.id, text),
            Value::Template(members) => {
                let inner: Result<String, EmvError> =
                    members.iter().map(|(id, value)| encoded(*id, value)).collect();
                encoded(self.id, &inner?)
            }
        }
    }
}

/// A payload that was read whole, checksum included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerchantPresented {
    objects: Vec<Object>,
}

impl MerchantPresented {
    /// Reads `text`.
    ///
    /// # Errors
    /// [`EmvError`], with the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, EmvError> {
        let chars: Vec<char> = text.chars().take(PAYLOAD_CHARS_MAX + 1).collect();
        if chars.len() > PAYLOAD_CHARS_MAX {
            return Err(EmvError::TooLong { chars: text.chars().count() });
        }
        let raw = split(&chars, 0)?;
        match raw.first() {
            Some(first) if (first.id, first.value.as_str()) == FORMAT => {}
            Some(first) if first.id == FORMAT.0 => {
                return Err(EmvError::BadValue { tag: Tag::Id(FORMAT.0), offset: first.offset });
            }
            Some(_) | None => return Err(EmvError::Missing { tag: Tag::Id(FORMAT.0) }),
        }
        check_checksum(text, &raw)?;
        let body = raw.iter().take_while(|object| object.id != CHECKSUM);
        let objects: Result<Vec<Object>, EmvError> = body.map(Raw::object).collect();
        Ok(Self { objects: objects? })
    }

    /// Writes `objects`, without checksum, in their order, and closes them with it. What comes out
    /// can be read by [`MerchantPresented::parse`].
    ///
    /// # Errors
    /// [`EmvError`], with the first thing that the specification does not allow.
    pub fn build(objects: &[Object]) -> Result<String, EmvError> {
        let body: Result<String, EmvError> = objects.iter().map(Object::encoded).collect();
        let mut text = body? + CHECKSUM_HEAD;
        let checksum = crc16(text.as_bytes());
        text.push_str(&format!("{checksum:04X}"));
        Self::parse(&text)?;
        Ok(text)
    }

    /// All data objects but the checksum, in their order.
    #[must_use]
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// The value of the data object `id`.
    #[must_use]
    pub fn value(&self, id: u8) -> Option<&Value> {
        self.objects.iter().find(|object| object.id == id).map(|object| &object.value)
    }

    /// The value of the member `member` of the template `template`.
    #[must_use]
    pub fn member(&self, template: u8, member: u8) -> Option<&str> {
        match self.value(template)? {
            Value::Text(_) => None,
            Value::Template(members) => {
                members.iter().find(|(id, _)| *id == member).map(|(_, value)| value.as_str())
            }
        }
    }
}

/// A data object before it is known what it means.
struct Raw {
    id: u8,
    offset: usize,
    value: String,
}

impl Raw {
    fn object(&self) -> Result<Object, EmvError> {
        if !is_template(self.id) {
            return Ok(Object { id: self.id, value: Value::Text(self.value.clone()) });
        }
        let chars: Vec<char> = self.value.chars().collect();
        let members = split(&chars, self.offset + HEAD_CHARS)?;
        let members = members.into_iter().map(|member| (member.id, member.value)).collect();
        Ok(Object { id: self.id, value: Value::Template(members) })
    }
}

/// Characters of id and length.
const HEAD_CHARS: usize = 4;

const fn is_template(id: u8) -> bool {
    matches!(id, 26..=51 | 62 | 64 | 80..=99)
}

/// The data objects in `chars`, which begin at `base` of the payload; each id once.
fn split(chars: &[char], base: usize) -> Result<Vec<Raw>, EmvError> {
    let mut objects: Vec<Raw> = Vec::new();
    let mut rest = chars;
    while !rest.is_empty() {
        let offset = base + (chars.len() - rest.len());
        let id = two_digits(rest).ok_or(EmvError::BadTag { offset })?;
        let tag = Tag::Id(id);
        let after_id = rest.get(2..).unwrap_or_default();
        let length = two_digits(after_id)
            .filter(|length| *length > 0)
            .ok_or(EmvError::BadLength { tag, offset })?;
        let after_head = after_id.get(2..).unwrap_or_default();
        let (value, behind) = after_head
            .split_at_checked(usize::from(length))
            .ok_or(EmvError::Truncated { tag, offset })?;
        if objects.iter().any(|object| object.id == id) {
            return Err(EmvError::Repeated { tag, offset });
        }
        objects.push(Raw { id, offset, value: value.iter().collect() });
        rest = behind;
    }
    Ok(objects)
}

fn two_digits(chars: &[char]) -> Option<u8> {
    let digit = |index: usize| u8::try_from(chars.get(index)?.to_digit(10)?).ok();
    Some(digit(0)? * 10 + digit(1)?)
}

fn check_checksum(text: &str, raw: &[Raw]) -> Result<(), EmvError> {
    let tag = Tag::Id(CHECKSUM);
    let mut tail = raw.iter().skip_while(|object| object.id != CHECKSUM);
    let last = tail.next().ok_or(EmvError::Missing { tag })?;
    if let Some(extra) = tail.next() {
        return Err(EmvError::Trailing { tag: Tag::Id(extra.id), offset: extra.offset });
    }
    let bad = EmvError::BadValue { tag, offset: last.offset };
    let is_hex = last.value.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_lowercase());
    if last.value.len() != CHECKSUM_CHARS || !is_hex {
        return Err(bad);
    }
    let stated = u16::from_str_radix(&last.value, 16).map_err(|_| bad)?;
    let covered = text.len().saturating_sub(CHECKSUM_CHARS);
    let computed = crc16(text.as_bytes().get(..covered).unwrap_or_default());
    if stated == computed { Ok(()) } else { Err(EmvError::BadChecksum { stated, computed }) }
}

fn encoded(id: u8, value: &str) -> Result<String, EmvError> {
    let chars = value.chars().count();
    if !(1..=VALUE_CHARS_MAX).contains(&chars) {
        return Err(EmvError::ValueLength { tag: Tag::Id(id), chars });
    }
    Ok(format!("{id:02}{chars:02}{value}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example payload of the EMVCo merchant-presented specification.
    const PUBLISHED: &str = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001\
        030812345678520441115802CN5914BEST TRANSPORT6007BEIJING64200002ZH0104最佳运输0202北京\
        540523.7253031565502016233030412340603***0708A60086670902ME91320016A011223344998877\
        0708123456786304A13A";

    #[test]
    fn the_published_example_is_read_and_built_again_to_the_letter() {
        let read = MerchantPresented::parse(PUBLISHED).unwrap();
        assert_eq!(read.value(59), Some(&Value::Text("BEST TRANSPORT".into())));
        assert_eq!(read.value(54), Some(&Value::Text("23.72".into())));
        assert_eq!(read.member(64, 1), Some("最佳运输"));
        assert_eq!(read.member(29, 5), Some("A93FO3230Q"));
        assert_eq!(read.member(59, 0), None);
        assert_eq!(MerchantPresented::build(read.objects()).as_deref(), Ok(PUBLISHED));
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = MerchantPresented::parse(text).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        refused("", "data object 00 is missing, or not in its place");
        refused("5802CN", "data object 00 is missing, or not in its place");
        refused("000202", "data object 00 at 0: not an allowed value");
        refused("000201", "data object 63 is missing, or not in its place");
        refused("0002010", "no tag at 6");
        refused("000201ZZ02CN", "no tag at 6");
        refused("0002015", "no tag at 6");
        refused("00020158", "data object 58 at 6: bad length");
        refused("0002015800", "data object 58 at 6: bad length");
        refused("0002015803CN", "data object 58 at 6: the payload ends inside it");
        refused("0002015802CN5802CN", "data object 58 at 12: a second one");
        refused("00020163040000", "checksum 0000, but the text has AAE6");
        refused("0002016304zzzz", "data object 63 at 6: not an allowed value");
        refused("000201630400005802CN", "data object 58 at 14: nothing may follow the checksum");
        refused(&"0".repeat(513), "payload of 513 characters, limit 512");
    }

    #[test]
    fn a_broken_member_of_a_template_is_named_by_its_place_in_the_whole_payload() {
        let objects = [Object::text(0, "01"), Object::text(26, "0009short")];
        let error = MerchantPresented::build(&objects).unwrap_err();
        assert_eq!(error.to_string(), "data object 00 at 10: the payload ends inside it");
    }

    #[test]
    fn a_value_that_two_digits_of_length_cannot_carry_is_not_cut() {
        let objects = [Object::text(0, "01"), Object::text(59, &"n".repeat(100))];
        let error = MerchantPresented::build(&objects).unwrap_err();
        assert_eq!(error.to_string(), "data object 59: value of 100 characters, allowed 1 to 99");
    }

    fn payloads() -> impl Strategy<Value = Vec<Object>> {
        let text = "[ -~最佳运输]{1,20}";
        let members = proptest::collection::btree_map(0..=99_u8, text, 1..4)
            .prop_filter("fits", |members| {
                members.values().map(|value| value.chars().count() + 4).sum::<usize>() <= 99
            })
            .prop_map(|members| Value::Template(members.into_iter().collect()));
        let plain = text.prop_map(Value::Text);
        let pick = (1..=99_u8).prop_filter("not the checksum", |id| *id != CHECKSUM);
        proptest::collection::btree_map(pick, (plain, members), 0..5).prop_map(|chosen| {
            let chosen = chosen.into_iter().map(|(id, (plain, members))| Object {
                id,
                value: if is_template(id) { members } else { plain },
            });
            std::iter::once(Object::text(0, "01")).chain(chosen).collect()
        })
    }

    proptest! {
        #[test]
        fn what_was_built_reads_as_what_was_meant(objects in payloads()) {
            let text = MerchantPresented::build(&objects).unwrap();
            let read = MerchantPresented::parse(&text).unwrap();
            prop_assert_eq!(read.objects(), objects.as_slice());
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            let _ = MerchantPresented::parse(&text);
            let _ = MerchantPresented::parse(&format!("000201{text}"));
        }

        #[test]
        fn one_changed_character_is_noticed(objects in payloads(), at in 0..500_usize) {
            let text = MerchantPresented::build(&objects).unwrap();
            let mut chars: Vec<char> = text.chars().collect();
            let at = at % chars.len();
            chars[at] = if chars[at] == '7' { '8' } else { '7' };
            let changed: String = chars.into_iter().collect();
            prop_assert!(MerchantPresented::parse(&changed).is_err());
        }
    }
}
