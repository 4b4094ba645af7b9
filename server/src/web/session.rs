//! Who looks at a page: the session's cookie, the zone's cookie, the visitor's address. Signing in and out.

use super::Site;
use super::cookies::{MAX_VALUE, SESSION};
use super::problem::Refused;
use super::stripe::connect;
use crate::config::Edge;
use crate::services::SessionGrant;
use app::backend::{Viewer, Visitor};
use app::domain::locale::Locale;
use app::domain::problem::Code;
use axum::{
    Form,
    extract::{ConnectInfo, State, rejection::FormRejection},
    http::{HeaderMap, HeaderName, header::ACCEPT_LANGUAGE, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar};
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Set by the browser's part; see `app`.
const ZONE_COOKIE: &str = "cm_tz";

/// Whether browsers reach us by https.
pub fn is_https(edge: &Edge) -> bool {
    edge.public_url.scheme() == "https"
}

/// The cookie of a new session, for an answer.
pub fn cookie(edge: &Edge, grant: SessionGrant) -> CookieJar {
    SESSION.set(is_https(edge), &grant.cookie_value, grant.max_age_s)
}

/// The browser's zone, an IANA name; `UTC` until it has told one.
fn zone(headers: &HeaderMap) -> String {
    let jar = CookieJar::from_headers(headers);
    let told = jar.get(ZONE_COOKIE).map(Cookie::value).unwrap_or_default();
    let plausible = (1..=64).contains(&told.len())
        && told.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+'))
        && !told.starts_with('/');
    if plausible { told.to_owned() } else { "UTC".to_owned() }
}

/// The first language that the browser takes, as a tag; empty where it says none.
pub fn language(headers: &HeaderMap) -> String {
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = accepted.split([',', ';']).next().unwrap_or_default().trim();
    let plausible = first.len() <= 35 && first.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if plausible { first.to_owned() } else { String::new() }
}

/// Who is signed in.
pub async fn viewer(site: &Site, headers: &HeaderMap) -> Option<Viewer> {
    let value = SESSION.read(headers, is_https(&site.edge))?;
    site.services.viewer(&value, &zone(headers), Locale::parse(&language(headers))).await
}

/// Where a request comes from, for limits: an IPv4 address, or the /64 of an IPv6 one, which is what one subscriber has.
///
/// `X-Forwarded-For` counts only behind a proxy of the operator's own, and only its last entry: the one that the proxy added.
pub fn visitor(edge: &Edge, parts: &Parts) -> Visitor {
    let forwarded = || {
        let last = parts.headers.get_all(X_FORWARDED_FOR).iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse::<IpAddr>().ok()
    };
    let direct = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = if edge.trust_forwarded { forwarded().or_else(direct) } else { direct() };
    Visitor { address: address.map_or_else(|| "unknown".to_owned(), network) }
}

fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// The form behind the link in a sign-in mail.
#[derive(Deserialize)]
pub struct SignIn {
    token: String,
}

/// `POST /sign-in`: a used-up, expired or forged token leads back to where a new one can be asked for.
pub async fn sign_in(
    State(site): State<Site>,
    headers: HeaderMap,
    form: Result<Form<SignIn>, FormRejection>,
) -> Result<Response, Refused> {
    let expired = || Redirect::to("/?problem=expired").into_response();
    let Ok(Form(SignIn { token })) = form else { return Ok(expired()) };
    if token.is_empty() || token.len() > MAX_VALUE || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(expired());
    }
    match site.services.confirm_sign_in(&token).await {
        Ok(grant) => {
            // Whoever signed in on the way of an install goes on there.
            let to = match connect::ticket(&site, &headers) {
                Some(ticket) if site.services.install_waits(&ticket).await => "/stripe/confirm",
                _ => "/apps",
            };
            Ok((cookie(&site.edge, grant), Redirect::to(to)).into_response())
        }
        Err(problem) if problem.code == Code::Internal => Err(problem.into()),
        Err(problem) if problem.code == Code::ParameterInvalid => Ok(Redirect::to("/?problem=address").into_response()),
        Err(_) => Ok(expired()),
    }
}

