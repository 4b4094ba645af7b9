//! A PostgreSQL of our own for the tests: a cluster in a temporary folder, gone when the tests end, however they end.
//!
//! A small shell process guards it. It waits for the end of its standard input, which comes when [`Cluster`] is dropped and also when
//! xtask is interrupted or killed; then it stops the server by its process id and removes the folder.

use std::{
    env, fs,
    io::Write,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{
    step::{self, Context, Outcome},
    workspace,
};

/// The variable that hands a server to the tests.
pub(crate) const URL: &str = "CODEMINT_TEST_POSTGRES_URL";

/// Durability costs time, and this cluster is thrown away.
const CARELESS: &str = "fsync = off\nfull_page_writes = off\n";

/// The tests open many connections.
const SETTINGS: &str = "max_connections = 500\nlisten_addresses = '127.0.0.1'\n";

const GUARD: &str = r#"
trap '' INT TERM HUP
cat >/dev/null
lock=$1/data/postmaster.pid
if pid=$(head -n 1 "$lock" 2>/dev/null); then
    kill -INT "$pid"
    tries=0
    while [ -e "$lock" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
    [ ! -e "$lock" ] || kill -KILL "$pid"
fi
rm -rf "$1"
"#;

/// A PostgreSQL server for the tests.
pub(crate) struct Cluster {
    url: String,
    guard: Option<Child>,
}

impl Cluster {
    /// The server that the environment names, or else one of our own.
    pub(crate) fn start() -> Outcome<Self> {
        Self::with(CARELESS)
    }

    /// The same for figures: one of our own keeps what it answers, as PostgreSQL does unless it is told otherwise.
    pub(crate) fn durable() -> Outcome<Self> {
        Self::with("")
    }

    fn with(settings: &str) -> Outcome<Self> {
        if let Some(url) = env::var(URL).ok().filter(|url| !url.is_empty()) {
            return Ok(Self { url, guard: None });
        }
        let programs = match find_programs() {
            Some(programs) => programs,
            None => {
                workspace::apt_install(&["postgresql"]).map_err(|problem| missing(&problem))?;
                find_programs().ok_or_else(|| missing("its programs are not where they usually are"))?
            }
        };
        step::timed("Starting a PostgreSQL", || create(&programs, settings))
    }

    /// Where the tests connect, as a superuser.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Cluster {
    /// Lets it end with a process that is to take our place, and not with us: that process holds the end of the guard's input, as its own
    /// standard input, which it must not read.
    pub(crate) fn end_with(mut self, other: &mut Command) {
        if let Some(mut guard) = self.guard.take()
            && let Some(input) = guard.stdin.take()
        {
            other.stdin(input);
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut guard) = self.guard.take() {
            drop(guard.stdin.take());
            let _ = guard.wait();
        }
    }
}

fn missing(why: &str) -> String {
    format!(
        "PostgreSQL is needed, since every storage test runs on both databases: install it (package `postgresql`), or set {URL} ({why})"
    )
}

/// The folder of `initdb` and `pg_ctl`.
fn find_programs() -> Option<PathBuf> {
    let in_path =
        workspace::which("initdb").and_then(|initdb| Some(initdb.canonicalize().ok()?.parent()?.to_path_buf()));
    let mut places: Vec<_> = in_path.into_iter().collect();
    places.extend(newest("/usr/lib/postgresql", ""));
    for homebrew in ["/opt/homebrew/opt", "/usr/local/opt"] {
        places.extend(newest(homebrew, "postgresql@"));
    }
    places.into_iter().find(|bin| bin.join("initdb").is_file() && bin.join("pg_ctl").is_file())
}

/// `FOLDER/PREFIXnumber/bin`, the greatest number first.
fn newest(folder: &str, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, bin)| bin).collect()
}

