//! The text of an earned code: `SHARE-KX7M-4RTW`. Easy to read out and to type, and nobody's guess.

/// Consonants and digits that are not taken for one another: no vowels (no words), and of each pair that looks alike (`0O`, `1IL`, `2Z`,
/// `5S`, `6G`, `8B`, `UV`) at most one.
pub const ALPHABET: &[u8; 23] = b"BCDFGHJKMNPRSTVWXYZ3479";

/// How many of them a code has: 23^8 texts, more than 36 bits.
pub const LETTERS: usize = 8;

/// What people read in consonants and digits all the same.
const RUDE: &[&str] = &[
    "FCK", "FKN", "FKC", "FVCK", "PHCK", "SHT", "BTCH", "B7CH", "BCH", "DCK", "D1CK", "CNT", "KNT", "CVNT", "TWT",
    "TW4T", "4SS", "4RS", "FGT", "F4G", "NGR", "N3GR", "N4Z", "NZ", "KKK", "SS", "SX", "S3X", "P3N", "PNS", "VGN",
    "TTS", "T7T", "7TT", "BBS", "WNK", "W4NK", "PSS", "P7SS", "CRP", "CR4P", "CCK", "CMN", "CVM", "HRN", "WHR", "SLT",
    "RPD", "R4P", "RPST", "PDF", "P3D", "GYP", "HTL", "H7L", "DMN", "HLL", "H3L", "WTF", "STF", "KYS", "JZZ", "HJ",
    "BJ", "GNG", "TRD", "T7RD", "PP", "P33", "MRD", "M3RD", "SCH", "FTZ", "F7Z", "RSCH", "KCK", "K4CK", "PTN", "P7T",
    "CVL", "CHT", "PRN", "P9RN", "XXX",
];

/// A code of these bytes of the system's randomness. `None` where they do not yield one: too few of them are usable, or what came is
/// rude; take others.
pub fn from_random(prefix: &str, bytes: &[u8]) -> Option<String> {
    let count = ALPHABET.len();
    // A byte above the largest multiple is left out, so that every letter is as likely as any other.
    let most = 256 - 256 % count;
    let letters: String = bytes
        .iter()
        .map(|&byte| usize::from(byte))
        .filter(|&byte| byte < most)
        .take(LETTERS)
        .map(|byte| char::from(ALPHABET[byte % count]))
        .collect();
    if letters.len() < LETTERS || is_rude(&letters) {
        return None;
    }
    let (first, second) = letters.split_at(LETTERS / 2);
    Some(format!("{prefix}-{first}-{second}"))
}

/// Whether a text has the form of a code as a whole, in any case.
pub fn is_whole(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [prefix, first, second] = parts[..] else { return false };
    let half = |part: &str| {
        part.len() == LETTERS / 2 && part.bytes().all(|letter| ALPHABET.contains(&letter.to_ascii_uppercase()))
    };
    prefix.len() >= 2 && prefix.bytes().all(|b| b.is_ascii_alphanumeric()) && half(first) && half(second)
}

/// Whether somebody could read something in these letters that no shop wants to send.
pub fn is_rude(letters: &str) -> bool {
    RUDE.iter().any(|word| letters.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_code_keeps_its_form(bytes in prop::collection::vec(any::<u8>(), 32)) {
            if let Some(code) = from_random("SHARE", &bytes) {
                prop_assert_eq!(code.len(), 15);
                prop_assert!(is_whole(&code) && is_whole(&code.to_lowercase()) && !is_whole(&code[1..14]));
                let letters: String = code["SHARE-".len()..].split('-').collect();
                prop_assert_eq!(letters.len(), LETTERS);
                prop_assert!(letters.bytes().all(|letter| ALPHABET.contains(&letter)));
                prop_assert!(!is_rude(&letters) && !letters.contains(['0', 'O', '1', 'I', 'L', '2', '5', '6', '8', 'A', 'E', 'U']));
            }
        }
    }

    #[test]
    fn what_is_not_sent() {
        assert_eq!(from_random("SHARE", &[255; 32]), None);
        assert_eq!(from_random("SHARE", &[0; 7]), None);
        // K K K K …
        assert_eq!(from_random("SHARE", &[7; 32]), None);
        assert_eq!(from_random("SHARE", &[0, 3, 6, 7, 9, 12, 14, 18]).unwrap(), "SHARE-BFJK-NSVZ");
    }

    #[test]
    fn every_letter_is_as_likely() {
        // Every byte once: each letter as often as the others.
        let mut seen = std::collections::BTreeMap::new();
        for byte in 0..=u8::MAX {
            let at = usize::from(byte);
            if at < 256 - 256 % ALPHABET.len() {
                *seen.entry(ALPHABET[at % ALPHABET.len()]).or_insert(0) += 1;
            }
        }
        assert!(seen.len() == ALPHABET.len() && seen.values().all(|&count| count == 11), "{seen:?}");
    }
}
