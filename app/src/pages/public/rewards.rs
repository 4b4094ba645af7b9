//! The guide to rewards.

use super::api_parts::request;
use super::frame::{PublicPage, help};
use super::stores::out_of_scope;
use crate::given::{self, ApiHere};
use crate::prelude::*;
use crate::wire::reference::Call;

const LEAD: &str =
    "A customer earns a code. It is issued and mailed at once, and in Stripe a moment later, whatever Stripe is doing.";

/// From a campaign to the use of a code, and what happens when something does not work.
#[component]
pub fn RewardsGuide() -> impl IntoView {
    view! {
        <PublicPage title="Rewards" lead=LEAD here="/docs">
            {words()} {earning()} {customer()} {away()} {by_hand()} {replacement()} {used()} {mail()} {people()} {import()} {permissions()}
            {out_of_scope()}
        </PublicPage>
    }
    .into_any()
}

fn words() -> AnyView {
    view! {
        <h2 id="words">"Campaigns and rewards"</h2>
        <p>
            "A campaign is an offer: what its codes give (a percentage or an amount, once, for some months or for ever), how they begin, when they end, how many there may be. A reward is one code of a campaign, earned by one person, for one use: "
            <code>"SHARE-KX7M-4RTW"</code> ". Its letters are drawn from the system's randomness, without any that look alike."
        </p>
        <ul>
            <li>"An end is a date for all codes of the campaign, or a number of days from the day on which each was earned. For campaigns made here, the last day ends at midnight in your zone; through the API it does so in the zone that you name, and without one a day is 24 hours from the moment of earning."</li>
            <li>"Pause a campaign and it issues no more rewards; those that were earned keep working. So it is with an archived one."</li>
            <li>"New terms count for rewards from then on. What was earned before keeps what was promised."</li>
        </ul>
    }
    .into_any()
}

fn earning() -> AnyView {
    const PLACE: &str = "/v1/campaigns/{id}/rewards";
    let example = given::api().and_then(|ApiHere { reference, origin }| {
        let calls = reference.groups.iter().flat_map(|group| &group.calls);
        let call: Call = calls.into_iter().find(|call| call.path == PLACE && call.method == "POST")?.clone();
        let answer = call.answers.first().and_then(|answer| answer.example.clone());
        Some(view! {
            <pre>
                <code>{request(&call, &origin)}</code>
            </pre>
            <p>"The answer has the code, at once:"</p>
            {answer.map(|answer| view! { <pre><code>{answer}</code></pre> })}
        })
    });
    view! {
        <h2 id="earn">"Issuing a reward"</h2>
        <p>"Your backend says who has earned one, with an API key:"</p>
        {example}
        <p>
            "Give a " <code>"reference"</code>
            ", such as the id of the order or of the share: it makes earning safe to repeat for ever. The same reference is answered with the same reward, and no second code is issued, not even for another address: the answer then has the first one's. Without a mail from us, with "
            <code>"send_email"</code> " false, show the code yourself. The campaign's page has this call ready to copy, with its id in it."
        </p>
    }
    .into_any()
}

fn customer() -> AnyView {
    view! {
        <h2 id="customer">"What the customer gets, and when"</h2>
        <p>
            "A mail in your name, with the code large enough to copy, what it gives and until when. On Stripe's page they type it into the box for promotion codes; your checkout must show that box ("
            <code>"allow_promotion_codes"</code> "). The code works once."
        </p>
        <ul>
            <li>"The answer of the API: at once, without waiting for Stripe."</li>
            <li>"The mail: within seconds."</li>
            <li>"The code in Stripe: within a second or two, and always within five seconds while Stripe is well."</li>
        </ul>
        <p>
            "The text is the same everywhere: in the answer, in the mail, on the screen and in Stripe. In Stripe there is one coupon for a campaign's terms, made with the first reward, and one promotion code for each reward, for one use, with the customer's address and our ids in its metadata."
        </p>
    }
    .into_any()
}

fn away() -> AnyView {
    view! {
        <h2 id="away">"While Stripe is away"</h2>
        <p>
            "Rewards are issued and mailed all the same. What is missing in Stripe waits in a queue that survives restarts, and is minted by itself within 20 seconds of Stripe's being back, each code exactly once. One notice says so, whatever the number of rewards. Each reward says where it stands:"
        </p>
        <dl>
            <dt>"On its way (" <code>"pending"</code> ")"</dt>
            <dd>"It is about to be minted."</dd>
            <dt>"In Stripe (" <code>"minted"</code> ")"</dt>
            <dd>"It can be used."</dd>
            <dt>"Waits for Stripe (" <code>"failed"</code> ")"</dt>
            <dd>"Stripe did not take it for now. It is tried again by itself; “Retry now” asks at once."</dd>
            <dt>"Needs you (" <code>"blocked"</code> ")"</dt>
            <dd>"Nothing moves on before you act: Stripe is not connected, a permission is missing, the coupon was changed, or somebody else's code has the text. The reward says which."</dd>
        </dl>
    }
    .into_any()
}

