//! An endpoint that Codemint makes with the key: one, whatever is lost on the way.

use super::shown;
use crate::harness::{ALL, World, on_both_engines, until};
use app::backend::Backend;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::wire::screens::WebhookSetup;
use serde_json::json;
use stripe_sim::{Fault, FaultKind, Match};

on_both_engines!(
    it_is_made_and_told,
    a_lost_answer_leaves_one,
    two_at_once_leave_one,
    what_stripe_refuses,
    removing_it_deletes_it_at_stripe,
);

const PATH: &str = "/v1/webhook_endpoints";

async fn may_make(w: &World) {
    w.connect(&[&ALL[..], &["webhook_write"]].concat()).await;
    w.sim.clear_requests();
}

async fn make(w: &World) -> Result<WebhookSetup, Problem> {
    Backend::make_webhook_endpoint(&w.services, &w.owner(), Mode::Test).await
}

async fn setup(w: &World) -> WebhookSetup {
    Backend::webhook_setup(&w.services, &w.owner(), Mode::Test).await.unwrap().unwrap()
}

/// One endpoint at Stripe, the one that is known here, and what Stripe sends to it is taken.
async fn one_that_works(w: &World, code: &str) {
    let known = setup(w).await;
    let there = w.sim.webhook_endpoints();
    assert_eq!((there.len(), Some(&there[0].id)), (1, known.stripe_id.as_ref()));
    assert_eq!((&there[0].url, &there[0].enabled_events), (&known.url, &known.events));
    let id = w.code(json!({ "code": code, "percent_off": 10 })).await;
    let session = w.checkout(json!({ "discount_code": code })).await.expect(201).id().to_owned();
    w.sim.complete_session(&session).unwrap();
    until(async || {
        let counts = w.counts(&id).await;
        (counts == (0, 1), counts)
    })
    .await;
    let words = format!("One redemption of {code} counted.");
    until(async || {
        let all = shown(w).await;
        (all.iter().any(|delivery| delivery.own && delivery.outcome == words), all)
    })
    .await;
    assert!(setup(w).await.last.is_some());
}

async fn it_is_made_and_told(w: &World) {
    may_make(w).await;
    let before = setup(w).await;
    assert!(before.may_create && !before.has_secret);
    let made = make(w).await.unwrap();
    assert!(made.has_secret && made.since.is_some() && made.stripe_id.is_some());
    one_that_works(w, "SPRING").await;
    // Anew: the old one is gone, the new one works.
    let anew = make(w).await.unwrap();
    assert_ne!(anew.stripe_id, made.stripe_id);
    one_that_works(w, "SUMMER").await;
    // One of the owner's own stays what it is.
    let account = stripe_sim::AccountId::default();
    let (other, _) =
        w.sim.add_webhook_endpoint(&account, false, "https://shop.example/hook", &["coupon.created"]).unwrap();
    make(w).await.unwrap();
    let there: Vec<_> = w.sim.webhook_endpoints().into_iter().map(|endpoint| endpoint.id).collect();
    assert!(there.len() == 2 && there.contains(&other), "{there:?}");
}

async fn a_lost_answer_leaves_one(w: &World) {
    may_make(w).await;
    for (round, kind) in [FaultKind::Drop, FaultKind::ApplyThenDrop, FaultKind::Status500, FaultKind::ApplyThen500]
        .into_iter()
        .enumerate()
    {
        w.sim.inject(Fault::new(Match::new("POST", PATH).times(1), kind));
        make(w).await.unwrap_or_else(|problem| panic!("{kind:?}: {problem:?}"));
        one_that_works(w, &format!("CODE{round}")).await;
    }
    // Both attempts fail, and even tidying up does: told, and the next one mends all.
    let before = setup(w).await;
    w.sim.inject(Fault::new(Match::new("POST", PATH).times(2), FaultKind::ApplyThen500));
    let refused = make(w).await.unwrap_err();
    assert_eq!(refused.code, Code::StripeUnavailable);
    assert_eq!(setup(w).await, before);
    one_that_works(w, "STILL").await;
    w.sim.inject(Fault::new(Match::new("POST", PATH).times(1), FaultKind::ApplyThen500));
    w.sim.inject(Fault::new(Match::new("GET", PATH), FaultKind::Status500));
    make(w).await.unwrap_err();
    assert_eq!(w.sim.webhook_endpoints().len(), 2, "one that nobody has the secret of");
    w.sim.clear_faults();
    w.advance(121_000);
    make(w).await.unwrap();
    one_that_works(w, "AFTER").await;
    // One by hand, with our address.
    let account = stripe_sim::AccountId::default();
    w.sim.add_webhook_endpoint(&account, false, &setup(w).await.url, &["coupon.updated"]).unwrap();
    make(w).await.unwrap();
    one_that_works(w, "BYHAND").await;
}

async fn two_at_once_leave_one(w: &World) {
    may_make(w).await;
    for round in 0..5 {
        let (one, other) = tokio::join!(make(w), make(w));
        assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
        for refused in [one, other].into_iter().filter_map(Result::err) {
            assert_eq!(refused.code, Code::IdempotencyKeyInUse);
        }
        one_that_works(w, &format!("ROUND{round}")).await;
    }
}

async fn what_stripe_refuses(w: &World) {
    let refused = make(w).await.unwrap_err();
    assert_eq!((refused.code, refused.missing), (Code::StripePermissionMissing, vec!["webhook_write".to_owned()]));
    assert!(w.sim.requests().is_empty(), "what is known to be missing is not tried");
    may_make(w).await;
    w.sim.set_down(true);
    assert_eq!(make(w).await.unwrap_err().code, Code::StripeUnavailable);
    w.sim.set_down(false);
    assert!(!setup(w).await.has_secret && w.sim.webhook_endpoints().is_empty());
    let account = stripe_sim::AccountId::default();
    for n in 0..16 {
        w.sim.add_webhook_endpoint(&account, false, &format!("https://shop.example/{n}"), &["coupon.created"]).unwrap();
    }
    let refused = make(w).await.unwrap_err();
    assert!(refused.code == Code::ParameterInvalid && refused.message.contains("maximum"), "{refused:?}");
}

async fn removing_it_deletes_it_at_stripe(w: &World) {
    may_make(w).await;
    make(w).await.unwrap();
    w.sim.set_down(true);
    let refused = Backend::remove_webhook_endpoint(&w.services, &w.owner(), Mode::Test).await.unwrap_err();
    assert_eq!(refused.code, Code::StripeUnavailable);
    w.sim.set_down(false);
    assert!(setup(w).await.has_secret);
    one_that_works(w, "SPRING").await;
    let removed = Backend::remove_webhook_endpoint(&w.services, &w.owner(), Mode::Test).await.unwrap();
    assert!(!removed.has_secret && removed.stripe_id.is_none() && w.sim.webhook_endpoints().is_empty());
    // One that the owner has deleted in Stripe meanwhile.
    let made = make(w).await.unwrap();
    w.sim.delete_webhook_endpoint(&made.stripe_id.unwrap()).unwrap();
    let removed = Backend::remove_webhook_endpoint(&w.services, &w.owner(), Mode::Test).await.unwrap();
    assert!(!removed.has_secret && removed.stripe_id.is_none());
}
