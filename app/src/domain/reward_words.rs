//! What is said about rewards that are not in Stripe, about their mails, and about what happened to them.

use super::money::group;
use super::reward::{Cause, MailState, SyncState};

/// What a notice says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeWords {
    /// What is, in a few words.
    pub title: &'static str,
    /// What that means, what is not lost, what to do.
    pub text: String,
}

/// What is said of so many rewards that are not in Stripe for this cause.
pub fn notice(cause: Cause, waiting: i64) -> NoticeWords {
    let (title, what) = match cause {
        Cause::Outage => (
            "Stripe does not answer",
            "Codemint tries again by itself, and puts them there as soon as Stripe answers: there is nothing that you need to do. \
             Where a customer cannot wait, the reward's page shows what to create by hand.",
        ),
        Cause::NotConnected => (
            "Stripe is not connected",
            "Connect Stripe under Settings: all that wait are then put there by themselves.",
        ),
        Cause::NeedsReauth => (
            "Stripe refuses the connection",
            "Connect again under Settings: all that wait are then put there by themselves.",
        ),
        Cause::Permission => (
            "The connection lacks a permission",
            "It needs coupons and promotion codes, to read and to write. Connect under Settings with all four: those that wait are then \
             put there by themselves.",
        ),
        Cause::Coupon => (
            "A campaign's coupon was changed or deleted in Stripe",
            "The campaign's page says what differs: put it right in Stripe and try again, or let the coupon be made anew there.",
        ),
        Cause::CodeTaken => (
            "Another promotion code in Stripe has the same text",
            "Until you deactivate the other one in Stripe, the text gives what that one gives. Deactivate it there and try again, or send \
             the customer another code from the reward's page: nothing is sent unless you say so.",
        ),
        Cause::Different => (
            "What was made by hand is not what was promised",
            "The reward's page says what differs: put it right in Stripe and try again, or send its customer another code.",
        ),
        Cause::Expired => (
            "Codes ended before they were in Stripe",
            "They can no longer be put there. Where a customer should still have theirs, send another code from the reward's page.",
        ),
        Cause::Refused => (
            "Stripe refuses some codes",
            "Stripe's reason stands on the reward's page. Codemint tries again by itself, less and less often.",
        ),
    };
    NoticeWords { title, text: format!("{} {what}", kept(waiting)) }
}

/// What is not lost.
fn kept(waiting: i64) -> String {
    match waiting {
        1 => "1 code is not in Stripe yet. Nothing is lost: it was issued.".to_owned(),
        more => {
            format!("{} codes are not in Stripe yet. Nothing is lost: they were issued.", group(more.unsigned_abs()))
        }
    }
}

/// Whether a code is in Stripe, in a few words.
pub fn sync_words(state: SyncState, cause: Option<Cause>) -> String {
    let why = cause.map(in_short);
    match (state, why) {
        (SyncState::Minted, _) => "In Stripe".to_owned(),
        (SyncState::Pending, None) => "On its way to Stripe".to_owned(),
        (SyncState::Pending | SyncState::Failed, Some(why)) => format!("Waits for Stripe: {why}"),
        (SyncState::Failed, None) => "Waits for Stripe".to_owned(),
        (SyncState::Blocked, Some(why)) => format!("Needs you: {why}"),
        (SyncState::Blocked, None) => "Needs you".to_owned(),
    }
}

/// Why a code is not in Stripe, after a colon.
fn in_short(cause: Cause) -> &'static str {
    match cause {
        Cause::Outage => "no answer",
        Cause::NotConnected => "not connected",
        Cause::NeedsReauth => "connection refused",
        Cause::Permission => "permission missing",
        Cause::Coupon => "coupon changed in Stripe",
        Cause::CodeTaken => "text taken in Stripe",
        Cause::Different => "made by hand, but different",
        Cause::Expired => "ended before it was there",
        Cause::Refused => "refused, tried again",
    }
}

/// Whether a mail has left, in a few words.
pub fn mail_words(state: MailState) -> &'static str {
    match state {
        MailState::None => "No mail asked for",
        MailState::Queued => "Mail on its way",
        MailState::Sent => "Mailed",
        MailState::Failed => "Mail could not be sent",
        MailState::Refused => "Address refused",
        MailState::Limited => "Not mailed: too many to this address",
        MailState::Unsubscribed => "Not mailed: wants no marketing",
        MailState::Cancelled => "Not mailed: person erased",
    }
}

/// How something that happened is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should go.
    Good,
    /// Not as it should.
    Bad,
    /// Neither.
    Plain,
}

impl Tone {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Plain => "plain",
        }
    }
}

