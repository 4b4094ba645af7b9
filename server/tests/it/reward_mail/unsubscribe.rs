//! Who wants no marketing gets none, by one click, from anywhere.

use super::{HOUR, campaign, comes_to, draft, earn, earned, marketing, owner, says};
use crate::harness::{Says, World, on_both_engines, until};
use app::backend::RewardBackend;
use app::domain::mode::Mode;
use app::domain::reward::MailState;

on_both_engines!(with mailing; by_the_button, by_one_click, while_it_waits);

/// Where the mail says that one unsubscribes.
async fn line(w: &World, campaign: &str, email: &str) -> String {
    earn(w, campaign, &earned(email, email)).await;
    let mail = w.sink.first(email).await;
    let header = mail.header("List-Unsubscribe").expect("the header is there");
    assert_eq!(mail.header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
    let url = header.trim_start_matches('<').trim_end_matches('>').to_owned();
    assert!(mail.text().contains(&format!("No more marketing from us: {url}\n")), "{}", mail.text());
    assert!(mail.text().contains("TaskPomo Ltd, 1 High Street, London"));
    assert_eq!((mail.html().matches("href=\"").count(), mail.html().contains(&format!("href=\"{url}\""))), (1, true));
    url.strip_prefix(&w.url).expect("it is ours").to_owned()
}

const UNSUBSCRIBED: &str = "SELECT count(*) FROM unsubscribed";

async fn by_the_button(w: &World) {
    let id = campaign(w, &draft()).await;
    says(w, &id, &marketing()).await;
    let path = line(w, &id, "Ada@example.com").await;
    // Whoever only looks changes nothing.
    for _ in 0..2 {
        let page = w.ask("GET", &path).send().await.expect(200);
        assert!(page.text.contains("A…@example.com") && page.text.contains("taskpomo"), "{}", page.text);
        assert!(page.text.contains("<form method=\"post\"") && !page.text.contains(".wasm"), "{}", page.text);
    }
    assert_eq!(w.ask("POST", &path).form(&[("do", "something")]).send().await.status, 405);
    assert_eq!(w.database.number(UNSUBSCRIBED).await, 0);
    for _ in 0..2 {
        let done = w.browser("POST", &path).form(&[("do", "unsubscribe")]).send().await.expect(303);
        assert_eq!(done.header("location"), Some(path.as_str()));
    }
    let page = w.ask("GET", &path).send().await.expect(200);
    assert!(page.text.contains("You get no more marketing from") && !page.text.contains("<form"), "{}", page.text);
    assert_eq!(w.database.number(UNSUBSCRIBED).await, 1);
    assert_eq!(w.database.number("SELECT count(*) FROM activity WHERE kind = 'unsubscribed'").await, 1);

    // The code is issued all the same; its mail is not.
    let again = earned("ada@Example.com", "again");
    let reward = earn(w, &id, &again).await;
    assert_eq!(reward.email_delivery.state, MailState::Unsubscribed);
    assert!(reward.email_delivery.last_error.is_some());
    let refused = w.services.send_reward_mail(&owner(w), Mode::Test, &reward.id).await.unwrap_err();
    assert!(refused.message.contains("marketing"), "{}", refused.message);
    // What is no marketing arrives.
    let plain = campaign(w, &draft()).await;
    earn(w, &plain, &earned("ada@example.com", "plain")).await;
    let mail = w.sink.first("ada@example.com").await;
    assert!(mail.header("List-Unsubscribe").is_none() && !mail.text().contains("/unsubscribe/"));
    assert_eq!(w.sink.count(), 2);
    // What leads nowhere says so.
    for path in ["/unsubscribe/rw_0123456789abcdefghjkmnpqrs", "/unsubscribe/x"] {
        let page = w.ask("GET", path).send().await.expect(404);
        assert!(page.text.contains("There is no such mail"), "{}", page.text);
        let page = w.browser("POST", path).form(&[("do", "unsubscribe")]).send().await.expect(404);
        assert!(page.text.contains("There is no such mail"), "{}", page.text);
        let click = [("List-Unsubscribe", "One-Click")];
        w.ask("POST", path).form(&click).send().await.refused(404, "resource_missing", "");
    }
}

async fn by_one_click(w: &World) {
    let id = campaign(w, &draft()).await;
    says(w, &id, &marketing()).await;
    // As a mail program does it: no cookie, no page of ours, either kind of form.
    for (email, origin) in [("ada@example.com", None), ("bob@example.com", Some("https://mail.example"))] {
        let path = line(w, &id, email).await;
        let ask = w.ask("POST", &path);
        let ask = match origin {
            None => ask.form(&[("List-Unsubscribe", "One-Click")]),
            Some(origin) => ask
                .header("origin", origin)
                .header("sec-fetch-site", "cross-site")
                .header("content-type", "multipart/form-data; boundary=b")
                .bytes(
                    b"--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
                        .to_vec(),
                ),
        };
        let done = ask.send().await.expect(200);
        assert!(done.header("set-cookie").is_none());
        assert_eq!(earn(w, &id, &earned(email, "again")).await.email_delivery.state, MailState::Unsubscribed);
    }
    assert_eq!(w.database.number(UNSUBSCRIBED).await, 2);
    let dump = w.database.rows(&[]).await;
    assert!(!dump["unsubscribed"].concat().contains("example.com"), "kept as a hash");
}

async fn while_it_waits(w: &World) {
    let id = campaign(w, &draft()).await;
    says(w, &id, &marketing()).await;
    let path = line(w, &id, "ada@example.com").await;
    w.sink.says("ada@example.com", Says::Later);
    let second = earned("ada@example.com", "second");
    earn(w, &id, &second).await;
    until(async || {
        let now = earn(w, &id, &second).await.email_delivery;
        (now.last_error.is_some(), now)
    })
    .await;
    w.browser("POST", &path).form(&[("do", "unsubscribe")]).send().await.expect(303);
    w.sink.says("ada@example.com", None);
    w.advance(HOUR);
    comes_to(w, &id, &second, MailState::Unsubscribed).await;
    assert_eq!(w.sink.count(), 1);
}
