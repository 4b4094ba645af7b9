//! The mail with a code, and who wants none.

#[cfg(feature = "ssr")]
use super::context::{anyone, signed_in};
use crate::domain::mode::Mode;
use crate::domain::reward_mail::MailSettings;
use crate::error::Reply;
use crate::wire::rewards::{MailSetup, UnsubscribeOffer};
use crate::wire::screens::FormOutcome;
use leptos::prelude::*;

/// A campaign's mail, to be edited.
#[server(endpoint = "campaign-mail")]
pub async fn read_campaign_mail(mode: Mode, app_id: String, id: String) -> Reply<MailSetup> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.campaign_mail(&viewer, mode, &app_id, &id).await)
}

/// Keeps what the mail of a campaign says. Problems of fields are the outcome.
#[server(endpoint = "save-campaign-mail")]
pub async fn save_campaign_mail(mode: Mode, app_id: String, id: String, settings: MailSettings) -> Reply<FormOutcome> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.save_campaign_mail(&viewer, mode, &app_id, &id, settings).await)
}

/// Sends the mail as it is typed to the owner's own address, with a code that is none; the address.
#[server(endpoint = "send-test-mail")]
pub async fn send_test_mail(mode: Mode, app_id: String, id: String, settings: MailSettings) -> Reply<String> {
    let (backend, viewer) = match signed_in()? {
        Ok(who) => who,
        Err(problem) => return Ok(Err(problem)),
    };
    Ok(backend.send_test_mail(&viewer, mode, &app_id, &id, settings).await)
}

/// The page behind the line to unsubscribe by; `id` is the reward's. None where there is no such mail (any more).
#[server(endpoint = "unsubscribe-offer")]
pub async fn read_unsubscribe(id: String) -> Reply<Option<UnsubscribeOffer>> {
    let (backend, _) = anyone()?;
    Ok(backend.unsubscribe_offer(&id).await)
}

/// No more marketing from this owner to whoever got this reward. Done twice is done.
#[server(endpoint = "unsubscribe")]
pub async fn unsubscribe(id: String) -> Reply<()> {
    let (backend, _) = anyone()?;
    Ok(backend.unsubscribe(&id).await)
}
