//! The form of a campaign: what a person typed, field by field, as text. Checked in the browser while one types and on the server.

use super::campaign::{Definition, Draft, Ends, EndsDraft};
use super::metadata::Metadata;
use super::problem::Problem;
use super::typed::{TypedTerms, moment, terms_as_typed, whole};
use serde::{Deserialize, Serialize};

/// What was typed. Empty text is a field left empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CampaignForm {
    /// Its name.
    pub name: String,
    /// `percent` or `amount`.
    pub kind: String,
    /// Percent off, like `12.5`.
    pub percent_off: String,
    /// Amount off in the currency's main unit, like `5.00`.
    pub amount_off: String,
    /// ISO code.
    pub currency: String,
    /// `once`, `repeating`, `forever`.
    pub duration: String,
    /// Months.
    pub duration_in_months: String,
    /// What codes begin with; empty: `SHARE`.
    pub code_prefix: String,
    /// `never`, `at` or `days`.
    pub ends: String,
    /// Local date and time in the owner's zone, `2027-01-01T00:00`.
    pub expires_at: String,
    /// A whole number of days.
    pub expires_in_days: String,
    /// A whole number; empty: no limit.
    pub max_rewards: String,
}

/// The fields of the form, by name, in the order in which they stand.
pub const FIELDS: [&str; 12] = [
    "name",
    "kind",
    "percent_off",
    "amount_off",
    "currency",
    "duration",
    "duration_in_months",
    "code_prefix",
    "ends",
    "expires_at",
    "expires_in_days",
    "max_rewards",
];

impl CampaignForm {
    /// The form, field by field in the order of [`FIELDS`].
    pub fn read(mut field: impl FnMut(&'static str) -> String) -> Self {
        let [
            name,
            kind,
            percent_off,
            amount_off,
            currency,
            duration,
            duration_in_months,
            code_prefix,
            ends,
            expires_at,
            expires_in_days,
            max_rewards,
        ] = FIELDS.map(&mut field);
        Self {
            name,
            kind,
            percent_off,
            amount_off,
            currency,
            duration,
            duration_in_months,
            code_prefix,
            ends,
            expires_at,
            expires_in_days,
            max_rewards,
        }
    }

    /// A campaign that is there, as it would have been typed. `local` writes a moment as the field takes it, `2027-01-01T00:00`.
    pub fn of(definition: &Definition, local: impl Fn(i64) -> String) -> Self {
        let [kind, percent_off, amount_off, currency, duration, duration_in_months] = terms_as_typed(&definition.terms);
        let ends = match definition.ends {
            Ends::Never => "never",
            Ends::At(_) => "at",
            Ends::After { .. } => "days",
        };
        Self {
            name: definition.name.clone(),
            kind,
            percent_off,
            amount_off,
            currency,
            duration,
            duration_in_months,
            code_prefix: definition.code_prefix.clone(),
            ends: ends.to_owned(),
            expires_at: definition.ends.at().map(local).unwrap_or_default(),
            expires_in_days: definition.ends.days().map(|days| days.to_string()).unwrap_or_default(),
            max_rewards: definition.max_rewards.map(|max| max.to_string()).unwrap_or_default(),
        }
    }

    /// Reads and checks every field of a new campaign. `zone` is the one that the form shows, a known one; `local_ms` turns a local date
    /// and time in it into milliseconds since 1970 (`None`: not a moment). Every [`Problem::param`] is the name of a field of this form.
    pub fn check(
        &self,
        now_ms: i64,
        zone: &str,
        local_ms: impl Fn(&str) -> Option<i64>,
    ) -> Result<Definition, Vec<Problem>> {
        self.check_with(now_ms, zone, local_ms, false)
    }

    /// The same for a campaign that is there; `before` is the form as it was filled in first. An end that was left as it is may be over.
    pub fn check_edit(
        &self,
        before: &Self,
        now_ms: i64,
        zone: &str,
        local_ms: impl Fn(&str) -> Option<i64>,
    ) -> Result<Definition, Vec<Problem>> {
        self.check_with(now_ms, zone, local_ms, self.keeps_end(before))
    }

    /// Whether codes end when they did before: at the same moment, or after as many days, which then stay days of the same kind.
    pub fn keeps_end(&self, before: &Self) -> bool {
        let days = |form: &Self| whole(&form.expires_in_days, "expires_in_days").ok().flatten();
        match (self.ends.as_str(), before.ends.as_str()) {
            ("at", "at") => self.expires_at.trim() == before.expires_at,
            ("days", "days") => days(self).is_some() && days(self) == days(before),
            _ => false,
        }
    }

    fn check_with(
        &self,
        now_ms: i64,
        zone: &str,
        local_ms: impl Fn(&str) -> Option<i64>,
        keeps_end: bool,
    ) -> Result<Definition, Vec<Problem>> {
        let mut problems = Vec::new();
        let terms = self.typed_terms().draft(&mut problems);
        let mut keep = |result: Result<Option<i64>, Problem>| {
            result.unwrap_or_else(|problem| {
                problems.push(problem);
                None
            })
        };
        let ends = match self.ends.as_str() {
            "at" => {
                let missing = || Problem::missing("expires_at", "Type the date and the time at which the codes end.");
                let at = moment(&self.expires_at, "expires_at", &local_ms).and_then(|at| at.ok_or_else(missing));
                EndsDraft { expires_at: keep(at.map(Some)), ..EndsDraft::default() }
            }
            "days" => {
                let missing = || Problem::missing("expires_in_days", "Type for how many days a code is good, like 30.");
                let days = whole(&self.expires_in_days, "expires_in_days").and_then(|days| days.ok_or_else(missing));
                EndsDraft {
                    expires_in_days: keep(days.map(Some)),
                    time_zone: Some(zone.to_owned()),
                    ..EndsDraft::default()
                }
            }
            _ => EndsDraft::default(),
        };
        // Seen from just before it, an end that stays is always to come.
        let now_ms = ends.expires_at.filter(|_| keeps_end).map_or(now_ms, |at| at - 1);
        let draft = Draft {
            name: Some(self.name.clone()),
            code_prefix: Some(self.code_prefix.clone()).filter(|prefix| !prefix.trim().is_empty()),
            max_rewards: keep(whole(&self.max_rewards, "max_rewards")),
            ends,
            terms,
            metadata: Metadata::new(),
        };
        match draft.check(now_ms, |_| true) {
            Ok(definition) if problems.is_empty() => Ok(definition),
            Ok(_) => Err(problems),
            Err(more) => Err(self.typed_terms().all_problems(problems, more)),
        }
    }

    fn typed_terms(&self) -> TypedTerms<'_> {
        let Self { kind, percent_off, amount_off, currency, duration, duration_in_months, .. } = self;
        TypedTerms { kind, percent_off, amount_off, currency, duration, duration_in_months }
    }
}

