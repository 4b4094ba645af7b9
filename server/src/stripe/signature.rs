//! Who sent a webhook: `Stripe-Signature: t=…,v1=…`, an HMAC-SHA256 of the moment, a full stop and the body under the endpoint's secret
//! (<https://docs.stripe.com/webhooks#verify-manually>).
//!
//! While a secret is rolled Stripe signs with the old and the new one, so any `v1` may be the good one; `v0` is for tests of Stripe's own
//! and counts for nothing. Whatever is not exactly as Stripe writes it is refused.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// How far the moment of a signature may be from ours, both ways, in seconds: what Stripe's own libraries allow.
pub const TOLERANCE_S: i64 = 300;
/// Bytes of an HMAC-SHA256.
const BYTES: usize = 32;
/// Digits of a moment: enough until the year 33658.
const MAX_DIGITS: usize = 12;

/// A delivery that Stripe did not sign, or not now. It says nothing about why: whoever forges learns nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature is not Stripe's")]
pub struct Forged;

/// What a header says.
struct Header<'a> {
    /// As it is signed.
    moment: &'a str,
    /// Every `v1` that can be one.
    signatures: Vec<[u8; BYTES]>,
}

impl<'a> Header<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (mut moment, mut signatures) = (None, Vec::new());
        for part in text.split(',') {
            match part.split_once('=')? {
                ("t", _) if moment.is_some() => return None,
                ("t", digits) => moment = Some(digits),
                ("v1", hex) => signatures.extend(unhex(hex)),
                _ => {}
            }
        }
        let moment =
            moment.filter(|text| text.len() <= MAX_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some(Self { moment, signatures })
    }
}

