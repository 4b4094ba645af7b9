//! Pictures of our own screens, which `end2end/guide-pictures.spec.ts` paints into `style/pictures`.

use crate::prelude::*;
use crate::shell::Assets;

/// A picture with its words; nothing where the server was built without it.
#[component]
pub fn Screen(
    /// The file in `style/pictures`, without its ending.
    name: &'static str,
    /// What is to be seen, for those who do not see it.
    alt: &'static str,
    /// What stands below it.
    caption: &'static str,
) -> impl IntoView {
    let pictures = use_context::<Assets>().map(|assets| assets.pictures).unwrap_or_default();
    let picture = pictures.into_iter().find(|picture| picture.name == name);
    picture
        .map(|picture| {
            view! {
                <figure>
                    <img src=picture.address alt=alt width=picture.width height=picture.height loading="lazy" decoding="async" />
                    <figcaption>{caption}</figcaption>
                </figure>
            }
        })
        .into_any()
}
