//! The HTML document around the application.

use super::App;
use crate::prelude::*;
use crate::shell::{Assets, HydrationTags};
use leptos_meta::MetaTags;

/// The mark, as a data address: one request less, and allowed by `img-src data:`.
const FAVICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 22 22'%3E%3Crect width='22' height='22' rx='6' \
    fill='%230b8a61'/%3E%3Cg fill='none' stroke='%23fff' stroke-width='1.8' stroke-linecap='round'%3E%3Ccircle cx='7.6' cy='7.9' r='1.9'/%3E\
    %3Ccircle cx='14.4' cy='14.1' r='1.9'/%3E%3Cpath d='M14.4 6.6 7.6 15.4'/%3E%3C/g%3E%3C/svg%3E";

/// The whole document, for the server.
///
/// `locale`: the language tag by which the server wrote its numbers and dates; the browser's part goes on in the same way.
pub fn document(assets: Assets, locale: String) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en" data-locale=locale>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#151e1a" />
                <meta name="description" content="Discount codes on your own Stripe account" />
                <link rel="icon" type="image/svg+xml" href=FAVICON />
                <HydrationTags assets />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
