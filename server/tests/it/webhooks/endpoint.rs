//! The owner's own endpoint: its address, its secret, and what becomes of both.

use super::{OWN_SECRET, deliver, ended, event, own_endpoint, shown};
use crate::harness::{ALL, CONNECTION, World, on_both_engines};
use app::backend::Backend;
use app::domain::mode::Mode;
use app::domain::problem::Code;
use app::wire::screens::WebhookSetup;
use serde_json::{Value, json};

on_both_engines!(
    a_pasted_secret,
    wrong_things_are_not_kept,
    the_secret_is_nowhere_to_be_read,
    disconnecting_destroys_it,
    removing_it_by_hand,
    swapped_secrets_do_not_open,
    without_scripts,
);

mod unconnected {
    use super::*;
    on_both_engines!(with unconnected; nothing_to_set_up);
}

async fn setup(w: &World) -> WebhookSetup {
    Backend::webhook_setup(&w.services, &w.owner(), Mode::Test).await.unwrap().unwrap()
}

async fn take(w: &World, path: &str, secret: &str, id: &str) -> u16 {
    deliver(w, path, secret, event(id, "customer.created", &Value::Null, &json!({ "id": "cus_1" }))).await.status
}

async fn nothing_to_set_up(w: &World) {
    assert_eq!(Backend::webhook_setup(&w.services, &w.owner(), Mode::Test).await, Ok(None));
    let refused = Backend::set_webhook_secret(&w.services, &w.owner(), Mode::Test, OWN_SECRET).await.unwrap_err();
    assert_eq!(refused.code, Code::StripeNotConnected);
    let refused = Backend::make_webhook_endpoint(&w.services, &w.owner(), Mode::Test).await.unwrap_err();
    assert_eq!(refused.code, Code::StripeNotConnected);
    assert_eq!(w.database.number("SELECT count(*) FROM webhook_endpoints").await, 0);
}

async fn a_pasted_secret(w: &World) {
    let before = setup(w).await;
    assert!(!before.has_secret && before.stripe_id.is_none() && before.since.is_none() && before.last.is_none());
    assert!(before.url.starts_with(&format!("{}/stripe/webhooks/test/whk_", w.url)), "{}", before.url);
    assert_eq!(before.events.len(), 6);
    let path = before.url.strip_prefix(&w.url).unwrap();
    assert_eq!(take(w, path, OWN_SECRET, "evt_1").await, 400, "no secret is kept yet");
    assert_eq!(w.database.number("SELECT count(*) FROM webhook_endpoints").await, 0, "looking writes nothing");

    assert_eq!(own_endpoint(w).await, path, "the address stays");
    assert_eq!(take(w, path, OWN_SECRET, "evt_1").await, 200);
    ended(w, "evt_1").await;
    let after = setup(w).await;
    assert!(after.has_secret && after.since.is_some() && after.last.is_some());
    // Another one takes its place at once.
    Backend::set_webhook_secret(&w.services, &w.owner(), Mode::Test, " whsec_Another\n").await.unwrap();
    assert_eq!(take(w, path, OWN_SECRET, "evt_2").await, 400);
    assert_eq!(take(w, path, "whsec_Another", "evt_2").await, 200);
    // A key that takes the place of the old one leaves the endpoint alone.
    w.connect(&ALL).await;
    assert_eq!(take(w, path, "whsec_Another", "evt_3").await, 200);
    ended(w, "evt_3").await;
    assert_eq!(shown(w).await.len(), 3);
}

async fn wrong_things_are_not_kept(w: &World) {
    for (pasted, says) in [
        ("", "whsec_"),
        ("  ", "whsec_"),
        ("sk_test_4eC39HqLyjWDarjtT1zdp7dc", "full secret key"),
        ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "full secret key"),
        ("rk_test_51Somebodys", "restricted key"),
        ("pk_test_TYooMQauvdEDq54NiTphI7jx", "publishable"),
        ("we_1Abc", "endpoint's id"),
        ("whsec_", "not whole"),
        ("whsec_ab cd", "not whole"),
        ("whsec_abcé", "not whole"),
        ("hello", "not a signing secret"),
        (&w.key, "Codemint API key"),
    ] {
        let refused = Backend::set_webhook_secret(&w.services, &w.owner(), Mode::Test, pasted).await.unwrap_err();
        assert_eq!(refused.param.as_deref(), Some("webhook_secret"));
        assert!(refused.message.contains(says), "{pasted}: {}", refused.message);
        let rest = pasted.rsplit('_').next().unwrap();
        assert!(rest.len() < 8 || !refused.message.contains(rest), "{}", refused.message);
    }
    assert_eq!(w.database.number("SELECT count(*) FROM webhook_endpoints").await, 0);
}

