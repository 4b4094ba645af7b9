//! Nobody's mailbox is flooded, whoever holds a key.

use super::{HOUR, caller, campaign, comes_to, draft, earn, earned, owner};
use crate::harness::{World, on_both_engines};
use app::backend::RewardBackend;
use app::domain::app_id::AppId;
use app::domain::mode::Mode;
use app::domain::problem::Code;
use app::domain::reward::MailState;

on_both_engines!(with mailing; so_many_an_hour_and_a_day, over_all_workspaces, by_hand);

const ADDRESS: &str = "Ada@Example.com";
const IN_OUTBOX: &str = "SELECT count(*) FROM outbox WHERE kind = 'reward'";

/// Earns so many times; how many of the mails do not leave.
async fn limited(w: &World, campaign: &str, name: &str, count: usize) -> usize {
    let mut limited = 0;
    for n in 0..count {
        // Letters do not make another person.
        let email = if n % 2 == 0 { ADDRESS } else { "ada@example.com" };
        let delivery = earn(w, campaign, &earned(email, &format!("{name}{n}"))).await.email_delivery;
        if delivery.state == MailState::Limited {
            assert!(delivery.last_error.unwrap().starts_with("So many mails"));
            limited += 1;
        } else {
            assert_eq!(delivery.state, MailState::Queued);
        }
    }
    limited
}

async fn so_many_an_hour_and_a_day(w: &World) {
    let (id, other) = (campaign(w, &draft()).await, campaign(w, &draft()).await);
    assert_eq!(limited(w, &id, "a", 15).await, 0);
    // One count for all campaigns; others are not concerned.
    assert_eq!(limited(w, &other, "b", 10).await, 5);
    assert_eq!(earn(w, &id, &earned("bob@example.com", "bob")).await.email_delivery.state, MailState::Queued);
    w.advance(HOUR + 1);
    assert_eq!(limited(w, &id, "c", 20).await, 0);
    w.advance(HOUR + 1);
    assert_eq!(limited(w, &id, "d", 20).await, 10, "50 a day");
    assert_eq!(w.database.number(IN_OUTBOX).await, 51);
    w.advance(24 * HOUR);
    assert_eq!(limited(w, &id, "e", 5).await, 0);
}

async fn over_all_workspaces(w: &World) {
    let id = campaign(w, &draft()).await;
    let mut count = 0;
    for other in 0..26 {
        let made = w.services.create_workspace(&format!("o{other}@example.com"), "shop", Mode::Test).await.unwrap();
        let caller = caller(&w.services, &made.api_key).await;
        let app = AppId::trusted("shop".into());
        let theirs = w.services.create_campaign(&caller.scope, &app, &draft(), None).await.unwrap().id;
        for n in 0..20 {
            let issued = w.services.earn(&caller, &theirs, &earned(ADDRESS, &n.to_string()), None).await.unwrap();
            count += usize::from(issued.reward.email_delivery.state == MailState::Queued);
        }
    }
    assert_eq!(count, 500);
    assert_eq!(limited(w, &id, "z", 1).await, 1);
}

async fn by_hand(w: &World) {
    let id = campaign(w, &draft()).await;
    assert_eq!(limited(w, &id, "a", 21).await, 1);
    let last = earned(ADDRESS, "a20");
    let reward = earn(w, &id, &last).await;
    assert_eq!(reward.email_delivery.state, MailState::Limited);
    let send = async || w.services.send_reward_mail(&owner(w), Mode::Test, &reward.id).await.map(drop);
    // What its page shows is another's to build; the mail is queued either way.
    let _ = send().await;
    let sent = comes_to(w, &id, &last, MailState::Sent).await;
    assert_eq!((sent.code, sent.email_delivery.last_error), (reward.code.clone(), None));
    // By hand up to the day's limit, and the code is the same each time.
    while w.database.number(IN_OUTBOX).await < 50 {
        let _ = send().await;
        comes_to(w, &id, &last, MailState::Sent).await;
    }
    let refused = send().await.unwrap_err();
    assert_eq!((refused.code, refused.retry_after), (Code::RateLimited, Some(3_600)), "{}", refused.message);
    let mails = w.sink.of(ADDRESS);
    assert!(mails.iter().filter(|mail| mail.text().contains(&reward.code)).count() >= 25);
    assert_eq!(
        w.services.send_reward_mail(&owner(w), Mode::Live, &reward.id).await.unwrap_err().code,
        Code::ResourceMissing
    );
    let stranger = app::backend::Viewer { workspace_id: "ws_other".into(), ..owner(w) };
    assert_eq!(
        w.services.send_reward_mail(&stranger, Mode::Test, &reward.id).await.unwrap_err().code,
        Code::ResourceMissing
    );
}
