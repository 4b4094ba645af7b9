//! Connecting by the Stripe App: what binds, and above all what does not.

use crate::harness::{Answer, CONNECTION, Recorded, World, on_both_engines, until};
use serde_json::json;
use stripe_sim::{AccountId, Fault, FaultKind, Match, Price};
use url::Url;

const MINUTE: i64 = 60_000;

on_both_engines!(with unconnected;
    one_click, an_install_from_nothing_signs_in, an_account_leads_to_its_workspace, declining,
    states_that_bind_nothing, codes_that_bind_nothing, accounts_that_are_not_what_was_named,
    without_state_nothing_is_bound, a_word_is_about_what_was_seen,
    ways_back_without_state_are_counted, a_code_waits_five_minutes, nothing_is_confirmed_by_others,
    another_account_is_asked_about, an_account_is_moved, refusing_leaves_all_as_it_was,
    uninstalling_ends_it, late_words_about_an_earlier_install, disconnecting_here, ways_at_the_same_time,
    stripe_away_binds_nothing, an_uninstall_right_after, an_install_alone_opens_no_other_account, secrets_are_nowhere);

pub fn account(id: &str) -> AccountId {
    AccountId::new(id)
}

/// A cookie out of an answer, as a browser sends it back.
pub fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let all = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    all.filter_map(|value| value.split(';').next())
        .find(|pair| pair.starts_with(&format!("{name}=")))
        .map(str::to_owned)
}

/// A browser with a few cookies.
#[derive(Clone, Default)]
pub struct Browser {
    pub cookies: Vec<String>,
}

impl Browser {
    /// Somebody who is signed in by mail.
    pub async fn of_owner(w: &World) -> Self {
        Self { cookies: vec![w.sign_in().await] }
    }

    pub async fn get(&mut self, w: &World, path: &str) -> Answer {
        let answer = w.ask("GET", path).header("cookie", self.cookies.join("; ")).send().await;
        self.keep(&answer);
        answer
    }

    pub async fn post(&mut self, w: &World, path: &str, fields: &[(&str, &str)]) -> Answer {
        let ask = w.browser("POST", path).header("cookie", self.cookies.join("; ")).form(fields);
        let answer = ask.send().await;
        self.keep(&answer);
        answer
    }

    /// Looks at the page that asks, and says yes to what it says.
    pub async fn confirm(&mut self, w: &World) -> Answer {
        let page = self.get(w, "/stripe/confirm").await.text;
        let about = page.split_once("name=\"about\" value=\"").and_then(|(_, rest)| rest.split('"').next());
        self.post(w, "/stripe/confirm", &[("do", "confirm"), ("about", about.unwrap_or_default())]).await
    }

    fn keep(&mut self, answer: &Answer) {
        for value in answer.headers.get_all("set-cookie") {
            let pair = value.to_str().unwrap().split(';').next().unwrap().to_owned();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|known| !known.starts_with(&format!("{name}=")));
            if !value.is_empty() {
                self.cookies.push(pair);
            }
        }
    }

    /// Goes to Stripe's consent page; the state that went along.
    pub async fn start(&mut self, w: &World, mode: &str, from: &str) -> String {
        let answer = self.get(w, &format!("/stripe/start?mode={mode}&from={from}")).await.expect(303);
        let url = Url::parse(answer.header("location").unwrap()).unwrap();
        let states: Vec<_> = url.query_pairs().filter(|(name, _)| name == "state").collect();
        assert_eq!(states.len(), 1, "{url}");
        let names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["client_id", "redirect_uri", "state"]);
        states[0].1.to_string()
    }

    /// Comes back with a code.
    pub async fn back(&mut self, w: &World, code: &str, state: &str, account: &str) -> Answer {
        self.get(w, &format!("/stripe/callback?code={code}&state={state}&stripe_user_id={account}")).await
    }

    /// There and back again.
    pub async fn connect(&mut self, w: &World, mode: &str, from: &str, id: &str) -> Answer {
        let state = self.start(w, mode, from).await;
        let code = w.sim.install_app(mode == "live", &account(id));
        self.back(w, &code, &state, id).await
    }
}

