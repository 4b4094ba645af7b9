//! A campaign: the offer behind earned codes. Its definition, what its state is called, and whether it issues rewards.

mod changes;
mod status;

pub use changes::{Changed, Patch};
pub use status::{Facts, Status};

use super::discount_code::{MAX_LIMIT, check_expires_at};
use super::metadata::{self, Metadata};
use super::problem::{Code, Problem};
use super::secret::refuse_key;
use super::terms::{Terms, TermsDraft};
use super::unseen::is_unseen;
use serde::{Deserialize, Serialize};

/// Most characters of a name.
pub const MAX_NAME: usize = 80;
/// The prefix where none is given.
pub const DEFAULT_PREFIX: &str = "SHARE";
/// Most characters of a prefix.
pub const MAX_PREFIX: usize = 20;
/// Most days from earning: Stripe takes no end that is more than five years ahead
/// (<https://docs.stripe.com/api/promotion_codes/create>), and the last day runs to its end.
pub const MAX_DAYS: i64 = 1_820;
/// The end of a campaign lies at most so far ahead, for the same reason; in milliseconds.
pub const MAX_AHEAD_MS: i64 = 1_825 * DAY_MS;
/// A day, in milliseconds.
pub const DAY_MS: i64 = 86_400_000;

/// The fields of a new campaign, unchecked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// For the owner; customers read it as the discount's name at Stripe's checkout.
    pub name: Option<String>,
    /// What a reward gives.
    pub terms: TermsDraft,
    /// What every code begins with.
    pub code_prefix: Option<String>,
    /// When all its codes end.
    pub ends: EndsDraft,
    /// `None`: without limit.
    pub max_rewards: Option<i64>,
    /// The owner's own words.
    pub metadata: Metadata,
}

/// When codes end, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndsDraft {
    /// All at this moment, in milliseconds.
    pub expires_at: Option<i64>,
    /// Each so many days after it was earned.
    pub expires_in_days: Option<i64>,
    /// IANA name; with it a day ends at midnight there, without it a day is 24 hours.
    pub time_zone: Option<String>,
}

/// A definition that keeps the rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// For the owner, and at Stripe's checkout.
    pub name: String,
    /// What a reward gives.
    pub terms: Terms,
    /// What every code begins with, without the hyphen behind it.
    pub code_prefix: String,
    /// When codes end.
    pub ends: Ends,
    /// `None`: without limit.
    pub max_rewards: Option<i64>,
    /// The owner's own words.
    pub metadata: Metadata,
}

/// When the codes of a campaign end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ends {
    /// Not by themselves.
    #[default]
    Never,
    /// All at one moment, in milliseconds.
    At(i64),
    /// Each by itself.
    After {
        /// Days from earning, 1 or more.
        days: i64,
        /// IANA name; none: days of 24 hours.
        time_zone: Option<String>,
    },
}

impl Ends {
    /// The moment for all, if there is one.
    pub fn at(&self) -> Option<i64> {
        if let Self::At(ms) = self { Some(*ms) } else { None }
    }

    /// Days from earning, if they count.
    pub fn days(&self) -> Option<i64> {
        if let Self::After { days, .. } = self { Some(*days) } else { None }
    }

    /// The zone of those days.
    pub fn time_zone(&self) -> Option<&str> {
        if let Self::After { time_zone, .. } = self { time_zone.as_deref() } else { None }
    }

    /// When a code ends that is earned now. `end_of_day` tells the end of the day that is so many days after this moment in a zone
    /// (milliseconds; `None`: no such zone).
    pub fn of_reward(&self, now_ms: i64, end_of_day: impl FnOnce(i64, i64, &str) -> Option<i64>) -> Option<i64> {
        match self {
            Self::Never => None,
            Self::At(ms) => Some(*ms),
            Self::After { days, time_zone: None } => Some(now_ms + days * DAY_MS),
            Self::After { days, time_zone: Some(zone) } => {
                Some(end_of_day(now_ms, *days, zone).unwrap_or(now_ms + days * DAY_MS))
            }
        }
    }

