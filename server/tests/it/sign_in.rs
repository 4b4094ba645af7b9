//! Signing in by the link in a mail.

use crate::harness::{World, on_both_engines, until};
use std::fs;

on_both_engines!(with working; by_the_mailed_link);

mod at_rest {
    use super::*;
    on_both_engines!(links_that_lead_nowhere, signing_out);
}

mod over_https {
    use super::*;
    on_both_engines!(with https; the_cookie_is_bound_to_the_host);

    async fn the_cookie_is_bound_to_the_host(w: &World) {
        let link = w.services.make_sign_in_link("owner@example.com").await.unwrap();
        let token =
            link.strip_prefix("https://codemint.example/sign-in/").expect("the link is under the public address");
        let post = |origin: &str| w.ask("POST", "/sign-in").header("origin", origin).form(&[("token", token)]).send();
        assert_eq!(post(&w.url).await.code(), "origin_refused", "how browsers see the server decides");
        let answer = post("https://codemint.example").await.expect(303);
        let cookie = answer.header("set-cookie").unwrap();
        assert!(
            cookie.starts_with("__Host-cm_session=") && cookie.contains("; Secure") && cookie.contains("; Path=/"),
            "{cookie}"
        );
        assert!(!cookie.contains("Domain"), "{cookie}");
        assert!(answer.header("strict-transport-security").is_some());
    }
}

/// The links in all mails that have come.
fn links(w: &World) -> Vec<String> {
    let mut links = Vec::new();
    for file in fs::read_dir(w.mail.path()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "eml") {
            continue;
        }
        let bytes = fs::read(path).unwrap();
        let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("new@example.com"));
        let text = mail.body_text(0).unwrap().into_owned();
        let found: Vec<_> = text.split_whitespace().filter(|word| word.starts_with("http")).collect();
        assert_eq!(found.len(), 1, "the mail holds one link: {text}");
        assert!(mail.body_html(0).is_none_or(|html| html.contains(found[0])));
        links.push(found[0].to_owned());
    }
    links
}

async fn by_the_mailed_link(w: &World) {
    let form = [("email", "New@Example.com ")];
    let asked =
        w.browser("POST", "/api/request-sign-in").form(&[("email", "new@example.com")]).send().await.expect(200);
    assert!(asked.json["Ok"].is_object(), "{}", asked.text);
    let link = until(async || {
        let links = links(w);
        (!links.is_empty(), links)
    });
    let link = link.await.remove(0);
    let path = link.strip_prefix(&w.url).expect("the link is under the public address").to_owned();
    let token = path.strip_prefix("/sign-in/").unwrap();

    // Mail scanners open links: that uses nothing up.
    for _ in 0..3 {
        let page = w.ask("GET", &path).send().await.expect(200);
        assert!(page.header("set-cookie").is_none());
        assert_eq!(page.text.matches("<form").count(), 1);
        assert!(page.text.contains(token) && page.text.contains("action=\"/sign-in\""));
        assert_eq!(page.header("referrer-policy"), Some("same-origin"));
    }
    let used = w.browser("POST", "/sign-in").form(&[("token", token)]).send().await.expect(303);
    assert_eq!(used.header("location"), Some("/apps"));
    let cookie = used.header("set-cookie").unwrap().to_owned();
    let flags: Vec<_> = cookie.split("; ").skip(1).collect();
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7776000"] {
        assert!(flags.contains(&flag), "{cookie}");
    }
    assert!(cookie.starts_with("cm_session=") && !flags.contains(&"Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let apps = w.ask("GET", "/apps").header("cookie", cookie).send().await.expect(200);
    assert!(!apps.text.contains("taskpomo"), "a new address has a workspace of its own");

    let again = w.browser("POST", "/sign-in").form(&[("token", token)]).send().await.expect(303);
    assert_eq!((again.header("location"), again.header("set-cookie")), (Some("/?problem=expired"), None));
    assert_eq!(w.database.number("SELECT count(*) FROM workspaces").await, 2);

    // The same person, written otherwise: the same workspace.
    w.browser("POST", "/api/request-sign-in").form(&form).send().await.expect(200);
    assert_eq!(w.database.number("SELECT count(*) FROM workspaces").await, 2);
}

async fn links_that_lead_nowhere(w: &World) {
    let link = w.services.make_sign_in_link("owner@example.com").await.unwrap();
    let token = link.rsplit('/').next().unwrap().to_owned();
    let long = "x".repeat(5000);
    for bad in ["", "hello", "é", &token[1..], &long, &token.to_ascii_uppercase()] {
        let refused = w.browser("POST", "/sign-in").form(&[("token", bad)]).send().await.expect(303);
        assert_eq!(
            (refused.header("location"), refused.header("set-cookie")),
            (Some("/?problem=expired"), None),
            "{bad}"
        );
    }
    w.browser("POST", "/sign-in").form(&[("other", "x")]).send().await.expect(303);
    w.advance(15 * 60_000);
    let late = w.browser("POST", "/sign-in").form(&[("token", &token)]).send().await.expect(303);
    assert_eq!((late.header("location"), late.header("set-cookie")), (Some("/?problem=expired"), None));
    // Two at once: one gets in.
    let link = w.services.make_sign_in_link("owner@example.com").await.unwrap();
    let token = link.rsplit('/').next().unwrap().to_owned();
    let posts = (0..10).map(|_| w.browser("POST", "/sign-in").form(&[("token", &token)]).send());
    let answers = crate::harness::all(posts).await;
    assert_eq!(answers.iter().filter(|answer| answer.header("set-cookie").is_some()).count(), 1);
}

async fn signing_out(w: &World) {
    let (one, other) = (w.sign_in().await, w.sign_in().await);
    let out = w.browser("POST", "/sign-out").header("cookie", &one).send().await.expect(303);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(w.ask("GET", "/apps").header("cookie", &one).send().await.status, 303);
    assert_eq!(w.ask("GET", "/apps").header("cookie", &other).send().await.status, 200);
    w.advance(15 * 24 * 3_600_000);
    assert_eq!(w.ask("GET", "/apps").header("cookie", &other).send().await.status, 303, "two weeks without use");
}
