//! An owner with more than one workspace: going from one to another, and who may not.

use crate::address::{confirm, cookie, frame, installed, link_of};
use crate::harness::{Answer, World, on_both_engines};
use serde_json::{Value, json};

on_both_engines!(
    with working;
    from_one_to_another_and_back,
    foreign_workspaces_are_not_there,
    only_our_own_pages_switch,
    an_install_leads_to_its_workspace_only,
    who_asked_for_an_address_gains_no_workspace,
    the_one_used_last_opens,
);

/// The owner of the world's workspace, with that of an install besides: the browser that joined them, and the second workspace.
async fn joined(w: &World) -> (String, String) {
    let (own, workspace) = installed(w, "mia").await;
    let link = link_of(w, &own, "owner@example.com").await;
    (cookie(&confirm(w, &link, "").await), workspace)
}

async fn switch(w: &World, path: &str, cookie: &str, workspace: &str) -> Answer {
    let form = [("do", "switch-workspace"), ("workspace", workspace)];
    w.browser("POST", path).header("cookie", cookie).header("accept", "text/html").form(&form).send().await
}

async fn app(w: &World, cookie: &str) -> Value {
    frame(w, cookie).await["apps"][0]["id"].clone()
}

async fn from_one_to_another_and_back(w: &World) {
    let theirs = w.sign_in().await;
    let alone = frame(w, &theirs).await;
    assert_eq!(alone["workspaces"], json!([]));
    assert!(!w.ask("GET", "/apps").header("cookie", &theirs).send().await.text.contains("switch-workspace"));
    let (there, second) = joined(w).await;
    let names = |here: usize| {
        json!([
            { "id": w.workspace, "name": "owner@example.com", "here": here == 0 },
            { "id": second, "name": "Shop of mia", "here": here == 1 },
        ])
    };
    assert_eq!(frame(w, &there).await["workspaces"], names(1));
    let page = w.ask("GET", "/settings").header("cookie", &there).send().await.expect(200);
    let button = format!("value=\"{}\"", w.workspace);
    assert!(page.text.contains("<b>Shop of mia") && page.text.contains(&button), "{}", page.text);
    assert!(!page.text.contains(&format!("value=\"{second}\"")), "one is there already");

    for (path, to, leads, shows) in [
        ("/settings?mode=live", w.workspace.as_str(), "/apps?mode=live", "taskpomo"),
        ("/apps/taskpomo/discounts/new", &second, "/apps", "mia"),
        ("/apps", &second, "/apps", "mia"),
        ("/apps/mia/discounts", &w.workspace, "/apps", "taskpomo"),
    ] {
        let answer = switch(w, path, &there, to).await.expect(303);
        assert_eq!((answer.header("location"), answer.header("set-cookie")), (Some(leads), None));
        assert_eq!(app(w, &there).await, shows);
    }
    assert_eq!(frame(w, &there).await["workspaces"], names(0));
    // What the page does, it does there.
    let form = [("mode", "test"), ("name", "Another"), ("id", "another")];
    w.browser("POST", "/api/create-app").header("cookie", &there).form(&form).send().await.expect(200);
    assert_eq!(frame(w, &there).await["apps"].as_array().unwrap().len(), 2);
    // One browser goes, the other stays.
    switch(w, "/apps", &theirs, &second).await.expect(303);
    assert_eq!((app(w, &theirs).await, app(w, &there).await), ("mia".into(), "another".into()));
}

