//! Benchmarks: beside the peers, and between two commits. The measuring is done by `iio-benches`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tree::{self, write};
use crate::{Result, cargo, say};

const USAGE: &str = "\
usage: cargo xtask bench peers [NAME ..] | tiff [NAME ..] | compare A B [NAME ..]

  peers    codecs beside imagecodecs: writes docs/benchmarks/codecs.{md,svg,json}; with names, renews their rows only
  tiff     TIFF files beside tifffile, GDAL and image-tiff: writes docs/benchmarks/tiff.{md,svg,json}; with names, prints
  compare  two commits, or `.` for the files as they are: builds both, lets them take turns; or two files of JSON records

Options for iio-benches (--rounds N, --seconds S, --input NAME, for tiff --size N) are passed on. The peers live in
$IIO_SHARED/suites/reference-python (default ../shared); GDAL is had by `reference-python -m pip install rasterio`.";

/// Processes of each commit that take turns.
const TURNS: usize = 5;

/// Carries out `bench ..`.
pub(crate) fn run(words: &[&str]) -> Result {
    match words {
        ["peers", rest @ ..] => bench(&["codecs"], rest, &["--out", "docs/benchmarks"]),
        ["tiff", rest @ ..] => {
            let program = image_tiff()?;
            let program = program.to_string_lossy();
            // Some rows are not the whole report.
            let named = !names(rest).0.is_empty();
            let out: &[&str] = if named { &[] } else { &["--out", "docs/benchmarks"] };
            bench(&["tiff", "--image-tiff", &program], rest, out)
        }
        ["compare", before, after] if Path::new(before).is_file() && Path::new(after).is_file() => {
            bench(&["compare", before, after], &[], &[])
        }
        ["compare", before, after, names @ ..] => compare(before, after, names),
        _ => Err(USAGE.to_owned()),
    }
}

/// Parts names from options and their values. Every option that is passed on has one.
fn names<'a>(words: &[&'a str]) -> (Vec<&'a str>, Vec<&'a str>) {
    let (mut names, mut options) = (Vec::new(), Vec::new());
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if word.starts_with("--") {
            options.push(*word);
            options.extend(rest.next());
        } else {
            names.push(*word);
        }
    }
    (names, options)
}

/// Runs `iio-benches`.
fn bench(verb: &[&str], rest: &[&str], last: &[&str]) -> Result {
    cargo(&[&["run", "--release", "--package", "iio-benches", "--"], verb, rest, last].concat(), &[])
}

/// Where cargo builds.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| tree::root().join("target"), PathBuf::from)
}

/// Builds the peer that is a Rust crate, which is a workspace of its own.
fn image_tiff() -> Result<PathBuf> {
    let folder = target().join("image-tiff");
    let manifest = tree::root().join("benches/image-tiff/Cargo.toml");
    build(&manifest, "iio-bench-image-tiff", &folder)
}

fn build(manifest: &Path, package: &str, target: &Path) -> Result<PathBuf> {
    let (manifest, folder) = (manifest.to_string_lossy(), target.to_string_lossy());
    cargo(&["build", "--release", "--manifest-path", &manifest, "--package", package, "--target-dir", &folder], &[])?;
    Ok(target.join("release").join(package))
}

fn compare(before: &str, after: &str, rest: &[&str]) -> Result {
    let folder = target().join("bench");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let programs = [program(before, &folder)?, program(after, &folder)?];
    let records = [folder.join("before.json"), folder.join("after.json")];
    for record in &records {
        write(record, "")?;
    }
    // No peer is found there, but the corpus is: so does a commit whose benchmarks know no --no-peer.
    let shared = folder.join("shared");
    std::fs::create_dir_all(&shared).map_err(|error| format!("{}: {error}", shared.display()))?;
    let outer = std::env::var_os("IIO_SHARED").map_or_else(|| tree::root().join("../shared"), PathBuf::from);
    // It may be there from an earlier run.
    let _ = std::os::unix::fs::symlink(outer.join("corpus"), shared.join("corpus"));
    let (names, options) = names(rest);
    let names: Vec<Option<&str>> = if names.is_empty() { vec![None] } else { names.into_iter().map(Some).collect() };
    for turn in 0..TURNS {
        say(&format!("turn {} of {TURNS}", turn + 1));
        // Each goes first in every other turn.
        for side in if turn % 2 == 0 { [0, 1] } else { [1, 0] } {
            for name in &names {
                measure(&programs[side], *name, &options, &shared, &records[side])?;
            }
        }
    }
    let [before, after] = records.map(|record| record.to_string_lossy().into_owned());
    bench(&["compare", &before, &after], &[], &[])
}

/// Appends the records of one process.
fn measure(program: &Path, name: Option<&str>, options: &[&str], shared: &Path, record: &Path) -> Result {
    let failed = |error: std::io::Error| format!("{}: {error}", program.display());
    let file = File::options().append(true).open(record).map_err(failed)?;
    let run = Command::new(program)
        .arg("codecs")
        .args(name)
        .args(["--json", "--rounds", "1"])
        .args(options)
        .env("IIO_SHARED", shared)
        .stdout(file)
        .stderr(std::process::Stdio::null())
        .status()
        .map_err(failed)?;
    // A row that fails is named by the comparison as missing.
    if !run.success() {
        say(&format!("{} failed in part", program.display()));
    }
    Ok(())
}

/// Builds the benchmarks of a commit in a worktree that is removed again; `.` is the files as they are.
fn program(commit: &str, folder: &Path) -> Result<PathBuf> {
    if commit == "." {
        let built = build(&tree::root().join("Cargo.toml"), "iio-benches", &target())?;
        return keep(&built, &folder.join("iio-benches-as-it-is"));
    }
    let id = git(&["rev-parse", "--verify", "--short=12", &format!("{commit}^{{commit}}")])?;
    let kept = folder.join(format!("iio-benches-{id}"));
    if kept.is_file() {
        return Ok(kept);
    }
    let worktree = folder.join(format!("worktree-{id}"));
    let place = worktree.to_string_lossy();
    git(&["worktree", "add", "--force", "--detach", &place, &id])?;
    // Crates of other folders are other crates to cargo: both commits share a folder, and what both depend on is built once.
    let built = build(&worktree.join("Cargo.toml"), "iio-benches", &target());
    git(&["worktree", "remove", "--force", &place])?;
    keep(&built?, &kept)
}

fn keep(built: &Path, kept: &Path) -> Result<PathBuf> {
    std::fs::copy(built, kept).map_err(|error| format!("{}: {error}", kept.display()))?;
    Ok(kept.to_owned())
}

fn git(arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").args(arguments).current_dir(tree::root()).output();
    let output = output.map_err(|error| format!("git did not start: {error}"))?;
    if !output.status.success() {
        return Err(format!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn options_and_their_values_are_no_names() {
        let parted = names(&["lzw", "--rounds", "3", "png"]);
        assert_eq!(parted, (vec!["lzw", "png"], vec!["--rounds", "3"]));
    }
}
