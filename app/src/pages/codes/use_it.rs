//! The call that uses a code, to copy.

use crate::components::CodeBlock;
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::wire::screens::CodeDetail;

/// `curl` with every field that one will want.
fn curl(detail: &CodeDetail, mode: Mode) -> String {
    let code = &detail.view.code;
    format!(
        "curl {url}/v1/checkout/sessions \\\n  -H \"Authorization: Bearer cm_{mode}_YOUR_API_KEY\" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{{\n    \
         \"app_id\": \"{app}\",\n    \"price_id\": \"{price}\",\n    \"discount_code\": \"{text}\",\n    \"user_id\": \"user_123\",\n    \
         \"success_url\": \"https://example.com/thank-you\",\n    \"cancel_url\": \"https://example.com/pricing\"\n  }}'",
        url = detail.public_url,
        app = code.app_id,
        price = detail.example_price,
        text = code.code,
    )
}

/// The panel.
#[component]
pub fn UseIt(
    /// The code's page as it is now.
    now: RwSignal<CodeDetail>,
    /// The mode in view.
    mode: Mode,
    /// Where API keys are made.
    settings: String,
) -> impl IntoView {
    let text = Signal::derive(move || now.with(|detail| curl(detail, mode)));
    view! {
        <section class="panel" aria-labelledby="use-title">
            <h2 id="use-title">"Use it at checkout"</h2>
            <p class="third">
                "Your backend makes the checkout, with a key from the " <a class="link" href=settings>
                    "settings"
                </a> ". The answer has the address to send the customer to."
            </p>
            <CodeBlock text what="the call" />
        </section>
    }
    .into_any()
}
