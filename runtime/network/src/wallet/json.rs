//! JSON objects from outside, read strictly.
//!
//! Guarantees: one text has one meaning. A field that stands twice, nesting beyond [`DEPTH_MAX`]
//! and anything after the object are refused. Errors name a place, never content. The caller
//! bounds the length before it calls.

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::fmt;

/// Deepest nesting, the outer object included: wallets nest four deep, and a bound keeps a hostile
/// text from using up the stack.
pub const DEPTH_MAX: usize = 16;

/// A JSON object.
pub(crate) type Object = Map<String, Value>;

/// Why bytes are not one JSON object. Whoever wrote them: the place tells what to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON, not UTF-8, or something follows the object.
    #[error("not valid JSON at line {line}, column {column}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column in bytes, from 0 at a line's start.
        column: usize,
    },
    /// JSON of another kind, such as a list.
    #[error("JSON, but not an object; write {{ ... }}")]
    NotAnObject,
    /// Nested beyond [`DEPTH_MAX`].
    #[error("nested deeper than {max} at line {line}, column {column}", max = DEPTH_MAX)]
    TooDeep {
        /// Line, from 1.
        line: usize,
        /// Column in bytes.
        column: usize,
    },
    /// A field stands twice in one object.
    #[error("a field stands twice in one object at line {line}, column {column}; keep one")]
    Twice {
        /// Line, from 1.
        line: usize,
        /// Column in bytes.
        column: usize,
    },
}

/// Reads one object and nothing after it.
pub(crate) fn object(bytes: &[u8]) -> Result<Object, JsonError> {
    let found = Cell::new(Refusal::Syntax);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = Level { depth: 1, found: &found }.deserialize(&mut reader);
    match read.and_then(|value| reader.end().map(|()| value)) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(JsonError::NotAnObject),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            Err(match found.get() {
                Refusal::Syntax => JsonError::Syntax { line, column },
                Refusal::TooDeep => JsonError::TooDeep { line, column },
                Refusal::Twice => JsonError::Twice { line, column },
            })
        }
    }
}

/// The one text of `object`: fields sorted by name, no blanks. The same content gives the same
/// bytes, whatever order it was written in.
pub(crate) fn canonical(object: Object) -> String {
    sorted(Value::Object(object)).to_string()
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut fields: Vec<(String, Value)> = object.into_iter().collect();
            fields.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Object(fields.into_iter().map(|(name, inner)| (name, sorted(inner))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        scalar => scalar,
    }
}

#[derive(Clone, Copy)]
enum Refusal {
    Syntax,
    TooDeep,
    Twice,
}

#[derive(Clone, Copy)]
struct Level<'f> {
    depth: usize,
    found: &'f Cell<Refusal>,
}

impl Level<'_> {
    fn refuse<E: de::Error>(self, refusal: Refusal) -> E {
        self.found.set(refusal);
        E::custom("refused")
    }

    fn inner<E: de::Error>(self) -> Result<Self, E> {
        if self.depth > DEPTH_MAX {
            return Err(self.refuse(Refusal::TooDeep));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| self.refuse(Refusal::Syntax))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut object = Object::new();
        while let Some(name) = map.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(self.refuse(Refusal::Twice));
            }
            let value = map.next_value_seed(inner)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = match object(text.as_bytes()) {
            Ok(object) => canonical(object),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn an_object_has_one_text_whatever_its_order_and_blanks() {
        check(
            r#"{ "b": [1, {"z":null,"y":true}], "a": "x" }"#,
            r#"{"a":"x","b":[1,{"y":true,"z":null}]}"#,
        );
        check("{}", "{}");
    }

    #[test]
    fn what_is_not_one_object_is_refused_with_its_place() {
        check("", "not valid JSON at line 1, column 0");
        check("{\n\"a\": }", "not valid JSON at line 2, column 6");
        check("{} {}", "not valid JSON at line 1, column 4");
        check("[1]", "JSON, but not an object; write { ... }");
        check("12", "JSON, but not an object; write { ... }");
        check(r#"{"a":1e999}"#, "not valid JSON at line 1, column 10");
    }

    #[test]
    fn a_field_that_stands_twice_is_refused_at_any_depth() {
        let twice = |column| {
            format!("a field stands twice in one object at line 1, column {column}; keep one")
        };
        check(r#"{"a":1,"a":2}"#, &twice(10));
        check(r#"{"x":{"a":1,"\u0061":2}}"#, &twice(20));
    }

    #[test]
    fn nesting_ends_at_its_limit() {
        let nested = |levels: usize| {
            format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1))
        };
        check(&nested(DEPTH_MAX), &nested(DEPTH_MAX));
        check(&nested(DEPTH_MAX + 1), "nested deeper than 16 at line 1, column 22");
        check(&nested(30_000), "nested deeper than 16 at line 1, column 21");
    }
}
