//! Three numbers a day: what was redeemed, on it what is still held, and below the line what was released. They are told apart by where
//! they stand and whether they are filled, not by color alone; a table stands behind it.

use super::chart::{DayTable, top_of_axis};
use crate::domain::money::group;
use crate::given;
use crate::prelude::*;
use crate::wire::ledger::UsageDay;

/// The drawing's own measures. Its height is that of the styles, so that a unit is a pixel; its width is stretched to the room there is.
const WIDTH: i64 = 1_200;
const HEIGHT: i64 = 160;
/// The least height of what is not nothing.
const SEEN: i64 = 3;
/// The least room between two numbers of the scale.
const LINE: i64 = 14;

/// What all days come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageTotals {
    /// Still held.
    pub held: i64,
    /// Redeemed.
    pub redeemed: i64,
    /// Released.
    pub released: i64,
}

impl UsageTotals {
    /// Of these days.
    pub fn of(days: &[UsageDay]) -> Self {
        days.iter().fold(Self::default(), |sum, day| Self {
            held: sum.held + day.held,
            redeemed: sum.redeemed + day.redeemed,
            released: sum.released + day.released,
        })
    }

    /// Whether there is nothing to draw.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// Where things stand in a drawing: one scale for what is above the line and for what is below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scale {
    /// What the axis ends at.
    top: i64,
    /// The most below the line; 0: the line is at the bottom.
    below: i64,
}

impl Scale {
    fn of(days: &[UsageDay]) -> Self {
        let most = |of: fn(&UsageDay) -> i64| days.iter().map(of).max().unwrap_or_default();
        Self { top: top_of_axis(most(|day| day.redeemed + day.held)), below: most(|day| day.released).max(0) }
    }

    /// How high so many are.
    fn height(self, count: i64) -> i64 {
        match count.max(0) {
            0 => 0,
            count => (count.saturating_mul(HEIGHT) / self.top.saturating_add(self.below).max(1)).clamp(SEEN, HEIGHT),
        }
    }

    /// Where the line is, from above.
    fn line(self) -> i64 {
        (HEIGHT - self.height(self.below)).max(2 * SEEN)
    }
}

/// A bar: where it begins, from above, and how high it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bar {
    y: i64,
    height: i64,
}

/// The bars of a day, none sticking out of the drawing: redeemed, held, released.
fn bars(scale: Scale, day: &UsageDay) -> [Bar; 3] {
    let line = scale.line();
    let held = scale.height(day.held).min(line - SEEN);
    let redeemed = scale.height(day.redeemed).min(line - held);
    let released = scale.height(day.released).min(HEIGHT - line);
    [
        Bar { y: line - redeemed, height: redeemed },
        Bar { y: line - redeemed - held, height: held },
        Bar { y: line, height: released },
    ]
}

/// The numbers at the side, each level with what it says.
fn numbers(scale: Scale) -> Vec<(i64, i64)> {
    let line = scale.line();
    let mut numbers = vec![(0, scale.top), (line, 0)];
    if line >= 2 * LINE && scale.top % 2 == 0 {
        numbers.push((line / 2, scale.top / 2));
    }
    if scale.below > 0 && HEIGHT - line >= LINE {
        numbers.push((HEIGHT, scale.below));
    }
    numbers
}

fn number(number: i64) -> String {
    given::locale().write(&group(number.unsigned_abs()))
}

