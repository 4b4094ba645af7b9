//! Whether the counts are right, and the button that looks now.

use super::super::load::Loaded;
use crate::browser;
use crate::components::{Badge, Call, Refusal, SubmitButton, Toasts, Tone};
use crate::domain::mode::Mode;
use crate::domain::money::group;
use crate::given;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::ledger::CheckLedger;
use crate::wire::ledger::LedgerView;

/// The form that looks now.
const CHECK: &str = "check-ledger";
/// How often "5 minutes ago" is written anew.
const MINUTE_MS: u64 = 30_000;

/// What outlives a look at the page: the last check, and the call that makes another.
#[derive(Clone, Copy)]
pub struct Check {
    last: RwSignal<Option<LedgerView>>,
    call: Call,
    now: RwSignal<i64>,
}

impl Check {
    /// None is known yet.
    pub fn new() -> Self {
        let now = RwSignal::new(browser::now_ms());
        browser::every(MINUTE_MS, move || {
            now.try_set(browser::now_ms());
        });
        Self { last: RwSignal::new(None), call: Call::of(CHECK), now }
    }

    /// What the page was drawn with.
    pub fn set_known(self, last: Option<LedgerView>) {
        if self.last.with_untracked(|known| *known != last) {
            self.last.set(last);
            self.now.set(browser::now_ms());
        }
    }
}

fn counted(count: i64, one: &'static str, many: &'static str) -> String {
    format!("{} {}", given::locale().write(&group(count.unsigned_abs())), if count == 1 { one } else { many })
}

/// How long ago a moment was, in words that a glance takes in.
fn ago(ms: i64) -> String {
    let minutes = ms.max(0) / 60_000;
    let words = |count: i64, one, many| format!("{} ago", counted(count, one, many));
    match minutes {
        0 => "just now".to_owned(),
        1..60 => words(minutes, "minute", "minutes"),
        60..1_440 => words(minutes / 60, "hour", "hours"),
        _ => words(minutes / 1_440, "day", "days"),
    }
}

/// How the last check ended: a tone, a word, and a sentence.
fn verdict(last: Option<&LedgerView>) -> (Tone, &'static str, &'static str) {
    match last {
        None => (Tone::Quiet, "Not checked", "The counts were not checked yet."),
        Some(last) if last.wrong > 0 => (Tone::Red, "Needs you", "Not all counts agree."),
        Some(last) if last.unasked.is_some() => (Tone::Amber, "In part", "The counts agree with their redemptions."),
        Some(_) => (Tone::Good, "Correct", "All counts agree."),
    }
}

/// What was compared: `12 codes, 40 open checkouts`.
fn compared(last: &LedgerView) -> String {
    let codes = counted(last.codes, "code", "codes");
    match last.unasked {
        Some(_) => codes,
        None => format!("{codes}, {}", counted(last.sessions, "open checkout", "open checkouts")),
    }
}

/// The panel.
#[component]
pub fn LedgerPanel(
    /// The last check.
    check: Check,
    /// The mode in view.
    mode: Memo<Mode>,
    /// The page, which tells of the check.
    page: Loaded,
) -> impl IntoView {
    let Check { last, call, now } = check;
    let toasts: Toasts = expect_context();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        call.start(ask(CheckLedger { mode: mode.get_untracked() }), move |found| {
            toasts.say(verdict(Some(&found)).2);
            check.set_known(Some(found));
            page.refetch();
        });
    };
    let badge = move || {
        let (tone, word, _) = last.with(|last| verdict(last.as_ref()));
        view! { <Badge tone text=word /> }
    };
    let class = move || {
        let tone = last.with(|last| verdict(last.as_ref()).0);
        match tone {
            Tone::Red => "panel ledger ledger-red",
            Tone::Amber => "panel ledger ledger-amber",
            _ => "panel ledger",
        }
    };
    let facts = move || {
        last.get().map(|last| {
            let moment = format!("{}, {}", last.at.text, last.at.zone);
            let ms = last.at.ms;
            view! {
                <p class="third">
                    {format!("{}, checked ", compared(&last))}
                    <time datetime=last.at.iso title=moment>
                        {move || ago(now.get() - ms)}
                    </time>
                </p>
                {last.unasked.map(|why| view! { <p class="ledger-why">{why}</p> })}
            }
        })
    };
    let differences = move || {
        last.get().filter(|last| last.wrong > 0).map(|last| {
            let told = i64::try_from(last.differences.len()).unwrap_or_default();
            let more =
                (last.wrong > told).then(|| format!("And {} more.", counted(last.wrong - told, "one", "others")));
            let lines = last.differences.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
            view! {
                <ul class="facts ledger-differences">{lines}</ul>
                {more.map(|more| view! { <p class="third">{more}</p> })}
            }
        })
    };
    view! {
        <section class=class aria-labelledby="ledger-title">
            <div class="ledger-line">
                <div>
                    <div class="ledger-head">
                        <h2 id="ledger-title">{move || last.with(|last| verdict(last.as_ref()).2)}</h2>
                        {badge}
                    </div>
                    {facts}
                </div>
                <form method="post" on:submit=submit>
                    <SubmitButton form=CHECK call class="button" words="Check now" busy="Checking…" />
                </form>
            </div>
            {differences}
            <Refusal call />
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::screens::When;

    const MINUTE: i64 = 60_000;

    #[test]
    fn how_long_ago() {
        let said = [-5, 0, MINUTE - 1, MINUTE, 59 * MINUTE, 60 * MINUTE, 1_440 * MINUTE, 5_000 * MINUTE].map(ago);
        let expected = [
            "just now",
            "just now",
            "just now",
            "1 minute ago",
            "59 minutes ago",
            "1 hour ago",
            "1 day ago",
            "3 days ago",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn what_the_check_found() {
        let at = When { ms: 0, text: String::new(), day: String::new(), iso: String::new(), zone: String::new() };
        let right = LedgerView { at, codes: 1, sessions: 40, differences: vec![], wrong: 0, unasked: None };
        assert_eq!(compared(&right), "1 code, 40 open checkouts");
        assert_eq!(verdict(Some(&right)).2, "All counts agree.");
        let unasked = LedgerView { unasked: Some("Stripe is away.".into()), ..right.clone() };
        assert_eq!((compared(&unasked).as_str(), verdict(Some(&unasked)).1), ("1 code", "In part"));
        let wrong = LedgerView { wrong: 1, ..unasked };
        assert!(verdict(Some(&wrong)).0 == Tone::Red && verdict(None).0 == Tone::Quiet);
    }
}
