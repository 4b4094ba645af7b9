//! What a button of the dashboard does, and what a program can have done.

use reqwest::{Response, StatusCode, Url};
use serde_json::{Value, json};
use stripe_sim::AccountId;

use crate::{
    common::{Stripe, stripe},
    webhooks::{WHOLE, delivered, shop},
};

const BACK: &str = "http://127.0.0.1:9/back";

async fn press(stripe: &Stripe, action: &str, form: &[(&str, &str)]) -> Response {
    stripe.http.post(format!("{}/dashboard/{action}", stripe.running.url)).form(form).send().await.unwrap()
}

async fn done(stripe: &Stripe, action: &str, form: &[(&str, &str)]) {
    let answer = press(stripe, action, form).await;
    assert_eq!(
        (answer.status(), &answer.headers()["location"]),
        (StatusCode::SEE_OTHER, &"/dashboard".parse().unwrap())
    );
}

async fn dashboard(stripe: &Stripe) -> String {
    stripe.http.get(format!("{}/dashboard", stripe.running.url)).send().await.unwrap().text().await.unwrap()
}

async fn control(stripe: &Stripe, path: &str, body: Value) -> (StatusCode, Value) {
    let call = stripe.http.post(format!("{}/sim/{path}", stripe.running.url));
    let answer = call.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

#[tokio::test]
async fn the_app_has_its_buttons() {
    let stripe = stripe().await;
    assert!(dashboard(&stripe).await.contains("No app is registered"));
    let app = stripe.sim.register_app(false, &[BACK], WHOLE, None);
    let page = dashboard(&stripe).await;
    assert!(page.contains(&app.client_id) && page.contains("Install from the Marketplace, test"));
    let of = [("account", "acct_1TestCodemint"), ("mode", "test")];
    let came = press(&stripe, "app/install", &of).await;
    let url: Url = came.headers()["location"].to_str().unwrap().parse().unwrap();
    let names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["code", "stripe_user_id", "account_id", "user_id"]);
    assert!(url.as_str().starts_with(BACK));
    let code = url.query_pairs().next().unwrap().1.into_owned();
    let form = [("grant_type", "authorization_code"), ("code", &code)];
    let token =
        || stripe.http.post(format!("{}/v1/oauth/token", stripe.running.url)).basic_auth(&app.secret_key, Some(""));
    let pair: Value = token().form(&form).send().await.unwrap().json().await.unwrap();
    let (access, refresh) = (pair["access_token"].as_str().unwrap(), pair["refresh_token"].as_str().unwrap());
    let opens = async || {
        stripe.http.get(format!("{}/v1/coupons", stripe.running.url)).bearer_auth(access).send().await.unwrap().status()
    };
    assert_eq!(opens().await, StatusCode::OK);
    done(&stripe, "app/expire", &of).await;
    assert_eq!(opens().await, StatusCode::UNAUTHORIZED);
    done(&stripe, "app/revoke", &of).await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    assert_eq!(token().form(&form).send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    done(&stripe, "app/uninstall", &of).await;
    assert_eq!(stripe.sim.installs(false), []);
    for what in ["expire", "revoke", "uninstall", "nonsense"] {
        assert_eq!(press(&stripe, &format!("app/{what}"), &of).await.status(), StatusCode::NOT_FOUND, "{what}");
    }
    for wrong in
        [[("account", "acct_1Nobody"), ("mode", "test")], [("account", "acct_1TestCodemint"), ("mode", "live")]]
    {
        assert_eq!(press(&stripe, "app/install", &wrong).await.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn webhooks_have_theirs() {
    let stripe = stripe().await;
    let shop = shop().await;
    let secret = async |answer: Response| {
        assert_eq!(answer.status(), StatusCode::OK);
        let page = answer.text().await.unwrap();
        page.split("id=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    let form = [
        ("url", shop.url.as_str()),
        ("events", "coupon.created, coupon.deleted"),
        ("account", "acct_1TestCodemint"),
        ("mode", "test"),
    ];
    let first = secret(press(&stripe, "endpoints/add", &form).await).await;
    let id = stripe.sim.webhook_endpoints()[0].id.clone();
    let second = secret(press(&stripe, "endpoints/roll", &[("id", &id)]).await).await;
    assert!(first.starts_with("whsec_") && second.starts_with("whsec_") && first != second);
    let wrong = [("url", "http://example.com/"), ("events", "*"), ("account", "acct_1TestCodemint"), ("mode", "test")];
    assert_eq!(press(&stripe, "endpoints/add", &wrong).await.status(), StatusCode::BAD_REQUEST);

    done(&stripe, "events/hold", &[("hold", "yes")]).await;
    for id in ["A", "B"] {
        stripe.coupon(id).await;
    }
    stripe.sim.delete_coupon("A").unwrap();
    let page = dashboard(&stripe).await;
    assert!(page.contains("3 waiting.") && page.contains(&shop.url) && page.contains("<td>waits</td>"));
    assert!(!page.contains(&first) && !page.contains(&second));
    done(&stripe, "events/deliver", &[("order", "reverse")]).await;
    let came: Vec<&str> = stripe.sim.attempts().iter().map(|attempt| attempt.kind).collect();
    assert_eq!(came, ["coupon.deleted", "coupon.created", "coupon.created"]);
    assert!(!stripe.sim.holds_deliveries());
    let event = stripe.sim.attempts()[0].event_id.clone();
    done(&stripe, &format!("events/{event}/send"), &[("copies", "3")]).await;
    assert_eq!(shop.kinds().iter().filter(|kind| *kind == "coupon.deleted").count(), 4);
    let page = stripe.http.get(format!("{}/dashboard/events/{event}", stripe.running.url)).send().await.unwrap();
    assert_eq!(page.text().await.unwrap().matches(&format!("at {}: 200", shop.url)).count(), 4);
    done(&stripe, "endpoints/delete", &[("id", &id)]).await;
    assert_eq!(press(&stripe, "endpoints/delete", &[("id", &id)]).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(press(&stripe, "endpoints/roll", &[("id", &id)]).await.status(), StatusCode::NOT_FOUND);
    let app = stripe.sim.webhook_secret(true);
    assert_ne!(secret(press(&stripe, "endpoints/roll", &[("app", "live")]).await).await, app);
}

#[tokio::test]
async fn programs_steer_it() {
    let stripe = stripe().await;
    let shop = shop().await;
    let order = json!({
        "livemode": false, "redirect_uris": [BACK], "webhook_url": shop.url,
        "permissions": ["event_read", { "permission": "coupon_write", "purpose": "Makes <your> coupons" }],
    });
    let (_, app) = control(&stripe, "app", order).await;
    let client = stripe.sim.app(false).unwrap();
    assert_eq!(app, json!(client));
    let page = stripe.http.get(client.authorize_url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Makes &lt;your&gt; coupons"));
    assert_eq!(
        control(&stripe, "accounts", json!({ "id": "acct_1Other", "name": "Other" })).await.0,
        StatusCode::NO_CONTENT
    );
    let of = json!({ "livemode": false, "account": "acct_1Other" });
    let (_, installed) = control(&stripe, "app/install", of.clone()).await;
    assert!(installed["code"].as_str().unwrap().starts_with("ac_"));
    let live = json!({ "livemode": true });
    assert_eq!(control(&stripe, "app/install", live).await.0, StatusCode::NOT_FOUND);
    delivered(&stripe).await;

    assert_eq!(control(&stripe, "events/hold", json!({ "hold": true })).await.0, StatusCode::NO_CONTENT);
    for path in ["expire", "revoke"] {
        assert_eq!(control(&stripe, &format!("app/{path}"), of.clone()).await.0, StatusCode::NOT_FOUND, "no pair yet");
    }
    assert_eq!(control(&stripe, "app/uninstall", of.clone()).await.0, StatusCode::NO_CONTENT);
    assert_eq!(control(&stripe, "app/uninstall", of.clone()).await.0, StatusCode::NOT_FOUND);
    control(&stripe, "app/install", of).await;
    let (_, tries) = control(&stripe, "events/deliver", json!({ "order": "reverse", "repeat": 2, "drop": 1 })).await;
    let kinds: Vec<&str> = tries.as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["account.application.authorized"; 2]);
    let id = tries[0]["event_id"].as_str().unwrap();
    let (_, tries) = control(&stripe, &format!("events/{id}/send"), json!({ "copies": 5, "urls": [shop.url] })).await;
    assert_eq!(tries.as_array().unwrap().len(), 5);
    assert_eq!(shop.kinds().len(), 8);

    let order = json!({ "livemode": false, "url": shop.url, "enabled_events": ["*"] });
    let (_, made) = control(&stripe, "webhook_endpoints", order).await;
    assert!(made["id"].as_str().unwrap().starts_with("we_") && made["secret"].as_str().unwrap().starts_with("whsec_"));
    let wrong = json!({ "livemode": false, "url": "nowhere", "enabled_events": ["*"] });
    assert_eq!(control(&stripe, "webhook_endpoints", wrong).await.0, StatusCode::BAD_REQUEST);
    let (_, rolled) = control(&stripe, "app/roll_secret", json!({ "livemode": false })).await;
    assert_eq!(rolled["secret"], stripe.sim.webhook_secret(false));
    let read = async |path: &str| -> Value {
        stripe.http.get(format!("{}/sim/{path}", stripe.running.url)).send().await.unwrap().json().await.unwrap()
    };
    let secrets = read("secrets").await;
    assert!(
        secrets.as_array().unwrap().contains(&made["secret"])
            && secrets.as_array().unwrap().contains(&installed["code"])
    );
    assert_eq!(read("app").await["live"], Value::Null);
    assert_eq!(read("events/attempts").await.as_array().unwrap().len(), 8);
    assert_eq!(stripe.sim.installs(false), [AccountId::new("acct_1Other")]);
}
