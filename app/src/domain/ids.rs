//! Prefixed, time-ordered ids: `dc_01k…`. Later ids sort after earlier ones, so an id is also a list's cursor.

use serde::{Deserialize, Serialize};

/// Crockford's base 32 in lower case (no i, l, o, u): sorts as the numbers do. <https://www.crockford.com/base32.html>
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 128 bits in base 32.
const DIGITS: usize = 26;

/// 26 digits for a moment (milliseconds, 48 bits) and 80 random bits, as in a ULID.
pub fn encode(now_ms: i64, random: [u8; 10]) -> String {
    let mut value = u128::from(now_ms.max(0).unsigned_abs() & 0xffff_ffff_ffff);
    for byte in random {
        value = (value << 8) | u128::from(byte);
    }
    encode_bits(value)
}

/// 26 digits for 128 bits.
pub fn encode_bits(mut value: u128) -> String {
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(value & 31) as usize];
        value >>= 5;
    }
    digits.iter().map(|&digit| char::from(digit)).collect()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident, $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id for a moment (milliseconds since 1970) and ten bytes of the system's randomness.
            pub fn new(now_ms: i64, random: [u8; 10]) -> Self {
                Self(format!("{}{}", Self::PREFIX, encode(now_ms, random)))
            }

            /// Reads an id; `None` if it can be no id of this kind.
            pub fn parse(text: &str) -> Option<Self> {
                let digits = text.strip_prefix(Self::PREFIX)?;
                (digits.len() == DIGITS && digits.bytes().all(|b| ALPHABET.contains(&b))).then(|| Self(text.to_owned()))
            }

            /// What every id of this kind matches, as a regular expression.
            pub fn pattern() -> String {
                let alphabet: String = ALPHABET.iter().map(|&digit| char::from(digit)).collect();
                format!("^{}[{alphabet}]{{{DIGITS}}}$", Self::PREFIX)
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

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A workspace, the owner's tenant.
    WorkspaceId, "ws_";
    /// A person who signs in.
    OwnerId, "own_";
    /// A discount code.
    DiscountCodeId, "dc_";
    /// A redemption.
    RedemptionId, "rd_";
    /// A campaign.
    CampaignId, "cmp_";
    /// A reward.
    RewardId, "rw_";
    /// Something that happened.
    ActivityId, "act_";
    /// An API key.
    ApiKeyId, "key_";
    /// A checkout: the row behind one Stripe session.
    CheckoutId, "co_";
    /// A data key of a workspace.
    DataKeyId, "dk_";
    /// An owner's own webhook endpoint.
    WebhookEndpointId, "whk_";
    /// A key for what belongs to no workspace yet.
    SystemKeyId, "sys_";
    /// A mail in the outbox.
    MailId, "ml_";
    /// One request, as in `Request-Id`.
    RequestId, "req_";
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_sort_by_time(a in 0i64..281_474_976_710_655, b in 0i64..281_474_976_710_655, r: [u8; 10], s: [u8; 10]) {
            prop_assume!(a < b);
            prop_assert!(DiscountCodeId::new(a, r) < DiscountCodeId::new(b, s));
        }

        #[test]
        fn what_was_made_parses(now in 0i64..281_474_976_710_655, r: [u8; 10]) {
            let id = RedemptionId::new(now, r);
            prop_assert_eq!(RedemptionId::parse(id.as_str()), Some(id.clone()));
            prop_assert_eq!(DiscountCodeId::parse(id.as_str()), None);
        }

        #[test]
        fn nothing_else_parses(text in ".{0,40}") {
            if let Some(id) = DiscountCodeId::parse(&text) {
                prop_assert_eq!(id.as_str().len(), 29);
            }
        }
    }
}
