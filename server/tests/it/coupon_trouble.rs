//! The coupon behind a code, when it is not what it was: gone, changed, or there before.

use crate::harness::{ALL, Answer, CHECKOUT, World, on_both_engines, until};
use serde_json::{Value, json};
use stripe_sim::{AccountId, Coupon, Fault, FaultKind, Match};

on_both_engines!(
    deleted_in_stripe,
    blocked_until_the_owner_mints_again,
    there_and_equal,
    there_and_different,
    edited_where_it_does_not_matter,
    reconnected_to_another_account,
    changed_and_minted_again,
    deleted_between_mint_and_session,
    deleted_while_nobody_knew_that_it_was_made,
    renamed_while_nobody_knew_that_it_was_made,
    changed_while_nobody_knew_that_it_was_made,
    minted_again_while_a_session_was_not_known,
    minted_again_by_another_while_a_session_was_not_known,
    blocked_while_a_session_was_not_known,
);
on_both_engines!(with working; deleted_while_a_customer_is_at_the_till);

const SESSIONS: &str = "/v1/checkout/sessions";
const BLOCKED: (u16, &str, &str) = (409, "discount_code_blocked", "");

async fn minted(w: &World, fields: Value) -> (String, Coupon) {
    let id = w.code(fields).await;
    let text = w.read(&id).await["code"].clone();
    w.checkout(json!({ "discount_code": text })).await.expect(201);
    (id, w.sim.coupons().pop().unwrap())
}

/// The owner's click on the code's page.
async fn mint_again(w: &World, id: &str) {
    let owner = w.owner();
    app::backend::Backend::mint_again(&w.services, &owner, app::domain::mode::Mode::Test, id).await.unwrap();
}

async fn buy(w: &World, order: &str) -> Answer {
    let body = World::checkout_body(json!({ "discount_code": "SPRING", "user_id": order }));
    w.ask("POST", CHECKOUT).key(&w.key).idempotent(order).json(&body).send().await
}

