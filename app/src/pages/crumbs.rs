//! Where one is, in the header: `taskpomo / Discount codes / BLACKFRIDAY50`.

use super::around::app_in;
use super::links;
use crate::domain::mode::Mode;
use crate::prelude::*;
use leptos_router::location::Url;

/// A step of the way; the last one has no address.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Crumb {
    /// A place that one can go back to.
    Link(&'static str, String),
    /// Where one is.
    Here(&'static str),
    /// Where one is, by the name of what is in view, as soon as it is known.
    Named(&'static str),
}

/// The way to a path.
fn way(path: &str, mode: Mode) -> Vec<Crumb> {
    let Some(app) = app_in(path) else {
        return match path {
            "/settings/webhooks" => vec![Crumb::Link("Settings", links::settings(mode)), Crumb::Here("Deliveries")],
            "/settings" => vec![Crumb::Here("Settings")],
            "/people" => vec![Crumb::Here("People")],
            "/activity" => vec![Crumb::Here("Activity")],
            _ => vec![Crumb::Here("Apps")],
        };
    };
    let parts: Vec<&str> = path.split('/').skip(3).filter(|part| !part.is_empty()).collect();
    let campaigns = || Crumb::Link("Campaigns", links::campaigns(&app, mode));
    let campaign = |id: &str| Crumb::Link("Campaign", links::campaign(&app, &Url::unescape(id), mode));
    match parts.as_slice() {
        ["campaigns"] => vec![Crumb::Here("Campaigns")],
        ["campaigns", "new"] => vec![campaigns(), Crumb::Here("New campaign")],
        ["campaigns", _] => vec![campaigns(), Crumb::Named("Campaign")],
        ["campaigns", id, "rewards", _] => vec![campaigns(), campaign(id), Crumb::Named("Reward")],
        ["campaigns", id, page, ..] => {
            let word = match *page {
                "edit" => "Edit",
                "mail" => "Mail",
                "import" => "Import",
                _ => "Rewards",
            };
            vec![campaigns(), campaign(id), Crumb::Here(word)]
        }
        ["discounts", id, "edit"] => vec![
            Crumb::Link("Discount codes", links::codes(&app, mode)),
            Crumb::Link("Code", links::code(&app, &Url::unescape(id), mode)),
            Crumb::Here("Edit"),
        ],
        [_, rest @ ..] if !rest.is_empty() => {
            let word = if rest == ["new"] { Crumb::Here("New code") } else { Crumb::Named("Code") };
            vec![Crumb::Link("Discount codes", links::codes(&app, mode)), word]
        }
        _ => vec![Crumb::Here("Discount codes")],
    }
}

/// The way, with its links.
#[component]
pub fn Crumbs(
    /// The mode in view.
    mode: Memo<Mode>,
    /// Where one is.
    path: Memo<String>,
    /// The name of what is in view.
    here: RwSignal<Option<String>>,
) -> impl IntoView {
    let crumbs = move || {
        let path = path.get();
        let app = app_in(&path).map(|app| {
            view! {
                <li class="crumb-app">
                    <a href=links::apps(mode.get())>{app}</a>
                </li>
            }
        });
        let rest = way(&path, mode.get())
            .into_iter()
            .map(|crumb| match crumb {
                Crumb::Link(word, href) => view! {
                    <li>
                        <a href=href>{word}</a>
                    </li>
                },
                Crumb::Here(word) => view! { <li aria-current="page">{word}</li> },
                Crumb::Named(word) => {
                    view! { <li aria-current="page">{move || here.get().unwrap_or_else(|| word.to_owned())}</li> }
                }
            })
            .collect_view();
        view! {
            {app}
            {rest}
        }
    };
    view! {
        <nav class="crumbs" aria-label="Where you are">
            <ol>{crumbs}</ol>
        </nav>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(path: &str) -> Vec<&'static str> {
        way(path, Mode::Test)
            .into_iter()
            .map(|(Crumb::Link(word, _) | Crumb::Here(word) | Crumb::Named(word))| word)
            .collect()
    }

    #[test]
    fn the_way_to_every_page() {
        assert_eq!(words("/apps"), ["Apps"]);
        assert_eq!(words("/activity"), ["Activity"]);
        assert_eq!(words("/settings/webhooks"), ["Settings", "Deliveries"]);
        assert_eq!(words("/apps/a/discounts"), ["Discount codes"]);
        assert_eq!(words("/apps/a/discounts/new"), ["Discount codes", "New code"]);
        assert_eq!(words("/apps/a/discounts/dc_1"), ["Discount codes", "Code"]);
        assert_eq!(words("/apps/a/discounts/dc_1/edit"), ["Discount codes", "Code", "Edit"]);
        assert_eq!(words("/apps/a/campaigns/"), ["Campaigns"]);
        assert_eq!(words("/apps/a/campaigns/new"), ["Campaigns", "New campaign"]);
        assert_eq!(words("/apps/a/campaigns/cmp_1"), ["Campaigns", "Campaign"]);
        assert_eq!(words("/apps/a/campaigns/cmp_1/mail"), ["Campaigns", "Campaign", "Mail"]);
        assert_eq!(words("/apps/a/campaigns/cmp_1/rewards/rw_1"), ["Campaigns", "Campaign", "Reward"]);
        assert_eq!(
            way("/apps/a/campaigns/cmp_1/rewards/rw_1", Mode::Live)[1],
            Crumb::Link("Campaign", "/apps/a/campaigns/cmp_1?mode=live".into())
        );
    }
}
