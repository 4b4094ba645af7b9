//! Mail over SMTP.

use super::error::{MailError, MailSetupError};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor, transport::smtp::Error};
use std::time::Duration;
use url::{Host, Url};

/// For each answer of the server.
const TIMEOUT: Duration = Duration::from_secs(15);
/// For a mail as a whole: a server that answers byte by byte does not hold a worker.
const WHOLE: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(super) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

/// Without the credentials.
impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Smtp")
    }
}

impl Smtp {
    pub(super) fn new(url: &str) -> Result<Self, MailSetupError> {
        let url = settled(url)?;
        // lettre's error may repeat the URL.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str())
            .map_err(|_| MailSetupError::Url)?
            .timeout(Some(TIMEOUT))
            .build();
        Ok(Self { transport })
    }

    pub(super) async fn send(&self, message: Message) -> Result<(), MailError> {
        match tokio::time::timeout(WHOLE, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(told(&error)),
            Err(_) => Err(MailError::passing("the mail server took too long")),
        }
    }
}

/// The URL with our choice about TLS in lettre's words. Left alone, lettre would send passwords in the open.
fn settled(url: &str) -> Result<Url, MailSetupError> {
    let mut url = Url::parse(url).map_err(|_| MailSetupError::Url)?;
    if !matches!(url.scheme(), "smtp" | "smtps") || url.host_str().is_none_or(str::is_empty) {
        return Err(MailSetupError::Url);
    }
    let mut tls = None;
    for (key, value) in url.query_pairs() {
        match (key.as_ref(), value.as_ref()) {
            ("tls", "none" | "opportunistic" | "required") => tls = Some(value.into_owned()),
            // A mistyped wish is not passed over.
            _ => return Err(MailSetupError::Url),
        }
    }
    url.set_query(None);
    if url.scheme() == "smtps" {
        return Ok(url);
    }
    let password = url.password().is_some();
    let local = match url.host() {
        // Of a scheme that the URL standard does not know every host is a name.
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse().is_ok_and(|address: std::net::Ipv4Addr| address.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match tls.as_deref() {
        Some("none") if password && !local => return Err(MailSetupError::OpenPassword),
        Some("none") => {}
        None if local => {}
        Some("required") => url.set_query(Some("tls=required")),
        _ if password => url.set_query(Some("tls=required")),
        _ => url.set_query(Some("tls=opportunistic")),
    }
    Ok(url)
}

fn told(error: &Error) -> MailError {
    // A refused password is the owner's to mend; the mail itself is good and waits.
    let about_us = error.status().is_some_and(|status| matches!(u16::from(status), 530 | 534 | 535 | 538));
    let text = format!("the mail server: {error}");
    if error.is_permanent() && !about_us { MailError::permanent(text) } else { MailError::passing(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_do_not_travel_in_the_open() {
        let query = |url: &str| settled(url).map(|url| url.query().map(str::to_owned));
        assert_eq!(query("smtp://mail.example:25").unwrap().as_deref(), Some("tls=opportunistic"));
        assert_eq!(query("smtp://u:p@mail.example").unwrap().as_deref(), Some("tls=required"));
        assert_eq!(query("smtp://u:p@mail.example?tls=opportunistic").unwrap().as_deref(), Some("tls=required"));
        assert_eq!(query("smtp://mail.example?tls=required").unwrap().as_deref(), Some("tls=required"));
        assert_eq!(query("smtp://mail.example?tls=none").unwrap(), None);
        assert!(matches!(query("smtp://u:p@mail.example?tls=none"), Err(MailSetupError::OpenPassword)));
        for local in ["smtp://127.0.0.1:1025", "smtp://localhost:1025", "smtp://[::1]:1025", "smtps://u:p@mail.example"]
        {
            assert_eq!(query(local).unwrap(), None, "{local}");
        }
        for bad in ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example?tls=maybe", "smtp://a?x=1"] {
            assert!(matches!(query(bad), Err(MailSetupError::Url)), "{bad}");
        }
    }

    #[tokio::test]
    async fn debug_and_errors_hide_the_password() {
        let smtp = Smtp::new("smtps://user:hunter2@mail.example").unwrap();
        assert!(!format!("{smtp:?}").contains("hunter2"));
        let error = Smtp::new("smtp://user:hunter2@mail.example?tls=none").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
