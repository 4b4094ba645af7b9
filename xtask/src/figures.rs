//! `cargo xtask figures`: the sizes and times that the README tells, measured on this machine.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    assets, say, server,
    step::{self, Context, Outcome},
    wasm, workspace,
};

/// How often the server is started.
const STARTS: usize = 11;
/// How long a start may take at all.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many pages are asked for, and by how many at once.
const PAGES: usize = 2_000;
const VISITORS: usize = 8;

/// What a server on an empty database takes.
pub(crate) struct Found {
    /// From before the process was there to its first answer, each start, sorted.
    pub(crate) starts: Vec<Duration>,
    /// Resident bytes, where the system tells.
    pub(crate) rest: Option<u64>,
    /// The same after the pages.
    pub(crate) load: Option<u64>,
}

impl Found {
    /// The start in the middle.
    pub(crate) fn start(&self) -> Duration {
        self.starts[self.starts.len() / 2]
    }
}

/// Builds for release, measures, and prints a table.
pub(crate) fn run() -> Outcome {
    let sizes = assets::build(wasm::Profile::Small)?;
    let binary = server::build(server::Profile::Release)?;
    let found = measure(&binary)?;

    let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
    let told = |memory: Option<u64>| memory.map_or("this system does not tell".to_owned(), megabytes);
    let row = |what: &str, figure: String| say::line(&format!("{what:<52} {figure}"));
    row("The first screen, as sent (brotli)", format!("{} kB", sizes.first.div_ceil(1000)));
    row("The other screens, loaded when nothing else is to do", format!("{} kB", sizes.later.div_ceil(1000)));
    row("The binary, with all of that inside", megabytes(fs::metadata(&binary).context(binary.display())?.len()));
    let (least, middle, most) = (found.starts[0], found.start(), found.starts[STARTS - 1]);
    let times = format!("{} ms ({} to {})", middle.as_millis(), least.as_millis(), most.as_millis());
    row(&format!("Start to first answer, SQLite, {STARTS} starts"), times);
    row("Memory at rest", told(found.rest));
    row(&format!("Memory after {PAGES} pages for {VISITORS} visitors at once"), told(found.load));
    Ok(())
}

/// Starts the server on an empty database, again and again, and has it visited.
pub(crate) fn measure(binary: &Path) -> Outcome<Found> {
    let dir = workspace::root().join("target/figures");
    if dir.is_dir() {
        fs::remove_dir_all(&dir).context(dir.display())?;
    }
    fs::create_dir_all(&dir).context(dir.display())?;
    let keys = step::output(workspace::command(binary).args(["keys", "generate"]))?;
    let site = Installed { binary, dir: &dir, keys: keys.trim() };
    step::output(&mut site.command("migrate", free_address()?))?;

    let mut starts = Vec::new();
    for _ in 1..STARTS {
        starts.push(site.start()?.1);
    }
    let (running, last) = site.start()?;
    starts.push(last);
    starts.sort_unstable();
    let rest = running.memory();
    running.visit()?;
    Ok(Found { starts, rest, load: running.memory() })
}

/// A server ready to be started.
struct Installed<'a> {
    binary: &'a Path,
    dir: &'a Path,
    keys: &'a str,
}

impl Installed<'_> {
    fn command(&self, verb: &str, address: SocketAddr) -> Command {
        let mut command = workspace::command(self.binary);
        command
            .arg(verb)
            .env("CODEMINT_DATABASE_URL", format!("sqlite://{}", self.dir.join("codemint.db").display()))
            .env("CODEMINT_MASTER_KEYS", self.keys)
            .env("CODEMINT_BIND", address.to_string())
            .env("RUST_LOG", "warn");
        command
    }

    /// Starts it; how long its first answer took, from before the process was there.
    fn start(&self) -> Outcome<(Running, Duration)> {
        let address = free_address()?;
        let mut command = self.command("serve", address);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let begun = Instant::now();
        let running = Running { child: command.spawn().context("codemint serve")?, address };
        while !get(address, "/readyz").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
            if begun.elapsed() > PATIENCE {
                return Err(format!("codemint serve did not answer within {} s", PATIENCE.as_secs()));
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok((running, begun.elapsed()))
    }
}

/// A server that is stopped when this goes.
struct Running {
    child: Child,
    address: SocketAddr,
}

impl Running {
    /// Its resident memory in bytes, where the system has `/proc`.
    fn memory(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix("kB")?;
        Some(kilobytes.trim().parse::<u64>().ok()? * 1024)
    }

    fn visit(&self) -> Outcome {
        let address = self.address;
        let visitors: Vec<_> = (0..VISITORS)
            .map(|_| {
                thread::spawn(move || {
                    (0..PAGES / VISITORS).all(|_| get(address, "/").is_ok_and(|page| page.starts_with("HTTP/1.1 200")))
                })
            })
            .collect();
        let well = visitors.into_iter().all(|visitor| visitor.join().unwrap_or(false));
        if well { Ok(()) } else { Err("a page was not answered with 200".to_owned()) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> Outcome<SocketAddr> {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).context("a free port")
}

fn get(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/html\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
