//! `/v1/webhook_endpoints`: where an account has its own events sent.

use serde::Deserialize;
use serde_json::{Value, json};
use url::{Host, Url};

use crate::{
    api::VERSION,
    error::{ApiError, ApiResult},
    id,
    params::{Expand, Metadata, MetadataParam, merge_metadata, typed},
    shelf::{Paging, Shelved, list},
    signing::Secret,
    world::{Context, World},
};

/// How many an account may have in a mode, by Stripe's page on webhooks.
const MOST: usize = 16;

/// One endpoint of an account in one mode.
#[derive(Debug, Clone)]
pub(crate) struct WebhookEndpoint {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) enabled_events: Vec<String>,
    description: Option<String>,
    metadata: Metadata,
    pub(crate) created: i64,
    pub(crate) livemode: bool,
    pub(crate) secret: Secret,
    pub(crate) deleted: bool,
}

impl Shelved for WebhookEndpoint {
    fn id(&self) -> &str {
        &self.id
    }
    fn created(&self) -> i64 {
        self.created
    }
}

impl WebhookEndpoint {
    /// As the API answers it: without the secret, which only a create shows.
    fn json(&self) -> Value {
        json!({
            "id": self.id, "object": "webhook_endpoint", "api_version": VERSION, "application": null,
            "created": self.created, "description": self.description, "enabled_events": self.enabled_events,
            "livemode": self.livemode, "metadata": self.metadata, "status": "enabled", "url": self.url,
        })
    }

    /// Whether it wants to hear of events of this type.
    pub(crate) fn wants(&self, kind: &str) -> bool {
        !self.deleted && self.enabled_events.iter().any(|wanted| wanted == "*" || wanted == kind)
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Create {
    pub(crate) url: String,
    pub(crate) enabled_events: Vec<String>,
    description: Option<String>,
    metadata: Option<MetadataParam>,
    #[serde(default)]
    expand: Expand,
}

impl Create {
    /// As typed on the dashboard.
    pub(crate) fn by_hand(url: &str, enabled_events: Vec<String>) -> Self {
        Self { url: url.to_owned(), enabled_events, ..Self::default() }
    }
}

/// Whether an address is on this machine.
pub(crate) fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn check_url(text: &str) -> ApiResult<()> {
    let refuse = |why: &str| Err(ApiError::invalid(format!("Invalid URL: {why}")).code("url_invalid").param("url"));
    match Url::parse(text) {
        Ok(url) if url.scheme() == "https" && url.has_host() => Ok(()),
        // Stripe takes none of these; without them nothing could be tried on one machine.
        Ok(url) if url.scheme() == "http" && is_here(&url) => Ok(()),
        Ok(url) if url.scheme() == "http" => refuse("a webhook endpoint must use https."),
        _ => refuse("An explicit scheme (such as https) must be provided."),
    }
}

/// Makes an endpoint in this world.
pub(crate) fn add(world: &mut World, asked: Create, livemode: bool, now: i64) -> ApiResult<WebhookEndpoint> {
    check_url(&asked.url)?;
    if asked.enabled_events.is_empty() {
        return Err(ApiError::missing("enabled_events"));
    }
    let metadata = merge_metadata(&Metadata::new(), asked.metadata.as_ref())?;
    if world.webhook_endpoints.iter().filter(|known| !known.deleted).count() >= MOST {
        let mode = if livemode { "live" } else { "test" };
        let message = format!("You have reached the maximum of {MOST} {mode} webhook endpoints.");
        return Err(ApiError::invalid(message).executed());
    }
    let made = WebhookEndpoint {
        id: id::mixed("we_1", 23),
        url: asked.url,
        enabled_events: asked.enabled_events,
        description: asked.description.filter(|text| !text.is_empty()),
        metadata,
        created: now,
        livemode,
        secret: Secret::default(),
        deleted: false,
    };
    world.webhook_endpoints.put(made.clone());
    Ok(made)
}

pub(crate) fn create(world: &mut World, params: &Value, context: &Context) -> ApiResult<Value> {
    let asked: Create = typed(params)?;
    asked.expand.check(&[], &context.caller)?;
    let made = add(world, asked, context.caller.livemode, context.now)?;
    let mut answer = made.json();
    answer["secret"] = json!(made.secret.current());
    Ok(answer)
}

#[derive(Debug, Deserialize)]
struct Read {
    #[serde(default)]
    expand: Expand,
}

fn found<'a>(world: &'a mut World, id: &str) -> ApiResult<&'a mut WebhookEndpoint> {
    let known = world.webhook_endpoints.get_mut(id).filter(|endpoint| !endpoint.deleted);
    known.ok_or_else(|| ApiError::not_found("webhook endpoint", id, "webhook_endpoint"))
}

pub(crate) fn retrieve(world: &mut World, id: &str, params: &Value, context: &Context) -> ApiResult<Value> {
    let Read { expand } = typed(params)?;
    expand.check(&[], &context.caller)?;
    found(world, id).map(|endpoint| endpoint.json())
}

pub(crate) fn delete(world: &mut World, id: &str) -> ApiResult<Value> {
    found(world, id)?.deleted = true;
    Ok(json!({ "id": id, "object": "webhook_endpoint", "deleted": true }))
}

pub(crate) fn page(world: &World, params: &Value, context: &Context) -> ApiResult<Value> {
    let (paging, Read { expand }): (Paging, Read) = (typed(params)?, typed(params)?);
    expand.of_items()?.check(&[], &context.caller)?;
    let (found, more) = world.webhook_endpoints.page(&paging, "webhook endpoint", |endpoint| !endpoint.deleted)?;
    Ok(list(found.into_iter().map(WebhookEndpoint::json).collect(), more, "/v1/webhook_endpoints"))
}
