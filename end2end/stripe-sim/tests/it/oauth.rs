//! Tokens: exchanged once, rolled, one pair an account, and none for the wrong key.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stripe_sim::{AccountId, AppClient, Fault, FaultKind, Match};

use crate::{
    apps::registered,
    common::{Answer, Stripe, send, stripe},
};

const PATH: &str = "/v1/oauth/token";
const HOUR: i64 = 3600 * 1000;

fn account() -> AccountId {
    AccountId::default()
}

async fn ask(stripe: &Stripe, key: &str, form: &[(&str, &str)]) -> Answer {
    send(stripe.http.post(format!("{}{PATH}", stripe.running.url)).basic_auth(key, Some("")).form(form)).await
}

async fn exchange(stripe: &Stripe, app: &AppClient, code: &str) -> Answer {
    ask(stripe, &app.secret_key, &[("grant_type", "authorization_code"), ("code", code)]).await
}

async fn refresh(stripe: &Stripe, app: &AppClient, token: &str) -> Answer {
    ask(stripe, &app.secret_key, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

fn text(pair: &Value, name: &str) -> String {
    pair[name].as_str().unwrap().to_owned()
}

/// Installed and exchanged.
async fn pair(stripe: &Stripe, app: &AppClient, livemode: bool) -> Value {
    let code = stripe.sim.install_app(livemode, &account());
    exchange(stripe, app, &code).await.ok()
}

#[track_caller]
fn refused(answer: &Answer, error: &str, description: &str) {
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    assert_eq!(answer.body, json!({ "error": error, "error_description": description }));
}

/// What a token opens now: a status and a code.
async fn opens(stripe: &Stripe, token: &str, path: &str) -> (u16, String) {
    let call = stripe.http.request(Method::GET, format!("{}{path}", stripe.running.url)).bearer_auth(token);
    let answer = send(call).await;
    (answer.status.as_u16(), answer.code().unwrap_or_default().to_owned())
}

async fn stands(stripe: &Stripe, token: &str) -> (u16, String) {
    opens(stripe, token, "/v1/coupons").await
}

fn open() -> (u16, String) {
    (200, String::new())
}

fn expired() -> (u16, String) {
    (401, "api_key_expired".to_owned())
}

#[tokio::test]
async fn a_code_becomes_a_pair() {
    let stripe = stripe().await;
    for livemode in [false, true] {
        let app = registered(&stripe, livemode);
        let mode = if livemode { "live" } else { "test" };
        let pair = pair(&stripe, &app, livemode).await;
        let names: Vec<&String> = pair.as_object().unwrap().keys().collect();
        let expected = [
            "access_token",
            "livemode",
            "refresh_token",
            "scope",
            "stripe_publishable_key",
            "stripe_user_id",
            "token_type",
        ];
        assert_eq!(names, expected);
        assert!(text(&pair, "access_token").starts_with(&format!("rk_{mode}_")));
        assert!(text(&pair, "refresh_token").starts_with("rt_"));
        assert!(text(&pair, "stripe_publishable_key").starts_with(&format!("pk_{mode}_")));
        assert_eq!((&pair["scope"], &pair["token_type"]), (&json!("stripe_apps"), &json!("bearer")));
        assert_eq!((&pair["livemode"], &pair["stripe_user_id"]), (&json!(livemode), &json!("acct_1TestCodemint")));
        // In its mode it has what the app asked for, and no more.
        let token = text(&pair, "access_token");
        assert_eq!(stands(&stripe, &token).await, open());
        let (status, code) = opens(&stripe, &token, "/v1/prices").await;
        assert_eq!((status, code.as_str()), (403, "more_permissions_required_for_application"));
        assert_eq!(opens(&stripe, &token, "/v1/account").await.0, 403);
    }
    let call = stripe.http.post(format!("{}/v1/coupons", stripe.running.url));
    let live = text(&pair(&stripe, &stripe.sim.app(true).unwrap(), true).await, "access_token");
    let made = send(call.bearer_auth(live).form(&[("percent_off", "5")])).await.ok();
    assert_eq!(made["livemode"], true);
}

#[tokio::test]
async fn a_code_is_good_once() {
    let stripe = stripe().await;
    let app = registered(&stripe, false);
    let code = stripe.sim.install_app(false, &account());
    let first = exchange(&stripe, &app, &code).await.ok();
    // Even what was rolled since goes back to the code.
    let second = refresh(&stripe, &app, &text(&first, "refresh_token")).await.ok();
    let used = "This authorization code has already been used. All tokens issued with this code have been revoked.";
    refused(&exchange(&stripe, &app, &code).await, "invalid_grant", used);
    for pair in [first, second] {
        assert_eq!(stands(&stripe, &text(&pair, "access_token")).await, expired());
        let token = text(&pair, "refresh_token");
        let gone = format!("Refresh token does not exist: {token}");
        refused(&refresh(&stripe, &app, &token).await, "invalid_grant", &gone);
    }
    // The install stands: a new code leads to a new pair, which the old code does not touch.
    let third = pair(&stripe, &app, false).await;
    refused(&exchange(&stripe, &app, &code).await, "invalid_grant", used);
    assert_eq!(stands(&stripe, &text(&third, "access_token")).await, open());
}

#[tokio::test]
async fn a_code_is_good_for_five_minutes() {
    let stripe = stripe().await;
    let app = registered(&stripe, false);
    let (late, right) = (stripe.sim.install_app(false, &account()), stripe.sim.install_app(false, &account()));
    stripe.sim.advance(5 * 60 * 1000 - 1);
    exchange(&stripe, &app, &right).await.ok();
    stripe.sim.advance(1);
    refused(&exchange(&stripe, &app, &late).await, "invalid_grant", &format!("Authorization code expired: {late}"));
}

#[tokio::test]
async fn codes_belong_to_a_mode() {
    let stripe = stripe().await;
    let (test, live) = (registered(&stripe, false), registered(&stripe, true));
    for (livemode, own, other) in [(false, &test, &live), (true, &live, &test)] {
        let code = stripe.sim.install_app(livemode, &account());
        let answer = exchange(&stripe, other, &code).await;
        refused(&answer, "invalid_grant", "Authorization code provided does not belong to you");
        let pair = exchange(&stripe, own, &code).await.ok();
        let token = text(&pair, "refresh_token");
        let gone = format!("Refresh token does not exist: {token}");
        refused(&refresh(&stripe, other, &token).await, "invalid_grant", &gone);
        refresh(&stripe, own, &token).await.ok();
    }
    refused(&exchange(&stripe, &test, "ac_nope").await, "invalid_grant", "Authorization code does not exist: ac_nope");
}

#[tokio::test]
async fn refreshing_rolls_the_pair() {
    let stripe = stripe().await;
    let app = registered(&stripe, false);
    let old = pair(&stripe, &app, false).await;
    let new = refresh(&stripe, &app, &text(&old, "refresh_token")).await.ok();
    assert_eq!(new["stripe_user_id"], "acct_1TestCodemint");
    assert!(new.get("account_id").is_none());
    let gone = format!("Refresh token does not exist: {}", text(&old, "refresh_token"));
    refused(&refresh(&stripe, &app, &text(&old, "refresh_token")).await, "invalid_grant", &gone);
    // A spent token, however often, does not touch the new pair.
    assert_eq!(stands(&stripe, &text(&new, "access_token")).await, open());
    // The old access token lives on for a moment.
    stripe.sim.advance(2999);
    assert_eq!(stands(&stripe, &text(&old, "access_token")).await, open());
    stripe.sim.advance(1);
    assert_eq!(stands(&stripe, &text(&old, "access_token")).await, expired());
    stripe.sim.set_access_token_lag(0);
    stripe.sim.set_account_id_on_refresh(true);
    let third = refresh(&stripe, &app, &text(&new, "refresh_token")).await.ok();
    assert_eq!(third["account_id"], "acct_1TestCodemint");
    assert!(third.get("stripe_user_id").is_none());
    assert_eq!(stands(&stripe, &text(&new, "access_token")).await, expired());
    assert_eq!(stripe.sim.refreshes(false, &account()), 2);
}

#[tokio::test]
async fn an_access_token_lives_an_hour() {
    let stripe = stripe().await;
    let app = registered(&stripe, false);
    let pair = pair(&stripe, &app, false).await;
    let token = text(&pair, "access_token");
    stripe.sim.advance(HOUR - 1);
    assert_eq!(stands(&stripe, &token).await, open());
    stripe.sim.advance(1);
    let answer = send(stripe.http.get(format!("{}/v1/coupons", stripe.running.url)).bearer_auth(&token)).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, Some("api_key_expired")));
    assert!(answer.message().starts_with("Expired API Key provided: rk_test_****"), "{}", answer.message());
    assert!(!answer.message().contains(&token));
    refresh(&stripe, &app, &text(&pair, "refresh_token")).await.ok();
    // A button does the same.
    assert!(stripe.sim.expire_access_token(false, &account()));
    assert!(stripe.sim.revoke_refresh_token(false, &account()));
    assert!(!stripe.sim.revoke_refresh_token(false, &account()));
    assert!(!stripe.sim.expire_access_token(true, &account()));
}

