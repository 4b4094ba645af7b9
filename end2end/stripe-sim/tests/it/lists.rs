//! Pages of lists.

use crate::common::{NOW, Stripe, stripe};

/// Ids of the coupons on a page, and whether there are more.
async fn page(stripe: &Stripe, query: &str) -> (Vec<String>, bool) {
    let list = stripe.get(&format!("/v1/coupons?{query}")).await.ok();
    assert_eq!((&list["object"], &list["url"]), (&"list".into(), &"/v1/coupons".into()));
    let ids = list["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
    (ids, list["has_more"].as_bool().unwrap())
}

/// `C00` to `C24`, a minute apart.
async fn twenty_five() -> Stripe {
    let stripe = stripe().await;
    for number in 0..25 {
        stripe.coupon(&format!("C{number:02}")).await;
        stripe.sim.advance(60_000);
    }
    stripe
}

fn ids(numbers: impl Iterator<Item = usize>) -> Vec<String> {
    numbers.map(|number| format!("C{number:02}")).collect()
}

#[tokio::test]
async fn cursors_walk_through_everything_once() {
    let stripe = twenty_five().await;
    assert_eq!(page(&stripe, "").await, (ids((15..25).rev()), true));
    let mut seen = Vec::new();
    let mut query = "limit=10".to_owned();
    loop {
        let (found, more) = page(&stripe, &query).await;
        seen.extend(found);
        if !more {
            break;
        }
        query = format!("limit=10&starting_after={}", seen.last().unwrap());
    }
    assert_eq!(seen, ids((0..25).rev()));
    assert_eq!(page(&stripe, "limit=3&ending_before=C10").await, (ids((11..14).rev()), true));
    assert_eq!(page(&stripe, "limit=3&ending_before=C22").await, (ids((23..25).rev()), false));
    stripe.delete("/v1/coupons/C12").await.ok();
    assert_eq!(page(&stripe, "limit=2&starting_after=C13").await.0, ["C11", "C10"]);
    assert_eq!(page(&stripe, "limit=1&starting_after=C12").await.0, ["C11"], "a deleted one still marks a place");
}

#[tokio::test]
async fn times_bound_a_list() {
    let stripe = twenty_five().await;
    let at = |number: i64| NOW + number * 60;
    let between = format!("created[gte]={}&created[lt]={}", at(5), at(8));
    assert_eq!(page(&stripe, &between).await, (ids((5..8).rev()), false));
    assert_eq!(page(&stripe, &format!("created={}", at(3))).await.0, ["C03"]);
    assert_eq!(page(&stripe, &format!("created[gt]={}", at(22))).await.0, ["C24", "C23"]);
    assert_eq!(page(&stripe, &format!("created[lte]={}", at(1))).await.0, ["C01", "C00"]);
}

#[tokio::test]
async fn limits_of_limits() {
    let stripe = stripe().await;
    for (limit, message) in [
        ("0", "This value must be greater than or equal to 1 (it currently is '0')."),
        ("101", "This value must be less than or equal to 100 (it currently is '101')."),
        ("x", "Invalid integer: x"),
    ] {
        let refused = stripe.get(&format!("/v1/coupons?limit={limit}")).await;
        assert_eq!((refused.status.as_u16(), refused.message()), (400, message));
    }
    assert_eq!(stripe.get("/v1/coupons?starting_after=NO").await.message(), "No such coupon: 'NO'");
    assert_eq!(stripe.get("/v1/coupons?page=2").await.code(), Some("parameter_unknown"));
    assert_eq!(stripe.get("/v1/prices?type=recurring").await.ok()["data"][0]["id"], "price_1SUB");
}
