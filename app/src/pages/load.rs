//! What screens load, as one type.
//!
//! Leptos' resources are generic over their source, their content and their fetcher, and each kind costs the browser some 10 kB.
//! One kind for all of them keeps the first screen small.

use crate::components::ProblemView;
use crate::domain::mode::Mode;
use crate::domain::problem::{Code, Problem};
use crate::prelude::*;
use crate::server_fns::api_keys::ListApiKeys;
use crate::server_fns::campaigns::{ListCampaigns, ReadCampaign, ReadCampaignEdit};
use crate::server_fns::codes::{ListCodes, ReadCode, ReadCodeEdit};
use crate::server_fns::connection::ReadConnection;
use crate::server_fns::ledger::{ReadActivity, ReadRedemptions};
use crate::server_fns::reward_mail::ReadCampaignMail;
use crate::server_fns::rewards::{ListRewards, ReadReward};
use crate::server_fns::visit::ReadFrame;
use crate::server_fns::webhooks::{ReadDeliveries, ReadWebhook};
use crate::server_fns::{ask, ask_value};
use crate::wire::json::{self, Unreadable};
use crate::wire::ledger::{ActivityPage, ActivityQuery, RedemptionPage, RedemptionQuery};
use crate::wire::rewards::{
    CampaignDetail, CampaignEdit, CampaignPage, CampaignQuery, MailSetup, RewardDetail, RewardPage, RewardQuery,
};
use crate::wire::screens::{
    ApiKeyRow, CodeDetail, CodeEdit, CodePage, CodeQuery, ConnectionView, Delivery, Frame, WebhookSetup,
};
use leptos::server::codee::{Decoder, Encoder};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::pin::Pin;
use std::sync::Arc;

/// Something that a screen is drawn from, on its way or here.
pub type Loaded = Resource<Result<Content, Problem>, Json>;

/// What is asked for. A change of it loads anew.
#[derive(Clone, PartialEq)]
pub enum Asked {
    /// What stands around every page.
    Frame(Mode),
    /// A page of an app's codes.
    Codes(Mode, String, CodeQuery),
    /// One code of an app.
    Code(Mode, String, String),
    /// The form of a code of an app.
    CodeEdit(Mode, String, String),
    /// The Stripe part of the settings.
    Connection(Mode),
    /// The API keys.
    Keys(Mode),
    /// The workspace's own webhook endpoint.
    Webhook(Mode),
    /// What Stripe told last.
    Deliveries(Mode),
    /// A page of an app's campaigns.
    Campaigns(Mode, String, CampaignQuery),
    /// One campaign of an app.
    Campaign(Mode, String, String),
    /// The form of a campaign of an app.
    CampaignEdit(Mode, String, String),
    /// The mail of a campaign of an app.
    CampaignMail(Mode, String, String),
    /// A page of a campaign's rewards.
    Rewards(Mode, String, RewardQuery),
    /// One reward of a campaign.
    Reward(Mode, String, String),
    /// A page of the redemptions of a code of an app.
    Redemptions(Mode, String, String, RedemptionQuery),
    /// A page of what happened.
    Activity(Mode, ActivityQuery),
}

/// What comes.
#[derive(Clone, Serialize, Deserialize)]
pub enum Content {
    /// For [`Asked::Frame`].
    Frame(Frame),
    /// For [`Asked::Codes`].
    Codes(CodePage),
    /// For all else: pages whose code comes late read it themselves, so that the first screen does without their shapes.
    Later(Unread),
}

/// An answer that has yet to be read. In the page it stands as a text within the text.
#[derive(Clone)]
pub struct Unread(Value);

