//! The command line tool `iio`: what is in a file, conversion, and what this build can do.

mod convert;
mod info;
mod json;
mod list;
mod progress;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use iio::{RayonExecutor, Result};

/// Image codecs and image I/O for science.
#[derive(Parser)]
#[command(name = "iio", version, arg_required_else_help = true)]
struct Arguments {
    /// Threads; 0 takes one per core
    #[arg(long, short = 'j', default_value_t = 0, global = true, value_name = "N")]
    threads: usize,
    /// Most bytes of pixels one read may give; default is 3/4 of the memory that is available
    #[arg(long, global = true, value_name = "BYTES")]
    max_bytes: Option<u64>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show container, images, levels, shape, dtype, compression, chunking and metadata of files
    Info(info::Arguments),
    /// Convert an image, a region or a pyramid level to another format
    Convert(convert::Arguments),
    /// List the codecs of this build
    Codecs(list::Arguments),
    /// List the formats of this build
    Formats(list::Arguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut env = iio::default_env();
    if arguments.threads > 0 {
        env = env.with_executor(Arc::new(RayonExecutor::with_threads(arguments.threads)?));
    }
    if let Some(bytes) = arguments.max_bytes {
        env = env.with_total_output_bytes(bytes);
        env.limits.output_bytes = env.limits.output_bytes.max(bytes);
    }
    match &arguments.command {
        Command::Info(arguments) => Ok(info::run(arguments, &env)),
        Command::Convert(arguments) => convert::run(arguments, &env).map(|()| ExitCode::SUCCESS),
        Command::Codecs(arguments) => Ok(list::codecs(arguments, &env)),
        Command::Formats(arguments) => Ok(list::formats(arguments, &env)),
    }
}

/// Writes a line to the standard output. A reader that went away (`iio info * | head`) ends the program quietly.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{line}").is_err() {
        std::process::exit(0);
    }
}

/// Writes an error as one line to the standard error.
fn complain(message: &str) {
    let line = message.replace(['\n', '\r'], " ");
    // Where there is no standard error there is nobody to tell.
    let _ = writeln!(std::io::stderr().lock(), "iio: {line}");
}
