//! What runs by itself beside the requests: mail, what Stripe tells us, rewards on their way to Stripe and their uses, the sweep of open sessions, what was abandoned, what lapsed, what is over,
//! what open pages are told, the database's log.

use crate::services::{MailKinds, Services};
use app::domain::problem::Problem;
use std::future::Future;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often each job runs.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Asking Stripe about open sessions: an ended one is seen within 15 s of Stripe's knowing.
    pub sweep: Duration,
    /// Giving up checkouts whose request died.
    pub give_up: Duration,
    /// Letting go of holds of owners' own checkouts whose time is over.
    pub lapse: Duration,
    /// Asking Stripe whether rewards were used, where it is time to.
    pub uses: Duration,
    /// Taking up refreshes that broke off: whoever lost a grant is told within a minute.
    pub tokens: Duration,
    /// Looking whose ledger is to be checked: each once an hour.
    pub ledger: Duration,
    /// Deleting what is over.
    pub forget: Duration,
    /// Folding SQLite's write-ahead log into its file.
    pub fold: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            sweep: Duration::from_secs(5),
            give_up: Duration::from_secs(10),
            lapse: Duration::from_secs(1),
            uses: Duration::from_secs(1),
            tokens: Duration::from_secs(2),
            ledger: Duration::from_secs(60),
            forget: Duration::from_secs(600),
            fold: Duration::from_secs(1),
        }
    }
}

/// Starts every job on the tracker; they end when `stop` is cancelled, each after what it is doing.
pub fn start(services: &Services, pace: Pace, tasks: &TaskTracker, stop: &CancellationToken) {
    for kinds in [MailKinds::Others, MailKinds::Rewards] {
        let (mail, stop) = (services.clone(), stop.clone());
        // A mail that is under way is not cut short: it would be sent twice.
        tasks.spawn(async move {
            while !stop.is_cancelled() {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = mail.mail_due(kinds) => {}
                }
                note("mail", mail.send_due_mail(kinds, &stop).await);
            }
        });
    }
    let told = services.clone();
    let in_work = tasks.clone();
    tasks.spawn(until(stop.clone(), move || {
        let (told, in_work) = (told.clone(), in_work.clone());
        async move {
            match told.take_due_webhooks().await {
                Ok(taken) => taken.into_iter().for_each(|event| {
                    let told = told.clone();
                    // Each as a task of its own: one owner's Stripe that answers late keeps nobody else's event waiting.
                    in_work.spawn(async move { told.process_webhook(event).await });
                }),
                Err(problem) => note("webhooks", Err(problem)),
            }
        }
    }));
    let minting = services.clone();
    let in_work = tasks.clone();
    tasks.spawn(until(stop.clone(), move || {
        let (minting, in_work) = (minting.clone(), in_work.clone());
        async move {
            match minting.tenants_to_mint().await {
                Ok(tenants) => tenants.into_iter().for_each(|work| {
                    let minting = minting.clone();
                    // Each as a task of its own: one owner's Stripe that answers late keeps nobody else's rewards waiting.
                    in_work.spawn(async move { minting.mint_tenant(work).await });
                }),
                Err(problem) => note("rewards", Err(problem)),
            }
        }
    }));
    let (uses, in_work) = (services.clone(), tasks.clone());
    every(tasks, stop, pace.uses, "uses of rewards", move || {
        let (services, in_work) = (uses.clone(), in_work.clone());
        async move {
            for watched in services.uses_to_look_for().await? {
                let services = services.clone();
                in_work.spawn(async move { services.look_for_uses_of(watched).await });
            }
            Ok(())
        }
    });
    let (live, stopped) = (services.clone(), stop.clone());
    tasks.spawn(async move { live.watch_connections(stopped).await });
    let (sweep, in_work) = (services.clone(), tasks.clone());
    every(tasks, stop, pace.sweep, "sweep", move || {
        let (services, in_work) = (sweep.clone(), in_work.clone());
        async move {
            for connection in services.connections_to_sweep().await? {
                let services = services.clone();
                // As with events: one owner's Stripe that answers late is not waited for.
                in_work.spawn(async move { services.sweep_connection(connection).await });
            }
            Ok(())
        }
    });
    let tokens = services.clone();
    every(tasks, stop, pace.tokens, "tokens", move || {
        let services = tokens.clone();
        async move { services.finish_refreshes().await }
    });
    let (abandoned, in_work) = (services.clone(), tasks.clone());
    every(tasks, stop, pace.give_up, "abandoned checkouts", move || {
        let (services, in_work) = (abandoned.clone(), in_work.clone());
        async move {
            for checkouts in services.abandoned_checkouts().await? {
                let services = services.clone();
                in_work.spawn(async move { services.give_up_abandoned(checkouts).await });
            }
            services.release_unverifiable().await
        }
    });
    let lapsed = services.clone();
    every(tasks, stop, pace.lapse, "lapsed holds", move || {
        let services = lapsed.clone();
        async move { services.let_lapsed_go().await }
    });
    let (ledger, in_work) = (services.clone(), tasks.clone());
    every(tasks, stop, pace.ledger, "ledger", move || {
        let (services, in_work) = (ledger.clone(), in_work.clone());
        async move {
            for tenant in services.ledgers_to_check().await? {
                let services = services.clone();
                in_work.spawn(async move { services.check_due_ledger(tenant).await });
            }
            Ok(())
        }
    });
    let log = services.clone();
    every(tasks, stop, pace.fold, "log", move || {
        let services = log.clone();
        async move { services.fold_log().await }
    });
    let old = services.clone();
    every(tasks, stop, pace.forget, "forget", move || {
        let services = old.clone();
        async move { services.forget_old().await }
    });
}

fn every<F, R>(tasks: &TaskTracker, stop: &CancellationToken, pause: Duration, name: &'static str, job: F)
where
    F: Fn() -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), Problem>> + Send,
{
    let stop = stop.clone();
    tasks.spawn(async move {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            note(name, job().await);
        }
    });
}

async fn until<F, R>(stop: CancellationToken, turn: F)
where
    F: Fn() -> R + Send,
    R: Future<Output = ()> + Send,
{
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => return,
            () = turn() => {}
        }
    }
}

fn note(job: &str, outcome: Result<(), Problem>) {
    if let Err(problem) = outcome {
        tracing::error!(job, cause = %problem.message, "a job failed and will be tried again");
    }
}
