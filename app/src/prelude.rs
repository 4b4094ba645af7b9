//! What every screen is written with: Leptos' prelude, and a `view!` whose parts are all of one type.

pub use leptos::prelude::*;

/// Leptos' `view!`, with the type of its outermost element forgotten.
///
/// Leptos compiles hydration, building and rebuilding once for each type of view: `Option<View<HtmlElement<P, …>>>`, `Vec<View<…>>`, each
/// in a copy of its own. Views that are all [`AnyView`] share one.
macro_rules! view {
    ($($tokens:tt)*) => {
        $crate::prelude::erase(::leptos::prelude::view! { $($tokens)* })
    };
}
pub(crate) use view;

/// Forgets the type of a view.
pub fn erase<T: RenderHtml + Send + 'static>(view: View<T>) -> AnyView {
    view.into_inner().into_any()
}
