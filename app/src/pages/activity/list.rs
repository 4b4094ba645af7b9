//! What happened, by day.

use super::super::links;
use crate::components::{clock, zone_name};
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::wire::ledger::{ActivityPage, ActivityQuery, ActivityView, Topic};

/// A page of it.
pub fn list(page: ActivityPage, asked: &ActivityQuery, mode: Mode) -> AnyView {
    let ActivityPage { rows, previous, next, zone, .. } = page;
    if rows.is_empty() {
        return nothing(asked, mode);
    }
    let turn = |cursor: Option<String>, words: &'static str, older: bool| {
        cursor.map(|cursor| {
            let (after, before) = if older { (Some(cursor), None) } else { (None, Some(cursor)) };
            let wanted = ActivityQuery { topic: asked.topic, after, before };
            let rel = if older { "next" } else { "prev" };
            view! {
                <a class="button" rel=rel href=links::activity_page(mode, &wanted)>
                    {words}
                </a>
            }
        })
    };
    let pages = (turn(previous, "Newer", false), turn(next, "Older", true));
    let days = by_day(rows).into_iter().map(|(day, rows)| one_day(day, rows)).collect_view();
    view! {
        {days}
        <nav class="pager" aria-label="Pages">
            <span class="third">{format!("Times are those of {}.", zone_name(&zone))}</span>
            <span class="pager-turns">{pages.0} {pages.1}</span>
        </nav>
    }
}

/// Rows that stand beside each other and are of one day.
fn by_day(rows: Vec<ActivityView>) -> Vec<(String, Vec<ActivityView>)> {
    let mut days: Vec<(String, Vec<ActivityView>)> = Vec::new();
    for row in rows {
        match days.last_mut() {
            Some((day, of_day)) if *day == row.at.day => of_day.push(row),
            _ => days.push((row.at.day.clone(), vec![row])),
        }
    }
    days
}

fn one_day(day: String, rows: Vec<ActivityView>) -> AnyView {
    let rows = rows.into_iter().map(happened).collect_view();
    view! {
        <section class="activity-day">
            <h2 class="activity-date">{day}</h2>
            <ol class="activity-rows">{rows}</ol>
        </section>
    }
}

fn happened(row: ActivityView) -> AnyView {
    let ActivityView { topic, words, detail, link, wrong, at, .. } = row;
    let class = if wrong { "activity-row activity-wrong" } else { "activity-row" };
    let time = clock(&at).to_owned();
    let details: Vec<String> = detail.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let details = details.into_iter().map(|line| view! { <p class="third">{line}</p> }).collect_view();
    view! {
        <li class=class>
            <time class="activity-time third" datetime=at.iso title=format!("{}, {}", at.text, at.zone)>
                {time}
            </time>
            <div class="activity-words">
                <p>
                    {wrong.then(|| view! { <span class="unseen">"Needs you: "</span> })}
                    {match link {
                        Some(href) => view! {
                            <a class="link activity-link" href=href>
                                {words}
                            </a>
                        },
                        None => words.into_any(),
                    }}
                </p>
                {details}
            </div>
            <span class="activity-topic third">{topic_word(topic)}</span>
        </li>
    }
}

/// A topic, at the end of a row.
fn topic_word(topic: Topic) -> &'static str {
    match topic {
        Topic::Ledger => "Counts",
        Topic::Codes => "Codes",
        Topic::Rewards => "Rewards",
        Topic::Connection => "Connection",
    }
}

/// No rows: because nothing happened, or nothing of this kind.
fn nothing(asked: &ActivityQuery, mode: Mode) -> AnyView {
    if *asked == ActivityQuery::default() {
        return view! {
            <div class="nothing">
                <h2>"Nothing happened yet"</h2>
                <p class="third">"Whatever is done here, by you, your backend or Stripe, is noted on this page."</p>
            </div>
        };
    }
    view! {
        <div class="nothing">
            <h2>"Nothing here"</h2>
            <p class="third">"Nothing of this kind has happened yet."</p>
            <a class="link" href=links::activity(mode)>
                "Show all activity"
            </a>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::screens::When;

    #[test]
    fn days_follow_each_other() {
        let row = |day: &str| ActivityView {
            id: String::new(),
            topic: Topic::Codes,
            words: String::new(),
            detail: String::new(),
            link: None,
            wrong: false,
            at: When { ms: 0, text: String::new(), day: day.into(), iso: String::new(), zone: String::new() },
        };
        let days = by_day(["2 Jan", "2 Jan", "1 Jan"].map(row).to_vec());
        let shape: Vec<_> = days.iter().map(|(day, rows)| (day.as_str(), rows.len())).collect();
        assert_eq!(shape, [("2 Jan", 2), ("1 Jan", 1)]);
    }
}
