//! Reading JSON in two steps: into a value, which costs the browser one parser, then out of it into a shape.
//!
//! `serde_json` alone compiles its parser into the reading of each shape, with an error message for each thing that could be wrong in
//! it. Between our own server and our own screens nobody reads such a message, and every kilobyte is loaded before the first click
//! does anything. What is read here was written by serde from the very same types.

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};
use std::fmt;

/// Reads a shape out of a text.
pub fn from_slice<T: DeserializeOwned>(text: &[u8]) -> Result<T, Unreadable> {
    from_value(serde_json::from_slice(text).map_err(|_| Unreadable)?)
}

/// Reads a shape out of a value.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Unreadable> {
    T::deserialize(Reader(value))
}

/// The text is not JSON, or not of the shape that was asked for: it comes from another version of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not of the expected shape")
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }

    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

struct Reader(Value);

impl Reader {
    fn string(self) -> Result<String, Unreadable> {
        if let Value::String(text) = self.0 { Ok(text) } else { Err(Unreadable) }
    }

    fn whole(&self) -> Result<i64, Unreadable> {
        self.0.as_i64().ok_or(Unreadable)
    }
}

macro_rules! whole_numbers {
    ($($name:ident)*) => {
        $(
            fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
                visitor.visit_i64(self.whole()?)
            }
        )*
    };
}

macro_rules! texts {
    ($($name:ident)*) => {
        $(
            fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
                visitor.visit_string(self.string()?)
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Reader {
    type Error = Unreadable;

    whole_numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    texts! { deserialize_char deserialize_str deserialize_string deserialize_identifier }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unreadable> {
        // Only shapes that do not know what they are (untagged ones) ask so; there are none on the wire.
        Err(Unreadable)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_bool(self.0.as_bool().ok_or(Unreadable)?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_f64(self.0.as_f64().ok_or(Unreadable)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Value::Array(items) = self.0 else { return Err(Unreadable) };
        visitor.visit_seq(Items(items.into_iter()))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        let Value::Object(fields) = self.0 else { return Err(Unreadable) };
        visitor.visit_map(Fields { left: fields.into_iter(), value: Value::Null })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_enum(match self.0 {
            Value::String(name) => Variant { name, value: Value::Null },
            Value::Object(only) => {
                let (name, value) = only.into_iter().next().ok_or(Unreadable)?;
                Variant { name, value }
            }
            _ => return Err(Unreadable),
        })
    }

    forward_to_deserialize_any! { i128 u128 f32 bytes byte_buf unit_struct tuple_struct }
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        self.0.next().map(|item| seed.deserialize(Reader(item))).transpose()
    }
}

struct Fields {
    left: <Map<String, Value> as IntoIterator>::IntoIter,
    value: Value,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        let Some((name, value)) = self.left.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Reader(Value::String(name))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        seed.deserialize(Reader(self.value.take()))
    }
}

struct Variant {
    name: String,
    value: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unreadable;
    type Variant = Reader;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Reader), Unreadable> {
        Ok((seed.deserialize(Reader(Value::String(self.name)))?, Reader(self.value)))
    }
}

impl<'de> VariantAccess<'de> for Reader {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unreadable> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::problem::Problem;
    use crate::wire::screens::{CodeQuery, FormOutcome, SyncView, When};
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};
    use std::collections::BTreeMap;

    /// Every kind of shape that is on the wire.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct All {
        whole: i64,
        small: u32,
        share: Option<f64>,
        yes: bool,
        words: BTreeMap<String, String>,
        pairs: Option<Vec<(Kind, i64)>>,
        only: Only,
        outcome: Result<FormOutcome, Problem>,
        #[serde(default)]
        later: Option<String>,
        nothing: (),
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(transparent)]
    struct Only(String);

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    enum Kind {
        Plain,
        One(Only),
        Named { months: u32 },
    }

    fn kind() -> impl Strategy<Value = Kind> {
        prop_oneof![
            Just(Kind::Plain),
            ".*".prop_map(|text| Kind::One(Only(text))),
            any::<u32>().prop_map(|months| Kind::Named { months })
        ]
    }

    prop_compose! {
        fn all()(
            whole in any::<i64>(), small in any::<u32>(), share in prop::option::of((1_u32..=10_000).prop_map(|hundredths| f64::from(hundredths) / 100.0)), yes in any::<bool>(),
            words in prop::collection::btree_map(".*", ".*", 0..4),
            pairs in prop::option::of(prop::collection::vec((kind(), any::<i64>()), 0..4)),
            only in ".*", refused in any::<bool>(), later in prop::option::of(".*"),
        ) -> All {
            let problem = Problem::invalid("code", &only);
            let outcome = if refused { Err(problem) } else { Ok(FormOutcome::Refused { problems: vec![problem] }) };
            All { whole, small, share, yes, words, pairs, only: Only(only), outcome, later, nothing: () }
        }
    }

    proptest! {
        #[test]
        fn what_serde_wrote_is_read(all in all()) {
            let text = serde_json::to_vec(&all).unwrap();
            prop_assert_eq!(from_slice::<All>(&text), Ok(all));
        }
    }

    #[test]
    fn the_shapes_of_the_screens() {
        let when = When { ms: 1, text: "t".into(), day: "d".into(), iso: "i".into(), zone: "z".into() };
        for sync in [
            SyncView::NotUsed,
            SyncView::Minted { coupon: "cm_1".into(), at: when, url: "u".into() },
            SyncView::Blocked { reason: "deleted".into() },
        ] {
            assert_eq!(from_slice::<SyncView>(&serde_json::to_vec(&sync).unwrap()), Ok(sync));
        }
        assert_eq!(from_slice::<CodeQuery>(br#"{"q":"sp","unknown":[1,{"a":null}]}"#).unwrap().q, "sp");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "nul", "[]", "{}", r#"{"ms":"1"}"#, r#"{"ms":1.5,"text":"","day":"","iso":"","zone":""}"#] {
            assert_eq!(from_slice::<When>(text.as_bytes()), Err(Unreadable), "{text}");
        }
        assert_eq!(from_slice::<Kind>(br#"{"Other":1}"#), Err(Unreadable));
        assert_eq!(from_slice::<Kind>(b"{}"), Err(Unreadable));
        assert_eq!(from_slice::<u32>(b"4294967296"), Err(Unreadable));
    }
}
