//! `codemint keys …`

use super::{Failure, environment, say};
use crate::clock::Clock;
use crate::config;
use crate::crypto;
use crate::services::{Resealed, RingReport, Services};
use std::time::Duration;

async fn services() -> Result<Services, Failure> {
    let ring = config::master_keys(&environment)?;
    Ok(Services::for_keys(&config::database_url(&environment), ring, Clock::system()).await?)
}

/// Wraps what is stored anew under the ring's primary key, or says what comes first.
pub(super) async fn rotate() -> Result<(), Failure> {
    let services = services().await?;
    let looked = services.look_at_ring().await.map_err(|problem| problem.message)?;
    let text = if let [(only, needed)] = looked.needed.as_slice() {
        first_add(only, *needed, &crypto::generate()?)
    } else {
        told(&services.rewrap_keys().await.map_err(|problem| problem.message)?)
    };
    services.close().await;
    say::line(&text);
    Ok(())
}

/// New data keys, and every value sealed again.
pub(super) async fn rotate_data(grace: Duration) -> Result<(), Failure> {
    let services = services().await?;
    let done = services.reseal_values(grace, say::line).await.map_err(|problem| problem.message)?;
    services.close().await;
    say::line(&summed_up(&done));
    if done.broken.is_empty() && done.keys_kept == 0 {
        return Ok(());
    }
    Err(unfinished(&done).into())
}

fn first_add(only: &str, needed: i64, new: &str) -> String {
    format!(
        "The ring has one key, {only}; {needed} stored keys are sealed under it. Nothing was written.
To replace it, add a new one: put this behind the old one in CODEMINT_MASTER_KEYS of every process, and restart them.

,{new}

When every process has it, put it first, restart them again, and run `codemint keys rotate` once more."
    )
}

fn told(report: &RingReport) -> String {
    let primary = report.needed.first().map_or("", |(id, _)| id.as_str());
    let mut lines = vec![format!("{} stored keys were sealed anew under the primary key {primary}.", report.rewrapped)];
    for (id, needed) in &report.needed {
        lines.push(format!("  {id}: {needed} stored keys need it"));
    }
    let idle: Vec<&str> =
        report.needed.iter().skip(1).filter(|(_, needed)| *needed == 0).map(|(id, _)| id.as_str()).collect();
    if idle.is_empty() {
        lines.push("Run it again: a process that has another primary key has just stored a key under that.".to_owned());
    } else {
        lines.push(format!(
            "No stored key needs {} any more. An old one may be retired: take it out of the ring of every process, and keep it as long as \
             you keep backups from before today. A new one that is to replace {primary}: put it first in the ring of every process, restart \
             them, and run this again.",
            idle.join(", ")
        ));
    }
    lines.join("\n")
}

fn summed_up(done: &Resealed) -> String {
    let begun = if done.resumed { "An interrupted rotation was continued. " } else { "" };
    format!(
        "{begun}{} new data keys, {} values sealed again, {} old data keys deleted.",
        done.keys_made, done.values, done.keys_deleted
    )
}

fn unfinished(done: &Resealed) -> String {
    let broken: Vec<String> = done.broken.iter().map(|place| format!("\n  {place}")).collect();
    if broken.is_empty() {
        return format!("{} old data keys still seal something: run it again", done.keys_kept);
    }
    format!(
        "{} values do not open, and were left as they are with their old data keys. Their owners have to connect again; then run it again:{}",
        broken.len(),
        broken.concat()
    )
}