    /// From stored columns.
    pub fn stored(expires_at: Option<i64>, days: Option<i64>, time_zone: Option<String>) -> Self {
        match (expires_at, days) {
            (Some(ms), _) => Self::At(ms),
            (None, Some(days)) => Self::After { days, time_zone },
            (None, None) => Self::Never,
        }
    }
}

impl EndsDraft {
    /// Checks it; `is_zone` knows the zones. On the screens a zone always comes along, so it is no error without days.
    pub fn check(&self, now_ms: i64, is_zone: impl FnOnce(&str) -> bool) -> Result<Ends, Problem> {
        match (self.expires_at, self.expires_in_days) {
            (Some(_), Some(_)) => Err(Problem::of(
                Code::ParametersExclusive,
                "expires_in_days",
                "Give either expires_at or expires_in_days, not both.",
            )),
            (Some(at), None) => {
                check_expires_at(Some(at), now_ms)?;
                if at - now_ms > MAX_AHEAD_MS {
                    return Err(Problem::invalid(
                        "expires_at",
                        "expires_at must be within five years: Stripe takes no end that is further ahead.",
                    ));
                }
                self.check_zone(is_zone)?;
                Ok(Ends::At(at))
            }
            (None, Some(days)) if (1..=MAX_DAYS).contains(&days) => {
                self.check_zone(is_zone)?;
                Ok(Ends::After { days, time_zone: self.time_zone.clone() })
            }
            (None, Some(_)) => Err(Problem::invalid(
                "expires_in_days",
                format!("expires_in_days must be a whole number of days, 1 to {MAX_DAYS}."),
            )),
            (None, None) => {
                self.check_zone(is_zone)?;
                Ok(Ends::Never)
            }
        }
    }

    fn check_zone(&self, is_zone: impl FnOnce(&str) -> bool) -> Result<(), Problem> {
        match &self.time_zone {
            Some(zone) if !is_zone(zone) => {
                Err(Problem::invalid("time_zone", "time_zone must be the name of a time zone, like Europe/Berlin."))
            }
            _ => Ok(()),
        }
    }
}

impl Draft {
    /// Checks every field; all problems there are, in the order of the fields.
    pub fn check(&self, now_ms: i64, is_zone: impl FnOnce(&str) -> bool) -> Result<Definition, Vec<Problem>> {
        let mut problems = Vec::new();
        let name = check_name(self.name.as_deref().unwrap_or_default()).map_err(|p| problems.push(p));
        let terms = self.terms.check().map_err(|p| problems.extend(p));
        let prefix = check_prefix(self.code_prefix.as_deref().unwrap_or(DEFAULT_PREFIX)).map_err(|p| problems.push(p));
        let ends = self.ends.check(now_ms, is_zone).map_err(|p| problems.push(p));
        problems.extend(check_max_rewards(self.max_rewards).err());
        problems.extend(metadata::check(&self.metadata).err());
        match (name, terms, prefix, ends) {
            (Ok(name), Ok(terms), Ok(code_prefix), Ok(ends)) if problems.is_empty() => Ok(Definition {
                name,
                terms,
                code_prefix,
                ends,
                max_rewards: self.max_rewards,
                metadata: self.metadata.clone(),
            }),
            _ => Err(problems),
        }
    }
}

/// 1 to 80 characters on one line.
pub fn check_name(raw: &str) -> Result<String, Problem> {
    refuse_key(raw, "name")?;
    let name = raw.trim();
    let length = name.chars().count();
    if length == 0 {
        return Err(Problem::missing(
            "name",
            format!("name is needed: 1 to {MAX_NAME} characters, like Share with friends."),
        ));
    }
    if length > MAX_NAME || name.chars().any(is_unseen) {
        return Err(Problem::invalid(
            "name",
            format!("name must have 1 to {MAX_NAME} characters, all of which are seen."),
        ));
    }
    Ok(name.to_owned())
}

