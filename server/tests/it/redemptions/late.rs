//! Confirmations that come late: what stands is redeemed; what was given back takes another hold, where one is left.

use super::{HOUR_MS, confirm, hold, release, state};
use crate::harness::{CODES, NEW_YEAR, World, on_both_engines};
use serde_json::json;

on_both_engines!(
    a_hold_that_stands_is_redeemed_however_late,
    one_that_was_given_back_takes_another,
    none_is_left,
    only_the_number_decides,
    one_customer_may_so_often,
);

async fn a_hold_that_stands_is_redeemed_however_late(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    let held = hold(w, json!({ "expires_in": 60 })).await.expect(201);
    // A second, or a day: no job has run.
    w.advance(24 * HOUR_MS);
    assert_eq!(state(w, held.id()).await, "held");
    let confirmed = confirm(w, held.id()).await.expect(200);
    assert_eq!((&confirmed.json["state"], &confirmed.json["settled_at"]), (&json!("redeemed"), &json!(w.now())));
    assert_eq!(w.counts(&code).await, (0, 1));
    assert_eq!(history(w).await, ["api", "confirmed"]);
}

/// What happened to the one redemption that there is.
async fn history(w: &World) -> Vec<String> {
    let rows = w.database.rows(&[]).await["redemptions"].join(" ");
    let words = ["api", "released", "lapsed", "retaken", "confirmed"];
    let mut found: Vec<(usize, &str)> = words
        .into_iter()
        .flat_map(|word| rows.match_indices(&format!("{word} 17")).map(move |(at, _)| (at, word)).collect::<Vec<_>>())
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, word)| word.to_owned()).collect()
}

async fn one_that_was_given_back_takes_another(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    let held = hold(w, json!({})).await.expect(201);
    release(w, held.id()).await.expect(200);
    assert_eq!(w.counts(&code).await, (0, 0));
    w.advance(5000);
    let confirmed = confirm(w, held.id()).await.expect(200);
    assert_eq!((confirmed.id(), &confirmed.json["state"]), (held.id(), &json!("redeemed")));
    assert_eq!(confirmed.json["settled_at"], w.now());
    assert_eq!(w.counts(&code).await, (0, 1));
    assert_eq!(history(w).await, ["api", "released", "retaken", "confirmed"]);
    hold(w, json!({})).await.refused(400, "discount_code_exhausted", "code");
}

async fn none_is_left(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions": 1 })).await;
    let first = hold(w, json!({})).await.expect(201);
    release(w, first.id()).await.expect(200);
    let second = hold(w, json!({})).await.expect(201);
    confirm(w, first.id()).await.refused(400, "discount_code_exhausted", "");
    assert_eq!((state(w, first.id()).await.as_str(), w.counts(&code).await), ("released", (1, 0)));
    confirm(w, second.id()).await.expect(200);
    confirm(w, first.id()).await.refused(400, "discount_code_exhausted", "");
    assert_eq!(w.counts(&code).await, (0, 1));
    w.patch(&format!("{CODES}/{code}"), json!({ "max_redemptions": 2 })).await.expect(200);
    confirm(w, first.id()).await.expect(200);
    assert_eq!(w.counts(&code).await, (0, 2));
}

/// The customer has paid: neither a pause, nor an end, nor the archive undoes it.
async fn only_the_number_decides(w: &World) {
    let path = |code: &str| format!("{CODES}/{code}");
    for (text, spoil) in [("PAUSED", 0), ("EXPIRED", 1), ("LATER", 2), ("ARCHIVED", 3)] {
        let code = w.code(json!({ "code": text, "percent_off": 10, "max_redemptions": 1 })).await;
        let held = hold(w, json!({ "code": text })).await.expect(201);
        release(w, held.id()).await.expect(200);
        match spoil {
            0 => w.patch(&path(&code), json!({ "active": false })).await.expect(200),
            1 => {
                let soon = w.now() + 1000;
                let ended = w.patch(&path(&code), json!({ "expires_at": soon })).await.expect(200);
                w.advance(2000);
                ended
            }
            2 => w.patch(&path(&code), json!({ "starts_at": NEW_YEAR })).await.expect(200),
            _ => w.delete(&path(&code)).await.expect(200),
        };
        assert_eq!(hold(w, json!({ "code": text })).await.status, 400, "{text}");
        assert_eq!(confirm(w, held.id()).await.expect(200).json["state"], "redeemed", "{text}");
        assert_eq!(w.counts(&code).await, (0, 1), "{text}");
    }
}

async fn one_customer_may_so_often(w: &World) {
    let code = w.code(json!({ "code": "SPRING", "percent_off": 10, "max_redemptions_per_user": 1 })).await;
    let first = hold(w, json!({ "user_id": "ada" })).await.expect(201);
    release(w, first.id()).await.expect(200);
    let second = hold(w, json!({ "user_id": "ada" })).await.expect(201);
    confirm(w, first.id()).await.refused(400, "discount_code_user_limit", "");
    assert_eq!((state(w, first.id()).await.as_str(), w.counts(&code).await), ("released", (1, 0)));
    release(w, second.id()).await.expect(200);
    confirm(w, first.id()).await.expect(200);
    assert_eq!(w.counts(&code).await, (0, 1));
}
