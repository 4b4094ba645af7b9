//! A delivery comes in: signed by Stripe and an event, or refused without a trace.

use super::super::Services;
use super::super::secrets::Place;
use crate::scope::Scope;
use crate::store::NewEvent;
use crate::stripe::signature;
use app::domain::ids::WebhookEndpointId;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use secrecy::SecretString;
use serde::Deserialize;

/// Most bytes of an id, a type or an account: Stripe's own stay far below.
const MAX_WORD: usize = 255;

/// What is read of an event. The object's state is none of it: Stripe is asked for that.
#[derive(Deserialize)]
struct Event {
    object: String,
    id: String,
    #[serde(rename = "type")]
    kind: String,
    account: Option<String>,
    livemode: bool,
    created: i64,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    id: Option<String>,
}

impl Event {
    fn read(body: &[u8]) -> Option<Self> {
        let event: Self = serde_json::from_slice(body).ok()?;
        let words = [Some(&event.id), Some(&event.kind), event.account.as_ref(), event.data.object.id.as_ref()];
        let sane = words.into_iter().flatten().all(|word| is_word(word));
        (event.object == "event" && sane && event.created.checked_mul(1000).is_some()).then_some(event)
    }
}

fn is_word(text: &str) -> bool {
    (1..=MAX_WORD).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The same for a wrong signature, an endpoint that is not there and one without a secret: whoever forges learns nothing.
fn forged() -> Problem {
    Problem::new(
        Code::ParameterInvalid,
        "This delivery is not signed with the secret of this endpoint, or not within the last five minutes. Nothing was stored.",
    )
}

fn no_event() -> Problem {
    Problem::new(
        Code::ParameterInvalid,
        "This delivery is signed, but its body is no event of Stripe's. Nothing was stored.",
    )
}

/// Where a delivery came in.
struct Endpoint {
    /// As it stands in the table.
    id: String,
    workspace: Option<String>,
    secrets: Vec<SecretString>,
}

impl Services {
    /// Takes a delivery: to the Stripe App's endpoint in a mode, or to an owner's own. `signatures` are the headers `Stripe-Signature`.
    /// Refused: nothing was written.
    pub async fn receive_webhook(
        &self,
        mode: &str,
        endpoint: Option<&str>,
        signatures: &[&[u8]],
        body: &[u8],
    ) -> Result<(), Problem> {
        let (Some(mode), [signature]) = (Mode::parse(mode), signatures) else { return Err(forged()) };
        let endpoint = match endpoint {
            None => {
                let secrets = self.0.stripe_apps.of(mode).webhook_secrets.clone();
                Endpoint { id: mode.as_str().to_owned(), workspace: None, secrets }
            }
            Some(id) => self.own_endpoint(mode, id).await?.ok_or_else(forged)?,
        };
        let now = self.now();
        signature::verify(signature, body, &endpoint.secrets, now.div_euclid(1000)).map_err(|_| forged())?;
        let event = Event::read(body).ok_or_else(no_event)?;
        let new = NewEvent {
            endpoint: &endpoint.id,
            id: &event.id,
            kind: &event.kind,
            account: event.account.as_deref(),
            livemode: event.livemode,
            object_id: event.data.object.id.as_deref(),
            happened_at: event.created * 1000,
            workspace: endpoint.workspace.as_deref(),
            mode: mode.as_str(),
            now,
        };
        let mut tx = self.0.db.begin().await?;
        tx.conn().receive_event(&new).await?;
        tx.commit().await?;
        tracing::debug!(event = %event.id, kind = %event.kind, endpoint = %endpoint.id, "an event came");
        self.0.webhooks.arrived.notify_one();
        Ok(())
    }

    async fn own_endpoint(&self, mode: Mode, id: &str) -> Result<Option<Endpoint>, Problem> {
        let Some(id) = WebhookEndpointId::parse(id) else { return Ok(None) };
        let row = {
            let mut reader = self.0.db.reader().await?;
            reader.conn().webhook_endpoint_by_id(id.as_str()).await?
        };
        let Some(row) = row.filter(|row| row.mode == mode.as_str()) else { return Ok(None) };
        let Some(sealed) = row.secret else { return Ok(None) };
        let scope = Scope::stored(row.workspace_id.clone(), &row.mode);
        let secret = self.open_at(&scope, Place::webhook_secret(&row.id, row.generation), &sealed).await?;
        Ok(Some(Endpoint { id: row.id, workspace: Some(row.workspace_id), secrets: vec![secret] }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_event() {
        let good = r#"{"object":"event","id":"evt_1","type":"a.b","livemode":false,"created":1,"data":{"object":{"id":"cs_1","status":"paid"}},"new":[1]}"#;
        let event = Event::read(good.as_bytes()).unwrap();
        assert_eq!((event.id.as_str(), event.data.object.id.as_deref(), event.account), ("evt_1", Some("cs_1"), None));
        assert!(Event::read(good.replace(r#""id":"cs_1","#, "").as_bytes()).is_some());
        for (from, to) in [
            (r#""evt_1""#, r#""""#),
            (r#""evt_1""#, "1"),
            (r#""evt_1""#, r#""evt 1""#),
            (r#""evt_1""#, r#""evt\n1""#),
            (r#""object":"event""#, r#""object":"coupon""#),
            (r#""livemode":false"#, r#""livemode":"no""#),
            (r#""livemode":false,"#, ""),
            (r#""created":1"#, r#""created":9223372036854775807"#),
            (r#""created":1"#, r#""created":"soon""#),
            (r#""type":"a.b""#, r#""type":null"#),
            (r#""data":{"object":{"id":"cs_1","status":"paid"}}"#, r#""data":[]"#),
            ("}}", "}"),
        ] {
            let body = good.replacen(from, to, 1);
            assert_ne!(body, good, "{from}");
            assert!(Event::read(body.as_bytes()).is_none(), "{body}");
        }
        let long = good.replace("evt_1", &"x".repeat(MAX_WORD + 1));
        assert!(Event::read(long.as_bytes()).is_none());
    }
}
