//! Two numbers a day as bars, with a table behind them.

use crate::domain::money::group;
use crate::given;
use crate::prelude::*;

/// The drawing's own measures: it is stretched to the room that it has, so that only its proportions count.
const WIDTH: i64 = 1_200;
const HEIGHT: i64 = 400;

/// A day of a chart.
#[derive(Clone)]
pub struct Day {
    /// `21 Nov 2026`.
    pub name: String,
    /// The first number, 0 or more.
    pub first: i64,
    /// The second number, 0 or more.
    pub second: i64,
    /// What stands in the table's last column.
    pub note: String,
}

/// The least number that is not below `most` and reads well on an axis with a line in its middle: 2, 4, 10, 20, 40, 100, …
pub(super) fn top_of_axis(most: i64) -> i64 {
    let mut unit = 1_i64;
    loop {
        for step in [2, 4, 10] {
            let top = unit.saturating_mul(step);
            if top >= most {
                return top;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// How high a bar is in a drawing whose axis ends at `top`. What is not nothing is seen.
fn bar_height(count: i64, top: i64) -> i64 {
    match count.clamp(0, top) {
        0 => 0,
        count => (count.saturating_mul(HEIGHT) / top).max(HEIGHT / 100),
    }
}

/// A chart of bars, two a day. Widths are attributes of the drawing: the content security policy allows no inline styles.
#[component]
pub fn Chart(
    /// What it shows, in a sentence, for screen readers.
    label: String,
    /// What the three columns of numbers are called; small letters.
    names: [&'static str; 3],
    /// The days, the oldest first.
    days: Vec<Day>,
) -> impl IntoView {
    let number = |number: i64| given::locale().write(&group(number.unsigned_abs()));
    let [first, second, note] = names;
    let top = top_of_axis(days.iter().map(|day| day.first.max(day.second)).max().unwrap_or_default());
    let slot = WIDTH / i64::try_from(days.len().max(1)).unwrap_or(WIDTH);
    // A bar takes two fifths of its slot's half, so that the two of a day stand together.
    let (bar, edge) = (slot * 2 / 5, slot / 10);
    let ends = days.first().zip(days.last()).map(|(first, last)| (first.name.clone(), last.name.clone()));
    let bars = days
        .iter()
        .zip(0_i64..)
        .map(|(day, index)| {
            let left = index * slot + edge;
            let (a, b) = (bar_height(day.first, top), bar_height(day.second, top));
            let mut says = format!("{}: {} {first}, {} {second}", day.name, number(day.first), number(day.second));
            if !day.note.is_empty() {
                says.push_str(&format!(", {} {note}", day.note));
            }
            view! {
                <g>
                    <title>{says}</title>
                    <rect class="chart-slot" x=index * slot y="0" width=slot height=HEIGHT />
                    <rect class="chart-first" x=left y=HEIGHT - a width=bar height=a />
                    <rect class="chart-second" x=left + bar y=HEIGHT - b width=bar height=b />
                </g>
            }
        })
        .collect_view();
    let lines = [0, HEIGHT / 2, HEIGHT]
        .map(|y| view! { <line class="chart-line" x1="0" x2=WIDTH y1=y y2=y vector-effect="non-scaling-stroke" /> })
        .into_iter()
        .collect_view();
    let rows = days
        .into_iter()
        .rev()
        .map(|day| {
            let note = if day.note.is_empty() { "–".to_owned() } else { day.note };
            [day.name, number(day.first), number(day.second), note]
        })
        .collect();
    view! {
        <figure class="chart">
            <figcaption class="chart-names" aria-hidden="true">
                <span class="chart-name chart-name-first">{capital(first)}</span>
                <span class="chart-name chart-name-second">{capital(second)}</span>
            </figcaption>
            <div class="chart-scale" aria-hidden="true">
                <span>{number(top)}</span>
                <span>{number(top / 2)}</span>
                <span>"0"</span>
            </div>
            <svg
                class="chart-bars"
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                preserveAspectRatio="none"
                role="img"
                aria-label=label
                focusable="false"
            >
                {lines}
                {bars}
            </svg>
            {ends
                .map(|(first, last)| {
                    view! {
                        <div class="chart-ends" aria-hidden="true">
                            <span>{first}</span>
                            <span>{last}</span>
                        </div>
                    }
                })}
        </figure>
        <DayTable names rows />
    }
    .into_any()
}

/// What a chart shows, for whoever does not see it, or wants to read a number off.
#[component]
pub fn DayTable(
    /// What the three columns of numbers are called; small letters.
    names: [&'static str; 3],
    /// A day and its three numbers a row, the newest first.
    rows: Vec<[String; 4]>,
) -> impl IntoView {
    let heads = names
        .map(|name| {
            view! {
                <th scope="col" class="end">
                    {capital(name)}
                </th>
            }
        })
        .into_iter()
        .collect_view();
    let rows = rows
        .into_iter()
        .map(|[day, first, second, third]| {
            view! {
                <tr>
                    <th scope="row">{day}</th>
                    <td class="end">{first}</td>
                    <td class="end">{second}</td>
                    <td class="end">{third}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details class="fold chart-table">
            <summary>"Day by day, as a table"</summary>
            // It scrolls on its own: the keyboard must reach it, too.
            <div class="chart-rows" tabindex="0" role="region" aria-label="Day by day">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Day"</th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_where_its_middle_is_a_number() {
        let tops = [(0, 2), (1, 2), (2, 2), (3, 4), (5, 10), (10, 10), (11, 20), (21, 40), (41, 100), (101, 200)];
        for (most, top) in tops {
            assert_eq!(top_of_axis(most), top, "{most}");
        }
        assert!(top_of_axis(i64::MAX) == i64::MAX);
    }

    #[test]
    fn bars_fit_and_one_is_seen() {
        assert_eq!(bar_height(0, 10), 0);
        assert_eq!(bar_height(-3, 10), 0);
        assert_eq!(bar_height(5, 10), HEIGHT / 2);
        assert_eq!(bar_height(10, 10), HEIGHT);
        assert_eq!(bar_height(99, 10), HEIGHT);
        assert_eq!(bar_height(1, 100_000), HEIGHT / 100);
    }
}
