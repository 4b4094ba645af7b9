//! The end of a call of the token endpoint: what it does, what is answered, and what may be remembered of it.

use axum::http::StatusCode;
use serde_json::Value;

use crate::{
    Sim,
    api::{Answer, Call, Outcome, cut},
    auth::AccountId,
    error::ApiError,
    fault::FaultKind,
    log::Entry,
    oauth::{self, Refusal, TokenRecord},
    state::State,
};

/// What came of it.
enum Result {
    Granted(Value),
    Refused(Refusal),
    /// Stripe's own fault, in the API's envelope.
    Broken(ApiError),
}

/// Gives out tokens, or does not, and sends the answer or does not.
pub(crate) fn finish(sim: &Sim, call: &Call, livemode: bool, entry: Entry, fault: Option<FaultKind>) -> Outcome {
    let mut state = sim.lock();
    let mut account: Option<AccountId> = None;
    let mut granted = || match oauth::grant(&mut state, livemode, &call.params) {
        Ok((whose, answer)) => {
            account = Some(whose);
            Result::Granted(answer)
        }
        Err(refusal) => Result::Refused(refusal),
    };
    let result = match fault {
        Some(FaultKind::Status500) => Result::Broken(ApiError::internal()),
        Some(FaultKind::ApplyThen500) => {
            granted();
            Result::Broken(ApiError::internal())
        }
        _ => granted(),
    };
    let (answer, error, shown) = match &result {
        Result::Granted(body) => (Answer::done(call, body), None, oauth::masked_answer(&call.params, body)),
        Result::Refused(refusal) => {
            let body = refusal.body();
            let mut answer = Answer::done(call, &body);
            answer.status = StatusCode::BAD_REQUEST;
            (answer, Some(refusal.error.to_owned()), oauth::masked_answer(&call.params, &body))
        }
        Result::Broken(error) => {
            let answer = Answer::refused(call, error, None);
            let shown = answer.body.clone();
            (answer, Some(error.kind().to_owned()), shown)
        }
    };
    let status = answer.status.as_u16();
    state.log.change(entry, |record| {
        (record.account, record.status, record.error) = (account.clone(), Some(status), error.clone());
    });
    let lost = fault == Some(FaultKind::ApplyThenDrop);
    let record = TokenRecord {
        at_ms: state.clock.now_ms(),
        grant_type: grant_type(call),
        livemode: Some(livemode),
        granted: account.is_some(),
        account,
        status: Some(status).filter(|_| !lost),
        error,
    };
    state.token_requests.push(record);
    let outcome = if lost {
        cut(&mut state, entry)
    } else {
        state.recorder.answered(entry.0, status, &shown);
        Outcome::Answer(answer)
    };
    drop(state);
    sim.changed();
    outcome
}

/// Remembers a call that came to nothing before it was let in: what the log has of it.
pub(crate) fn note_refused(state: &mut State, call: &Call, entry: Entry) {
    let (at_ms, grant_type) = (state.clock.now_ms(), grant_type(call));
    let mut record = TokenRecord { at_ms, grant_type, ..TokenRecord::default() };
    state.log.change(entry, |logged| {
        (record.livemode, record.status, record.error) = (logged.livemode, logged.status, logged.error.clone());
    });
    state.token_requests.push(record);
}

fn grant_type(call: &Call) -> String {
    let sent = call.params.iter().find(|(name, _)| name == "grant_type");
    sent.map(|(_, value)| value.clone()).unwrap_or_default()
}
