//! What Codemint's codes are not: the same on every page that says it.

use crate::prelude::*;

/// Codes for app stores, where they are made, and where Codemint's work.
pub fn out_of_scope() -> AnyView {
    view! {
        <h2 id="out-of-scope">"What is out of scope"</h2>
        <p>
            "Codemint's codes work on Stripe's checkout, and nowhere else. Codes for Apple's and Google's stores are made by Apple and Google; Codemint neither makes nor counts them."
        </p>
        <dl>
            <dt>"Apple"</dt>
            <dd>
                "App Store Connect: open your app's page, and there its offer codes (for subscriptions) or its promo codes (for the app and for in-app purchases). Customers redeem them in the App Store."
            </dd>
            <dt>"Google"</dt>
            <dd>"Play Console: choose your app, then Monetize, then Promo codes. Customers redeem them in the Play Store."</dd>
        </dl>
    }
    .into_any()
}
