//! The screens: Leptos' pages and the server functions behind them.
//!
//! Pages are rendered whole, not streamed: they are small, they are complete without scripts, their status is right, and nothing of
//! them is left to run (and be dropped in a transaction) after the task that renders them.

use super::forms::campaigns::Place as InCampaigns;
use super::forms::{self, Place};
use super::stripe::connect;
use super::{Site, fallback, openapi, problem, session};
use app::backend::{Backend, LinkOffer, Viewer};
use app::domain::email;
use app::domain::locale::Locale;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem, clip};
use app::given::{ApiHere, CodeHere, ModeHere, Posted, SignInOffer, Support, SupportNote, WayBack};
use app::server_fns::context::RequestWho;
use app::shell::Assets;
use app::wire::screens::{InstallOffer, WaitingInstall};
use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use leptos::{context::provide_context, nonce::Nonce};
use std::sync::Arc;
use url::Url;

/// Pages that show how the API is called.
const GUIDES: &str = "/docs/";
/// The page that asks before an install is bound.
const ASKS: &str = "/stripe/confirm";
/// No page is larger: a list has 20 rows.
const MAX_PAGE: usize = 4 * 1024 * 1024;

/// What both kinds of requests find in Leptos' context.
#[derive(Clone)]
pub struct Context {
    /// Who asks.
    pub who: RequestWho,
    /// What they ask.
    pub backend: Arc<dyn Backend>,
    language: String,
    support: Support,
    support_note: SupportNote,
    assets: Arc<Assets>,
    origin: Url,
    nonce: Option<Nonce>,
}

impl Context {
    /// Of a request, whose body is left alone.
    pub async fn of(site: &Site, request: Request) -> (Self, Request) {
        let (parts, body) = request.into_parts();
        let who = RequestWho {
            viewer: session::viewer(site, &parts.headers).await,
            visitor: session::visitor(&site.edge, &parts),
        };
        let nonce = parts.extensions.get::<Nonce>().cloned();
        let language = session::language(&parts.headers);
        let context = Self {
            language,
            support: Support(site.services.support_email()),
            support_note: SupportNote(site.services.support_note()),
            who,
            backend: site.backend.clone(),
            assets: site.assets.clone(),
            origin: site.edge.public_url.clone(),
            nonce,
        };
        (context, Request::from_parts(parts, body))
    }

    /// Leptos provides a nonce of its own first; the answer's, from `csp`, replaces it.
    fn provide(self) {
        provide_context(Locale::parse(&self.language));
        provide_context(self.support);
        provide_context(self.support_note);
        provide_context(self.who);
        provide_context(self.backend);
        provide_context(Assets::clone(&self.assets));
        if let Some(nonce) = self.nonce {
            provide_context(nonce);
        }
    }
}

/// Every address that nothing else answers to: a page, or that there is none.
pub async fn page(State(site): State<Site>, request: Request) -> Response {
    let path = request.uri().path();
    if fallback::is_for_programs(path) {
        return fallback::missing(request.method(), request.uri());
    }
    match *request.method() {
        Method::GET | Method::HEAD => {}
        Method::POST => return forms::post(&site, request).await,
        _ => return fallback::read_only(request.method().clone(), request.uri().clone()).await,
    }
    if let Some(there) = on_this_machine_elsewhere(&site.edge.public_url, request.headers(), request.uri()) {
        return Redirect::temporary(there.as_str()).into_response();
    }
    let private = is_private(path);
    let asks = path == ASKS;
    let (context, mut request) = Context::of(&site, request).await;
    if private && context.who.viewer.is_none() {
        return Redirect::to("/").into_response();
    }
    if asks && let Some(waiting) = waiting(&site, &context, request.headers()).await {
        request.extensions_mut().insert(waiting);
    }
    draw(context, request, None).await
}

/// On one's own machine `localhost` and `127.0.0.1` are the same to people, but not to browsers: cookies and forms belong to the one that
/// the server was told of. Where a page is asked for under the other, this is its address.
fn on_this_machine_elsewhere(own: &Url, headers: &HeaderMap, uri: &Uri) -> Option<Url> {
    let asked = Url::parse(&format!("http://{}", headers.get(header::HOST)?.to_str().ok()?)).ok()?;
    let loopback = |url: &Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let moved = loopback(own) && loopback(&asked) && own.host_str() != asked.host_str();
    moved.then(|| {
        let mut there = own.clone();
        there.set_path(uri.path());
        there.set_query(uri.query());
        there
    })
}

