//! An owner whom an install made, and the address that they add.

use crate::harness::{Answer, Ask, World, on_both_engines, until};
use std::fs;

on_both_engines!(with working; a_new_address_is_the_owners, the_form_works_on_every_page, a_notice_reaches_the_members);

mod at_rest {
    use super::*;
    on_both_engines!(
        an_address_of_somebody_else_joins_them,
        a_link_adds_once,
        a_link_that_ended_adds_nothing,
        nobodys_address_is_replaced,
        two_owners_race_for_one_address,
        two_addresses_race_for_one_owner,
        the_page_says_what_it_does,
        too_many_links,
    );
}

const OWNERS: &str = "SELECT count(*) FROM owners";
const NAMELESS: &str = "SELECT count(*) FROM owners WHERE email IS NULL";

/// An owner without an address, as an install makes one: the cookie of their browser, and their workspace.
pub async fn installed(w: &World, name: &str) -> (String, String) {
    // The oldest workspace is the one that signing in opens, until one is used.
    w.advance(1_000);
    let address = format!("{name}@made.example");
    let made = w.services.create_workspace(&address, name, app::domain::mode::Mode::Test).await.unwrap();
    let link = w.services.make_sign_in_link(&address).await.unwrap();
    let cookie = cookie(&confirm(w, &link, "").await);
    w.database.execute(&format!("UPDATE owners SET email = NULL WHERE email = '{address}'")).await;
    w.database.execute(&format!("UPDATE workspaces SET name = 'Shop of {name}' WHERE name = '{address}'")).await;
    let workspace = made.workspace.as_str().to_owned();
    w.database.execute(&format!("UPDATE sessions SET by_link = FALSE WHERE workspace_id = '{workspace}'")).await;
    (cookie, workspace)
}

/// A link as the mail to this address would hold it.
pub async fn link_of(w: &World, cookie: &str, email: &str) -> String {
    let before = links(w, email);
    ask_for(w, cookie, email).await.expect(200);
    let new = until(async || {
        let new = links(w, email).into_iter().find(|link| !before.contains(link));
        (new.is_some(), new)
    });
    new.await.unwrap()
}

async fn ask_for(w: &World, cookie: &str, email: &str) -> Answer {
    w.browser("POST", "/api/add-address").header("cookie", cookie).form(&[("email", email)]).send().await
}

/// The button behind a link.
fn press(w: &World, link: &str, cookie: &str) -> Ask {
    let token = link.rsplit('/').next().unwrap();
    w.browser("POST", "/sign-in").header("cookie", cookie).form(&[("token", token)])
}

pub async fn confirm(w: &World, link: &str, cookie: &str) -> Answer {
    press(w, link, cookie).send().await.expect(303)
}

/// Two at once.
async fn both(w: &World, one: &str, other: &str) -> Vec<Answer> {
    crate::harness::all([press(w, one, "").send(), press(w, other, "").send()]).await
}

pub fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").expect("somebody was signed in").split(';').next().unwrap().to_owned()
}

/// What stands around a page: whose address, which apps.
pub async fn frame(w: &World, cookie: &str) -> serde_json::Value {
    let answer = w.browser("POST", "/api/frame").header("cookie", cookie).form(&[("mode", "test")]).send().await;
    answer.expect(200).json["Ok"].clone()
}

fn mails(w: &World) -> Vec<(String, String, String, String)> {
    let mut mails = Vec::new();
    for file in fs::read_dir(w.mail.path()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "eml") {
            continue;
        }
        let bytes = fs::read(path).unwrap();
        let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        let to = mail.to().unwrap().first().unwrap().address().unwrap().to_owned();
        let html = mail.body_html(0).unwrap().into_owned();
        mails.push((to, mail.subject().unwrap().to_owned(), mail.body_text(0).unwrap().into_owned(), html));
    }
    mails
}

/// The links that were sent to an address.
fn links(w: &World, email: &str) -> Vec<String> {
    let of = |text: &str| text.split_whitespace().find(|word| word.contains("/sign-in/")).map(str::to_owned);
    mails(w).iter().filter(|(to, ..)| to == email).filter_map(|(_, _, text, _)| of(text)).collect()
}

