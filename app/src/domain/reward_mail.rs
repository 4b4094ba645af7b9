//! What the mail with a code says. The owner's words with blanks in them, filled by one function: on the server for the mail itself, in
//! the browser for the preview beside the form.

use super::email;
use super::problem::Problem;
use super::secret::{looks_like_key, refuse_key};
use super::unseen::is_unseen;
use serde::{Deserialize, Serialize};

/// Most characters of a sender's name.
pub const MAX_SENDER: usize = 80;
/// Most characters of a subject.
pub const MAX_SUBJECT: usize = 150;
/// Most characters of a body.
pub const MAX_BODY: usize = 5_000;
/// Most characters of an address on paper.
pub const MAX_POSTAL: usize = 500;
/// Most characters of a name in a mail.
const MAX_NAME: usize = 60;

/// The blanks there are.
pub const BLANKS: [&str; 5] = ["shop", "discount", "code", "expires", "name"];

/// The fields, in the order of the form.
pub const FIELDS: [&str; 6] = ["sender_name", "reply_to", "subject", "body", "marketing", "postal_address"];

/// What an owner decides about the mail of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailSettings {
    /// In whose name it comes; empty: the app's name.
    pub sender_name: String,
    /// Where an answer goes; empty: nowhere.
    pub reply_to: String,
    /// One line, with blanks.
    pub subject: String,
    /// Paragraphs, with blanks; an empty line parts two.
    pub body: String,
    /// Whether the law takes it for advertising: then it has the sender's address and a line to unsubscribe by.
    pub marketing: bool,
    /// The sender's address on paper, for advertising; several lines.
    pub postal_address: String,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            sender_name: String::new(),
            reply_to: String::new(),
            subject: "Your code from {shop}: {discount}".into(),
            body: "Thank you.\n\nHere is your code for {discount} at {shop}. Type it in at the checkout.".into(),
            marketing: false,
            postal_address: String::new(),
        }
    }
}

/// What the blanks are filled with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailFacts {
    /// `{shop}`: the sender's name.
    pub shop: String,
    /// `{discount}`: `15% off`.
    pub discount: String,
    /// The whole of what it gives: `15% off`, `€5.00 off, for 3 months`.
    pub terms: String,
    /// `{code}`.
    pub code: String,
    /// `{expires}`: `31 December 2026`; none: it does not end.
    pub expires: Option<String>,
    /// `{name}`: the metadata `name` of the reward; empty where there is none.
    pub name: String,
    /// The code that this one takes the place of.
    pub replaces: Option<String>,
    /// Where one unsubscribes; for advertising only.
    pub unsubscribe_url: Option<String>,
}

/// A mail as it is drawn: the same on the screen, as text and as HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// What stands above the code.
    pub paragraphs: Vec<String>,
    /// The code, large.
    pub code: String,
    /// What stands below it: what it gives and until when.
    pub conditions: String,
    /// Small print: why this mail came, the address on paper.
    pub small_print: Vec<String>,
    /// Where one unsubscribes.
    pub unsubscribe_url: Option<String>,
}

impl MailSettings {
    /// From the fields of a form.
    pub fn read(field: impl Fn(&str) -> String) -> Self {
        Self {
            sender_name: field("sender_name"),
            reply_to: field("reply_to"),
            subject: field("subject"),
            body: field("body"),
            marketing: matches!(field("marketing").as_str(), "on" | "true"),
            postal_address: field("postal_address"),
        }
    }

