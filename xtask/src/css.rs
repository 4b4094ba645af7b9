//! Bundles the styles: `style/main.css` and what it imports become one file.
//!
//! The one form of import is a line of its own, `@import "./file.css";`, relative to the file it stands in and before its rules; the
//! file's text takes the line's place. Media, layers and addresses in imports are refused: write `@layer` within the file.
//! Comments and indentation go; the rest is Brotli's work.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::step::{Context, Outcome};

/// The styles that begin at `file`, as one text.
pub(crate) fn bundle(file: &Path) -> Outcome<String> {
    let mut text = String::new();
    inline(file, &mut Vec::new(), &mut text)?;
    Ok(strip(&text))
}

fn inline(file: &Path, open: &mut Vec<PathBuf>, text: &mut String) -> Outcome {
    let file = file.canonicalize().context(file.display())?;
    if open.contains(&file) {
        return Err(format!("{} imports itself", file.display()));
    }
    let source = fs::read_to_string(&file).context(file.display())?;
    open.push(file.clone());
    for (number, line) in source.lines().enumerate() {
        match line.trim_start().strip_prefix("@import") {
            None => {
                text.push_str(line);
                text.push('\n');
            }
            Some(rest) => {
                let name = imported(rest).ok_or_else(|| {
                    format!("{}:{}: write @import \"./file.css\"; and nothing else", file.display(), number + 1)
                })?;
                inline(&file.with_file_name(name), open, text)
                    .map_err(|problem| format!("{}:{}: {problem}", file.display(), number + 1))?;
            }
        }
    }
    open.pop();
    Ok(())
}

/// ` "./file.css";` → `file.css`.
fn imported(rest: &str) -> Option<&str> {
    let quoted = rest.trim().strip_suffix(';')?.trim_end();
    let name = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let name = name.strip_prefix("./").unwrap_or(name);
    (name.ends_with(".css") && !name.contains([':', '"'])).then_some(name)
}

/// Without comments, indentation and empty lines; quoted strings stay as they are.
fn strip(css: &str) -> String {
    let mut plain = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(at) = rest.find(['"', '\'', '/']) {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let length = if from.starts_with("/*") {
            from.get(2..).and_then(|body| body.find("*/")).map_or(from.len(), |end| end + 4)
        } else {
            let length = if from.starts_with('/') { 1 } else { string_length(from) };
            plain.push_str(&from[..length]);
            length
        };
        rest = &from[length..];
    }
    plain.push_str(rest);

    let mut out = String::with_capacity(plain.len());
    for line in plain.lines().map(str::trim).filter(|line| !line.is_empty()) {
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The bytes of the quoted string that `text` begins with, quotes included.
fn string_length(text: &str) -> usize {
    let mut bytes = text.bytes().enumerate();
    let quote = bytes.next().map(|(_, byte)| byte);
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\\' {
            bytes.next();
        } else if Some(byte) == quote {
            return at + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("parts")).unwrap();
        for (file, text) in files {
            fs::write(dir.path().join(file), text).unwrap();
        }
        dir
    }

    #[test]
    fn imports_take_their_place() {
        let dir = folder(&[
            ("main.css", "@import \"./tokens.css\";\n@import \"parts/b.css\";\nmain { color: var(--ink) }\n"),
            ("tokens.css", "/* the\n   palette */\n:root {\n  --ink: #111;\n}\n"),
            ("parts/b.css", "@import \"./c.css\";\n.b { content: \"/* no comment */ \\\" '\" }\n"),
            ("parts/c.css", ".c { background: url(/assets/x.svg) }"),
        ]);
        assert_eq!(
            bundle(&dir.path().join("main.css")).unwrap(),
            ":root {\n--ink: #111;\n}\n.c { background: url(/assets/x.svg) }\n\
             .b { content: \"/* no comment */ \\\" '\" }\nmain { color: var(--ink) }\n"
        );
    }

    #[test]
    fn what_it_cannot_do_is_said_with_the_place() {
        let dir = folder(&[
            ("layer.css", "a {}\n@import \"./x.css\" layer(base);"),
            ("loop.css", "@import \"./loop.css\";"),
            ("lost.css", "@import \"./gone.css\";"),
        ]);
        for (file, part) in [("layer.css", "layer.css:2: "), ("loop.css", "imports itself"), ("lost.css", "gone.css")] {
            let problem = bundle(&dir.path().join(file)).unwrap_err();
            assert!(problem.contains(part), "{problem}");
        }
    }

    #[test]
    fn an_open_comment_or_string_ends_with_the_file() {
        assert_eq!(strip("a {} /* open"), "a {}\n");
        assert_eq!(strip("a {} /*/ b {}"), "a {}\n");
        assert_eq!(strip("a { content: 'open"), "a { content: 'open\n");
    }
}
