//! Who is judged, and how hard: the client may send nothing wrong, the stand-in may take nothing wrong.

use stripe_sim::{Exchange, Sim};

use crate::Judge;

/// Whose conduct is in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Our client: every request must be lawful, but for the questions about permissions, and so must every answer.
    Client,
    /// The stand-in, which tests ask all sorts of things: what is unlawful it must refuse, and every answer must be lawful.
    StandIn,
}

/// How the client asks what a key may do: wrong on purpose, so that nothing is ever made.
const QUESTIONS: [(&str, &[(&str, &str)]); 4] = [
    ("/v1/coupons", &[("duration", "nonsense")]),
    ("/v1/promotion_codes", &[]),
    ("/v1/checkout/sessions", &[("mode", "nonsense")]),
    ("/v1/webhook_endpoints", &[]),
];

fn is_question(exchange: &Exchange) -> bool {
    let same = |form: &[(&str, &str)]| {
        exchange.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(form.iter().copied())
    };
    exchange.method == "POST" && QUESTIONS.iter().any(|(path, form)| exchange.path == *path && same(form))
}

fn taken(exchange: &Exchange) -> bool {
    exchange.status.is_some_and(|status| status < 300)
}

/// All that there is to say against these exchanges; nothing where the document is not there.
pub fn complaints(side: Side, exchanges: &[Exchange]) -> Vec<String> {
    let Some(judge) = Judge::here() else { return Vec::new() };
    let mut all = Vec::new();
    for exchange in exchanges {
        let verdict = judge.verdict(exchange);
        let pardoned = !taken(exchange) && (side == Side::StandIn || is_question(exchange));
        let request = verdict.request.into_iter().filter(|_| !pardoned).map(|wrong| ("request", wrong));
        let answer = verdict.answer.into_iter().map(|wrong| ("answer", wrong));
        all.extend(request.chain(answer).map(|(what, wrong)| {
            let Exchange { method, path, status, .. } = exchange;
            let status = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
            format!("{method} {path} ({status}), {what}: {wrong}")
        }));
    }
    // A wrong field is wrong in each of a thousand answers.
    all.sort();
    all.dedup();
    all
}

/// Judges, when it goes, all that a stand-in was asked and has answered since.
#[derive(Debug)]
pub struct Watch {
    sim: Sim,
    side: Side,
}

impl Watch {
    /// From now on.
    pub fn over(sim: &Sim, side: Side) -> Self {
        if Judge::here().is_some() {
            sim.record_exchanges();
        }
        Self { sim: sim.clone(), side }
    }

    /// All that there is to say so far.
    pub fn complaints(&self) -> Vec<String> {
        complaints(self.side, &self.sim.exchanges())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // A test that fails already has something to say.
        if std::thread::panicking() {
            return;
        }
        let complaints = self.complaints();
        assert!(complaints.is_empty(), "against Stripe's own document:\n{}", complaints.join("\n"));
    }
}