async fn the_secret_is_nowhere_to_be_read(w: &World) {
    let path = own_endpoint(w).await;
    assert_eq!(take(w, &path, OWN_SECRET, "evt_1").await, 200);
    ended(w, "evt_1").await;
    let cookie = w.sign_in().await;
    let inner = OWN_SECRET.strip_prefix("whsec_").unwrap();
    for page in ["/settings", "/settings/webhooks"] {
        let shown = w.browser("GET", page).header("cookie", &cookie).send().await.expect(200);
        assert!(!shown.text.contains(inner), "{page}");
    }
    let told =
        w.browser("POST", "/api/webhook").header("cookie", &cookie).form(&[("mode", "test")]).send().await.expect(200);
    assert!(told.text.contains(&path) && !told.text.contains(inner), "{}", told.text);
    let all = w.database.dump().await;
    assert!(!all.windows(inner.len()).any(|part| part == inner.as_bytes()), "it stands in the database");
}

async fn disconnecting_destroys_it(w: &World) {
    let path = own_endpoint(w).await;
    w.delete(CONNECTION).await.expect(200);
    assert_eq!(w.database.number("SELECT count(*) FROM webhook_endpoints WHERE secret IS NOT NULL").await, 0);
    assert_eq!(take(w, &path, OWN_SECRET, "evt_1").await, 400);
    w.connect(&ALL).await;
    assert!(!setup(w).await.has_secret);
    assert_eq!(take(w, &path, OWN_SECRET, "evt_1").await, 400);
    assert_eq!(own_endpoint(w).await, path);
    assert_eq!(take(w, &path, OWN_SECRET, "evt_1").await, 200);
}

async fn removing_it_by_hand(w: &World) {
    let path = own_endpoint(w).await;
    w.sim.clear_requests();
    let removed = Backend::remove_webhook_endpoint(&w.services, &w.owner(), Mode::Test).await.unwrap();
    assert!(!removed.has_secret);
    assert_eq!(take(w, &path, OWN_SECRET, "evt_1").await, 400);
    assert!(w.sim.requests().is_empty(), "what was made by hand is the owner's to delete");
    Backend::remove_webhook_endpoint(&w.services, &w.owner(), Mode::Test).await.unwrap();
    assert_eq!(own_endpoint(w).await, path);
}

async fn swapped_secrets_do_not_open(w: &World) {
    let path = own_endpoint(w).await;
    let w2 = w.services.create_workspace("other@example.com", "other", Mode::Test).await.unwrap();
    let key = w.sim.issue_restricted_key(&stripe_sim::AccountId::default(), false, &ALL);
    w.ask("POST", CONNECTION).key(&w2.api_key).json(&json!({ "restricted_key": key })).send().await.expect(200);
    let viewer = app::backend::Viewer { workspace_id: w2.workspace.as_str().to_owned(), ..w.owner() };
    let theirs = super::endpoint_of(w, &viewer, "whsec_Theirs").await;
    // Theirs in my place, the connection's key, another generation: none opens, and nothing is taken.
    for from in [
        "secret = (SELECT e.secret FROM webhook_endpoints e WHERE e.id <> webhook_endpoints.id)",
        "secret = (SELECT c.secret FROM connections c WHERE c.workspace_id = webhook_endpoints.workspace_id)",
        "generation = generation + 1",
    ] {
        w.database
            .execute(&format!("UPDATE webhook_endpoints SET {from} WHERE workspace_id = '{}'", w.workspace))
            .await;
        for secret in [OWN_SECRET, "whsec_Theirs", &w.stripe_key] {
            assert_eq!(take(w, &path, secret, "evt_1").await, 500, "{from}");
        }
        assert_eq!(take(w, &theirs, OWN_SECRET, "evt_1").await, 400);
    }
    assert_eq!(w.database.number("SELECT count(*) FROM webhook_events").await, 0);
}

async fn without_scripts(w: &World) {
    let cookie = w.sign_in().await;
    let post =
        async |form: &[(&str, &str)]| w.browser("POST", "/settings").header("cookie", &cookie).form(form).send().await;
    let refused = post(&[("do", "webhook-secret"), ("webhook_secret", "sk_test_4eC39HqLyjWDarjtT1zdp7dc")]).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.text.contains("full secret key") && !refused.text.contains("4eC39"),
        "the refusal stands at its field"
    );
    let refused = post(&[("do", "webhook-secret"), ("webhook_secret", "whsec_not whole")]).await;
    assert!(refused.status == 400 && !refused.text.contains("not whole\""), "a secret is not typed back");
    post(&[("do", "webhook-secret"), ("webhook_secret", OWN_SECRET)]).await.expect(303);
    assert!(setup(w).await.has_secret);
    let page = async |path: &str| w.browser("GET", path).header("cookie", &cookie).send().await.expect(200).text;
    assert!(page("/settings?ask=remove-webhook").await.contains("whk_"));
    let path = setup(w).await.url.strip_prefix(&w.url).unwrap().to_owned();
    assert!(page("/settings/webhooks").await.contains("No deliveries yet"));
    assert_eq!(take(w, &path, OWN_SECRET, "evt_1").await, 200);
    ended(w, "evt_1").await;
    let shown = page("/settings/webhooks").await;
    for word in ["customer.created", "cus_1", "Codemint does not use this kind of event.", "your own"] {
        assert!(shown.contains(word), "{word}");
    }
    post(&[("do", "remove-webhook")]).await.expect(303);
    assert!(!setup(w).await.has_secret);
}
