//! Forms as browsers post them by themselves: without scripts, or before those are there.
//!
//! A form is posted to the address of the page that it stands on, and its button says which form it is (`do`). Where it is done, the
//! browser is led on (303). Where it is refused, or has made what stands in no address (an API key), the answer is that page once
//! more, with what came of the form in it, as plain HTML. What was typed comes back in it; a secret does not.

pub mod campaigns;

use super::cookies::SESSION;
use super::pages::{self, Context};
use super::session::is_https;
use super::{Site, fallback};
use app::backend::{Backend, Viewer};
use app::domain::email::same_person;
use app::domain::form::CodeForm;
use app::domain::mode::Mode;
use app::domain::problem::{Code, Problem};
use app::domain::reward_mail::MailSettings;
use app::domain::secret::looks_like_key;
use app::given::{Made, Posted};
use app::links;
use app::wire::screens::{FormOutcome, KeyRights};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{Method, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use url::form_urlencoded;

/// The form that stands on every page of an owner with more than one workspace.
const SWITCH: &str = "switch-workspace";
/// The form that stands on every page of an owner without an address.
const ADD_ADDRESS: &str = "add-address";
/// The field for a restricted key.
const SECRET: &str = "restricted_key";
/// The field for an endpoint's signing secret.
const WEBHOOK_SECRET: &str = "webhook_secret";
/// What no page repeats.
const SECRETS: [&str; 2] = [SECRET, WEBHOOK_SECRET];

/// The pages that have forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// What Codemint is, and signing in.
    Home,
    /// The apps.
    Apps,
    /// A new code of an app.
    NewCode(&'a str),
    /// A code of an app.
    Code(&'a str, &'a str),
    /// The form of a code of an app.
    EditCode(&'a str, &'a str),
    /// What the mail of an app's campaign says.
    RewardMail(&'a str, &'a str),
    /// Rewards for people who earned them elsewhere, of a campaign of an app.
    Import(&'a str, &'a str),
    /// What happened.
    Activity,
    /// What is kept about a person.
    People,
    /// A place among an app's campaigns.
    Campaigns(&'a str, campaigns::Place<'a>),
    /// The settings.
    Settings,
    /// Behind the line to unsubscribe by.
    Unsubscribe(&'a str),
}

impl<'a> Place<'a> {
    /// By its path. What is percent-encoded in one is neither an app's id nor a code's.
    pub fn of(path: &'a str) -> Option<Self> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match parts.as_slice() {
            [""] => Some(Self::Home),
            ["apps"] => Some(Self::Apps),
            ["apps", app, "discounts", "new"] => Some(Self::NewCode(app)),
            ["apps", app, "discounts", id] => Some(Self::Code(app, id)),
            ["apps", app, "discounts", id, "edit"] => Some(Self::EditCode(app, id)),
            ["apps", app, "campaigns", id, "mail"] => Some(Self::RewardMail(app, id)),
            ["apps", app, "campaigns", id, "import"] => Some(Self::Import(app, id)),
            ["activity"] => Some(Self::Activity),
            ["people"] => Some(Self::People),
            ["apps", app, "campaigns", rest @ ..] => {
                campaigns::Place::of(rest).map(|place| Self::Campaigns(app, place))
            }
            ["settings"] => Some(Self::Settings),
            ["unsubscribe", id] => Some(Self::Unsubscribe(id)),
            _ => None,
        }
    }
}

/// Where a form leads.
enum Next {
    /// On.
    Go(String),
    /// To its page, which shows what was made.
    Show(Made),
    /// To its page, which shows what it is about, and why it was refused.
    Back(Made, Problem),
}

type Outcome = Result<Next, Vec<Problem>>;

/// What was typed.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// From a form's body.
    pub fn read(body: &Bytes) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// A field's text; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// `POST` to a page.
pub async fn post(site: &Site, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, super::limits::most_at(parts.uri.path())).await.unwrap_or_default();
    let fields = Fields::read(&body);
    let (method, uri) = (parts.method.clone(), parts.uri.clone());
    // The page that answers is drawn as if it had been asked for.
    let mut request = Request::from_parts(parts, Body::empty());
    *request.method_mut() = Method::GET;
    let (context, request) = Context::of(site, request).await;
    if let Some(Place::Unsubscribe(id)) = Place::of(uri.path()) {
        return unsubscribe(context, request, id, &fields, &body).await;
    }

    let form = fields.get("do").to_owned();
    let place = Place::of(uri.path()).filter(|_| !form.is_empty());
    let outcome = match (place, &context.who.viewer) {
        (_, Some(viewer)) if form == ADD_ADDRESS && pages::is_private(uri.path()) => {
            Some(add_address(&context, viewer, &fields).await)
        }
        (_, Some(viewer)) if form == SWITCH && pages::is_private(uri.path()) => {
            let session = SESSION.read(request.headers(), is_https(&site.edge)).unwrap_or_default();
            let done = context.backend.switch_workspace(viewer, &session, fields.get("workspace")).await;
            // What was in view is not there in another workspace.
            Some(go(done, links::apps(mode(&uri))))
        }
        (_, None) if [ADD_ADDRESS, SWITCH].contains(&form.as_str()) && pages::is_private(uri.path()) => {
            return signed_out(context, request).await;
        }
        (None, _) => None,
        (Some(Place::Home), _) => at_home(&context, &form, &fields).await,
        (Some(_), None) => return signed_out(context, request).await,
        (Some(place), Some(viewer)) => signed_in(site, viewer, place, mode(&uri), &form, &fields).await,
    };
    let mut posted = Posted { form, ..Posted::default() };
    let status = match outcome {
        None => return fallback::read_only(method, uri).await,
        Some(Ok(Next::Go(to))) => return Redirect::to(&to).into_response(),
        Some(Ok(Next::Show(made))) => {
            if matches!(made, Made::TestMail(_)) {
                // Nothing of it is kept yet.
                posted.fields = without_secrets(fields);
            }
            posted.made = Some(made);
            StatusCode::OK
        }
        Some(Ok(Next::Back(made, problem))) => {
            posted.made = Some(made);
            posted.problems = vec![problem];
            StatusCode::BAD_REQUEST
        }
        Some(Err(problems)) => {
            let status = problems.first().map_or(400, |problem| problem.code.status());
            posted.problems = problems;
            posted.fields = without_secrets(fields);
            StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST)
        }
    };
    let mut answer = pages::draw(context, request, Some(posted)).await;
    if answer.status() == StatusCode::OK {
        *answer.status_mut() = status;
    }
    answer
}