/// `POST /sign-out`: forgets the session here and in the browser.
pub async fn sign_out(State(site): State<Site>, headers: HeaderMap) -> Response {
    let https = is_https(&site.edge);
    if let Some(value) = SESSION.read(&headers, https) {
        site.services.sign_out(&value).await;
    }
    (SESSION.clear(https), Redirect::to("/")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderValue, Request};
    use tokio_util::task::TaskTracker;

    fn cookies(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(axum::http::header::COOKIE, HeaderValue::from_str(text).unwrap())])
    }

    #[test]
    fn the_cookie_is_locked() {
        assert_eq!(
            SESSION.cookie(true, "abc".into(), 60).to_string(),
            "__Host-cm_session=abc; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60"
        );
        assert_eq!(
            SESSION.cookie(false, "abc".into(), 60).to_string(),
            "cm_session=abc; HttpOnly; SameSite=Lax; Path=/; Max-Age=60"
        );
    }

    #[test]
    fn only_our_own_cookie_counts() {
        assert_eq!(SESSION.read(&cookies("a=b; __Host-cm_session=abc"), true).as_deref(), Some("abc"));
        assert_eq!(SESSION.read(&cookies("cm_session=abc"), true), None);
        assert_eq!(SESSION.read(&cookies("cm_session=abc"), false).as_deref(), Some("abc"));
        assert_eq!(SESSION.read(&cookies("cm_session="), false), None);
        assert_eq!(SESSION.read(&cookies(&format!("cm_session={}", "a".repeat(MAX_VALUE + 1))), false), None);
        assert_eq!(SESSION.read(&cookies("cm_session=a%00b"), false), None);
    }

    #[test]
    fn zones() {
        assert_eq!(zone(&cookies("cm_tz=Europe/Berlin")), "Europe/Berlin");
        assert_eq!(zone(&cookies("cm_tz=Europe%2FBerlin")), "Europe/Berlin");
        assert_eq!(zone(&cookies("cm_tz=Etc/GMT+3")), "Etc/GMT+3");
        for bad in ["", "cm_tz=", "cm_tz=../../etc/passwd", "cm_tz=/etc", "cm_tz=a b", "cm_tz=%3Cscript%3E"] {
            assert_eq!(zone(&cookies(bad)), "UTC", "{bad}");
        }
        assert_eq!(zone(&cookies(&format!("cm_tz={}", "a".repeat(65)))), "UTC");
    }

    #[test]
    fn languages() {
        let said = |text: &str| {
            language(&HeaderMap::from_iter([(ACCEPT_LANGUAGE, HeaderValue::from_bytes(text.as_bytes()).unwrap())]))
        };
        assert_eq!(said("de-CH, de;q=0.9, en;q=0.8"), "de-CH");
        assert_eq!(said("fr;q=1"), "fr");
        for bad in ["", "*", "\"><script>", "é", &"a".repeat(36)] {
            assert_eq!(said(bad), "", "{bad}");
        }
        assert_eq!(language(&HeaderMap::new()), "");
    }

    #[test]
    fn addresses() {
        let address = |trust_forwarded, from: &str, forwarded: Option<&str>| {
            let edge =
                Edge { public_url: "http://localhost".parse().unwrap(), trust_forwarded, tasks: TaskTracker::new() };
            let mut request = Request::get("/");
            if let Some(value) = forwarded {
                request = request.header(X_FORWARDED_FOR, value);
            }
            let (mut parts, ()) = request.body(()).unwrap().into_parts();
            parts.extensions.insert(ConnectInfo(SocketAddr::new(from.parse().unwrap(), 1)));
            visitor(&edge, &parts).address
        };
        assert_eq!(address(false, "192.0.2.7", Some("203.0.113.9")), "192.0.2.7");
        assert_eq!(address(true, "192.0.2.7", Some("198.51.100.1, 203.0.113.9")), "203.0.113.9");
        assert_eq!(address(true, "192.0.2.7", Some("rubbish")), "192.0.2.7");
        assert_eq!(address(true, "192.0.2.7", None), "192.0.2.7");
        assert_eq!(address(false, "::ffff:192.0.2.7", None), "192.0.2.7");
        assert_eq!(address(false, "2001:db8:1:2:3:4:5:6", None), "2001:db8:1:2::/64");
    }
}
