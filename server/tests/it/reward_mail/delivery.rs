//! Out, or not, and what is said about it.

use super::{HOUR, caller, campaign, comes_to, draft, earn, earned, says, told};
use crate::harness::{NEW_YEAR, Recorded, Says, World, all, on_both_engines, until};
use app::domain::campaign::{Draft, EndsDraft};
use app::domain::metadata::Metadata;
use app::domain::reward::{Earned, MailState};
use app::domain::reward_mail::MailSettings;
use std::time::{Duration, Instant};

on_both_engines!(with mailing; one_text_everywhere, refused_later_and_lost, given_up, what_is_erased_does_not_leave,
    signing_in_waits_for_nobody, no_address_in_the_log, many_at_once);
on_both_engines!(with mailless; without_a_mail_server_it_waits);

async fn one_text_everywhere(w: &World) {
    let ends = EndsDraft { expires_at: Some(NEW_YEAR), ..EndsDraft::default() };
    let id = campaign(w, &Draft { ends, ..draft() }).await;
    let settings = MailSettings {
        sender_name: "Ada's \"Pomodoro\", Ltd".into(),
        reply_to: "hello@taskpomo.example".into(),
        subject: "{code} for {name}: {discount}".into(),
        body: "Hello {name},\n\nuse {code} until {expires} at {shop}. <b>& so on</b>".into(),
        ..MailSettings::default()
    };
    says(w, &id, &settings).await;
    let metadata: Metadata = [("name".to_owned(), "Zoë\r\nBcc: eve@evil.example".to_owned())].into();
    let nameless = earned("Bob@Example.com", "r-2");
    let first = earn(w, &id, &nameless).await;
    assert_eq!(first.email_delivery.state, MailState::Queued);
    let hers = Earned { metadata: [("name".to_owned(), "Zoë".to_owned())].into(), ..earned("zoe@example.com", "r-1") };
    let reward = earn(w, &id, &hers).await;
    let code = reward.code.as_str();
    let mail = w.sink.first("zoe@example.com").await;
    assert_eq!(mail.subject(), format!("{code} for Zoë: 15% off"));
    assert_eq!(
        mail.text().split("\n-- \n").next().unwrap().trim_end(),
        format!(
            "Hello Zoë,\n\nuse {code} until 31 December 2026 (UTC) at Ada's \"Pomodoro\", Ltd. <b>& so on</b>\n\nYour code:\n\n    {code}\n\n15% off. Valid until 31 December 2026 (UTC), works once."
        )
    );
    let html = mail.html();
    assert!(html.contains(&format!(">{code}</code>")) && html.contains("&lt;b&gt;&amp; so on&lt;/b&gt;"), "{html}");
    assert!(!html.contains("href=") && !html.contains("<img") && html.contains("user-select:all"), "{html}");
    let read = mail.read();
    let from = read.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Ada's \"Pomodoro\", Ltd"), Some("codemint@localhost")));
    assert_eq!(read.reply_to().unwrap().first().unwrap().address(), Some("hello@taskpomo.example"));
    assert!(mail.header("List-Unsubscribe").is_none() && read.bcc().is_none());
    // To the address as it was given; without a name it reads well.
    let his = w.sink.first("Bob@Example.com").await;
    assert_eq!(his.subject(), format!("{} for: 15% off", first.code));
    assert!(his.text().starts_with("Hello,\n\nuse "), "{}", his.text());
    // A name that would be a header is one line.
    let evil = Earned { metadata, ..earned("evil@example.com", "r-3") };
    earn(w, &id, &evil).await;
    let mail = w.sink.first("evil@example.com").await;
    assert!(mail.read().bcc().is_none() && !mail.subject().contains("eve@"), "{}", mail.subject());
    let sent = comes_to(w, &id, &hers, MailState::Sent).await;
    assert_eq!((sent.code.as_str(), sent.email_delivery.sent_at), (code, Some(w.now())));
    comes_to(w, &id, &evil, MailState::Sent).await;
    comes_to(w, &id, &nameless, MailState::Sent).await;
    assert_eq!((w.sink.count(), told(w, "mailed").await), (3, 3));
}

