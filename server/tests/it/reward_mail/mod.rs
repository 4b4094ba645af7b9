//! The mail with a code, from earning to the mail server and back: one text everywhere, what is refused shown, nobody flooded, nobody lost.

#[cfg(all(unix, debug_assertions))]
mod death;
mod delivery;
mod editor;
mod limits;
mod unsubscribe;

use crate::harness::{World, until};
use app::backend::{RewardBackend, Viewer};
use app::domain::app_id::AppId;
use app::domain::campaign::Draft;
use app::domain::metadata::Metadata;
use app::domain::mode::Mode;
use app::domain::reward::{Earned, MailState};
use app::domain::reward_mail::MailSettings;
use app::domain::terms::TermsDraft;
use app::wire::api::Reward;
use app::wire::screens::FormOutcome;
use server::services::{Caller, Services};

pub const HOUR: i64 = 3_600_000;

/// 15 percent off, once.
pub fn draft() -> Draft {
    Draft {
        name: Some("Share with friends".into()),
        terms: TermsDraft { percent_off: Some(15.0), ..TermsDraft::default() },
        ..Draft::default()
    }
}

/// Somebody who earned, with a reference of their own.
pub fn earned(email: &str, reference: &str) -> Earned {
    Earned {
        email: email.to_owned(),
        reference: Some(reference.to_owned()),
        send_email: true,
        metadata: Metadata::default(),
    }
}

pub async fn caller(services: &Services, key: &str) -> Caller {
    services.authenticate(key).await.unwrap()
}

/// A campaign of the app; its id.
pub async fn campaign(w: &World, draft: &Draft) -> String {
    let caller = caller(&w.services, &w.key).await;
    let app = AppId::trusted("taskpomo".into());
    w.services.create_campaign(&caller.scope, &app, draft, None).await.unwrap().id
}

/// Earns; the reward as it is then. Once more with the same reference: as it is by now.
pub async fn earn(w: &World, campaign: &str, earned: &Earned) -> Reward {
    let caller = caller(&w.services, &w.key).await;
    w.services.earn(&caller, campaign, earned, None).await.unwrap().reward
}

/// What the mail of a campaign says from now on.
pub async fn says(w: &World, campaign: &str, settings: &MailSettings) {
    let saved = w.services.save_campaign_mail(&w.owner(), Mode::Test, "taskpomo", campaign, settings.clone()).await;
    assert_eq!(saved, Ok(FormOutcome::Done { id: campaign.to_owned() }));
}

/// Waits until the reward's mail stands there.
pub async fn comes_to(w: &World, campaign: &str, who: &Earned, state: MailState) -> Reward {
    until(async || {
        let now = earn(w, campaign, who).await;
        (now.email_delivery.state == state, now)
    })
    .await
}

/// The owner, with an address.
pub fn owner(w: &World) -> Viewer {
    Viewer { email: Some("owner@example.com".into()), ..w.owner() }
}

pub fn marketing() -> MailSettings {
    MailSettings {
        marketing: true,
        postal_address: "TaskPomo Ltd\n1 High Street\nLondon".into(),
        ..MailSettings::default()
    }
}

/// How many rows of the story are of this kind.
pub async fn told(w: &World, kind: &'static str) -> i64 {
    w.database
        .number(match kind {
            "mailed" => "SELECT count(*) FROM activity WHERE kind = 'mailed'",
            "mail_refused" => "SELECT count(*) FROM activity WHERE kind = 'mail_refused'",
            "mail_failed" => "SELECT count(*) FROM activity WHERE kind = 'mail_failed'",
            other => panic!("{other}"),
        })
        .await
}
