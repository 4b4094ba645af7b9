//! The mail with a code: what may be typed, how it reads, and that nothing but words comes of it.

use super::*;
use proptest::prelude::*;

fn facts() -> MailFacts {
    MailFacts {
        shop: "TaskPomo".into(),
        discount: "15% off".into(),
        terms: "15% off".into(),
        code: "SHARE-KX7M-4RTW".into(),
        expires: Some("31 December 2026".into()),
        name: "Ada".into(),
        replaces: None,
        unsubscribe_url: None,
    }
}

fn with_body(body: &str) -> MailSettings {
    MailSettings { body: body.into(), ..MailSettings::default() }
}

#[test]
fn as_it_comes() {
    let letter = MailSettings::default().check().unwrap().letter(&facts());
    assert_eq!(letter.subject, "Your code from TaskPomo: 15% off");
    assert_eq!(letter.conditions, "15% off. Valid until 31 December 2026, works once.");
    assert_eq!(letter.paragraphs.len(), 2);
    assert_eq!(letter.small_print, ["You get this mail because you earned a code at TaskPomo."]);
    let endless = MailSettings::default().letter(&MailFacts { expires: None, ..facts() });
    assert_eq!(endless.conditions, "15% off. Works once.");
    assert_eq!(letter.text().matches("once").count(), 1, "{}", letter.text());
    // The code stands there though the text does not name it.
    assert!(letter.text().contains("\n    SHARE-KX7M-4RTW\n"), "{}", letter.text());
}

#[test]
fn every_blank_is_filled_once() {
    let letter = with_body("{name}: {code}, {discount}, {shop}, {expires}\n\n{ {x} }{").letter(&MailFacts {
        shop: "{code}".into(),
        name: "{name} {shop}".into(),
        ..facts()
    });
    assert_eq!(letter.paragraphs[0], "{name} {shop}: SHARE-KX7M-4RTW, 15% off, {code}, 31 December 2026");
    assert_eq!(letter.paragraphs[1], "{ {x} }{");
}

#[test]
fn without_a_name_it_reads_well() {
    for (typed, read) in [
        ("Hello {name},", "Hello,"),
        ("Hello {name}", "Hello"),
        ("Thank you, {name}.", "Thank you."),
        ("{name}, thank you.", "Thank you."),
        ("{name}", ""),
        ("For {name} and friends", "For and friends"),
        ("Hello {name}, and again {name}.", "Hello, and again."),
    ] {
        for name in
            ["", "  ", "\r\n", "buy at evil.example", "https://evil.example", "eve@evil.example", "sk_live_51Abc"]
        {
            let letter = with_body(&format!("{typed}\n\nBody")).letter(&MailFacts { name: name.into(), ..facts() });
            let first = if read.is_empty() { "Body" } else { read };
            assert_eq!(letter.paragraphs[0], first, "{typed} {name}");
        }
    }
    for name in ["Ada", "J. R. R. Tolkien", "J.R.R. Tolkien", "Dr. Åsa O'Neil-Ümit", "李小龍"] {
        let letter = with_body("Hello {name},").letter(&MailFacts { name: name.into(), ..facts() });
        assert_eq!(letter.paragraphs[0], format!("Hello {name},"));
    }
}

#[test]
fn a_replacement_says_so_and_marketing_has_its_lines() {
    let new = MailFacts { replaces: Some("SHARE-OLD1-OLD1".into()), ..facts() };
    let letter = MailSettings::default().letter(&new);
    assert!(letter.text().contains("takes the place of SHARE-OLD1-OLD1. Please do not use that one any more."));
    let marketing = MailSettings {
        marketing: true,
        postal_address: "TaskPomo Ltd\r\n1 High Street\nLondon".into(),
        ..MailSettings::default()
    };
    let url = "https://codes.example/unsubscribe/rw_1?a=1&b=2";
    let letter = marketing.check().unwrap().letter(&MailFacts { unsubscribe_url: Some(url.into()), ..facts() });
    assert_eq!(letter.small_print[1], "TaskPomo Ltd, 1 High Street, London");
    assert!(letter.text().ends_with(&format!("No more marketing from us: {url}\n")), "{}", letter.text());
    // Without marketing there is nothing to unsubscribe from.
    let letter = MailSettings::default().letter(&MailFacts { unsubscribe_url: Some(url.into()), ..facts() });
    assert_eq!((letter.unsubscribe_url, letter.small_print.len()), (None, 1));
}

