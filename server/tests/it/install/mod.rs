//! Connecting by the Stripe App: what binds, and above all what does not.

mod bound;
mod ended;
mod unbound;
mod waiting;

use crate::harness::{Answer, CONNECTION, World};
use stripe_sim::AccountId;
use url::Url;

const MINUTE: i64 = 60_000;

pub fn account(id: &str) -> AccountId {
    AccountId::new(id)
}

/// A cookie out of an answer, as a browser sends it back.
pub fn cookie(answer: &Answer, name: &str) -> Option<String> {
    let all = answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    all.filter_map(|value| value.split(';').next())
        .find(|pair| pair.starts_with(&format!("{name}=")))
        .map(str::to_owned)
}

/// A browser with a few cookies.
#[derive(Clone, Default)]
pub struct Browser {
    pub cookies: Vec<String>,
}

impl Browser {
    /// Somebody who is signed in by mail.
    pub async fn of_owner(w: &World) -> Self {
        Self { cookies: vec![w.sign_in().await] }
    }

    pub async fn get(&mut self, w: &World, path: &str) -> Answer {
        let answer = w.ask("GET", path).header("cookie", self.cookies.join("; ")).send().await;
        self.keep(&answer);
        answer
    }

    pub async fn post(&mut self, w: &World, path: &str, fields: &[(&str, &str)]) -> Answer {
        let ask = w.browser("POST", path).header("cookie", self.cookies.join("; ")).form(fields);
        let answer = ask.send().await;
        self.keep(&answer);
        answer
    }

    /// Looks at the page that asks, and says yes to what it says.
    pub async fn confirm(&mut self, w: &World) -> Answer {
        let page = self.get(w, "/stripe/confirm").await.text;
        let about = page.split_once("name=\"about\" value=\"").and_then(|(_, rest)| rest.split('"').next());
        self.post(w, "/stripe/confirm", &[("do", "confirm"), ("about", about.unwrap_or_default())]).await
    }

    fn keep(&mut self, answer: &Answer) {
        for value in answer.headers.get_all("set-cookie") {
            let pair = value.to_str().unwrap().split(';').next().unwrap().to_owned();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|known| !known.starts_with(&format!("{name}=")));
            if !value.is_empty() {
                self.cookies.push(pair);
            }
        }
    }

    /// Goes to Stripe's consent page; the state that went along.
    pub async fn start(&mut self, w: &World, mode: &str, from: &str) -> String {
        let answer = self.get(w, &format!("/stripe/start?mode={mode}&from={from}")).await.expect(303);
        let url = Url::parse(answer.header("location").unwrap()).unwrap();
        let states: Vec<_> = url.query_pairs().filter(|(name, _)| name == "state").collect();
        assert_eq!(states.len(), 1, "{url}");
        let names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["client_id", "redirect_uri", "state"]);
        states[0].1.to_string()
    }

    /// Comes back with a code.
    pub async fn back(&mut self, w: &World, code: &str, state: &str, account: &str) -> Answer {
        self.get(w, &format!("/stripe/callback?code={code}&state={state}&stripe_user_id={account}")).await
    }

    /// There and back again.
    pub async fn connect(&mut self, w: &World, mode: &str, from: &str, id: &str) -> Answer {
        let state = self.start(w, mode, from).await;
        let code = w.sim.install_app(mode == "live", &account(id));
        self.back(w, &code, &state, id).await
    }
}

async fn status(w: &World) -> String {
    w.get(CONNECTION).await.json["status"].as_str().unwrap().to_owned()
}

/// Nothing was bound, nobody signed in, and the page says so in words and without what came in the address.
async fn bound_nothing(w: &World, page: &Answer, words: &str, secrets: &[&str]) {
    assert!((400..504).contains(&page.status) || words.contains("did not install"), "{}", page.status);
    assert!(page.text.contains(words), "{words}: {}", page.text);
    for secret in secrets {
        assert!(!page.text.contains(secret), "the page repeats what came");
    }
    assert!(cookie(page, "cm_session").is_none());
    assert_eq!(w.database.number("SELECT count(*) FROM app_tokens").await, 0);
    assert_eq!(w.database.number("SELECT count(*) FROM connections").await, 0);
    assert_eq!(w.database.number("SELECT count(*) FROM workspaces").await, 1);
}
