//! The guide for owners: four minutes to read.

use super::frame::{PublicPage, help};
use super::picture::Screen;
use crate::prelude::*;

const LEAD: &str =
    "Four minutes to read, two to do. Nothing is created in your Stripe account until a customer uses a code.";

/// From the first click to the end of a connection.
#[component]
pub fn ConnectStripe() -> impl IntoView {
    view! {
        <PublicPage title="Connect Stripe" lead=LEAD here="/docs">
            <p>
                "Codemint keeps your codes and counts their uses; the coupons live in your own Stripe account. There is one connection for test mode and one for live mode, and the switch in the header says which one you look at. Connect in one click, or with a restricted key: both do the same."
            </p>
            {one_click()} {permissions()} {restricted_key()} {states()} {changes()} {trouble()}
        </PublicPage>
    }
    .into_any()
}

fn one_click() -> AnyView {
    view! {
        <h2 id="one-click">"One click"</h2>
        <ol>
            <li>
                "Open Settings and press Connect under “Stripe app (one-click)”, or install Codemint from Stripe's App Marketplace. You must be allowed to install apps in that Stripe account."
            </li>
            <li>"Stripe lists what Codemint asks for. Look at the account's name, then press Install."</li>
            <li>
                "You are back on Settings, which says Connected and shows the account's id. A Settings page that is open in another tab or on another device says so by itself."
            </li>
        </ol>
        <p>
            "If you come from the Marketplace and have no workspace yet, one is made with its first app, and you are signed in. Add your e-mail address in the banner, so that you can sign in again."
        </p>
        <p>
            "The way back from Stripe works once, for ten minutes, in the browser where you began. If you press Cancel, nothing is connected and nothing has changed."
        </p>
        <Screen
            name="settings-not-connected"
            alt="The settings before connecting: one-click above, the restricted key with its field below."
            caption="Settings, in test mode, before anything is connected."
        />
    }
    .into_any()
}

fn permissions() -> AnyView {
    view! {
        <h2 id="permissions">"What the permissions mean"</h2>
        <div class="table-box" tabindex="0" role="region" aria-labelledby="permissions">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Permission"</th>
                        <th scope="col">"Why Codemint asks for it"</th>
                    </tr>
                </thead>
                <tbody>
                    <tr>
                        <th scope="row">"Coupons, read and write"</th>
                        <td>"To create a code's coupon at its first use, and to see that it still is as you made it."</td>
                    </tr>
                    <tr>
                        <th scope="row">"Promotion codes, read and write"</th>
                        <td>"For rewards: codes that customers type on Stripe's page. Asked for at once, so that you need no second key later."</td>
                    </tr>
                    <tr>
                        <th scope="row">"Checkout Sessions, read and write"</th>
                        <td>"To make a checkout in one call, and to learn whether it was paid or left."</td>
                    </tr>
                    <tr>
                        <th scope="row">"Prices, read"</th>
                        <td>"To know a price's currency and kind before anything is created. Stripe's list of permissions may call them plans."</td>
                    </tr>
                    <tr>
                        <th scope="row">"Events, read (Stripe app only)"</th>
                        <td>"So that Stripe tells Codemint at once when a checkout ends or the app is uninstalled."</td>
                    </tr>
                </tbody>
            </table>
        </div>
        <p>
            "With these, Codemint cannot move money, refund, pay out, read your balance or list your customers. It never sees a card number. To learn how its own checkouts ended it lists recent Checkout Sessions; those of others are passed over and not kept."
        </p>
    }
    .into_any()
}

fn restricted_key() -> AnyView {
    view! {
        <h2 id="restricted-key">"With a restricted key"</h2>
        <ol>
            <li>
                "In Settings, choose the mode, then press “Create my restricted key on Stripe”. Stripe's page opens with four permissions ticked: coupons and promotion codes, read and write. If it opens without ticks, choose Write for both; write includes read."
            </li>
            <li>
                "If Codemint is to make Checkout Sessions for you, take the second link instead. It adds Checkout Sessions (write) and prices (read)."
            </li>
            <li>
                "Create the key on Stripe's page, copy it, paste it in Settings and press Connect. A test key starts with "
                <code>"rk_test_"</code> ", a live one with " <code>"rk_live_"</code> "."
            </li>
        </ol>
        <p>
            "Codemint asks Stripe at once what the key may do, in a way that leaves nothing in your account, and lists what it found. The key is encrypted the moment it arrives and never shown in full again. Do the same in the other mode when you are ready."
        </p>
        <Screen
            name="settings-refused"
            alt="The field for the key, with a full secret key in it and the sentence that asks for a restricted one."
            caption="A full secret key is refused as you type, before anything is sent."
        />
        <h3 id="webhooks">"Webhooks for a restricted key: optional"</h3>
        <p>
            "Without them, Codemint asks Stripe every few seconds while a checkout is open, and knows within 15 seconds that it ended. With them, Stripe says so at once. Settings has the address and the list of events to copy into Stripe, a field for the signing secret ("
            <code>"whsec_…"</code> "), and the last deliveries with what each did. One-click needs none of this."
        </p>
    }
    .into_any()
}

