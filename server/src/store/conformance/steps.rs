//! The steps of a checkout: every call against every step, allowed or without effect.

use super::super::{Result, Scoped, Step, Tx};
use super::engine::Base;
use super::fixtures::{T, dump, dump_statement, new_checkout, next_attempt, put, shop};
use crate::scope::Scope;
use futures::future::BoxFuture;

const STEPS: [Step; 7] =
    [Step::Intent, Step::Open, Step::Uncertain, Step::Refused, Step::Complete, Step::Expired, Step::Unverified];

fn name(step: Step) -> String {
    format!("co_{}", step.as_str())
}

/// A checkout in every step, brought there by the calls that the services make; each with its idempotency key.
async fn one_in_each(base: &Base) -> Scope {
    let scope = shop(base).await;
    for step in STEPS {
        let id = name(step);
        put!(base, &scope, insert_checkout(&new_checkout(&id, Some(&id)))).unwrap();
        if matches!(step, Step::Uncertain | Step::Refused) {
            assert!(put!(base, &scope, settle_checkout(&id, 1, step, T, T)).unwrap());
        }
        if matches!(step, Step::Open | Step::Complete | Step::Expired | Step::Unverified) {
            assert!(put!(base, &scope, open_checkout(&id, 1, &format!("cs_{id}"), T, "{}", T)).unwrap());
        }
        if matches!(step, Step::Complete | Step::Expired | Step::Unverified) {
            assert!(put!(base, &scope, end_checkout(&id, step, T)).unwrap());
        }
    }
    scope
}

type Call = for<'a> fn(Scoped<'a>, &'a str, i64) -> BoxFuture<'a, Result<bool>>;

/// A call, as (checkout, attempt): whether it says that it did something.
macro_rules! call {
    ($at:ident, $id:ident, $attempt:ident, $($call:tt)*) => {
        (|$at, $id, $attempt| Box::pin(async move { $($call)*.await })) as Call
    };
}

/// Every call that moves a checkout, where it is allowed, and what it leads to.
fn calls() -> Vec<(&'static str, Call, &'static [Step], Option<Step>)> {
    let own_hands: &[Step] = &[Step::Intent, Step::Uncertain];
    vec![
        ("take", call!(at, id, _n, at.take_checkout(id, T + 1_000, T + 9_000)), own_hands, None),
        ("renew intent", call!(at, id, n, at.renew_checkout(id, n, Step::Intent, T + 9_000)), &[Step::Intent], None),
        (
            "renew uncertain",
            call!(at, id, n, at.renew_checkout(id, n, Step::Uncertain, T + 9_000)),
            &[Step::Uncertain],
            None,
        ),
        ("renew open", call!(at, id, n, at.renew_checkout(id, n, Step::Open, T + 9_000)), &[], None),
        (
            "open",
            call!(at, id, n, at.open_checkout(id, n, "cs_new", T, "{}", T + 1)),
            &[Step::Intent],
            Some(Step::Open),
        ),
        (
            "settle uncertain",
            call!(at, id, n, at.settle_checkout(id, n, Step::Uncertain, T + 1, T + 9)),
            own_hands,
            Some(Step::Uncertain),
        ),
        (
            "settle refused",
            call!(at, id, n, at.settle_checkout(id, n, Step::Refused, T + 1, T + 9)),
            own_hands,
            Some(Step::Refused),
        ),
        (
            "settle expired",
            call!(at, id, n, at.settle_checkout(id, n, Step::Expired, T + 1, T + 9)),
            own_hands,
            Some(Step::Expired),
        ),
        (
            "end complete",
            call!(at, id, _n, at.end_checkout(id, Step::Complete, T + 1)),
            &[Step::Open],
            Some(Step::Complete),
        ),
        (
            "end expired",
            call!(at, id, _n, at.end_checkout(id, Step::Expired, T + 1)),
            &[Step::Open],
            Some(Step::Expired),
        ),
        (
            "end unverified",
            call!(at, id, _n, at.end_checkout(id, Step::Unverified, T + 1)),
            &[Step::Open],
            Some(Step::Unverified),
        ),
        ("detach", call!(at, id, _n, at.detach_refused_checkout(id)), &[Step::Refused], None),
        (
            "reclaim",
            call!(at, id, n, at.reclaim_checkout(id, n, Some("rd_new"), T + 1)),
            &[Step::Uncertain],
            Some(Step::Intent),
        ),
        (
            "next attempt",
            call!(at, id, n, at.next_attempt(id, n, &next_attempt())),
            &[Step::Uncertain, Step::Refused],
            Some(Step::Intent),
        ),
    ]
}

async fn step_of(tx: &mut Tx, scope: &Scope, id: &str) -> Option<Step> {
    tx.at(scope).checkout_by_key(id).await.unwrap().map(|row| row.step().unwrap())
}

pub(super) async fn steps_only_move_forward(base: Base) {
    let scope = one_in_each(&base).await;
    let statement = dump_statement(&base, &scope).await;
    for (what, call, allowed, leads_to) in calls() {
        for step in STEPS {
            let id = name(step);
            // Rolled back at the end of the round: every call meets every step as it was made.
            let mut tx = base.db.begin().await.unwrap();
            let before = dump(&mut tx, &statement).await;
            let answered = call(tx.at(&scope), &id, 1).await.unwrap();
            let changed = dump(&mut tx, &statement).await != before;
            let may = allowed.contains(&step);
            assert_eq!(changed, may, "{what} on {step:?}");
            assert_eq!(answered, may, "the answer of {what} on {step:?}");
            if may && what != "detach" {
                assert_eq!(step_of(&mut tx, &scope, &id).await, Some(leads_to.unwrap_or(step)), "{what} on {step:?}");
            }
        }
    }
}

pub(super) async fn a_stale_attempt_changes_nothing(base: Base) {
    let scope = one_in_each(&base).await;
    let statement = dump_statement(&base, &scope).await;
    for (what, call, ..) in calls() {
        if ["take", "end complete", "end expired", "end unverified", "detach"].contains(&what) {
            continue; // They name no attempt: the step alone decides.
        }
        for step in STEPS {
            for attempt in [0, 2] {
                let mut tx = base.db.begin().await.unwrap();
                let before = dump(&mut tx, &statement).await;
                let answered = call(tx.at(&scope), &name(step), attempt).await.unwrap();
                assert!(!answered, "{what} on {step:?}");
                assert_eq!(dump(&mut tx, &statement).await, before, "{what} on {step:?}");
            }
        }
    }
    // The number of the attempt before is stale as soon as the next one began.
    let id = name(Step::Uncertain);
    assert!(put!(base, &scope, next_attempt(&id, 1, &next_attempt())).unwrap());
    assert!(!put!(base, &scope, open_checkout(&id, 1, "cs_late", T, "{}", T)).unwrap());
    assert!(!put!(base, &scope, settle_checkout(&id, 1, Step::Refused, T, T)).unwrap());
    assert!(put!(base, &scope, open_checkout(&id, 2, "cs_new", T, "{}", T)).unwrap());
}
