//! What the form of a campaign knows while one types.

use super::super::codes::words as code_words;
use super::super::forms::{Draft, Typed};
use super::words;
use crate::components::zone_name;
use crate::domain::campaign::{DEFAULT_PREFIX, check_prefix};
use crate::domain::campaign_form::{CampaignForm, FIELDS};
use crate::domain::problem::Problem;
use crate::{browser, given};
use leptos::prelude::*;

/// The form of a new one, and its id.
pub const CREATE: &str = "create-campaign";
/// The form of one that is there, and its id.
pub const EDIT: &str = "edit-campaign";

/// What stands behind the prefix in an example.
const EXAMPLE: &str = "KX7M-4RTW";

impl Typed for CampaignForm {
    const FIELDS: &'static [&'static str] = &FIELDS;

    fn from_fields(field: impl FnMut(&'static str) -> String) -> Self {
        Self::read(field)
    }
}

/// Everything that is wrong with a form, told as the browser sees it; `before`: the form of the campaign that is there.
pub fn problems(form: &CampaignForm, before: Option<&CampaignForm>, zone: &str) -> Vec<Problem> {
    let now = browser::now_ms();
    let checked = match before {
        Some(before) => form.check_edit(before, now, zone, browser::local_ms),
        None => form.check(now, zone, browser::local_ms),
    };
    checked.err().unwrap_or_default()
}

/// The state of a form that begins as `first`.
pub fn draft(
    id: &'static str,
    first: CampaignForm,
    before: Option<CampaignForm>,
    zone: RwSignal<String>,
) -> Draft<CampaignForm> {
    let usual = |form: &mut CampaignForm| {
        for (field, usual) in [
            (&mut form.kind, "percent"),
            (&mut form.currency, "usd"),
            (&mut form.duration, "once"),
            (&mut form.ends, "never"),
        ] {
            if field.is_empty() {
                *field = usual.into();
            }
        }
    };
    Draft::new(id, first, usual, move |form| zone.with(|zone| problems(form, before.as_ref(), zone)))
}

/// `SHARE-KX7M-4RTW`, with the prefix that is typed as soon as it is one.
pub fn example(form: &CampaignForm) -> String {
    let typed = form.code_prefix.trim();
    let prefix = if typed.is_empty() { Ok(DEFAULT_PREFIX.to_owned()) } else { check_prefix(typed) };
    format!("{}-{EXAMPLE}", prefix.unwrap_or_else(|_| DEFAULT_PREFIX.to_owned()))
}

/// `15% off, once, with a code like SHARE-KX7M-4RTW, valid for 30 days`, as far as it can be told.
pub fn preview(form: &CampaignForm, before: Option<&CampaignForm>, zone: &str) -> Option<String> {
    let mut form = form.clone();
    // What is not right yet is left out, so that the rest can be seen.
    for problem in problems(&form, before, zone) {
        match problem.param.as_deref() {
            Some("name") => form.name = "Preview".into(),
            Some("code_prefix") => form.code_prefix.clear(),
            Some("expires_at" | "expires_in_days") => form.ends.clear(),
            Some("max_rewards") => form.max_rewards.clear(),
            _ => return None,
        }
    }
    let terms = match before {
        Some(before) => form.check_edit(before, browser::now_ms(), zone, browser::local_ms),
        None => form.check(browser::now_ms(), zone, browser::local_ms),
    };
    let definition = terms.ok()?;
    let mut text = format!("{}, with a code like {}", definition.terms.text(given::locale()), example(&form));
    match form.ends.as_str() {
        "never" => text.push_str(" that does not end"),
        "at" => {
            if let Some(moment) = code_words::local(form.expires_at.trim()) {
                text.push_str(&format!(", valid until {moment} {}", zone_name(zone)));
            }
        }
        "days" => match definition.ends.days() {
            Some(1) => text.push_str(", valid for 1 day"),
            Some(days) => text.push_str(&format!(", valid for {} days", code_words::number(days))),
            None => {}
        },
        _ => {}
    }
    if let Some(limit) = definition.max_rewards {
        text.push_str(&format!(" · {} at most", words::rewards(limit)));
    }
    Some(text)
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn form() -> CampaignForm {
        CampaignForm {
            name: "Friends".into(),
            kind: "percent".into(),
            percent_off: "15".into(),
            duration: "once".into(),
            ends: "days".into(),
            expires_in_days: "30".into(),
            ..CampaignForm::default()
        }
    }

    fn told(form: &CampaignForm) -> String {
        preview(form, None, "Europe/Berlin").unwrap_or_default()
    }

    #[test]
    fn the_preview_says_what_customers_get() {
        assert_eq!(told(&form()), "15% off, once, with a code like SHARE-KX7M-4RTW, valid for 30 days");
        let never = CampaignForm { ends: "never".into(), code_prefix: "thanks".into(), ..form() };
        assert_eq!(told(&never), "15% off, once, with a code like THANKS-KX7M-4RTW that does not end");
        let at = CampaignForm { ends: "at".into(), expires_at: "2031-01-01T01:00".into(), ..form() };
        assert!(told(&at).ends_with(", valid until 1 Jan 2031, 01:00 Berlin"), "{}", told(&at));
        let one = CampaignForm { expires_in_days: "1".into(), max_rewards: "1".into(), ..form() };
        assert!(told(&one).ends_with(", valid for 1 day · 1 reward at most"), "{}", told(&one));
    }

    #[test]
    fn what_is_not_right_yet_is_left_out() {
        let half = CampaignForm {
            name: String::new(),
            code_prefix: "!".into(),
            expires_in_days: "soon".into(),
            max_rewards: "many".into(),
            ..form()
        };
        assert_eq!(told(&half), "15% off, once, with a code like SHARE-KX7M-4RTW");
        assert_eq!(preview(&CampaignForm { percent_off: "much".into(), ..form() }, None, "UTC"), None);
    }
}
