//! The pages for everybody.

use crate::harness::{World, on_both_engines};

on_both_engines!(anybody_reads_them, where_no_address_is_set_up);

const PAGES: [&str; 4] = ["/docs", "/docs/connect-stripe", "/privacy", "/support"];

async fn anybody_reads_them(w: &World) {
    let cookie = w.sign_in().await;
    for path in PAGES {
        let page = w.ask("GET", path).send().await.expect(200);
        assert_eq!(page.text.matches("<h1").count(), 1, "{path}");
        assert!(page.text.contains("Sign in") && !page.text.contains("Open your apps"), "{path}");
        let known = w.ask("GET", path).header("cookie", &cookie).send().await.expect(200);
        assert!(known.text.contains("Open your apps") && !known.text.contains("owner@example.com"), "{path}");
        for page in [page, known] {
            assert!(!page.text.contains("type=\"module\""), "{path} has no scripts");
        }
        w.ask("GET", &format!("{path}/")).send().await.expect(200);
        assert_eq!(w.browser("POST", path).header("cookie", &cookie).send().await.status, 405);
    }
    let privacy = w.ask("GET", "/privacy").send().await.text;
    for figure in ["14 days after its last use", "90 days at most", "15 minutes", "30 days", "2 days", "AES-256-GCM"] {
        assert!(privacy.contains(figure), "{figure}");
    }
}

async fn where_no_address_is_set_up(w: &World) {
    for path in PAGES {
        let page = w.ask("GET", path).send().await.expect(200);
        assert!(!page.text.contains("mailto:"), "{path}");
    }
    let support = w.ask("GET", "/support").send().await.text;
    assert!(support.contains("Ask whoever runs this server") && !support.contains("working day"));
}
