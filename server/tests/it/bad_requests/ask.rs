//! Sends a row's request, and writes its answer as the table has it.

use super::places::Places;
use super::row::{Request, Row};
use crate::harness::World;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A key's part that must come back nowhere.
const PLANTED: &str = "51PLANTED";

/// What came back, on one line.
pub async fn answer(w: &World, places: &Places, row: &Row) -> String {
    let (status, text, allow) = match &row.request.wire {
        Some(wire) => by_wire(w, &places.fill(wire)).await,
        None => by_client(w, places, row).await,
    };
    assert!(!text.contains(PLANTED), "{}: a key came back: {text}", row.name);
    let text = places.name(&text);
    let line = match serde_json::from_str::<Value>(&text) {
        Ok(body) if !body["error"].is_null() => refusal(row, &text, &body["error"]),
        _ => text,
    };
    let allow = allow.map(|methods| format!(" [{methods}]")).unwrap_or_default();
    format!("{status} {line}{allow}").trim_end().replace('\0', "␀").replace('\r', "␍").replace('\n', "␊")
}

/// The envelope's fields, which must be all that there is, and name the field in words.
fn refusal(row: &Row, text: &str, error: &Value) -> String {
    let field = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let (kind, code, message) = (field("type"), field("code"), field("message"));
    let mut whole = json!({ "error": { "type": kind, "code": code, "message": message } });
    if !error["param"].is_null() {
        whole["error"]["param"] = json!(field("param"));
    }
    let body: Value = serde_json::from_str(text).unwrap();
    assert_eq!(body, whole, "{}: more than a refusal has", row.name);
    let param = field("param");
    // In the field's own spelling, or as a word of the sentence.
    let last = param.rsplit('_').next().filter(|last| *last != "id").unwrap_or(&param).to_owned();
    let words = [param.clone(), param.replace('_', " "), param.trim_end_matches("_id").to_owned(), last];
    let named = words.iter().any(|word| message.contains(word.as_str()));
    assert!(named, "{}: the sentence does not name {param}: {message}", row.name);
    let param = if error["param"].is_null() { "-" } else { &param };
    format!("{kind} {code} {param}: {message}")
}

type Came = (u16, String, Option<String>);

async fn by_client(w: &World, places: &Places, row: &Row) -> Came {
    let Request { method, path, headers, body, .. } = &row.request;
    let mut ask = w.ask(method, &places.fill(path));
    for (name, value) in headers {
        ask = ask.header(name, places.fill_bytes(value));
    }
    if let Some(body) = body {
        ask = ask.bytes(places.fill_bytes(body));
    }
    let answer = ask.send().await;
    assert!(answer.header("request-id").is_some_and(|id| id.starts_with("req_")), "{}: no id", row.name);
    if answer.status >= 400 {
        assert_eq!(answer.header("content-type"), Some("application/json"), "{}: {}", row.name, answer.text);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{}", row.name);
        assert_eq!(answer.header("www-authenticate").is_some(), answer.status == 401, "{}", row.name);
        assert_eq!(answer.header("allow").is_some(), answer.status == 405, "{}", row.name);
    }
    let allow = answer.header("allow").map(|methods| {
        let mut methods: Vec<&str> = methods.split(',').collect();
        methods.sort_unstable();
        methods.join(",")
    });
    (answer.status, answer.text, allow)
}

/// Sends the bytes and reads until the server closes.
async fn by_wire(w: &World, text: &str) -> Came {
    let mut stream = TcpStream::connect(w.url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut came = Vec::new();
    stream.read_to_end(&mut came).await.unwrap();
    let came = String::from_utf8_lossy(&came);
    let (head, body) = came.split_once("\r\n\r\n").unwrap_or((&came, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    (status, body.to_owned(), None)
}