fn without_secrets(fields: Fields) -> Vec<(String, String)> {
    let kept = |(name, value): &(String, String)| {
        !SECRETS.contains(&name.as_str()) && !value.split_whitespace().any(looks_like_key)
    };
    fields.0.into_iter().filter(kept).collect()
}

/// The button of the page, or a mail program by itself (RFC 8058), which may post its one field in either of HTML's forms.
async fn unsubscribe(context: Context, request: Request, id: &str, fields: &Fields, body: &Bytes) -> Response {
    const ONE_CLICK: (&str, &str) = ("List-Unsubscribe", "One-Click");
    let says = |text: &str| body.windows(text.len()).any(|window| window == text.as_bytes());
    let button = fields.get("do") == "unsubscribe";
    let wanted = button || (says(ONE_CLICK.0) && says(ONE_CLICK.1));
    if !wanted {
        return fallback::read_only(Method::POST, request.uri().clone()).await;
    }
    match context.backend.unsubscribe(id).await {
        Ok(()) if button => Redirect::to(request.uri().path()).into_response(),
        Ok(()) => "You get no more marketing from this sender.\n".into_response(),
        // The page says that there is no such mail.
        Err(problem) if button && problem.code.status() == 404 => pages::draw(context, request, None).await,
        Err(problem) => super::problem::respond(&problem),
    }
}

/// The session has ended while somebody typed: the browser still has it all, if they go back.
async fn signed_out(context: Context, mut request: Request) -> Response {
    const WORDS: &str = "You are signed out, and nothing was sent. Sign in again in another tab, then go back to this one and send it \
                         once more: what you typed is still there.";
    *request.uri_mut() = Uri::from_static("/");
    let problems = vec![Problem::new(Code::SignInRequired, WORDS)];
    let mut answer =
        pages::draw(context, request, Some(Posted { form: "send-link".to_owned(), problems, ..Posted::default() }))
            .await;
    *answer.status_mut() = StatusCode::UNAUTHORIZED;
    answer
}

/// The mode that the address says, as `links::use_mode` reads it.
pub fn mode(uri: &Uri) -> Mode {
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    query.into_owned().find(|(name, _)| name == "mode").and_then(|(_, mode)| Mode::parse(&mode)).unwrap_or_default()
}

async fn at_home(context: &Context, form: &str, fields: &Fields) -> Option<Outcome> {
    if form != "send-link" {
        return None;
    }
    let sent = context.backend.request_sign_in(&context.who.visitor, fields.get("email")).await;
    Some(sent.map(|sent| Next::Show(Made::Link(sent))).map_err(|problem| vec![problem]))
}

