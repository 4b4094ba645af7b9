//! The master keys, which come from outside the database: `id:base64,id:base64`, the first one being used for what is new.
//! A bad ring stops the start; going on with a wrong key would lose secrets one by one.

use super::{
    key::{Key, LENGTH},
    random::{NoRandomness, letters, random_bytes},
};
use base64::{
    Engine as _,
    alphabet::STANDARD as ALPHABET,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::zeroize::Zeroizing;
use subtle::ConstantTimeEq;

const MAX_ID: usize = 32;
/// Padding is often lost on the way through a shell.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a ring is refused. Keys are told by their place, counted from 1: what stands where an id should be may be a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// Empty.
    #[error("there is no key; make one with `codemint keys generate`")]
    Empty,
    /// No colon.
    #[error("key {0} must be written id:base64")]
    Form(usize),
    /// An id that is no id.
    #[error("the id of key {0} must be 1 to 32 of a-z, 0-9, _ and -")]
    Id(usize),
    /// The same id again.
    #[error("key {0} has the id of an earlier one")]
    SameId(usize),
    /// The same key again.
    #[error("key {0} is the same key as an earlier one")]
    SameKey(usize),
    /// Not base64.
    #[error("key {0} is not base64")]
    Base64(usize),
    /// Not 32 bytes.
    #[error("key {0} must be 32 bytes, and is not")]
    Length(usize),
    /// All bytes are the same, zero for one.
    #[error("key {0} is no random key; make one with `codemint keys generate`")]
    NotRandom(usize),
}

/// The ring.
#[derive(Clone)]
pub struct MasterKeys {
    first: (String, Key),
    others: Vec<(String, Key)>,
}

impl MasterKeys {
    /// Reads the value of the variable.
    pub fn parse(text: &str) -> Result<Self, KeyringError> {
        if text.trim().is_empty() {
            return Err(KeyringError::Empty);
        }
        let mut keys: Vec<(String, Key)> = Vec::new();
        for (place, entry) in (1..).zip(text.split(',')) {
            let (id, encoded) = entry.trim().split_once(':').ok_or(KeyringError::Form(place))?;
            let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
            if !(1..=MAX_ID).contains(&id.len()) || !id.bytes().all(fits) {
                return Err(KeyringError::Id(place));
            }
            let bytes = Zeroizing::new(BASE64.decode(encoded.trim()).map_err(|_| KeyringError::Base64(place))?);
            let key = Key::from_bytes(&bytes).ok_or(KeyringError::Length(place))?;
            if bytes.iter().all(|byte| *byte == bytes[0]) {
                return Err(KeyringError::NotRandom(place));
            }
            if keys.iter().any(|(known, _)| known == id) {
                return Err(KeyringError::SameId(place));
            }
            if keys.iter().any(|(_, known)| bool::from(known.bytes().ct_eq(key.bytes()))) {
                return Err(KeyringError::SameKey(place));
            }
            keys.push((id.to_owned(), key));
        }
        let mut keys = keys.into_iter();
        let first = keys.next().ok_or(KeyringError::Empty)?;
        Ok(Self { first, others: keys.collect() })
    }

    /// The key for what is new, and its id.
    pub fn primary(&self) -> (&str, &Key) {
        (&self.first.0, &self.first.1)
    }

    /// The key with an id.
    pub fn get(&self, id: &str) -> Option<&Key> {
        std::iter::once(&self.first).chain(&self.others).find(|(known, _)| known == id).map(|(_, key)| key)
    }

    /// All ids, the primary one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.first).chain(&self.others).map(|(id, _)| id.as_str())
    }
}

/// Only the ids.
impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MasterKeys").field(&self.ids().collect::<Vec<_>>()).finish()
    }
}

/// A new entry for the variable: a random id and a random key. It is a secret: to be shown once, to the one who asked.
pub fn generate() -> Result<String, NoRandomness> {
    let id = letters(b"0123456789abcdefghjkmnpqrstvwxyz", 8)?;
    let key = Zeroizing::new(random_bytes::<LENGTH>()?);
    Ok(format!("k{id}:{}", BASE64.encode(key.as_slice())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "a1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const TWO: &str = "b_2-x:HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    #[test]
    fn the_first_is_primary() {
        let ring = MasterKeys::parse(&format!(" {ONE} , {TWO}\n")).unwrap();
        assert_eq!(ring.primary().0, "a1");
        assert_eq!(ring.ids().collect::<Vec<_>>(), ["a1", "b_2-x"]);
        assert_eq!(ring.get("b_2-x").unwrap().bytes()[0], 0x1f);
        assert!(ring.get("c").is_none());
        assert_eq!(format!("{ring:?}"), r#"MasterKeys(["a1", "b_2-x"])"#);
        assert_eq!(format!("{:?}", ring.primary().1), "Key([hidden])");
    }

    #[test]
    fn bad_rings_are_refused_without_their_value() {
        let encoded = ONE.split_once(':').unwrap().1;
        let zero = BASE64.encode([0; 32]);
        let sevens = BASE64.encode([7; 32]);
        let short = BASE64.encode([1, 2, 3]);
        let long_id = "a".repeat(33);
        for (text, wanted) in [
            (String::new(), KeyringError::Empty),
            (" \n".into(), KeyringError::Empty),
            (encoded.to_owned(), KeyringError::Form(1)),
            (format!("{ONE},"), KeyringError::Form(2)),
            (format!("A1:{encoded}"), KeyringError::Id(1)),
            (format!(":{encoded}"), KeyringError::Id(1)),
            (format!("{long_id}:{encoded}"), KeyringError::Id(1)),
            (format!("{ONE},a1:{}", TWO.split_once(':').unwrap().1), KeyringError::SameId(2)),
            (format!("{ONE},z:{encoded}"), KeyringError::SameKey(2)),
            ("a:not base64!".into(), KeyringError::Base64(1)),
            (format!("a:{short}"), KeyringError::Length(1)),
            ("a:".into(), KeyringError::Length(1)),
            (format!("a:{zero}"), KeyringError::NotRandom(1)),
            (format!("{ONE},a:{sevens}"), KeyringError::NotRandom(2)),
        ] {
            let error = MasterKeys::parse(&text).unwrap_err();
            assert_eq!(error, wanted, "{text}");
            let shown = error.to_string();
            assert!(!shown.contains(encoded) && !shown.contains(&short), "{shown}");
        }
    }

    #[test]
    fn a_generated_one_is_taken() {
        let (one, two) = (generate().unwrap(), generate().unwrap());
        assert_ne!(one, two);
        let ring = MasterKeys::parse(&format!("{one},{two}")).unwrap();
        assert_eq!(ring.ids().count(), 2);
    }
}
