//! The browser's part as a whole: compile, bind, bundle, publish; each step only when what it reads has changed.

use std::fs;

use crate::{
    css,
    parts::Parts,
    pictures, say,
    site::{Bound, Manifest, Site, hash},
    step::{self, Context, Outcome},
    wasm::{self, Profile, Program},
    workspace,
};

/// Raise it when a change of xtask makes other files out of the same inputs.
const RECIPE: &str = "3";

/// What a browser receives, in bytes.
pub(crate) struct Sizes {
    /// Before the first click does anything.
    pub(crate) first: u64,
    /// For the pages that are loaded later, all together.
    pub(crate) later: u64,
}

/// Builds all that a browser loads into `target/site`.
pub(crate) fn build(profile: Profile) -> Outcome<Sizes> {
    let mut site = Site::open(workspace::site_dir(), if profile == Profile::Small { 11 } else { 5 })?;

    let raw = wasm::read(&wasm::compile(profile)?)?;
    let inputs = hash(&[RECIPE.as_bytes(), &raw].concat());
    let bound = match site.bound(&inputs) {
        Some(bound) => bound,
        None => step::timed("Binding and compressing the browser's part", || {
            let bound = publish(&mut site, wasm::bind(&raw)?)?;
            site.remember_bound(&inputs, &bound);
            Ok(bound)
        })?,
    };
    let Bound { js, wasm, loader, parts } = bound;

    let style = workspace::root().join("style");
    let main = style.join("main.css");
    let css = if main.is_file() {
        site.publish_hashed("css", css::bundle(&main)?.as_bytes())?
    } else {
        say::note("style/main.css is not there: pages will have no styles");
        String::new()
    };
    let fixed = style.join("static");
    if fixed.is_dir() {
        for entry in fs::read_dir(&fixed).context(fixed.display())? {
            let file = entry.context(fixed.display())?.path();
            if let (true, Some(name)) = (file.is_file(), file.file_name().and_then(|name| name.to_str())) {
                site.publish(name, &fs::read(&file).context(file.display())?)?;
            }
        }
    }

    let pictures = pictures::publish(&mut site, &style.join("pictures"))?;

    let later = parts.iter().map(|part| site.sent_bytes(part)).sum();
    let [js_sent, loader_sent, wasm_sent, css_sent] = [&js, &loader, &wasm, &css].map(|name| site.sent_bytes(name));
    site.finish(&Manifest { js, wasm, css, loader, parts, pictures })?;
    let js_sent = js_sent + loader_sent;
    let first = wasm_sent + js_sent + css_sent;
    let [total, wasm, js, css, others] =
        [first, wasm_sent, js_sent, css_sent, later].map(|bytes| format!("{} kB", bytes.div_ceil(1000)));
    say::note(&format!(
        "the first screen takes {total}: {wasm} WASM, {js} JavaScript, {css} styles; the others {others} more"
    ));
    Ok(Sizes { first, later })
}

/// Writes the program's files, each under a name with the hash of its content.
fn publish(site: &mut Site, program: Program) -> Outcome<Bound> {
    let Program { js, wasm, parts: Parts { mut loader, files } } = program;
    let mut parts = Vec::new();
    for (name, content) in files {
        let hashed = site.publish_hashed("wasm", &content)?;
        loader = loader.replace(&format!("./{name}"), &format!("./{hashed}"));
        parts.push(hashed);
    }
    let wasm = site.publish_hashed("wasm", &wasm)?;
    // Program and loader import each other by name: both names come from both contents.
    let both = hash(format!("{js}{loader}").as_bytes());
    let (js_name, loader_name) = (format!("codemint.{}.js", &both[..16]), format!("codemint.{}.parts.js", &both[..16]));
    site.publish(&js_name, imported(&js, Parts::LOADER, &loader_name)?.as_bytes())?;
    site.publish(&loader_name, imported(&loader, Parts::MAIN, &js_name)?.as_bytes())?;
    Ok(Bound { js: js_name, wasm, loader: loader_name, parts })
}

/// A module that imports `file` where it imported `placeholder`. Elsewhere the placeholder stays: the WASM knows its imports by it.
fn imported(module: &str, placeholder: &str, file: &str) -> Outcome<String> {
    let quoted =
        ['"', '\''].map(|quote| (format!("from {quote}{placeholder}{quote}"), format!("from {quote}./{file}{quote}")));
    let found = quoted.into_iter().find(|(before, _)| module.contains(before));
    let (before, after) = found.ok_or_else(|| format!("the browser's JavaScript does not import {placeholder}"))?;
    Ok(module.replace(&before, &after))
}
