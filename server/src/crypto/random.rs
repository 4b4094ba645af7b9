//! The operating system's randomness, and nothing else, for everything that must not be guessed.

use rand::{TryRng, rngs::SysRng};

/// The operating system gives no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random bytes")]
pub struct NoRandomness;

/// Fresh random bytes.
pub fn random_bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// The random part of a prefixed id.
pub fn random_id_bytes() -> Result<[u8; 10], NoRandomness> {
    random_bytes()
}

/// `length` random letters of `alphabet`, each as likely as the others.
pub(super) fn letters(alphabet: &[u8], length: usize) -> Result<String, NoRandomness> {
    // Bytes from here on would make the first letters likelier, so they are thrown away.
    let fair = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        for byte in random_bytes::<32>()? {
            let byte = usize::from(byte);
            if byte < fair && text.len() < length {
                text.push(char::from(alphabet[byte % alphabet.len()]));
            }
        }
    }
    Ok(text)
}