async fn add_address(context: &Context, viewer: &Viewer, fields: &Fields) -> Outcome {
    let sent = context.backend.add_address(viewer, &context.who.visitor, fields.get("email")).await;
    sent.map(|sent| Next::Show(Made::Link(sent))).map_err(|problem| vec![problem])
}

/// The forms of the pages that need somebody signed in; none where the page has no such form.
async fn signed_in(
    site: &Site,
    viewer: &Viewer,
    place: Place<'_>,
    mode: Mode,
    form: &str,
    fields: &Fields,
) -> Option<Outcome> {
    let backend: &dyn Backend = &*site.backend;
    let outcome = match (place, form) {
        (Place::Apps, "create-app") => {
            made(backend.create_app(viewer, fields.get("name"), fields.get("id")).await, |id| links::codes(id, mode))
        }
        (Place::NewCode(app), "create-code") => {
            let typed = CodeForm::read(|name| fields.get(name).to_owned());
            let outcome = backend.create_code(viewer, mode, app, typed, fields.get("zone")).await;
            made(outcome, |id| links::code(app, id, mode))
        }
        (Place::EditCode(app, id), "edit-code") => {
            let typed = CodeForm::read(|name| fields.get(name).to_owned());
            let outcome = backend.edit_code(viewer, mode, app, id, typed, fields.get("zone")).await;
            made(outcome, |id| links::code(app, id, mode))
        }
        (Place::Code(app, id), "test-checkout") => {
            let url = backend.test_checkout(viewer, app, id, fields.get("price_id").trim()).await;
            // Shown as a link: the page's policy lets no form lead to another site.
            url.map(|url| Next::Show(Made::Checkout(url))).map_err(|problem| vec![problem])
        }
        (Place::Code(app, id), "end-checkout") => {
            go(backend.end_checkout(viewer, mode, fields.get("about")).await, links::code(app, id, mode))
        }
        (Place::Activity, "check-ledger") => go(backend.check_ledger(viewer, mode).await, links::activity(mode)),
        (Place::Code(app, id), form) => {
            let done = match form {
                "set-active" => backend.set_code_active(viewer, mode, id, fields.get("active") == "true").await,
                "archive" => backend.archive_code(viewer, mode, id).await,
                "restore" => backend.restore_code(viewer, mode, id).await,
                "mint-again" => backend.mint_again(viewer, mode, id).await,
                _ => return None,
            };
            go(done, links::code(app, id, mode))
        }
        (Place::RewardMail(app, id), "save-mail") => {
            let settings = MailSettings::read(|name| fields.get(name).to_owned());
            let outcome = backend.save_campaign_mail(viewer, mode, app, id, settings).await;
            match outcome {
                Ok(FormOutcome::Done { .. }) => Ok(Next::Show(Made::MailSaved)),
                Ok(FormOutcome::Refused { problems }) => Err(problems),
                Err(problem) => Err(vec![problem]),
            }
        }
        (Place::RewardMail(app, id), "test-mail") => {
            let settings = MailSettings::read(|name| fields.get(name).to_owned());
            let sent = backend.send_test_mail(viewer, mode, app, id, settings).await;
            sent.map(|to| Next::Show(Made::TestMail(to))).map_err(|problem| vec![problem])
        }
        (Place::Import(app, id), "import-rewards") => {
            let report = backend
                .import_rewards(viewer, mode, app, id, fields.get("csv"), fields.get("send_email") == "true")
                .await;
            report.map(|report| Next::Show(Made::Import(Box::new(report)))).map_err(|problem| vec![problem])
        }
        (Place::People, "find-person") => {
            let person = backend.person(viewer, mode, fields.get("email")).await;
            person.map(|person| Next::Show(Made::Person(Box::new(person)))).map_err(|problem| vec![problem])
        }
        (Place::People, "erase-person") => erase_person(backend, viewer, mode, fields).await,
        (Place::Campaigns(app, place), form) => {
            return campaigns::signed_in(backend, viewer, app, place, mode, form, fields).await;
        }
        (Place::Settings, "connect") => {
            go(backend.connect_restricted_key(viewer, mode, fields.get(SECRET)).await, links::settings(mode))
        }
        (Place::Settings, "disconnect") => go(backend.disconnect(viewer, mode).await, links::settings(mode)),
        (Place::Settings, "make-webhook") => {
            go(backend.make_webhook_endpoint(viewer, mode).await, links::settings(mode))
        }
        (Place::Settings, "webhook-secret") => {
            let secret = fields.get(WEBHOOK_SECRET);
            go(backend.set_webhook_secret(viewer, mode, secret).await, links::settings(mode))
        }
        (Place::Settings, "remove-webhook") => {
            go(backend.remove_webhook_endpoint(viewer, mode).await, links::settings(mode))
        }
        (Place::Settings, "revoke") => {
            go(backend.revoke_api_key(viewer, mode, fields.get("about")).await, links::settings(mode))
        }
        (Place::Settings, "create-key") => {
            let rights = KeyRights::parse(fields.get("rights")).unwrap_or_default();
            let key = backend.create_api_key(viewer, mode, fields.get("name"), fields.get("app_id"), rights).await;
            key.map(|key| Next::Show(Made::Key(Box::new(key)))).map_err(|problem| vec![problem])
        }
        _ => return None,
    };
    Some(outcome)
}

