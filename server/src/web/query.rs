//! Query strings, as strict as bodies: no parameter twice, none that does not exist, no broken encoding.

use super::unknown;
use app::domain::{problem::Problem, secret};
use url::form_urlencoded;

/// A query string that is being read.
#[derive(Debug)]
pub struct Params {
    entries: Vec<(String, String)>,
    known: Vec<&'static str>,
}

impl Params {
    /// Splits and decodes it.
    pub fn parse(query: &str) -> Result<Self, Problem> {
        let mut entries: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let shown = secret::shown(&name, 80);
            if entries.iter().any(|(other, _)| *other == name) {
                return Err(Problem::invalid(
                    shown.clone(),
                    format!("{shown} stands twice in the address; give it once."),
                ));
            }
            // The decoder puts U+FFFD where the bytes are no UTF-8.
            if name.contains(['\0', '\u{fffd}']) || value.contains('\u{fffd}') || value.chars().any(char::is_control) {
                return Err(Problem::invalid(
                    shown.clone(),
                    format!("{shown} must be UTF-8 without control characters."),
                ));
            }
            entries.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self { entries, known: Vec::new() })
    }

    /// A parameter.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let place = self.entries.iter().position(|(key, _)| key == name)?;
        Some(self.entries.remove(place).1)
    }

    /// Refuses the first parameter that nobody asked for.
    pub fn finish(self) -> Result<(), Problem> {
        match self.entries.first() {
            Some((name, _)) => Err(unknown::refuse("query parameter", name, &self.known)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_once() {
        let mut params = Params::parse("q=a+b%26&limit=3").unwrap();
        assert_eq!(params.text("q").as_deref(), Some("a b&"));
        assert_eq!(params.text("limit").as_deref(), Some("3"));
        assert_eq!(params.text("limit"), None);
        assert_eq!(params.finish(), Ok(()));
        assert_eq!(Params::parse("").unwrap().finish(), Ok(()));
    }

    #[test]
    fn bad_ones_are_named() {
        for (query, param) in [
            ("limit=1&limit=1", "limit"),
            ("limit=1&%6cimit=2", "limit"),
            ("q=%00", "q"),
            ("q=%ff", "q"),
            ("q=a%0ab", "q"),
            ("lim=1", "lim"),
            ("limit", "limit"),
            ("=x", ""),
        ] {
            let refused = Params::parse(query).and_then(|mut params| {
                params.text("q");
                params.finish()
            });
            assert_eq!(refused.unwrap_err().param.as_deref(), Some(param), "{query}");
        }
    }
}
