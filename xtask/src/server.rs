//! The server's binary, `codemint`.

use std::{fs, path::PathBuf};

use crate::{
    step::{self, Outcome},
    workspace,
};

/// How the server is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build; reads the browser's part from its folder.
    Debug,
    /// Optimized, with everything inside.
    Release,
}

/// Builds the server; returns its binary.
pub(crate) fn build(profile: Profile) -> Outcome<PathBuf> {
    let mut cargo = workspace::cargo(["build", "--package", "server", "--bin", "codemint"]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    let binary = binary(&step::results("Compiling the server", &mut cargo)?)?;
    if profile == Profile::Release {
        let bytes = fs::read(&binary).map_err(|error| format!("{}: {error}", binary.display()))?;
        takes_no_orders(&bytes)?;
    }
    Ok(binary)
}

/// What tests order a debug build to do: to die, to break a rule, and to be ahead of its time.
const ORDERS: [&str; 3] = ["CODEMINT_DIE_AT", "CODEMINT_PLANT", "CODEMINT_CLOCK_AHEAD_MS"];

/// A release must not even know the names of such orders.
fn takes_no_orders(binary: &[u8]) -> Outcome<()> {
    let known = ORDERS.into_iter().find(|order| binary.windows(order.len()).any(|bytes| bytes == order.as_bytes()));
    known.map_or(Ok(()), |order| Err(format!("the release takes orders that only tests may give: {order}")))
}

/// The server's binary among what Cargo says it built.
pub(crate) fn binary(messages: &str) -> Outcome<PathBuf> {
    workspace::artifact(messages, "codemint", |path| path.extension().is_none_or(|extension| extension == "exe"))
        .ok_or_else(|| "Cargo built the server but names no binary `codemint`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_knows_no_orders() {
        assert_eq!(takes_no_orders(b"\0CODEMINT_BIND\0"), Ok(()));
        for order in ORDERS {
            assert!(takes_no_orders(format!("\0{order}\0").as_bytes()).is_err());
        }
    }
}
