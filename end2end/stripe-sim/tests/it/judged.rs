//! What is kept for the judge, and that the judge would say so.

use reqwest::Method;
use stripe_judge::{Judge, Side, complaints};
use stripe_sim::{Exchange, Fault, FaultKind, Match};

use crate::common::stripe;

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn an_exchange_is_kept_whole_and_without_the_key() {
    let stripe = stripe().await;
    stripe.sim.record_exchanges();
    let made = stripe.post("/v1/coupons", &[("id", "C"), ("percent_off", "25")]).await.ok();
    stripe.get("/v1/coupons?limit=3").await.ok();
    stripe.sim.inject(Fault::new(Match::path("/v1/").times(1), FaultKind::ApplyThenDrop));
    assert!(stripe.call(Method::DELETE, "/v1/coupons/C").send().await.is_err());
    stripe.get("/v1/coupons/C").await;
    let all = stripe.sim.exchanges();
    let shape = |one: &Exchange| (one.method.clone(), one.path.clone(), one.status);
    let (coupons, coupon) = ("/v1/coupons".to_owned(), "/v1/coupons/C".to_owned());
    let expected = [
        ("POST".to_owned(), coupons.clone(), Some(200)),
        ("GET".to_owned(), coupons, Some(200)),
        ("DELETE".to_owned(), coupon.clone(), None),
        ("GET".to_owned(), coupon, Some(404)),
    ];
    assert_eq!(all.iter().map(shape).collect::<Vec<_>>(), expected);
    assert_eq!((&all[0].form, &all[0].query), (&pairs(&[("id", "C"), ("percent_off", "25")]), &pairs(&[])));
    assert_eq!((&all[1].form, &all[1].query), (&pairs(&[]), &pairs(&[("limit", "3")])));
    assert_eq!(all[0].body, made.to_string());
    assert!(!format!("{all:?}").contains(&stripe.key));
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    if Judge::here().is_none() {
        return;
    }
    let stripe = stripe().await;
    stripe.post("/v1/coupons", &[("id", "C"), ("percent_off", "25")]).await.ok();
    let right = stripe.sim.exchanges().remove(0);
    let both = |exchange: Exchange| {
        [Side::Client, Side::StandIn].map(|side| complaints(side, std::slice::from_ref(&exchange)).len())
    };
    assert_eq!(both(right.clone()), [0, 0]);
    let body = right.body.replace("\"valid\":true", "\"valid\":\"true\"");
    assert_ne!(body, right.body);
    assert_eq!(both(Exchange { body, ..right.clone() }), [1, 1], "a wrong answer");
    let form = pairs(&[("id", "C"), ("percent", "25")]);
    assert_eq!(both(Exchange { form: form.clone(), ..right.clone() }), [1, 1], "something wrong was taken");
    let refused = r#"{"error":{"type":"invalid_request_error"}}"#.to_owned();
    let wrong = Exchange { form, status: Some(400), body: refused.clone(), ..right.clone() };
    assert_eq!(both(wrong.clone()), [1, 0], "only the client may not even ask");
    assert_eq!(both(Exchange { status: None, ..wrong }), [1, 0], "whatever became of it");
    let question = Exchange { form: pairs(&[("duration", "nonsense")]), status: Some(400), body: refused, ..right };
    assert_eq!(both(question.clone()), [0, 0], "how one asks for permissions");
    assert_eq!(both(Exchange { form: pairs(&[("duration", "weekly")]), ..question }), [1, 0], "but no other way");
}
