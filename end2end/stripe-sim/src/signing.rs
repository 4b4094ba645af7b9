//! Signing secrets, and the header `Stripe-Signature`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::id;

/// The secret of an endpoint, and the one before while both sign.
#[derive(Debug, Clone)]
pub(crate) struct Secret {
    current: String,
    /// The former one, and until when it signs: Unix seconds.
    former: Option<(String, i64)>,
}

impl Default for Secret {
    fn default() -> Self {
        Self { current: id::mixed("whsec_", 32), former: None }
    }
}

impl Secret {
    pub(crate) fn current(&self) -> &str {
        &self.current
    }

    /// This one and the one before.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.current()).chain(self.former.iter().map(|(secret, _)| secret.as_str()))
    }

    /// A new secret; the old one signs beside it until then.
    pub(crate) fn roll(&mut self, until: i64) -> String {
        let old = std::mem::replace(&mut self.current, id::mixed("whsec_", 32));
        self.former = Some((old, until));
        self.current.clone()
    }

    /// `t=…,v1=…`, with a second `v1` while the secret is being rolled.
    pub(crate) fn sign(&self, at: i64, body: &str) -> String {
        let former = self.former.iter().filter(|(_, until)| at < *until).map(|(secret, _)| secret);
        let each = |secret: &String| format!(",v1={}", mac(secret, at, body));
        let signed: String = std::iter::once(&self.current).chain(former).map(each).collect();
        format!("t={at}{signed}")
    }
}

/// The HMAC-SHA256 of the moment, a full stop and the body, under the whole secret.
fn mac(secret: &str, at: i64, body: &str) -> String {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{at}.{body}").as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "v1=125c363802160fbda1189a95bd8f15fd6ea165c87ab137429f3fc4c464f40d89";

    /// By `printf '12.{}' | openssl dgst -sha256 -hmac whsec_a`.
    #[test]
    fn the_whole_secret_signs_moment_and_body() {
        let mut secret = Secret { current: "whsec_a".to_owned(), former: None };
        assert_eq!(secret.sign(12, "{}"), format!("t=12,{OLD}"));
        secret.roll(13);
        assert!(secret.sign(12, "{}").ends_with(&format!(",{OLD}")));
        assert_eq!(secret.sign(12, "{}").matches("v1=").count(), 2);
        assert_eq!(secret.sign(13, "{}").matches("v1=").count(), 1);
    }
}
