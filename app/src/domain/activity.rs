//! What happened in a workspace, in words. A row keeps a kind and what the kind does not say; the sentence is written when it is read.
//! No row names a person: an API key is told by its hint, everybody who signs in is "the owner".

use super::discount_code::Limits;
use super::money::group;
use super::reward_words::{Tone, story};
use serde::{Deserialize, Serialize};

/// What activity is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The checks of the counts.
    Ledger,
    /// Discount codes and their checkouts.
    Codes,
    /// Campaigns and rewards.
    Rewards,
    /// The connection to Stripe.
    Connection,
}

impl Topic {
    /// All.
    pub const ALL: [Self; 4] = [Self::Ledger, Self::Codes, Self::Rewards, Self::Connection];

    /// The word in an address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Codes => "codes",
            Self::Rewards => "rewards",
            Self::Connection => "connection",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.as_str() == text)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $topic:ident, $wrong:literal;)*) => {
        /// What can happen beside campaigns and rewards, whose kinds are [`story`]'s.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// All.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What it is about.
            pub fn topic(self) -> Topic {
                match self { $(Self::$name => Topic::$topic,)* }
            }

            /// Whether something is wrong with it.
            pub fn wrong(self) -> bool {
                match self { $(Self::$name => $wrong,)* }
            }
        }
    };
}

kinds! {
    /// A code was made.
    CodeCreated = "code_created", Codes, false;
    /// Its limits, dates or metadata were changed.
    CodeChanged = "code_changed", Codes, false;
    /// What it gives was changed.
    CodeTermsChanged = "code_terms_changed", Codes, false;
    /// It was paused.
    CodePaused = "code_paused", Codes, false;
    /// It was resumed.
    CodeResumed = "code_resumed", Codes, false;
    /// It was archived.
    CodeArchived = "code_archived", Codes, false;
    /// It was taken back.
    CodeRestored = "code_restored", Codes, false;
    /// Its coupon was made in Stripe, or found there under another connection.
    CodeMinted = "code_minted", Codes, false;
    /// Its coupon was changed or deleted in Stripe.
    CodeBlocked = "code_blocked", Codes, true;
    /// It may be minted again.
    CodeMintAgain = "code_mint_again", Codes, false;
    /// The owner ended an open checkout.
    CheckoutEnded = "checkout_ended", Codes, false;
    /// Stripe was connected.
    Connected = "connected", Connection, false;
    /// It was disconnected.
    Disconnected = "disconnected", Connection, false;
    /// Stripe does not take the connection any more.
    NeedsReauth = "needs_reauth", Connection, true;
    /// The app was uninstalled at Stripe.
    Uninstalled = "uninstalled", Connection, true;
    /// The account was connected to another workspace.
    AccountMoved = "account_moved", Connection, true;
    /// An API key was made.
    KeyMade = "api_key_made", Connection, false;
    /// An API key was revoked.
    KeyRevoked = "api_key_revoked", Connection, false;
    /// A check found what does not agree, or something else than before.
    LedgerWrong = "ledger_wrong", Ledger, true;
    /// A check found all right again.
    LedgerRight = "ledger_right", Ledger, false;
    /// The counters of a code were set to its redemptions.
    LedgerRepaired = "ledger_repaired", Ledger, false;
}

impl Kind {
    /// Reads the word; `None`: it is one of campaigns and rewards.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

/// What a row is about, and whether it is one of the many steps of a single reward, which only the topic's own page shows.
pub fn place(kind: &str, subject: &str) -> (Topic, bool) {
    match Kind::parse(kind) {
        Some(kind) => (kind.topic(), false),
        None => (Topic::Rewards, subject.starts_with("rw_")),
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Somebody who signed in.
    Owner,
    /// An API key, by its hint.
    Key(String),
    /// Whoever runs this installation, on the command line.
    Operator,
}

impl Actor {
    fn words(&self) -> String {
        match self {
            Self::Owner => " by the owner".to_owned(),
            Self::Key(hint) => format!(" by the API key {hint}"),
            Self::Operator => " on the command line".to_owned(),
        }
    }
}

/// What the kind does not say; kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Detail {
    /// Who did it, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    /// The app that the code is of.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub app: String,
    /// A code's text, a key's hint, how Stripe was connected.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub what: String,
    /// More, a sentence or a point each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<String>,
}

impl Detail {
    /// As it is kept.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As it was kept; nothing where it cannot be read.
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }
}