async fn a_new_address_is_the_owners(w: &World) {
    let (own, _) = installed(w, "mia").await;
    let page = w.ask("GET", "/settings").header("cookie", &own).send().await.expect(200);
    assert!(page.text.contains("Add your e-mail address, so that") && page.text.contains("value=\"add-address\""));
    let asked = ask_for(w, &own, " Mia@Example.com").await.expect(200);
    assert_eq!(asked.json["Ok"]["email"], "Mia@Example.com");
    let mail = until(async || {
        let mail = mails(w).pop();
        (mail.is_some(), mail)
    });
    let (to, subject, text, html) = mail.await.unwrap();
    assert_eq!((to.as_str(), subject.as_str()), ("Mia@Example.com", "Add this address to Codemint"));
    assert!(text.contains("15 minutes") && html.contains("Add this address"));
    assert!(!text.contains("Shop of mia"), "a stranger's words in a mail of ours");
    let link = links(w, "Mia@Example.com").pop().unwrap();
    assert!(frame(w, &own).await["email"].is_null(), "asking alone adds nothing");

    // In another browser: the mail is the proof.
    let there = confirm(w, &link, "").await;
    assert_eq!(there.header("location"), Some("/apps"));
    for cookie in [&own, &cookie(&there)] {
        let frame = frame(w, cookie).await;
        assert_eq!((&frame["email"], &frame["apps"][0]["id"]), (&"mia@example.com".into(), &"mia".into()));
    }
    let page = w.ask("GET", "/settings").header("cookie", &own).send().await.expect(200);
    assert!(!page.text.contains("Add your e-mail address, so that"), "the banner has gone");
    // It signs in from now on.
    let link = w.services.make_sign_in_link("mia@example.com").await.unwrap();
    let again = cookie(&confirm(w, &link, "").await);
    assert_eq!(frame(w, &again).await["apps"][0]["id"], "mia");
    assert_eq!(w.database.number(OWNERS).await, 2);
}

