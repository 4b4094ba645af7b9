//! The rows of the table. In each round the baseline comes first and the server after it, so that a machine that slows down slows both.

use crate::{
    Outcome, bodies, database,
    http::{Connection, get, post_form, post_json},
    load::{self, Target, median, quantile},
    measure::{Bench, Engine, Stage, WORKSPACES},
    process::{self, Running},
    report::{Goal, Row},
    seed,
};
use std::net::SocketAddr;

/// Requests under way at the same time.
const AT_ONCE: usize = 64;
/// Checkouts a second where the time that is added is measured.
const A_SECOND: u32 = 100;
/// What "many codes" is compared with.
const FEW: u64 = 1000;

fn ratio(baseline: f64, ours: f64) -> f64 {
    ours / baseline
}

/// What was found on an engine.
pub(crate) struct Rows<'a> {
    bench: &'a Bench,
    engine: Engine,
    pub(crate) found: Vec<Row>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(bench: &'a Bench, engine: Engine) -> Self {
        Self { bench, engine, found: Vec::new() }
    }

    fn add(&mut self, row: Row) {
        let figure = row.figure.map_or("nothing".to_owned(), |figure| format!("{figure:.3}"));
        process::say(&format!("{} {}: {figure} ({})", row.engine, row.name, row.goal));
        self.found.push(row);
    }

    /// What needs the server with its workspaces.
    pub(crate) async fn on_stage(&mut self, stage: &Stage) -> Outcome {
        // Validations write nothing: before anything grows.
        if self.bench.wants("validations") {
            self.validations(stage).await?;
        }
        if self.bench.wants("latency") {
            self.latency(stage).await?;
        }
        if self.bench.wants("checkouts") || self.bench.wants("memory") {
            self.checkouts(stage).await?;
        }
        if self.bench.wants("redemptions") {
            self.redemptions(stage).await?;
        }
        if self.bench.wants("memory") {
            self.memory(stage);
        }
        Ok(())
    }

    async fn against(&self, baseline: &Target, ours: &Target) -> Outcome<Vec<(f64, f64)>> {
        let mut rounds = Vec::new();
        for _ in 0..self.bench.shape.rounds {
            let bare = load::closed(baseline, AT_ONCE, self.bench.shape.lasting).await?;
            rounds.push((bare, load::closed(ours, AT_ONCE, self.bench.shape.lasting).await?));
        }
        Ok(rounds)
    }

    async fn validations(&mut self, stage: &Stage) -> Outcome {
        let address = stage.baseline;
        let selects: Vec<_> = (0..database::KEYS).map(|key| get(address, &format!("/select/{key}"), "")).collect();
        let baseline = Target::new(address, 200, move |number| selects[number as usize % selects.len()].clone());
        let ours = by_workspace(stage, 200, "/v1/discount-codes/validate", |_| bodies::validation(bodies::CODE));
        let rounds = self.against(&baseline, &ours).await?;
        self.add(Row::of("validations", self.engine.name(), "a second", rounds, ratio, Goal::Least(0.8)));
        Ok(())
    }

    async fn checkouts(&mut self, stage: &Stage) -> Outcome {
        let rounds = self.against(&bare_checkouts(stage), &checkouts(stage)).await?;
        self.add(Row::of("checkouts", self.engine.name(), "a second", rounds, ratio, Goal::Least(1.0)));
        Ok(())
    }

    /// Every redemption takes the same row's count.
    async fn redemptions(&mut self, stage: &Stage) -> Outcome {
        const NAME: &str = "redemptions of one hot code";
        let (address, key) = (stage.address, stage.workspaces[0].key.clone());
        let one = move |_| post_json(address, "/v1/redemptions", &key, &bodies::redemption());
        let mut connection = Connection::open(address).await?;
        if connection.ask(&one(0)).await? == 404 {
            let why = "this build has no POST /v1/redemptions";
            self.add(Row::missing(NAME, self.engine.name(), "a second", Goal::Least(0.7), why));
            return Ok(());
        }
        let ours = Target::new(address, 201, one);
        let mut bare = Connection::open(stage.baseline).await?;
        let lasting = self.bench.shape.lasting;
        let path = format!("/hot?at_once={AT_ONCE}&ms={}", lasting.as_millis());
        let hot = post_json(stage.baseline, &path, "", "");
        let mut rounds = Vec::new();
        for _ in 0..self.bench.shape.rounds {
            let status = bare.ask(&hot).await?;
            let said = String::from_utf8_lossy(bare.body()).into_owned();
            let baseline = said.parse().map_err(|_| format!("the baseline answered {status}: {said}"))?;
            rounds.push((baseline, load::closed(&ours, AT_ONCE, lasting).await?));
        }
        let note = "the baseline's statements are not even asked for over HTTP";
        self.add(Row::of(NAME, self.engine.name(), "a second", rounds, ratio, Goal::Least(0.7)).noted(note));
        Ok(())
    }

    async fn latency(&mut self, stage: &Stage) -> Outcome {
        let (direct, bare, ours) = (straight_to_stripe(stage), bare_checkouts(stage), checkouts(stage));
        let (mut middle, mut tail) = (Vec::new(), Vec::new());
        let (mut bare_middle, mut bare_tail) = (Vec::new(), Vec::new());
        // A hundred a second make few samples: longer than the others.
        let lasting = self.bench.shape.lasting * 2;
        for _ in 0..self.bench.shape.rounds {
            let stripe = load::paced(&direct, A_SECOND, lasting).await?;
            let with_us = load::paced(&ours, A_SECOND, lasting).await?;
            let commits = load::paced(&bare, A_SECOND, lasting).await?;
            for (part, rounds, bare) in [(0.5, &mut middle, &mut bare_middle), (0.99, &mut tail, &mut bare_tail)] {
                let [stripe, with_us, commits] = [&stripe, &with_us, &commits].map(|times| quantile(times, part) * 1e3);
                rounds.push((stripe, with_us));
                bare.push(commits - stripe);
            }
        }
        let added = |stripe: f64, ours: f64| ours - stripe;
        let name = self.engine.name();
        for (part, rounds, bare, most) in [("p50", middle, bare_middle, 2.0), ("p99", tail, bare_tail, 10.0)] {
            let row = Row::of(format!("latency added, {part}"), name, "ms", rounds, added, Goal::Most(most));
            let note = format!("two bare commits alone add {:.2} ms in the same rounds", median(&bare));
            self.add(row.noted(note));
        }
        Ok(())
    }

    fn memory(&mut self, stage: &Stage) {
        let name = self.engine.name();
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        for (row, bytes, most) in [
            ("memory at rest", stage.at_rest, 40.0),
            ("memory under load, the most", stage.server.memory("VmHWM"), 120.0),
        ] {
            match bytes {
                Some(bytes) => self.add(Row::alone(row, name, "MB", megabytes(bytes), Goal::Most(most))),
                None => self.add(Row::missing(row, name, "MB", Goal::Most(most), "this system does not tell")),
            }
        }
    }

    /// There is no way to make unique codes in bulk yet.
    pub(crate) fn generated(&mut self) {
        const NAME: &str = "100,000 unique codes generated and stored";
        if self.bench.wants(NAME) {
            let why = "the product has no bulk endpoint for unique codes yet: nothing to measure";
            self.add(Row::missing(NAME, self.engine.name(), "a second", Goal::Least(0.5), why));
        }
    }

    /// The same questions to a server with few codes and to one with many.
    pub(crate) async fn scaling(&mut self) -> Outcome {
        if !["list", "search", "validate"].iter().any(|kind| self.bench.wants(&scaling_name(kind, self.bench))) {
            return Ok(());
        }
        let few = Codes::set(self.bench, self.engine, "few", FEW).await?;
        let many = Codes::set(self.bench, self.engine, "many", self.bench.shape.codes).await?;
        for kind in ["list", "search", "search for nothing", "validate"] {
            let name = scaling_name(kind, self.bench);
            if !self.bench.wants(&name) {
                continue;
            }
            let (small, large) = (few.target(kind), many.target(kind));
            let mut rounds = Vec::new();
            for _ in 0..self.bench.shape.rounds {
                let mut times = [0.0; 2];
                for (target, time) in [&small, &large].into_iter().zip(&mut times) {
                    *time = median(&load::one_by_one(target, self.bench.shape.lasting / 4).await?) * 1e3;
                }
                rounds.push((times[0], times[1]));
            }
            self.add(Row::of(name, self.engine.name(), "ms", rounds, ratio, Goal::Most(1.5)));
        }
        drop((few, many));
        for name in ["few", "many"] {
            self.bench.forget(self.engine, name).await?;
        }
        Ok(())
    }
}

