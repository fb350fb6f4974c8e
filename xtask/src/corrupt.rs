//! Runs `fuzz/src/bin/corrupt.rs` and keeps the ledger.

use std::process::{Command, Stdio};

use crate::fuzz::{Run, commit, enter};
use crate::{Result, tree};

/// `NAME[,NAME ..] [--n N] [--seed S] [--case K]`.
pub(crate) fn run(words: &[&str]) -> Result {
    let [names, rest @ ..] = words else {
        return Err("usage: cargo xtask corrupt all | NAME[,NAME ..] [--n N] [--seed S] [--case K]".to_owned());
    };
    let all = tree::crates()?;
    let all = all.iter().flat_map(|krate| krate.codec.iter().chain(&krate.format)).map(|info| info.text("name"));
    let mut names: Vec<String> =
        if *names == "all" { all.collect() } else { names.split(',').map(str::to_owned).collect() };
    // A codec and a format may share a name.
    names.sort();
    names.dedup();
    let commit = commit()?;
    let folder = tree::root().join("fuzz");
    let built = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--no-default-features", "--bin", "corrupt"])
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .current_dir(&folder)
        .status();
    if !built.map_err(|error| format!("cargo did not start: {error}"))?.success() {
        return Err("the program that corrupts does not build".to_owned());
    }
    let mut n_faults = 0;
    for name in &names {
        let output = Command::new(folder.join("target/release/corrupt"))
            .arg(name)
            .args(rest)
            .env("IIO_CORPUS", crate::fuzz::corpus_of_files())
            .current_dir(&folder)
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("corrupt did not start: {error}"))?;
        let log = String::from_utf8_lossy(&output.stdout);
        if rest.contains(&"--case") {
            crate::say(log.trim_end());
            continue;
        }
        let Some([n, seconds, faults]) = last_words(&log) else { return Err(format!("corrupt {name} did not finish")) };
        enter(&Run {
            target: "corrupt",
            name,
            commit: &commit,
            executions: n,
            seconds,
            coverage: "",
            crashes: faults,
        })?;
        n_faults += faults.parse::<u64>().unwrap_or(1);
    }
    if n_faults == 0 { Ok(()) } else { Err(format!("{n_faults} faults; --case K shows one")) }
}

fn last_words(log: &str) -> Option<[&str; 3]> {
    log.lines().last()?.split_whitespace().collect::<Vec<_>>().try_into().ok()
}
