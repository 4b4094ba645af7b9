//! The demo with two servers: what is made at one is sold at the other, and either may be killed.

use crate::harness::{Ask, CHECKOUT, CODES, Ended, Engine, World, until, within};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// As long as one whose process died may be waited for, and a little for a machine that many share.
const SOON: Duration = Duration::from_secs(60);

fn codemint(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_codemint"));
    command.arg("demo").args(arguments).env_remove("CODEMINT_DEMO_POSTGRES_URL").stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// A signal to a process that the test, or its demo, has started.
async fn signal(signal: &str, pid: u32) -> bool {
    Command::new("kill").arg(signal).arg(pid.to_string()).stderr(Stdio::null()).status().await.unwrap().success()
}

struct Demo {
    child: Child,
    ready: Value,
    http: reqwest::Client,
}

impl Demo {
    async fn start(folder: &Path) -> Self {
        let file = folder.join("ready.json");
        let mut command =
            codemint(&["--replicas", "2", "--bind", "127.0.0.1:0", "--ready-file", file.to_str().unwrap()]);
        command.env("CODEMINT_DEMO_POSTGRES_URL", std::env::var("CODEMINT_TEST_POSTGRES_URL").unwrap());
        let mut child = command.spawn().unwrap();
        let ready = within(SOON, async || {
            assert_eq!(child.try_wait().unwrap(), None, "it did not start");
            let text = std::fs::read_to_string(&file).ok();
            (text.is_some(), text)
        })
        .await;
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { child, ready: serde_json::from_str(&ready.unwrap()).unwrap(), http }
    }

    fn url(&self, server: usize) -> &str {
        self.ready["urls"][server].as_str().unwrap()
    }

    fn pid(&self, server: usize) -> u32 {
        u32::try_from(self.ready["pids"][server].as_u64().unwrap()).unwrap()
    }

    fn ask(&self, server: usize, method: &str, path: &str) -> Ask {
        Ask::by(&self.http, method, format!("{}{path}", self.url(server))).key(self.ready["api_key"].as_str().unwrap())
    }

    /// As a page of that server makes it.
    fn browse(&self, server: usize, method: &str, path: &str) -> Ask {
        Ask::by(&self.http, method, format!("{}{path}", self.url(server))).header("origin", self.url(server))
    }

    fn purchase(&self, server: usize, order: &str) -> Ask {
        let body = World::checkout_body(json!({ "discount_code": "SPRING", "user_id": order }));
        self.ask(server, "POST", CHECKOUT).idempotent(order).json(&body)
    }

    async fn faults(&self, method: &str, body: &Value) {
        let url = format!("{}/sim/faults", self.ready["stripe_url"].as_str().unwrap());
        let ask = self.http.request(method.parse().unwrap(), url);
        let ask = if body.is_null() { ask } else { ask.json(body) };
        assert!(ask.send().await.unwrap().status().is_success());
    }

    async fn held(&self, server: usize, code: &str) -> i64 {
        let code = self.ask(server, "GET", &format!("{CODES}/{code}")).send().await.expect(200).json;
        code["redemptions"]["held"].as_i64().unwrap()
    }
}

async fn sells_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::start(folder.path()).await;
    assert_eq!(demo.ready["url"], demo.ready["urls"][0]);
    for name in ["stripe_url", "app_id", "api_key", "mailbox_url"] {
        assert!(demo.ready[name].is_string(), "{name}");
    }
    assert_ne!(demo.url(0), demo.url(1));

    // Made at the first, sold at the second.
    let body = json!({ "app_id": "taskpomo", "code": "SPRING", "percent_off": 10, "max_redemptions": 2 });
    let code = demo.ask(0, "POST", CODES).json(&body).send().await.expect(201).id().to_owned();
    demo.purchase(1, "order-1").send().await.expect(201);
    assert_eq!(demo.held(0, &code).await, 1);

    // Signed in by the second's mail, one is signed in at the first; and each leads back to itself from Stripe.
    demo.browse(1, "POST", "/api/request-sign-in").form(&[("email", "owner@example.com")]).send().await.expect(200);
    let mailbox = demo.ready["mailbox_url"].as_str().unwrap();
    let link = until(async || {
        let page = demo.http.get(mailbox).send().await.unwrap().text().await.unwrap();
        let link = page.split_once("/sign-in/").map(|(_, rest)| rest.split(['"', '<']).next().unwrap().to_owned());
        (link.is_some(), link)
    })
    .await
    .unwrap();
    let answer = demo.browse(0, "POST", "/sign-in").form(&[("token", &link)]).send().await.expect(303);
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    for server in 0..2 {
        demo.browse(server, "GET", "/apps").header("cookie", &cookie).send().await.expect(200);
        let start = demo.browse(server, "GET", "/stripe/start?mode=test&from=settings").header("cookie", &cookie);
        let there = start.send().await.expect(303).header("location").unwrap().to_owned();
        let there = url::Url::parse(&there).unwrap();
        let back = there.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
        assert_eq!(back, format!("{}/stripe/callback", demo.url(server)));
    }

    // The first dies with a purchase in hand: Stripe has its call, and carries it out when nobody listens any more.
    let sessions = "/v1/checkout/sessions";
    demo.faults("POST", &json!({ "kind": "hold", "method": "POST", "path": sessions, "times": 1 })).await;
    let bought = tokio::spawn(demo.purchase(0, "order-2").try_send());
    until(async || {
        let held = demo.held(1, &code).await;
        (held == 2, held)
    })
    .await;
    assert!(signal("-KILL", demo.pid(0)).await);
    assert!(bought.await.unwrap().is_err());
    demo.faults("DELETE", &Value::Null).await;
    // The other one serves on, and the same purchase is finished there.
    demo.browse(1, "GET", "/apps").header("cookie", &cookie).send().await.expect(200);
    let finished = within(SOON, async || {
        let answer = demo.purchase(1, "order-2").send().await;
        (answer.status == 201, answer)
    })
    .await;
    assert!(finished.json["url"].is_string(), "{finished:?}");
    assert_eq!(demo.held(1, &code).await, 2);
    demo.purchase(1, "order-3").send().await.refused(400, "discount_code_exhausted", "discount_code");
    assert_eq!(demo.child.try_wait().unwrap(), None, "the demo goes on with one");

    // Ctrl-C, or a SIGTERM, ends all of it.
    let second = demo.pid(1);
    assert!(signal("-TERM", demo.child.id().unwrap()).await);
    let ended = tokio::time::timeout(SOON, demo.child.wait()).await.expect("it does not end").unwrap();
    assert!(ended.success(), "{ended}");
    assert!(!signal("-0", second).await, "the second one is left");
}

#[test]
fn either_may_be_killed() {
    crate::death::run(Engine::Postgres, sells_on());
}

#[test]
fn a_file_is_one_process() {
    crate::death::run(Engine::Sqlite, async {
        let output = codemint(&["--replicas", "2"]).output().await.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success());
        assert!(said.lines().count() == 1 && said.contains("need PostgreSQL"), "{said}");
    });
}

/// A server that a demo started ends with it, however it ends: the demo held the other end of its input.
#[test]
fn a_server_ends_with_its_demo() {
    crate::death::run(Engine::Sqlite, async {
        let shop = crate::harness::Shop::open(Engine::Sqlite, None).await;
        shop.kill().await;
        // Its input is at its end from the beginning.
        let (ended, _, said) = shop.place.ends(&["serve", "--with-parent"], &[("CODEMINT_BIND", "127.0.0.1:0")]).await;
        assert_eq!(ended, Ended::Well, "{said}");
        shop.close().await;
    });
}
