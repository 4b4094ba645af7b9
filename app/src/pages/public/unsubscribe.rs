//! Where the line to unsubscribe by leads. Opening it changes nothing: mail scanners open links, too.

use super::Foot;
use crate::given;
use crate::pages::not_found::answer_not_found;
use crate::prelude::*;
use leptos_meta::Title;

/// One button, a plain form, for somebody who knows the shop and not us.
#[component]
pub fn Unsubscribe() -> impl IntoView {
    let content = match given::unsubscribe_offer() {
        None => {
            answer_not_found();
            view! {
                <h1>"There is no such mail"</h1>
                <p>"The address may be cut short, or what is kept about it was erased. Either way nothing more comes because of it."</p>
            }
            .into_any()
        }
        Some(offer) if offer.done => view! {
            <h1>"You get no more marketing from " {offer.shop.clone()}</h1>
            <p>
                <b>{offer.email}</b> " is off the list of " {offer.shop}
                ". A mail that is under way may still arrive. Codes that you have stay good."
            </p>
        }
        .into_any(),
        Some(offer) => view! {
            <h1>"No more marketing from " {offer.shop.clone()} "?"</h1>
            <p>
                "Mails with codes from " {offer.shop} " then no longer go to " <b>{offer.email}</b>
                ". Codes that you have stay good."
            </p>
            <form method="post">
                <button type="submit" name="do" value="unsubscribe" class="button button-filled">
                    "Unsubscribe"
                </button>
            </form>
        }
        .into_any(),
    };
    view! {
        <Title text="Unsubscribe" />
        <main class="lone unsubscribe" id="main">
            {content}
        </main>
        <Foot />
    }
    .into_any()
}
