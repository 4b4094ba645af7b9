//! Cookies that hold a secret of ours.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use std::time::Duration;

/// Longer values are not ours.
pub const MAX_VALUE: usize = 256;

/// One kind of cookie.
pub struct Secret {
    /// `__Host-`: browsers take it only with `Secure` and `Path=/`, and no other host of the domain can set it.
    https: &'static str,
    /// Over plain http (a laptop) they would refuse both, so there it goes without.
    http: &'static str,
}

/// Who is signed in.
pub const SESSION: Secret = Secret { https: "__Host-cm_session", http: "cm_session" };
/// The browser that began to connect.
pub const BROWSER: Secret = Secret { https: "__Host-cm_connect", http: "cm_connect" };
/// An install that waits for a person's word.
pub const TICKET: Secret = Secret { https: "__Host-cm_install", http: "cm_install" };

impl Secret {
    fn name(&self, https: bool) -> &'static str {
        if https { self.https } else { self.http }
    }

    /// What the browser sent, if it could be ours.
    pub fn read(&self, headers: &HeaderMap, https: bool) -> Option<String> {
        let jar = CookieJar::from_headers(headers);
        let value = jar.get(self.name(https))?.value();
        (!value.is_empty() && value.len() <= MAX_VALUE && value.bytes().all(|b| b.is_ascii_graphic()))
            .then(|| value.to_owned())
    }

    /// The cookie itself. `Lax`: it comes along when Stripe leads the browser back.
    pub fn cookie(&self, https: bool, value: String, max_age_s: i64) -> Cookie<'static> {
        let cookie =
            Cookie::build((self.name(https), value)).path("/").secure(https).http_only(true).same_site(SameSite::Lax);
        match Duration::from_secs(u64::try_from(max_age_s).unwrap_or(0)).try_into() {
            Ok(max_age) => cookie.max_age(max_age).build(),
            Err(_) => cookie.build(),
        }
    }

    /// For an answer: keeps a value for so many seconds.
    pub fn set(&self, https: bool, value: &str, max_age_s: i64) -> CookieJar {
        CookieJar::new().add(self.cookie(https, value.to_owned(), max_age_s))
    }

    /// For an answer: forgets it.
    pub fn clear(&self, https: bool) -> CookieJar {
        self.set(https, "", 0)
    }
}
