//! The demo's mailbox: a page that shows the mails in a folder, the newest first.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::{Router, routing::get};
use mail_parser::MessageParser;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves the page until `stop` is cancelled.
pub(super) async fn serve(listener: TcpListener, folder: PathBuf, stop: CancellationToken) {
    let router = Router::new().route("/", get(page)).with_state(folder);
    let served = axum::serve(listener, router).with_graceful_shutdown(async move { stop.cancelled().await }).await;
    if let Err(error) = served {
        tracing::warn!(%error, "the mailbox ended");
    }
}

struct Mail {
    at: std::time::SystemTime,
    to: String,
    subject: String,
    text: String,
}

async fn page(State(folder): State<PathBuf>) -> impl IntoResponse {
    let mails = tokio::task::spawn_blocking(move || read(&folder)).await.unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
    ];
    (headers, render(&mails))
}

fn read(folder: &Path) -> Vec<Mail> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut mails: Vec<Mail> = files
        .filter(|file| file.path().extension().is_some_and(|end| end == "eml"))
        .filter_map(|file| {
            let at = file.metadata().ok()?.modified().ok()?;
            let bytes = std::fs::read(file.path()).ok()?;
            let mail = MessageParser::default().parse(&bytes)?;
            Some(Mail {
                at,
                to: mail.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default().to_owned(),
                subject: mail.subject().unwrap_or_default().to_owned(),
                text: mail.body_text(0).unwrap_or_default().into_owned(),
            })
        })
        .collect();
    mails.sort_by_key(|mail| std::cmp::Reverse(mail.at));
    mails
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Escaped, with what begins like an address made a link.
fn linked(text: &str) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(|word| {
            let bare = escape(word.trim_end());
            if bare.starts_with("http://") || bare.starts_with("https://") {
                format!("<a href=\"{bare}\">{bare}</a>{}", &word[word.trim_end().len()..])
            } else {
                escape(word)
            }
        })
        .collect()
}

fn render(mails: &[Mail]) -> String {
    let mut list = String::new();
    for mail in mails {
        let _infallible = write!(
            list,
            "<article><h2>{}</h2><p class=\"to\">to {}</p><pre>{}</pre></article>",
            escape(&mail.subject),
            escape(&mail.to),
            linked(&mail.text)
        );
    }
    if mails.is_empty() {
        list.push_str("<p>No mail yet. Ask for a sign-in link, then load this page again.</p>");
    }
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Mailbox</title><link rel=\"icon\" href=\"data:,\"><style>:root{{color-scheme:light dark}}body{{font:15px/1.5 system-ui,sans-serif;\
         max-width:44rem;margin:2rem auto;padding:0 1rem}}article{{border:1px solid color-mix(in srgb,currentColor 20%,transparent);border-radius:10px;\
         padding:1rem 1.25rem;margin:1rem 0}}h2{{font-size:1rem;margin:0}}.to{{margin:0;opacity:.75}}pre{{white-space:pre-wrap;overflow-wrap:anywhere;\
         font:inherit;margin:.75rem 0 0}}</style></head><body><main><h1>Mailbox of the demo</h1>{list}</main></body></html>"
    )
}