fn states() -> AnyView {
    view! {
        <h2 id="states">"What the badge says"</h2>
        <Screen
            name="settings-connected"
            alt="The settings with the badge Connected, and the list of what the connection may do."
            caption="Connected, and what the connection may do."
        />
        <dl>
            <dt>"Connected"</dt>
            <dd>"Stripe accepts what is stored here. There is nothing to do."</dd>
            <dt>"Needs you"</dt>
            <dd>
                "Stripe no longer accepts it: a key was deleted, rolled or expired, or the app's access ended. Codes keep being issued, and what is in Stripe keeps working, but nothing new is minted and no checkout is made. Everybody in the workspace gets one mail. Mend it in Settings: press Connect again, or paste a new key."
            </dd>
            <dt>"Not connected"</dt>
            <dd>"Nothing is connected in this mode: it never was, or it was disconnected here or in Stripe. Connect when you like; codes and counts are kept."</dd>
        </dl>
    }
    .into_any()
}

fn changes() -> AnyView {
    view! {
        <h2 id="changes">"Changing and ending a connection"</h2>
        <h3 id="rotate">"Rotate the key"</h3>
        <p>
            "Make a new key on Stripe and paste it in Settings. The old one works until the new one has been proved; then delete the old one in Stripe. No customer notices."
        </p>
        <h3 id="another-account">"Move to another Stripe account"</h3>
        <p>
            "Connect as usual with the other account; Codemint asks first. Coupons that were minted stay in the old account, and checkouts that are open there keep their price. In the new account each coupon is minted anew at its code's next use. Counts go on. By the app, a Stripe account belongs to one workspace in each mode: if it is in another one, you are asked whether to move it, and the people there are told by mail."
        </p>
        <h3 id="disconnect">"Disconnect"</h3>
        <p>
            "In Codemint: Settings, then Disconnect. In Stripe: Settings, Installed apps, Codemint, Uninstall; Codemint hears of it and says Not connected. A key ends when you delete it in Stripe. Disconnecting destroys the key or tokens stored here; to remove the app from Stripe's list as well, uninstall it there. Codes, counts and what is in Stripe stay, and open checkouts keep their price. New checkouts are refused until you connect again."
        </p>
    }
    .into_any()
}

fn trouble() -> AnyView {
    view! {
        <h2 id="trouble">"When something is refused"</h2>
        <dl>
            <dt>"“This is a full secret key”, or a publishable one"</dt>
            <dd>
                "A key that starts with " <code>"sk_"</code> " can do everything in your account, and Codemint does not want it. One that starts with "
                <code>"pk_"</code> " cannot create coupons. Paste a restricted key."
            </dd>
            <dt>"“This is a live-mode key and you are in test mode”"</dt>
            <dd>"Switch the mode in the header, or paste the other key."</dd>
            <dt>"Stripe refuses requests from this IP address"</dt>
            <dd>"The key has a list of allowed addresses. Remove the list in Stripe, or add the address of this server: " {help()} " can tell it."</dd>
            <dt>"A permission is missing"</dt>
            <dd>"The settings name it. Make a key with the link on the page, which ticks it, and paste it over the old one."</dd>
            <dt>"The install link has expired, or was used"</dt>
            <dd>"The way back from Stripe took longer than ten minutes, or was opened twice. Nothing was connected; start again from Settings."</dd>
            <dt>"“Move this Stripe account to your workspace?”"</dt>
            <dd>"The account is connected to another workspace. Leave it there and sign in to that one, or confirm that it moves to yours."</dd>
            <dt>"One-click is not set up on this server"</dt>
            <dd>"The operator has registered no Stripe app. A restricted key does the same."</dd>
        </dl>
        <p>"Still stuck? " <a href="/support">"Support"</a> " says what to send along."</p>
    }
    .into_any()
}
