//! Pages and their calls: only from our own origin, each with a policy of its own, as little as possible without a session.

use crate::harness::{ALL, Answer, CODES, NEW_YEAR, World, on_both_engines};
use app::backend::Backend;
use app::domain::mode::Mode;
use leptos::server_fn::axum::server_fn_paths;
use serde_json::json;
use std::collections::HashSet;
use std::time::Duration;
use stripe_sim::{Fault, FaultKind, Match};

on_both_engines!(
    only_our_own_pages_write,
    a_policy_for_each_page,
    private_pages,
    forms_that_are_not_whole,
    two_names_for_one_machine,
    plain_forms_lead_on_or_come_back,
    plain_forms_show_a_key_once,
    plain_forms_of_nobody_and_of_others,
    a_page_with_a_token_runs_nothing,
    a_page_hardly_waits_for_stripe,
);

/// Every server function.
const CALLS: [&str; 54] = [
    "code-edit",
    "edit-code",
    "campaigns",
    "create-campaign",
    "campaign-edit",
    "edit-campaign",
    "campaign",
    "set-campaign-active",
    "archive-campaign",
    "restore-campaign",
    "mint-campaign-again",
    "rewards",
    "reward",
    "retry-rewards",
    "made-by-hand",
    "replace-reward",
    "send-reward-mail",
    "campaign-mail",
    "save-campaign-mail",
    "send-test-mail",
    "unsubscribe-offer",
    "unsubscribe",
    "import-rewards",
    "person",
    "erase-person",
    "add-address",
    "create-app",
    "codes",
    "code-taken",
    "create-code",
    "code",
    "set-code-active",
    "archive-code",
    "restore-code",
    "mint-again",
    "test-checkout",
    "connection",
    "connect-restricted-key",
    "disconnect",
    "request-sign-in",
    "frame",
    "api-keys",
    "create-api-key",
    "revoke-api-key",
    "webhook",
    "make-webhook",
    "set-webhook-secret",
    "remove-webhook",
    "deliveries",
    "redemptions",
    "usage",
    "end-checkout",
    "activity",
    "check-ledger",
];

