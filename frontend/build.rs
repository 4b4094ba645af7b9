//! Asks the linker for relocations: `cargo xtask build` cuts the WASM into parts along them.

fn main() {
    println!("cargo::rustc-link-arg-cdylib=--emit-relocs");
    println!("cargo::rerun-if-changed=build.rs");
}
