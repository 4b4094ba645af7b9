//! Load of a fixed shape: so many at once, each asking again when it was answered; or so many a second, whatever the answers do.

use crate::{Outcome, http::Connection};
use futures::future::try_join_all;
use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Makes the request with this number.
pub(crate) type Requests = Rc<dyn Fn(u64) -> Vec<u8>>;

/// What is asked, and what must come back.
#[derive(Clone)]
pub(crate) struct Target {
    /// Where.
    pub(crate) address: SocketAddr,
    /// What, by number; no two numbers are ever asked twice in one run.
    pub(crate) requests: Requests,
    /// The one status that counts. Any other ends the run: figures of refusals would be worth nothing.
    pub(crate) status: u16,
    next: Rc<Cell<u64>>,
}

impl Target {
    /// Numbers begin at 0.
    pub(crate) fn new(address: SocketAddr, status: u16, requests: impl Fn(u64) -> Vec<u8> + 'static) -> Self {
        Self { address, requests: Rc::new(requests), status, next: Rc::default() }
    }

    fn take(&self) -> Vec<u8> {
        let number = self.next.get();
        self.next.set(number + 1);
        (self.requests)(number)
    }

    async fn ask(&self, connection: &mut Connection, request: &[u8]) -> Outcome {
        let status = connection.ask(request).await?;
        if status == self.status {
            return Ok(());
        }
        let body: String = String::from_utf8_lossy(connection.body()).chars().take(300).collect();
        Err(format!("{status} in the place of {}: {body}", self.status))
    }
}

/// Answers a second with `at_once` requests under way all the time.
pub(crate) async fn closed(target: &Target, at_once: usize, lasting: Duration) -> Outcome<f64> {
    let mut connections = Vec::new();
    for _ in 0..at_once {
        connections.push(Connection::open(target.address).await?);
    }
    // Whatever was cold is warm before the clock starts.
    let warm = lasting / 5;
    let begin = Instant::now() + warm;
    let end = begin + lasting;
    let counts = try_join_all(connections.into_iter().map(|mut connection| async move {
        let mut count = 0_u64;
        loop {
            let request = target.take();
            target.ask(&mut connection, &request).await?;
            let now = Instant::now();
            if now >= end {
                return Ok::<_, String>(count);
            }
            count += u64::from(now >= begin);
        }
    }))
    .await?;
    Ok(counts.iter().sum::<u64>() as f64 / lasting.as_secs_f64())
}

/// How long each answer took in seconds, sorted; one request after the other.
pub(crate) async fn one_by_one(target: &Target, lasting: Duration) -> Outcome<Vec<f64>> {
    let mut connection = Connection::open(target.address).await?;
    for _ in 0..20 {
        let request = target.take();
        target.ask(&mut connection, &request).await?;
    }
    let end = Instant::now() + lasting;
    let mut times = Vec::new();
    while Instant::now() < end {
        let request = target.take();
        let begun = Instant::now();
        target.ask(&mut connection, &request).await?;
        times.push(begun.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// How long each answer took in seconds, sorted, at so many requests a second. Counted from when a request was due, so that a server
/// that stalls cannot hide what it kept waiting.
pub(crate) async fn paced(target: &Target, a_second: u32, lasting: Duration) -> Outcome<Vec<f64>> {
    const CONNECTIONS: u32 = 32;
    let every = Duration::from_secs(1) / a_second;
    let count = (lasting.as_secs_f64() * f64::from(a_second)) as u32;
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(target.address).await?);
    }
    let begin = Instant::now() + Duration::from_millis(100);
    let times = try_join_all(connections.into_iter().zip(0..).map(|(mut connection, first)| async move {
        let mut times = Vec::new();
        for number in (first..count).step_by(CONNECTIONS as usize) {
            let due = begin + every * number;
            // tokio's timer has a grain of a millisecond: the rest is waited for awake, or it would be counted as the server's.
            tokio::time::sleep_until((due - Duration::from_millis(2)).into()).await;
            while Instant::now() < due {
                tokio::task::yield_now().await;
            }
            let request = target.take();
            target.ask(&mut connection, &request).await?;
            times.push(due.elapsed().as_secs_f64());
        }
        Ok::<_, String>(times)
    }))
    .await?;
    let mut times: Vec<f64> = times.into_iter().flatten().collect();
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// The value below which `part` of the sorted values are.
pub(crate) fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = ((sorted.len() as f64 - 1.0) * part).round() as usize;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// The middle of some values.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile(&sorted, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles() {
        let values: Vec<f64> = (0..=100).map(f64::from).collect();
        assert_eq!(quantile(&values, 0.5), 50.0);
        assert_eq!(quantile(&values, 0.99), 99.0);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert!(quantile(&[], 0.5).is_nan());
    }
}
