//! A mail server for tests: takes what is sent, on any number of connections, and answers as it was told.

use super::run::{until, within};
use mail_parser::{Message, MessageParser};
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What is said to a mail for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// That there is no such address.
    Unknown,
    /// Later.
    Later,
    /// Nothing: it hangs up when it hears the address.
    Drops,
    /// It takes the mail and hangs up before it says so.
    TakesAndDrops,
    /// It takes the mail, after so many milliseconds.
    Slowly(u64),
}

/// A mail that was taken.
#[derive(Clone)]
pub struct Taken {
    /// As the envelope says.
    pub to: String,
    pub bytes: Vec<u8>,
}

impl Taken {
    pub fn read(&self) -> Message<'_> {
        MessageParser::default().parse(&self.bytes).unwrap()
    }

    pub fn subject(&self) -> String {
        self.read().subject().unwrap().to_owned()
    }

    pub fn text(&self) -> String {
        self.read().body_text(0).unwrap().replace("\r\n", "\n")
    }

    pub fn html(&self) -> String {
        self.read().body_html(0).unwrap().replace("\r\n", "\n")
    }

    pub fn message_id(&self) -> String {
        self.read().message_id().unwrap().to_owned()
    }

    /// A header as it stands, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = String::from_utf8_lossy(&self.bytes).replace("\r\n ", " ").replace("\r\n\t", " ");
        let head = head.split("\r\n\r\n").next().unwrap_or_default().to_owned();
        head.split("\r\n").find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned))
    }
}

#[derive(Default)]
struct State {
    taken: Mutex<Vec<Taken>>,
    says: Mutex<HashMap<String, Says>>,
    to_all: Mutex<Option<Says>>,
    connections: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

/// The mail server.
pub struct Sink {
    pub url: String,
    state: Arc<State>,
    _serving: JoinSet<()>,
}

impl Sink {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let state = Arc::new(State::default());
        let mut serving = JoinSet::new();
        let shared = state.clone();
        serving.spawn(async move {
            // They end with the sink.
            let mut conversations = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let state = shared.clone();
                while conversations.try_join_next().is_some() {}
                conversations.spawn(async move {
                    state.connections.fetch_add(1, Ordering::SeqCst);
                    let now = state.now.fetch_add(1, Ordering::SeqCst) + 1;
                    state.most.fetch_max(now, Ordering::SeqCst);
                    // A client that hangs up is none of a test's business.
                    let _ = converse(stream, &state).await;
                    state.now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { url, state, _serving: serving }
    }

    /// What it says to mails for an address from now on; none: it takes them.
    pub fn says(&self, to: &str, says: impl Into<Option<Says>>) {
        let mut all = self.state.says.lock();
        match says.into() {
            Some(says) => all.insert(to.to_owned(), says),
            None => all.remove(to),
        };
    }

    /// The same for every address that nothing else was said about.
    pub fn says_to_all(&self, says: impl Into<Option<Says>>) {
        *self.state.to_all.lock() = says.into();
    }

    /// All that was taken.
    pub fn taken(&self) -> Vec<Taken> {
        self.state.taken.lock().clone()
    }

    pub fn count(&self) -> usize {
        self.state.taken.lock().len()
    }

    /// How many different mails were taken, by their Message-IDs.
    pub fn different(&self) -> usize {
        self.taken().iter().map(Taken::message_id).collect::<HashSet<_>>().len()
    }

    /// What was taken for an address.
    pub fn of(&self, to: &str) -> Vec<Taken> {
        self.state.taken.lock().iter().filter(|mail| mail.to == to).cloned().collect()
    }

    /// The first mail for an address, once it is there.
    pub async fn first(&self, to: &str) -> Taken {
        until(async || {
            let first = self.of(to).into_iter().next();
            (first.is_some(), first.map(|mail| mail.bytes.len()))
        })
        .await;
        self.of(to).remove(0)
    }

    /// Waits until so many were taken.
    pub async fn has(&self, count: usize, patience: Duration) {
        within(patience, async || {
            let taken = self.count();
            (taken >= count, taken)
        })
        .await;
    }

    /// Connections in all, and at the same time at most.
    pub fn connections(&self) -> (usize, usize) {
        (self.state.connections.load(Ordering::SeqCst), self.state.most.load(Ordering::SeqCst))
    }
}

async fn converse(stream: TcpStream, state: &State) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    let mut to = String::new();
    let mut says = None;
    stream.write_all(b"220 sink\r\n").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let command = line.to_uppercase();
        let answer = match command.split([' ', '\r']).next().unwrap_or_default() {
            "EHLO" => "250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8".to_owned(),
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                says = state.says.lock().get(&to).copied().or(*state.to_all.lock());
                match says {
                    Some(Says::Drops) => return Ok(()),
                    Some(Says::Unknown) => format!("550 5.1.1 <{to}>: there is no {to} here"),
                    Some(Says::Later) => format!("451 4.7.1 <{to}>: try again later"),
                    _ => "250 ok".to_owned(),
                }
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let bytes = data(&mut stream).await?;
                if let Some(Says::Slowly(ms)) = says {
                    tokio::time::sleep(Duration::from_millis(ms)).await;
                }
                state.taken.lock().push(Taken { to: to.clone(), bytes });
                if says == Some(Says::TakesAndDrops) {
                    return Ok(());
                }
                "250 taken".to_owned()
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 ok".to_owned(),
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

async fn data(stream: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(bytes);
        }
        bytes.extend_from_slice(if line.starts_with(b"..") { &line[1..] } else { &line });
    }
}