#[cfg(test)]
mod tests {
    use super::super::campaign::{MAX_DAYS, Patch};
    use super::super::terms::TermsDraft;
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_795_000_000_000;
    const ZONE: &str = "Europe/Berlin";

    fn utc(text: &str) -> Option<i64> {
        text.strip_prefix("ms").and_then(|ms| ms.parse().ok())
    }

    /// Minutes only, as the field of a browser has them.
    fn local(ms: i64) -> String {
        format!("ms{}", ms / 60_000 * 60_000)
    }

    fn form() -> CampaignForm {
        CampaignForm {
            name: "Share with friends".into(),
            kind: "percent".into(),
            percent_off: "15".into(),
            duration: "once".into(),
            ends: "never".into(),
            ..CampaignForm::default()
        }
    }

    fn params(form: &CampaignForm) -> Vec<String> {
        form.check(NOW, ZONE, utc).err().unwrap_or_default().into_iter().filter_map(|p| p.param).collect()
    }

    #[test]
    fn good_forms() {
        let plain = form().check(NOW, ZONE, utc).unwrap();
        assert_eq!((plain.terms.to_string(), plain.code_prefix.as_str()), ("15% off, once".into(), "SHARE"));
        assert_eq!((plain.ends, plain.max_rewards), (Ends::Never, None));
        let days = CampaignForm {
            kind: "amount".into(),
            amount_off: "5,00".into(),
            currency: "EUR".into(),
            code_prefix: " friend ".into(),
            ends: "days".into(),
            expires_in_days: "30".into(),
            expires_at: "what was typed before".into(),
            max_rewards: "1,000".into(),
            ..form()
        };
        let days = days.check(NOW, ZONE, utc).unwrap();
        assert_eq!((days.terms.to_string(), days.code_prefix.as_str()), ("€5.00 off, once".into(), "FRIEND"));
        assert_eq!(days.ends, Ends::After { days: 30, time_zone: Some(ZONE.into()) });
        assert_eq!(days.max_rewards, Some(1000));
    }

    #[test]
    fn each_problem_stands_at_its_field() {
        let at = |expires_at: &str| CampaignForm { ends: "at".into(), expires_at: expires_at.into(), ..form() };
        let days = |days: &str| CampaignForm { ends: "days".into(), expires_in_days: days.into(), ..form() };
        assert_eq!(params(&CampaignForm { name: " ".into(), ..form() }), ["name"]);
        assert_eq!(params(&CampaignForm { code_prefix: "A-B".into(), ..form() }), ["code_prefix"]);
        assert_eq!(params(&CampaignForm { percent_off: "101".into(), ..form() }), ["percent_off"]);
        assert_eq!(params(&CampaignForm { kind: "amount".into(), currency: "usd".into(), ..form() }), ["amount_off"]);
        assert_eq!(params(&CampaignForm { duration: "repeating".into(), ..form() }), ["duration_in_months"]);
        assert_eq!(params(&CampaignForm { max_rewards: "0".into(), ..form() }), ["max_rewards"]);
        assert_eq!(params(&CampaignForm { max_rewards: "many".into(), ..form() }), ["max_rewards"]);
        for bad in ["", "soon", "ms999", "ms999999999999999"] {
            assert_eq!(params(&at(bad)), ["expires_at"], "{bad}");
        }
        for bad in ["", "0", "-1", "a month", "1821"] {
            assert_eq!(params(&days(bad)), ["expires_in_days"], "{bad}");
        }
        assert_eq!(params(&CampaignForm { name: String::new(), max_rewards: "0".into(), ..days("0") }).len(), 3);
    }

