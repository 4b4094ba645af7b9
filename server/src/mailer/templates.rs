//! The texts of mails: plain words, one link, nothing that is fetched from elsewhere.

/// What a mail says.
#[derive(Clone, PartialEq, Eq)]
pub struct MailText {
    /// One line.
    pub subject: String,
    /// For programs that show no HTML.
    pub text: String,
    /// For the others.
    pub html: String,
}

/// Without the text: it holds the link.
impl std::fmt::Debug for MailText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailText").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// The mail with the link that signs in.
pub fn sign_in_mail(link: &str, minutes: u32) -> MailText {
    let life = if minutes == 1 { "1 minute".to_owned() } else { format!("{minutes} minutes") };
    let good_for = format!("The link works once, for {life}.");
    let not_you = "If you did not ask for this, you can ignore this mail. Nobody can sign in without the link.";
    let text = format!("Sign in to Codemint:\n\n{link}\n\n{good_for}\n\n{not_you}\n");
    let link = escape(link);
    let html = format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Sign in to Codemint</title></head>\n\
         <body style=\"margin:0;padding:24px;background:#ffffff;color:#1a1a1a;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif\">\n\
         <div style=\"max-width:480px;margin:0 auto\">\n\
         <p style=\"margin:0 0 24px\">Sign in to Codemint with this link:</p>\n\
         <p style=\"margin:0 0 24px\"><a href=\"{link}\" style=\"display:inline-block;padding:12px 20px;border-radius:8px;background:#1a1a1a;color:#ffffff;text-decoration:none\">Sign in</a></p>\n\
         <p style=\"margin:0 0 12px\">{good_for}</p>\n\
         <p style=\"margin:0;color:#5c5c5c\">{not_you}</p>\n\
         </div>\n\
         </body>\n\
         </html>\n"
    );
    MailText { subject: "Sign in to Codemint".to_owned(), text, html }
}

/// For HTML text and attributes in double quotes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_link_and_it_is_escaped() {
        let mail = sign_in_mail("https://codes.example/sign-in?a=1&b=\"><script>", 15);
        assert_eq!(mail.html.matches("href=").count(), 1);
        assert!(mail.html.contains("?a=1&amp;b=&quot;&gt;&lt;script&gt;\"") && !mail.html.contains("<script"));
        assert!(!mail.html.contains("<img") && mail.html.contains("15 minutes"));
        assert_eq!(mail.text.matches("https://").count(), 1);
        assert!(mail.text.contains("\nhttps://codes.example/sign-in?a=1&b="));
        assert!(sign_in_mail("x", 1).text.contains("1 minute."));
        assert!(!format!("{mail:?}").contains("sign-in"));
    }
}
