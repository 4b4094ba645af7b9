//! Secrets that are handed out: API keys and one-time tokens. Of both only the SHA-256 is stored. That is enough: they are
//! random and long, so there is nothing to guess and no need for a slow hash.

use super::random::{NoRandomness, letters, random_bytes};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits of the row's id, without its prefix.
const ID: usize = 26;
const RANDOM: usize = 32;
const CHECKSUM: usize = 6;
/// Letters of a key that the dashboard shows.
const HINT: usize = 4;
const MODES: [(&str, &str); 2] = [("test", "cm_test_"), ("live", "cm_live_")];

/// Why there is no new API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The operating system failed.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// Neither `test` nor `live`.
    #[error("an API key is for test or live")]
    Mode,
    /// Not the digits of an id.
    #[error("an API key needs the 26 digits of its row's id")]
    Id,
}

/// An API key: `cm_test_` or `cm_live_`, the 26 digits of its row's id, 32 random letters, and a checksum of 6 over all of
/// it. The checksum refuses what was mistyped or made up before the database is asked; it also lets scanners of leaked
/// secrets be sure.
pub struct ApiKey {
    mode: &'static str,
    text: SecretString,
}

impl ApiKey {
    /// A new key for the row with these id digits.
    pub fn generate(mode: &str, id_digits: &str) -> Result<Self, TokenError> {
        let (mode, prefix) = MODES.into_iter().find(|(word, _)| *word == mode).ok_or(TokenError::Mode)?;
        if id_digits.len() != ID || !id_digits.bytes().all(is_id_digit) {
            return Err(TokenError::Id);
        }
        let random = Zeroizing::new(letters(BASE62, RANDOM)?);
        let body = Zeroizing::new(format!("{prefix}{id_digits}{}", *random));
        Ok(Self { mode, text: SecretString::from(format!("{}{}", *body, checksum(&body))) })
    }

    /// Reads a key. `None`: it was never one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (mode, rest) = MODES.into_iter().find_map(|(mode, prefix)| Some((mode, text.strip_prefix(prefix)?)))?;
        if rest.len() != ID + RANDOM + CHECKSUM || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let (body, sum) = text.split_at(text.len() - CHECKSUM);
        let is_ours = rest.bytes().take(ID).all(is_id_digit) && checksum(body) == sum;
        is_ours.then(|| Self { mode, text: SecretString::from(text) })
    }

    /// `test` or `live`.
    pub fn mode(&self) -> &'static str {
        self.mode
    }

    /// The digits of its row's id, without the prefix.
    pub fn id_digits(&self) -> &str {
        let start = MODES[0].1.len();
        &self.text.expose_secret()[start..start + ID]
    }

    /// The key itself: to be shown once, to the one who made it.
    pub fn secret(&self) -> &SecretString {
        &self.text
    }

    /// What is stored.
    pub fn hash(&self) -> TokenHash {
        hash_token(self.text.expose_secret())
    }

    /// What the dashboard shows of it: `cm_test_…a1B2`.
    pub fn hint(&self) -> String {
        let text = self.text.expose_secret();
        format!("cm_{}_…{}", self.mode, &text[text.len() - HINT..])
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey").field("mode", &self.mode).field("id", &self.id_digits()).finish_non_exhaustive()
    }
}

/// The SHA-256 of a token: compared in constant time, and not shown, since a log is no place for it either.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// For the database.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether it is the one that was stored.
    pub fn matches(&self, stored: &[u8]) -> bool {
        self.0.ct_eq(stored).into()
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.matches(&other.0)
    }
}

impl Eq for TokenHash {}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash([hidden])")
    }
}

/// A token for a link in a mail, a session's cookie or a form: 32 random bytes, in letters that need no escaping.
pub fn random_token() -> Result<SecretString, NoRandomness> {
    let bytes = Zeroizing::new(random_bytes::<32>()?);
    Ok(SecretString::from(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
}

/// What is stored of a token.
pub fn hash_token(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token.as_bytes()).into())
}

/// Crockford's base 32 in lower case, as ids are written.
fn is_id_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_lowercase() && !b"ilou".contains(&byte)
}

/// CRC-32 in six digits of base 62, the most significant first.
fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().map(|&digit| char::from(digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DIGITS: &str = "01k9zq3h7vabcdefghjkmnpqrs";

    #[test]
    fn a_key_is_read_back() {
        for mode in ["test", "live"] {
            let key = ApiKey::generate(mode, DIGITS).unwrap();
            let text = key.secret().expose_secret();
            assert_eq!(text.len(), 8 + 26 + 32 + 6);
            assert!(text.starts_with(&format!("cm_{mode}_{DIGITS}")));
            let read = ApiKey::parse(text).unwrap();
            assert_eq!((read.mode(), read.id_digits()), (mode, DIGITS));
            assert_eq!(read.hash(), key.hash());
            assert_eq!(key.hint(), format!("cm_{mode}_…{}", &text[text.len() - 4..]));
            assert!(!format!("{key:?}{:?}", key.hash()).contains(&text[34..]));
        }
    }

    #[test]
    fn bad_wishes_are_refused() {
        assert_eq!(ApiKey::generate("prod", DIGITS).unwrap_err(), TokenError::Mode);
        for digits in ["", "01k9", "01K9ZQ3H7VABCDEFGHJKMNPQRS", "01k9zq3h7vabcdefghijklmnop"] {
            assert_eq!(ApiKey::generate("test", digits).unwrap_err(), TokenError::Id);
        }
    }

    proptest! {
        #[test]
        fn a_mistyped_letter_is_noticed(place in 0usize..72, letter in "[0-9A-Za-z]") {
            let key = ApiKey::generate("test", DIGITS).unwrap();
            let text = key.secret().expose_secret();
            let mut typed = text.to_owned();
            typed.replace_range(place..=place, &letter);
            prop_assert_eq!(ApiKey::parse(&typed).is_some(), typed == text);
        }

        #[test]
        fn nothing_that_is_typed_panics(text: String, tail in "cm_(test|live)_.{0,80}") {
            prop_assert!(ApiKey::parse(&text).is_none());
            prop_assert!(ApiKey::parse(&tail).is_none());
        }
    }

    #[test]
    fn the_checksum_is_the_published_one() {
        // CRC-32 of "123456789" is 0xcbf43926, by the definition of the algorithm.
        assert_eq!(checksum("123456789"), "3jZRME");
        assert_eq!(checksum("").len(), 6);
    }

    #[test]
    fn tokens_differ_and_hashes_match() {
        let (one, two) = (random_token().unwrap(), random_token().unwrap());
        assert_eq!(one.expose_secret().len(), 43);
        assert_ne!(one.expose_secret(), two.expose_secret());
        let hash = hash_token("abc");
        assert_eq!(hash.as_bytes()[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert!(hash.matches(hash.as_bytes()) && !hash.matches(&hash.as_bytes()[..31]) && !hash.matches(&[0; 32]));
        assert_ne!(hash_token("abc"), hash_token("abd"));
    }
}
