//! A running installation as clients of a history know it: what they do there, written down, and what is there at rest.

use super::history::{Call, Came, Operation, Recorder};
use super::judge::{AtRest, CodeAtRest, Counts, SessionAtRest, Verdict, judge};
use crate::harness::{Ask, CHECKOUT, CODES, Database, World, within};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;
use stripe_sim::{Coupon, PaymentStatus, Session, SessionStatus, Sim};

/// How long it may take until nothing is under way any more.
const REST: Duration = Duration::from_secs(60);
/// What a session costs without a discount.
const PRICE: i64 = 2900;

/// A code of the story.
#[derive(Clone, Debug)]
pub struct Code {
    pub id: String,
    pub text: String,
    pub percent_off: i64,
}

/// Where clients go.
pub struct Site {
    pub sim: Sim,
    /// The processes that run; they come and go.
    pub urls: Mutex<Vec<String>>,
    pub codes: Vec<Code>,
    pub record: Recorder,
    /// What its keys begin with: several stories may be told of one installation.
    pub tag: String,
    /// How long it may take until nothing is under way any more.
    pub patience: Duration,
    key: String,
    http: reqwest::Client,
}

impl Site {
    pub fn new(sim: &Sim, urls: Vec<String>, key: &str, tag: impl ToString) -> Self {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap();
        let (urls, record) = (Mutex::new(urls), Recorder::default());
        Self {
            sim: sim.clone(),
            urls,
            codes: Vec::new(),
            record,
            tag: tag.to_string(),
            patience: REST,
            key: key.to_owned(),
            http,
        }
    }

    fn ask(&self, client: usize, method: &str, path: &str) -> Ask {
        let urls = self.urls.lock();
        let url = urls.get(client % urls.len().max(1)).map_or("http://127.0.0.1:9", String::as_str);
        Ask::by(&self.http, method, format!("{url}{path}")).key(&self.key)
    }

    /// A new code.
    pub async fn add_code(&mut self, text: &str, percent_off: i64, limit: Option<u32>) {
        let begun = self.record.begin(0, self.codes.len(), Call::Limit(limit));
        let body = json!({ "app_id": "taskpomo", "code": text, "percent_off": percent_off, "max_redemptions": limit });
        let made = self.ask(0, "POST", CODES).json(&body).send().await.expect(201);
        self.record.end(begun, Came::Done);
        self.codes.push(Code { id: made.id().to_owned(), text: text.to_owned(), percent_off });
    }

    /// A checkout with a code under a key; the session, if there is one.
    pub async fn take(&self, client: usize, code: usize, key: &str) -> Option<String> {
        let begun = self.record.begin(client, code, Call::Take(key.to_owned()));
        let body = World::checkout_body(json!({ "discount_code": self.codes[code].text, "user_id": key }));
        let came = match self.ask(client, "POST", CHECKOUT).idempotent(key).json(&body).try_send().await {
            Err(error) => Came::Unknown(if error.is_timeout() { "no answer" } else { "cut" }.to_owned()),
            Ok(answer) if answer.status == 201 => {
                Came::Held { hold: answer.id().to_owned(), answer: answer.text.clone() }
            }
            Ok(answer) if answer.status >= 500 => Came::Unknown(format!("{} {}", answer.status, answer.code())),
            Ok(answer) if answer.code() == "discount_code_exhausted" => Came::Exhausted(answer.text),
            Ok(answer) => Came::Refused(answer.code().to_owned()),
        };
        let hold = match &came {
            Came::Held { hold, .. } => Some(hold.clone()),
            _ => None,
        };
        self.record.end(begun, came);
        hold
    }

    /// The client comes back under its key until it is answered for good.
    pub async fn insist(&self, client: usize, code: usize, key: &str) {
        within(REST, async || {
            self.take(client, code, key).await;
            let answer = self.record.operations().into_iter().rev().find(|o| o.call == Call::Take(key.to_owned()));
            let came = answer.map(|operation| operation.came);
            let later = match &came {
                Some(Came::Unknown(_)) | None => true,
                Some(Came::Refused(why)) => why == "idempotency_key_in_use",
                Some(_) => false,
            };
            (!later, came)
        })
        .await;
    }

    pub async fn read(&self, client: usize, code: usize) {
        let begun = self.record.begin(client, code, Call::Read);
        let path = format!("{CODES}/{}", self.codes[code].id);
        let came = match self.ask(client, "GET", &path).try_send().await {
            Ok(answer) if answer.status == 200 => {
                let of = |name: &str| answer.json["redemptions"][name].as_i64().unwrap();
                Came::Counts { held: of("held"), redeemed: of("redeemed") }
            }
            Ok(answer) => Came::Unknown(answer.status.to_string()),
            Err(_) => Came::Unknown("cut".to_owned()),
        };
        self.record.end(begun, came);
    }

    pub async fn limit(&self, client: usize, code: usize, limit: Option<u32>) {
        let begun = self.record.begin(client, code, Call::Limit(limit));
        let path = format!("{CODES}/{}", self.codes[code].id);
        let body = json!({ "max_redemptions": limit });
        let came = match self.ask(client, "PATCH", &path).json(&body).try_send().await {
            Ok(answer) if answer.status == 200 => Came::Done,
            Ok(answer) if answer.status < 500 => Came::Refused(answer.code().to_owned()),
            Ok(answer) => Came::Unknown(answer.status.to_string()),
            Err(_) => Came::Unknown("cut".to_owned()),
        };
        self.record.end(begun, came);
    }

    fn at_stripe(&self, client: usize, code: usize, call: Call, does: impl FnOnce(&Sim) -> bool) {
        let begun = self.record.begin(client, code, call);
        let came = if does(&self.sim) { Came::Done } else { Came::Refused("not possible any more".to_owned()) };
        self.record.end(begun, came);
    }

