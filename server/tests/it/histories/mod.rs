//! Histories in the Jepsen manner: clients write down what they asked and what they were told, and a judge says whether a count that is
//! never wrong could have given these answers.
//!
//! Every day few stories are told; `CODEMINT_FULL=1` tells many, and the large ones whole. `CODEMINT_SEED` tells one again.

mod bounds;
#[cfg(all(unix, debug_assertions))]
mod deaths;
mod dice;
mod facts;
mod history;
mod judge;
#[cfg(all(unix, debug_assertions))]
mod planted;
mod search;
mod site;
mod stories;
mod tests;

/// Whether everything is told as often as it is promised.
fn full() -> bool {
    std::env::var("CODEMINT_FULL").is_ok_and(|value| value == "1")
}
