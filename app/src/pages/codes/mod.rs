//! Discount codes: the list, the form, one code.

mod acts;
mod edit;
mod fields;
mod filters;
mod form;
mod list;
mod new;
mod one;
mod panels;
mod redemption_row;
mod redemptions;
mod row;
mod test_checkout;
mod use_it;
pub mod words;

pub use edit::EditCode;
pub use list::CodeList;
pub use new::NewCode;
pub use one::OneCode;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The app in the address.
fn use_app_id() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("app_id")).unwrap_or_default())
}
