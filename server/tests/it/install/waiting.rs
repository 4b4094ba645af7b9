//! What waits for the word of a person.

use super::{Browser, MINUTE, account, bound_nothing, status};
use crate::harness::{CONNECTION, World, on_both_engines};

on_both_engines!(with unconnected; without_state_nothing_is_bound, a_code_waits_five_minutes, nothing_is_confirmed_by_others, a_word_is_about_what_was_seen);

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
