//! Benchmarks. `cargo run --release -p iio-benches -- codecs [NAME] [--json] [--rounds N] [--seconds S]` measures codecs
//! beside imagecodecs; `.. -- region` measures a region of a large tiled TIFF: bytes read, and memory held.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people"
)]

mod codecs;
mod input;
mod measure;
mod peer;
mod region;
mod row;

use std::path::PathBuf;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: iio_testkit::CountingAllocator = iio_testkit::CountingAllocator;

/// What went wrong, for people.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| arguments.iter().position(|a| a == name).and_then(|at| arguments.get(at + 1));
    let number = |name: &str, default: f64| value(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("IIO_SHARED").map_or_else(|| here.join("../../shared"), PathBuf::from);
    let result = match arguments.first().map(String::as_str) {
        Some("codecs") => codecs::run(&codecs::Settings {
            only: arguments.get(1).map(String::as_str).filter(|only| !only.starts_with("--")),
            rounds: number("--rounds", 5.0) as usize,
            seconds: number("--seconds", 0.05),
            shared: &shared,
            json: arguments.iter().any(|a| a == "--json"),
        }),
        Some("region") => region::run(),
        _ => Err("usage: iio-benches codecs [NAME] [--json] [--rounds N] [--seconds S] | region".to_owned()),
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
