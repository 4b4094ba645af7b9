//! An app's id: a slug that is unique in its workspace.

use super::problem::Problem;
use serde::{Deserialize, Serialize};

/// `taskpomo`: 1 to 40 of a-z, 0-9, `-` and `_`, beginning with a letter or a digit. It stands in addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppId(String);

impl AppId {
    /// Most characters.
    pub const MAX: usize = 40;

    /// Checks a slug. `param` is the field's name in a refusal.
    pub fn parse(raw: &str, param: &str) -> Result<Self, Problem> {
        let text = raw.trim();
        if text.is_empty() {
            return Err(Problem::missing(param, format!("{param} is needed: the app's id, like taskpomo.")));
        }
        let good = text.len() <= Self::MAX
            && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
            && text.as_bytes()[0].is_ascii_alphanumeric();
        if !good {
            return Err(Problem::invalid(
                param,
                format!(
                    "{param} must be 1 to {} of a-z, 0-9, - and _, beginning with a letter or digit, like taskpomo.",
                    Self::MAX
                ),
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// A slug for a name that a person gave: `Task Pomo!` becomes `task-pomo`; `None` if nothing is left.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut slug = String::new();
        for c in name.trim().to_ascii_lowercase().chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(Self::MAX);
        Self::parse(slug.trim_end_matches('-'), "id").ok()
    }

    /// An id that the database gave back.
    pub fn trusted(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for AppId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        assert_eq!(AppId::from_name("  Task Pomo! ").unwrap().as_str(), "task-pomo");
        assert_eq!(AppId::from_name("—"), None);
        assert!(AppId::parse("taskpomo", "app_id").is_ok());
        for bad in ["Task", "-a", "a b", "a/b", &"a".repeat(41)] {
            assert_eq!(AppId::parse(bad, "app_id").unwrap_err().param.as_deref(), Some("app_id"), "{bad}");
        }
    }
}
