//! One mail, and its bytes. Nothing that a mail is made of can add a header: control characters are refused, not escaped.

use super::error::MailError;
use app::domain::unseen::is_unseen;
use lettre::{
    Address, Message,
    message::header::{HeaderName, HeaderValue},
    message::{Mailbox, MultiPart},
};
use url::Url;

/// Where one unsubscribes (RFC 2369), and that one call does it (RFC 8058).
const LIST_UNSUBSCRIBE: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe");
const LIST_UNSUBSCRIBE_POST: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe-Post");
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";
/// Most bytes of an address to unsubscribe at: a header's line has at most 998.
const MAX_URL: usize = 900;

/// A mail to send.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OutgoingMail {
    /// Chosen once and stored, so that a mail that is sent twice is one mail to the reader's program: `id@domain`.
    pub message_id: String,
    /// In whose name it comes, from our address; our own where there is none.
    pub from_name: Option<String>,
    /// One address, without a name: where an answer goes.
    pub reply_to: Option<String>,
    /// One address, without a name.
    pub to: String,
    /// `https://…` or `http://…`: where a program unsubscribes with one call.
    pub unsubscribe_url: Option<String>,
    /// One line.
    pub subject: String,
    /// For programs that show no HTML.
    pub text: String,
    /// For the others.
    pub html: String,
}

/// Without the text, which may hold a link that signs in, and without the address.
impl std::fmt::Debug for OutgoingMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutgoingMail").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}

impl OutgoingMail {
    pub(super) fn build(&self, from: &Mailbox) -> Result<Message, MailError> {
        let to: Address = self.to.parse().map_err(|_| MailError::address("this is no e-mail address"))?;
        if self.subject.trim().is_empty() || self.subject.chars().any(char::is_control) {
            return Err(MailError::permanent("the subject must be one line"));
        }
        let from = match &self.from_name {
            Some(name) if name.chars().any(is_unseen) => {
                return Err(MailError::permanent("the sender's name must be one line"));
            }
            Some(name) if !name.trim().is_empty() => Mailbox::new(Some(name.clone()), from.email.clone()),
            _ => from.clone(),
        };
        let mut message = Message::builder()
            .message_id(Some(self.checked_message_id()?))
            .from(from)
            .to(Mailbox::new(None, to))
            .subject(self.subject.clone());
        if let Some(reply_to) = &self.reply_to {
            let reply_to: Address =
                reply_to.parse().map_err(|_| MailError::permanent("the address for answers is no e-mail address"))?;
            message = message.reply_to(Mailbox::new(None, reply_to));
        }
        if let Some(url) = &self.unsubscribe_url {
            let url = checked_url(url)?;
            // lettre would fold or encode a long address, which programs then do not know again.
            let written = |name, text: String| HeaderValue::dangerous_new_pre_encoded(name, text.clone(), text);
            message = message
                .raw_header(written(LIST_UNSUBSCRIBE, format!("<{url}>")))
                .raw_header(written(LIST_UNSUBSCRIBE_POST, ONE_CLICK.to_owned()));
        }
        message
            .multipart(MultiPart::alternative_plain_html(self.text.clone(), self.html.clone()))
            .map_err(|error| MailError::permanent(format!("the mail cannot be written: {error}")))
    }

    /// In angle brackets, whether they were given or not.
    fn checked_message_id(&self) -> Result<String, MailError> {
        let id = self.message_id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(&self.message_id);
        let part = |part: &str| {
            // The dot-atom of RFC 5322, as far as anybody needs it.
            let fits = |b: u8| b.is_ascii_alphanumeric() || b"._-+=".contains(&b);
            !part.is_empty() && part.bytes().all(fits)
        };
        match id.split_once('@') {
            Some((left, right)) if part(left) && part(right) && id.len() <= 200 => Ok(format!("<{id}>")),
            _ => Err(MailError::permanent("the Message-ID must be like id@example.com")),
        }
    }
}

/// An address on the web of visible ASCII characters alone, without brackets.
fn checked_url(text: &str) -> Result<String, MailError> {
    let good = text.len() <= MAX_URL
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"' | b'\\' | b','))
        && Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    if good { Ok(text.to_owned()) } else { Err(MailError::permanent("the address to unsubscribe at cannot be used")) }
}
