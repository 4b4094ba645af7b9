//! Stripe is well: each code is there, once.

use super::{at_stripe, becomes, campaign, earn, reward};
use crate::harness::{World, all, on_both_engines};
use serde_json::json;

on_both_engines!(
    with default;
    a_code_follows_by_itself,
    one_coupon_for_all,
    the_end_goes_where_it_belongs,
    four_permissions_are_enough,
    many_at_once,
);

async fn a_code_follows_by_itself(w: &World) {
    let campaign = campaign(w, json!({})).await;
    assert!(w.sim.coupons().is_empty(), "lazily: nothing before the first reward");
    let earned = earn(w, &campaign, "Ada@Example.com").await;
    assert_eq!(earned["sync"]["state"], "pending");
    let minted = becomes(w, &earned, "minted").await;
    let there = at_stripe(w, &earned);
    assert_eq!(there.len(), 1);
    let code = &there[0];
    assert_eq!(
        (code.code.as_str(), code.max_redemptions, code.active),
        (earned["code"].as_str().unwrap(), Some(1), true)
    );
    assert_eq!(minted["sync"]["stripe_promotion_code"], code.id);
    assert_eq!(minted["sync"]["stripe_coupon"], code.promotion.coupon);
    assert_eq!(code.metadata["email"], "Ada@Example.com");
    assert_eq!(code.metadata["codemint_reward"], earned["id"]);
    assert_eq!(code.metadata["codemint_campaign"], campaign);
    let coupon = w.sim.coupons().remove(0);
    assert_eq!((coupon.percent_off, coupon.duration.as_str(), coupon.redeem_by), (Some(15.0), "once", None));
    assert_eq!(coupon.name.as_deref(), Some("Share with friends"));
    assert!(coupon.id.starts_with("cm_"));
}

async fn one_coupon_for_all(w: &World) {
    let campaign = campaign(w, json!({})).await;
    for n in 0..5 {
        let earned = earn(w, &campaign, &format!("c{n}@example.com")).await;
        becomes(w, &earned, "minted").await;
    }
    assert_eq!((w.sim.coupons().len(), w.sim.promotion_codes().len()), (1, 5));
    assert_eq!(w.sim.request_count("POST", "/v1/coupons"), 1);
    assert_eq!(w.sim.request_count("GET", "/v1/promotion_codes"), 0, "nothing is looked up where nothing went wrong");
}

async fn the_end_goes_where_it_belongs(w: &World) {
    let end = w.now() + 40 * 86_400_000;
    let fixed = campaign(w, json!({ "expires_at": end })).await;
    let earned = earn(w, &fixed, "a@example.com").await;
    becomes(w, &earned, "minted").await;
    assert_eq!(earned["expires_at"], end);
    assert_eq!(at_stripe(w, &earned)[0].expires_at, Some(end / 1000));
    assert_eq!(w.sim.coupons()[0].redeem_by, Some(end / 1000));
    let days = campaign(w, json!({ "expires_in_days": 30 })).await;
    let earned = earn(w, &days, "b@example.com").await;
    becomes(w, &earned, "minted").await;
    assert_eq!(earned["expires_at"], w.now() + 30 * 86_400_000);
    let code = at_stripe(w, &earned).remove(0);
    assert_eq!(code.expires_at, Some((w.now() + 30 * 86_400_000) / 1000));
    let coupon = w.sim.coupons().into_iter().find(|coupon| coupon.id == code.promotion.coupon).unwrap();
    assert_eq!(coupon.redeem_by, None);
}

async fn four_permissions_are_enough(w: &World) {
    w.connect(&crate::harness::FOUR).await;
    let campaign = campaign(w, json!({})).await;
    let earned = earn(w, &campaign, "a@example.com").await;
    becomes(w, &earned, "minted").await;
    assert_eq!(at_stripe(w, &earned).len(), 1);
}

async fn many_at_once(w: &World) {
    let campaign = campaign(w, json!({})).await;
    let path = format!("/v1/campaigns/{campaign}/rewards");
    let posts =
        (0..60).map(|n| w.ask("POST", &path).key(&w.key).json(&json!({ "email": format!("c{n}@example.com") })).send());
    for answer in all(posts).await {
        let earned = answer.expect(201).json;
        becomes(w, &earned, "minted").await;
        assert_eq!(at_stripe(w, &earned).len(), 1);
        assert_eq!(reward(w, &earned).await["code"], earned["code"]);
    }
    assert_eq!((w.sim.coupons().len(), w.sim.promotion_codes().len()), (1, 60));
}
