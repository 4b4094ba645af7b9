//! The install link of a Stripe App: what it may hold, and where it leads back to.

use url::Url;

use crate::{auth::AccountId, id, state::State};

/// A link that is as Stripe wants it.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) livemode: bool,
    pub(crate) client_id: String,
    /// As the manifest has it, to the letter.
    pub(crate) named_uri: String,
    pub(crate) redirect_uri: Url,
    /// As it was sent.
    pub(crate) state: Option<String>,
    /// What the app asks for, and why.
    pub(crate) permissions: Vec<(String, String)>,
}

/// Reads a link. `None`: "The provided OAuth link is invalid". Only `client_id`, `redirect_uri` and `state` are documented; a
/// `response_type` of `code` and an empty `scope` were seen to do no harm.
pub(crate) fn read(known: &State, pairs: &[(String, String)]) -> Option<Link> {
    let (mut client_id, mut redirect_uri, mut state) = (None, None, None);
    for (name, value) in pairs {
        let place = match name.as_str() {
            "client_id" => &mut client_id,
            "redirect_uri" => &mut redirect_uri,
            "state" => &mut state,
            "response_type" if value == "code" => continue,
            "scope" if value.is_empty() => continue,
            _ => return None,
        };
        if place.replace(value.as_str()).is_some() {
            return None;
        }
    }
    let client_id = client_id?;
    let livemode = known.apps.mode_of_client(client_id)?;
    let app = known.apps.of(livemode)?;
    let purposeful = |name: &String| (name.clone(), app.purposes.get(name).cloned().unwrap_or_default());
    let named_uri = app.redirect_uri(redirect_uri)?.to_owned();
    Some(Link {
        livemode,
        client_id: client_id.to_owned(),
        redirect_uri: Url::parse(&named_uri).ok()?,
        named_uri,
        state: state.map(str::to_owned),
        permissions: app.permissions.iter().map(purposeful).collect(),
    })
}

impl Link {
    /// The default link of an app: what its listing in the Marketplace leads to when nobody began it here.
    pub(crate) fn of_app(known: &State, livemode: bool) -> Option<Self> {
        let client_id = known.apps.of(livemode)?.client_id.clone();
        read(known, &[("client_id".to_owned(), client_id)])
    }

    /// Back with a code. That the account is named in two ways was seen on real callbacks.
    pub(crate) fn installed(&self, code: &str, account: &AccountId) -> Url {
        let mut back = self.redirect_uri.clone();
        let mut pairs = back.query_pairs_mut();
        pairs.append_pair("code", code);
        if let Some(state) = &self.state {
            pairs.append_pair("state", state);
        }
        pairs.append_pair("stripe_user_id", account.as_str());
        pairs.append_pair("account_id", account.as_str());
        pairs.append_pair("user_id", &id::mixed("usr_", 14));
        drop(pairs);
        back
    }

    /// Back without one, and without the state: so Stripe does it (issue 948 of stripe/stripe-apps).
    pub(crate) fn declined(&self) -> Url {
        let mut back = self.redirect_uri.clone();
        // Written out, as Stripe writes a space as `%20`.
        let said = "error=access_denied&error_description=The%20user%20denied%20your%20request";
        let query = back.query().filter(|query| !query.is_empty()).map(|query| format!("{query}&{said}"));
        back.set_query(Some(query.as_deref().unwrap_or(said)));
        back
    }
}