/// 64 digits in lower case, as Stripe writes them.
fn unhex(text: &str) -> Option<[u8; BYTES]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; BYTES];
    if text.len() != 2 * BYTES {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

/// Checks the header of a delivery over its raw body, against every secret that may have signed it, at a moment (Unix seconds).
/// Takes as long for a wrong signature as for a good one.
pub fn verify(header: &[u8], body: &[u8], secrets: &[SecretString], now_s: i64) -> Result<(), Forged> {
    let header = std::str::from_utf8(header).ok().and_then(Header::parse).ok_or(Forged)?;
    let moment: i64 = header.moment.parse().map_err(|_| Forged)?;
    if (now_s - moment).abs() > TOLERANCE_S {
        return Err(Forged);
    }
    let mut good = Choice::from(0);
    for secret in secrets {
        let secret = secret.expose_secret();
        // An empty secret would be everybody's.
        if secret.is_empty() {
            continue;
        }
        let expected = sign(secret, header.moment, body)?;
        for signature in &header.signatures {
            good |= signature.ct_eq(&expected);
        }
    }
    if bool::from(good) { Ok(()) } else { Err(Forged) }
}

fn sign(secret: &str, moment: &str, body: &[u8]) -> Result<[u8; BYTES], Forged> {
    // A key of any length is taken.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| Forged)?;
    mac.update(moment.as_bytes());
    mac.update(b".");
    mac.update(body);
    Ok(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_795_000_000;

    fn secrets(all: &[&str]) -> Vec<SecretString> {
        all.iter().map(|one| SecretString::from(*one)).collect()
    }

    fn v1(secret: &str, moment: &str, body: &[u8]) -> String {
        sign(secret, moment, body).unwrap().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// By `printf '12.{}' | openssl dgst -sha256 -hmac whsec_a`.
    #[test]
    fn as_others_compute_it() {
        let header = "t=12,v1=125c363802160fbda1189a95bd8f15fd6ea165c87ab137429f3fc4c464f40d89";
        assert_eq!(verify(header.as_bytes(), b"{}", &secrets(&["whsec_a"]), 12), Ok(()));
        assert_eq!(verify(header.as_bytes(), b"{}", &secrets(&["whsec_b"]), 12), Err(Forged));
    }

    #[test]
    fn which_headers_pass() {
        let moment = NOW.to_string();
        let good = v1("whsec_a", &moment, b"body");
        let other = v1("whsec_b", &moment, b"body");
        let check = |header: &str, all: &[&str]| verify(header.as_bytes(), b"body", &secrets(all), NOW).is_ok();
        for header in [
            format!("t={moment},v1={good}"),
            format!("v1={good},t={moment}"),
            format!("t={moment},v1={good},v0={other}"),
            format!("t={moment},v1={other},v1={good}"),
            format!("t={moment},v1=nonsense,v1={good}"),
            format!("t={moment},v2=later,v1={good}"),
        ] {
            assert!(check(&header, &["whsec_a"]), "{header}");
            assert!(check(&header, &["whsec_c", "whsec_a"]), "{header}");
        }
        for header in [
            String::new(),
            format!("v1={good}"),
            format!("t={moment}"),
            format!("t={moment},v0={good}"),
            format!("t={moment},V1={good}"),
            format!("t={moment}, v1={good}"),
            format!("t= {moment},v1={good}"),
            format!("t=+{moment},v1={good}"),
            format!("t=-{moment},v1={good}"),
            format!("t={moment}.0,v1={good}"),
            format!("t={moment},t={moment},v1={good}"),
            format!("t=,v1={good}"),
            format!("t={moment},v1={}", good.to_uppercase()),
            format!("t={moment},v1={}", &good[..62]),
            format!("t={moment},v1={good}00"),
            format!("t={moment},v1=0x{}", &good[2..]),
            format!("t={moment},v1="),
            format!("t={moment},,v1={good}"),
            format!("t={moment};v1={good}"),
            format!("{moment},{good}"),
            format!("t={moment},v1={other}"),
            format!("t=99999999999999999999,v1={good}"),
        ] {
            assert!(!check(&header, &["whsec_a"]), "{header}");
        }
        let header = format!("t={moment},v1={good}");
        assert!(!check(&header, &[]));
        assert!(!check(&format!("t={moment},v1={}", v1("", &moment, b"body")), &[""]), "an empty secret is none");
        assert_eq!(verify(b"t=1,v1=\xff", b"body", &secrets(&["whsec_a"]), 1), Err(Forged));
    }

    #[test]
    fn five_minutes_both_ways() {
        let at = |moment: i64| {
            let text = moment.to_string();
            verify(format!("t={text},v1={}", v1("s", &text, b"")).as_bytes(), b"", &secrets(&["s"]), NOW).is_ok()
        };
        assert!(at(NOW) && at(NOW - TOLERANCE_S) && at(NOW + TOLERANCE_S));
        assert!(!at(NOW - TOLERANCE_S - 1) && !at(NOW + TOLERANCE_S + 1) && !at(0) && !at(999_999_999_999));
    }

    proptest! {
        #[test]
        fn what_was_signed_passes_and_nothing_else(
            body: Vec<u8>, secret in "whsec_[a-zA-Z0-9]{8,40}", early in -TOLERANCE_S..=TOLERANCE_S, place: prop::sample::Index, bit in 0_u8..8,
        ) {
            let moment = (NOW + early).to_string();
            let header = format!("t={moment},v1={}", v1(&secret, &moment, &body)).into_bytes();
            let keys = secrets(&[&secret]);
            prop_assert_eq!(verify(&header, &body, &keys, NOW), Ok(()));
            // One bit of the header changed.
            let mut bent = header.clone();
            bent[place.index(header.len())] ^= 1 << bit;
            prop_assert_eq!(verify(&bent, &body, &keys, NOW), Err(Forged));
            // One bit of the body, or a byte more.
            let mut other = body.clone();
            if other.is_empty() { other.push(b' ') } else { let at = place.index(other.len()); other[at] ^= 1 << bit }
            prop_assert_eq!(verify(&header, &other, &keys, NOW), Err(Forged));
            prop_assert_eq!(verify(&header, &[&body[..], b"\n"].concat(), &keys, NOW), Err(Forged));
            prop_assert_eq!(verify(&header, &body, &secrets(&[&format!("{secret}x")]), NOW), Err(Forged));
        }

        #[test]
        fn nothing_panics(header: Vec<u8>, text in "[tv01=, a-f0-9]{0,100}") {
            let keys = secrets(&["whsec_a"]);
            prop_assert_eq!(verify(&header, b"", &keys, NOW), Err(Forged));
            prop_assert_eq!(verify(text.as_bytes(), b"", &keys, NOW), Err(Forged));
        }
    }
}
