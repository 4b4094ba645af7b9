//! Identifiers as Stripe makes them: a prefix and letters that nobody can guess.

const MIXED: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

fn letters(alphabet: &[u8], count: usize) -> String {
    (0..count).map(|_| char::from(alphabet[rand::random_range(0..alphabet.len())])).collect()
}

/// `prefix` and `count` letters of both cases and digits.
pub(crate) fn mixed(prefix: &str, count: usize) -> String {
    format!("{prefix}{}", letters(MIXED, count))
}

/// Upper-case letters and digits: a generated promotion code.
pub(crate) fn upper(count: usize) -> String {
    letters(UPPER, count)
}