    /// Checks what was typed; every problem names its field. What comes back is trimmed.
    pub fn check(&self) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut take = |checked: Result<String, Problem>| {
            checked.unwrap_or_else(|problem| {
                problems.push(problem);
                String::new()
            })
        };
        let checked = Self {
            sender_name: take(check_sender(&self.sender_name)),
            reply_to: take(check_reply_to(&self.reply_to)),
            subject: take(check_subject(&self.subject)),
            body: take(check_body(&self.body)),
            marketing: self.marketing,
            postal_address: take(check_postal(&self.postal_address, self.marketing)),
        };
        if problems.is_empty() { Ok(checked) } else { Err(problems) }
    }

    /// In whose name it comes, on one line; `app` where none was typed.
    pub fn sender<'a>(&'a self, app: &'a str) -> String {
        let typed = one_line(&self.sender_name);
        if typed.is_empty() { one_line(app) } else { typed }
    }

    /// Fills the blanks. Values are taken as text, whatever stands in them: one that looks like a blank is not filled once more.
    pub fn letter(&self, facts: &MailFacts) -> Letter {
        let fill = |text: &str| fill(text, facts);
        let subject = one_line(&fill(&self.subject));
        let body = plain_lines(&self.body);
        let mut paragraphs: Vec<String> = body
            .split("\n\n")
            .map(|paragraph| paragraph.lines().map(|line| tidy(&fill(line))).collect::<Vec<_>>().join("\n"))
            .map(|paragraph| paragraph.trim().to_owned())
            .filter(|paragraph| !paragraph.is_empty())
            .collect();
        if let Some(old) = &facts.replaces {
            paragraphs
                .push(format!("This code takes the place of {}. Please do not use that one any more.", one_line(old)));
        }
        let mut small_print =
            vec![format!("You get this mail because you earned a code at {}.", one_line(&facts.shop))];
        let unsubscribe_url = facts.unsubscribe_url.clone().filter(|_| self.marketing);
        if self.marketing {
            let lines: Vec<String> =
                plain_lines(&self.postal_address).lines().map(one_line).filter(|line| !line.is_empty()).collect();
            if !lines.is_empty() {
                small_print.push(lines.join(", "));
            }
        }
        Letter {
            subject: if subject.is_empty() { "Your code".to_owned() } else { subject },
            paragraphs,
            code: facts.code.clone(),
            conditions: match &facts.expires {
                Some(expires) => format!("{}. Valid until {}, works once.", one_line(&facts.terms), one_line(expires)),
                None => format!("{}. Works once.", one_line(&facts.terms)),
            },
            small_print,
            unsubscribe_url,
        }
    }
}

/// What stands before the address to unsubscribe at.
pub const UNSUBSCRIBE: &str = "No more marketing from us";

impl Letter {
    /// For programs that show no HTML.
    pub fn text(&self) -> String {
        let mut parts = self.paragraphs.clone();
        parts.push(format!("Your code:\n\n    {}", self.code));
        parts.push(self.conditions.clone());
        parts.push("-- ".to_owned());
        let mut text = parts.join("\n\n");
        for line in &self.small_print {
            text.push('\n');
            text.push_str(line);
        }
        if let Some(url) = &self.unsubscribe_url {
            text.push_str(&format!("\n{UNSUBSCRIBE}: {url}"));
        }
        text.push('\n');
        text
    }

    /// For the others: styles inline, nothing that is fetched from elsewhere, one link at most. A program with a dark ground changes the
    /// colours by the classes.
    #[cfg(feature = "ssr")]
    pub fn html(&self) -> String {
        let paragraph = |style: &str, class: &str, words: &str| {
            format!("<p class=\"{class}\" style=\"{style}\">{}</p>\n", escape(words).replace('\n', "<br>\n"))
        };
        let body: String = self.paragraphs.iter().map(|words| paragraph("margin:0 0 16px", "ink", words)).collect();
        let small = "margin:0 0 8px;font-size:13px;line-height:1.5;color:#5b6b64";
        let mut print: String = self.small_print.iter().map(|words| paragraph(small, "quiet", words)).collect();
        if let Some(url) = &self.unsubscribe_url {
            print.push_str(&format!(
                "<p class=\"quiet\" style=\"{small}\"><a class=\"quiet\" href=\"{}\" style=\"color:#5b6b64\">{UNSUBSCRIBE}</a></p>\n",
                escape(url)
            ));
        }
        let (subject, code, conditions) = (escape(&self.subject), escape(&self.code), escape(&self.conditions));
        format!(
            "<!doctype html>\n\
             <html lang=\"en\">\n\
             <head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\">\
             <meta name=\"format-detection\" content=\"telephone=no,date=no,address=no,email=no,url=no\">\
             <title>{subject}</title>\n\
             <style>:root{{color-scheme:light dark}}@media (prefers-color-scheme:dark){{.ground{{background:#0e1512!important}}\
             .ink{{color:#e8f0ec!important}}.quiet{{color:#a3b3ac!important}}.code{{background:#12301f!important;color:#e8f0ec!important;\
             border-color:#3ecf97!important}}}}</style></head>\n\
             <body class=\"ground ink\" style=\"margin:0;padding:24px;background:#ffffff;color:#14211c;\
             font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif\">\n\
             <div style=\"max-width:480px;margin:0 auto\">\n\
             {body}\
             <p style=\"margin:24px 0 8px\"><code class=\"code\" style=\"display:block;padding:16px 12px;border:1px solid #0b8a61;\
             border-radius:10px;background:#e3f5ec;color:#14211c;font:600 24px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;\
             letter-spacing:0.04em;text-align:center;word-break:break-word;-webkit-user-select:all;user-select:all\">{code}</code></p>\n\
             <p class=\"quiet\" style=\"margin:0 0 32px;text-align:center;color:#52635c\">{conditions}</p>\n\
             {print}\
             </div>\n\
             </body>\n\
             </html>\n"
        )
    }
}

