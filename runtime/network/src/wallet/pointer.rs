//! Where a value stands in a JSON object: `/amount`, `/order/number`.
//!
//! A subset of RFC 6901: names only, no lists, no escapes. Guarantees: writing never replaces what
//! stands there, not even under a name that differs in case alone (some readers of JSON ignore
//! case and would take the last one).

use super::json::Object;
use serde_json::Value;
use std::fmt;
use std::str::FromStr;

/// Most names in a pointer: wallets nest four deep.
pub(crate) const NAMES_MAX: usize = 4;
/// Longest name, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 64;

/// A place in an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pointer {
    parents: Vec<String>,
    last: String,
}

/// Not a pointer of this subset.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotAPointer;

/// Something stands there already.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Taken;

impl FromStr for Pointer {
    type Err = NotAPointer;

    fn from_str(text: &str) -> Result<Self, NotAPointer> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let name = |name: &str| match name.len() {
            1..=NAME_CHARS_MAX if name.chars().all(plain) => Ok(name.to_owned()),
            _ => Err(NotAPointer),
        };
        let mut names: Vec<String> = text
            .strip_prefix('/')
            .ok_or(NotAPointer)?
            .splitn(NAMES_MAX + 1, '/')
            .map(name)
            .collect::<Result<_, _>>()?;
        match names.pop() {
            Some(last) if names.len() < NAMES_MAX => Ok(Self { parents: names, last }),
            Some(_) | None => Err(NotAPointer),
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.names().try_for_each(|name| write!(f, "/{name}"))
    }
}

impl Pointer {
    fn names(&self) -> impl Iterator<Item = &String> {
        self.parents.iter().chain([&self.last])
    }

    /// True where two values could not both be written: the same place, or one inside the other.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.names().zip(other.names()).all(|(left, right)| left.eq_ignore_ascii_case(right))
    }

    /// The value there.
    pub(crate) fn find<'o>(&self, object: &'o Object) -> Option<&'o Value> {
        let inner = self.parents.iter().try_fold(object, |here, name| here.get(name)?.as_object());
        inner?.get(&self.last)
    }

    /// Writes `value` there, making the objects around it where they are missing.
    pub(crate) fn write(&self, object: &mut Object, value: Value) -> Result<(), Taken> {
        let mut here = object;
        for name in &self.parents {
            if here.keys().any(|key| key != name && key.eq_ignore_ascii_case(name)) {
                return Err(Taken);
            }
            let inner = here.entry(name.as_str()).or_insert_with(|| Object::new().into());
            here = inner.as_object_mut().ok_or(Taken)?;
        }
        if here.keys().any(|key| key.eq_ignore_ascii_case(&self.last)) {
            return Err(Taken);
        }
        here.insert(self.last.clone(), value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(text: &str) -> Pointer {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check_write(at: &str, into: &str, expected: Option<&str>) {
        let mut object: Object = serde_json::from_str(into).unwrap();
        let written = pointer(at).write(&mut object, "host".into());
        let shown = written.ok().map(|()| Value::Object(object).to_string());
        assert_eq!(shown.as_deref(), expected);
    }

    #[test]
    fn a_pointer_names_one_to_four_plain_names() {
        for text in ["/a", "/a/b/c/d", "/out_trade-no"] {
            assert_eq!(pointer(text).to_string(), text);
        }
        for text in ["", "a", "/", "/a/", "//a", "/a~0b", "/a b", "/a/b/c/d/e", "/金额"] {
            assert_eq!(text.parse::<Pointer>(), Err(NotAPointer), "{text}");
        }
    }

    #[test]
    fn writing_makes_what_is_missing_and_never_replaces() {
        check_write("/a", "{}", Some(r#"{"a":"host"}"#));
        check_write("/a/b", "{}", Some(r#"{"a":{"b":"host"}}"#));
        check_write("/a/b", r#"{"a":{"c":1}}"#, Some(r#"{"a":{"b":"host","c":1}}"#));
        check_write("/a", r#"{"a":null}"#, None);
        check_write("/a", r#"{"A":1}"#, None);
        check_write("/a/b", r#"{"a":1}"#, None);
        check_write("/a/b", r#"{"a":[1]}"#, None);
        check_write("/a/b", r#"{"A":{}}"#, None);
        check_write("/a/b", r#"{"a":{"B":1}}"#, None);
    }

    #[test]
    fn overlap_is_the_same_place_or_one_inside_the_other() {
        assert!(pointer("/a").overlaps(&pointer("/A")));
        assert!(pointer("/a").overlaps(&pointer("/a/b")));
        assert!(pointer("/a/b/c").overlaps(&pointer("/a/b")));
        assert!(!pointer("/a/b").overlaps(&pointer("/a/c")));
        assert!(!pointer("/a").overlaps(&pointer("/b")));
    }
}
