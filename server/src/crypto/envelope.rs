//! One sealed value: AES-256-GCM, bound to the place where it stands.
//!
//! `version (1) | length of the key id (1) | key id | nonce (12) | ciphertext | tag (16)`. The key id decides the key: none
//! is ever tried in turn. The head and the place are authenticated with the value, so a blob that is moved to another row,
//! column, workspace or mode does not open.

use super::{
    key::Key,
    random::{NoRandomness, random_bytes},
};
use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use secrecy::zeroize::Zeroizing;

const VERSION: u8 = 1;
const NONCE: usize = 12;
const TAG: usize = 16;
const MAX_KEY_ID: usize = 64;

/// The place of a value. All of it must be the same for the value to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aad<'a> {
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The workspace's id.
    pub workspace: &'a str,
    /// The row's id.
    pub row: &'a str,
    /// `test`, `live`, or nothing where neither applies.
    pub mode: &'a str,
    /// For values that are replaced: which one it is.
    pub generation: i64,
}

impl Aad<'_> {
    /// Every part behind its length, so that no letter can pass from one part to its neighbour.
    fn encode(&self, head: &[u8]) -> Vec<u8> {
        let generation = self.generation.to_be_bytes();
        let mut encoded = Vec::with_capacity(160);
        let parts = [self.table, self.column, self.workspace, self.row, self.mode];
        for part in [head].into_iter().chain(parts.iter().map(|part| part.as_bytes())).chain([generation.as_slice()]) {
            encoded.extend_from_slice(&(part.len() as u64).to_be_bytes());
            encoded.extend_from_slice(part);
        }
        encoded
    }
}

/// Why a value was not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// No nonce.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// A key id that does not fit.
    #[error("a key id must be 1 to 64 bytes long")]
    KeyId,
    /// Far beyond anything that is stored.
    #[error("the value is too large to be sealed")]
    TooLarge,
}

/// Why a value does not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Cut short, or no envelope.
    #[error("no sealed value")]
    Malformed,
    /// Written by a newer program.
    #[error("a sealed value of version {0}, which this program does not know")]
    Version(u8),
    /// The key is not there.
    #[error("sealed under the key {0}, which is not there")]
    UnknownKey(String),
    /// Changed, moved, or sealed under another key of that id.
    #[error("the sealed value was changed or moved, or its key is another one")]
    Refused,
}

/// Seals a value at a place.
pub fn seal(key_id: &str, key: &Key, aad: &Aad<'_>, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut sealed = head_of(key_id).ok_or(SealError::KeyId)?;
    let aad = aad.encode(&sealed);
    let nonce = random_bytes::<NONCE>()?;
    let payload = Payload { msg: plaintext, aad: &aad };
    let ciphertext = cipher(key).encrypt(&nonce.into(), payload).map_err(|_| SealError::TooLarge)?;
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&ciphertext);
    Ok(sealed)
}

/// Opens a value at its place, under the key that `lookup` has for its key id.
pub fn open(
    lookup: impl Fn(&str) -> Option<Key>,
    aad: &Aad<'_>,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (head, id) = head(sealed)?;
    let (nonce, ciphertext) = sealed[head.len()..].split_first_chunk::<NONCE>().ok_or(OpenError::Malformed)?;
    if ciphertext.len() < TAG {
        return Err(OpenError::Malformed);
    }
    let key = lookup(id).ok_or_else(|| OpenError::UnknownKey(id.to_owned()))?;
    let aad = aad.encode(head);
    let payload = Payload { msg: ciphertext, aad: &aad };
    cipher(&key).decrypt(&(*nonce).into(), payload).map(Zeroizing::new).map_err(|_| OpenError::Refused)
}

/// The id of the key that a value is sealed under, unproved: for finding what a rotation has to seal again.
pub fn key_id(sealed: &[u8]) -> Result<&str, OpenError> {
    head(sealed).map(|(_, id)| id)
}

/// How every value begins that this key seals; `None` for an id that does not fit.
pub fn head_of(key_id: &str) -> Option<Vec<u8>> {
    let length = u8::try_from(key_id.len()).ok().filter(|length| (1..=MAX_KEY_ID).contains(&usize::from(*length)))?;
    let mut head = vec![VERSION, length];
    head.extend_from_slice(key_id.as_bytes());
    Some(head)
}