fn by_hand() -> AnyView {
    view! {
        <h2 id="by-hand">"Creating a code by hand"</h2>
        <p>
            "If a customer cannot wait, create the code in Stripe yourself. The reward's page shows exactly what to enter, each with a button that copies it: the coupon's discount and duration, then the promotion code's text, its limit of one use, and its end. Then press “Mark as done”. Codemint compares what stands in Stripe with what was promised, at once or as soon as Stripe can be asked, and says what is different if something is. Nothing is created twice: a code that you made is taken over."
        </p>
        <p>"If you are stuck, write to " {help()} "."</p>
    }
    .into_any()
}

fn replacement() -> AnyView {
    view! {
        <h2 id="replacement">"When the text is taken"</h2>
        <p>
            "Stripe allows one active promotion code of a text. If somebody made one with the very text of a reward, the reward is blocked and nothing is sent: the customer has that code in their mailbox, and only you know what the other one is for. Until you deactivate the other one in Stripe, the text gives what that one gives. Deactivate it and the reward is minted; or press “Send a replacement”: a new code is issued, and a second mail says that it takes the place of the first."
        </p>
    }
    .into_any()
}

fn used() -> AnyView {
    view! {
        <h2 id="used">"What counts as used"</h2>
        <p>
            "A reward is used when a checkout with its code was completed in Stripe, in your own checkout or in one that Codemint made. An open checkout counts for nothing."
        </p>
        <ul>
            <li>
                "Where the connection may read Checkout Sessions, the reward shows the session and the amount that the code took off. The campaign adds these up as its cost. With webhooks it is there at once."
            </li>
            <li>
                "With coupons and promotion codes alone, Codemint asks Stripe how often each code was used: every ten seconds in the first day, later every minute, after thirty quiet days every ten minutes. The reward says that it was used; the amount is not known, and none is made up."
            </li>
        </ul>
        <p>"A campaign's cost says of how many uses the amount is known."</p>
    }
    .into_any()
}

fn mail() -> AnyView {
    view! {
        <h2 id="mail">"The mail"</h2>
        <p>
            "Each campaign has its own: the sender's name, the address that answers go to, subject and text, with a preview beside them and a button that sends a try-out to yourself. Blanks such as "
            <code>"{shop}"</code> ", " <code>"{discount}"</code> ", " <code>"{code}"</code> ", " <code>"{expires}"</code> " and "
            <code>"{name}"</code> " are filled in."
        </p>
        <p>
            "If the mail is advertising where you are, tick that it is marketing. It then bears your postal address and a line to unsubscribe by, which mail programs show as a button. Whoever unsubscribes gets no more marketing of yours; their rewards are issued all the same, and show that no mail was sent."
        </p>
        <p>
            "At most 20 mails an hour and 50 a day go to one address from one workspace, so that nobody's mailbox can be filled with your name on it. A reward beyond that is issued, says that its mail was not sent, and can be mailed by hand. An address that the mail server refuses is shown as refused."
        </p>
    }
    .into_any()
}

fn people() -> AnyView {
    view! {
        <h2 id="people">"A person's data"</h2>
        <p>
            "Search a person by their e-mail address: you see every reward and checkout that names them, and can take that along as a file. Erase them, and address, names and metadata go, here and from the promotion codes in Stripe; codes, counts and amounts stay, since they say nothing about anybody. What Stripe cannot be asked for at that moment is done as soon as it can. What else is kept, and why: "
            <a href="/privacy">"Privacy"</a> "."
        </p>
    }
    .into_any()
}

fn import() -> AnyView {
    view! {
        <h2 id="import">"Import and export"</h2>
        <p>
            "A campaign takes a CSV of people who have earned: a first line that names the columns, of which "
            <code>"email"</code> " is needed and " <code>"reference"</code>
            " is worth having; all others become metadata. At most 5,000 lines and 1 MB at a time. Every line is a reward of its own or is refused, and the report says which lines and why. The same file twice issues nothing twice. Rewards can be exported as CSV from the campaign's page."
        </p>
    }
    .into_any()
}

fn permissions() -> AnyView {
    view! {
        <h2 id="permissions">"Which permissions it needs"</h2>
        <p>
            "Four are enough for all of this: coupons and promotion codes, each read and write. The first link in Settings ticks exactly these: "
            <a href="/docs/connect-stripe#restricted-key">"with a restricted key"</a>
            ". To read Checkout Sessions is optional: it adds the session and the amount to a use."
        </p>
    }
    .into_any()
}