/// What is said of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What happened, one sentence.
    pub words: String,
    /// One sentence a line; may be empty.
    pub detail: String,
    /// Whether something is wrong with it.
    pub wrong: bool,
}

/// What happened, in words. `name` is of the campaign or the code of the reward that a row is about; empty where it is not known.
pub fn tell(kind: &str, subject: &str, detail: &str, name: &str) -> Told {
    match Kind::parse(kind) {
        Some(kind) => tell_kind(kind, &Detail::read(detail)),
        None if subject.starts_with("cmp_") => tell_campaign(kind, detail, name),
        None => {
            let (words, tone) = story(kind, detail);
            let of = if name.is_empty() { String::new() } else { format!("The reward {name}.") };
            Told { words, detail: of, wrong: tone == Tone::Bad }
        }
    }
}

fn tell_kind(kind: Kind, detail: &Detail) -> Told {
    let by = detail.by.as_ref().map(Actor::words).unwrap_or_default();
    let what = detail.what.as_str();
    let mut lines = detail.more.clone();
    let mut first = || if lines.is_empty() { String::new() } else { lines.remove(0) };
    let words = match kind {
        Kind::CodeCreated => format!("{what} was created{by}{}.", colon(&first())),
        Kind::CodeChanged => format!("{what} was changed{by}."),
        Kind::CodeTermsChanged => format!("What {what} gives was changed{by}{}.", colon(&first())),
        Kind::CodePaused => format!("{what} was paused{by}."),
        Kind::CodeResumed => format!("{what} was resumed{by}."),
        Kind::CodeArchived => format!("{what} was archived{by}."),
        Kind::CodeRestored => format!("{what} was restored{by}."),
        Kind::CodeMinted => format!("The coupon of {what} is in Stripe."),
        Kind::CodeBlocked => format!("{what} cannot be used until you act."),
        Kind::CodeMintAgain => format!("{what} gets a new coupon at its next use: allowed{by}."),
        Kind::CheckoutEnded => format!("An open checkout with {what} was ended{by}, and its redemption is free again."),
        Kind::Connected => format!("Stripe was connected{by}: {what}."),
        Kind::Disconnected => format!("Stripe was disconnected{by}."),
        Kind::NeedsReauth => "Stripe no longer accepts the connection. Connect again in Settings.".to_owned(),
        Kind::Uninstalled => "Codemint was uninstalled in Stripe, which ends the connection.".to_owned(),
        Kind::AccountMoved => "The Stripe account was connected to another workspace, which ends it here.".to_owned(),
        Kind::KeyMade => format!("The API key {what} was made{by}{}.", colon(&first())),
        Kind::KeyRevoked => format!("The API key {what} was revoked{by}."),
        Kind::LedgerWrong if what == "1" => "A check of the counts found 1 thing that does not agree.".to_owned(),
        Kind::LedgerWrong => {
            let count = what.parse().map_or_else(|_| what.to_owned(), group);
            format!("A check of the counts found {count} things that do not agree.")
        }
        Kind::LedgerRight => "A check of the counts finds everything right again.".to_owned(),
        Kind::LedgerRepaired => format!("The counts of {what} were set to what its redemptions say{by}."),
    };
    Told { words, detail: lines.join("\n"), wrong: kind.wrong() }
}