fn head(sealed: &[u8]) -> Result<(&[u8], &str), OpenError> {
    let (&version, rest) = sealed.split_first().ok_or(OpenError::Malformed)?;
    if version != VERSION {
        return Err(OpenError::Version(version));
    }
    let (&length, rest) = rest.split_first().ok_or(OpenError::Malformed)?;
    let length = usize::from(length);
    let id = rest.get(..length).and_then(|id| std::str::from_utf8(id).ok()).ok_or(OpenError::Malformed)?;
    if !(1..=MAX_KEY_ID).contains(&length) {
        return Err(OpenError::Malformed);
    }
    Ok((&sealed[..2 + length], id))
}

fn cipher(key: &Key) -> Aes256Gcm {
    Aes256Gcm::new(key.bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLACE: Aad<'static> =
        Aad { table: "connections", column: "key", workspace: "ws_1", row: "con_1", mode: "test", generation: 3 };

    fn key(byte: u8) -> Key {
        Key::from_bytes(&[byte; 32]).unwrap()
    }

    fn ring(id: &str) -> Option<Key> {
        match id {
            "one" => Some(key(1)),
            "two" => Some(key(2)),
            _ => None,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_sealed_opens(text: Vec<u8>, parts: [String; 5], generation: i64, id in "[a-z0-9_-]{1,64}") {
            let [table, column, workspace, row, mode] = &parts;
            let place = Aad { table, column, workspace, row, mode, generation };
            let sealed = seal(&id, &key(9), &place, &text).unwrap();
            prop_assert_eq!(key_id(&sealed).unwrap(), &id);
            let opened = open(|asked| (asked == id).then(|| key(9)), &place, &sealed).unwrap();
            prop_assert_eq!(&*opened, &text);
        }

        #[test]
        fn letters_cannot_pass_to_the_neighbour(parts in prop::array::uniform5("[a-c]{0,4}"), from in 0usize..5, to in 0usize..5) {
            let mut moved = parts.clone();
            if let Some(letter) = moved[from].pop() {
                moved[to].insert(0, letter);
            }
            let place = |parts: &[String; 5]| {
                let [table, column, workspace, row, mode] = parts;
                Aad { table, column, workspace, row, mode, generation: 0 }.encode(b"head")
            };
            prop_assert_eq!(place(&parts) == place(&moved), parts == moved);
        }
    }

    #[test]
    fn any_flipped_bit_refuses() {
        let sealed = seal("one", &key(1), &PLACE, b"rk_test_secret").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            // Every id finds a key, the right one even: the head itself is authenticated.
            assert!(open(|_| Some(key(1)), &PLACE, &flipped).is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(open(|_| Some(key(1)), &PLACE, &sealed[..length]).is_err(), "length {length}");
        }
        assert!(open(ring, &PLACE, &sealed).is_ok());
    }

    #[test]
    fn another_place_refuses() {
        let sealed = seal("one", &key(1), &PLACE, b"x").unwrap();
        for place in [
            Aad { table: "connection", ..PLACE },
            Aad { column: "token", ..PLACE },
            Aad { workspace: "ws_2", ..PLACE },
            Aad { row: "con_2", ..PLACE },
            Aad { mode: "live", ..PLACE },
            Aad { generation: 4, ..PLACE },
            Aad { table: "connectionsk", column: "ey", ..PLACE },
            Aad { workspace: "ws_1con", row: "_1", ..PLACE },
        ] {
            assert_eq!(open(ring, &place, &sealed).unwrap_err(), OpenError::Refused, "{place:?}");
        }
    }

    #[test]
    fn another_key_refuses() {
        let sealed = seal("one", &key(1), &PLACE, b"x").unwrap();
        let mut swapped = sealed.clone();
        swapped[2..5].copy_from_slice(b"two");
        assert_eq!(open(ring, &PLACE, &swapped).unwrap_err(), OpenError::Refused);
        swapped[2..5].copy_from_slice(b"six");
        assert_eq!(open(ring, &PLACE, &swapped).unwrap_err(), OpenError::UnknownKey("six".into()));
        assert_eq!(open(|_| Some(key(2)), &PLACE, &sealed).unwrap_err(), OpenError::Refused);
        let mut newer = sealed;
        newer[0] = 2;
        assert_eq!(open(ring, &PLACE, &newer).unwrap_err(), OpenError::Version(2));
    }

    #[test]
    fn no_nonce_twice() {
        let seal = || seal("one", &key(1), &PLACE, b"x").unwrap();
        assert_ne!(seal(), seal());
    }

    #[test]
    fn ids_that_do_not_fit() {
        for id in [String::new(), "a".repeat(65), "a".repeat(300)] {
            assert_eq!(seal(&id, &key(1), &PLACE, b"x").unwrap_err(), SealError::KeyId);
        }
    }
}
