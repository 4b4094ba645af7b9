//! What is said to Stripe is kept for the judge, all of it, and without the key.

use crate::harness::{World, on_both_engines};
use serde_json::json;

async fn the_judge_hears_all_that_is_said(world: &World) {
    world.sim.record_exchanges();
    let before = world.sim.exchanges().len();
    world.code(json!({ "code": "SPRING", "percent_off": 25 })).await;
    world.checkout(json!({ "discount_code": "SPRING" })).await.expect(201);
    let said = world.sim.exchanges().split_off(before);
    assert_eq!(said.len(), world.sim.requests().len());
    for path in ["/v1/coupons", "/v1/checkout/sessions"] {
        let made = said.iter().find(|one| one.method == "POST" && one.path == path).unwrap();
        assert_eq!(made.status, Some(200));
        assert!(!made.form.is_empty() && made.query.is_empty() && made.body.starts_with('{'), "{made:?}");
    }
    assert!(!format!("{:?}", world.sim.exchanges()).contains(&world.stripe_key));
}
on_both_engines!(the_judge_hears_all_that_is_said);
