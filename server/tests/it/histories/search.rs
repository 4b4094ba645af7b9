//! The exact question for small histories: is there an order of all that happened, within the times that clients saw, in which a
//! bounded counter would have given these very answers?
//!
//! Depth first, as by Wing and Gong, with what was tried remembered.

use super::facts::{Facts, Question};
use super::history::{Moment, Operation};
use std::collections::HashSet;
use std::fmt::Write;

/// So many orders are tried at most.
const MOST: usize = 400_000;
/// So many steps a history may have.
const STEPS: usize = 128;

/// What happens at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Take,
    GiveBack,
    Redeem,
    Limit(Option<u32>),
    Answer(Question),
}

#[derive(Clone, Debug)]
struct Step {
    what: What,
    from: Moment,
    /// It has happened by then; none: it may never happen.
    to: Option<Moment>,
    /// It happens after this step only.
    after: Option<usize>,
    /// And never once this one has.
    unless: Option<usize>,
    /// Each first of these has not happened, or its second has, too.
    over: Vec<(usize, usize)>,
}

/// What the search came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    AnOrder,
    None,
    /// There are too many orders to try.
    Undecided,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct State {
    done: u128,
    limit: Option<u32>,
    held: i64,
    redeemed: i64,
}

struct Search<'a> {
    steps: &'a [Step],
    seen: HashSet<State>,
}

fn steps(facts: &Facts) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let step = |what, from, to| Step { what, from, to, after: None, unless: None, over: Vec::new() };
    for limited in &facts.limits {
        steps.push(step(What::Limit(limited.limit), limited.from, limited.to));
    }
    // Where each hold is taken, and where it is given back.
    let mut pairs: Vec<(usize, Option<usize>)> = Vec::new();
    for taking in &facts.takings {
        let take = steps.len();
        steps.push(step(What::Take, taking.from, taking.told));
        let back = taking.leaves.map(|from| {
            // What may never have been taken need not be given back.
            let to = taking.gone.filter(|_| taking.told.is_some());
            steps.push(Step { after: Some(take), ..step(What::GiveBack, from, to) });
            steps.len() - 1
        });
        if let Some(from) = taking.paid {
            let redeem = steps.len();
            steps.push(Step { after: Some(take), unless: back, ..step(What::Redeem, from, None) });
            if let Some(back) = back {
                steps[back].unless = Some(redeem);
            }
        }
        for (open, given_back) in taking.before.iter().map(|before| pairs[*before]) {
            steps[open].unless = Some(take);
            steps[take].over.extend(given_back.map(|back| (open, back)));
        }
        pairs.push((take, back));
    }
    for asked in &facts.asked {
        steps.push(step(What::Answer(asked.question), asked.from, Some(asked.to)));
    }
    steps
}

impl Search<'_> {
    fn is_done(state: &State, step: usize) -> bool {
        state.done & (1 << step) != 0
    }

    /// The state after a step; none where it would have gone otherwise.
    fn after(&self, state: &State, number: usize) -> Option<State> {
        let step = &self.steps[number];
        let barred = step.after.is_some_and(|before| !Self::is_done(state, before))
            || step.unless.is_some_and(|other| Self::is_done(state, other))
            || step.over.iter().any(|(first, then)| Self::is_done(state, *first) && !Self::is_done(state, *then));
        if barred {
            return None;
        }
        let full = state.limit.is_some_and(|limit| state.held + state.redeemed >= i64::from(limit));
        let mut next = State { done: state.done | (1 << number), ..*state };
        match step.what {
            What::Take if full => return None,
            What::Take => next.held += 1,
            What::GiveBack => next.held -= 1,
            What::Redeem => {
                next.held -= 1;
                next.redeemed += 1;
            }
            What::Limit(limit) => next.limit = limit,
            What::Answer(Question::Exhausted) if !full => return None,
            What::Answer(Question::Counts { held, redeemed }) if (held, redeemed) != (state.held, state.redeemed) => {
                return None;
            }
            What::Answer(_) => {}
        }
        Some(next)
    }

    fn run(&mut self) -> Found {
        let mut ways = vec![State { done: 0, limit: None, held: 0, redeemed: 0 }];
        while let Some(state) = ways.pop() {
            let undone = || (0..self.steps.len()).filter(|step| !Self::is_done(&state, *step));
            let Some(by) = undone().filter_map(|step| self.steps[step].to).min() else { return Found::AnOrder };
            let enabled: Vec<usize> = undone().filter(|step| self.steps[*step].from < by).collect();
            // An answer that is right at this moment may as well be given now: it changes nothing.
            let right = |step: &&usize| matches!(self.steps[**step].what, What::Answer(_));
            let answered = enabled.iter().filter(right).find_map(|step| self.after(&state, *step));
            let next: Vec<State> = match answered {
                Some(next) => vec![next],
                None => enabled.iter().filter_map(|step| self.after(&state, *step)).collect(),
            };
            // What must happen first is tried first: it lies on top.
            for next in next.into_iter().rev() {
                if self.seen.insert(next) {
                    ways.push(next);
                }
            }
            if self.seen.len() > MOST {
                return Found::Undecided;
            }
        }
        Found::None
    }
}

/// Whether there is an order.
pub fn search(facts: &Facts) -> Found {
    let steps = steps(facts);
    if steps.len() > STEPS {
        return Found::Undecided;
    }
    Search { steps: &steps, seen: HashSet::new() }.run()
}

/// The least that still has no order: whatever can be left open (as if its outcome were unknown) without an order coming to light is left
/// out, beginning with the latest.
pub fn least(facts: &Facts) -> Facts {
    let mut least = facts.clone();
    for place in (0..least.asked.len()).rev() {
        let mut without = least.clone();
        without.asked.remove(place);
        if search(&without) == Found::None {
            least = without;
        }
    }
    for place in (0..least.takings.len()).rev() {
        let mut open = least.clone();
        let taking = &mut open.takings[place];
        if taking.told.take().is_some() {
            taking.leaves = Some(taking.leaves.map_or(taking.from, |at| at.min(taking.from)));
            taking.gone = None;
            if search(&open) == Found::None {
                least = open;
            }
        }
    }
    // What may have been held explains refusals and counts; where none of those is left, it has no part in it.
    if least.asked.is_empty() {
        least.takings.retain(|taking| taking.told.is_some());
        least.takings.iter_mut().for_each(|taking| taking.before.clear());
    }
    least
}

/// The counterexample in words.
pub fn explain(operations: &[Operation], facts: &Facts, name: &str) -> String {
    let least = least(facts);
    let mut said = format!("{name}: no order of these explains what was answered:\n");
    let mut places: Vec<usize> = least.limits.iter().map(|limited| limited.operation).collect();
    places.extend(least.takings.iter().flat_map(|taking| taking.operations.iter().copied()));
    places.extend(least.asked.iter().map(|asked| asked.operation));
    places.sort_by_key(|place| operations[*place].from);
    places.dedup();
    for place in places {
        let _ = writeln!(said, "  {}", operations[place]);
    }
    said
}
