//! The folder of files for browsers: names that carry a hash, Brotli twins, a manifest; nothing left over from before.
//!
//! Files appear whole (written aside, then renamed) and the manifest last, so a server that reads the folder meanwhile finds
//! what it looks for. What is known of earlier runs stands beside the folder, in `site.json`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Cursor,
    path::{Path, PathBuf},
};

use brotli::enc::BrotliEncoderParams;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::step::{Context, Outcome};

const MANIFEST: &str = "manifest.json";

/// Files that are compressed already.
const DENSE: [&str; 5] = ["png", "jpg", "webp", "woff2", "gz"];

/// The names of the files that a page loads; `server::web::assets` reads it.
#[derive(Serialize)]
pub(crate) struct Manifest {
    /// The module that starts the WASM.
    pub(crate) js: String,
    /// The WASM.
    pub(crate) wasm: String,
    /// The styles.
    pub(crate) css: String,
    /// The module that fetches the later parts.
    pub(crate) loader: String,
    /// The later parts.
    pub(crate) parts: Vec<String>,
    /// The pictures of the guide.
    pub(crate) pictures: Vec<Picture>,
}

/// A picture that a page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Picture {
    /// The name of the file that it was, without its ending.
    pub(crate) name: String,
    /// The name of the file that it is now.
    pub(crate) file: String,
    /// In CSS pixels.
    pub(crate) width: u32,
    /// In CSS pixels.
    pub(crate) height: u32,
}

/// The names of the files that the browser's program is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bound {
    /// As in [`Manifest`].
    pub(crate) js: String,
    /// As in [`Manifest`].
    pub(crate) wasm: String,
    /// As in [`Manifest`].
    pub(crate) loader: String,
    /// As in [`Manifest`].
    pub(crate) parts: Vec<String>,
}

impl Bound {
    fn files(&self) -> impl Iterator<Item = &String> {
        [&self.js, &self.wasm, &self.loader].into_iter().chain(&self.parts)
    }
}

/// The folder while it is being written.
pub(crate) struct Site {
    dir: PathBuf,
    quality: i32,
    memory: Memory,
    kept: BTreeSet<String>,
}

/// What earlier runs made.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Memory {
    /// The hash of what `bound` was made of.
    inputs: String,
    bound: Bound,
    /// By name: the content that was compressed, and how hard.
    compressed: BTreeMap<String, (String, i32)>,
}

impl Site {
    /// Opens the folder, and creates it first if needed.
    pub(crate) fn open(dir: PathBuf, quality: i32) -> Outcome<Self> {
        fs::create_dir_all(&dir).context(dir.display())?;
        let memory = fs::read(dir.with_extension("json")).ok();
        let memory = memory.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
        Ok(Self { dir, quality, memory, kept: BTreeSet::new() })
    }

    /// The program's files, if they were made of these very inputs, are still there, and as small as asked.
    pub(crate) fn bound(&mut self, inputs: &str) -> Option<Bound> {
        let there = |name: &String| {
            let quality = self.memory.compressed.get(name).map(|(_, quality)| *quality);
            quality == Some(self.quality) && self.dir.join(name).is_file()
        };
        if self.memory.inputs != inputs || !self.memory.bound.files().all(there) {
            return None;
        }
        let bound = self.memory.bound.clone();
        for name in bound.files() {
            self.keep(name);
        }
        Some(bound)
    }

    /// Notes what the program's files were made of.
    pub(crate) fn remember_bound(&mut self, inputs: &str, bound: &Bound) {
        (self.memory.inputs, self.memory.bound) = (inputs.into(), bound.clone());
    }

    /// Writes `codemint.HASH.EXTENSION`; returns the name.
    pub(crate) fn publish_hashed(&mut self, extension: &str, content: &[u8]) -> Outcome<String> {
        let name = format!("codemint.{}.{extension}", &hash(content)[..16]);
        self.publish(&name, content)?;
        Ok(name)
    }

    /// Writes a file under its own name, and its Brotli twin where that is smaller.
    pub(crate) fn publish(&mut self, name: &str, content: &[u8]) -> Outcome {
        let known = (hash(content), self.quality);
        let fresh = self.memory.compressed.get(name) == Some(&known) && self.dir.join(name).is_file();
        if !fresh {
            self.write(name, content)?;
            let dense = name.rsplit_once('.').is_some_and(|(_, extension)| DENSE.contains(&extension));
            let small = if dense { Vec::new() } else { compress(content, self.quality)? };
            if dense || small.len() >= content.len() {
                // A twin of what stood here before must not be served for it.
                let _ = fs::remove_file(self.dir.join(twin(name)));
            } else {
                self.write(&twin(name), &small)?;
            }
            self.memory.compressed.insert(name.to_owned(), known);
        }
        self.keep(name);
        Ok(())
    }

    /// How many bytes a browser receives for a file.
    pub(crate) fn sent_bytes(&self, name: &str) -> u64 {
        let size = |name: &str| fs::metadata(self.dir.join(name)).map(|data| data.len());
        if name.is_empty() { 0 } else { size(&twin(name)).or_else(|_| size(name)).unwrap_or(0) }
    }