/// What happened to a reward, in a sentence. A kind that is not known is shown as its plain word.
pub fn story(kind: &str, detail: &str) -> (String, Tone) {
    let why = match Cause::parse(detail) {
        Some(cause) => in_short(cause),
        None => detail,
    };
    match kind {
        "earned" => (told("Earned: the code was issued", ""), Tone::Good),
        "mailed" => (told("Mailed: the mail server has it", ""), Tone::Good),
        "mail_refused" => (told("The mail server refused the address", why), Tone::Bad),
        "mail_failed" => (told("The mail could not be sent", why), Tone::Bad),
        "mail_limited" => (told("Not mailed: too many mails went to this address lately", ""), Tone::Bad),
        "minted" => (told("In Stripe: the code can be used", ""), Tone::Good),
        "blocked" => (told("Not in Stripe until you act", why), Tone::Bad),
        "outage" => (told("Stripe did not answer; it is tried again by itself", ""), Tone::Plain),
        "unblocked" => (told("It is on its way to Stripe again", why), Tone::Plain),
        "by_hand" => (told("Marked as made by hand; it is compared with Stripe", ""), Tone::Plain),
        "by_hand_wrong" => (told("What was made by hand is not what was promised", why), Tone::Bad),
        "replaced" if detail.is_empty() => (told("Another code took the place of the first", ""), Tone::Plain),
        "replaced" => (told(&format!("Another code took the place of {detail}"), ""), Tone::Plain),
        "used" => (told("Used by its customer", why), Tone::Good),
        "erased" => (told("The person was erased: address, names and metadata are gone", ""), Tone::Plain),
        "scrubbed" => (told("The address was taken from the promotion code in Stripe", ""), Tone::Plain),
        "not_scrubbed" => (
            told(
                "The address stands on a promotion code of the Stripe account before, which Codemint cannot reach",
                "",
            ),
            Tone::Bad,
        ),
        "retried" => (told("Tried again at your word", why), Tone::Plain),
        other => (told(&plain(other), why), Tone::Plain),
    }
}

/// `made_anew` as `Made anew`.
fn plain(kind: &str) -> String {
    let mut letters = kind.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}", letters.as_str().replace('_', " "))
}

/// A sentence, with what more is known of it.
fn told(what: &str, detail: &str) -> String {
    let joined = match detail.trim() {
        "" => what.to_owned(),
        detail => format!("{what}: {detail}"),
    };
    if joined.ends_with(['.', '?']) { joined } else { format!("{joined}.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_words_that_calm() {
        for &cause in Cause::ALL {
            let one = notice(cause, 1);
            let many = notice(cause, 12_345);
            assert!(
                one.text.starts_with("1 code is not in Stripe yet. Nothing is lost: it was issued"),
                "{}",
                one.text
            );
            assert!(many.text.starts_with("12,345 codes are not in Stripe yet. Nothing is lost"), "{}", many.text);
            assert!(
                !one.title.ends_with('.') && one.text.ends_with('.') && !one.text.contains(['!', '\n']),
                "{}",
                one.text
            );
            assert!(!one.text.contains("  "), "{}", one.text);
            let by_itself = one.text.contains("tries again by itself");
            assert_eq!(by_itself, !cause.needs_owner(), "{}", one.text);
        }
    }

    #[test]
    fn states_in_a_few_words() {
        assert_eq!(sync_words(SyncState::Minted, None), "In Stripe");
        assert_eq!(sync_words(SyncState::Pending, None), "On its way to Stripe");
        assert_eq!(sync_words(SyncState::Failed, Some(Cause::Outage)), "Waits for Stripe: no answer");
        assert_eq!(sync_words(SyncState::Blocked, Some(Cause::CodeTaken)), "Needs you: text taken in Stripe");
        for &state in MailState::ALL {
            assert_eq!(
                state.is_trouble(),
                matches!(mail_words(state), words if words.contains("refused") || words.contains("could not") || words.contains("too many"))
            );
        }
    }

    #[test]
    fn what_happened_in_a_sentence() {
        let said = |kind, detail| story(kind, detail).0;
        assert_eq!(said("replaced", "SHARE-KX7M-4RTW"), "Another code took the place of SHARE-KX7M-4RTW.");
        assert_eq!(said("blocked", "code_taken"), "Not in Stripe until you act: text taken in Stripe.");
        assert_eq!(said("mail_failed", "550 no such box."), "The mail could not be sent: 550 no such box.");
        assert_eq!(story("made_anew", "coupon 2"), ("Made anew: coupon 2.".into(), Tone::Plain));
    }
}
