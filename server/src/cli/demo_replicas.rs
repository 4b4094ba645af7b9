//! The servers of a demo that has several: processes of their own, on one database. Each stops by itself when the demo ends, however it
//! ends, since it holds the other end of a pipe that we hold.

use super::demo::Servers;
use super::{Failure, say};
use crate::config::{Config, StripeApp};
use app::domain::mode::Mode;
use secrecy::ExposeSecret;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, Command};
use tokio_util::sync::CancellationToken;
use url::Url;

/// How often a server that starts is asked whether it answers.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long one look may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// A server that stops may take so long: longer than its own grace.
const GRACE: Duration = Duration::from_secs(70);

/// A server.
struct Replica {
    child: Child,
    /// While we hold it, it runs. Not the child's own any more, which would let it go as soon as it is waited for.
    input: Option<ChildStdin>,
    pid: u32,
    address: SocketAddr,
    ended: bool,
}

/// All of them.
pub(super) struct Replicas(Vec<Replica>);

impl Replicas {
    /// Starts one at each address; the first address is that of the configuration. `ring`: the master keys, as they stand in it.
    pub(super) fn start(config: &Config, ring: &str, addresses: &[SocketAddr]) -> Result<Self, Failure> {
        let us = std::env::current_exe()?;
        let mut replicas = Vec::new();
        for address in addresses {
            let mut command = Command::new(&us);
            command.args(["serve", "--with-parent"]).stdin(Stdio::piped()).stdout(Stdio::null()).kill_on_drop(true);
            for (name, value) in environment(config, ring, *address) {
                command.env(name, value);
            }
            if std::env::var_os("RUST_LOG").is_none() {
                command.env("RUST_LOG", "warn");
            }
            let mut child = command.spawn()?;
            let input = child.stdin.take();
            let pid = child.id().ok_or("a server ended as it began")?;
            replicas.push(Replica { child, input, pid, address: *address, ended: false });
        }
        Ok(Self(replicas))
    }

    /// By process id, in the order of the addresses.
    pub(super) fn pids(&self) -> Vec<u32> {
        self.0.iter().map(|replica| replica.pid).collect()
    }

    /// Waits until all of them serve, or until it is all over.
    pub(super) async fn wait_until_they_answer(&mut self, stop: &CancellationToken) -> Result<(), Failure> {
        for replica in &mut self.0 {
            while !stop.is_cancelled() && !is_ready(replica.address).await {
                if let Some(status) = replica.child.try_wait()? {
                    return Err(format!("the server at {} did not start: {status}", replica.address).into());
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        }
        Ok(())
    }

    /// What the welcome says of them.
    pub(super) fn shown(&self) -> Servers {
        use std::fmt::Write as _;
        let (mut beside, mut pids) = (String::new(), String::new());
        for (place, replica) in self.0.iter().enumerate() {
            let and = if place == 0 { "" } else { " and " };
            let _infallible = write!(pids, "{and}{} (process {})", replica.address, replica.pid);
            if place > 0 {
                let _infallible = write!(beside, "\n                      http://{}", replica.address);
            }
        }
        let first = self.0.first().map_or(0, |replica| replica.pid);
        let after = format!(
            "
  These are {} servers on one PostgreSQL database: {pids}.
  Make a code on one and sell it on the other: the count is one. You are signed in on both. Kill one of them
  (kill -9 {first}), and the other serves on and finishes what the dead one left.
",
            self.0.len()
        );
        Servers { beside, after }
    }

    /// Waits until it is all over, or until none is left; says who has ended.
    pub(super) async fn watch(&mut self, stop: &CancellationToken) {
        while self.0.iter().any(|replica| !replica.ended) {
            let first =
                futures::future::select_all(self.0.iter_mut().filter(|replica| !replica.ended).map(|replica| {
                    Box::pin(async move {
                        let status = replica.child.wait().await;
                        replica.ended = true;
                        let how = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                        format!("  The server at {} has ended ({how}).", replica.address)
                    })
                }));
            tokio::select! {
                () = stop.cancelled() => return,
                (said, ..) = first => say::line(&said),
            }
        }
        say::line("  No server is left.");
    }

    /// Stops all of them as a signal does, and waits for them.
    pub(super) async fn stop(mut self) {
        for replica in &mut self.0 {
            drop(replica.input.take());
        }
        for replica in &mut self.0 {
            // What is too slow is killed when it is dropped.
            let _in_time = tokio::time::timeout(GRACE, replica.child.wait()).await;
        }
    }
}

/// Whether the server at an address serves.
async fn is_ready(address: SocketAddr) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET /readyz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = tokio::time::timeout(PATIENCE, ask).await;
    answer.is_ok_and(|answer| answer.is_ok_and(|bytes| bytes.starts_with(b"HTTP/1.1 200")))
}

/// What `serve` reads, at an address of its own. `ring`: the master keys.
fn environment(config: &Config, ring: &str, address: SocketAddr) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = [
        ("CODEMINT_DATABASE_URL", config.database_url().to_owned()),
        ("CODEMINT_BIND", address.to_string()),
        ("CODEMINT_PUBLIC_URL", format!("http://{address}")),
        ("CODEMINT_MASTER_KEYS", ring.to_owned()),
        ("CODEMINT_STRIPE_API_URL", config.stripe_api_url.clone()),
        ("CODEMINT_STRIPE_DASHBOARD_URL", config.stripe_dashboard_url.clone()),
        ("CODEMINT_SMTP_URL", config.smtp_url.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default().to_owned()),
        ("CODEMINT_MAIL_FROM", config.mail_from.clone()),
        ("CODEMINT_SUPPORT_EMAIL", config.support_email.clone().unwrap_or_default()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    for mode in [Mode::Test, Mode::Live] {
        let StripeApp { authorize_url, client_id, secret_key, webhook_secrets } = config.stripe_apps.of(mode);
        let suffix = mode.as_str().to_ascii_uppercase();
        let secrets: Vec<&str> = webhook_secrets.iter().map(ExposeSecret::expose_secret).collect();
        let secret_key = secret_key.as_ref().map(ExposeSecret::expose_secret);
        let authorize = authorize_url.as_ref().map(|link| leading_back_to(link, address).to_string());
        all.extend([
            (format!("CODEMINT_STRIPE_AUTHORIZE_URL_{suffix}"), authorize.unwrap_or_default()),
            (format!("CODEMINT_STRIPE_CLIENT_ID_{suffix}"), client_id.clone().unwrap_or_default()),
            (format!("CODEMINT_STRIPE_SECRET_KEY_{suffix}"), secret_key.unwrap_or_default().to_owned()),
            (format!("CODEMINT_STRIPE_WEBHOOK_SECRET_{suffix}"), secrets.join(",")),
        ]);
    }
    all
}

/// The install link that leads back to where it was followed: the other server may be gone.
fn leading_back_to(link: &Url, address: SocketAddr) -> Url {
    let mut own = link.clone();
    let way_back = format!("http://{address}/stripe/callback");
    own.query_pairs_mut().clear().extend_pairs(link.query_pairs().map(|(name, value)| match name.as_ref() {
        "redirect_uri" => (name, way_back.as_str().into()),
        _ => (name, value),
    }));
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_back_to_its_own_server() {
        let link = "http://127.0.0.1:9/oauth/v2/authorize?client_id=ca_1&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fstripe%2Fcallback";
        let own = leading_back_to(&link.parse().unwrap(), ([127, 0, 0, 1], 8081).into());
        assert_eq!(own.as_str(), link.replace("8080", "8081"));
    }
}
