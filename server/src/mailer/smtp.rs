//! Mail over SMTP, on connections that are used again.
//!
//! The pool is our own rather than lettre's: there a mail that is given up after its time leaves its connection in the pool, in the middle of
//! a conversation, and the next mail would be told what became of the one before. Here such a connection is dropped.

use super::error::{About, MailError, MailSetupError};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Tls, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::{Error, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use lettre::{Message, address::Envelope};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use url::{Host, Url};

/// For connecting.
const TIMEOUT: Duration = Duration::from_secs(15);
/// For a mail as a whole: a server that answers byte by byte does not hold a worker.
pub(super) const WHOLE: Duration = Duration::from_secs(60);
/// Connections that are kept while nothing is sent.
const KEPT: usize = 16;
/// How long such a connection is kept.
const IDLE: Duration = Duration::from_secs(20);
/// After so long a connection is asked whether it still stands before it is used.
const FRESH: Duration = Duration::from_secs(2);
/// Mails on one connection: many servers hang up after a hundred.
const MOST_MAILS: u32 = 90;

#[derive(Clone)]
pub(super) struct Smtp(Arc<Server>);

struct Server {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
    hello: ClientId,
    kept: Mutex<Vec<Kept>>,
}

/// A connection between two mails.
struct Kept {
    connection: AsyncSmtpConnection,
    since: Instant,
    mails: u32,
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
        let host = url.host_str().ok_or(MailSetupError::Url)?.to_owned();
        // lettre's error may repeat what it was given.
        let parameters = || TlsParameters::new(host.clone()).map_err(|_| MailSetupError::Url);
        let wish = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let (tls, usual_port) = match (url.scheme(), wish.as_deref()) {
            ("smtps", _) => (Tls::Wrapper(parameters()?), SUBMISSIONS_PORT),
            (_, Some("required")) => (Tls::Required(parameters()?), SUBMISSION_PORT),
            (_, Some("opportunistic")) => (Tls::Opportunistic(parameters()?), SUBMISSION_PORT),
            _ => (Tls::None, SMTP_PORT),
        };
        let credentials = match url.password() {
            Some(password) => Some(Credentials::new(plain(url.username())?, plain(password)?)),
            None => None,
        };
        let name = url.path().trim_matches('/');
        let hello = if name.is_empty() { ClientId::default() } else { ClientId::Domain(name.to_owned()) };
        let port = url.port().unwrap_or(usual_port);
        // An IPv6 address without its brackets, as sockets want it.
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self(Arc::new(Server { host, port, tls, credentials, hello, kept: Mutex::default() })))
    }

    pub(super) async fn send(&self, message: &Message) -> Result<(), MailError> {
        match tokio::time::timeout(WHOLE, self.0.send(message)).await {
            Ok(sent) => sent,
            Err(_) => Err(MailError::passing("the mail server took too long")),
        }
    }
}

impl Server {
    async fn send(&self, message: &Message) -> Result<(), MailError> {
        let mut kept = self.connection().await.map_err(|error| told(&error, About::Other))?;
        let sent = converse(&mut kept.connection, message.envelope(), &message.formatted()).await;
        kept.mails += 1;
        // A server that has said no goes on, unless it hangs up.
        let goes_on = match &sent {
            Ok(()) => true,
            Err(No { hangs_up: false, .. }) => kept.connection.command(Rset).await.is_ok(),
            Err(_) => false,
        };
        if goes_on && kept.mails >= MOST_MAILS {
            // Best effort: it is closed in any case.
            let _ = kept.connection.quit().await;
        } else if goes_on {
            kept.since = Instant::now();
            let mut all = self.kept.lock();
            if all.len() < KEPT {
                all.push(kept);
            }
        }
        sent.map_err(|no| no.error)
    }

    /// The connection that was used last, else a new one.
    async fn connection(&self) -> Result<Kept, Error> {
        loop {
            let last = {
                let mut kept = self.kept.lock();
                kept.retain(|kept| kept.since.elapsed() < IDLE);
                kept.pop()
            };
            let Some(mut kept) = last else { break };
            if kept.since.elapsed() < FRESH || kept.connection.test_connected().await {
                return Ok(kept);
            }
        }
        let wrapped = if let Tls::Wrapper(parameters) = &self.tls { Some(parameters.clone()) } else { None };
        let address = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(TIMEOUT), &self.hello, wrapped, None).await?;
        match &self.tls {
            Tls::Required(parameters) => connection.starttls(parameters.clone(), &self.hello).await?,
            Tls::Opportunistic(parameters) if connection.can_starttls() => {
                connection.starttls(parameters.clone(), &self.hello).await?;
            }
            _ => {}
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(Kept { connection, since: Instant::now(), mails: 0 })
    }
}

/// Why a mail did not leave.
struct No {
    error: MailError,
    /// The connection is of no use any more.
    hangs_up: bool,
}

impl No {
    fn of(error: &Error, about: About) -> Self {
        // 421: the server closes the connection (RFC 5321, 3.8).
        let said = error.status().map(u16::from);
        Self { error: told(error, about), hangs_up: said.is_none_or(|code| code == 421) }
    }

    fn ours(error: MailError) -> Self {
        Self { error, hangs_up: false }
    }
}

/// One mail.
async fn converse(connection: &mut AsyncSmtpConnection, envelope: &Envelope, bytes: &[u8]) -> Result<(), No> {
    let mut options = Vec::new();
    let lacks = |feature| !connection.server_info().supports_feature(feature);
    let plain = |address: &lettre::Address| AsRef::<str>::as_ref(address).is_ascii();
    if !envelope.from().into_iter().chain(envelope.to()).all(plain) {
        if lacks(Extension::SmtpUtfEight) {
            return Err(No::ours(MailError::address("the mail server takes no addresses with letters beyond ASCII")));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    if !bytes.is_ascii() {
        if lacks(Extension::EightBitMime) {
            return Err(No::ours(MailError::permanent("the mail server takes no mails with letters beyond ASCII")));
        }
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let other = |error: Error| No::of(&error, About::Other);
    connection.command(Mail::new(envelope.from().cloned(), options)).await.map_err(other)?;
    for to in envelope.to() {
        let rcpt = connection.command(Rcpt::new(to.clone(), Vec::new())).await;
        rcpt.map_err(|error| No::of(&error, About::Address))?;
    }
    connection.command(Data).await.map_err(other)?;
    connection.message(bytes).await.map_err(other)?;
    Ok(())
}

/// Without percent signs.
fn plain(encoded: &str) -> Result<String, MailSetupError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else { return Err(MailSetupError::Url) };
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| MailSetupError::Url)?);
    }
    String::from_utf8(bytes).map_err(|_| MailSetupError::Url)
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

fn told(error: &Error, about: About) -> MailError {
    // A refused password is the operator's to mend; the mail itself is good and waits.
    let about_us = error.status().is_some_and(|status| matches!(u16::from(status), 530 | 534 | 535 | 538));
    let text = format!("the mail server: {error}");
    if !error.is_permanent() || about_us {
        return MailError { about_address: about == About::Address, ..MailError::passing(text) };
    }
    // 5.7: refused by a policy, which is not about whether the address is there.
    match about {
        About::Address if !text.contains("): 5.7.") => MailError::address(text),
        _ => MailError::permanent(text),
    }
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
