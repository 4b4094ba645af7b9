//! The API key of a request.

use super::{Site, problem::Refused};
use crate::services::Caller;
use app::domain::problem::{Code, Problem};
use app::wire::screens::KeyRights;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use base64::{Engine, prelude::BASE64_STANDARD};

/// Longer ones are nobody's.
const MAX_KEY: usize = 255;

/// Whoever has a key of ours: validation, checkouts, redemptions.
pub struct AnyKey(pub Caller);

/// Whoever has a key with all rights: everything under `/v1/admin`, and lists.
pub struct FullKey(pub Caller);

impl FromRequestParts<Site> for AnyKey {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Refused> {
        let key = presented(&parts.headers)?;
        Ok(Self(site.services.authenticate(&key).await?))
    }
}

impl FromRequestParts<Site> for FullKey {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Refused> {
        let AnyKey(caller) = AnyKey::from_request_parts(parts, site).await?;
        match caller.rights {
            KeyRights::Full => Ok(Self(caller)),
            KeyRights::Checkout => Err(Refused(Problem::new(
                Code::KeyScope,
                "This API key may validate codes and make checkouts only. Use a key with full access for this call.",
            ))),
        }
    }
}

/// The key as it was presented: `Bearer KEY`, or `Basic` with the key as the user, as with Stripe. No refusal repeats it.
fn presented(headers: &HeaderMap) -> Result<String, Problem> {
    let missing = || {
        Problem::new(
            Code::ApiKeyMissing,
            "An API key is needed in the header Authorization: Bearer cm_test_… or cm_live_…. You make one under Settings.",
        )
    };
    let invalid = |why: &str| Problem::new(Code::ApiKeyInvalid, why);
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or_else(missing)?;
    if values.next().is_some() {
        return Err(invalid("The header Authorization stands twice; send it once."));
    }
    let text =
        value.to_str().map_err(|_| invalid("The header Authorization has characters that no API key has."))?.trim();
    let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
    let key = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => rest.trim().to_owned(),
        "basic" => basic_user(rest.trim()).ok_or_else(|| {
            invalid("The header Authorization: Basic cannot be read; send Authorization: Bearer cm_test_… instead.")
        })?,
        _ => return Err(missing()),
    };
    match key.as_str() {
        "" => Err(missing()),
        text if text.len() > MAX_KEY || !text.bytes().all(|b| b.is_ascii_graphic()) => {
            Err(invalid("This is no API key: it must look like cm_test_… or cm_live_…."))
        }
        _ => Ok(key),
    }
}

fn basic_user(encoded: &str) -> Option<String> {
    let text = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    Some(text.split_once(':').map_or(text.as_str(), |(user, _)| user).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn read(values: &[&str]) -> Result<String, Code> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        presented(&headers).map_err(|problem| problem.code)
    }

    #[test]
    fn keys_come_in_two_ways() {
        for good in ["Bearer cm_test_1", "bearer  cm_test_1 ", "Basic Y21fdGVzdF8xOg==", "Basic Y21fdGVzdF8x"] {
            assert_eq!(read(&[good]).as_deref(), Ok("cm_test_1"), "{good}");
        }
        for missing in [&[][..], &[""], &["Bearer"], &["Bearer "], &["cm_test_1"], &["Digest x"], &["Basic Og=="]] {
            assert_eq!(read(missing), Err(Code::ApiKeyMissing), "{missing:?}");
        }
        let long = format!("Bearer {}", "x".repeat(256));
        for invalid in
            [&["Bearer a", "Bearer a"][..], &["Bearer é"], &["Bearer a b"], &["Basic !"], &["Basic gICA"], &[&long]]
        {
            assert_eq!(read(invalid), Err(Code::ApiKeyInvalid), "{invalid:?}");
        }
    }
}
