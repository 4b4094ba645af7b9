//! Processes that start at the same moment on an empty database.

use crate::death::full;
use crate::harness::{Database, Engine, Place, Process, register};
use stripe_sim::Sim;

/// Processes that start at once.
const PROCESSES: usize = 4;

async fn all_come_up(engine: Engine) {
    let rounds = if full() { 20 } else { 2 };
    for round in 0..rounds {
        let database = Database::make(engine).await;
        let folder = tempfile::tempdir().unwrap();
        let place = Place {
            database_url: database.url(),
            // Nothing is connected: nobody is asked.
            stripe_url: "http://127.0.0.1:9".to_owned(),
            folder: folder.path().to_owned(),
            app: register(&Sim::new(), "http://127.0.0.1:9", false),
        };
        let starting = (0..PROCESSES).map(|_| Process::serve(&place, &[]));
        let mut processes = futures::future::join_all(starting).await;
        assert!(processes.iter_mut().all(|process| !process.is_dead()), "round {round}");
        // Each serves: what one of them makes, the others know.
        let create =
            ["admin", "create-workspace", "--email", "owner@example.com", "--app", "taskpomo", "--mode", "test"];
        let made: serde_json::Value = serde_json::from_str(&place.run(&create).await).unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        for process in processes {
            let url = format!("{}{}", process.url, crate::harness::CODES);
            let asked = http.get(url).bearer_auth(made["api_key"].as_str().unwrap()).send().await.unwrap();
            assert_eq!(asked.status(), 200);
            process.kill().await;
        }
        database.remove().await;
    }
    eprintln!("{engine:?}: {PROCESSES} processes at once on an empty database, {rounds} times: all came up");
}

#[test]
fn postgres() {
    crate::death::run(Engine::Postgres, all_come_up(Engine::Postgres));
}

#[test]
fn sqlite() {
    crate::death::run(Engine::Sqlite, all_come_up(Engine::Sqlite));
}
