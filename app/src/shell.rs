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
    /// The JavaScript that fetches the later parts of the WASM.
    pub loader: String,
    /// The later parts of the WASM (`pages::lazy`).
    pub parts: Vec<String>,
    /// The pictures of the guide.
    pub pictures: Vec<Picture>,
}

/// A picture that a page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// What it is known by.
    pub name: String,
    /// Where it is served.
    pub address: String,
    /// In CSS pixels: the page keeps its room.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
}

/// The head's links and script: the styles, and what turns the server's HTML into the running application.
///
/// What is missing in `assets` is left out.
#[component]
pub fn HydrationTags(
    /// The files to load.
    assets: Assets,
) -> impl IntoView {
    let Assets { js, wasm, css, loader, parts, .. } = assets;
    let styles = (!css.is_empty()).then(|| view! { <link rel="stylesheet" href=css /> });
    let program = (!js.is_empty() && !wasm.is_empty()).then(|| {
        let nonce = use_nonce();
        let start = start(&js, &wasm, &parts);
        view! {
            // A fetch by script is a CORS request without credentials: `crossorigin` must be there, and empty, to be the same.
            <link rel="preload" r#as="fetch" crossorigin="" r#type="application/wasm" href=wasm />
            <link rel="modulepreload" href=js nonce=nonce.clone() />
            <link rel="modulepreload" href=loader nonce=nonce.clone() />
            <script type="module" nonce=nonce>
                {start}
            </script>
        }
    });
    (styles, program)
}

/// The script that starts the program. `{:?}` quotes a string as JavaScript does: these addresses hold letters, digits, dots and
/// slashes only.
///
/// - Should the program die (a later part that cannot be fetched, a bug), the page goes on as the plain HTML that it also is: clicks
///   and forms no longer reach the program's listeners, and the browser follows them by itself; also the link that was just clicked.
/// - The mark on `<html>` is for tests: from here on a click does what it will do.
/// - The later parts are fetched once nothing else is to do, so that no click waits for them, nor misses them after a new version
///   was installed on the server.
fn start(js: &str, wasm: &str, parts: &[String]) -> String {
    format!(
        "let went;addEventListener('click',e=>{{const a=e.target.closest?.('a[href]');went=a&&!a.target&&{{to:a.href,at:Date.now()}}}},true);\
         const plain=e=>{{if(!((e.error??e.reason)instanceof WebAssembly.RuntimeError))return;\
         for(const kind of['click','submit','popstate'])addEventListener(kind,e=>e.stopImmediatePropagation(),true);\
         if(went&&Date.now()-went.at<30000)location.assign(went.to)}};\
         addEventListener('error',plain);addEventListener('unhandledrejection',plain);\
         import init,{{hydrate}} from {js:?};await init({{module_or_path:{wasm:?}}});await hydrate();\
         document.documentElement.dataset.hydrated='';\
         (window.requestIdleCallback??setTimeout)(()=>{parts:?}.forEach(part=>fetch(part).then(part=>part.blob()).catch(()=>{{}})))"
    )
}