    /// Writes the manifest and removes what this run did not publish.
    pub(crate) fn finish(mut self, manifest: &Manifest) -> Outcome {
        self.write(MANIFEST, &serde_json::to_vec(manifest).context(MANIFEST)?)?;
        self.keep(MANIFEST);
        for entry in fs::read_dir(&self.dir).context(self.dir.display())? {
            let path = entry.context(self.dir.display())?.path();
            let kept = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| self.kept.contains(name));
            if !kept && path.is_file() {
                fs::remove_file(&path).context(path.display())?;
            }
        }
        self.memory.compressed.retain(|name, _| self.kept.contains(name));
        let memory = serde_json::to_vec_pretty(&self.memory).context("site.json")?;
        replace(&self.dir.with_extension("json"), &memory)
    }

    fn keep(&mut self, name: &str) {
        self.kept.extend([name.to_owned(), twin(name)]);
    }

    /// Leaves a file alone that holds this very content: its date is what makes Cargo embed it again.
    fn write(&self, name: &str, content: &[u8]) -> Outcome {
        let path = self.dir.join(name);
        if fs::read(&path).is_ok_and(|there| there == content) { Ok(()) } else { replace(&path, content) }
    }
}

/// SHA-256, in hexadecimal.
pub(crate) fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn twin(name: &str) -> String {
    format!("{name}.br")
}

fn replace(path: &Path, content: &[u8]) -> Outcome {
    let aside = path.with_added_extension(format!("{}.new", std::process::id()));
    fs::write(&aside, content).context(aside.display())?;
    fs::rename(&aside, path).context(path.display())
}

fn compress(content: &[u8], quality: i32) -> Outcome<Vec<u8>> {
    let parameters =
        BrotliEncoderParams { quality, lgwin: 22, size_hint: content.len(), ..BrotliEncoderParams::default() };
    let mut small = Vec::new();
    brotli::BrotliCompress(&mut Cursor::new(content), &mut small, &parameters).context("brotli")?;
    Ok(small)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn manifest(css: &str) -> Manifest {
        Manifest {
            js: String::new(),
            wasm: String::new(),
            css: css.into(),
            loader: String::new(),
            parts: Vec::new(),
            pictures: Vec::new(),
        }
    }

    #[test]
    fn a_new_version_takes_the_place_of_the_old() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("site");
        let mut site = Site::open(dir.clone(), 5).unwrap();
        let old = site.publish_hashed("css", &b"a { color: red } ".repeat(20)).unwrap();
        site.finish(&manifest(&old)).unwrap();
        assert_eq!(names(&dir), [old.clone(), twin(&old), MANIFEST.into()]);

        let mut site = Site::open(dir.clone(), 5).unwrap();
        let new = site.publish_hashed("css", &b"b { color: red } ".repeat(20)).unwrap();
        site.finish(&manifest(&new)).unwrap();
        assert_ne!(old, new);
        assert_eq!(names(&dir), [new.clone(), twin(&new), MANIFEST.into()]);
    }

    #[test]
    fn the_twin_holds_the_same_and_is_smaller() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("site");
        let content = b"the quick brown fox ".repeat(50);
        let mut site = Site::open(dir.clone(), 11).unwrap();
        site.publish("favicon.svg", &content).unwrap();
        let small = fs::read(dir.join("favicon.svg.br")).unwrap();
        assert_eq!(site.sent_bytes("favicon.svg"), small.len() as u64);
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut Cursor::new(&small), &mut back).unwrap();
        assert_eq!(back, content);
        assert!(small.len() < content.len());

        site.publish("favicon.svg", b"x").unwrap();
        assert!(!dir.join("favicon.svg.br").exists(), "a stale twin would be served for the new file");
    }

    #[test]
    fn unchanged_inputs_are_not_bound_again() {
        let scratch = tempfile::tempdir().unwrap();
        let dir = scratch.path().join("site");
        let mut site = Site::open(dir.clone(), 5).unwrap();
        assert_eq!(site.bound("inputs"), None);
        let js = site.publish_hashed("js", &b"let a = 1; ".repeat(20)).unwrap();
        let wasm = site.publish_hashed("wasm", &[0; 500]).unwrap();
        let part = site.publish_hashed("wasm", &[1; 500]).unwrap();
        let bound = Bound { js: js.clone(), wasm: wasm.clone(), loader: js, parts: vec![part.clone()] };
        site.remember_bound("inputs", &bound);
        site.finish(&manifest("")).unwrap();

        let reopened = || Site::open(dir.clone(), 5).unwrap();
        assert_eq!(reopened().bound("inputs"), Some(bound));
        assert_eq!(reopened().bound("others"), None);
        assert_eq!(Site::open(dir.clone(), 11).unwrap().bound("inputs"), None, "compressed harder than before");
        fs::remove_file(dir.join(&part)).unwrap();
        assert_eq!(reopened().bound("inputs"), None);
    }

    #[test]
    fn the_hash_is_sha256() {
        assert_eq!(hash(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
