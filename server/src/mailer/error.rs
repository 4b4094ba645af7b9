//! What can go wrong with mail. Never with a password in it: the URL of the server is not repeated.

/// Why there is no mailer.
#[derive(Debug, thiserror::Error)]
pub enum MailSetupError {
    /// The sender's address.
    #[error("the sender of mail must be an address, like codes@example.com or Codemint <codes@example.com>")]
    From,
    /// The server's URL.
    #[error(
        "the mail server must be smtp://host:port, smtps://host:port (with user:password@ where needed) or file:DIR"
    )]
    Url,
    /// A password that everybody on the way could read.
    #[error("the mail server has a password and ?tls=none: it would travel in the open")]
    OpenPassword,
    /// The directory for mail.
    #[error("the directory for mail cannot be made: {0}")]
    Directory(std::io::Error),
}

/// Why a mail was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MailError {
    /// Sending the same again will not help: the address or the mail itself is refused.
    pub permanent: bool,
    /// What to show to the owner; on one line.
    pub message: String,
}

const MAX_CHARS: usize = 300;

impl MailError {
    pub(super) fn permanent(message: impl AsRef<str>) -> Self {
        Self { permanent: true, message: one_line(message.as_ref()) }
    }

    pub(super) fn passing(message: impl AsRef<str>) -> Self {
        Self { permanent: false, message: one_line(message.as_ref()) }
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(MAX_CHARS).collect()
}
