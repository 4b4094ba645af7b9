//! Hydrates the page that the server rendered, and nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the server's HTML: called once by the script in the page's head (`app::shell::HydrationTags`).
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
