//! An e-mail address, as far as a rule can tell.

use super::problem::Problem;
use super::unseen::is_unseen;

/// Most bytes of an address (RFC 5321, 4.5.3.1.3).
pub const MAX: usize = 254;

/// Trims and checks the form `local@domain.tld`; the mail that arrives is the real proof.
pub fn parse(raw: &str, param: &str) -> Result<String, Problem> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(Problem::missing(param, format!("{param} is needed: an e-mail address, like you@example.com.")));
    }
    let good = text.len() <= MAX
        && !text.chars().any(|c| c.is_whitespace() || is_unseen(c) || matches!(c, '<' | '>' | ',' | ';' | '"' | '\\'))
        && text.rsplit_once('@').is_some_and(|(local, domain)| {
            (1..=64).contains(&local.len())
                && !local.contains('@')
                && domain.contains('.')
                && domain.split('.').all(|label| {
                    !label.is_empty()
                        && !label.starts_with('-')
                        && !label.ends_with('-')
                        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
                })
        });
    if good {
        Ok(text.to_owned())
    } else {
        Err(Problem::invalid(param, format!("This is not an e-mail address: {param} must be like you@example.com.")))
    }
}

/// An address so that its owner knows it and nobody else learns it: `a…@example.com`.
pub fn mask(address: &str) -> String {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    format!("{}…@{domain}", local.chars().next().unwrap_or_default())
}

/// The form under which an address is compared: lower case.
pub fn normalize(address: &str) -> String {
    address.trim().to_lowercase()
}

/// That an address was typed a second time, as asked before its person is erased.
pub fn same_person(address: &str, again: &str) -> Result<(), Problem> {
    if normalize(address) == normalize(again) {
        return Ok(());
    }
    Err(Problem::invalid("confirm", "This is not the address above. Type it once more, exactly; nothing was erased."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked() {
        assert_eq!(mask("ada@sub.example.org"), "a…@sub.example.org");
        assert_eq!(mask("ö@exämple.de"), "ö…@exämple.de");
    }

    #[test]
    fn forms() {
        for good in ["a@b.co", " ada+codes@sub.example.org ", "ö@exämple.de"] {
            assert!(parse(good, "email").is_ok(), "{good}");
        }
        for bad in ["", "a", "a@b", "a b@c.de", "a@.de", "a@b..c", "a@@b.c", "x@y.z\r\nBcc: q@r.s", "<a@b.c>", "a@-b.c"]
        {
            assert_eq!(parse(bad, "email").unwrap_err().param.as_deref(), Some("email"), "{bad}");
        }
    }
}
