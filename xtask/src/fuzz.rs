//! Runs the fuzz targets of `fuzz/` and keeps their ledger.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::tree::{self, read, shown, write};
use crate::{Result, say};

/// Targets that take the name of a codec.
const OF_CODECS: [&str; 4] = ["decode", "decode_into", "roundtrip", "differential"];
/// Targets that take the name of a format.
const OF_FORMATS: [&str; 2] = ["read", "write_read"];

const SMOKE_SECONDS: u64 = 10;

/// One input may not take longer, a sanitizer and two busy cores allowed for; memory is 12 times what the limits of the
/// targets allow a stream, since a process keeps much of what it frees.
const GUARDS: [&str; 4] = ["-timeout=20", "-rss_limit_mb=2048", "-malloc_limit_mb=200", "-max_len=65552"];

/// The cc crate instruments C as well, but gcc 12 takes constant tables of a function (`getAllMatchesFns` of libzstd) for
/// variables that are out of scope.
const C_FLAGS: &str = "-fno-sanitize-address-use-after-scope";

/// One target with one codec or format.
struct Pair {
    target: &'static str,
    name: String,
}

/// `smoke` or `run NAME[,NAME ..] [--target T] [--seconds N]`.
pub(crate) fn run(words: &[&str]) -> Result {
    let all = pairs()?;
    let (chosen, seconds) = match words {
        ["smoke"] => (all, SMOKE_SECONDS),
        ["run", name, rest @ ..] => {
            let (mut target, mut seconds) = (None, 60);
            for option in rest.chunks(2) {
                match option {
                    ["--target", value] => target = Some(*value),
                    ["--seconds", value] => seconds = value.parse().map_err(|_| format!("{value} seconds"))?,
                    _ => return Err(format!("fuzz run: {} is not understood", option.join(" "))),
                }
            }
            let named = |pair: &Pair| name.split(',').any(|name| pair.name == name);
            let wanted = |pair: &Pair| named(pair) && target.is_none_or(|target| target == pair.target);
            (all.into_iter().filter(wanted).collect(), seconds)
        }
        _ => {
            return Err("usage: cargo xtask fuzz smoke | run NAME[,NAME ..] [--target TARGET] [--seconds N]".to_owned());
        }
    };
    if chosen.is_empty() {
        return Err(format!("no codec or format for fuzz {}", words.join(" ")));
    }
    // Others may commit while this runs: what counts is what is built.
    let commit = commit()?;
    let binaries = build()?;
    let mut crashes = 0;
    for pair in &chosen {
        crashes += fuzz(pair, &binaries, &commit, seconds)?;
    }
    if crashes == 0 { Ok(()) } else { Err(format!("{crashes} crashes, see fuzz/artifacts")) }
}

/// All targets with all codecs and formats that there are.
fn pairs() -> Result<Vec<Pair>> {
    let mut all = Vec::new();
    // A codec that no other implementation stands beside has nothing to differ from.
    let oracles = read(&tree::root().join("fuzz/src/oracle.rs"))?;
    let differs = |pair: &Pair| pair.target != "differential" || oracles.contains(&format!("\"{}\" =>", pair.name));
    for krate in tree::crates()? {
        for (statics, targets) in [(&krate.codec, &OF_CODECS[..]), (&krate.format, &OF_FORMATS[..])] {
            if let Some(statics) = statics {
                all.extend(targets.iter().map(|target| Pair { target, name: statics.text("name") }));
            }
        }
    }
    all.retain(differs);
    all.sort_by_key(|pair: &Pair| OF_CODECS.iter().chain(&OF_FORMATS).position(|target| *target == pair.target));
    Ok(all)
}

/// Builds all targets, and returns the folder where they are.
fn build() -> Result<PathBuf> {
    let folder = tree::root().join("fuzz");
    let target = folder.join("target");
    // Every target shares one build; the folder is its own, since everything in it is instrumented.
    let status = Command::new("cargo")
        .args(["+nightly", "fuzz", "build", "--fuzz-dir"])
        .arg(&folder)
        .arg("--target-dir")
        .arg(&target)
        .env("CFLAGS", C_FLAGS)
        .env("CXXFLAGS", C_FLAGS)
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("RUSTUP_TOOLCHAIN")
        .current_dir(&folder)
        .status()
        .map_err(|error| format!("cargo did not start: {error}"))?;
    if !status.success() {
        return Err("cargo fuzz build failed; it needs `cargo install cargo-fuzz` and a nightly toolchain".to_owned());
    }
    let host = output("rustc", &["-vV"])?.lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned));
    Ok(target.join(host.unwrap_or_default()).join("release"))
}

