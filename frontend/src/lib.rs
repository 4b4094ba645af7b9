//! Hydrates the page that the server rendered, and nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the server's HTML: called once by the script in the page's head (`app::shell::HydrationTags`).
///
/// Resolves once the page answers: a page of a part that is loaded separately waits for it.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_from_async(leptos::tachys::dom::body(), app::App).await.forget();
}
