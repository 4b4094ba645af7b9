//! A reward: one earned code, for one person, for one use. Its states, in the words of the API and of the screens.

use super::email;
use super::metadata::{self, Metadata};
use super::problem::Problem;
use super::secret::refuse_key;
use super::unseen::is_unseen;
use serde::{Deserialize, Serialize};

/// Most characters of a reference.
pub const MAX_REFERENCE: usize = 200;

/// The fields of a new reward, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Who earned it.
    pub email: Option<String>,
    /// What it was earned by, in the owner's words: one reward for one reference, for ever.
    pub reference: Option<String>,
    /// Whether the code is mailed.
    pub send_email: Option<bool>,
    /// The owner's own words.
    pub metadata: Metadata,
}

/// What was earned, checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Earned {
    /// Who earned it, as it was given.
    pub email: String,
    /// What it was earned by.
    pub reference: Option<String>,
    /// Whether the code is mailed.
    pub send_email: bool,
    /// The owner's own words.
    pub metadata: Metadata,
}

/// Without the person.
impl std::fmt::Debug for Earned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Earned").field("send_email", &self.send_email).finish_non_exhaustive()
    }
}

impl Draft {
    /// Checks every field; the first problem in the order of the fields.
    pub fn check(&self) -> Result<Earned, Problem> {
        let raw = self.email.as_deref().unwrap_or_default();
        refuse_key(raw, "email")?;
        let email = email::parse(raw, "email")?;
        let reference = self.reference.as_deref().map(check_reference).transpose()?;
        metadata::check(&self.metadata)?;
        Ok(Earned { email, reference, send_email: self.send_email.unwrap_or(true), metadata: self.metadata.clone() })
    }
}

/// 1 to 200 characters on one line.
pub fn check_reference(raw: &str) -> Result<String, Problem> {
    refuse_key(raw, "reference")?;
    let text = raw.trim();
    let length = text.chars().count();
    if length == 0 || length > MAX_REFERENCE || text.chars().any(is_unseen) {
        return Err(Problem::invalid(
            "reference",
            format!("reference must have 1 to {MAX_REFERENCE} characters, all of which are seen, like share-4711."),
        ));
    }
    if text.starts_with(ERASED) {
        return Err(Problem::invalid("reference", format!("reference must not begin with {ERASED}.")));
    }
    Ok(text.to_owned())
}

/// What a reference begins with once its person was erased; a hash follows.
pub const ERASED: &str = "erased:";

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word on the wire and in columns.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads the word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    };
}

words! {
    /// Whether a code is in Stripe.
    SyncState {
        /// Not tried yet.
        Pending = "pending",
        /// It did not work, and is tried again by itself.
        Failed = "failed",
        /// It is there.
        Minted = "minted",
        /// It waits for the owner.
        Blocked = "blocked",
    }
}

words! {
    /// Why a code is not in Stripe yet.
    Cause {
        /// Stripe does not answer, or not usefully.
        Outage = "outage",
        /// Stripe is not connected in this mode.
        NotConnected = "not_connected",
        /// Stripe refuses the connection.
        NeedsReauth = "needs_reauth",
        /// The key or install lacks a permission.
        Permission = "permission",
        /// The campaign's coupon was changed or deleted in Stripe.
        Coupon = "coupon",
        /// Somebody else's active promotion code has the same text.
        CodeTaken = "code_taken",
        /// What was made by hand is not what the reward promises.
        Different = "different",
        /// It ended before it could be minted.
        Expired = "expired",
        /// Stripe refuses it for a reason of its own.
        Refused = "refused",
    }
}

impl Cause {
    /// Whether it concerns the connection as a whole, not this reward.
    pub fn is_of_connection(self) -> bool {
        matches!(self, Self::Outage | Self::NotConnected | Self::NeedsReauth | Self::Permission)
    }

    /// Whether nothing moves on before the owner acts.
    pub fn needs_owner(self) -> bool {
        !matches!(self, Self::Outage | Self::Refused)
    }

    /// The state of a reward that waits because of it.
    pub fn state(self) -> SyncState {
        if self.needs_owner() { SyncState::Blocked } else { SyncState::Failed }
    }
}

words! {
    /// Where the mail with a code stands.
    MailState {
        /// None was asked for.
        None = "none",
        /// It leaves as soon as it can.
        Queued = "queued",
        /// The mail server has it.
        Sent = "sent",
        /// Tried often enough, and given up.
        Failed = "failed",
        /// The mail server says that there is no such address.
        Refused = "refused",
        /// So many mails went to this address lately that this one was not sent.
        Limited = "limited",
        /// This person wants no marketing from this owner.
        Unsubscribed = "unsubscribed",
        /// Its person was erased before it left.
        Cancelled = "cancelled",
    }
}

