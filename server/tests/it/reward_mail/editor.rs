//! What the mail says is its owner's to write: by the page, with scripts or without, and tried out before.

use super::{campaign, draft, earn, earned, marketing, owner, says};
use crate::harness::{World, on_both_engines};
use app::backend::{RewardBackend, Viewer};
use app::domain::mode::Mode;
use app::domain::problem::Code;
use app::domain::reward_mail::MailSettings;
use std::time::Duration;

on_both_engines!(with mailing; without_scripts, tried_out, one_workspaces_own);
on_both_engines!(with mailless; says_that_no_mail_leaves);

async fn without_scripts(w: &World) {
    let id = campaign(w, &draft()).await;
    let cookie = w.sign_in().await;
    let path = format!("/apps/taskpomo/campaigns/{id}/mail");
    let page = w.ask("GET", &path).header("cookie", &cookie).send().await.expect(200);
    for part in [
        "SHARE-TEST-CODE",
        "Your code from taskpomo: 15% off",
        "Send a test to owner@example.com",
        "Here is your code for {discount}",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(!page.text.contains("style=\""), "the page's policy forbids it");
    let post = async |form: &[(&str, &str)]| w.browser("POST", &path).header("cookie", &cookie).form(form).send().await;
    let typed =
        [("sender_name", "Pomo & Co"), ("reply_to", "nobody"), ("subject", "Hi {foo}"), ("body", "Take {code}.")];
    let wrong = post(&[&typed[..], &[("do", "save-mail")]].concat()).await.expect(400);
    for part in ["There is no blank {foo}", "This is not an e-mail address", "Pomo &amp; Co", "Take {code}."] {
        assert!(wrong.text.contains(part), "{part}: {}", wrong.text);
    }
    let key =
        post(&[("do", "save-mail"), ("subject", "Hi"), ("body", "the key is sk_live_51Planted")]).await.expect(400);
    assert!(!key.text.contains("51Planted"), "a key is not repeated");
    let typed = [
        ("sender_name", "Pomo & Co"),
        ("reply_to", ""),
        ("subject", "Hi"),
        ("body", "Take {code}."),
        ("marketing", "on"),
    ];
    let wrong = post(&[&typed[..], &[("do", "save-mail")]].concat()).await.expect(400);
    assert!(wrong.text.contains("Marketing needs your postal address"), "{}", wrong.text);
    let typed = [&typed[..], &[("postal_address", "1 High Street\r\nLondon")]].concat();
    let saved = post(&[&typed[..], &[("do", "save-mail")]].concat()).await.expect(200);
    assert!(saved.text.contains("Saved. Mails that are still to leave say it, too."), "{}", saved.text);
    assert!(saved.text.contains("1 High Street") && saved.text.contains("Take {code}."), "{}", saved.text);
    let page = w.ask("GET", &path).header("cookie", &cookie).send().await.expect(200);
    assert!(
        page.text.contains("1 High Street, London") && page.text.contains("No more marketing from us"),
        "{}",
        page.text
    );
    earn(w, &id, &earned("ada@example.com", "r")).await;
    let mail = w.sink.first("ada@example.com").await;
    assert_eq!(
        (mail.subject().as_str(), mail.read().from().unwrap().first().unwrap().name()),
        ("Hi", Some("Pomo & Co"))
    );
    // Tried out before it is saved: what is typed, and still there afterwards.
    let typed = [("subject", "Another {code}"), ("body", "Unsaved words")];
    let tried = post(&[&typed[..], &[("do", "test-mail")]].concat()).await.expect(200);
    assert!(
        tried.text.contains("A test is on its way to owner@example.com") && tried.text.contains("Unsaved words"),
        "{}",
        tried.text
    );
    w.sink.has(2, Duration::from_secs(20)).await;
    let test = w.sink.taken().pop().unwrap();
    assert_eq!((test.to.as_str(), test.subject().as_str()), ("owner@example.com", "[Test] Another SHARE-TEST-CODE"));
    assert!(w.services.campaign_mail(&owner(w), Mode::Test, "taskpomo", &id).await.unwrap().settings.subject == "Hi");
}

async fn tried_out(w: &World) {
    let id = campaign(w, &draft()).await;
    let send = async |viewer: &Viewer, settings: MailSettings| {
        w.services.send_test_mail(viewer, Mode::Test, "taskpomo", &id, settings).await
    };
    let refused = send(&w.owner(), marketing()).await.unwrap_err();
    assert!(refused.message.starts_with("Add your e-mail address first"), "{}", refused.message);
    let wrong = MailSettings { subject: "{foo}".into(), ..MailSettings::default() };
    assert_eq!(send(&owner(w), wrong).await.unwrap_err().param.as_deref(), Some("subject"));
    for _ in 0..10 {
        assert_eq!(send(&owner(w), marketing()).await.unwrap(), "owner@example.com");
    }
    assert_eq!(send(&owner(w), marketing()).await.unwrap_err().code, Code::RateLimited);
    w.sink.has(10, Duration::from_secs(20)).await;
    for mail in w.sink.taken() {
        assert_eq!(
            (mail.to.as_str(), mail.subject().as_str()),
            ("owner@example.com", "[Test] Your code from taskpomo: 15% off")
        );
        // The line stands there; its link would lead to nobody.
        assert!(mail.text().contains("\n    SHARE-TEST-CODE\n") && mail.text().contains("No more marketing from us"));
        assert!(!mail.text().contains("/unsubscribe/") && !mail.html().contains("href="), "{}", mail.html());
    }
    w.advance(super::HOUR + 1);
    send(&owner(w), marketing()).await.unwrap();
}

async fn one_workspaces_own(w: &World) {
    let id = campaign(w, &draft()).await;
    says(w, &id, &MailSettings { subject: "Ours".into(), ..MailSettings::default() }).await;
    let other = w.services.create_workspace("other@example.com", "taskpomo", Mode::Test).await.unwrap();
    let stranger = Viewer { workspace_id: other.workspace.as_str().to_owned(), ..owner(w) };
    for (viewer, mode, app) in
        [(stranger, Mode::Test, "taskpomo"), (owner(w), Mode::Live, "taskpomo"), (owner(w), Mode::Test, "another")]
    {
        let missing = |code: Code| assert_eq!(code, Code::ResourceMissing);
        let usual = MailSettings::default;
        missing(w.services.campaign_mail(&viewer, mode, app, &id).await.unwrap_err().code);
        missing(w.services.save_campaign_mail(&viewer, mode, app, &id, usual()).await.unwrap_err().code);
        missing(w.services.send_test_mail(&viewer, mode, app, &id, usual()).await.unwrap_err().code);
    }
    let setup = w.services.campaign_mail(&owner(w), Mode::Test, "taskpomo", &id).await.unwrap();
    assert_eq!((setup.settings.subject.as_str(), setup.mail_works), ("Ours", true));
}

async fn says_that_no_mail_leaves(w: &World) {
    let id = campaign(w, &draft()).await;
    let cookie = w.sign_in().await;
    let page = w.ask("GET", &format!("/apps/taskpomo/campaigns/{id}/mail")).header("cookie", &cookie).send().await;
    assert!(page.expect(200).text.contains("has not set up e-mail"));
    let refused = w.services.send_test_mail(&owner(w), Mode::Test, "taskpomo", &id, MailSettings::default()).await;
    assert!(refused.unwrap_err().message.starts_with("This server sends no mail yet"));
}
