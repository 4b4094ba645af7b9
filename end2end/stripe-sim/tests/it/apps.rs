//! The install link: what it may hold, what is agreed to, and the way back.

use reqwest::{Response, StatusCode, Url};
use stripe_sim::{AccountId, AppClient};

use crate::common::{Stripe, stripe};

pub(crate) const BACK: &str = "http://127.0.0.1:9/connect/stripe/callback";
pub(crate) const ASKED: &[&str] = &["coupon_write", "promotion_code_write", "checkout_session_read", "event_read"];

pub(crate) fn registered(stripe: &Stripe, livemode: bool) -> AppClient {
    stripe.sim.register_app(livemode, &[BACK, "http://127.0.0.1:9/other?keep=1"], ASKED, None)
}

async fn page(stripe: &Stripe, url: &str) -> (StatusCode, String) {
    let answer = stripe.http.get(url).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

async fn press(stripe: &Stripe, link: &str, button: &str, account: &str) -> Response {
    let mut form: Vec<(String, String)> = Url::parse(link).unwrap().query_pairs().into_owned().collect();
    form.extend([("account".into(), account.into()), ("do".into(), button.into())]);
    stripe.http.post(link.split('?').next().unwrap()).form(&form).send().await.unwrap()
}

fn back(answer: &Response) -> Url {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    answer.headers()["location"].to_str().unwrap().parse().unwrap()
}

fn value(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn an_administrator_installs() {
    let stripe = stripe().await;
    stripe.sim.add_named_account("acct_1Other", "Other & Sons");
    let app = registered(&stripe, false);
    assert!(app.authorize_url.starts_with(&format!("{}/oauth/v2/authorize?client_id=ca_", stripe.running.url)));
    let (status, text) = page(&stripe, &format!("{}&state=s%26t", app.authorize_url)).await;
    assert_eq!(status, StatusCode::OK);
    for part in ["Install Codemint", "Test mode", "coupon_write", "Other &amp; Sons (acct_1Other)", "value=\"s&amp;t\""]
    {
        assert!(text.contains(part), "{part}");
    }
    let answer = press(&stripe, &format!("{}&state=s%26t", app.authorize_url), "install", "acct_1Other").await;
    let url = back(&answer);
    assert!(url.as_str().starts_with(&format!("{BACK}?code=ac_")));
    assert_eq!(value(&url, "state").as_deref(), Some("s&t"));
    for name in ["stripe_user_id", "account_id"] {
        assert_eq!(value(&url, name).as_deref(), Some("acct_1Other"), "{name}");
    }
    assert!(value(&url, "user_id").unwrap().starts_with("usr_"));
    assert_eq!(stripe.sim.installs(false), [AccountId::new("acct_1Other")]);
    assert_eq!(stripe.sim.installs(true), []);
    let kinds: Vec<&str> = stripe.sim.deliveries().iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["account.application.authorized"]);

    // Without a state there is none on the way back, and an account can be new.
    let url = back(&press(&stripe, &app.authorize_url, "install", "new").await);
    assert_eq!(value(&url, "state"), None);
    assert_eq!(stripe.sim.installs(false).len(), 2);
    // Nobody installs it for an account that is not theirs.
    let nobody = press(&stripe, &app.authorize_url, "install", "acct_1Nobody").await;
    assert_eq!(nobody.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_administrator_declines() {
    let stripe = stripe().await;
    let app = registered(&stripe, true);
    let answer = press(&stripe, &format!("{}&state=s", app.authorize_url), "cancel", "acct_1TestCodemint").await;
    let denied = "error=access_denied&error_description=The%20user%20denied%20your%20request";
    assert_eq!(back(&answer).as_str(), format!("{BACK}?{denied}"));
    let other = format!(
        "{}/oauth/v2/authorize?client_id={}&redirect_uri={}",
        stripe.running.url, app.client_id, "http%3A%2F%2F127.0.0.1%3A9%2Fother%3Fkeep%3D1"
    );
    let answer = press(&stripe, &other, "cancel", "acct_1TestCodemint").await;
    assert_eq!(back(&answer).as_str(), format!("http://127.0.0.1:9/other?keep=1&{denied}"));
    assert_eq!(stripe.sim.installs(true), []);
    assert_eq!(stripe.sim.deliveries(), []);
}

#[tokio::test]
async fn only_a_link_of_the_app_is_valid() {
    let stripe = stripe().await;
    let app = registered(&stripe, false);
    let (base, client) = (&stripe.running.url, &app.client_id);
    let uri = "redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fconnect%2Fstripe%2Fcallback";
    let right = [
        format!("{base}/oauth/v2/authorize?client_id={client}"),
        format!("{base}/oauth/v2/authorize?client_id={client}&{uri}&state=s&response_type=code&scope="),
        format!("{base}/oauth/v2/chnlink_61AbC/authorize?client_id={client}&{uri}"),
    ];
    for link in right {
        let answer = stripe.http.get(&link).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{link}");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("form-action 'self' http://127.0.0.1:9;"), "{policy}");
    }
    let wrong = [
        format!("{base}/oauth/v2/authorize"),
        format!("{base}/oauth/v2/authorize?client_id=ca_unknown&{uri}"),
        format!("{base}/oauth/v2/authorize?client_id={client}&{uri}%2F"),
        format!("{base}/oauth/v2/authorize?client_id={client}&redirect_uri="),
        format!("{base}/oauth/v2/authorize?client_id={client}&redirect_uri=https%3A%2F%2Fevil.example%2F"),
        format!("{base}/oauth/v2/authorize?client_id={client}&{uri}&scope=read_write"),
        format!("{base}/oauth/v2/authorize?client_id={client}&{uri}&response_type=token"),
        format!("{base}/oauth/v2/authorize?client_id={client}&client_id={client}"),
        format!("{base}/oauth/v2/authorize?client_id={client}&stripe_landing=login"),
        format!("{base}/oauth/v2/chnlink_/authorize?client_id={client}&{uri}"),
        format!("{base}/oauth/v2/channel/authorize?client_id={client}&{uri}"),
        format!("{base}/oauth/authorize?client_id={client}&{uri}"),
    ];
    for link in wrong {
        let (status, text) = page(&stripe, &link).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{link}");
        assert!(text.contains("The provided OAuth link is invalid"), "{link}");
        if link.contains("v2") {
            assert_eq!(
                press(&stripe, &link, "install", "acct_1TestCodemint").await.status(),
                StatusCode::BAD_REQUEST,
                "{link}"
            );
        }
    }
    assert_eq!(stripe.sim.installs(false), []);
}

#[tokio::test]
async fn a_new_version_of_the_app_keeps_what_it_is() {
    let stripe = stripe().await;
    let first = registered(&stripe, false);
    let live = registered(&stripe, true);
    assert_ne!((&first.client_id, &first.secret_key), (&live.client_id, &live.secret_key));
    assert_ne!(first.webhook_secret, live.webhook_secret);
    assert!(first.secret_key.starts_with("sk_test_") && live.secret_key.starts_with("sk_live_"));
    stripe.sim.install_app(false, &AccountId::default());
    let second = stripe.sim.register_app(false, &["http://127.0.0.1:9/new"], ASKED, None);
    assert_eq!((&first.client_id, &first.secret_key), (&second.client_id, &second.secret_key));
    assert!(second.authorize_url.ends_with("redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fnew"));
    assert_eq!(stripe.sim.installs(false), [AccountId::default()]);
}
