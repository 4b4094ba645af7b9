//! Bodies as snapshots show them: random ids without their random part, a line for each field, the order as it was sent.

use serde_json::Value;

/// Prefixes of ids that are random.
const RANDOM: [&str; 11] =
    ["cmp_", "rw_", "dc_", "rd_", "cm_", "cs_test_", "cs_live_", "ck_", "co_", "req_", "rk_test_"];

/// A value of a test's own, shown like a body.
pub fn shown(value: &Value) -> String {
    lines(&redact(&value.to_string()))
}

/// Takes the random part out of every id, and the port out of every address on this machine.
pub fn redact(text: &str) -> String {
    let mut shown = String::new();
    let mut word = String::new();
    let close = |word: &mut String, shown: &mut String| {
        let local_port = shown.ends_with("http://127.0.0.1:") && word.bytes().all(|b| b.is_ascii_digit());
        let prefix = RANDOM.iter().find(|prefix| word.starts_with(**prefix) && word.len() >= prefix.len() + 20);
        match prefix {
            _ if local_port => shown.push('…'),
            Some(prefix) => shown.extend([prefix, "…"]),
            None => shown.push_str(word),
        }
        word.clear();
    };
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        close(&mut word, &mut shown);
        shown.push(c);
    }
    close(&mut word, &mut shown);
    shown
}

/// Breaks an object's text after each of its fields, two levels deep for an error and one for anything else.
pub fn lines(json: &str) -> String {
    let depths = if json.starts_with("{\"error\"") { 2 } else { 1 };
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    let mut text = String::new();
    for c in json.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            '}' | ']' if !quoted => depth -= 1,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        text.push(c);
        if c == ',' && !quoted && depth <= depths {
            text.push('\n');
        }
    }
    text
}
