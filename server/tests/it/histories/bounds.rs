//! What must hold whatever the order was: sound for histories of any size, and blind to what only an order could tell.
//!
//! At every instant some holds are certain (told, and not yet left) and some are possible (begun, and not yet given back for certain).
//! The count was between the two.

use super::facts::{Asked, Facts, Question, Taking};
use super::history::{Moment, Operation};
use std::fmt::Write;

/// Lines of one counterexample.
const LINES: usize = 24;
/// More than any count.
const ENDLESS: i64 = i64::MAX / 4;

/// For every instant, the one between moment `i` and the next.
struct Instants {
    certain: Vec<i64>,
    possible: Vec<i64>,
    payable: Vec<i64>,
    /// The largest limit that was ever in force up to then.
    most: Vec<i64>,
    /// The smallest that may be in force then.
    least: Vec<i64>,
}

fn at(moment: Moment) -> usize {
    usize::try_from(moment).unwrap()
}

/// How many of these spans lie over each instant.
fn depths(end: usize, spans: impl Iterator<Item = (Moment, Option<Moment>)>) -> Vec<i64> {
    let mut steps = vec![0; end + 2];
    for (from, to) in spans {
        let to = to.map_or(end + 1, at);
        if at(from) < to {
            steps[at(from)] += 1;
            steps[to] -= 1;
        }
    }
    steps
        .iter()
        .scan(0, |depth, step| {
            *depth += step;
            Some(*depth)
        })
        .collect()
}

impl Instants {
    fn of(facts: &Facts, end: usize) -> Self {
        let takings = || facts.takings.iter();
        let certain = |taking: &Taking| Some((taking.told?, taking.leaves));
        let (mut most, mut least) = (vec![0; end + 2], vec![ENDLESS; end + 2]);
        let number = |limit: Option<u32>| limit.map_or(ENDLESS, i64::from);
        for limited in &facts.limits {
            let over = facts.limits.iter().filter(|later| limited.to.is_some_and(|to| later.from > to));
            let over = over.filter_map(|later| later.to).min().map_or(end + 2, at);
            for instant in at(limited.from)..end + 2 {
                most[instant] = most[instant].max(number(limited.limit));
                if instant < over {
                    least[instant] = least[instant].min(number(limited.limit));
                }
            }
        }
        Self {
            certain: depths(end, takings().filter_map(certain)),
            possible: depths(end, takings().map(|taking| (taking.from, taking.gone))),
            payable: depths(end, takings().filter_map(|taking| Some((taking.paid?, None)))),
            most,
            least,
        }
    }
}

/// The largest of any range, each asked in no time.
struct Peaks(Vec<Vec<i64>>);

impl Peaks {
    fn of(values: Vec<i64>) -> Self {
        let mut levels = vec![values];
        while let Some(last) = levels.last().filter(|last| last.len() > 1) {
            let half = 1 << (levels.len() - 1);
            if last.len() <= half {
                break;
            }
            levels.push((0..last.len() - half).map(|place| last[place].max(last[place + half])).collect());
        }
        Self(levels)
    }

    fn within(&self, from: usize, to: usize) -> i64 {
        let length = to - from;
        let level = usize::try_from(length.ilog2()).unwrap();
        self.0[level][from].max(self.0[level][to - (1 << level)])
    }
}

/// Everything that cannot have been, in words.
pub fn judge(operations: &[Operation], facts: &Facts, name: &str) -> Vec<String> {
    let end = operations.iter().filter_map(|operation| operation.to).chain(operations.iter().map(|o| o.from)).max();
    let end = at(end.unwrap_or_default());
    let instants = Instants::of(facts, end);
    let mut wrong = Vec::new();
    wrong.extend(oversold(operations, facts, &instants, name));
    wrong.extend(refused_falsely(operations, facts, &instants, name));
    wrong.extend(counted_wrongly(operations, facts, &instants, name));
    wrong
}

fn show(operations: &[Operation], places: impl IntoIterator<Item = usize>, into: &mut String) {
    let mut places: Vec<usize> = places.into_iter().collect();
    places.sort_by_key(|place| operations[*place].from);
    places.dedup();
    for place in places.iter().take(LINES) {
        let _ = writeln!(into, "  {}", operations[*place]);
    }
    if let Some(more) = places.len().checked_sub(LINES).filter(|more| *more > 0) {
        let _ = writeln!(into, "  and {more} more");
    }
}

