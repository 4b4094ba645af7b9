//! The tags in the page's head that load the styles and hydrate the page.
//!
//! They replace Leptos' own `HydrationScripts`: 0.8.23 writes the CSP nonce into the preloads' `crossorigin`, and it expects
//! files at fixed names, while ours carry a hash of their content so that browsers may keep them for ever.
//! Leptos' other inline scripts (streamed parts, serialized resources) come with the nonce by themselves.

use crate::prelude::*;
use leptos::nonce::use_nonce;

/// Where the browser's part is served: addresses within our own origin, as `/assets/codemint.1a2b3c.js`.
///
/// All empty when the server was built without it: pages then work as plain HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// The JavaScript that starts the WASM.
    pub js: String,
    /// The WASM.
    pub wasm: String,
    /// The styles.
    pub css: String,
}

/// The head's links and script: the styles, and what turns the server's HTML into the running application.
///
/// What is missing in `assets` is left out.
#[component]
pub fn HydrationTags(
    /// The files to load.
    assets: Assets,
) -> impl IntoView {
    let Assets { js, wasm, css } = assets;
    let styles = (!css.is_empty()).then(|| view! { <link rel="stylesheet" href=css /> });
    let program = (!js.is_empty() && !wasm.is_empty()).then(|| {
        let nonce = use_nonce();
        // `{:?}` quotes a string as JavaScript does: these addresses hold letters, digits, dots and slashes only.
        // The mark on <html> is for tests: from here on a click does what it will do.
        let start = format!(
            "import init,{{hydrate}} from {js:?};await init({{module_or_path:{wasm:?}}});hydrate();\
             document.documentElement.dataset.hydrated=''"
        );
        view! {
            // A fetch by script is a CORS request without credentials: `crossorigin` must be there, and empty, to be the same.
            <link rel="preload" r#as="fetch" crossorigin="" r#type="application/wasm" href=wasm />
            <link rel="modulepreload" href=js nonce=nonce.clone() />
            <script type="module" nonce=nonce>
                {start}
            </script>
        }
    });
    (styles, program)
}
