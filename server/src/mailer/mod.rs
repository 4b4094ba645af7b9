//! Mail out: over SMTP, or into a directory where a demo and the tests can read it.

mod error;
mod file;
mod message;
mod smtp;
mod templates;

pub use error::{MailError, MailSetupError};
pub use message::OutgoingMail;
pub use templates::{MailText, confirm_address_mail, moved_mail, needs_reauth_mail, rewards_mail, sign_in_mail};

use lettre::message::Mailbox;

/// Sends mail from one address.
#[derive(Clone, Debug)]
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Smtp(smtp::Smtp),
    Directory(file::Directory),
}

impl Mailer {
    /// `None` where no mail is configured. `url` is `smtp://`, `smtps://` (both may carry `user:password@`) or `file:DIR`;
    /// `from` is an address, or a name and an address: `Codemint <codes@example.com>`.
    ///
    /// `smtp://` begins in the open and turns to TLS: it must with a password or with `?tls=required`, and it need not
    /// with `?tls=none` or to this machine; else it does where the server can.
    pub fn from_config(url: Option<&str>, from: &str) -> Result<Option<Self>, MailSetupError> {
        let Some(url) = url.map(str::trim).filter(|url| !url.is_empty()) else {
            return Ok(None);
        };
        let from = from.trim().parse().map_err(|_| MailSetupError::From)?;
        let way = match url.strip_prefix("file:") {
            Some(path) => Way::Directory(file::Directory::open(path)?),
            None => Way::Smtp(smtp::Smtp::new(url)?),
        };
        Ok(Some(Self { from, way }))
    }

    /// Sends one mail: when this returns, it was taken by the server or is in the directory.
    pub async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError> {
        let message = mail.build(&self.from)?;
        match &self.way {
            Way::Smtp(smtp) => Box::pin(smtp.send(&message)).await,
            Way::Directory(directory) => directory.write(&mail.message_id, &message.formatted()).await,
        }
    }
}

#[cfg(test)]
mod tests;