/// The address is typed once more: nobody is erased by a slip.
async fn erase_person(backend: &dyn Backend, viewer: &Viewer, mode: Mode, fields: &Fields) -> Outcome {
    let email = fields.get("email");
    match same_person(email, fields.get("confirm")) {
        Ok(()) => {
            let erased = backend.erase_person(viewer, mode, email).await;
            erased.map(|erased| Next::Show(Made::Erased(Box::new(erased)))).map_err(|problem| vec![problem])
        }
        Err(refused) => match backend.person(viewer, mode, email).await {
            Ok(person) => Ok(Next::Back(Made::Person(Box::new(person)), refused)),
            Err(problem) => Err(vec![problem]),
        },
    }
}

fn go<T>(done: Result<T, Problem>, to: String) -> Outcome {
    done.map(|_| Next::Go(to)).map_err(|problem| vec![problem])
}

fn made(outcome: Result<FormOutcome, Problem>, to: impl FnOnce(&str) -> String) -> Outcome {
    match outcome {
        Ok(FormOutcome::Done { id }) => Ok(Next::Go(to(&id))),
        Ok(FormOutcome::Refused { problems }) => Err(problems),
        Err(problem) => Err(vec![problem]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_have_forms() {
        assert_eq!(Place::of("/"), Some(Place::Home));
        assert_eq!(Place::of("/apps/"), Some(Place::Apps));
        assert_eq!(Place::of("/apps/a/discounts/new"), Some(Place::NewCode("a")));
        assert_eq!(Place::of("/apps/a/discounts/dc_1"), Some(Place::Code("a", "dc_1")));
        assert_eq!(Place::of("/apps/a/discounts/dc_1/edit"), Some(Place::EditCode("a", "dc_1")));
        assert_eq!(Place::of("/apps/a/campaigns/cmp_1/mail"), Some(Place::RewardMail("a", "cmp_1")));
        assert_eq!(Place::of("/unsubscribe/rw_1"), Some(Place::Unsubscribe("rw_1")));
        assert_eq!(Place::of("/people"), Some(Place::People));
        assert_eq!(Place::of("/activity"), Some(Place::Activity));
        assert_eq!(Place::of("/apps/a/campaigns/cmp_1/import"), Some(Place::Import("a", "cmp_1")));
        let campaigns = |place| Some(Place::Campaigns("a", place));
        assert_eq!(Place::of("/apps/a/campaigns"), campaigns(campaigns::Place::List));
        assert_eq!(Place::of("/apps/a/campaigns/new"), campaigns(campaigns::Place::New));
        assert_eq!(Place::of("/apps/a/campaigns/cmp_1"), campaigns(campaigns::Place::One("cmp_1")));
        assert_eq!(Place::of("/apps/a/campaigns/cmp_1/edit"), campaigns(campaigns::Place::Edit("cmp_1")));
        let reward = campaigns::Place::Reward("cmp_1", "rw_1");
        assert_eq!(Place::of("/apps/a/campaigns/cmp_1/rewards/rw_1"), campaigns(reward));
        for path in [
            "/people/export",
            "/apps/a/campaigns/cmp_1/rewards",
            "/apps/a/discounts",
            "/apps/a",
            "/settings/keys",
            "/sign-in",
            "/sign-in/token",
        ] {
            assert_eq!(Place::of(path), None, "{path}");
        }
    }

    #[test]
    fn the_mode_is_the_addresses() {
        assert_eq!(mode(&Uri::from_static("/settings?ask=revoke&mode=live")), Mode::Live);
        assert_eq!(mode(&Uri::from_static("/settings?mode=sideways")), Mode::Test);
        assert_eq!(mode(&Uri::from_static("/settings")), Mode::Test);
    }
}