async fn only_our_own_pages_write(w: &World) {
    let mut there: Vec<_> = server_fn_paths().map(|(path, _)| path.trim_start_matches("/api/").to_owned()).collect();
    let mut listed = CALLS.map(str::to_owned);
    there.sort();
    listed.sort();
    assert_eq!(there, listed, "every server function is tried");
    let cookie = w.sign_in().await;
    let (own, port) = (w.url.as_str(), w.url.rsplit(':').next().unwrap());
    let localhost = format!("http://localhost:{port}");
    let foreign: [&[(&str, &str)]; 8] = [
        &[],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("origin", &localhost)],
        &[("origin", own), ("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("referer", own)],
    ];
    let pages = [
        "/",
        "/apps",
        "/activity",
        "/people",
        "/people/export",
        "/apps/taskpomo/campaigns/cmp_1/import",
        "/settings",
        "/apps/taskpomo/discounts/new",
        "/apps/taskpomo/discounts/dc_1/edit",
        "/sign-in",
        "/sign-out",
    ]
    .map(str::to_owned);
    let calls = CALLS.iter().map(|name| format!("/api/{name}")).chain(pages);
    for path in calls {
        for headers in foreign {
            let mut ask = w.ask("POST", &path).header("cookie", &cookie);
            for (name, value) in headers {
                ask = ask.header(name, value);
            }
            let what = if path == "/" { "send-link" } else { "create-app" };
            let form = [
                ("mode", "test"),
                ("do", what),
                ("email", "victim@example.com"),
                ("name", "Evil"),
                ("id", "evil"),
                ("token", "x"),
            ];
            let refused = ask.form(&form).send().await;
            assert_eq!(
                (refused.status, refused.code()),
                (403, "origin_refused"),
                "{path} {headers:?}: {}",
                refused.text
            );
            assert!(refused.header("set-cookie").is_none());
        }
    }
    assert_eq!(w.database.number("SELECT count(*) FROM outbox").await, 0, "a mail was queued");
    assert_eq!(w.database.number("SELECT count(*) FROM apps").await, 1, "an app was made");
    assert_eq!(w.database.number("SELECT count(*) FROM sessions").await, 1, "somebody was signed in or out");
    // The same from a page of ours is taken.
    let form = [("mode", "test"), ("name", "Another"), ("id", "another")];
    let made = w.browser("POST", "/api/create-app").header("cookie", &cookie).form(&form).send().await;
    assert_eq!((made.status, w.database.number("SELECT count(*) FROM apps").await), (200, 2), "{}", made.text);
}

async fn a_policy_for_each_page(w: &World) {
    let mut nonces = HashSet::new();
    for path in ["/", "/", "/no-such-page", "/sign-in/hello"] {
        let page = w.ask("GET", path).send().await;
        let policy = page.header("content-security-policy").unwrap();
        let nonce = policy.split("script-src 'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(
            nonce.len() >= 16 && !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        for tag in page.text.split("<script").skip(1) {
            let tag = tag.split('>').next().unwrap();
            assert!(tag.contains(&nonce), "{path}: a script without the page's nonce: {tag}");
        }
        assert!(nonces.insert(nonce), "a nonce came twice");
    }
    let missing = w.ask("GET", "/no-such-page").send().await;
    assert_eq!((missing.status, missing.header("content-type").unwrap().starts_with("text/html")), (404, true));
    assert_eq!(w.browser("POST", "/apps").send().await.status, 405);
}

async fn private_pages(w: &World) {
    let cookie = w.sign_in().await;
    for path in
        ["/apps", "/apps/taskpomo/discounts", "/apps/taskpomo/discounts/new", "/activity", "/people", "/settings"]
    {
        for forged in ["", "cm_session=hello", "cm_session="] {
            let turned_away = w.ask("GET", path).header("cookie", forged).send().await;
            assert_eq!((turned_away.status, turned_away.header("location")), (303, Some("/")), "{path} {forged}");
        }
        let page = w.ask("GET", path).header("cookie", &cookie).send().await;
        assert_eq!(page.status, 200, "{path}");
    }
    // A call without a session is told so and learns nothing.
    for name in CALLS {
        // What a mail leads to asks for no session.
        if ["request-sign-in", "unsubscribe-offer", "unsubscribe"].contains(&name) {
            continue;
        }
        let form = [
            ("mode", "test"),
            ("app_id", "taskpomo"),
            ("id", "dc_1"),
            ("text", "A"),
            ("active", "true"),
            ("name", "A"),
            ("rights", "full"),
            ("query[q]", "A"),
            ("form[code]", "A"),
            ("restricted_key", "rk_test_1"),
            ("webhook_secret", "whsec_1"),
            ("price_id", "price_1ABC"),
            ("zone", "UTC"),
            ("email", "evil@example.com"),
            ("campaign", "cmp_1"),
            ("csv", "email"),
            ("send_email", "true"),
            ("settings[subject]", "A"),
            ("code_id", "dc_1"),
            ("redemption", "rd_1"),
            ("query[state]", "held"),
            ("query[topic]", "codes"),
        ];
        let answer = w.browser("POST", &format!("/api/{name}")).form(&form).send().await;
        assert!(answer.text.contains("sign_in_required"), "{name}: {} {}", answer.status, answer.text);
        assert!(
            !answer.text.contains("owner@example.com") && !answer.text.contains("cm_test_"),
            "{name}: {}",
            answer.text
        );
    }
    assert_eq!(w.database.number("SELECT count(*) FROM apps").await, 1);
}

async fn two_names_for_one_machine(w: &World) {
    let port = w.url.rsplit(':').next().unwrap();
    let get = async |host: String, path: &str| w.ask("GET", path).header("host", &host).send().await;
    for path in ["/", "/apps?mode=live", "//evil.example/"] {
        let moved = get(format!("localhost:{port}"), path).await.expect(307);
        assert_eq!(moved.header("location"), Some(&*format!("{}{path}", w.url)));
    }
    for host in [format!("127.0.0.1:{port}"), "codemint.example".to_owned(), "localhost.evil.example".to_owned()] {
        get(host, "/").await.expect(200);
    }
}

async fn forms_that_are_not_whole(w: &World) {
    let cookie = w.sign_in().await;
    for name in CALLS {
        for form in [&[][..], &[("mode", "sideways"), ("active", "perhaps"), ("form", "1"), ("query", "1")]] {
            let answer = w.browser("POST", &format!("/api/{name}")).header("cookie", &cookie).form(form).send().await;
            assert!(answer.status < 500, "{name} {form:?}: {} {}", answer.status, answer.text);
        }
    }
    assert_eq!(w.database.number("SELECT count(*) FROM apps").await, 1);
}

/// A form as a browser posts it without scripts.
async fn plain(w: &World, cookie: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let answer =
        w.browser("POST", path).header("cookie", cookie).header("accept", "text/html").form(fields).send().await;
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    if answer.status != 303 {
        assert!(!answer.text.contains("<script type=\"module\""), "{path}: an answer to a form is plain HTML");
    }
    answer
}

async fn plain_forms_lead_on_or_come_back(w: &World) {
    let cookie = w.sign_in().await;
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let (code, new) = (format!("/apps/taskpomo/discounts/{id}"), "/apps/taskpomo/discounts/new");
    let good =
        [("do", "create-code"), ("kind", "percent"), ("duration", "once"), ("percent_off", "5"), ("zone", "UTC")];
    let with = |more: &[(&'static str, &'static str)]| [&good[..], more].concat();

    // What is done leads on: 303, so that loading again sends nothing again.
    for (path, fields, to) in [
        ("/apps", vec![("do", "create-app"), ("name", "Second"), ("id", "")], "/apps/second/discounts"),
        ("/apps?mode=live", vec![("do", "create-app"), ("name", "Third")], "/apps/third/discounts?mode=live"),
        (&*code, vec![("do", "set-active"), ("active", "false")], &*code),
        (&*code, vec![("do", "archive")], &*code),
        (&*code, vec![("do", "restore")], &*code),
        ("/settings", vec![("do", "connect"), ("restricted_key", &*w.stripe_key)], "/settings"),
        ("/settings?mode=live", vec![("do", "disconnect")], "/settings?mode=live"),
        ("/settings?ask=disconnect", vec![("do", "disconnect")], "/settings"),
    ] {
        let done = plain(w, &cookie, path, &fields).await.expect(303);
        assert_eq!((done.header("location"), done.text.as_str()), (Some(to), ""), "{path} {fields:?}");
    }
    let limits = [("max_redemptions_per_user", "2"), ("minimum_amount", "50"), ("minimum_amount_currency", "usd")];
    let made = plain(w, &cookie, new, &with(&[&[("code", "plain")][..], &limits].concat())).await.expect(303);
    let made = made.header("location").unwrap();
    let made = w.read(made.strip_prefix("/apps/taskpomo/discounts/").unwrap()).await;
    assert_eq!((&made["max_redemptions_per_user"], &made["minimum_amount_cents"]), (&json!(2), &json!(5000)));
    // A code that is there: to its page, changed.
    let edit = format!("{code}/edit");
    let form = [
        ("do", "edit-code"),
        ("code", "SPRING"),
        ("kind", "percent"),
        ("percent_off", "10"),
        ("duration", "once"),
        ("zone", "Europe/Berlin"),
    ];
    let changed = [&form[..], &limits, &[("starts_at", "2027-01-01T01:00")]].concat();
    let done = plain(w, &cookie, &edit, &changed).await.expect(303);
    assert_eq!(done.header("location"), Some(&*code));
    let told = w.read(&id).await;
    assert_eq!((&told["max_redemptions_per_user"], &told["starts_at"]), (&json!(2), &json!(NEW_YEAR)));
    let page = w.ask("GET", &edit).header("cookie", &cookie).send().await.expect(200);
    assert!(page.text.contains("Edit SPRING") && page.text.contains("value=\"50.00\""), "{}", page.text);

    // What is refused comes back with what was typed, escaped, and the error; its status is that of the refusal.
    let nasty = "<script>alert(1)</script>\"'&";
    let cases = [
        ("/", vec![("do", "send-link"), ("email", nasty)], 400, "This is not an e-mail address"),
        ("/apps", vec![("do", "create-app"), ("name", "A"), ("id", nasty)], 400, "app-id-error"),
        ("/apps", vec![("do", "create-app"), ("name", nasty), ("id", "taskpomo")], 409, "already"),
        (new, with(&[("code", nasty)]), 400, "The code may have"),
        (new, with(&[("code", "SPRING"), ("max_redemptions", nasty)]), 400, "whole number"),
        (new, with(&[("code", "SPRING")]), 409, "SPRING already"),
        (new, with(&[("code", "FINE"), ("max_redemptions_per_user", nasty)]), 400, "whole number"),
        (
            new,
            with(&[("code", "FINE"), ("minimum_amount", nasty), ("minimum_amount_currency", "")]),
            400,
            "Choose the currency",
        ),
        (
            &*edit,
            [&form[..], &[("max_redemptions_per_user", nasty), ("minimum_amount", "7")]].concat(),
            400,
            "whole number",
        ),
        (
            &*edit,
            [&form[..], &[("minimum_amount", nasty), ("minimum_amount_currency", "eur")]].concat(),
            400,
            "Type an amount in EUR",
        ),
        ("/settings", vec![("do", "create-key"), ("name", ""), ("rights", "checkout")], 400, "Type a name"),
    ];
    for (path, fields, status, said) in cases {
        let back = plain(w, &cookie, path, &fields).await.expect(status);
        assert!(back.header("content-type").unwrap().starts_with("text/html"), "{path}");
        assert!(back.text.contains(said) && !back.text.contains("<script>alert"), "{path} {fields:?}: {}", back.text);
        for (name, value) in fields.iter().filter(|(name, _)| {
            !matches!(*name, "do" | "zone" | "kind" | "duration" | "rights" | "minimum_amount_currency")
        }) {
            let escaped = value.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
            let kept = format!("value=\"{escaped}\"");
            assert!(value.is_empty() || back.text.contains(&kept), "{path}: {name} lost {value}: {}", back.text);
        }
    }

    // A secret does not come back, whatever else does.
    for (key, said) in [("sk_test_51Abcdefghijklmnop", "full secret key"), ("rk_test_51Unknown", "does not accept")] {
        let back = plain(w, &cookie, "/settings", &[("do", "connect"), ("restricted_key", key)]).await.expect(400);
        assert!(back.text.contains(said) && !back.text.contains(key), "{}", back.text);
    }
    // Nor where no secret belongs.
    let key = "sk_live_51Abcdefghijklmnop";
    let (code, name) = (with(&[("code", key)]), vec![("do", "create-key"), ("name", key), ("rights", "checkout")]);
    for (path, fields) in [(new, code), ("/settings", name), ("/apps", vec![("do", "create-app"), ("name", key)])] {
        let back = plain(w, &cookie, path, &fields).await.expect(400);
        assert!(back.text.contains("begins like a key") && !back.text.contains(key), "{path}: {}", back.text);
    }
    assert_eq!(w.database.number("SELECT count(*) FROM discount_codes").await, 2);
    assert_eq!(w.database.number("SELECT count(*) FROM apps").await, 3);
    assert_eq!(w.database.number("SELECT count(*) FROM api_keys WHERE name LIKE '%sk_live%'").await, 0);
}

async fn plain_forms_show_a_key_once(w: &World) {
    let cookie = w.sign_in().await;
    let fields = [("do", "create-key"), ("name", "Backend"), ("app_id", "taskpomo"), ("rights", "full")];
    let made = plain(w, &cookie, "/settings", &fields).await.expect(200);
    let keys = made.text.match_indices("cm_test_").map(|(at, _)| {
        let word = made.text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_');
        word.collect::<String>()
    });
    // Hints of keys are short.
    let key = keys.max_by_key(String::len).expect("the key is on the page");
    assert_eq!(made.text.matches(&key).count(), 1, "once: not in the data for the browser's part, either");
    assert_eq!(made.header("location"), None);
    w.ask("GET", CODES).key(&key).send().await.expect(200);
    let later = w.ask("GET", "/settings").header("cookie", &cookie).send().await.expect(200);
    assert!(later.text.contains("Backend") && !later.text.contains(&key));
}

async fn plain_forms_of_nobody_and_of_others(w: &World) {
    let cookie = w.sign_in().await;
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let code = format!("/apps/taskpomo/discounts/{id}");
    let before = w.read(&id).await;
    // Nobody is signed in any more: told so, with the way back to what was typed. A form that a page does not have: 405.
    let edit = format!("{code}/edit");
    for (path, form) in
        [("/apps", "create-app"), (&*code, "archive"), (&*edit, "edit-code"), ("/settings", "disconnect")]
    {
        let out = plain(w, "", path, &[("do", form), ("name", "A")]).await.expect(401);
        assert!(out.text.contains("what you typed is still there") && out.text.contains("Send me a link"), "{path}");
        for wrong in ["", "drop", "send-link", "sign-in"] {
            plain(w, &cookie, path, &[("do", wrong)]).await.refused(405, "method_not_allowed", "");
        }
        plain(w, &cookie, path, &[]).await.refused(405, "method_not_allowed", "");
    }
    // Somebody else, and the other mode: nothing of it is there.
    let link = w.services.make_sign_in_link("stranger@example.com").await.unwrap();
    let token = link.rsplit('/').next().unwrap();
    let signed_in = w.browser("POST", "/sign-in").form(&[("token", token)]).send().await.expect(303);
    let stranger = signed_in.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let live = format!("{code}?mode=live");
    for (cookie, path) in [(&stranger, &code), (&cookie, &live)] {
        for form in ["set-active", "archive", "restore", "mint-again", "test-checkout"] {
            let fields = [("do", form), ("active", "false"), ("price_id", "price_1ABC")];
            // A test checkout is made in test mode whatever the address says.
            if form == "test-checkout" && path == &live {
                continue;
            }
            let refused = plain(w, cookie, path, &fields).await.expect(404);
            assert!(!refused.text.contains("SPRING"), "{form}: {}", refused.text);
        }
        let path = path.replace(&code, &edit);
        let fields = [("do", "edit-code"), ("kind", "percent"), ("percent_off", "90"), ("max_redemptions", "1")];
        let refused = plain(w, cookie, &path, &fields).await.expect(404);
        assert!(!refused.text.contains("SPRING"), "{}", refused.text);
    }
    assert_eq!(w.read(&id).await, before);
}

async fn a_page_with_a_token_runs_nothing(w: &World) {
    let cookie = w.sign_in().await;
    let link = w.services.make_sign_in_link("stranger@example.com").await.unwrap();
    let path = link.strip_prefix(&w.url).unwrap();
    let page = w.ask("GET", path).header("cookie", &cookie).send().await.expect(200);
    assert!(!page.text.contains(".wasm") && !page.text.contains("<script type=\"module\""), "{}", page.text);
    assert!(page.text.contains("s…@example.com") && !page.text.contains("stranger@"), "{}", page.text);
    assert!(page.text.contains("owner@example.com") && page.text.contains("signed in now"), "{}", page.text);
    // Nobody is signed in, or the same person: no warning.
    let alone = w.ask("GET", path).send().await.expect(200);
    assert!(alone.text.contains("s…@example.com") && !alone.text.contains("signed in now"));
    let own = w.services.make_sign_in_link("owner@example.com").await.unwrap();
    let same = w.ask("GET", own.strip_prefix(&w.url).unwrap()).header("cookie", &cookie).send().await.expect(200);
    assert!(same.text.contains("o…@example.com") && !same.text.contains("signed in now"));
    // Used up: there is nothing to press any more.
    let token = path.rsplit('/').next().unwrap();
    w.browser("POST", "/sign-in").form(&[("token", token)]).send().await.expect(303);
    let used = w.ask("GET", path).send().await.expect(200);
    assert!(used.text.contains("leads nowhere") && !used.text.contains("<form"), "{}", used.text);
}

async fn a_page_hardly_waits_for_stripe(w: &World) {
    let id = w.code(json!({ "code": "SPRING", "percent_off": 10 })).await;
    let page = async || Backend::code(&w.services, &w.owner(), Mode::Test, "taskpomo", &id).await.unwrap();
    // Stripe does not answer: the page comes all the same, and a price can be typed instead of chosen.
    w.sim.inject(Fault::new(Match::new("GET", "/v1/prices"), FaultKind::Hold));
    let shown = tokio::time::timeout(Duration::from_secs(10), page()).await.expect("the page waits for Stripe");
    assert_eq!((shown.view.code.code.as_str(), shown.prices.len()), ("SPRING", 0));
    w.sim.clear_faults();
    w.sim.clear_requests();
    // A page that is open looks again and again: Stripe is asked once a minute.
    let prices = page().await.prices;
    assert!(!prices.is_empty());
    for _ in 0..5 {
        assert_eq!(page().await.prices, prices);
    }
    assert_eq!(w.sim.counts().requests, 1);
    w.advance(60_000);
    page().await;
    assert_eq!(w.sim.counts().requests, 2);
    // Another key may see other prices.
    w.connect(&ALL).await;
    w.sim.clear_requests();
    page().await;
    assert_eq!(w.sim.counts().requests, 1);
}
