//! Which room may name which: the arrows of `docs/ARCHITECTURE.md`, held by a test over the sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A room, and the words that its files must not have.
struct Rule {
    room: &'static str,
    never: &'static [&'static str],
    /// Rooms inside it that may.
    but: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule { room: "app/src", never: &["use server", " server::serve", "sqlx", "reqwest", "tokio::"], but: &[] },
    Rule {
        room: "app/src/domain",
        never: &[
            "leptos",
            "async ",
            "axum",
            "std::env",
            "std::fs",
            "SystemTime",
            "Instant",
            "rand::",
            "crate::wire",
            "crate::pages",
        ],
        but: &[],
    },
    Rule { room: "app/src/wire", never: &["leptos", "async ", "crate::pages", "crate::components"], but: &[] },
    Rule { room: "server/src", never: &["sqlx::", "sqlx "], but: &["server/src/store"] },
    Rule { room: "server/src", never: &["reqwest"], but: &["server/src/stripe"] },
    Rule { room: "server/src", never: &["stripe_sim"], but: &["server/src/cli", "server/src/stripe/tests.rs"] },
    Rule { room: "server/src", never: &["utoipa"], but: &["server/src/web/openapi"] },
    Rule { room: "server/src/services", never: &["crate::web", "crate::jobs", "axum::"], but: &[] },
    Rule {
        room: "server/src/store",
        never: &["crate::services", "crate::web", "crate::stripe", "crate::mailer", "crate::crypto"],
        but: &["server/src/store/conformance"],
    },
    Rule {
        room: "server/src/stripe",
        never: &["crate::services", "crate::store", "crate::web", "crate::oauth"],
        but: &[],
    },
    Rule { room: "server/src", never: &["oauth2::"], but: &["server/src/oauth"] },
    Rule { room: "server/src/oauth", never: &["crate::services", "crate::store", "crate::web"], but: &[] },
    Rule { room: "server/src/crypto", never: &["crate::services", "crate::store", "crate::web"], but: &[] },
    Rule {
        room: "server/src/web",
        never: &["crate::store", "crate::stripe", "crate::oauth", "crate::crypto", "crate::mailer"],
        but: &[],
    },
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The code without its comments: they may say what they like.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn arrows_go_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut wrong = Vec::new();
    for Rule { room, never, but } in RULES {
        let mut files = Vec::new();
        sources(&root.join(room), &mut files);
        assert!(!files.is_empty(), "{room} has no sources: the rule is out of date");
        for file in files.iter().filter(|file| !but.iter().any(|but| file.starts_with(root.join(but)))) {
            let text = fs::read_to_string(file).unwrap();
            for (line, words) in code(&text).flat_map(|(line, text)| never.iter().map(move |word| (line, (text, word))))
            {
                let (text, word) = words;
                if text.contains(word) {
                    wrong.push(format!("{}:{line} names {word:?}", file.strip_prefix(root).unwrap().display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "against the arrows of docs/ARCHITECTURE.md:\n{}", wrong.join("\n"));
}
