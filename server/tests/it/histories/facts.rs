//! What a history says about one code: who may have held, and who certainly did.

use super::history::{Call, Came, Moment, Operation};
use std::collections::{BTreeMap, HashMap};

/// A hold that one idempotency key took, or may have taken. It has one at a time: one that was given back when Stripe did not answer may be
/// followed by another.
#[derive(Clone, Debug)]
pub struct Taking {
    /// It may hold from here on.
    pub from: Moment,
    /// Somebody was told by then that it holds.
    pub told: Option<Moment>,
    /// Its hold may be given back from here on: its session ended, or nobody knows of it.
    pub leaves: Option<Moment>,
    /// Its hold is given back by then, for certain.
    pub gone: Option<Moment>,
    /// It may be redeemed from here on.
    pub paid: Option<Moment>,
    /// Those of the same key that may have been before, and were given back then.
    pub before: Vec<usize>,
    /// The operations that say so, by their places.
    pub operations: Vec<usize>,
}

/// What was asked of a code besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Was refused: there was none left.
    Exhausted,
    /// Was told the counts.
    Counts { held: i64, redeemed: i64 },
}

/// A question with its answer.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub from: Moment,
    pub to: Moment,
    pub question: Question,
    pub operation: usize,
}

/// A limit that was set; without an end it is not known whether it was.
#[derive(Clone, Copy, Debug)]
pub struct Limited {
    pub from: Moment,
    pub to: Option<Moment>,
    pub limit: Option<u32>,
    pub operation: usize,
}

/// All of one code.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub takings: Vec<Taking>,
    pub asked: Vec<Asked>,
    pub limits: Vec<Limited>,
}

impl Facts {
    /// Of the operations on one code.
    pub fn of(operations: &[Operation], code: usize) -> Self {
        let mut facts = Self::default();
        let mut keys: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut asked: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let ours = || operations.iter().enumerate().filter(|(_, operation)| operation.code == code);
        for (place, operation) in ours() {
            match (&operation.call, &operation.came) {
                (Call::Limit(limit), came) if !matches!(came, Came::Refused(_)) => {
                    let to = operation.to.filter(|_| *came == Came::Done);
                    facts.limits.push(Limited { from: operation.from, to, limit: *limit, operation: place });
                }
                (Call::Take(key), came) => {
                    asked.entry(key.as_str()).or_default().push(place);
                    // Told that another request under its key is at work, one has done nothing; any other refusal may come after a hold that
                    // was given back.
                    let idle = matches!(came, Came::Refused(why) if why == "idempotency_key_in_use");
                    if !idle && !matches!(came, Came::Exhausted(_)) {
                        keys.entry(key).or_default().push(place);
                    }
                }
                (Call::Read, Came::Counts { held, redeemed }) => {
                    let (from, to) = (operation.from, operation.to.unwrap_or(Moment::MAX));
                    let question = Question::Counts { held: *held, redeemed: *redeemed };
                    facts.asked.push(Asked { from, to, question, operation: place });
                }
                _ => {}
            }
        }
        for attempts in keys.into_values() {
            facts.take(operations, &attempts);
        }
        for attempts in asked.into_values() {
            facts.refused(operations, &attempts);
        }
        let mut holders = HashMap::new();
        for (number, taking) in facts.takings.iter().enumerate().filter(|(_, taking)| taking.told.is_some()) {
            let held = |place: &usize| match &operations[*place].came {
                Came::Held { hold, .. } => Some((hold.as_str(), number)),
                _ => None,
            };
            holders.extend(taking.operations.iter().filter_map(held));
        }
        for (place, operation) in ours().filter(|(_, operation)| !matches!(operation.came, Came::Refused(_))) {
            let (Call::Pay(hold) | Call::Leave(hold)) = &operation.call else { continue };
            let Some(taking) = holders.get(hold.as_str()).map(|number| &mut facts.takings[*number]) else { continue };
            let earliest = |known: Option<Moment>| Some(known.map_or(operation.from, |at| at.min(operation.from)));
            match operation.call {
                Call::Pay(_) => taking.paid = earliest(taking.paid),
                _ => taking.leaves = earliest(taking.leaves),
            }
            taking.operations.push(place);
        }
        for rest in ours().map(|(_, operation)| operation).filter(|operation| operation.call == Call::Rest) {
            let left = |taking: &&mut Taking| taking.told.is_some() && taking.leaves.is_some_and(|at| at < rest.from);
            for taking in facts.takings.iter_mut().filter(left) {
                taking.gone = taking.gone.min(rest.to).or(rest.to);
            }
        }
        facts.limits.sort_by_key(|limited| limited.from);
        facts
    }

    /// The holds of one key, by its attempts.
    fn take(&mut self, operations: &[Operation], attempts: &[usize]) {
        let told = |place: &usize| matches!(operations[*place].came, Came::Held { .. });
        let answered = attempts.iter().filter(|place| told(place)).filter_map(|place| operations[*place].to).min();
        let mut before = Vec::new();
        // What was not told to anybody may be given back at any time, and is by when there is another.
        for place in attempts.iter().filter(|place| !told(place)) {
            let from = operations[*place].from;
            let open = Taking {
                from,
                told: None,
                leaves: Some(from),
                gone: answered,
                paid: None,
                before: Vec::new(),
                operations: vec![*place],
            };
            if answered.is_none_or(|answered| from < answered) {
                before.push(self.takings.len());
                self.takings.push(open);
            }
        }
        if let (Some(told), Some(from)) = (answered, attempts.iter().map(|place| operations[*place].from).min()) {
            let operations = attempts.iter().filter(|place| operations[**place].from < told).copied().collect();
            self.takings.push(Taking {
                from,
                told: Some(told),
                leaves: None,
                gone: None,
                paid: None,
                before,
                operations,
            });
        }
    }

    /// Whether one key was refused. A refusal is kept: what is told later was true once since the first attempt.
    fn refused(&mut self, operations: &[Operation], attempts: &[usize]) {
        let refused = |place: &&usize| matches!(operations[**place].came, Came::Exhausted(_));
        let refusals = attempts.iter().filter(refused).filter_map(|place| Some((operations[*place].to?, *place)));
        let from = attempts.iter().map(|place| operations[*place].from).min();
        if let (Some((to, operation)), Some(from)) = (refusals.min(), from) {
            self.asked.push(Asked { from, to, question: Question::Exhausted, operation });
        }
    }
}
