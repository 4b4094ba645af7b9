//! Earning a reward, and reading what was earned.

use crate::harness::{CAMPAIGNS, NEW_YEAR, NOW, World, all, on_both_engines};
use crate::rewards::{campaign, earn, reward};
use serde_json::{Value, json};
use std::collections::BTreeSet;

on_both_engines!(with unconnected;
    a_new_reward,
    a_reference_is_good_for_one,
    fifty_posts_of_one_reference_at_once,
    two_hundred_for_fifty,
    what_gives_none_says_why,
    when_codes_end,
    codes_are_easy_to_read_and_never_the_same,
    without_a_mail,
    an_answer_is_replayed_byte_for_byte,
    lists_and_filters,
    a_page_of_many_versions,
    a_reward_belongs_to_its_campaign,
);

fn path(campaign: &str) -> String {
    format!("{CAMPAIGNS}/{campaign}/rewards")
}

async fn a_new_reward(w: &World) {
    let id = campaign(w, json!({ "expires_in_days": 30 })).await;
    let body = json!({ "email": " Ada@Example.com ", "reference": " share-4711 ", "metadata": { "name": "Ada" } });
    let earned = w.post(&path(&id), body).await;
    let code = earned.json["code"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(earned.shown().replace(&code, "SHARE-…"), @r#"
    201
    {"object":"reward",
    "id":"rw_…",
    "campaign":"cmp_…",
    "app_id":"taskpomo",
    "livemode":false,
    "code":"SHARE-…",
    "email":"Ada@Example.com",
    "reference":"share-4711",
    "percent_off":15,
    "amount_off_cents":null,
    "currency":null,
    "duration":"once",
    "duration_in_months":null,
    "terms_version":1,
    "expires_at":1797592000000,
    "status":"active",
    "sync":{"state":"pending","cause":null,"stripe_coupon":null,"stripe_promotion_code":null,"attempts":0,"last_error":null},
    "email_delivery":{"state":"queued","sent_at":null,"last_error":null},
    "used":null,
    "metadata":{"name":"Ada"},
    "created_at":1795000000000}
    "#);
    assert_eq!(reward(w, &earned.json).await["code"], code);
    let of = w.get(&format!("{CAMPAIGNS}/{id}")).await.json;
    assert_eq!(of["rewards"], json!({ "earned": 1, "used": 0 }));
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'reward'").await, 1);
    assert_eq!(w.database.number("SELECT count(*) FROM activity WHERE kind = 'earned'").await, 1);
}

async fn a_reference_is_good_for_one(w: &World) {
    let (id, other) = (campaign(w, json!({ "max_rewards": 1 })).await, campaign(w, json!({})).await);
    let post = async |campaign: &str, email: &str, reference: &str| {
        w.post(&path(campaign), json!({ "email": email, "reference": reference })).await
    };
    let first = post(&id, "ada@example.com", "share-1").await.expect(201);
    w.advance(90 * 86_400_000);
    // Whatever else is said, and though the campaign has no more to give.
    for (email, reference) in [("ada@example.com", "share-1"), ("bob@example.com", " share-1 ")] {
        let again = post(&id, email, reference).await.expect(200);
        for name in ["id", "code", "email", "created_at", "expires_at"] {
            assert_eq!(again.json[name], first.json[name], "{name}");
        }
    }
    post(&id, "ada@example.com", "Share-1").await.refused(400, "campaign_exhausted", "");
    w.patch(&format!("{CAMPAIGNS}/{id}"), json!({ "active": false })).await.expect(200);
    assert_eq!(post(&id, "ada@example.com", "share-1").await.expect(200).id(), first.id());
    w.delete(&format!("{CAMPAIGNS}/{id}")).await.expect(200);
    assert_eq!(post(&id, "ada@example.com", "share-1").await.expect(200).id(), first.id());
    assert_ne!(post(&other, "ada@example.com", "share-1").await.expect(201).id(), first.id());
    assert_eq!(w.database.number("SELECT count(*) FROM rewards").await, 2);
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'reward'").await, 2);
}

/// All of them find the one reward, also where it is the last that the campaign gives.
async fn fifty_posts_of_one_reference_at_once(w: &World) {
    for limit in [json!(null), json!(1)] {
        let id = campaign(w, json!({ "max_rewards": limit })).await;
        let posts = (0..50).map(|n| {
            let body = json!({ "email": format!("ada{n}@example.com"), "reference": "share-1" });
            w.ask("POST", &path(&id)).key(&w.key).json(&body).send()
        });
        let answers = all(posts).await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(made.len(), 1, "{:?}", answers.iter().map(|answer| &answer.text).collect::<Vec<_>>());
        for answer in &answers {
            assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
            assert_eq!((answer.id(), &answer.json["code"]), (made[0].id(), &made[0].json["code"]));
            assert_eq!(answer.json["email"], made[0].json["email"]);
        }
        let of = w.get(&format!("{CAMPAIGNS}/{id}")).await.json;
        assert_eq!(of["rewards"]["earned"], 1);
    }
    assert_eq!(w.database.number("SELECT count(*) FROM rewards").await, 2);
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'reward'").await, 2);
    assert_eq!(w.database.number("SELECT count(*) FROM activity WHERE kind = 'earned'").await, 2);
}

async fn two_hundred_for_fifty(w: &World) {
    let id = campaign(w, json!({ "max_rewards": 50 })).await;
    let posts = (0..200).map(|n| {
        let body = json!({ "email": format!("ada{n}@example.com"), "reference": format!("share-{n}") });
        w.ask("POST", &path(&id)).key(&w.key).json(&body).send()
    });
    let answers = all(posts).await;
    let made: BTreeSet<_> = answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.id()).collect();
    let refused = answers.iter().filter(|answer| answer.code() == "campaign_exhausted").count();
    assert_eq!((made.len(), refused), (50, 150));
    let of = w.get(&format!("{CAMPAIGNS}/{id}")).await.json;
    assert_eq!((&of["rewards"]["earned"], &of["status"]), (&json!(50), &json!("exhausted")));
    assert_eq!(w.database.number("SELECT count(*) FROM rewards").await, 50);
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'reward'").await, 50);
    // One more, and one more is given.
    w.patch(&format!("{CAMPAIGNS}/{id}"), json!({ "max_rewards": 51 })).await.expect(200);
    earn(w, &id, "last@example.com").await;
    w.post(&path(&id), json!({ "email": "later@example.com" })).await.refused(400, "campaign_exhausted", "");
}

async fn what_gives_none_says_why(w: &World) {
    let id = campaign(w, json!({ "expires_at": NEW_YEAR, "max_rewards": 1 })).await;
    let post = async || w.post(&path(&id), json!({ "email": "ada@example.com" })).await;
    let change = async |patch: Value| w.patch(&format!("{CAMPAIGNS}/{id}"), patch).await;
    change(json!({ "active": false })).await.expect(200);
    let paused = post().await;
    insta::assert_snapshot!(paused.shown(), @r#"
    400
    {"error":{"type":"invalid_request_error",
    "code":"campaign_paused",
    "message":"This campaign is paused: resume it to issue rewards."}}
    "#);
    change(json!({ "active": true })).await.expect(200);
    post().await.expect(201);
    post().await.refused(400, "campaign_exhausted", "");
    w.advance(NEW_YEAR - NOW - 1);
    post().await.refused(400, "campaign_exhausted", "");
    w.advance(1);
    post().await.refused(400, "campaign_expired", "");
    // A refusal is not kept under an idempotency key: the campaign may give again.
    let keyed =
        || w.ask("POST", &path(&id)).key(&w.key).idempotent("later").body(r#"{"email":"b@example.com"}"#).send();
    keyed().await.refused(400, "campaign_expired", "");
    change(json!({ "expires_at": NEW_YEAR + 1000, "max_rewards": 2 })).await.expect(200);
    keyed().await.expect(201);
    assert_eq!(w.database.number("SELECT count(*) FROM rewards").await, 2);
}

async fn when_codes_end(w: &World) {
    // 18 November 2026, 12:06 in Berlin, 20:06 in Tokyo, 00:06 of the 19th in Auckland.
    let cases = [
        (json!({}), json!(null)),
        (json!({ "expires_at": NEW_YEAR }), json!(NEW_YEAR)),
        (json!({ "expires_in_days": 1 }), json!(NOW + 86_400_000)),
        (json!({ "expires_in_days": 1, "time_zone": "UTC" }), json!(1_795_132_799_000_i64)),
        (json!({ "expires_in_days": 1, "time_zone": "Europe/Berlin" }), json!(1_795_129_199_000_i64)),
        (json!({ "expires_in_days": 1, "time_zone": "Asia/Tokyo" }), json!(1_795_100_399_000_i64)),
        (json!({ "expires_in_days": 1, "time_zone": "Pacific/Auckland" }), json!(1_795_172_399_000_i64)),
        (json!({ "expires_in_days": 1, "time_zone": null }), json!(NOW + 86_400_000)),
    ];
    for (fields, end) in cases {
        let id = campaign(w, fields.clone()).await;
        assert_eq!(earn(w, &id, "ada@example.com").await["expires_at"], end, "{fields}");
    }
}

async fn codes_are_easy_to_read_and_never_the_same(w: &World) {
    let id = campaign(w, json!({ "code_prefix": "friend" })).await;
    let mut codes = BTreeSet::new();
    for n in 0..100 {
        let earned = earn(w, &id, &format!("ada{n}@example.com")).await;
        let code = earned["code"].as_str().unwrap();
        let letters = code.strip_prefix("FRIEND-").unwrap();
        assert!(letters.len() == 9 && letters.as_bytes()[4] == b'-', "{code}");
        let plain = letters.replace('-', "");
        assert!(plain.bytes().all(|letter| app::domain::reward_code::ALPHABET.contains(&letter)), "{code}");
        assert!(codes.insert(code.to_owned()), "{code} twice");
    }
}

async fn without_a_mail(w: &World) {
    let id = campaign(w, json!({})).await;
    let earned = w.post(&path(&id), json!({ "email": "ada@example.com", "send_email": false })).await.expect(201);
    assert_eq!(earned.json["email_delivery"], json!({ "state": "none", "sent_at": null, "last_error": null }));
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'reward'").await, 0);
}

async fn an_answer_is_replayed_byte_for_byte(w: &World) {
    let id = campaign(w, json!({})).await;
    let body = json!({ "email": "ada@example.com", "reference": "share-1" });
    let post = |key: &str, body: &Value| w.ask("POST", &path(&id)).key(&w.key).idempotent(key).json(body).send();
    let first = post("order-1", &body).await.expect(201);
    w.advance(1000);
    let again = post("order-1", &body).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!((again.status, &again.text), (201, &first.text));
    let other = json!({ "email": "bob@example.com", "reference": "share-1" });
    post("order-1", &other).await.refused(400, "idempotency_error", "Idempotency-Key");
    // Under another key the reference tells: 200, and that is kept, too.
    let repeated = post("order-2", &other).await.expect(200);
    assert_eq!((repeated.header("idempotent-replayed"), repeated.id()), (None, first.id()));
    let replayed = post("order-2", &other).await;
    assert_eq!((replayed.header("idempotent-replayed"), &replayed.text), (Some("true"), &repeated.text));
    // Without a reference the key alone makes it one.
    let plain = json!({ "email": "cleo@example.com" });
    let keyed = (0..20).map(|_| post("order-3", &plain));
    let answers = all(keyed).await;
    let done: BTreeSet<_> = answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.id()).collect();
    assert_eq!(done.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.code(), "idempotency_key_in_use", "{}", answer.text);
    }
    assert_eq!(w.database.number("SELECT count(*) FROM rewards").await, 2);
    let about = "SELECT count(*) FROM idempotency_keys WHERE about IN (SELECT id FROM rewards)";
    assert_eq!(w.database.number(about).await, 3, "a stored answer says of which reward it tells");
}

async fn lists_and_filters(w: &World) {
    let (id, other) = (campaign(w, json!({})).await, campaign(w, json!({})).await);
    let mut made = Vec::new();
    for n in 0..5 {
        let email = if n % 2 == 0 { "Ada@Example.com" } else { "bob@example.com" };
        let body = json!({ "email": email, "reference": format!("share-{n}") });
        made.push(w.post(&path(&id), body).await.expect(201).json);
        w.advance(1);
    }
    earn(w, &other, "ada@example.com").await;
    let list = async |query: &str| {
        let page = w.get(&format!("{}?{query}", path(&id))).await.expect(200).json;
        assert_eq!((&page["object"], &page["url"]), (&json!("list"), &json!(path(&id))));
        let of = |reward: &Value| made.iter().position(|known| known["id"] == reward["id"]).unwrap();
        (page["data"].as_array().unwrap().iter().map(of).collect::<Vec<_>>(), page["has_more"] == true)
    };
    let cursor = |n: usize| made[n]["id"].as_str().unwrap();
    assert_eq!(list("").await, (vec![4, 3, 2, 1, 0], false));
    assert_eq!(list("limit=2").await, (vec![4, 3], true));
    assert_eq!(list(&format!("limit=2&starting_after={}", cursor(2))).await, (vec![1, 0], false));
    assert_eq!(list(&format!("limit=2&ending_before={}", cursor(1))).await, (vec![3, 2], true));
    assert_eq!(list("email=ADA%40example.COM").await, (vec![4, 2, 0], false));
    assert_eq!(list("email=ada%40example.com&limit=1").await, (vec![4], true));
    assert_eq!(list("email=nobody%40example.com").await, (vec![], false));
    assert_eq!(list("reference=share-3").await, (vec![3], false));
    assert_eq!(list("reference=SHARE-3").await, (vec![], false));
    let code = made[1]["code"].as_str().unwrap();
    assert_eq!(list(&format!("code={}", code.to_lowercase())).await, (vec![1], false));
    assert_eq!(list(&format!("code={code}&reference=share-2")).await, (vec![], false));
    assert_eq!(list("sync=minted").await, (vec![], false), "nothing is connected");
    let foreign = w.get(&path(&other)).await.json["data"][0]["id"].as_str().unwrap().to_owned();
    let cursor = format!("{}?starting_after={foreign}", path(&id));
    w.get(&cursor).await.refused(400, "parameter_invalid", "starting_after");
}

/// Each reward keeps its version's terms; the states of a list are those that it shows, whether a row or the connection says them.
async fn a_page_of_many_versions(w: &World) {
    let id = campaign(w, json!({})).await;
    for n in 0..30 {
        earn(w, &id, "ada@example.com").await;
        w.advance(1);
        w.patch(&format!("{CAMPAIGNS}/{id}"), json!({ "percent_off": 20 + n })).await.expect(200);
    }
    let page = w.get(&format!("{}?limit=100", path(&id))).await.expect(200).json;
    let percents: Vec<i64> =
        page["data"].as_array().unwrap().iter().map(|reward| reward["percent_off"].as_i64().unwrap()).collect();
    let expected: Vec<i64> = (20..49).rev().chain([15]).collect();
    assert_eq!(percents, expected);
    // Stripe is not connected: all of them are shown as what waits for the owner, and found as that.
    let states = async |state: &str| {
        let page = w.get(&format!("{}?limit=100&sync={state}", path(&id))).await.expect(200).json;
        let shown = page["data"].as_array().unwrap().clone();
        assert!(shown.iter().all(|reward| reward["sync"]["state"] == state), "{state}");
        shown.len()
    };
    crate::harness::until(async || {
        let counts = [states("pending").await, states("failed").await, states("minted").await, states("blocked").await];
        (counts == [0, 0, 0, 30], counts)
    })
    .await;
}

async fn a_reward_belongs_to_its_campaign(w: &World) {
    let (id, other) = (campaign(w, json!({})).await, campaign(w, json!({})).await);
    let earned = earn(w, &id, "ada@example.com").await;
    let reward_id = earned["id"].as_str().unwrap();
    w.get(&format!("{}/{reward_id}", path(&other))).await.refused(404, "resource_missing", "");
    for bad in ["rw_1", "rw_00000000000000000000000000", id.as_str(), "%00", "x"] {
        w.get(&format!("{}/{bad}", path(&id))).await.refused(404, "resource_missing", "");
    }
    for bad in ["cmp_1", "cmp_00000000000000000000000000", reward_id, "%00", "x"] {
        w.get(&format!("{}/{reward_id}", path(bad))).await.refused(404, "resource_missing", "");
    }
}
