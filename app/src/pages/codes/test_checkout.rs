//! A checkout in test mode, from a code's page.

use super::super::links;
use crate::browser;
use crate::components::{Call, Choice, CloseButton, Dialog, Refusal, SelectField, SubmitButton, TextField};
use crate::domain::mode::Mode;
use crate::given;
use crate::prelude::*;
use crate::server_fns::ask;
use crate::server_fns::codes::TestCheckout;
use crate::wire::screens::CodeDetail;

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
    let call = Call::of(DIALOG);
    let url = RwSignal::new(given::checkout());
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
    let typed = given::typed(DIALOG, "price_id");
    let price = if prices.is_empty() {
        view! {
            <TextField
                id="price_id"
                name="price_id"
                label="Price"
                help=Some("The id of a price in your Stripe test account.".into())
                placeholder="price_1ABC"
                input_class="mono"
                value=typed
                error
            />
        }
        .into_any()
    } else {
        view! { <SelectField id="price_id" name="price_id" label="Price" value=typed choices=prices error /> }
            .into_any()
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
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
    };

    view! {
        <Dialog id=DIALOG title="Open a test checkout">
            {if connected {
                view! {
                    <p class="second">"A real checkout in your test account, with this code taken off. Stripe's test cards pay it."</p>
                    <form id=FORM class="stack" method="post" novalidate on:submit=submit>
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
                    </form>
                    <div class="actions">
                        <SubmitButton form=DIALOG form_id=FORM call class="button button-mint" words="Make the checkout" busy="Asking Stripe…" />
                        <CloseButton words="Close" />
                    </div>
                }
                    .into_any()
            } else {
                view! {
                    <p>"A checkout needs your Stripe account: connect it first."</p>
                    <div class="actions">
                        <a class="button button-mint" href=links::settings(Mode::Test)>
                            "Connect Stripe"
                        </a>
                        <CloseButton words="Close" />
                    </div>
                }
                    .into_any()
            }}
        </Dialog>
    }
    .into_any()
}