async fn refused_later_and_lost(w: &World) {
    let id = campaign(w, &draft()).await;
    let people = ["unknown@example.com", "later@example.com", "lost@example.com", "twice@example.com"];
    let [unknown, later, lost, twice] = people.map(|email| earned(email, email));
    w.sink.says(&unknown.email, Says::Unknown);
    w.sink.says(&later.email, Says::Later);
    w.sink.says(&lost.email, Says::Drops);
    w.sink.says(&twice.email, Says::TakesAndDrops);
    for who in [&unknown, &later, &lost, &twice] {
        earn(w, &id, who).await;
    }
    let refused = comes_to(w, &id, &unknown, MailState::Refused).await;
    let why = refused.email_delivery.last_error.unwrap();
    assert!(why.contains("550") && why.contains("there is no") && !why.contains('@'), "{why}");
    for who in [&later, &lost, &twice] {
        let waiting = until(async || {
            let now = earn(w, &id, who).await.email_delivery;
            (now.last_error.is_some(), now)
        })
        .await;
        assert_eq!(waiting.state, MailState::Queued);
        assert!(!waiting.last_error.unwrap().contains('@'));
        w.sink.says(&who.email, None);
    }
    w.advance(HOUR);
    for who in [&later, &lost, &twice] {
        let sent = comes_to(w, &id, who, MailState::Sent).await.email_delivery;
        assert_eq!((sent.last_error, sent.sent_at), (None, Some(w.now())));
    }
    // What arrived twice is one mail to the reader's program.
    let same = w.sink.of(&twice.email);
    assert_eq!((same.len(), same[0].message_id()), (2, same[1].message_id()));
    assert_eq!(same[0].text(), same[1].text());
    assert_eq!((told(w, "mailed").await, told(w, "mail_refused").await, told(w, "mail_failed").await), (3, 1, 0));
}

async fn given_up(w: &World) {
    let id = campaign(w, &draft()).await;
    let who = earned("later@example.com", "r");
    w.sink.says(&who.email, Says::Later);
    earn(w, &id, &who).await;
    until(async || {
        let now = earn(w, &id, &who).await.email_delivery;
        (now.last_error.is_some(), now)
    })
    .await;
    w.database.execute("UPDATE outbox SET attempts = 83").await;
    w.advance(HOUR);
    let failed = comes_to(w, &id, &who, MailState::Failed).await;
    assert!(failed.email_delivery.last_error.unwrap().contains("451"));
    w.advance(24 * HOUR);
    assert_eq!((w.sink.count(), told(w, "mail_failed").await), (0, 1));
}

async fn what_is_erased_does_not_leave(w: &World) {
    let id = campaign(w, &draft()).await;
    let who = earned("later@example.com", "r");
    w.sink.says(&who.email, Says::Later);
    let reward = earn(w, &id, &who).await;
    until(async || {
        let now = earn(w, &id, &who).await.email_delivery;
        (now.last_error.is_some(), now)
    })
    .await;
    w.sink.says(&who.email, None);
    let erase = format!(
        "UPDATE rewards SET email = NULL, email_key = NULL, erased_at = {}, mail = 'cancelled' WHERE id = '{}'",
        w.now(),
        reward.id
    );
    w.database.execute(&erase).await;
    w.advance(HOUR);
    until(async || {
        let cancelled = w.database.number("SELECT count(*) FROM outbox WHERE state = 'cancelled'").await;
        (cancelled == 1, cancelled)
    })
    .await;
    assert_eq!((w.sink.count(), told(w, "mailed").await), (0, 0));
}

