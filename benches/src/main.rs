//! The command line of the benchmarks; see `USAGE`, and `cargo xtask bench` for what a maintainer runs.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people"
)]

mod region;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use iio_benches::codecs::{self, ImageCodecs, Settings};
use iio_benches::processor::Processors;
use iio_benches::row::{ROWS, Row};
use iio_benches::{compare, input, record, report, tiff};

#[global_allocator]
static ALLOCATOR: iio_testkit::CountingAllocator = iio_testkit::CountingAllocator;

/// What went wrong, for people.
type Outcome = Result<(), String>;

const USAGE: &str = "\
usage: iio-benches VERB

  codecs [NAME ..]     measure codecs whose label contains one of the names; all, if none is given
    --no-peer          not beside imagecodecs
    --json             JSON records instead of a table
    --out FOLDER       write codecs.md, codecs.svg and codecs.json there; with names, renew their rows
    --input NAME       only inputs whose name contains this
    --rounds N         rounds, whose median counts (5)
    --seconds S        seconds of work per round and side (0.05)
  tiff [NAME ..]       measure TIFF files beside tifffile, GDAL and image-tiff, which are needed
    --size N           height and width of the files (8192)
    --reader NAME      only iio, tifffile, gdal, image-tiff or memcpy, for a profile
    --image-tiff FILE  the program of benches/image-tiff
    --out FOLDER       write tiff.md, tiff.svg and tiff.json there
    --rounds N, --seconds S as above (3, 0.2)
  compare A B          ratio per row of two files of JSON records
  region               bytes and memory for a region of a large TIFF";

/// The arguments: words, and options with values.
struct Arguments {
    words: Vec<String>,
    options: Vec<(String, String)>,
}

impl Arguments {
    fn parse() -> Result<Self, String> {
        const FLAGS: [&str; 2] = ["no-peer", "json"];
        const VALUES: [&str; 7] = ["out", "input", "rounds", "seconds", "size", "image-tiff", "reader"];
        let mut parsed = Self { words: Vec::new(), options: Vec::new() };
        let mut rest = std::env::args().skip(1);
        while let Some(word) = rest.next() {
            match word.strip_prefix("--") {
                None => parsed.words.push(word),
                Some(name) if FLAGS.contains(&name) => parsed.options.push((name.to_owned(), String::new())),
                Some(name) if VALUES.contains(&name) => {
                    let value = rest.next().ok_or_else(|| format!("--{name} needs a value"))?;
                    parsed.options.push((name.to_owned(), value));
                }
                Some(name) => return Err(format!("--{name} is not known\n\n{USAGE}")),
            }
        }
        Ok(parsed)
    }

    fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(option, _)| option == name).map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str, default: f64) -> Result<f64, String> {
        self.option(name).map_or(Ok(default), |text| text.parse().map_err(|_| format!("--{name} {text} is no number")))
    }
}

fn main() -> ExitCode {
    let result = Arguments::parse().and_then(|arguments| {
        let words: Vec<&str> = arguments.words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["codecs", names @ ..] => measure_codecs(names, &arguments),
            ["tiff", names @ ..] => measure_tiff(names, &arguments),
            ["compare", before, after] => compare_files(Path::new(before), Path::new(after)),
            ["region"] => region::run(),
            _ => Err(USAGE.to_owned()),
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            complain(&message);
            ExitCode::FAILURE
        }
    }
}

/// Folder with `suites` and `corpus`.
fn shared() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    std::env::var_os("IIO_SHARED").map_or_else(default, PathBuf::from)
}

fn measure_codecs(names: &[&str], arguments: &Arguments) -> Outcome {
    let registry = iio::builtin();
    let corpus = shared().join("corpus");
    let mut inputs = input::all(corpus.is_dir().then_some(corpus.as_path())).map_err(|error| error.to_string())?;
    let wanted = arguments.option("input").unwrap_or_default();
    inputs.retain(|input| input.name.contains(wanted));
    let in_build = |row: &&Row| {
        let known = registry.codec(&iio::CodecId::Name(row.codec)).is_ok();
        if !known {
            complain(&format!("{} is not in this build", row.codec));
        }
        known
    };
    let named = |row: &&Row| names.is_empty() || names.iter().any(|name| row.label.contains(name));
    let rows: Vec<Row> = ROWS.iter().filter(named).filter(in_build).copied().collect();
    let settings =
        Settings { rounds: arguments.number("rounds", 5.0)? as usize, seconds: arguments.number("seconds", 0.05)? };
    let here = record::circumstances();
    Processors::here().confine_thread();
    let mut peer = None;
    if arguments.option("no-peer").is_none() {
        peer = ImageCodecs::start(&shared()).map_err(|cause| complain(&format!("no peer: {cause}"))).ok();
    }
    let name = peer.as_ref().map_or("no peer".to_owned(), |peer| format!("imagecodecs {}", peer.version()));
    let mut circumstances = report::with_peer(here, &name);
    let json = arguments.option("json").is_some();
    if !json {
        say(report::HEADING);
    }
    let mut records = Vec::new();
    let outcome = codecs::run(&registry, &rows, &inputs, settings, peer.as_mut(), &mut |record| {
        say(&if json { record.to_json().to_string() } else { report::row(&record) });
        records.push(record);
    });
    if let Some(folder) = arguments.option("out").map(Path::new) {
        if !names.is_empty() {
            let labels: Vec<&str> = ROWS.iter().map(|row| row.label).collect();
            circumstances.insert("renewed".into(), names.join(", ").into());
            records = report::merge(folder, records, &labels);
        }
        report::write(folder, &circumstances, &records, outcome.as_ref().err().map(String::as_str))?;
    }
    outcome
}

fn measure_tiff(names: &[&str], arguments: &Arguments) -> Outcome {
    let shared = shared();
    let settings = tiff::Settings {
        size: arguments.number("size", 8192.0)? as usize,
        rounds: arguments.number("rounds", 3.0)? as usize,
        seconds: arguments.number("seconds", 0.2)?,
        only: names,
        reader: arguments.option("reader"),
        shared: &shared,
        image_tiff: arguments.option("image-tiff").map(Path::new),
    };
    let report = tiff::run(settings, record::circumstances(), &mut complain)?;
    if let Some(folder) = arguments.option("out") {
        report.write(Path::new(folder))?;
    }
    say(&report.to_markdown());
    Ok(())
}

fn compare_files(before: &Path, after: &Path) -> Outcome {
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok::<_, String>(record::records(&text))
    };
    let (pairs, alone) = compare::compare(&read(before)?, &read(after)?);
    if pairs.is_empty() {
        return Err("no row is in both records".to_owned());
    }
    say(&compare::table(&pairs, &alone));
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a command line tool")]
fn complain(message: &str) {
    eprintln!("{message}");
}

#[expect(clippy::print_stdout, reason = "a command line tool")]
fn say(message: &str) {
    println!("{message}");
}