fn colon(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

fn tell_campaign(kind: &str, detail: &str, name: &str) -> Told {
    let the = if name.is_empty() { "A campaign".to_owned() } else { format!("The campaign {name}") };
    let words = match kind {
        "created" => format!("{the} was created."),
        "changed" => format!("{the} was changed."),
        "new_version" => format!("{the} gives something else from now on; what was earned before stays."),
        "paused" => format!("{the} was paused."),
        "resumed" => format!("{the} was resumed."),
        "archived" => format!("{the} was archived."),
        "restored" => format!("{the} was restored."),
        "blocked" => format!("{the} cannot put codes into Stripe until you act."),
        "unblocked" => format!("{the} gets a new coupon in Stripe."),
        "mail_changed" => format!("{the} has another mail for those who earn."),
        other => format!("{the}: {}.", other.replace('_', " ")),
    };
    Told { words, detail: detail.to_owned(), wrong: kind == "blocked" }
}

/// What changed of a code beside its terms, a point each.
pub fn changes(before: &Limits, after: &Limits, metadata: bool) -> Vec<String> {
    let number = |value: Option<i64>| value.map_or_else(|| "no limit".to_owned(), |n| group(n.unsigned_abs()));
    let mut points = Vec::new();
    for (what, before, after) in [
        ("Redemptions", before.max_redemptions, after.max_redemptions),
        ("Redemptions per customer", before.max_redemptions_per_user, after.max_redemptions_per_user),
    ] {
        if before != after {
            points.push(format!("{what}: {} before, {} now.", number(before), number(after)));
        }
    }
    for (differs, what) in [
        (before.minimum != after.minimum, "The least that a purchase must come to is another one."),
        (before.starts_at != after.starts_at, "It starts at another time."),
        (before.expires_at != after.expires_at, "It ends at another time."),
        (metadata, "Its metadata is another one."),
    ] {
        if differs {
            points.push(what.to_owned());
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(by: Option<Actor>, what: &str, more: &[&str]) -> String {
        let more = more.iter().map(|&line| line.to_owned()).collect();
        Detail { by, app: "taskpomo".into(), what: what.into(), more }.json()
    }

    #[test]
    fn every_kind_has_a_calm_sentence() {
        for &kind in Kind::ALL {
            let told = tell(kind.as_str(), "dc_1", &detail(Some(Actor::Owner), "SPRING", &["10% off, once"]), "");
            assert!(told.words.ends_with('.') && !told.words.contains(['!', '\n', '{']), "{}", told.words);
            assert!(!told.words.contains("..") && !told.words.contains("  "), "{}", told.words);
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
            assert_eq!(place(kind.as_str(), "dc_1"), (kind.topic(), false));
            // What cannot be read is shown all the same.
            assert!(tell(kind.as_str(), "dc_1", "", "").words.ends_with('.'));
        }
    }

    #[test]
    fn who_did_what() {
        let by = |actor| tell("code_created", "dc_1", &detail(Some(actor), "SPRING", &["10% off, once"]), "").words;
        assert_eq!(by(Actor::Owner), "SPRING was created by the owner: 10% off, once.");
        assert_eq!(
            by(Actor::Key("cm_test_…x7".into())),
            "SPRING was created by the API key cm_test_…x7: 10% off, once."
        );
        let wrong = tell("ledger_wrong", "ledger", &detail(None, "12345", &["One.", "Two."]), "");
        assert_eq!(wrong.words, "A check of the counts found 12,345 things that do not agree.");
        assert_eq!((wrong.detail.as_str(), wrong.wrong), ("One.\nTwo.", true));
    }

    #[test]
    fn campaigns_and_rewards() {
        let told = tell("created", "cmp_1", "", "Share");
        assert_eq!((told.words.as_str(), told.wrong), ("The campaign Share was created.", false));
        assert!(tell("blocked", "cmp_1", "Its coupon is gone.", "Share").wrong);
        let told = tell("mail_refused", "rw_1", "", "SHARE-BFJK-NTWZ");
        assert_eq!(told.words, "The mail server refused the address.");
        assert_eq!((told.detail.as_str(), told.wrong), ("The reward SHARE-BFJK-NTWZ.", true));
        assert_eq!(place("minted", "rw_1"), (Topic::Rewards, true));
        assert_eq!(place("created", "cmp_1"), (Topic::Rewards, false));
    }

    #[test]
    fn what_changed_of_a_code() {
        let before = Limits { max_redemptions: Some(1000), ..Limits::default() };
        let after = Limits { max_redemptions: None, expires_at: Some(5), ..Limits::default() };
        assert_eq!(
            changes(&before, &after, true),
            ["Redemptions: 1,000 before, no limit now.", "It ends at another time.", "Its metadata is another one."]
        );
        assert!(changes(&after, &after, false).is_empty());
    }
}
