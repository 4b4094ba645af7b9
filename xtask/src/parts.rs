//! The browser's part, cut where `app::pages::lazy` says, by the splitter that cargo-leptos uses, linked in as a library.

use std::{
    fs,
    path::{Path, PathBuf},
};

use wasm_encoder::{Module, RawSection};
use wasm_split_cli_support::{Options, transform};
use wasmparser::{Parser, Payload};

use crate::{
    step::{Context, Outcome},
    workspace,
};

/// What a browser loads after the main part.
pub(crate) struct Parts {
    /// The module that fetches them; it imports [`Parts::MAIN`] and names each file as `./NAME`.
    pub(crate) loader: String,
    /// Their names and contents.
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

impl Parts {
    /// The main part's JavaScript, as the loader calls it.
    pub(crate) const MAIN: &str = "./codemint.js";
    /// The loader, as the main part's JavaScript calls it: the name that the macros of Leptos put into the WASM.
    pub(crate) const LOADER: &str = "./__wasm_split.______________________.js";
}

/// Cuts; returns the main part, which still needs wasm-bindgen, and the others.
pub(crate) fn cut(raw: &[u8]) -> Outcome<(Vec<u8>, Parts)> {
    // The splitter writes files.
    let dir = workspace::root().join("target/site-parts");
    if dir.is_dir() {
        fs::remove_dir_all(&dir).context(dir.display())?;
    }
    fs::create_dir_all(&dir).context(dir.display())?;
    let main = dir.join("main.wasm");
    let mut options = Options::new(raw);
    (options.output_dir, options.main_out_path) = (&dir, &main);
    (options.main_module, options.link_name) = (Parts::MAIN, Parts::LOADER);
    let mut paths = transform(options).map_err(|error| format!("wasm-split: {error:#}"))?.split_modules;
    paths.sort();

    let files = paths.iter().map(|path| Ok((name(path)?, without_names(&read(path)?)?))).collect::<Outcome<_>>()?;
    let loader = dir.join(Parts::LOADER);
    let loader = fs::read_to_string(&loader).context(loader.display())?;
    Ok((read(&main)?, Parts { loader, files }))
}

/// Drops what only debuggers read: half of a part.
fn without_names(wasm: &[u8]) -> Outcome<Vec<u8>> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.context("a part of the browser's part")?;
        if let (false, Some((id, range))) = (matches!(payload, Payload::CustomSection(_)), payload.as_section()) {
            let data = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
            let data = data
                .and_then(|(start, end)| wasm.get(start..end))
                .ok_or("a part of the browser's part is cut short")?;
            module.section(&RawSection { id, data });
        }
    }
    Ok(module.finish())
}

fn name(path: &Path) -> Outcome<String> {
    path.file_name()
        .and_then(|name| name.to_str())
        .map(str::to_owned)
        .ok_or_else(|| format!("{} has no name", path.display()))
}

fn read(path: &PathBuf) -> Outcome<Vec<u8>> {
    fs::read(path).context(path.display())
}
