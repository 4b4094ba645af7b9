//! The browser's part as a whole: compile, bind, bundle, publish; each step only when what it reads has changed.

use std::fs;

use crate::{
    css, say,
    site::{Manifest, Site, hash},
    step::{self, Context, Outcome},
    wasm::{self, Profile},
    workspace,
};

/// Raise it when a change of xtask makes other files out of the same inputs.
const RECIPE: &str = "1";

/// Builds all that a browser loads into `target/site`.
pub(crate) fn build(profile: Profile) -> Outcome {
    let mut site = Site::open(workspace::site_dir(), if profile == Profile::Small { 11 } else { 5 })?;

    let raw = wasm::read(&wasm::compile(profile)?)?;
    let inputs = hash(&[RECIPE.as_bytes(), &raw].concat());
    let program = match site.bound(&inputs) {
        Some(names) => names,
        None => step::timed("Binding and compressing the browser's part", || {
            let program = wasm::bind(raw)?;
            let js = site.publish_hashed("js", &program.js)?;
            let wasm = site.publish_hashed("wasm", &program.wasm)?;
            site.remember_bound(&inputs, &js, &wasm);
            Ok((js, wasm))
        })?,
    };
    let (js, wasm) = program;

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

    let sizes = [&js, &wasm, &css].map(|name| site.sent_bytes(name));
    site.finish(&Manifest { js, wasm, css })?;
    let [js, wasm, css] = sizes.map(|bytes| format!("{} kB", bytes.div_ceil(1000)));
    say::note(&format!("a browser loads {wasm} WASM, {js} JavaScript, {css} styles"));
    Ok(())
}