/// The chart. Widths are attributes of the drawing: the content security policy allows no inline styles.
#[component]
pub fn UsageChart(
    /// The days, the oldest first.
    days: Vec<UsageDay>,
) -> impl IntoView {
    let scale = Scale::of(&days);
    let totals = UsageTotals::of(&days);
    let slot = WIDTH / i64::try_from(days.len().max(1)).unwrap_or(WIDTH);
    let (bar, edge) = (slot * 3 / 5, slot / 5);
    let ends = days.first().zip(days.last()).map(|(first, last)| (first.label.clone(), last.label.clone()));
    let label = format!(
        "In the last {} days {} redeemed and {} released; {} still open.",
        days.len(),
        were(totals.redeemed),
        were(totals.released),
        if totals.held == 1 { "1 is".to_owned() } else { format!("{} are", number(totals.held)) },
    );
    let legend = [
        ("chart-name chart-redeemed-name", "redeemed", totals.redeemed),
        ("chart-name chart-held-name", "still open", totals.held),
        ("chart-name chart-released-name", "released", totals.released),
    ]
    .into_iter()
    .map(|(class, word, count)| {
        view! {
            <span class=class>
                <b>{number(count)}</b>
                {word}
            </span>
        }
    })
    .collect_view();
    let drawn = days
        .iter()
        .zip(0_i64..)
        .map(|(day, index)| {
            let [redeemed, held, released] = bars(scale, day);
            let left = index * slot + edge;
            let says = format!(
                "{}: {} redeemed, {} still open, {} released",
                day.label,
                number(day.redeemed),
                number(day.held),
                number(day.released)
            );
            view! {
                <g>
                    <title>{says}</title>
                    <rect class="chart-slot" x=index * slot y="0" width=slot height=HEIGHT />
                    <rect class="chart-redeemed" x=left y=redeemed.y width=bar height=redeemed.height />
                    <rect class="chart-held" x=left y=held.y width=bar height=held.height vector-effect="non-scaling-stroke" />
                    <rect class="chart-released" x=left y=released.y width=bar height=released.height />
                </g>
            }
        })
        .collect_view();
    let marks = numbers(scale);
    let lines = marks
        .iter()
        .map(|(y, count)| {
            let class = if *count == 0 { "chart-line chart-zero" } else { "chart-line" };
            view! { <line class=class x1="0" x2=WIDTH y1=*y y2=*y vector-effect="non-scaling-stroke" /> }
        })
        .collect_view();
    let widest = marks.iter().map(|(_, count)| number(*count).len()).max().unwrap_or(1);
    let side = i64::try_from(widest).unwrap_or(1) * 7 + 2;
    let marks = marks
        .into_iter()
        .map(|(y, count)| view! { <text x=side y=y + 4 text-anchor="end">{number(count)}</text> })
        .collect_view();
    let rows = days
        .into_iter()
        .rev()
        .map(|day| [day.label, number(day.redeemed), number(day.held), number(day.released)])
        .collect();
    view! {
        <figure class="chart usage-chart">
            <figcaption class="chart-names" aria-hidden="true">
                {legend}
            </figcaption>
            <svg class="usage-scale" width=side height=HEIGHT viewBox=format!("0 0 {side} {HEIGHT}") aria-hidden="true" focusable="false">
                {marks}
            </svg>
            <svg
                class="chart-bars usage-bars"
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                preserveAspectRatio="none"
                role="img"
                aria-label=label
                focusable="false"
            >
                {lines}
                {drawn}
            </svg>
            {ends
                .map(|(first, last)| {
                    view! {
                        <div class="chart-ends" aria-hidden="true">
                            <span>{first}</span>
                            <span>{format!("today, {last}")}</span>
                        </div>
                    }
                })}
        </figure>
        <DayTable names=["redeemed", "still open", "released"] rows />
    }
    .into_any()
}

fn were(count: i64) -> String {
    let verb = if count == 1 { "was" } else { "were" };
    format!("{} {verb}", number(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(held: i64, redeemed: i64, released: i64) -> UsageDay {
        UsageDay { label: "21 Nov".into(), held, redeemed, released }
    }

    #[test]
    fn one_scale_above_and_below_the_line() {
        let days = [day(1, 3, 0), day(0, 0, 4)];
        let scale = Scale::of(&days);
        assert_eq!((scale.top, scale.below, scale.line()), (4, 4, HEIGHT / 2));
        let [redeemed, held, _] = bars(scale, &days[0]);
        assert_eq!((redeemed, held), (Bar { y: 20, height: 60 }, Bar { y: 0, height: 20 }));
        assert_eq!(bars(scale, &days[1])[2], Bar { y: 80, height: 80 });
        let only_up = Scale::of(&[day(0, 1, 0)]);
        assert_eq!((only_up.top, only_up.line()), (2, HEIGHT));
        assert_eq!(numbers(only_up), [(0, 2), (HEIGHT, 0), (HEIGHT / 2, 1)]);
    }

    #[test]
    fn nothing_sticks_out_and_one_is_seen() {
        for days in [
            vec![day(0, 0, 0)],
            vec![day(1, 1_000_000, 1), day(1, 1, 1), day(0, 0, 0)],
            vec![day(0, 0, 1_000_000), day(1, 1, 0)],
            vec![day(3, 1, i64::MAX / 4), day(i64::MAX / 4, i64::MAX / 4, 1)],
        ] {
            let scale = Scale::of(&days);
            for day in &days {
                let [redeemed, held, released] = bars(scale, day);
                assert!(held.y >= 0 && released.y + released.height <= HEIGHT, "{days:?}");
                assert!(redeemed.y + redeemed.height == scale.line() && held.y + held.height == redeemed.y);
                for (bar, count) in [(redeemed, day.redeemed), (held, day.held), (released, day.released)] {
                    assert_eq!(bar.height > 0, count > 0, "{days:?} {bar:?}");
                }
            }
        }
    }

    #[test]
    fn totals() {
        let totals = UsageTotals::of(&[day(1, 2, 3), day(4, 5, 6)]);
        assert_eq!(totals, UsageTotals { held: 5, redeemed: 7, released: 9 });
        assert!(UsageTotals::of(&[day(0, 0, 0)]).is_nothing() && !totals.is_nothing());
    }
}