    #[test]
    fn an_end_that_is_over_may_stay_and_nothing_else_may_be_over() {
        let stored = Definition { ends: Ends::At(NOW - 1), ..form().check(NOW, ZONE, utc).unwrap() };
        let before = CampaignForm::of(&stored, local);
        let renamed = CampaignForm { name: "Another".into(), ..before.clone() };
        assert_eq!(renamed.check_edit(&before, NOW, ZONE, utc).unwrap().name, "Another");
        assert!(renamed.check(NOW, ZONE, utc).is_err());
        let moved = CampaignForm { expires_at: format!("ms{}", NOW - 120_000), ..before.clone() };
        assert_eq!(moved.check_edit(&before, NOW, ZONE, utc).unwrap_err()[0].param.as_deref(), Some("expires_at"));
    }

    prop_compose! {
        fn definitions()(
            percent in prop::option::of(1i64..=10_000),
            amount in 1i64..=999_999,
            currency in prop::sample::select(vec!["usd", "eur", "jpy", "isk", "huf"]),
            months in prop::option::of(1i64..=1200),
            end in prop::option::of(NOW + 60_000..NOW + 1_000_000_000),
            days in prop::option::of(1..=MAX_DAYS),
            max in prop::option::of(1i64..10_000),
        ) -> Definition {
            let draft = Draft {
                name: Some("Share with friends".into()),
                terms: TermsDraft {
                    percent_off: percent.map(|p| p as f64 / 100.0),
                    amount_off_cents: percent.is_none().then_some(amount * 100),
                    currency: percent.is_none().then(|| currency.to_owned()),
                    duration: months.map(|_| "repeating".to_owned()),
                    duration_in_months: months,
                },
                ends: EndsDraft {
                    expires_at: end,
                    expires_in_days: days.filter(|_| end.is_none()),
                    time_zone: Some(ZONE.into()),
                },
                max_rewards: max,
                ..Draft::default()
            };
            draft.check(NOW, |_| true).unwrap()
        }
    }

    proptest! {
        #[test]
        fn a_campaign_survives_its_form(stored in definitions()) {
            let form = CampaignForm::of(&stored, local);
            let again = form.check_edit(&form, NOW, ZONE, utc).unwrap();
            let end = stored.ends.at().map(|ms| ms / 60_000 * 60_000);
            prop_assert_eq!(again.ends.at(), end);
            prop_assert_eq!(Definition { ends: stored.ends.clone(), ..again }, stored);
        }

        #[test]
        fn the_form_and_the_api_agree(
            name in "[a-z ]{0,3}", prefix in "[a-z!-]{0,4}", percent in 0i64..=10_100, max in prop::option::of(-2i64..5),
            end in prop::option::of(NOW - 10..NOW + 10), days in prop::option::of(-1i64..3),
        ) {
            let ends = match (end, days) { (Some(_), _) => "at", (None, Some(_)) => "days", _ => "never" };
            let typed = CampaignForm {
                name: name.clone(),
                percent_off: format!("{}.{:02}", percent / 100, percent % 100),
                code_prefix: prefix.clone(),
                ends: ends.into(),
                expires_at: end.map(|e| format!("ms{e}")).unwrap_or_default(),
                expires_in_days: days.map(|d| d.to_string()).unwrap_or_default(),
                max_rewards: max.map(|m| m.to_string()).unwrap_or_default(),
                ..form()
            };
            let zone = (ends == "days").then(|| ZONE.to_owned());
            let api = Draft {
                name: Some(name),
                terms: TermsDraft { percent_off: Some(percent as f64 / 100.0), ..TermsDraft::default() },
                code_prefix: Some(prefix).filter(|prefix| !prefix.is_empty()),
                ends: EndsDraft { expires_at: end, expires_in_days: days.filter(|_| end.is_none()), time_zone: zone },
                max_rewards: max,
                ..Draft::default()
            };
            let (by_form, by_api) = (typed.check(NOW, ZONE, utc), api.check(NOW, |_| true));
            prop_assert_eq!(by_form.is_ok(), by_api.is_ok());
            if let (Ok(a), Ok(b)) = (&by_form, &by_api) {
                prop_assert_eq!(a, b);
                prop_assert!(!Patch::default().apply(a, true, NOW, |_| true).unwrap().another_version);
            }
        }
    }
}
