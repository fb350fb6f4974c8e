//! Everything a maintainer or CI runs: `cargo xtask VERB`.

mod bench;
mod codegen;
mod corrupt;
mod fuzz;
mod new_codec;
mod python;
mod tidy;
mod tree;

use std::process::{Command, ExitCode};

const USAGE: &str = "\
usage: cargo xtask VERB

  test [ARGS]                 run all tests (ARGS go to cargo test)
  lint                        formatting, clippy with warnings as errors, documentation without warnings
  tidy                        check the invariants of ARCHITECTURE.md
  ci                          tidy, lint and test: what .ci/run calls
  codegen [--check]           write the facade's table, its features and the matrices of the README
  features                    check that the facade compiles with each feature alone and with none
  new-codec NAME --kind bytes|array|filter
                              make a codec crate that compiles and passes its suite
  fuzz smoke                  fuzz everything for 10 seconds each, and enter it in fuzz/LEDGER.md
  fuzz run NAME[,NAME ..] [--target T] [--seconds N]
                              fuzz some codecs or formats
  corrupt all | NAME[,NAME ..] [--n N] [--seed S] [--case K]
                              damage real files and streams and decode them, under a watch of memory and time
  bench peers|tiff|compare    see benches/README.md
  python build                make the Python packages; the last line is the folder for PYTHONPATH
  python test [ARGS]          build, and run python/tests in an environment under target/";

/// What went wrong, for people.
type Result<T = ()> = std::result::Result<T, String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["test", rest @ ..] => test(rest),
        ["lint"] => lint(),
        ["tidy"] => tidy::run(),
        ["ci"] => tidy::run().and_then(|()| lint()).and_then(|()| test(&[])),
        ["codegen"] => codegen::run(false),
        ["codegen", "--check"] => codegen::run(true),
        ["features"] => features(),
        ["new-codec", name, "--kind", kind] | ["new-codec", "--kind", kind, name] => new_codec::run(name, kind),
        ["fuzz", rest @ ..] => fuzz::run(rest),
        ["python", rest @ ..] => python::run(rest),
        ["bench", rest @ ..] => bench::run(rest),
        ["corrupt", rest @ ..] => corrupt::run(rest),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            complain(&message);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a command line tool")]
fn complain(message: &str) {
    eprintln!("{message}");
}

#[expect(clippy::print_stdout, reason = "a command line tool")]
fn say(message: &str) {
    println!("{message}");
}

/// Runs cargo at the root of the workspace.
fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result {
    cargo_with(&tree::root(), arguments, environment)
}

/// Runs cargo in a folder.
fn cargo_in(folder: &std::path::Path, arguments: &[&str]) -> Result {
    cargo_with(folder, arguments, &[])
}

fn cargo_with(folder: &std::path::Path, arguments: &[&str], environment: &[(&str, &str)]) -> Result {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    say(&format!("> cargo {}", arguments.join(" ")));
    let status = Command::new(cargo)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(folder)
        .status()
        .map_err(|error| format!("cargo did not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo {} failed", arguments.join(" "))) }
}

fn test(rest: &[&str]) -> Result {
    cargo(&[&["test", "--workspace", "--features", "iio/image,iio/ndarray"], rest].concat(), &[])
}

fn lint() -> Result {
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(
        &["clippy", "--workspace", "--all-targets", "--features", "iio/image,iio/ndarray", "--", "-D", "warnings"],
        &[],
    )?;
    cargo(
        &["doc", "--workspace", "--no-deps", "--features", "iio/image,iio/ndarray"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )
}

fn features() -> Result {
    let check = |features: &str| {
        cargo(&["check", "--package", "iio", "--lib", "--no-default-features", "--features", features], &[])
    };
    check("")?;
    tree::crates()?.iter().try_for_each(|krate| check(&krate.feature))
}