/// Draws the page at the request's address. One that answers a form, and one with a token in its address, comes without scripts; so do
/// the pages around an install. Whoever knows what came of a way back from Stripe (`WayBack`), which install waits (`WaitingInstall`) or
/// which mode it is about (`ModeHere`) puts it into the request's extensions.
pub async fn draw(context: Context, request: Request, posted: Option<Posted>) -> Response {
    let path = request.uri().path();
    let offer = match path.strip_prefix("/sign-in/") {
        Some(token) => Some(sign_in_offer(&context, token).await),
        None => None,
    };
    let code = match (Place::of(path), &context.who.viewer) {
        (Some(place), Some(viewer)) => name_of(&*context.backend, viewer, forms::mode(request.uri()), place).await,
        _ => None,
    };
    let unsubscribe = match Place::of(path) {
        Some(Place::Unsubscribe(id)) => context.backend.unsubscribe_offer(id).await.ok().flatten(),
        _ => None,
    };
    let mode = request.extensions().get::<ModeHere>().copied().unwrap_or(ModeHere(forms::mode(request.uri())));
    let way_back = request.extensions().get::<WayBack>().copied();
    let waiting = request.extensions().get::<WaitingInstall>().cloned();
    let install = install_offer(&context, request.uri()).await;
    let api = path.starts_with(GUIDES).then(|| ApiHere {
        reference: openapi::reference(),
        origin: context.origin.as_str().trim_end_matches('/').to_owned(),
    });
    let mut assets = Assets::clone(&context.assets);
    if posted.is_some() || offer.is_some() || is_bare(path) {
        (assets.js, assets.wasm) = Default::default();
    }
    let language = context.language.clone();
    let given = move || {
        context.clone().provide();
        if let Some(posted) = posted.clone() {
            provide_context(posted);
        }
        if let Some(offer) = offer.clone().flatten() {
            provide_context(offer);
        }
        if let Some(code) = code.clone() {
            provide_context(code);
        }
        if let Some(unsubscribe) = unsubscribe.clone() {
            provide_context(unsubscribe);
        }
        provide_context(mode);
        if let Some(way_back) = way_back {
            provide_context(way_back);
        }
        if let Some(waiting) = waiting.clone() {
            provide_context(waiting);
        }
        if let Some(install) = install.clone() {
            provide_context(install);
        }
        if let Some(api) = api.clone() {
            provide_context(api);
        }
    };
    let render =
        leptos_axum::render_app_async_with_context(given, move || app::document(assets.clone(), language.clone()));
    whole(render(request).await).await
}

/// What the header calls the page: by the text of its code, or its campaign's name.
async fn name_of(backend: &dyn Backend, viewer: &Viewer, mode: Mode, place: Place<'_>) -> Option<CodeHere> {
    let name = match place {
        Place::Code(app, id) => backend.code_text(viewer, mode, app, id).await.ok(),
        Place::Campaigns(app, InCampaigns::One(id)) => {
            backend.campaign_edit(viewer, mode, app, id).await.ok().map(|edit| edit.name)
        }
        Place::Campaigns(app, InCampaigns::Reward(campaign, id)) => backend
            .reward(viewer, mode, campaign, id)
            .await
            .ok()
            .map(|detail| detail.view.reward)
            .filter(|reward| reward.app_id == app)
            .map(|reward| reward.code),
        _ => None,
    };
    name.map(CodeHere)
}

/// The install that waits under the browser's ticket, if this person may decide about it.
async fn waiting(site: &Site, context: &Context, headers: &HeaderMap) -> Option<WaitingInstall> {
    let (viewer, ticket) = (context.who.viewer.as_ref()?, connect::ticket(site, headers)?);
    context.backend.waiting_install(viewer, &ticket).await.ok().flatten()
}

