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
    /// It was said about the address; where it is permanent, it is the address that is refused.
    pub about_address: bool,
    /// What to show to the owner; on one line, and without anybody's address.
    pub message: String,
}

/// What a mail server's word is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// The address of who is to get the mail.
    Address,
    /// Anything else.
    Other,
}

const MAX_CHARS: usize = 300;

impl MailError {
    /// Of the mail itself.
    pub(super) fn permanent(message: impl AsRef<str>) -> Self {
        Self { permanent: true, about_address: false, message: tidy(message.as_ref()) }
    }

    /// Of the address.
    pub(super) fn address(message: impl AsRef<str>) -> Self {
        Self { about_address: true, ..Self::permanent(message) }
    }

    /// It may work later.
    pub(super) fn passing(message: impl AsRef<str>) -> Self {
        Self { permanent: false, about_address: false, message: tidy(message.as_ref()) }
    }
}

/// On one line. Mail servers like to repeat the address that they refuse: it is kept beside the mail, not in what is said about it.
fn tidy(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let words = text.split(' ').map(|word| if word.contains('@') { "(the address)" } else { word });
    words.collect::<Vec<_>>().join(" ").chars().take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_repeated() {
        let error =
            MailError::passing("permanent error (550): 5.1.1 <ada@example.com>:\r\nno such user ada@example.com");
        assert_eq!(error.message, "permanent error (550): 5.1.1 (the address)  no such user (the address)");
    }
}