fn limits(facts: &Facts) -> impl Iterator<Item = usize> {
    facts.limits.iter().map(|limited| limited.operation)
}

fn oversold(operations: &[Operation], facts: &Facts, instants: &Instants, name: &str) -> Option<String> {
    let instant = (0..instants.certain.len()).find(|instant| instants.certain[*instant] > instants.most[*instant])?;
    let (held, most) = (instants.certain[instant], instants.most[instant]);
    let worst = instants.certain.iter().zip(&instants.most).map(|(certain, most)| certain - most).max().unwrap_or(0);
    let mut said = format!(
        "{name}: oversold. After moment {instant} {held} holds are out for certain, and the limit was never above {most} (at worst {worst} too many):\n"
    );
    let out = |taking: &&Taking| {
        taking.told.is_some_and(|told| at(told) <= instant) && taking.leaves.is_none_or(|leaves| at(leaves) > instant)
    };
    let told = |taking: &Taking| {
        let told = |place: &usize| operations[*place].to == taking.told;
        taking.operations.iter().copied().find(told)
    };
    show(operations, limits(facts).chain(facts.takings.iter().filter(out).filter_map(told)), &mut said);
    Some(said)
}

fn refused_falsely(operations: &[Operation], facts: &Facts, instants: &Instants, name: &str) -> Option<String> {
    let full = instants.possible.iter().zip(&instants.least).map(|(possible, least)| possible - least).collect();
    let peaks = Peaks::of(full);
    let refused = |asked: &&Asked| asked.question == Question::Exhausted;
    let false_one = |asked: &&Asked| peaks.within(at(asked.from), at(asked.to)) < 0;
    let all: Vec<&Asked> = facts.asked.iter().filter(refused).filter(false_one).collect();
    let asked = all.first()?;
    let range = at(asked.from)..at(asked.to);
    let most = instants.possible[range.clone()].iter().max().copied().unwrap_or_default();
    let least = instants.least[range].iter().min().copied().unwrap_or_default();
    let mut said = format!(
        "{name}: refused while stock was left ({} times). At most {most} can have been out while this was asked, and the limit was {least} or more:\n",
        all.len()
    );
    let about = |taking: &&Taking| taking.from < asked.to && taking.gone.is_none_or(|gone| gone > asked.from);
    let first = facts.takings.iter().filter(about).flat_map(|taking| taking.operations.iter().copied());
    show(operations, [asked.operation].into_iter().chain(limits(facts)).chain(first), &mut said);
    Some(said)
}

fn counted_wrongly(operations: &[Operation], facts: &Facts, instants: &Instants, name: &str) -> Option<String> {
    let counts = |asked: &Asked| match asked.question {
        Question::Counts { held, redeemed } => Some((held, redeemed)),
        Question::Exhausted => None,
    };
    for asked in &facts.asked {
        let Some((held, redeemed)) = counts(asked) else { continue };
        let explains = |instant: usize| {
            (instants.certain[instant]..=instants.possible[instant]).contains(&(held + redeemed))
                && (0..=instants.payable[instant]).contains(&redeemed)
        };
        if held < 0 || !(at(asked.from)..at(asked.to).min(instants.certain.len())).any(explains) {
            let (from, to) = (at(asked.from), at(asked.to) - 1);
            let mut said = format!(
                "{name}: counts that cannot be. Out were {} to {}, of them at most {} redeemed:\n",
                instants.certain[from], instants.possible[to], instants.payable[to]
            );
            show(operations, [asked.operation], &mut said);
            return Some(said);
        }
        let fewer = |later: &&Asked| {
            later.from > asked.to && counts(later).is_some_and(|(_, redeemed_then)| redeemed_then < redeemed)
        };
        if let Some(later) = facts.asked.iter().find(fewer) {
            let mut said = format!("{name}: what was redeemed is not redeemed any more:\n");
            show(operations, [asked.operation, later.operation], &mut said);
            return Some(said);
        }
    }
    None
}
