//! One mail, and its bytes. Nothing that a mail is made of can add a header: control characters are refused, not escaped.

use super::error::MailError;
use lettre::{
    Address, Message,
    message::{Mailbox, MultiPart},
};

/// A mail to send.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    /// Chosen once and stored, so that a mail that is sent twice is one mail to the reader's program: `id@domain`.
    pub message_id: String,
    /// One address, without a name.
    pub to: String,
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
        let to: Address = self.to.parse().map_err(|_| MailError::permanent("the address is no e-mail address"))?;
        if self.subject.trim().is_empty() || self.subject.chars().any(char::is_control) {
            return Err(MailError::permanent("the subject must be one line"));
        }
        Message::builder()
            .message_id(Some(self.checked_message_id()?))
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(self.subject.clone())
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
