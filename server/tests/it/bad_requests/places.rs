//! What stands around the requests: codes and keys of several owners, under short names.

use crate::harness::{CAMPAIGNS, CODES, REDEMPTIONS, World, until};
use crate::rewards;
use app::backend::Backend;
use app::domain::mode::Mode;
use app::wire::screens::KeyRights;
use serde_json::json;

/// Names and what they stand for.
pub struct Places(Vec<(&'static str, String)>);

impl Places {
    pub async fn make(w: &World) -> Self {
        let id = w.code(json!({ "code": "SPRING", "percent_off": 10, "metadata": { "team": "growth" } })).await;
        let used = w.code(json!({ "code": "USED", "percent_off": 10 })).await;
        // The price is learned now: a lookup is kept, and is no answer's doing.
        let session = w.checkout(json!({ "discount_code": "USED" })).await.expect(201);
        let of_checkout = session.json["discount"]["redemption"].as_str().unwrap().to_owned();
        let held = w.post(REDEMPTIONS, json!({ "code": "USED" })).await.expect(201).id().to_owned();
        let redeemed = w.post(REDEMPTIONS, json!({ "code": "USED" })).await.expect(201).id().to_owned();
        w.ask("POST", &format!("{REDEMPTIONS}/{redeemed}/confirm")).key(&w.key).send().await.expect(200);
        w.code(json!({ "code": "EACHONCE", "percent_off": 10, "max_redemptions_per_user": 1 })).await;
        w.checkout(json!({ "discount_code": "EACHONCE", "user_id": "had-one" })).await.expect(201);
        w.code(
            json!({ "code": "BIG", "percent_off": 10, "minimum_amount_cents": 2901, "minimum_amount_currency": "usd" }),
        )
        .await;
        let archived = w.code(json!({ "code": "GONE", "percent_off": 10 })).await;
        w.delete(&format!("{CODES}/{archived}")).await.expect(200);
        Backend::create_app(&w.services, &w.owner(), "Another", "another").await.unwrap();
        let (_, all) = w.api_key(Mode::Test, "", KeyRights::Full).await;
        let (_, other_app) = w.api_key(Mode::Test, "another", KeyRights::Full).await;
        let (_, live) = w.api_key(Mode::Live, "taskpomo", KeyRights::Full).await;
        let (_, checkout) = w.api_key(Mode::Test, "taskpomo", KeyRights::Checkout).await;
        let (revoked_id, revoked) = w.api_key(Mode::Test, "taskpomo", KeyRights::Full).await;
        Backend::revoke_api_key(&w.services, &w.owner(), Mode::Test, &revoked_id).await.unwrap();
        let theirs = w.services.create_workspace("other@example.com", "theirs", Mode::Test).await.unwrap();
        let body = json!({ "code": "SPRING", "percent_off": 90 });
        let their_id = w.ask("POST", CODES).key(&theirs.api_key).json(&body).send().await.expect(201).id().to_owned();
        let campaign = rewards::campaign(w, json!({ "max_rewards": 9 })).await;
        let earned = json!({ "email": "eve@example.com", "send_email": false });
        let reward = w.post(&format!("{CAMPAIGNS}/{campaign}/rewards"), earned.clone()).await.expect(201).json;
        let paused = rewards::campaign(w, json!({})).await;
        w.patch(&format!("{CAMPAIGNS}/{paused}"), json!({ "active": false })).await.expect(200);
        let archived_campaign = rewards::campaign(w, json!({})).await;
        w.delete(&format!("{CAMPAIGNS}/{archived_campaign}")).await.expect(200);
        let full = rewards::campaign(w, json!({ "max_rewards": 1 })).await;
        let last = w.post(&format!("{CAMPAIGNS}/{full}/rewards"), earned).await.expect(201).json;
        let body = json!({ "name": "Theirs", "percent_off": 90 });
        let their_campaign = w.ask("POST", CAMPAIGNS).key(&theirs.api_key).json(&body).send().await.expect(201);
        // What is under way to Stripe arrives first: it is no answer's doing.
        for reward in [&reward, &last] {
            rewards::becomes(w, reward, "minted").await;
        }
        until(async || {
            let leases = w.database.number("SELECT count(*) FROM leases WHERE held_until > 0").await;
            (leases == 0, leases)
        })
        .await;
        let mistyped = format!("{}{}", &w.key[..w.key.len() - 1], if w.key.ends_with('a') { 'b' } else { 'a' });
        let turned = w.key.replacen("cm_test_", "cm_live_", 1);
        let repeat =
            w.ask("POST", CODES).key(&w.key).idempotent("taken").json(&json!({ "code": "ONCE", "percent_off": 1 }));
        repeat.send().await.expect(201);
        Self(vec![
            ("{ID}", id),
            ("{USED_ID}", used),
            ("{ARCHIVED_ID}", archived),
            ("{THEIR_ID}", their_id),
            ("{OF_CHECKOUT}", of_checkout),
            ("{HELD}", held),
            ("{REDEEMED}", redeemed),
            ("{CAMPAIGN}", campaign),
            ("{REWARD_ID}", reward["id"].as_str().unwrap_or_default().to_owned()),
            ("{PAUSED_CAMPAIGN}", paused),
            ("{ARCHIVED_CAMPAIGN}", archived_campaign),
            ("{FULL_CAMPAIGN}", full),
            ("{THEIR_CAMPAIGN}", their_campaign.id().to_owned()),
            ("{KEY}", w.key.clone()),
            ("{ALL_KEY}", all),
            ("{OTHER_APP_KEY}", other_app),
            ("{LIVE_KEY}", live),
            ("{CHECKOUT_KEY}", checkout),
            ("{REVOKED_KEY}", revoked),
            ("{THEIR_KEY}", theirs.api_key),
            ("{MISTYPED_KEY}", mistyped),
            ("{TURNED_KEY}", turned),
            ("{COOKIE}", w.sign_in().await),
            ("{URL}", w.url.clone()),
        ])
    }

    /// Names into what they stand for.
    pub fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    /// The same in bytes that may be no text.
    pub fn fill_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.fill(text).into_bytes(),
            Err(_) => bytes.to_vec(),
        }
    }

    /// What they stand for back into names.
    pub fn name(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(value.as_str(), name))
    }
}
