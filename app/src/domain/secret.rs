//! Secrets in the wrong place: a key that was pasted where a code, an id or a note belongs must be neither kept nor repeated.

use super::problem::{Problem, clip};

/// How keys begin: Stripe's, and our own. Publishable keys are none of the secret ones, but nobody means them either.
const BEGINNINGS: [&str; 9] =
    ["sk_test_", "sk_live_", "rk_test_", "rk_live_", "pk_test_", "pk_live_", "whsec_", "cm_test_", "cm_live_"];

/// Whether a text begins like a key.
pub fn looks_like_key(text: &str) -> bool {
    let text = text.trim_start();
    BEGINNINGS.iter().any(|beginning| text.len() > beginning.len() && text.starts_with(beginning))
}

/// Refuses a key where something else belongs; the refusal does not repeat it.
pub fn refuse_key(text: &str, param: &str) -> Result<(), Problem> {
    if !looks_like_key(text) {
        return Ok(());
    }
    Err(Problem::invalid(
        param,
        format!(
            "{param} must not be a secret: this begins like a key. It was not kept; if it is one of Stripe's, roll it in Stripe's dashboard."
        ),
    ))
}

/// What came from outside, as a message may repeat it: cut to `max` characters, and a key not at all.
pub fn shown(text: &str, max: usize) -> String {
    if looks_like_key(text) { "(a key)".to_owned() } else { clip(text, max) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_by_their_beginning() {
        for key in ["sk_live_51Abc", " rk_test_51Abc", "pk_test_x", "whsec_abc", "cm_test_01k"] {
            assert!(looks_like_key(key), "{key}");
            let refused = format!("{:?}", refuse_key(key, "code").unwrap_err());
            assert!(!refused.contains("51Abc") && refused.contains("code"), "{refused}");
            assert_eq!(shown(key, 80), "(a key)");
        }
        for other in ["", "SK_TEST_SALE", "sk_test_", "SKI-2027", "task_1", "whsec"] {
            assert!(!looks_like_key(other), "{other}");
            assert_eq!(refuse_key(other, "code"), Ok(()));
        }
        assert_eq!(shown("abcdef", 3), "abc…");
    }
}