fn check_sender(raw: &str) -> Result<String, Problem> {
    refuse_key(raw, "sender_name")?;
    let name = raw.trim();
    if name.chars().count() > MAX_SENDER || name.chars().any(is_unseen) {
        return Err(Problem::invalid(
            "sender_name",
            format!("The sender's name must have at most {MAX_SENDER} characters, all of which are seen."),
        ));
    }
    if name.contains(['@', '<', '>']) {
        return Err(Problem::invalid(
            "sender_name",
            "The sender's name must be a name, like TaskPomo. An address goes into the field for answers.",
        ));
    }
    Ok(name.to_owned())
}

fn check_reply_to(raw: &str) -> Result<String, Problem> {
    refuse_key(raw, "reply_to")?;
    if raw.trim().is_empty() { Ok(String::new()) } else { email::parse(raw, "reply_to") }
}

fn check_subject(raw: &str) -> Result<String, Problem> {
    let subject = raw.trim();
    refuse_keys_in(subject, "subject")?;
    if subject.is_empty() {
        return Err(Problem::missing(
            "subject",
            format!("A subject is needed: 1 to {MAX_SUBJECT} characters, like Your code from {{shop}}."),
        ));
    }
    if subject.chars().count() > MAX_SUBJECT || subject.chars().any(is_unseen) {
        return Err(Problem::invalid(
            "subject",
            format!("The subject must have 1 to {MAX_SUBJECT} characters on one line, all of which are seen."),
        ));
    }
    check_blanks(subject, "subject")?;
    Ok(subject.to_owned())
}

fn check_body(raw: &str) -> Result<String, Problem> {
    let body = broken(raw).trim().to_owned();
    refuse_keys_in(&body, "body")?;
    if body.chars().count() > MAX_BODY || body.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Problem::invalid(
            "body",
            format!(
                "The text must have at most {MAX_BODY} characters, without control characters other than line breaks."
            ),
        ));
    }
    check_blanks(&body, "body")?;
    Ok(body)
}

fn check_postal(raw: &str, needed: bool) -> Result<String, Problem> {
    let address = broken(raw).trim().to_owned();
    refuse_keys_in(&address, "postal_address")?;
    if address.is_empty() && needed {
        return Err(Problem::missing(
            "postal_address",
            "Marketing needs your postal address: the law asks that it stands in the mail.",
        ));
    }
    if address.chars().count() > MAX_POSTAL || address.chars().any(|c| is_unseen(c) && c != '\n') {
        return Err(Problem::invalid(
            "postal_address",
            format!("The postal address must have at most {MAX_POSTAL} characters, all of which are seen."),
        ));
    }
    Ok(address)
}

/// A key anywhere among the words.
fn refuse_keys_in(text: &str, param: &str) -> Result<(), Problem> {
    text.split_whitespace().try_for_each(|word| {
        let word = word.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        if looks_like_key(word) { refuse_key(word, param) } else { Ok(()) }
    })
}

