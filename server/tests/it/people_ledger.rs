//! A customer of the ledger: found, taken along, and erased with the hash that a limit per customer knows them by.

use crate::harness::{Answer, World, on_both_engines};
use crate::people::{ADA, planted_in};
use app::backend::RewardBackend;
use app::domain::mode::Mode;
use serde_json::json;

on_both_engines!(a_customer_goes_from_the_ledger);

/// The owner's own checkout with the address as the id of its customer.
async fn own_redemption(w: &World, key: &str, user: &str) -> Answer {
    let body = json!({ "app_id": "taskpomo", "code": "ONCE", "user_id": user });
    w.ask("POST", "/v1/redemptions").key(&w.key).idempotent(key).json(&body).send().await
}

async fn a_customer_goes_from_the_ledger(w: &World) {
    let code = w.code(json!({ "code": "ONCE", "percent_off": 10, "max_redemptions_per_user": 1 })).await;
    let made = own_redemption(w, "hers", ADA).await.expect(201);
    let confirmed = format!("/v1/redemptions/{}/confirm", made.id());
    let confirm = || w.ask("POST", &confirmed).key(&w.key).idempotent("confirmed").json(&json!({}));
    confirm().send().await.expect(200);
    own_redemption(w, "again", ADA).await.refused(400, "discount_code_user_limit", "code");
    own_redemption(w, "his", "bob@example.com").await.expect(201);
    w.advance(1);
    // By her address alone, she is somebody else to the ledger: no id was given.
    let by_address = w.checkout(json!({ "discount_code": "ONCE", "customer_email": ADA })).await.expect(201);
    w.database
        .execute(&format!("UPDATE checkouts SET step = 'complete' WHERE session_id = '{}'", by_address.id()))
        .await;

    let person = RewardBackend::person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    assert_eq!((person.checkouts, person.redemptions), (1, 1));
    let told = w.services.person_export(&w.owner(), Mode::Test, ADA).await.unwrap();
    let redemptions = told["redemptions"].as_array().unwrap();
    assert_eq!(
        (redemptions.len(), &redemptions[1]["user_id"], &redemptions[1]["state"]),
        (2, &json!(ADA), &json!("redeemed"))
    );
    let hash = |n: usize| redemptions[n]["customer_hash"].as_str().unwrap().to_owned();
    let hashes = [hash(0), hash(1)];
    assert!(hashes[0] != hashes[1] && hashes.iter().all(|hash| hash.len() == 32));

    let counts = w.counts(&code).await;
    let erased = RewardBackend::erase_person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    assert_eq!((erased.redemptions, erased.checkouts, erased.later), (1, 1, 0));
    assert_eq!(w.counts(&code).await, counts, "the count stays");
    assert_eq!(planted_in(w).await, Vec::<&str>::new());
    let all = w.database.dump().await;
    let left = |needle: &str| all.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert_eq!(hashes.iter().filter(|hash| left(hash)).count(), 0, "nor the hashes that knew her");
    let kept = "SELECT count(*) FROM redemptions WHERE user_id = 'bob@example.com' AND customer IS NOT NULL";
    assert_eq!(w.database.number(kept).await, 1);
    // The same request is answered by the same redemption, which names nobody any more.
    for again in [own_redemption(w, "hers", ADA).await.expect(201), confirm().send().await.expect(200)] {
        assert_eq!(
            (again.id(), &again.json["user_id"], again.header("idempotent-replayed")),
            (made.id(), &json!(null), Some("true"))
        );
    }
    let gone = w.services.person_export(&w.owner(), Mode::Test, ADA).await.unwrap();
    assert_eq!(gone["redemptions"], json!([]));
    let again = RewardBackend::erase_person(&w.services, &w.owner(), Mode::Test, ADA).await.unwrap();
    assert_eq!((again.redemptions, again.checkouts), (0, 0));
    // Nothing is left that would know her again.
    own_redemption(w, "anew", "Somebody.Else@Example.com").await.expect(201);
    own_redemption(w, "herself", ADA).await.expect(201);
}