async fn deleted_in_stripe(w: &World) {
    let (id, coupon) = minted(w, json!({ "code": "SPRING", "percent_off": 10 })).await;
    w.sim.delete_coupon(&coupon.id).unwrap();
    let refused = w.checkout(json!({ "discount_code": "SPRING" })).await;
    insta::assert_snapshot!(refused.shown(), @r#"
    409
    {"error":{"type":"conflict_error",
    "code":"discount_code_blocked",
    "message":"The coupon of this code is not in your Stripe account any more: it was deleted there, or it belongs to another account. The code's page in Codemint offers to mint it again."}}
    "#);
    assert_eq!(w.counts(&id).await, (1, 0), "the hold was not given back");
    w.sim.clear_requests();
    refused.refused(BLOCKED.0, BLOCKED.1, BLOCKED.2);
    w.checkout(json!({ "discount_code": "SPRING" })).await.refused(BLOCKED.0, BLOCKED.1, BLOCKED.2);
    assert_eq!(w.sim.counts().requests, 0, "a blocked code asks nobody");
    assert_eq!((w.counts(&id).await, w.sim.counts().sessions), ((1, 0), 1));
}

async fn blocked_until_the_owner_mints_again(w: &World) {
    let (id, coupon) = minted(w, json!({ "code": "SPRING", "percent_off": 10 })).await;
    w.sim.delete_coupon(&coupon.id).unwrap();
    w.checkout(json!({ "discount_code": "SPRING" })).await.refused(BLOCKED.0, BLOCKED.1, BLOCKED.2);
    mint_again(w, &id).await;
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    let coupons = w.sim.coupons();
    assert_eq!(coupons.len(), 1);
    assert_ne!(coupons[0].id, coupon.id, "a new coupon has a new id");
    assert_eq!(w.counts(&id).await, (2, 0));
}

async fn there_and_equal(w: &World) {
    let (id, coupon) = minted(w, json!({ "code": "SAVE5", "amount_off_cents": 500, "currency": "usd" })).await;
    // Connected anew: whether it is still there is asked, and it is taken as it is.
    w.connect(&ALL).await;
    w.sim.clear_requests();
    w.checkout(json!({ "discount_code": "SAVE5" })).await.expect(201);
    assert_eq!((w.sim.coupons().len(), w.sim.request_count("POST", "/v1/coupons")), (1, 0));
    assert_eq!(w.sim.request_count("GET", &format!("/v1/coupons/{}", coupon.id)), 1);
    assert_eq!(w.counts(&id).await, (2, 0));
}

async fn there_and_different(w: &World) {
    type Change = fn(&mut Coupon);
    let changes: [(&str, Change); 6] = [
        ("ONE", |coupon| coupon.percent_off = Some(11.0)),
        ("TWO", |coupon| coupon.duration = "forever".into()),
        ("THREE", |coupon| coupon.metadata.clear()),
        ("FOUR", |coupon| coupon.max_redemptions = Some(1)),
        ("FIVE", |coupon| coupon.redeem_by = Some(1_800_000_000)),
        ("SIX", |coupon| drop(coupon.metadata.insert("codemint_discount_code".into(), "dc_another".into()))),
    ];
    for (text, change) in changes {
        let (id, coupon) = minted(w, json!({ "code": text, "percent_off": 10 })).await;
        w.sim.replace_coupon_terms(&coupon.id, change).unwrap();
        w.connect(&ALL).await;
        let refused = w.checkout(json!({ "discount_code": text })).await;
        assert_eq!((refused.status, refused.code()), (BLOCKED.0, BLOCKED.1), "{text}: {}", refused.text);
        assert_eq!(w.counts(&id).await, (1, 0), "{text}");
    }
    assert_eq!(w.sim.counts().sessions, 6);
}

async fn edited_where_it_does_not_matter(w: &World) {
    let (_, coupon) = minted(w, json!({ "code": "SPRING", "percent_off": 10 })).await;
    w.sim.edit_coupon(&coupon.id, Some("A nicer name"), &[("team", "growth")]).unwrap();
    w.connect(&ALL).await;
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    assert_eq!(w.sim.coupons().len(), 1);
}

async fn reconnected_to_another_account(w: &World) {
    let (id, first) = minted(w, json!({ "code": "SPRING", "percent_off": 10 })).await;
    let other = AccountId::new("acct_1Another");
    w.sim.add_price(&other, false, stripe_sim::Price::one_time("price_1OTHER", "usd", 1000, "Other"));
    w.connect_account(&other, &ALL).await;
    w.checkout(json!({ "discount_code": "SPRING", "price_id": "price_1OTHER" })).await.expect(201);
    let minted_there = w.sim.coupons_in(&other, false);
    assert_eq!((minted_there.len(), &minted_there[0].id), (1, &first.id), "minted anew, under the same id");
    assert_eq!(w.counts(&id).await, (2, 0));
    // What was cached of the first account's prices is not this one's.
    w.checkout(json!({ "price_id": "price_1ABC" })).await.refused(400, "parameter_invalid", "price_id");
    // And back: the first one is still there.
    w.connect(&ALL).await;
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    assert_eq!(w.sim.coupons().len(), 2);
}

async fn changed_and_minted_again(w: &World) {
    let (id, old) = minted(w, json!({ "code": "SPRING", "percent_off": 10 })).await;
    w.sim.replace_coupon_terms(&old.id, |coupon| coupon.percent_off = Some(90.0)).unwrap();
    w.connect(&ALL).await;
    w.checkout(json!({ "discount_code": "SPRING" })).await.refused(BLOCKED.0, BLOCKED.1, BLOCKED.2);
    w.sim.clear_requests();
    mint_again(w, &id).await;
    assert_eq!(w.sim.counts().requests, 0, "nothing is minted before it is used");
    let answer = w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    let coupons = w.sim.coupons();
    let left_alone = coupons.iter().find(|coupon| coupon.id == old.id).unwrap();
    assert_eq!((coupons.len(), left_alone.percent_off), (2, Some(90.0)));
    let touched = w.sim.requests().into_iter().any(|call| call.method != "GET" && call.path.contains(&old.id));
    assert!(!touched, "the old coupon is the owner's now");
    assert_eq!(w.sim.session(answer.id()).unwrap().amount_total, Some(2610), "the new one has the code's terms");
    assert_eq!(w.counts(&id).await, (2, 0));
    // The next use mints nothing more.
    w.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    assert_eq!(w.sim.coupons().len(), 2);
}

async fn deleted_between_mint_and_session(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    w.sim.inject(Fault::new(Match::new("POST", SESSIONS).times(1), FaultKind::Hold));
    let buying = async {
        w.sim.wait_until(|sim| sim.fault_met(FaultKind::Hold)).await;
        w.sim.delete_coupon(&w.sim.coupons()[0].id).unwrap();
        w.sim.release_held();
    };
    let (refused, ()) = tokio::join!(buy(w, "order-1"), buying);
    refused.refused(BLOCKED.0, BLOCKED.1, BLOCKED.2);
    assert_eq!((w.counts(&id).await, w.sim.counts().sessions), ((0, 0), 0), "the hold was not given back");
    mint_again(w, &id).await;
    buy(w, "order-2").await.expect(201);
    assert_eq!((w.sim.coupons().len(), w.counts(&id).await), (1, (1, 0)));
}

/// Stripe made the coupon, and its answer never came: the code's id, the coupon's id.
async fn made_and_not_known(w: &World) -> (String, String) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    w.sim.inject(Fault::new(Match::new("POST", "/v1/coupons"), FaultKind::ApplyThenDrop));
    w.sim.inject(Fault::new(Match::new("GET", "/v1/coupons"), FaultKind::Drop));
    buy(w, "order-1").await.refused(503, "stripe_unavailable", "");
    w.sim.clear_faults();
    (id, w.sim.coupons().pop().unwrap().id)
}

