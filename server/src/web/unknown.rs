//! Names that do not exist, and what was probably meant.

use app::domain::problem::{Code, Problem};
use app::domain::secret;

/// The refusal of a field or query parameter that does not exist. `what`: "field" or "query parameter".
pub fn refuse(what: &str, name: &str, known: &[&'static str]) -> Problem {
    // A key that was pasted in the place of a name is not repeated: answers end up in logs.
    let shown = secret::shown(name, 80);
    let hint = match nearest(name, known) {
        Some(meant) => format!(" Did you mean {meant}?"),
        None if known.is_empty() => format!(" This call takes no {what}s."),
        None => format!(" This call takes {}.", known.join(", ")),
    };
    let named = if name.is_empty() { "one without a name" } else { &shown };
    let message = format!("Unknown {what}: {named}.{hint}");
    Problem::of(Code::ParameterUnknown, shown, message)
}

/// The known name that is meant: the longer or shorter form of it, or one with a typing error or two.
fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    if name.len() > 64 {
        return None;
    }
    let folded = name.to_ascii_lowercase().replace('-', "_");
    let family = |other: &str| folded.len() >= 4 && (other.starts_with(&folded) || folded.starts_with(other));
    known
        .iter()
        .map(|&other| (if family(other) { 1 } else { distance(&folded, other) }, other))
        .filter(|(far, other)| *far <= 2 && *far < other.len())
        .min_by_key(|(far, _)| *far)
        .map(|(_, other)| other)
}

/// Levenshtein's distance, in bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_not_repeated() {
        let refused = refuse("field", "sk_test_51Abc", &["code"]);
        assert!(!format!("{refused:?}").contains("51Abc"), "{refused:?}");
    }

    #[test]
    fn typing_errors_are_recognized() {
        let known = ["code", "percent_off", "amount_off_cents", "max_redemptions", "expires_at"];
        let meant = |name| nearest(name, &known);
        assert_eq!(meant("percentoff"), Some("percent_off"));
        assert_eq!(meant("percent"), Some("percent_off"));
        assert_eq!(meant("amount_off"), Some("amount_off_cents"));
        assert_eq!(meant("max-redemptions"), Some("max_redemptions"));
        assert_eq!(meant("expire_at"), Some("expires_at"));
        assert_eq!(meant("Code"), Some("code"));
        assert_eq!(meant("zzz"), None);
        assert_eq!(meant(""), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn what_is_repeated_is_cut() {
        let problem = refuse("field", &"é".repeat(5000), &[]);
        assert!(problem.message.len() < 400);
        assert!(problem.param.unwrap().len() < 200);
    }
}