#[tokio::test]
async fn an_account_has_one_pair() {
    let stripe = stripe().await;
    let app = registered(&stripe, false);
    let other = AccountId::new("acct_1Other");
    let code = stripe.sim.install_app(false, &other);
    let neighbour = exchange(&stripe, &app, &code).await.ok();
    let first = pair(&stripe, &app, false).await;
    // Agreeing again changes nothing; exchanging the code does.
    let code = stripe.sim.install_app(false, &account());
    assert_eq!(stands(&stripe, &text(&first, "access_token")).await, open());
    let second = exchange(&stripe, &app, &code).await.ok();
    assert_eq!(stands(&stripe, &text(&first, "access_token")).await, expired());
    assert_eq!(refresh(&stripe, &app, &text(&first, "refresh_token")).await.status, StatusCode::BAD_REQUEST);
    for pair in [second, neighbour] {
        assert_eq!(stands(&stripe, &text(&pair, "access_token")).await, open());
        refresh(&stripe, &app, &text(&pair, "refresh_token")).await.ok();
    }
}

#[tokio::test]
async fn uninstalling_ends_it_all() {
    let stripe = stripe().await;
    let (app, live) = (registered(&stripe, false), registered(&stripe, true));
    let kept = pair(&stripe, &live, true).await;
    let rolled = pair(&stripe, &app, false).await;
    let pair = refresh(&stripe, &app, &text(&rolled, "refresh_token")).await.ok();
    let code = stripe.sim.install_app(false, &account());
    assert!(stripe.sim.uninstall_app(false, &account()));
    assert!(!stripe.sim.uninstall_app(false, &account()));
    for old in [&rolled, &pair] {
        let (status, error) = stands(&stripe, &text(old, "access_token")).await;
        assert_eq!((status, error.as_str()), (401, "platform_api_key_expired"));
    }
    let token = text(&pair, "refresh_token");
    let gone = format!("Refresh token does not exist: {token}");
    refused(&refresh(&stripe, &app, &token).await, "invalid_grant", &gone);
    let gone = format!("Authorization code does not exist: {code}");
    refused(&exchange(&stripe, &app, &code).await, "invalid_grant", &gone);
    // Coming back does not bring back what was.
    let code = stripe.sim.install_app(false, &account());
    exchange(&stripe, &app, &code).await.ok();
    assert_eq!(refresh(&stripe, &app, &token).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(stands(&stripe, &text(&pair, "access_token")).await.0, 401);
    assert_eq!(stands(&stripe, &text(&kept, "access_token")).await, open());
    let kinds: Vec<_> =
        stripe.sim.deliveries().iter().filter(|event| !event.livemode).map(|event| event.kind).collect();
    let (authorized, deauthorized) = ("account.application.authorized", "account.application.deauthorized");
    assert_eq!(kinds, [authorized, authorized, deauthorized, authorized]);
}

#[tokio::test]
async fn only_the_developer_is_served() {
    let stripe = stripe().await;
    let app = registered(&stripe, false);
    let pair = pair(&stripe, &app, false).await;
    let (token, access) = (text(&pair, "refresh_token"), text(&pair, "access_token"));
    let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    for key in [&stripe.key, &access] {
        let answer = ask(&stripe, key, &form).await;
        assert_eq!((answer.status, answer.kind()), (StatusCode::FORBIDDEN, "invalid_request_error"));
        assert!(answer.message().contains("required permissions"), "{}", answer.message());
    }
    for key in ["sk_test_51nobody", "ca_nobody", &token] {
        let answer = ask(&stripe, key, &form).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.message().starts_with("Invalid API Key provided"), "{}", answer.message());
    }
    let none = send(stripe.http.post(format!("{}{PATH}", stripe.running.url)).form(&form)).await;
    assert_eq!(none.status, StatusCode::UNAUTHORIZED);
    let rolled = stripe.sim.roll_app_key(false).unwrap();
    assert_eq!(ask(&stripe, &app.secret_key, &form).await.status, StatusCode::UNAUTHORIZED);
    let bearer = stripe.http.post(format!("{}{PATH}", stripe.running.url)).bearer_auth(rolled).form(&form);
    send(bearer).await.ok();
}