async fn renamed_while_nobody_knew_that_it_was_made(w: &World) {
    let (id, coupon) = made_and_not_known(w).await;
    w.sim.edit_coupon(&coupon, Some("A nicer name"), &[("team", "growth")]).unwrap();
    w.sim.forget_idempotency_keys();
    buy(w, "order-1").await.expect(201);
    assert_eq!((w.sim.coupons().len(), w.counts(&id).await), (1, (1, 0)));
}

async fn changed_while_nobody_knew_that_it_was_made(w: &World) {
    let (id, coupon) = made_and_not_known(w).await;
    w.sim.edit_coupon(&coupon, None, &[("codemint_terms", "")]).unwrap();
    w.sim.forget_idempotency_keys();
    // Without our hash of its terms it is not ours any more.
    buy(w, "order-1").await.refused(BLOCKED.0, BLOCKED.1, BLOCKED.2);
    assert_eq!((w.counts(&id).await, w.sim.counts().sessions), ((0, 0), 0));
    mint_again(w, &id).await;
    buy(w, "order-2").await.expect(201);
    assert_eq!((w.sim.coupons().len(), w.counts(&id).await), (2, (1, 0)));
}

async fn deleted_while_nobody_knew_that_it_was_made(w: &World) {
    let (id, coupon) = made_and_not_known(w).await;
    w.sim.delete_coupon(&coupon).unwrap();
    // Stripe replays that it made it; that it is gone shows when it is used.
    buy(w, "order-1").await.refused(BLOCKED.0, BLOCKED.1, BLOCKED.2);
    assert_eq!((w.counts(&id).await, w.sim.counts().sessions), ((0, 0), 0));
    mint_again(w, &id).await;
    buy(w, "order-2").await.expect(201);
    assert_eq!((w.sim.coupons().len(), w.counts(&id).await), (1, (1, 0)));
}

/// A purchase whose call for a session never reached Stripe, which nobody knows; then the coupon is deleted, and found so by another.
async fn not_known_and_blocked(w: &World) -> String {
    let (id, coupon) = minted(w, json!({ "code": "SPRING", "percent_off": 10 })).await;
    w.sim.inject(Fault::new(Match::path(SESSIONS), FaultKind::Drop));
    buy(w, "order-1").await.refused(503, "stripe_unavailable", "");
    w.sim.clear_faults();
    w.sim.delete_coupon(&coupon.id).unwrap();
    buy(w, "order-2").await.refused(BLOCKED.0, BLOCKED.1, BLOCKED.2);
    id
}

async fn minted_again_while_a_session_was_not_known(w: &World) {
    let id = not_known_and_blocked(w).await;
    mint_again(w, &id).await;
    // The same request takes the new coupon.
    let answer = buy(w, "order-1").await.expect(201);
    assert_eq!(w.sim.session(answer.id()).unwrap().amount_total, Some(2610));
    assert_eq!((w.sim.coupons().len(), w.counts(&id).await), (1, (2, 0)));
    assert_eq!(w.sim.counts().open_sessions, 2);
}

async fn minted_again_by_another_while_a_session_was_not_known(w: &World) {
    let id = not_known_and_blocked(w).await;
    mint_again(w, &id).await;
    buy(w, "order-3").await.expect(201);
    buy(w, "order-1").await.expect(201);
    assert_eq!((w.sim.coupons().len(), w.counts(&id).await, w.sim.counts().open_sessions), (1, (3, 0), 3));
}

async fn blocked_while_a_session_was_not_known(w: &World) {
    let id = not_known_and_blocked(w).await;
    buy(w, "order-1").await.refused(BLOCKED.0, BLOCKED.1, BLOCKED.2);
    assert_eq!((w.counts(&id).await, w.sim.counts().sessions), ((1, 0), 1));
    mint_again(w, &id).await;
    buy(w, "order-3").await.expect(201);
    assert_eq!((w.sim.coupons().len(), w.counts(&id).await), (1, (2, 0)));
}

async fn deleted_while_a_customer_is_at_the_till(w: &World) {
    let (id, coupon) = minted(w, json!({ "code": "SPRING", "percent_off": 10 })).await;
    let session = w.sim.sessions().pop().unwrap().id;
    w.sim.delete_coupon(&coupon.id).unwrap();
    buy(w, "order-2").await.refused(BLOCKED.0, BLOCKED.1, BLOCKED.2);
    // What was promised stays promised: the discount is on the session already.
    let paid = w.sim.complete_session(&session).unwrap();
    assert_eq!(paid.amount_total, Some(2610));
    until(async || {
        let counts = w.counts(&id).await;
        (counts == (0, 1), counts)
    })
    .await;
}