    pub fn pay(&self, client: usize, code: usize, hold: &str) {
        self.at_stripe(client, code, Call::Pay(hold.to_owned()), |sim| sim.complete_session(hold).is_ok());
    }

    pub fn leave(&self, client: usize, code: usize, hold: &str) {
        self.at_stripe(client, code, Call::Leave(hold.to_owned()), |sim| sim.expire_session(hold).is_ok());
    }

    /// Waits until nothing is under way and all three counts agree, or for long enough; then what is there.
    pub async fn rest(&self, database: &Database) -> AtRest {
        let begun: Vec<_> = (0..self.codes.len()).map(|code| self.record.begin(0, code, Call::Rest)).collect();
        let started = tokio::time::Instant::now();
        loop {
            let unsettled =
                database.number("SELECT count(*) FROM checkouts WHERE step IN ('intent', 'uncertain')").await;
            let rest = self.look(database).await;
            let calm = |code: &CodeAtRest| code.counters == code.rows && code.rows == code.at_stripe;
            let at_rest = unsettled == 0 && rest.codes.iter().all(calm);
            if at_rest || started.elapsed() > self.patience {
                let came = if at_rest { Came::Done } else { Came::Refused("it does not come to rest".to_owned()) };
                begun.into_iter().for_each(|begun| self.record.end(begun, came.clone()));
                return rest;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    async fn look(&self, database: &Database) -> AtRest {
        let counters = "SELECT id || ' ' || held || ' ' || redeemed || ' ' ||
            (CASE WHEN blocked_reason IS NULL THEN 'fine' ELSE 'blocked' END) FROM discount_codes";
        let rows = "SELECT discount_code_id || ' ' || state || ' ' || count(*) FROM redemptions GROUP BY discount_code_id, state";
        let words = |line: String| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let number = |text: &String| text.parse::<i64>().unwrap();
        let counters: HashMap<String, (Counts, bool)> = database
            .lines(counters)
            .await
            .into_iter()
            .map(words)
            .map(|row| (row[0].clone(), ((number(&row[1]), number(&row[2])), row[3] == "blocked")))
            .collect();
        let rows: HashMap<(String, String), i64> = database
            .lines(rows)
            .await
            .into_iter()
            .map(words)
            .map(|row| ((row[0].clone(), row[1].clone()), number(&row[2])))
            .collect();
        let (coupons, sessions) = (self.sim.coupons(), self.sim.sessions());
        let code_at_rest = |code: &Code| {
            let in_rows = |state: &str| rows.get(&(code.id.clone(), state.to_owned())).copied().unwrap_or_default();
            let (counters, blocked) = counters[&code.id];
            let own: Vec<&Coupon> = coupons.iter().filter(|coupon| is_of(coupon, code)).collect();
            let with = |session: &&Session| {
                session.discounts.iter().any(|d| own.iter().any(|c| Some(&c.id) == d.coupon.as_ref()))
            };
            let sessions: Vec<&Session> = sessions.iter().filter(with).collect();
            let count = |wanted: fn(&Session) -> bool| {
                i64::try_from(sessions.iter().filter(|session| wanted(session)).count()).unwrap()
            };
            let off = PRICE * code.percent_off / 100;
            let other = |session: &&&Session| session.total_details.amount_discount != off;
            CodeAtRest {
                name: code.text.clone(),
                counters,
                rows: (in_rows("held"), in_rows("redeemed")),
                at_stripe: (count(holds), count(counts)),
                coupons: own.iter().map(|coupon| (coupon.id.clone(), differences(coupon, code))).collect(),
                wrongly_priced: sessions.iter().filter(other).map(|session| session.id.clone()).collect(),
                blocked,
            }
        };
        let codes = self.codes.iter().map(code_at_rest).collect();
        let ours = |session: &&Session| {
            session.client_reference_id.as_ref().is_some_and(|key| key.starts_with(&self.tag))
                && (holds(session) || counts(session))
        };
        let live = sessions.iter().filter(ours);
        let live =
            live.map(|s| SessionAtRest { key: s.client_reference_id.clone().unwrap_or_default(), id: s.id.clone() });
        AtRest { codes, sessions: live.collect() }
    }

    /// What the judge says of all that was written down.
    pub fn verdict(&self, rest: &AtRest) -> (Verdict, Vec<Operation>) {
        let operations = self.record.operations();
        (judge(&operations, rest), operations)
    }
}

/// Whether it can still be paid, or the money may still come.
fn holds(session: &Session) -> bool {
    match session.status {
        SessionStatus::Open => true,
        SessionStatus::Complete => session.payment_status == PaymentStatus::Unpaid,
        SessionStatus::Expired => false,
    }
}

fn counts(session: &Session) -> bool {
    session.status == SessionStatus::Complete && session.payment_status != PaymentStatus::Unpaid
}

fn is_of(coupon: &Coupon, code: &Code) -> bool {
    coupon.metadata.get("codemint_discount_code") == Some(&code.id)
}

/// The fields in which a coupon is not what its code promises.
fn differences(coupon: &Coupon, code: &Code) -> Vec<&'static str> {
    let value: Value = json!(coupon);
    let promised = [
        ("percent_off", json!(code.percent_off as f64)),
        ("amount_off", Value::Null),
        ("currency", Value::Null),
        ("duration", json!("once")),
        ("duration_in_months", Value::Null),
        ("max_redemptions", Value::Null),
        ("redeem_by", Value::Null),
        ("name", json!(code.text)),
    ];
    promised.into_iter().filter(|(field, promised)| value[*field] != *promised).map(|(field, _)| field).collect()
}