fn create(programs: &Path, settings: &str) -> Outcome<Cluster> {
    let root = workspace::is_root();
    let dir = folder(root);
    fs::create_dir(&dir).context(dir.display())?;
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).context(dir.display())?;
    let guard = guard(&dir)?;

    let owner = if root { Some(other_user()?) } else { None };
    if let Some(owner) = owner {
        step::output(Command::new("chown").arg(owner).arg(&dir))?;
    }
    let program = |name: &str| {
        let path = programs.join(name);
        let mut command = match owner {
            Some(owner) => {
                let mut command = Command::new("runuser");
                command.args(["-u", owner, "--"]).arg(path);
                command
            }
            None => Command::new(path),
        };
        command.current_dir(&dir).env_remove("PGDATA").env_remove("PGPORT");
        command
    };

    let data = dir.join("data");
    let mut initdb = program("initdb");
    initdb.args(["--no-sync", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--pgdata"]);
    step::output(initdb.arg(&data))?;

    let port = free_port()?;
    let config = data.join("postgresql.conf");
    let mut file = fs::OpenOptions::new().append(true).open(&config).context(config.display())?;
    write!(file, "{SETTINGS}{settings}port = {port}\nunix_socket_directories = '{}'\n", dir.display())
        .context(config.display())?;

    let log = dir.join("log");
    let mut start = program("pg_ctl");
    start.arg("--pgdata").arg(&data).arg("--log").arg(&log).args(["--wait", "--silent", "start"]);
    step::output(&mut start)
        .map_err(|problem| format!("{problem}\n{}", fs::read_to_string(&log).unwrap_or_default().trim()))?;
    Ok(Cluster { url: format!("postgres://postgres@127.0.0.1:{port}/postgres"), guard: Some(guard) })
}

/// As root the server runs as another user, who may not enter root's own temporary folder.
fn folder(root: bool) -> PathBuf {
    let parent = if root { PathBuf::from("/tmp") } else { env::temp_dir() };
    parent.join(format!("codemint-pg-{}", std::process::id()))
}

fn guard(dir: &Path) -> Outcome<Child> {
    Command::new("sh")
        .args(["-c", GUARD, "guard"])
        .arg(dir)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("sh")
}

/// PostgreSQL refuses to run as root.
fn other_user() -> Outcome<&'static str> {
    ["postgres", "nobody"]
        .into_iter()
        .find(|user| Command::new("id").args(["-u", user]).output().is_ok_and(|output| output.status.success()))
        .ok_or_else(|| missing("it refuses to run as root, and there is no user `postgres`"))
}

fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr().context("a port on 127.0.0.1")?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first() {
        let dir = tempfile::tempdir().unwrap();
        for version in ["9", "16", "15", "common"] {
            fs::create_dir(dir.path().join(version)).unwrap();
        }
        let bins = newest(dir.path().to_str().unwrap(), "");
        assert_eq!(bins, ["16", "15", "9"].map(|version| dir.path().join(version).join("bin")));
    }

    /// Where PostgreSQL is installed: it starts, leaves nothing behind, and Drop is what the kill of xtask would be.
    #[test]
    fn the_guard_stops_the_server_and_removes_the_folder() {
        let Some(programs) = find_programs() else { return };
        let cluster = create(&programs, CARELESS).unwrap();
        let dir = folder(workspace::is_root());
        assert!(dir.exists());
        let port: u16 = cluster.url().rsplit([':', '/']).nth(1).unwrap().parse().unwrap();
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        drop(cluster);
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
        assert!(!dir.exists());

        // As when the demo takes our place: it lasts as long as that process, however that ends.
        let cluster = create(&programs, CARELESS).unwrap();
        let dir = folder(workspace::is_root());
        let mut other = Command::new("sleep");
        other.arg("600");
        cluster.end_with(&mut other);
        let mut running = other.spawn().unwrap();
        // As after exec: nobody else holds the guard's input.
        drop(other);
        assert!(dir.exists());
        running.kill().unwrap();
        running.wait().unwrap();
        let began = std::time::Instant::now();
        while dir.exists() {
            assert!(began.elapsed().as_secs() < 30, "the server outlives it");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}