async fn foreign_workspaces_are_not_there(w: &World) {
    let other = w.services.create_workspace("other@example.com", "other", app::domain::mode::Mode::Test).await.unwrap();
    let alone = w.sign_in().await;
    let foreign = other.workspace.as_str();
    let (long, unknown) = ("x".repeat(5000), format!("ws_{}", "0".repeat(foreign.len() - 3)));
    for joins in [false, true] {
        let there = if joins { joined(w).await.0 } else { alone.clone() };
        let before = frame(w, &there).await;
        for workspace in [foreign, &unknown, "ws_none", "", " ", "' OR 1=1 --", "\u{0}", &long] {
            let refused = switch(w, "/settings?mode=live", &there, workspace).await;
            assert_eq!(refused.status, 404, "{workspace}: {}", refused.text);
            assert!(refused.header("set-cookie").is_none() && refused.text.contains("No such workspace"));
            assert_eq!(frame(w, &there).await, before, "{workspace}");
        }
    }
    let led =
        "SELECT count(*) FROM sessions s JOIN workspaces w ON w.id = s.workspace_id WHERE w.name = 'other@example.com'";
    assert_eq!(w.database.number(led).await, 0);
    let used = "SELECT count(*) FROM members m JOIN workspaces w ON w.id = m.workspace_id
                 WHERE w.name = 'other@example.com' AND m.used_at IS NOT NULL";
    assert_eq!(w.database.number(used).await, 0);
    // Who is a member no more cannot go back.
    let second = frame(w, &alone).await["workspaces"][1]["id"].as_str().unwrap().to_owned();
    w.database.execute(&format!("DELETE FROM members WHERE workspace_id = '{second}'")).await;
    assert_eq!(switch(w, "/apps", &alone, &second).await.status, 404);
    assert_eq!(app(w, &alone).await, "taskpomo");
}

async fn only_our_own_pages_switch(w: &World) {
    let (there, _) = joined(w).await;
    let form = [("do", "switch-workspace"), ("workspace", w.workspace.as_str())];
    for headers in [&[][..], &[("origin", "https://evil.example")], &[("sec-fetch-site", "cross-site")]] {
        let mut ask = w.ask("POST", "/apps").header("cookie", &there);
        for (name, value) in headers {
            ask = ask.header(name, value);
        }
        let refused = ask.form(&form).send().await;
        assert_eq!((refused.status, refused.code()), (403, "origin_refused"), "{headers:?}");
    }
    let nobody = switch(w, "/apps", "", &w.workspace).await.expect(401);
    assert!(nobody.text.contains("You are signed out"));
    assert_eq!(switch(w, "/", &there, &w.workspace).await.status, 405);
    assert_eq!(app(w, &there).await, "mia");
}

/// Whoever may install on the account of one workspace need not be the owner of the others.
async fn an_install_leads_to_its_workspace_only(w: &World) {
    let (there, second) = joined(w).await;
    w.database.execute(&format!("UPDATE sessions SET by_link = FALSE WHERE workspace_id = '{second}'")).await;
    assert_eq!(frame(w, &there).await["workspaces"], json!([]));
    assert_eq!(switch(w, "/apps", &there, &w.workspace).await.status, 404);
    assert_eq!(app(w, &there).await, "mia");
}

/// Somebody asks for another's address, and that person presses the button: what they join later is theirs alone.
async fn who_asked_for_an_address_gains_no_workspace(w: &World) {
    let (asked, first) = installed(w, "mia").await;
    let link = link_of(w, &asked, "new@example.com").await;
    let there = cookie(&confirm(w, &link, "").await);
    let (own, second) = installed(w, "eve").await;
    let link = link_of(w, &own, "new@example.com").await;
    confirm(w, &link, "").await;
    assert_eq!(frame(w, &asked).await["workspaces"], json!([]));
    assert_eq!(switch(w, "/apps", &asked, &second).await.status, 404);
    assert_eq!((app(w, &asked).await, app(w, &there).await), ("mia".into(), "mia".into()));
    switch(w, "/apps", &there, &second).await.expect(303);
    assert_eq!(app(w, &there).await, "eve");
    switch(w, "/apps", &there, &first).await.expect(303);
}

async fn the_one_used_last_opens(w: &World) {
    let opened = async || {
        w.advance(1_000);
        let cookie = w.sign_in().await;
        (app(w, &cookie).await, cookie)
    };
    assert_eq!(opened().await.0, "taskpomo");
    let (_, second) = joined(w).await;
    let (app, there) = opened().await;
    assert_eq!(app, "mia", "it was joined last");
    w.advance(1_000);
    switch(w, "/apps", &there, &w.workspace).await.expect(303);
    assert_eq!(opened().await.0, "taskpomo");
    w.advance(1_000);
    switch(w, "/apps", &there, &second).await.expect(303);
    assert_eq!(opened().await.0, "mia");
    // Nobody has used one since there is the note: the oldest.
    w.database.execute("UPDATE members SET used_at = NULL").await;
    assert_eq!(opened().await.0, "taskpomo");
}
