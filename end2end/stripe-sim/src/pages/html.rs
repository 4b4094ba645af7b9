//! HTML that cannot be injected into: markup is only ever the program's own text, everything else is escaped.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html as Body, IntoResponse, Response},
};

/// A piece of a page.
#[derive(Debug, Default)]
pub(crate) struct Html(String);

impl Html {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Markup as it stands in the program.
    pub(crate) fn raw(mut self, markup: &'static str) -> Self {
        self.0.push_str(markup);
        self
    }

    /// Anything else, inside an element or a quoted attribute.
    pub(crate) fn text(mut self, text: impl AsRef<str>) -> Self {
        for character in text.as_ref().chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
        self
    }

    pub(crate) fn with(mut self, other: &Self) -> Self {
        self.0.push_str(&other.0);
        self
    }

    /// `part` for each of `items`.
    pub(crate) fn each<T>(self, items: impl IntoIterator<Item = T>, part: impl FnMut(Self, T) -> Self) -> Self {
        items.into_iter().fold(self, part)
    }

    /// `part` where there is something.
    pub(crate) fn some<T>(self, item: Option<T>, part: impl FnOnce(Self, T) -> Self) -> Self {
        match item {
            Some(item) => part(self, item),
            None => self,
        }
    }

    /// The whole page around this content.
    pub(crate) fn page(self, title: &str, status: StatusCode) -> Response {
        self.page_leading_to(title, status, "")
    }

    /// The same with forms whose answer leads to another origin: a browser holds the policy against where a form ends, too.
    pub(crate) fn page_leading_to(self, title: &str, status: StatusCode, origin: &str) -> Response {
        let page = Self::new()
            .raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
            .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>")
            .text(title)
            .raw(" · Stripe stand-in</title><link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%235b5bd6'/%3E%3Cpath d='M4 8h8' stroke='white' stroke-width='2'/%3E%3C/svg%3E\"><style>")
            .raw(include_str!("style.css"))
            .raw("</style></head><body><header class=\"bar\"><span class=\"badge\">Stripe stand-in</span> <span>No real payment, no real Stripe.</span> <a href=\"/dashboard\">Dashboard</a></header>")
            .with(&self)
            .raw("</body></html>");
        let mut response = (status, Body(page.0)).into_response();
        let headers = response.headers_mut();
        let policy = format!(
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self' {origin}; base-uri 'none'; frame-ancestors 'none'"
        );
        // An origin is letters, digits and points.
        let policy = HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"));
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        let html = Html::new().raw("<a title=\"").text("\"><script>'&").raw("\">");
        assert_eq!(html.0, "<a title=\"&quot;&gt;&lt;script&gt;&#39;&amp;\">");
    }
}
