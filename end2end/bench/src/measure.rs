//! A run: what is set up for an engine, and the rows that are measured on it.

use crate::{
    Outcome, baseline, bodies, database,
    http::{Connection, post_json},
    process::{self, Running},
    report::Row,
    rows::Rows,
    stand_in,
};
use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// Workspaces that the load is spread over.
pub(crate) const WORKSPACES: usize = 100;

#[derive(Args)]
pub(crate) struct Options {
    /// The server's binary.
    #[arg(long)]
    codemint: PathBuf,
    /// An empty folder for databases and logs.
    #[arg(long)]
    dir: PathBuf,
    /// The object is written here.
    #[arg(long)]
    out: PathBuf,
    /// A PostgreSQL with `fsync = on`, as a superuser.
    #[arg(long)]
    postgres: Option<String>,
    /// Short rounds, and a tenth of the codes.
    #[arg(long)]
    quick: bool,
    /// Only rows whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// On which databases.
    #[arg(long, value_enum, required = true)]
    engine: Vec<Engine>,
}

/// A database.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}

impl Engine {
    /// As it stands in the report.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// How long and how often.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    /// Rounds of baseline and ours.
    pub(crate) rounds: usize,
    /// What one of them lasts.
    pub(crate) lasting: Duration,
    /// The most codes.
    pub(crate) codes: u64,
}

/// A workspace that can be asked.
#[derive(Clone)]
pub(crate) struct Workspace {
    pub(crate) id: String,
    pub(crate) key: String,
}

/// What a run has.
pub(crate) struct Bench {
    pub(crate) codemint: PathBuf,
    pub(crate) dir: PathBuf,
    pub(crate) keys: String,
    pub(crate) shape: Shape,
    pub(crate) postgres: Option<String>,
    only: Option<String>,
}

impl Bench {
    /// Whether a row was asked for.
    pub(crate) fn wants(&self, row: &str) -> bool {
        self.only.as_ref().is_none_or(|only| row.contains(only.as_str()))
    }

    /// A database without tables; its address.
    pub(crate) async fn database(&self, engine: Engine, name: &str) -> Outcome<String> {
        match (engine, &self.postgres) {
            (Engine::Sqlite, _) => Ok(format!("sqlite://{}", self.dir.join(format!("{name}.db")).display())),
            (Engine::Postgres, Some(server)) => database::create(server, &format!("codemint_bench_{name}")).await,
            (Engine::Postgres, None) => Err("no PostgreSQL was named".to_owned()),
        }
    }

    /// Takes a database away.
    pub(crate) async fn forget(&self, engine: Engine, name: &str) -> Outcome {
        match (engine, &self.postgres) {
            (Engine::Postgres, Some(server)) => {
                database::drop_database(server, &format!("codemint_bench_{name}")).await
            }
            _ => {
                for end in ["db", "db-wal", "db-shm"] {
                    // One that is not there is as good.
                    let _ = std::fs::remove_file(self.dir.join(format!("{name}.{end}")));
                }
                Ok(())
            }
        }
    }

    /// The server's command, on this database.
    pub(crate) fn codemint(&self, database: &str, address: SocketAddr, stripe: &str) -> Command {
        let mut command = Command::new(&self.codemint);
        command
            .current_dir(&self.dir)
            .env("CODEMINT_DATABASE_URL", database)
            .env("CODEMINT_MASTER_KEYS", &self.keys)
            .env("CODEMINT_BIND", address.to_string())
            .env("CODEMINT_STRIPE_API_URL", stripe)
            .env_remove("RUST_LOG");
        command
    }

    /// Workspaces in a database that has its tables.
    pub(crate) fn workspaces(&self, database: &str, count: usize) -> Outcome<Vec<Workspace>> {
        #[derive(Deserialize)]
        struct Made {
            workspace: String,
            api_key: String,
        }
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
        process::output(self.codemint(database, nowhere, "http://127.0.0.1:1").arg("migrate"))?;
        (0..count)
            .map(|number| {
                let mut command = self.codemint(database, nowhere, "http://127.0.0.1:1");
                let email = format!("owner{number}@bench.example");
                command.args(["admin", "create-workspace", "--app", bodies::APP, "--mode", "test", "--email", &email]);
                let made: Made =
                    serde_json::from_str(&process::output(&mut command)?).map_err(|error| error.to_string())?;
                Ok(Workspace { id: made.workspace, key: made.api_key })
            })
            .collect()
    }
}

/// Asks once; the answer, which must have this status.
pub(crate) async fn ask(connection: &mut Connection, request: &[u8], status: u16) -> Outcome<Value> {
    let answered = connection.ask(request).await?;
    let body = serde_json::from_slice(connection.body()).unwrap_or(Value::Null);
    if answered == status { Ok(body) } else { Err(format!("{answered} in the place of {status}: {body}")) }
}

