//! A checkout in test mode, from a code's page.

use super::super::links;
use crate::browser;
use crate::components::{Call, Choice, CloseButton, Dialog, Refusal, SelectField, SubmitButton, TextField};
use crate::domain::mode::Mode;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::codes::TestCheckout;
use crate::wire::screens::CodeDetail;
use leptos::server_fn::ServerFn;

/// The dialog's id.
pub const DIALOG: &str = "test-checkout";
const FORM: &str = "test-checkout-form";

/// Asks for a price, makes the checkout, and leads to it.
#[component]
pub fn TestCheckoutDialog(
    /// The code's page as it is now.
    now: RwSignal<CodeDetail>,
    /// Called once a checkout was made: the counts have changed.
    made: Callback<()>,
) -> impl IntoView {
    let call = Call::new();
    let url = RwSignal::new(None::<String>);
    let missing = RwSignal::new(false);
    let first = now.get_untracked();
    let connected = first.connection.status == "connected";
    let (app_id, id) = (first.view.code.app_id.clone(), first.view.code.id.clone());
    let error = Signal::derive(move || {
        missing
            .get()
            .then(|| "A price is needed: its id in Stripe, like price_1ABC.".to_owned())
            .or_else(|| call.field_problem("price_id"))
    });
    let prices: Vec<Choice> = first.prices.into_iter().map(|price| Choice::new(price.id, price.label)).collect();
    let price = if prices.is_empty() {
        view! {
            <TextField
                id="price_id"
                name="price_id"
                label="Price"
                help="The id of a price in your Stripe test account."
                placeholder="price_1ABC"
                input_class="mono"
                error
            />
        }
        .into_any()
    } else {
        view! { <SelectField id="price_id" name="price_id" label="Price" choices=prices error /> }.into_any()
    };
    let submit = {
        let (app_id, id) = (app_id.clone(), id.clone());
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            let price = browser::field(FORM, "price_id").unwrap_or_default().trim().to_owned();
            missing.set(price.is_empty());
            if price.is_empty() {
                browser::focus("price_id");
                return;
            }
            url.set(None);
            call.start(ask(TestCheckout { app_id: app_id.clone(), id: id.clone(), price_id: price }), move |made_at| {
                browser::open_tab(&made_at);
                url.set(Some(made_at));
                made.run(());
            });
        }
    };

    view! {
        <Dialog id=DIALOG title="Open a test checkout">
            {if connected {
                view! {
                    <p class="second">"A real checkout in your test account, with this code taken off. Stripe's test cards pay it."</p>
                    <form id=FORM class="stack" method="post" action=TestCheckout::url() target="_blank" novalidate on:submit=submit>
                        <input type="hidden" name="app_id" value=app_id />
                        <input type="hidden" name="id" value=id />
                        {price}
                        <Refusal call fields=&["price_id"] />
                        <div role="status">
                            {move || {
                                url.get()
                                    .map(|url| {
                                        view! {
                                            <p>
                                                "The checkout is made. "
                                                <a class="link" href=url target="_blank" rel="external noopener">
                                                    "Open it in a new tab"
                                                </a>
                                            </p>
                                        }
                                    })
                            }}
                        </div>
                        <div class="actions">
                            <SubmitButton call class="button button-mint" words="Make the checkout" busy="Asking Stripe…" />
                            <CloseButton dialog=DIALOG>"Close"</CloseButton>
                        </div>
                    </form>
                }
                    .into_any()
            } else {
                view! {
                    <p>"A checkout needs your Stripe account: connect it first."</p>
                    <div class="actions">
                        <a class="button button-mint" href=links::settings(Mode::Test)>
                            "Connect Stripe"
                        </a>
                        <CloseButton dialog=DIALOG>"Close"</CloseButton>
                    </div>
                }
                    .into_any()
            }}
        </Dialog>
    }
    .into_any()
}
