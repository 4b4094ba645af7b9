//! What open pages are told: every change of their own connection, whoever made it, and nothing else.

use crate::harness::{ALL, Ask, CONNECTION, FOUR, World, on_both_engines};
use app::backend::Backend;
use app::domain::mode::Mode;
use app::wire::live;
use reqwest::Response;
use std::time::{Duration, Instant};

on_both_engines!(
    changes_here_are_told_at_once,
    changes_by_another_process_are_told,
    nothing_of_others_is_told,
    only_for_whoever_is_signed_in,
    pages_are_counted,
    it_ends_with_the_server,
);

/// A page that stands open.
pub struct Page {
    response: Response,
    rest: String,
}

impl Page {
    async fn open(w: &World, cookie: &str, mode: &str) -> Self {
        Self::listen(w.ask("GET", &format!("/live?mode={mode}")).header("cookie", cookie)).await
    }

    pub async fn listen(ask: Ask) -> Self {
        let response = ask.stream().await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self { response, rest: String::new() }
    }

    /// The data of the next event; none: the stream has ended.
    async fn told(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.rest.split_once("\n\n") {
                let event = event.to_owned();
                self.rest = rest.to_owned();
                if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data: ")) {
                    assert!(event.lines().any(|line| line == "event: connection"), "{event}");
                    return Some(data.to_owned());
                }
                continue;
            }
            let chunk = self.response.chunk().await.unwrap()?;
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    pub async fn hears(&mut self) -> String {
        tokio::time::timeout(Duration::from_secs(20), self.told()).await.expect("nothing is told").unwrap()
    }
}

/// What a page is told that shows how things stand now.
async fn now(w: &World, mode: Mode) -> String {
    let frame = Backend::frame(&w.services, &w.owner(), mode).await.unwrap();
    live::mark(&frame.connection, frame.trouble.as_deref())
}

async fn changes_here_are_told_at_once(w: &World) {
    let cookie = w.sign_in().await;
    let (mut one, mut two) = (Page::open(w, &cookie, "test").await, Page::open(w, &cookie, "test").await);
    let first = one.hears().await;
    assert_eq!(live::mark_in(&first), now(w, Mode::Test).await, "the page knows its own mark again");
    assert_eq!(two.hears().await, first);

    let mut seen = vec![first];
    for change in ["disconnect", "connect", "replace", "less"] {
        match change {
            "disconnect" => {
                w.delete(CONNECTION).await.expect(200);
            }
            "connect" => drop(w.connect(&ALL).await),
            "replace" => drop(w.connect(&ALL).await),
            _ => drop(w.connect(&FOUR).await),
        }
        let done = Instant::now();
        let told = one.hears().await;
        // The poll alone would take half a second on the average; a machine with much to do is given time.
        assert!(done.elapsed() < Duration::from_millis(400), "{change}: {:?}", done.elapsed());
        assert_eq!(two.hears().await, told, "{change}");
        assert_eq!(live::mark_in(&told), now(w, Mode::Test).await, "{change}");
        assert!(!seen.contains(&told), "{change}");
        seen.push(told);
    }
    // Stripe refuses the key: seen by a call of somebody's, told to the page.
    w.sim.revoke_key(&w.connect(&ALL).await);
    let connected = one.hears().await;
    w.code(serde_json::json!({ "code": "PARKED", "percent_off": 10 })).await;
    w.checkout(serde_json::json!({ "discount_code": "PARKED" })).await.refused(409, "needs_reauth", "");
    let parked = one.hears().await;
    assert_ne!(live::mark_in(&parked), live::mark_in(&connected));
    assert_eq!(live::mark_in(&parked), now(w, Mode::Test).await);
    // And one that comes back after all this learns how things stand.
    assert_eq!(Page::open(w, &cookie, "test").await.hears().await, parked);
}

async fn changes_by_another_process_are_told(w: &World) {
    let cookie = w.sign_in().await;
    let mut page = Page::open(w, &cookie, "test").await;
    let first = page.hears().await;
    // Its clock is behind ours.
    let sql = "UPDATE connections SET status = 'disconnected', secret = NULL, trouble = 'Uninstalled.', updated_at = 1794999990000 RETURNING CAST(1 AS BIGINT)";
    assert_eq!(w.database.number(sql).await, 1);
    let done = Instant::now();
    let told = page.hears().await;
    assert!(done.elapsed() < Duration::from_secs(3), "{:?}", done.elapsed());
    assert_ne!(told, first);
    assert_eq!(live::mark_in(&told), now(w, Mode::Test).await);
}

async fn nothing_of_others_is_told(w: &World) {
    let cookie = w.sign_in().await;
    let other = w.services.create_workspace("other@example.com", "other", Mode::Test).await.unwrap();
    let mut page = Page::open(w, &cookie, "test").await;
    let mut live_mode = Page::open(w, &cookie, "live").await;
    page.hears().await;
    let in_live = live_mode.hears().await;
    assert_eq!(live::mark_in(&in_live), now(w, Mode::Live).await);

    let key = w.sim.issue_restricted_key(&stripe_sim::AccountId::default(), false, &ALL);
    let body = serde_json::json!({ "restricted_key": key });
    w.ask("POST", CONNECTION).key(&other.api_key).json(&body).send().await.expect(200);
    w.ask("DELETE", CONNECTION).key(&other.api_key).send().await.expect(200);
    // The next thing that is told is our own change, and in live mode nothing at all.
    w.delete(CONNECTION).await.expect(200);
    assert_eq!(live::mark_in(&page.hears().await), now(w, Mode::Test).await);
    w.close().await;
    assert_eq!((page.told().await, live_mode.told().await), (None, None));
}

async fn only_for_whoever_is_signed_in(w: &World) {
    for cookie in ["", "cm_session=", "cm_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let refused = w.ask("GET", "/live?mode=test").header("cookie", cookie).send().await;
        refused.refused(401, "sign_in_required", "");
    }
    w.ask("GET", "/live").key(&w.key).send().await.refused(401, "sign_in_required", "");
    w.browser("POST", "/live").send().await.refused(405, "method_not_allowed", "");
}

async fn pages_are_counted(w: &World) {
    let cookie = w.sign_in().await;
    let mut pages = Vec::new();
    for n in 0..50 {
        let mut page = Page::open(w, &cookie, if n % 2 == 0 { "test" } else { "live" }).await;
        page.hears().await;
        pages.push(page);
    }
    for mode in ["test", "live"] {
        let refused = w.ask("GET", &format!("/live?mode={mode}")).header("cookie", &cookie).send().await;
        refused.refused(429, "rate_limited", "");
    }
    // Whoever leaves makes room.
    drop(pages.pop());
    crate::harness::until(async || {
        let answer = w.ask("GET", "/live").header("cookie", &cookie).stream().await;
        (answer.status() == 200, answer.status())
    })
    .await;
}

async fn it_ends_with_the_server(w: &World) {
    let cookie = w.sign_in().await;
    let mut page = Page::open(w, &cookie, "test").await;
    page.hears().await;
    let asked = Instant::now();
    w.close().await;
    assert_eq!(page.told().await, None);
    assert!(asked.elapsed() < Duration::from_secs(5), "the shutdown waited for an open page: {:?}", asked.elapsed());
}