/// 2 to 20 letters and digits; upper-cased first, as in ASCII.
pub fn check_prefix(raw: &str) -> Result<String, Problem> {
    refuse_key(raw, "code_prefix")?;
    let prefix = raw.trim().to_ascii_uppercase();
    let good = (2..=MAX_PREFIX).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_alphanumeric());
    if good {
        Ok(prefix)
    } else {
        Err(Problem::invalid(
            "code_prefix",
            format!("code_prefix must have 2 to {MAX_PREFIX} letters A to Z and digits, like {DEFAULT_PREFIX}."),
        ))
    }
}

/// 1 or more, or none.
pub fn check_max_rewards(max: Option<i64>) -> Result<(), Problem> {
    match max {
        Some(max) if !(1..=MAX_LIMIT).contains(&max) => Err(Problem::invalid(
            "max_rewards",
            format!("max_rewards must be a whole number, 1 to {MAX_LIMIT}; leave it out for no limit."),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::patch::TermsPatch;
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_795_000_000_000;

    fn known(zone: &str) -> bool {
        zone == "Europe/Berlin"
    }

    fn good() -> Draft {
        Draft {
            name: Some("  Share with friends ".into()),
            terms: TermsDraft { percent_off: Some(15.0), ..TermsDraft::default() },
            ends: EndsDraft { expires_in_days: Some(30), time_zone: Some("Europe/Berlin".into()), expires_at: None },
            max_rewards: Some(1000),
            ..Draft::default()
        }
    }

    fn refused(draft: Draft) -> Vec<(String, Code)> {
        let problems = draft.check(NOW, known).unwrap_err();
        problems.into_iter().map(|problem| (problem.param.unwrap(), problem.code)).collect()
    }

    #[test]
    fn a_good_campaign() {
        let campaign = good().check(NOW, known).unwrap();
        assert_eq!((campaign.name.as_str(), campaign.code_prefix.as_str()), ("Share with friends", "SHARE"));
        assert_eq!(campaign.ends, Ends::After { days: 30, time_zone: Some("Europe/Berlin".into()) });
        let least = Draft { ends: EndsDraft::default(), max_rewards: None, ..good() }.check(NOW, known).unwrap();
        assert_eq!((least.ends, least.max_rewards), (Ends::Never, None));
        let prefixed = Draft { code_prefix: Some(" friend1".into()), ..good() }.check(NOW, known).unwrap();
        assert_eq!(prefixed.code_prefix, "FRIEND1");
    }

    #[test]
    fn each_field_has_its_refusal() {
        let invalid = |param: &str| vec![(param.to_owned(), Code::ParameterInvalid)];
        for name in [None, Some(""), Some("  "), Some("\u{feff}")] {
            let draft = Draft { name: name.map(str::to_owned), ..good() };
            assert_eq!(refused(draft)[0].0, "name", "{name:?}");
        }
        for name in ["a\u{200b}b", "a\nb", &"n".repeat(MAX_NAME + 1), "rk_live_51AbcDefGhi"] {
            assert_eq!(refused(Draft { name: Some(name.into()), ..good() }), invalid("name"), "{name}");
        }
        for prefix in ["", "A", "A-B", "ÄÖ", "A B", &"P".repeat(MAX_PREFIX + 1)] {
            assert_eq!(
                refused(Draft { code_prefix: Some(prefix.into()), ..good() }),
                invalid("code_prefix"),
                "{prefix}"
            );
        }
        for max in [0, -1, MAX_LIMIT + 1] {
            assert_eq!(refused(Draft { max_rewards: Some(max), ..good() }), invalid("max_rewards"), "{max}");
        }
        let ends = |at, days, zone: Option<&str>| {
            let time_zone = zone.map(str::to_owned);
            Draft { ends: EndsDraft { expires_at: at, expires_in_days: days, time_zone }, ..good() }
        };
        for days in [0, -1, MAX_DAYS + 1] {
            assert_eq!(refused(ends(None, Some(days), None)), invalid("expires_in_days"), "{days}");
        }
        for at in [NOW, 0, NOW / 1000, NOW + MAX_AHEAD_MS + 1, i64::MAX] {
            assert_eq!(refused(ends(Some(at), None, None)), invalid("expires_at"), "{at}");
        }
        for (at, days) in [(None, Some(3)), (Some(NOW + 1), None), (None, None)] {
            assert_eq!(refused(ends(at, days, Some("Nowhere/Else"))), invalid("time_zone"));
        }
        let both = vec![("expires_in_days".to_owned(), Code::ParametersExclusive)];
        assert_eq!(refused(ends(Some(NOW + 1), Some(3), None)), both);
        let all = Draft { name: None, max_rewards: Some(0), ..ends(Some(0), None, None) };
        assert_eq!(
            refused(all).into_iter().map(|(param, _)| param).collect::<Vec<_>>(),
            ["name", "expires_at", "max_rewards"]
        );
    }

    fn changed(patch: Patch) -> Result<Changed, String> {
        let current = good().check(NOW, known).unwrap();
        patch.apply(&current, true, NOW, known).map_err(|problem| problem.param.unwrap_or_default())
    }

    #[test]
    fn what_a_coupon_says_makes_another_version_and_nothing_else_does() {
        let of = |terms| Patch { terms, ..Patch::default() };
        for (patch, another) in [
            (Patch::default(), false),
            (Patch { active: Some(false), name: Some("New".into()), ..Patch::default() }, false),
            (Patch { code_prefix: Some("NEW".into()), max_rewards: Some(None), ..Patch::default() }, false),
            (Patch { expires_in_days: Some(Some(7)), ..Patch::default() }, false),
            (Patch { expires_in_days: Some(None), time_zone: Some(None), ..Patch::default() }, false),
            (of(TermsPatch { percent_off: Some(Some(15.0)), ..TermsPatch::default() }), false),
            (of(TermsPatch { percent_off: Some(Some(20.0)), ..TermsPatch::default() }), true),
            (of(TermsPatch { duration: Some(Some("forever".into())), ..TermsPatch::default() }), true),
            (Patch { expires_at: Some(Some(NOW + 1)), ..Patch::default() }, true),
        ] {
            assert_eq!(changed(patch.clone()).unwrap().another_version, another, "{patch:?}");
        }
    }

    #[test]
    fn one_kind_of_end_replaces_the_other() {
        let ends = |patch| changed(patch).map(|changed| changed.definition.ends);
        let at = Patch { expires_at: Some(Some(NOW + 1)), ..Patch::default() };
        assert_eq!(ends(at.clone()), Ok(Ends::At(NOW + 1)));
        let never = Patch { expires_in_days: Some(None), ..Patch::default() };
        assert_eq!(ends(never), Ok(Ends::Never));
        let both = Patch { expires_in_days: Some(Some(3)), ..at };
        assert_eq!(ends(both), Err("expires_in_days".into()));
        let plain = Patch { time_zone: Some(None), ..Patch::default() };
        assert_eq!(ends(plain), Ok(Ends::After { days: 30, time_zone: None }));
        let nowhere = Patch { time_zone: Some(Some("Nowhere/Else".into())), ..Patch::default() };
        assert_eq!(ends(nowhere), Err("time_zone".into()));
    }

    #[test]
    fn a_campaign_that_is_over_can_still_be_renamed_and_prolonged() {
        let over = Definition { ends: Ends::At(NOW - 1), ..good().check(NOW, known).unwrap() };
        let of = |patch: Patch| patch.apply(&over, true, NOW, known);
        let renamed = of(Patch { name: Some("Another".into()), ..Patch::default() }).unwrap();
        assert!(!renamed.another_version && renamed.definition.ends == Ends::At(NOW - 1));
        assert!(of(Patch { expires_at: Some(Some(NOW - 2)), ..Patch::default() }).is_err());
        let days = of(Patch { expires_in_days: Some(Some(9)), ..Patch::default() }).unwrap();
        assert_eq!((days.definition.ends, days.another_version), (Ends::After { days: 9, time_zone: None }, true));
        assert!(of(Patch { expires_at: Some(None), ..Patch::default() }).unwrap().another_version);
    }

    #[test]
    fn when_a_reward_ends() {
        let none = |_, _, _: &str| -> Option<i64> { None };
        assert_eq!(Ends::Never.of_reward(NOW, none), None);
        assert_eq!(Ends::At(5).of_reward(NOW, none), Some(5));
        assert_eq!(Ends::After { days: 2, time_zone: None }.of_reward(NOW, none), Some(NOW + 2 * DAY_MS));
        let zoned = Ends::After { days: 2, time_zone: Some("Europe/Berlin".into()) };
        assert_eq!(zoned.of_reward(NOW, |now, days, zone| Some(now + days + zone.len() as i64)), Some(NOW + 2 + 13));
        assert_eq!(zoned.of_reward(NOW, none), Some(NOW + 2 * DAY_MS));
    }

    proptest! {
        #[test]
        fn what_is_taken_keeps_the_rules(max in any::<Option<i64>>(), at in any::<Option<i64>>(), days in any::<Option<i64>>(), prefix in ".{0,22}", name in ".{0,82}") {
            let ends = EndsDraft { expires_at: at, expires_in_days: days, time_zone: None };
            let draft = Draft { max_rewards: max, ends, code_prefix: Some(prefix), name: Some(name), ..good() };
            if let Ok(campaign) = draft.check(NOW, known) {
                prop_assert!(campaign.max_rewards.is_none_or(|max| max >= 1));
                prop_assert!(campaign.ends.at().is_none_or(|at| at > NOW && at <= NOW + MAX_AHEAD_MS));
                prop_assert!(campaign.ends.days().is_none_or(|days| (1..=MAX_DAYS).contains(&days)));
                prop_assert!(campaign.code_prefix.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
                prop_assert!((1..=MAX_NAME).contains(&campaign.name.chars().count()));
            }
        }

        #[test]
        fn ends_survive_their_columns(at in any::<Option<i64>>(), days in any::<Option<i64>>(), zone in prop::option::of("[A-Z]{3}")) {
            let ends = Ends::stored(at, days, zone);
            let again = Ends::stored(ends.at(), ends.days(), ends.time_zone().map(str::to_owned));
            prop_assert_eq!(again, ends);
        }

        #[test]
        fn active_means_that_it_gives_and_nothing_else_does(
            archived: bool, active: bool, issued in 0i64..20, max_rewards in prop::option::of(1i64..20),
            expires_at in prop::option::of(0i64..100), now in 0i64..100,
        ) {
            let gives = !archived && active && max_rewards.is_none_or(|max| issued < max) && expires_at.is_none_or(|end| end > now);
            let status = Facts { archived, active, issued, max_rewards, expires_at }.status(now);
            prop_assert_eq!(status == Status::Active, gives);
            prop_assert_eq!(status.refusal().is_none(), gives);
            prop_assert_eq!(Status::parse(status.as_str()), Some(status));
        }

        #[test]
        fn a_patch_that_says_what_is_there_changes_nothing(active: bool, over: bool) {
            let ends = if over { Ends::At(NOW - 1) } else { good().check(NOW, known).unwrap().ends };
            let current = Definition { ends, ..good().check(NOW, known).unwrap() };
            let draft = current.terms.draft();
            let patch = Patch {
                active: Some(active),
                name: Some(current.name.clone()),
                terms: TermsPatch { percent_off: Some(draft.percent_off), duration: Some(draft.duration), ..TermsPatch::default() },
                code_prefix: Some(current.code_prefix.to_lowercase()),
                max_rewards: Some(current.max_rewards),
                expires_in_days: if over { None } else { Some(current.ends.days()) },
                ..Patch::default()
            };
            let changed = patch.apply(&current, active, NOW, known).unwrap();
            prop_assert_eq!(changed, Changed { active, definition: current, another_version: false });
        }
    }
}
