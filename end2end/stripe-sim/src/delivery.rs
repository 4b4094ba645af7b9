//! Webhooks as they would be sent: the exact body, and the signature over it. Nothing is sent.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::{Sim, auth::AccountId, id};

/// An event as it would reach the endpoint that listens to connected accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// `evt_…`
    pub event_id: String,
    /// `checkout.session.completed` and so on.
    pub kind: &'static str,
    /// What it happened to.
    pub object_id: String,
    /// Where it happened.
    pub account: AccountId,
    /// In which mode.
    pub livemode: bool,
    /// Unix seconds.
    pub created: i64,
    /// The header `Stripe-Signature`, for a delivery at this moment.
    pub signature: String,
    /// The body, to the byte.
    pub body: String,
}

/// The secrets of the endpoint: one a mode, as Stripe has it.
#[derive(Debug)]
pub(crate) struct Secrets {
    test: String,
    live: String,
}

impl Default for Secrets {
    fn default() -> Self {
        let secret = || id::mixed("whsec_", 32);
        Self { test: secret(), live: secret() }
    }
}

impl Secrets {
    pub(crate) fn of(&self, livemode: bool) -> &str {
        if livemode { &self.live } else { &self.test }
    }
}

impl Sim {
    /// The signing secret of the endpoint in a mode: `whsec_…`.
    pub fn webhook_secret(&self, livemode: bool) -> String {
        self.lock().secrets.of(livemode).to_owned()
    }

    /// Every event of every account as it would be delivered now, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        let mut state = self.lock();
        let now = state.clock.now();
        state.worlds.values_mut().for_each(|world| world.settle(now));
        let mut all = Vec::new();
        for ((account, livemode), world) in &state.worlds {
            for event in world.events.iter() {
                let body = printed(&event.json(Some(account.as_str())));
                all.push(Delivery {
                    event_id: event.id.clone(),
                    kind: event.kind,
                    object_id: event.object["id"].as_str().unwrap_or_default().to_owned(),
                    account: account.clone(),
                    livemode: *livemode,
                    created: event.created,
                    signature: signature(state.secrets.of(*livemode), now, &body),
                    body,
                });
            }
        }
        all.sort_by_key(|delivery| delivery.created);
        all
    }
}

/// Stripe prints its events over many lines; whoever checks a signature must not print them anew.
fn printed(event: &Value) -> String {
    format!("{event:#}")
}

/// `t=…,v1=…`: the HMAC-SHA256 of the moment, a full stop and the body, under the whole secret.
fn signature(secret: &str, at: i64, body: &str) -> String {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{at}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `printf '12.{}' | openssl dgst -sha256 -hmac whsec_a`.
    #[test]
    fn the_whole_secret_signs_moment_and_body() {
        let expected = "t=12,v1=125c363802160fbda1189a95bd8f15fd6ea165c87ab137429f3fc4c464f40d89";
        assert_eq!(signature("whsec_a", 12, "{}"), expected);
    }
}
