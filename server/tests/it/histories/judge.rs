//! The judge of a history: every rule of the count, over all codes, with what is there at rest.

use super::facts::Facts;
use super::history::{Call, Came, Operation};
use super::search::{Found, explain, search};
use super::{bounds, history};
use std::collections::{BTreeMap, BTreeSet};

/// Held and redeemed.
pub type Counts = (i64, i64);

/// One code when nothing is under way any more.
#[derive(Clone, Debug, Default)]
pub struct CodeAtRest {
    pub name: String,
    pub counters: Counts,
    pub rows: Counts,
    pub at_stripe: Counts,
    /// The coupons at Stripe that are this code's, each with the fields in which it is not what the code promises.
    pub coupons: Vec<(String, Vec<&'static str>)>,
    /// Sessions with another discount than the code promises.
    pub wrongly_priced: Vec<String>,
    /// Whether the code says itself that its coupon is not what it should be.
    pub blocked: bool,
}

/// A session at Stripe that can be or was paid, and under which key it was made.
#[derive(Clone, Debug)]
pub struct SessionAtRest {
    pub key: String,
    pub id: String,
}

/// Everything at rest.
#[derive(Clone, Debug, Default)]
pub struct AtRest {
    pub codes: Vec<CodeAtRest>,
    pub sessions: Vec<SessionAtRest>,
}

/// What came of the judging.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// What cannot have been; nothing: all is well.
    pub wrong: Vec<String>,
    /// How many codes' histories were searched to the end, and of how many.
    pub searched: (usize, usize),
}

/// Judges.
pub fn judge(operations: &[Operation], rest: &AtRest) -> Verdict {
    let mut verdict = Verdict::default();
    let codes: BTreeSet<usize> = operations.iter().map(|operation| operation.code).collect();
    for code in codes {
        let name = rest.codes.get(code).map_or_else(|| format!("code {code}"), |code| code.name.clone());
        let facts = Facts::of(operations, code);
        let wrong = bounds::judge(operations, &facts, &name);
        let found = search(&facts);
        verdict.searched.0 += usize::from(found != Found::Undecided);
        verdict.searched.1 += 1;
        // What the bounds say is shorter.
        if found == Found::None && wrong.is_empty() {
            verdict.wrong.push(explain(operations, &facts, &name));
        }
        verdict.wrong.extend(wrong);
    }
    verdict.wrong.extend(keys(operations, rest));
    verdict.wrong.extend(rest.codes.iter().flat_map(at_rest));
    verdict
}

/// One effect and one answer for a key.
fn keys(operations: &[Operation], rest: &AtRest) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut keys: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
    for operation in operations {
        if let Call::Take(key) = &operation.call {
            keys.entry(key).or_default().push(operation);
        }
    }
    let mut sessions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for session in &rest.sessions {
        sessions.entry(&session.key).or_default().push(&session.id);
    }
    for (key, attempts) in keys {
        let answers: BTreeSet<&str> = attempts.iter().filter_map(|attempt| answer(attempt)).collect();
        if answers.len() > 1 {
            wrong.push(format!("{key}: one key, {} different answers:\n{}", answers.len(), lines(&attempts)));
        }
        let made = sessions.get(key).map_or(&[][..], Vec::as_slice);
        if made.len() > 1 {
            let attempts = lines(&attempts);
            wrong.push(format!(
                "{key}: one key, {} sessions that can be or were paid: {made:?}\n{attempts}",
                made.len()
            ));
        }
    }
    wrong
}

fn answer(operation: &Operation) -> Option<&str> {
    match &operation.came {
        Came::Held { answer, .. } | Came::Exhausted(answer) => Some(answer),
        _ => None,
    }
}

fn lines(operations: &[&Operation]) -> String {
    operations.iter().map(|operation: &&history::Operation| format!("  {operation}\n")).collect()
}

fn at_rest(code: &CodeAtRest) -> Vec<String> {
    let CodeAtRest { name, counters, rows, at_stripe, coupons, wrongly_priced, blocked } = code;
    let mut wrong = Vec::new();
    if counters != rows || rows != at_stripe {
        let words = |(held, redeemed): &Counts| format!("{held} held and {redeemed} redeemed");
        wrong.push(format!(
            "{name}: at rest its counters say {}, its rows {}, Stripe's sessions {}\n",
            words(counters),
            words(rows),
            words(at_stripe)
        ));
    }
    if coupons.len() > 1 {
        wrong.push(format!("{name}: {} coupons for one version of its terms: {coupons:?}\n", coupons.len()));
    }
    for (coupon, differences) in coupons.iter().filter(|(_, differences)| !differences.is_empty() && !blocked) {
        wrong.push(format!("{name}: coupon {coupon} was adopted and differs in {}\n", differences.join(", ")));
    }
    if !wrongly_priced.is_empty() {
        wrong.push(format!("{name}: sessions with another discount than it promises: {wrongly_priced:?}\n"));
    }
    wrong
}
