use super::{Confirm, WayBack};
use crate::backend::{Viewer, Visitor};
use crate::domain::install::InstallTrouble;
use crate::domain::locale::Locale;
use crate::domain::mode::Mode;
use crate::given::{ModeHere, Support, WayBack as Given};
use crate::prelude::*;
use crate::server_fns::context::RequestWho;
use crate::wire::screens::{InstallQuestion, WaitingInstall, When};
use leptos_meta::provide_meta_context;

/// A page as the server writes it, without the comments between its parts.
fn drawn(give: impl FnOnce(), page: impl FnOnce() -> AnyView) -> String {
    let owner = Owner::new();
    owner.with(|| {
        provide_meta_context();
        give();
        let html = page().to_html();
        html.replace("<!>", "").replace("<!--<() />-->", "")
    })
}

fn somebody() -> RequestWho {
    let viewer = Viewer {
        owner_id: "own_1".into(),
        workspace_id: "ws_1".into(),
        email: Some("owner@example.com".into()),
        by_link: true,
        zone: "UTC".into(),
        locale: Locale::default(),
    };
    RequestWho { viewer: Some(viewer), visitor: Visitor { address: "192.0.2.1".into() } }
}

fn waiting(question: InstallQuestion) -> WaitingInstall {
    WaitingInstall {
        account: Some("acct_1New".into()),
        mode: Some(Mode::Live),
        until: When {
            ms: 0,
            text: "21 Nov 2026, 12:05 UTC".into(),
            day: "21 Nov 2026".into(),
            iso: "2026-11-21T12:05:00Z".into(),
            zone: "UTC".into(),
        },
        question,
        email: Some("owner@example.com".into()),
    }
}

const ALL: [InstallTrouble; 13] = [
    InstallTrouble::Declined,
    InstallTrouble::Expired,
    InstallTrouble::Used,
    InstallTrouble::Unknown,
    InstallTrouble::OtherBrowser,
    InstallTrouble::OtherPerson,
    InstallTrouble::OtherAccount,
    InstallTrouble::OtherMode,
    InstallTrouble::CodeRefused,
    InstallTrouble::Unavailable,
    InstallTrouble::NotSetUp,
    InstallTrouble::SignInFirst,
    InstallTrouble::OperatorsFault,
];

#[test]
fn every_trouble_says_what_to_do() {
    for trouble in ALL {
        let page = drawn(
            || {
                provide_context(Given(trouble));
                provide_context(Support(Some("help@example.com".into())));
                provide_context(ModeHere(Mode::Live));
            },
            || view! { <WayBack /> },
        );
        let (headline, text) = trouble.words();
        let there = if trouble == InstallTrouble::SignInFirst { "href=\"/\"" } else { "href=\"/install?mode=live\"" };
        for part in [headline, text, there] {
            assert!(page.contains(part), "{trouble:?} without {part}: {page}");
        }
        assert_eq!(page.contains("mailto:help@example.com"), trouble != InstallTrouble::Declined, "{trouble:?}");
        assert_eq!(page.contains("Connect later"), trouble == InstallTrouble::Declined, "{trouble:?}");
        assert!(!page.contains("<script"), "{page}");
    }
    let signed_in = drawn(
        || {
            provide_context(Given(InstallTrouble::Declined));
            provide_context(somebody());
        },
        || view! { <WayBack /> },
    );
    assert!(signed_in.contains("href=\"/settings\"") && signed_in.contains("href=\"/apps\""), "{signed_in}");
    let by_hand = drawn(|| {}, || view! { <WayBack /> });
    assert!(by_hand.contains(InstallTrouble::Unknown.words().0), "{by_hand}");
}

#[test]
fn every_question_names_the_account_and_asks_in_a_plain_form() {
    for (question, says) in [
        (InstallQuestion::WasItYou, "Confirm only if you just installed Codemint in <code>acct_1New</code> yourself"),
        (
            InstallQuestion::Replace { account: Some("acct_1Old".into()), connected: true, minted: 3 },
            "connected to <code>acct_1Old</code> now. <code>acct_1New</code> takes its place.</p><p>3 codes have their coupon",
        ),
        (
            InstallQuestion::Replace { account: None, connected: false, minted: 0 },
            "was connected to another account before",
        ),
        (InstallQuestion::Move { before: None, minted: 0 }, "the other workspace is disconnected"),
        (
            InstallQuestion::Move { before: Some("acct_1Old".into()), minted: 1 },
            "connected to <code>acct_1Old</code> now. <code>acct_1New</code> takes its place.</p><p>One code has its coupon",
        ),
    ] {
        let page = drawn(|| provide_context(waiting(question.clone())), || view! { <Confirm /> });
        for part in [
            says,
            "acct_1New",
            "Live",
            "owner@example.com",
            "21 Nov 2026, 12:05 UTC",
            "<form method=\"post\" action=\"/stripe/confirm\"",
            "name=\"do\" value=\"confirm\"",
            "name=\"do\" value=\"refuse\"",
        ] {
            assert!(page.contains(part), "{question:?} without {part}: {page}");
        }
    }
    let none = drawn(|| {}, || view! { <Confirm /> });
    assert!(none.contains("Nothing waits to be confirmed") && !none.contains("<form"), "{none}");
}
