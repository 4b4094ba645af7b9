//! The text of a discount code.

use super::problem::{Code, Problem};
use super::unseen::is_unseen;
use serde::{Deserialize, Serialize};

/// What a customer types: `^[A-Z0-9_-]{3,64}$`, trimmed and upper-cased first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeText(String);

impl CodeText {
    /// Fewest characters.
    pub const MIN: usize = 3;
    /// Most characters.
    pub const MAX: usize = 64;

    /// Trims, upper-cases and checks. `param` is the field's name in a refusal.
    ///
    /// Upper-casing is ASCII's: Unicode's would turn look-alikes (`ı`, `ſ`) into letters that nobody typed.
    pub fn parse(raw: &str, param: &str) -> Result<Self, Problem> {
        super::secret::refuse_key(raw, param)?;
        let text = Self::normalize(raw);
        if text.is_empty() {
            return Err(Problem::missing(param, format!("{param} is needed: 3 to 64 characters, like BLACKFRIDAY50.")));
        }
        if let Some(bad) = text.chars().find(|c| !matches!(c, 'A'..='Z' | '0'..='9' | '_' | '-')) {
            // A look-alike looks like what would be right, and a hidden character like nothing: their numbers tell.
            let seen = match bad {
                _ if bad.is_control() || bad.is_whitespace() => "a space or control character".to_owned(),
                _ if is_unseen(bad) => format!("the hidden character U+{:04X}", u32::from(bad)),
                _ if !bad.is_ascii() => format!("'{bad}' (U+{:04X})", u32::from(bad)),
                _ => format!("'{bad}'"),
            };
            return Err(Problem::invalid(
                param,
                format!("{param} may have the letters A to Z, digits, - and _ only; it has {seen}."),
            ));
        }
        let length = text.len();
        if !(Self::MIN..=Self::MAX).contains(&length) {
            return Err(Problem::invalid(
                param,
                format!("{param} must have {} to {} characters; it has {length}.", Self::MIN, Self::MAX),
            ));
        }
        Ok(Self(text))
    }

    /// A code that a customer typed at a checkout: what cannot be a code is an unknown code, not a broken request.
    pub fn parse_typed(raw: &str, param: &str) -> Result<Self, Problem> {
        Self::parse(raw, param).map_err(|_| {
            Problem::of(Code::DiscountCodeUnknown, param, "This discount code does not exist. Check its spelling.")
        })
    }

    /// Trimmed and upper-cased, unchecked: what a search compares.
    pub fn normalize(raw: &str) -> String {
        raw.trim().to_ascii_uppercase()
    }

    /// A text that the database gave back.
    pub fn trusted(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for CodeText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_good_code_is_taken_as_it_is(text in "[A-Z0-9_-]{3,64}") {
            let parsed = CodeText::parse(&text, "code").unwrap();
            prop_assert_eq!(parsed.as_str(), &text);
        }

        #[test]
        fn case_and_outer_space_do_not_matter(text in "[a-zA-Z0-9_-]{3,64}", before in "[ \t\n]{0,3}", after in "[ \t\n]{0,3}") {
            let parsed = CodeText::parse(&format!("{before}{text}{after}"), "code").unwrap();
            prop_assert_eq!(parsed.as_str(), text.to_ascii_uppercase());
        }

        #[test]
        fn whatever_is_taken_has_the_form(text in "\\PC{0,80}") {
            if let Ok(code) = CodeText::parse(&text, "code") {
                prop_assert!((3..=64).contains(&code.as_str().len()));
                prop_assert!(code.as_str().bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_' || b == b'-'));
                prop_assert_eq!(CodeText::parse(code.as_str(), "code").unwrap(), code);
            }
        }
    }

    #[test]
    fn look_alikes_are_refused_and_named() {
        for raw in ["BLACKFRıDAY", "СОDЕ", "CODEſ", "CODE\u{200b}", "CO DE"] {
            let problem = CodeText::parse(raw, "code").unwrap_err();
            assert_eq!((problem.code, problem.param.as_deref()), (Code::ParameterInvalid, Some("code")), "{raw}");
        }
        assert_eq!(CodeText::parse("   ", "code").unwrap_err().code, Code::ParameterMissing);
    }
}
