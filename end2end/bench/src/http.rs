//! The smallest client of HTTP/1.1 that can measure: a connection that is kept, requests that were written beforehand, answers with a
//! `Content-Length`. Server and baseline are asked by the same one, so that what it costs is the same for both.

use crate::Outcome;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    body: usize,
}

impl Connection {
    /// Opens it.
    pub(crate) async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await.map_err(|error| format!("{address}: {error}"))?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024), body: 0 })
    }

    /// Sends a request as it is and reads its answer whole; the status.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Outcome<u16> {
        self.stream.write_all(request).await.map_err(|error| format!("a request could not be sent: {error}"))?;
        self.buffer.clear();
        loop {
            let read = self
                .stream
                .read_buf(&mut self.buffer)
                .await
                .map_err(|error| format!("an answer broke off: {error}"))?;
            if read == 0 {
                return Err("the connection was closed before its answer".to_owned());
            }
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let (status, length) = read_head(&self.buffer[..end])?;
                self.body = end + 4;
                while self.buffer.len() < self.body + length {
                    let read = self
                        .stream
                        .read_buf(&mut self.buffer)
                        .await
                        .map_err(|error| format!("an answer broke off: {error}"))?;
                    if read == 0 {
                        return Err("an answer broke off".to_owned());
                    }
                }
                return Ok(status);
            }
        }
    }

    /// The body of the last answer.
    pub(crate) fn body(&self) -> &[u8] {
        &self.buffer[self.body..]
    }
}

/// Status and length of the body.
fn read_head(head: &[u8]) -> Outcome<(u16, usize)> {
    let head = std::str::from_utf8(head).map_err(|_| "an answer's head is no text".to_owned())?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).ok_or("an answer has no status")?;
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .ok_or("an answer has no Content-Length")?;
    Ok((status, length))
}

/// A request with a JSON body, ready to be sent.
pub(crate) fn post_json(address: SocketAddr, path: &str, key: &str, body: &str) -> Vec<u8> {
    let authorization = authorization(key);
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: {address}\r\n{authorization}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// A form under an idempotency key, as Stripe takes it.
pub(crate) fn post_form(address: SocketAddr, path: &str, key: &str, once: &str, body: &str) -> Vec<u8> {
    let authorization = authorization(key);
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\n{authorization}idempotency-key: {once}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A read.
pub(crate) fn get(address: SocketAddr, path: &str, key: &str) -> Vec<u8> {
    let authorization = authorization(key);
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{authorization}\r\n").into_bytes()
}

fn authorization(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!("authorization: Bearer {key}\r\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read() {
        assert_eq!(read_head(b"HTTP/1.1 201 Created\r\nContent-Length: 12\r\nx: y"), Ok((201, 12)));
        assert!(read_head(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked").is_err());
    }
}