async fn status(w: &World) -> String {
    w.get(CONNECTION).await.json["status"].as_str().unwrap().to_owned()
}

/// Nothing was bound, nobody signed in, and the page says so in words and without what came in the address.
async fn bound_nothing(w: &World, page: &Answer, words: &str, secrets: &[&str]) {
    assert!((400..504).contains(&page.status) || words.contains("did not install"), "{}", page.status);
    assert!(page.text.contains(words), "{words}: {}", page.text);
    for secret in secrets {
        assert!(!page.text.contains(secret), "the page repeats what came");
    }
    assert!(cookie(page, "cm_session").is_none());
    assert_eq!(w.database.number("SELECT count(*) FROM app_tokens").await, 0);
    assert_eq!(w.database.number("SELECT count(*) FROM connections").await, 0);
    assert_eq!(w.database.number("SELECT count(*) FROM workspaces").await, 1);
}

async fn one_click(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    let back = browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    assert_eq!(back.header("location"), Some("/settings"));
    let connection = w.get(CONNECTION).await.expect(200).json;
    assert_eq!(
        (&connection["status"], &connection["method"], &connection["account"], &connection["key_hint"]),
        (&json!("connected"), &json!("stripe_app"), &json!("acct_1One"), &json!(null))
    );
    assert_eq!(connection["permissions"]["checkout_sessions"], "write");
    let page = browser.get(w, "/settings").await.expect(200);
    assert!(page.text.contains("Connected") && page.text.contains("acct_1One"));
    // What it is for works.
    w.sim.add_price(&account("acct_1One"), false, Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"));
    w.code(json!({ "code": "SUMMER20", "percent_off": 20 })).await;
    w.checkout(json!({ "discount_code": "SUMMER20" })).await.expect(201);
    assert_eq!(w.sim.coupons_in(&account("acct_1One"), false).len(), 1);
    // Live is another matter.
    assert_eq!(w.database.number("SELECT count(*) FROM connections WHERE mode = 'live'").await, 0);
}

async fn an_install_from_nothing_signs_in(w: &World) {
    w.sim.add_named_account("acct_1New", "Blue Bottle Shop");
    let mut browser = Browser::default();
    let page = browser.get(w, "/install?mode=test").await.expect(200);
    assert!(page.text.contains("/stripe/start?mode=test&amp;from=install"), "{}", page.text);
    let back = browser.connect(w, "test", "install", "acct_1New").await.expect(303);
    assert_eq!(back.header("location"), Some("/settings"));
    let settings = browser.get(w, "/settings").await.expect(200);
    assert!(settings.text.contains("Connected") && settings.text.contains("acct_1New"));
    assert!(settings.text.contains("Add your e-mail address"));
    // One app. The manifest does not ask for the account's name, so it has the name of those that tell none.
    let apps = "SELECT count(*) FROM apps WHERE workspace_id <> (SELECT min(workspace_id) FROM members m JOIN owners o ON o.id = m.owner_id WHERE o.email IS NOT NULL)";
    assert_eq!(w.database.number(apps).await, 1);
    assert!(browser.get(w, "/apps/default/discounts").await.expect(200).text.contains("default"));
    assert_eq!(w.database.number("SELECT count(*) FROM owners WHERE email IS NULL").await, 1);
}

async fn an_account_leads_to_its_workspace(w: &World) {
    let mut first = Browser::default();
    first.connect(w, "test", "install", "acct_1New").await.expect(303);
    let made = w.database.number("SELECT count(*) FROM workspaces").await;
    // Another browser, the same account: the same workspace, also after an uninstall.
    let mut second = Browser::default();
    second.connect(w, "test", "install", "acct_1New").await.expect(303);
    w.sim.uninstall_app(false, &account("acct_1New"));
    until(async || {
        let ended = w.database.number("SELECT count(*) FROM connections WHERE status = 'disconnected'").await;
        (ended == 1, ended)
    })
    .await;
    let mut third = Browser::default();
    third.connect(w, "test", "install", "acct_1New").await.expect(303);
    assert!(third.get(w, "/settings").await.text.contains("Connected"));
    assert_eq!(w.database.number("SELECT count(*) FROM workspaces").await, made);
    assert_eq!(w.database.number("SELECT count(DISTINCT workspace_id) FROM sessions").await, 1);
    assert_eq!(w.database.number("SELECT count(*) FROM sessions WHERE by_link").await, 0, "no address was proved");
    // A workspace that is bound by a restricted key alone is never opened by an install.
    w.connect_account(&account("acct_1Key"), &crate::harness::ALL).await;
    let mut stranger = Browser::default();
    stranger.connect(w, "test", "install", "acct_1Key").await.expect(303);
    assert_eq!(w.database.number("SELECT count(*) FROM workspaces").await, made + 1);
}

async fn declining(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    browser.start(w, "test", "settings").await;
    let page = browser
        .get(w, "/stripe/callback?error=access_denied&error_description=The%20user%20denied%20your%20request")
        .await;
    assert_eq!(page.status, 200);
    bound_nothing(w, &page, "You did not install Codemint", &[]).await;
    assert!(page.text.contains("/settings"), "the way stays open");
    // In the mode where it began; a stranger is led to where the Marketplace leads.
    browser.start(w, "live", "settings").await;
    let page = browser.get(w, "/stripe/callback?error=access_denied").await.expect(200);
    assert!(page.text.contains("/settings?mode=live"), "{}", page.text);
    let page = Browser::default().get(w, "/stripe/callback?error=access_denied").await.expect(200);
    assert!(page.text.contains("/install?mode=live"), "{}", page.text);
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    assert_eq!(status(w).await, "connected");
}

async fn states_that_bind_nothing(w: &World) {
    let id = "acct_1One";
    let fresh = || w.sim.install_app(false, &account(id));
    let mut browser = Browser::of_owner(w).await;

    // Wrong: none of ours, cut short, empty beside a code, doubled.
    let state = browser.start(w, "test", "settings").await;
    for wrong in ["x", &state[1..], &format!("{state}x"), &state.to_lowercase()] {
        let code = fresh();
        let page = browser.back(w, &code, wrong, id).await;
        bound_nothing(w, &page, "We do not know this link", &[&code, wrong.get(3..).unwrap_or("never there")]).await;
    }
    let code = fresh();
    let page = browser.get(w, &format!("/stripe/callback?code={code}&state={state}&state={state}")).await;
    bound_nothing(w, &page, "We do not know this link", &[&code, &state]).await;
    let page = browser.get(w, &format!("/stripe/callback?state={state}")).await;
    bound_nothing(w, &page, "We do not know this link", &[&state]).await;

    // Another browser: with no cookie, with one of its own, signed in as the same person.
    for mut other in [Browser::default(), Browser::of_owner(w).await] {
        let code = fresh();
        let page = other.back(w, &code, &state, id).await;
        bound_nothing(w, &page, "another browser", &[&code, &state]).await;
        other.start(w, "test", "install").await;
        let page = other.back(w, &code, &state, id).await;
        bound_nothing(w, &page, "another browser", &[&code, &state]).await;
    }

    // Signed out meanwhile.
    let mut signed_out = browser.clone();
    signed_out.cookies.retain(|cookie| !cookie.starts_with("cm_session"));
    let page = signed_out.back(w, &fresh(), &state, id).await;
    bound_nothing(w, &page, "not signed in as the one who started", &[&state]).await;

    // None of this has used it up; eleven minutes do.
    w.advance(10 * MINUTE);
    let page = browser.back(w, &fresh(), &state, id).await;
    bound_nothing(w, &page, "longer than ten minutes", &[&state]).await;

    // Of the other mode: a test code with a live state.
    let live = browser.start(w, "live", "settings").await;
    let page = browser.back(w, &fresh(), &live, id).await;
    bound_nothing(w, &page, "Nothing was connected", &[&live]).await;
    // That one is used up now, whatever came of it.
    let page = browser.back(w, &fresh(), &live, id).await;
    bound_nothing(w, &page, "used already", &[&live]).await;
}

async fn codes_that_bind_nothing(w: &World) {
    let id = "acct_1One";
    let mut browser = Browser::of_owner(w).await;
    // Six minutes old.
    let code = w.sim.install_app(false, &account(id));
    w.advance(6 * MINUTE);
    let state = browser.start(w, "test", "settings").await;
    let page = browser.back(w, &code, &state, id).await;
    bound_nothing(w, &page, "Stripe did not accept this install", &[&code]).await;
    // Made up.
    let state = browser.start(w, "test", "settings").await;
    let page = browser.back(w, "ac_made_up_by_somebody", &state, id).await;
    bound_nothing(w, &page, "Stripe did not accept this install", &["made_up_by"]).await;
    // Twice: the second time binds nothing, and Stripe ends what came of the first.
    let code = w.sim.install_app(false, &account(id));
    let state = browser.start(w, "test", "settings").await;
    browser.back(w, &code, &state, id).await.expect(303);
    let state = browser.start(w, "test", "settings").await;
    let again = browser.back(w, &code, &state, id).await;
    assert!(again.status == 400 && again.text.contains("Stripe did not accept this install"), "{}", again.text);
    assert_eq!(w.database.number("SELECT count(*) FROM app_tokens").await, 1);
}

async fn accounts_that_are_not_what_was_named(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    let state = browser.start(w, "test", "settings").await;
    let code = w.sim.install_app(false, &account("acct_1Mallory"));
    let page = browser.back(w, &code, &state, "acct_1Victim").await;
    bound_nothing(w, &page, "another account than it named", &[&code, "acct_1Mallory"]).await;
}

/// An attacker's code behind a link that a victim opens.
async fn without_state_nothing_is_bound(w: &World) {
    let code = w.sim.install_app(false, &account("acct_1One"));
    let path = format!("/stripe/callback?code={code}&stripe_user_id=acct_1One&account_id=acct_1One&user_id=usr_1");
    // Nobody is signed in: first that.
    let mut browser = Browser::default();
    let back = browser.get(w, &path).await.expect(303);
    assert_eq!(back.header("location"), Some("/?waiting=install"));
    assert_eq!(w.database.number("SELECT count(*) FROM connections").await, 0);
    let dump = String::from_utf8_lossy(&w.database.dump().await).into_owned();
    assert!(!dump.contains(&code), "the code is not sealed");
    let link = w.services.make_sign_in_link("owner@example.com").await.unwrap();
    let signed_in = browser.post(w, "/sign-in", &[("token", link.rsplit('/').next().unwrap())]).await.expect(303);
    assert_eq!(signed_in.header("location"), Some("/stripe/confirm"));
    // Signed in: still nothing, until the person has seen the account's name and said yes.
    let page = browser.get(w, "/stripe/confirm").await.expect(200);
    assert!(page.text.contains("acct_1One") && !page.text.contains(&code), "{}", page.text);
    assert_eq!(w.database.number("SELECT count(*) FROM connections").await, 0);
    assert_eq!(w.sim.token_requests().len(), 0);
    let done = browser.confirm(w).await.expect(303);
    assert_eq!(done.header("location"), Some("/settings"));
    assert_eq!(status(w).await, "connected");
    // Once.
    let again = browser.confirm(w).await.expect(303);
    assert_eq!(again.header("location"), Some("/stripe/confirm"));
    assert_eq!(w.sim.token_requests().iter().filter(|request| request.status == Some(200)).count(), 1);
}

async fn a_code_waits_five_minutes(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    let code = w.sim.install_app(false, &account("acct_1One"));
    let back = browser.get(w, &format!("/stripe/callback?code={code}&stripe_user_id=acct_1One")).await.expect(303);
    assert_eq!(back.header("location"), Some("/stripe/confirm"));
    w.advance(5 * MINUTE);
    let page = browser.get(w, "/stripe/confirm").await.expect(200);
    assert!(!page.text.contains("acct_1One"), "{}", page.text);
    browser.confirm(w).await.expect(303);
    assert_eq!((status(w).await.as_str(), w.sim.token_requests().len()), ("disconnected", 0));
}

async fn nothing_is_confirmed_by_others(w: &World) {
    // The account that the address names is not the one that the code opens.
    let mut browser = Browser::of_owner(w).await;
    let code = w.sim.install_app(false, &account("acct_1Mallory"));
    browser.get(w, &format!("/stripe/callback?code={code}&stripe_user_id=acct_1Owners")).await.expect(303);
    let page = browser.confirm(w).await;
    bound_nothing(w, &page, "another account than it named", &[&code]).await;
    // Without a ticket, without a session, from another site.
    let code = w.sim.install_app(false, &account("acct_1One"));
    browser.get(w, &format!("/stripe/callback?code={code}&stripe_user_id=acct_1One")).await.expect(303);
    let ticket = browser.cookies.iter().find(|cookie| cookie.starts_with("cm_install")).unwrap().clone();
    let session = browser.cookies.iter().find(|cookie| cookie.starts_with("cm_session")).unwrap().clone();
    for cookies in [vec![ticket.clone()], vec![session.clone()], vec![session.clone(), "cm_install=x".to_owned()]] {
        let answer = Browser { cookies }.confirm(w).await;
        assert_eq!((answer.status, status(w).await.as_str()), (303, "disconnected"));
    }
    let foreign = w.ask("POST", "/stripe/confirm").header("origin", "https://evil.example");
    let refused = foreign.header("cookie", format!("{ticket}; {session}")).form(&[("do", "confirm")]).send().await;
    assert_eq!((refused.status, status(w).await.as_str()), (403, "disconnected"));
    // Without the account's name in the address, it is asked once more with it.
    let code = w.sim.install_app(false, &account("acct_1Two"));
    browser.get(w, &format!("/stripe/callback?code={code}")).await.expect(303);
    let asked = browser.confirm(w).await.expect(303);
    assert_eq!(asked.header("location"), Some("/stripe/confirm"));
    assert_eq!(status(w).await, "disconnected");
    assert!(browser.get(w, "/stripe/confirm").await.text.contains("acct_1Two"));
    browser.confirm(w).await.expect(303);
    assert_eq!(status(w).await, "connected");
}

async fn another_account_is_asked_about(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    for id in ["acct_1One", "acct_1Two"] {
        w.sim.add_price(&account(id), false, Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"));
    }
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    let code = w.code(json!({ "code": "SUMMER20", "percent_off": 20 })).await;
    w.checkout(json!({ "discount_code": "SUMMER20" })).await.expect(201);
    let back = browser.connect(w, "test", "settings", "acct_1Two").await.expect(303);
    assert_eq!(back.header("location"), Some("/stripe/confirm"));
    assert_eq!(w.get(CONNECTION).await.json["account"], "acct_1One");
    let page = browser.get(w, "/stripe/confirm").await.expect(200);
    assert!(page.text.contains("acct_1One") && page.text.contains("acct_1Two"), "{}", page.text);
    // No: all as it was, and still working.
    browser.post(w, "/stripe/confirm", &[("do", "refuse")]).await.expect(303);
    w.checkout(json!({ "discount_code": "SUMMER20" })).await.expect(201);
    assert_eq!(w.get(CONNECTION).await.json["account"], "acct_1One");
    // Yes: the next use mints anew there, and the first coupon stays where it is.
    browser.connect(w, "test", "settings", "acct_1Two").await.expect(303);
    browser.confirm(w).await.expect(303);
    assert_eq!(w.get(CONNECTION).await.json["account"], "acct_1Two");
    assert!(browser.get(w, "/settings").await.text.contains("in the account connected before"));
    w.checkout(json!({ "discount_code": "SUMMER20" })).await.expect(201);
    assert_eq!(w.sim.coupons_in(&account("acct_1One"), false).len(), 1);
    assert_eq!(w.sim.coupons_in(&account("acct_1Two"), false).len(), 1);
    assert_eq!(w.read(&code).await["stripe_coupon"], json!(w.sim.coupons_in(&account("acct_1Two"), false)[0].id));
}

async fn an_account_is_moved(w: &World) {
    // Somebody's workspace, made by an install.
    let mut theirs = Browser::default();
    theirs.connect(w, "test", "install", "acct_1One").await.expect(303);
    // The owner installs in the same account.
    let mut ours = Browser::of_owner(w).await;
    let back = ours.connect(w, "test", "settings", "acct_1One").await.expect(303);
    assert_eq!((back.header("location"), status(w).await.as_str()), (Some("/stripe/confirm"), "disconnected"));
    // Nothing is lost while they think: the other workspace lives by the new pair.
    let working = "SELECT count(*) FROM connections WHERE status = 'connected' AND account = 'acct_1One'";
    assert_eq!(w.database.number(working).await, 1);
    assert!(theirs.get(w, "/settings").await.text.contains("Connected"));
    assert!(ours.get(w, "/stripe/confirm").await.text.contains("Move this Stripe account"));
    ours.confirm(w).await.expect(303);
    assert_eq!(w.get(CONNECTION).await.json["account"], "acct_1One");
    assert_eq!(w.database.number(working).await, 1);
    assert!(theirs.get(w, "/settings").await.text.contains("connected to another workspace"));
    assert_eq!(w.database.number("SELECT count(*) FROM app_tokens WHERE access IS NOT NULL").await, 1);
    // The pair that was moved works, and so does its refresh.
    w.advance(60 * MINUTE);
    w.sim.add_price(&account("acct_1One"), false, Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"));
    w.code(json!({ "code": "SUMMER20", "percent_off": 20 })).await;
    w.checkout(json!({ "discount_code": "SUMMER20" })).await.expect(201);
}

async fn refusing_leaves_all_as_it_was(w: &World) {
    let mut theirs = Browser::default();
    theirs.connect(w, "test", "install", "acct_1One").await.expect(303);
    let mut ours = Browser::of_owner(w).await;
    ours.connect(w, "test", "settings", "acct_1One").await.expect(303);
    ours.post(w, "/stripe/confirm", &[("do", "refuse")]).await.expect(303);
    assert_eq!(status(w).await, "disconnected");
    assert!(theirs.get(w, "/settings").await.text.contains("Connected"));
    assert_eq!(w.database.number("SELECT count(*) FROM waiting_installs").await, 0);
}

async fn uninstalling_ends_it(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.advance(MINUTE);
    w.sim.uninstall_app(false, &account("acct_1One"));
    until(async || {
        let status = status(w).await;
        (status == "disconnected", status)
    })
    .await;
    assert_eq!(
        w.database.number("SELECT count(*) FROM app_tokens WHERE access IS NOT NULL OR refresh IS NOT NULL").await,
        0
    );
    let page = browser.get(w, "/settings").await;
    assert!(page.text.contains("Codemint was uninstalled in Stripe"), "{}", page.text);
    w.code(json!({ "code": "SUMMER20", "percent_off": 20 })).await;
    w.checkout(json!({ "discount_code": "SUMMER20" })).await.refused(409, "stripe_not_connected", "");
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    assert_eq!(status(w).await, "connected");
}

/// The word about an uninstall comes when the app is installed again already.
async fn late_words_about_an_earlier_install(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.sim.hold_deliveries(true);
    w.advance(MINUTE);
    w.sim.uninstall_app(false, &account("acct_1One"));
    w.advance(2 * MINUTE);
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.sim.hold_deliveries(false);
    let done = "SELECT count(*) FROM webhook_events WHERE kind = 'account.application.deauthorized' AND state = 'done'";
    until(async || {
        let settled = w.database.number(done).await;
        (settled == 1, settled)
    })
    .await;
    assert_eq!(status(w).await, "connected");
}

async fn disconnecting_here(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    let ended = w.delete(CONNECTION).await.expect(200).json;
    assert_eq!((&ended["status"], &ended["method"]), (&json!("disconnected"), &json!(null)));
    assert_eq!(
        w.database.number("SELECT count(*) FROM app_tokens WHERE access IS NOT NULL OR refresh IS NOT NULL").await,
        0
    );
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    assert_eq!(status(w).await, "connected");
    // A key takes the app's place, and its tokens go.
    w.connect(&crate::harness::ALL).await;
    assert_eq!(w.get(CONNECTION).await.json["method"], "restricted_key");
    assert_eq!(
        w.database.number("SELECT count(*) FROM app_tokens WHERE access IS NOT NULL OR refresh IS NOT NULL").await,
        0
    );
}

/// Two tabs of one browser, and two browsers on one account.
async fn ways_at_the_same_time(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    let (one, two) = (browser.start(w, "test", "settings").await, browser.start(w, "test", "settings").await);
    let first = w.sim.install_app(false, &account("acct_1One"));
    browser.back(w, &first, &one, "acct_1One").await.expect(303);
    let second = w.sim.install_app(false, &account("acct_1One"));
    browser.back(w, &second, &two, "acct_1One").await.expect(303);
    assert_eq!(status(w).await, "connected");
    // From nothing, eight at once: one workspace.
    let mut ways = Vec::new();
    for _ in 0..8 {
        let mut browser = Browser::default();
        let state = browser.start(w, "test", "install").await;
        let code = w.sim.install_app(false, &account("acct_1New"));
        ways.push((browser, code, state));
    }
    let asks = ways.iter().map(|(browser, code, state)| {
        let path = format!("/stripe/callback?code={code}&state={state}&stripe_user_id=acct_1New");
        w.ask("GET", &path).header("cookie", browser.cookies.join("; ")).send()
    });
    for answer in futures::future::join_all(asks).await {
        assert_eq!(answer.header("location"), Some("/settings"), "{}", answer.text);
    }
    assert_eq!(w.database.number("SELECT count(*) FROM workspaces").await, 2);
    assert_eq!(w.database.number("SELECT count(*) FROM connections WHERE account = 'acct_1New'").await, 1);
    // The pair that counts is the one that Stripe takes.
    assert_eq!(w.database.number("SELECT count(*) FROM connections WHERE status = 'connected'").await, 2);
}

async fn stripe_away_binds_nothing(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    for kind in [FaultKind::Status500, FaultKind::Drop, FaultKind::RateLimited429] {
        w.sim.clear_faults();
        w.sim.inject(Fault::new(Match::path("/v1/oauth/token"), kind));
        let page = browser.connect(w, "test", "settings", "acct_1One").await;
        bound_nothing(w, &page, "Stripe could not be reached", &[]).await;
    }
    w.sim.clear_faults();
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    assert_eq!(status(w).await, "connected");
}

/// Codes, tokens, states and secrets are in no log, no page, no mail, and not as such in the database.
async fn secrets_are_nowhere(w: &World) {
    let recorded = Recorded::start();
    let mut browser = Browser::of_owner(w).await;
    let mut said = String::new();
    let state = browser.start(w, "test", "settings").await;
    let code = w.sim.install_app(false, &account("acct_1One"));
    said += &browser.back(w, &code, &state, "acct_1One").await.text;
    said += &browser.back(w, &code, &state, "acct_1One").await.text;
    w.advance(60 * MINUTE);
    w.sim.add_price(&account("acct_1One"), false, Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"));
    w.code(json!({ "code": "SUMMER20", "percent_off": 20 })).await;
    said += &w.checkout(json!({ "discount_code": "SUMMER20" })).await.expect(201).text;
    w.sim.revoke_refresh_token(false, &account("acct_1One"));
    w.advance(60 * MINUTE);
    said += &w.checkout(json!({ "discount_code": "SUMMER20" })).await.refused(409, "needs_reauth", "").text;
    for path in ["/settings", "/apps", "/settings/webhooks", "/stripe/confirm", "/install"] {
        said += &browser.get(w, path).await.text;
    }
    said += &w.get(CONNECTION).await.text;
    said += &String::from_utf8_lossy(&recorded.lines());
    for mail in std::fs::read_dir(w.mail.path()).unwrap() {
        said += &std::fs::read_to_string(mail.unwrap().path()).unwrap();
    }
    let kept = String::from_utf8_lossy(&w.database.dump().await).into_owned();
    let secrets = w.sim.secrets();
    assert!(secrets.len() > 6, "there is something to look for");
    for secret in secrets.iter().map(String::as_str).chain([state.as_str()]) {
        assert!(!said.contains(secret), "a secret was said: {}…", &secret[..6.min(secret.len())]);
        assert!(!kept.contains(secret), "a secret was kept in the open: {}…", &secret[..6.min(secret.len())]);
    }
}

/// A way back in another tab takes the ticket's place: the word that was said about one account binds no other.
async fn a_word_is_about_what_was_seen(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    let own = w.sim.install_app(false, &account("acct_1Own"));
    for seen in ["?stripe_user_id=acct_1Own&", "?"] {
        browser.get(w, &format!("/stripe/callback{seen}code={own}")).await.expect(303);
        let page = browser.get(w, "/stripe/confirm").await.expect(200);
        let about = if seen == "?" { "unnamed" } else { "acct_1Own" };
        assert!(page.text.contains(&format!("name=\"about\" value=\"{about}\"")), "{}", page.text);
        let theirs = w.sim.install_app(false, &account("acct_1Mallory"));
        browser.get(w, &format!("/stripe/callback?code={theirs}&stripe_user_id=acct_1Mallory")).await.expect(303);
        let answer = browser.post(w, "/stripe/confirm", &[("do", "confirm"), ("about", about)]).await.expect(303);
        assert_eq!(answer.header("location"), Some("/stripe/confirm"));
        assert_eq!((status(w).await.as_str(), w.sim.token_requests().len()), ("disconnected", 0));
    }
    // The page says now what waits; that can be confirmed.
    browser.confirm(w).await.expect(303);
    assert_eq!(w.get(CONNECTION).await.json["account"], "acct_1Mallory");
}

/// Each way back without state leaves a row: nobody may leave as many as they like.
async fn ways_back_without_state_are_counted(w: &World) {
    for n in 0..120 {
        Browser::default().get(w, &format!("/stripe/callback?code=ac_{n}")).await.expect(303);
    }
    Browser::default().get(w, "/stripe/callback?code=ac_more").await.expect(429);
    assert_eq!(w.database.number("SELECT count(*) FROM waiting_installs").await, 120);
}

/// Within the minute in which clocks may differ: Stripe itself is asked.
async fn an_uninstall_right_after(w: &World) {
    let mut browser = Browser::of_owner(w).await;
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.sim.uninstall_app(false, &account("acct_1One"));
    until(async || {
        let status = status(w).await;
        (status == "disconnected", status)
    })
    .await;
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE kind = 'needs_reauth'").await, 0);
    // Installed again at once, and the word about the first install comes last.
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.sim.hold_deliveries(true);
    w.sim.uninstall_app(false, &account("acct_1One"));
    browser.connect(w, "test", "settings", "acct_1One").await.expect(303);
    w.sim.hold_deliveries(false);
    let done = "SELECT count(*) FROM webhook_events WHERE kind = 'account.application.deauthorized' AND state = 'done'";
    until(async || {
        let settled = w.database.number(done).await;
        (settled == 2, settled)
    })
    .await;
    assert_eq!(status(w).await, "connected");
}

/// A session sees both modes: an install in one does not open what the other one reaches.
async fn an_install_alone_opens_no_other_account(w: &World) {
    let mut owner = Browser::of_owner(w).await;
    owner.connect(w, "test", "settings", "acct_1Agency").await.expect(303);
    owner.connect(w, "live", "settings", "acct_1Shop").await.expect(303);
    let mut agency = Browser::default();
    let page = agency.connect(w, "test", "install", "acct_1Agency").await.expect(403);
    assert!(
        page.text.contains("Sign in to open this workspace") && cookie(&page, "cm_session").is_none(),
        "{}",
        page.text
    );
    assert_eq!(status(w).await, "connected", "its pair was rolled, and it lives by the new one");
    w.sim.add_price(&account("acct_1Agency"), false, Price::one_time("price_1ABC", "usd", 2900, "TaskPomo Pro"));
    w.checkout(json!({})).await.expect(201);
    // One account in both modes shows that it may.
    owner.connect(w, "live", "settings", "acct_1Agency").await.expect(303);
    owner.post(w, "/stripe/confirm", &[("do", "confirm"), ("about", "acct_1Agency")]).await.expect(303);
    let mut agency = Browser::default();
    agency.connect(w, "test", "install", "acct_1Agency").await.expect(303);
    assert!(agency.get(w, "/settings").await.text.contains("acct_1Agency"));
}
