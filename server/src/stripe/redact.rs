//! Takes keys and tokens out of Stripe's texts. Stripe masks most of a key, not all of it, and quotes codes and refresh
//! tokens whole.

/// Longest text that is kept of an error.
const MAX_CHARS: usize = 500;
/// What stands in place of a secret.
const MARK: &str = "[redacted]";
/// Found wherever they stand.
const ANYWHERE: [&str; 8] =
    ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "pk_live_", "pk_test_", "whsec_", "absec_"];
/// Found where a word begins: `rt_` also ends `cart_`.
const AT_WORD: [&str; 6] = ["sk_", "rk_", "pk_", "rt_", "ac_", "ek_"];

/// `text` without anything that looks like a secret of Stripe's, on one line and not too long.
pub(super) fn redact(text: &str) -> String {
    let mut clean = String::with_capacity(text.len().min(MAX_CHARS));
    let mut rest = text;
    let mut last = ' ';
    while let Some(first) = rest.chars().next() {
        if clean.len() > MAX_CHARS {
            clean.push('…');
            break;
        }
        let at_word = !(last.is_alphanumeric() || last == '_');
        let secret = ANYWHERE.iter().any(|start| rest.starts_with(start))
            || at_word && AT_WORD.iter().any(|start| rest.starts_with(start));
        if secret {
            clean.push_str(MARK);
            rest = rest.trim_start_matches(in_token);
            last = ']';
        } else {
            clean.push(if first.is_control() { ' ' } else { first });
            last = first;
            rest = &rest[first.len_utf8()..];
        }
    }
    clean
}

/// Letters of a token, and of a mask over one.
fn in_token(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '*' | '•' | '…')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_tokens_go() {
        let clean = |text| redact(text);
        assert_eq!(clean("Invalid API Key provided: rk_test_*****4f2a"), "Invalid API Key provided: [redacted]");
        assert_eq!(clean("Expired: sk_live_51AbC."), "Expired: [redacted].");
        assert_eq!(clean("Refresh token does not exist: rt_9xYz"), "Refresh token does not exist: [redacted]");
        assert_eq!(clean("code 'ac_123' used"), "code '[redacted]' used");
        assert_eq!(clean("xrk_live_1 ends"), "x[redacted] ends");
    }

    #[test]
    fn ordinary_words_stay() {
        for text in [
            "on account 'acct_1AbC'",
            "No such coupon: 'cart_rt_1'",
            "the 'rak_coupon_read' permission",
            "Preis für Ünï",
        ] {
            assert_eq!(redact(text), text);
        }
        assert_eq!(redact("a\r\nb"), "a  b");
        assert!(redact(&"é".repeat(3000)).len() < 520);
    }
}