#[test]
fn every_problem_names_its_field() {
    let refused = |settings: MailSettings| {
        settings.check().unwrap_err().into_iter().map(|problem| problem.param.unwrap()).collect::<Vec<_>>()
    };
    let usual = MailSettings::default;
    for (settings, field) in [
        (MailSettings { sender_name: "x".repeat(81), ..usual() }, "sender_name"),
        (MailSettings { sender_name: "Task\u{200b}Pomo".into(), ..usual() }, "sender_name"),
        (MailSettings { sender_name: "Task\r\nBcc: e@e.co".into(), ..usual() }, "sender_name"),
        (MailSettings { sender_name: "boss@bank.example".into(), ..usual() }, "sender_name"),
        (MailSettings { reply_to: "nobody".into(), ..usual() }, "reply_to"),
        (MailSettings { reply_to: "a@b.co\r\nBcc: e@e.co".into(), ..usual() }, "reply_to"),
        (MailSettings { reply_to: "sk_live_51Abc".into(), ..usual() }, "reply_to"),
        (MailSettings { subject: " ".into(), ..usual() }, "subject"),
        (MailSettings { subject: "x".repeat(151), ..usual() }, "subject"),
        (MailSettings { subject: "a\nb".into(), ..usual() }, "subject"),
        (MailSettings { subject: "Hi {foo}".into(), ..usual() }, "subject"),
        (MailSettings { subject: "Key sk_test_51Abc".into(), ..usual() }, "subject"),
        (MailSettings { body: "x".repeat(5_001), ..usual() }, "body"),
        (MailSettings { body: "a\0b".into(), ..usual() }, "body"),
        (MailSettings { body: "Hi {foo}".into(), ..usual() }, "body"),
        (MailSettings { body: "Hi {Name}".into(), ..usual() }, "body"),
        (MailSettings { body: "the key: (rk_live_51Abc)".into(), ..usual() }, "body"),
        (MailSettings { marketing: true, ..usual() }, "postal_address"),
        (MailSettings { postal_address: "x".repeat(501), ..usual() }, "postal_address"),
    ] {
        assert_eq!(refused(settings), [field]);
    }
    let unknown = with_body("{foo}").check().unwrap_err()[0].message.clone();
    assert_eq!(unknown, "There is no blank {foo}: use {shop}, {discount}, {code}, {expires}, {name}.");
    let two = MailSettings { reply_to: "x".into(), subject: String::new(), ..usual() };
    assert_eq!(refused(two), ["reply_to", "subject"]);
    let kept = MailSettings { sender_name: " A ".into(), body: " a\r\nb \r\n".into(), ..usual() }.check().unwrap();
    assert_eq!((kept.sender_name.as_str(), kept.body.as_str()), ("A", "a\nb"));
    // An empty text is none: the code and its conditions say it all.
    assert!(with_body("").check().unwrap().letter(&facts()).paragraphs.is_empty());
}

fn anything() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        prop::collection::vec(
            prop_oneof![
                Just("{name}".to_owned()),
                Just("{code}".to_owned()),
                Just("{shop}".to_owned()),
                Just("\r\n".to_owned()),
                Just("\r\nBcc: eve@evil.example\r\n\r\n".to_owned()),
                Just("<img src=x onerror=alert(1)>".to_owned()),
                Just("\"><a href='https://evil.example'>".to_owned()),
                Just("&amp;".to_owned()),
                Just("\u{202e}\u{fdd0}".to_owned()),
                "[ -~]{0,8}",
            ],
            0..8
        )
        .prop_map(|parts| parts.concat()),
    ]
}

proptest! {
    #[test]
    fn nothing_but_words_comes_of_it(
        subject in anything(), body in anything(), shop in anything(), name in anything(), postal in anything(),
        old in anything(), expires in prop::option::of(anything()), marketing: bool,
    ) {
        let settings = MailSettings {
            sender_name: shop.clone(), reply_to: String::new(), subject, body, marketing, postal_address: postal,
        };
        let url = "https://codes.example/unsubscribe/rw_1";
        let facts = MailFacts { shop, name, replaces: Some(old), expires, unsubscribe_url: Some(url.into()), ..facts() };
        let letter = settings.letter(&facts);
        prop_assert!(!letter.subject.is_empty() && !letter.subject.chars().any(is_unseen));
        prop_assert!(!settings.sender("App").chars().any(is_unseen));
        let text = letter.text();
        let (in_text, in_html) = (format!("\n    {}\n", facts.code), format!(">{}</code>", facts.code));
        prop_assert!(text.contains(&in_text));
        prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        prop_assert!(!text.contains(NOTHING));
        #[cfg(feature = "ssr")]
        {
            let html = letter.html();
            prop_assert!(html.contains(&in_html));
            // The tags are those of the page itself, whatever was typed.
            let plain = MailSettings { marketing, ..MailSettings::default() }.letter(&MailFacts { name: String::new(), ..facts.clone() });
            let tags = |html: &str, kind: &str| html.matches(kind).count();
            prop_assert_eq!(tags(&html, "<a "), usize::from(marketing));
            prop_assert_eq!(tags(&html, "<img"), 0);
            prop_assert_eq!(tags(&html, "<code"), 1);
            let breaks = tags(&html, "<br>");
            let print = letter.small_print.len() + letter.paragraphs.len();
            let plain_print = plain.small_print.len() + plain.paragraphs.len();
            prop_assert_eq!(tags(&html, "<") - breaks - 2 * print, tags(&plain.html(), "<") - 2 * plain_print);
            prop_assert_eq!(tags(&html, "href=\""), usize::from(marketing));
        }
    }

    #[test]
    fn what_was_checked_is_checked(subject in anything(), body in anything(), sender in anything()) {
        let settings = MailSettings { sender_name: sender, subject, body, ..MailSettings::default() };
        if let Ok(kept) = settings.check() {
            prop_assert_eq!(kept.check().unwrap(), kept.clone());
            prop_assert!(!kept.subject.contains('\n') && kept.subject.chars().count() <= MAX_SUBJECT);
        }
    }
}
