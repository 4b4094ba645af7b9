//! The call that issues a reward, to copy.

use super::super::links;
use crate::components::CodeBlock;
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::wire::rewards::CampaignDetail;

/// `curl` with every field that one will want.
fn curl(public_url: &str, campaign: &str, mode: Mode) -> String {
    format!(
        "curl -X POST \\\n  {public_url}/v1/campaigns/{campaign}/rewards \\\n  -H \"Authorization: Bearer cm_{mode}_YOUR_API_KEY\" \\\n  \
         -H \"Content-Type: application/json\" \\\n  -d '{{\n    \"email\": \"customer@example.com\",\n    \"reference\": \
         \"share-4711\",\n    \"send_email\": true,\n    \"metadata\": {{\"name\": \"Ada\"}}\n  }}'",
    )
}

/// The panel.
#[component]
pub fn Issue(
    /// The campaign's page as it is now.
    now: RwSignal<CampaignDetail>,
    /// The mode in view.
    mode: Mode,
) -> impl IntoView {
    let text = Signal::derive(move || now.with(|detail| curl(&detail.public_url, &detail.view.campaign.id, mode)));
    view! {
        <section class="panel" aria-labelledby="issue-title">
            <h2 id="issue-title">"How to issue a reward"</h2>
            <p class="third">
                "Your backend says who has earned it, with a key from the " <a class="link" href=links::settings(mode)>
                    "settings"
                </a> ". The answer has the code at once, whatever Stripe does. One "
                <code>"reference"</code> " earns one reward, however often it is sent."
            </p>
            <CodeBlock text what="the call" />
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_can_be_copied() {
        let text = curl("https://codemint.example", "cmp_1", Mode::Live);
        assert!(
            text.starts_with("curl -X POST \\\n  https://codemint.example/v1/campaigns/cmp_1/rewards \\\n"),
            "{text}"
        );
        assert!(text.contains("Bearer cm_live_YOUR_API_KEY"), "{text}");
        let (_, body) = text.split_once("-d '").unwrap();
        let body: serde_json::Value = serde_json::from_str(body.trim_end_matches('\'')).unwrap();
        assert_eq!(body["metadata"]["name"], "Ada");
    }
}