impl MailState {
    /// Whether the mail did not arrive, though nobody decided against it.
    pub fn is_trouble(self) -> bool {
        matches!(self, Self::Failed | Self::Refused | Self::Limited)
    }
}

words! {
    /// Where a reward stands for its customer: the first that applies.
    Status {
        /// It was used.
        Used = "used",
        /// After its end.
        Expired = "expired",
        /// Can be used.
        Active = "active",
    }
}

impl Status {
    /// The status at a moment.
    pub fn at(used: bool, expires_at: Option<i64>, now_ms: i64) -> Self {
        if used {
            Self::Used
        } else if expires_at.is_some_and(|end| end <= now_ms) {
            Self::Expired
        } else {
            Self::Active
        }
    }
}

words! {
    /// What a list of rewards shows.
    Filter {
        /// All of them.
        All = "all",
        /// Neither used nor over.
        Unused = "unused",
        /// Used.
        Used = "used",
        /// On the way to Stripe: pending or failed.
        Waiting = "waiting",
        /// Waiting for the owner.
        Blocked = "blocked",
        /// Whose mail did not arrive.
        MailTrouble = "mail_trouble",
    }
}

#[cfg(test)]
mod tests {
    use super::super::problem::Code;
    use super::*;
    use proptest::prelude::*;

    fn good() -> Draft {
        Draft { email: Some(" Ada@Example.com ".into()), reference: Some(" share-4711 ".into()), ..Draft::default() }
    }

    #[test]
    fn a_good_reward() {
        let earned = good().check().unwrap();
        assert_eq!((earned.email.as_str(), earned.reference.as_deref()), ("Ada@Example.com", Some("share-4711")));
        assert!(earned.send_email);
        let quiet = Draft { reference: None, send_email: Some(false), ..good() }.check().unwrap();
        assert_eq!((quiet.reference, quiet.send_email), (None, false));
        assert!(!format!("{:?}", good().check().unwrap()).contains("Example"));
    }

    #[test]
    fn each_field_has_its_refusal() {
        let refused =
            |draft: Draft| draft.check().map(|_| ()).map_err(|problem| (problem.param.unwrap(), problem.code));
        let missing = Err(("email".to_owned(), Code::ParameterMissing));
        for email in [None, Some(""), Some("  ")] {
            assert_eq!(refused(Draft { email: email.map(str::to_owned), ..good() }), missing, "{email:?}");
        }
        let invalid = |param: &str| Err((param.to_owned(), Code::ParameterInvalid));
        for email in ["ada", "ada@example", "a@b.co, c@d.co", "a@b.co\r\nBcc: c@d.co", "rk_live_51AbcDefGhi"] {
            assert_eq!(refused(Draft { email: Some(email.into()), ..good() }), invalid("email"), "{email}");
        }
        for reference in
            ["", " ", "a\nb", "a\u{200b}", &"r".repeat(MAX_REFERENCE + 1), "erased:abc", "sk_live_51AbcDefGhi"]
        {
            assert_eq!(
                refused(Draft { reference: Some(reference.into()), ..good() }),
                invalid("reference"),
                "{reference}"
            );
        }
        let metadata = Metadata::from([(String::new(), "x".to_owned())]);
        assert!(Draft { metadata, ..good() }.check().is_err());
    }

    #[test]
    fn every_cause_says_who_moves_on() {
        for cause in Cause::ALL {
            let waits_for_owner = cause.state() == SyncState::Blocked;
            assert_eq!(waits_for_owner, cause.needs_owner(), "{cause:?}");
            assert!(cause.state() != SyncState::Minted && cause.state() != SyncState::Pending);
            assert_eq!(Cause::parse(cause.as_str()), Some(*cause));
        }
    }

    proptest! {
        #[test]
        fn a_reference_that_was_taken_is_taken_again(text in ".{0,210}") {
            if let Ok(reference) = check_reference(&text) {
                prop_assert_eq!(check_reference(&reference), Ok(reference.clone()));
                prop_assert!((1..=MAX_REFERENCE).contains(&reference.chars().count()) && !reference.starts_with(ERASED));
            }
        }

        #[test]
        fn used_goes_before_over(used: bool, end in prop::option::of(0i64..10), now in 0i64..10) {
            let status = Status::at(used, end, now);
            prop_assert_eq!(status == Status::Used, used);
            prop_assert_eq!(status == Status::Expired, !used && end.is_some_and(|end| end <= now));
        }
    }
}