impl Serialize for Unread {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Unread {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

fn something_else() -> Problem {
    Problem::new(Code::Internal, "The server answered something else. Load the page again.")
}

macro_rules! later {
    ($($name:ident => $content:ty;)*) => {
        impl Content {
            /// The content, where it is of this kind: it always is, for what was asked for as such.
            pub fn frame(self) -> Result<Frame, Problem> {
                if let Self::Frame(content) = self { Ok(content) } else { Err(something_else()) }
            }

            /// The same.
            pub fn codes(self) -> Result<CodePage, Problem> {
                if let Self::Codes(content) = self { Ok(content) } else { Err(something_else()) }
            }

            $(
                /// The same.
                pub fn $name(self) -> Result<$content, Problem> {
                    let Self::Later(Unread(content)) = self else { return Err(something_else()) };
                    json::from_value(content).map_err(|_| something_else())
                }
            )*
        }
    };
}

later! {
    code => Box<CodeDetail>;
    code_edit => Box<CodeEdit>;
    connection => ConnectionView;
    keys => Vec<ApiKeyRow>;
    webhook => Option<Box<WebhookSetup>>;
    deliveries => Vec<Delivery>;
    campaigns => CampaignPage;
    campaign => Box<CampaignDetail>;
    campaign_edit => Box<CampaignEdit>;
    campaign_mail => Box<MailSetup>;
    rewards => RewardPage;
    reward => Box<RewardDetail>;
    redemptions => RedemptionPage;
    activity => ActivityPage;
}

/// Loads what is asked for, on the server while it renders, in the browser afterwards.
pub fn load(asked: Signal<Asked>) -> Loaded {
    Resource::new_with_options(move || asked.get(), fetch, false)
}

fn fetch(asked: Asked) -> Pin<Box<dyn Future<Output = Result<Content, Problem>> + Send>> {
    Box::pin(async move {
        let later = match asked {
            Asked::Frame(mode) => return Ok(Content::Frame(ask(ReadFrame { mode }).await?)),
            Asked::Codes(mode, app_id, query) => {
                return Ok(Content::Codes(ask(ListCodes { mode, app_id, query }).await?));
            }
            Asked::Code(mode, app_id, id) => ask_value(ReadCode { mode, app_id, id }),
            Asked::CodeEdit(mode, app_id, id) => ask_value(ReadCodeEdit { mode, app_id, id }),
            Asked::Connection(mode) => ask_value(ReadConnection { mode }),
            Asked::Keys(mode) => ask_value(ListApiKeys { mode }),
            Asked::Webhook(mode) => ask_value(ReadWebhook { mode }),
            Asked::Deliveries(mode) => ask_value(ReadDeliveries { mode }),
            Asked::Campaigns(mode, app_id, query) => ask_value(ListCampaigns { mode, app_id, query }),
            Asked::Campaign(mode, app_id, id) => ask_value(ReadCampaign { mode, app_id, id }),
            Asked::CampaignEdit(mode, app_id, id) => ask_value(ReadCampaignEdit { mode, app_id, id }),
            Asked::CampaignMail(mode, app_id, id) => ask_value(ReadCampaignMail { mode, app_id, id }),
            Asked::Rewards(mode, campaign, query) => ask_value(ListRewards { mode, campaign, query }),
            Asked::Reward(mode, campaign, id) => ask_value(ReadReward { mode, campaign, id }),
            Asked::Redemptions(mode, app_id, code_id, query) => {
                ask_value(ReadRedemptions { mode, app_id, code_id, query })
            }
            Asked::Activity(mode, query) => ask_value(ReadActivity { mode, query }),
        };
        later.await.map(|answer| Content::Later(Unread(answer)))
    })
}

/// Shows what was loaded. `waiting` stands there until it first comes; afterwards the old stays until the new is here, and `pending`
/// tells that something is on its way.
pub fn show(
    loaded: Loaded,
    pending: RwSignal<bool>,
    waiting: impl Fn() -> AnyView + Send + 'static,
    draw: impl Fn(Result<Content, Problem>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    show_any(loaded, pending, Box::new(waiting), Arc::new(draw))
}

/// The same, for a panel.
pub fn show_panel(
    loaded: Loaded,
    draw: impl Fn(Result<Content, Problem>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    show_any(loaded, RwSignal::new(false), Box::new(panel_waiting), Arc::new(draw))
}

type Draw = Arc<dyn Fn(Result<Content, Problem>) -> AnyView + Send + Sync>;

/// Once in the program, not once for each use: see above.
fn show_any(loaded: Loaded, pending: RwSignal<bool>, waiting: Box<dyn Fn() -> AnyView + Send>, draw: Draw) -> AnyView {
    view! {
        <Transition set_pending=pending fallback=waiting>
            {move || {
                let draw = draw.clone();
                Suspend::new(async move { draw(loaded.await) })
            }}
        </Transition>
    }
    .into_any()
}

/// What could not be loaded, and the button that tries again.
pub fn trouble(loaded: Loaded, problem: Problem) -> AnyView {
    let again = matches!(problem.code, Code::Internal | Code::StripeUnavailable | Code::RateLimited);
    view! {
        <ProblemView problem />
        {again
            .then(|| {
                view! {
                    <button type="button" class="button" on:click=move |_| loaded.refetch()>
                        "Retry"
                    </button>
                }
            })}
    }
    .into_any()
}

fn panel_waiting() -> AnyView {
    view! {
        <div class="panel waiting" aria-busy="true">
            "Loading…"
        </div>
    }
    .into_any()
}

/// JSON as server functions read it (`from_slice`): with Leptos' own codec (`from_str`) every shape would be read by two copies of
/// the same code.
pub struct Json;

impl<T: Serialize> Encoder<T> for Json {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Json {
    type Error = Unreadable;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        json::from_slice(text.as_bytes())
    }
}