fn check_blanks(text: &str, param: &str) -> Result<(), Problem> {
    for part in pieces(text) {
        if let Piece::Blank(name) = part
            && !BLANKS.contains(&name)
        {
            let known: Vec<String> = BLANKS.iter().map(|blank| format!("{{{blank}}}")).collect();
            return Err(Problem::invalid(
                param,
                format!("There is no blank {{{}}}: use {}.", super::problem::clip(name, 30), known.join(", ")),
            ));
        }
    }
    Ok(())
}

/// A part of a text with blanks.
enum Piece<'a> {
    Text(&'a str),
    /// What stands in the braces.
    Blank(&'a str),
}

/// The parts of a text. A brace without its other half on the same line is text.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let end = after.find(['{', '}', '\n']).filter(|&end| after[end..].starts_with('}'));
        let Some(end) = end else {
            let kept = before.len() + 1;
            pieces.push(Piece::Text(&rest[..kept]));
            rest = &rest[kept..];
            continue;
        };
        pieces.push(Piece::Text(before));
        pieces.push(Piece::Blank(&after[..end]));
        rest = &after[end + 1..];
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// Stands where a blank was that has nothing to be filled with; the text around it is mended by [`tidy`].
const NOTHING: char = '\u{fdd0}';

fn fill(text: &str, facts: &MailFacts) -> String {
    let mut filled = String::with_capacity(text.len() + 40);
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.extend(text.chars().filter(|&c| c != NOTHING)),
            Piece::Blank("shop") => filled.push_str(&one_line(&facts.shop)),
            Piece::Blank("discount") => filled.push_str(&one_line(&facts.discount)),
            // As it is: it has no controls, and nothing may change it.
            Piece::Blank("code") => filled.push_str(&facts.code),
            Piece::Blank("expires") => match &facts.expires {
                Some(expires) => filled.push_str(&one_line(expires)),
                None => filled.push_str("further notice"),
            },
            Piece::Blank("name") => match name(&facts.name) {
                name if name.is_empty() => filled.push(NOTHING),
                name => filled.push_str(&name),
            },
            Piece::Blank(other) => filled.extend(["{", other, "}"]),
        }
    }
    filled
}

/// A name that may stand in a mail. It comes from whoever typed it at the owner's shop, so what a program would make a link of is none.
fn name(raw: &str) -> String {
    let name = one_line(raw);
    let dotted = |word: &str| {
        let parts: Vec<&str> = word.split('.').collect();
        parts
            .windows(2)
            .any(|pair| pair[0].chars().count() > 1 && pair[1].chars().next().is_some_and(char::is_alphanumeric))
    };
    let link = name.contains(['@', '/', '\\', '<', '>']) || name.split_whitespace().any(dotted);
    if link || looks_like_key(&name) || name.chars().count() > MAX_NAME { String::new() } else { name }
}

/// Mends a line around blanks that stayed empty: `Hello {name},` is `Hello,`, and `{name}, thank you` is `Thank you`.
fn tidy(line: &str) -> String {
    let mut line = line.to_owned();
    while let Some(at) = line.find(NOTHING) {
        let before = line[..at].trim_end();
        let after = &line[at + NOTHING.len_utf8()..];
        let ends = after.starts_with([',', '.', '!', '?', ';', ':', ')']) || after.trim().is_empty();
        line = if before.is_empty() {
            let rest = after.trim_start_matches([',', '.', '!', '?', ';', ':', ' ']);
            let mut letters = rest.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        } else if ends {
            format!("{}{after}", before.trim_end_matches([',', ' ']))
        } else {
            format!("{before} {}", after.trim_start())
        };
    }
    line
}

/// Without what nobody sees; line breaks and runs of spaces become one space.
fn one_line(text: &str) -> String {
    let text: String =
        tidy(text).chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|&c| !is_unseen(c)).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Line breaks as one character each.
fn broken(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Line breaks alone of what is a control; lines of nothing but spaces are empty, and two or more of them are one.
fn plain_lines(text: &str) -> String {
    let text: String = broken(text).chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    let mut lines = String::new();
    let mut empty = 0;
    for line in text.lines() {
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            lines.push_str(line);
            lines.push('\n');
        }
    }
    lines
}

/// For HTML text and attributes in double quotes.
#[cfg(feature = "ssr")]
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests;