/// Runs one target, enters it in the ledger, and returns the number of crashes.
fn fuzz(pair: &Pair, binaries: &Path, commit: &str, seconds: u64) -> Result<usize> {
    let folder = |of: &str| -> Result<PathBuf> {
        let path = tree::root().join("fuzz").join(of).join(pair.target).join(&pair.name);
        std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    };
    let (corpus, artifacts) = (folder("corpus")?, folder("artifacts")?);
    say(&format!("> {} {} for {seconds} s", pair.target, pair.name));
    let n_before = n_files(&artifacts);
    let start = Instant::now();
    let run = Command::new(binaries.join(pair.target))
        .arg(&corpus)
        .args(GUARDS)
        .arg("-print_final_stats=1")
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .env("IIO_FUZZ_NAME", &pair.name)
        .env("IIO_FUZZ_SEEDS", &corpus)
        .env("IIO_CORPUS", corpus_of_files())
        .env("ASAN_OPTIONS", "detect_odr_violation=0:quarantine_size_mb=16")
        .output()
        .map_err(|error| format!("{} did not start: {error}", pair.target))?;
    let took = start.elapsed().as_secs();
    let log = String::from_utf8_lossy(&run.stderr);
    let n_new = n_files(&artifacts).saturating_sub(n_before);
    // What ends the process and leaves no input behind is a crash as well.
    let crashes = if run.status.success() { n_new } else { n_new.max(1) };
    if crashes > 0 {
        let log_path = artifacts.join("last.log");
        write(&log_path, &log)?;
        say(&format!("  crashed: {}", shown(&log_path)));
    }
    enter(&Run {
        target: pair.target,
        name: &pair.name,
        commit,
        executions: after(&log, "stat::number_of_executed_units:"),
        seconds: &took.to_string(),
        coverage: after(&log, " cov: "),
        crashes: &crashes.to_string(),
    })?;
    Ok(crashes)
}

/// A row of the ledger.
pub(crate) struct Run<'a> {
    pub(crate) target: &'a str,
    pub(crate) name: &'a str,
    pub(crate) commit: &'a str,
    pub(crate) executions: &'a str,
    pub(crate) seconds: &'a str,
    pub(crate) coverage: &'a str,
    pub(crate) crashes: &'a str,
}

/// Enters a run in the ledger.
pub(crate) fn enter(run: &Run<'_>) -> Result {
    let Run { target, name, commit, executions, seconds, coverage, crashes } = run;
    let date = output("date", &["-u", "+%F"])?;
    let row = format!(
        "| {} | {target} | {name} | {commit} | {executions} | {seconds} | {coverage} | {crashes} |",
        date.trim()
    );
    say(&format!("  {row}"));
    let ledger = tree::root().join("fuzz/LEDGER.md");
    write(&ledger, &format!("{}\n{row}\n", read(&ledger)?.trim_end()))
}

/// The folder of real files.
pub(crate) fn corpus_of_files() -> PathBuf {
    std::env::var_os("IIO_CORPUS").map_or_else(|| tree::root().join("../shared/corpus"), PathBuf::from)
}

fn n_files(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter(|file| file.path().extension().is_none_or(|extension| extension != "log")).count()
}

/// The word that follows the last `label` in a log.
fn after<'a>(log: &'a str, label: &str) -> &'a str {
    log.rsplit_once(label).and_then(|(_, rest)| rest.split_whitespace().next()).unwrap_or("?")
}

/// The commit, with a `+` if files differ from it.
pub(crate) fn commit() -> Result<String> {
    let commit = output("git", &["rev-parse", "--short", "HEAD"])?;
    let changed = !output("git", &["status", "--porcelain"])?.trim().is_empty();
    Ok(format!("{}{}", commit.trim(), if changed { "+" } else { "" }))
}

fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).current_dir(tree::root()).output();
    let output = output.map_err(|error| format!("{program} did not start: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn the_last_value_of_a_log_is_taken() {
        let log = "#2 INITED cov: 17 ft: 3\n#90 NEW    cov: 31 ft: 9\nstat::number_of_executed_units: 104\n";
        assert_eq!((after(log, " cov: "), after(log, "_units:"), after(log, "rss:")), ("31", "104", "?"));
    }
}