async fn signing_in_waits_for_nobody(w: &World) {
    let id = campaign(w, &draft()).await;
    w.sink.says_to_all(Says::Slowly(300));
    w.sink.says("owner@example.com", Says::Slowly(0));
    for n in 0..200 {
        earn(w, &id, &earned(&format!("c{n}@example.com"), &n.to_string())).await;
    }
    w.browser("POST", "/api/request-sign-in").form(&[("email", "owner@example.com")]).send().await.expect(200);
    let link = w.sink.first("owner@example.com").await;
    assert_eq!(link.subject(), "Sign in to Codemint");
    assert!(w.sink.count() < 200, "the heap was gone before");
    w.sink.says_to_all(None);
    w.sink.has(201, Duration::from_secs(60)).await;
}

async fn no_address_in_the_log(w: &World) {
    let recorded = Recorded::start();
    let id = campaign(w, &draft()).await;
    for (says, name) in [
        (Some(Says::Unknown), "planted-1"),
        (Some(Says::Later), "planted-2"),
        (Some(Says::Drops), "planted-3"),
        (None, "planted-4"),
    ] {
        let who = earned(&format!("{name}@somewhere.example"), name);
        w.sink.says(&who.email, says);
        let reward = earn(w, &id, &who).await;
        until(async || {
            let now = earn(w, &id, &who).await.email_delivery;
            (now.state != MailState::Queued || now.last_error.is_some(), now)
        })
        .await;
        assert!(reward.code.starts_with("SHARE-"));
    }
    let log = String::from_utf8_lossy(&recorded.lines()).into_owned();
    assert!(log.contains("mails were not accepted"), "nothing was recorded");
    assert!(!log.contains("planted-") && !log.contains("somewhere.example"));
}

async fn many_at_once(w: &World) {
    let full = std::env::var("CODEMINT_FULL").is_ok_and(|value| value == "1");
    let count = if full { 10_000 } else { 600 };
    let id = campaign(w, &draft()).await;
    // They wait until all are there, so that sending alone is measured.
    w.sink.says_to_all(Says::Later);
    let caller = caller(&w.services, &w.key).await;
    let (services, id) = (w.services.clone(), id.clone());
    all((0..8).map(|part| {
        let (services, caller, id) = (services.clone(), caller.clone(), id.clone());
        async move {
            for n in (part..count).step_by(8) {
                let who = earned(&format!("c{n}@example.com"), &n.to_string());
                services.earn(&caller, &id, &who, None).await.unwrap();
            }
        }
    }))
    .await;
    let tried = "SELECT count(*) FROM outbox WHERE last_error IS NOT NULL";
    crate::harness::within(Duration::from_secs(60), async || {
        let tried = w.database.number(tried).await;
        (tried == count, tried)
    })
    .await;
    w.sink.says_to_all(None);
    let began = Instant::now();
    w.advance(HOUR);
    w.sink.has(usize::try_from(count).unwrap(), Duration::from_secs(80)).await;
    let out = began.elapsed();
    until(async || {
        let sent = w.database.number("SELECT count(*) FROM rewards WHERE mail = 'sent'").await;
        (sent == count, sent)
    })
    .await;
    let (connections, at_once) = w.sink.connections();
    eprintln!(
        "{count} mails left in {:.1} s, and all was noted after {:.1} s; {connections} connections, {at_once} at once",
        out.as_secs_f64(),
        began.elapsed().as_secs_f64()
    );
    assert_eq!(
        (w.sink.count(), w.sink.different()),
        (usize::try_from(count).unwrap(), usize::try_from(count).unwrap())
    );
    assert_eq!(told(w, "mailed").await, count);
}

async fn without_a_mail_server_it_waits(w: &World) {
    let id = campaign(w, &draft()).await;
    let who = earned("ada@example.com", "r");
    earn(w, &id, &who).await;
    w.advance(HOUR);
    let waiting = earn(w, &id, &who).await.email_delivery;
    assert_eq!((waiting.state, waiting.last_error), (MailState::Queued, None));
    assert_eq!(w.database.number("SELECT count(*) FROM outbox WHERE attempts = 0 AND state = 'queued'").await, 1);
}
