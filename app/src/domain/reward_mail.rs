//! What the mail with a code says. The owner's words with blanks in them, filled by one function: on the server for the mail itself, in
//! the browser for the preview beside the form.

use super::email;
use super::problem::Problem;
use serde::{Deserialize, Serialize};

/// Most characters of a subject.
pub const MAX_SUBJECT: usize = 150;
/// Most characters of a body.
pub const MAX_BODY: usize = 5_000;

/// What an owner decides about the mail of a campaign. Empty text: what stands in [`MailSettings::default`].
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
            body:
                "Thank you.\n\nHere is your code for {discount} at {shop}. Type it in at the checkout. It works once."
                    .into(),
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
    /// Checks what was typed; every problem names its field.
    pub fn check(&self) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        if !self.reply_to.trim().is_empty() {
            problems.extend(email::parse(&self.reply_to, "reply_to").err());
        }
        if problems.is_empty() { Ok(self.clone()) } else { Err(problems) }
    }

    /// Fills the blanks.
    pub fn letter(&self, facts: &MailFacts) -> Letter {
        let fill = |text: &str| text.replace("{shop}", &facts.shop).replace("{discount}", &facts.discount);
        Letter {
            subject: fill(&self.subject),
            paragraphs: self.body.split("\n\n").map(fill).collect(),
            code: facts.code.clone(),
            conditions: facts.discount.clone(),
            small_print: Vec::new(),
            unsubscribe_url: facts.unsubscribe_url.clone(),
        }
    }
}
