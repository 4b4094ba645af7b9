//! SIGKILL on a mail's way: it arrives once or twice, with the same code and the same Message-ID, and it is never lost.

use super::{draft, earned};
use crate::death;
use crate::harness::{Engine, Process, Shop, Sink, within};
use app::domain::app_id::AppId;
use secrecy::SecretString;
use server::clock::Clock;
use server::services::Services;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);
/// Longer than a mail that is under way is left alone, in milliseconds.
const CLAIM: i64 = 160_000;
const PEOPLE: usize = 40;

async fn process(shop: &Shop, sink: &Sink, ahead: i64, die_at: Option<&str>) -> Process {
    let mut orders = vec![("CODEMINT_SMTP_URL", sink.url.clone()), ("CODEMINT_CLOCK_AHEAD_MS", ahead.to_string())];
    orders.extend(die_at.map(|step| ("CODEMINT_DIE_AT", step.to_owned())));
    Process::serve(&shop.place, &orders).await
}

async fn dies(engine: Engine, step: &str) {
    let shop = Shop::open(engine, None).await;
    shop.kill().await;
    let sink = Sink::start().await;
    // As an operator's command beside the server.
    let url = SecretString::from(shop.place.database_url.clone());
    let services = Services::for_admin(&url, Clock::system()).await.unwrap();
    let caller = super::caller(&services, &shop.key).await;
    let app = AppId::trusted("taskpomo".into());
    let campaign = services.create_campaign(&caller.scope, &app, &draft(), None).await.unwrap().id;
    let mut codes = Vec::new();
    for n in 0..PEOPLE {
        let who = earned(&format!("c{n}@example.com"), &n.to_string());
        codes.push((who.email.clone(), services.earn(&caller, &campaign, &who, None).await.unwrap().reward.code));
    }
    process(&shop, &sink, 0, Some(step)).await.dies().await;
    let before = sink.count();
    let next = process(&shop, &sink, CLAIM, None).await;
    let sent = "SELECT count(*) FROM rewards WHERE mail = 'sent'";
    within(PATIENCE, async || {
        let sent = shop.database.number(sent).await;
        (sent == PEOPLE as i64, sent)
    })
    .await;
    next.kill().await;
    for (email, code) in &codes {
        let mails = sink.of(email);
        assert!((1..=2).contains(&mails.len()), "{email}: {} times", mails.len());
        assert!(mails.iter().all(|mail| mail.message_id() == mails[0].message_id()));
        assert!(
            mails.iter().all(|mail| mail.text().contains(&format!("\n    {code}\n")) && mail.html().contains(code))
        );
    }
    assert_eq!(sink.different(), PEOPLE);
    assert_eq!(shop.database.number("SELECT count(*) FROM activity WHERE kind = 'mailed'").await, PEOPLE as i64);
    eprintln!("{engine:?} {step}: {before} were sent before the death, {} in all", sink.count());
    services.close().await;
    shop.close().await;
}

macro_rules! deaths {
    ($($name:ident: $step:literal;)+) => {
        $(
            mod $name {
                use crate::harness::Engine;

                #[test]
                fn sqlite() {
                    super::death::run(Engine::Sqlite, super::dies(Engine::Sqlite, $step));
                }
                #[test]
                fn postgres() {
                    super::death::run(Engine::Postgres, super::dies(Engine::Postgres, $step));
                }
            }
        )+
    };
}

deaths! {
    when_taken: "mail-taken";
    when_sent: "mail-sent";
    when_noted: "mail-noted";
}
