//! The API keys that there are.

use super::super::load::Loaded;
use crate::browser;
use crate::components::{Ask, Call, DialogButton, Time, Toasts};
use crate::domain::mode::Mode;
use crate::pages::links;
use crate::prelude::*;
use crate::server_fns::api_keys::RevokeApiKey;
use crate::server_fns::ask;
use crate::wire::screens::{ApiKeyRow, KeyRights};

const ASK: &str = "revoke";

/// What a key may do, in words.
pub fn rights_words(rights: KeyRights) -> &'static str {
    match rights {
        KeyRights::Full => "everything",
        KeyRights::Checkout => "checkout only",
    }
}

/// The table.
#[component]
pub fn KeyTable(
    /// The keys.
    rows: Vec<ApiKeyRow>,
    /// The mode in view.
    mode: Mode,
    /// The list.
    keys: Loaded,
) -> impl IntoView {
    // The one that is asked about; without the WASM the address says it.
    let about = links::query_once("about");
    let asked = rows.iter().find(|row| row.id == about).map(|row| (row.id.clone(), row.name.clone()));
    let asked = RwSignal::new(asked);
    if rows.is_empty() {
        return view! {
            <div class="nothing">
                <p>"No API keys in this mode yet. Your backend needs one to make checkouts."</p>
            </div>
        }
        .into_any();
    }
    let rows = rows
        .into_iter()
        .map(|row| {
            let ask = (row.id.clone(), row.name.clone());
            let label = format!("Revoke {}", row.name);
            let about = row.id;
            let before = Callback::new(move |()| asked.set(Some(ask.clone())));
            view! {
                <tr>
                    <td class="cell-code">
                        <span class="name">{row.name}</span>
                        <code class="third">{row.hint}</code>
                    </td>
                    <td data-label="App">{row.app_id.unwrap_or_else(|| "all apps".to_owned())}</td>
                    <td data-label="May do">{rights_words(row.rights)}</td>
                    <td data-label="Created" class="third">
                        <Time when=row.created day=true />
                    </td>
                    <td data-label="Last used" class="third">
                        {match row.last_used {
                            Some(when) => view! { <Time when /> }.into_any(),
                            None => "never".into_any(),
                        }}
                    </td>
                    <td class="end">
                        <DialogButton dialog=ASK class="button button-small" about label before>
                            "Revoke"
                        </DialogButton>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">"Key"</th>
                    <th scope="col">"App"</th>
                    <th scope="col">"May do"</th>
                    <th scope="col">"Created"</th>
                    <th scope="col">"Last used"</th>
                    <th scope="col">
                        <span class="unseen">"Actions"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        <AskRevoke asked mode keys />
    }
    .into_any()
}

#[component]
fn AskRevoke(asked: RwSignal<Option<(String, String)>>, mode: Mode, keys: Loaded) -> impl IntoView {
    let call = Call::of(ASK);
    let toasts: Toasts = expect_context();
    let id = move || asked.with(|asked| asked.as_ref().map(|(id, _)| id.clone()).unwrap_or_default());
    let name = move || asked.with(|asked| asked.as_ref().map(|(_, name)| name.clone()).unwrap_or_default());
    let act = Callback::new(move |()| {
        let Some((id, name)) = asked.get_untracked() else { return };
        call.start(ask(RevokeApiKey { mode, id }), move |()| {
            browser::close_dialog(ASK);
            toasts.say(format!("{name} is revoked."));
            keys.refetch();
        });
    });
    view! {
        <Ask
            id=ASK
            title=Signal::derive(move || format!("Revoke {}?", name()))
            about=Signal::derive(id)
            call
            act
            words=["Revoke", "Revoking…", "Keep it"]
        >
            <li>"Calls with this key are refused at once."</li>
            <li>"It cannot be taken back. Make a new key first, if a backend still uses this one."</li>
        </Ask>
    }
    .into_any()
}
