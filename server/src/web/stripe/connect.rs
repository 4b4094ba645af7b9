//! The way to Stripe's consent page and back, and the page that asks before something is bound.

use super::super::cookies::{BROWSER, TICKET};
use super::super::forms::Fields;
use super::super::pages::{self, Context};
use super::super::{Site, limits, problem, session};
use crate::services::{Callback, Decided, WayBack};
use app::domain::install::{InstallTrouble, StartedFrom};
use app::domain::mode::Mode;
use app::given::{ModeHere, WayBack as WayBackHere};
use app::links;
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

/// Longer values are none of Stripe's, nor ours.
const MAX_VALUE: usize = 512;
/// The page that says why nothing was bound; without its query, which may hold a code.
const WAY_BACK: &str = "/stripe/callback";
/// The page that asks.
const CONFIRM: &str = "/stripe/confirm";
/// Where one can sign in to go on.
const SIGN_IN: &str = "/?waiting=install";

/// A query, where every name stands once.
struct Query(Vec<(String, String)>);

impl Query {
    fn of(uri: &Uri) -> Option<Self> {
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        let sound = pairs.iter().enumerate().all(|(place, (name, value))| {
            value.len() <= MAX_VALUE && pairs[..place].iter().all(|(before, _)| before != name)
        });
        sound.then_some(Self(pairs))
    }

    /// A value that is not empty.
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    fn secret(&self, name: &str) -> Option<SecretString> {
        self.get(name).map(SecretString::from)
    }
}

/// `GET /stripe/start?mode=test&from=settings`: to Stripe's consent page.
pub async fn start(State(site): State<Site>, request: Request) -> Response {
    let query = Query::of(request.uri());
    let get = |name: &str| query.as_ref().and_then(|query| query.get(name));
    let mode = get("mode").and_then(Mode::parse).unwrap_or_default();
    let from = get("from").and_then(StartedFrom::parse).unwrap_or(StartedFrom::Settings);
    let (context, request) = Context::of(&site, request).await;
    if from == StartedFrom::Settings && context.who.viewer.is_none() {
        return Redirect::to("/").into_response();
    }
    let known = BROWSER.read(request.headers(), session::is_https(&site.edge));
    let viewer = context.who.viewer.clone();
    let place = context.who.visitor.address.clone();
    match site.services.start_install(mode, from, viewer.as_ref(), known.as_deref(), &place).await {
        Ok(Some(start)) => {
            let cookie = BROWSER.set(session::is_https(&site.edge), start.browser.expose_secret(), start.max_age_s);
            (cookie, Redirect::to(start.url.as_str())).into_response()
        }
        Ok(None) => nothing(&site, context, request, InstallTrouble::NotSetUp).await,
        Err(problem) => problem::respond(&problem),
    }
}

/// `GET /stripe/callback`: the way back.
pub async fn way_back(State(site): State<Site>, request: Request) -> Response {
    let query = Query::of(request.uri());
    let (context, request) = Context::of(&site, request).await;
    let Some(query) = query else { return nothing(&site, context, request, InstallTrouble::Unknown).await };
    let callback = Callback {
        code: query.secret("code"),
        state: query.secret("state"),
        error: query.get("error").map(str::to_owned),
        account: query.get("stripe_user_id").or_else(|| query.get("account_id")).map(str::to_owned),
    };
    let browser = BROWSER.read(request.headers(), session::is_https(&site.edge));
    let viewer = context.who.viewer.clone();
    let place = context.who.visitor.address.clone();
    match site.services.install_way_back(callback, viewer.as_ref(), browser.as_deref(), &place).await {
        Ok(led) => lead(&site, context, request, led).await,
        Err(problem) => problem::respond(&problem),
    }
}

/// `POST /stripe/confirm`: the person's word.
pub async fn decide(State(site): State<Site>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let fields = Fields::read(&to_bytes(body, limits::MAX_BODY).await.unwrap_or_default());
    parts.method = Method::GET;
    let (context, request) = Context::of(&site, Request::from_parts(parts, Body::empty())).await;
    let Some(viewer) = context.who.viewer.clone() else { return Redirect::to(SIGN_IN).into_response() };
    let ticket = ticket(&site, request.headers());
    match (fields.get("do"), ticket) {
        ("confirm", Some(ticket)) => match site.services.confirm_install(&viewer, &ticket, fields.get("about")).await {
            Ok(Decided::Led(led)) => lead(&site, context, request, led).await,
            Ok(Decided::Gone) => Redirect::to(CONFIRM).into_response(),
            Err(problem) => problem::respond(&problem),
        },
        ("refuse", Some(ticket)) => match site.services.refuse_install(&viewer, &ticket).await {
            Ok(mode) => {
                let settings = Redirect::to(&links::settings(mode.unwrap_or_default()));
                (TICKET.clear(session::is_https(&site.edge)), settings).into_response()
            }
            Err(problem) => problem::respond(&problem),
        },
        _ => Redirect::to(CONFIRM).into_response(),
    }
}

/// The ticket that this browser holds for an install that waits.
pub fn ticket(site: &Site, headers: &HeaderMap) -> Option<String> {
    TICKET.read(headers, session::is_https(&site.edge))
}

async fn lead(site: &Site, context: Context, request: Request, led: WayBack) -> Response {
    let https = session::is_https(&site.edge);
    match led {
        WayBack::Connected { mode, session } => {
            let settings = Redirect::to(&links::settings(mode));
            match session {
                Some(grant) => (TICKET.clear(https), session::cookie(&site.edge, grant), settings).into_response(),
                None => (TICKET.clear(https), settings).into_response(),
            }
        }
        WayBack::Waiting { ticket, max_age_s } => {
            let cookie = TICKET.set(https, ticket.expose_secret(), max_age_s);
            let to = if context.who.viewer.is_some() { CONFIRM } else { SIGN_IN };
            (cookie, Redirect::to(to)).into_response()
        }
        WayBack::Nothing(trouble) => nothing(site, context, request, trouble).await,
    }
}

/// The page that says why nothing was bound, and what to do.
async fn nothing(site: &Site, context: Context, mut request: Request, trouble: InstallTrouble) -> Response {
    // Where one can begin again: in the mode of the way that this browser began.
    let mode = match BROWSER.read(request.headers(), session::is_https(&site.edge)) {
        Some(browser) => site.services.mode_of_way(&browser).await,
        None => None,
    };
    // Whoever is a stranger goes where the Marketplace leads.
    let mode = match (mode, &context.who.viewer) {
        (None, None) => site.backend.install_offer(None, None).await.ok().map(|offer| offer.mode),
        (mode, _) => mode,
    };
    if let Some(mode) = mode {
        request.extensions_mut().insert(ModeHere(mode));
    }
    tracing::info!(?trouble, "a way back from Stripe bound nothing");
    *request.uri_mut() = Uri::from_static(WAY_BACK);
    request.extensions_mut().insert(WayBackHere(trouble));
    let mut page = pages::draw(context, request, None).await;
    if page.status() == StatusCode::OK {
        *page.status_mut() = match trouble {
            InstallTrouble::Declined => StatusCode::OK,
            InstallTrouble::SignInFirst => StatusCode::FORBIDDEN,
            InstallTrouble::Unavailable | InstallTrouble::OperatorsFault => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
    }
    page
}