async fn an_address_of_somebody_else_joins_them(w: &World) {
    let theirs = w.sign_in().await;
    let (own, workspace) = installed(w, "mia").await;
    w.database.execute(&format!("INSERT INTO oauth_states (state_hash, browser_hash, mode, started_from, owner_id, workspace_id, created_at, expires_at)
        SELECT token_hash, token_hash, 'test', 'settings', owner_id, workspace_id, 1, 2 FROM sessions WHERE workspace_id = '{workspace}'")).await;
    w.database.execute(&format!("INSERT INTO waiting_installs (ticket_hash, kind, generation, owner_id, workspace_id, created_at, expires_at)
        SELECT token_hash, 'move', 1, owner_id, workspace_id, 1, 2 FROM sessions WHERE workspace_id = '{workspace}'")).await;
    let link = link_of(w, &own, "owner@example.com").await;
    let there = cookie(&confirm(w, &link, "").await);
    // The browser that pressed the button works in the workspace of the install, as the owner who has the address.
    let now = frame(w, &there).await;
    assert_eq!((&now["email"], &now["apps"][0]["id"]), (&"owner@example.com".into(), &"mia".into()));
    // The one that asked has proved nothing: it is out, and its ways to Stripe lead nowhere.
    let out = w.ask("GET", "/apps").header("cookie", &own).send().await;
    assert_eq!((out.status, out.header("location")), (303, Some("/")));
    for rows in ["SELECT count(*) FROM oauth_states", "SELECT count(*) FROM waiting_installs"] {
        assert_eq!(w.database.number(rows).await, 0, "{rows}");
    }
    assert_eq!(frame(w, &theirs).await["apps"][0]["id"], "taskpomo", "a session stays in its workspace");
    assert_eq!((w.database.number(OWNERS).await, w.database.number(NAMELESS).await), (1, 0));
    assert_eq!(w.database.number("SELECT count(*) FROM members").await, 2);
}

async fn a_link_adds_once(w: &World) {
    let (own, _) = installed(w, "mia").await;
    let link = link_of(w, &own, "mia@example.com").await;
    let posts = (0..10).map(|_| press(w, &link, "").send());
    let answers = crate::harness::all(posts).await;
    assert_eq!(answers.iter().filter(|answer| answer.header("set-cookie").is_some()).count(), 1);
    let again = confirm(w, &link, &own).await;
    assert_eq!((again.header("location"), again.header("set-cookie")), (Some("/?problem=expired"), None));
    assert_eq!(w.database.number(OWNERS).await, 2);
}

async fn a_link_that_ended_adds_nothing(w: &World) {
    let (own, _) = installed(w, "mia").await;
    let link = link_of(w, &own, "mia@example.com").await;
    let token = link.rsplit('/').next().unwrap();
    for forged in [&token[1..], &token.to_ascii_uppercase(), "hello", ""] {
        let refused = confirm(w, &format!("/{forged}"), &own).await;
        assert_eq!((refused.header("location"), refused.header("set-cookie")), (Some("/?problem=expired"), None));
    }
    w.advance(15 * 60_000);
    let late = confirm(w, &link, &own).await;
    assert_eq!((late.header("location"), late.header("set-cookie")), (Some("/?problem=expired"), None));
    let page = w.ask("GET", link.strip_prefix(&w.url).unwrap()).send().await;
    assert!(page.text.contains("leads nowhere any more"));
    assert_eq!(w.database.number(NAMELESS).await, 1);
}

async fn nobodys_address_is_replaced(w: &World) {
    let (own, _) = installed(w, "mia").await;
    let first = link_of(w, &own, "mia@example.com").await;
    let same = link_of(w, &own, "mia@example.com").await;
    let other = link_of(w, &own, "evil@example.com").await;
    let known = link_of(w, &own, "owner@example.com").await;
    cookie(&confirm(w, &first, "").await);
    for late in [other, known] {
        let refused = confirm(w, &late, &own).await;
        assert_eq!((refused.header("location"), refused.header("set-cookie")), (Some("/?problem=address"), None));
        let page = w.ask("GET", "/?problem=address").send().await.expect(200);
        assert!(page.text.contains("has another address by now"));
    }
    assert_eq!(frame(w, &own).await["email"], "mia@example.com");
    let again = cookie(&confirm(w, &same, "").await);
    assert_eq!(frame(w, &again).await["apps"][0]["id"], "mia", "a second link to the same address signs in");
    // Who has an address cannot ask.
    for cookie in [&own, &w.sign_in().await] {
        let refused = ask_for(w, cookie, "evil@example.com").await;
        assert_eq!(refused.json["Err"]["param"], "email", "{}", refused.text);
    }
    assert_eq!(w.database.number("SELECT count(*) FROM owners WHERE email = 'evil@example.com'").await, 0);
}

async fn two_owners_race_for_one_address(w: &World) {
    for round in 0..5 {
        let email = format!("one{round}@example.com");
        let (a, _) = installed(w, &format!("a{round}")).await;
        let (b, _) = installed(w, &format!("b{round}")).await;
        let first = link_of(w, &a, &email).await;
        let second = link_of(w, &b, &email).await;
        let answers = both(w, &first, &second).await;
        let apps: Vec<_> = {
            let mut apps = Vec::new();
            for answer in &answers {
                apps.push(frame(w, &cookie(answer)).await["apps"][0]["id"].clone());
            }
            apps
        };
        assert_eq!(apps, [format!("a{round}"), format!("b{round}")], "each opens what it was asked for from");
        for answer in &answers {
            assert_eq!(frame(w, &cookie(answer)).await["email"], email);
        }
        assert_eq!(w.database.number(NAMELESS).await, 0, "one person, one owner");
        assert_eq!(w.database.number(OWNERS).await, 2 + round);
    }
}

async fn two_addresses_race_for_one_owner(w: &World) {
    for round in 0..5 {
        let (own, _) = installed(w, &format!("a{round}")).await;
        let new = link_of(w, &own, &format!("new{round}@example.com")).await;
        let known = link_of(w, &own, "owner@example.com").await;
        let answers = both(w, &new, &known).await;
        let in_: Vec<_> = answers.iter().filter(|answer| answer.header("set-cookie").is_some()).collect();
        assert_eq!(in_.len(), 1, "the first one counts");
        let won = frame(w, &cookie(in_[0])).await["email"].clone();
        let (new, asked) = (format!("new{round}@example.com"), frame(w, &own).await["email"].clone());
        assert!((won == new && asked == new) || (won == "owner@example.com" && asked.is_null()), "{won} {asked}");
        assert_eq!(w.database.number(NAMELESS).await, 0);
        for file in fs::read_dir(w.mail.path()).unwrap() {
            fs::remove_file(file.unwrap().path()).unwrap();
        }
        w.advance(10 * 60_000);
    }
}

async fn the_page_says_what_it_does(w: &World) {
    let (own, _) = installed(w, "mia").await;
    let link = link_of(w, &own, "mia@example.com").await;
    let path = link.strip_prefix(&w.url).unwrap();
    let page = async |cookie: &str| w.ask("GET", path).header("cookie", cookie).send().await.expect(200);
    for cookie in ["", own.as_str()] {
        let page = page(cookie).await;
        for words in ["Add this address", "m…@example.com", "Shop of mia"] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        assert!(!page.text.contains("mia@example.com") && !page.text.contains("is signed in now"));
        assert_eq!(page.text.matches("<form").count(), 1);
    }
    assert!(page(&w.sign_in().await).await.text.contains("is signed in now"), "it opens another workspace than theirs");
    let (stranger, _) = installed(w, "eve").await;
    let page = page(&stranger).await;
    assert!(page.text.contains("an owner without an address") && page.text.contains("is signed in now"));
    // A plain sign-in link tells them, too.
    let link = w.services.make_sign_in_link("owner@example.com").await.unwrap();
    let page = w.ask("GET", link.strip_prefix(&w.url).unwrap()).header("cookie", &stranger).send().await;
    assert!(page.text.contains("an owner without an address"));
    assert_eq!(w.database.number(NAMELESS).await, 2, "looking adds nothing");
}

async fn too_many_links(w: &World) {
    let (own, _) = installed(w, "mia").await;
    for _ in 0..6 {
        ask_for(w, &own, "mia@example.com").await.expect(200);
    }
    let refused = ask_for(w, &own, "MIA@example.com").await;
    assert_eq!(refused.json["Err"]["code"], "rate_limited", "{}", refused.text);
    for bad in ["", "mia", "a@b", "a b@example.com"] {
        assert_eq!(ask_for(w, &own, bad).await.json["Err"]["param"], "email", "{bad}");
    }
    assert_eq!(w.database.number("SELECT count(*) FROM outbox").await, 6);
}

async fn the_form_works_on_every_page(w: &World) {
    let (own, _) = installed(w, "mia").await;
    let post = async |path: &str, cookie: &str, email: &str| {
        let form = [("do", "add-address"), ("email", email)];
        w.browser("POST", path).header("cookie", cookie).header("accept", "text/html").form(&form).send().await
    };
    for (n, path) in
        ["/apps", "/settings?mode=live", "/apps/mia/discounts", "/apps/mia/discounts/new"].iter().enumerate()
    {
        let email = format!("mia{n}@example.com");
        let page = post(path, &own, &email).await.expect(200);
        assert!(page.text.contains("We sent a link to") && page.text.contains(&email), "{path}: {}", page.text);
        let page = post(path, &own, "mia<").await.expect(400);
        assert!(
            page.text.contains("This is not an e-mail address") && page.text.contains("value=\"mia&lt;\""),
            "{path}"
        );
    }
    let signed_out = post("/apps", "", "mia@example.com").await.expect(401);
    assert!(signed_out.text.contains("You are signed out"));
    assert_eq!(post("/", &own, "mia@example.com").await.status, 405);
    assert_eq!(w.database.number("SELECT count(*) FROM outbox").await, 4);
}

async fn a_notice_reaches_the_members(w: &World) {
    let queue = |id: &str, kind: &str| {
        format!(
            "INSERT INTO outbox (id, kind, recipient, detail, state, attempts, next_attempt_at, created_at, updated_at)
             VALUES ('{id}', '{kind}', 'owner@example.com', '{{\"mode\":\"live\",\"account\":\"acct_1ABC\"}}', 'queued', 0, 0, {now}, 0)",
            now = crate::harness::NOW
        )
    };
    w.database.execute(&queue("mail_1", "needs_reauth")).await;
    w.database.execute(&queue("mail_2", "moved")).await;
    w.database.execute(&queue("mail_3", "of a newer version")).await;
    let mails = until(async || {
        let mails = mails(w);
        (mails.len() == 2, mails)
    });
    let mut mails = mails.await;
    mails.sort_by_key(|(_, subject, ..)| subject.clone());
    assert_eq!(mails[0].1, "Stripe no longer accepts Codemint's connection");
    assert_eq!(mails[1].1, "Your Stripe account was connected to another Codemint workspace");
    for (_, _, text, html) in &mails {
        let link = format!("{}/settings?mode=live", w.url);
        for words in ["acct_1ABC", "live mode", &link, "18 Nov 2026, 11:06 UTC"] {
            assert!(text.contains(words) && html.contains(words), "{words}: {text}");
        }
    }
    let waits = "SELECT count(*) FROM outbox WHERE id = 'mail_3' AND state = 'queued' AND attempts >= 1";
    until(async || (w.database.number(waits).await == 1, ())).await;
}