/// One engine with everything running: Stripe, the server with a hundred connected workspaces, the baseline.
pub(crate) struct Stage {
    pub(crate) stripe: SocketAddr,
    pub(crate) accounts: Vec<baseline::Account>,
    pub(crate) workspaces: Vec<Workspace>,
    pub(crate) server: Running,
    pub(crate) address: SocketAddr,
    pub(crate) baseline: SocketAddr,
    /// Resident bytes of the server before anything was asked of it.
    pub(crate) at_rest: Option<u64>,
    _others: [Running; 2],
}

impl Stage {
    async fn set(bench: &Bench, engine: Engine) -> Outcome<Self> {
        let begun = Instant::now();
        let (stand_in, stripe): (_, stand_in::Ready) =
            Running::start(&["stand-in", "--accounts", &WORKSPACES.to_string()])?;
        let database = bench.database(engine, "main").await?;
        let workspaces = bench.workspaces(&database, WORKSPACES)?;
        let address = process::free_address()?;
        let log = bench.dir.join(format!("{}.log", engine.name()));
        let server = Running::serve(bench.codemint(&database, address, &stripe.url), address, &log).await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let at_rest = server.memory("VmRSS");
        let mut connection = Connection::open(address).await?;
        let mut accounts = Vec::new();
        for (number, (workspace, stripe_key)) in workspaces.iter().zip(&stripe.keys).enumerate() {
            let post = |path: &str, body: &str| post_json(address, path, &workspace.key, body);
            let connect = json!({ "restricted_key": stripe_key }).to_string();
            ask(&mut connection, &post("/v1/admin/connection", &connect), 200).await?;
            ask(&mut connection, &post("/v1/admin/discount-codes", &bodies::definition()), 201).await?;
            // The coupon is minted by the first use, which is not measured.
            let first = post("/v1/checkout/sessions", &bodies::checkout(number as u64));
            let answer = ask(&mut connection, &first, 201).await?;
            let coupon = answer["discount"]["stripe_coupon"].as_str().ok_or("a checkout without its coupon")?;
            accounts.push(baseline::Account { key: stripe_key.clone(), coupon: coupon.to_owned() });
        }
        let file = bench.dir.join("accounts.json");
        let json = serde_json::to_string(&accounts).map_err(|error| error.to_string())?;
        std::fs::write(&file, json).map_err(|error| error.to_string())?;
        let bare = bench.database(engine, "bare").await?;
        let file = file.to_str().ok_or("the folder's name is no text")?;
        let (other, baseline::Ready { address: baseline }) =
            Running::start(&["baseline", "--database", &bare, "--stripe", &stripe.url, "--accounts", file])?;
        let stripe = stripe.url.trim_start_matches("http://").parse().map_err(|_| "the stand-in has no address")?;
        process::say(&format!("{}: {WORKSPACES} workspaces stand after {:.1?}", engine.name(), begun.elapsed()));
        Ok(Self { stripe, accounts, workspaces, server, address, baseline, at_rest, _others: [stand_in, other] })
    }
}

async fn on(bench: &Bench, engine: Engine, rows: &mut Vec<Row>) -> Outcome {
    let mut found = Rows::new(bench, engine);
    let staged = ["checkouts", "redemptions", "validations", "latency", "memory"];
    if staged.iter().any(|row| bench.wants(row)) {
        let stage = Stage::set(bench, engine).await?;
        found.on_stage(&stage).await?;
        drop(stage);
        for name in ["main", "bare"] {
            bench.forget(engine, name).await?;
        }
    }
    found.generated();
    found.scaling().await?;
    rows.append(&mut found.found);
    Ok(())
}

/// Measures, and writes the object.
pub(crate) async fn run(options: Options) -> Outcome {
    let keys = process::output(Command::new(&options.codemint).args(["keys", "generate"]))?.trim().to_owned();
    let (rounds, lasting, codes) = if options.quick { (3, 1000, 100_000) } else { (5, 2000, 1_000_000) };
    let shape = Shape { rounds, lasting: Duration::from_millis(lasting), codes };
    if let Some(server) = &options.postgres
        && !database::is_durable(server).await?
    {
        process::say(
            "this PostgreSQL does not keep what it answers (fsync or synchronous_commit is off): its figures count nothing",
        );
    }
    let bench = Bench {
        codemint: options.codemint,
        dir: absolute(&options.dir)?,
        keys,
        shape,
        postgres: options.postgres,
        only: options.only,
    };
    let mut rows = Vec::new();
    for engine in options.engine {
        on(&bench, engine, &mut rows).await?;
    }
    let object = json!({ "quick": options.quick, "codes": codes, "rows": rows });
    std::fs::write(&options.out, object.to_string()).map_err(|error| format!("{}: {error}", options.out.display()))
}

fn absolute(dir: &Path) -> Outcome<PathBuf> {
    dir.canonicalize().map_err(|error| format!("{}: {error}", dir.display()))
}
