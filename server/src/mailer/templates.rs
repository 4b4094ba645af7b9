//! The texts of mails: plain words, one link, nothing that is fetched from elsewhere.

use app::domain::mode::Mode;
use app::domain::reward::Cause;

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
    Letter {
        subject: "Sign in to Codemint",
        lead: &["Sign in to Codemint with this link:".to_owned()],
        link,
        button: "Sign in",
        notes: &[
            works_once(minutes),
            "If you did not ask for this, you can ignore this mail. Nobody can sign in without the link.".to_owned(),
        ],
    }
    .text()
}

/// The mail with the link that adds an address to an owner. It does not name the workspace: whoever made that chose its name, and no
/// stranger's words belong into a mail of ours. The page behind the link does.
pub fn confirm_address_mail(link: &str, minutes: u32) -> MailText {
    Letter {
        subject: "Add this address to Codemint",
        lead: &[
            "Somebody who is signed in to Codemint gave this address as theirs.".to_owned(),
            "If that was you, add it with this link. You sign in with it from then on.".to_owned(),
        ],
        link,
        button: "Add this address",
        notes: &[
            works_once(minutes),
            "If you did not ask for this, you can ignore this mail. Nothing is added without the link.".to_owned(),
        ],
    }
    .text()
}

/// The mail that says that a connection needs its owner. `since` is a moment in words.
pub fn needs_reauth_mail(link: &str, mode: Mode, account: Option<&str>, since: &str) -> MailText {
    Letter {
        subject: "Stripe no longer accepts Codemint's connection",
        lead: &[
            format!("Since {since}, Stripe refuses Codemint's connection in {mode} mode{}.", of_account(account)),
            "Codes keep being issued, and everything that was minted keeps working. Until you connect again, nothing new can be minted, and no checkout can be made through Codemint.".to_owned(),
        ],
        link,
        button: "Connect again",
        notes: &[
            "The settings say why, and connecting again takes one minute. Codes and counts are kept.".to_owned(),
            "You get this mail once for each time that the connection ends.".to_owned(),
        ],
    }
    .text()
}

/// The mail that says that an account was connected to another workspace. `since` is a moment in words.
pub fn moved_mail(link: &str, mode: Mode, account: Option<&str>, since: &str) -> MailText {
    let which = account.map(|account| format!(" {account}")).unwrap_or_default();
    Letter {
        subject: "Your Stripe account was connected to another Codemint workspace",
        lead: &[
            format!("The Stripe account{which} was connected to another Codemint workspace in {mode} mode: {since}."),
            "By the Stripe app, an account belongs to one workspace at a time. This workspace is disconnected now: nothing new can be minted here, and no checkout can be made through it. Codes and counts are kept.".to_owned(),
        ],
        link,
        button: "Open the settings",
        notes: &[
            "Only somebody who may install apps in that Stripe account can do this. If it was not one of you, look at the account's team and its installed apps in Stripe, then connect it again here.".to_owned(),
        ],
    }
    .text()
}

/// The mail that says that rewards wait for their owner: once for a cause, however many wait.
pub fn rewards_mail(link: &str, mode: Mode, cause: Cause) -> MailText {
    let why = match cause {
        Cause::Permission => "The Stripe connection lacks a permission that promotion codes need.",
        Cause::Coupon => "The coupon of a campaign was changed or deleted in Stripe.",
        Cause::CodeTaken => {
            "Another active promotion code in your Stripe account has the text of a code that a customer earned. Until you deactivate it, the text gives what that one gives."
        }
        Cause::Different => "A promotion code that was made by hand is not what its reward promises.",
        Cause::Expired => "Codes ended before they could be made in Stripe.",
        _ => "Stripe does not take them.",
    };
    Letter {
        subject: "Earned codes wait for you in Codemint",
        lead: &[
            format!("Codes that customers earned in {mode} mode are not in Stripe yet, and cannot get there without you. {why}"),
            "They were issued, and nothing is lost. Before this is settled, they do not give their customers what was promised.".to_owned(),
        ],
        link,
        button: "Open your campaigns",
        notes: &[
            "The campaign's page says which codes wait, and offers what can be done.".to_owned(),
            "You get this mail once for each cause, however many codes wait.".to_owned(),
        ],
    }
    .text()
}

fn works_once(minutes: u32) -> String {
    let life = if minutes == 1 { "1 minute".to_owned() } else { format!("{minutes} minutes") };
    format!("The link works once, for {life}.")
}

fn of_account(account: Option<&str>) -> String {
    account.map(|account| format!(" with the account {account}")).unwrap_or_default()
}

/// What every mail is made of.
struct Letter<'a> {
    subject: &'a str,
    lead: &'a [String],
    link: &'a str,
    button: &'a str,
    notes: &'a [String],
}

impl Letter<'_> {
    fn text(&self) -> MailText {
        let Self { subject, lead, link, button, notes } = self;
        let text = format!("{}\n\n{link}\n\n{}\n", lead.join("\n\n"), notes.join("\n\n"));
        let paragraph = |style: &str, words: &String| format!("<p style=\"{style}\">{}</p>\n", escape(words));
        let lead: String = lead.iter().map(|words| paragraph("margin:0 0 24px", words)).collect();
        let notes: String = notes.iter().map(|words| paragraph("margin:0 0 12px;color:#5c5c5c", words)).collect();
        let link = escape(link);
        let html = format!(
            "<!doctype html>\n\
             <html lang=\"en\">\n\
             <head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{subject}</title></head>\n\
             <body style=\"margin:0;padding:24px;background:#ffffff;color:#1a1a1a;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif\">\n\
             <div style=\"max-width:480px;margin:0 auto\">\n\
             {lead}\
             <p style=\"margin:0 0 24px\"><a href=\"{link}\" style=\"display:inline-block;padding:12px 20px;border-radius:8px;background:#1a1a1a;color:#ffffff;text-decoration:none\">{button}</a></p>\n\
             {notes}\
             </div>\n\
             </body>\n\
             </html>\n"
        );
        MailText { subject: (*subject).to_owned(), text, html }
    }
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

    #[test]
    fn each_mail_has_one_link_and_names_what_it_is_about() {
        let link = "https://codes.example/settings?mode=live";
        let since = "21 Nov 2026, 11:30 UTC";
        let mails = [
            confirm_address_mail(link, 15),
            needs_reauth_mail(link, Mode::Live, Some("acct_1ABC<b>"), since),
            moved_mail(link, Mode::Live, Some("acct_1ABC"), since),
        ];
        for mail in &mails {
            assert_eq!((mail.html.matches("href=").count(), mail.text.matches("https://").count()), (1, 1));
            assert!(!mail.html.contains("<b>") && !mail.subject.contains('\n'));
        }
        for mail in &mails[1..] {
            assert!(mail.text.contains("acct_1ABC") && mail.text.contains("live mode") && mail.text.contains(since));
            assert!(mail.html.contains("acct_1ABC"));
        }
        // A key whose account Stripe did not tell.
        assert!(needs_reauth_mail(link, Mode::Test, None, since).text.contains("in test mode.\n"));
        assert!(moved_mail(link, Mode::Test, None, since).text.contains("The Stripe account was connected"));
    }
}