/// What the page behind a sign-in link says; nothing where the link does nothing any more.
async fn sign_in_offer(context: &Context, token: &str) -> Option<SignInOffer> {
    let LinkOffer { email, adds_to } = context.backend.sign_in_link(token).await.ok().flatten()?;
    let at_home = |viewer: &&Viewer| match &adds_to {
        Some(workspace) => viewer.workspace_id == workspace.id,
        None => viewer.email.as_ref() == Some(&email),
    };
    let other = context.who.viewer.as_ref().filter(|viewer| !at_home(viewer));
    Some(SignInOffer {
        other: other.map(|viewer| viewer.email.clone().unwrap_or_else(|| "an owner without an address".to_owned())),
        address: email::mask(&email),
        adds_to: adds_to.map(|workspace| workspace.name),
    })
}

/// Pages of which the browser's part has only the place.
fn is_bare(path: &str) -> bool {
    const BARE: [&str; 10] = [
        "/install",
        "/stripe/callback",
        "/stripe/confirm",
        "/docs",
        "/docs/connect-stripe",
        "/docs/rewards",
        "/docs/discount-codes",
        "/docs/api",
        "/privacy",
        "/support",
    ];
    BARE.contains(&path.trim_end_matches('/')) || path.starts_with("/unsubscribe/")
}

/// What the page that the Marketplace leads to offers; nothing elsewhere.
async fn install_offer(context: &Context, uri: &Uri) -> Option<InstallOffer> {
    if uri.path().trim_end_matches('/') != "/install" {
        return None;
    }
    let asked = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "mode")
        .and_then(|(_, mode)| Mode::parse(&mode));
    context.backend.install_offer(context.who.viewer.as_ref(), asked).await.ok()
}

/// `POST /api/{name}`: a server function.
pub async fn server_function(State(site): State<Site>, request: Request) -> Response {
    // Asked here first, because Leptos answers an unknown name with a text for its own developers.
    if leptos::server_fn::axum::get_server_fn_service(request.uri().path(), Method::POST).is_none() {
        return fallback::missing(request.method(), request.uri());
    }
    if !is_form(&request) {
        return problem::respond(&Problem::new(
            Code::ContentTypeInvalid,
            "Content-Type must be application/x-www-form-urlencoded: pages send their calls as forms.",
        ));
    }
    let (context, request) = Context::of(&site, request).await;
    let response =
        leptos_axum::handle_server_fns_with_context(move || context.clone().provide(), request).await.into_response();
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR { blame(response).await } else { response }
}

/// What pages send, or nothing at all. Leptos reads any body as a form, whatever it says it is.
fn is_form(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") || request.body().size_hint().exact() == Some(0)
}

/// Leptos answers 500 to arguments that cannot be read, too. Those are the caller's: 400, in our envelope. Anything else is our fault.
async fn blame(response: Response) -> Response {
    let text = to_bytes(response.into_body(), MAX_PAGE).await.unwrap_or_default();
    let arguments = ["Args|", "MissingArg|", "Deserialization|"].iter().any(|kind| text.starts_with(kind.as_bytes()));
    problem::respond(&if arguments {
        Problem::new(
            Code::ParameterInvalid,
            "The form is not whole: a field is missing or cannot be read. Load the page again.",
        )
    } else {
        Problem::new(
            Code::Internal,
            format!("a server function failed: {}", clip(&String::from_utf8_lossy(&text), 200)),
        )
    })
}

/// Pages that need somebody signed in.
pub fn is_private(path: &str) -> bool {
    ["/apps", "/people", "/settings", "/activity", ASKS]
        .iter()
        .any(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Renders to the end while the task still runs.
async fn whole(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    match to_bytes(body, MAX_PAGE).await {
        Ok(bytes) => Response::from_parts(parts, Body::from(bytes)),
        Err(error) => problem::respond(&Problem::new(Code::Internal, format!("a page could not be rendered: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_pages() {
        for path in ["/apps", "/apps/", "/apps/taskpomo/discounts", "/people", "/settings", "/activity"] {
            assert!(is_private(path), "{path}");
        }
        for path in ["/", "/docs", "/appstore", "/settingsx", "/sign-in/apps"] {
            assert!(!is_private(path), "{path}");
        }
    }
}