fn scaling_name(kind: &str, bench: &Bench) -> String {
    format!("{kind}, {} codes against {FEW}", bench.shape.codes)
}

/// A server with so many codes.
struct Codes {
    _server: Running,
    address: SocketAddr,
    key: String,
    count: u64,
}

impl Codes {
    async fn set(bench: &Bench, engine: Engine, name: &str, count: u64) -> Outcome<Self> {
        let begun = std::time::Instant::now();
        let database = bench.database(engine, name).await?;
        let workspace = bench.workspaces(&database, 1)?.remove(0);
        seed::codes(&database, &workspace.id, count).await?;
        let address = process::free_address()?;
        let log = bench.dir.join(format!("{}-{name}.log", engine.name()));
        let command = bench.codemint(&database, address, "http://127.0.0.1:1");
        let server = Running::serve(command, address, &log).await?;
        process::say(&format!("{}: {count} codes stand after {:.1?}", engine.name(), begun.elapsed()));
        Ok(Self { _server: server, address, key: workspace.key, count })
    }

    fn target(&self, kind: &str) -> Target {
        let (address, key, count) = (self.address, self.key.clone(), self.count);
        // Any of them, in no order that a cache would like.
        let any = move |number: u64| seed::code(number.wrapping_mul(7919) % count + 1);
        let list = "/v1/admin/discount-codes?limit=25";
        let kind = kind.to_owned();
        Target::new(address, 200, move |number| match kind.as_str() {
            "list" => get(address, list, &key),
            "search" => get(address, &format!("{list}&q={}", &any(number)[7..13]), &key),
            "search for nothing" => get(address, &format!("{list}&q=XY{}", &any(number)[7..11]), &key),
            _ => post_json(address, "/v1/discount-codes/validate", &key, &bodies::validation(&any(number))),
        })
    }
}

fn by_workspace(stage: &Stage, status: u16, path: &'static str, body: impl Fn(u64) -> String + 'static) -> Target {
    let (address, workspaces) = (stage.address, stage.workspaces.clone());
    Target::new(address, status, move |number| {
        post_json(address, path, &workspaces[number as usize % WORKSPACES].key, &body(number))
    })
}

fn checkouts(stage: &Stage) -> Target {
    by_workspace(stage, 201, "/v1/checkout/sessions", bodies::checkout)
}

fn bare_checkouts(stage: &Stage) -> Target {
    let address = stage.baseline;
    Target::new(address, 201, move |number| post_json(address, "/checkout", "", &bodies::checkout(number)))
}

/// What the baseline and the server forward, sent without either.
fn straight_to_stripe(stage: &Stage) -> Target {
    let (address, accounts) = (stage.stripe, stage.accounts.clone());
    Target::new(address, 200, move |number| {
        let account = &accounts[number as usize % accounts.len()];
        let body = bodies::session(number, &account.coupon);
        post_form(address, "/v1/checkout/sessions", &account.key, &format!("straight-{number}"), &body)
    })
}