#[tokio::test]
async fn what_is_asked_for_must_be_said() {
    let stripe = stripe().await;
    let app = registered(&stripe, false);
    let table: [(&[(&str, &str)], &str, &str); 7] = [
        (&[], "invalid_request", "No grant type specified"),
        (&[("grant_type", "password")], "unsupported_grant_type", "Unsupported grant type: password"),
        (&[("grant_type", "authorization_code")], "invalid_request", "No code provided"),
        (&[("grant_type", "authorization_code"), ("code", "")], "invalid_request", "No code provided"),
        (&[("grant_type", "refresh_token"), ("code", "ac_1")], "invalid_request", "Received unknown parameter: code"),
        (&[("grant_type", "refresh_token")], "invalid_request", "No refresh token provided"),
        (
            &[("grant_type", "authorization_code"), ("code", "ac_1"), ("redirect_uri", "https://a.example/")],
            "invalid_request",
            "Received unknown parameter: redirect_uri",
        ),
    ];
    for (form, error, description) in table {
        refused(&ask(&stripe, &app.secret_key, form).await, error, description);
    }
    let get = stripe.http.get(format!("{}{PATH}", stripe.running.url)).basic_auth(&app.secret_key, Some(""));
    assert_eq!(send(get).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_goes_wrong_goes_wrong_here_too() {
    let stripe = stripe().await;
    let app = registered(&stripe, false);
    let start = pair(&stripe, &app, false).await;
    let token = text(&start, "refresh_token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    let once = |kind| stripe.sim.inject(Fault::new(Match::new("POST", PATH).times(1), kind));
    // Before anything happened: the token is as good as before.
    for (kind, status) in
        [(FaultKind::Status500, 500), (FaultKind::RateLimited429, 429), (FaultKind::LockTimeout429, 429)]
    {
        once(kind);
        let answer = ask(&stripe, &app.secret_key, &form).await;
        assert_eq!(answer.status.as_u16(), status);
        assert!(answer.body["error"]["message"].is_string());
    }
    once(FaultKind::Drop);
    let call =
        || stripe.http.post(format!("{}{PATH}", stripe.running.url)).basic_auth(&app.secret_key, Some("")).form(&form);
    assert!(call().send().await.is_err());
    // Rolled, and the answer lost: nobody has the new pair.
    once(FaultKind::ApplyThenDrop);
    assert!(call().send().await.is_err());
    assert_eq!(refresh(&stripe, &app, &token).await.status, StatusCode::BAD_REQUEST);
    let records = stripe.sim.token_requests();
    let shape: Vec<_> = records.iter().map(|record| (record.status, record.granted, record.error.as_deref())).collect();
    let expected = [
        (Some(200), true, None),
        (Some(500), false, Some("api_error")),
        (Some(429), false, Some("rate_limit")),
        (Some(429), false, Some("lock_timeout")),
        (None, false, None),
        (None, true, None),
        (Some(400), false, Some("invalid_grant")),
    ];
    assert_eq!(shape, expected);
    assert_eq!(records[0].grant_type, "authorization_code");
    assert_eq!((records[5].account.clone(), records[5].livemode), (Some(account()), Some(false)));
    assert_eq!(stripe.sim.request_count("POST", PATH), 7);
    assert_eq!(stripe.sim.refreshes(false, &account()), 1);
}

#[tokio::test]
async fn an_answer_may_be_late() {
    let stripe = stripe().await;
    let app = registered(&stripe, false);
    let start = pair(&stripe, &app, false).await;
    stripe.sim.inject(Fault::new(Match::new("POST", PATH).times(1), FaultKind::HoldAnswer));
    let token = text(&start, "refresh_token");
    let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    let call =
        stripe.http.post(format!("{}{PATH}", stripe.running.url)).basic_auth(&app.secret_key, Some("")).form(&form);
    let late = tokio::spawn(send(call));
    stripe.sim.wait_until(|sim| sim.refreshes(false, &account()) == 1).await;
    stripe.sim.release_held();
    let pair = late.await.unwrap().ok();
    assert_eq!(stands(&stripe, &text(&pair, "access_token")).await, open());
}

#[tokio::test]
async fn no_secret_is_shown() {
    let stripe = stripe().await;
    stripe.sim.record_exchanges();
    let app = registered(&stripe, false);
    let pair = pair(&stripe, &app, false).await;
    let new = refresh(&stripe, &app, &text(&pair, "refresh_token")).await.ok();
    refresh(&stripe, &app, &text(&pair, "refresh_token")).await;
    exchange(&stripe, &app, "ac_somebody_typed_this").await;
    stands(&stripe, &text(&new, "access_token")).await;
    let secrets = stripe.sim.secrets();
    for secret in [&app.secret_key, &app.webhook_secret, &text(&pair, "access_token"), &text(&new, "refresh_token")] {
        assert!(secrets.contains(secret), "{secret}");
    }
    let dashboard = stripe.http.get(format!("{}/dashboard", stripe.running.url)).send().await.unwrap();
    let seen = [
        format!("{:?}", stripe.sim.requests()),
        format!("{:?}", stripe.sim.exchanges()),
        format!("{:?}", stripe.sim.token_requests()),
        dashboard.text().await.unwrap(),
    ];
    for (at, text) in seen.iter().enumerate() {
        for secret in secrets.iter().map(String::as_str).chain(["ac_somebody_typed_this"]) {
            assert!(!text.contains(secret), "{secret} in {at}");
        }
    }
}
